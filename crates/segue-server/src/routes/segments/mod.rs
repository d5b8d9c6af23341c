//! Segments: who is in. Everybody sees them and their members (ROL-6, ROL-9); contributors change them (ROL-7).

pub(crate) mod body;
pub(crate) mod definitions;
pub(crate) mod members;
pub(crate) mod view;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_model::{EngineError, Right};
use segue_runs::segments::{SegmentError, SegmentFilter};
use segue_store::Entry;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{AddedSegment, SegmentChanges, SegmentCopy, is_active, is_static};
use self::view::{
    HistoryView, SegmentDetails, SegmentView, UsageView, details, history_item, usage_view, view,
};
use crate::app::App;
use crate::caller::{Caller, Object};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Id, MAX_DEFINITION};
use crate::paging::{Page, Paging, behind};
use crate::problem::{Code, FieldError, Problem, UsedBy};
use crate::schema;

pub(crate) use self::body::Definition;
pub(crate) use self::members::chunks;
pub(crate) use self::view::{CorruptView, corrupt, used_by};

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(duplicate))
        .routes(routes!(usage))
        .routes(routes!(history))
        .merge(members::endpoints())
        .merge(definitions::endpoints())
}

/// An entry of which the service fills in what was done.
fn entry(app: &App, caller: &Caller, name: &str) -> Entry {
    caller.entry(app, "segment", Object { kind: "segment", id: name, name })
}

pub(crate) async fn tagged(app: &App, name: &str) -> Result<Tagged<SegmentDetails>, Problem> {
    let (seen, faults) = app.segments.show(name).await?;
    Ok(Tagged::ok(seen.segment.version, details(Arc::unwrap_or_clone(seen), faults)))
}

pub(crate) async fn created(app: &App, name: &str) -> Result<Response, Problem> {
    let place = format!("/api/v1/segments/{name}");
    let shown = tagged(app, name).await?;
    Ok(([(header::LOCATION, place)], Tagged { status: StatusCode::CREATED, ..shown }).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SegmentQuery {
    /// Whose name or description holds this, whatever the case.
    pub(crate) search: Option<String>,
    /// Over the table of this name.
    pub(crate) table: Option<String>,
    #[serde(rename = "type")]
    #[param(schema_with = schema::segment_type)]
    pub(crate) kind: Option<String>,
    #[param(schema_with = schema::segment_state)]
    pub(crate) state: Option<String>,
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List segments
///
/// By name, with the members of the refresh in force and how the latest refresh ended.
#[utoipa::path(get, operation_id = "list_segments", path = "/segments", tag = "segments", params(SegmentQuery), responses(
    (status = OK, description = "a page of segments", body = Page<SegmentView>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<SegmentQuery>,
) -> Result<Json<Page<SegmentView>>, Problem> {
    caller.require(Right::SeeSegments)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let malformed = |words| Problem::with(Code::Malformed, words);
    let filter = SegmentFilter {
        search: query.search,
        table: query.table,
        is_static: query.kind.as_deref().map(is_static).transpose().map_err(malformed)?,
        is_active: query.state.as_deref().map(is_active).transpose().map_err(malformed)?,
    };
    let seen = app.segments.list(&filter).await?;
    let seen = behind(seen, paging.cursor.as_deref(), |one| &one.segment.name)?;
    Ok(Json(Page::of(seen, limit, |one| one.segment.name.clone(), |one| view(Arc::unwrap_or_clone(one)))))
}

/// Save a segment
///
/// Every mistake is told at once. It has no members before it is refreshed.
#[utoipa::path(post, operation_id = "add_segment", path = "/segments", tag = "segments", request_body = AddedSegment, responses(
    (status = CREATED, description = "saved", body = SegmentDetails),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(added): Body<AddedSegment, MAX_DEFINITION>,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSegments)?;
    let new = added.wanted()?;
    let (name, by) = (new.name.clone(), entry(&app, &caller, &new.name));
    app.segments.create(new, &by).await?;
    created(&app, &name).await
}

/// Show a segment
///
/// With its definition as a document and as YAML, and with what is wrong or odd about it by the tables as they are declared now.
#[utoipa::path(get, operation_id = "show_segment", path = "/segments/{id}", tag = "segments",
    params(("id" = String, Path, description = "the segment's name")),
    responses((status = OK, description = "the segment", body = SegmentDetails)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Tagged<SegmentDetails>, Problem> {
    caller.require(Right::SeeSegments)?;
    tagged(&app, &name).await
}

/// Change a segment
///
/// Its members stay until it is refreshed. A new name is followed by the definitions that ask about it and the exports that use
/// it; from then on the segment has another address.
#[utoipa::path(patch, operation_id = "change_segment", path = "/segments/{id}", tag = "segments", request_body = SegmentChanges,
    params(("id" = String, Path, description = "the segment's name"), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = SegmentDetails)),
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    version: IfMatch,
    Body(changes): Body<SegmentChanges, MAX_DEFINITION>,
) -> Result<Tagged<SegmentDetails>, Problem> {
    caller.require(Right::ChangeSegments)?;
    let (edit, by) = (changes.wanted()?, entry(&app, &caller, &name));
    app.segments.edit(&name, Some(version.version()), &edit, &by).await?;
    tagged(&app, edit.name.as_deref().unwrap_or(&name)).await
}

/// Remove a segment
///
/// With its members and its history. Blocked while something uses it: `in_use` names that in `used_by`.
#[utoipa::path(delete, operation_id = "remove_segment", path = "/segments/{id}", tag = "segments",
    params(("id" = String, Path, description = "the segment's name"), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = NO_CONTENT, description = "removed")),
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.require(Right::ChangeSegments)?;
    app.segments.delete(&name, Some(version.version()), &entry(&app, &caller, &name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Duplicate a segment
///
/// The copy has no members before it is refreshed.
#[utoipa::path(post, operation_id = "duplicate_segment", path = "/segments/{id}/duplicate", tag = "segments", request_body = SegmentCopy,
    params(("id" = String, Path, description = "the segment's name")),
    responses((status = CREATED, description = "the copy", body = SegmentDetails)),
)]
pub(crate) async fn duplicate(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Body(copy): Body<SegmentCopy>,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSegments)?;
    app.segments.duplicate(&name, &copy.name, &entry(&app, &caller, &copy.name)).await?;
    created(&app, &copy.name).await
}

/// Show what uses a segment, and what it uses
#[utoipa::path(get, operation_id = "show_segment_usage", path = "/segments/{id}/usage", tag = "segments",
    params(("id" = String, Path, description = "the segment's name")),
    responses((status = OK, description = "both", body = UsageView)),
)]
pub(crate) async fn usage(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Json<UsageView>, Problem> {
    caller.require(Right::SeeSegments)?;
    Ok(Json(usage_view(app.segments.usage(&name).await?)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// Show how many members a segment had at every refresh
///
/// The newest first.
#[utoipa::path(get, operation_id = "show_segment_history", path = "/segments/{id}/history", tag = "segments",
    params(("id" = String, Path, description = "the segment's name"), HistoryQuery),
    responses((status = OK, description = "a page of refreshes", body = Page<HistoryView>)),
)]
pub(crate) async fn history(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Asked(query): Asked<HistoryQuery>,
) -> Result<Json<Page<HistoryView>>, Problem> {
    caller.require(Right::SeeSegments)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let refreshes = app.segments.history(&name).await?;
    // Counted from the oldest: what is added meanwhile moves nothing.
    let until = match paging.cursor.as_deref().map(str::parse::<usize>) {
        None => refreshes.len(),
        Some(Ok(until)) if until <= refreshes.len() => until,
        Some(_) => return Err(Problem::new(Code::UnknownCursor)),
    };
    let from = until.saturating_sub(limit as usize);
    let items = refreshes.into_iter().take(until).skip(from).rev().map(history_item).collect();
    Ok(Json(Page { items, next: Some(from.to_string()).filter(|_| from > 0) }))
}

impl From<SegmentError> for Problem {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Input(words) => Self::with(Code::Malformed, words),
            SegmentError::Fields(faults) => Self::fields(faults.into_iter().map(|it| told("", it)).collect()),
            SegmentError::Faults(faults) => {
                let faults = faults.into_iter().filter(|fault| !fault.is_warning);
                Self::fields(faults.map(|fault| told("/definition", fault)).collect())
            }
            SegmentError::Missing(words) => Self::with(Code::NotFound, words),
            SegmentError::InUse { words, used_by } => {
                Self::in_use_because(words, used_by.into_iter().map(UsedBy::from).collect())
            }
            SegmentError::NeverRefreshed { segment } => Self::with(
                Code::NeverRefreshed,
                format!("segment \"{segment}\" was never refreshed: refresh it first"),
            ),
            SegmentError::Busy => Self::busy(),
            SegmentError::Drift { .. } | SegmentError::Fetch { .. } => {
                Self::with(Code::Unusable, error.to_string())
            }
            SegmentError::Engine(error) => of_engine(error),
            SegmentError::Store(error) => error.into(),
            SegmentError::Defect => {
                tracing::error!("{error}");
                Self::new(Code::Defect)
            }
        }
    }
}

fn of_engine(error: EngineError) -> Problem {
    match error {
        EngineError::Input(_) | EngineError::Header { .. } | EngineError::Drift { .. } => {
            Problem::with(Code::Unusable, error.shown())
        }
        // Which they are is shown by looking at the table.
        EngineError::DuplicateKeys { table, .. } => Problem::with(
            Code::Unusable,
            format!("profile keys of table \"{table}\" are not unique: check the table to see which"),
        ),
        EngineError::AmbiguousRows { table, column, from, .. } => Problem::with(
            Code::Unusable,
            format!(
                "column \"{column}\" of table \"{table}\" is not unique, so that rows of table \"{from}\", which refers to \
                 it, would count more than once: remove the duplicates"
            ),
        ),
        EngineError::OutOfMemory => Problem::new(Code::OutOfMemory),
        EngineError::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
            Problem::new(Code::DiskFull)
        }
        other => {
            tracing::error!("{other}");
            Problem::new(Code::Defect)
        }
    }
}

/// A place in the body and what is said of it.
pub(crate) fn told(root: &str, fault: segue_model::segment::Fault) -> FieldError {
    FieldError::new(&format!("{root}{}", fault.at.as_str()), fault.words)
}
