//! Beginning runs. Each answers 202 with the run's address, or 200 if the same wish was told before or waits already.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_model::Right;
use segue_runs::runs::Wish;
use segue_store::Queued;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{RunView, view};
use crate::app::App;
use crate::caller::{Caller, Object};
use crate::input::Id;
use crate::problem::{Code, Problem};

/// The most characters of an idempotency key.
const LONGEST_KEY: usize = 200;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(run))
        .routes(routes!(rehearse))
        .routes(routes!(run_all))
        .routes(routes!(approve))
        .routes(routes!(retry))
}

/// What the caller calls a wish, so that telling it again, after an answer that was lost, begins nothing again.
pub(crate) struct IdempotencyKey(pub(crate) Option<String>);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default();
        let is_one = !key.is_empty() && key.len() <= LONGEST_KEY && key.bytes().all(|b| b.is_ascii_graphic());
        if is_one {
            return Ok(Self(Some(key.to_owned())));
        }
        let words = format!("Idempotency-Key must be 1 to {LONGEST_KEY} letters, digits and signs");
        Err(Problem::with(Code::Malformed, words))
    }
}

/// A wish of this caller, of which the service fills in what is begun.
pub(crate) fn wish(app: &App, caller: &Caller, key: IdempotencyKey) -> Wish {
    let by = caller.entry(app, "run", Object { kind: "run", id: "", name: "" });
    Wish { id: app.new_id(), asker: caller.asker(), key: key.0, by }
}

/// What became of a wish.
pub(crate) fn accepted(queued: Queued) -> Response {
    let (status, job) = match queued {
        Queued::New(job) => (StatusCode::ACCEPTED, job),
        Queued::Before(job) => (StatusCode::OK, job),
    };
    let place = format!("/api/v1/runs/{}", job.id);
    (status, [(header::LOCATION, place)], Json(view(job))).into_response()
}

/// Run an export
///
/// As soon as a worker is free and nothing that it depends on is being refreshed. Never twice at once: if a run waits already,
/// it is that one.
#[utoipa::path(post, operation_id = "run_export", path = "/exports/{id}/run", tag = "runs",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "a name of the caller's for this wish")),
    responses(
        (status = ACCEPTED, description = "queued", body = RunView),
        (status = OK, description = "it waits already, or was asked for under this key", body = RunView),
    ),
)]
pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    Ok(accepted(app.runs.run(&id, &wish(&app, &caller, key)).await?))
}

/// Make a dry run of an export
///
/// Its plan is made, with counts, examples and rejections, and nothing is sent.
#[utoipa::path(post, operation_id = "rehearse_export", path = "/exports/{id}/dry-run", tag = "runs",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "a name of the caller's for this wish")),
    responses(
        (status = ACCEPTED, description = "queued", body = RunView),
        (status = OK, description = "it waits already, or was asked for under this key", body = RunView),
    ),
)]
pub(crate) async fn rehearse(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    Ok(accepted(app.runs.rehearse(&id, &wish(&app, &caller, key)).await?))
}

/// Runs that were begun together.
#[derive(Serialize, ToSchema)]
pub(crate) struct Begun {
    pub(crate) runs: Vec<RunView>,
}

/// Run all exports
///
/// All that have an active schedule and that the caller may run.
#[utoipa::path(post, operation_id = "run_all_exports", path = "/exports/run-all", tag = "runs", responses(
    (status = ACCEPTED, description = "queued", body = Begun),
))]
pub(crate) async fn run_all(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let wish = wish(&app, &caller, IdempotencyKey(None));
    let jobs = app.runs.run_all(&wish, || app.new_id()).await?;
    let runs = jobs.into_iter().map(view).collect();
    Ok((StatusCode::ACCEPTED, Json(Begun { runs })).into_response())
}

/// Approve the plan of a dry run
///
/// It is carried out as it was shown. If the data or the export has changed by then, nothing is sent and the run fails with that
/// cause.
#[utoipa::path(post, operation_id = "approve_plan", path = "/runs/{id}/approve", tag = "runs",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "a name of the caller's for this wish")),
    responses(
        (status = ACCEPTED, description = "queued", body = RunView),
        (status = OK, description = "it waits already, or was asked for under this key", body = RunView),
    ),
)]
pub(crate) async fn approve(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    Ok(accepted(app.runs.approve(&id, &wish(&app, &caller, key)).await?))
}

/// Send those again who were refused
///
/// A run of the same export that sends those again whom ActiveCampaign refused in this run, or before it, though nothing about
/// them changed, and nobody else: as far as they are still members who may be exported and no later run has sent them. It takes
/// nobody off the list, and its numbers are of those whom it sends.
#[utoipa::path(post, operation_id = "retry_run", path = "/runs/{id}/retry", tag = "runs",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "a name of the caller's for this wish")),
    responses(
        (status = ACCEPTED, description = "queued", body = RunView),
        (status = OK, description = "it waits already, or was asked for under this key", body = RunView),
    ),
)]
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    Ok(accepted(app.runs.retry(&id, &wish(&app, &caller, key)).await?))
}
