//! Tolerant decoding: one key is text in one answer and a number in the next, and lists may be missing.

use chrono::{DateTime, Utc};
use serde::de::{Deserialize, Deserializer};
use serde_json::Value;

/// An unsigned number that comes as a number or as text; nothing readable is 0.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(as_number(&Value::deserialize(deserializer)?))
}

pub(crate) fn as_number(value: &Value) -> u64 {
    match value {
        Value::Number(number) => number.as_u64().unwrap_or(0),
        Value::String(text) => text.trim().parse().unwrap_or(0),
        Value::Bool(flag) => u64::from(*flag),
        _ => 0,
    }
}

/// Text that may come as a number or be missing.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(as_text(&Value::deserialize(deserializer)?))
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Texts, of which each may come as a number; anything but a list is none.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Array(items) => Ok(items.iter().map(as_text).collect()),
        _ => Ok(Vec::new()),
    }
}

/// A list that may be missing, null, or `{}` where PHP meant an empty one.
pub(crate) fn list<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Array(items) => {
            items.into_iter().map(|item| T::deserialize(item).map_err(serde::de::Error::custom)).collect()
        }
        _ => Ok(Vec::new()),
    }
}

/// A time with its offset; empty, null, zeroes and unreadable times are none.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = as_text(&Value::deserialize(deserializer)?);
    Ok(DateTime::parse_from_rfc3339(&text).ok().map(|time| time.with_timezone(&Utc)))
}

/// The value under a key, whatever the key's case.
pub(crate) fn any_case<'a>(object: &'a serde_json::Map<String, Value>, key: &str) -> Option<&'a Value> {
    object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}
