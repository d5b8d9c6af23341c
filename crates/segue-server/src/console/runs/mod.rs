//! Runs: one as it goes on, and those of an export.

mod counts;
mod rows;
mod show;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::page::{Frame, Section, ok};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Id};
use crate::problem::Problem;
use crate::routes::exports;
use crate::routes::runs::{self, RunQuery, RunView};

pub(crate) fn pages() -> Router<App> {
    Router::new()
        .route("/runs/{id}", get(show::show))
        .route("/runs/{id}/rows", get(rows::show).post(rows::find))
        .route("/runs/{id}/cancel", post(show::cancel))
        .route("/runs/{id}/approve", post(show::approve))
        .route("/runs/{id}/retry", post(show::retry))
}

/// How a status looks: as a class of badges.
pub(crate) fn tone(status: &str) -> &'static str {
    match status {
        "succeeded" => "good",
        "succeeded_with_rejections" | "stopped_by_brake" | "skipped" => "warn",
        "failed" => "bad",
        "queued" | "running" | "waiting_for_limit" => "info",
        _ => "",
    }
}

/// The runs of one export.
#[derive(Template)]
#[template(path = "runs/history.html")]
struct History {
    frame: Frame,
    id: String,
    name: String,
    runs: Vec<RunView>,
    next: Option<String>,
    is_first: bool,
}

#[derive(Default, Deserialize)]
pub(super) struct From {
    cursor: Option<String>,
}

pub(super) async fn history(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(from): Query<From>,
) -> Result<Response, Problem> {
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    let export = exports::show(State(app.clone()), caller.clone(), Id(id.clone())).await?.body.export;
    let is_first = from.cursor.is_none();
    let query = RunQuery { export: Some(id.clone()), cursor: from.cursor, ..RunQuery::default() };
    let page = runs::list(State(app), caller, Asked(query)).await?.0;
    Ok(ok(&History { frame, id, name: export.name, runs: page.items, next: page.next, is_first }))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use segue_model::job::{Status, Trigger, Work};
    use segue_model::person::Language;
    use segue_model::{Fate, Reason};

    use crate::console::words::Words;

    #[test]
    fn every_word_of_a_run_is_said_in_every_language() {
        let reasons = Reason::ALL.iter().map(|reason| reason.code());
        let ends = ["stopped_by_brake", "skipped", "failed", "cancelled"];
        let words = (Status::ALL.iter().map(|status| ("runs-status", status.word())))
            .chain(Trigger::ALL.iter().map(|trigger| ("runs-trigger", trigger.word())))
            .chain(Work::KINDS.iter().map(|kind| ("runs-kind", *kind)))
            .chain(Fate::ALL.iter().map(|fate| ("runs-row", fate.code())))
            .chain(ends.map(|status| ("runs-advice", status)))
            .chain(
                reasons.flat_map(|code| ["runs-reason", "runs-mend", "runs-example"].map(|of| (of, code))),
            );
        for (of, word) in words {
            for language in [Language::En, Language::Ro] {
                let said = Words::new(language, Tz::UTC).word(of, word).to_string();
                assert!(!said.starts_with("runs-"), "{said}");
            }
        }
    }
}
