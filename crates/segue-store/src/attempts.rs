//! Attempts to guess a password: how many there were lately, for a login or from an address, at whichever server.
//!
//! Logins and addresses are hashed here, so that no row names anybody; and what counts no more is removed.

use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::error::Doing;
use crate::{Store, StoreError};

/// What attempts are counted by, and how many are allowed.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// What kind of thing it is: `login` or `peer`.
    pub kind: &'static str,
    /// Which.
    pub value: &'a str,
    /// How many attempts are allowed until the first of them is forgotten.
    pub most: i64,
}

impl Counted<'_> {
    fn hash(&self) -> String {
        let hash = Sha256::digest(format!("attempt\0{}\0{}", self.kind, self.value));
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Store {
    /// Counts an attempt by each of these, which must always come in the same order, unless one of them has had too many: then
    /// none, and it tells when the first of those was. Attempts are forgotten `window_ms` after the first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_attempt(
        &self,
        counted: &[Counted<'_>],
        window_ms: i64,
        now_ms: i64,
    ) -> Result<Option<i64>, StoreError> {
        const DOING: &str = "counting an attempt to sign in";
        // A clock that was put back forgets nothing for longer than it should.
        let text = "INSERT INTO attempt (hash, first_ms, made) VALUES ($1, $2, 1)
                    ON CONFLICT (hash) DO UPDATE SET
                        made = CASE WHEN attempt.first_ms > $3 AND attempt.first_ms < $4 THEN attempt.made + 1 ELSE 1 END,
                        first_ms = CASE WHEN attempt.first_ms > $3 AND attempt.first_ms < $4 THEN attempt.first_ms ELSE $2 END
                    RETURNING first_ms, made";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        for one in counted {
            let row = sqlx::query(text)
                .bind(one.hash())
                .bind(now_ms)
                .bind(now_ms - window_ms)
                .bind(now_ms + window_ms)
                .fetch_one(&mut *transaction)
                .await
                .doing(DOING)?;
            let made: i64 = row.try_get("made").doing(DOING)?;
            if made > one.most {
                transaction.rollback().await.doing(DOING)?;
                return Ok(Some(row.try_get("first_ms").doing(DOING)?));
            }
        }
        transaction.commit().await.doing(DOING)?;
        Ok(None)
    }

    /// Takes back an attempt that was none, because the password was right: all by the first of these, and one by each other.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_back_attempt(
        &self,
        first: &Counted<'_>,
        others: &[Counted<'_>],
    ) -> Result<(), StoreError> {
        const DOING: &str = "taking back an attempt to sign in";
        let gone = sqlx::query("DELETE FROM attempt WHERE hash = $1").bind(first.hash());
        gone.execute(&self.pool).await.doing(DOING)?;
        for one in others {
            let text = "UPDATE attempt SET made = made - 1 WHERE hash = $1 AND made > 0";
            sqlx::query(text).bind(one.hash()).execute(&self.pool).await.doing(DOING)?;
        }
        Ok(())
    }

    /// Forgets attempts whose first was before a moment. Returns of how many logins and addresses.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_attempts(&self, before_ms: i64) -> Result<u64, StoreError> {
        let gone = sqlx::query("DELETE FROM attempt WHERE first_ms < $1").bind(before_ms);
        Ok(gone.execute(&self.pool).await.doing("forgetting attempts to sign in")?.rows_affected())
    }
}
