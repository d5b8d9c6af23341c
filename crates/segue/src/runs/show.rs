//! What people see of runs and refreshes.

use comfy_table::{Cell, CellAlignment};
use indicatif::HumanCount;
use serde::Deserialize;
use serde_json::Value;

use crate::api::read;
use crate::examples::{Titles, said};
use crate::exit::{Code, Failure};
use crate::show::{Fates, facts, lines, moment, numbers, table, table_by_id};

#[derive(Deserialize)]
struct Run {
    id: String,
    kind: String,
    subject: Option<Name>,
    trigger: String,
    note: String,
    by: Option<Name>,
    status: String,
    cause: String,
    is_cancelled: bool,
    queued_at: String,
    ended_at: Option<String>,
    plan: Option<Plan>,
    counts: Option<Fates>,
    rejections: Vec<Reason>,
    /// Servers of an earlier version tell nothing of them.
    #[serde(default)]
    tables: Vec<Table>,
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct Plan {
    members: u64,
    create: u64,
    update: u64,
    unchanged: u64,
    invalid: u64,
    refused: u64,
    leave: u64,
    requests: u64,
    /// Servers of an earlier version have none.
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
    whose: String,
    meaning: String,
    what_to_do: String,
    count: u64,
}

/// A table that is not as it was declared.
#[derive(Deserialize)]
struct Table {
    name: String,
    cause: String,
    lost_columns: Vec<Lost>,
    broken_segments: Vec<String>,
    broken_exports: Vec<String>,
}

#[derive(Deserialize)]
struct Lost {
    column: String,
    detail: String,
}

#[derive(Deserialize)]
struct Segment {
    name: String,
    before: Option<u64>,
    members: Option<u64>,
    cause: String,
}

#[derive(Deserialize)]
struct Batch {
    part: String,
    number: u64,
    contacts: u64,
    state: String,
    provider_id: Option<String>,
    /// Servers of an earlier version tell neither refusals nor times.
    #[serde(default)]
    refused: u64,
    sent_at: Option<String>,
}

#[derive(Deserialize)]
struct Example {
    profile: String,
    email: String,
    kind: String,
    detail: String,
}

fn right(number: u64) -> Cell {
    Cell::new(HumanCount(number)).set_alignment(CellAlignment::Right)
}

fn words(word: &str) -> String {
    word.replace('_', " ")
}

/// What is done, and to what.
fn what(run: &Run) -> String {
    let kind = match run.kind.as_str() {
        "export" => "run of",
        "dry_run" => "dry run of",
        "segment" => "refresh of segment",
        _ => "refresh of everything",
    };
    run.subject.as_ref().map_or_else(|| kind.to_owned(), |subject| format!("{kind} {}", subject.name))
}

pub(crate) fn list(all: Vec<Value>) -> Result<String, Failure> {
    if all.is_empty() {
        return Ok("There are none.".to_owned());
    }
    let mut shown = table_by_id(&["id", "what", "status", "queued", "members", "rejected"]);
    for one in all {
        let run: Run = read(one)?;
        let members = run.counts.as_ref().map(|counts| counts.members);
        let members = members.or(run.plan.as_ref().map(|plan| plan.members));
        let rejected = members.map(|_| run.rejections.iter().map(|reason| reason.count).sum());
        let number = |number: Option<u64>| number.map_or_else(|| Cell::new(""), right);
        shown.add_row([
            Cell::new(&run.id),
            Cell::new(what(&run)),
            Cell::new(words(&run.status)),
            Cell::new(moment(&run.queued_at)),
            number(members),
            number(rejected),
        ]);
    }
    Ok(lines(&shown))
}

/// How a run stands, in one line.
pub(super) fn stands(run: Value) -> Result<String, Failure> {
    let run: Run = read(run)?;
    let status = match run.is_cancelled && run.ended_at.is_none() {
        true => "ends soon".to_owned(),
        false => words(&run.status),
    };
    let cause = if run.cause.is_empty() { String::new() } else { format!(": {}", run.cause) };
    Ok(format!("{}, {}: {status}{cause}", run.id, what(&run)))
}

pub(super) fn shown(run: Value) -> Result<String, Failure> {
    let run: Run = read(run)?;
    let mut rows = vec![("run", run.id.clone()), ("what", what(&run))];
    rows.push(("status", words(&run.status)));
    if !run.cause.is_empty() {
        rows.push(("cause", run.cause));
    }
    let by = run.by.map(|by| format!(", {}", by.name)).unwrap_or_default();
    let note = if run.note.is_empty() { String::new() } else { format!(": {}", run.note) };
    rows.push(("begun by", format!("{}{by}{note}", words(&run.trigger))));
    rows.push(("queued", moment(&run.queued_at)));
    rows.extend(run.ended_at.map(|at| ("ended", moment(&at))));
    let mut parts = vec![facts(&rows)];
    let warnings = run.plan.iter().flat_map(|plan| &plan.warnings);
    parts.extend(warnings.map(|words| format!("  Warning: {words}.")));
    match (run.counts, run.plan) {
        (Some(counts), _) => parts.push(counts.table()),
        (None, Some(plan)) => parts.push(planned(&plan)),
        (None, None) => {}
    }
    if !run.tables.is_empty() {
        parts.push(drifted(run.tables));
    }
    if !run.segments.is_empty() {
        parts.push(refreshed(run.segments));
    }
    if !run.rejections.is_empty() {
        parts.push(rejected(run.rejections));
    }
    Ok(parts.join("\n\n"))
}

fn planned(plan: &Plan) -> String {
    numbers(&[
        ("members", plan.members, ""),
        ("  create", plan.create, ""),
        ("  update", plan.update, ""),
        ("  unchanged", plan.unchanged, ""),
        ("  invalid", plan.invalid, "our data"),
        ("  refused", plan.refused, "by ActiveCampaign, before"),
        ("leave", plan.leave, "to be unsubscribed from the list"),
        ("imports", plan.requests, "that sending it takes"),
    ])
}

fn drifted(tables: Vec<Table>) -> String {
    let mut shown = table(&["not as declared", "what is wrong", "breaks segments", "breaks exports"]);
    for Table { name, cause, lost_columns, broken_segments, broken_exports } in tables {
        let lost = lost_columns.into_iter().map(|Lost { column, detail }| format!("{column}: {detail}"));
        let wrong: Vec<String> =
            Some(cause).filter(|cause| !cause.is_empty()).into_iter().chain(lost).collect();
        shown.add_row([name, wrong.join("\n"), broken_segments.join(", "), broken_exports.join(", ")]);
    }
    lines(&shown)
}

fn refreshed(segments: Vec<Segment>) -> String {
    let mut shown = table(&["segment", "before", "members", ""]);
    for Segment { name, before, members, cause } in segments {
        let number = |number: Option<u64>| number.map_or_else(|| Cell::new(""), right);
        shown.add_row([Cell::new(name), number(before), number(members), Cell::new(cause)]);
    }
    lines(&shown)
}

fn rejected(reasons: Vec<Reason>) -> String {
    let mut shown = table(&["reason", "profiles", "whose", "what it means", "what to do"]);
    for Reason { reason, whose, meaning, what_to_do, count } in reasons {
        shown.add_row([
            Cell::new(reason),
            right(count),
            Cell::new(whose),
            Cell::new(meaning),
            Cell::new(what_to_do),
        ]);
    }
    lines(&shown)
}

pub(super) fn batches(all: Vec<Value>) -> Result<String, Failure> {
    if all.is_empty() {
        return Ok("It has sent nothing.".to_owned());
    }
    let mut shown =
        table(&["part", "number", "contacts", "refused", "state", "sent", "id in ActiveCampaign"]);
    for one in all {
        let Batch { part, number, contacts, state, provider_id, refused, sent_at } = read(one)?;
        let provider_id = provider_id.unwrap_or_default();
        shown.add_row([
            Cell::new(part),
            right(number),
            right(contacts),
            right(refused),
            Cell::new(state),
            Cell::new(sent_at.as_deref().map(moment).unwrap_or_default()),
            Cell::new(provider_id),
        ]);
    }
    Ok(lines(&shown))
}

pub(super) fn examples(mut found: Value) -> Result<String, Failure> {
    let examples: Vec<Example> = read(found["examples"].take())?;
    if examples.is_empty() {
        return Ok("Its plan holds nobody.".to_owned());
    }
    let mut shown = table(&["what", "profile", "address", ""]);
    for Example { profile, email, kind, detail } in examples {
        // What its fields are called is said with it.
        let detail = said(&detail, &Titles::new());
        shown.add_row([kind, profile, email, detail].map(|text| text.replace(char::is_control, " ")));
    }
    Ok(lines(&shown))
}

/// How a run that has ended ends the program.
pub(super) fn code(run: &Value) -> Code {
    match run["status"].as_str().unwrap_or_default() {
        "succeeded" => Code::Done,
        "succeeded_with_rejections" => Code::DoneWithRejections,
        "stopped_by_brake" => Code::Brake,
        "cancelled" => Code::Interrupted,
        _ => Code::Failure,
    }
}
