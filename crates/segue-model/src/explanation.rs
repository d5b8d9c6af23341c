//! Why a profile is in a segment or not: what was asked and what was found, and the same as text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::segment::{Combine, Condition, Function, Join, write};

/// Why a profile is in a segment or not, condition by condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was asked.
    pub asked: Asked,
    /// What was found.
    pub found: Found,
    /// Whether it holds.
    pub holds: bool,
    /// Its parts.
    pub parts: Vec<Explanation>,
}

/// What was asked of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Whether the profile with this key is a member.
    Profile(String),
    /// A rule, whose conditions are the parts.
    Rule {
        /// Its number, from 1.
        number: usize,
        /// Its name; may be empty.
        name: String,
        /// How it is combined with the rules before it. The first has none before it.
        combine: Combine,
        /// How many of its conditions must hold.
        join: Join,
    },
    /// A sub-rule, whose conditions are the parts.
    Group(Join),
    /// A condition that the profile table declares. What it consists of are the parts.
    Named {
        /// Its name.
        name: String,
        /// How many of them must hold.
        join: Join,
        /// Whether every member must meet it, whatever the rules say.
        is_required: bool,
    },
    /// Any other condition.
    Condition(Condition),
    /// Whether the profile was a member when the segment was last refreshed, or loaded from a list.
    LastRefresh,
}

/// What was found where something was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing that the parts, or the condition itself, do not say.
    Nothing,
    /// Whether the profile is a member.
    Member {
        /// Whether it is.
        is_member: bool,
        /// Whether that is so because the segment is static.
        is_static: bool,
    },
    /// The value of a column as text; empty if there is none.
    Value(String),
    /// The number of related rows.
    Rows(u64),
    /// What was computed from related rows, as text; empty if there is nothing.
    Computed(Function, String),
}

/// An [`Explanation`] as text, as the API and the command line tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationText {
    /// What was asked, in the words of the definition.
    pub condition: String,
    /// What was found; empty where the parts say it.
    pub found: String,
    /// Whether it holds.
    pub holds: bool,
    /// Its parts.
    pub parts: Vec<ExplanationText>,
}

impl From<Explanation> for ExplanationText {
    fn from(told: Explanation) -> Self {
        Self {
            condition: told.asked.text(),
            found: told.found.text(),
            holds: told.holds,
            parts: told.parts.into_iter().map(Self::from).collect(),
        }
    }
}

impl Asked {
    fn text(&self) -> String {
        match self {
            Self::Profile(key) => format!("profile {key}"),
            Self::Rule { number, name, combine, join } => {
                let combine = if *number == 1 { String::new() } else { format!(", {}", combine.word()) };
                let name = if name.is_empty() { String::new() } else { format!(" \"{name}\"") };
                format!("rule {number}{name}{combine}: {}", joined(*join))
            }
            Self::Group(join) => joined(*join).to_owned(),
            Self::Named { name, is_required: true, .. } => format!("required: {name}"),
            Self::Named { name, .. } => format!("condition: {name}"),
            Self::Condition(condition) => in_words(&write::write_condition(condition)),
            Self::LastRefresh => "when it was last refreshed, or loaded from a list".to_owned(),
        }
    }
}

impl Found {
    fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Member { is_member, is_static } => {
                let word = if *is_member { "a member" } else { "not a member" };
                let why = if *is_static { ", for the segment is static" } else { "" };
                format!("{word}{why}")
            }
            Self::Value(value) => format!("it is {}", shown(value)),
            Self::Rows(rows) => format!("there are {rows}"),
            Self::Computed(function, value) => {
                format!("the {} is {}", function.word().replace('_', " "), shown(value))
            }
        }
    }
}

const fn joined(join: Join) -> &'static str {
    match join {
        Join::All => "all of",
        Join::Any => "any of",
    }
}

fn shown(value: &str) -> String {
    if value.is_empty() { "empty".to_owned() } else { format!("\"{value}\"") }
}

/// A condition as one line: `column: Country, is: Brazil`.
fn in_words(condition: &Value) -> String {
    match condition {
        Value::Object(object) => {
            let parts: Vec<String> = object
                .iter()
                .map(|(key, value)| match value {
                    Value::Object(_) => format!("{key}: {{{}}}", in_words(value)),
                    other => format!("{key}: {}", in_words(other)),
                })
                .collect();
            parts.join(", ")
        }
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| if item.is_object() { format!("{{{}}}", in_words(item)) } else { in_words(item) })
                .collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::read;

    #[test]
    fn what_was_asked_is_told_in_the_words_of_the_definition() {
        let group =
            "all: [{related: orders, where: {all: [{column: total, more_than: 5}]}, count: {at_least: 2}}]";
        let related = read::group(group).unwrap().conditions.remove(0);
        let rule = |number, name: &str| Asked::Rule {
            number,
            name: name.to_owned(),
            combine: Combine::Except,
            join: Join::Any,
        };
        let named = |is_required| Asked::Named { name: "consent".to_owned(), join: Join::All, is_required };
        for (asked, text) in [
            (Asked::Profile("4711".to_owned()), "profile 4711"),
            (rule(1, "Buyers"), "rule 1 \"Buyers\": any of"),
            (rule(2, ""), "rule 2, except: any of"),
            (Asked::Group(Join::All), "all of"),
            (named(false), "condition: consent"),
            (named(true), "required: consent"),
            (
                Asked::Condition(related),
                "related: orders, where: {all: [{column: total, more_than: 5}]}, count: {at_least: 2}",
            ),
            (Asked::LastRefresh, "when it was last refreshed, or loaded from a list"),
        ] {
            assert_eq!(asked.text(), text);
        }
    }

    #[test]
    fn what_was_found_is_told_in_english() {
        for (found, text) in [
            (Found::Nothing, ""),
            (Found::Member { is_member: true, is_static: false }, "a member"),
            (Found::Member { is_member: false, is_static: true }, "not a member, for the segment is static"),
            (Found::Value("Iași".to_owned()), "it is \"Iași\""),
            (Found::Value(String::new()), "it is empty"),
            (Found::Rows(3), "there are 3"),
            (Found::Computed(Function::CountDistinct, "2".to_owned()), "the count distinct is \"2\""),
            (Found::Computed(Function::Max, String::new()), "the max is empty"),
        ] {
            assert_eq!(found.text(), text);
        }
    }
}
