//! One schedule for several exports.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use serde_json::Map;

use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Faults, Form, body};
use crate::console::page::{Frame, Section, shown};
use crate::console::times::{Times, export_schedule, schedule_document, typed_schedule};
use crate::etag::IfMatch;
use crate::input::{Body, Id};
use crate::problem::{Code, Problem};
use crate::routes::exports::{self, view::ExportView};

/// Exports that are changed at a time.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "exports/schedules.html")]
struct Schedules {
    frame: Frame,
    chosen: Vec<ExportView>,
    schedule: String,
    times: Times,
    faults: Faults,
    /// How many have the new schedule already, where others were left as they were.
    changed: usize,
    /// Those that were left, and why.
    left: Vec<(String, Problem)>,
}

impl Schedules {
    /// When an export runs now.
    fn now(&self, export: &ExportView) -> String {
        export_schedule(self.frame.words, &export.schedule)
    }
}

/// The page for these exports, as far as they are there and the caller may change them.
async fn page(app: &App, caller: &Caller, ids: impl Iterator<Item = &str>) -> Result<Schedules, Problem> {
    let frame = Frame::of(app, caller, Section::Exports).await?;
    let mut chosen = Vec::new();
    for id in ids.take(MOST) {
        match exports::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await {
            Ok(shown) if shown.body.export.permission == "edit" => chosen.push(shown.body.export),
            Ok(_) => {}
            Err(problem) if problem.code() == Code::NotFound => {}
            Err(problem) => return Err(problem),
        }
    }
    let (schedule, times) = match chosen.first() {
        Some(first) => typed_schedule(&first.schedule, frame.words.zone()),
        None => ("follows_refresh", Times::usual(frame.words.zone())),
    };
    let (schedule, faults, left) = (schedule.to_owned(), Faults::default(), Vec::new());
    Ok(Schedules { frame, chosen, schedule, times, faults, changed: 0, left })
}

pub(super) async fn ask(State(app): State<App>, caller: Caller, address: Uri) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let asked = Form::of(address.query().unwrap_or_default().as_bytes());
    Ok(shown(StatusCode::OK, &page(&app, &caller, asked.all("export")).await?))
}

pub(super) async fn change(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let (schedule, times) = (form.text("schedule").to_owned(), Times::typed(&form));
    // Each with the version that was read.
    let chosen: Vec<(&str, i64)> = form
        .all("export")
        .take(MOST)
        .filter_map(|export| {
            export.split_once('.').and_then(|(id, version)| Some((id, version.parse().ok()?)))
        })
        .collect();
    let (mut faults, mut left) = (Faults::default(), Vec::new());
    for &(id, version) in &chosen {
        let fields = Map::from_iter([("schedule".to_owned(), schedule_document(&schedule, &times))]);
        let wish = (State(app.clone()), caller.clone(), Id(id.to_owned()));
        let changed =
            exports::change(wish.0, wish.1, wish.2, IfMatch::of(version), Body(body(fields)?)).await;
        match changed {
            Ok(_) => {}
            // What is wrong with the times is wrong for all of them, and was told of the first.
            Err(problem) if !problem.errors().is_empty() => {
                faults = Faults::of(problem)?;
                left = chosen.iter().map(|(id, _)| ((*id).to_owned(), None)).collect();
                break;
            }
            Err(problem) => left.push((id.to_owned(), Some(problem))),
        }
    }
    if left.is_empty() && !chosen.is_empty() {
        return Ok(Redirect::to("/exports?done=scheduled").into_response());
    }
    let page = page(&app, &caller, left.iter().map(|(id, _)| id.as_str())).await?;
    let named =
        |id: &str| page.chosen.iter().find(|export| export.id == id).map(|export| export.name.clone());
    let changed = chosen.len() - left.len();
    let told = left
        .iter()
        .filter_map(|(id, problem)| Some((named(id).unwrap_or_else(|| "–".to_owned()), problem.clone()?)));
    let left = told.collect();
    Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, &Schedules { schedule, times, faults, changed, left, ..page }))
}
