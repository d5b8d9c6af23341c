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
    /// Whether secrets of this database can be opened and sealed with these keys; to be asked once at start.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] if not.
    pub async fn check_keys(&self, keys: &MasterKeys) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await.doing("looking for the master key")?;
        let id = key_in_force(&mut connection, keys).await?;
        if keys.ids().any(|known| known == id) { Ok(()) } else { Err(StoreError::WrongKey { id }) }
    }

    /// Puts the newest of these keys in force and seals every secret with it, all or none; gives how many there are.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] if a secret opens with none of these keys.
    pub async fn rotate_keys(&self, keys: &MasterKeys) -> Result<u64, StoreError> {
        const DOING: &str = "sealing secrets anew";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "INSERT INTO master_key (one, key_id) VALUES (1, $1)
                    ON CONFLICT (one) DO UPDATE SET key_id = excluded.key_id RETURNING key_id";
        let id = note(&mut transaction, text, keys).await?;
        let mut count = 0;
        for (table, column) in COLUMNS {
            let text = format!("SELECT id, {column} AS sealed FROM {table} WHERE {column} LIKE '{SEALED}%'");
            let rows =
                sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&mut *transaction).await.doing(DOING)?;
            for row in rows {
                let row_id: String = row.try_get("id").doing(DOING)?;
                let sealed: String = row.try_get("sealed").doing(DOING)?;
                let place = format!("{table}:{row_id}:{column}");
                let resealed = keys.seal(&id, &place, &keys.open(&place, &sealed)?)?;
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

async fn note(
    connection: &mut AnyConnection,
    text: &'static str,
    keys: &MasterKeys,
) -> Result<String, StoreError> {
    let row = sqlx::query(text)
        .bind(keys.ids().next().unwrap_or_default())
        .fetch_one(connection)
        .await
        .doing("looking for the master key")?;
    row.try_get("key_id").doing("looking for the master key")
}
