//! The ledger: what the provider has confirmed for one export, sorted by hash and address.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, Int64Builder, RecordBatch, StringArray, StringBuilder, UInt8Array,
    UInt8Builder, UInt64Array, UInt64Builder,
};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, UInt8Type, UInt64Type};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use segue_model::{EngineError, Reason};

use crate::error::{OnFile, internal};
use crate::table::{self, TableWriter};

const ROWS_PER_GROUP: usize = 1 << 16;
const ROWS_AT_A_TIME: usize = 4096;
const COLUMNS: [&str; 9] =
    ["hash", "email", "payload_low", "payload_high", "state", "reason", "words", "since_ms", RUN];
/// The column that ledgers of older versions lack.
const RUN: &str = "run";

/// What the provider is known to hold of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// On the list by our doing.
    Listed = 1,
    /// Turned down.
    Refused = 2,
    /// Taken off the list by us.
    Left = 3,
}

/// One contact of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) hash: u64,
    pub(crate) email: &'a str,
    /// Of the JSON that was confirmed or refused last.
    pub(crate) payload: u128,
    pub(crate) state: State,
    /// Why it was refused; a listed contact has one if its last update was.
    pub(crate) reason: Option<Reason>,
    /// The provider's words for that.
    pub(crate) words: &'a str,
    /// Since when it is in this state, by the provider's clock.
    pub(crate) since_ms: i64,
    /// The run that last sent it or took it off; 0 of what an older version has written.
    pub(crate) run: i64,
}

impl Entry<'_> {
    pub(crate) fn key(&self) -> (u64, &[u8]) {
        (self.hash, self.email.as_bytes())
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("hash", DataType::UInt64, false),
        Field::new("email", DataType::Utf8, false),
        Field::new("payload_low", DataType::UInt64, false),
        Field::new("payload_high", DataType::UInt64, false),
        Field::new("state", DataType::UInt8, false),
        Field::new("reason", DataType::Utf8, true),
        Field::new("words", DataType::Utf8, false),
        Field::new("since_ms", DataType::Int64, false),
        Field::new(RUN, DataType::Int64, false),
    ]))
}

/// Writes a ledger.
pub(crate) struct LedgerWriter {
    table: TableWriter,
    schema: SchemaRef,
    hash: UInt64Builder,
    email: StringBuilder,
    payload: PayloadBuilder,
    state: UInt8Builder,
    reason: StringBuilder,
    words: StringBuilder,
    since_ms: Int64Builder,
    run: Int64Builder,
    waiting: usize,
    written: u64,
}

impl LedgerWriter {
    pub(crate) fn create(path: &Path) -> Result<Self, EngineError> {
        let schema = schema();
        Ok(Self {
            table: TableWriter::create(path, &schema, &["state", "reason", "words", "since_ms", RUN])?,
            schema,
            hash: UInt64Builder::new(),
            email: StringBuilder::new(),
            payload: PayloadBuilder::default(),
            state: UInt8Builder::new(),
            reason: StringBuilder::new(),
            words: StringBuilder::new(),
            since_ms: Int64Builder::new(),
            run: Int64Builder::new(),
            waiting: 0,
            written: 0,
        })
    }

    pub(crate) fn push(&mut self, entry: &Entry) -> Result<(), EngineError> {
        self.hash.append_value(entry.hash);
        self.email.append_value(entry.email);
        self.payload.push(entry.payload);
        self.state.append_value(entry.state as u8);
        self.reason.append_option(entry.reason.map(Reason::code));
        self.words.append_value(entry.words);
        self.since_ms.append_value(entry.since_ms);
        self.run.append_value(entry.run);
        self.added(1)
    }

    /// Takes over some rows of another ledger as they are.
    fn copy(&mut self, columns: &Columns, rows: Range<usize>) -> Result<(), EngineError> {
        let (from, len) = (rows.start, rows.len());
        self.hash.append_slice(&columns.hash.values()[rows.clone()]);
        self.payload.low.append_slice(&columns.payload.low.values()[rows.clone()]);
        self.payload.high.append_slice(&columns.payload.high.values()[rows.clone()]);
        self.state.append_slice(&columns.state.values()[rows.clone()]);
        self.since_ms.append_slice(&columns.since_ms.values()[rows.clone()]);
        self.run.append_slice(&columns.run.values()[rows]);
        let copied = self
            .email
            .append_array(&columns.email.slice(from, len))
            .and_then(|()| self.reason.append_array(&columns.reason.slice(from, len)))
            .and_then(|()| self.words.append_array(&columns.words.slice(from, len)));
        copied.map_err(|error| internal("writing the ledger")(error.into()))?;
        self.added(len)
    }

    fn added(&mut self, rows: usize) -> Result<(), EngineError> {
        self.waiting += rows;
        if self.waiting >= ROWS_PER_GROUP { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), EngineError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.hash.finish()),
            Arc::new(self.email.finish()),
            Arc::new(self.payload.low.finish()),
            Arc::new(self.payload.high.finish()),
            Arc::new(self.state.finish()),
            Arc::new(self.reason.finish()),
            Arc::new(self.words.finish()),
            Arc::new(self.since_ms.finish()),
            Arc::new(self.run.finish()),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.written += self.waiting as u64;
        self.waiting = 0;
        self.table.write(&batch.map_err(|error| internal("writing the ledger")(error.into()))?)
    }

    /// Completes the file and says how many contacts it holds.
    pub(crate) fn finish(mut self) -> Result<u64, EngineError> {
        self.write()?;
        self.table.finish()?;
        Ok(self.written)
    }
}

/// Reads a ledger in its order, one entry at hand at a time.
pub(crate) struct LedgerCursor {
    path: PathBuf,
    reader: Option<ParquetRecordBatchReader>,
    columns: Option<Columns>,
    next: usize,
}

struct Columns {
    hash: UInt64Array,
    email: StringArray,
    payload: Payloads,
    state: UInt8Array,
    reason: StringArray,
    words: StringArray,
    since_ms: Int64Array,
    run: Int64Array,
}

impl LedgerCursor {
    /// Without a path, a ledger without entries.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, EngineError> {
        let empty = Self { path: PathBuf::new(), reader: None, columns: None, next: 0 };
        path.map_or(Ok(empty), |path| Self::open_at(path, 0))
    }

    fn open_at(path: &Path, row: u64) -> Result<Self, EngineError> {
        let has_runs = table::look(path, RUN)?.1;
        let names = &COLUMNS[..COLUMNS.len() - usize::from(!has_runs)];
        let reader = Some(table::read(path, names, row, ROWS_AT_A_TIME)?);
        let mut cursor = Self { path: path.to_owned(), reader, columns: None, next: 0 };
        cursor.fill()?;
        Ok(cursor)
    }

    /// At the first entry of this hash, or of the next one: found without reading those before it.
    pub(crate) fn open_near(path: &Path, hash: u64) -> Result<Self, EngineError> {
        let is_before = |hashes: &ArrayRef| Ok(hashes.as_primitive::<UInt64Type>().value(0) < hash);
        Self::open_at(path, table::first_not_before(path, "hash", is_before)?)
    }

    fn fill(&mut self) -> Result<(), EngineError> {
        while self.columns.as_ref().is_none_or(|columns| columns.hash.len() == self.next) {
            let batch = self.reader.as_mut().and_then(Iterator::next);
            let batch = batch.transpose().map_err(std::io::Error::other).on("read", &self.path)?;
            self.next = 0;
            let Some(batch) = batch else {
                self.columns = None;
                return Ok(());
            };
            self.columns = Some(Columns {
                hash: batch.column(0).as_primitive::<UInt64Type>().clone(),
                email: batch.column(1).as_string::<i32>().clone(),
                payload: Payloads::of(batch.column(2), batch.column(3)),
                state: batch.column(4).as_primitive::<UInt8Type>().clone(),
                reason: batch.column(5).as_string::<i32>().clone(),
                words: batch.column(6).as_string::<i32>().clone(),
                since_ms: batch.column(7).as_primitive::<Int64Type>().clone(),
                run: batch.columns().get(8).map_or_else(
                    || Int64Array::from(vec![0; batch.num_rows()]),
                    |runs| runs.as_primitive::<Int64Type>().clone(),
                ),
            });
        }
        Ok(())
    }

    /// The entry at hand.
    pub(crate) fn peek(&self) -> Option<Entry<'_>> {
        let columns = self.columns.as_ref()?;
        let row = self.next;
        Some(Entry {
            hash: columns.hash.value(row),
            email: columns.email.value(row),
            payload: columns.payload.value(row),
            state: match columns.state.value(row) {
                1 => State::Listed,
                2 => State::Refused,
                _ => State::Left,
            },
            reason: if columns.reason.is_valid(row) {
                Reason::from_code(columns.reason.value(row))
            } else {
                None
            },
            words: columns.words.value(row),
            since_ms: columns.since_ms.value(row),
            run: columns.run.value(row),
        })
    }

    pub(crate) fn advance(&mut self) -> Result<(), EngineError> {
        self.next += 1;
        self.fill()
    }

    /// Copies the entries with a smaller hash, or all that are left, into the next ledger as they are. Entry by entry that
    /// takes several times as long, and nearly all of them stay.
    pub(crate) fn copy_until(
        &mut self,
        hash: Option<u64>,
        next: &mut LedgerWriter,
    ) -> Result<(), EngineError> {
        while let Some(columns) = &self.columns {
            let left = &columns.hash.values()[self.next..];
            let run = hash.map_or(left.len(), |hash| left.partition_point(|other| *other < hash));
            if run == 0 {
                return Ok(());
            }
            next.copy(columns, self.next..self.next + run)?;
            self.next += run;
            self.fill()?;
        }
        Ok(())
    }
}

/// Builds two columns of payload hashes: as one column of 16 bytes, each value would be allocated by itself.
#[derive(Default)]
pub(crate) struct PayloadBuilder {
    pub(crate) low: UInt64Builder,
    pub(crate) high: UInt64Builder,
}

impl PayloadBuilder {
    #[expect(clippy::cast_possible_truncation, reason = "each half by itself")]
    pub(crate) fn push(&mut self, payload: u128) {
        self.low.append_value(payload as u64);
        self.high.append_value((payload >> 64) as u64);
    }
}

/// The two columns, read.
pub(crate) struct Payloads {
    low: UInt64Array,
    high: UInt64Array,
}

impl Payloads {
    pub(crate) fn of(low: &ArrayRef, high: &ArrayRef) -> Self {
        let [low, high] = [low, high].map(|column| column.as_primitive::<UInt64Type>().clone());
        Self { low, high }
    }

    pub(crate) fn value(&self, row: usize) -> u128 {
        u128::from(self.high.value(row)) << 64 | u128::from(self.low.value(row))
    }
}
