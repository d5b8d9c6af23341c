//! Where one-time links lead: the first administrator, or a new password.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value};

use super::form::{Faults, Field, Form, body};
use super::page::{Frame, ok, shown};
use super::problem::language;
use crate::app::App;
use crate::caller::Visitor;
use crate::input::Body;
use crate::problem::Problem;
use crate::routes::setup::{link, use_link};

/// What is typed on this page.
pub(crate) const FIELDS: &[Field] = &[
    ("/secret", "secret", "setup-code"),
    ("/name", "name", "your-name"),
    ("/login", "login", "login"),
    ("/language", "language", "language"),
    ("/password", "password", "password"),
];

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/setup", get(show).post(set_up)).route("/setup/link", post(look))
}

#[derive(Template)]
#[template(path = "setup.html")]
struct Setup {
    frame: Frame,
    /// Whether there is an administrator, so that the link is for a new password.
    is_known: bool,
    typed: Form,
    faults: Faults,
}

async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let frame = Frame::outside(language(&headers));
    let is_known = app.store.has_administrator().await?;
    Ok(ok(&Setup { frame, is_known, typed: Form::default(), faults: Faults::default() }))
}

/// Whether a link still works, so that nobody thinks of a password for one that does not.
async fn look(State(app): State<App>, _: Visitor, form: Form) -> Result<StatusCode, Problem> {
    link(&app, form.text("secret")).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_up(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let is_known = app.store.has_administrator().await?;
    match use_link(State(app), visitor, Body(wish(&form, is_known)?)).await {
        Ok(_) => Ok(Redirect::to("/sign-in").into_response()),
        Err(problem) => {
            let (frame, faults) = (Frame::outside(language(&headers)), Faults::of(problem)?);
            Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, &Setup { frame, is_known, typed: form, faults }))
        }
    }
}

fn wish<T: serde::de::DeserializeOwned>(form: &Form, is_known: bool) -> Result<T, Problem> {
    // A whole link may have been pasted.
    let secret = form.text("secret");
    let secret = secret.rsplit_once('#').map_or(secret, |(_, secret)| secret);
    let mut fields = Map::new();
    fields.insert("secret".to_owned(), Value::from(secret));
    fields.insert("password".to_owned(), Value::from(form.raw("password")));
    if !is_known {
        for name in ["login", "name", "language"] {
            fields.insert(name.to_owned(), Value::from(form.text(name)));
        }
    }
    body(fields)
}
