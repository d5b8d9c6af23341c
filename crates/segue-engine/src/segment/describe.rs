//! Looking at tables: what their columns are, and what stands in them.

use std::path::Path;

use datafusion::arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::logical_expr::{Expr, cast, lit};
use segue_model::segment::{Kind, Meaning};
use segue_model::{Described, DescribedColumn, EngineError, Format, Resources, Source, StoredTable};

use super::evaluator::texts;
use super::failure::Failed;
use super::frequent::{self, Groups};
use super::related::named;
use super::rows::{self, Aside, Row};
use super::scan::{self, Wanted, kind_of};
use super::typed::Guess;
use crate::error::input;
use crate::read::InputFile;
use crate::source;

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
    let mut kinds: Vec<Kind> = columns.iter().map(|column| column.kind).collect();
    // The key stands behind the columns once more, in text files as text.
    let fields = frame.schema().fields();
    kinds.extend(fields.get(columns.len()).map(|key| kind_of(key.data_type())));
    let counts = [count(lit(1)).alias("rows")].into_iter();
    let empties = kinds.iter().enumerate().map(|(index, kind)| {
        sum(cast(is_empty(index, *kind), DataType::Int64)).alias(format!("empty{index}"))
    });
    let counted = frame.clone().aggregate(vec![], counts.chain(empties).collect()).failed("planning")?;
    let counted: Vec<u64> = texts(counted, 1)
        .await?
        .pop()
        .unwrap_or_default()
        .iter()
        .map(|text| text.parse().unwrap_or(0))
        .collect();
    let empty = |index: usize| counted.get(index + 1).copied().unwrap_or_default();
    let mut groups = frequent::groups(&frame, &kinds).await?;
    let keys = groups.split_off(columns.len()).pop();
    let described = columns.iter().zip(groups).enumerate().map(|(index, (column, groups))| {
        let Groups { distinct, frequent } = groups;
        DescribedColumn { name: column.name.clone(), empty: empty(index), distinct, frequent }
    });
    let twice = keys.map_or_else(Vec::new, |keys| keys.frequent).into_iter().filter(|(_, rows)| *rows > 1);
    let sample = frame.clone().limit(0, Some(SAMPLE)).failed("planning")?;
    let sample = texts(sample, SAMPLE).await?.into_iter().map(|mut row| {
        row.truncate(columns.len());
        row
    });
    Ok(Described {
        rows: counted.first().copied().unwrap_or_default(),
        columns: described.collect(),
        sample: sample.collect(),
        corrupt: aside.report()?,
        duplicate_keys: twice.map(|(key, _)| key).collect(),
        without_key: table.table.key.as_ref().map_or(0, |_| empty(columns.len())),
    })
}

pub(super) fn is_empty(index: usize, kind: Kind) -> Expr {
    let value = named(&format!("c{index}"));
    match kind {
        Kind::Text => value.clone().is_null().or(value.eq(lit(""))),
        _ => value.is_null(),
    }
}
