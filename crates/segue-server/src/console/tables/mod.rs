//! Tables: the list, one table with its rows and what is wrong with them, and removal.
//!
//! ```text
//! form.rs        a new one, and its columns, key and relationships
//! upload.rs      the form of a new one with a file in it
//! conditions.rs  the conditions that it declares by name
//! ```

mod conditions;
mod form;
mod upload;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use segue_model::{Right, StoredTable};
use serde::Deserialize;

use self::conditions::Condition;
use super::form::{Field, Form, Undone};
use super::page::{Frame, Section, known, ok, shown};
use super::part::{COLUMNS, Part};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Id};
use crate::problem::{Code, Problem};
use crate::routes::tables::look::{check, describe};
use crate::routes::tables::view::{CheckedTable, TableDescription, TableView};
use crate::routes::tables::{self, TableQuery};

/// What is typed of a table.
pub(crate) const FIELDS: &[Field] = &[
    ("/path", "path", "tables-path"),
    ("/name", "name", "tables-name"),
    ("/key", "key", "tables-key"),
    ("/kinds", "columns", "tables-columns"),
    ("/meanings", "columns", "tables-columns"),
    ("/relationships", "ways", "tables-relationships"),
];

/// What is typed of a condition.
pub(crate) const CONDITION_FIELDS: &[Field] =
    &[("/name", "name", "tables-condition-name"), ("/definition", "definition", "tables-condition-text")];

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/tables", get(list))
        .route("/tables/new", get(form::blank).post(form::add))
        .route("/tables/{name}", get(show))
        .route("/tables/{name}/edit", get(form::edit).post(form::save))
        .route("/tables/{name}/conditions", get(conditions::blank).post(conditions::declare))
        .route("/tables/{name}/conditions/take-back", post(conditions::take_back))
        .route("/tables/{name}/remove", get(ask).post(remove))
}

/// A table to give a key to, where no table has one: without a key no table is one of customers.
pub(crate) fn keyless(tables: &[StoredTable]) -> Option<String> {
    let first = tables.first().filter(|_| tables.iter().all(|stored| stored.table.key.is_none()));
    first.map(|stored| stored.table.name.clone())
}

#[derive(Template)]
#[template(path = "tables/list.html")]
struct List {
    frame: Frame,
    tables: Vec<TableView>,
    next: Option<String>,
    is_first: bool,
    done: bool,
}

#[derive(Deserialize)]
struct Wanted {
    cursor: Option<String>,
    done: Option<String>,
    /// What is to be looked at: `rows` or `check`.
    show: Option<String>,
    /// The first of its columns whose values are shown.
    from: Option<String>,
    /// The first of its columns that is listed.
    columns: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let is_first = wanted.cursor.is_none();
    let query = TableQuery { limit: None, cursor: wanted.cursor };
    let Json(page) = tables::list(State(app.clone()), caller.clone(), Asked(query)).await?;
    let frame = Frame::of(&app, &caller, Section::Tables).await?;
    let done = wanted.done.is_some();
    Ok(ok(&List { frame, tables: page.items, next: page.next, is_first, done }))
}

/// Columns that are listed at a time.
const LISTED: usize = 100;

#[derive(Template)]
#[template(path = "tables/show.html")]
struct Show {
    frame: Frame,
    table: TableView,
    /// Its columns that are listed.
    listed: Part,
    /// Its columns whose values are shown.
    part: Part,
    /// The places of the columns of its first rows.
    sampled: Vec<usize>,
    conditions: Vec<Condition>,
    /// Columns of other tables that refer to it, by table and column.
    belonging: Vec<(String, String)>,
    /// Its rows, if they were asked for.
    rows: Option<TableDescription>,
    /// What is wrong with it, if that was asked for.
    check: Option<CheckedTable>,
    /// Why it cannot be looked at.
    trouble: Option<Problem>,
    done: Option<&'static str>,
}

/// A problem with a table that is told on its page.
fn told(problem: Problem) -> Result<Problem, Problem> {
    match problem.code() {
        Code::Unusable | Code::Busy | Code::OutOfMemory | Code::TooSlow => Ok(problem),
        _ => Err(problem),
    }
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let table = tables::show(State(app.clone()), caller.clone(), Id(name.clone())).await?.body;
    let frame = Frame::of(&app, &caller, Section::Tables).await?;
    let stored = app.segments.tables().await?;
    let ways = stored.iter().flat_map(|other| other.table.relationships.iter().map(move |way| (other, way)));
    let here = ways.filter(|(_, way)| way.to_table == table.name);
    let belonging = here.map(|(other, way)| (other.table.name.clone(), way.column.clone())).collect();
    let (mut rows, mut found, mut trouble) = (None, None, None);
    let asked = (State(app), caller, Id(name));
    match wanted.show.as_deref() {
        Some("rows") => match describe(asked.0, asked.1, asked.2).await {
            Ok(Json(described)) => rows = Some(described),
            Err(problem) => trouble = Some(told(problem)?),
        },
        Some("check") => match check(asked.0, asked.1, asked.2).await {
            Ok(Json(checked)) => found = Some(checked),
            Err(problem) => trouble = Some(told(problem)?),
        },
        _ => {}
    }
    let done = known(wanted.done.as_deref(), &["added", "changed", "declared", "taken-back"]);
    let conditions = conditions::of(frame.words, &table);
    let part = Part::of(table.columns.len(), wanted.from.as_deref(), COLUMNS);
    let key = table.columns.iter().position(|column| table.key.as_ref() == Some(&column.name));
    let listed = Part::of(table.columns.len(), wanted.columns.as_deref(), LISTED);
    let sampled = part.with_key(key);
    Ok(ok(&Show {
        frame,
        table,
        listed,
        part,
        sampled,
        conditions,
        belonging,
        rows,
        check: found,
        trouble,
        done,
    }))
}

#[derive(Template)]
#[template(path = "tables/remove.html")]
struct Remove {
    frame: Frame,
    table: TableView,
    trouble: Option<Problem>,
}

async fn ask_page(app: &App, caller: &Caller, name: &str) -> Result<Remove, Problem> {
    caller.require(Right::ChangeTables)?;
    let table = tables::show(State(app.clone()), caller.clone(), Id(name.to_owned())).await?.body;
    Ok(Remove { frame: Frame::of(app, caller, Section::Tables).await?, table, trouble: None })
}

async fn ask(State(app): State<App>, caller: Caller, Id(name): Id) -> Result<Response, Problem> {
    Ok(ok(&ask_page(&app, &caller, &name).await?))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    match tables::remove(State(app.clone()), caller.clone(), Id(name.clone()), form.version()?).await {
        Ok(_) => Ok(Redirect::to("/tables?done=removed").into_response()),
        Err(problem) => {
            let Undone { trouble, status, .. } = Undone::of(problem)?;
            let page = ask_page(&app, &caller, &name).await?;
            Ok(shown(status, &Remove { trouble, ..page }))
        }
    }
}
