//! Sessions: who is signed in. Only the SHA-256 of a session's secret is known here.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::audit::{Entry, write};
use crate::error::Doing;
use crate::people::{COLUMNS, read, sign_out};
use crate::{Person, Store, StoreError};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// A random id; not the secret.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// When the person signed in, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it was last used, in milliseconds since 1970; not to the second.
    pub seen_ms: i64,
    /// When it ends at the latest, in milliseconds since 1970.
    pub expires_ms: i64,
}

impl Store {
    /// Signs a person in, in place of the session that the same browser had before, if any.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_in(
        &self,
        session: &Session,
        hash: &str,
        replaced_hash: Option<&str>,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        const DOING: &str = "signing in";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        sqlx::query("DELETE FROM session WHERE hash = $1 OR expires_ms <= $2")
            .bind(replaced_hash.unwrap_or_default())
            .bind(session.created_ms)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let text = "INSERT INTO session (id, hash, person_id, created_ms, seen_ms, expires_ms)
                    VALUES ($1, $2, $3, $4, $5, $6)";
        sqlx::query(text)
            .bind(&session.id)
            .bind(hash)
            .bind(&session.person)
            .bind(session.created_ms)
            .bind(session.seen_ms)
            .bind(session.expires_ms)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)
    }

    /// The session whose secret has this hash, with its person, if it has not ended, was used since then, and the person
    /// is enabled.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn session(
        &self,
        hash: &str,
        now_ms: i64,
        used_since_ms: i64,
    ) -> Result<Option<(Session, Person)>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS}, session.id AS session_id, session.created_ms AS session_created_ms, session.seen_ms,
                    session.expires_ms
             FROM session JOIN person ON person.id = session.person_id
             WHERE session.hash = $1 AND session.expires_ms > $2 AND session.seen_ms >= $3 AND person.is_enabled = 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(hash)
            .bind(now_ms)
            .bind(used_since_ms)
            .fetch_optional(&self.pool)
            .await
            .doing("reading a session")?;
        row.as_ref().map(|row| Ok((read_session(row)?, read(row)?))).transpose()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_session(&self, id: &str, now_ms: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE session SET seen_ms = $2 WHERE id = $1")
            .bind(id)
            .bind(now_ms)
            .execute(&self.pool)
            .await
            .doing("noting a session's use")
            .map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_session(&self, id: &str, entry: &Entry) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("signing out")?;
        sqlx::query("DELETE FROM session WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await
            .doing("signing out")?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing("signing out")
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_sessions(&self, person: &str, entry: &Entry) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("signing out")?;
        sign_out(&mut transaction, person, None).await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing("signing out")
    }
}

fn read_session(row: &AnyRow) -> Result<Session, StoreError> {
    const DOING: &str = "reading a session";
    Ok(Session {
        id: row.try_get("session_id").doing(DOING)?,
        person: row.try_get("id").doing(DOING)?,
        created_ms: row.try_get("session_created_ms").doing(DOING)?,
        seen_ms: row.try_get("seen_ms").doing(DOING)?,
        expires_ms: row.try_get("expires_ms").doing(DOING)?,
    })
}
