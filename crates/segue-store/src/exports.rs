//! Exports: where contacts go, and the ledger snapshot in force.

use sqlx::Row;

use crate::error::Doing;
use crate::{Store, StoreError};

/// Where an export delivers. One account, list and name is one export with one ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The account's API host.
    pub host: String,
    /// The provider's id of the list.
    pub list: u64,
    /// Tells apart exports that share a list.
    pub name: String,
}

/// An export as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its id, made from its target.
    pub id: String,
    /// Where it delivers.
    pub target: Target,
    /// The name of its ledger snapshot; none before its first settled run.
    pub ledger: Option<String>,
}

impl Store {
    /// All exports that have a ledger, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ledgers(&self) -> Result<Vec<Export>, StoreError> {
        const DOING: &str = "listing ledgers";
        let text = "SELECT id, host, list_id, name, ledger FROM export";
        let rows = sqlx::query(text).fetch_all(&self.pool).await.doing(DOING)?;
        let mut exports = Vec::with_capacity(rows.len());
        for row in rows {
            let list: i64 = row.try_get("list_id").doing(DOING)?;
            exports.push(Export {
                id: row.try_get("id").doing(DOING)?,
                target: Target {
                    host: row.try_get("host").doing(DOING)?,
                    list: u64::try_from(list).map_err(|_| StoreError::Corrupt { what: "list id" })?,
                    name: row.try_get("name").doing(DOING)?,
                },
                ledger: row.try_get("ledger").doing(DOING)?,
            });
        }
        exports.retain(|export| export.ledger.is_some());
        exports.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Ok(exports)
    }

    /// The export with this target and id, made if it is new.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn export(&self, id: &str, target: &Target) -> Result<Export, StoreError> {
        let list = i64::try_from(target.list).map_err(|_| StoreError::Corrupt { what: "list id" })?;
        sqlx::query("INSERT INTO export (id, host, list_id, name) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING")
            .bind(id)
            .bind(&target.host)
            .bind(list)
            .bind(&target.name)
            .execute(&self.pool)
            .await
            .doing("adding an export")?;
        let row = sqlx::query("SELECT ledger FROM export WHERE id = $1")
            .bind(id)
            .fetch_one(&self.pool)
            .await
            .doing("reading an export")?;
        let ledger = row.try_get("ledger").doing("reading an export")?;
        Ok(Export { id: id.to_owned(), target: target.clone(), ledger })
    }
}
