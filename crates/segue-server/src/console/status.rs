//! What goes on, and how refreshes went.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use segue_model::Right;
use serde::Deserialize;

use super::exports::to_run;
use super::page::{Frame, Section, ok};
use super::timeline::{Bar, timeline};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Asked;
use crate::problem::Problem;
use crate::routes::refreshes::{self, RefreshQuery};
use crate::routes::runs::{self, IdempotencyKey, RunQuery, RunView};

/// Runs that are shown with the refresh that began them.
const FOLLOWERS: u32 = 200;
/// Refreshes on one page.
const REFRESHES: u32 = 20;
/// Runs that are shown of those that wait.
const SHOWN: usize = 50;

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/status", get(show)).route("/status/refresh", post(refresh))
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    /// What is under way and what waits, as far as it is shown.
    queue: Vec<RunView>,
    /// How many there are beside those.
    more: usize,
    latest: Option<RunView>,
    bars: Vec<Bar>,
    refreshes: Vec<RunView>,
    next: Option<String>,
    is_first: bool,
    is_queued: bool,
}

impl StatusPage {
    fn may_cancel(&self, run: &RunView) -> bool {
        // Whether a contributor may end a run depends on its connection: its own page knows.
        let right = match run.kind {
            "export" | "dry_run" => Right::ChangeUnsharedExports,
            _ => Right::ChangeSegments,
        };
        !run.is_cancelled && self.frame.may(right)
    }
}

#[derive(Default, Deserialize)]
struct Asking {
    cursor: Option<String>,
    done: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asking): Query<Asking>,
) -> Result<Response, Problem> {
    let frame = Frame::of(&app, &caller, Section::Status).await?;
    let mut queue = refreshes::queue(State(app.clone()), caller.clone()).await?.0.runs;
    // What is under way comes first.
    queue.sort_by_key(|run| run.status == "queued");
    let more = queue.len().saturating_sub(SHOWN);
    queue.truncate(SHOWN);
    let is_first = asking.cursor.is_none();
    let query = RefreshQuery { segment: None, status: None, limit: Some(REFRESHES), cursor: asking.cursor };
    let page = refreshes::list(State(app.clone()), caller.clone(), Asked(query)).await?.0;
    let latest = page.items.iter().find(|run| run.kind == "refresh" && run.started_at.is_some());
    let latest = latest.filter(|_| is_first).map(|run| run.id.clone());
    let (latest, bars) = match latest {
        Some(id) => {
            let run = runs::show(State(app.clone()), caller.clone(), crate::input::Id(id.clone())).await?.0;
            let query = RunQuery { refresh: Some(id), limit: Some(FOLLOWERS), ..RunQuery::default() };
            let followers = runs::list(State(app.clone()), caller.clone(), Asked(query)).await?.0.items;
            let bars = timeline(&run, &followers, app.now_ms());
            (Some(run), bars)
        }
        None => (None, Vec::new()),
    };
    let is_queued = asking.done.as_deref() == Some("queued");
    let (refreshes, next) = (page.items, page.next);
    Ok(ok(&StatusPage { frame, queue, more, latest, bars, refreshes, next, is_first, is_queued }))
}

async fn refresh(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(to_run(&refreshes::begin(State(app), caller, IdempotencyKey(None)).await?))
}
