//! One run: how far it has come, what became of everybody, and what to do about it.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use serde::Deserialize;
use serde_json::Value;

use super::counts::{Count, Counts, counts};
use crate::app::App;
use crate::caller::Caller;
use crate::console::exports::to_run;
use crate::console::form::Undone;
use crate::console::page::{Frame, Section, shown};
use crate::input::{Asked, Id};
use crate::problem::{Code, Problem};
use crate::routes::exports;
use crate::routes::runs::begin::{self, IdempotencyKey};
use crate::routes::runs::rows::{self, BatchQuery, BatchView, ExampleView};
use crate::routes::runs::view::ReasonView;
use crate::routes::runs::{self, RunQuery, RunView};

/// Batches on one page.
const BATCHES: u32 = 50;
/// Runs that are looked through for the one before.
const LOOKED_AT: u32 = 20;
/// Runs that are shown with the refresh that began them.
const FOLLOWERS: u32 = 100;

/// Attributes of a contact as they are sent, and the ids of their names.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("first_name", "exports-attribute-first-name"),
    ("last_name", "exports-attribute-last-name"),
    ("phone", "exports-attribute-phone"),
    ("customer_acct_name", "exports-attribute-account-name"),
];

#[derive(Template)]
#[template(path = "runs/show.html")]
struct Run {
    frame: Frame,
    run: RunView,
    counts: Option<Counts>,
    /// The run before, if it is compared.
    before: Option<RunView>,
    batches: Vec<BatchView>,
    next_batches: Option<String>,
    /// Examples of the plan by kind; nothing when they are not kept any more.
    examples: Option<Vec<(String, Vec<ExampleView>)>>,
    /// Runs that a refresh has begun.
    followers: Vec<RunView>,
    /// Whether the reader may cancel it, send its plan, and so on.
    may_act: bool,
    trouble: Option<Problem>,
}

impl Run {
    fn is_under_way(&self) -> bool {
        self.run.ended_at.is_none()
    }

    fn is_of_export(&self) -> bool {
        matches!(self.run.kind, "export" | "dry_run")
    }

    /// Rejections that are ours to mend, and those that are not, each with their sum.
    fn reasons(&self) -> [(bool, Vec<&ReasonView>, u64); 2] {
        let (ours, theirs): (Vec<_>, Vec<_>) =
            self.run.rejections.iter().partition(|reason| reason.whose == "our data");
        let sum = |reasons: &[&ReasonView]| reasons.iter().map(|reason| reason.count).sum();
        let (our_sum, their_sum) = (sum(&ours), sum(&theirs));
        [(true, ours, our_sum), (false, theirs, their_sum)]
    }

    /// Where the rows behind a number are.
    fn rows_of(&self, count: &Count) -> Option<String> {
        (count.number > 0).then(|| format!("/runs/{}/rows?fate={}", self.run.id, count.name))
    }

    /// Batches that the provider has and that the run waits for.
    fn open_batches(&self) -> u64 {
        self.run.progress.as_ref().map_or(0, |progress| progress.open_batches)
    }

    /// How many a second, about.
    fn rate(&self) -> Option<u64> {
        self.run.progress.as_ref()?.per_second.map(whole)
    }

    /// What an example would send, apart from its address: attributes and their values. None of what is no contact.
    fn payload(&self, detail: &str) -> Option<Vec<(String, String)>> {
        let Ok(Value::Object(contact)) = serde_json::from_str(detail) else { return None };
        let w = self.frame.words;
        let mut told = Vec::new();
        for (name, title) in ATTRIBUTES {
            let value = contact.get(name).and_then(Value::as_str);
            told.extend(value.map(|value| (w.say(title).to_string(), value.to_owned())));
        }
        for field in contact.get("fields").and_then(Value::as_array).into_iter().flatten() {
            let id = field["id"].to_string();
            let title = field["title"].as_str().map(str::to_owned);
            let title = title.unwrap_or_else(|| w.say("exports-attribute-field").with("id", id).to_string());
            // Several options stand between bars.
            let value = field["value"].as_str().unwrap_or_default().trim_matches('|').replace("||", ", ");
            told.push((title, value));
        }
        let tags = contact.get("tags").and_then(Value::as_array).into_iter().flatten();
        let tags: Vec<&str> = tags.filter_map(Value::as_str).collect();
        if !tags.is_empty() {
            told.push((w.say("runs-tags").to_string(), tags.join(", ")));
        }
        Some(told)
    }

    /// How long it goes on, about.
    fn left(&self) -> Option<String> {
        let seconds = self.run.progress.as_ref()?.seconds_left?;
        Some(self.frame.words.took(&seconds.saturating_mul(1000)))
    }

    /// Minutes that sending the plan takes.
    fn minutes(&self) -> u64 {
        self.run.plan.as_ref().map_or(1, |plan| whole(plan.minutes).max(1))
    }

    /// How many contacts the account has room for, if the plan creates more.
    fn too_little_room(&self) -> Option<(u64, u64)> {
        let plan = self.run.plan.as_ref().filter(|plan| !plan.warnings.is_empty())?;
        Some((plan.create, plan.room?))
    }

    /// Whether the plan of a dry run can be carried out.
    fn can_approve(&self) -> bool {
        let sends = self.run.plan.as_ref().is_some_and(|plan| plan.create + plan.update + plan.leave > 0);
        self.may_act && self.run.kind == "dry_run" && self.run.status == "succeeded" && sends
    }

    fn can_retry(&self) -> bool {
        let has_refused = self.run.counts.as_ref().is_some_and(|counts| counts.refused > 0);
        self.may_act && self.run.kind == "export" && has_refused
    }

    /// How long it took, or takes until now.
    fn lasted(&self) -> Option<String> {
        let ms: u64 = self.run.steps.iter().map(|step| step.milliseconds).sum();
        let is_begun = self.run.started_at.is_some() && ms > 0;
        is_begun.then(|| self.frame.words.took(&ms))
    }

    /// A difference with its sign.
    fn signed(&self, more: &i64) -> String {
        let number = self.frame.words.number(more.unsigned_abs());
        match *more {
            0 => "=".to_owned(),
            1.. => format!("+{number}"),
            _ => format!("−{number}"),
        }
    }
}

/// A number of something that is only estimated.
fn whole(estimate: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
    let whole = estimate.ceil() as u64;
    whole
}

#[derive(Default, Deserialize)]
pub(super) struct Asking {
    batches: Option<String>,
}

async fn page(app: &App, caller: &Caller, id: &str, asking: Asking) -> Result<Run, Problem> {
    let run = runs::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await?.0;
    let is_of_export = matches!(run.kind, "export" | "dry_run");
    let section = if is_of_export { Section::Exports } else { Section::Status };
    let frame = Frame::of(app, caller, section).await?;
    let may_act = match &run.subject {
        Some(subject) if is_of_export => may_edit(app, caller, &subject.id).await?,
        _ => frame.may(Right::ChangeSegments),
    };
    let before = before(app, caller, &run).await?;
    let query = BatchQuery { limit: Some(BATCHES), cursor: asking.batches };
    let batches = rows::batches(State(app.clone()), caller.clone(), Id(id.to_owned()), Asked(query)).await?.0;
    let query = RunQuery { refresh: Some(id.to_owned()), limit: Some(FOLLOWERS), ..RunQuery::default() };
    let followers = if is_of_export {
        Vec::new()
    } else {
        runs::list(State(app.clone()), caller.clone(), Asked(query)).await?.0.items
    };
    Ok(Run {
        counts: counts(&run, before.as_ref()),
        examples: examples(app, caller, &run).await?,
        frame,
        run,
        before,
        batches: batches.items,
        next_batches: batches.next,
        followers,
        may_act,
        trouble: None,
    })
}

/// Whether the caller may change, and so run, this export. One that is gone is nobody's.
async fn may_edit(app: &App, caller: &Caller, id: &str) -> Result<bool, Problem> {
    match exports::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await {
        Ok(shown) => Ok(shown.body.export.permission == "edit"),
        Err(problem) if problem.code() == Code::NotFound => Ok(false),
        Err(problem) => Err(problem),
    }
}

/// The run of the same kind before this one, if both have counts. A retry is of few, and no whole run's equal.
async fn before(app: &App, caller: &Caller, run: &RunView) -> Result<Option<RunView>, Problem> {
    let Some(subject) = run.subject.as_ref().filter(|_| run.counts.is_some()) else { return Ok(None) };
    let query = RunQuery {
        export: Some(subject.id.clone()),
        cursor: Some(run.id.clone()),
        limit: Some(LOOKED_AT),
        ..RunQuery::default()
    };
    let earlier = runs::list(State(app.clone()), caller.clone(), Asked(query)).await?.0.items;
    let is_alike =
        |earlier: &RunView| earlier.kind == run.kind && earlier.retry_of.is_some() == run.retry_of.is_some();
    Ok(earlier.into_iter().find(|earlier| is_alike(earlier) && earlier.counts.is_some()))
}

/// Examples of a dry run's plan by kind, in the order in which the plan tells them.
async fn examples(
    app: &App,
    caller: &Caller,
    run: &RunView,
) -> Result<Option<Vec<(String, Vec<ExampleView>)>>, Problem> {
    if run.kind != "dry_run" || run.plan.is_none() {
        return Ok(Some(Vec::new()));
    }
    let found = rows::examples(State(app.clone()), caller.clone(), Id(run.id.clone())).await;
    let found = match found {
        Ok(found) => found.0.examples,
        Err(problem) if problem.code() == Code::NotKept => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let mut kinds: Vec<(String, Vec<ExampleView>)> = Vec::new();
    for example in found {
        match kinds.iter_mut().find(|(kind, _)| *kind == example.kind) {
            Some((_, examples)) => examples.push(example),
            None => kinds.push((example.kind.clone(), vec![example])),
        }
    }
    Ok(Some(kinds))
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(asking): Query<Asking>,
) -> Result<Response, Problem> {
    Ok(shown(StatusCode::OK, &page(&app, &caller, &id, asking).await?))
}

/// The page once more, with why something was not done.
async fn again(app: &App, caller: &Caller, id: &str, problem: Problem) -> Result<Response, Problem> {
    let Undone { trouble, status, .. } = Undone::of(problem)?;
    let page = page(app, caller, id, Asking::default()).await?;
    Ok(shown(status, &Run { trouble, ..page }))
}

pub(super) async fn cancel(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    let run = runs::cancel(State(app), caller, Id(id)).await?.0;
    Ok(Redirect::to(&format!("/runs/{}", run.id)).into_response())
}

pub(super) async fn approve(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    let wish = (State(app.clone()), caller.clone(), Id(id.clone()));
    match begin::approve(wish.0, wish.1, wish.2, IdempotencyKey(None)).await {
        Ok(answer) => Ok(to_run(&answer)),
        Err(problem) => again(&app, &caller, &id, problem).await,
    }
}

pub(super) async fn retry(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    let wish = (State(app.clone()), caller.clone(), Id(id.clone()));
    match begin::retry(wish.0, wish.1, wish.2, IdempotencyKey(None)).await {
        Ok(answer) => Ok(to_run(&answer)),
        Err(problem) => again(&app, &caller, &id, problem).await,
    }
}
