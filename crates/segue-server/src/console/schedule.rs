//! When the system refreshes by itself.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::form::{Faults, Form, Undone, body};
use super::page::{Done, Frame, Section, shown};
use super::times::{Times, coming, refresh_schedule};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Body;
use crate::problem::Problem;
use crate::routes::refreshes::{change_schedule, show_schedule};

/// Starts that are shown.
const COMING: usize = 5;

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/schedule", get(show).post(change))
}

#[derive(Template)]
#[template(path = "schedule/show.html")]
struct Schedule {
    frame: Frame,
    /// What is in force, in words.
    told: String,
    coming: Vec<String>,
    changed: Option<(String, String)>,
    version: i64,
    is_on: bool,
    times: Times,
    faults: Faults,
    trouble: Option<Problem>,
    is_done: bool,
}

async fn page(app: &App, caller: &Caller) -> Result<Schedule, Problem> {
    let frame = Frame::of(app, caller, Section::Schedule).await?;
    let view = show_schedule(State(app.clone()), caller.clone()).await?.body;
    let recurrence = view.schedule.recurrence();
    Ok(Schedule {
        told: refresh_schedule(frame.words, &view.schedule),
        coming: coming(recurrence, app.now_ms(), COMING),
        changed: view.changed_by.zip(view.changed_at),
        version: view.version,
        is_on: recurrence.is_some(),
        times: recurrence.map_or_else(|| Times::usual("UTC"), Times::saved),
        faults: Faults::default(),
        trouble: None,
        is_done: false,
        frame,
    })
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let page = page(&app, &caller).await?;
    Ok(shown(StatusCode::OK, &Schedule { is_done: query.done.is_some(), ..page }))
}

async fn change(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let (is_on, times) = (form.text("schedule") == "on", Times::typed(&form));
    let schedule = if is_on { json!({"on": times.document()}) } else { Value::from("off") };
    let fields = Map::from_iter([("schedule".to_owned(), schedule)]);
    let changed = change_schedule(State(app.clone()), caller.clone(), form.version()?, Body(body(fields)?));
    let Undone { faults, trouble, status } = match changed.await {
        Ok(_) => return Ok(Redirect::to("/schedule?done=changed").into_response()),
        Err(problem) => Undone::of(problem)?,
    };
    let page = page(&app, &caller).await?;
    Ok(shown(status, &Schedule { is_on, times, faults, trouble, ..page }))
}
