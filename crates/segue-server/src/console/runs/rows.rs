//! The rows behind a run's numbers. What is searched for is sent as a form, so that it stands in no address.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use segue_model::{Fate, Reason};
use segue_store::Part;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Form, body};
use crate::console::page::{Frame, Section, ok};
use crate::input::{Body, Id};
use crate::problem::{Code, Problem};
use crate::routes::exports;
use crate::routes::runs::rows::{MEMBERS, RowView, fates, search};
use crate::routes::runs::{self, RunView};
use crate::routes::segments::tagged;

#[derive(Template)]
#[template(path = "runs/rows.html")]
struct Rows {
    frame: Frame,
    run: RunView,
    fate: String,
    reason: String,
    /// The table whose profiles the export is about, as far as it is known.
    table: Option<String>,
    /// The batch whose rows these are: its part and its number, from 0.
    batch: Option<(String, u64)>,
    search: String,
    is_first: bool,
    /// Nothing when they are not kept any more.
    found: Option<Vec<RowView>>,
    next: Option<String>,
}

impl Rows {
    /// What can have become of somebody in this run, or would by its plan.
    fn fates(&self) -> impl Iterator<Item = &'static str> {
        let is_plan = self.run.counts.is_none();
        let is_both = |fate: &Fate| matches!(fate, Fate::Unchanged | Fate::Invalid | Fate::Refused);
        let fates = Fate::ALL.iter().filter(move |fate| is_both(fate) || fate.is_planned() == is_plan);
        [MEMBERS].into_iter().chain(fates.map(|fate| fate.code()))
    }

    /// Where all of these rows are as a file. Words that were searched for do not narrow it: they stand in no address.
    fn file(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("fate", &self.fate), ("reason", &self.reason)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some((part, number)) = &self.batch {
            query.append_pair("part", part).append_pair("batch", &number.to_string());
        }
        query.append_pair("spreadsheet", "true").append_pair("language", self.frame.words.code());
        format!("/api/v1/runs/{}/rows.csv?{}", self.run.id, query.finish())
    }

    /// How a row's fate looks: as a class of badges.
    #[expect(clippy::unused_self, reason = "templates call it as they call the rest")]
    fn tone(&self, row: &RowView) -> &'static str {
        match row.fate {
            "created" | "updated" | "create" | "update" => "good",
            "invalid" => "warn",
            "refused" => "bad",
            _ => "",
        }
    }

    fn is_fate(&self, fate: &str) -> bool {
        self.fate == fate
    }

    fn is_reason(&self, reason: &str) -> bool {
        self.reason == reason
    }

    fn is_narrowed(&self) -> bool {
        let is_narrowed = |word: &String| !word.is_empty();
        self.batch.is_some() || [&self.fate, &self.reason, &self.search].into_iter().any(is_narrowed)
    }
}

/// What an address may say: no words, which may be somebody's.
#[derive(Default, Deserialize)]
pub(super) struct Asking {
    fate: Option<String>,
    reason: Option<String>,
    part: Option<String>,
    batch: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(asking): Query<Asking>,
) -> Result<Response, Problem> {
    // What an address says and nobody knows is left out.
    let fate = asking.fate.filter(|fate| fates(fate).is_some());
    let reason = asking.reason.filter(|reason| Reason::from_code(reason).is_some());
    let part = asking.part.filter(|part| part.parse::<Part>().is_ok());
    let batch = asking.batch.filter(|batch| batch.parse::<u64>().is_ok());
    let said = [("fate", fate), ("reason", reason), ("part", part), ("batch", batch)].into_iter();
    let form = said.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    page(&app, &caller, &id, &form).await
}

pub(super) async fn find(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    page(&app, &caller, &id, &form).await
}

/// The table whose profiles the rows of a run are, if its export and that one's segments are still there.
async fn table_of(app: &App, caller: &Caller, run: &RunView) -> Result<Option<String>, Problem> {
    let Some(subject) = &run.subject else { return Ok(None) };
    let shown = exports::show(State(app.clone()), caller.clone(), Id(subject.id.clone())).await;
    let segment = match shown {
        Ok(shown) => shown.body.export.segments.first().cloned(),
        Err(problem) if problem.code() == Code::NotFound => None,
        Err(problem) => return Err(problem),
    };
    let Some(segment) = segment else { return Ok(None) };
    match tagged(app, &segment).await {
        Ok(shown) => Ok(shown.body.segment.table),
        Err(problem) if problem.code() == Code::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn page(app: &App, caller: &Caller, id: &str, form: &Form) -> Result<Response, Problem> {
    let run = runs::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await?.0;
    let asked = ["fate", "reason", "part", "search", "cursor"];
    let mut fields: Map<String, Value> =
        asked.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(form.given(name)?)))).collect();
    let batch = form.given("batch").and_then(|batch| batch.parse::<u64>().ok());
    fields.extend(batch.map(|batch| ("batch".to_owned(), Value::from(batch))));
    let wish = Body(body(fields)?);
    let (found, next) = match search(State(app.clone()), caller.clone(), Id(id.to_owned()), wish).await {
        Ok(found) => (Some(found.0.items), found.0.next),
        Err(problem) if problem.code() == Code::NotKept => (None, None),
        Err(problem) => return Err(problem),
    };
    Ok(ok(&Rows {
        frame: Frame::of(app, caller, Section::Exports).await?,
        table: table_of(app, caller, &run).await?,
        run,
        fate: form.text("fate").to_owned(),
        reason: form.text("reason").to_owned(),
        batch: batch.map(|batch| (form.given("part").unwrap_or("sends").to_owned(), batch)),
        search: form.text("search").to_owned(),
        is_first: form.given("cursor").is_none(),
        found,
        next,
    }))
}
