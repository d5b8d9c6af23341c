//! Exports: the list, one export, and the page that sets one up.

mod change;
mod draft;
mod form;
mod list;
mod offer;
mod recap;
mod run_all;
mod schedules;
mod show;

pub(crate) use self::show::to_run;

use axum::Router;
use axum::routing::{get, post};

use super::form::Field;
use crate::app::App;

/// What is chosen and typed on the page that sets one up.
pub(crate) const FIELDS: &[Field] = &[
    ("/matching/email", "email", "exports-attribute-email"),
    ("/matching/tags", "tags", "exports-tags"),
    ("/matching", "matching", "exports-fields"),
    ("/rows", "matching", "exports-fields"),
    ("/segments", "segments", "exports-segments"),
    ("/brakes/max_leaving_percent", "max_leaving_percent", "exports-max-leaving"),
    ("/brakes", "max_profiles", "exports-max-profiles"),
    ("/required", "required", "exports-required"),
    ("/schedule", "schedule", "exports-when"),
    ("/connection", "connection", "exports-connection"),
    ("/list", "list", "exports-list"),
    ("/name", "name", "exports-name"),
    ("", "setup", "exports-setup"),
];

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/exports", get(list::show))
        .route("/exports/run-all", get(run_all::ask).post(run_all::run))
        .route("/exports/new", get(form::begin).post(form::create))
        .route("/exports/recap", post(form::recap))
        .route("/exports/add", get(change::add_segment))
        .route("/exports/schedules", get(schedules::ask).post(schedules::change))
        .route("/exports/{id}", get(show::show))
        .route("/exports/{id}/edit", get(change::edit).post(change::change))
        .route("/exports/{id}/run", post(show::run))
        .route("/exports/{id}/dry-run", post(show::rehearse))
        .route("/exports/{id}/enable", post(show::enable))
        .route("/exports/{id}/disable", post(show::disable))
        .route("/exports/{id}/duplicate", post(show::duplicate))
        .route("/exports/{id}/detach", get(show::ask_detach).post(show::detach))
        .route("/exports/{id}/remove", get(show::ask_remove).post(show::remove))
        .route("/exports/{id}/runs", get(super::runs::history))
}
