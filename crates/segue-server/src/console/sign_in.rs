//! Signing in and out.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::form::Form;
use super::page::{Frame, shown};
use super::problem::language;
use crate::app::App;
use crate::caller::{Caller, Visitor};
use crate::problem::{Code, Problem};
use crate::routes::session::{self, Credentials};

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/sign-in", get(show).post(sign_in)).route("/sign-out", post(sign_out))
}

/// The page to sign in at, and to go on from there to `next`.
pub(crate) fn address(next: &str) -> String {
    if next == "/" {
        return "/sign-in".to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("/sign-in?{query}")
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    frame: Frame,
    login: String,
    next: String,
    trouble: Option<Problem>,
}

#[derive(Deserialize)]
struct Wanted {
    next: Option<String>,
}

async fn show(headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    let next = wanted.next.unwrap_or_default();
    let page =
        SignIn { frame: Frame::outside(language(&headers)), login: String::new(), next, trouble: None };
    shown(StatusCode::OK, &page)
}

async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let (login, next) = (form.text("login").to_owned(), form.text("next").to_owned());
    let credentials = Credentials { login: login.clone(), password: form.raw("password").to_owned() };
    match session::begin(&app, visitor, &credentials).await {
        Ok((_, cookie)) => Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&ours(next))).into_response()),
        Err(problem) if matches!(problem.code(), Code::WrongCredentials | Code::TooManyAttempts) => {
            let frame = Frame::outside(language(&headers));
            let status = StatusCode::from_u16(problem.code().status()).unwrap_or(StatusCode::UNAUTHORIZED);
            Ok(shown(status, &SignIn { frame, login, next, trouble: Some(problem) }))
        }
        Err(problem) => Err(problem),
    }
}

/// Where to go on: only within the console, whatever an address says.
fn ours(next: String) -> String {
    let is_path =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r', '\t']);
    if is_path { next } else { "/".to_owned() }
}

async fn sign_out(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let cookie = session::end(&app, &caller).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for next in [
            "",
            "https://evil.example.com",
            "//evil.example.com",
            "/\\evil.example.com",
            "javascript:alert(1)",
        ] {
            assert_eq!(ours(next.to_owned()), "/", "{next}");
        }
        assert_eq!(ours("/exports?search=a".to_owned()), "/exports?search=a");
    }
}
