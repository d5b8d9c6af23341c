//! Exports: what goes where. Everybody sees them (ROL-1); who may use the connection changes them (ROL-2, ROL-3), and
//! administrators detach them (ROL-4). Saving sends nothing.

pub(crate) mod body;
pub(crate) mod form;
pub(crate) mod view;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_model::Right;
use segue_runs::exports::{ExportError, ExportFilter, SeenExport, ShownExport};
use segue_store::Entry;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{AddedExport, CopyName, ExportChanges};
use self::view::{DetailsView, ExportView, details, told, view};
use crate::app::App;
use crate::caller::{Caller, Object};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Id};
use crate::paging::{Page, Paging, behind};
use crate::problem::{Code, Problem};

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(duplicate))
        .routes(routes!(detach))
        .routes(routes!(enable))
        .routes(routes!(disable))
        .merge(form::endpoints())
}

/// An entry of which the service fills in what was done.
fn entry(app: &App, caller: &Caller, id: &str) -> Entry {
    caller.entry(app, "export", Object { kind: "export", id, name: "" })
}

/// An export with how it stands now.
pub(crate) async fn standing(app: &App, shown: ShownExport) -> Result<(i64, DetailsView), Problem> {
    let standing = app.runs.standings([&*shown.seen.export], app.now_ms()).await?.pop();
    let standing = standing.ok_or_else(|| Problem::new(Code::Defect))?;
    Ok((shown.seen.export.version, details(shown, standing)))
}

pub(crate) async fn tagged(app: &App, shown: ShownExport) -> Result<Tagged<DetailsView>, Problem> {
    let (version, view) = standing(app, shown).await?;
    Ok(Tagged::ok(version, view))
}

pub(crate) async fn created(app: &App, shown: ShownExport) -> Result<Response, Problem> {
    let place = format!("/api/v1/exports/{}", shown.seen.export.id);
    let (version, view) = standing(app, shown).await?;
    Ok(([(header::LOCATION, place)], Tagged::created(version, view)).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Whose name, or the name or type of whose connection, holds this, whatever the case.
    pub(crate) search: Option<String>,
    /// On the connection of this id.
    pub(crate) connection: Option<String>,
    /// With the segment of this name.
    pub(crate) segment: Option<String>,
    /// By `name`, unless told, `status`, `latest_run` or `next_run`; with a minus before it, from the end.
    pub(crate) sort: Option<String>,
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List exports
///
/// Everybody sees all of them; `permission` says what the caller may do.
#[utoipa::path(get, operation_id = "list_exports", path = "/exports", tag = "exports", params(ExportQuery), responses(
    (status = OK, description = "a page of exports", body = Page<ExportView>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<ExportQuery>,
) -> Result<Json<Page<ExportView>>, Problem> {
    caller.require(Right::SeeExports)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let filter = ExportFilter { search: query.search, connection: query.connection, segment: query.segment };
    let sort = query.sort.as_deref().unwrap_or("name");
    let (by, from_end) = sort.strip_prefix('-').map_or((sort, false), |by| (by, true));
    let mut seen = app.exports.list(&filter, &caller.asker()).await?;
    if by == "name" {
        if from_end {
            seen.reverse();
        }
        let seen = behind(seen, paging.cursor.as_deref(), |one| &one.export.id)?;
        let page = Page::of(seen, limit, |one| one.export.id.clone(), |one| one);
        return Ok(Json(Page { items: views(&app, page.items).await?, next: page.next }));
    }
    let key = sort_key(by)?;
    let items = sorted(views(&app, seen).await?, key, from_end);
    let items = behind(items, paging.cursor.as_deref(), |one| &one.id)?;
    Ok(Json(Page::of(items, limit, |one| one.id.clone(), |one| one)))
}

async fn views(app: &App, seen: Vec<SeenExport>) -> Result<Vec<ExportView>, Problem> {
    let standings = app.runs.standings(seen.iter().map(|one| &*one.export), app.now_ms()).await?;
    Ok(seen.into_iter().zip(standings).map(|(one, standing)| view(one, standing)).collect())
}

/// Something of how an export stands.
type SortKey = fn(&ExportView) -> Option<&str>;

fn sort_key(by: &str) -> Result<SortKey, Problem> {
    Ok(match by {
        "status" => |export| Some(export.status),
        "latest_run" => |export| export.latest_run.as_ref().map(|run| run.queued_at.as_str()),
        "next_run" => |export| export.next_run_at.as_deref(),
        _ => {
            let words = "sort is name, status, latest_run or next_run, or one of them with a minus before it";
            return Err(Problem::with(Code::Malformed, words));
        }
    })
}

/// Exports by how they stand. Those without what is sorted by come last, whichever end it begins at.
fn sorted(mut exports: Vec<ExportView>, key: SortKey, from_end: bool) -> Vec<ExportView> {
    exports.sort_by(|one, other| match (key(one), key(other)) {
        (Some(one), Some(other)) if from_end => other.cmp(one),
        (Some(one), Some(other)) => one.cmp(other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    });
    exports
}

/// Save an export
///
/// Every mistake is told at once. The account is asked whether the list is there and what custom fields take; nothing is sent
/// to it, and no run begins.
#[utoipa::path(post, operation_id = "add_export", path = "/exports", tag = "exports", request_body = AddedExport, responses(
    (status = CREATED, description = "saved", body = DetailsView),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(added): Body<AddedExport>,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let id = app.new_id();
    let (wanted, is_enabled) = added.wanted();
    let by = entry(&app, &caller, &id);
    created(&app, app.exports.create(&id, &wanted, is_enabled, &caller.asker(), &by).await?).await
}

/// Show an export
///
/// With the members of its segments, and with what is probably not meant.
#[utoipa::path(get, operation_id = "show_export", path = "/exports/{id}", tag = "exports", params(("id" = String, Path)), responses(
    (status = OK, description = "the export", body = DetailsView),
))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<DetailsView>, Problem> {
    caller.require(Right::SeeExports)?;
    tagged(&app, app.exports.show(&id, &caller.asker()).await?).await
}

/// Change an export
///
/// Checked like a new one. The account is asked only if connection, list or custom fields are new.
#[utoipa::path(patch, operation_id = "change_export", path = "/exports/{id}", tag = "exports", request_body = ExportChanges,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = DetailsView)),
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
    Body(changes): Body<ExportChanges>,
) -> Result<Tagged<DetailsView>, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let by = entry(&app, &caller, &id);
    let changed = app.exports.change(&id, version.version(), &changes.into(), &caller.asker(), &by).await?;
    tagged(&app, changed).await
}

/// Remove an export
///
/// It does not run again. What it has put on the list stays there.
#[utoipa::path(delete, operation_id = "remove_export", path = "/exports/{id}", tag = "exports",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = NO_CONTENT, description = "removed")),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let by = entry(&app, &caller, &id);
    app.exports.remove(&id, version.version(), &caller.asker(), &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Duplicate an export
///
/// The copy is disabled, because two exports that keep one list are seldom meant: change it, then enable it.
#[utoipa::path(post, operation_id = "duplicate_export", path = "/exports/{id}/duplicate", tag = "exports", request_body = CopyName,
    params(("id" = String, Path)),
    responses((status = CREATED, description = "the copy", body = DetailsView)),
)]
pub(crate) async fn duplicate(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Body(copy): Body<CopyName>,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let copied = app.new_id();
    let by = entry(&app, &caller, &copied);
    created(&app, app.exports.duplicate(&id, &copied, &copy.name, &caller.asker(), &by).await?).await
}

/// Detach an export
///
/// Takes its connection from it: it stays as it is, and does not run until it gets another one. For administrators.
#[utoipa::path(post, operation_id = "detach_export", path = "/exports/{id}/detach", tag = "exports",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "detached", body = DetailsView)),
)]
pub(crate) async fn detach(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
) -> Result<Tagged<DetailsView>, Problem> {
    caller.require(Right::DetachConnections)?;
    let by = entry(&app, &caller, &id);
    tagged(&app, app.exports.detach(&id, version.version(), &caller.asker(), &by).await?).await
}

/// Let an export run
#[utoipa::path(post, operation_id = "enable_export", path = "/exports/{id}/enable", tag = "exports",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "enabled", body = DetailsView)),
)]
pub(crate) async fn enable(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
) -> Result<Tagged<DetailsView>, Problem> {
    switch(&app, &caller, &id, &version, true).await
}

/// Keep an export from running
#[utoipa::path(post, operation_id = "disable_export", path = "/exports/{id}/disable", tag = "exports",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "disabled", body = DetailsView)),
)]
pub(crate) async fn disable(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    version: IfMatch,
) -> Result<Tagged<DetailsView>, Problem> {
    switch(&app, &caller, &id, &version, false).await
}

pub(crate) async fn switch(
    app: &App,
    caller: &Caller,
    id: &str,
    version: &IfMatch,
    is_enabled: bool,
) -> Result<Tagged<DetailsView>, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let by = entry(app, caller, id);
    let switched = app.exports.set_enabled(id, version.version(), is_enabled, &caller.asker(), &by).await?;
    tagged(app, switched).await
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Faults(faults) => Self::fields(faults.into_iter().map(told).collect()),
            ExportError::NotShared | ExportError::NotAdministrator => {
                Self::with(Code::Forbidden, error.to_string())
            }
            ExportError::Trouble(trouble) => trouble.into(),
            ExportError::Connection(error) => error.into(),
            ExportError::Store(error) => error.into(),
            ExportError::Defect => {
                tracing::error!("{error}");
                Self::new(Code::Defect)
            }
        }
    }
}
