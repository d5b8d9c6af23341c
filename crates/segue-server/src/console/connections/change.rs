//! Name and sharing of a connection, and on another page its host and key.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::connection::Sharing;
use serde_json::{Map, Value};

use super::super::form::{Faults, Form, Undone, body};
use super::super::page::{Frame, Section, ok, shown};
use super::connection;
use super::form::{ConsentText, Contributor, account, contributors, sharing};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, Id};
use crate::problem::Problem;
use crate::routes::connections;

#[derive(Template)]
#[template(path = "connections/edit.html")]
struct Edit {
    frame: Frame,
    id: String,
    title: String,
    version: i64,
    name: String,
    sharing: String,
    people: Vec<Contributor>,
    faults: Faults,
    trouble: Option<Problem>,
}

async fn edit_page(app: &App, caller: &Caller, id: &str, typed: Option<&Form>) -> Result<Edit, Problem> {
    let now = connection(app, caller, id).await?;
    let (word, mut chosen) = match now.sharing {
        Sharing::Administrators => ("administrators", BTreeSet::new()),
        Sharing::Contributors => ("contributors", BTreeSet::new()),
        Sharing::People(people) => ("people", people),
    };
    let (mut name, mut sharing) = (now.name.clone(), word.to_owned());
    if let Some(typed) = typed {
        (name, sharing) = (typed.raw("name").to_owned(), typed.text("sharing").to_owned());
        chosen = typed.all("person").map(str::to_owned).collect();
    }
    Ok(Edit {
        frame: Frame::of(app, caller, Section::Connections).await?,
        people: contributors(app, caller, |id| chosen.contains(id)).await?,
        id: now.id,
        title: now.name,
        version: now.version,
        name,
        sharing,
        faults: Faults::default(),
        trouble: None,
    })
}

pub(super) async fn edit(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    Ok(ok(&edit_page(&app, &caller, &id, None).await?))
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), Value::from(form.text("name")));
    fields.insert("sharing".to_owned(), sharing(&form));
    match change(&app, &caller, &id, &form, fields).await {
        Ok(()) => Ok(Redirect::to(&format!("/connections/{id}?done=changed")).into_response()),
        Err(problem) => {
            let Undone { faults, trouble, status } = Undone::of(problem)?;
            let page = edit_page(&app, &caller, &id, Some(&form)).await?;
            Ok(shown(status, &Edit { faults, trouble, ..page }))
        }
    }
}

#[derive(Template)]
#[template(path = "connections/key.html")]
struct Key {
    frame: Frame,
    id: String,
    title: String,
    version: i64,
    host: String,
    typed: Form,
    consent: ConsentText,
    faults: Faults,
    trouble: Option<Problem>,
}

async fn key_page(app: &App, caller: &Caller, id: &str, typed: Form) -> Result<Key, Problem> {
    let now = connection(app, caller, id).await?;
    let frame = Frame::of(app, caller, Section::Connections).await?;
    let host = typed.given("host").unwrap_or(&now.host).to_owned();
    Ok(Key {
        consent: ConsentText::of(app, frame.words, &host),
        frame,
        id: now.id,
        title: now.name,
        version: now.version,
        host,
        typed,
        faults: Faults::default(),
        trouble: None,
    })
}

pub(super) async fn key(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    Ok(ok(&key_page(&app, &caller, &id, Form::default()).await?))
}

pub(super) async fn set_key(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let mut fields = account(&app, &form);
    // Whoever changes the key means to: without one, this would change nothing.
    if !fields.contains_key("api_key_from") {
        fields.entry("api_key").or_insert_with(|| Value::from(""));
    }
    match change(&app, &caller, &id, &form, fields).await {
        Ok(()) => Ok(Redirect::to(&format!("/connections/{id}?done=key")).into_response()),
        Err(problem) => {
            let Undone { faults, trouble, status } = Undone::of(problem)?;
            let page = key_page(&app, &caller, &id, form).await?;
            Ok(shown(status, &Key { faults, trouble, ..page }))
        }
    }
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &str,
    form: &Form,
    fields: Map<String, Value>,
) -> Result<(), Problem> {
    let changes = Body(body(fields)?);
    let (app, caller, id) = (State(app.clone()), caller.clone(), Id(id.to_owned()));
    connections::change(app, caller, id, form.version()?, changes).await.map(drop)
}
