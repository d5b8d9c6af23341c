//! Parquet files as tables, read in place: their columns as everything else expects them, and what their metadata tells.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column as Named, ExprSchema};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::logical_expr::{Expr, cast, lit, when};
use datafusion::parquet::file::metadata::RowGroupMetaData;
use datafusion::prelude::{DataFrame, SessionContext};
use segue_model::EngineError;

use super::failure::Failed;
use super::scan::Wanted;
use crate::read::InputFile;
use crate::source;

/// The wanted columns of Parquet files, named `prefix` and their number.
pub(super) async fn scan(
    session: &SessionContext,
    files: &[InputFile],
    wanted: &[Wanted],
    prefix: &str,
) -> Result<DataFrame, EngineError> {
    let paths: Vec<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    let frame = all(session, &paths).await?;
    let columns = wanted.iter().enumerate().map(|(index, wanted)| {
        let column = Named::new_unqualified(&wanted.column);
        let stored = frame.schema().field_from_column(&column).failed("opening a table")?.data_type().clone();
        let value = Expr::Column(column);
        let value = if wanted.as_key { value } else { plain(value, &stored)? };
        Ok(value.alias(format!("{prefix}{index}")))
    });
    let columns: Vec<Expr> = columns.collect::<Result<_, EngineError>>()?;
    frame.select(columns).failed("opening a table")
}

/// A value as it is tested: what is stored in a way of its own becomes what all others are, and what is no number is
/// missing.
fn plain(value: Expr, stored: &DataType) -> Result<Expr, EngineError> {
    match stored {
        DataType::Dictionary(_, inner) => plain(cast(value, inner.as_ref().clone()), inner),
        DataType::Date64 => Ok(cast(value, DataType::Date32)),
        // Beyond these ends are the infinities, and NaN by the order of all floating-point numbers.
        DataType::Float64 | DataType::Float32 | DataType::Float16 => {
            when(value.clone().between(lit(f64::MIN), lit(f64::MAX)), value).end().failed("opening a table")
        }
        _ => Ok(value),
    }
}

/// All columns of Parquet files.
pub(super) async fn all(session: &SessionContext, paths: &[&Path]) -> Result<DataFrame, EngineError> {
    let urls = paths.iter().map(|path| {
        let path = std::path::absolute(path).map_err(|error| source::unreadable(path, &error))?;
        let url = url::Url::from_file_path(&path)
            .map_err(|()| EngineError::Input(format!("{} is no path that can be read", path.display())))?;
        ListingTableUrl::try_new(url, None).failed("opening a table")
    });
    let urls: Vec<ListingTableUrl> = urls.collect::<Result<_, _>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let schema = options.infer_schema(&session.state(), &urls[0]).await.failed("opening a table")?;
    let config =
        ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    let table = ListingTable::try_new(config).failed("opening a table")?;
    session.read_table(Arc::new(table)).failed("opening a table")
}

/// Whether the files' own statistics say that no row is without a value in this column, nor has a text of length zero.
pub(super) fn is_filled(files: &[InputFile], column: &str) -> Result<bool, EngineError> {
    for file in files {
        let metadata = file.metadata()?;
        let schema = metadata.file_metadata().schema_descr();
        let Some(leaf) = schema.columns().iter().position(|leaf| leaf.path().parts() == [column]) else {
            return Ok(false);
        };
        if !metadata.row_groups().iter().all(|group| is_filled_in(group, leaf)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_filled_in(group: &RowGroupMetaData, leaf: usize) -> bool {
    // A smallest text that was cut is not longer than the whole, and a text of length zero would be before it.
    group.column(leaf).statistics().is_some_and(|statistics| {
        statistics.null_count_opt() == Some(0)
            && statistics.min_bytes_opt().is_some_and(|smallest| !smallest.is_empty())
    })
}
