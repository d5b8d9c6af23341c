//! Rows of text files, one by one: what cannot be read is set aside and counted, never dropped in silence.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use segue_model::segment::Kind;
use segue_model::{Corrupt, EngineError, Format};
use serde_json::Value;

use crate::csv as text;
use crate::error::OnFile;
use crate::read::InputFile;
use crate::source::{self, unreadable};

/// Rows that were set aside, each counted once however often its file is read. Cheap to clone; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Aside(Arc<Mutex<Rows>>);

#[derive(Default)]
struct Rows {
    /// One bit for each row of a file, set if the row is aside.
    known: HashMap<PathBuf, Vec<u64>>,
    /// By table and reason, how many, and where the first of them stands.
    counts: BTreeMap<(String, String), (u64, String)>,
    /// By table and column, how many values fit the column's kind and how many do not.
    fit: BTreeMap<(String, String), (Kind, u64, u64)>,
    list: Option<(csv::Writer<File>, PathBuf)>,
}

impl Aside {
    /// Rows that are also written to a list, a CSV file that says where each stands and why it is there.
    pub(crate) fn listed(path: &Path) -> Result<Self, EngineError> {
        let mut list = csv::Writer::from_writer(File::create(path).on("write", path)?);
        list.write_record(["table", "file", "row", "reason"])
            .map_err(std::io::Error::from)
            .on("write", path)?;
        let rows = Rows { list: Some((list, path.to_owned())), ..Rows::default() };
        Ok(Self(Arc::new(Mutex::new(rows))))
    }

    pub(crate) fn put(
        &self,
        table: &str,
        file: &InputFile,
        index: u64,
        reason: String,
    ) -> Result<(), EngineError> {
        let mut rows = self.0.lock();
        if !is_new(rows.known.entry(file.path.clone()).or_default(), index) {
            return Ok(());
        }
        let row = file.row_number(index);
        if let Some((list, path)) = &mut rows.list {
            list.write_record([table, &file.path.display().to_string(), &row.to_string(), &reason])
                .map_err(std::io::Error::from)
                .on("write", path)?;
        }
        let first = || (0, format!("{}:{row}", file.name()));
        rows.counts.entry((table.to_owned(), reason)).or_insert_with(first).0 += 1;
        Ok(())
    }

    /// Notes how many values of a column fit its kind and how many do not; empty ones are neither.
    pub(crate) fn saw(&self, table: &str, column: &str, kind: Kind, (fits, misfits): (u64, u64)) {
        let mut rows = self.0.lock();
        let seen = rows.fit.entry((table.to_owned(), column.to_owned())).or_insert((kind, 0, 0));
        seen.1 += fits;
        seen.2 += misfits;
    }

    /// What was set aside, unless it is most of a column: then the column is not what its table declares, and what follows
    /// from the rest of the table is wrong.
    pub(crate) fn tolerable(&self) -> Result<Vec<Corrupt>, EngineError> {
        for ((table, column), (kind, fits, misfits)) in &self.0.lock().fit {
            if misfits > fits {
                let (all, word) = (fits + misfits, kind.word());
                let words = format!(
                    "table \"{table}\": {misfits} of {all} values of column \"{column}\" are not {word}, as they were: \
                     mend the file, or declare the table anew"
                );
                return Err(EngineError::Drift { table: table.clone(), words });
            }
        }
        self.report()
    }

    /// What was set aside, once the list is on disk.
    pub(crate) fn report(&self) -> Result<Vec<Corrupt>, EngineError> {
        let mut rows = self.0.lock();
        if let Some((list, path)) = &mut rows.list {
            list.flush().on("write", path)?;
        }
        let reports = rows.counts.iter().map(|((table, reason), (rows, first))| Corrupt {
            table: table.clone(),
            reason: reason.clone(),
            rows: *rows,
            first: first.clone(),
        });
        Ok(reports.collect())
    }
}

/// Sets the bit of a row; whether it was not set before.
fn is_new(bits: &mut Vec<u64>, row: u64) -> bool {
    let word = usize::try_from(row / 64).unwrap_or(usize::MAX);
    if bits.len() <= word {
        bits.resize(word + 1, 0);
    }
    let bit = 1 << (row % 64);
    let is_new = bits[word] & bit == 0;
    bits[word] |= bit;
    is_new
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

/// Calls `take` with every row of a file and its index, until it says that it has enough.
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
        .from_reader(text::open(&file.path, file.delimiter())?);
    let mut record = csv::ByteRecord::new();
    for index in 0.. {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return Err(broken(file, error)),
        }
        let read = if record.len() == width {
            // The whole row: whether it counts does not depend on which of its columns are asked about.
            match std::str::from_utf8(record.as_slice()) {
                Ok(_) => Row::Cells(columns.iter().map(|&column| cell(&record[column])).collect()),
                Err(_) => Row::Bad("it is not UTF-8".to_owned()),
            }
        } else {
            Row::Bad("it has another number of values than the header names columns".to_owned())
        };
        if !take(index, read)? {
            return Ok(());
        }
    }
    Ok(())
}

fn broken(file: &InputFile, error: csv::Error) -> EngineError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => text::broken(&file.path, file.delimiter(), &error),
        _ => EngineError::Input(format!("{} cannot be read as CSV", file.path.display())),
    }
}

fn cell(bytes: &[u8]) -> Cell {
    if bytes.is_empty() { Cell::Empty } else { Cell::Text(String::from_utf8_lossy(bytes).into_owned()) }
}

fn each_line(
    file: &InputFile,
    columns: &[usize],
    take: &mut dyn FnMut(u64, Row) -> Result<bool, EngineError>,
) -> Result<(), EngineError> {
    let names: Vec<&str> = columns.iter().map(|&column| file.schema.field(column).name().as_str()).collect();
    let mut reader: BufReader<File> = source::open_text(&file.path)?;
    let mut line = Vec::new();
    let mut index = 0;
    loop {
        line.clear();
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
        if !take(index, row)? {
            return Ok(());
        }
        index += 1;
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
