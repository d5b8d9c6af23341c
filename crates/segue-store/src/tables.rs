//! Tables: what definitions can speak of.

use segue_model::StoredTable;
use sqlx::Row;

use crate::error::Doing;
use crate::{Store, StoreError};

/// How many rows a table had when all of them were last looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRows {
    /// The name of the table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

impl Store {
    /// Notes how many rows a table has.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note_rows(&self, table: &str, rows: u64, at_ms: i64) -> Result<(), StoreError> {
        let text = "INSERT INTO counted_rows (source_table, found, at_ms) VALUES ($1, $2, $3)
                    ON CONFLICT (source_table) DO UPDATE SET found = excluded.found, at_ms = excluded.at_ms";
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let noted = sqlx::query(text).bind(table).bind(rows).bind(at_ms);
        noted.execute(&self.pool).await.doing("noting the rows of a table").map(drop)
    }

    /// The rows of every table whose rows were ever looked at.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn counted_rows(&self) -> Result<Vec<CountedRows>, StoreError> {
        const DOING: &str = "reading how many rows tables have";
        let text = "SELECT source_table, found, at_ms FROM counted_rows";
        let rows = sqlx::query(text).fetch_all(&self.pool).await.doing(DOING)?;
        let read = |row: &sqlx::any::AnyRow| {
            let found: i64 = row.try_get("found").doing(DOING)?;
            let (table, at_ms) =
                (row.try_get("source_table").doing(DOING)?, row.try_get("at_ms").doing(DOING)?);
            Ok(CountedRows { table, rows: u64::try_from(found).unwrap_or_default(), at_ms })
        };
        rows.iter().map(read).collect()
    }

    /// All tables by name, each with its version, which grows with every change.
    pub(crate) async fn tables(&self) -> Result<Vec<(StoredTable, i64)>, StoreError> {
        const DOING: &str = "listing tables";
        let rows = sqlx::query("SELECT document, version FROM source_table").fetch_all(&self.pool).await;
        let mut tables: Vec<(StoredTable, i64)> = rows
            .doing(DOING)?
            .iter()
            .map(|row| {
                let document: String = row.try_get("document").doing(DOING)?;
                let table =
                    serde_json::from_str(&document).map_err(|_| StoreError::Corrupt { what: "table" })?;
                Ok((table, row.try_get("version").doing(DOING)?))
            })
            .collect::<Result<_, StoreError>>()?;
        // Not by the database: the order of letters in Postgres depends on how it was set up.
        tables.sort_unstable_by(|(one, _), (other, _)| one.table.name.cmp(&other.table.name));
        Ok(tables)
    }
}
