//! The first page: what there is, and what to do next.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use segue_model::Right;
use segue_model::job::Status;
use segue_store::JobFilter;

use super::page::{Frame, Section, ok};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/", get(show))
}

/// A step from an empty installation to the first delivery.
struct Step {
    /// The end of the ids of its messages.
    name: &'static str,
    path: &'static str,
    is_done: bool,
    is_allowed: bool,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    steps: Vec<Step>,
    tables: usize,
    segments: usize,
    exports: usize,
}

impl Home {
    fn is_set_up(&self) -> bool {
        self.steps.iter().all(|step| step.is_done)
    }
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let frame = Frame::of(&app, &caller, Section::Home).await?;
    let tables = app.store.tables().await?.len();
    let segments = app.store.segments().await?.len();
    let exports = app.store.recipes().await?.len();
    let connections = app.store.connections().await?.len();
    let delivered = JobFilter { kinds: &["export"], ..JobFilter::default() };
    let delivered = app.store.jobs(delivered, 20).await?;
    let has_delivered =
        delivered.iter().any(|job| matches!(job.status, Status::Succeeded | Status::SucceededWithRejections));
    let step = |name, path, is_done, right| Step { name, path, is_done, is_allowed: frame.may(right) };
    let steps = vec![
        step("table", "/tables/new", tables > 0, Right::ChangeTables),
        step("segment", "/segments/new", segments > 0, Right::ChangeSegments),
        step("connection", "/connections/new", connections > 0, Right::ManageConnections),
        step("export", "/exports/new", exports > 0, Right::ChangeSharedExports),
        step("run", "/exports", has_delivered, Right::ChangeSharedExports),
    ];
    Ok(ok(&Home { frame, steps, tables, segments, exports }))
}
