//! Tables: what definitions can speak of.

use segue_model::StoredTable;
use sqlx::Row;

use crate::error::Doing;
use crate::{Store, StoreError};

impl Store {
    /// Adds a table, or replaces the one of this name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_table(&self, table: &StoredTable) -> Result<(), StoreError> {
        let document = serde_json::to_string(table).map_err(|_| StoreError::Corrupt { what: "table" })?;
        let text = "INSERT INTO source_table (name, document) VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET document = excluded.document";
        sqlx::query(text)
            .bind(&table.table.name)
            .bind(document)
            .execute(&self.pool)
            .await
            .doing("saving a table")
            .map(drop)
    }

    /// All tables by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tables(&self) -> Result<Vec<StoredTable>, StoreError> {
        let rows = sqlx::query("SELECT document FROM source_table")
            .fetch_all(&self.pool)
            .await
            .doing("listing tables")?;
        let mut tables: Vec<StoredTable> = rows
            .iter()
            .map(|row| {
                let document: String = row.try_get("document").doing("listing tables")?;
                serde_json::from_str(&document).map_err(|_| StoreError::Corrupt { what: "table" })
            })
            .collect::<Result<_, _>>()?;
        // Not by the database: the order of letters in Postgres depends on how it was set up.
        tables.sort_unstable_by(|one, other| one.table.name.cmp(&other.table.name));
        Ok(tables)
    }

    /// Removes a table; whether there was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_table(&self, name: &str) -> Result<bool, StoreError> {
        let removed = sqlx::query("DELETE FROM source_table WHERE name = $1")
            .bind(name)
            .execute(&self.pool)
            .await
            .doing("removing a table")?;
        Ok(removed.rows_affected() > 0)
    }
}
