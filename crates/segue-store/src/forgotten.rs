//! Who was forgotten: hashes that nobody can turn back into people, and a receipt of each erasure.
//!
//! The key of the hashes stands in a file of the state directory and not in the database: whoever steals one of both can
//! find out nobody. Without the key nobody could be told from those who were forgotten, so then nothing is exported.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use segue_model::{Forgotten, HashKey};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::audit::{Entry, write};
use crate::catalog::count;
use crate::error::Doing;
use crate::{StateDirectory, Store, StoreError};

/// An erasure of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its id, which its receipt bears.
    pub id: String,
    /// When it was asked for, in milliseconds since 1970.
    pub at_ms: i64,
    /// The name of whoever asked for it, at the time.
    pub person_name: String,
    /// The table whose profile it was.
    pub table: String,
    /// What was taken out where, as JSON without personal data; none until it is complete.
    pub receipt: Option<String>,
}

/// Why an erasure cannot begin now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindered {
    /// A run or a refresh is under way.
    UnderWay,
    /// Another erasure is.
    Erasing,
}

const COLUMNS: &str = "id, at_ms, person_name, table_name, receipt";

impl StateDirectory {
    /// The key of the hashes; none before anybody was forgotten.
    ///
    /// # Errors
    /// [`StoreError::File`] if it cannot be read; [`StoreError::ForgottenKey`] if it is none.
    pub fn hash_key(&self) -> Result<Option<HashKey>, StoreError> {
        let path = self.forgotten_key();
        match std::fs::read_to_string(&path) {
            Ok(text) => match HashKey::read(text.trim()) {
                Some(key) => Ok(Some(key)),
                None => Err(StoreError::ForgottenKey { path }),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::File { doing: "read", path, source }),
        }
    }

    /// Keeps a key of the hashes, unless there is one; gives the one that is kept.
    ///
    /// # Errors
    /// As [`StateDirectory::hash_key`].
    pub fn keep_hash_key(&self, new: HashKey) -> Result<HashKey, StoreError> {
        if let Some(key) = self.hash_key()? {
            return Ok(key);
        }
        let path = self.forgotten_key();
        let failed = |source| StoreError::File { doing: "write", path: path.clone(), source };
        // Beside its place first, so that nobody reads half of it; and no other process's is replaced.
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&beside).and_then(|mut file| {
            file.write_all(format!("{}\n", new.text()).as_bytes())?;
            file.sync_all()
        });
        let put = written.and_then(|()| std::fs::hard_link(&beside, &path));
        let removed = std::fs::remove_file(&beside);
        match put {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            other => other.and(removed).map_err(failed)?,
        }
        self.hash_key()?.ok_or_else(|| StoreError::ForgottenKey { path: self.forgotten_key() })
    }
}

impl Store {
    /// How many hashes there are: they become more and never less, so as many as before are the same as before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forgotten_count(&self) -> Result<i64, StoreError> {
        const DOING: &str = "looking who was forgotten";
        let row = sqlx::query("SELECT COUNT(*) AS hashes FROM forgotten").fetch_one(&self.pool).await;
        row.doing(DOING)?.try_get("hashes").doing(DOING)
    }

    /// Everybody who was forgotten.
    ///
    /// # Errors
    /// [`StoreError::ForgottenKey`] if somebody was and the key of the hashes is not there, or is another.
    pub async fn forgotten(&self, directory: &StateDirectory) -> Result<Forgotten, StoreError> {
        const DOING: &str = "looking who was forgotten";
        let text = "SELECT hash, key_id FROM forgotten JOIN erasure ON erasure.id = forgotten.erasure";
        let rows = sqlx::query(text).fetch_all(&self.pool).await.doing(DOING)?;
        if rows.is_empty() {
            return Ok(Forgotten::default());
        }
        let wrong = || StoreError::ForgottenKey { path: directory.forgotten_key() };
        let key = directory.hash_key()?.ok_or_else(wrong)?;
        let mut hashes = Vec::with_capacity(rows.len());
        for row in rows {
            let (hash, key_id): (String, String) =
                (row.try_get("hash").doing(DOING)?, row.try_get("key_id").doing(DOING)?);
            if key_id != key.id() {
                return Err(wrong());
            }
            let hash = u128::from_str_radix(&hash, 16);
            hashes.push(hash.map_err(|_| StoreError::Corrupt { what: "hash of a forgotten profile" })?);
        }
        Ok(Forgotten::new(key, hashes))
    }

    /// The erasure that has taken out whoever has this hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn erasure_of(&self, hash: u128) -> Result<Option<Erasure>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} FROM erasure WHERE id = (SELECT erasure FROM forgotten WHERE hash = $1)"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(written(hash)).fetch_optional(&self.pool).await;
        row.doing("looking for an erasure")?.as_ref().map(read).transpose()
    }

    /// The complete erasure of this id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none.
    pub async fn erasure(&self, id: &str) -> Result<Erasure, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM erasure WHERE id = $1 AND receipt IS NOT NULL");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id).fetch_optional(&self.pool).await;
        read(&row.doing("reading an erasure")?.ok_or(StoreError::Missing { what: "receipt" })?)
    }

    /// Complete erasures, the newest first; those before the one of id `before`, if one is named.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn erasures(&self, before: Option<&str>, most: u32) -> Result<Vec<Erasure>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} FROM erasure WHERE receipt IS NOT NULL AND (COALESCE($1, '') = ''
                OR (at_ms, id) < (SELECT last.at_ms, last.id FROM erasure AS last WHERE last.id = $1))
             ORDER BY at_ms DESC, id DESC LIMIT {most}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(before).fetch_all(&self.pool).await;
        rows.doing("listing erasures")?.iter().map(read).collect()
    }

    /// Begins an erasure, or goes on with one of this id that was not completed: until `until_ms` workers begin nothing.
    /// Tells what hinders it, if something does; then nothing is changed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_erasure(
        &self,
        erasure: &Erasure,
        who: Option<&str>,
        key: &HashKey,
        until_ms: i64,
    ) -> Result<Option<Hindered>, StoreError> {
        const DOING: &str = "beginning an erasure";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "INSERT INTO erasure (id, at_ms, person, person_name, table_name, key_id, until_ms)
                    SELECT $1, $2, $3, $4, $5, $6, $7 FROM catalog WHERE one = 1
                        AND NOT EXISTS (SELECT 1 FROM erasure AS other WHERE other.id <> $1 AND other.until_ms > $8)
                    ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms WHERE erasure.until_ms <= $8";
        let begun = sqlx::query(text)
            .bind(&erasure.id)
            .bind(erasure.at_ms)
            .bind(who)
            .bind(&erasure.person_name)
            .bind(&erasure.table)
            .bind(key.id())
            .bind(until_ms)
            .bind(erasure.at_ms)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if begun.rows_affected() == 0 {
            return Ok(Some(Hindered::Erasing));
        }
        transaction.commit().await.doing(DOING)?;
        // After it is there for all to see: whoever claims a job from here on sees it.
        if self.is_at_work(erasure.at_ms).await? {
            self.leave_erasure(&erasure.id).await?;
            return Ok(Some(Hindered::UnderWay));
        }
        Ok(None)
    }

    /// Whether a run or a refresh is under way, in a worker or a command.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_at_work(&self, now_ms: i64) -> Result<bool, StoreError> {
        let text = "SELECT 1 AS one FROM catalog WHERE one = 1
                        AND (EXISTS (SELECT 1 FROM job WHERE status IN ('running', 'waiting_for_limit'))
                          OR EXISTS (SELECT 1 FROM lane WHERE worker LIKE 'command %' AND until_ms > $1))";
        let found = sqlx::query(text).bind(now_ms).fetch_optional(&self.pool).await;
        Ok(found.doing("looking for work under way")?.is_some())
    }

    /// Whether somebody is being forgotten: nothing may begin meanwhile.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_erasing(&self, now_ms: i64) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT 1 AS one FROM erasure WHERE until_ms > $1").bind(now_ms);
        let found = found.fetch_optional(&self.pool).await.doing("looking for an erasure under way")?;
        Ok(found.is_some())
    }

    /// Keeps workers from beginning anything for longer.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn hold_erasure(&self, id: &str, until_ms: i64) -> Result<(), StoreError> {
        let held = sqlx::query("UPDATE erasure SET until_ms = $2 WHERE id = $1").bind(id).bind(until_ms);
        held.execute(&self.pool).await.doing("holding an erasure").map(drop)
    }

    /// Lets workers go on without the erasure being complete. One of which nothing was done is removed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn leave_erasure(&self, id: &str) -> Result<(), StoreError> {
        const DOING: &str = "leaving an erasure";
        self.hold_erasure(id, 0).await?;
        let unused = "DELETE FROM erasure WHERE id = $1 AND receipt IS NULL
                        AND NOT EXISTS (SELECT 1 FROM forgotten WHERE erasure = $1)";
        sqlx::query(unused).bind(id).execute(&self.pool).await.doing(DOING).map(drop)
    }

    /// Has whoever has these hashes left out from now on, all of them or none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget(&self, erasure: &str, hashes: &[u128]) -> Result<(), StoreError> {
        const DOING: &str = "keeping who was forgotten";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        for hash in hashes {
            let text = "INSERT INTO forgotten (hash, erasure) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
            let added = sqlx::query(text).bind(written(*hash)).bind(erasure);
            added.execute(&mut *transaction).await.doing(DOING)?;
        }
        transaction.commit().await.doing(DOING)
    }

    /// Completes an erasure: its receipt and its audit entry, both or neither. What deleted rows left on the disk is
    /// overwritten.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn complete_erasure(&self, id: &str, receipt: &str, entry: &Entry) -> Result<(), StoreError> {
        const DOING: &str = "completing an erasure";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "UPDATE erasure SET receipt = $2, until_ms = 0 WHERE id = $1";
        sqlx::query(text).bind(id).bind(receipt).execute(&mut *transaction).await.doing(DOING)?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)?;
        self.erase_deleted().await
    }

    /// Puts a snapshot in force that was written without somebody; no refresh. Whether the one before was still in force.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_snapshot(
        &self,
        segment: &str,
        before: &str,
        after: &str,
        members: u64,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "replacing a snapshot";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "UPDATE segment SET snapshot = $3, members = $4 WHERE name = $1 AND snapshot = $2";
        let replaced = sqlx::query(text)
            .bind(segment)
            .bind(before)
            .bind(after)
            .bind(i64::try_from(members).unwrap_or(i64::MAX))
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        count(&mut transaction, "refreshes").await?;
        transaction.commit().await.doing(DOING)?;
        Ok(replaced.rows_affected() == 1)
    }

    /// Puts a ledger in force that was written without somebody. Whether the one before was still in force.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_ledger(&self, export: &str, before: &str, after: &str) -> Result<bool, StoreError> {
        let text = "UPDATE export SET ledger = $3 WHERE id = $1 AND ledger = $2";
        let replaced = sqlx::query(text).bind(export).bind(before).bind(after).execute(&self.pool).await;
        Ok(replaced.doing("replacing a ledger")?.rows_affected() == 1)
    }
}

fn written(hash: u128) -> String {
    format!("{hash:032x}")
}

fn read(row: &AnyRow) -> Result<Erasure, StoreError> {
    const DOING: &str = "reading an erasure";
    Ok(Erasure {
        id: row.try_get("id").doing(DOING)?,
        at_ms: row.try_get("at_ms").doing(DOING)?,
        person_name: row.try_get("person_name").doing(DOING)?,
        table: row.try_get("table_name").doing(DOING)?,
        receipt: row.try_get("receipt").doing(DOING)?,
    })
}
