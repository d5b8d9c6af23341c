//! Problems as pages.

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, header};
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
    let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
    let extensions = request.extensions().clone();
    let (request, form) = match kept_form(request).await {
        Ok(kept) => kept,
        Err(problem) => {
            return page(&app, headers, extensions, problem, StatusCode::PAYLOAD_TOO_LARGE).await;
        }
    };
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    if problem.code() != Code::SignInRequired {
        return page(&app, headers, extensions, problem, response.status()).await;
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

/// The page of a problem, for whoever has met it.
async fn page(
    app: &App,
    headers: HeaderMap,
    extensions: Extensions,
    problem: Problem,
    status: StatusCode,
) -> Response {
    // As if the page had been asked for, which changes nothing.
    let (mut parts, ()) = axum::http::Request::new(()).into_parts();
    (parts.headers, parts.extensions) = (headers, extensions);
    let caller = Caller::from_request_parts(&mut parts, app).await;
    let frame = Frame::for_anybody(app, caller, &parts.headers).await;
    shown(status, &ProblemPage { frame, problem })
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
