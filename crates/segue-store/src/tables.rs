//! Tables: what definitions can speak of.

use segue_model::StoredTable;
use sqlx::Row;

use crate::error::Doing;
use crate::{Store, StoreError};

impl Store {
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
