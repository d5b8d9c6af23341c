//! Connections: where data may go. For administrators (ROL-5); a contributor sees name and type of what is shared with them.

pub(crate) mod account;
pub(crate) mod view;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_model::Right;
use segue_model::connection::{ConnectionKind, Fault, Sharing, Trouble};
use segue_runs::connections::{
    ConnectionChange, ConnectionError, NewConnection, ProvenPerson, SeenConnection,
};
use segue_store::Entry;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::account::{TriedAccount, key};
use self::view::{AnyConnection, Connected, ConnectionView, account_view, any_view, view};
use crate::app::App;
use crate::caller::{Caller, Object};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Id};
use crate::paging::{Page, Paging, behind};
use crate::problem::{Code, Problem, UsedBy};
use crate::schema;

pub(crate) use self::view::ListView;
pub(super) use self::view::{Signed, list_view, signed};

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(become_export_user))
        .merge(account::endpoints())
}

/// An entry of which the service fills in what was done.
fn entry(app: &App, caller: &Caller, id: &str) -> Entry {
    caller.entry(app, "connection", Object { kind: "connection", id, name: "" })
}

fn proven(caller: &Caller) -> ProvenPerson {
    ProvenPerson { id: caller.person.id.clone(), name: caller.person.name.clone(), role: caller.person.role }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConnectionQuery {
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List connections
///
/// By name. A contributor sees id, name and type of those that are shared with them, and of the others nothing.
#[utoipa::path(get, operation_id = "list_connections", path = "/connections", tag = "connections", params(ConnectionQuery), responses(
    (status = OK, description = "a page of connections", body = Page<AnyConnection>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<ConnectionQuery>,
) -> Result<Json<Page<AnyConnection>>, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let seen = app.connections.list(&caller.person.id, caller.person.role).await?;
    let seen = behind(seen, paging.cursor.as_deref(), id_of)?;
    let page = Page::of(seen, limit, |one| id_of(one).to_owned(), |one| one);
    let mut items = Vec::with_capacity(page.items.len());
    for one in page.items {
        items.push(any_view(&app, one).await?);
    }
    Ok(Json(Page { items, next: page.next }))
}

fn id_of(seen: &SeenConnection) -> &str {
    match seen {
        SeenConnection::Whole(connection) => &connection.id,
        SeenConnection::Name { id, .. } => id,
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedConnection {
    /// What people call it: it should tell purpose and target, as in "Shop newsletter, ActiveCampaign".
    pub(crate) name: String,
    /// `active_campaign` unless told.
    #[serde(rename = "type", default)]
    #[schema(schema_with = schema::connection_kind)]
    #[expect(dead_code, reason = "there is one type only; others are turned down when it is read")]
    pub(crate) kind: ConnectionKind,
    /// The API host, from Settings → Developer in ActiveCampaign.
    #[schema(example = "acme.api-us1.com")]
    pub(crate) host: String,
    /// The API key, from the same page. It is sealed and never shown.
    pub(crate) api_key: Option<String>,
    /// In place of `api_key`: `env:NAME` or `file:/path`, read whenever the key is needed.
    pub(crate) api_key_from: Option<String>,
    /// Who may use it: administrators only, unless told.
    #[serde(default)]
    #[schema(schema_with = schema::sharing)]
    pub(crate) sharing: Sharing,
    /// The version of the consent text that is agreed to.
    pub(crate) agreed: Option<u32>,
    /// The caller's password: the caller becomes the export user.
    pub(crate) password: String,
}

/// Add a connection
///
/// The account is tried first; only what can be used is saved.
#[utoipa::path(post, operation_id = "add_connection", path = "/connections", tag = "connections", request_body = AddedConnection, responses(
    (status = CREATED, description = "added", body = Connected),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<AddedConnection>,
) -> Result<Response, Problem> {
    let connected = add(&app, &caller, new).await?;
    let place = format!("/api/v1/connections/{}", connected.connection.id);
    Ok(([(header::LOCATION, place)], Tagged::created(connected.connection.version, connected))
        .into_response())
}

/// Tries the account, then saves the connection.
pub(crate) async fn add(app: &App, caller: &Caller, new: AddedConnection) -> Result<Connected, Problem> {
    caller.require(Right::ManageConnections)?;
    let tried = TriedAccount {
        host: new.host,
        api_key: new.api_key,
        api_key_from: new.api_key_from,
        agreed: new.agreed,
    };
    let account = tried.attempt()?;
    caller.prove(app, &new.password, "/password").await?;
    let wanted = NewConnection { id: app.new_id(), name: new.name, sharing: new.sharing, account };
    let by = entry(app, caller, &wanted.id);
    let (connection, account) = app.connections.create(&wanted, &proven(caller), &by).await?;
    Ok(Connected { connection: view(app, &connection).await?, account: account_view(account) })
}

/// Show a connection
///
/// A contributor sees id, name and type of one that is shared with them.
#[utoipa::path(get, operation_id = "show_connection", path = "/connections/{id}", tag = "connections", params(("id" = String, Path)), responses(
    (status = OK, description = "the connection", body = AnyConnection),
))]
pub(crate) async fn show(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let seen = app.connections.show(&id, &caller.person.id, caller.person.role).await?;
    let version = match &seen {
        SeenConnection::Whole(connection) => Some(connection.version),
        // Who sees the name only has nothing to change.
        SeenConnection::Name { .. } => None,
    };
    let body = any_view(&app, seen).await?;
    Ok(match version {
        Some(version) => Tagged::ok(version, body).into_response(),
        None => Json(body).into_response(),
    })
}

/// What is to be different. What is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionChanges {
    pub(crate) name: Option<String>,
    #[schema(schema_with = schema::sharing)]
    pub(crate) sharing: Option<Sharing>,
    /// Another host takes key and consent again: a stored key is sent to its own host only.
    pub(crate) host: Option<String>,
    /// Another key.
    pub(crate) api_key: Option<String>,
    /// In place of `api_key`: `env:NAME` or `file:/path`.
    pub(crate) api_key_from: Option<String>,
    /// The version of the consent text that is agreed to.
    pub(crate) agreed: Option<u32>,
}

/// Change a connection
///
/// Another host or key is tried first; if it does not work, nothing changes. Exports stay as they are.
#[utoipa::path(patch, operation_id = "change_connection", path = "/connections/{id}", tag = "connections", request_body = ConnectionChanges,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = ConnectionView)),
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
    Body(changes): Body<ConnectionChanges>,
) -> Result<Tagged<ConnectionView>, Problem> {
    caller.require(Right::ManageConnections)?;
    let wanted = ConnectionChange {
        name: changes.name,
        sharing: changes.sharing,
        host: changes.host,
        key: key(changes.api_key, changes.api_key_from.as_deref())?,
        agreed: changes.agreed,
    };
    let by = entry(&app, &caller, &id);
    let changed = app.connections.change(&id, version.version(), &wanted, &by).await?;
    Ok(Tagged::ok(changed.version, view(&app, &changed).await?))
}

/// Remove a connection
///
/// Its key is erased. Blocked while exports use it: `in_use` names them in `used_by`.
#[utoipa::path(delete, operation_id = "remove_connection", path = "/connections/{id}", tag = "connections",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = NO_CONTENT, description = "removed")),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.require(Right::ManageConnections)?;
    let by = entry(&app, &caller, &id);
    app.connections.remove(&id, version.version(), &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reentered {
    /// The caller's password.
    pub(crate) password: String,
}

/// Become the export user of a connection
///
/// From now on its exports run in the caller's name.
#[utoipa::path(post, operation_id = "become_export_user", path = "/connections/{id}/export-user", tag = "connections", request_body = Reentered,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "done", body = ConnectionView)),
)]
pub(crate) async fn become_export_user(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
    Body(entered): Body<Reentered>,
) -> Result<Tagged<ConnectionView>, Problem> {
    caller.require(Right::ManageConnections)?;
    caller.prove(&app, &entered.password, "/password").await?;
    let by = entry(&app, &caller, &id);
    let changed = app.connections.become_export_user(&id, version.version(), &proven(&caller), &by).await?;
    Ok(Tagged::ok(changed.version, view(&app, &changed).await?))
}

impl From<ConnectionError> for Problem {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Field { field, problem } => Self::field(&format!("/{field}"), problem),
            ConnectionError::Trouble(trouble) => trouble.into(),
            ConnectionError::InUse { exports } => {
                let exports = exports.into_iter();
                let used_by =
                    exports.map(|export| UsedBy { kind: "export", id: export.id, name: export.name });
                Self::in_use(used_by.collect())
            }
            ConnectionError::ExportUser(gone) => Self::with(Code::ExportUserGone, gone.to_string()),
            ConnectionError::Store(error) => error.into(),
        }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        let code = match trouble.fault {
            Fault::Host => Code::ConnectHost,
            Fault::Key => Code::ConnectKey,
            Fault::Network => Code::ConnectNetwork,
            Fault::Permission => Code::ConnectPermission,
            Fault::Account => Code::ConnectAccount,
            Fault::Provider => Code::ConnectProvider,
        };
        Self::with(code, trouble.words)
    }
}
