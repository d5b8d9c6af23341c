//! Links that work once: one that makes the first administrator, and those with which people set their passwords.

use sqlx::{AnyConnection, Row};

use crate::audit::{Entry, write};
use crate::error::Doing;
use crate::people::{MISSING, add, administrators, put_password, sign_out, take_turn};
use crate::{Person, Store, StoreError};

/// A link. Of its secret only the SHA-256 is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The SHA-256 of its secret, in hexadecimal.
    pub hash: String,
    /// Whose password it sets; without one it makes the first administrator.
    pub person: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it stops working, in milliseconds since 1970.
    pub expires_ms: i64,
}

impl Store {
    /// Puts a link in force in place of the ones before it for the same person.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the person is no more.
    pub async fn make_link(&self, link: &Link, entry: &Entry) -> Result<(), StoreError> {
        const DOING: &str = "making a link";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        if let Some(person) = &link.person {
            let found = sqlx::query("SELECT 1 FROM person WHERE id = $1")
                .bind(person)
                .fetch_optional(&mut *transaction)
                .await
                .doing(DOING)?;
            found.ok_or(MISSING)?;
        }
        put(&mut transaction, link).await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)
    }

    /// The link with this hash, if it still works.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn link(&self, hash: &str, now_ms: i64) -> Result<Option<Link>, StoreError> {
        const DOING: &str = "reading a link";
        let row = sqlx::query(
            "SELECT person_id, created_ms, expires_ms FROM link WHERE hash = $1 AND expires_ms > $2",
        )
        .bind(hash)
        .bind(now_ms)
        .fetch_optional(&self.pool)
        .await
        .doing(DOING)?;
        row.map(|row| {
            Ok(Link {
                hash: hash.to_owned(),
                person: row.try_get("person_id").doing(DOING)?,
                created_ms: row.try_get("created_ms").doing(DOING)?,
                expires_ms: row.try_get("expires_ms").doing(DOING)?,
            })
        })
        .transpose()
    }

    /// Uses a link up and adds the first administrator.
    ///
    /// # Errors
    /// [`StoreError::SpentLink`] if it works no more, which includes that there is an administrator;
    /// [`StoreError::Exists`] if the login is taken.
    pub async fn found(&self, hash: &str, first: &Person, entry: &Entry) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("adding the administrator")?;
        take_turn(&mut transaction).await?;
        use_up(&mut transaction, hash, "", entry.at_ms).await?;
        if administrators(&mut transaction).await? > 0 {
            return Err(StoreError::SpentLink);
        }
        add(&mut transaction, first).await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing("adding the administrator")
    }

    /// Uses a link up, sets the password's hash and ends the person's sessions.
    ///
    /// # Errors
    /// [`StoreError::SpentLink`] if it works no more.
    pub async fn redeem(
        &self,
        hash: &str,
        person: &str,
        password: &str,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("setting a password")?;
        use_up(&mut transaction, hash, person, entry.at_ms).await?;
        put_password(&mut transaction, person, password, entry.at_ms).await?;
        sign_out(&mut transaction, person, None).await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing("setting a password")
    }
}

async fn put(connection: &mut AnyConnection, link: &Link) -> Result<(), StoreError> {
    const DOING: &str = "making a link";
    sqlx::query("DELETE FROM link WHERE COALESCE(person_id, '') = $1")
        .bind(link.person.as_deref().unwrap_or_default())
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    sqlx::query("INSERT INTO link (hash, person_id, created_ms, expires_ms) VALUES ($1, $2, $3, $4)")
        .bind(&link.hash)
        .bind(&link.person)
        .bind(link.created_ms)
        .bind(link.expires_ms)
        .execute(connection)
        .await
        .doing(DOING)
        .map(drop)
}

// Whoever deletes the row has used the link; a second transaction waits for the first and then finds none.
async fn use_up(
    connection: &mut AnyConnection,
    hash: &str,
    person: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let text = "DELETE FROM link WHERE hash = $1 AND COALESCE(person_id, '') = $2 AND expires_ms > $3";
    let used = sqlx::query(text)
        .bind(hash)
        .bind(person)
        .bind(now_ms)
        .execute(connection)
        .await
        .doing("using a link")?;
    if used.rows_affected() == 0 { Err(StoreError::SpentLink) } else { Ok(()) }
}
