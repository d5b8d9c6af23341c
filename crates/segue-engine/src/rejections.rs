//! The rows of a plan or a run: whoever was not delivered, each with the reason, and whoever was, or would be, each with a fate
//! in place of the reason.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder, UInt64Array, UInt64Builder,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use segue_model::{EngineError, Fate, PlanFiles, Reason, RejectedProfile, email};

use crate::error::internal;
use crate::table::{self, TableWriter};

const COLUMNS: [&str; 5] = ["profile", "email", "reason", "detail", ROW];
/// The number of the row in its part of the plan, of whoever was to be sent or taken off the list. Files of older versions lack
/// it.
const ROW: &str = "row";
pub(crate) const ROWS_AT_A_TIME: usize = 8192;

/// Writes rows.
pub(crate) struct RejectionWriter {
    table: TableWriter,
    schema: SchemaRef,
    columns: [StringBuilder; 4],
    row: UInt64Builder,
    rows: usize,
}

impl RejectionWriter {
    pub(crate) fn create(path: &Path) -> Result<Self, EngineError> {
        let mut fields: Vec<Field> =
            COLUMNS[..4].iter().map(|name| Field::new(*name, DataType::Utf8, false)).collect();
        fields.push(Field::new(ROW, DataType::UInt64, true));
        let schema = Arc::new(Schema::new(fields));
        let table = TableWriter::create(path, &schema, &["reason", "detail", ROW])?;
        let columns = std::array::from_fn(|_| StringBuilder::new());
        Ok(Self { table, schema, columns, row: UInt64Builder::new(), rows: 0 })
    }

    /// A member that is not sent.
    pub(crate) fn push(
        &mut self,
        profile: &str,
        email: &str,
        reason: Reason,
        detail: &str,
    ) -> Result<(), EngineError> {
        self.append([profile, email, reason.code(), detail], None)
    }

    /// A member that was sent and refused.
    pub(crate) fn refused(
        &mut self,
        profile: &str,
        email: &str,
        reason: Reason,
        detail: &str,
        row: u64,
    ) -> Result<(), EngineError> {
        self.append([profile, email, reason.code(), detail], Some(row))
    }

    /// Somebody who was to be sent or taken off the list.
    pub(crate) fn sent(
        &mut self,
        profile: &str,
        email: &str,
        fate: Fate,
        row: u64,
    ) -> Result<(), EngineError> {
        self.append([profile, email, fate.code(), ""], Some(row))
    }

    /// A row as it stands in such a file.
    pub(crate) fn append(&mut self, values: [&str; 4], row: Option<u64>) -> Result<(), EngineError> {
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.append_value(value);
        }
        self.row.append_option(row);
        self.rows += 1;
        if self.rows == ROWS_AT_A_TIME { self.write() } else { Ok(()) }
    }

    /// Many members of one fate, none of whom is sent.
    pub(crate) fn same(
        &mut self,
        profiles: &StringArray,
        emails: &StringArray,
        fate: Fate,
    ) -> Result<(), EngineError> {
        let rows = profiles.len();
        let repeated = |text: &'static str| Arc::new(StringArray::from_iter_values((0..rows).map(|_| text)));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(profiles.clone()),
            Arc::new(emails.clone()),
            repeated(fate.code()),
            repeated(""),
            Arc::new(UInt64Array::new_null(rows)),
        ];
        self.write_columns(columns)
    }

    fn write(&mut self) -> Result<(), EngineError> {
        self.rows = 0;
        let mut columns: Vec<ArrayRef> =
            self.columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        columns.push(Arc::new(self.row.finish()));
        self.write_columns(columns)
    }

    fn write_columns(&mut self, columns: Vec<ArrayRef>) -> Result<(), EngineError> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.table.write(&batch.map_err(|error| internal("writing the rows of a run")(error.into()))?)
    }

    /// Where the file stands until it is complete.
    pub(crate) fn beside(&self) -> &Path {
        self.table.beside()
    }

    pub(crate) fn finish(mut self) -> Result<(), EngineError> {
        self.write()?;
        self.table.finish()
    }
}

/// Rows of such a file.
pub(crate) struct Rows {
    /// Profile, address, reason or fate, and detail.
    pub(crate) texts: [StringArray; 4],
    numbers: Option<UInt64Array>,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.texts[0].len()
    }

    pub(crate) fn at(&self, index: usize) -> [&str; 4] {
        self.texts.each_ref().map(|column| column.value(index))
    }

    /// The number of a row in its part of the plan.
    pub(crate) fn number(&self, index: usize) -> Option<u64> {
        let numbers = self.numbers.as_ref().filter(|numbers| numbers.is_valid(index));
        numbers.map(|numbers| numbers.value(index))
    }
}

/// The rows of a file from this one on, and how many the file holds in all.
pub(crate) fn read(
    path: &Path,
    from: u64,
) -> Result<(impl Iterator<Item = Result<Rows, EngineError>> + use<>, u64), EngineError> {
    let (rows, has_numbers) = table::look(path, ROW)?;
    let names = &COLUMNS[..COLUMNS.len() - usize::from(!has_numbers)];
    let batches = table::read(path, names, from.min(rows), ROWS_AT_A_TIME)?;
    let read = batches.map(|batch| {
        let batch = batch.map_err(|error| internal("reading the rows of a run")(error.into()))?;
        let texts = std::array::from_fn(|column| batch.column(column).as_string::<i32>().clone());
        let numbers = batch.columns().get(4).map(|numbers| numbers.as_primitive::<UInt64Type>().clone());
        Ok(Rows { texts, numbers })
    });
    Ok((read, rows))
}

/// The rejections of one profile.
pub(crate) fn of(plan: &PlanFiles, profile: &str) -> Result<Vec<RejectedProfile>, EngineError> {
    let mut found = Vec::new();
    each(&[plan.rejected(), plan.refused()], &mut |_, [key, email, reason, detail], _| {
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
    each(
        &[plan.rejected(), plan.refused(), plan.sent(), plan.unchanged()],
        &mut |_, [key, given, _, _], _| {
            if key == profile && !given.is_empty() {
                addresses.push(email::fold(given).into_owned());
            }
            Ok(())
        },
    )?;
    Ok(addresses)
}

/// Counts the rows of a profile or of addresses of hers, and those that name her; with `erase`, takes them out.
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
    let files = [plan.rejected(), plan.refused(), plan.sent(), plan.unchanged()];
    each(&files, &mut |path, [key, given, _, detail], _| {
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
        rows(path, &mut |_, [key, given, reason, detail], row| {
            let detail = if detail == same { FORGOTTEN_ADDRESS } else { detail };
            if is_hers(key, given) { Ok(()) } else { writer.append([key, given, reason, detail], row) }
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
type Take<'t> = &'t mut dyn FnMut(&Path, [&str; 4], Option<u64>) -> Result<(), EngineError>;

/// Calls `take` with every row of these files, as far as they are there, and the file that it stands in.
fn each(files: &[PathBuf], take: Take<'_>) -> Result<(), EngineError> {
    files.iter().filter(|path| path.exists()).try_for_each(|path| rows(path, take))
}

fn rows(path: &Path, take: Take<'_>) -> Result<(), EngineError> {
    for rows in read(path, 0)?.0 {
        let rows = rows?;
        (0..rows.len()).try_for_each(|index| take(path, rows.at(index), rows.number(index)))?;
    }
    Ok(())
}
