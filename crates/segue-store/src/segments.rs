//! Segments and their refreshes.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::catalog::count;
use crate::error::{Doing, missing_or_stale};
use crate::{Store, StoreError};

/// A segment as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// What it is for, in somebody's words; may be empty.
    pub description: String,
    /// Its definition, as it was written.
    pub definition: String,
    /// Whether its members stay until it is refreshed by hand.
    pub is_static: bool,
    /// Whether it is refreshed with all others.
    pub is_active: bool,
    /// The snapshot in force: a file name inside the state directory.
    pub snapshot: Option<String>,
    /// When that was made, in milliseconds since 1970.
    pub refreshed_ms: Option<i64>,
    /// Members in it.
    pub members: Option<u64>,
    /// Members in the one before it, if there was one.
    pub members_before: Option<u64>,
    /// Grows with every change; a refresh is none.
    pub version: i64,
}

/// One refresh of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// When it began, in milliseconds since 1970.
    pub at_ms: i64,
    /// How long it took.
    pub millis: i64,
    /// How many members it found; none if it failed.
    pub members: Option<u64>,
    /// Why it failed.
    pub words: String,
    /// How many rows of its tables could not be used; of one that failed, 0.
    pub set_aside: u64,
    /// Whether the members came from a list of keys, and not from the definition.
    pub is_loaded: bool,
}

const COLUMNS: &str = "name, description, definition, is_static, is_active, snapshot, refreshed_ms, members, members_before, version";

impl Store {
    /// All segments by name.
    pub(crate) async fn segments(&self) -> Result<Vec<Segment>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM segment");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.pool).await.doing("listing segments")?;
        let mut segments: Vec<Segment> = rows.iter().map(read).collect::<Result<_, _>>()?;
        // Not by the database: the order of letters in Postgres depends on how it was set up.
        segments.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(segments)
    }

    /// The segment of this name; none if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn segment(&self, name: &str) -> Result<Option<Segment>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM segment WHERE name = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(name).fetch_optional(&self.pool).await;
        row.doing("reading a segment")?.as_ref().map(read).transpose()
    }

    /// Notes a refresh of a segment whose snapshot in force was `before`; if it succeeded, puts its own in force, both or
    /// neither. `is_changed` says whether that holds other keys: then exports that run by it are due.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the segment was removed or renamed meanwhile, [`StoreError::Stale`] if another snapshot was
    /// put in force; then nothing is noted. If the database fails; the snapshot before stays in force.
    pub async fn save_refresh(
        &self,
        segment: &str,
        refresh: &Refresh,
        before: Option<&str>,
        snapshot: Option<&str>,
        is_changed: bool,
    ) -> Result<(), StoreError> {
        const DOING: &str = "saving a refresh";
        let members = refresh.members.map(|members| i64::try_from(members).unwrap_or(i64::MAX));
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let put = match snapshot {
            Some(snapshot) => {
                let text = "UPDATE segment SET snapshot = $2, refreshed_ms = $3, members_before = members, members = $4,
                                changes = changes + $6
                            WHERE name = $1 AND COALESCE(snapshot, '') = $5";
                sqlx::query(text)
                    .bind(segment)
                    .bind(snapshot)
                    .bind(refresh.at_ms)
                    .bind(members)
                    .bind(before.unwrap_or_default())
                    .bind(i64::from(is_changed))
            }
            // What failed changes nothing about the segment, which must be there all the same.
            None => sqlx::query("UPDATE segment SET version = version WHERE name = $1").bind(segment),
        };
        // Whoever notes another one at the same time waits here.
        let put = put.execute(&mut *transaction).await.doing(DOING)?;
        if put.rows_affected() == 0 {
            let found = sqlx::query("SELECT 1 FROM segment WHERE name = $1").bind(segment);
            let found = found.fetch_optional(&mut *transaction).await.doing(DOING)?;
            return Err(missing_or_stale(found.is_some(), "segment"));
        }
        let text = "INSERT INTO refresh (segment, seq, at_ms, millis, members, words, set_aside, is_loaded)
                    SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5, $6, $7 FROM refresh WHERE segment = $1";
        sqlx::query(text)
            .bind(segment)
            .bind(refresh.at_ms)
            .bind(refresh.millis)
            .bind(members)
            .bind(&refresh.words)
            .bind(i64::try_from(refresh.set_aside).unwrap_or(i64::MAX))
            .bind(i64::from(refresh.is_loaded))
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        count(&mut transaction, "refreshes").await?;
        transaction.commit().await.doing(DOING)
    }

    /// The latest refresh of every segment that was ever refreshed.
    pub(crate) async fn latest_refreshes(&self) -> Result<BTreeMap<String, Refresh>, StoreError> {
        const DOING: &str = "listing refreshes";
        // Two steps down an index for each segment, however long its history is.
        let text =
            "SELECT refresh.segment, at_ms, millis, refresh.members, words, set_aside, is_loaded FROM segment
                    JOIN refresh ON refresh.segment = segment.name
                        AND seq = (SELECT MAX(seq) FROM refresh AS its WHERE its.segment = segment.name)";
        let rows = sqlx::query(text).fetch_all(&self.pool).await.doing(DOING)?;
        rows.iter().map(|row| Ok((row.try_get("segment").doing(DOING)?, read_refresh(row)?))).collect()
    }

    /// The latest refresh of a segment, and how many it has had; none before the first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn latest_refresh(&self, segment: &str) -> Result<Option<(Refresh, u64)>, StoreError> {
        const DOING: &str = "looking for the latest refresh";
        let text =
            "SELECT at_ms, millis, members, words, set_aside, is_loaded, seq FROM refresh WHERE segment = $1
                    ORDER BY seq DESC LIMIT 1";
        let row = sqlx::query(text).bind(segment).fetch_optional(&self.pool).await.doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let count: i64 = row.try_get("seq").doing(DOING)?;
        Ok(Some((read_refresh(&row)?, u64::try_from(count).unwrap_or_default())))
    }

    /// Refreshes of a segment, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refreshes(&self, segment: &str) -> Result<Vec<Refresh>, StoreError> {
        let text =
            "SELECT at_ms, millis, members, words, set_aside, is_loaded FROM refresh WHERE segment = $1
                    ORDER BY seq";
        let rows = sqlx::query(text).bind(segment).fetch_all(&self.pool).await.doing("listing refreshes")?;
        rows.iter().map(read_refresh).collect()
    }
}

fn read_refresh(row: &AnyRow) -> Result<Refresh, StoreError> {
    let members: Option<i64> = row.try_get("members").doing("listing refreshes")?;
    let set_aside: i64 = row.try_get("set_aside").doing("listing refreshes")?;
    Ok(Refresh {
        at_ms: row.try_get("at_ms").doing("listing refreshes")?,
        millis: row.try_get("millis").doing("listing refreshes")?,
        members: members.and_then(|members| u64::try_from(members).ok()),
        words: row.try_get("words").doing("listing refreshes")?,
        set_aside: u64::try_from(set_aside).unwrap_or_default(),
        is_loaded: row.try_get::<i64, _>("is_loaded").doing("listing refreshes")? != 0,
    })
}

fn read(row: &AnyRow) -> Result<Segment, StoreError> {
    let flag = |column: &str| row.try_get::<i64, _>(column).doing("reading a segment").map(|flag| flag != 0);
    let count = |column: &str| {
        let count: Option<i64> = row.try_get(column).doing("reading a segment")?;
        Ok::<_, StoreError>(count.and_then(|count| u64::try_from(count).ok()))
    };
    Ok(Segment {
        name: row.try_get("name").doing("reading a segment")?,
        description: row.try_get("description").doing("reading a segment")?,
        definition: row.try_get("definition").doing("reading a segment")?,
        is_static: flag("is_static")?,
        is_active: flag("is_active")?,
        snapshot: row.try_get("snapshot").doing("reading a segment")?,
        refreshed_ms: row.try_get("refreshed_ms").doing("reading a segment")?,
        members: count("members")?,
        members_before: count("members_before")?,
        version: row.try_get("version").doing("reading a segment")?,
    })
}
