//! What people and programs see of segments.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use comfy_table::{Cell, CellAlignment};
use indicatif::HumanCount;
use segue_model::segment::{Definition, Fault, read, write};
use segue_model::{Corrupt, Evaluated, ExplanationText, LoadedKeys, Overlap, Preview};
use segue_runs::segments::{Refreshed, SeenSegment, SegmentError, Usage};
use segue_store::{ExportName, Refresh, Segment};
use serde_json::json;

use crate::exit::{Code, Failure};
use crate::show::{counted, lines, print, say, table, wide};

/// What became of refreshes. What is the same of several segments is told in full once.
pub(super) fn refreshed(all: &[Refreshed], json: bool) -> Result<Code, Failure> {
    if json {
        print(&all.iter().map(refreshed_json).collect::<serde_json::Value>().to_string())?;
    } else {
        all.iter().enumerate().try_for_each(|(index, one)| print(&refreshed_line(one, &all[..index])))?;
        let found = all.iter().filter_map(|one| one.outcome.as_ref().ok());
        let corrupt: BTreeSet<&Corrupt> = found.flat_map(|found| &found.corrupt).collect();
        let corrupt: Vec<Corrupt> = corrupt.into_iter().cloned().collect();
        set_aside(&corrupt, true).iter().for_each(|line| say(line));
    }
    let has_failed = all.iter().any(|one| one.outcome.is_err());
    Ok(if has_failed { Code::WrongInput } else { Code::Done })
}

fn refreshed_line(refreshed: &Refreshed, earlier: &[Refreshed]) -> String {
    let Refreshed { name, before, outcome, .. } = refreshed;
    match outcome {
        Ok(Evaluated { members, .. }) => {
            let change = match before {
                Some(before) if members >= before => format!(" (+{})", HumanCount(members - before)),
                Some(before) => format!(" (-{})", HumanCount(before - members)),
                None => String::new(),
            };
            format!("{name}: {}{change}", counted(*members, "member"))
        }
        Err(error) => {
            let kept = match before {
                Some(before) => format!("its {} members stay in force", HumanCount(*before)),
                None => "it has no members yet".to_owned(),
            };
            let words = error.shown();
            let is_same =
                |other: &&Refreshed| other.outcome.as_ref().is_err_and(|error| error.shown() == words);
            match earlier.iter().find(is_same) {
                Some(other) => format!("{name}: failed, {kept}: for the same reason as {}", other.name),
                None => format!("{name}: failed, {kept}: {words}"),
            }
        }
    }
}

fn refreshed_json(refreshed: &Refreshed) -> serde_json::Value {
    match &refreshed.outcome {
        Ok(found) => {
            json!({"segment": refreshed.name, "members": found.members, "before": refreshed.before, "set_aside": found.corrupt})
        }
        Err(error) => {
            json!({"segment": refreshed.name, "before": refreshed.before, "failed": error.shown()})
        }
    }
}

/// Rows set aside, in one line each; and how to list them.
pub(crate) fn set_aside(corrupt: &[Corrupt], has_hint: bool) -> Vec<String> {
    let line = |Corrupt { table, reason, rows, first }: &Corrupt| {
        let rows = counted(*rows, "row");
        format!("table \"{table}\": {rows} set aside: {reason} (the first: {first})")
    };
    let mut lines: Vec<String> = corrupt.iter().map(line).collect();
    // Reports are sorted by table.
    let mut tables: Vec<&str> = corrupt.iter().map(|corrupt| corrupt.table.as_str()).collect();
    tables.dedup();
    if has_hint {
        let hint = |table: &&str| format!("to list them: segue tables check {table} --set-aside FILE");
        lines.extend(tables.iter().map(hint));
    }
    lines
}

pub(super) fn counted_members(found: &Evaluated) -> String {
    set_aside(&found.corrupt, true).iter().for_each(|line| say(line));
    HumanCount(found.members).to_string()
}

pub(super) fn counted_json(found: &Evaluated) -> serde_json::Value {
    json!({"members": found.members, "set_aside": found.corrupt})
}

/// The first members, and of how many.
pub(super) fn previewed(preview: &Preview, members: Option<u64>) -> String {
    let names: Vec<&str> = preview.columns.iter().map(String::as_str).collect();
    let shown = wide(&names, &preview.rows);
    let rows = preview.rows.len() as u64;
    match members.filter(|members| *members > rows) {
        Some(members) => {
            format!("{shown}\n\n  {} of {}", HumanCount(rows), counted(members, "member"))
        }
        None => shown,
    }
}

pub(super) fn preview_json(preview: &Preview, members: Option<u64>) -> serde_json::Value {
    json!({"columns": preview.columns, "rows": preview.rows, "members": members})
}

/// What became of a list of keys.
pub(super) fn loaded(loaded: &LoadedKeys) -> String {
    let LoadedKeys { members, unknown, examples } = loaded;
    let members = counted(*members, "member");
    let more = if *unknown > examples.len() as u64 { ", …" } else { "" };
    let named = format!("{}{more}", examples.join(", "));
    match unknown {
        0 => members,
        1 => format!("{members}; 1 key is no profile's: {named}"),
        _ => format!("{members}; {} keys are no profile's: {named}", HumanCount(*unknown)),
    }
}

pub(super) fn warn(warnings: &[Fault]) {
    warnings.iter().for_each(|warning| say(&warning.to_string()));
}

fn when(ms: Option<i64>) -> String {
    ms.and_then(DateTime::from_timestamp_millis)
        .map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// The latest refresh, if it failed.
fn failed(seen: &SeenSegment) -> Option<&Refresh> {
    seen.latest.as_ref().filter(|latest| latest.members.is_none())
}

fn words(segment: &Segment) -> (&'static str, &'static str) {
    (
        if segment.is_static { "static" } else { "dynamic" },
        if segment.is_active { "active" } else { "inactive" },
    )
}

pub(super) fn list(segments: &[Arc<SeenSegment>]) -> String {
    if segments.is_empty() {
        return "There are no segments yet: segue segments create NAME FILE".to_owned();
    }
    let mut shown = table(&["segment", "type", "state", "members", "refreshed", "description"]);
    for seen in segments {
        let segment = &seen.segment;
        let (kind, state) = words(segment);
        let members = segment.members.map_or_else(String::new, |members| HumanCount(members).to_string());
        let description = segment.description.replace('\n', " ");
        let mut refreshed = when(segment.refreshed_ms);
        if let Some(failed) = failed(seen) {
            refreshed.push_str(&format!(", failed {}", when(Some(failed.at_ms))));
        }
        shown.add_row([segment.name.as_str(), kind, state, &members, &refreshed, &description]);
    }
    right(&mut shown, 3);
    lines(&shown)
}

fn right(table: &mut comfy_table::Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

pub(super) fn list_json(segments: &[Arc<SeenSegment>]) -> serde_json::Value {
    segments.iter().map(|seen| segment_json(seen)).collect()
}

fn segment_json(seen: &SeenSegment) -> serde_json::Value {
    let (segment, failed) = (&seen.segment, failed(seen));
    let (kind, state) = words(segment);
    json!({"segment": segment.name, "description": segment.description, "type": kind, "state": state,
        "members": segment.members, "refreshed_ms": segment.refreshed_ms,
        "failed_ms": failed.map(|failed| failed.at_ms), "failed": failed.map(|failed| &failed.words)})
}

fn definition(segment: &Segment) -> Result<Definition, Failure> {
    read::definition(&segment.definition).map_err(|faults| SegmentError::Faults(faults).into())
}

pub(super) fn shown(seen: &SeenSegment) -> Result<String, Failure> {
    let segment = &seen.segment;
    let (kind, state) = words(segment);
    let members = segment.members.map_or_else(
        || "never refreshed".to_owned(),
        |members| format!("{}, refreshed {}", counted(members, "member"), when(segment.refreshed_ms)),
    );
    let mut head = format!("# {}: {kind}, {state}, {members}", segment.name);
    if let Some(failed) = failed(seen) {
        // Reasons can have several lines, and what is printed is to be saved again.
        let words = failed.words.replace('\n', "\n#");
        head.push_str(&format!("\n# its latest refresh failed, {}: {words}", when(Some(failed.at_ms))));
    }
    for line in segment.description.lines() {
        head.push_str(&format!("\n# {line}"));
    }
    let yaml = write::yaml(&definition(segment)?).map_err(|_| Failure::from(SegmentError::Defect))?;
    Ok(format!("{head}\n{}", yaml.trim_end()))
}

pub(super) fn shown_json(seen: &SeenSegment) -> Result<serde_json::Value, Failure> {
    let mut json = segment_json(seen);
    json["definition"] = write::definition(&definition(&seen.segment)?);
    Ok(json)
}

/// The latest refreshes that have a bar: as many as fit in a line.
const BARS_SHOWN: usize = 60;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(super) fn history(refreshes: &[Refresh]) -> String {
    if refreshes.is_empty() {
        return "It was never refreshed.".to_owned();
    }
    let counts: Vec<u64> = refreshes.iter().filter_map(|refresh| refresh.members).collect();
    let counts = &counts[counts.len().saturating_sub(BARS_SHOWN)..];
    let mut shown = table(&["refreshed", "members", "seconds", ""]);
    for refresh in refreshes {
        let members =
            refresh.members.map_or_else(|| "failed".to_owned(), |members| HumanCount(members).to_string());
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a refresh")]
        let seconds = format!("{:.1}", refresh.millis as f64 / 1000.0);
        // Some are seconds apart.
        let at = DateTime::from_timestamp_millis(refresh.at_ms)
            .map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string());
        let told = match refresh.set_aside {
            _ if refresh.is_loaded => "loaded from a list".to_owned(),
            0 => refresh.words.clone(),
            1 => "1 row set aside".to_owned(),
            rows => format!("{} rows set aside", HumanCount(rows)),
        };
        shown.add_row([at, members, seconds, told]);
    }
    right(&mut shown, 1);
    right(&mut shown, 2);
    let range = match (counts.iter().min(), counts.iter().max()) {
        (Some(least), Some(most)) if least < most => {
            format!("  {} to {}", HumanCount(*least), counted(*most, "member"))
        }
        _ => String::new(),
    };
    format!("  {}{range}\n\n{}", sparkline(counts), lines(&shown))
}

pub(super) fn history_json(refreshes: &[Refresh]) -> serde_json::Value {
    let one = |refresh: &Refresh| {
        let failed = refresh.members.is_none().then_some(&refresh.words);
        json!({"at_ms": refresh.at_ms, "milliseconds": refresh.millis, "members": refresh.members, "failed": failed,
            "set_aside": refresh.set_aside, "loaded": refresh.is_loaded})
    };
    refreshes.iter().map(one).collect()
}

/// The counts as small bars, from the smallest to the largest: of a million members a change of a hundred is to be seen.
fn sparkline(counts: &[u64]) -> String {
    let least = counts.iter().copied().min().unwrap_or(0);
    let range = counts.iter().copied().max().unwrap_or(0) - least;
    let highest = BARS.len() as u64 - 1;
    let bar = |count: &u64| {
        let height = ((count - least) * highest).checked_div(range).unwrap_or(highest / 2);
        usize::try_from(height).map_or(BARS[0], |height| BARS[height])
    };
    counts.iter().map(bar).collect()
}

pub(super) fn explained(told: &ExplanationText, depth: usize) -> String {
    let mark = if told.holds { "✓" } else { "✗" };
    let found = if told.found.is_empty() { String::new() } else { format!(": {}", told.found) };
    let mut text = format!("{}{mark} {}{found}", "  ".repeat(depth), told.condition);
    for part in &told.parts {
        text.push('\n');
        text.push_str(&explained(part, depth + 1));
    }
    text
}

pub(super) fn inspected(rules: &[(String, u64)]) -> String {
    let mut shown = table(&["rule", "name", "members after it"]);
    for (index, (name, members)) in rules.iter().enumerate() {
        shown.add_row([(index + 1).to_string(), name.clone(), HumanCount(*members).to_string()]);
    }
    right(&mut shown, 2);
    lines(&shown)
}

pub(super) fn inspected_json(rules: &[(String, u64)]) -> serde_json::Value {
    let one = |(name, members): &(String, u64)| json!({"rule": name, "members_after": members});
    rules.iter().map(one).collect()
}

pub(super) fn overlapping(names: &[String], overlaps: &[Overlap]) -> String {
    let mut header: Vec<&str> = names.iter().map(String::as_str).collect();
    header.push("profiles");
    let mut shown = table(&header);
    for overlap in overlaps {
        let mut row: Vec<Cell> =
            overlap.of.iter().map(|is_in| Cell::new(if *is_in { "in" } else { "" })).collect();
        row.push(Cell::new(HumanCount(overlap.profiles)));
        shown.add_row(row);
    }
    right(&mut shown, names.len());
    lines(&shown)
}

pub(super) fn overlapping_json(names: &[String], overlaps: &[Overlap]) -> serde_json::Value {
    let one = |overlap: &Overlap| {
        let members = names.iter().zip(&overlap.of).filter(|(_, is_in)| **is_in);
        let members: Vec<&String> = members.map(|(name, _)| name).collect();
        json!({"members_of_exactly": members, "profiles": overlap.profiles})
    };
    overlaps.iter().map(one).collect()
}

pub(super) fn usage(usage: &Usage) -> String {
    let named = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    let exports: Vec<String> = usage.exports.iter().map(|export| export.name.clone()).collect();
    format!(
        "  used by segments     {}\n  used by exports      {}\n  asks about segments  {}\n  reads tables         {}",
        named(&usage.used_by),
        named(&exports),
        named(&usage.segments),
        named(&usage.tables)
    )
}

pub(super) fn usage_json(usage: &Usage) -> serde_json::Value {
    let export = |export: &ExportName| json!({"id": export.id, "name": export.name});
    let exports: Vec<_> = usage.exports.iter().map(export).collect();
    json!({"used_by": usage.used_by, "exports": exports, "asks_about": usage.segments, "tables": usage.tables})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_names_exports() {
        let used = Usage {
            used_by: vec!["rest".into()],
            exports: vec![ExportName { id: "x-1".into(), name: "Weekly letter".into() }],
            segments: Vec::new(),
            tables: vec!["profiles".into()],
        };
        assert!(usage(&used).contains("\n  used by exports      Weekly letter\n"));
        assert_eq!(usage_json(&used)["exports"], json!([{"id": "x-1", "name": "Weekly letter"}]));
    }

    #[test]
    fn sparklines_rise_with_their_counts() {
        assert_eq!(sparkline(&[0, 50, 100]), "▁▄█");
        assert_eq!(sparkline(&[1_000_000, 1_000_100, 1_000_050]), "▁█▄");
        assert_eq!(sparkline(&[7]), "▄");
        assert_eq!(sparkline(&[]), "");
    }

    fn refresh(at_ms: i64, members: u64) -> Refresh {
        Refresh {
            at_ms,
            millis: 100,
            members: Some(members),
            words: String::new(),
            set_aside: 0,
            is_loaded: false,
        }
    }

    #[test]
    fn a_history_tells_seconds_and_has_bars_for_one_line() {
        let refreshes: Vec<Refresh> = (0..100).map(|index| refresh(1000 * index, 200)).collect();
        let shown = history(&refreshes);
        assert!(shown.contains("1970-01-01 00:00:07 UTC"), "{shown}");
        assert_eq!(shown.lines().next().unwrap().trim(), "▄".repeat(60));
        assert!(history(&[refresh(0, 10), refresh(1, 2000)]).starts_with("  ▁█  10 to 2,000 members\n"));
        let loaded = history(&[refresh(0, 10), Refresh { is_loaded: true, ..refresh(1, 2) }]);
        assert_eq!(loaded.matches("loaded from a list").count(), 1, "{loaded}");
    }

    #[test]
    fn keys_that_are_nobodys_are_named() {
        let mut keys = LoadedKeys { members: 1, unknown: 2, examples: vec!["8".into(), "9".into()] };
        assert_eq!(loaded(&keys), "1 member; 2 keys are no profile's: 8, 9");
        keys.unknown = 12;
        assert_eq!(loaded(&keys), "1 member; 12 keys are no profile's: 8, 9, …");
    }

    #[test]
    fn a_preview_says_of_how_many() {
        let preview = Preview { columns: vec!["id".into()], rows: vec![vec!["1".into()]] };
        assert!(previewed(&preview, Some(1234)).ends_with("\n\n  1 of 1,234 members"));
        assert!(!previewed(&preview, Some(1)).contains("member"));
        assert_eq!(preview_json(&preview, Some(3))["members"], 3);
    }
}
