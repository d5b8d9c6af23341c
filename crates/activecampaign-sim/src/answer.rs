//! Requests and answers as the routes see them.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

/// A request below `/api/3/`.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    pub(crate) fn number(&self, key: &str) -> Option<u32> {
        self.text(key)?.parse().ok()
    }

    pub(crate) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// `limit` and `offset`. More than 100 is capped, not refused.
    pub(crate) fn page(&self) -> (usize, usize) {
        let number = |key: &str| self.text(key).and_then(|text| text.parse::<usize>().ok());
        (number("limit").filter(|&limit| limit > 0).unwrap_or(20).min(100), number("offset").unwrap_or(0))
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    pub(crate) kind: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        // What the simulator answers has texts for keys, so it can always be written.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { status, body: Bytes::from(body), kind: "application/json", headers: Vec::new() }
    }

    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn html(status: u16, title: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        );
        Self { status, body: Bytes::from(page), kind: "text/html; charset=UTF-8", headers: Vec::new() }
    }

    pub(crate) fn not_found(class: &str, id: impl std::fmt::Display) -> Self {
        Self::json(404, &json!({"message": format!("No Result found for {class} with id {id}")}))
    }

    pub(crate) fn unprocessable(title: &str, code: &str, pointer: &str) -> Self {
        let error = json!({"title": title, "detail": "", "code": code, "source": {"pointer": pointer}});
        Self::json(422, &json!({"errors": [error]}))
    }

    pub(crate) fn missing(key: &str) -> Self {
        Self::unprocessable("Missing attribute", "field_missing", &format!("/data/attributes/{key}"))
    }

    pub(crate) fn no_contact() -> Self {
        Self::json(404, &json!({"errors": [{"detail": "Contact not found"}]}))
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: Bytes::new(), kind: "text/plain", headers: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

/// How many there are, and those that stand on the page that is asked for.
pub(crate) fn page_of<T>(items: impl Iterator<Item = T>, request: &Request) -> (usize, Vec<T>) {
    let (limit, offset) = request.page();
    let (mut total, mut page) = (0, Vec::new());
    for item in items {
        if total >= offset && page.len() < limit {
            page.push(item);
        }
        total += 1;
    }
    (total, page)
}

/// One page of something, with the total as text. Only what is on the page is rendered.
pub(crate) fn paged<T>(
    key: &str,
    items: impl Iterator<Item = T>,
    render: impl Fn(T) -> Value,
    request: &Request,
) -> Answer {
    let (total, page) = page_of(items, request);
    let page: Vec<Value> = page.into_iter().map(render).collect();
    Answer::ok(&json!({key: page, "meta": {"total": total.to_string()}}))
}

/// A page of something that this account never has any of.
pub(crate) fn nothing(key: &str) -> Answer {
    Answer::ok(&json!({key: [], "meta": {"total": "0"}}))
}

/// Ids as numbers instead of text, throughout: the provider does either.
pub(crate) fn with_number_ids(value: &mut Value) {
    const IDS: [&str; 7] = ["id", "contact", "list", "field", "tag", "userid", "status"];
    match value {
        Value::Array(items) => items.iter_mut().for_each(with_number_ids),
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                let number = value.as_str().and_then(|text| text.parse::<u64>().ok());
                match number {
                    Some(number) if IDS.contains(&key.as_str()) => *value = json!(number),
                    _ => with_number_ids(value),
                }
            }
        }
        _ => {}
    }
}

/// A number or a text with a number.
pub(crate) fn id(value: Option<&Value>) -> Option<u32> {
    match value? {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A text or a number written as text.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
