//! People: who may sign in, and what each may do. For administrators, as the endpoints are.
//!
//! ```text
//! form.rs     adding somebody, and the link that is shown once
//! person.rs   one person: changes, a new link, tokens, removal
//! ```

mod form;
mod person;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use segue_model::{Right, Role};
use serde::Deserialize;

use super::page::{Frame, Section, ok};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Asked;
use crate::problem::Problem;
use crate::routes::users::{self, User, UserQuery};

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/people", get(list))
        .route("/people/new", get(form::blank).post(form::add))
        .route("/people/{id}", get(person::show).post(person::change))
        .route("/people/{id}/link", post(person::new_link))
        .route("/people/{id}/remove", get(person::ask).post(person::remove))
}

#[derive(Template)]
#[template(path = "people/list.html")]
struct List {
    frame: Frame,
    people: Vec<User>,
    role: Option<Role>,
    next: Option<String>,
    own_id: String,
    was_removed: bool,
}

impl List {
    fn is_asked(&self, role: &Role) -> bool {
        self.role.as_ref() == Some(role)
    }

    /// The address of another page of the same list.
    fn address(&self, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.role.map(|role| ("role", role.word())));
        query.extend_pairs(cursor.map(|cursor| ("cursor", cursor)));
        format!("/people?{}", query.finish())
    }
}

#[derive(Deserialize)]
struct ListQuery {
    role: Option<String>,
    cursor: Option<String>,
    done: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    caller.require(Right::ManagePeople)?;
    // An empty field of the form says: of any.
    let role = query.role.as_deref().and_then(Role::from_word);
    let asked = UserQuery { role, enabled: None, limit: None, cursor: query.cursor };
    let Json(page) = users::list(State(app.clone()), caller.clone(), Asked(asked)).await?;
    let frame = Frame::of(&app, &caller, Section::People).await?;
    let was_removed = query.done.as_deref() == Some("removed");
    let (own_id, people) = (caller.person.id, page.items);
    Ok(ok(&List { frame, people, role, next: page.next, own_id, was_removed }))
}
