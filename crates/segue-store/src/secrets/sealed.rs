//! The master key in force in a database, and how everything is sealed anew.
//!
//! The database notes which key seals. Whoever seals holds that note until the secret is written, so that a rotation in
//! another process passes nothing by.

use sqlx::{AnyConnection, Row};

use super::MasterKeys;
use super::keys::SEALED;
use crate::error::Doing;
use crate::{Store, StoreError};

/// Every column that holds secrets: table and column. Each table has an `id`.
const COLUMNS: &[(&str, &str)] = &[("connection", "api_key")];

const LOOKING: &str = "looking for the master key";

const PUT_IN_FORCE: &str = "INSERT INTO master_key (one, key_id) VALUES (1, $1)
    ON CONFLICT (one) DO UPDATE SET key_id = excluded.key_id RETURNING key_id";

/// The id of the key that seals, held until the transaction ends. Without one, the newest of these keys is put in force.
pub(crate) async fn key_in_force(
    connection: &mut AnyConnection,
    keys: &MasterKeys,
) -> Result<String, StoreError> {
    let text = "INSERT INTO master_key (one, key_id) VALUES (1, $1)
                ON CONFLICT (one) DO UPDATE SET key_id = master_key.key_id RETURNING key_id";
    note(connection, text, keys).await
}

impl Store {
    /// Whether anything is sealed here.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_sealed(&self) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await.doing(LOOKING)?;
        Ok(!sealing_ids(&mut connection).await?.is_empty())
    }

    /// The ids of the master keys that seal something here and are not among these; none if all can be opened and sealed. To
    /// be asked once at start. Where nothing is sealed, the newest of these keys is put in force in place of another.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keys_missing(&self, keys: &MasterKeys) -> Result<Vec<String>, StoreError> {
        let mut transaction = self.pool.begin().await.doing(LOOKING)?;
        let mut missing = sealing_ids(&mut transaction).await?;
        let is_sealed = !missing.is_empty();
        missing.retain(|id| keys.ids().all(|known| known != id));
        if keys.ids().next().is_some() {
            let in_force = key_in_force(&mut transaction, keys).await?;
            let is_known = keys.ids().any(|known| known == in_force);
            if !is_known && !is_sealed {
                note(&mut transaction, PUT_IN_FORCE, keys).await?;
            } else if !is_known && !missing.contains(&in_force) {
                missing.push(in_force);
            }
        }
        transaction.commit().await.doing(LOOKING)?;
        Ok(missing)
    }

    /// Puts the newest of these keys in force and seals every secret with it, all or none; gives how many there are. With
    /// `leaves_lost`, what none of these keys opens stays as it is.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] if a secret opens with none of these keys.
    pub async fn rotate_keys(&self, keys: &MasterKeys, leaves_lost: bool) -> Result<u64, StoreError> {
        const DOING: &str = "sealing secrets anew";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let id = note(&mut transaction, PUT_IN_FORCE, keys).await?;
        let mut count = 0;
        for (table, column) in COLUMNS {
            let text = format!("SELECT id, {column} AS sealed FROM {table} WHERE {column} LIKE '{SEALED}%'");
            let rows =
                sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&mut *transaction).await.doing(DOING)?;
            for row in rows {
                let row_id: String = row.try_get("id").doing(DOING)?;
                let sealed: String = row.try_get("sealed").doing(DOING)?;
                let place = format!("{table}:{row_id}:{column}");
                let secret = match keys.open(&place, &sealed) {
                    Err(StoreError::WrongKey { .. }) if leaves_lost => continue,
                    opened => opened?,
                };
                let resealed = keys.seal(&id, &place, &secret)?;
                sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE {table} SET {column} = $2 WHERE id = $1")))
                    .bind(row_id)
                    .bind(resealed)
                    .execute(&mut *transaction)
                    .await
                    .doing(DOING)?;
                count += 1;
            }
        }
        transaction.commit().await.doing(DOING)?;
        self.erase_deleted().await?;
        Ok(count)
    }
}

/// The ids of all master keys that seal something, each once.
async fn sealing_ids(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let mut ids: Vec<String> = Vec::new();
    for (table, column) in COLUMNS {
        let text = format!("SELECT {column} AS sealed FROM {table} WHERE {column} LIKE '{SEALED}%'");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&mut *connection).await.doing(LOOKING)?;
        for row in rows {
            let sealed: String = row.try_get("sealed").doing(LOOKING)?;
            ids.extend(sealed_with(&sealed).map(str::to_owned));
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The id of the master key that a column is sealed with; none if it refers to another place.
pub(crate) fn sealed_with(column: &str) -> Option<&str> {
    column.strip_prefix(SEALED)?.split(':').next()
}

async fn note(
    connection: &mut AnyConnection,
    text: &'static str,
    keys: &MasterKeys,
) -> Result<String, StoreError> {
    let row = sqlx::query(text)
        .bind(keys.ids().next().unwrap_or_default())
        .fetch_one(connection)
        .await
        .doing(LOOKING)?;
    row.try_get("key_id").doing(LOOKING)
}
