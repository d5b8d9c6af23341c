//! What people change about themselves.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::form::{Faults, Form, body};
use super::page::{Frame, Section, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Body;
use crate::problem::Problem;
use crate::routes::me::{change_me, change_password};

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/account", get(show).post(change)).route("/account/password", post(set_password))
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    frame: Frame,
    login: String,
    name: String,
    language: String,
    version: i64,
    faults: Faults,
    done: Option<&'static str>,
}

#[derive(Deserialize)]
struct Done {
    done: Option<String>,
}

async fn page(app: &App, caller: &Caller, typed: &Form, faults: Faults) -> Result<Account, Problem> {
    let person = &caller.person;
    Ok(Account {
        frame: Frame::of(app, caller, Section::Account).await?,
        login: person.login.clone(),
        name: typed.given("name").unwrap_or(&person.name).to_owned(),
        language: typed.given("language").unwrap_or(person.language.word()).to_owned(),
        version: person.version,
        faults,
        done: None,
    })
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let done = ["changed", "password"].into_iter().find(|known| query.done.as_deref() == Some(*known));
    let page = page(&app, &caller, &Form::default(), Faults::default()).await?;
    Ok(shown(StatusCode::OK, &Account { done, ..page }))
}

async fn change(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let mut fields = Map::new();
    for name in ["name", "language"] {
        fields.insert(name.to_owned(), Value::from(form.text(name)));
    }
    match change_me(State(app.clone()), caller.clone(), form.version()?, Body(body(fields)?)).await {
        Ok(_) => Ok(Redirect::to("/account?done=changed").into_response()),
        Err(problem) => again(&app, &caller, &form, problem).await,
    }
}

async fn set_password(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let mut fields = Map::new();
    for name in ["current", "new"] {
        fields.insert(name.to_owned(), Value::from(form.raw(name)));
    }
    match change_password(State(app.clone()), caller.clone(), Body(body(fields)?)).await {
        Ok(_) => Ok(Redirect::to("/account?done=password").into_response()),
        Err(problem) => again(&app, &caller, &form, problem).await,
    }
}

/// The page once more, with what was typed and what is wrong with it.
async fn again(app: &App, caller: &Caller, typed: &Form, problem: Problem) -> Result<Response, Problem> {
    let page = page(app, caller, typed, Faults::of(problem)?).await?;
    Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
