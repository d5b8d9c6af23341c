//! The page that sets up an export: what, where to, how, which fields, when; and what it comes to.
//!
//! Whatever is pressed sends the whole form. Buttons called `step` send it to be shown again, with what they ask for; the
//! script does the same in place. Only the button to save saves.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use serde::Deserialize;

use super::draft::{ATTRIBUTES, Draft, Row};
use super::offer::{Choice, Group, Offer, choices, groups};
use super::recap;
use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Faults, Form, Undone, body};
use crate::console::page::{Frame, Section, shown};
use crate::console::part::Part;
use crate::console::seen::{Held, Seen};
use crate::input::Body;
use crate::problem::Problem;
use crate::routes::exports;

/// Segments, or columns, that are offered at a time without being looked for.
const MANY: usize = 40;

#[derive(Template)]
#[template(path = "exports/form.html")]
pub(super) struct Setup {
    pub(super) frame: Frame,
    /// Where it is sent to.
    pub(super) action: String,
    /// Where nothing is changed.
    pub(super) back: String,
    /// What the export is called that is changed.
    pub(super) changed: Option<String>,
    pub(super) seen: Seen,
    pub(super) draft: Draft,
    pub(super) offer: Offer,
    /// What was added to the form, or taken out of it, as it was opened.
    pub(super) altered: Option<String>,
    /// Whether somebody comes to loosen a brake.
    pub(super) opens_brakes: bool,
    pub(super) faults: Faults,
    /// What stands in the way besides fields.
    pub(super) trouble: Option<Problem>,
}

/// The sentences alone, for the script.
#[derive(Template)]
#[template(path = "exports/recap.html")]
struct Recap {
    lines: Vec<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Begin {
    connection: Option<String>,
    segment: Option<String>,
}

impl Setup {
    pub(super) fn held(&self, draft: &Draft) -> Held {
        recap::held(self.frame.words, draft, self.offer.connection(&draft.connection))
    }

    fn is_over_limit(&self, choice: &Choice) -> bool {
        choice.members.is_some_and(|members| members > self.draft.limit())
    }

    /// Whether there are so many segments that they are searched, and shown in parts.
    fn has_many_segments(&self) -> bool {
        self.offer.segments.len() > MANY
    }

    /// The segments that are chosen already.
    fn chosen(&self) -> Vec<&Choice> {
        self.offer.segments.iter().filter(|choice| self.draft.has_segment(&choice.name)).collect()
    }

    /// The others that fit what is looked for, and the part of them that is shown.
    fn others(&self) -> (Vec<&Choice>, Part) {
        let wanted = self.draft.find.to_lowercase();
        let fits = |choice: &&Choice| {
            !self.draft.has_segment(&choice.name)
                && [&choice.name, &choice.description]
                    .iter()
                    .any(|text| text.to_lowercase().contains(&wanted))
        };
        let fitting: Vec<&Choice> = self.offer.segments.iter().filter(fits).collect();
        let part = Part::of(fitting.len(), Some(&self.draft.from), MANY);
        (fitting.into_iter().skip(part.from).take(part.until - part.from).collect(), part)
    }

    /// Whether there are so many columns that their names are written only once, as suggestions.
    fn is_wide(&self) -> bool {
        self.offer.suggestion.as_ref().is_some_and(|found| found.columns.len() > MANY)
    }

    fn recap(&self) -> Vec<String> {
        let connection = self.offer.connection(&self.draft.connection);
        recap::recap(&self.frame, &self.draft, connection, self.offer.segments.iter().map(Choice::size))
    }

    /// Rows as they are shown, and what is said of each: there is always one to be filled in.
    fn rows(&self) -> Vec<(Row, Option<&str>)> {
        let typed = self.draft.rows.iter().enumerate();
        let typed = typed.map(|(index, row)| (row.clone(), self.draft.row_fault(&self.faults, index)));
        typed.chain([(Row::default(), None)]).collect()
    }

    /// What a row can fill, by value and name.
    fn attributes(&self) -> Vec<(String, String)> {
        let w = self.frame.words;
        let own = ATTRIBUTES
            .map(|attribute| (attribute.to_owned(), w.word("exports-attribute", attribute).to_string()));
        let fields = self.offer.fields.iter();
        let fields = fields.map(|field| (format!("{} {}", field.id, field.title), field.title.clone()));
        // What is chosen already can be shown though the account does not answer.
        let known = self.draft.rows.iter().filter(|row| row.field().is_some());
        let known = known.map(|row| (row.attribute.clone(), recap::attribute(w, row)));
        let mut all: Vec<(String, String)> = own.into_iter().chain(fields).collect();
        for one in known {
            if !all.iter().any(|(value, _)| *value == one.0) {
                all.push(one);
            }
        }
        all
    }

    /// Columns by name and by what they hold.
    fn columns(&self) -> Vec<(String, &'static str)> {
        let columns = self.offer.suggestion.iter().flat_map(|found| &found.columns);
        let mut columns: Vec<_> = columns.map(|column| (column.name.clone(), column.kind)).collect();
        for row in &self.draft.rows {
            if !row.column.is_empty() && !columns.iter().any(|(name, _)| *name == row.column) {
                columns.push((row.column.clone(), "gone"));
            }
        }
        columns
    }

    /// Columns that can hold the address, the likeliest first.
    fn emails(&self) -> Vec<String> {
        let mut emails: Vec<String> =
            self.offer.suggestion.iter().flat_map(|found| found.emails.iter().cloned()).collect();
        if !self.draft.email.is_empty() && !emails.contains(&self.draft.email) {
            emails.push(self.draft.email.clone());
        }
        emails
    }

    /// Lists by value and name.
    fn lists(&self) -> Vec<(String, &str)> {
        self.offer
            .lists
            .iter()
            .map(|list| (format!("{} {}", list.id, list.name), list.name.as_str()))
            .collect()
    }

    fn is_list(&self, value: &str) -> bool {
        value.split(' ').next() == self.draft.list.split(' ').next()
    }

    /// Conditions that the table declares.
    fn conditions(&self) -> Vec<String> {
        self.offer.suggestion.iter().flat_map(|found| found.conditions.iter().cloned()).collect()
    }
}

pub(super) async fn page(
    app: &App,
    caller: &Caller,
    frame: Frame,
    mut draft: Draft,
    step: &str,
) -> Result<Setup, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    if let Some(index) = step.strip_prefix("drop-").and_then(|index| index.parse::<usize>().ok())
        && index < draft.rows.len()
    {
        draft.rows.remove(index);
    }
    if let Some(from) = step.strip_prefix("from-") {
        from.clone_into(&mut draft.from);
    } else if step == "find" {
        draft.from.clear();
    }
    let offer = Offer::of(app, caller, &draft, step == "suggest").await?;
    if let Some(found) = &offer.suggestion {
        let first = found.emails.first().filter(|first| {
            found.columns.iter().any(|column| column.name == **first && column.meaning == Some("email"))
        });
        if let Some(first) = first.filter(|_| draft.email.is_empty()) {
            draft.email.clone_from(first);
        }
        if step == "suggest" {
            take(&mut draft, found);
        }
    }
    let (action, back) = ("/exports/new".to_owned(), "/exports".to_owned());
    Ok(Setup {
        frame,
        action,
        back,
        changed: None,
        seen: Seen::default(),
        draft,
        offer,
        altered: None,
        opens_brakes: false,
        faults: Faults::default(),
        trouble: None,
    })
}

/// The id of the one connection that there is: where there is nothing to choose, nothing is asked.
fn only_connection(groups: &[Group]) -> String {
    match groups {
        [Group { connections, .. }] if connections.len() == 1 => connections[0].0.clone(),
        _ => String::new(),
    }
}

/// Adds what is suggested and not chosen yet.
fn take(draft: &mut Draft, found: &exports::form::SuggestionView) {
    let named = [("first_name", &found.first_name), ("last_name", &found.last_name), ("phone", &found.phone)];
    let named = named.into_iter().filter_map(|(name, column)| Some(Row::new(name, column.as_deref()?)));
    let fields = found.fields.iter();
    let fields = fields.map(|field| Row::new(&format!("{} {}", field.field, field.title), &field.column));
    for row in named.chain(fields) {
        let is_new = !draft.rows.iter().any(|known| match (known.field(), row.field()) {
            (Some((known, _)), Some((id, _))) => known == id,
            _ => known.attribute == row.attribute,
        });
        if is_new {
            draft.rows.push(row);
        }
    }
}

pub(super) async fn begin(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<Begin>,
) -> Result<Response, Problem> {
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    let mut draft = Draft::new(frame.words.zone());
    draft.segments.extend(query.segment);
    draft.connection = match query.connection {
        Some(connection) => connection,
        None => only_connection(&groups(&app, &caller).await?),
    };
    let page = page(&app, &caller, frame, draft, "").await?;
    Ok(shown(StatusCode::OK, &page))
}

/// What the pressed button asks for; nothing if that is to save. The return key saves, too, unless a search was typed.
pub(super) fn step(form: &Form) -> Option<&str> {
    match form.given("step") {
        Some("enter") => (form.text("find") != form.text("found")).then_some("find"),
        step => step,
    }
}

pub(super) async fn create(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let draft = Draft::typed(&form);
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    if let Some(step) = step(&form) {
        return Ok(shown(StatusCode::OK, &page(&app, &caller, frame, draft, step).await?));
    }
    let created = match draft.body().and_then(body) {
        Ok(added) => exports::create(State(app.clone()), caller.clone(), Body(added)).await,
        Err(problem) => Err(problem),
    };
    match created {
        Ok(answer) => {
            let place = answer.headers().get("location").and_then(|place| place.to_str().ok());
            let place = place.and_then(|place| place.strip_prefix("/api/v1")).unwrap_or("/exports");
            Ok(Redirect::to(&format!("{place}?done=created")).into_response())
        }
        Err(problem) => {
            let page = page(&app, &caller, frame, draft, "").await?;
            again(page, problem)
        }
    }
}

/// The page once more, with what was typed and what is wrong with it.
pub(super) fn again(page: Setup, problem: Problem) -> Result<Response, Problem> {
    let Undone { faults, trouble, status } = Undone::of(problem)?;
    Ok(shown(status, &Setup { faults, trouble, ..page }))
}

/// What a draft comes to, without asking the account anything.
pub(super) async fn recap(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    caller.require(Right::ChangeSharedExports)?;
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    let draft = Draft::typed(&form);
    let connections = app.store.connections().await?;
    let connection = connections.iter().find(|connection| {
        connection.id == draft.connection && connection.sharing.covers(&caller.person.id, caller.person.role)
    });
    let name = connection.map(|connection| connection.name.as_str());
    let choices = choices(&app).await?;
    let lines = recap::recap(&frame, &draft, name, choices.iter().map(Choice::size));
    Ok(shown(StatusCode::OK, &Recap { lines }))
}
