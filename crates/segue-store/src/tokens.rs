//! Personal API tokens: keys for programs, each of one person. Only the SHA-256 of a token's secret is known here.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::audit::{Entry, write};
use crate::error::Doing;
use crate::people::{COLUMNS, read};
use crate::{Person, Store, StoreError};

/// The most tokens that a person may have, so that a list of them is short.
pub const MOST_TOKENS: u32 = 100;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Reading what the person may read.
    Read,
    /// Everything that the person may do.
    Write,
}

impl Scope {
    /// The stable word used in the API and in the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The scope with this [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Read, Self::Write].into_iter().find(|scope| scope.word() == word)
    }
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// A random id; not the secret.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// What its owner calls it.
    pub name: String,
    /// The beginning of the secret, by which it is recognised.
    pub prefix: String,
    /// What it may be used for.
    pub scope: Scope,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it stops working, in milliseconds since 1970.
    pub expires_ms: i64,
    /// When it was last used, in milliseconds since 1970; not to the second.
    pub used_ms: Option<i64>,
}

const TOKEN_COLUMNS: &str =
    "token.id AS token_id, token.person_id, token.name AS token_name, token.prefix, token.scope,
    token.created_ms AS token_created_ms, token.expires_ms, token.used_ms";

impl Store {
    /// Adds a token whose secret has this hash. Whether the person has too many already is the caller's business.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_token(&self, token: &Token, hash: &str, entry: &Entry) -> Result<(), StoreError> {
        const DOING: &str = "adding a token";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "INSERT INTO token (id, hash, person_id, name, prefix, scope, created_ms, expires_ms)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        sqlx::query(text)
            .bind(&token.id)
            .bind(hash)
            .bind(&token.person)
            .bind(&token.name)
            .bind(&token.prefix)
            .bind(token.scope.word())
            .bind(token.created_ms)
            .bind(token.expires_ms)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)
    }

    /// The tokens of a person, the newest first; expired ones too, so that their owner sees why a program fails.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tokens(&self, person: &str) -> Result<Vec<Token>, StoreError> {
        let text = format!(
            "SELECT {TOKEN_COLUMNS} FROM token WHERE person_id = $1 ORDER BY created_ms DESC, id DESC LIMIT $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(person)
            .bind(i64::from(MOST_TOKENS))
            .fetch_all(&self.pool)
            .await
            .doing("listing tokens")?;
        rows.iter().map(read_token).collect()
    }

    /// The token of this id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none.
    pub async fn token(&self, id: &str) -> Result<Token, StoreError> {
        let text = format!("SELECT {TOKEN_COLUMNS} FROM token WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .doing("reading a token")?;
        row.as_ref().map_or(Err(StoreError::Missing { what: "token" }), read_token)
    }

    /// The token whose secret has this hash, with its person, if the person is enabled. It may have expired.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn token_by_hash(&self, hash: &str) -> Result<Option<(Token, Person)>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS}, {TOKEN_COLUMNS} FROM token JOIN person ON person.id = token.person_id
             WHERE token.hash = $1 AND person.is_enabled = 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(hash)
            .fetch_optional(&self.pool)
            .await
            .doing("reading a token")?;
        row.as_ref().map(|row| Ok((read_token(row)?, read(row)?))).transpose()
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_token(&self, id: &str, now_ms: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE token SET used_ms = $2 WHERE id = $1")
            .bind(id)
            .bind(now_ms)
            .execute(&self.pool)
            .await
            .doing("noting a token's use")
            .map(drop)
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if somebody else was faster.
    pub async fn remove_token(&self, id: &str, entry: &Entry) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("removing a token")?;
        let removed = sqlx::query("DELETE FROM token WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await
            .doing("removing a token")?;
        if removed.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "token" });
        }
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing("removing a token")
    }
}

fn read_token(row: &AnyRow) -> Result<Token, StoreError> {
    const DOING: &str = "reading a token";
    let scope: String = row.try_get("scope").doing(DOING)?;
    Ok(Token {
        id: row.try_get("token_id").doing(DOING)?,
        person: row.try_get("person_id").doing(DOING)?,
        name: row.try_get("token_name").doing(DOING)?,
        prefix: row.try_get("prefix").doing(DOING)?,
        scope: Scope::from_word(&scope).ok_or(StoreError::Corrupt { what: "scope" })?,
        created_ms: row.try_get("token_created_ms").doing(DOING)?,
        expires_ms: row.try_get("expires_ms").doing(DOING)?,
        used_ms: row.try_get("used_ms").doing(DOING)?,
    })
}
