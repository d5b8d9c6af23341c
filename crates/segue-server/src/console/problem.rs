//! Problems as pages.

use std::convert::Infallible;

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::person::Language;

use super::form::Form;
use super::page::{Frame, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{MAX_BODY, MAX_DEFINITION};
use crate::problem::{Code, Problem};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    problem: Problem,
}

/// A session has ended while somebody was typing: what was typed waits here.
#[derive(Template)]
#[template(path = "session_ended.html")]
struct SessionEnded {
    frame: Frame,
    action: String,
    fields: Vec<(String, String)>,
    /// Whether something secret was typed, which is not written into a page.
    has_secrets: bool,
}

/// What must be typed again.
const SECRETS: &[&str] = &["password", "current", "new", "secret", "api_key"];

/// Lets a request through, and makes a page of a problem if a browser is to show the answer.
pub(crate) async fn as_page(State(app): State<App>, request: Request, next: Next) -> Response {
    if !is_for_people(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let mut asked = parts.clone();
    let (request, form) = match kept_form(Request::from_parts(parts, body)).await {
        Ok(kept) => kept,
        Err(problem) => {
            let Reads(language) = Reads::of(&mut asked, &app).await;
            return page(language, problem, StatusCode::PAYLOAD_TOO_LARGE);
        }
    };
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    if problem.code() != Code::SignInRequired {
        let Reads(language) = Reads::of(&mut asked, &app).await;
        return page(language, problem, response.status());
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if method != Method::POST {
        return Redirect::to(&super::sign_in::address(path)).into_response();
    }
    let is_secret = |(name, _): &(String, String)| SECRETS.contains(&name.as_str());
    let (secret, fields): (Vec<_>, Vec<_>) = form.fields().iter().cloned().partition(is_secret);
    let frame = Frame::outside(language(&headers));
    let ended = SessionEnded { frame, action: path.to_owned(), fields, has_secrets: !secret.is_empty() };
    shown(StatusCode::UNAUTHORIZED, &ended)
}

/// Whether a browser asks for a page; its scripts, and programs, take what the API answers.
fn is_for_people(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html")) && !request.uri().path().starts_with("/api/")
}

/// The fields of a form, which may be needed once more, and the request with them. An upload passes as it is.
async fn kept_form(request: Request) -> Result<(Request, Form), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        return Ok((request, Form::default()));
    }
    let (parts, body) = request.into_parts();
    let most = if parts.uri.path().starts_with("/segments/") { MAX_DEFINITION } else { MAX_BODY };
    let bytes = to_bytes(body, most).await.map_err(|_| {
        Problem::with(Code::TooLarge, format!("the form must not be larger than {most} bytes"))
    })?;
    let form = Form::of(&bytes);
    Ok((Request::from_parts(parts, Body::from(bytes)), form))
}

fn page(language: Language, problem: Problem, status: StatusCode) -> Response {
    shown(status, &ProblemPage { frame: Frame::outside(language), problem })
}

/// The language in which somebody reads a page that is for anybody: their own, or the one that their browser asks for.
pub(crate) struct Reads(pub(crate) Language);

impl Reads {
    async fn of(parts: &mut Parts, app: &App) -> Self {
        // What is told does not depend on how the request was made.
        parts.method = Method::GET;
        let caller = Caller::from_request_parts(parts, app).await;
        Self(caller.map_or_else(|_| language(&parts.headers), |caller| caller.person.language))
    }
}

impl FromRequestParts<App> for Reads {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&mut parts.clone(), app).await)
    }
}

/// The language that a browser asks for.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let asked =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let languages = asked.split(',').filter_map(|one| {
        let tag = one.split(';').next()?.trim();
        Language::from_word(tag.split('-').next()?)
    });
    languages.into_iter().next().unwrap_or_default()
}
