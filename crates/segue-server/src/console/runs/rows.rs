//! The rows behind a run's numbers. What is searched for is sent as a form, so that it stands in no address.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use segue_model::{Fate, Reason};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Form, body};
use crate::console::page::{Frame, Section, ok};
use crate::input::{Body, Id};
use crate::problem::{Code, Problem};
use crate::routes::runs::rows::{RowView, search};
use crate::routes::runs::{self, RunView};

#[derive(Template)]
#[template(path = "runs/rows.html")]
struct Rows {
    frame: Frame,
    run: RunView,
    fate: String,
    reason: String,
    search: String,
    is_first: bool,
    /// Nothing when they are not kept any more.
    found: Option<Vec<RowView>>,
    next: Option<String>,
}

impl Rows {
    /// What can have become of somebody in this run: a dry run sends nothing.
    fn fates(&self) -> impl Iterator<Item = &'static str> {
        let is_plan = self.run.kind == "dry_run";
        let fates =
            Fate::ALL.iter().filter(move |fate| !is_plan || matches!(fate, Fate::Invalid | Fate::Refused));
        fates.map(|fate| fate.code())
    }

    /// How a row's fate looks: as a class of badges.
    #[expect(clippy::unused_self, reason = "templates call it as they call the rest")]
    fn tone(&self, row: &RowView) -> &'static str {
        match row.fate {
            "created" | "updated" => "good",
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
        !(self.fate.is_empty() && self.reason.is_empty() && self.search.is_empty())
    }
}

/// What an address may say: no words, which may be somebody's.
#[derive(Default, Deserialize)]
pub(super) struct Asking {
    fate: Option<String>,
    reason: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(asking): Query<Asking>,
) -> Result<Response, Problem> {
    // What an address says and nobody knows is left out.
    let fate = asking.fate.filter(|fate| Fate::from_code(fate).is_some());
    let reason = asking.reason.filter(|reason| Reason::from_code(reason).is_some());
    let said = [("fate", fate), ("reason", reason)].into_iter();
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

async fn page(app: &App, caller: &Caller, id: &str, form: &Form) -> Result<Response, Problem> {
    let run = runs::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await?.0;
    let asked = ["fate", "reason", "search", "cursor"];
    let fields = asked.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(form.given(name)?))));
    let wish = Body(body(Map::from_iter(fields))?);
    let (found, next) = match search(State(app.clone()), caller.clone(), Id(id.to_owned()), wish).await {
        Ok(found) => (Some(found.0.items), found.0.next),
        Err(problem) if problem.code() == Code::NotKept => (None, None),
        Err(problem) => return Err(problem),
    };
    Ok(ok(&Rows {
        frame: Frame::of(app, caller, Section::Exports).await?,
        run,
        fate: form.text("fate").to_owned(),
        reason: form.text("reason").to_owned(),
        search: form.text("search").to_owned(),
        is_first: form.given("cursor").is_none(),
        found,
        next,
    }))
}
