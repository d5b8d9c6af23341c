//! One export: what it does, how it stands, and what can be done with it.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use serde_json::{Map, Value};

use super::draft::Draft;
use super::recap;
use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Faults, Form, Undone, body};
use crate::console::page::{Done, Frame, Section, known, ok, shown};
use crate::console::times::export_schedule;
use crate::input::{Asked, Body, Id};
use crate::problem::{Code, Problem};
use crate::routes::exports::{self, view::DetailsView};
use crate::routes::runs::begin::{self, IdempotencyKey};
use crate::routes::runs::{self, RunQuery, RunView};

/// Runs that are shown with an export.
const LATEST: u32 = 5;
/// Runs that are looked through for one that tells what is on the list.
const LOOKED_AT: u32 = 20;

#[derive(Template)]
#[template(path = "exports/show.html")]
struct Export {
    frame: Frame,
    view: DetailsView,
    recap: Vec<String>,
    /// When it runs, in words.
    schedule: String,
    /// Whether that is never, because no refresh is scheduled that it follows.
    lacks_refresh: bool,
    runs: Vec<RunView>,
    done: Option<&'static str>,
    /// Why what was asked for was not done.
    trouble: Option<Problem>,
    /// What is said of the name of a copy.
    faults: Faults,
    /// What a copy is to be called.
    copy: String,
}

/// The page that asks before an export is detached or removed.
#[derive(Template)]
#[template(path = "exports/ask.html")]
struct Ask {
    frame: Frame,
    view: DetailsView,
    /// `detach` or `remove`.
    what: &'static str,
    /// Contacts that the list holds by its doing, as far as its latest run tells.
    listed: Option<u64>,
    /// Whether a run of it waits or is under way.
    is_running: bool,
    trouble: Option<Problem>,
}

async fn latest(app: &App, caller: &Caller, id: &str, limit: u32) -> Result<Vec<RunView>, Problem> {
    let query = RunQuery { export: Some(id.to_owned()), limit: Some(limit), ..RunQuery::default() };
    Ok(runs::list(State(app.clone()), caller.clone(), Asked(query)).await?.0.items)
}

async fn page(app: &App, caller: &Caller, id: &str) -> Result<Export, Problem> {
    let frame = Frame::of(app, caller, Section::Exports).await?;
    let w = frame.words;
    let view = exports::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await?.body;
    let draft = Draft::saved(&view.export, w.zone());
    let connection = view.export.connection.as_ref().map(|used| used.name.as_str());
    let sizes = view.segments.iter().map(|size| (size.name.as_str(), size.members));
    Ok(Export {
        recap: recap::recap(&frame, &draft, connection, sizes),
        lacks_refresh: !frame.refreshes && recap::waits_for_refresh(&draft.schedule),
        schedule: export_schedule(w, &view.export.schedule),
        runs: latest(app, caller, id, LATEST).await?,
        copy: w.say("exports-copy-of").with("name", &view.export.name).to_string(),
        done: None,
        trouble: None,
        faults: Faults::default(),
        view,
        frame,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let words = ["created", "changed", "enabled", "disabled", "detached", "copied"];
    let done = known(query.done.as_deref(), &words);
    let page = page(&app, &caller, &id).await?;
    Ok(ok(&Export { done, ..page }))
}

/// The page once more, with why something was not done.
async fn again(app: &App, caller: &Caller, id: &str, problem: Problem) -> Result<Response, Problem> {
    let Undone { faults, trouble, status } = Undone::of(problem)?;
    let page = page(app, caller, id).await?;
    Ok(shown(status, &Export { faults, trouble, ..page }))
}

/// The page of a run that was begun.
pub(crate) fn to_run(answer: &Response) -> Response {
    let place = answer.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
    let place = place.and_then(|place| place.strip_prefix("/api/v1")).unwrap_or("/status");
    Redirect::to(place).into_response()
}

pub(super) async fn run(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    let wish = (State(app.clone()), caller.clone(), Id(id.clone()));
    match begin::run(wish.0, wish.1, wish.2, IdempotencyKey(None)).await {
        Ok(answer) => Ok(to_run(&answer)),
        Err(problem) => again(&app, &caller, &id, problem).await,
    }
}

pub(super) async fn rehearse(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Response, Problem> {
    let wish = (State(app.clone()), caller.clone(), Id(id.clone()));
    match begin::rehearse(wish.0, wish.1, wish.2, IdempotencyKey(None)).await {
        Ok(answer) => Ok(to_run(&answer)),
        Err(problem) => again(&app, &caller, &id, problem).await,
    }
}

pub(super) async fn enable(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    switch(&app, &caller, &id, &form, true).await
}

pub(super) async fn disable(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    switch(&app, &caller, &id, &form, false).await
}

async fn switch(
    app: &App,
    caller: &Caller,
    id: &str,
    form: &Form,
    is_enabled: bool,
) -> Result<Response, Problem> {
    let done = if is_enabled { "enabled" } else { "disabled" };
    match exports::switch(app, caller, id, &form.version()?, is_enabled).await {
        Ok(_) => Ok(Redirect::to(&format!("/exports/{id}?done={done}")).into_response()),
        Err(problem) => again(app, caller, id, problem).await,
    }
}

pub(super) async fn duplicate(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let fields = Map::from_iter([("name".to_owned(), Value::from(form.text("name")))]);
    let copy = (State(app.clone()), caller.clone(), Id(id.clone()), Body(body(fields)?));
    let problem = match exports::duplicate(copy.0, copy.1, copy.2, copy.3).await {
        Ok(answer) => {
            let place = answer.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
            let place = place.and_then(|place| place.strip_prefix("/api/v1")).unwrap_or("/exports");
            return Ok(Redirect::to(&format!("{place}?done=copied")).into_response());
        }
        Err(problem) => problem,
    };
    let page = page(&app, &caller, &id).await?;
    let copy = form.raw("name").to_owned();
    let Undone { mut faults, mut trouble, status } = Undone::of(problem)?;
    if trouble.as_ref().is_some_and(|trouble| trouble.code() == Code::Taken) {
        trouble = None;
        faults = Faults::of(Problem::field("/name", "belongs to another export: choose another name"))?;
    }
    Ok(shown(status, &Export { copy, faults, trouble, ..page }))
}

async fn ask(app: &App, caller: &Caller, id: &str, what: &'static str) -> Result<Ask, Problem> {
    let frame = Frame::of(app, caller, Section::Exports).await?;
    let view = exports::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await?.body;
    if view.export.permission != "edit" {
        return Err(Problem::new(Code::Forbidden));
    }
    let runs = latest(app, caller, id, LOOKED_AT).await?;
    let counts = runs.iter().filter(|run| run.kind == "export").find_map(|run| run.counts.as_ref());
    let listed = counts.map(|counts| counts.created + counts.updated + counts.unchanged);
    let is_running = runs.iter().any(|run| run.ended_at.is_none());
    Ok(Ask { frame, view, what, listed, is_running, trouble: None })
}

pub(super) async fn ask_remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Response, Problem> {
    Ok(ok(&ask(&app, &caller, &id, "remove").await?))
}

pub(super) async fn ask_detach(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Response, Problem> {
    caller.require(Right::DetachConnections)?;
    Ok(ok(&ask(&app, &caller, &id, "detach").await?))
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let removed = exports::remove(State(app.clone()), caller.clone(), Id(id.clone()), form.version()?);
    match removed.await {
        Ok(_) => Ok(Redirect::to("/exports?done=removed").into_response()),
        Err(problem) => ask_again(&app, &caller, &id, "remove", problem).await,
    }
}

pub(super) async fn detach(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let detached = exports::detach(State(app.clone()), caller.clone(), Id(id.clone()), form.version()?);
    match detached.await {
        Ok(_) => Ok(Redirect::to(&format!("/exports/{id}?done=detached")).into_response()),
        Err(problem) => ask_again(&app, &caller, &id, "detach", problem).await,
    }
}

async fn ask_again(
    app: &App,
    caller: &Caller,
    id: &str,
    what: &'static str,
    problem: Problem,
) -> Result<Response, Problem> {
    let Undone { trouble, status, .. } = Undone::of(problem)?;
    Ok(shown(status, &Ask { trouble, ..ask(app, caller, id, what).await? }))
}
