//! Whose key it is.

use std::fmt;

use serde_json::Value;

/// The user of the account whose key is used. A person, who stands in no log: what is shown for debugging tells nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct User {
    /// What they sign in with; may be empty.
    pub username: String,
    /// First and last name; may be empty.
    pub name: String,
}

impl User {
    pub(crate) fn of(told: &Value) -> Self {
        let text = |key: &str| told.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        let names = [text("firstName"), text("lastName")];
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        Self { username: text("username").to_owned(), name: names.join(" ") }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").finish_non_exhaustive()
    }
}
