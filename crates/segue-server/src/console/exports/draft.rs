//! An export as it is being set up: what was saved, or what somebody has typed.

use segue_model::{Blanks, Mode};
use serde_json::{Map, Value, json};

use crate::console::form::{Faults, Form};
use crate::console::times::{Times, schedule_document, typed_schedule};
use crate::problem::{FieldError, Problem};
use crate::routes::exports::view::ExportView;

/// What a contact has besides its address, as rows choose it. Custom fields are chosen by id and title.
pub(super) const ATTRIBUTES: [&str; 5] = ["first_name", "last_name", "phone", "account_name", "tag_column"];

/// A row of the matching: something about a contact, and the column that fills it.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// One of [`ATTRIBUTES`], or the id of a custom field and its title.
    pub(super) attribute: String,
    pub(super) column: String,
}

impl Row {
    pub(super) fn new(attribute: &str, column: &str) -> Self {
        Self { attribute: attribute.to_owned(), column: column.to_owned() }
    }

    /// The id and the title of the custom field that it fills.
    pub(super) fn field(&self) -> Option<(u64, &str)> {
        numbered(&self.attribute)
    }
}

/// A number and the name behind it: `2 Newsletter`. What people type may lack the name.
pub(super) fn numbered(text: &str) -> Option<(u64, &str)> {
    let (number, name) = text.split_once(' ').unwrap_or((text, ""));
    Some((number.parse().ok()?, name))
}

/// An export that is being set up.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) connection: String,
    /// The id of the list and its name.
    pub(super) list: String,
    pub(super) segments: Vec<String>,
    pub(super) email: String,
    pub(super) rows: Vec<Row>,
    /// With commas between them.
    pub(super) tags: String,
    pub(super) mode: String,
    pub(super) blanks: String,
    pub(super) automations: bool,
    pub(super) max_profiles: String,
    pub(super) max_leaving_percent: String,
    pub(super) allow_empty: bool,
    pub(super) required: Vec<String>,
    pub(super) schedule: String,
    pub(super) times: Times,
    /// What is looked for among the segments, and the first of those that are shown.
    pub(super) find: String,
    pub(super) from: String,
}

impl Draft {
    /// What a new export begins with.
    pub(super) fn new(zone: &str) -> Self {
        let brakes = segue_model::Brakes::default();
        Self {
            mode: "add-update".to_owned(),
            blanks: "keep".to_owned(),
            max_profiles: brakes.max_profiles.to_string(),
            max_leaving_percent: brakes.max_leaving_percent.to_string(),
            schedule: "follows_refresh".to_owned(),
            times: Times::usual(zone),
            ..Self::default()
        }
    }

    /// An export that was saved.
    pub(super) fn saved(export: &ExportView, zone: &str) -> Self {
        let matching = &export.matching;
        let named = [
            ("first_name", &matching.first_name),
            ("last_name", &matching.last_name),
            ("phone", &matching.phone),
            ("account_name", &matching.account_name),
        ];
        let named = named.into_iter().filter_map(|(name, column)| Some(Row::new(name, column.as_deref()?)));
        let fields = matching.fields.iter();
        let fields = fields.map(|field| Row::new(&format!("{} {}", field.field, field.title), &field.column));
        let tags = matching.tag_columns.iter().map(|column| Row::new("tag_column", column));
        let (schedule, times) = typed_schedule(&export.schedule, zone);
        Self {
            name: export.name.clone(),
            connection: export.connection.as_ref().map(|used| used.id.clone()).unwrap_or_default(),
            list: format!("{} {}", export.list.id, export.list.name),
            segments: export.segments.clone(),
            email: matching.email.clone(),
            rows: named.chain(fields).chain(tags).collect(),
            tags: matching.tags.join(", "),
            mode: if export.mode == Mode::Mirror { "mirror" } else { "add-update" }.to_owned(),
            blanks: if export.blanks == Blanks::Clear { "clear" } else { "keep" }.to_owned(),
            automations: export.automations,
            max_profiles: export.brakes.max_profiles.to_string(),
            max_leaving_percent: export.brakes.max_leaving_percent.to_string(),
            allow_empty: export.brakes.allow_empty,
            required: export.required.clone(),
            schedule: schedule.to_owned(),
            times,
            ..Self::default()
        }
    }

    /// What somebody has typed.
    pub(super) fn typed(form: &Form) -> Self {
        let all = |name| form.all(name).map(str::to_owned).collect();
        let text = |name| form.text(name).to_owned();
        Self {
            name: text("name"),
            connection: text("connection"),
            list: text("list"),
            segments: all("segment"),
            email: text("email"),
            rows: rows(form),
            tags: text("tags"),
            mode: text("mode"),
            blanks: text("blanks"),
            automations: form.is_on("automations"),
            max_profiles: text("max_profiles"),
            max_leaving_percent: text("max_leaving_percent"),
            allow_empty: form.is_on("allow_empty"),
            required: all("required"),
            schedule: text("schedule"),
            times: Times::typed(form),
            find: text("find"),
            from: text("from"),
        }
    }

    pub(super) fn has_segment(&self, name: &str) -> bool {
        self.segments.iter().any(|chosen| chosen == name)
    }

    pub(super) fn requires(&self, condition: &str) -> bool {
        self.required.iter().any(|chosen| chosen == condition)
    }

    /// The number of the list; 0 if none is given.
    pub(super) fn list_id(&self) -> u64 {
        numbered(&self.list).map(|(id, _)| id).unwrap_or_default()
    }

    /// Members that one run may have.
    pub(super) fn limit(&self) -> u64 {
        self.max_profiles.parse().unwrap_or(u64::MAX)
    }

    /// The body of the endpoints that create and change an export.
    pub(super) fn body(&self) -> Result<Map<String, Value>, Problem> {
        let mut wrong = Vec::new();
        let mut number = |pointer: &str, text: &str| {
            let read: Result<Value, _> = serde_json::from_str(text);
            read.ok().filter(Value::is_number).unwrap_or_else(|| {
                wrong.push(FieldError::new(pointer, "must be a number"));
                Value::Null
            })
        };
        let brakes = json!({
            "max_profiles": number("/brakes/max_profiles", &self.max_profiles),
            "max_leaving_percent": number("/brakes/max_leaving_percent", &self.max_leaving_percent),
            "allow_empty": self.allow_empty,
        });
        let matching = self.matching(&mut wrong);
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong));
        }
        let body = json!({
            "name": self.name,
            "connection": Some(&self.connection).filter(|id| !id.is_empty()),
            "list": self.list_id(),
            "segments": self.segments,
            "matching": matching,
            "mode": self.mode,
            "blanks": self.blanks,
            "automations": self.automations,
            "brakes": brakes,
            "required": self.required,
            "schedule": schedule_document(&self.schedule, &self.times),
        });
        let Value::Object(mut body) = body else { return Ok(Map::new()) };
        // An export that is changed keeps its connection unless it gets another one.
        body.retain(|_, value| !value.is_null());
        Ok(body)
    }

    fn matching(&self, wrong: &mut Vec<FieldError>) -> Value {
        let mut matching = Map::new();
        let (mut fields, mut tag_columns) = (Vec::new(), Vec::new());
        for (index, row) in self.rows.iter().enumerate() {
            let mut fault = |words: &str| wrong.push(FieldError::new(&format!("/rows/{index}"), words));
            if row.attribute.is_empty() || row.column.is_empty() {
                fault("choose both what is filled and the column that fills it, or remove the row");
            } else if let Some((id, _)) = row.field() {
                fields.push(json!({"field": id, "column": row.column}));
            } else if row.attribute == "tag_column" {
                tag_columns.push(json!(row.column));
            } else if matching.insert(row.attribute.clone(), json!(row.column)).is_some() {
                fault("is filled by another row already: remove one of them");
            }
        }
        let tags: Vec<&str> = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
        matching.insert("email".to_owned(), json!(self.email));
        matching.insert("fields".to_owned(), json!(fields));
        matching.insert("tag_columns".to_owned(), json!(tag_columns));
        matching.insert("tags".to_owned(), json!(tags));
        Value::Object(matching)
    }

    /// What is said of a row: where the endpoint counts custom fields and columns of tags, the form counts rows.
    pub(super) fn row_fault<'a>(&self, faults: &'a Faults, index: usize) -> Option<&'a str> {
        let row = self.rows.get(index)?;
        let before = &self.rows[..index];
        let own = faults.at(&format!("/rows/{index}"));
        own.or_else(|| {
            if row.field().is_some() {
                let number = before.iter().filter(|row| row.field().is_some()).count();
                return faults.below("/matching/fields", &number.to_string());
            }
            if row.attribute == "tag_column" {
                let number = before.iter().filter(|row| row.attribute == "tag_column").count();
                return faults.below("/matching/tag_columns", &number.to_string());
            }
            faults.below("/matching", &row.attribute)
        })
    }
}

/// The rows of a matching, without those that are empty.
fn rows(form: &Form) -> Vec<Row> {
    let named = |wanted: &'static str| {
        let fields = form.fields().iter();
        fields.filter(move |(name, _)| name == wanted).map(|(_, value)| value.trim())
    };
    let rows = named("attribute").zip(named("column")).map(|(attribute, column)| Row::new(attribute, column));
    rows.filter(|row| !row.attribute.is_empty() || !row.column.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Draft {
        let usual = "name=A&connection=c&list=2+Letter&segment=a&email=mail&mode=mirror&blanks=keep&max_profiles=5\
            &max_leaving_percent=2.5&schedule=off";
        Draft::typed(&Form::of(format!("{usual}&{text}").as_bytes()))
    }

    #[test]
    fn a_form_becomes_the_body_of_the_endpoint() {
        let draft = typed(
            "attribute=first_name&column=first&attribute=7+Birthday&column=born&attribute=&column=&attribute=tag_column\
             &column=city&tags=+vip+,,new&allow_empty=on",
        );
        let body = Value::Object(draft.body().unwrap());
        assert_eq!(
            body,
            json!({
                "name": "A", "connection": "c", "list": 2, "segments": ["a"], "mode": "mirror", "blanks": "keep",
                "automations": false, "required": [], "schedule": "off",
                "matching": {"email": "mail", "first_name": "first", "fields": [{"field": 7, "column": "born"}],
                    "tag_columns": ["city"], "tags": ["vip", "new"]},
                "brakes": {"max_profiles": 5, "max_leaving_percent": 2.5, "allow_empty": true},
            })
        );
    }

    #[test]
    fn what_a_form_cannot_say_is_told_at_its_row() {
        let draft = typed("attribute=phone&column=a&attribute=phone&column=b&attribute=phone&column=");
        let problem = draft.body().unwrap_err();
        let pointers: Vec<&str> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/rows/1", "/rows/2"]);
        let faults = Faults::of(Problem::field("/matching/fields/0/column", "is wrong")).unwrap();
        let draft = typed("attribute=phone&column=a&attribute=7+Birthday&column=born");
        assert_eq!((draft.row_fault(&faults, 0), draft.row_fault(&faults, 1)), (None, Some("is wrong")));
    }
}
