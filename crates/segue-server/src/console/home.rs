//! The first page: what goes on, what needs somebody, what was delivered, and what to do first.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use segue_model::job::{Status, Work};
use segue_model::segment::Meaning;
use segue_model::{Right, StoredTable};
use segue_store::{Job, JobFilter};

use super::chart::{Days, WIDTH, days};
use super::page::{Frame, Section, ok};
use super::tables::keyless;
use super::times::{coming, refresh_schedule};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::routes::refreshes::queue;
use crate::routes::runs::{RunView, view};
use crate::time::written;

/// Jobs that are looked through for what failed lately.
const LOOKED_AT: u32 = 200;
/// Runs of a kind that are shown.
const SHOWN: usize = 5;

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/", get(show))
}

/// A step from an empty installation to the first delivery.
struct Step {
    /// The end of the ids of its messages.
    name: &'static str,
    path: String,
    is_done: bool,
    is_allowed: bool,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    steps: Vec<Step>,
    profiles: Profiles,
    segments: usize,
    exports: usize,
    /// What is under way or waits, and how many there are beside what is shown.
    now: Vec<RunView>,
    more: usize,
    /// What ended badly and was not done again since.
    trouble: Vec<RunView>,
    /// When everything is refreshed, and when next.
    schedule: String,
    next: Option<String>,
    days: Days,
}

impl Home {
    fn is_set_up(&self) -> bool {
        self.steps.iter().all(|step| step.is_done)
    }

    /// Where there is something to do about a run: the end of the message that says what, and the address.
    fn mend(&self, run: &RunView) -> (&'static str, String) {
        let table =
            run.tables.first().map(|table| ("table", format!("/tables/{}?show=check#looked", table.name)));
        match &run.subject {
            Some(subject) if run.kind == "export" && run.status == "stopped_by_brake" => {
                ("brake", format!("/exports/{}/edit?brakes=open#brakes", subject.id))
            }
            Some(subject) if run.kind == "export" => ("export", format!("/exports/{}", subject.id)),
            Some(subject) => ("segment", format!("/segments/{}", subject.id)),
            None => table.unwrap_or_else(|| ("refresh", format!("/runs/{}", run.id))),
        }
    }

    /// What to do about a run that ended badly.
    fn advice(&self, run: &RunView) -> String {
        let w = self.frame.words;
        match run.kind {
            "export" => w.word("runs-advice", run.status).to_string(),
            kind => w.word("home-advice", kind).to_string(),
        }
    }
}

/// How many customers there are, as far as that is known.
#[derive(Default)]
struct Profiles {
    /// The rows of their tables when they were last counted; nothing if they never were.
    rows: Option<u64>,
    /// When the one was counted whose count is oldest.
    counted_at: Option<String>,
}

/// The rows of the tables of customers: of those with a key and an address, or else of the first one with a key.
async fn profiles(app: &App, tables: &[StoredTable]) -> Result<Profiles, Problem> {
    let keyed = || tables.iter().map(|stored| &stored.table).filter(|table| table.key.is_some());
    let mut people: Vec<&str> = keyed()
        .filter(|table| table.meaning(Meaning::Email).is_some())
        .map(|table| table.name.as_str())
        .collect();
    if people.is_empty() {
        people.extend(keyed().map(|table| table.name.as_str()).next());
    }
    let mut counted = app.store.counted_rows().await?;
    counted.retain(|one| people.contains(&one.table.as_str()));
    let oldest = counted.iter().map(|one| one.at_ms).min();
    let rows = oldest.map(|_| counted.iter().map(|one| one.rows).sum());
    Ok(Profiles { rows, counted_at: oldest.map(written) })
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let frame = Frame::of(&app, &caller, Section::Home).await?;
    let stored = app.store.catalog().await?;
    let segments: BTreeSet<&str> = stored.segments.iter().map(|segment| segment.name.as_str()).collect();
    let exports: BTreeSet<&str> = stored.exports.iter().map(|export| export.id.as_str()).collect();
    let kinds = &["export", "segment", "refresh"];
    let latest = app.store.jobs(JobFilter { kinds, ..JobFilter::default() }, LOOKED_AT).await?;
    let has_delivered = latest.iter().any(has_delivered) || {
        let export = JobFilter { kinds: &["export"], ..JobFilter::default() };
        app.store.jobs(export, LOOKED_AT).await?.iter().any(has_delivered)
    };
    let connections = app.store.connections().await?.len();
    let step = |name, path: &str, is_done, right| Step {
        name,
        path: path.to_owned(),
        is_done,
        is_allowed: frame.may(right),
    };
    let has_customers = stored.tables.iter().any(|stored| stored.table.key.is_some());
    let first = match keyless(&stored.tables) {
        Some(table) => step("key", &format!("/tables/{table}/edit#key"), false, Right::ChangeTables),
        None => step("table", "/tables/new", has_customers, Right::ChangeTables),
    };
    let steps = vec![
        first,
        step("segment", "/segments/new", !segments.is_empty(), Right::ChangeSegments),
        step("connection", "/connections/new", connections > 0, Right::ManageConnections),
        step("export", "/exports/new", !exports.is_empty(), Right::ChangeSharedExports),
        step("run", "/exports", has_delivered, Right::ChangeSharedExports),
    ];
    let is_there = |job: &Job| match &job.work {
        Work::Export(id) | Work::Rehearsal(id) => exports.contains(id.as_str()),
        Work::Segment(name) => segments.contains(name.as_str()),
        Work::Refresh => true,
    };
    let trouble = trouble(latest, is_there);
    let mut now = queue(State(app.clone()), caller.clone()).await?.0.runs;
    now.sort_by_key(|run| run.status == "queued");
    let more = now.len().saturating_sub(SHOWN);
    now.truncate(SHOWN);
    let (schedule, _, _) = app.runs.refresh_schedule().await?;
    let w = frame.words;
    Ok(ok(&Home {
        steps,
        profiles: profiles(&app, &stored.tables).await?,
        segments: segments.len(),
        exports: exports.len(),
        now,
        more,
        trouble,
        schedule: refresh_schedule(w, &schedule),
        next: coming(schedule.recurrence(), app.now_ms(), 1).pop(),
        days: days(&app, w).await?,
        frame,
    }))
}

fn has_delivered(job: &Job) -> bool {
    let is_done = matches!(job.status, Status::Succeeded | Status::SucceededWithRejections);
    is_done && matches!(job.work, Work::Export(_))
}

/// What ended badly, if it is the latest of its kind on what is still there.
fn trouble(latest: Vec<Job>, is_there: impl Fn(&Job) -> bool) -> Vec<RunView> {
    let mut seen = BTreeSet::new();
    let newest = latest.into_iter().filter(|job| {
        job.status.has_ended() && seen.insert((job.work.kind(), job.work.subject().to_owned()))
    });
    let is_bad =
        |job: &Job| matches!(job.status, Status::Failed | Status::Stopped | Status::Skipped) && is_there(job);
    newest.filter(is_bad).take(SHOWN).map(view).collect()
}
