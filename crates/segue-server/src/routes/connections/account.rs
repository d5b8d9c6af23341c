//! Accounts: which types there are, what is agreed to, and whether host and key are right.

use axum::Json;
use axum::extract::State;
use secrecy::SecretString;
use segue_model::Right;
use segue_model::connection::ConnectionKind;
use segue_runs::connections::Attempt;
use segue_store::{Reference, Secret};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{AccountView, account_view};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Body, Id};
use crate::problem::Problem;
use crate::schema;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(kinds))
        .routes(routes!(consent))
        .routes(routes!(try_account))
        .routes(routes!(test_again))
}

/// A type of connection.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionType)]
pub(crate) struct KindView {
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    pub(crate) kind: ConnectionKind,
    /// The name that people know.
    pub(crate) title: &'static str,
    /// `preview` until it has proved itself with accounts of many customers.
    pub(crate) maturity: &'static str,
}

/// List the types that a connection may have
#[utoipa::path(get, operation_id = "list_connection_types", path = "/connections/types", tag = "connections", responses(
    (status = OK, description = "all of them", body = Vec<KindView>),
))]
pub(crate) async fn kinds(caller: Caller) -> Result<Json<Vec<KindView>>, Problem> {
    caller.require(Right::ManageConnections)?;
    let kind = ConnectionKind::ActiveCampaign;
    Ok(Json(vec![KindView { kind, title: kind.title(), maturity: kind.maturity() }]))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConsentQuery {
    /// The host of the account.
    pub(crate) host: String,
}

/// A text that is agreed to.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentText {
    /// To be sent as `agreed`.
    pub(crate) version: u32,
    pub(crate) text: String,
}

/// Read what is agreed to
///
/// The text that an administrator agrees to before a connection to this host is tried or saved.
#[utoipa::path(get, operation_id = "read_consent_text", path = "/connections/consent", tag = "connections", params(ConsentQuery), responses(
    (status = OK, description = "the text in force", body = ConsentText),
))]
pub(crate) async fn consent(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<ConsentQuery>,
) -> Result<Json<ConsentText>, Problem> {
    caller.require(Right::ManageConnections)?;
    let (version, text) = app.connections.consent(&query.host);
    Ok(Json(ConsentText { version, text }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriedAccount {
    /// The API host, from Settings → Developer in ActiveCampaign.
    #[schema(example = "acme.api-us1.com")]
    pub(super) host: String,
    /// The API key, from the same page. It is sealed and never shown.
    pub(super) api_key: Option<String>,
    /// In place of `api_key`: `env:NAME` or `file:/path`, read whenever the key is needed.
    pub(super) api_key_from: Option<String>,
    /// The version of the consent text that is agreed to.
    pub(super) agreed: Option<u32>,
}

impl TriedAccount {
    pub(super) fn attempt(self) -> Result<Attempt, Problem> {
        let key = required_key(self.api_key, self.api_key_from.as_deref())?;
        Ok(Attempt { host: self.host, key, agreed: self.agreed })
    }
}

/// The key in a body: typed, or where it is.
pub(crate) fn key(typed: Option<String>, from: Option<&str>) -> Result<Option<Secret>, Problem> {
    match (typed, from) {
        (Some(_), Some(_)) => {
            Err(Problem::field("/api_key_from", "must not be given beside api_key: choose one of them"))
        }
        (Some(typed), None) => Ok(Some(Secret::Value(SecretString::from(typed)))),
        (None, Some(from)) => match Reference::parse(from) {
            Some(reference) => Ok(Some(Secret::Reference(reference))),
            None => Err(Problem::field("/api_key_from", "must be env:NAME or file:/path")),
        },
        (None, None) => Ok(None),
    }
}

fn required_key(typed: Option<String>, from: Option<&str>) -> Result<Secret, Problem> {
    let missing =
        "must be given, or api_key_from: see https://help.activecampaign.com/hc/en-us/articles/207317590";
    key(typed, from)?.ok_or_else(|| Problem::field("/api_key", missing))
}

/// Connect, to see whether host and key are right
///
/// Makes a real call and shows whose key it is and the account's lists. A failure says what is at fault: `connect_host`, `connect_key`,
/// `connect_network`, `connect_permission`, `connect_account` or `connect_provider`. Nothing is saved.
#[utoipa::path(post, operation_id = "try_account", path = "/connections/test", tag = "connections", request_body = TriedAccount, responses(
    (status = OK, description = "the account answered", body = AccountView),
))]
pub(crate) async fn try_account(
    State(app): State<App>,
    caller: Caller,
    Body(tried): Body<TriedAccount>,
) -> Result<Json<AccountView>, Problem> {
    caller.require(Right::ManageConnections)?;
    let account = app.connections.try_account(&tried.attempt()?).await?;
    Ok(Json(account_view(account)))
}

/// Test a connection again
///
/// The outcome is kept and shown with the connection, whichever it is.
#[utoipa::path(post, operation_id = "test_connection", path = "/connections/{id}/test", tag = "connections", params(("id" = String, Path)), responses(
    (status = OK, description = "the account answered", body = AccountView),
))]
pub(crate) async fn test_again(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<AccountView>, Problem> {
    caller.require(Right::ManageConnections)?;
    let account = app.connections.test_again(&id, app.now_ms()).await?;
    Ok(Json(account_view(account)))
}
