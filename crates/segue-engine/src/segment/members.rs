//! What is done with members: counted, written, shown, compared.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast as convert;
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::datatypes::{DataType, Int64Type, Schema, SchemaRef};
use datafusion::common::JoinType;
use datafusion::functions_aggregate::expr_fn::{count as rows_of, sum};
use datafusion::logical_expr::{cast, lit};
use datafusion::prelude::DataFrame;
use futures::{StreamExt, TryStreamExt};
use segue_model::{EngineError, Evaluated, Evaluation, Overlap, Preview, Resources, StoredTable};

use super::evaluator::{Evaluator, PROFILE, joined, texts};
use super::failure::Failed;
use super::key;
use super::parquet;
use super::related::named;
use super::scan;
use super::snapshot::{self, KEY};
use crate::error::{OnFile, internal};
use crate::table::TableWriter;
use crate::text::Values;

pub(super) async fn count(evaluation: &Evaluation, sort_merge: bool) -> Result<Evaluated, EngineError> {
    let evaluator = Evaluator::new(evaluation, sort_merge)?;
    let members = evaluator.members().await?;
    let counted = members.aggregate(vec![], vec![rows_of(lit(1)).alias("members")]).failed("planning")?;
    let members = numbers(counted).await?.into_iter().next().unwrap_or_default();
    Ok(Evaluated { members, corrupt: evaluator.aside.tolerable()? })
}

/// The one row of whole numbers that a frame has.
async fn numbers(frame: DataFrame) -> Result<Vec<u64>, EngineError> {
    let batches: Vec<RecordBatch> =
        frame.execute_stream().await.failed("counting")?.try_collect().await.failed("counting")?;
    let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(Vec::new()) };
    let columns = batch.columns().iter().map(|column| {
        let column = convert(column, &DataType::Int64).map_err(|error| internal("counting")(error.into()))?;
        let column = column.as_primitive::<Int64Type>();
        // The sum of no rows is missing.
        Ok(if column.is_null(0) { 0 } else { u64::try_from(column.value(0)).unwrap_or_default() })
    });
    columns.collect()
}

pub(super) async fn refresh(
    evaluation: &Evaluation,
    snapshot: &Path,
    sort_merge: bool,
) -> Result<Evaluated, EngineError> {
    let evaluator = Evaluator::new(evaluation, sort_merge)?;
    let members = evaluator.members().await?;
    let sorted = members.sort(vec![named(PROFILE).sort(true, false)]).failed("planning")?;
    let keys = sorted.execute_stream().await.failed("reading profiles")?;
    let written = snapshot::write(keys, snapshot).await?;
    // Only now is known what could not be used, and the snapshot before is still there.
    let corrupt = evaluator.aside.tolerable()?;
    Ok(Evaluated { members: written.finish(&evaluation.definition.table)?, corrupt })
}

pub(super) async fn inspect(evaluation: &Evaluation, sort_merge: bool) -> Result<Vec<u64>, EngineError> {
    let evaluator = Evaluator::new(evaluation, sort_merge)?;
    let mut planter = evaluator.planter();
    let mut trees = planter.rules(&evaluation.definition)?;
    if let (Some(whole), false) = (trees.last().cloned(), evaluation.required.is_empty()) {
        trees.push(planter.require(whole, &evaluation.required)?);
    }
    let mut ground = evaluator.ground(&planter.outside, &trees.iter().collect::<Vec<_>>()).await?;
    let mut sums = Vec::new();
    for (index, tree) in trees.iter().enumerate() {
        ground.mark_all(tree)?;
        let holds = cast(ground.expr(tree, &evaluator.context)?.is_true(), DataType::Int64);
        sums.push(sum(holds).alias(format!("rule{index}")));
    }
    numbers(ground.frame.aggregate(vec![], sums).failed("planning")?).await
}

/// All columns of the profiles whose keys a snapshot holds; the key stands last, under a name of ours.
async fn profiles(
    table: &StoredTable,
    snapshot: &Path,
    resources: &Resources,
    sort_merge: bool,
) -> Result<DataFrame, EngineError> {
    let session = scan::session(resources, sort_merge)?;
    let (frame, own) = scan::whole(&session, table).await?;
    let key_type = frame.schema().field(table.table.columns.len()).data_type().clone();
    let keys = parquet::all(&session, &[snapshot]).await?;
    let kept = keys.schema().field(0).data_type().clone();
    let same = key::same((named(KEY), kept), (named(&own), key_type));
    let members = keys.join_on(frame, JoinType::RightSemi, [same]).failed("planning")?;
    members.sort(vec![named(&own).sort(true, false)]).failed("planning")
}

pub(super) async fn preview(
    table: &StoredTable,
    snapshot: &Path,
    rows: usize,
    resources: &Resources,
    sort_merge: bool,
) -> Result<Preview, EngineError> {
    let members = profiles(table, snapshot, resources, sort_merge).await?;
    let members = members.limit(0, Some(rows)).failed("planning")?;
    let columns: Vec<String> = table.table.columns.iter().map(|column| column.name.clone()).collect();
    let mut rows = texts(members, rows).await?;
    for row in &mut rows {
        row.truncate(columns.len());
    }
    Ok(Preview { columns, rows })
}

pub(super) async fn write(
    table: &StoredTable,
    snapshot: &Path,
    out: &Path,
    resources: &Resources,
    sort_merge: bool,
) -> Result<u64, EngineError> {
    let members = profiles(table, snapshot, resources, sort_merge).await?;
    let names: Vec<&str> = table.table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut stream = members.execute_stream().await.failed("reading members")?;
    let schema = renamed(&stream.schema(), &names);
    let mut sink = Sink::create(out, &schema)?;
    let mut rows = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch.failed("reading members")?;
        rows += batch.num_rows() as u64;
        let columns = batch.columns()[..names.len()].to_vec();
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns)
            .map_err(|error| internal("writing members")(error.into()))?;
        sink.write(&batch, out)?;
    }
    sink.finish(out)?;
    Ok(rows)
}

/// The first columns under these names.
fn renamed(schema: &Schema, names: &[&str]) -> SchemaRef {
    let fields = names.iter().zip(schema.fields());
    let fields = fields.map(|(name, field)| field.as_ref().clone().with_name(*name));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Where members are written.
enum Sink {
    Csv(Box<datafusion::arrow::csv::Writer<BufWriter<File>>>),
    Parquet(Box<TableWriter>),
}

impl Sink {
    /// By the ending of the file's name.
    fn create(out: &Path, schema: &SchemaRef) -> Result<Self, EngineError> {
        let is_parquet = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
        if is_parquet {
            let table = TableWriter::create(out, schema, &[]).map_err(|error| unwritable(error, out))?;
            return Ok(Self::Parquet(Box::new(table)));
        }
        let file = File::create(out).on("write", out).map_err(|error| unwritable(error, out))?;
        let mut writer = WriterBuilder::new().with_header(true).build(BufWriter::new(file));
        // The header stands there even if nobody is a member.
        let empty = as_text(&RecordBatch::new_empty(Arc::clone(schema)))?;
        writer.write(&empty).map_err(std::io::Error::other).on("write", out)?;
        Ok(Self::Csv(Box::new(writer)))
    }

    fn write(&mut self, batch: &RecordBatch, out: &Path) -> Result<(), EngineError> {
        match self {
            Self::Parquet(table) => table.write(batch),
            Self::Csv(writer) => {
                writer.write(&as_text(batch)?).map_err(std::io::Error::other).on("write", out)
            }
        }
    }

    fn finish(self, out: &Path) -> Result<(), EngineError> {
        match self {
            Self::Parquet(table) => table.finish(),
            Self::Csv(writer) => writer.into_inner().flush().on("write", out),
        }
    }
}

/// A place that cannot be written to was chosen by who asked.
fn unwritable(error: EngineError, out: &Path) -> EngineError {
    let EngineError::File { source, .. } = &error else { return error };
    let name = out.display();
    EngineError::Input(match source.kind() {
        ErrorKind::NotFound => format!("{name} cannot be written: there is no such folder"),
        ErrorKind::PermissionDenied => format!("{name} may not be written: check the folder's permissions"),
        ErrorKind::IsADirectory => format!("{name} is a folder: name a file in it"),
        ErrorKind::NotADirectory => format!("{name} cannot be written: what should be a folder is a file"),
        _ => return error,
    })
}

/// CSV knows no lists, and no other way of writing a number than ours.
fn as_text(batch: &RecordBatch) -> Result<RecordBatch, EngineError> {
    let columns = batch.columns().iter().map(|column| -> Result<ArrayRef, EngineError> {
        let values = Values::of(column, "a column")?;
        let texts =
            (0..batch.num_rows()).map(|row| Some(joined(&values, row)).filter(|text| !text.is_empty()));
        Ok(Arc::new(texts.collect::<StringArray>()))
    });
    let columns: Vec<ArrayRef> = columns.collect::<Result<_, _>>()?;
    let fields = batch
        .schema()
        .fields()
        .iter()
        .map(|field| field.as_ref().clone().with_data_type(DataType::Utf8))
        .collect::<Vec<_>>();
    RecordBatch::try_new(Schema::new(fields).into(), columns)
        .map_err(|error| internal("writing members")(error.into()))
}

pub(super) async fn overlap(
    snapshots: &[PathBuf],
    resources: &Resources,
    sort_merge: bool,
) -> Result<Vec<Overlap>, EngineError> {
    let session = scan::session(resources, sort_merge)?;
    let mut all: Option<DataFrame> = None;
    for (index, path) in snapshots.iter().enumerate() {
        let bit = 1_i64 << index;
        let keys = parquet::all(&session, &[path]).await?;
        let keys = keys
            .select(vec![cast(named(KEY), DataType::Utf8).alias(KEY), lit(bit).alias("bit")])
            .failed("planning")?;
        all = Some(match all {
            None => keys,
            Some(before) => before.union(keys).failed("planning")?,
        });
    }
    let Some(all) = all else { return Ok(Vec::new()) };
    // Keys are unique within a snapshot, so a sum of bits is their union.
    let by_key = all.aggregate(vec![named(KEY)], vec![sum(named("bit")).alias("bits")]).failed("planning")?;
    let by_bits = by_key
        .aggregate(vec![named("bits")], vec![rows_of(lit(1)).alias("profiles")])
        .and_then(|frame| frame.sort(vec![named("bits").sort(true, false)]))
        .failed("planning")?;
    let rows = texts(by_bits, usize::MAX).await?;
    let overlaps = rows.into_iter().filter_map(|row| {
        let (bits, profiles): (i64, u64) = (row.first()?.parse().ok()?, row.get(1)?.parse().ok()?);
        let of = (0..snapshots.len()).map(|index| bits & (1 << index) != 0).collect();
        Some(Overlap { of, profiles })
    });
    Ok(overlaps.collect())
}
