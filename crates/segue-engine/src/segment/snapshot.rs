//! Snapshots: the members' keys of one refresh, sorted, in a Parquet file that is there whole or not at all.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::physical_plan::SendableRecordBatchStream;
use futures::StreamExt;
use segue_model::EngineError;
use xxhash_rust::xxh3::xxh3_128;

use super::failure::Failed;
use crate::error::internal;
use crate::table::{self, TableWriter};
use crate::text::Values;

/// The column of a snapshot.
pub(super) const KEY: &str = "key";
const ROWS: usize = 65_536;
const EXAMPLES: usize = 10;

/// Writes sorted keys and returns how many. Keys that come twice are an error with examples.
pub(super) async fn write(
    mut keys: SendableRecordBatchStream,
    snapshot: &Path,
    table: &str,
) -> Result<u64, EngineError> {
    let data_type = match keys.schema().field(0).data_type() {
        // Views are for computing; files hold plain text.
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(..) => DataType::Utf8,
        other => other.clone(),
    };
    let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new(KEY, data_type.clone(), false)]));
    let mut writer = TableWriter::create(snapshot, &schema, &[])?;
    let mut check = Unique { last: None, twice: Vec::new() };
    let mut pending: Vec<RecordBatch> = Vec::new();
    let (mut rows, mut waiting) = (0, 0);
    while let Some(batch) = keys.next().await {
        let batch = batch.failed("reading profiles")?;
        let column = datafusion::arrow::compute::cast(batch.column(0), &data_type)
            .map_err(|error| internal("writing a snapshot")(error.into()))?;
        check.see(&column)?;
        waiting += batch.num_rows();
        rows += batch.num_rows() as u64;
        pending.push(new_batch(&schema, column)?);
        if waiting >= ROWS {
            flush(&mut writer, &schema, &mut pending)?;
            waiting = 0;
        }
    }
    flush(&mut writer, &schema, &mut pending)?;
    if !check.twice.is_empty() {
        return Err(EngineError::DuplicateKeys { table: table.to_owned(), keys: check.twice });
    }
    writer.finish()?;
    Ok(rows)
}

fn new_batch(schema: &SchemaRef, column: ArrayRef) -> Result<RecordBatch, EngineError> {
    RecordBatch::try_new(Arc::clone(schema), vec![column])
        .map_err(|error| internal("writing a snapshot")(error.into()))
}

fn flush(
    writer: &mut TableWriter,
    schema: &SchemaRef,
    pending: &mut Vec<RecordBatch>,
) -> Result<(), EngineError> {
    if pending.is_empty() {
        return Ok(());
    }
    let batch = concat_batches(schema, pending.iter())
        .map_err(|error| internal("writing a snapshot")(error.into()))?;
    pending.clear();
    writer.write(&batch)
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
