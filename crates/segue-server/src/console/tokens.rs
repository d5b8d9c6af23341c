//! Tokens: made on one's own account page, where each is shown once, and revoked by its owner or an administrator.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use segue_store::Token;
use serde_json::{Map, Value};

use super::account;
use super::form::{Form, body};
use super::page::{Frame, Section, ok, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, Id};
use crate::problem::Problem;
use crate::routes::tokens::{self, NewToken, TokenView};

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/account/tokens", post(create)).route("/tokens/{id}/revoke", get(ask).post(revoke))
}

#[derive(Template)]
#[template(path = "tokens/made.html")]
struct Made {
    frame: Frame,
    made: NewToken,
}

async fn create(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let mut fields = Map::new();
    for name in ["name", "scope"] {
        fields.insert(name.to_owned(), Value::from(form.text(name)));
    }
    // What is no number is turned down in the endpoint's words.
    let days = form.text("expires_in_days").parse().unwrap_or(0_u32);
    fields.insert("expires_in_days".to_owned(), Value::from(days));
    match tokens::create(State(app.clone()), caller.clone(), Body(body(fields)?)).await {
        Ok((status, Json(made))) => {
            let frame = Frame::of(&app, &caller, Section::Account).await?;
            Ok(shown(status, &Made { frame, made }))
        }
        Err(problem) => account::again(&app, &caller, &form, problem).await,
    }
}

#[derive(Template)]
#[template(path = "tokens/revoke.html")]
struct Revoke {
    frame: Frame,
    token: TokenView,
    /// Whose it is; nothing if it is the reader's own.
    owner: Option<String>,
    back: String,
}

/// Where a token is listed for the caller.
fn place(caller: &Caller, token: &Token) -> String {
    if token.person == caller.person.id { "/account".to_owned() } else { format!("/people/{}", token.person) }
}

async fn ask(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    let token = tokens::revocable(&app, &caller, &id).await?;
    let is_own = token.person == caller.person.id;
    let owner = if is_own { None } else { Some(app.store.person(&token.person).await?.name) };
    let section = if is_own { Section::Account } else { Section::People };
    let frame = Frame::of(&app, &caller, section).await?;
    let back = place(&caller, &token);
    Ok(ok(&Revoke { frame, token: TokenView::from(&token), owner, back }))
}

async fn revoke(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    let back = place(&caller, &tokens::revocable(&app, &caller, &id).await?);
    tokens::revoke(State(app), caller, Id(id)).await?;
    Ok(Redirect::to(&format!("{back}?done=revoked")).into_response())
}
