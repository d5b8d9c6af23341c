//! Removing a connection: first what uses it is detached or removed, then its key is erased.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::super::form::{Form, Undone};
use super::super::page::{Done, Frame, Section, known, ok, shown};
use super::{Users, connection, users};
use crate::app::App;
use crate::caller::Caller;
use crate::etag::IfMatch;
use crate::input::Id;
use crate::problem::Problem;
use crate::routes::{connections, exports};

#[derive(Template)]
#[template(path = "connections/remove.html")]
struct Remove {
    frame: Frame,
    id: String,
    name: String,
    host: String,
    version: i64,
    users: Users,
    trouble: Option<Problem>,
    done: Option<&'static str>,
}

async fn page(app: &App, caller: &Caller, id: &str) -> Result<Remove, Problem> {
    let now = connection(app, caller, id).await?;
    Ok(Remove {
        frame: Frame::of(app, caller, Section::Connections).await?,
        users: users(app, caller, id).await?,
        id: now.id,
        name: now.name,
        host: now.host,
        version: now.version,
        trouble: None,
        done: None,
    })
}

pub(super) async fn ask(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let done = known(query.done.as_deref(), &["detached"]);
    Ok(ok(&Remove { done, ..page(&app, &caller, &id).await? }))
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    match connections::remove(State(app.clone()), caller.clone(), Id(id.clone()), form.version()?).await {
        Ok(_) => Ok(Redirect::to("/connections?done=removed").into_response()),
        Err(problem) => shown_again(&app, &caller, &id, problem).await,
    }
}

/// Detaches one export, or each that the page has shown.
pub(super) async fn detach(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    for export in form.all("export") {
        // As in `1.4be1…`: the version that was seen, and the export.
        let Some((version, export)) = export.split_once('.') else { continue };
        let version = IfMatch::of(version.parse().unwrap_or_default());
        let detached =
            exports::detach(State(app.clone()), caller.clone(), Id(export.to_owned()), version).await;
        if let Err(problem) = detached {
            return shown_again(&app, &caller, &id, problem).await;
        }
    }
    Ok(Redirect::to(&format!("/connections/{id}/remove?done=detached")).into_response())
}

async fn shown_again(app: &App, caller: &Caller, id: &str, problem: Problem) -> Result<Response, Problem> {
    let Undone { trouble, status, .. } = Undone::of(problem)?;
    let page = page(app, caller, id).await?;
    Ok(shown(status, &Remove { trouble, ..page }))
}
