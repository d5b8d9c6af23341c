//! A definition in the words of people, one condition a line.

use serde_json::Value;

use crate::console::words::Words;

/// The deepest line that is set in further than the one around it.
const DEEPEST: usize = 6;

/// A line and how deep it stands.
pub(crate) struct Line {
    pub(crate) depth: usize,
    /// Whether it holds, where that was asked of somebody.
    pub(crate) holds: Option<bool>,
    pub(crate) text: String,
}

/// What stands beside the operator of a test.
const BESIDE: [&str; 6] = ["column", "table", "of", "by", "ignore_case", "where"];

/// All rules of a definition.
pub(crate) fn document(w: Words, definition: &Value) -> Vec<Line> {
    let mut told = Teller::new(w);
    let rules = definition["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, rule) in rules.iter().enumerate() {
        let combine = rule["combine"].as_str().unwrap_or("union");
        let combine = Some(combine).filter(|_| index > 0);
        let begin = told.rule(rule["name"].as_str().unwrap_or_default(), combine);
        told.group(0, &begin, rule);
    }
    told.lines
}

/// A group of conditions that belongs to no rule.
pub(crate) fn group(w: Words, group: &Value) -> Vec<Line> {
    let mut told = Teller::new(w);
    told.group(0, "", group);
    told.lines
}

pub(super) struct Teller {
    pub(super) w: Words,
    pub(super) lines: Vec<Line>,
}

/// The operator of a test and what it compares with.
pub(super) fn operator(test: &Value) -> Option<(&str, &Value)> {
    let mut keys = test.as_object()?.iter().map(|(key, value)| (key.as_str(), value));
    keys.find(|(key, _)| !BESIDE.contains(key))
}

impl Teller {
    pub(super) const fn new(w: Words) -> Self {
        Self { w, lines: Vec::new() }
    }

    pub(super) fn say(&mut self, depth: usize, text: &str) {
        self.lines.push(Line { depth: depth.min(DEEPEST), holds: None, text: text.trim().to_owned() });
    }

    /// How a rule begins: its name, and how it is combined with those before it, if there are any.
    pub(super) fn rule(&self, name: &str, combine: Option<&str>) -> String {
        let begin = self.w.word("segments-said", combine.unwrap_or("first"));
        if name.is_empty() { begin.to_string() } else { format!("{name}: {begin}") }
    }

    /// How many of the conditions must hold that follow: `all` or `any`.
    pub(super) fn join(&mut self, depth: usize, begin: &str, join: &str) {
        let joined = self.w.word("segments-joined", join);
        self.say(depth, &format!("{begin} {joined}:"));
    }

    pub(super) fn group(&mut self, depth: usize, begin: &str, group: &Value) {
        let (joined, conditions) = match (group["all"].as_array(), group["any"].as_array()) {
            (Some(all), _) => ("all", all),
            (None, Some(any)) => ("any", any),
            (None, None) => return,
        };
        self.join(depth, begin, joined);
        for condition in conditions {
            self.condition(depth + 1, condition);
        }
    }

    pub(super) fn condition(&mut self, depth: usize, condition: &Value) {
        let w = self.w;
        let named = |key: &str| condition[key].as_str();
        if let Some(column) = named("column") {
            let what = named("table").map_or_else(|| column.to_owned(), |table| format!("{table}.{column}"));
            let test = self.test(condition);
            self.say(depth, &format!("{what} {test}"));
        } else if let Some(table) = named("related") {
            self.related(depth, table, condition);
        } else if let Some(segment) = named("member_of") {
            self.say(depth, &w.say("segments-member-of").with("segment", segment).to_string());
        } else if let Some(segment) = named("not_member_of") {
            self.say(depth, &w.say("segments-not-member-of").with("segment", segment).to_string());
        } else if let Some(name) = named("condition") {
            self.say(depth, &w.say("segments-meets").with("condition", name).to_string());
        } else {
            self.group(depth, "", condition);
        }
    }

    fn related(&mut self, depth: usize, table: &str, condition: &Value) {
        let w = self.w;
        let mut text = String::new();
        if let Some(has) = condition["has"].as_str() {
            text = w.word("segments-has", has).with("table", table).to_string();
        }
        let functions = condition.as_object().into_iter().flatten();
        for (function, test) in functions.filter(|(_, test)| test.is_object()) {
            if BESIDE.contains(&function.as_str()) {
                continue;
            }
            let (of, by) = (test["of"].as_str().unwrap_or_default(), test["by"].as_str().unwrap_or_default());
            let what = w.word("segments-of", function).with("table", table).with("column", of).with("by", by);
            text = format!("{what} {}", self.test(test));
        }
        if condition["where"].is_object() {
            self.group(depth, &format!("{text}, {}", w.say("segments-where")), &condition["where"]);
        } else {
            self.say(depth, &text);
        }
    }

    /// The operator of a test and what it compares with.
    fn test(&self, test: &Value) -> String {
        let Some((operator, value)) = operator(test) else { return String::new() };
        let case = match test["ignore_case"].as_bool() {
            Some(true) => format!(" ({})", self.w.say("segments-ignoring-case")),
            _ => String::new(),
        };
        if operator == "is_empty" {
            let word = if value == &Value::Bool(true) { "is-empty" } else { "is-not-empty" };
            return self.w.word("segments-op", word).to_string();
        }
        format!("{} {}{case}", self.w.word("segments-op", operator), self.value(operator, value))
    }

    fn value(&self, operator: &str, value: &Value) -> String {
        let w = self.w;
        match value {
            Value::String(text) => match operator {
                "in_last" | "not_in_last" | "in_next" => self.span(text),
                "to_date" => w.word("segments-period", text).to_string(),
                "day_of" if text == "today" => w.say("segments-today").to_string(),
                "on" | "before" | "after" | "between" | "day_of" => text.clone(),
                _ => w.say("segments-quoted").with("text", text).to_string(),
            },
            Value::Number(number) if operator == "month_of" => {
                w.word("month", &number.to_string()).to_string()
            }
            Value::Number(number) => w.number(number),
            Value::Bool(flag) => w.say(if *flag { "yes" } else { "no" }).to_string(),
            Value::Array(values) => {
                let values: Vec<String> = values.iter().map(|value| self.value(operator, value)).collect();
                let between =
                    if operator == "between" { w.say("segments-and").to_string() } else { ",".to_owned() };
                let between =
                    if operator == "between" { format!(" {between} ") } else { format!("{between} ") };
                values.join(&between)
            }
            Value::Null | Value::Object(_) => String::new(),
        }
    }

    /// As in `30 days`.
    fn span(&self, text: &str) -> String {
        let Some((count, unit)) = text.split_once(' ') else { return text.to_owned() };
        let Ok(count) = count.parse::<u32>() else { return text.to_owned() };
        let unit = format!("{}s", unit.trim_end_matches('s'));
        self.w.word("segments-span", &unit).with("count", count).to_string()
    }
}
