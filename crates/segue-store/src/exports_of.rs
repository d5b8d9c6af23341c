//! Which saved exports use a connection: it cannot be removed before they are detached or removed.

use sqlx::Row;

use crate::error::Doing;
use crate::{Store, StoreError};

/// A saved export, as it is named where it stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportName {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

impl Store {
    /// The exports that use this connection, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn exports_using(&self, connection: &str) -> Result<Vec<ExportName>, StoreError> {
        const DOING: &str = "looking for exports";
        let rows = sqlx::query("SELECT id, name FROM recipe WHERE connection_id = $1")
            .bind(connection)
            .fetch_all(&self.pool)
            .await
            .doing(DOING)?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(ExportName { id: row.try_get("id").doing(DOING)?, name: row.try_get("name").doing(DOING)? })
        };
        let mut exports: Vec<ExportName> = rows.iter().map(read).collect::<Result<_, StoreError>>()?;
        exports.sort_unstable_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(exports)
    }
}
