//! Signing in, who one is, signing out here and everywhere.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_model::person::login;
use segue_store::{Person, Session};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::users::User;
use crate::app::App;
use crate::caller::{Caller, Object, SESSION_MS, Via, Visitor};
use crate::etag::Tagged;
use crate::input::Body;
use crate::problem::{Code, Problem};
use crate::secret::Secret;
use crate::throttle;
use crate::time::written;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sign_in, who_am_i, sign_out)).routes(routes!(sign_out_everywhere))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    pub(crate) login: String,
    pub(crate) password: String,
}

/// Who asks, and how they were let in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    pub(crate) user: User,
    /// `session` or `token`.
    pub(crate) via: &'static str,
    /// When the session or the token ends.
    pub(crate) expires_at: String,
}

impl Me {
    pub(crate) fn of(caller: &Caller) -> Self {
        let (via, expires_ms) = match &caller.via {
            Via::Session(session) => ("session", session.expires_ms),
            Via::Token(token) => ("token", token.expires_ms),
        };
        Self { user: User::from(&caller.person), via, expires_at: written(expires_ms) }
    }
}

/// Sign in
///
/// The answer sets a cookie that ends after 12 hours without use and after 7 days in any case. A session that the browser
/// had before ends.
#[utoipa::path(post, path = "/session", tag = "sign-in", request_body = Credentials, security(()), responses(
    (status = OK, description = "signed in", body = Me),
))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Problem> {
    let (caller, cookie) = begin(&app, visitor, &credentials).await?;
    let me = Tagged::ok(caller.person.version, Me::of(&caller));
    Ok(([(header::SET_COOKIE, cookie)], me).into_response())
}

/// Begins a session, and gives its cookie.
pub(crate) async fn begin(
    app: &App,
    visitor: Visitor,
    credentials: &Credentials,
) -> Result<(Caller, HeaderValue), Problem> {
    let person = prove(app, &visitor, credentials).await?;
    let secret = Secret::new("", app.random());
    let now_ms = app.now_ms();
    let session = Session {
        id: app.new_id(),
        person: person.id.clone(),
        created_ms: now_ms,
        seen_ms: now_ms,
        expires_ms: now_ms + SESSION_MS,
    };
    let entry = visitor.entry(app, &person, "session.begin");
    app.store.sign_in(&session, &secret.hash(), visitor.session_hash.as_deref(), &entry).await?;
    app.metrics.signed_in("succeeded");
    let cookie = cookie(app, secret.shown(), SESSION_MS / 1000)?;
    Ok((Caller { person, via: Via::Session(session), arrival: visitor.arrival }, cookie))
}

/// The person with this login and password. Whatever is wrong, the answer is the same and takes as long.
pub(crate) async fn prove(
    app: &App,
    visitor: &Visitor,
    credentials: &Credentials,
) -> Result<Person, Problem> {
    let wrong = || Problem::new(Code::WrongCredentials);
    let login = login(&credentials.login).map_err(|_| wrong())?;
    let peer = &visitor.arrival.peer;
    if let Some(seconds) = throttle::attempt(&app.store, &login, peer, app.now_ms()).await? {
        app.metrics.signed_in("throttled");
        return Err(Problem::wait(seconds));
    }
    let known = app.store.person_by_login(&login).await?;
    let hash =
        known.as_ref().filter(|person| person.is_enabled).and_then(|person| person.password.as_deref());
    if app.passwords.is_right(&credentials.password, hash).await?
        && let Some(person) = known
    {
        throttle::succeeded(&app.store, &login, peer).await?;
        return Ok(person);
    }
    app.metrics.signed_in("failed");
    if let Some(person) = known {
        let object = Object { kind: "user", id: &person.id, name: &person.login };
        app.store.note(&visitor.stranger(app, "session.refused", object)).await?;
    }
    Err(wrong())
}

/// Who am I
#[utoipa::path(get, path = "/session", tag = "sign-in", responses(
    (status = OK, description = "the person who asks", body = Me),
))]
pub(crate) async fn who_am_i(caller: Caller) -> Tagged<Me> {
    Tagged::ok(caller.person.version, Me::of(&caller))
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "sign-in", responses(
    (status = NO_CONTENT, description = "signed out"),
))]
pub(crate) async fn sign_out(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    goodbye(end(&app, &caller).await?)
}

/// Ends the caller's session, and gives what takes its cookie back.
pub(crate) async fn end(app: &App, caller: &Caller) -> Result<HeaderValue, Problem> {
    let session = caller.require_session()?;
    app.store.end_session(&session.id, &caller.entry_of_self(app, "session.end")).await?;
    cookie(app, "", 0)
}

/// Sign out everywhere
///
/// Ends every session of the person who asks. Tokens stay: revoke those one by one.
#[utoipa::path(delete, path = "/sessions", tag = "sign-in", responses(
    (status = NO_CONTENT, description = "signed out everywhere"),
))]
pub(crate) async fn sign_out_everywhere(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    goodbye(end_all(&app, &caller).await?)
}

/// Ends every session of the caller, and gives what takes the cookie back.
pub(crate) async fn end_all(app: &App, caller: &Caller) -> Result<HeaderValue, Problem> {
    app.store.end_sessions(&caller.person.id, &caller.entry_of_self(app, "session.end_all")).await?;
    cookie(app, "", 0)
}

fn goodbye(cookie: HeaderValue) -> Result<Response, Problem> {
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

fn cookie(app: &App, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let url = &app.setting.url;
    let secure = if url.is_https() { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", url.cookie());
    let mut value = HeaderValue::from_str(&text).map_err(|_| Problem::new(Code::Defect))?;
    value.set_sensitive(true);
    Ok(value)
}
