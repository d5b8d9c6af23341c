//! Tables and segments as one whole: read together, and changed only by who has seen all of it as it is.
//!
//! A definition speaks of tables and of other segments, so what may be done to one depends on the rest. One count of all
//! changes tells whether the rest is still what was looked at. With the counts of exports' changes and of refreshes, it also
//! tells whether all of it has to be read again: whoever asks is given what was read last until one of them grows.

use std::collections::BTreeMap;
use std::sync::Arc;

use segue_model::StoredTable;
use sqlx::{AnyConnection, Row};

use crate::audit::{Entry, write};
use crate::error::{Doing, failed, is_taken, is_used};
use crate::recipes::rename_in_recipes;
use crate::{Refresh, SavedExport, Segment, Store, StoreError};

/// Everything that depends on each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// The count of changes of tables and segments when this was read, or before.
    pub version: i64,
    /// Those of exports, and of refreshes.
    others: (i64, i64),
    /// All tables by name.
    pub tables: Vec<StoredTable>,
    /// The version of each of them, in the same order. It grows with every change.
    pub table_versions: Vec<i64>,
    /// All segments by name.
    pub segments: Vec<Segment>,
    /// How the latest refresh of each of them ended that was ever refreshed.
    pub refreshes: BTreeMap<String, Refresh>,
    /// All exports by name.
    pub exports: Vec<Arc<SavedExport>>,
}

/// One part of a change of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogChange {
    /// A new segment, without members.
    AddSegment(Segment),
    /// Another description, definition, type or state; its members stay.
    ChangeSegment(Segment),
    /// Another name of a segment, also in the exports that use it and in what is remembered of its refreshes.
    RenameSegment {
        /// Its name until now.
        old: String,
        /// Its name from now on.
        new: String,
    },
    /// A segment is removed, with its history.
    RemoveSegment(String),
    /// A new table, or what is to be in the place of the one of this name.
    PutTable(StoredTable),
    /// A table is removed.
    RemoveTable(String),
}

const READING: &str = "reading tables and segments";
const DOING: &str = "changing tables and segments";

impl Store {
    /// Tables, segments and exports, as they were after this was asked for or later.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn catalog(&self) -> Result<Arc<Catalog>, StoreError> {
        // First the counts: what is changed while the rest is read makes them old ones.
        let text = "SELECT (SELECT version FROM catalog WHERE one = 1) AS version,
                        (SELECT taken FROM turn WHERE name = 'exports') AS exports,
                        (SELECT taken FROM turn WHERE name = 'refreshes') AS refreshes";
        let row = sqlx::query(text).fetch_one(&self.pool).await.doing(READING)?;
        let count = |column: &str| row.try_get::<i64, _>(column).doing(READING);
        let (version, others) = (count("version")?, (count("exports")?, count("refreshes")?));
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| (known.version, known.others) == (version, others))
        {
            return Ok(Arc::clone(known));
        }
        // Whoever asks meanwhile waits for it.
        let (tables, table_versions) = self.tables().await?.into_iter().unzip();
        let (segments, refreshes) = (self.segments().await?, self.latest_refreshes().await?);
        let exports = self.recipes().await?.into_iter().map(Arc::new).collect();
        let read =
            Arc::new(Catalog { version, others, tables, table_versions, segments, refreshes, exports });
        *known = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Makes a change, all of it or nothing, if nothing has changed since version `seen` of the catalog. Gives the version
    /// after, which what was changed has from now on.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if something has changed; [`StoreError::Exists`] if a name is taken; [`StoreError::InUse`] if an
    /// export has begun to use a segment that is to be removed.
    pub async fn change_catalog(
        &self,
        seen: i64,
        changes: &[CatalogChange],
        entry: &Entry,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let counted = sqlx::query("UPDATE catalog SET version = version + 1 WHERE one = 1 AND version = $1")
            .bind(seen)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if counted.rows_affected() == 0 {
            return Err(StoreError::Stale { what: "catalog of tables and segments" });
        }
        for change in changes {
            make(&mut transaction, change, seen + 1).await?;
        }
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(seen + 1)
    }
}

/// Counts a change of `exports` or one of `refreshes`. The last thing that a transaction locks: otherwise two of them might
/// wait for each other.
pub(crate) async fn count(connection: &mut AnyConnection, what: &'static str) -> Result<(), StoreError> {
    let text = "UPDATE turn SET taken = taken + 1 WHERE name = $1";
    sqlx::query(text).bind(what).execute(connection).await.doing("counting changes").map(drop)
}

async fn make(
    connection: &mut AnyConnection,
    change: &CatalogChange,
    version: i64,
) -> Result<(), StoreError> {
    match change {
        CatalogChange::AddSegment(segment) => {
            let text = "INSERT INTO segment (name, description, definition, is_static, is_active, version)
                        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING";
            match write_segment(connection, text, segment, version).await? {
                0 => Err(StoreError::Exists { what: "segment", name: segment.name.clone() }),
                _ => Ok(()),
            }
        }
        CatalogChange::ChangeSegment(segment) => {
            let text = "UPDATE segment SET description = $2, definition = $3, is_static = $4, is_active = $5, version = $6
                        WHERE name = $1";
            write_segment(connection, text, segment, version).await.map(drop)
        }
        CatalogChange::RenameSegment { old, new } => rename_segment(connection, old, new, version).await,
        CatalogChange::RemoveSegment(name) => remove_segment(connection, name).await,
        CatalogChange::PutTable(table) => put_table(connection, table, version).await,
        CatalogChange::RemoveTable(name) => {
            for text in [
                "DELETE FROM counted_rows WHERE source_table = $1",
                "DELETE FROM source_table WHERE name = $1",
            ] {
                sqlx::query(text).bind(name).execute(&mut *connection).await.doing(DOING)?;
            }
            Ok(())
        }
    }
}

/// Writes what people say of a segment; how many rows that concerned.
async fn write_segment(
    connection: &mut AnyConnection,
    text: &'static str,
    segment: &Segment,
    version: i64,
) -> Result<u64, StoreError> {
    let query = sqlx::query(text)
        .bind(&segment.name)
        .bind(&segment.description)
        .bind(&segment.definition)
        .bind(i64::from(segment.is_static))
        .bind(i64::from(segment.is_active))
        .bind(version);
    Ok(query.execute(connection).await.doing(DOING)?.rows_affected())
}

async fn rename_segment(
    connection: &mut AnyConnection,
    old: &str,
    new: &str,
    version: i64,
) -> Result<(), StoreError> {
    let renamed = sqlx::query("UPDATE segment SET name = $2, version = $3 WHERE name = $1")
        .bind(old)
        .bind(new)
        .bind(version)
        .execute(&mut *connection)
        .await;
    renamed.map_err(|error| match is_taken(&error) {
        true => StoreError::Exists { what: "segment", name: new.to_owned() },
        false => failed(DOING, error),
    })?;
    for text in [
        "UPDATE refresh SET segment = $2 WHERE segment = $1",
        "UPDATE job SET subject = $2, subject_name = $2 WHERE kind = 'segment' AND subject = $1",
    ] {
        sqlx::query(text).bind(old).bind(new).execute(&mut *connection).await.doing(DOING)?;
    }
    rename_in_recipes(connection, old, new).await
}

async fn remove_segment(connection: &mut AnyConnection, name: &str) -> Result<(), StoreError> {
    for text in ["DELETE FROM refresh WHERE segment = $1", "DELETE FROM segment WHERE name = $1"] {
        let removed = sqlx::query(text).bind(name).execute(&mut *connection).await;
        removed.map_err(|error| match is_used(&error) {
            true => StoreError::InUse { what: "segment" },
            false => failed(DOING, error),
        })?;
    }
    Ok(())
}

async fn put_table(
    connection: &mut AnyConnection,
    table: &StoredTable,
    version: i64,
) -> Result<(), StoreError> {
    let document = serde_json::to_string(table).map_err(|_| StoreError::Corrupt { what: "table" })?;
    let text = "INSERT INTO source_table (name, document, version) VALUES ($1, $2, $3)
                ON CONFLICT (name) DO UPDATE SET document = excluded.document, version = excluded.version";
    sqlx::query(text)
        .bind(&table.table.name)
        .bind(document)
        .bind(version)
        .execute(connection)
        .await
        .doing(DOING)
        .map(drop)
}
