//! What can be done with a segment: refresh, switch, rename, copy and remove it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use serde_json::{Map, Value};

use super::show::again;
use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Form, Undone, body};
use crate::console::page::{Frame, Section, ok, shown};
use crate::input::{Body, Id};
use crate::problem::Problem;
use crate::routes::refreshes::refresh_segment;
use crate::routes::runs::IdempotencyKey;
use crate::routes::segments;
use crate::routes::segments::view::SegmentView;

pub(super) async fn refresh(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Response, Problem> {
    let asked = (State(app.clone()), caller.clone(), Id(name.clone()));
    match refresh_segment(asked.0, asked.1, asked.2, IdempotencyKey(None)).await {
        Ok(_) => Ok(Redirect::to(&format!("/segments/{name}?done=refreshing")).into_response()),
        Err(problem) => again(&app, &caller, &name, problem).await,
    }
}

async fn change(
    app: &App,
    caller: &Caller,
    name: &str,
    form: &Form,
    fields: Map<String, Value>,
) -> Result<(), Problem> {
    let asked = (State(app.clone()), caller.clone(), Id(name.to_owned()));
    segments::change(asked.0, asked.1, asked.2, form.version()?, Body(body(fields)?)).await.map(drop)
}

/// Sets the type or the state, whichever the pressed button names.
pub(super) async fn switch(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    let given = ["type", "state"].into_iter().filter_map(|field| Some((field, form.given(field)?)));
    let fields = given.map(|(field, word)| (field.to_owned(), Value::from(word))).collect();
    match change(&app, &caller, &name, &form, fields).await {
        Ok(()) => Ok(Redirect::to(&format!("/segments/{name}?done=changed")).into_response()),
        Err(problem) => again(&app, &caller, &name, problem).await,
    }
}

pub(super) async fn rename(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    let new = form.text("name");
    let fields = Map::from_iter([("name".to_owned(), Value::from(new))]);
    match change(&app, &caller, &name, &form, fields).await {
        Ok(()) => Ok(Redirect::to(&format!("/segments/{new}?done=renamed")).into_response()),
        Err(problem) => again(&app, &caller, &name, problem).await,
    }
}

pub(super) async fn duplicate(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    let copy = form.text("name");
    let fields = Map::from_iter([("name".to_owned(), Value::from(copy))]);
    let asked = (State(app.clone()), caller.clone(), Id(name.clone()));
    match segments::duplicate(asked.0, asked.1, asked.2, Body(body(fields)?)).await {
        Ok(_) => Ok(Redirect::to(&format!("/segments/{copy}?done=copied")).into_response()),
        Err(problem) => again(&app, &caller, &name, problem).await,
    }
}

#[derive(Template)]
#[template(path = "segments/remove.html")]
struct Remove {
    frame: Frame,
    segment: SegmentView,
    refreshes: usize,
    trouble: Option<Problem>,
}

async fn ask_page(app: &App, caller: &Caller, name: &str) -> Result<Remove, Problem> {
    caller.require(Right::ChangeSegments)?;
    let segment = segments::show(State(app.clone()), caller.clone(), Id(name.to_owned())).await?.body.segment;
    Ok(Remove {
        frame: Frame::of(app, caller, Section::Segments).await?,
        refreshes: app.segments.history(name).await?.len(),
        segment,
        trouble: None,
    })
}

pub(super) async fn ask(State(app): State<App>, caller: Caller, Id(name): Id) -> Result<Response, Problem> {
    Ok(ok(&ask_page(&app, &caller, &name).await?))
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    match segments::remove(State(app.clone()), caller.clone(), Id(name.clone()), form.version()?).await {
        Ok(_) => Ok(Redirect::to("/segments?done=removed").into_response()),
        Err(problem) => {
            let Undone { trouble, status, .. } = Undone::of(problem)?;
            let page = ask_page(&app, &caller, &name).await?;
            Ok(shown(status, &Remove { trouble, ..page }))
        }
    }
}
