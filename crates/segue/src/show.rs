//! What people see. Data goes to standard output, everything else to standard error.

use std::fmt::Write;
use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use activecampaign::List;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use indicatif::{HumanBytes, HumanCount};
use segue_model::{Format, Inspection, Outcome, Owner, PlanSummary, ReasonCount, Report};
use segue_runs::{Cause, Prepared, Unfinished};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::examples::{self, Titles};
use crate::exit::Failure;

pub(crate) const WIDTH: u16 = 110;
const COLUMNS_SHOWN: usize = 30;

/// Writes data to standard output. Who has stopped reading has read enough.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Other(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Whether standard error is for machines: then whatever is said there is one JSON object a line, as the log is.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Says from now on as JSON what is said on standard error. The log must have begun.
pub(crate) fn say_json() {
    IS_JSON.store(true, Ordering::Relaxed);
    // What a defect says would be lines as well, and could repeat somebody's data.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a part of segue stopped unexpectedly: please report this");
    }));
}

/// Says something on standard error. Nothing depends on whether somebody hears it.
pub(crate) fn say(text: &str) {
    if IS_JSON.load(Ordering::Relaxed) {
        tracing::info!("{}", text.trim_start());
    } else {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// Says on standard error why the program ends.
pub(crate) fn say_error(failure: &Failure) {
    if IS_JSON.load(Ordering::Relaxed) {
        tracing::error!("{failure}");
    } else {
        say(&format!("error: {failure}"));
    }
}

/// A number and what is counted.
pub(crate) fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", HumanCount(number), if number == 1 { "" } else { "s" })
}

/// What a source looks like.
pub(crate) fn inspection(path: &str, found: &Inspection) -> String {
    let format = match found.format {
        Format::Csv => "CSV",
        Format::Parquet => "Parquet",
        Format::Ndjson => "NDJSON",
    };
    let files = if found.files.len() == 1 { String::new() } else { format!("{} files, ", found.files.len()) };
    let rows = found.rows.map_or_else(String::new, |rows| format!("{}, ", counted(rows, "row")));
    let columns = found.columns.iter().take(COLUMNS_SHOWN).map(|column| column.name.as_str());
    let columns = columns.collect::<Vec<_>>().join(", ");
    let more = match found.columns.len().saturating_sub(COLUMNS_SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let size = HumanBytes(found.bytes);
    format!("{path}: {format}, {files}{rows}{size}\n  columns: {columns}{more}")
}

/// The account that answered.
pub(crate) fn account(host: &str, list: &List) -> String {
    format!("{host}: key accepted, list {} \"{}\"", list.id, list.name)
}

fn estimate(plan: &PlanSummary) -> String {
    let (requests, minutes) = (plan.imports(), plan.minutes());
    if requests == 0 {
        return "Nothing is to be sent.".to_owned();
    }
    let time = match minutes.ceil() {
        ..=1.0 => "less than a minute".to_owned(),
        whole => format!("about {whole} minutes"),
    };
    let requests = counted(requests, "import request");
    format!("{requests}: sent in {time}, then imported by ActiveCampaign in its own time.")
}

/// What is about to be delivered.
pub(crate) fn planned(prepared: &Prepared) -> String {
    let counts = &prepared.plan.counts;
    let mut text = String::new();
    if prepared.is_resumed {
        text.push_str("Going on with the run that was interrupted.\n");
    }
    let parts = [
        (counts.create, "to create"),
        (counts.update, "to update"),
        (counts.unchanged, "unchanged"),
        (counts.invalid, "invalid"),
        (counts.refused, "refused before"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{} {what}", HumanCount(count))).collect();
    let mut sentence = vec![counted(counts.members, "member")];
    if !parts.is_empty() {
        sentence.push(parts.join(", "));
    }
    let leave = match counts.leave {
        0 => String::new(),
        leave => format!("; {} to leave the list", HumanCount(leave)),
    };
    // Writing to a string does not fail.
    let _ = write!(text, "Plan for {}{leave}\n  {}", sentence.join(": "), estimate(&prepared.plan));
    text
}

/// Numbers under names, the parts of a sum indented.
pub(crate) fn numbers(rows: &[(&str, u64, &str)]) -> String {
    let width = rows.iter().map(|(_, number, _)| HumanCount(*number).to_string().len()).max().unwrap_or(0);
    let lines = rows.iter().map(|(name, number, note)| {
        format!("  {name:<14}{:>width$}  {note}", HumanCount(*number).to_string()).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is known of one thing, a line each.
pub(crate) fn facts(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = rows.iter().map(|(name, value)| format!("  {name:<width$}  {value}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// A time of the API in milliseconds since 1970.
pub(crate) fn millis(at: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(at).ok().map(|at| at.timestamp_millis())
}

/// A time of the API, to the minute.
pub(crate) fn moment(at: &str) -> String {
    at.get(..16).map_or_else(|| at.to_owned(), |minute| format!("{} UTC", minute.replace('T', " ")))
}

pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(header);
    table
}

/// The same with an id in its first column, which can be copied whole.
pub(crate) fn table_by_id(header: &[&str]) -> Table {
    let mut table = table(header);
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    table
}

const CELL: usize = 24;

/// A value that leaves room for others.
pub(crate) fn shortened(value: &str) -> String {
    if value.chars().count() <= CELL {
        return value.to_owned();
    }
    value.chars().take(CELL - 1).chain(std::iter::once('…')).collect()
}

/// Rows of a table, one line each however long.
pub(crate) fn wide(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut shown = table(columns);
    shown.set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        shown.add_row(row.iter().map(|value| shortened(value)));
    }
    lines(&shown)
}

pub(crate) fn lines(table: &Table) -> String {
    table.lines().map(|line| format!(" {}", line.trim_end())).collect::<Vec<_>>().join("\n")
}

fn rejections(counts: &[ReasonCount]) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let mut table = table(&["reason", "profiles", "whose", "what it means", "what to do"]);
    for ReasonCount { reason, count } in counts {
        let whose = match reason.owner() {
            Owner::Invalid => "our data",
            Owner::Refused => "ActiveCampaign",
        };
        table.add_row([
            reason.code(),
            &HumanCount(*count).to_string(),
            whose,
            reason.meaning(),
            reason.advice(),
        ]);
    }
    table.column_mut(1).into_iter().for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    format!("\n\n{}", lines(&table))
}

/// The end of a dry run.
pub(crate) fn rehearsal(prepared: &Prepared, titles: &Titles) -> String {
    let plan = &prepared.plan;
    let counts = &plan.counts;
    let rows = [
        ("members", counts.members, ""),
        ("  create", counts.create, ""),
        ("  update", counts.update, ""),
        ("  unchanged", counts.unchanged, ""),
        ("  invalid", counts.invalid, "our data"),
        ("  refused", counts.refused, "by ActiveCampaign, before"),
        ("leave", counts.leave, "would be unsubscribed from the list"),
    ];
    let mut text = numbers(&rows);
    if counts.forgotten > 0 {
        let rows = counted(counts.forgotten, "row");
        let _ = write!(text, "\n\n  {rows} left out, of people who were forgotten; these are no members.");
    }
    text.push_str(&rejections(&plan.rejected));
    text.push_str(&examples::of_plan(&plan.examples, titles));
    let _ = write!(text, "\n\n  {}", estimate(plan));
    if let Some(unfinished) = &prepared.unfinished {
        let _ = write!(text, "\n  {}", left_over(unfinished));
    }
    text.push_str("\n  Nothing was sent: this is a dry run.");
    text
}

/// What a run would first have to do with.
fn left_over(Unfinished { planned, sent, is_same }: &Unfinished) -> String {
    let (planned, sent) = (counted(*planned, "contact"), HumanCount(*sent));
    let then = if *is_same {
        "A push goes on with it."
    } else {
        "A push first settles those, and then plans anew:\n  it may send fewer than is said here."
    };
    format!("An earlier run is not finished: {sent} of its {planned} may have been sent. {then}")
}

/// The same for machines.
pub(crate) fn rehearsal_json(prepared: &Prepared) -> Value {
    let plan = &prepared.plan;
    let counts = &plan.counts;
    let (requests, minutes) = (plan.imports(), plan.minutes());
    json!({
        "dry_run": true,
        "members": counts.members,
        "create": counts.create,
        "update": counts.update,
        "unchanged": counts.unchanged,
        "leave": counts.leave,
        "invalid": counts.invalid,
        "refused": counts.refused,
        "requests": requests,
        "minutes": minutes,
        "rejections": by_reason(&plan.rejected),
        "examples": plan.examples,
        "unfinished": prepared.unfinished.map(|unfinished| json!({
            "planned": unfinished.planned,
            "sent": unfinished.sent,
            "same_plan": unfinished.is_same,
        })),
    })
}

fn by_reason(counts: &[ReasonCount]) -> Value {
    counts
        .iter()
        .map(|ReasonCount { reason, count }| (reason.code().to_owned(), Value::from(*count)))
        .collect()
}

/// What became of everybody.
#[derive(Deserialize)]
pub(crate) struct Fates {
    pub(crate) members: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    invalid: u64,
    refused: u64,
    unsent: u64,
    left: u64,
}

impl From<&Report> for Fates {
    fn from(report: &Report) -> Self {
        let Report { members, created, updated, unchanged, invalid, refused, unsent, left, .. } = *report;
        Self { members, created, updated, unchanged, invalid, refused, unsent, left }
    }
}

impl Fates {
    pub(crate) fn table(&self) -> String {
        let mut rows = vec![
            ("members", self.members, ""),
            ("  created", self.created, "sent, new to this export"),
            ("  updated", self.updated, "sent, changed since"),
            ("  unchanged", self.unchanged, "not sent"),
            ("  invalid", self.invalid, "our data"),
            ("  refused", self.refused, "by ActiveCampaign"),
        ];
        if self.unsent > 0 {
            rows.push(("  unsent", self.unsent, "the next run sends them"));
        }
        rows.push(("left", self.left, "unsubscribed from the list"));
        numbers(&rows)
    }
}

/// The end of a run.
pub(crate) fn report(report: &Report, is_written: bool) -> String {
    let mut text = Fates::from(report).table();
    text.push_str(&rejections(&report.rejections));
    if !report.rejections.is_empty() && !is_written {
        text.push_str(
            "\n\n  To see every rejected profile, run again with --rejections FILE: nothing is sent twice.",
        );
    }
    let ended = match report.outcome {
        Outcome::Done => "Done",
        Outcome::Interrupted => "Interrupted",
        Outcome::Failed => "Stopped",
    };
    let _ = write!(
        text,
        "\n\n  {ended} in {:.1} s with {}.",
        report.seconds,
        counted(report.requests, "request")
    );
    text
}

/// The same for machines.
pub(crate) fn report_json(report: &Report) -> Value {
    json!({
        "outcome": report.outcome,
        "members": report.members,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "left": report.left,
        "invalid": report.invalid,
        "refused": report.refused,
        "unsent": report.unsent,
        "requests": report.requests,
        "seconds": (report.seconds * 1000.0).round() / 1000.0,
        "rejections": by_reason(&report.rejections),
    })
}

/// Why a run ended early.
pub(crate) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Interrupted | Cause::Left => {
            "Interrupted. What was sent is settled; run again for the rest.".to_owned()
        }
        Cause::ContactLimit => format!(
            "error: {cause}. Raise the account's limit or remove contacts, then run again for the rest."
        ),
        other => format!("error: {other}\nWhat was confirmed is kept; run again to go on."),
    }
}
