//! `segue segments`: who is in.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use comfy_table::{Cell, CellAlignment};
use indicatif::HumanCount;
use segue_model::segment::{Fault, read, write};
use segue_model::{Corrupt, Evaluated, Explanation, Overlap, Source};
use segue_runs::segments::{Refreshed, SegmentError, Segments as Kept, Usage};
use segue_store::{Refresh, Segment};
use serde_json::json;

use crate::exit::{Code, Failure};
use crate::show::{lines, print, say, table, wide};
use crate::tables::read as read_file;
use crate::workspace::Workspace;

#[derive(Debug, Clone, Args)]
pub(crate) struct Segments {
    #[command(flatten)]
    workspace: Workspace,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Save a definition under a name
    Create {
        /// Name of the segment
        name: String,
        /// YAML or JSON file with the definition
        file: PathBuf,
        /// Members stay until it is refreshed by hand or loaded from a list
        #[arg(long = "static")]
        is_static: bool,
        /// Save a draft that is not refreshed with the others
        #[arg(long)]
        inactive: bool,
    },
    /// Replace a segment's definition
    Edit {
        /// Name of the segment
        name: String,
        /// YAML or JSON file with the new definition
        file: PathBuf,
    },
    /// Show a segment with its definition
    Show {
        /// Name of the segment
        name: String,
    },
    /// List all segments
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete a segment that no other asks about
    Delete {
        /// Name of the segment
        name: String,
    },
    /// Save a copy under another name
    Duplicate {
        /// Name of the segment
        name: String,
        /// Name of the copy
        copy: String,
    },
    /// Rename a segment, also where others ask about it
    Rename {
        /// Name of the segment
        name: String,
        /// Its new name
        new: String,
    },
    /// Refresh a segment with all others
    Activate {
        /// Name of the segment
        name: String,
    },
    /// Do not refresh a segment with the others
    Deactivate {
        /// Name of the segment
        name: String,
    },
    /// Keep a segment's members until it is refreshed by hand, or set them from a list of keys
    MakeStatic {
        /// Name of the segment
        name: String,
        /// File with the keys of the members: one a line below a header, or a column named like the key
        #[arg(long, value_name = "FILE")]
        keys: Option<String>,
    },
    /// Let a segment follow its definition again
    MakeDynamic {
        /// Name of the segment
        name: String,
    },
    /// Find a segment's members anew
    Refresh {
        /// Names of the segments
        #[arg(required_unless_present = "all")]
        names: Vec<String>,
        /// Refresh every active segment that is not static
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Count the members of a definition without saving it
    Count {
        /// YAML or JSON file with the definition
        file: PathBuf,
    },
    /// Show the first 100 members
    Preview {
        /// Name of the segment
        name: String,
    },
    /// Write all members with all their columns
    Members {
        /// Name of the segment
        name: String,
        /// Write this CSV file
        #[arg(long, value_name = "FILE", required_unless_present = "parquet", conflicts_with = "parquet")]
        csv: Option<PathBuf>,
        /// Write this Parquet file
        #[arg(long, value_name = "FILE")]
        parquet: Option<PathBuf>,
    },
    /// Show the number of members at every refresh
    History {
        /// Name of the segment
        name: String,
    },
    /// Tell why a profile is in a segment or not
    Explain {
        /// Name of the segment
        name: String,
        /// Key of the profile
        key: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the number of members after each rule
    Inspect {
        /// Name of the segment
        name: String,
    },
    /// Show how many members segments share
    Overlap {
        /// Names of two to sixteen segments
        #[arg(num_args = 2..=16, required = true)]
        names: Vec<String>,
    },
    /// Show what uses a segment and what it uses
    Usage {
        /// Name of the segment
        name: String,
    },
    /// Print the JSON Schema of definitions
    Schema,
}

pub(crate) async fn run(asked: Segments) -> Result<Code, Failure> {
    if matches!(asked.command, Command::Schema) {
        print(segue_model::segment::JSON_SCHEMA.trim_end())?;
        return Ok(Code::Done);
    }
    let open = asked.workspace.open().await?;
    let done = carry_out(&open.segments, asked.command, Utc::now()).await;
    open.close().await;
    done
}

async fn carry_out(kept: &Kept, command: Command, now: DateTime<Utc>) -> Result<Code, Failure> {
    match command {
        Command::Create { name, file, is_static, inactive } => {
            warn(&kept.create(&name, &read_file(&file)?, is_static, !inactive).await?);
        }
        Command::Edit { name, file } => warn(&kept.edit(&name, &read_file(&file)?).await?),
        Command::Delete { name } => kept.delete(&name).await?,
        Command::Duplicate { name, copy } => kept.duplicate(&name, &copy).await?,
        Command::Rename { name, new } => kept.rename(&name, &new).await?,
        Command::Activate { name } => kept.set(&name, Some(true), None).await?,
        Command::Deactivate { name } => kept.set(&name, Some(false), None).await?,
        Command::MakeDynamic { name } => kept.set(&name, None, Some(false)).await?,
        Command::MakeStatic { name, keys } => {
            kept.set(&name, None, Some(true)).await?;
            if let Some(path) = keys {
                let (found, unknown) = kept.load_keys(&name, Source { path }, now).await?;
                print(&format!(
                    "{} members; {} keys are no profiles",
                    HumanCount(found),
                    HumanCount(unknown)
                ))?;
            }
        }
        Command::Refresh { names, all, json } => return refresh(kept, &names, all, json, now).await,
        other => return ask(kept, other, now).await,
    }
    Ok(Code::Done)
}

/// Questions, which change nothing.
async fn ask(kept: &Kept, command: Command, now: DateTime<Utc>) -> Result<Code, Failure> {
    print(&match command {
        Command::Show { name } => shown(&kept.segment(&name).await?)?,
        Command::List { json } => {
            let segments = kept.segments().await?;
            if json { list_json(&segments).to_string() } else { list(&segments) }
        }
        Command::Count { file } => {
            let Evaluated { members, corrupt } = kept.count(&read_file(&file)?, now).await?;
            set_aside(&corrupt).iter().for_each(|line| say(line));
            HumanCount(members).to_string()
        }
        Command::Preview { name } => {
            let preview = kept.preview(&name, 100).await?;
            let names: Vec<&str> = preview.columns.iter().map(String::as_str).collect();
            wide(&names, &preview.rows)
        }
        Command::Members { name, csv, parquet } => {
            let out = csv.or(parquet).unwrap_or_default();
            let rows = kept.write_members(&name, out.clone()).await?;
            format!("{} members written to {}", HumanCount(rows), out.display())
        }
        Command::History { name } => history(&kept.history(&name).await?),
        Command::Explain { name, key, json } => {
            let told = kept.explain(&name, &key, now).await?;
            if json { json!(told).to_string() } else { explained(&told, 0) }
        }
        Command::Inspect { name } => inspected(&kept.inspect(&name, now).await?),
        Command::Overlap { names } => overlapping(&names, &kept.overlap(&names).await?),
        Command::Usage { name } => usage(&kept.usage(&name).await?),
        _ => return Err(Failure::Other("this command is not a question".to_owned())),
    })?;
    Ok(Code::Done)
}

async fn refresh(
    kept: &Kept,
    names: &[String],
    all: bool,
    json: bool,
    now: DateTime<Utc>,
) -> Result<Code, Failure> {
    let mut refreshed = Vec::new();
    if all {
        refreshed = kept.refresh_all(now).await?;
    } else {
        for name in names {
            refreshed.push(kept.refresh(name, now).await?);
        }
    }
    let has_failed = refreshed.iter().any(|one| one.outcome.is_err());
    if json {
        print(&refreshed.iter().map(refreshed_json).collect::<serde_json::Value>().to_string())?;
    } else {
        for one in &refreshed {
            print(&refreshed_line(one))?;
        }
    }
    Ok(if has_failed { Code::WrongInput } else { Code::Done })
}

fn refreshed_line(refreshed: &Refreshed) -> String {
    let Refreshed { name, before, outcome } = refreshed;
    match outcome {
        Ok(Evaluated { members, corrupt }) => {
            set_aside(corrupt).iter().for_each(|line| say(line));
            let change = match before {
                Some(before) if members >= before => format!(" (+{})", HumanCount(members - before)),
                Some(before) => format!(" (-{})", HumanCount(before - members)),
                None => String::new(),
            };
            format!("{name}: {} members{change}", HumanCount(*members))
        }
        Err(error) => {
            let kept = match before {
                Some(before) => format!("its {} members stay in force", HumanCount(*before)),
                None => "it has no members yet".to_owned(),
            };
            format!("{name}: failed, {kept}: {error}")
        }
    }
}

fn refreshed_json(refreshed: &Refreshed) -> serde_json::Value {
    match &refreshed.outcome {
        Ok(found) => {
            json!({"segment": refreshed.name, "members": found.members, "before": refreshed.before, "set_aside": found.corrupt})
        }
        Err(error) => {
            json!({"segment": refreshed.name, "before": refreshed.before, "failed": error.to_string()})
        }
    }
}

/// Rows set aside, in one line each.
pub(crate) fn set_aside(corrupt: &[Corrupt]) -> Vec<String> {
    let line = |corrupt: &Corrupt| {
        let Corrupt { table, reason, rows, first } = corrupt;
        format!("table \"{table}\": {} rows set aside: {reason} (the first: {first})", HumanCount(*rows))
    };
    corrupt.iter().map(line).collect()
}

fn warn(warnings: &[Fault]) {
    warnings.iter().for_each(|warning| say(&warning.to_string()));
}

fn when(ms: Option<i64>) -> String {
    ms.and_then(DateTime::from_timestamp_millis)
        .map_or_else(|| "never".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

fn words(segment: &Segment) -> (&'static str, &'static str) {
    (
        if segment.is_static { "static" } else { "dynamic" },
        if segment.is_active { "active" } else { "inactive" },
    )
}

fn list(segments: &[Segment]) -> String {
    if segments.is_empty() {
        return "There are no segments yet: segue segments create NAME FILE".to_owned();
    }
    let mut shown = table(&["segment", "type", "state", "members", "refreshed"]);
    for segment in segments {
        let (kind, state) = words(segment);
        let members = segment.members.map_or_else(String::new, |members| HumanCount(members).to_string());
        shown.add_row([segment.name.as_str(), kind, state, &members, &when(segment.refreshed_ms)]);
    }
    right(&mut shown, 3);
    lines(&shown)
}

fn right(table: &mut comfy_table::Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn list_json(segments: &[Segment]) -> serde_json::Value {
    let one = |segment: &Segment| {
        let (kind, state) = words(segment);
        json!({"segment": segment.name, "type": kind, "state": state, "members": segment.members,
            "refreshed_ms": segment.refreshed_ms})
    };
    segments.iter().map(one).collect()
}

fn shown(segment: &Segment) -> Result<String, Failure> {
    let (kind, state) = words(segment);
    let members = segment
        .members
        .map_or_else(|| "no members yet".to_owned(), |members| format!("{} members", HumanCount(members)));
    let head =
        format!("# {}: {kind}, {state}, {members}, refreshed {}", segment.name, when(segment.refreshed_ms));
    let definition = read::definition(&segment.definition)
        .map_err(|faults| Failure::from(SegmentError::Faults(faults)))?;
    let yaml = write::yaml(&definition).map_err(|_| Failure::from(SegmentError::Defect))?;
    Ok(format!("{head}\n{}", yaml.trim_end()))
}

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

fn history(refreshes: &[Refresh]) -> String {
    if refreshes.is_empty() {
        return "It was never refreshed.".to_owned();
    }
    let counts: Vec<u64> = refreshes.iter().filter_map(|refresh| refresh.members).collect();
    let mut shown = table(&["refreshed", "members", "seconds", ""]);
    for refresh in refreshes {
        let members =
            refresh.members.map_or_else(|| "failed".to_owned(), |members| HumanCount(members).to_string());
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a refresh")]
        let seconds = format!("{:.1}", refresh.millis as f64 / 1000.0);
        shown.add_row([when(Some(refresh.at_ms)), members, seconds, refresh.words.clone()]);
    }
    right(&mut shown, 1);
    right(&mut shown, 2);
    format!("  {}\n\n{}", sparkline(&counts), lines(&shown))
}

/// The counts as small bars, the largest the highest.
fn sparkline(counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u64| {
        usize::try_from(count * (BARS.len() as u64 - 1) / most).map_or(BARS[0], |height| BARS[height])
    };
    counts.iter().map(bar).collect()
}

fn explained(told: &Explanation, depth: usize) -> String {
    let mark = if told.holds { "✓" } else { "✗" };
    let found = if told.found.is_empty() { String::new() } else { format!(": {}", told.found) };
    let mut text = format!("{}{mark} {}{found}", "  ".repeat(depth), told.condition);
    for part in &told.parts {
        text.push('\n');
        text.push_str(&explained(part, depth + 1));
    }
    text
}

fn inspected(rules: &[(String, u64)]) -> String {
    let mut shown = table(&["rule", "name", "members after it"]);
    for (index, (name, members)) in rules.iter().enumerate() {
        shown.add_row([(index + 1).to_string(), name.clone(), HumanCount(*members).to_string()]);
    }
    right(&mut shown, 2);
    lines(&shown)
}

fn overlapping(names: &[String], overlaps: &[Overlap]) -> String {
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

fn usage(usage: &Usage) -> String {
    let named = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    format!(
        "  used by segments  {}\n  asks segments     {}\n  reads tables      {}",
        named(&usage.used_by),
        named(&usage.segments),
        named(&usage.tables)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparklines_rise_with_their_counts() {
        assert_eq!(sparkline(&[0, 50, 100]), "▁▄█");
        assert_eq!(sparkline(&[0]), "▁");
    }
}
