//! Personal API tokens: keys with which programs ask in a person's name.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use segue_model::Right;
use segue_model::person::display_name;
use segue_store::{MOST_TOKENS, Scope, Token};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object, TOKEN_PREFIX, compared};
use crate::input::{Body, Checks, Id};
use crate::problem::{Code, Problem};
use crate::schema;
use crate::secret::Secret;
use crate::time::{DAY_MS, written};

/// Days that a token works unless told, and at the most.
const USUAL_DAYS: u32 = 90;
const MOST_DAYS: u32 = 366;
/// Characters of the secret that stay visible.
const SHOWN: usize = TOKEN_PREFIX.len() + 6;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke)).routes(routes!(list_of_user))
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    pub(crate) id: String,
    /// The user in whose name it asks.
    pub(crate) user_id: String,
    pub(crate) name: String,
    /// How its secret begins.
    #[schema(example = "segue_Ab12Cd")]
    pub(crate) prefix: String,
    #[schema(schema_with = schema::scope)]
    pub(crate) scope: &'static str,
    pub(crate) created_at: String,
    pub(crate) expires_at: String,
    /// To the minute.
    pub(crate) last_used_at: Option<String>,
}

impl From<&Token> for TokenView {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id.clone(),
            user_id: token.person.clone(),
            name: token.name.clone(),
            prefix: token.prefix.clone(),
            scope: token.scope.word(),
            created_at: written(token.created_ms),
            expires_at: written(token.expires_ms),
            last_used_at: token.used_ms.map(written),
        }
    }
}

/// A person's tokens, the newest first: 100 at the most.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    pub(crate) items: Vec<TokenView>,
}

impl Tokens {
    pub(crate) async fn of(app: &App, person: &str) -> Result<Json<Self>, Problem> {
        let tokens = app.store.tokens(person).await?;
        Ok(Json(Self { items: tokens.iter().map(TokenView::from).collect() }))
    }
}

/// A new token, with its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewToken {
    pub(crate) token: TokenView,
    /// What programs send as `Authorization: Bearer`. It is shown only now.
    pub(crate) secret: String,
}

/// List my tokens
#[utoipa::path(get, operation_id = "list_my_tokens", path = "/tokens", tag = "tokens", responses(
    (status = OK, description = "all of them", body = Tokens),
))]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Tokens>, Problem> {
    Tokens::of(&app, &caller.person.id).await
}

/// List a user's tokens
#[utoipa::path(get, operation_id = "list_tokens_of_user", path = "/users/{id}/tokens", tag = "tokens", params(("id" = String, Path)), responses(
    (status = OK, description = "all of them", body = Tokens),
))]
pub(crate) async fn list_of_user(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Tokens>, Problem> {
    caller.require(Right::ManagePeople)?;
    let person = app.store.person(&id).await?;
    Tokens::of(&app, &person.id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenWish {
    /// By which its owner knows it again.
    pub(crate) name: String,
    #[schema(schema_with = schema::scope)]
    pub(crate) scope: String,
    /// How long it works: 1 to 366 days, 90 unless told.
    pub(crate) expires_in_days: Option<u32>,
}

/// Make a token
///
/// Takes a session, not a token. Scope `read` reads what the person may read; scope `write` does everything that the
/// person may do, except making tokens and changing passwords.
#[utoipa::path(post, operation_id = "make_token", path = "/tokens", tag = "tokens", request_body = TokenWish, responses(
    (status = CREATED, description = "made", body = NewToken),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(wish): Body<TokenWish>,
) -> Result<(StatusCode, Json<NewToken>), Problem> {
    caller.require_session()?;
    let mut checks = Checks::default();
    let name = checks.take("/name", display_name(&wish.name));
    let scope = checks.take("/scope", Scope::from_word(&wish.scope).ok_or("must be read or write"));
    let days = match wish.expires_in_days.unwrap_or(USUAL_DAYS) {
        days @ 1..=MOST_DAYS => Ok(days),
        _ => Err("must be a number from 1 to 366"),
    };
    let days = checks.take("/expires_in_days", days);
    checks.done()?;
    if app.store.tokens(&caller.person.id).await?.len() >= MOST_TOKENS as usize {
        return Err(Problem::new(Code::TooMany));
    }
    let secret = Secret::new(TOKEN_PREFIX, app.random());
    let now_ms = app.now_ms();
    let token = Token {
        id: app.new_id(),
        person: caller.person.id.clone(),
        name: name.unwrap_or_default(),
        prefix: secret.shown()[..SHOWN].to_owned(),
        scope: scope.unwrap_or(Scope::Read),
        created_ms: now_ms,
        expires_ms: now_ms + i64::from(days.unwrap_or(USUAL_DAYS)) * DAY_MS,
        used_ms: None,
    };
    let entry =
        compared(caller.entry(&app, "token.create", object(&token)), None, Some(&TokenView::from(&token)));
    app.store.add_token(&token, &secret.hash(), &entry).await?;
    let made = NewToken { token: TokenView::from(&token), secret: secret.shown().to_owned() };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revoke a token
///
/// One's own, or as an administrator anybody's. It stops working at once.
#[utoipa::path(delete, operation_id = "revoke_token", path = "/tokens/{id}", tag = "tokens", params(("id" = String, Path)), responses(
    (status = NO_CONTENT, description = "revoked"),
))]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let token = revocable(&app, &caller, &id).await?;
    let entry =
        compared(caller.entry(&app, "token.revoke", object(&token)), Some(&TokenView::from(&token)), None);
    app.store.remove_token(&id, &entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The token, if the caller may revoke it.
pub(crate) async fn revocable(app: &App, caller: &Caller, id: &str) -> Result<Token, Problem> {
    let token = app.store.token(id).await?;
    if token.person != caller.person.id && !caller.person.role.may(Right::ManagePeople) {
        // As if it were not there: whose ids there are is nobody's business.
        return Err(Problem::with(Code::NotFound, "there is no such token"));
    }
    Ok(token)
}

fn object(token: &Token) -> Object<'_> {
    Object { kind: "token", id: &token.id, name: &token.name }
}
