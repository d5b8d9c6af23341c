//! Why a profile is in a segment or not, in the words that say its rules.

use segue_model::segment::{Combine, Function, Join, write};
use segue_model::{Asked, Explanation, Found};
use serde_json::Value;

use super::rules::{Line, Teller, operator};
use crate::console::words::Words;

/// Every condition, whether it holds, and what was found.
pub(super) fn explanation(w: Words, told: &Explanation) -> Vec<Line> {
    let mut teller = Teller::new(w);
    teller.explain(0, told);
    teller.lines
}

impl Teller {
    fn explain(&mut self, depth: usize, told: &Explanation) {
        let at = self.lines.len();
        self.asked(depth, told);
        if let Some(line) = self.lines.get_mut(at) {
            line.holds = Some(told.holds);
        }
        for part in &told.parts {
            self.explain(depth + 1, part);
        }
    }

    fn asked(&mut self, depth: usize, told: &Explanation) {
        let w = self.w;
        match &told.asked {
            Asked::Profile(key) => {
                let said = w.word("segments-why", if told.holds { "in" } else { "out" }).with("key", key);
                let text = match told.found {
                    Found::Member { is_static: true, .. } => {
                        format!("{said}: {}", w.say("segments-why-static"))
                    }
                    _ => said.to_string(),
                };
                self.say(depth, &text);
            }
            Asked::Rule { number, name, combine, join } => {
                let combine = Some(*combine).filter(|_| *number > 1).map(Combine::word);
                let begin = self.rule(name, combine);
                self.join(depth, &begin, word(*join));
            }
            Asked::Group(join) => self.join(depth, "", word(*join)),
            Asked::Named { name, join, is_required } => {
                let meets = if *is_required { "segments-why-required" } else { "segments-why-meets" };
                let meets = w.say(meets).with("condition", name).to_string();
                self.join(depth, &meets, word(*join));
            }
            Asked::Condition(condition) => {
                let condition = write::write_condition(condition);
                let found = self.found(&condition, &told.found);
                self.found_of(depth, &condition, &found);
            }
            Asked::LastRefresh => self.say(depth, &w.say("segments-why-refresh").to_string()),
        }
    }

    /// A condition and what was found. Which related rows count stands below that.
    fn found_of(&mut self, depth: usize, condition: &Value, found: &str) {
        let at = self.lines.len();
        let mut whole = condition.clone();
        let filter = whole.as_object_mut().and_then(|it| it.remove("where"));
        self.condition(depth, &whole);
        if let Some(line) = self.lines.get_mut(at).filter(|_| !found.is_empty()) {
            line.text = format!("{}: {found}", line.text);
        }
        if let Some(filter) = filter {
            self.group(depth + 1, &self.w.say("segments-where").to_string(), &filter);
        }
    }

    fn found(&self, condition: &Value, found: &Found) -> String {
        let w = self.w;
        let is = |value: String| w.say("segments-found").with("value", value).to_string();
        match found {
            Found::Nothing | Found::Member { .. } => String::new(),
            Found::Rows(rows) => w.say("segments-found-rows").with("count", *rows).to_string(),
            Found::Value(value) if value.is_empty() => w.say("segments-found-empty").to_string(),
            Found::Value(value) => is(self.as_compared(condition, value)),
            Found::Computed(_, value) if value.is_empty() => w.say("segments-found-none").to_string(),
            Found::Computed(Function::CountDistinct | Function::Sum | Function::Average, value) => {
                is(self.as_number(value))
            }
            Found::Computed(function, value) => is(self.as_compared(&condition[function.word()], value)),
        }
    }

    /// A value that was found, as what it is compared with is said.
    fn as_compared(&self, test: &Value, value: &str) -> String {
        let w = self.w;
        let Some((operator, operand)) = operator(test) else { return value.to_owned() };
        let first = operand.get(0).unwrap_or(operand);
        match (operator, first, value) {
            (
                "in_last" | "not_in_last" | "in_next" | "to_date" | "month_of" | "day_of" | "on" | "before"
                | "after",
                ..,
            )
            | ("between", Value::String(_), _) => value.to_owned(),
            (_, Value::Number(_), _) => self.as_number(value),
            ("is" | "is_not", Value::Bool(_), "true") => w.say("yes").to_string(),
            ("is" | "is_not", Value::Bool(_), "false") => w.say("no").to_string(),
            _ => w.say("segments-quoted").with("text", value).to_string(),
        }
    }

    fn as_number(&self, value: &str) -> String {
        let is_plain = value.bytes().all(|it| it.is_ascii_digit() || it == b'-' || it == b'.');
        if is_plain { self.w.number(value) } else { value.to_owned() }
    }
}

const fn word(join: Join) -> &'static str {
    match join {
        Join::All => "all",
        Join::Any => "any",
    }
}
