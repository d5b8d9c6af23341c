//! Adding somebody, and the link that is shown once.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use segue_model::{Right, Role};
use serde_json::{Map, Value};

use super::super::form::{Faults, Form, Undone, body};
use super::super::page::{Frame, Section, ok, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::routes::users::{self, NewUser, OneTimeLink};

#[derive(Template)]
#[template(path = "people/new.html")]
struct New {
    frame: Frame,
    typed: Form,
    role: String,
    language: String,
    faults: Faults,
    trouble: Option<Problem>,
}

async fn page(app: &App, caller: &Caller, typed: Form) -> Result<New, Problem> {
    caller.require(Right::ManagePeople)?;
    Ok(New {
        frame: Frame::of(app, caller, Section::People).await?,
        role: typed.given("role").unwrap_or(Role::Viewer.word()).to_owned(),
        // Most people speak the language of who adds them.
        language: typed.given("language").unwrap_or(caller.person.language.word()).to_owned(),
        typed,
        faults: Faults::default(),
        trouble: None,
    })
}

pub(super) async fn blank(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(ok(&page(&app, &caller, Form::default()).await?))
}

pub(super) async fn add(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let mut fields = Map::new();
    for name in ["login", "name", "role", "language"] {
        fields.insert(name.to_owned(), Value::from(form.text(name)));
    }
    let added = match body::<NewUser>(fields) {
        Ok(new) => users::add(&app, &caller, &new).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(invited) => link_page(&app, &caller, invited.user.id, invited.user.name, invited.link, true).await,
        Err(problem) => {
            let Undone { faults, trouble, status } = Undone::of(problem)?;
            Ok(shown(status, &New { faults, trouble, ..page(&app, &caller, form).await? }))
        }
    }
}

#[derive(Template)]
#[template(path = "people/link.html")]
struct LinkPage {
    frame: Frame,
    id: String,
    name: String,
    link: OneTimeLink,
    is_new: bool,
}

/// The page that shows a link; no other ever does.
pub(super) async fn link_page(
    app: &App,
    caller: &Caller,
    id: String,
    name: String,
    link: OneTimeLink,
    is_new: bool,
) -> Result<Response, Problem> {
    let frame = Frame::of(app, caller, Section::People).await?;
    Ok(shown(StatusCode::CREATED, &LinkPage { frame, id, name, link, is_new }))
}
