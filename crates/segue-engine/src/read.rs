//! Reading a source's files: each as record batches of the columns that are wanted, in the order of its rows.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::Scope;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::reader::infer_json_schema;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::file::metadata::ParquetMetaData;
use segue_model::{EngineError, Format, Unkept};
use serde_json::value::RawValue;

use crate::blanks::Blanks;
use crate::error::input;
use crate::source::{self, unreadable};
use crate::{csv, segment};

/// Rows in a record batch.
pub(crate) const BATCH: usize = 8192;

/// One file of a source.
#[derive(Clone)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    format: Format,
    /// All of its columns.
    pub(crate) schema: SchemaRef,
    /// Rows, where the file says so.
    pub(crate) rows: Option<u64>,
    delimiter: u8,
    /// Whether it is NDJSON with lines that are no object.
    has_bad_lines: bool,
    /// Looked for once a row is to be named.
    blanks: Arc<OnceLock<(u64, Blanks)>>,
}

pub(crate) type Batches = Box<dyn Iterator<Item = Result<RecordBatch, EngineError>>>;

impl source::Files {
    /// Opens all of them.
    pub(crate) fn open(&self) -> Result<Vec<InputFile>, EngineError> {
        self.paths.iter().map(|path| InputFile::open(path, self.format)).collect()
    }
}

impl InputFile {
    /// Opens a file and reads what columns it has.
    pub(crate) fn open(path: &Path, format: Format) -> Result<Self, EngineError> {
        let mut file = Self {
            path: path.to_owned(),
            format,
            schema: Arc::new(Schema::empty()),
            rows: None,
            delimiter: b',',
            has_bad_lines: false,
            blanks: Arc::default(),
        };
        match format {
            Format::Csv => (file.schema, file.delimiter) = csv::header(path)?,
            Format::Ndjson => (file.schema, file.has_bad_lines) = file.infer_json()?,
            Format::Parquet => {
                let builder = file.parquet()?;
                file.schema = Arc::clone(builder.schema());
                file.rows = u64::try_from(builder.metadata().file_metadata().num_rows()).ok();
            }
        }
        file.check_names()?;
        Ok(file)
    }

    /// Which of two columns of one name is meant, nobody can tell.
    fn check_names(&self) -> Result<(), EngineError> {
        let mut seen = HashSet::new();
        let names = self.schema.fields().iter().map(|field| field.name());
        match names.filter(|name| !name.is_empty()).find(|name| !seen.insert(*name)) {
            Some(twice) => Err(EngineError::Header {
                words: format!("{} has two columns of one name: rename or remove one", self.path.display()),
                before: ". They are named: ",
                names: Unkept::new(vec![twice.clone()]),
            }),
            None => Ok(()),
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The file's name without its folders, for reports.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The number of a row as a person counts it: the header of a CSV file is row 1, and blank lines count.
    pub(crate) fn row_number(&self, index: u64) -> u64 {
        let record = index + u64::from(self.format == Format::Csv);
        let (first, blanks) = self.blanks.get_or_init(|| self.find_blanks());
        first + record + blanks.before(record)
    }

    /// The number of the first row, and which ones behind it are blank. A file that cannot be read any more is told by
    /// whoever reads its rows.
    fn find_blanks(&self) -> (u64, Blanks) {
        match self.format {
            Format::Csv => csv::begin(&self.path).map_or_else(
                |_| (1, Blanks::default()),
                |(reader, named)| {
                    let blanks = Blanks::of_csv(reader, self.delimiter).unwrap_or_default();
                    (csv::first_row_number(named), blanks)
                },
            ),
            Format::Ndjson => {
                let reader = source::open_text(&self.path).ok();
                (1, reader.and_then(|reader| Blanks::of_ndjson(reader).ok()).unwrap_or_default())
            }
            Format::Parquet => (1, Blanks::default()),
        }
    }

    /// The position of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize, EngineError> {
        if let Ok(index) = self.schema.index_of(name) {
            return Ok(index);
        }
        let names: Vec<String> = self.schema.fields().iter().map(|field| field.name().clone()).collect();
        let close = names.iter().find(|known| known.trim().eq_ignore_ascii_case(name.trim()));
        // What a line that cannot be read would have named is not missing.
        if self.has_bad_lines {
            return Err(self.bad_json());
        }
        let words = format!("{} has no column \"{name}\"", self.path.display());
        if let Some(close) = close {
            // The same name, but for its case and the blanks around it.
            return input(format!("{words}: did you mean \"{close}\"?"));
        }
        // A row of data in its place is recognised best when it is shown as what it was taken for.
        let before = if self.format == Format::Csv { "; its header names: " } else { "; its columns are: " };
        Err(EngineError::Header { words, before, names: Unkept::new(names) })
    }

    /// Reads the columns at these positions. Where the format leaves a choice, columns in `as_text` are read as the text
    /// that stands in the file.
    pub(crate) fn batches(&self, columns: &[usize], as_text: &[usize]) -> Result<Batches, EngineError> {
        match self.format {
            Format::Csv => csv::batches(self, columns),
            Format::Ndjson if self.has_bad_lines => Err(self.bad_json()),
            Format::Ndjson => self.json_batches(columns, as_text, Box::new(source::open_text(&self.path)?)),
            Format::Parquet => {
                let builder = self.parquet()?;
                let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
                let reader = builder.with_projection(mask).with_batch_size(BATCH).build();
                let reader = reader.map_err(|_| self.damaged())?;
                let damaged = self.damaged_text();
                Ok(Box::new(reader.map(move |batch| batch.map_err(|_| EngineError::Input(damaged.clone())))))
            }
        }
    }

    /// The same, read on a thread of its own, a batch ahead of whoever uses them. `sound`: rows that a segment sets aside
    /// are passed over, and not an error.
    pub(crate) fn batches_ahead<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        columns: Vec<usize>,
        as_text: Vec<usize>,
        sound: bool,
    ) -> mpsc::IntoIter<Result<RecordBatch, EngineError>> {
        let (sender, receiver) = mpsc::sync_channel(1);
        scope.spawn(move || {
            // Nobody listens after an error.
            let mut send = |batch| sender.send(batch).is_ok();
            if let Err(error) = self.send(&columns, &as_text, sound, &mut send) {
                send(Err(error));
            }
        });
        receiver.into_iter()
    }

    fn send(
        &self,
        columns: &[usize],
        as_text: &[usize],
        sound: bool,
        send: &mut dyn FnMut(Result<RecordBatch, EngineError>) -> bool,
    ) -> Result<(), EngineError> {
        let mut batches = match self.format {
            Format::Csv if sound => return segment::sound_rows(self, columns, &mut |batch| send(Ok(batch))),
            Format::Ndjson if sound => {
                let objects = Objects::new(source::open_text(&self.path)?);
                self.json_batches(columns, as_text, Box::new(objects))?
            }
            _ => self.batches(columns, as_text)?,
        };
        while batches.next().is_some_and(&mut *send) {}
        Ok(())
    }

    fn parquet(&self) -> Result<ParquetRecordBatchReaderBuilder<File>, EngineError> {
        let file = File::open(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|_| self.damaged())
    }

    /// What a Parquet file tells of itself.
    pub(crate) fn metadata(&self) -> Result<Arc<ParquetMetaData>, EngineError> {
        Ok(Arc::clone(self.parquet()?.metadata()))
    }

    fn damaged_text(&self) -> String {
        format!(
            "{} cannot be read as Parquet, it is truncated or damaged: write it again",
            self.path.display()
        )
    }

    fn damaged(&self) -> EngineError {
        EngineError::Input(self.damaged_text())
    }

    /// What columns its objects have, and whether there are lines that are none.
    fn infer_json(&self) -> Result<(SchemaRef, bool), EngineError> {
        let mut objects = Objects::new(source::open_text(&self.path)?);
        let (schema, rows) = infer_json_schema(&mut objects, None).map_err(|_| self.bad_json())?;
        match rows {
            0 if objects.has_passed_over => Err(self.bad_json()),
            0 => input(format!("{} holds no row", self.path.display())),
            _ => Ok((Arc::new(schema), objects.has_passed_over)),
        }
    }

    fn json_batches(
        &self,
        columns: &[usize],
        as_text: &[usize],
        lines: Box<dyn BufRead>,
    ) -> Result<Batches, EngineError> {
        let fields: Vec<Field> = columns
            .iter()
            .map(|&column| {
                let field = self.schema.field(column).clone();
                let is_plain = !field.data_type().is_nested();
                // A number that inference took for a double would lose the digits that stand in the file.
                if is_plain && as_text.contains(&column) {
                    field.with_data_type(DataType::Utf8)
                } else {
                    field
                }
            })
            .collect();
        let builder = datafusion::arrow::json::ReaderBuilder::new(Arc::new(Schema::new(fields)));
        let reader = builder.with_batch_size(BATCH).with_coerce_primitive(true).build(lines);
        let reader = reader.map_err(|_| self.bad_json())?;
        let file = self.clone();
        Ok(Box::new(reader.map(move |batch| batch.map_err(|_: ArrowError| file.bad_json()))))
    }

    /// Why its lines cannot be read: the first that is no JSON object. Parsers quote what they cannot read, and that is
    /// somebody's data.
    fn bad_json(&self) -> EngineError {
        let name = self.path.display();
        let general = EngineError::Input(format!(
            "{name} is not valid NDJSON: every line must be one JSON object, with the same kind of value under the same name"
        ));
        let Ok(reader) = source::open_text(&self.path) else { return general };
        for (index, line) in reader.split(b'\n').enumerate() {
            let Ok(line) = line else { return general };
            if std::str::from_utf8(&line).is_err() {
                return EngineError::Input(format!(
                    "{name}, line {}: not UTF-8: save the file as UTF-8",
                    index + 1
                ));
            }
            if !line.trim_ascii().is_empty() && !is_object(&line) {
                return EngineError::Input(format!("{name}, line {}: not one JSON object", index + 1));
            }
        }
        general
    }
}

/// The lines of a file that are one JSON object each. All others are passed over.
struct Objects<R> {
    reader: R,
    line: Vec<u8>,
    /// How much of the line has been read.
    read: usize,
    has_passed_over: bool,
}

impl<R: BufRead> Objects<R> {
    fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), read: 0, has_passed_over: false }
    }
}

impl<R: BufRead> Read for Objects<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Objects<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.read == self.line.len() {
            self.line.clear();
            self.read = 0;
            if self.reader.read_until(b'\n', &mut self.line)? == 0 {
                break;
            }
            if !is_object(&self.line) {
                self.has_passed_over |= !self.line.trim_ascii().is_empty();
                self.read = self.line.len();
            }
        }
        Ok(&self.line[self.read..])
    }

    fn consume(&mut self, amount: usize) {
        self.read = self.line.len().min(self.read + amount);
    }
}

fn is_object(line: &[u8]) -> bool {
    let text = std::str::from_utf8(line).unwrap_or_default();
    text.trim_start().starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok()
}
