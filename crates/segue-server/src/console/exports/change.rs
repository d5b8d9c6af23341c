//! The form of an export that is saved already: opened as it is, or with a segment more or less; and saved again.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::draft::Draft;
use super::form::{Setup, page, step};
use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Form, Undone, body};
use crate::console::page::{Frame, Section, shown};
use crate::console::seen::{Held, Seen};
use crate::console::words::Words;
use crate::input::{Body, Id};
use crate::problem::Problem;
use crate::routes::exports::{self, view::ExportView};

async fn of_export(app: &App, caller: &Caller, id: &str) -> Result<ExportView, Problem> {
    Ok(exports::show(State(app.clone()), caller.clone(), Id(id.to_owned())).await?.body.export)
}

/// The page of an export that is changed.
async fn page_of(
    app: &App,
    caller: &Caller,
    export: ExportView,
    frame: Frame,
    draft: Draft,
    step: &str,
) -> Result<Setup, Problem> {
    let page = page(app, caller, frame, draft, step).await?;
    let back = format!("/exports/{}", export.id);
    Ok(Setup { action: format!("{back}/edit"), back, changed: Some(export.name), ..page })
}

/// What is to be different about a saved export as its form is opened.
#[derive(Default, Deserialize)]
pub(super) struct Alter {
    /// A segment that it is to send, too.
    add: Option<String>,
    /// A segment that it is to send no longer.
    without: Option<String>,
    /// `open` for somebody who comes to loosen one.
    brakes: Option<String>,
}

impl Alter {
    /// Makes it so in the form, and says so. Saving is for whoever looks at it.
    fn make(self, draft: &mut Draft, w: Words) -> Option<String> {
        if let Some(segment) = self.add.filter(|segment| !draft.has_segment(segment)) {
            let said = w.say("exports-altered-added").with("segment", &segment).to_string();
            draft.segments.push(segment);
            return Some(said);
        }
        let segment = self.without.filter(|segment| draft.has_segment(segment))?;
        draft.segments.retain(|chosen| *chosen != segment);
        Some(w.say("exports-altered-taken-out").with("segment", segment).to_string())
    }
}

pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Query(alter): Query<Alter>,
) -> Result<Response, Problem> {
    let export = of_export(&app, &caller, &id).await?;
    if export.permission != "edit" {
        return Ok(Redirect::to(&format!("/exports/{id}")).into_response());
    }
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    let mut draft = Draft::saved(&export, frame.words.zone());
    let opens_brakes = alter.brakes.is_some();
    let altered = alter.make(&mut draft, frame.words);
    let (saved, version) = (Draft::saved(&export, frame.words.zone()), export.version);
    let mut page = page_of(&app, &caller, export, frame, draft, "").await?;
    page.seen = Seen::now(version, page.held(&saved));
    Ok(shown(StatusCode::OK, &Setup { altered, opens_brakes, ..page }))
}

/// A segment and the export that it is to be added to.
#[derive(Deserialize)]
pub(super) struct Addition {
    export: String,
    segment: String,
}

/// Leads to the form of the export that was chosen.
pub(super) async fn add_segment(Query(addition): Query<Addition>) -> Redirect {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    Redirect::to(&format!("/exports/{}/edit?add={}", encoded(&addition.export), encoded(&addition.segment)))
}

pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    form: Form,
) -> Result<Response, Problem> {
    let export = of_export(&app, &caller, &id).await?;
    let draft = Draft::typed(&form);
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    if let Some(step) = step(&form) {
        let mut page = page_of(&app, &caller, export, frame, draft, step).await?;
        page.seen = Seen::typed(&form, Held::default());
        return Ok(shown(StatusCode::OK, &page));
    }
    let changed = match draft.body().and_then(body) {
        Ok(changes) => {
            let version = form.version()?;
            exports::change(State(app.clone()), caller.clone(), Id(id.clone()), version, Body(changes)).await
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Redirect::to(&format!("/exports/{id}?done=changed")).into_response()),
        Err(problem) => {
            let (saved, version) = (Draft::saved(&export, frame.words.zone()), export.version);
            let mut page = page_of(&app, &caller, export, frame, draft, "").await?;
            page.seen = Seen::typed(&form, page.held(&page.draft));
            let undone = Undone::of(problem)?;
            if undone.is_stale() {
                page.seen = Seen::now(version, page.held(&saved)).beside(&page.seen);
            }
            let Undone { faults, trouble, status } = undone;
            Ok(shown(status, &Setup { faults, trouble, ..page }))
        }
    }
}
