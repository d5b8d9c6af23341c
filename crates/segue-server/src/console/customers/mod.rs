//! Customers: who they are, the segments that hold them, what was sent of them, what belongs to them; and forgetting them. What
//! is searched for is sent as a form, so that it stands in no address.

mod forget;
mod person;
mod receipts;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use segue_model::Right;
use segue_model::segment::{Kind, Meaning, Table};
use serde_json::{Map, Value, json};

use self::person::Person;
use super::form::{Form, body};
use super::page::{Frame, Section, ok, shown};
use super::tables::keyless;
use crate::app::App;
use crate::caller::Caller;
use crate::input::Body;
use crate::problem::{Code, Problem};
use crate::routes::segments::definitions::sample;
use crate::routes::segments::view::PreviewView;

/// What people are searched by besides their key.
const SEARCHED: [Meaning; 4] = [Meaning::Email, Meaning::FirstName, Meaning::LastName, Meaning::Phone];

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/customers", get(blank).post(search))
        .route("/customers/forget", get(async || Redirect::to("/customers")).post(forget::ask))
        .route("/customers/forget/now", get(async || Redirect::to("/customers")).post(forget::forget))
        .route("/customers/receipts", get(receipts::list))
        .route("/customers/receipts/{id}", get(receipts::show))
        .route("/customers/receipts/{id}/download", get(receipts::download))
}

#[derive(Template)]
#[template(path = "customers/search.html")]
struct Page {
    frame: Frame,
    /// Tables of people.
    tables: Vec<String>,
    /// A table that lacks nothing but a key, if there is none of people.
    keyless: Option<String>,
    table: String,
    search: String,
    is_asked: bool,
    found: Option<PreviewView>,
    /// The place of the key among the columns.
    key: usize,
    person: Option<Person>,
    /// Whoever was forgotten and had this key: the receipt, unless that was not brought to its end.
    forgotten: Option<Option<String>>,
    trouble: Option<Problem>,
}

async fn page(app: &App, caller: &Caller, form: &Form) -> Result<(Page, Vec<Table>), Problem> {
    caller.require(Right::SeeProfiles)?;
    let stored = app.segments.tables().await?;
    let keyless = keyless(&stored);
    let stored = stored.into_iter().map(|stored| stored.table);
    let tables: Vec<Table> = stored.filter(|table| table.key.is_some()).collect();
    let people =
        tables.iter().find(|table| table.meaning(Meaning::Email).is_some()).or_else(|| tables.first());
    let table =
        form.given("table").map_or_else(|| people.map(|table| table.name.clone()), |it| Some(it.to_owned()));
    let page = Page {
        frame: Frame::of(app, caller, Section::Customers).await?,
        tables: tables.iter().map(|table| table.name.clone()).collect(),
        keyless,
        table: table.unwrap_or_default(),
        search: form.text("search").to_owned(),
        is_asked: false,
        found: None,
        key: 0,
        person: None,
        forgotten: None,
        trouble: None,
    };
    Ok((page, tables))
}

async fn blank(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(ok(&page(&app, &caller, &Form::default()).await?.0))
}

/// Whoever has this key, or this address, name or number, upper and lower case alike.
fn definition(table: &Table, key: &str, wanted: &str) -> Value {
    let mut any = vec![json!({"column": key, "is": wanted})];
    let known = SEARCHED.iter().filter_map(|meaning| table.meaning(*meaning));
    let texts = known.filter(|column| column.kind == Kind::Text && column.name != key);
    any.extend(texts.map(|column| json!({"column": column.name, "is": wanted, "ignore_case": true})));
    json!({"version": 1, "table": table.name, "rules": [{"any": any}]})
}

async fn search(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let (mut page, tables) = page(&app, &caller, &form).await?;
    let Some(table) = tables.iter().find(|table| table.name == page.table) else {
        return Err(Problem::new(Code::NotFound));
    };
    let Some(key) = table.key.as_deref().filter(|_| !page.search.is_empty()) else { return Ok(ok(&page)) };
    let fields = Map::from_iter([("definition".to_owned(), definition(table, key, &page.search))]);
    page.is_asked = true;
    match sample(State(app.clone()), caller.clone(), Body(body(fields)?)).await {
        Ok(Json(found)) => {
            page.key = found.columns.iter().position(|column| column == key).unwrap_or_default();
            if let [row] = found.rows.as_slice() {
                page.person = Some(Person::of(&app, &caller, table, &page, &found.columns, row).await?);
            } else if found.rows.is_empty() {
                let erasure = app.profiles.erasure(&page.table, &page.search).await?;
                if erasure.is_none() {
                    page.person = Person::gone(&app, &caller, table, &page.search).await?;
                }
                page.forgotten = erasure.map(|erasure| erasure.receipt.is_some().then_some(erasure.id));
            }
            page.found = Some(found);
            Ok(ok(&page))
        }
        Err(problem) if matches!(problem.code(), Code::Unusable | Code::Busy | Code::OutOfMemory) => {
            page.trouble = Some(problem);
            Ok(shown(StatusCode::CONFLICT, &page))
        }
        Err(problem) => Err(problem),
    }
}
