//! Our own tables on disk: Parquet files that say by which format they were written, complete or not there at all.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use datafusion::parquet::arrow::{ArrowWriter, ProjectionMask};
use datafusion::parquet::basic::Encoding;
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use segue_model::EngineError;

use crate::error::{OnFile, internal};

const FORMAT_KEY: &str = "segue.format";
const FORMAT: u32 = 1;

/// Writes a table beside its place and moves it there when it is complete.
pub(crate) struct TableWriter {
    writer: ArrowWriter<File>,
    path: PathBuf,
    beside: PathBuf,
}

impl TableWriter {
    /// `repeating` columns of numbers and texts mostly hold what the row before holds.
    pub(crate) fn create(path: &Path, schema: &SchemaRef, repeating: &[&str]) -> Result<Self, EngineError> {
        let beside = path.with_extension("parquet.tmp");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&beside).on("write", &beside)?;
        let format = KeyValue::new(FORMAT_KEY.to_owned(), FORMAT.to_string());
        let mut properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_key_value_metadata(Some(vec![format]));
        for &column in repeating {
            // A dictionary would look up every value.
            let is_text = schema.field_with_name(column).is_ok_and(|field| field.data_type().is_string());
            let encoding = if is_text { Encoding::DELTA_BYTE_ARRAY } else { Encoding::DELTA_BINARY_PACKED };
            properties = properties.set_column_encoding(ColumnPath::from(column), encoding);
        }
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties.build()));
        let writer = writer.map_err(|error| failed(error, "write", &beside))?;
        Ok(Self { writer, path: path.to_owned(), beside })
    }

    /// Writes a batch as one row group, so that memory holds one at a time.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let written = self.writer.write(batch).and_then(|()| self.writer.flush());
        written.map_err(|error| failed(error, "write", &self.beside))
    }

    /// Where it stands until it is complete.
    pub(crate) fn beside(&self) -> &Path {
        &self.beside
    }

    /// Moves the table to its place, safe against a crash of the machine.
    pub(crate) fn finish(self) -> Result<(), EngineError> {
        let file = self.writer.into_inner().map_err(|error| failed(error, "write", &self.beside))?;
        file.sync_data().on("write", &self.beside)?;
        std::fs::rename(&self.beside, &self.path).on("write", &self.path)
    }
}

/// Reads some columns of a table from row `from` on, in the order of the table.
pub(crate) fn read(
    path: &Path,
    columns: &[&str],
    from: u64,
    rows: usize,
) -> Result<ParquetRecordBatchReader, EngineError> {
    let file = File::open(path).on("read", path)?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(error, "read", path))?;
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let format = metadata.and_then(|all| all.iter().find(|entry| entry.key == FORMAT_KEY));
    let format = format.and_then(|entry| entry.value.as_deref()?.parse::<u32>().ok());
    if format.is_some_and(|format| format > FORMAT) {
        return Err(EngineError::NewerState { path: path.to_owned() });
    }
    let has = |name: &&str| builder.schema().index_of(name).is_ok();
    if !columns.iter().all(has) {
        let words = "it lacks columns: a version before the first release has written it; begin with a new state directory";
        return Err(std::io::Error::new(ErrorKind::InvalidData, words)).on("read", path);
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let from = usize::try_from(from).map_err(|error| internal("counting rows")(error.into()))?;
    let reader = builder.with_projection(mask).with_batch_size(rows).with_offset(from).build();
    reader.map_err(|error| failed(error, "read", path))
}

/// The number of rows of a table, and whether it has a column.
pub(crate) fn look(path: &Path, column: &str) -> Result<(u64, bool), EngineError> {
    let file = File::open(path).on("read", path)?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(error, "read", path))?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    Ok((rows, builder.schema().index_of(column).is_ok()))
}

/// The first row of a table sorted by a column whose value is not before something; the number of rows if there is none.
pub(crate) fn first_not_before(
    path: &Path,
    column: &str,
    is_before: impl Fn(&ArrayRef) -> Result<bool, EngineError>,
) -> Result<u64, EngineError> {
    let (mut low, mut high) = (0, look(path, column)?.0);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = read(path, &[column], middle, 1)?.next();
        let Some(row) = row.transpose().map_err(|error| internal("looking in a table")(error.into()))? else {
            break;
        };
        if is_before(row.column(0))? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Tells a disk that fails from a defect of ours.
pub(crate) fn failed(error: ParquetError, doing: &'static str, path: &Path) -> EngineError {
    let source = match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => *source,
            Err(source) => std::io::Error::other(source),
        },
        // What fails while a file is closed comes as words.
        ParquetError::General(words) if words.contains("No space left") => ErrorKind::StorageFull.into(),
        other => std::io::Error::other(other),
    };
    EngineError::File { doing, path: path.to_owned(), source }
}
