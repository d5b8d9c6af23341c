//! For those who watch the server: whether it lives, whether it can do its work, and what it counts.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::problem::Problem;

/// The process lives.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// The database answers.
pub(crate) async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    app.store.ping().await?;
    Ok("ready\n")
}

/// Counters and durations.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, kind)], app.metrics.text()?).into_response())
}
