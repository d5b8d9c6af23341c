//! Rejections: the members of a plan or a run that were not delivered, each with its reason. Who was delivered is written
//! alike, with a fate in place of the reason.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder};
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use segue_model::{EngineError, Fate, PlanFiles, Reason, RejectedProfile, email};

use crate::error::{OnFile, internal};
use crate::table::{self, TableWriter};

pub(crate) const COLUMNS: [&str; 4] = ["profile", "email", "reason", "detail"];
pub(crate) const ROWS_AT_A_TIME: usize = 8192;

/// Writes rejections.
pub(crate) struct RejectionWriter {
    table: TableWriter,
    schema: SchemaRef,
    columns: [StringBuilder; 4],
    rows: usize,
}

impl RejectionWriter {
    pub(crate) fn create(path: &Path) -> Result<Self, EngineError> {
        let fields: Vec<Field> =
            COLUMNS.iter().map(|name| Field::new(*name, DataType::Utf8, false)).collect();
        let schema = Arc::new(Schema::new(fields));
        let table = TableWriter::create(path, &schema, &["reason", "detail"])?;
        Ok(Self { table, schema, columns: std::array::from_fn(|_| StringBuilder::new()), rows: 0 })
    }

    pub(crate) fn push(
        &mut self,
        profile: &str,
        email: &str,
        reason: Reason,
        detail: &str,
    ) -> Result<(), EngineError> {
        self.append([profile, email, reason.code(), detail])
    }

    pub(crate) fn sent(&mut self, profile: &str, email: &str, fate: Fate) -> Result<(), EngineError> {
        self.append([profile, email, fate.code(), ""])
    }

    /// A row as it stands in such a file.
    pub(crate) fn append(&mut self, values: [&str; 4]) -> Result<(), EngineError> {
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.append_value(value);
        }
        self.rows += 1;
        if self.rows == ROWS_AT_A_TIME { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), EngineError> {
        self.rows = 0;
        let columns: Vec<ArrayRef> =
            self.columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.table.write(&batch.map_err(|error| internal("writing rejections")(error.into()))?)
    }

    pub(crate) fn finish(mut self) -> Result<(), EngineError> {
        self.write()?;
        self.table.finish()
    }
}

/// Writes all rejections as CSV and says how many.
pub(crate) fn write_csv(plan: &PlanFiles, out: &Path) -> Result<u64, EngineError> {
    let names = ["profile", "email", "whose", "reason", "meaning", "detail", "what_to_do"];
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8, false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let mut file = BufWriter::new(File::create(out).on("write", out)?);
    // The writer names the columns only before a first row.
    file.write_all(format!("{}\n", names.join(",")).as_bytes()).on("write", out)?;
    let mut rows = 0;
    for path in [plan.rejected(), plan.refused()] {
        if !path.exists() {
            continue;
        }
        for batch in table::read(&path, &COLUMNS, 0, ROWS_AT_A_TIME)? {
            let batch = batch.map_err(|error| internal("reading rejections")(error.into()))?;
            let columns = explained(&batch);
            let batch = RecordBatch::try_new(Arc::clone(&schema), columns);
            let batch = batch.map_err(|error| internal("reading rejections")(error.into()))?;
            rows += batch.num_rows() as u64;
            // By way of memory: the writer would turn the file's errors into words, or panic.
            let mut text = Vec::new();
            let written = WriterBuilder::new().with_header(false).build(&mut text).write(&batch);
            written.map_err(|error| internal("writing rejections")(error.into()))?;
            file.write_all(&text).on("write", out)?;
        }
    }
    file.flush().on("write", out)?;
    Ok(rows)
}

/// The rejections of one profile.
pub(crate) fn of(plan: &PlanFiles, profile: &str) -> Result<Vec<RejectedProfile>, EngineError> {
    let mut found = Vec::new();
    each(&[plan.rejected(), plan.refused()], &mut |_, [key, email, reason, detail]| {
        let reason = Reason::from_code(reason).filter(|_| key == profile);
        let (email, detail) = (email.to_owned(), detail.to_owned());
        found.extend(reason.map(|reason| RejectedProfile { email, reason, detail }));
        Ok(())
    })?;
    Ok(found)
}

/// The addresses, folded, of one profile in a run: of her rejections, and of what was sent of her.
pub(crate) fn addresses_of(plan: &PlanFiles, profile: &str) -> Result<Vec<String>, EngineError> {
    let mut addresses = Vec::new();
    each(&[plan.rejected(), plan.refused(), plan.sent()], &mut |_, [key, given, _, _]| {
        if key == profile && !given.is_empty() {
            addresses.push(email::fold(given).into_owned());
        }
        Ok(())
    })?;
    Ok(addresses)
}

/// Counts the rejections of a profile or of addresses of hers, and those that name her; with `erase`, takes them out.
pub(crate) fn forget(
    plan: &PlanFiles,
    profile: &str,
    emails: &[String],
    erase: bool,
) -> Result<u64, EngineError> {
    let same = same_address(profile);
    let is_hers =
        |key: &str, given: &str| key == profile || emails.iter().any(|own| *own == email::fold(given));
    let mut concerned: Vec<(PathBuf, u64)> = Vec::new();
    each(&[plan.rejected(), plan.refused(), plan.sent()], &mut |path, [key, given, _, detail]| {
        if is_hers(key, given) || detail == same {
            match concerned.last_mut().filter(|(known, _)| known == path) {
                Some((_, rows)) => *rows += 1,
                None => concerned.push((path.to_owned(), 1)),
            }
        }
        Ok(())
    })?;
    for (path, _) in concerned.iter().filter(|_| erase) {
        let mut writer = RejectionWriter::create(path)?;
        rows(path, &mut |_, [key, given, reason, detail]| {
            let detail = if detail == same { FORGOTTEN_ADDRESS } else { detail };
            if is_hers(key, given) { Ok(()) } else { writer.append([key, given, reason, detail]) }
        })?;
        writer.finish()?;
    }
    Ok(concerned.iter().map(|(_, rows)| rows).sum())
}

/// What is told of whoever has the address of another profile.
pub(crate) fn same_address(profile: &str) -> String {
    format!("same address as {profile}")
}

const FORGOTTEN_ADDRESS: &str = "same address as a profile that was forgotten";

/// What is done with a row of a file.
type Take<'t> = &'t mut dyn FnMut(&Path, [&str; 4]) -> Result<(), EngineError>;

/// Calls `take` with every row of these files, as far as they are there, and the file that it stands in.
fn each(files: &[PathBuf], take: Take<'_>) -> Result<(), EngineError> {
    files.iter().filter(|path| path.exists()).try_for_each(|path| rows(path, take))
}

fn rows(path: &Path, take: Take<'_>) -> Result<(), EngineError> {
    for batch in table::read(path, &COLUMNS, 0, ROWS_AT_A_TIME)? {
        let batch = batch.map_err(|error| internal("reading rejections")(error.into()))?;
        let columns: [&StringArray; 4] =
            std::array::from_fn(|column| batch.column(column).as_string::<i32>());
        (0..batch.num_rows()).try_for_each(|row| take(path, columns.map(|column| column.value(row))))?;
    }
    Ok(())
}

fn explained(batch: &RecordBatch) -> Vec<ArrayRef> {
    let reasons = batch.column(2).as_string::<i32>();
    let say = |words: fn(Reason) -> &'static str| -> ArrayRef {
        let words = reasons.iter().map(|code| code.and_then(Reason::from_code).map_or("", words));
        Arc::new(StringArray::from_iter_values(words))
    };
    let whose = say(|reason| reason.owner().words());
    let (profile, email, detail) = (batch.column(0), batch.column(1), batch.column(3));
    let copies = |column: &Arc<dyn Array>| Arc::clone(column);
    vec![
        copies(profile),
        copies(email),
        whose,
        copies(batch.column(2)),
        say(Reason::meaning),
        copies(detail),
        say(Reason::advice),
    ]
}
