//! Refreshes, and when the system refreshes by itself.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use segue_model::Right;
use segue_model::schedule::RefreshSchedule;
use segue_store::JobFilter;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object};
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Id};
use crate::paging::{Page, Paging};
use crate::problem::{FieldError, Problem};
use crate::routes::runs::{IdempotencyKey, RunView, accepted, require_known, status, view, wish};
use crate::schema;
use crate::time::written;

const REFRESHES: &[&str] = &["refresh", "segment"];

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(refresh_segment))
        .routes(routes!(show_schedule, change_schedule))
        .routes(routes!(queue))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefreshQuery {
    /// Of this segment.
    pub(crate) segment: Option<String>,
    /// With this status.
    #[param(schema_with = schema::status)]
    pub(crate) status: Option<String>,
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List refreshes
///
/// Of the system and of segments, the newest first.
#[utoipa::path(get, operation_id = "list_refreshes", path = "/refreshes", tag = "refreshes", params(RefreshQuery), responses(
    (status = OK, description = "a page of refreshes", body = Page<RunView>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<RefreshQuery>,
) -> Result<Json<Page<RunView>>, Problem> {
    caller.require(Right::SeeStatus)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let filter = JobFilter {
        kinds: REFRESHES,
        subject: query.segment.as_deref(),
        status: status(query.status.as_deref())?,
        parent: None,
        before: paging.cursor.as_deref(),
    };
    require_known(&app, paging.cursor.as_deref(), REFRESHES).await?;
    let jobs = app.store.jobs(filter, limit + 1).await?;
    Ok(Json(Page::of(jobs, limit, |job| job.id.clone(), view)))
}

/// Refresh everything
///
/// Sources, then segments, then the exports that follow.
#[utoipa::path(post, operation_id = "refresh", path = "/refreshes", tag = "refreshes",
    params(("Idempotency-Key" = Option<String>, Header, description = "a name of the caller's for this wish")),
    responses(
        (status = ACCEPTED, description = "queued", body = RunView),
        (status = OK, description = "it waits already, or was asked for under this key", body = RunView),
    ),
)]
pub(crate) async fn begin(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    // It runs exports on every connection.
    caller.require(Right::ChangeUnsharedExports)?;
    Ok(accepted(app.runs.refresh(None, &wish(&app, &caller, key)).await?))
}

/// Refresh a segment
#[utoipa::path(post, operation_id = "refresh_segment", path = "/segments/{id}/refresh", tag = "refreshes",
    params(("id" = String, Path, description = "the segment's name"), ("Idempotency-Key" = Option<String>, Header, description = "a name of the caller's for this wish")),
    responses(
        (status = ACCEPTED, description = "queued", body = RunView),
        (status = OK, description = "it waits already, or was asked for under this key", body = RunView),
    ),
)]
pub(crate) async fn refresh_segment(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSegments)?;
    Ok(accepted(app.runs.refresh(Some(&name), &wish(&app, &caller, key)).await?))
}

/// When the system refreshes by itself.
#[derive(Serialize, ToSchema)]
#[schema(as = RefreshSchedule)]
pub(crate) struct ScheduleView {
    /// `"off"`, or `{"on": …}` with its times.
    #[schema(schema_with = schema::refresh_schedule)]
    pub(crate) schedule: RefreshSchedule,
    /// Who changed it last, if anybody has.
    pub(crate) changed_by: Option<String>,
    pub(crate) changed_at: Option<String>,
    /// Counts changes; the ETag is this.
    pub(crate) version: i64,
}

pub(crate) async fn shown(app: &App) -> Result<Tagged<ScheduleView>, Problem> {
    let (schedule, version, by) = app.runs.refresh_schedule().await?;
    let view = ScheduleView {
        schedule,
        changed_at: by.as_ref().map(|by| written(by.at_ms)),
        changed_by: by.map(|by| by.name),
        version,
    };
    Ok(Tagged::ok(version, view))
}

/// Show the refresh schedule
#[utoipa::path(get, operation_id = "show_refresh_schedule", path = "/refresh-schedule", tag = "refreshes", responses(
    (status = OK, description = "the schedule", body = ScheduleView),
))]
pub(crate) async fn show_schedule(
    State(app): State<App>,
    caller: Caller,
) -> Result<Tagged<ScheduleView>, Problem> {
    caller.require(Right::SeeStatus)?;
    shown(&app).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedSchedule {
    /// `"off"`, or `{"on": …}` with its times.
    #[schema(schema_with = schema::refresh_schedule)]
    pub(crate) schedule: Value,
}

/// Change the refresh schedule
#[utoipa::path(put, operation_id = "change_refresh_schedule", path = "/refresh-schedule", tag = "refreshes", request_body = WantedSchedule,
    params(("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "changed", body = ScheduleView)),
)]
pub(crate) async fn change_schedule(
    State(app): State<App>,
    caller: Caller,
    version: IfMatch,
    Body(wanted): Body<WantedSchedule>,
) -> Result<Tagged<ScheduleView>, Problem> {
    caller.require(Right::ChangeSettings)?;
    let schedule = RefreshSchedule::read(&wanted.schedule).map_err(|faults| {
        let told = faults
            .into_iter()
            .map(|fault| FieldError::new(&format!("/schedule{}", fault.at.as_str()), fault.words));
        Problem::fields(told.collect())
    })?;
    let by = caller.entry(&app, "schedule.change", Object { kind: "schedule", id: "", name: "" });
    app.runs.set_refresh_schedule(version.version(), &schedule, &by).await?;
    shown(&app).await
}

/// What waits and what is under way.
#[derive(Serialize, ToSchema)]
pub(crate) struct Queue {
    /// In the order in which they were queued.
    pub(crate) runs: Vec<RunView>,
}

/// Show what waits and what is under way
#[utoipa::path(get, operation_id = "show_queue", path = "/queue", tag = "refreshes", responses(
    (status = OK, description = "runs and refreshes", body = Queue),
))]
pub(crate) async fn queue(State(app): State<App>, caller: Caller) -> Result<Json<Queue>, Problem> {
    caller.require(Right::SeeStatus)?;
    let runs = app.store.open_jobs().await?.into_iter().map(view).collect();
    Ok(Json(Queue { runs }))
}
