//! People: who may sign in, and what each may do. For administrators, as the endpoints are.
//!
//! ```text
//! list.rs     everybody
//! form.rs     adding somebody, and the link that is shown once
//! person.rs   one person: changes, a new link, tokens, removal
//! ```

mod form;
mod list;
mod person;

use axum::Router;
use axum::routing::{get, post};

use super::form::Field;
use crate::app::App;

/// What is typed on these pages.
pub(crate) const FIELDS: &[Field] = &[
    ("/name", "name", "people-name"),
    ("/login", "login", "login"),
    ("/role", "role", "people-role"),
    ("/language", "language", "language"),
];

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/people", get(list::show).post(list::find))
        .route("/people/new", get(form::blank).post(form::add))
        .route("/people/{id}", get(person::show).post(person::change))
        .route("/people/{id}/link", post(person::new_link))
        .route("/people/{id}/remove", get(person::ask).post(person::remove))
}
