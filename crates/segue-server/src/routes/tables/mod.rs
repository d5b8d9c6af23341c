//! Tables: what segments can speak of. Everybody sees them and their rows (ROL-11); contributors change them (ROL-12).

pub(crate) mod body;
pub(crate) mod look;
pub(crate) mod view;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_model::{Right, Source};
use segue_store::Entry;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{AddedTable, TableChanges};
use self::view::{TableView, view};
use crate::app::App;
use crate::caller::{Caller, Object};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Id, MAX_DEFINITION, TwoIds};
use crate::paging::{Page, Paging, behind};
use crate::problem::{Code, Problem};
use crate::routes::segments::Definition;
use crate::schema;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(declare, take_back))
        .merge(look::endpoints())
}

/// An entry of which the service fills in what was done.
fn entry(app: &App, caller: &Caller, name: &str) -> Entry {
    caller.entry(app, "table", Object { kind: "table", id: name, name })
}

pub(crate) async fn tagged(app: &App, name: &str) -> Result<Tagged<TableView>, Problem> {
    let seen = app.segments.show_table(name).await?;
    Ok(Tagged::ok(seen.version, view(Arc::unwrap_or_clone(seen))))
}

/// The files that a path means, if they are in a data folder; or an address, which is looked at when it is fetched.
pub(crate) async fn source(app: &App, path: String) -> Result<Source, Problem> {
    let given = Source::anywhere(path.trim());
    if given.is_address() {
        return Ok(given);
    }
    let folders = app.setting.data_folders.clone();
    let found = tokio::task::spawn_blocking(move || folders.source(&path)).await;
    found.map_err(|_| Problem::new(Code::Defect))?
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TableQuery {
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List tables
///
/// By name.
#[utoipa::path(get, operation_id = "list_tables", path = "/tables", tag = "tables", params(TableQuery), responses(
    (status = OK, description = "a page of tables", body = Page<TableView>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<TableQuery>,
) -> Result<Json<Page<TableView>>, Problem> {
    caller.require(Right::SeeTables)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let seen = app.segments.list_tables().await?;
    let seen = behind(seen, paging.cursor.as_deref(), |one| &one.stored.table.name)?;
    Ok(Json(Page::of(
        seen,
        limit,
        |one| one.stored.table.name.clone(),
        |one| view(Arc::unwrap_or_clone(one)),
    )))
}

/// Add a table
///
/// Its files stay where they are, in one of the server's data folders, and are read when something is asked; or its path is the
/// https address of a file, which is fetched now, when the table is looked at, and before each refresh. What its columns hold is
/// found out; text files are read whole for that.
#[utoipa::path(post, operation_id = "add_table", path = "/tables", tag = "tables", request_body = AddedTable, responses(
    (status = CREATED, description = "added", body = TableView),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(added): Body<AddedTable>,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeTables)?;
    let source = source(&app, added.path.clone()).await?;
    let new = added.wanted(source)?;
    let (place, by) = (format!("/api/v1/tables/{}", new.name), entry(&app, &caller, &new.name));
    let added = app.segments.add_table(new, &by).await?;
    let shown = tagged(&app, &added.table.name).await?;
    Ok(([(header::LOCATION, place)], Tagged { status: StatusCode::CREATED, ..shown }).into_response())
}

/// Show a table
///
/// Its columns with what can be asked of each, its key, relationships and conditions. No row is read.
#[utoipa::path(get, operation_id = "show_table", path = "/tables/{id}", tag = "tables",
    params(("id" = String, Path, description = "the table's name")),
    responses((status = OK, description = "the table", body = TableView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Tagged<TableView>, Problem> {
    caller.require(Right::SeeTables)?;
    tagged(&app, &name).await
}

/// Change a table
///
/// With another path or key its columns are looked at anew; what people have said of those that stay is kept.
#[utoipa::path(patch, operation_id = "change_table", path = "/tables/{id}", tag = "tables", request_body = TableChanges,
    params(("id" = String, Path, description = "the table's name"), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = TableView)),
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    version: IfMatch,
    Body(changes): Body<TableChanges>,
) -> Result<Tagged<TableView>, Problem> {
    caller.require(Right::ChangeTables)?;
    let source = match changes.path.clone() {
        Some(path) => Some(source(&app, path).await?),
        None => None,
    };
    let edit = changes.wanted(&name, source)?;
    let by = entry(&app, &caller, &name);
    app.segments.edit_table(&name, version.version(), edit, &by).await?;
    tagged(&app, &name).await
}

/// Remove a table
///
/// Its files stay. Blocked while something uses it: `in_use` names that in `used_by`.
#[utoipa::path(delete, operation_id = "remove_table", path = "/tables/{id}", tag = "tables",
    params(("id" = String, Path, description = "the table's name"), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = NO_CONTENT, description = "removed")),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.require(Right::ChangeTables)?;
    app.segments.remove_table(&name, Some(version.version()), &entry(&app, &caller, &name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedCondition {
    /// A group of conditions, as in `{"all": [{"column": "consent", "is": "yes"}]}`: docs/segments.md.
    #[schema(schema_with = schema::definition)]
    pub(crate) definition: Definition,
}

/// Declare a condition of a table
///
/// By name, as consent: definitions ask for it, and exports can require it of everybody. One of this name is replaced.
#[utoipa::path(put, operation_id = "declare_condition", path = "/tables/{id}/conditions/{condition}", tag = "tables", request_body = WantedCondition,
    params(("id" = String, Path, description = "the table's name"), ("condition" = String, Path, description = "the condition's name"),
        ("If-Match" = String, Header, description = "the ETag of the table that was read")),
    responses((status = OK, description = "declared", body = TableView)),
)]
pub(crate) async fn declare(
    State(app): State<App>,
    caller: Caller,
    TwoIds(name, condition): TwoIds,
    version: IfMatch,
    Body(wanted): Body<WantedCondition, MAX_DEFINITION>,
) -> Result<Tagged<TableView>, Problem> {
    caller.require(Right::ChangeTables)?;
    let (text, by) = (wanted.definition.text(), entry(&app, &caller, &name));
    app.segments.declare(&name, Some(version.version()), &condition, Some(&text), &by).await?;
    tagged(&app, &name).await
}

/// Take back a condition of a table
///
/// Blocked while something uses it: `in_use` names that in `used_by`.
#[utoipa::path(delete, operation_id = "take_back_condition", path = "/tables/{id}/conditions/{condition}", tag = "tables",
    params(("id" = String, Path, description = "the table's name"), ("condition" = String, Path, description = "the condition's name"),
        ("If-Match" = String, Header, description = "the ETag of the table that was read")),
    responses((status = OK, description = "taken back", body = TableView)),
)]
pub(crate) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    TwoIds(name, condition): TwoIds,
    version: IfMatch,
) -> Result<Tagged<TableView>, Problem> {
    caller.require(Right::ChangeTables)?;
    let by = entry(&app, &caller, &name);
    app.segments.declare(&name, Some(version.version()), &condition, None, &by).await?;
    tagged(&app, &name).await
}
