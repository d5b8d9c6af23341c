//! Looking at tables: what their columns are, and what stands in them.

use std::path::Path;

use datafusion::arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::logical_expr::{Expr, cast, lit};
use datafusion::prelude::DataFrame;
use segue_model::segment::{Kind, Meaning};
use segue_model::{Described, DescribedColumn, EngineError, Format, Resources, Source, StoredTable};

use super::evaluator::texts;
use super::failure::Failed;
use super::related::named;
use super::rows::{self, Aside, Row};
use super::scan::{self, Wanted, kind_of};
use super::typed::Guess;
use crate::error::input;
use crate::read::InputFile;
use crate::source;

const FREQUENT: usize = 10;
const SAMPLE: usize = 5;

/// The columns of a source with what can be asked of each.
pub(super) fn infer(
    source: &Source,
    key: Option<&str>,
) -> Result<Vec<(String, Kind, Option<Meaning>)>, EngineError> {
    let found = source::find(source)?;
    let files = found.open()?;
    let Some(first) = files.first() else { return Ok(Vec::new()) };
    for file in &files[1..] {
        for field in first.schema.fields() {
            if file.schema.field_with_name(field.name()).is_err() {
                return input(format!(
                    "{} has no column \"{}\", which {} has: all files of a table have the same columns",
                    file.path.display(),
                    field.name(),
                    first.path.display()
                ));
            }
        }
    }
    if let Some(key) = key {
        first.column(key)?;
    }
    let names: Vec<String> = first.schema.fields().iter().map(|field| field.name().clone()).collect();
    let kinds: Vec<Kind> = match found.format {
        Format::Parquet => first.schema.fields().iter().map(|field| kind_of(field.data_type())).collect(),
        Format::Csv | Format::Ndjson => guess(&files, &names)?,
    };
    let is_text = found.format != Format::Parquet;
    let columns = names.into_iter().zip(kinds).map(|(name, kind)| {
        let meaning = Meaning::guess(&name);
        // A key is compared by its letters, and a phone number is no amount.
        let is_number = matches!(meaning, None | Some(Meaning::Birthday));
        let kind = if is_text && (key == Some(name.as_str()) || !is_number) { Kind::Text } else { kind };
        (name, kind, meaning)
    });
    Ok(columns.collect())
}

fn guess(files: &[InputFile], names: &[String]) -> Result<Vec<Kind>, EngineError> {
    let mut guesses = vec![Guess::new(); names.len()];
    for file in files {
        let columns: Vec<usize> = names.iter().map(|name| file.column(name)).collect::<Result<_, _>>()?;
        rows::each(file, &columns, &mut |_, row| {
            if let Row::Cells(cells) = row {
                guesses.iter_mut().zip(&cells).for_each(|(guess, cell)| guess.see(cell));
            }
            Ok(true)
        })?;
    }
    Ok(guesses.into_iter().map(Guess::kind).collect())
}

/// Looks at every value of a table. Rows that cannot be used are also written to `list`.
pub(super) async fn describe(
    table: &StoredTable,
    list: Option<&Path>,
    resources: &Resources,
    sort_merge: bool,
) -> Result<Described, EngineError> {
    let session = scan::session(resources, sort_merge)?;
    let aside = list.map(Aside::listed).transpose()?.unwrap_or_default();
    let columns = &table.table.columns;
    let mut wanted: Vec<Wanted> =
        columns.iter().map(|column| Wanted { column: column.name.clone(), as_key: false }).collect();
    wanted.extend(table.table.key.iter().map(|key| Wanted { column: key.clone(), as_key: true }));
    let frame = scan::scan(&session, table, &wanted, "c", &aside).await?;
    let counts = [count(lit(1)).alias("rows")].into_iter();
    let empties = columns.iter().enumerate().map(|(index, column)| {
        sum(cast(is_empty(index, column.kind), DataType::Int64)).alias(format!("empty{index}"))
    });
    let counted = frame.clone().aggregate(vec![], counts.chain(empties).collect()).failed("planning")?;
    let counted: Vec<u64> = texts(counted, 1)
        .await?
        .pop()
        .unwrap_or_default()
        .iter()
        .map(|text| text.parse().unwrap_or(0))
        .collect();
    let mut described = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let (distinct, frequent) = frequent(&frame, index, column.kind).await?;
        let empty = counted.get(index + 1).copied().unwrap_or_default();
        described.push(DescribedColumn { name: column.name.clone(), empty, distinct, frequent });
    }
    let sample = frame.clone().limit(0, Some(SAMPLE)).failed("planning")?;
    let sample = texts(sample, SAMPLE).await?.into_iter().map(|mut row| {
        row.truncate(columns.len());
        row
    });
    let (duplicate_keys, without_key) = match &table.table.key {
        None => (Vec::new(), 0),
        Some(_) => keys(&frame, columns.len()).await?,
    };
    Ok(Described {
        rows: counted.first().copied().unwrap_or_default(),
        columns: described,
        sample: sample.collect(),
        corrupt: aside.report()?,
        duplicate_keys,
        without_key,
    })
}

fn is_empty(index: usize, kind: Kind) -> Expr {
    let value = named(&format!("c{index}"));
    match kind {
        Kind::Text => value.clone().is_null().or(value.eq(lit(""))),
        _ => value.is_null(),
    }
}

/// How many different values a column has, and the most frequent ones.
async fn frequent(
    frame: &DataFrame,
    index: usize,
    kind: Kind,
) -> Result<(u64, Vec<(String, u64)>), EngineError> {
    if matches!(kind, Kind::TextList | Kind::Other) {
        return Ok((0, Vec::new()));
    }
    let value = named(&format!("c{index}"));
    let groups = frame
        .clone()
        .filter(is_empty(index, kind).is_not_true())
        .and_then(|frame| frame.aggregate(vec![value.alias("value")], vec![count(lit(1)).alias("rows")]))
        .failed("planning")?;
    let distinct =
        groups.clone().aggregate(vec![], vec![count(lit(1)).alias("distinct")]).failed("planning")?;
    let distinct = texts(distinct, 1).await?;
    let distinct = distinct.first().and_then(|row| row.first()?.parse().ok()).unwrap_or_default();
    let order = vec![named("rows").sort(false, false), named("value").sort(true, false)];
    let top = groups.sort(order).and_then(|groups| groups.limit(0, Some(FREQUENT))).failed("planning")?;
    let top = texts(top, FREQUENT).await?.into_iter().filter_map(|row| {
        let [value, rows] = <[String; 2]>::try_from(row).ok()?;
        Some((value, rows.parse().ok()?))
    });
    Ok((distinct, top.collect()))
}

/// Keys that more than one row has, and rows without a key.
async fn keys(frame: &DataFrame, place: usize) -> Result<(Vec<String>, u64), EngineError> {
    let key = named(&format!("c{place}"));
    let twice = frame
        .clone()
        .filter(key.clone().is_not_null())
        .and_then(|frame| frame.aggregate(vec![key.clone().alias("key")], vec![count(lit(1)).alias("rows")]))
        .and_then(|groups| groups.filter(named("rows").gt(lit(1_i64))))
        .and_then(|groups| groups.sort(vec![named("key").sort(true, false)]))
        .and_then(|groups| groups.limit(0, Some(FREQUENT)))
        .failed("planning")?;
    let twice = texts(twice, FREQUENT).await?.into_iter().filter_map(|row| row.into_iter().next()).collect();
    let missing = frame
        .clone()
        .filter(key.is_null())
        .and_then(|frame| frame.aggregate(vec![], vec![count(lit(1)).alias("rows")]))
        .failed("planning")?;
    let missing = texts(missing, 1).await?;
    let missing = missing.first().and_then(|row| row.first()?.parse().ok()).unwrap_or_default();
    Ok((twice, missing))
}
