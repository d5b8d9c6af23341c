//! The web console: pages for people, over the same endpoints that programs use.
//!
//! A page's handler takes its [`Caller`](crate::caller::Caller) as an endpoint does, calls endpoints as functions, and shows
//! what they answer. What a form sends becomes the JSON body of an endpoint, so that everything is checked, and told, in one
//! place; what fails is a [`Problem`](crate::problem::Problem), which [`problem::as_page`] makes a page of.

mod about;
mod account;
mod assets;
mod audit;
mod chart;
mod connections;
mod customers;
mod exports;
mod form;
mod home;
mod page;
mod part;
mod people;
mod phrases;
mod problem;
mod runs;
mod schedule;
mod seen;
mod segments;
mod setup;
mod sign_in;
mod status;
mod tables;
mod timeline;
mod times;
mod tokens;
pub(crate) mod words;

use axum::Router;

use crate::app::App;

pub(crate) use problem::as_page;

/// All pages.
pub(crate) fn pages() -> Router<App> {
    Router::new()
        .merge(home::pages())
        .merge(sign_in::pages())
        .merge(setup::pages())
        .merge(account::pages())
        .merge(connections::pages())
        .merge(people::pages())
        .merge(tokens::pages())
        .merge(audit::pages())
        .merge(about::pages())
        .merge(exports::pages())
        .merge(runs::pages())
        .merge(status::pages())
        .merge(schedule::pages())
        .merge(tables::pages())
        .merge(segments::pages())
        .merge(customers::pages())
        .merge(assets::files())
}
