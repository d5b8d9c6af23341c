//! What is set for the whole installation: one document each, changed by whoever has seen its version.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;

use crate::audit::{Entry, write};
use crate::error::Doing;
use crate::{Store, StoreError};

/// A setting as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// What is set.
    pub value: T,
    /// Counts changes; 0 is before the first one.
    pub version: i64,
    /// The name of whoever changed it last.
    pub updated_by: String,
    /// When, in milliseconds since 1970.
    pub updated_ms: i64,
    /// Since when it is as it is: whoever sets the same again changes nothing about it.
    pub changed_ms: i64,
}

impl Store {
    /// The setting of this name; none if nobody has set it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Stored<T>>, StoreError> {
        const DOING: &str = "reading a setting";
        let text =
            "SELECT document, version, updated_by, updated_ms, changed_ms FROM setting WHERE name = $1";
        let row = sqlx::query(text).bind(name).fetch_optional(&self.pool).await.doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let document: String = row.try_get("document").doing(DOING)?;
        let value = serde_json::from_str(&document).map_err(|_| StoreError::Corrupt { what: "setting" })?;
        Ok(Some(Stored {
            value,
            version: row.try_get("version").doing(DOING)?,
            updated_by: row.try_get("updated_by").doing(DOING)?,
            updated_ms: row.try_get("updated_ms").doing(DOING)?,
            changed_ms: row.try_get("changed_ms").doing(DOING)?,
        }))
    }

    /// Sets a setting, if `version` is still in force; gives the version after. `by` says who and when.
    ///
    /// # Errors
    /// [`StoreError::Stale`].
    pub async fn set<T: Serialize + Sync>(
        &self,
        name: &str,
        version: i64,
        value: &T,
        by: &Entry,
    ) -> Result<i64, StoreError> {
        const DOING: &str = "changing a setting";
        let document = serde_json::to_string(value).map_err(|_| StoreError::Corrupt { what: "setting" })?;
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "INSERT INTO setting (name, document, version, updated_by, updated_ms, changed_ms)
                    SELECT $1, $2, $3 + 1, $4, $5, $5 WHERE $3 = 0 OR EXISTS (SELECT 1 FROM setting WHERE name = $1)
                    ON CONFLICT (name) DO UPDATE SET document = excluded.document, version = excluded.version,
                        updated_by = excluded.updated_by, updated_ms = excluded.updated_ms,
                        changed_ms = CASE WHEN setting.document = excluded.document THEN setting.changed_ms
                            ELSE excluded.changed_ms END
                    WHERE setting.version = $3";
        let set = sqlx::query(text).bind(name).bind(document).bind(version).bind(&by.login).bind(by.at_ms);
        if set.execute(&mut *transaction).await.doing(DOING)?.rows_affected() == 0 {
            return Err(StoreError::Stale { what: "setting" });
        }
        write(&mut transaction, by).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(version + 1)
    }
}
