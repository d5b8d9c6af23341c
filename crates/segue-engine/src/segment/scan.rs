//! Reading tables as DataFusion reads them: Parquet in place (`parquet.rs`), text files row by row with the declared
//! kinds.
//!
//! This is the one place that opens a source: other kinds of source are added here.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{FairSpillPool, GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use segue_model::segment::{Kind, TableColumn};
use segue_model::{Drifted, EngineError, Format, Resources, StoredTable};

use super::cheap_first::CheapFirst;
use super::failure::Failed;
use super::parquet;
use super::rows::{self, Aside, Row};
use super::scope::unchecked;
use super::typed::{self, Column, Fitted};
use crate::read::InputFile;
use crate::source;

/// A column that is wanted, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub(super) column: String,
    /// As the text that stands in a text file, whatever its kind: for keys.
    pub(super) as_key: bool,
}

/// A session that keeps to the resources. `sort_merge`: joins spill, at the price of sorting.
pub(super) fn session(resources: &Resources, sort_merge: bool) -> Result<SessionContext, EngineError> {
    let mut config = SessionConfig::new().with_target_partitions(resources.threads.max(1));
    let options = config.options_mut();
    options.optimizer.prefer_hash_join = !sort_merge;
    // Columns are called what the file calls them.
    options.sql_parser.enable_ident_normalization = false;
    // "x is not true" is never unknown, which the planner knows before it lowers the expression and not after.
    options.execution.skip_physical_aggregate_schema_check = true;
    // Groups of related tables are nearly as many as rows: adding up twice is wasted.
    options.execution.skip_partial_aggregation_probe_ratio_threshold = 0.5;
    // What each sort keeps for merging what it has spilled: its 10 MB would be all of a small limit.
    let merging = resources.memory_bytes / (16 * resources.threads.max(1));
    options.execution.sort_spill_reservation_bytes =
        options.execution.sort_spill_reservation_bytes.min(merging);
    // Shares would leave most of the memory unused and spill the rest: what needs much is one operator at a time. Where that
    // is too much for the others, joins that spill have shares of their own.
    let memory: Arc<dyn MemoryPool> = if sort_merge {
        Arc::new(FairSpillPool::new(resources.memory_bytes))
    } else {
        Arc::new(GreedyMemoryPool::new(resources.memory_bytes))
    };
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(memory)
        .with_temp_file_path(&resources.spill)
        .build_arc()
        .failed("starting")?;
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_physical_optimizer_rule(Arc::new(CheapFirst))
        .build();
    Ok(SessionContext::new_with_state(state))
}

/// The wanted columns of a table, named `prefix` and their number.
pub(super) async fn scan(
    session: &SessionContext,
    stored: &StoredTable,
    wanted: &[Wanted],
    prefix: &str,
    aside: &Aside,
) -> Result<DataFrame, EngineError> {
    let found = source::find(&stored.source)?;
    let files = found.open()?;
    for file in &files {
        check_columns(file, stored, wanted)?;
    }
    if found.format == Format::Parquet {
        return parquet::scan(session, &files, wanted, prefix).await;
    }
    scan_text(session, stored, files, wanted, prefix, aside)
}

/// All columns of a table of profiles as they are written, and the name of its key, which stands behind them.
pub(super) async fn whole(
    session: &SessionContext,
    stored: &StoredTable,
) -> Result<(DataFrame, String), EngineError> {
    let column = stored.table.key.clone().ok_or_else(|| unchecked("key"))?;
    // What stands in a text file is shown and written as it stands there.
    let as_written =
        |column: &TableColumn| Wanted { column: column.name.clone(), as_key: column.kind != Kind::TextList };
    let mut wanted: Vec<Wanted> = stored.table.columns.iter().map(as_written).collect();
    wanted.push(Wanted { column, as_key: true });
    let frame = scan(session, stored, &wanted, "p", &Aside::default()).await?;
    Ok((frame, format!("p{}", wanted.len() - 1)))
}

/// Whether it is known without looking at its rows that each of them has a key in this column.
pub(super) fn is_keyed(stored: &StoredTable, column: &str) -> Result<bool, EngineError> {
    let found = source::find(&stored.source)?;
    Ok(found.format == Format::Parquet && parquet::is_filled(&found.open()?, column)?)
}

/// The columns that a table declares and its files no longer have so.
pub(super) fn drift(stored: &StoredTable) -> Result<Vec<Drifted>, EngineError> {
    let files = source::find(&stored.source)?.open()?;
    let columns = stored.table.columns.iter();
    let drifted = columns.filter_map(|column| {
        let words = files.iter().find_map(|file| drifted(file, stored, &column.name))?;
        Some(Drifted { column: column.name.clone(), words })
    });
    Ok(drifted.collect())
}

/// Schema drift, found before anything is computed.
fn check_columns(file: &InputFile, stored: &StoredTable, wanted: &[Wanted]) -> Result<(), EngineError> {
    match wanted.iter().find_map(|wanted| drifted(file, stored, &wanted.column)) {
        Some(words) => Err(EngineError::Drift { table: stored.table.name.clone(), words }),
        None => Ok(()),
    }
}

/// What became of a column in a file, if it is not what the table declares.
fn drifted(file: &InputFile, stored: &StoredTable, column: &str) -> Option<String> {
    let (table, path) = (&stored.table.name, file.path.display());
    let Ok(field) = file.schema.field_with_name(column) else {
        let names: Vec<&str> = file.schema.fields().iter().map(|field| field.name().as_str()).collect();
        // These words are kept, and without any column that it had the file may begin with a row of data.
        let columns = match names.iter().any(|name| stored.table.column(name).is_some()) {
            true => format!("; its columns are: {}", names.join(", ")),
            false => String::new(),
        };
        return Some(format!("table \"{table}\": {path} has no column \"{column}\" any more{columns}"));
    };
    let (declared, now) = (stored.table.column(column)?.kind, kind_of(field.data_type()));
    let is_same = file.format() != Format::Parquet || declared == now;
    (!is_same).then(|| {
        format!(
            "table \"{table}\": column \"{column}\" of {path} is now {}, and was {}: declare the table anew",
            now.word(),
            declared.word()
        )
    })
}

/// What can be asked of a column of this type.
pub(super) fn kind_of(data_type: &DataType) -> Kind {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
        DataType::Boolean => Kind::Boolean,
        DataType::Date32 | DataType::Date64 => Kind::Date,
        DataType::Timestamp(_, None) => Kind::LocalTime,
        DataType::Timestamp(_, Some(_)) => Kind::Instant,
        DataType::Dictionary(_, value) => kind_of(value),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::FixedSizeList(item, _)
            if kind_of(item.data_type()) == Kind::Text =>
        {
            Kind::TextList
        }
        kind if kind.is_numeric() => Kind::Number,
        _ => Kind::Other,
    }
}

fn scan_text(
    session: &SessionContext,
    stored: &StoredTable,
    files: Vec<InputFile>,
    wanted: &[Wanted],
    prefix: &str,
    aside: &Aside,
) -> Result<DataFrame, EngineError> {
    let kinds: Vec<Kind> = wanted
        .iter()
        .map(|wanted| {
            let declared = stored.table.column(&wanted.column).map_or(Kind::Text, |column| column.kind);
            if wanted.as_key { Kind::Text } else { declared }
        })
        .collect();
    let fields = kinds.iter().enumerate();
    let fields: Vec<Field> = fields
        .map(|(index, kind)| Field::new(format!("{prefix}{index}"), typed::data_type(*kind), true))
        .collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let partitions = files.into_iter().map(|file| {
        let partition = TextFile {
            schema: Arc::clone(&schema),
            columns: wanted.iter().map(|wanted| file.column(&wanted.column)).collect::<Result<_, _>>()?,
            names: wanted.iter().map(|wanted| wanted.column.clone()).collect(),
            kinds: kinds.clone(),
            table: stored.table.name.clone(),
            file: Arc::new(file),
            aside: aside.clone(),
        };
        Ok(Arc::new(partition) as Arc<dyn PartitionStream>)
    });
    let partitions = partitions.collect::<Result<Vec<_>, EngineError>>()?;
    let table = StreamingTable::try_new(schema, partitions).failed("opening a table")?;
    session.read_table(Arc::new(table)).failed("opening a table")
}

/// One text file as a stream of record batches.
#[derive(Clone)]
struct TextFile {
    schema: SchemaRef,
    file: Arc<InputFile>,
    /// Positions of the wanted columns.
    columns: Vec<usize>,
    names: Vec<String>,
    kinds: Vec<Kind>,
    table: String,
    aside: Aside,
}

impl std::fmt::Debug for TextFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextFile").field("file", &self.file.path).finish_non_exhaustive()
    }
}

const ROWS: usize = 8192;

impl PartitionStream for TextFile {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(&self.schema), 2);
        let sender = builder.tx();
        let file = self.clone();
        builder.spawn_blocking(move || {
            file.send(&mut |batch| sender.blocking_send(Ok(batch)).is_ok())
                .map_err(|error| DataFusionError::External(Box::new(error)))
        });
        builder.build()
    }
}

impl TextFile {
    /// Sends batches until nobody listens.
    fn send(&self, send: &mut dyn FnMut(RecordBatch) -> bool) -> Result<(), EngineError> {
        let columns = self.kinds.iter().map(|kind| Column::new(*kind)).collect();
        let mut reading = Reading { from: self, columns, rows: 0, fit: vec![(0, 0); self.kinds.len()] };
        rows::each(&self.file, &self.columns, &mut |index, row| {
            reading.take(index, row)?;
            if reading.rows < ROWS { Ok(true) } else { Ok(send(reading.batch()?)) }
        })?;
        if reading.rows > 0 {
            send(reading.batch()?);
        }
        for ((name, kind), (fits, misfits)) in self.names.iter().zip(&self.kinds).zip(reading.fit) {
            self.aside.saw(&self.table, name, *kind, (fits, misfits));
        }
        Ok(())
    }
}

/// Sends the rows of a CSV file that segments do not set aside, their values as text.
pub(crate) fn sound_rows(
    file: &InputFile,
    columns: &[usize],
    send: &mut dyn FnMut(RecordBatch) -> bool,
) -> Result<(), EngineError> {
    let fields: Vec<Field> = columns.iter().map(|&column| file.schema.field(column).clone()).collect();
    let text = TextFile {
        names: fields.iter().map(|field| field.name().clone()).collect(),
        kinds: vec![Kind::Text; columns.len()],
        schema: Arc::new(Schema::new(fields)),
        file: Arc::new(file.clone()),
        columns: columns.to_vec(),
        table: String::new(),
        aside: Aside::default(),
    };
    text.send(send)
}

/// A text file on its way to record batches.
struct Reading<'f> {
    from: &'f TextFile,
    columns: Vec<Column>,
    rows: usize,
    /// For each column, how many of its values fit its kind and how many do not; empty ones are neither.
    fit: Vec<(u64, u64)>,
}

impl Reading<'_> {
    fn take(&mut self, at: u64, row: Row) -> Result<(), EngineError> {
        let from = self.from;
        let cells = match row {
            Row::Cells(cells) => cells,
            Row::Bad(reason) => return from.aside.put(&from.table, &from.file, at, reason),
        };
        let mut fitted = Vec::with_capacity(cells.len());
        for (index, (cell, kind)) in cells.into_iter().zip(&from.kinds).enumerate() {
            match typed::fit(cell, *kind) {
                Some(value) => {
                    self.fit[index].0 += u64::from(!matches!(value, Fitted::Empty));
                    fitted.push(value);
                }
                None => {
                    self.fit[index].1 += 1;
                    let name = &from.names[index];
                    let reason = format!("column \"{name}\" does not fit its kind, {}", kind.word());
                    return from.aside.put(&from.table, &from.file, at, reason);
                }
            }
        }
        for (column, value) in self.columns.iter_mut().zip(fitted) {
            column.push(value);
        }
        self.rows += 1;
        Ok(())
    }

    fn batch(&mut self) -> Result<RecordBatch, EngineError> {
        let options = datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows = 0;
        let columns = self.columns.iter_mut().map(Column::finish).collect();
        RecordBatch::try_new_with_options(Arc::clone(&self.from.schema), columns, &options)
            .map_err(DataFusionError::from)
            .failed("reading a table")
    }
}
