//! The audit log: who did what to which object, with what it changed. For administrators, as the endpoints are.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use chrono::{Days, NaiveDate};
use segue_model::Right;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::page::{Frame, Section, ok};
use super::words::{Said, Words};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Asked;
use crate::problem::Problem;
use crate::routes::audit::{self, AuditEntry, AuditQuery};
use crate::routes::users::{self, UserQuery};
use crate::time::written;

/// Actions that have words of their own; others are shown as they are.
const ACTIONS: &[&str] = &[
    "audit.download",
    "connection.change",
    "connection.create",
    "connection.export_user",
    "connection.remove",
    "export.cancel",
    "export.change",
    "export.create",
    "export.detach",
    "export.disable",
    "export.dry_run",
    "export.duplicate",
    "export.enable",
    "export.remove",
    "export.run",
    "file.upload",
    "profile.forget",
    "run.cancel",
    "schedule.change",
    "segment.cancel",
    "segment.change",
    "segment.create",
    "segment.download",
    "segment.duplicate",
    "segment.load",
    "segment.refresh",
    "segment.remove",
    "session.begin",
    "session.end",
    "session.end_all",
    "session.refused",
    "setup.link",
    "system.cancel",
    "system.refresh",
    "table.change",
    "table.create",
    "table.remove",
    "token.create",
    "token.revoke",
    "user.change",
    "user.create",
    "user.link",
    "user.remove",
    "user.set_password",
];

/// Kinds of objects, and where one of each is shown.
const KINDS: &[(&str, Option<&str>)] = &[
    ("audit", None),
    ("connection", Some("/connections/")),
    ("export", Some("/exports/")),
    ("file", None),
    ("profile", Some("/customers/receipts/")),
    ("run", None),
    ("schedule", None),
    ("segment", Some("/segments/")),
    ("system", None),
    ("table", Some("/tables/")),
    ("token", None),
    ("user", Some("/people/")),
];

/// What changes with every change, and tells nothing.
const NOISE: &[&str] = &["version", "changed_at"];

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/audit", get(show))
}

/// What is asked for, as the form has it: what is empty is not asked for, and days are whole ones.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filter {
    user_id: String,
    action: String,
    object_kind: String,
    object_id: String,
    from: String,
    until: String,
    cursor: String,
}

impl Filter {
    /// As the endpoint takes it.
    fn asked(&self, words: Words) -> AuditQuery {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        AuditQuery {
            user_id: given(&self.user_id),
            action: given(&self.action),
            object_kind: given(&self.object_kind),
            object_id: given(&self.object_id),
            from: day(&self.from).map(|day| written(words.begin_of(day))),
            until: day(&self.until)
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .map(|next| written(words.begin_of(next))),
            limit: None,
            cursor: given(&self.cursor),
        }
    }

    /// The address of a page of the same log.
    fn address(&self, cursor: Option<&str>) -> String {
        let fields = [
            ("user_id", self.user_id.as_str()),
            ("action", &self.action),
            ("object_kind", &self.object_kind),
            ("object_id", &self.object_id),
            ("from", &self.from),
            ("until", &self.until),
            ("cursor", cursor.unwrap_or_default()),
        ];
        format!("/audit?{}", query(fields))
    }

    /// Where all of it is downloaded.
    fn download(&self, words: &Words, format: &str) -> String {
        let asked = self.asked(*words);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let fields = [
            ("format", format.to_owned()),
            ("user_id", text(&asked.user_id)),
            ("action", text(&asked.action)),
            ("object_kind", text(&asked.object_kind)),
            ("object_id", text(&asked.object_id)),
            ("from", text(&asked.from)),
            ("until", text(&asked.until)),
        ];
        format!("/api/v1/audit/download?{}", query(fields))
    }

    fn is_empty(&self) -> bool {
        let fields =
            [&self.user_id, &self.action, &self.object_kind, &self.object_id, &self.from, &self.until];
        fields.iter().all(|field| field.is_empty())
    }
}

fn query<'a, V: AsRef<str>>(fields: impl IntoIterator<Item = (&'a str, V)>) -> String {
    let given = fields.into_iter().filter(|(_, value)| !value.as_ref().is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
}

/// A field that an action has changed.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    field: String,
    before: Option<String>,
    after: Option<String>,
}

struct Line {
    entry: AuditEntry,
    differences: Vec<Difference>,
    /// Where the object is shown, if it is still there as far as this entry knows.
    path: Option<String>,
}

impl Line {
    fn has_words(&self) -> bool {
        ACTIONS.contains(&self.entry.action.as_str())
    }
}

#[derive(Template)]
#[template(path = "audit/log.html")]
struct Log {
    frame: Frame,
    filter: Filter,
    people: Vec<(String, String)>,
    lines: Vec<Line>,
    next: Option<String>,
}

impl Log {
    fn action(&self, action: &str) -> Said<'static> {
        said(self.frame.words, action)
    }
}

/// What was done; a point means something else in the id of a message.
fn said(words: Words, action: &str) -> Said<'static> {
    words.word("audit-action", &action.replace('.', "-"))
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    caller.require(Right::ManagePeople)?;
    let frame = Frame::of(&app, &caller, Section::Audit).await?;
    let asked = Asked(filter.asked(frame.words));
    let Json(page) = audit::list(State(app.clone()), caller.clone(), asked).await?;
    let everybody = Asked(UserQuery { role: None, enabled: None, limit: Some(200), cursor: None });
    let Json(people) = users::list(State(app.clone()), caller.clone(), everybody).await?;
    let mut people: Vec<_> = people.items.into_iter().map(|user| (user.id, user.login)).collect();
    if !filter.user_id.is_empty() && !people.iter().any(|(id, _)| *id == filter.user_id) {
        // Somebody who was removed, or one of very many.
        people.push((filter.user_id.clone(), filter.user_id.clone()));
    }
    let lines = page.items.into_iter().map(line).collect();
    Ok(ok(&Log { frame, filter, people, lines, next: page.next }))
}

fn line(entry: AuditEntry) -> Line {
    let is_removal = entry.action.ends_with(".remove");
    let known = KINDS.iter().find(|(kind, _)| *kind == entry.object.kind);
    let path = known
        .and_then(|(_, path)| *path)
        .filter(|_| !is_removal && !entry.object.id.is_empty())
        .map(|path| format!("{path}{}", entry.object.id));
    Line { differences: differences(entry.before.as_deref(), entry.after.as_deref()), entry, path }
}

/// What is otherwise, field by field.
fn differences(before: Option<&RawValue>, after: Option<&RawValue>) -> Vec<Difference> {
    let (mut before, mut after) = (fields(before), fields(after));
    let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut differences = Vec::new();
    for field in names {
        let (before, after) = (before.remove(&field), after.remove(&field));
        if before != after && !NOISE.contains(&field.as_str()) {
            differences.push(Difference { field, before, after });
        }
    }
    differences
}

/// The fields of an object by their names, those of objects in it with a point between.
fn fields(text: Option<&RawValue>) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    if let Some(value) = text.and_then(|text| serde_json::from_str::<Value>(text.get()).ok()) {
        gather("", value, &mut fields);
    }
    fields
}

fn gather(name: &str, value: Value, fields: &mut BTreeMap<String, String>) {
    let text = match value {
        Value::Null => return,
        Value::Object(inner) => {
            for (key, value) in inner {
                let name = if name.is_empty() { key } else { format!("{name}.{key}") };
                gather(&name, value, fields);
            }
            return;
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let items =
                items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            items.collect::<Vec<_>>().join(", ")
        }
        Value::String(text) => text,
        other => other.to_string(),
    };
    fields.insert(name.to_owned(), text);
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use segue_model::person::Language;

    use super::*;

    fn found(before: Option<&str>, after: Option<&str>) -> Vec<(String, Option<String>, Option<String>)> {
        let raw = |text: Option<&str>| text.map(|text| RawValue::from_string(text.to_owned()).unwrap());
        let found = differences(raw(before).as_deref(), raw(after).as_deref());
        found.into_iter().map(|one| (one.field, one.before, one.after)).collect()
    }

    #[test]
    fn a_difference_is_told_field_by_field() {
        let some = |text: &str| Some(text.to_owned());
        let before =
            r#"{"name": "Shop", "version": 1, "list": {"id": 3, "name": "A"}, "tags": ["a"], "phone": null}"#;
        let after = r#"{"name": "Shop", "version": 2, "list": {"id": 3, "name": "B"}, "tags": ["a", "b"], "phone": "P"}"#;
        assert_eq!(
            found(Some(before), Some(after)),
            [
                ("list.name".to_owned(), some("A"), some("B")),
                ("phone".to_owned(), None, some("P")),
                ("tags".to_owned(), some("a"), some("a, b")),
            ]
        );
        assert_eq!(found(None, Some(r#"{"name": "Shop"}"#)), [("name".to_owned(), None, some("Shop"))]);
        assert_eq!(found(Some(before), Some(before)), []);
    }

    #[test]
    fn every_action_and_kind_has_words_in_both_languages() {
        for language in [Language::En, Language::Ro] {
            let words = Words::new(language, Tz::UTC);
            for action in ACTIONS {
                let said = said(words, action).to_string();
                assert!(!said.starts_with("audit-action"), "{said}");
            }
            let kinds: BTreeSet<String> =
                KINDS.iter().map(|(kind, _)| words.word("audit-kind", kind).to_string()).collect();
            assert_eq!(kinds.len(), KINDS.len(), "two kinds are called alike: {kinds:?}");
            assert!(kinds.iter().all(|said| !said.starts_with("audit-kind")), "{kinds:?}");
        }
    }

    #[test]
    fn what_jobs_begin_and_end_with_has_words() {
        use segue_model::job::Work;
        let works =
            [Work::Export(String::new()), Work::Rehearsal(String::new()), Work::Segment(String::new())];
        for work in works.iter().chain([&Work::Refresh]) {
            let (kind, action) = segue_runs::runs::recorded(work);
            assert!(KINDS.iter().any(|(known, _)| *known == kind), "{kind}");
            assert!(
                ACTIONS.contains(&action) && ACTIONS.contains(&format!("{kind}.cancel").as_str()),
                "{action}"
            );
        }
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let words = Words::new(Language::En, Tz::Europe__Bucharest);
        let filter =
            Filter { from: "2026-11-27".to_owned(), until: "2026-11-27".to_owned(), ..Filter::default() };
        let asked = filter.asked(words);
        assert_eq!(asked.from.as_deref(), Some("2026-11-26T22:00:00.000Z"));
        assert_eq!(asked.until.as_deref(), Some("2026-11-27T22:00:00.000Z"));
    }
}
