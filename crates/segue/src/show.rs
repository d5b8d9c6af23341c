//! What people see. Data goes to standard output, everything else to standard error.

use std::fmt::Write;
use std::time::Duration;

use activecampaign::{Client, List};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use segue_model::{Example, Format, Inspection, Outcome, Owner, PlanSummary, ReasonCount, Report};
use segue_runs::{Cause, Phase, Prepared, Progress, Snapshot};
use serde_json::{Value, json};

const WIDTH: u16 = 110;
// What the provider takes in one import, and in a minute.
const CONTACTS_PER_IMPORT: u64 = 250;
const BYTES_PER_IMPORT: u64 = 390_000;
const IMPORTS_PER_MINUTE: f64 = 100.0;

/// What a source looks like.
pub(crate) fn inspection(path: &str, found: &Inspection) -> String {
    let format = match found.format {
        Format::Csv => "CSV",
        Format::Parquet => "Parquet",
        Format::Ndjson => "NDJSON",
    };
    let files = if found.files.len() == 1 { String::new() } else { format!("{} files, ", found.files.len()) };
    let rows = found.rows.map_or_else(String::new, |rows| format!("{} rows, ", HumanCount(rows)));
    let columns: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    let size = HumanBytes(found.bytes);
    format!("{path}: {format}, {files}{rows}{size}\n  columns: {}", columns.join(", "))
}

/// The account that answered.
pub(crate) fn account(host: &str, list: &List) -> String {
    format!("{host}: key accepted, list {} \"{}\"", list.id, list.name)
}

fn sends(plan: &PlanSummary) -> u64 {
    plan.counts.create + plan.counts.update
}

/// Import requests that a plan takes, and the minutes that the provider's limit makes of them.
fn cost(plan: &PlanSummary) -> (u64, f64) {
    let by_count =
        sends(plan).div_ceil(CONTACTS_PER_IMPORT) + plan.counts.leave.div_ceil(CONTACTS_PER_IMPORT);
    let requests = by_count.max(plan.bytes.div_ceil(BYTES_PER_IMPORT));
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let minutes = requests as f64 / IMPORTS_PER_MINUTE;
    (requests, minutes)
}

fn estimate(plan: &PlanSummary) -> String {
    let (requests, minutes) = cost(plan);
    let time = if minutes < 1.0 { "less than a minute".to_owned() } else { format!("{minutes:.0} minutes") };
    format!(
        "{} import requests, {time} at ActiveCampaign's limit, and the time that it takes to import",
        HumanCount(requests)
    )
}

/// What is about to be delivered.
pub(crate) fn planned(prepared: &Prepared) -> String {
    let counts = &prepared.plan.counts;
    let mut text = String::new();
    if prepared.is_resumed {
        text.push_str("Going on with the run that was interrupted.\n");
    }
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "Plan: {} members: {} to create, {} to update, {} unchanged, {} invalid, {} refused before; {} to leave the list\n  {}",
        HumanCount(counts.members),
        HumanCount(counts.create),
        HumanCount(counts.update),
        HumanCount(counts.unchanged),
        HumanCount(counts.invalid),
        HumanCount(counts.refused),
        HumanCount(counts.leave),
        estimate(&prepared.plan),
    );
    text
}

/// Numbers under names, the parts of a sum indented.
fn numbers(rows: &[(&str, u64, &str)]) -> String {
    let width = rows.iter().map(|(_, number, _)| HumanCount(*number).to_string().len()).max().unwrap_or(0);
    let lines = rows.iter().map(|(name, number, note)| {
        format!("  {name:<14}{:>width$}  {note}", HumanCount(*number).to_string()).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(header);
    table
}

fn lines(table: &Table) -> String {
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
pub(crate) fn rehearsal(plan: &PlanSummary) -> String {
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
    text.push_str(&rejections(&plan.rejected));
    let mut kind = "";
    for example in &plan.examples {
        if example.kind != kind {
            kind = &example.kind;
            let _ = write!(text, "\n\n  Examples: {kind}");
        }
        let Example { profile, email, detail, .. } = example;
        let shown: Vec<&str> = [profile, email, detail]
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let _ = write!(text, "\n    {}", shown.join("  "));
    }
    let _ = write!(text, "\n\n  {}\n  Nothing was sent.", estimate(plan));
    text
}

/// The same for machines.
pub(crate) fn rehearsal_json(plan: &PlanSummary) -> Value {
    let counts = &plan.counts;
    let (requests, minutes) = cost(plan);
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
    })
}

fn by_reason(counts: &[ReasonCount]) -> Value {
    counts
        .iter()
        .map(|ReasonCount { reason, count }| (reason.code().to_owned(), Value::from(*count)))
        .collect()
}

/// The end of a run.
pub(crate) fn report(report: &Report, is_written: bool) -> String {
    let mut rows = vec![
        ("members", report.members, ""),
        ("  created", report.created, "sent, new to this export"),
        ("  updated", report.updated, "sent, changed since"),
        ("  unchanged", report.unchanged, "not sent"),
        ("  invalid", report.invalid, "our data"),
        ("  refused", report.refused, "by ActiveCampaign"),
    ];
    if report.unsent > 0 {
        rows.push(("  unsent", report.unsent, "the next run sends them"));
    }
    rows.push(("left", report.left, "unsubscribed from the list"));
    let mut text = numbers(&rows);
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
        "\n\n  {ended} in {:.1} s with {} requests.",
        report.seconds,
        HumanCount(report.requests)
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
        Cause::Interrupted => "Interrupted. What was sent is settled; run again for the rest.".to_owned(),
        Cause::ContactLimit => format!(
            "error: {cause}. Raise the account's limit or remove contacts, then run again for the rest."
        ),
        other => format!("error: {other}\nWhat was confirmed is kept; run again to go on."),
    }
}

/// Shows how far a run has come, where somebody watches.
pub(crate) struct Bar {
    bar: ProgressBar,
    ticker: tokio::task::JoinHandle<()>,
}

const TICK: Duration = Duration::from_millis(200);

impl Bar {
    pub(crate) fn start(progress: Progress, client: Client) -> Self {
        let bar = ProgressBar::no_length();
        let shown = bar.clone();
        let ticker = tokio::spawn(async move {
            let mut phase = None;
            loop {
                let snapshot = progress.snapshot();
                if phase.replace(snapshot.phase) != Some(snapshot.phase) {
                    shown.set_style(style(snapshot.phase));
                    shown.reset();
                }
                show(&shown, &snapshot, client.usage().waiting > 0);
                tokio::time::sleep(TICK).await;
            }
        });
        Self { bar, ticker }
    }

    /// Says something without tearing the bar.
    pub(crate) fn say(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    pub(crate) fn stop(self) {
        self.ticker.abort();
        self.bar.finish_and_clear();
    }
}

fn style(phase: Phase) -> ProgressStyle {
    let template = match phase {
        Phase::Delivering | Phase::Recovering => {
            "  {msg} [{bar:30}] {human_pos}/{human_len}  {per_sec}, {eta} left"
        }
        Phase::Planning | Phase::Explaining | Phase::Settling => "  {spinner} {msg}",
    };
    // A template that is wrong is shown as the default one.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

fn show(bar: &ProgressBar, snapshot: &Snapshot, is_waiting: bool) {
    match snapshot.phase {
        Phase::Planning => {
            bar.set_message(format!("Reading and planning: {} rows", HumanCount(snapshot.read)))
        }
        Phase::Explaining => bar.set_message("Asking why contacts were refused"),
        Phase::Settling => bar.set_message("Settling"),
        Phase::Recovering | Phase::Delivering => {
            bar.set_length(snapshot.planned);
            bar.set_position(snapshot.confirmed);
            let waits = if is_waiting { ", waiting for the limit" } else { "" };
            bar.set_message(format!("Delivering ({} sent{waits})", HumanCount(snapshot.posted)));
        }
    }
    bar.tick();
}
