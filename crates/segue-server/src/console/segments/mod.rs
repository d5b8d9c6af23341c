//! Segments: the list, one segment, how several overlap.
//!
//! ```text
//! form.rs      the builder, and the text beside it
//! rules.rs     a definition in words
//! show.rs      one segment
//! change.rs    what can be done with it
//! trend.rs     its members over time
//! around.rs    others to compare it with, and exports
//! why.rs       why somebody is in or not, in words
//! words.rs     what the script of the builder says
//! ```

mod around;
mod change;
mod form;
pub(crate) mod rules;
mod show;
mod trend;
mod why;
mod words;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Query, RawQuery, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use segue_model::Right;
use serde::Deserialize;

use super::form::{Field, Form};
use super::page::{Frame, Section, ok};
use super::tables::keyless;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, MAX_DEFINITION};
use crate::problem::{Code, Problem};
use crate::routes::segments::members::{OverlapQuery, overlaps};
use crate::routes::segments::view::{OverlapView, SegmentView};
use crate::routes::segments::{self, SegmentQuery};

/// What is typed of a segment.
pub(crate) const FIELDS: &[Field] = &[
    ("/name", "name", "segments-name"),
    ("/description", "description", "segments-description"),
    ("/type", "type", "segments-type"),
    ("/definition", "definition", "segments-text"),
];

/// What is typed on the page of one.
pub(crate) const SHOWN_FIELDS: &[Field] = &[("/name", "more", "segments-name")];

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/segments", get(list))
        .route("/segments/new", get(form::blank).post(form::add))
        .route("/segments/{name}", get(show::show))
        .route("/segments/{name}/explain", post(show::explain))
        .route("/segments/{name}/edit", get(form::edit).post(form::save))
        .route("/segments/{name}/refresh", post(change::refresh))
        .route("/segments/{name}/switch", post(change::switch))
        .route("/segments/{name}/rename", post(change::rename))
        .route("/segments/{name}/duplicate", post(change::duplicate))
        .route("/segments/{name}/remove", get(change::ask).post(change::remove))
        .route("/overlap", get(overlap))
        // A definition may list a hundred thousand values.
        .layer(DefaultBodyLimit::max(MAX_DEFINITION))
}

#[derive(Default, Deserialize)]
struct Asking {
    search: Option<String>,
    table: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    state: Option<String>,
    cursor: Option<String>,
    done: Option<String>,
}

/// A choice that was made, if it is not that of everything.
fn chosen(choice: Option<&String>) -> Option<String> {
    choice.filter(|choice| !choice.is_empty()).cloned()
}

impl Asking {
    fn search(&self) -> &str {
        self.search.as_deref().unwrap_or_default()
    }

    fn is(&self, choice: Option<&String>, word: &str) -> bool {
        choice.is_some_and(|choice| choice == word)
    }

    fn is_narrowed(&self) -> bool {
        let choices = [&self.search, &self.table, &self.kind, &self.state, &self.cursor];
        choices.into_iter().flatten().any(|choice| !choice.is_empty())
    }

    /// The page from there on.
    fn address(&self, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let given =
            [("search", &self.search), ("table", &self.table), ("type", &self.kind), ("state", &self.state)];
        for (name, value) in given {
            if let Some(value) = chosen(value.as_ref()) {
                query.append_pair(name, &value);
            }
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        format!("/segments?{}", query.finish())
    }
}

#[derive(Template)]
#[template(path = "segments/list.html")]
struct List {
    frame: Frame,
    segments: Vec<SegmentView>,
    next: Option<String>,
    asking: Asking,
    /// Whether there is a table of customers, or else one that lacks nothing but a key.
    has_tables: bool,
    keyless: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(asking): Query<Asking>,
) -> Result<Response, Problem> {
    let query = SegmentQuery {
        search: chosen(asking.search.as_ref()),
        table: chosen(asking.table.as_ref()),
        kind: chosen(asking.kind.as_ref()),
        state: chosen(asking.state.as_ref()),
        limit: None,
        cursor: asking.cursor.clone(),
    };
    let Json(page) = segments::list(State(app.clone()), caller.clone(), Asked(query)).await?;
    let frame = Frame::of(&app, &caller, Section::Segments).await?;
    let next = page.next.map(|cursor| asking.address(Some(&cursor)));
    let stored = app.store.catalog().await?;
    let (keyless, has_tables) =
        (keyless(&stored.tables), stored.tables.iter().any(|it| it.table.key.is_some()));
    Ok(ok(&List { frame, segments: page.items, next, asking, has_tables, keyless }))
}

#[derive(Template)]
#[template(path = "segments/overlap.html")]
struct OverlapPage {
    frame: Frame,
    names: Vec<String>,
    overlaps: Vec<OverlapView>,
    /// Why they cannot be compared.
    trouble: Option<Problem>,
}

impl OverlapPage {
    fn total(&self) -> u64 {
        self.overlaps.iter().map(|overlap| overlap.profiles).sum()
    }

    /// How wide the bar of so many is, of 100.
    fn share(&self, profiles: &u64) -> u64 {
        (profiles.saturating_mul(100) / self.total().max(1)).clamp(1, 100)
    }
}

async fn overlap(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Form::of(query.unwrap_or_default().as_bytes());
    let listed = query.all("segments").flat_map(|names| names.split(',')).chain(query.all("segment"));
    let names: Vec<String> = listed.map(|name| name.trim().to_owned()).collect();
    let asked = Asked(OverlapQuery { segments: names.join(",") });
    let (overlaps, trouble) = match overlaps(State(app.clone()), caller.clone(), asked).await {
        Ok(Json(overlaps)) => (overlaps, None),
        Err(problem) if matches!(problem.code(), Code::Malformed | Code::NeverRefreshed | Code::Busy) => {
            (Vec::new(), Some(problem))
        }
        Err(problem) => return Err(problem),
    };
    let frame = Frame::of(&app, &caller, Section::Segments).await?;
    Ok(ok(&OverlapPage { frame, names, overlaps, trouble }))
}
