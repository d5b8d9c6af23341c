//! Runs: begun, rehearsed, approved, tried again, cancelled and looked at. Everybody sees them (ROL-1, ROL-13); who may change
//! an export may run it (ROL-2, ROL-3).

pub(crate) mod begin;
pub(crate) mod events;
pub(crate) mod rows;
mod said;
pub(crate) mod view;

use axum::Json;
use axum::extract::State;
use segue_model::Right;
use segue_model::job::{Status, Work};
use segue_runs::runs::RunsError;
use segue_store::{JobFilter, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object};
use crate::input::{Asked, Id};
use crate::paging::{Page, Paging};
use crate::problem::{Code, Problem};
use crate::schema;

pub(crate) use self::begin::{IdempotencyKey, accepted, wish};
pub(crate) use self::view::{RunView, view};

/// What a run of an export is, and what else is listed with it.
const RUNS: &[&str] = &["export", "dry_run"];

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .merge(begin::endpoints())
        .merge(events::endpoints())
        .merge(rows::endpoints())
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunQuery {
    /// Of the export of this id.
    pub(crate) export: Option<String>,
    /// With this status.
    #[param(schema_with = schema::status)]
    pub(crate) status: Option<String>,
    /// Begun by this refresh.
    pub(crate) refresh: Option<String>,
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List runs
///
/// Runs and dry runs of all exports, the newest first.
#[utoipa::path(get, operation_id = "list_runs", path = "/runs", tag = "runs", params(RunQuery), responses(
    (status = OK, description = "a page of runs", body = Page<RunView>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<RunQuery>,
) -> Result<Json<Page<RunView>>, Problem> {
    caller.require(Right::SeeExports)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let filter = JobFilter {
        kinds: RUNS,
        subject: query.export.as_deref(),
        status: status(query.status.as_deref())?,
        parent: query.refresh.as_deref(),
        before: paging.cursor.as_deref(),
    };
    require_known(&app, paging.cursor.as_deref(), RUNS).await?;
    let jobs = app.store.jobs(filter, limit + 1).await?;
    Ok(Json(Page::of(jobs, limit, |job| job.id.clone(), view)))
}

/// A cursor must name a run, or a refresh, that a list of these kinds can hold and that is remembered.
pub(crate) async fn require_known(app: &App, cursor: Option<&str>, kinds: &[&str]) -> Result<(), Problem> {
    let Some(cursor) = cursor else { return Ok(()) };
    let unknown = || Problem::new(Code::UnknownCursor);
    // Some databases take no text with a NUL in it.
    if cursor.contains('\0') {
        return Err(unknown());
    }
    match app.store.job(cursor).await {
        Ok(job) if kinds.contains(&job.work.kind()) => Ok(()),
        Ok(_) | Err(StoreError::Missing { .. }) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn status(word: Option<&str>) -> Result<Option<Status>, Problem> {
    let read = word.map(str::parse).transpose();
    read.map_err(|_| Problem::with(Code::Malformed, "status is none of the words that a status can be"))
}

/// Show a run
#[utoipa::path(get, operation_id = "show_run", path = "/runs/{id}", tag = "runs", params(("id" = String, Path)), responses(
    (status = OK, description = "the run, or the refresh", body = RunView),
))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<RunView>, Problem> {
    caller.require(Right::SeeExports)?;
    Ok(Json(view(app.store.job(&id).await?)))
}

/// Cancel a run or a refresh
///
/// One that waits ends at once. One that is under way sends nothing more from within seconds on. It ends when ActiveCampaign has
/// carried out the batches that it has already, `open_batches` of its progress: what is imported of them counts.
#[utoipa::path(post, operation_id = "cancel_run", path = "/runs/{id}/cancel", tag = "runs", params(("id" = String, Path)), responses(
    (status = OK, description = "how it stands", body = RunView),
))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<RunView>, Problem> {
    let job = app.store.job(&id).await?;
    caller.require(match job.work {
        Work::Export(_) | Work::Rehearsal(_) => Right::ChangeSharedExports,
        Work::Segment(_) | Work::Refresh => Right::ChangeSegments,
    })?;
    let by = caller.entry(&app, "run.cancel", Object { kind: "run", id: &id, name: "" });
    let job = app.runs.cancel(&id, &caller.asker(), &by).await?;
    Ok(Json(view(job)))
}

impl From<RunsError> for Problem {
    fn from(error: RunsError) -> Self {
        match error {
            RunsError::CannotRun(words) => Self::with(Code::CannotRun, words),
            RunsError::Gone => Self::new(Code::NotKept),
            RunsError::Export(error) => error.into(),
            RunsError::Store(error) => error.into(),
            RunsError::Engine(_) | RunsError::File(_) | RunsError::Defect => {
                tracing::error!("{error}");
                Self::new(Code::Defect)
            }
        }
    }
}
