//! Members from a list of keys: for static segments.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::JoinType;
use datafusion::datasource::MemTable;
use datafusion::logical_expr::cast;
use segue_model::{EngineError, Forgotten, LoadedKeys, Resources, Source, StoredTable};

use super::failure::Failed;
use super::related::named;
use super::rows::Aside;
use super::scan::{self, Wanted};
use super::scope::unchecked;
use super::snapshot::{self, EXAMPLES};
use crate::error::{input, internal};
use crate::source;
use crate::text::Values;

const LISTED: &str = "listed";

/// Writes the keys that a list names and that are profiles.
pub(super) async fn load(
    table: &StoredTable,
    list: &Source,
    snapshot: &Path,
    forgotten: &Forgotten,
    resources: &Resources,
    sort_merge: bool,
) -> Result<LoadedKeys, EngineError> {
    let session = scan::session(resources, sort_merge)?;
    let key = table.table.key.clone().ok_or_else(|| unchecked("key"))?;
    let mut keys = read(list, &key)?;
    keys.sort_unstable();
    keys.dedup();
    let listed = keys.len() as u64;
    keys.retain(|key| !forgotten.has_profile(&table.table.name, key));
    let schema = Arc::new(Schema::new(vec![Field::new(LISTED, DataType::Utf8, false)]));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(StringArray::from(keys))]);
    let batch = batch.map_err(|error| internal("reading a list of keys")(error.into()))?;
    let list = MemTable::try_new(schema, vec![vec![batch]]).failed("reading a list of keys")?;
    let list = session.read_table(Arc::new(list)).failed("reading a list of keys")?;
    let wanted = [Wanted { column: key, as_key: true }];
    let profiles = scan::scan(&session, table, &wanted, "p", &Aside::default()).await?;
    let same = named(LISTED).eq(cast(named("p0"), DataType::Utf8));
    let sorted = list
        .clone()
        .join_on(profiles.clone(), JoinType::RightSemi, [same.clone()])
        .and_then(|members| members.sort(vec![named("p0").sort(true, false)]))
        .failed("planning")?;
    let stream = sorted.execute_stream().await.failed("reading profiles")?;
    let members = snapshot::write(stream, snapshot).await?.finish(&table.table.name)?;
    let unknown = listed.saturating_sub(members);
    let mut examples = Vec::new();
    if unknown > 0 {
        let others = list
            .join_on(profiles, JoinType::LeftAnti, [same])
            .and_then(|others| others.sort(vec![named(LISTED).sort(true, false)]))
            .and_then(|others| others.limit(0, Some(EXAMPLES)))
            .failed("planning")?;
        for batch in others.collect().await.failed("reading profiles")? {
            let values = Values::of(batch.column(0), "the key")?;
            examples.extend((0..batch.num_rows()).filter_map(|row| values.text(row)).map(str::to_owned));
        }
    }
    Ok(LoadedKeys { members, unknown, examples })
}

/// The keys of a list: its column of the key's name, or its only column.
fn read(list: &Source, key: &str) -> Result<Vec<String>, EngineError> {
    let mut keys = Vec::new();
    for file in source::find(list)?.open()? {
        let column = match file.schema.index_of(key) {
            Ok(column) => column,
            Err(_) if file.schema.fields().len() == 1 => 0,
            Err(_) => {
                return input(format!(
                    "{} has several columns and none is \"{key}\": rename the one with the keys",
                    file.path.display()
                ));
            }
        };
        for batch in file.batches(&[column], &[column])? {
            let batch = batch?;
            let values = Values::of(batch.column(0), "the key")?;
            keys.extend(
                (0..batch.num_rows())
                    .filter_map(|row| values.text(row))
                    .filter(|key| !key.is_empty())
                    .map(str::to_owned),
            );
        }
    }
    Ok(keys)
}
