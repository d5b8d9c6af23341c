//! The builder of segments. Without scripts it is the text of the definition with a button that counts; with them, rules
//! stand beside the text, and both are one document.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::words::builder_words;
use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Faults, Form, Undone, body};
use crate::console::page::{Frame, Section, ok, shown};
use crate::console::seen::{Held, Seen};
use crate::console::tables::keyless;
use crate::console::words::Words;
use crate::input::{Body, Id};
use crate::problem::Problem;
use crate::routes::refreshes::refresh_segment;
use crate::routes::runs::IdempotencyKey;
use crate::routes::segments;
use crate::routes::segments::definitions::count;

#[derive(Template)]
#[template(path = "segments/form.html")]
struct Page {
    frame: Frame,
    /// The segment that is changed, and what its form was made of.
    changed: Option<(String, Seen)>,
    name: String,
    description: String,
    kind: String,
    text: String,
    /// What the script says, by message.
    words: String,
    has_tables: bool,
    /// A table that lacks nothing but a key, if there is none of customers.
    keyless: Option<String>,
    /// Those who ask about the segment that is changed, or export it.
    users: usize,
    counted: Option<u64>,
    faults: Faults,
    trouble: Option<Problem>,
}

impl Page {
    fn held(&self) -> Held {
        let w = self.frame.words;
        Held::default()
            .with(w.say("segments-name"), &self.name)
            .with(w.say("segments-description"), &self.description)
            .with(w.say("segments-type"), w.word("segments-type", &self.kind))
            .with(w.say("segments-text"), &self.text)
    }
}

/// A definition to begin with: everybody of a table whose key is there.
fn beginning(w: Words, table: &str, key: &str) -> String {
    let text = |text: &str| Value::from(text).to_string();
    format!(
        "version: 1\ntable: {}\ntime_zone: {}\nrules:\n  - all:\n      - column: {}\n        is_empty: false\n",
        text(table),
        text(w.zone()),
        text(key)
    )
}

async fn page(app: &App, caller: &Caller, typed: &Form) -> Result<Page, Problem> {
    caller.require(Right::ChangeSegments)?;
    let frame = Frame::of(app, caller, Section::Segments).await?;
    let words = builder_words(frame.words);
    let tables = app.segments.tables().await?;
    Ok(Page {
        has_tables: tables.iter().any(|stored| stored.table.key.is_some()),
        keyless: keyless(&tables),
        frame,
        changed: None,
        name: typed.text("name").to_owned(),
        description: typed.text("description").to_owned(),
        kind: typed.given("type").unwrap_or("dynamic").to_owned(),
        text: typed.raw("definition").to_owned(),
        words,
        users: 0,
        counted: None,
        faults: Faults::default(),
        trouble: None,
    })
}

#[derive(Deserialize)]
pub(super) struct Over {
    table: Option<String>,
}

pub(super) async fn blank(
    State(app): State<App>,
    caller: Caller,
    Query(over): Query<Over>,
) -> Result<Response, Problem> {
    let mut page = page(&app, &caller, &Form::default()).await?;
    let tables = app.segments.tables().await?;
    let mut with_key = tables.iter().filter(|stored| stored.table.key.is_some());
    let wanted = over.table.as_deref().unwrap_or("profiles");
    let first = with_key.clone().find(|stored| stored.table.name == wanted).or_else(|| with_key.next());
    if let Some((table, key)) =
        first.and_then(|stored| Some((&stored.table.name, stored.table.key.as_ref()?)))
    {
        page.text = beginning(page.frame.words, table, key);
    }
    Ok(ok(&page))
}

/// Counts the members of what was typed, and shows the form again.
async fn counted(app: &App, caller: &Caller, form: &Form, page: Page) -> Result<Response, Problem> {
    let fields = Map::from_iter([("definition".to_owned(), Value::from(form.raw("definition")))]);
    match count(State(app.clone()), caller.clone(), Body(body(fields)?)).await {
        Ok(Json(found)) => Ok(ok(&Page { counted: Some(found.members), ..page })),
        Err(problem) => again(problem, page),
    }
}

fn again(problem: Problem, page: Page) -> Result<Response, Problem> {
    let Undone { faults, trouble, status } = Undone::of(problem)?;
    Ok(shown(status, &Page { faults, trouble, ..page }))
}

/// To the segment, which is refreshed first if that was asked for.
async fn saved(app: App, caller: Caller, form: &Form, name: &str, done: &str) -> Result<Response, Problem> {
    let mut done = done;
    if form.is_on("refresh") {
        refresh_segment(State(app), caller, Id(name.to_owned()), IdempotencyKey(None)).await?;
        done = "refreshing";
    }
    Ok(Redirect::to(&format!("/segments/{name}?done={done}")).into_response())
}

pub(super) async fn add(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    if form.is_on("count") {
        let page = page(&app, &caller, &form).await?;
        return counted(&app, &caller, &form, page).await;
    }
    let mut fields = Map::new();
    for field in ["name", "description", "type"] {
        fields.insert(field.to_owned(), Value::from(form.text(field)));
    }
    fields.insert("definition".to_owned(), Value::from(form.raw("definition")));
    match segments::create(State(app.clone()), caller.clone(), Body(body(fields)?)).await {
        Ok(_) => saved(app, caller, &form, form.text("name"), "added").await,
        Err(problem) => again(problem, page(&app, &caller, &form).await?),
    }
}

/// The form of a segment that is there; what was typed stands in place of what is stored.
async fn edit_page(app: &App, caller: &Caller, name: &str, typed: Option<&Form>) -> Result<Page, Problem> {
    let now = segments::show(State(app.clone()), caller.clone(), Id(name.to_owned())).await?.body;
    let blank = Form::default();
    let page = page(app, caller, typed.unwrap_or(&blank)).await?;
    let users = now.segment.used_by.len();
    if let Some(form) = typed {
        let changed = Some((now.segment.name, Seen::typed(form, page.held())));
        return Ok(Page { changed, users, ..page });
    }
    let page = Page {
        users,
        name: now.segment.name.clone(),
        description: now.segment.description,
        kind: now.segment.kind.to_owned(),
        // What a program has saved in one line is for nobody to read.
        text: if now.text.starts_with('{') { now.yaml.unwrap_or(now.text) } else { now.text },
        ..page
    };
    let seen = Seen::now(now.segment.version, page.held());
    Ok(Page { changed: Some((now.segment.name, seen)), ..page })
}

/// The form of a segment that could not be changed as it was typed.
async fn not_saved(
    app: &App,
    caller: &Caller,
    name: &str,
    form: &Form,
    problem: Problem,
) -> Result<Response, Problem> {
    let undone = Undone::of(problem)?;
    let mut page = edit_page(app, caller, name, Some(form)).await?;
    if undone.is_stale() {
        let now = edit_page(app, caller, name, None).await?.changed;
        let beside = now.zip(page.changed).map(|((name, now), (_, typed))| (name, now.beside(&typed)));
        page.changed = beside;
    }
    let Undone { faults, trouble, status } = undone;
    Ok(shown(status, &Page { faults, trouble, ..page }))
}

pub(super) async fn edit(State(app): State<App>, caller: Caller, Id(name): Id) -> Result<Response, Problem> {
    Ok(ok(&edit_page(&app, &caller, &name, None).await?))
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    if form.is_on("count") {
        let page = edit_page(&app, &caller, &name, Some(&form)).await?;
        return counted(&app, &caller, &form, page).await;
    }
    let fields = json!({
        "name": form.text("name"),
        "description": form.text("description"),
        "type": form.text("type"),
        "definition": form.raw("definition"),
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    let asked = (State(app.clone()), caller.clone(), Id(name.clone()));
    let changed = segments::change(asked.0, asked.1, asked.2, form.version()?, Body(body(fields)?)).await;
    match changed {
        Ok(_) => saved(app, caller, &form, form.text("name"), "changed").await,
        Err(problem) => not_saved(&app, &caller, &name, &form, problem).await,
    }
}
