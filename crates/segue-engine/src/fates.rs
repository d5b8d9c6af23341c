//! The rows behind a run's numbers, page by page or as a file: what became of everybody, or would by a plan.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, StringBuilder};
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use segue_model::{EngineError, Fate, PlanFiles, Reason, RowSearch, RunRow, RunRows};

use crate::error::{OnFile, internal};
use crate::rejections::{self, ROWS_AT_A_TIME, Rows};

/// The files that what is searched for can be in, as far as they are there.
fn files(plan: &PlanFiles, search: &RowSearch) -> Vec<PathBuf> {
    let is_asked =
        |fates: &[Fate]| search.fates.is_empty() || fates.iter().any(|fate| search.fates.contains(fate));
    let is_sent = |fate: &Fate| !matches!(fate, Fate::Invalid | Fate::Refused | Fate::Unchanged);
    let sent: Vec<Fate> = Fate::ALL.iter().copied().filter(is_sent).collect();
    // What was never to be sent is in no batch, and what has a reason is a rejection.
    let is_in_no_batch = search.batch.is_none();
    let has_no_reason = search.reason.is_none();
    let files = [
        (plan.rejected(), is_in_no_batch && is_asked(&[Fate::Invalid, Fate::Refused])),
        (plan.refused(), is_asked(&[Fate::Refused])),
        (plan.sent(), has_no_reason && is_asked(&sent)),
        (plan.unchanged(), is_in_no_batch && has_no_reason && is_asked(&[Fate::Unchanged])),
    ];
    files.into_iter().filter(|(path, is_asked)| *is_asked && path.exists()).map(|(path, _)| path).collect()
}

/// A page of rows. `from` counts the rows of the files that the fate is in, whether they are found or not.
pub(crate) fn search(plan: &PlanFiles, search: &RowSearch) -> Result<RunRows, EngineError> {
    let mut page = RunRows::default();
    let mut passed = 0;
    let words = search.words.to_lowercase();
    for path in files(plan, search) {
        let begin = search.from.saturating_sub(passed);
        let (batches, all) = rejections::read(&path, begin)?;
        let mut number = passed + begin.min(all);
        for rows in batches {
            let rows = rows?;
            for index in 0..rows.len() {
                if let Some((fate, reason)) = found(&rows, index, search, &words) {
                    if page.rows.len() == search.limit {
                        page.next = Some(number);
                        return Ok(page);
                    }
                    let [profile, email, _, detail] = rows.at(index).map(str::to_owned);
                    page.rows.push(RunRow { profile, email, fate, reason, detail });
                }
                number += 1;
            }
        }
        passed += all;
    }
    Ok(page)
}

/// What became of the row at this place, if it is asked for.
fn found(rows: &Rows, index: usize, search: &RowSearch, words: &str) -> Option<(Fate, Option<Reason>)> {
    let [profile, email, code, detail] = rows.at(index);
    let reason = Reason::from_code(code);
    let fate = reason.map(Fate::from).or_else(|| Fate::from_code(code))?;
    let is_in_batch = search.batch.as_ref().is_none_or(|batch| {
        let number = rows.number(index);
        batch.is_leaves != fate.is_member() && number.is_some_and(|number| batch.rows.contains(&number))
    });
    let is_asked = is_in_batch
        && (search.fates.is_empty() || search.fates.contains(&fate))
        && (search.reason.is_none() || search.reason == reason)
        && (words.is_empty()
            || [profile, email, detail].iter().any(|text| text.to_lowercase().contains(words)));
    is_asked.then_some((fate, reason))
}

/// Writes all rejections as CSV and says how many.
pub(crate) fn rejections_csv(plan: &PlanFiles, out: &Path) -> Result<u64, EngineError> {
    let search = RowSearch { fates: vec![Fate::Invalid, Fate::Refused], ..RowSearch::default() };
    let names = ["profile", "email", "whose", "reason", "meaning", "detail", "what_to_do"];
    write_csv(plan, &search, &names, out)
}

/// Writes the rows that are searched for as CSV and says how many.
pub(crate) fn rows_csv(plan: &PlanFiles, search: &RowSearch, out: &Path) -> Result<u64, EngineError> {
    let names = ["profile", "email", "fate", "whose", "reason", "meaning", "detail", "what_to_do"];
    write_csv(plan, search, &names, out)
}

fn write_csv(plan: &PlanFiles, search: &RowSearch, names: &[&str], out: &Path) -> Result<u64, EngineError> {
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8, false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let words = search.words.to_lowercase();
    let mut file = BufWriter::new(File::create(out).on("write", out)?);
    // The writer names the columns only before a first row.
    file.write_all(format!("{}\n", names.join(",")).as_bytes()).on("write", out)?;
    let mut written = 0;
    for path in files(plan, search) {
        for rows in rejections::read(&path, 0)?.0 {
            let rows = rows?;
            let found: Vec<_> = (0..rows.len())
                .filter_map(|index| Some((index, found(&rows, index, search, &words)?)))
                .collect();
            if found.is_empty() {
                continue;
            }
            let columns = names.iter().map(|name| column(name, &rows, &found)).collect();
            let batch = RecordBatch::try_new(Arc::clone(&schema), columns);
            let batch = batch.map_err(|error| internal("reading the rows of a run")(error.into()))?;
            // By way of memory: the writer would turn the file's errors into words, or panic.
            let mut text = Vec::new();
            let written_down = WriterBuilder::new().with_header(false).build(&mut text).write(&batch);
            written_down.map_err(|error| internal("writing the rows of a run")(error.into()))?;
            file.write_all(&text).on("write", out)?;
            written += found.len() as u64;
        }
    }
    file.flush().on("write", out)?;
    Ok(written)
}

/// A column of a file of rows.
fn column(name: &str, rows: &Rows, found: &[(usize, (Fate, Option<Reason>))]) -> ArrayRef {
    let mut column = StringBuilder::with_capacity(ROWS_AT_A_TIME, 0);
    for (index, (fate, reason)) in found {
        let [profile, email, _, detail] = rows.at(*index);
        let say = |words: fn(Reason) -> &'static str| reason.map_or("", words);
        column.append_value(match name {
            "profile" => profile,
            "email" => email,
            "fate" => fate.code(),
            "whose" => say(|reason| reason.owner().words()),
            "reason" => say(Reason::code),
            "meaning" => say(Reason::meaning),
            "detail" => detail,
            _ => say(Reason::advice),
        });
    }
    let column: StringArray = column.finish();
    Arc::new(column)
}
