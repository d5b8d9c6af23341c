//! Name and sharing of a connection, and on another page its host and key.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::connection::Sharing;
use serde_json::{Map, Value};

use super::super::form::{Faults, Form, Undone, body};
use super::super::page::{Frame, Section, ok, shown};
use super::super::seen::{Held, Seen};
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
    seen: Seen,
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
    let mut page = Edit {
        frame: Frame::of(app, caller, Section::Connections).await?,
        people: contributors(app, caller, |id| chosen.contains(id)).await?,
        id: now.id,
        title: now.name,
        seen: Seen::default(),
        name,
        sharing,
        faults: Faults::default(),
        trouble: None,
    };
    let held = page.held();
    page.seen = Seen::of(typed, now.version, held);
    Ok(page)
}

impl Edit {
    fn held(&self) -> Held {
        let w = self.frame.words;
        let people: Vec<&str> = match self.sharing.as_str() {
            "people" => self.people.iter().filter(|one| one.is_chosen).map(|one| one.name.as_str()).collect(),
            _ => Vec::new(),
        };
        let sharing = format!("{}\n{}", w.word("connections-sharing", &self.sharing), people.join(", "));
        Held::default()
            .with(w.say("connections-display-name"), &self.name)
            .with(w.say("connections-sharing"), sharing)
    }
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
            let undone = Undone::of(problem)?;
            let mut page = edit_page(&app, &caller, &id, Some(&form)).await?;
            if undone.is_stale() {
                page.seen = edit_page(&app, &caller, &id, None).await?.seen.beside(&page.seen);
            }
            let Undone { faults, trouble, status } = undone;
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
    seen: Seen,
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
    let held = Held::default().with(frame.words.say("connections-host"), &host);
    Ok(Key {
        seen: Seen::of(Some(&typed).filter(|typed| typed.is_on("version")), now.version, held),
        consent: ConsentText::of(app, frame.words, &host),
        frame,
        id: now.id,
        title: now.name,
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
            let undone = Undone::of(problem)?;
            let mut page = key_page(&app, &caller, &id, form).await?;
            if undone.is_stale() {
                page.seen = key_page(&app, &caller, &id, Form::default()).await?.seen.beside(&page.seen);
            }
            let Undone { faults, trouble, status } = undone;
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
