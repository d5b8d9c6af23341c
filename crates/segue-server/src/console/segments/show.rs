//! One segment: who is in, since when, why, and what can be done with it.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use segue_model::Right;
use serde::Deserialize;

use super::around::Around;
use super::rules::{Line, document};
use super::trend::{HEIGHT, Trend, WIDTH};
use super::why::explanation;
use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Faults, Form, Undone};
use crate::console::page::{Frame, Section, known, ok, shown};
use crate::console::part::{COLUMNS, Part, picked};
use crate::input::{Asked, Id};
use crate::problem::{Code, Problem};
use crate::routes::refreshes::{self, RefreshQuery};
use crate::routes::segments::members::{self, preview};
use crate::routes::segments::view::{HistoryView, PreviewView, RuleCount, SegmentDetails, UsageView};
use crate::routes::segments::{self, HistoryQuery};

/// Refreshes of the line.
const REFRESHES: u32 = 100;
/// Refreshes of the table beside it.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "segments/show.html")]
struct Show {
    frame: Frame,
    details: SegmentDetails,
    lines: Vec<Line>,
    usage: UsageView,
    around: Around,
    history: Vec<HistoryView>,
    trend: Option<Trend>,
    /// Whether a refresh of it waits or is under way.
    refreshing: Option<String>,
    members: Option<Members>,
    inspected: Option<Vec<RuleCount>>,
    /// What was asked about, and why it is in or not.
    key: String,
    explained: Vec<Line>,
    /// Whether nobody has that key.
    is_unknown: bool,
    copy: String,
    faults: Faults,
    trouble: Option<Problem>,
    done: Option<&'static str>,
}

/// The first members, a part of their columns at a time.
struct Members {
    /// The names of the columns that are shown.
    heads: Vec<String>,
    /// The key of each, and its values in those columns.
    rows: Vec<(String, Vec<String>)>,
    part: Part,
}

impl Members {
    async fn of(
        app: &App,
        table: Option<&str>,
        found: PreviewView,
        from: Option<&str>,
    ) -> Result<Self, Problem> {
        let PreviewView { columns, rows } = found;
        let tables = app.segments.tables().await?;
        let table = tables.iter().find(|stored| Some(stored.table.name.as_str()) == table);
        let key = table.and_then(|stored| stored.table.key.as_ref());
        let key = key.and_then(|key| columns.iter().position(|column| column == key));
        let part = Part::of(columns.len(), from, COLUMNS);
        let places = part.with_key(key);
        let shown = |row: &[String]| picked(row, &places).into_iter().cloned().collect();
        let key_of = |row: &[String]| key.and_then(|key| row.get(key)).cloned().unwrap_or_default();
        Ok(Self {
            heads: shown(&columns),
            rows: rows.iter().map(|row| (key_of(row), shown(row))).collect(),
            part,
        })
    }
}

impl Show {
    /// Refreshes, and why each failed, where that is not what stands above it already.
    fn refreshes(&self) -> Vec<(&HistoryView, &str)> {
        let mut above = "";
        let told = self.history.iter().take(SHOWN).map(|refresh| {
            let cause = if refresh.cause == above { "" } else { refresh.cause.as_str() };
            above = &refresh.cause;
            (refresh, cause)
        });
        told.collect()
    }
}

/// The refresh of a segment that waits or is under way.
async fn refreshing(app: &App, caller: &Caller, name: &str) -> Result<Option<String>, Problem> {
    let query = RefreshQuery { segment: Some(name.to_owned()), status: None, limit: Some(1), cursor: None };
    let Json(page) = refreshes::list(State(app.clone()), caller.clone(), Asked(query)).await?;
    let latest = page.items.into_iter().next();
    Ok(latest.filter(|run| run.ended_at.is_none()).map(|run| run.id))
}

async fn page(app: &App, caller: &Caller, name: &str) -> Result<Show, Problem> {
    let asked = || (State(app.clone()), caller.clone(), Id(name.to_owned()));
    let (state, who, id) = asked();
    let details = segments::show(state, who, id).await?.body;
    let (state, who, id) = asked();
    let Json(usage) = segments::usage(state, who, id).await?;
    let (state, who, id) = asked();
    let query = HistoryQuery { limit: Some(REFRESHES), cursor: None };
    let Json(history) = segments::history(state, who, id, Asked(query)).await?;
    let frame = Frame::of(app, caller, Section::Segments).await?;
    Ok(Show {
        around: Around::of(app, caller, &details.segment).await?,
        lines: details.definition.as_ref().map(|it| document(frame.words, it)).unwrap_or_default(),
        trend: Trend::of(&history.items),
        refreshing: refreshing(app, caller, name).await?,
        copy: format!("{name}_2"),
        frame,
        details,
        usage,
        history: history.items,
        members: None,
        inspected: None,
        key: String::new(),
        explained: Vec::new(),
        is_unknown: false,
        faults: Faults::default(),
        trouble: None,
        done: None,
    })
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    done: Option<String>,
    /// What is to be looked at: `members` or `inspect`.
    show: Option<String>,
    /// The first column of the members that is shown.
    from: Option<String>,
}

/// The page once more, with what stood in the way of what was asked for.
pub(super) async fn again(
    app: &App,
    caller: &Caller,
    name: &str,
    problem: Problem,
) -> Result<Response, Problem> {
    let Undone { faults, trouble, status } = Undone::of(problem)?;
    let page = page(app, caller, name).await?;
    Ok(shown(status, &Show { faults, trouble, ..page }))
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let mut page = page(&app, &caller, &name).await?;
    page.done = known(wanted.done.as_deref(), &["added", "changed", "refreshing", "renamed", "copied"]);
    let asked = (State(app.clone()), caller, Id(name));
    let looked = match wanted.show.as_deref() {
        Some("members") => match preview(asked.0, asked.1, asked.2).await {
            Ok(Json(found)) => {
                let table = page.details.segment.table.as_deref();
                page.members = Some(Members::of(&app, table, found, wanted.from.as_deref()).await?);
                Ok(())
            }
            Err(problem) => Err(problem),
        },
        Some("inspect") => {
            let inspected = members::inspect(asked.0, asked.1, asked.2).await;
            inspected.map(|Json(found)| page.inspected = Some(found))
        }
        _ => Ok(()),
    };
    if let Err(problem) = looked {
        Undone { faults: page.faults, trouble: page.trouble, .. } = Undone::of(problem)?;
    }
    Ok(ok(&page))
}

pub(super) async fn explain(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    let key = form.text("key").to_owned();
    let told = members::why(&app, &caller, &name, &key).await;
    let page = Show { key, ..page(&app, &caller, &name).await? };
    match told {
        Ok(told) => Ok(ok(&Show { explained: explanation(page.frame.words, &told), ..page })),
        // The segment is there: it is on the page.
        Err(problem) if problem.code() == Code::NotFound => {
            Ok(shown(problem.status(), &Show { is_unknown: true, ..page }))
        }
        Err(problem) => {
            let Undone { faults, trouble, status } = Undone::of(problem)?;
            Ok(shown(status, &Show { faults, trouble, ..page }))
        }
    }
}
