//! One person: changes, a new link, tokens, removal.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::{Right, Role};
use serde_json::{Map, Value};

use super::super::form::{Faults, Form, Undone, body};
use super::super::page::{Done, Frame, Section, known, ok, shown};
use super::super::seen::{Held, Seen};
use super::form::link_page;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, Id};
use crate::problem::Problem;
use crate::routes::tokens::{TokenView, Tokens};
use crate::routes::users::{self, User};

#[derive(Template)]
#[template(path = "people/person.html")]
struct Person {
    frame: Frame,
    now: User,
    seen: Seen,
    login: String,
    name: String,
    role: String,
    language: String,
    enabled: bool,
    is_self: bool,
    tokens: Vec<TokenView>,
    /// Connections whose exports run in this person's name.
    answers_for: Vec<String>,
    faults: Faults,
    trouble: Option<Problem>,
    done: Option<&'static str>,
}

async fn page(app: &App, caller: &Caller, id: &str, typed: Option<&Form>) -> Result<Person, Problem> {
    caller.require(Right::ManagePeople)?;
    let now = User::from(&app.store.person(id).await?);
    let Json(Tokens { items: tokens }) = Tokens::of(app, id).await?;
    let text = |name: &str, now: &str| typed.map_or(now, |typed| typed.raw(name)).to_owned();
    let mut page = Person {
        frame: Frame::of(app, caller, Section::People).await?,
        seen: Seen::default(),
        login: text("login", &now.login),
        name: text("name", &now.name),
        role: text("role", now.role.word()),
        language: text("language", now.language.word()),
        enabled: typed.map_or(now.enabled, |typed| typed.is_on("enabled")),
        is_self: now.id == caller.person.id,
        answers_for: answers_for(app, id).await?,
        now,
        tokens,
        faults: Faults::default(),
        trouble: None,
        done: None,
    };
    let held = page.held();
    page.seen = Seen::of(typed, page.now.version, held);
    Ok(page)
}

impl Person {
    fn held(&self) -> Held {
        let w = self.frame.words;
        let language = if self.language == "ro" { "Română" } else { "English" };
        Held::default()
            .with(w.say("people-name"), &self.name)
            .with(w.say("login"), &self.login)
            .with(w.say("people-role"), w.word("role", &self.role))
            .with(w.say("language"), language)
            .with_box(w, w.say("people-may-sign-in"), self.enabled)
    }
}

/// The names of the connections whose export user this is.
async fn answers_for(app: &App, id: &str) -> Result<Vec<String>, Problem> {
    let connections = app.store.connections().await?.into_iter();
    Ok(connections
        .filter(|connection| connection.export_user.id == id)
        .map(|connection| connection.name)
        .collect())
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let done = known(query.done.as_deref(), &["changed", "revoked"]);
    Ok(ok(&Person { done, ..page(&app, &caller, &id, None).await? }))
}

pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let mut fields = Map::new();
    for name in ["login", "name", "role", "language"] {
        fields.insert(name.to_owned(), Value::from(form.text(name)));
    }
    fields.insert("enabled".to_owned(), Value::from(form.is_on("enabled")));
    let version = form.version()?;
    let changed = match body(fields) {
        Ok(changes) => {
            let (state, who) = (State(app.clone()), caller.clone());
            users::change(state, who, Id(id.clone()), version, Body(changes)).await
        }
        Err(problem) => Err(problem),
    };
    match changed {
        // Whoever is no administrator any more may not see this page.
        Ok(changed) if id == caller.person.id && !changed.body.role.may(Right::ManagePeople) => {
            Ok(Redirect::to("/").into_response())
        }
        Ok(_) => Ok(Redirect::to(&format!("/people/{id}?done=changed")).into_response()),
        Err(problem) => {
            let undone = Undone::of(problem)?;
            let mut typed = page(&app, &caller, &id, Some(&form)).await?;
            if undone.is_stale() {
                typed.seen = page(&app, &caller, &id, None).await?.seen.beside(&typed.seen);
            }
            let Undone { faults, trouble, status } = undone;
            Ok(shown(status, &Person { faults, trouble, ..typed }))
        }
    }
}

pub(super) async fn new_link(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Response, Problem> {
    let (_, Json(link)) = users::new_link(State(app.clone()), caller.clone(), Id(id.clone())).await?;
    let name = app.store.person(&id).await?.name;
    link_page(&app, &caller, id, name, link, false).await
}

#[derive(Template)]
#[template(path = "people/remove.html")]
struct Remove {
    frame: Frame,
    now: User,
    is_self: bool,
    tokens: usize,
    answers_for: Vec<String>,
    trouble: Option<Problem>,
}

async fn remove_page(app: &App, caller: &Caller, id: &str) -> Result<Remove, Problem> {
    let Person { frame, now, is_self, tokens, answers_for, .. } = page(app, caller, id, None).await?;
    Ok(Remove { frame, now, is_self, tokens: tokens.len(), answers_for, trouble: None })
}

pub(super) async fn ask(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    Ok(ok(&remove_page(&app, &caller, &id).await?))
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    match users::remove(State(app.clone()), caller.clone(), Id(id.clone()), form.version()?).await {
        Ok(_) => Ok(Redirect::to("/people?done=removed").into_response()),
        Err(problem) => {
            let Undone { trouble, status, .. } = Undone::of(problem)?;
            Ok(shown(status, &Remove { trouble, ..remove_page(&app, &caller, &id).await? }))
        }
    }
}
