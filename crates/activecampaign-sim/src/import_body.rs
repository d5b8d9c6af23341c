//! What an import may say, and what is checked before it is queued.

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

/// Text; anything else is none.
#[derive(Debug, Default)]
pub(crate) struct Text(pub(crate) Option<Box<str>>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.into())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string().into())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string().into())))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string().into())))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Text, E> {
                Ok(Text(Some(flag.to_string().into())))
            }
            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[derive(Debug, serde::Deserialize)]
pub(crate) struct FieldValue {
    pub(crate) id: Number,
    #[serde(default)]
    pub(crate) value: Text,
}

#[derive(Debug, serde::Deserialize)]
pub(crate) struct ListRef {
    pub(crate) listid: Number,
}

/// A contact of an import. Keys in another spelling are ignored without a word, as by the provider.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct ImportContact {
    #[serde(default)]
    pub(crate) email: Text,
    #[serde(default)]
    pub(crate) first_name: Text,
    #[serde(default)]
    pub(crate) last_name: Text,
    #[serde(default)]
    pub(crate) phone: Text,
    #[serde(default)]
    pub(crate) customer_acct_name: Text,
    #[serde(default)]
    pub(crate) tags: Vec<Box<str>>,
    #[serde(default)]
    pub(crate) fields: Vec<FieldValue>,
    #[serde(default)]
    pub(crate) subscribe: Vec<ListRef>,
    #[serde(default)]
    pub(crate) unsubscribe: Vec<ListRef>,
    #[serde(default)]
    pub(crate) exclude_automations: bool,
}

/// An import's body.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct ImportBody {
    pub(crate) contacts: Vec<ImportContact>,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) exclude_automations: bool,
    #[serde(default)]
    pub(crate) callback: Option<Callback>,
}

/// Who wants to be told when an import has ended.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Callback {
    pub(crate) url: String,
    #[serde(rename = "requestType", default)]
    pub(crate) request_type: Text,
    #[serde(default, deserialize_with = "flag")]
    pub(crate) detailed_results: bool,
    #[serde(default)]
    pub(crate) params: Vec<Pair>,
    #[serde(default)]
    pub(crate) headers: Vec<Pair>,
}

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Pair {
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) value: Text,
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
pub(crate) fn validate(body: &ImportBody, knobs: &Knobs) -> Result<(), Value> {
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
