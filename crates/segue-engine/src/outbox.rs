//! The outbox: the rows that a run sends, sorted by hash and address, each with the place of the JSON that goes over the
//! wire.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, Int64Builder, RecordBatch, StringArray, StringBuilder, UInt8Array, UInt8Builder,
    UInt16Builder, UInt32Builder, UInt64Array, UInt64Builder,
};
use datafusion::arrow::datatypes::{
    DataType, Field, Int64Type, Schema, SchemaRef, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use segue_model::{Action, EngineError, PlanRows, RowChunk};

use crate::closing::Closing;
use crate::error::internal;
use crate::ledger::{PayloadBuilder, Payloads};
use crate::spill::{self, Place};
use crate::table::{self, TableWriter};

const ROWS_PER_GROUP: usize = 8192;
const ROWS_AT_A_TIME: usize = 2048;
// A few megabytes.
const EARLY_GROUPS: usize = 8;

/// A row to send.
pub(crate) struct OutboxRow<'a> {
    pub(crate) action: Action,
    pub(crate) hash: u64,
    pub(crate) email: &'a str,
    pub(crate) payload: u128,
    pub(crate) json: Place,
    pub(crate) since_ms: i64,
    pub(crate) profile: &'a str,
}

/// Writes an outbox.
pub(crate) struct OutboxWriter {
    table: TableWriter,
    schema: SchemaRef,
    action: UInt8Builder,
    hash: UInt64Builder,
    email: StringBuilder,
    payload: PayloadBuilder,
    file: UInt16Builder,
    offset: UInt64Builder,
    bytes: UInt32Builder,
    since_ms: Int64Builder,
    profile: StringBuilder,
    rows: usize,
    groups: usize,
    early: Closing,
}

impl OutboxWriter {
    /// An outbox that is brought to the disk as it grows.
    pub(crate) fn create(path: &Path, early: Closing) -> Result<Self, EngineError> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("action", DataType::UInt8, false),
            Field::new("hash", DataType::UInt64, false),
            Field::new("email", DataType::Utf8, false),
            Field::new("payload_low", DataType::UInt64, false),
            Field::new("payload_high", DataType::UInt64, false),
            Field::new("file", DataType::UInt16, false),
            Field::new("offset", DataType::UInt64, false),
            Field::new("bytes", DataType::UInt32, false),
            Field::new("since_ms", DataType::Int64, false),
            Field::new("profile", DataType::Utf8, false),
        ]));
        Ok(Self {
            table: TableWriter::create(path, &schema, &["action", "file", "since_ms"])?,
            schema,
            action: UInt8Builder::new(),
            hash: UInt64Builder::new(),
            email: StringBuilder::new(),
            payload: PayloadBuilder::default(),
            file: UInt16Builder::new(),
            offset: UInt64Builder::new(),
            bytes: UInt32Builder::new(),
            since_ms: Int64Builder::new(),
            profile: StringBuilder::new(),
            rows: 0,
            groups: 0,
            early,
        })
    }

    pub(crate) fn push(&mut self, row: &OutboxRow) -> Result<(), EngineError> {
        self.action.append_value(match row.action {
            Action::Create => 0,
            Action::Update => 1,
            Action::Leave => 2,
        });
        self.hash.append_value(row.hash);
        self.email.append_value(row.email);
        self.payload.push(row.payload);
        self.file.append_value(row.json.file);
        self.offset.append_value(row.json.offset);
        self.bytes.append_value(row.json.bytes);
        self.since_ms.append_value(row.since_ms);
        self.profile.append_value(row.profile);
        self.rows += 1;
        if self.rows == ROWS_PER_GROUP { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), EngineError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.action.finish()),
            Arc::new(self.hash.finish()),
            Arc::new(self.email.finish()),
            Arc::new(self.payload.low.finish()),
            Arc::new(self.payload.high.finish()),
            Arc::new(self.file.finish()),
            Arc::new(self.offset.finish()),
            Arc::new(self.bytes.finish()),
            Arc::new(self.since_ms.finish()),
            Arc::new(self.profile.finish()),
        ];
        self.rows = 0;
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.table.write(&batch.map_err(|error| internal("writing the plan")(error.into()))?)?;
        self.groups += 1;
        if self.groups.is_multiple_of(EARLY_GROUPS) {
            self.early.keep(self.table.beside());
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), EngineError> {
        self.write()?;
        self.table.finish()
    }
}

fn action(code: u8) -> Action {
    match code {
        0 => Action::Create,
        1 => Action::Update,
        _ => Action::Leave,
    }
}

/// The rows as they are delivered, from row `from` on.
pub(crate) fn rows(path: &Path, from: u64) -> Result<PlanRows, EngineError> {
    let reader = table::read(path, &["action", "file", "offset", "bytes", "since_ms"], from, ROWS_AT_A_TIME)?;
    let mut contacts = Contacts { folder: path.with_file_name("contacts"), file: None, content: Vec::new() };
    let mut first = from;
    Ok(Box::new(reader.map(move |batch| {
        let batch = batch.map_err(|error| internal("reading the plan")(error.into()))?;
        let mut chunk = RowChunk {
            first,
            actions: batch
                .column(0)
                .as_primitive::<UInt8Type>()
                .values()
                .iter()
                .map(|&code| action(code))
                .collect(),
            since_ms: batch.column(4).as_primitive::<Int64Type>().values().to_vec(),
            ..RowChunk::default()
        };
        let files = batch.column(1).as_primitive::<UInt16Type>().values();
        let offsets = batch.column(2).as_primitive::<UInt64Type>().values();
        let bytes = batch.column(3).as_primitive::<UInt32Type>().values();
        chunk.json.reserve_exact(bytes.iter().map(|&bytes| bytes as usize).sum());
        for ((&file, &offset), &bytes) in files.iter().zip(offsets).zip(bytes) {
            chunk.json.extend_from_slice(contacts.json(Place { file, offset, bytes })?);
            chunk.ends.push(chunk.json.len());
        }
        first += chunk.len() as u64;
        Ok(chunk)
    })))
}

/// The files with the contacts' JSON, one in memory at a time: rows that follow each other stand in the same file.
struct Contacts {
    folder: PathBuf,
    file: Option<u16>,
    content: Vec<u8>,
}

impl Contacts {
    fn json(&mut self, place: Place) -> Result<&[u8], EngineError> {
        if self.file != Some(place.file) {
            spill::read_into(&mut self.content, &spill::file(&self.folder, place.file))?;
            self.file = Some(place.file);
        }
        let start = usize::try_from(place.offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(place.bytes as usize);
        self.content.get(start..end).ok_or_else(|| {
            let path = spill::file(&self.folder, place.file);
            EngineError::File { doing: "read", path, source: std::io::ErrorKind::UnexpectedEof.into() }
        })
    }
}

/// Reads what settling needs of an outbox, one row at hand at a time.
pub(crate) struct OutboxCursor {
    reader: Option<ParquetRecordBatchReader>,
    columns: Option<Columns>,
    next: usize,
    /// The number of the row at hand.
    pub(crate) row: u64,
}

struct Columns {
    action: UInt8Array,
    hash: UInt64Array,
    email: StringArray,
    payload: Payloads,
    profile: StringArray,
}

/// The row at hand, without what is delivered.
pub(crate) struct SentRow<'a> {
    pub(crate) action: Action,
    pub(crate) hash: u64,
    pub(crate) email: &'a str,
    pub(crate) payload: u128,
    pub(crate) profile: &'a str,
}

impl SentRow<'_> {
    pub(crate) fn key(&self) -> (u64, &[u8]) {
        (self.hash, self.email.as_bytes())
    }
}

impl OutboxCursor {
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        Self::open_at(path, 0)
    }

    pub(crate) fn open_at(path: &Path, row: u64) -> Result<Self, EngineError> {
        let columns = ["action", "hash", "email", "payload_low", "payload_high", "profile"];
        let reader = table::read(path, &columns, row, ROWS_AT_A_TIME)?;
        let mut cursor = Self { reader: Some(reader), columns: None, next: 0, row };
        cursor.fill()?;
        Ok(cursor)
    }

    fn fill(&mut self) -> Result<(), EngineError> {
        while self.columns.as_ref().is_none_or(|columns| columns.hash.len() == self.next) {
            let batch = self.reader.as_mut().and_then(Iterator::next);
            let batch = batch.transpose().map_err(|error| internal("reading the plan")(error.into()))?;
            self.next = 0;
            let Some(batch) = batch else {
                self.columns = None;
                return Ok(());
            };
            self.columns = Some(Columns {
                action: batch.column(0).as_primitive::<UInt8Type>().clone(),
                hash: batch.column(1).as_primitive::<UInt64Type>().clone(),
                email: batch.column(2).as_string::<i32>().clone(),
                payload: Payloads::of(batch.column(3), batch.column(4)),
                profile: batch.column(5).as_string::<i32>().clone(),
            });
        }
        Ok(())
    }

    pub(crate) fn peek(&self) -> Option<SentRow<'_>> {
        let columns = self.columns.as_ref()?;
        Some(SentRow {
            action: action(columns.action.value(self.next)),
            hash: columns.hash.value(self.next),
            email: columns.email.value(self.next),
            payload: columns.payload.value(self.next),
            profile: columns.profile.value(self.next),
        })
    }

    pub(crate) fn advance(&mut self) -> Result<(), EngineError> {
        self.next += 1;
        self.row += 1;
        self.fill()
    }
}
