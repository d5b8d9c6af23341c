//! `segue tables`: what segments can speak of.

mod add;
mod remote;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use comfy_table::Cell;
use indicatif::HumanCount;
use segue_model::segment::{Meaning, Table, TableColumn};
use segue_model::{Described, StoredTable};
use segue_runs::segments::{Drift, Segments};
use serde_json::json;

use self::add::Add;
use crate::api::ServerOptions;
use crate::exit::{Code, Failure};
use crate::segments::set_aside;
use crate::show::{counted, lines, print, say, shortened, table, wide};
use crate::suggest;
use crate::workspace::{Open, Workspace, by_command};

#[derive(Debug, Clone, Args)]
pub(crate) struct Tables {
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    workspace: Workspace,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Add a table, or declare one anew with --replace
    Add(Add),
    /// List all tables
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a table: columns, rows, empty and different values, the most frequent ones, a sample
    Show {
        /// Name of the table
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look for what is wrong with a table: lost columns, rows that cannot be used, keys that are not unique
    Check {
        /// Name of the table
        name: String,
        /// Write every row that cannot be used, where it stands and why, to this CSV file
        #[arg(long, value_name = "FILE")]
        set_aside: Option<PathBuf>,
    },
    /// Declare a condition of a table by name, as consent; segments and --require use it
    Condition {
        /// Name of the table
        table: String,
        /// Name of the condition
        name: String,
        /// File with the condition; without it the condition is taken back
        file: Option<PathBuf>,
    },
    /// Remove a table that nothing uses; its files stay
    Remove {
        /// Name of the table
        name: String,
    },
}

pub(crate) async fn run(tables: Tables) -> Result<Code, Failure> {
    let words = done(&tables.command);
    let done = carry_out_somewhere(tables).await;
    if let Some(words) = words.filter(|_| done.is_ok()) {
        say(&words);
    }
    done
}

async fn carry_out_somewhere(tables: Tables) -> Result<Code, Failure> {
    if let Some(api) = tables.server.api()? {
        return remote::carry_out(&api, tables.command).await;
    }
    let open = tables.workspace.open().await?;
    let done = carry_out(&open, tables.command).await;
    open.close().await;
    done
}

/// What a command has done that prints nothing by itself.
fn done(command: &Command) -> Option<String> {
    Some(match command {
        Command::Condition { table, name, file: Some(_) } => {
            format!("table \"{table}\" declares condition \"{name}\"")
        }
        Command::Condition { table, name, file: None } => {
            format!("table \"{table}\" does not declare condition \"{name}\" any more")
        }
        Command::Remove { name } => format!("table \"{name}\" is removed; its files stay"),
        _ => return None,
    })
}

async fn carry_out(open: &Open, command: Command) -> Result<Code, Failure> {
    let segments = &open.segments;
    match command {
        Command::Add(add) => {
            let has_kinds = add.has_kinds();
            let added = add::add(segments, add).await?;
            print(&columns(&added))?;
            if has_kinds {
                let (_, described) = segments.describe(&added.table.name, None).await?;
                set_aside(&described.corrupt, true).iter().for_each(|line| say(line));
            }
        }
        Command::List { json } => {
            let tables = segments.tables().await?;
            print(&if json { list_json(&tables).to_string() } else { list(&tables) })?;
        }
        Command::Show { name, json } => {
            let (stored, described) = segments.describe(&name, None).await?;
            print(&if json {
                described_json(&stored, &described).to_string()
            } else {
                shown(&stored, &described)
            })?;
        }
        Command::Check { name, set_aside } => return check(segments, &name, set_aside).await,
        Command::Condition { table, name, file } => {
            let text = file.map(|file| read(&file)).transpose()?;
            segments.declare(&table, None, &name, text.as_deref(), &by_command()).await?;
        }
        Command::Remove { name } => segments.remove_table(&name, None, &by_command()).await?,
    }
    Ok(Code::Done)
}

async fn check(segments: &Segments, name: &str, set_aside: Option<PathBuf>) -> Result<Code, Failure> {
    if let Some(drift) = segments.drift(name).await? {
        print(&drifted(&drift))?;
        return Ok(Code::DoneWithRejections);
    }
    let is_listed = set_aside.is_some();
    let (stored, described) = segments.describe(name, set_aside).await?;
    sound(name, described.rows, &faults(&stored, &described, !is_listed))
}

/// What is wrong with the rows of a table, if anything is.
fn sound(name: &str, rows: u64, faults: &[String]) -> Result<Code, Failure> {
    if faults.is_empty() {
        print(&format!("table \"{name}\": {}, nothing wrong", counted(rows, "row")))?;
        return Ok(Code::Done);
    }
    print(&faults.join("\n"))?;
    Ok(Code::DoneWithRejections)
}

/// What a table has lost, and what that breaks. Its rows are not looked at: they cannot be read as declared.
fn drifted(drift: &Drift) -> String {
    let mut lines: Vec<String> = drift.columns.iter().map(|drifted| drifted.words.clone()).collect();
    lines.push(match &drift.segments[..] {
        [] => "this breaks no segment".to_owned(),
        segments => format!("this breaks segments: {}", segments.join(", ")),
    });
    if !drift.exports.is_empty() {
        lines.push(format!("this breaks exports: {}", drift.exports.join(", ")));
    }
    let broken = match (drift.segments.is_empty(), drift.exports.is_empty()) {
        (true, true) => "",
        (true, false) => ", and edit these exports",
        (false, false) => ", and edit these segments and exports",
        (false, true) => ", and edit these segments",
    };
    lines.push(format!("if it is meant, declare the table anew with segue tables add --replace{broken}"));
    lines.join("\n")
}

/// A text file that a person names.
pub(crate) fn read(file: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::Input(format!("{} cannot be read: {error}", file.display())))
}

fn list(tables: &[StoredTable]) -> String {
    if tables.is_empty() {
        return "There are no tables yet: segue tables add profiles FILE --key COLUMN".to_owned();
    }
    let mut shown = table(&["table", "key", "columns", "belongs to", "source"]);
    for StoredTable { table, source } in tables {
        let ways: Vec<String> = table
            .relationships
            .iter()
            .map(|way| format!("{} = {}.{}", way.column, way.to_table, way.to_column))
            .collect();
        let key = table.key.clone().unwrap_or_default();
        shown.add_row([&table.name, &key, &table.columns.len().to_string(), &ways.join(", "), &source.path]);
    }
    lines(&shown)
}

fn list_json(tables: &[StoredTable]) -> serde_json::Value {
    let one = |StoredTable { table, source }: &StoredTable| {
        let columns = table.columns.iter().map(|column| {
            json!({"name": column.name, "kind": column.kind.word(), "meaning": column.meaning.map(Meaning::word)})
        });
        json!({"table": table.name, "key": table.key, "columns": columns.collect::<Vec<_>>(),
            "relationships": table.relationships, "conditions": table.conditions.keys().collect::<Vec<_>>(),
            "source": source.path})
    };
    tables.iter().map(one).collect()
}

/// What a column is to people, or that it tells rows apart.
fn is(table: &Table, column: &TableColumn) -> &'static str {
    let is_key = table.key.as_deref() == Some(column.name.as_str());
    if is_key { "key" } else { column.meaning.map_or("", Meaning::word) }
}

/// The columns that a table was found to have.
fn columns(stored: &StoredTable) -> String {
    let mut shown = table(&["column", "kind", "is"]);
    for column in &stored.table.columns {
        shown.add_row([column.name.as_str(), column.kind.word(), is(&stored.table, column)]);
    }
    lines(&shown)
}

/// The ways to other tables, and what definitions call them.
fn relationships(of: &Table) -> String {
    let mut shown = table(&["column", "belongs to", "name for via"]);
    for way in &of.relationships {
        shown.add_row([&way.column, &format!("{}.{}", way.to_table, way.to_column), &way.name]);
    }
    lines(&shown)
}

const SHOWN_FREQUENT: usize = 4;

fn shown(stored: &StoredTable, described: &Described) -> String {
    let mut shown = table(&["column", "kind", "is", "empty", "different", "most frequent"]);
    for (column, found) in stored.table.columns.iter().zip(&described.columns) {
        let frequent = found.frequent.iter().take(SHOWN_FREQUENT);
        let frequent: Vec<String> =
            frequent.map(|(value, rows)| format!("{} ({})", shortened(value), HumanCount(*rows))).collect();
        shown.add_row([
            Cell::new(&column.name),
            Cell::new(column.kind.word()),
            Cell::new(is(&stored.table, column)),
            Cell::new(HumanCount(found.empty)),
            Cell::new(HumanCount(found.distinct)),
            Cell::new(frequent.join(", ")),
        ]);
    }
    let names: Vec<&str> = stored.table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut text =
        format!("  {} in {}\n\n{}", counted(described.rows, "row"), stored.source.path, lines(&shown));
    if !described.sample.is_empty() {
        text.push_str(&format!("\n\n{}", wide(&names, &described.sample)));
    }
    if !stored.table.relationships.is_empty() {
        text.push_str(&format!("\n\n{}", relationships(&stored.table)));
    }
    if !stored.table.conditions.is_empty() {
        let names: Vec<&str> = stored.table.conditions.keys().map(String::as_str).collect();
        text.push_str(&format!("\n\n  conditions: {}", names.join(", ")));
    }
    if let Some(options) = suggest::all(&stored.table).filter(|_| stored.table.key.is_some()) {
        text.push_str(&format!("\n\n  data matching for segue push: {options}"));
    }
    for fault in faults(stored, described, true) {
        text.push_str(&format!("\n\n  {fault}"));
    }
    text
}

/// What is wrong with a table's rows; and unless they are listed already, how to list them.
fn faults(stored: &StoredTable, described: &Described, has_hint: bool) -> Vec<String> {
    let mut faults = set_aside(&described.corrupt, has_hint);
    let name = &stored.table.name;
    if !described.duplicate_keys.is_empty() {
        let keys = described.duplicate_keys.join(", ");
        faults.push(format!("table \"{name}\": keys must be unique, and these are not: {keys}"));
    }
    if described.without_key > 0 {
        let rows = counted(described.without_key, "row");
        faults.push(format!("table \"{name}\": {rows} without a key"));
    }
    faults
}

fn described_json(stored: &StoredTable, described: &Described) -> serde_json::Value {
    let columns: Vec<serde_json::Value> = stored
        .table
        .columns
        .iter()
        .zip(&described.columns)
        .map(|(column, found)| {
            json!({"name": column.name, "kind": column.kind.word(), "meaning": column.meaning.map(Meaning::word),
                "empty": found.empty, "different": found.distinct, "frequent": found.frequent})
        })
        .collect();
    json!({"table": stored.table.name, "relationships": stored.table.relationships, "rows": described.rows,
        "columns": columns, "sample": described.sample,
        "set_aside": described.corrupt, "duplicate_keys": described.duplicate_keys, "without_key": described.without_key})
}

#[cfg(test)]
mod tests {
    use segue_model::Drifted;

    use super::*;

    fn drift(exports: Vec<String>) -> Drift {
        let columns = vec![Drifted { column: "tier".into(), words: "column \"tier\" is gone".into() }];
        Drift { columns, segments: Vec::new(), exports }
    }

    #[test]
    fn a_lost_column_names_what_it_breaks_and_what_to_edit() {
        let drift = drift(vec!["Weekly letter".into()]);
        let lines = [
            "column \"tier\" is gone",
            "this breaks no segment",
            "this breaks exports: Weekly letter",
            "if it is meant, declare the table anew with segue tables add --replace, and edit these exports",
        ];
        assert_eq!(drifted(&drift), lines.join("\n"));
    }

    #[test]
    fn a_lost_column_that_breaks_nothing_asks_for_no_edit() {
        let words = drifted(&drift(Vec::new()));
        assert!(
            words.ends_with("\nif it is meant, declare the table anew with segue tables add --replace"),
            "{words}"
        );
    }
}
