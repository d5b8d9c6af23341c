//! Connections: the list with what can be connected to, and one connection. For administrators, as the endpoints are.
//!
//! ```text
//! form.rs     a new one
//! change.rs   name and sharing, host and key
//! remove.rs   detaching what uses it, and removing it
//! ```

mod change;
mod form;
mod remove;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use segue_model::Right;
use segue_model::connection::Sharing;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::form::{Faults, Field, Form, Undone, body};
use super::page::{Done, Frame, Section, known, ok, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Body, Id};
use crate::problem::{Code, Problem};
use crate::routes::connections::account::test_again;
use crate::routes::connections::view::{AccountView, AnyConnection, ConnectionView, view};
use crate::routes::connections::{self, ConnectionQuery};
use crate::routes::exports::{self, ExportQuery};

/// What is typed on these pages.
pub(crate) const FIELDS: &[Field] = &[
    ("/name", "name", "connections-display-name"),
    ("/sharing", "sharing", "connections-sharing"),
    ("/host", "host", "connections-host"),
    ("/api_key", "api_key", "connections-key"),
    ("/api_key_from", "api_key_from", "connections-key-from"),
    ("/agreed", "agreed", "connections-step-privacy"),
    ("/password", "password", "connections-password"),
    ("/type", "type", "connections-type"),
];

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/connections", get(list))
        .route("/connections/new", get(form::blank).post(form::save))
        .route("/connections/sandbox", post(begin_sandbox))
        .route("/connections/connect", post(form::connect))
        .route("/connections/{id}", get(show))
        .route("/connections/{id}/test", post(test))
        .route("/connections/{id}/export-user", post(become_export_user))
        .route("/connections/{id}/edit", get(change::edit).post(change::save))
        .route("/connections/{id}/key", get(change::key).post(change::set_key))
        .route("/connections/{id}/remove", get(remove::ask).post(remove::remove))
        .route("/connections/{id}/detach", post(remove::detach))
}

#[derive(Template)]
#[template(path = "connections/list.html")]
struct List {
    frame: Frame,
    connections: Vec<ConnectionView>,
    has_sandbox: bool,
    next: Option<String>,
    done: Option<&'static str>,
}

#[derive(Deserialize)]
struct ListQuery {
    cursor: Option<String>,
    done: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    caller.require(Right::ManageConnections)?;
    let asked = ConnectionQuery { limit: None, cursor: query.cursor };
    let Json(page) = connections::list(State(app.clone()), caller.clone(), Asked(asked)).await?;
    let whole = |seen| match seen {
        AnyConnection::Whole(connection) => Some(*connection),
        AnyConnection::Name(_) => None,
    };
    let connections = page.items.into_iter().filter_map(whole).collect();
    let frame = Frame::of(&app, &caller, Section::Connections).await?;
    let done = known(query.done.as_deref(), &["removed"]);
    let has_sandbox = app.setting.sandbox.is_some();
    Ok(ok(&List { frame, connections, has_sandbox, next: page.next, done }))
}

/// Begins the built-in sandbox, and leads to the form of a connection to it.
async fn begin_sandbox(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.require(Right::ManageConnections)?;
    let sandbox = app.setting.sandbox.as_ref().ok_or_else(|| Problem::new(Code::NotFound))?;
    (sandbox.begin)().await.map_err(|error| {
        let words = format!("the sandbox cannot begin: {error}: start Segue with another --sandbox-port");
        Problem::with(Code::CannotRun, words)
    })?;
    Ok(Redirect::to("/connections/new?type=sandbox").into_response())
}

/// An export that uses a connection.
struct User {
    id: String,
    name: String,
    version: i64,
    is_enabled: bool,
}

/// The first of those that use a connection, and whether there are more.
struct Users {
    exports: Vec<User>,
    has_more: bool,
}

async fn users(app: &App, caller: &Caller, id: &str) -> Result<Users, Problem> {
    let asked = ExportQuery {
        search: None,
        connection: Some(id.to_owned()),
        segment: None,
        sort: None,
        limit: Some(200),
        cursor: None,
    };
    let Json(page) = exports::list(State(app.clone()), caller.clone(), Asked(asked)).await?;
    let exports = page.items.into_iter().map(|export| User {
        id: export.id,
        name: export.name,
        version: export.version,
        is_enabled: export.enabled,
    });
    Ok(Users { exports: exports.collect(), has_more: page.next.is_some() })
}

#[derive(Template)]
#[template(path = "connections/show.html")]
struct Show {
    frame: Frame,
    connection: ConnectionView,
    /// Whom it is shared with by name.
    people: Vec<String>,
    users: Users,
    /// The account, after it was asked.
    account: Option<AccountView>,
    is_export_user: bool,
    faults: Faults,
    trouble: Option<Problem>,
    done: Option<&'static str>,
}

/// A connection; whoever may not manage any is turned down.
async fn connection(app: &App, caller: &Caller, id: &str) -> Result<ConnectionView, Problem> {
    caller.require(Right::ManageConnections)?;
    view(app, &app.store.connection(id).await?).await
}

async fn page(app: &App, caller: &Caller, id: &str) -> Result<Show, Problem> {
    let connection = connection(app, caller, id).await?;
    let mut people = Vec::new();
    if let Sharing::People(ids) = &connection.sharing {
        for id in ids {
            // Whoever was removed is not there to be named.
            people.extend(app.store.person(id).await.ok().map(|person| person.name));
        }
    }
    Ok(Show {
        frame: Frame::of(app, caller, Section::Connections).await?,
        users: users(app, caller, id).await?,
        is_export_user: connection.export_user.id == caller.person.id,
        connection,
        people,
        account: None,
        faults: Faults::default(),
        trouble: None,
        done: None,
    })
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let done = known(query.done.as_deref(), &["added", "changed", "key", "export-user"]);
    Ok(ok(&Show { done, ..page(&app, &caller, &id).await? }))
}

/// Asks the account, and shows the connection with what it said.
async fn test(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Response, Problem> {
    match test_again(State(app.clone()), caller.clone(), Id(id.clone())).await {
        Ok(Json(account)) => {
            let page = page(&app, &caller, &id).await?;
            Ok(ok(&Show { account: Some(account), ..page }))
        }
        Err(problem) => {
            // The outcome is noted: the page shows it where it always does.
            let Undone { trouble, .. } = Undone::of(problem)?;
            let page = page(&app, &caller, &id).await?;
            Ok(shown(StatusCode::OK, &Show { trouble, ..page }))
        }
    }
}

async fn become_export_user(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let mut fields = Map::new();
    fields.insert("password".to_owned(), Value::from(form.raw("password")));
    let entered = Body(body(fields)?);
    let done = connections::become_export_user(
        State(app.clone()),
        caller.clone(),
        Id(id.clone()),
        form.version()?,
        entered,
    );
    match done.await {
        Ok(_) => Ok(Redirect::to(&format!("/connections/{id}?done=export-user")).into_response()),
        Err(problem) => {
            let Undone { faults, trouble, status } = Undone::of(problem)?;
            let page = page(&app, &caller, &id).await?;
            Ok(shown(status, &Show { faults, trouble, ..page }))
        }
    }
}
