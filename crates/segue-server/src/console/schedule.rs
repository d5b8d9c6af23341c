//! When the system refreshes by itself.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use segue_model::schedule::RefreshSchedule;
use serde_json::{Map, Value, json};

use super::form::{Faults, Form, Undone, body};
use super::page::{Done, Frame, Section, shown};
use super::seen::{Held, Seen};
use super::times::{Times, coming, refresh_schedule};
use super::words::Words;
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
    seen: Seen,
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
    let told = refresh_schedule(frame.words, &view.schedule);
    Ok(Schedule {
        seen: Seen::now(view.version, held(frame.words, &told)),
        told,
        coming: coming(recurrence, app.now_ms(), COMING),
        changed: view.changed_by.zip(view.changed_at),
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
    let undone = match changed.await {
        Ok(_) => return Ok(Redirect::to("/schedule?done=changed").into_response()),
        Err(problem) => Undone::of(problem)?,
    };
    let page = page(&app, &caller).await?;
    let w = page.frame.words;
    let told = if is_on { times.told(w) } else { refresh_schedule(w, &RefreshSchedule::Off) };
    let typed = Seen::typed(&form, held(w, &told));
    let seen = if undone.is_stale() { page.seen.beside(&typed) } else { typed };
    let Undone { faults, trouble, status } = undone;
    Ok(shown(status, &Schedule { seen, is_on, times, faults, trouble, ..page }))
}

fn held(w: Words, told: &str) -> Held {
    Held::default().with(w.say("schedule-refreshes"), told)
}
