//! Who asks: a [`Visitor`] is anybody, a [`Caller`] is a person who is signed in or whose token it is.
//!
//! A command that has the installation itself asks as one of its people, too, see [`crate::local`].
//!
//! Taking one of them as an argument is what lets a request in: both turn down what a browser sends on behalf of another
//! site, and a caller's token of scope `read` does nothing but read. What the person may do is asked with
//! [`Caller::require`].

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use segue_model::{Right, Role};
use segue_runs::exports::Asker;
use segue_store::{Entry, Person, Scope, Session, Token};
use serde::Serialize;

use crate::app::App;
use crate::local::AtHand;
use crate::observe::Arrival;
use crate::problem::{Code, Problem};
use crate::secret::presented;
use crate::throttle;
use crate::time::DAY_MS;

/// How long a session lasts at the most, in milliseconds.
pub(crate) const SESSION_MS: i64 = 7 * DAY_MS;
/// How long a session lasts without being used, in milliseconds.
pub(crate) const IDLE_MS: i64 = DAY_MS / 2;
/// How often a use is noted, in milliseconds: not each request needs to write.
const NOTED_MS: i64 = 60 * 1000;
/// What tokens begin with, so that programs which look for leaked secrets know them.
pub(crate) const TOKEN_PREFIX: &str = "segue_";

/// Anybody: from where they ask, and the id of their request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) arrival: Arrival,
    /// The hash of the session that they bring along, whether or not it is one.
    pub(crate) session_hash: Option<String>,
}

/// How a caller was let in.
#[derive(Debug, Clone)]
pub(crate) enum Via {
    Session(Session),
    Token(Token),
}

/// A person who may sign in, and asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) person: Person,
    pub(crate) via: Via,
    pub(crate) arrival: Arrival,
}

/// What an entry of the audit log is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'a> {
    /// As in `user`.
    pub(crate) kind: &'static str,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
}

impl Caller {
    /// Goes on only if the caller's role has this right.
    pub(crate) fn require(&self, right: Right) -> Result<(), Problem> {
        if self.person.role.may(right) {
            return Ok(());
        }
        let (role, words, least) = (with_article(self.person.role), right.words(), right.least());
        Err(Problem::with(
            Code::Forbidden,
            format!("{role} may not {words}: that takes {}", with_article(least)),
        ))
    }

    /// The session, for what tokens must not do.
    pub(crate) fn require_session(&self) -> Result<&Session, Problem> {
        match &self.via {
            Via::Session(session) => Ok(session),
            Via::Token(_) => Err(Problem::new(Code::SessionRequired)),
        }
    }

    /// Goes on only if this is the caller's password: for what takes more than a session that somebody left open. Attempts
    /// count like those to sign in.
    pub(crate) async fn prove(&self, app: &App, password: &str, pointer: &str) -> Result<(), Problem> {
        let (login, peer) = (&self.person.login, &self.arrival.peer);
        if let Some(seconds) = throttle::attempt(&app.store, login, peer, app.now_ms()).await? {
            return Err(Problem::wait(seconds));
        }
        if !app.passwords.is_right(password, self.person.password.as_deref()).await? {
            return Err(Problem::field(pointer, "is not your password"));
        }
        Ok(throttle::succeeded(&app.store, login, peer).await?)
    }

    /// The caller, for services that look at who asks.
    pub(crate) fn asker(&self) -> Asker {
        Asker { id: self.person.id.clone(), name: self.person.name.clone(), role: self.person.role }
    }

    /// An entry that says that this caller did this to themselves, now.
    pub(crate) fn entry_of_self(&self, app: &App, action: &str) -> Entry {
        self.entry(app, action, Object { kind: "user", id: &self.person.id, name: &self.person.login })
    }

    /// An entry that says that this caller did this, now.
    pub(crate) fn entry(&self, app: &App, action: &str, object: Object<'_>) -> Entry {
        let who = (Some(self.person.id.as_str()), self.person.login.as_str());
        entry(app, who, &self.arrival, action, object)
    }
}

impl Visitor {
    /// An entry that says that this person did this, now, who is not signed in.
    pub(crate) fn entry(&self, app: &App, person: &Person, action: &str) -> Entry {
        let object = Object { kind: "user", id: &person.id, name: &person.login };
        entry(app, (Some(person.id.as_str()), person.login.as_str()), &self.arrival, action, object)
    }

    /// An entry that says that somebody unknown did this, now.
    pub(crate) fn stranger(&self, app: &App, action: &str, object: Object<'_>) -> Entry {
        entry(app, (None, "nobody"), &self.arrival, action, object)
    }
}

fn entry(app: &App, who: (Option<&str>, &str), arrival: &Arrival, action: &str, object: Object<'_>) -> Entry {
    Entry {
        id: app.new_id(),
        at_ms: app.now_ms(),
        who: who.0.map(str::to_owned),
        login: who.1.to_owned(),
        peer: arrival.peer.clone(),
        request: arrival.request.clone(),
        action: action.to_owned(),
        object_kind: object.kind.to_owned(),
        object_id: object.id.to_owned(),
        object_name: object.name.to_owned(),
        before: None,
        after: None,
    }
}

/// The entry with what the object was and is. What is written is what the API shows, so it holds no secret.
pub(crate) fn compared<T: Serialize>(entry: Entry, before: Option<&T>, after: Option<&T>) -> Entry {
    let json = |view: &T| serde_json::to_string(view).ok();
    Entry { before: before.and_then(json), after: after.and_then(json), ..entry }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.setting.url.check(&parts.method, &parts.headers, false)?;
        Ok(Self { arrival: arrival(parts)?, session_hash: session_hash(&parts.headers, app) })
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let arrival = arrival(parts)?;
        if let Some(at_hand) = parts.extensions.get::<AtHand>() {
            let via = Via::Session(at_hand.session(app.now_ms()));
            return Ok(Self { person: at_hand.0.clone(), via, arrival });
        }
        // Whoever sends a token means it, whatever cookies a browser adds.
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let (token, person) = by_token(app, value.to_str().unwrap_or_default()).await?;
            if token.scope == Scope::Read && !is_reading(&parts.method) {
                return Err(Problem::new(Code::ReadOnlyToken));
            }
            return Ok(Self { person, via: Via::Token(token), arrival });
        }
        let hash = session_hash(&parts.headers, app).ok_or_else(|| Problem::new(Code::SignInRequired))?;
        app.setting.url.check(&parts.method, &parts.headers, true)?;
        let (session, person) = by_session(app, &hash).await?;
        Ok(Self { person, via: Via::Session(session), arrival })
    }
}

const fn with_article(role: Role) -> &'static str {
    match role {
        Role::Viewer => "a viewer",
        Role::Contributor => "a contributor",
        Role::Administrator => "an administrator",
    }
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn arrival(parts: &Parts) -> Result<Arrival, Problem> {
    parts.extensions.get::<Arrival>().cloned().ok_or_else(|| Problem::new(Code::Defect))
}

fn session_hash(headers: &HeaderMap, app: &App) -> Option<String> {
    let name = app.setting.url.cookie();
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| if key == name { presented("", value) } else { None })
}

async fn by_session(app: &App, hash: &str) -> Result<(Session, Person), Problem> {
    let now_ms = app.now_ms();
    let found = app.store.session(hash, now_ms, now_ms - IDLE_MS).await?;
    let (session, person) = found.ok_or_else(|| Problem::new(Code::SignInRequired))?;
    if now_ms - session.seen_ms >= NOTED_MS {
        app.store.touch_session(&session.id, now_ms).await?;
    }
    Ok((session, person))
}

async fn by_token(app: &App, header: &str) -> Result<(Token, Person), Problem> {
    let refused = || Problem::new(Code::SignInRequired);
    let (scheme, secret) = header.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let hash = presented(TOKEN_PREFIX, secret.trim()).ok_or_else(refused)?;
    let now_ms = app.now_ms();
    let (token, person) = app.store.token_by_hash(&hash).await?.ok_or_else(refused)?;
    if token.expires_ms <= now_ms {
        return Err(Problem::new(Code::TokenExpired));
    }
    if token.used_ms.is_none_or(|used_ms| now_ms - used_ms >= NOTED_MS) {
        app.store.touch_token(&token.id, now_ms).await?;
    }
    Ok((token, person))
}
