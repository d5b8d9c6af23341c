//! What people change about themselves: name, language, password, tokens, and where they are signed in.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value};

use super::form::{Faults, Field, Form, Undone, body};
use super::page::{Done, Frame, Section, known, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Body;
use crate::problem::Problem;
use crate::routes::me::{change_me, change_password};
use crate::routes::session;
use crate::routes::tokens::{TokenView, Tokens};

/// What is typed about oneself.
pub(crate) const FIELDS: &[Field] = &[
    ("/name", "name", "your-name"),
    ("/language", "language", "language"),
    ("/current", "current", "password-current"),
    ("/new", "new", "password-new"),
];

/// What is typed for a token.
pub(crate) const TOKEN_FIELDS: &[Field] = &[
    ("/name", "token-name", "tokens-name"),
    ("/scope", "scope", "tokens-scope"),
    ("/expires_in_days", "days", "tokens-days"),
];

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/account", get(show).post(change))
        .route("/account/password", post(set_password))
        .route("/account/sign-out-everywhere", post(sign_out_everywhere))
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    frame: Frame,
    login: String,
    name: String,
    language: String,
    version: i64,
    tokens: Vec<TokenView>,
    /// What was typed into the form of a token.
    typed: Form,
    faults: Faults,
    token_faults: Faults,
    trouble: Option<Problem>,
    done: Option<&'static str>,
}

async fn page(app: &App, caller: &Caller, typed: &Form, faults: Faults) -> Result<Account, Problem> {
    let person = &caller.person;
    let Json(Tokens { items: tokens }) = Tokens::of(app, &person.id).await?;
    // Two forms have a name: the one that makes a token has a scope as well.
    let is_token = typed.given("scope").is_some();
    let (faults, token_faults) =
        if is_token { (Faults::default(), faults) } else { (faults, Faults::default()) };
    let about_me = |name: &str| if is_token { None } else { typed.given(name) };
    Ok(Account {
        frame: Frame::of(app, caller, Section::Account).await?,
        login: person.login.clone(),
        name: about_me("name").unwrap_or(&person.name).to_owned(),
        language: about_me("language").unwrap_or(person.language.word()).to_owned(),
        version: person.version,
        tokens,
        typed: if is_token { typed.clone() } else { Form::default() },
        faults,
        token_faults,
        trouble: None,
        done: None,
    })
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let done = known(query.done.as_deref(), &["changed", "password", "revoked"]);
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
pub(super) async fn again(
    app: &App,
    caller: &Caller,
    typed: &Form,
    problem: Problem,
) -> Result<Response, Problem> {
    let Undone { faults, trouble, status } = Undone::of(problem)?;
    let page = page(app, caller, typed, faults).await?;
    Ok(shown(status, &Account { trouble, ..page }))
}

async fn sign_out_everywhere(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let cookie = session::end_all(&app, &caller).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}
