//! Custom fields, their options, and the values that contacts have in them.

use serde_json::{Value, json};

use crate::account::{Account, Contact, small};
use crate::answer::{Answer, Request, id, page_of, text};
use crate::clock::iso;
use crate::lists::echo;

#[derive(Debug)]
pub(crate) struct Field {
    id: u32,
    title: String,
    perstag: String,
    kind: String,
    options: Vec<String>,
}

const KINDS: [&str; 10] =
    ["text", "textarea", "date", "datetime", "number", "dropdown", "listbox", "radio", "checkbox", "hidden"];

fn perstag(title: &str) -> String {
    title.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

impl Account {
    pub(crate) fn add_field(&mut self, title: &str, kind: &str, options: &[&str]) {
        self.fields.push(Field {
            id: small(self.fields.len() + 1),
            title: title.to_owned(),
            perstag: perstag(title),
            kind: kind.to_owned(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
        });
    }

    pub(crate) fn has_field(&self, id: u32) -> bool {
        id > 0 && (id as usize) <= self.fields.len()
    }

    /// The personalisation tag of a field.
    pub(crate) fn perstag(&self, id: u32) -> Option<&str> {
        self.fields.get((id as usize).checked_sub(1)?).map(|field| field.perstag.as_str())
    }
}

impl Field {
    fn option_id(&self, index: usize) -> String {
        format!("{}{:03}", self.id, index + 1)
    }

    fn as_read(&self) -> Value {
        let options: Vec<String> = (0..self.options.len()).map(|index| self.option_id(index)).collect();
        json!({"id": self.id.to_string(), "title": self.title, "descript": "", "type": self.kind,
            "isrequired": "0", "perstag": self.perstag, "defval": null, "visible": "1",
            "ordernum": self.id.to_string(), "options": options, "relations": [self.id.to_string()], "links": {}})
    }

    fn options_as_read(&self) -> Vec<Value> {
        let options = self.options.iter().enumerate();
        options
            .map(|(index, value)| {
                json!({"id": self.option_id(index), "field": self.id.to_string(),
                    "orderid": (index + 1).to_string(), "value": value, "label": value, "isdefault": "0"})
            })
            .collect()
    }
}

pub(crate) fn route(account: &mut Account, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => all(account, request),
        ("POST", []) => create(account, request),
        ("GET", [number, rest @ ..]) => {
            let Some(field) = account.fields.iter().find(|field| field.id.to_string() == *number) else {
                return Answer::not_found("Field", number);
            };
            match rest {
                [] => Answer::ok(&json!({"field": field.as_read(), "fieldOptions": field.options_as_read()})),
                ["options"] => Answer::ok(&json!({"fieldOptions": field.options_as_read()})),
                _ => Answer::html(404, "Not Found"),
            }
        }
        _ => Answer::html(404, "Not Found"),
    }
}

fn all(account: &Account, request: &Request) -> Answer {
    let perstag = request.text("filters[perstag]");
    let is_wanted = |field: &&Field| perstag.is_none_or(|asked| field.perstag == asked);
    let (total, page) = page_of(account.fields.iter().filter(is_wanted), request);
    let options: Vec<Value> = page.iter().flat_map(|field| field.options_as_read()).collect();
    let relations: Vec<Value> = page
        .iter()
        .map(|field| json!({"id": field.id.to_string(), "field": field.id.to_string(), "relid": "0"}))
        .collect();
    let fields: Vec<Value> = page.iter().map(|field| field.as_read()).collect();
    Answer::ok(&json!({"fieldOptions": options, "fieldRels": relations, "fields": fields,
        "meta": {"total": total.to_string(), "selected": null}}))
}

fn create(account: &mut Account, request: &Request) -> Answer {
    let given = &request.json()["field"];
    let title = text(given.get("title")).unwrap_or_default();
    let kind = text(given.get("type")).unwrap_or_default();
    for (key, value) in [("title", &title), ("type", &kind)] {
        if value.is_empty() {
            return Answer::missing(key);
        }
    }
    if !KINDS.contains(&kind.as_str()) {
        let title = "The field type is not valid.";
        return Answer::unprocessable(title, "field_invalid", "/data/attributes/type");
    }
    if account.fields.iter().any(|field| field.title.eq_ignore_ascii_case(&title)) {
        let title = "A field with this title exists.";
        return Answer::unprocessable(title, "duplicate", "/data/attributes/title");
    }
    account.add_field(&title, &kind, &[]);
    let made = account.fields.last().map(|field| echo(field.as_read(), given));
    Answer::json(201, &json!({"field": made}))
}

pub(crate) fn add_options(account: &mut Account, request: &Request) -> Answer {
    let body = request.json();
    let Some(options) = body.get("fieldOptions").and_then(Value::as_array) else {
        return Answer::json(422, &json!({"errors": "fieldOptions must be an array"}));
    };
    for option in options {
        let field =
            id(option.get("field")).and_then(|number| account.fields.iter_mut().find(|f| f.id == number));
        if let (Some(field), Some(value)) = (field, text(option.get("value"))) {
            field.options.push(value);
        }
    }
    Answer::json(201, &json!({"fieldOptions": options}))
}

/// The id of a contact's value in a field.
fn value_id(contact: u32, field: u32) -> String {
    (u64::from(contact) * 1_000_000 + u64::from(field)).to_string()
}

pub(crate) fn value_as_read(number: u32, contact: &Contact, field: u32, value: &str) -> Value {
    json!({"id": value_id(number, field), "contact": number.to_string(), "field": field.to_string(),
        "value": value, "cdate": iso(contact.created), "udate": iso(contact.updated), "owner": number.to_string()})
}

pub(crate) fn values(number: u32, contact: &Contact) -> impl Iterator<Item = Value> {
    contact.fields().map(move |(field, value)| value_as_read(number, contact, field, value))
}

pub(crate) fn set_value(account: &mut Account, request: &Request, now: f64) -> Answer {
    let given = &request.json()["fieldValue"];
    let Some(field) = id(given.get("field")).filter(|&field| account.has_field(field)) else {
        return Answer::unprocessable("Field id not valid", "field_invalid", "/data/attributes/field");
    };
    let Some(number) = id(given.get("contact")) else { return Answer::missing("contact") };
    let Some(contact) = account.get_mut(number) else { return Answer::no_contact() };
    let value = text(given.get("value")).unwrap_or_default();
    contact.set([], [(field, value.as_str())]);
    contact.updated = now;
    let known = json!({"contact": number.to_string(), "field": field.to_string(), "value": value,
        "id": value_id(number, field)});
    Answer::ok(&json!({"fieldValue": known}))
}
