//! A few of those whom a plan sends, of those it leaves as they are, and of those that cannot be sent.

use std::collections::BTreeMap;
use std::fmt::Write;

use segue_model::{Example, Reason};
use serde_json::Value;

use crate::show::WIDTH;

/// What custom fields are called, by their ids.
pub(crate) type Titles = BTreeMap<u64, String>;

// Of a column; what is longer takes its room and no more.
const WIDEST: usize = 50;
// Of a value.
const LONGEST: usize = 60;

const ATTRIBUTES: [(&str, &str); 4] = [
    ("first_name", "first name"),
    ("last_name", "last name"),
    ("phone", "phone"),
    ("customer_acct_name", "account name"),
];

/// Kind by kind, each with a heading.
pub(crate) fn of_plan(all: &[Example], titles: &Titles) -> String {
    let mut text = String::new();
    let reasons = Reason::ALL.iter().map(|reason| reason.code());
    for kind in ["create", "update", "unchanged", "leave"].into_iter().chain(reasons) {
        let of_kind = all.iter().filter(|example| example.kind == kind);
        let rows: Vec<[String; 3]> = of_kind.map(|example| shown(example, titles)).collect();
        if rows.is_empty() {
            continue;
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1)].map(|width| width.min(WIDEST));
        // Writing to a string does not fail.
        let _ = write!(text, "\n\n  Examples: {kind}");
        for [name, address, detail] in &rows {
            let mut line = "  ".to_owned();
            for (part, width) in [name, address].into_iter().zip(widths).filter(|(_, width)| *width > 0) {
                let _ = write!(line, "  {part:<width$}");
            }
            let indent = line.chars().count() + 2;
            let room = usize::from(WIDTH).saturating_sub(indent);
            let detail = wrapped(detail, room).join(&format!("\n{:indent$}", ""));
            let _ = write!(text, "\n{}", format!("{line}  {detail}").trim_end());
        }
    }
    text
}

/// Profile, address, and what is wrong or would be sent.
fn shown(Example { profile, email, detail, .. }: &Example, titles: &Titles) -> [String; 3] {
    [profile.clone(), email.clone(), said(detail, titles)].map(|text| text.replace(char::is_control, " "))
}

/// What is wrong with a profile, or what would be sent of it.
pub(crate) fn said(detail: &str, titles: &Titles) -> String {
    match serde_json::from_str::<Value>(detail) {
        Ok(contact) if contact.is_object() => attributes(&contact, titles),
        _ => detail.to_owned(),
    }
}

/// Of a contact, what its address and the list do not say.
fn attributes(contact: &Value, titles: &Titles) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut part = |name: &str, value: &str| {
        let value = if value.is_empty() { "(cleared)".to_owned() } else { shortened(value) };
        parts.push(format!("{name}: {value}"));
    };
    for (key, name) in ATTRIBUTES {
        if let Some(value) = contact[key].as_str() {
            part(name, value);
        }
    }
    for field in contact["fields"].as_array().into_iter().flatten() {
        let id = field["id"].as_u64().unwrap_or_default();
        let told = || field["title"].as_str().map(str::to_owned);
        let title = titles.get(&id).cloned().or_else(told).unwrap_or_else(|| format!("field {id}"));
        // Several options stand between bars.
        let value = field["value"].as_str().unwrap_or_default();
        part(&title, &value.trim_matches('|').replace("||", ", "));
    }
    let tags: Vec<&str> =
        contact["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !tags.is_empty() {
        part("tags", &tags.join(", "));
    }
    parts.join("; ")
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// Lines of at most that many characters, broken between words.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let length = word.chars().count();
        if used > 0 && used + word.trim_end().chars().count() > room {
            lines.push(String::new());
            used = 0;
        }
        used += length;
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_shown_as_people_know_it() {
        let titles = Titles::from([(4, "Tier".to_owned()), (5, "Interests".to_owned())]);
        let example = |email: &str, detail: &str| Example {
            profile: "in.csv:2".to_owned(),
            email: email.to_owned(),
            kind: "create".to_owned(),
            detail: detail.to_owned(),
        };
        let contact = format!(
            r#"{{"email":"ann@example.com","first_name":"Ann","phone":"","tags":["a","b"],"fields":[{{"id":4,"value":"gold"}},{{"id":5,"value":"||red||blue||"}},{{"id":6,"value":"{}"}}],"subscribe":[{{"listid":3}}]}}"#,
            "x".repeat(80)
        );
        let all = [
            example("ann@example.com", &contact),
            example("bob@example.com", r#"{"email":"bob@example.com"}"#),
        ];
        let xs = "x".repeat(60);
        assert_eq!(
            of_plan(&all, &titles),
            format!(
                "\n\n  Examples: create\
                 \n    in.csv:2  ann@example.com  first name: Ann; phone: (cleared); Tier: gold; Interests: red, blue; field 6:\
                 \n                               {xs}…; tags: a, b\
                 \n    in.csv:2  bob@example.com"
            )
        );
    }
}
