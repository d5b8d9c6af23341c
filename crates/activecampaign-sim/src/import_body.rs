//! What an import may say, and what is checked before it is queued.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde_json::{Value, json};

use crate::Knobs;

pub(crate) const MOST_CONTACTS: usize = 250;
pub(crate) const MOST_BYTES: usize = 399_999;

/// A number that may come as text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) u32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Number;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number")
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(u32::try_from(number).unwrap_or(0)))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                text.trim().parse().map(Number).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Text, and numbers and truths as text; anything else is none. Borrowed from the body where nothing in it is escaped.
#[derive(Debug, Default)]
pub(crate) struct Text<'a>(pub(crate) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(flag.to_string()))))
            }
            fn visit_unit<E>(self) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// The name of a tag.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct TagName<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

#[derive(Debug, serde::Deserialize)]
pub(crate) struct FieldValue<'a> {
    pub(crate) id: Number,
    #[serde(borrow, default)]
    pub(crate) value: Text<'a>,
}

#[derive(Debug, serde::Deserialize)]
pub(crate) struct ListRef {
    pub(crate) listid: Number,
}

/// A contact of an import. Keys in another spelling are ignored without a word, as by the provider.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct ImportContact<'a> {
    #[serde(borrow, default)]
    pub(crate) email: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) first_name: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) last_name: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) phone: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) customer_acct_name: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) tags: Vec<TagName<'a>>,
    #[serde(borrow, default)]
    pub(crate) fields: Vec<FieldValue<'a>>,
    #[serde(default)]
    pub(crate) subscribe: Vec<ListRef>,
    #[serde(default)]
    pub(crate) unsubscribe: Vec<ListRef>,
    #[serde(default)]
    pub(crate) exclude_automations: bool,
}

/// An import's body.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct ImportBody<'a> {
    #[serde(borrow)]
    pub(crate) contacts: Vec<ImportContact<'a>>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) exclude_automations: bool,
    #[serde(borrow, default)]
    pub(crate) callback: Option<Callback<'a>>,
}

self_cell::self_cell!(
    /// What an import's request says, and the request: the texts lie in it, and nothing is copied until it is carried out.
    pub(crate) struct Body {
        owner: Bytes,
        #[covariant]
        dependent: ImportBody,
    }
    impl { Debug }
);

impl Body {
    /// Reads an import's request; none if it is something else.
    pub(crate) fn read(request: Bytes) -> Option<Self> {
        Self::try_new(request, |request| {
            // Checked as a whole, its texts need not be checked one by one.
            let text = std::str::from_utf8(request).map_err(drop)?;
            serde_json::from_str(text).map_err(drop)
        })
        .ok()
    }
}

/// Who wants to be told when an import has ended.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Callback<'a> {
    #[serde(borrow)]
    pub(crate) url: Cow<'a, str>,
    #[serde(borrow, rename = "requestType", default)]
    pub(crate) request_type: Text<'a>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) detailed_results: bool,
    #[serde(borrow, default)]
    pub(crate) params: Vec<Pair<'a>>,
    #[serde(borrow, default)]
    pub(crate) headers: Vec<Pair<'a>>,
}

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Pair<'a> {
    #[serde(borrow)]
    pub(crate) key: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) value: Text<'a>,
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Ok(flag),
        Value::String(text) => Ok(text == "true" || text == "1"),
        Value::Number(number) => Ok(number.as_u64() == Some(1)),
        Value::Null => Ok(false),
        _ => Err(D::Error::custom("no boolean")),
    }
}

const REFUSED: &str = "JSON payload did not pass validation. Please fix failureReasons and retry. The import was not queued for processing.";

/// Why an import is turned down as a whole.
pub(crate) fn validate(body: &ImportBody<'_>, knobs: &Knobs) -> Result<(), Value> {
    if body.contacts.is_empty() {
        return Err(refusal("At least one contact is required"));
    }
    if body.contacts.len() > MOST_CONTACTS {
        return Err(refusal("Up to 250 contacts may be imported per request"));
    }
    let faults = body.contacts.iter().enumerate().filter_map(|(index, contact)| {
        let reason = match contact.email.0.as_deref() {
            None | Some("") => "Field 'email' not found",
            Some(email) if !is_address(email) => "Field 'email' incorrect format",
            Some(_) => return None,
        };
        Some(json!({"contact": index + knobs.index_base, "failureReason": reason}))
    });
    let named: Vec<Value> = faults.take(if knobs.first_failure_only { 1 } else { MOST_CONTACTS }).collect();
    if named.is_empty() {
        return Ok(());
    }
    let reasons =
        if knobs.unnamed_failures { json!(["One or more contacts are invalid"]) } else { json!(named) };
    Err(json!({"success": 0, "message": REFUSED, "failureReasons": reasons}))
}

pub(crate) fn refusal(reason: &str) -> Value {
    json!({"success": 0, "message": REFUSED, "failureReasons": [reason]})
}

/// The format that imports ask of an address.
pub(crate) fn is_address(email: &str) -> bool {
    let Some((local, domain)) = email.trim().rsplit_once('@') else { return false };
    let is_bad = |c: char| {
        matches!(c, '"' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '@' | '[' | '\\' | ']' | ' ')
            || c.is_control()
    };
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    let is_domain = domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    let is_top =
        top.starts_with("xn--") || (top.chars().count() >= 2 && top.chars().all(char::is_alphabetic));
    !local.is_empty() && !local.contains(is_bad) && is_domain && is_top && !domain.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_as_documented() {
        for good in ["a@example.com", "o'brien@example.com", "a+b@ex-ample.museum"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "a",
            "@example.com",
            "a b@example.com",
            "a@example",
            "a@exa_mple.com",
            "a@b@example.com",
            "a@example.c",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
