//! Connections: where data may go. For administrators (ROL-5); a contributor sees name and type of what is shared with them.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use segue_model::Right;
use segue_model::connection::{ConnectionKind, ExportUserGone, Fault, Sharing, Signature, Tested};
use segue_runs::connections::{
    Account, Attempt, ConnectionChange, ConnectionError, NewConnection, ProvenPerson, SeenConnection,
};
use segue_store::{Connection, Entry, Reference, Secret};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Id};
use crate::paging::{Page, Paging};
use crate::problem::{Code, Problem, UsedBy};
use crate::schema;
use crate::time::written;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(kinds))
        .routes(routes!(consent))
        .routes(routes!(try_account))
        .routes(routes!(show, change, remove))
        .routes(routes!(test_again))
        .routes(routes!(become_export_user))
}

/// A person at the time of what is recorded, and when that was.
#[derive(Serialize, ToSchema)]
struct Signed {
    id: String,
    /// The name or login at the time.
    name: String,
    at: String,
}

/// Who agreed that data leaves, and to what.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
struct ConsentView {
    /// The version of the text.
    text: u32,
    /// The operator's privacy statement that stood with it.
    policy: Option<String>,
    by: Signed,
}

/// In whose name exports run.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportUser)]
struct ExportUserView {
    id: String,
    name: String,
    since: String,
    /// Why exports on this connection do not run: the person was `removed`, `disabled`, or is no administrator any more
    /// (`demoted`). Another administrator must become export user.
    gone: Option<&'static str>,
}

/// How the latest test ended.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
struct TestView {
    at: String,
    /// What was at fault; nothing if all is well.
    #[schema(schema_with = schema::fault)]
    fault: Option<Fault>,
    /// What is wrong and what to do.
    words: Option<String>,
}

/// A connection without its key, which is never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection)]
struct ConnectionView {
    id: String,
    name: String,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    kind: ConnectionKind,
    #[schema(example = "acme.api-us1.com")]
    host: String,
    /// Where the key is: `env:NAME` or `file:/path`; nothing if it is sealed here.
    api_key_from: Option<String>,
    #[schema(schema_with = schema::sharing)]
    sharing: Sharing,
    consent: ConsentView,
    export_user: ExportUserView,
    test: TestView,
    /// Counts changes; the ETag is this.
    version: i64,
    created_at: String,
    changed_at: String,
}

/// What a contributor sees of a connection that is shared with them.
#[derive(Serialize, ToSchema)]
struct ConnectionName {
    id: String,
    name: String,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    kind: ConnectionKind,
}

/// A connection, as the caller may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum AnyConnection {
    Whole(Box<ConnectionView>),
    Name(ConnectionName),
}

/// A list of the account.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountList)]
struct ListView {
    id: u64,
    name: String,
    /// Whether it takes e-mail. Others cannot be exported to.
    takes_email: bool,
}

/// An account that answered to the key.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
struct AccountView {
    host: String,
    /// By name.
    lists: Vec<ListView>,
}

/// A new connection, and the account that it leads to.
#[derive(Serialize, ToSchema)]
struct Connected {
    connection: ConnectionView,
    account: AccountView,
}

fn signed(signature: &Signature) -> Signed {
    Signed { id: signature.id.clone(), name: signature.name.clone(), at: written(signature.at_ms) }
}

fn test_view(tested: &Tested) -> TestView {
    TestView {
        at: written(tested.at_ms),
        fault: tested.trouble.as_ref().map(|trouble| trouble.fault),
        words: tested.trouble.as_ref().map(|trouble| trouble.words.clone()),
    }
}

async fn view(app: &App, connection: &Connection) -> Result<ConnectionView, Problem> {
    let gone = app.connections.export_user_gone(connection).await?;
    let export_user = &connection.export_user;
    Ok(ConnectionView {
        id: connection.id.clone(),
        name: connection.name.clone(),
        kind: connection.kind,
        host: connection.host.clone(),
        api_key_from: connection.reference.as_ref().map(ToString::to_string),
        sharing: connection.sharing.clone(),
        consent: ConsentView {
            text: connection.consent.text,
            policy: connection.consent.policy.clone(),
            by: signed(&connection.consent.by),
        },
        export_user: ExportUserView {
            id: export_user.id.clone(),
            name: export_user.name.clone(),
            since: written(export_user.at_ms),
            gone: gone.map(ExportUserGone::word),
        },
        test: test_view(&connection.tested),
        version: connection.version,
        created_at: written(connection.created_ms),
        changed_at: written(connection.changed_ms),
    })
}

fn account_view(account: Account) -> AccountView {
    let lists = account.lists.into_iter();
    let lists = lists.map(|list| ListView { id: list.id, name: list.name, takes_email: list.takes_email });
    AccountView { host: account.host, lists: lists.collect() }
}

async fn any_view(app: &App, seen: SeenConnection) -> Result<AnyConnection, Problem> {
    Ok(match seen {
        SeenConnection::Whole(connection) => AnyConnection::Whole(Box::new(view(app, &connection).await?)),
        SeenConnection::Name { id, name, kind } => AnyConnection::Name(ConnectionName { id, name, kind }),
    })
}

/// An entry of which the service fills in what was done.
fn entry(app: &App, caller: &Caller, id: &str) -> Entry {
    caller.entry(app, "connection", Object { kind: "connection", id, name: "" })
}

fn proven(caller: &Caller) -> ProvenPerson {
    ProvenPerson { id: caller.person.id.clone(), name: caller.person.name.clone(), role: caller.person.role }
}

/// The key in a body: typed, or where it is.
fn key(typed: Option<String>, from: Option<&str>) -> Result<Option<Secret>, Problem> {
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

impl From<ConnectionError> for Problem {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Field { field, problem } => Self::field(&format!("/{field}"), problem),
            ConnectionError::Trouble(trouble) => {
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
            ConnectionError::InUse { exports } => {
                let exports = exports.into_iter();
                Self::in_use(exports.map(|export| UsedBy { id: export.id, name: export.name }).collect())
            }
            ConnectionError::ExportUser(gone) => Self::with(Code::ExportUserGone, gone.to_string()),
            ConnectionError::Store(error) => error.into(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConnectionQuery {
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// List connections
///
/// By name. A contributor sees id, name and type of those that are shared with them, and of the others nothing.
#[utoipa::path(get, operation_id = "list_connections", path = "/connections", tag = "connections", params(ConnectionQuery), responses(
    (status = OK, description = "a page of connections", body = Page<AnyConnection>),
))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<ConnectionQuery>,
) -> Result<Json<Page<AnyConnection>>, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let mut seen = app.connections.list(&caller.person.id, caller.person.role).await?;
    if let Some(cursor) = &paging.cursor {
        // The last of the page before may have been removed in the meantime.
        let last = seen.iter().position(|one| id_of(one) == cursor);
        seen.drain(..=last.ok_or_else(|| Problem::new(Code::UnknownCursor))?);
    }
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

/// A type of connection.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionType)]
struct KindView {
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    kind: ConnectionKind,
    /// The name that people know.
    title: &'static str,
}

/// List the types that a connection may have
#[utoipa::path(get, operation_id = "list_connection_types", path = "/connections/types", tag = "connections", responses(
    (status = OK, description = "all of them", body = Vec<KindView>),
))]
async fn kinds(caller: Caller) -> Result<Json<Vec<KindView>>, Problem> {
    caller.require(Right::ManageConnections)?;
    let kind = ConnectionKind::ActiveCampaign;
    Ok(Json(vec![KindView { kind, title: kind.title() }]))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConsentQuery {
    /// The host of the account.
    host: String,
}

/// A text that is agreed to.
#[derive(Serialize, ToSchema)]
struct ConsentText {
    /// To be sent as `agreed`.
    version: u32,
    text: String,
}

/// Read what is agreed to
///
/// The text that an administrator agrees to before a connection to this host is tried or saved.
#[utoipa::path(get, operation_id = "read_consent_text", path = "/connections/consent", tag = "connections", params(ConsentQuery), responses(
    (status = OK, description = "the text in force", body = ConsentText),
))]
async fn consent(
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
struct TriedAccount {
    /// The API host, from Settings → Developer in ActiveCampaign.
    #[schema(example = "acme.api-us1.com")]
    host: String,
    /// The API key, from the same page. It is sealed and never shown.
    api_key: Option<String>,
    /// In place of `api_key`: `env:NAME` or `file:/path`, read whenever the key is needed.
    api_key_from: Option<String>,
    /// The version of the consent text that is agreed to.
    agreed: Option<u32>,
}

impl TriedAccount {
    fn attempt(self) -> Result<Attempt, Problem> {
        let key = required_key(self.api_key, self.api_key_from.as_deref())?;
        Ok(Attempt { host: self.host, key, agreed: self.agreed })
    }
}

/// Connect, to see whether host and key are right
///
/// Makes a real call and shows the account's lists. A failure says what is at fault: `connect_host`, `connect_key`,
/// `connect_network`, `connect_permission`, `connect_account` or `connect_provider`. Nothing is saved.
#[utoipa::path(post, operation_id = "try_account", path = "/connections/test", tag = "connections", request_body = TriedAccount, responses(
    (status = OK, description = "the account answered", body = AccountView),
))]
async fn try_account(
    State(app): State<App>,
    caller: Caller,
    Body(tried): Body<TriedAccount>,
) -> Result<Json<AccountView>, Problem> {
    caller.require(Right::ManageConnections)?;
    let account = app.connections.try_account(&tried.attempt()?).await?;
    Ok(Json(account_view(account)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddedConnection {
    /// What people call it: it should tell purpose and target, as in "Shop newsletter, ActiveCampaign".
    name: String,
    /// `active_campaign` unless told.
    #[serde(rename = "type", default)]
    #[schema(schema_with = schema::connection_kind)]
    #[expect(dead_code, reason = "there is one type only; others are turned down when it is read")]
    kind: ConnectionKind,
    /// The API host, from Settings → Developer in ActiveCampaign.
    #[schema(example = "acme.api-us1.com")]
    host: String,
    /// The API key, from the same page. It is sealed and never shown.
    api_key: Option<String>,
    /// In place of `api_key`: `env:NAME` or `file:/path`, read whenever the key is needed.
    api_key_from: Option<String>,
    /// Who may use it: administrators only, unless told.
    #[serde(default)]
    #[schema(schema_with = schema::sharing)]
    sharing: Sharing,
    /// The version of the consent text that is agreed to.
    agreed: Option<u32>,
    /// The caller's password: the caller becomes the export user.
    password: String,
}

/// Add a connection
///
/// The account is tried first; only what can be used is saved.
#[utoipa::path(post, operation_id = "add_connection", path = "/connections", tag = "connections", request_body = AddedConnection, responses(
    (status = CREATED, description = "added", body = Connected),
))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<AddedConnection>,
) -> Result<Response, Problem> {
    caller.require(Right::ManageConnections)?;
    let tried = TriedAccount {
        host: new.host,
        api_key: new.api_key,
        api_key_from: new.api_key_from,
        agreed: new.agreed,
    };
    let account = tried.attempt()?;
    caller.prove(&app, &new.password, "/password").await?;
    let wanted = NewConnection { id: app.new_id(), name: new.name, sharing: new.sharing, account };
    let by = entry(&app, &caller, &wanted.id);
    let (connection, account) = app.connections.create(&wanted, &proven(&caller), &by).await?;
    let place = format!("/api/v1/connections/{}", connection.id);
    let connected = Connected { connection: view(&app, &connection).await?, account: account_view(account) };
    Ok(([(header::LOCATION, place)], Tagged::created(connection.version, connected)).into_response())
}

/// Show a connection
///
/// A contributor sees id, name and type of one that is shared with them.
#[utoipa::path(get, operation_id = "show_connection", path = "/connections/{id}", tag = "connections", params(("id" = String, Path)), responses(
    (status = OK, description = "the connection", body = AnyConnection),
))]
async fn show(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
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
struct ConnectionChanges {
    name: Option<String>,
    #[schema(schema_with = schema::sharing)]
    sharing: Option<Sharing>,
    /// Another host takes key and consent again: a stored key is sent to its own host only.
    host: Option<String>,
    /// Another key.
    api_key: Option<String>,
    /// In place of `api_key`: `env:NAME` or `file:/path`.
    api_key_from: Option<String>,
    /// The version of the consent text that is agreed to.
    agreed: Option<u32>,
}

/// Change a connection
///
/// Another host or key is tried first; if it does not work, nothing changes. Exports stay as they are.
#[utoipa::path(patch, operation_id = "change_connection", path = "/connections/{id}", tag = "connections", request_body = ConnectionChanges,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = ConnectionView)),
)]
async fn change(
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
async fn remove(
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

/// Test a connection again
///
/// The outcome is kept and shown with the connection, whichever it is.
#[utoipa::path(post, operation_id = "test_connection", path = "/connections/{id}/test", tag = "connections", params(("id" = String, Path)), responses(
    (status = OK, description = "the account answered", body = AccountView),
))]
async fn test_again(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<AccountView>, Problem> {
    caller.require(Right::ManageConnections)?;
    let account = app.connections.test_again(&id, app.now_ms()).await?;
    Ok(Json(account_view(account)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reentered {
    /// The caller's password.
    password: String,
}

/// Become the export user of a connection
///
/// From now on its exports run in the caller's name.
#[utoipa::path(post, operation_id = "become_export_user", path = "/connections/{id}/export-user", tag = "connections", request_body = Reentered,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "done", body = ConnectionView)),
)]
async fn become_export_user(
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
