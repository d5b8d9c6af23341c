//! What people see of exports.

use indicatif::HumanCount;
use serde::Deserialize;
use serde_json::Value;

use crate::api::read;
use crate::exit::Failure;
use crate::show::{counted, facts, lines, moment, table};

#[derive(Deserialize)]
struct Details {
    export: Export,
    segments: Vec<Size>,
}

#[derive(Deserialize)]
struct Export {
    name: String,
    connection: Option<Name>,
    list: List,
    segments: Vec<String>,
    matching: Matching,
    mode: String,
    blanks: String,
    automations: bool,
    brakes: Brakes,
    required: Vec<String>,
    schedule: Value,
    enabled: bool,
    permission: String,
    updated: Signed,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct List {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct Matching {
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    account_name: Option<String>,
    fields: Vec<Field>,
    tags: Vec<String>,
    tag_columns: Vec<String>,
}

#[derive(Deserialize)]
struct Field {
    title: String,
    column: String,
}

#[derive(Deserialize)]
struct Brakes {
    max_profiles: u64,
    max_leaving_percent: f64,
    allow_empty: bool,
}

#[derive(Deserialize)]
struct Signed {
    name: String,
    at: String,
}

#[derive(Deserialize)]
struct Size {
    name: String,
    members: Option<u64>,
    refreshed_at: Option<String>,
}

#[derive(Deserialize)]
struct Warning {
    detail: String,
}

pub(super) fn list(all: Vec<Value>) -> Result<String, Failure> {
    if all.is_empty() {
        return Ok("There are no exports here: segue exports add FILE".to_owned());
    }
    let mut shown = table(&["export", "segments", "connection", "list", "when", "state", "you may"]);
    for one in all {
        let one: Export = read(one)?;
        let state = state(&one);
        let connection = one.connection.map(|connection| connection.name);
        shown.add_row([
            one.name,
            one.segments.join(", "),
            connection.unwrap_or_default(),
            format!("{} {}", one.list.id, one.list.name),
            when(&one.schedule),
            state.to_owned(),
            one.permission,
        ]);
    }
    Ok(lines(&shown))
}

fn state(export: &Export) -> &'static str {
    match (&export.connection, export.enabled) {
        (None, _) => "detached",
        (Some(_), true) => "enabled",
        (Some(_), false) => "disabled",
    }
}

/// When something runs by itself, in one line.
pub(crate) fn when(schedule: &Value) -> String {
    let times = match schedule {
        Value::String(word) => return word.replace('_', " "),
        Value::Object(object) => object.values().next().unwrap_or(&Value::Null),
        _ => &Value::Null,
    };
    let texts = |key: &str| {
        let texts = times[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.collect::<Vec<_>>().join(", ")
    };
    let zone = times["time_zone"].as_str().unwrap_or_default();
    match (times["cron"].as_str(), times["every"].as_str()) {
        (Some(cron), _) => format!("cron {cron} ({zone})"),
        (None, Some("week")) => format!("{} at {} ({zone})", texts("days"), texts("at")),
        (None, _) => format!("every day at {} ({zone})", texts("at")),
    }
}

fn matched(matching: Matching) -> Vec<(&'static str, String)> {
    let Matching { email, first_name, last_name, phone, account_name, fields, tags, tag_columns } = matching;
    let mut rows = vec![("e-mail", email)];
    let named = [
        ("first name", first_name),
        ("last name", last_name),
        ("phone", phone),
        ("account name", account_name),
    ];
    rows.extend(named.into_iter().filter_map(|(name, column)| Some((name, column?))));
    let fields = fields.into_iter().map(|Field { title, column }| ("field", format!("{title} = {column}")));
    rows.extend(fields);
    let lists = [("tags", tags), ("tags from", tag_columns)];
    rows.extend(
        lists.into_iter().filter(|(_, all)| !all.is_empty()).map(|(name, all)| (name, all.join(", "))),
    );
    rows
}

fn sized(Size { name, members, refreshed_at }: Size) -> String {
    match (members, refreshed_at) {
        (Some(members), Some(at)) => format!("{name}: {}, {}", counted(members, "member"), moment(&at)),
        _ => format!("{name}: never refreshed"),
    }
}

pub(super) fn shown(details: Value) -> Result<String, Failure> {
    let told = warnings(&details);
    let Details { export, segments } = read(details)?;
    let mut rows = vec![("export", format!("{} ({})", export.name, state(&export)))];
    rows.push(("connection", export.connection.map_or_else(|| "none".to_owned(), |used| used.name)));
    rows.push(("list", format!("{} {}", export.list.id, export.list.name)));
    rows.extend(segments.into_iter().map(|size| ("segment", sized(size))));
    rows.extend(matched(export.matching));
    rows.push(("mode", export.mode));
    rows.push(("empty values", export.blanks));
    rows.push(("automations", if export.automations { "may start" } else { "do not start" }.to_owned()));
    let Brakes { max_profiles, max_leaving_percent, allow_empty } = export.brakes;
    let empty = if allow_empty { ", none is allowed" } else { "" };
    rows.push((
        "brakes",
        format!("{} members, {max_leaving_percent}% leaving{empty}", HumanCount(max_profiles)),
    ));
    if !export.required.is_empty() {
        rows.push(("required", export.required.join(", ")));
    }
    rows.push(("runs", when(&export.schedule)));
    rows.push(("changed", format!("{}, {}", export.updated.name, moment(&export.updated.at))));
    rows.push(("you may", export.permission));
    rows.extend(told.into_iter().map(|warning| ("warning", warning)));
    Ok(facts(&rows))
}

/// What is probably not meant.
pub(super) fn warnings(details: &Value) -> Vec<String> {
    let warnings: Vec<Warning> = read(details["warnings"].clone()).unwrap_or_default();
    warnings.into_iter().map(|warning| warning.detail).collect()
}
