//! Conditions that a table declares by name.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Faults, Form, Undone, body};
use crate::console::page::{Frame, Section, ok, shown};
use crate::console::seen::{Held, Seen};
use crate::console::segments::rules::{Line, group};
use crate::console::words::Words;
use crate::input::{Body, Id, TwoIds};
use crate::problem::Problem;
use crate::routes::tables;
use crate::routes::tables::view::TableView;

/// What stands in the form before anything is typed.
const EXAMPLE: &str = "all:\n  - column: consent\n    is: true\n";

/// A condition, in words.
pub(super) struct Condition {
    pub(super) name: String,
    /// Nothing if it cannot be read.
    pub(super) lines: Vec<Line>,
}

pub(super) fn of(w: Words, table: &TableView) -> Vec<Condition> {
    let conditions = table.conditions.iter().map(|condition| Condition {
        name: condition.name.clone(),
        lines: condition.definition.as_ref().map(|definition| group(w, definition)).unwrap_or_default(),
    });
    conditions.collect()
}

#[derive(Template)]
#[template(path = "tables/condition.html")]
struct Page {
    frame: Frame,
    table: String,
    seen: Seen,
    /// The condition that is changed.
    changed: Option<String>,
    name: String,
    text: String,
    faults: Faults,
    trouble: Option<Problem>,
}

async fn page(
    app: &App,
    caller: &Caller,
    table: &str,
    changed: Option<&str>,
    typed: &Form,
) -> Result<Page, Problem> {
    caller.require(Right::ChangeTables)?;
    let now = tables::show(State(app.clone()), caller.clone(), Id(table.to_owned())).await?.body;
    let known = changed.and_then(|name| now.conditions.iter().find(|condition| condition.name == name));
    let text = known.and_then(|condition| condition.definition.as_ref());
    let text = text.and_then(|definition| serde_json::to_string_pretty(definition).ok());
    let text = text.unwrap_or_else(|| EXAMPLE.to_owned());
    let changed = known.map(|condition| condition.name.clone());
    let text = typed.given("definition").map_or(text, str::to_owned);
    let frame = Frame::of(app, caller, Section::Tables).await?;
    let held = Held::default().with(frame.words.say("tables-condition-text"), &text);
    Ok(Page {
        frame,
        table: now.name,
        seen: Seen::of(Some(typed).filter(|typed| typed.is_on("version")), now.version, held),
        name: typed.given("name").map_or_else(|| changed.clone().unwrap_or_default(), str::to_owned),
        text,
        changed,
        faults: Faults::default(),
        trouble: None,
    })
}

#[derive(Deserialize)]
pub(super) struct Which {
    name: Option<String>,
}

pub(super) async fn blank(
    State(app): State<App>,
    caller: Caller,
    Id(table): Id,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    Ok(ok(&page(&app, &caller, &table, which.name.as_deref(), &Form::default()).await?))
}

pub(super) async fn declare(
    State(app): State<App>,
    caller: Caller,
    Id(table): Id,
    form: Form,
) -> Result<Response, Problem> {
    let mut fields = Map::new();
    fields.insert("definition".to_owned(), Value::from(form.raw("definition")));
    let ids = TwoIds(table.clone(), form.text("name").to_owned());
    let wanted = Body(body(fields)?);
    match tables::declare(State(app.clone()), caller.clone(), ids, form.version()?, wanted).await {
        Ok(_) => Ok(Redirect::to(&format!("/tables/{table}?done=declared")).into_response()),
        Err(problem) => again(&app, &caller, &table, &form, problem).await,
    }
}

pub(super) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Id(table): Id,
    form: Form,
) -> Result<Response, Problem> {
    let ids = TwoIds(table.clone(), form.text("name").to_owned());
    match tables::take_back(State(app.clone()), caller.clone(), ids, form.version()?).await {
        Ok(_) => Ok(Redirect::to(&format!("/tables/{table}?done=taken-back")).into_response()),
        Err(problem) => again(&app, &caller, &table, &form, problem).await,
    }
}

async fn again(
    app: &App,
    caller: &Caller,
    table: &str,
    form: &Form,
    problem: Problem,
) -> Result<Response, Problem> {
    let undone = Undone::of(problem)?;
    let changed = form.given("changed").or_else(|| form.given("name"));
    let mut typed = page(app, caller, table, changed, form).await?;
    if undone.is_stale() {
        typed.seen = page(app, caller, table, changed, &Form::default()).await?.seen.beside(&typed.seen);
    }
    let Undone { faults, trouble, status } = undone;
    Ok(shown(status, &Page { faults, trouble, ..typed }))
}
