//! Rows of text files, one by one: what cannot be read is set aside and counted, never dropped in silence.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use segue_model::{Corrupt, EngineError, Format};
use serde_json::Value;

use crate::read::InputFile;
use crate::source::{self, unreadable};

/// Rows that were set aside, by table and reason. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aside(Arc<Mutex<BTreeMap<(String, String), Rows>>>);

/// How many rows, and where the first of them stands.
type Rows = (u64, String);

impl Aside {
    pub(crate) fn put(&self, table: &str, reason: String, place: impl FnOnce() -> String) {
        let mut all = self.0.lock();
        all.entry((table.to_owned(), reason)).or_insert_with(|| (0, place())).0 += 1;
    }

    pub(crate) fn report(&self) -> Vec<Corrupt> {
        let all = self.0.lock();
        let reports = all.iter().map(|((table, reason), (rows, first))| Corrupt {
            table: table.clone(),
            reason: reason.clone(),
            rows: *rows,
            first: first.clone(),
        });
        reports.collect()
    }
}

/// A value of a text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    List(Vec<String>),
}

/// What comes of reading one row.
pub(crate) enum Row {
    /// The wanted columns.
    Cells(Vec<Cell>),
    /// Why it cannot be used.
    Bad(String),
}

/// Calls `take` with every row of a file and its number as a person counts it, until it says that it has enough.
pub(crate) fn each(
    file: &InputFile,
    columns: &[usize],
    take: &mut dyn FnMut(u64, Row) -> Result<bool, EngineError>,
) -> Result<(), EngineError> {
    match file.format() {
        Format::Csv => each_record(file, columns, take),
        Format::Ndjson => each_line(file, columns, take),
        Format::Parquet => Ok(()),
    }
}

fn each_record(
    file: &InputFile,
    columns: &[usize],
    take: &mut dyn FnMut(u64, Row) -> Result<bool, EngineError>,
) -> Result<(), EngineError> {
    let width = file.schema.fields().len();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(file.delimiter())
        .flexible(true)
        .from_reader(source::open_text(&file.path)?);
    let mut record = csv::ByteRecord::new();
    let mut row = 1;
    loop {
        row += 1;
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return Err(broken(&file.path, error)),
        }
        let read = if record.len() == width {
            columns
                .iter()
                .map(|&column| cell(&record[column]))
                .collect::<Option<Vec<Cell>>>()
                .map_or_else(|| Row::Bad("it is not UTF-8".to_owned()), Row::Cells)
        } else {
            Row::Bad("it has another number of values than the header names columns".to_owned())
        };
        if !take(row, read)? {
            return Ok(());
        }
    }
}

fn broken(path: &Path, error: csv::Error) -> EngineError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => unreadable(path, &error),
        _ => EngineError::Input(format!("{} cannot be read as CSV", path.display())),
    }
}

fn cell(bytes: &[u8]) -> Option<Cell> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) })
}

fn each_line(
    file: &InputFile,
    columns: &[usize],
    take: &mut dyn FnMut(u64, Row) -> Result<bool, EngineError>,
) -> Result<(), EngineError> {
    let names: Vec<&str> = columns.iter().map(|&column| file.schema.field(column).name().as_str()).collect();
    let mut reader: BufReader<File> = source::open_text(&file.path)?;
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        if reader.read_until(b'\n', &mut line).map_err(|error| unreadable(&file.path, &error))? == 0 {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let row = match serde_json::from_slice::<serde_json::Map<String, Value>>(&line) {
            Ok(object) => Row::Cells(names.iter().map(|name| value(object.get(*name))).collect()),
            Err(_) => Row::Bad("it is not one JSON object".to_owned()),
        };
        if !take(number, row)? {
            return Ok(());
        }
    }
}

fn value(value: Option<&Value>) -> Cell {
    match value {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::Array(items)) => Cell::List(items.iter().filter_map(plain).collect()),
        Some(Value::Object(object)) => Cell::Text(Value::Object(object.clone()).to_string()),
        Some(other) => plain(other).filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::Text),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
