//! Snapshots: the members' keys of one refresh, sorted, in a Parquet file that is there whole or not at all.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::physical_plan::SendableRecordBatchStream;
use futures::StreamExt;
use segue_model::{EngineError, Unkept};
use xxhash_rust::xxh3::xxh3_128;

use super::failure::Failed;
use crate::error::internal;
use crate::table::{self, TableWriter};
use crate::text::Values;

/// The column of a snapshot.
pub(super) const KEY: &str = "key";
const ROWS: usize = 65_536;
/// The most keys that a message names.
pub(super) const EXAMPLES: usize = 10;

/// Writes sorted keys. The snapshot is not there before it is finished.
pub(super) async fn write(
    mut keys: SendableRecordBatchStream,
    snapshot: &Path,
) -> Result<SnapshotWriter, EngineError> {
    let mut writer = SnapshotWriter::create(snapshot, keys.schema().field(0).data_type())?;
    while let Some(batch) = keys.next().await {
        writer.write(batch.failed("reading profiles")?.column(0))?;
    }
    Ok(writer)
}

/// A snapshot that is being written. The same keys make the same file, in whatever portions they come.
pub(super) struct SnapshotWriter {
    schema: SchemaRef,
    writer: TableWriter,
    check: Unique,
    /// Fewer rows than a row group has.
    pending: Vec<RecordBatch>,
    waiting: usize,
    rows: u64,
}

impl SnapshotWriter {
    pub(super) fn create(snapshot: &Path, data_type: &DataType) -> Result<Self, EngineError> {
        let data_type = match data_type {
            // Views are for computing; files hold plain text.
            DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(..) => DataType::Utf8,
            other => other.clone(),
        };
        let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new(KEY, data_type, false)]));
        let writer = TableWriter::create(snapshot, &schema, &[])?;
        let check = Unique { last: None, twice: Vec::new() };
        Ok(Self { schema, writer, check, pending: Vec::new(), waiting: 0, rows: 0 })
    }

    /// Takes the next keys in their order.
    pub(super) fn write(&mut self, keys: &ArrayRef) -> Result<(), EngineError> {
        let keys =
            datafusion::arrow::compute::cast(keys, self.schema.field(0).data_type()).map_err(broken)?;
        self.check.see(&keys)?;
        self.rows += keys.len() as u64;
        let mut from = 0;
        while from < keys.len() {
            let taken = (ROWS - self.waiting).min(keys.len() - from);
            let part = keys.slice(from, taken);
            self.pending.push(RecordBatch::try_new(Arc::clone(&self.schema), vec![part]).map_err(broken)?);
            (from, self.waiting) = (from + taken, self.waiting + taken);
            if self.waiting == ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), EngineError> {
        if self.waiting == 0 {
            return Ok(());
        }
        let batch = concat_batches(&self.schema, &self.pending).map_err(broken)?;
        self.pending.clear();
        self.waiting = 0;
        self.writer.write(&batch)
    }

    /// Puts the snapshot in its place and tells how many keys it holds. Keys that come twice are an error with examples.
    pub(super) fn finish(mut self, table: &str) -> Result<u64, EngineError> {
        self.flush()?;
        if !self.check.twice.is_empty() {
            return Err(EngineError::DuplicateKeys {
                table: table.to_owned(),
                keys: Unkept::new(self.check.twice),
            });
        }
        self.writer.finish()?;
        Ok(self.rows)
    }
}

fn broken(error: ArrowError) -> EngineError {
    internal("writing a snapshot")(error.into())
}

/// Finds keys that come twice in a sorted stream.
struct Unique {
    last: Option<String>,
    twice: Vec<String>,
}

impl Unique {
    fn see(&mut self, column: &ArrayRef) -> Result<(), EngineError> {
        let keys = Values::of(column, "the key")?;
        for row in 0..column.len() {
            let key = keys.text(row).unwrap_or_default();
            if self.last.as_deref() == Some(key) {
                if self.twice.len() < EXAMPLES && !self.twice.iter().any(|known| known == key) {
                    self.twice.push(key.to_owned());
                }
            } else {
                match &mut self.last {
                    Some(last) => key.clone_into(last),
                    None => self.last = Some(key.to_owned()),
                }
            }
        }
        Ok(())
    }
}

/// The row of a key in a snapshot; none if it does not hold her. Keys are sorted, so few of them are read.
pub(super) fn find(snapshot: &Path, key: &str) -> Result<Option<u64>, EngineError> {
    let number = key.parse::<i128>().ok();
    let first = table::read(snapshot, &[KEY], 0, 1)?;
    let data_type = first.schema().field(0).data_type().clone();
    if !data_type.is_integer() && data_type != DataType::Utf8 {
        return find_unsorted(snapshot, key);
    }
    let is_before = |keys: &ArrayRef| {
        let is_number = keys.data_type().is_integer();
        let keys = Values::of(keys, "the key")?;
        let at_hand = keys.text(0).unwrap_or_default();
        // A text among numbers is none of them.
        Ok(if is_number { at_hand.parse().ok() < number } else { at_hand < key })
    };
    let row = table::first_not_before(snapshot, KEY, is_before)?;
    let Some(batch) = table::read(snapshot, &[KEY], row, 1)?.next() else { return Ok(None) };
    let batch = batch.map_err(|error| internal("reading a snapshot")(error.into()))?;
    let found = Values::of(batch.column(0), "the key")?;
    Ok((batch.num_rows() > 0 && found.text(0) == Some(key)).then_some(row))
}

/// Keys of other kinds are not sorted as their texts are.
fn find_unsorted(snapshot: &Path, key: &str) -> Result<Option<u64>, EngineError> {
    let mut first = 0;
    for batch in table::read(snapshot, &[KEY], 0, ROWS)? {
        let batch = batch.map_err(|error| internal("reading a snapshot")(error.into()))?;
        let keys = Values::of(batch.column(0), "the key")?;
        if let Some(row) = (0..batch.num_rows()).find(|&row| keys.text(row) == Some(key)) {
            return Ok(Some(first + row as u64));
        }
        first += batch.num_rows() as u64;
    }
    Ok(None)
}

/// Writes a snapshot again without a key; nothing if it does not hold it. What it writes is what a refresh would write.
pub(super) fn forget(snapshot: &Path, key: &str, next: &Path) -> Result<Option<u64>, EngineError> {
    let Some(row) = find(snapshot, key)? else { return Ok(None) };
    let mut writer: Option<SnapshotWriter> = None;
    let mut first = 0;
    for batch in table::read(snapshot, &[KEY], 0, ROWS)? {
        let batch = batch.map_err(|error| internal("reading a snapshot")(error.into()))?;
        let (keys, rows) = (batch.column(0), batch.num_rows() as u64);
        let writer = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(SnapshotWriter::create(next, keys.data_type())?),
        };
        if (first..first + rows).contains(&row) {
            let at = usize::try_from(row - first).unwrap_or_default();
            writer.write(&keys.slice(0, at))?;
            writer.write(&keys.slice(at + 1, keys.len() - at - 1))?;
        } else {
            writer.write(keys)?;
        }
        first += rows;
    }
    writer.map(|writer| writer.finish(KEY)).transpose()
}

/// The keys of a snapshot as a push asks for them: by hash, 16 bytes a member.
pub(crate) struct KeyHashes(HashSet<u128>);

impl KeyHashes {
    pub(crate) fn read(snapshot: &Path) -> Result<Self, EngineError> {
        let mut hashes = HashSet::new();
        for batch in table::read(snapshot, &[KEY], 0, ROWS)? {
            let batch = batch.map_err(|error| internal("reading a snapshot")(error.into()))?;
            let keys = Values::of(batch.column(0), "the key")?;
            hashes.extend((0..batch.num_rows()).filter_map(|row| keys.text(row)).map(hash));
        }
        Ok(Self(hashes))
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.0.contains(&hash(key))
    }
}

fn hash(key: &str) -> u128 {
    xxh3_128(key.as_bytes())
}
