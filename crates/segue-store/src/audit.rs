//! The audit log: who did what to which object, from where. Entries are added and read, never changed or removed.
//!
//! A change and its entry are one transaction: methods that change something take the [`Entry`] and write it with the
//! change, through [`write()`].

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Doing;
use crate::{Store, StoreError};

/// One entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id, made by the caller.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The id of the person who did it; none where no person is known, as at the command line.
    pub who: Option<String>,
    /// That person's login at the time, or what stands for one.
    pub login: String,
    /// The address of the peer, or where else it was done.
    pub peer: String,
    /// The id of the request; empty without one.
    pub request: String,
    /// What was done, as in `user.create`.
    pub action: String,
    /// What it was done to, as in `user`.
    pub object_kind: String,
    /// Its id.
    pub object_id: String,
    /// Its name at the time.
    pub object_name: String,
    /// What it was before, as JSON without secrets.
    pub before: Option<String>,
    /// What it is since, as JSON without secrets.
    pub after: Option<String>,
}

// Logins and names stay out of logs.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("id", &self.id).field("action", &self.action).finish_non_exhaustive()
    }
}

/// Which entries are asked for. What is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Done by the person of this id.
    pub who: Option<String>,
    /// Exactly this action.
    pub action: Option<String>,
    /// Done to an object of this kind.
    pub object_kind: Option<String>,
    /// Done to the object of this id.
    pub object_id: Option<String>,
    /// Not earlier than this, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Earlier than this, in milliseconds since 1970.
    pub until_ms: Option<i64>,
}

const COLUMNS: &str =
    "id, at_ms, who, login, peer, request, action, object_kind, object_id, object_name, before, after";

/// Writes an entry on the connection of a transaction that makes the change itself.
pub(crate) async fn write(connection: &mut AnyConnection, entry: &Entry) -> Result<(), StoreError> {
    let text =
        format!("INSERT INTO audit ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(&entry.id)
        .bind(entry.at_ms)
        .bind(&entry.who)
        .bind(&entry.login)
        .bind(&entry.peer)
        .bind(&entry.request)
        .bind(&entry.action)
        .bind(&entry.object_kind)
        .bind(&entry.object_id)
        .bind(&entry.object_name)
        .bind(&entry.before)
        .bind(&entry.after)
        .execute(connection)
        .await
        .doing("writing the audit log")
        .map(drop)
}

impl Store {
    /// Notes what changed nothing in the database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note(&self, entry: &Entry) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await.doing("writing the audit log")?;
        write(&mut connection, entry).await
    }

    /// At most so many entries, the newest first, that come after this one of them: its time and its id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn entries(
        &self,
        filter: &EntryFilter,
        after: Option<&(i64, String)>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        // Every parameter is always there, so that the text is one: what is not asked for lets every row pass.
        let text = format!(
            "SELECT {COLUMNS} FROM audit
             WHERE at_ms >= $1 AND at_ms < $2 AND (at_ms < $3 OR (at_ms = $3 AND id < $4))
               AND ($5 = '' OR who = $5) AND ($6 = '' OR action = $6)
               AND ($7 = '' OR object_kind = $7) AND ($8 = '' OR object_id = $8)
             ORDER BY at_ms DESC, id DESC LIMIT $9"
        );
        let word = |value: &Option<String>| value.clone().unwrap_or_default();
        let (before_ms, before_id) = after.cloned().unwrap_or((i64::MAX, String::new()));
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(filter.from_ms.unwrap_or(i64::MIN))
            .bind(filter.until_ms.unwrap_or(i64::MAX))
            .bind(before_ms)
            .bind(before_id)
            .bind(word(&filter.who))
            .bind(word(&filter.action))
            .bind(word(&filter.object_kind))
            .bind(word(&filter.object_id))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .doing("reading the audit log")?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Entry, StoreError> {
    const DOING: &str = "reading the audit log";
    Ok(Entry {
        id: row.try_get("id").doing(DOING)?,
        at_ms: row.try_get("at_ms").doing(DOING)?,
        who: row.try_get("who").doing(DOING)?,
        login: row.try_get("login").doing(DOING)?,
        peer: row.try_get("peer").doing(DOING)?,
        request: row.try_get("request").doing(DOING)?,
        action: row.try_get("action").doing(DOING)?,
        object_kind: row.try_get("object_kind").doing(DOING)?,
        object_id: row.try_get("object_id").doing(DOING)?,
        object_name: row.try_get("object_name").doing(DOING)?,
        before: row.try_get("before").doing(DOING)?,
        after: row.try_get("after").doing(DOING)?,
    })
}
