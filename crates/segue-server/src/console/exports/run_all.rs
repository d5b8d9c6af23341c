//! All exports at once: what that would run is said in numbers before it begins.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;

use crate::app::App;
use crate::caller::Caller;
use crate::console::page::{Frame, Section, ok};
use crate::input::Asked;
use crate::problem::Problem;
use crate::routes::exports::view::ExportView;
use crate::routes::exports::{ExportQuery, list};
use crate::routes::runs::begin;

/// Exports that are read at a time.
const READ: u32 = 200;
/// Names that are shown.
const NAMED: usize = 50;

#[derive(Template)]
#[template(path = "exports/run_all.html")]
struct Ask {
    frame: Frame,
    /// The first of those that would run.
    named: Vec<ExportView>,
    exports: usize,
    /// Lists that they are kept on.
    lists: usize,
}

/// Whether it is among those that run all at once.
fn would_run(export: &ExportView) -> bool {
    export.permission == "edit"
        && export.enabled
        && export.connection.is_some()
        && export.schedule.is_active()
}

pub(super) async fn ask(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    let (mut named, mut exports, mut lists) = (Vec::new(), 0, BTreeSet::new());
    let mut cursor = None;
    loop {
        let query = ExportQuery {
            search: None,
            connection: None,
            segment: None,
            sort: None,
            limit: Some(READ),
            cursor,
        };
        let page = list(State(app.clone()), caller.clone(), Asked(query)).await?.0;
        for export in page.items.into_iter().filter(would_run) {
            exports += 1;
            let connection = export.connection.as_ref().map(|used| used.id.clone());
            lists.insert((connection, export.list.id));
            if named.len() < NAMED {
                named.push(export);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(ok(&Ask { frame, named, exports, lists: lists.len() }))
}

pub(super) async fn run(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    begin::run_all(State(app), caller).await?;
    Ok(Redirect::to("/status?done=queued").into_response())
}
