//! Segments and their refreshes.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::{Doing, failed, is_taken, is_used};
use crate::recipes::rename_in_recipes;
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
}

const COLUMNS: &str = "name, description, definition, is_static, is_active, snapshot, refreshed_ms, members";

impl Store {
    /// Adds a segment without members.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one of this name.
    pub async fn add_segment(&self, segment: &Segment) -> Result<(), StoreError> {
        let text = "INSERT INTO segment (name, description, definition, is_static, is_active)
                    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING";
        match self.write_segment(text, segment).await.doing("adding a segment")? {
            0 => Err(StoreError::Exists { what: "segment", name: segment.name.clone() }),
            _ => Ok(()),
        }
    }

    /// All segments by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn segments(&self) -> Result<Vec<Segment>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM segment");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.pool).await.doing("listing segments")?;
        let mut segments: Vec<Segment> = rows.iter().map(read).collect::<Result<_, _>>()?;
        // Not by the database: the order of letters in Postgres depends on how it was set up.
        segments.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(segments)
    }

    /// Replaces a segment's description, definition, type and state; its members stay.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_segment(&self, segment: &Segment) -> Result<(), StoreError> {
        let text = "UPDATE segment SET description = $2, definition = $3, is_static = $4, is_active = $5
                    WHERE name = $1";
        self.write_segment(text, segment).await.doing("changing a segment").map(drop)
    }

    /// Writes what people say of a segment; how many rows that concerned.
    async fn write_segment(&self, text: &'static str, segment: &Segment) -> Result<u64, sqlx::Error> {
        let query = sqlx::query(text)
            .bind(&segment.name)
            .bind(&segment.description)
            .bind(&segment.definition)
            .bind(i64::from(segment.is_static))
            .bind(i64::from(segment.is_active));
        Ok(query.execute(&self.pool).await?.rows_affected())
    }

    /// Renames a segment, also in the exports that use it, and puts these definitions in force that speak of it by its new
    /// name; all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the new name is taken.
    pub async fn rename_segment(
        &self,
        old: &str,
        new: &str,
        definitions: &[(String, String)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("renaming a segment")?;
        for text in [
            "UPDATE segment SET name = $2 WHERE name = $1",
            "UPDATE refresh SET segment = $2 WHERE segment = $1",
        ] {
            let renamed = sqlx::query(text).bind(old).bind(new).execute(&mut *transaction).await;
            renamed.map_err(|error| {
                if is_taken(&error) {
                    return StoreError::Exists { what: "segment", name: new.to_owned() };
                }
                failed("renaming a segment", error)
            })?;
        }
        rename_in_recipes(&mut transaction, old, new).await?;
        for (name, definition) in definitions {
            sqlx::query("UPDATE segment SET definition = $2 WHERE name = $1")
                .bind(name)
                .bind(definition)
                .execute(&mut *transaction)
                .await
                .doing("renaming a segment")?;
        }
        transaction.commit().await.doing("renaming a segment")
    }

    /// Removes a segment with its history.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while an export uses it.
    pub async fn remove_segment(&self, name: &str) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("removing a segment")?;
        for text in ["DELETE FROM refresh WHERE segment = $1", "DELETE FROM segment WHERE name = $1"] {
            let removed = sqlx::query(text).bind(name).execute(&mut *transaction).await;
            removed.map_err(|error| match is_used(&error) {
                true => StoreError::InUse { what: "segment" },
                false => failed("removing a segment", error),
            })?;
        }
        transaction.commit().await.doing("removing a segment")
    }

    /// Notes a refresh; if it succeeded, puts its snapshot in force, both or neither.
    ///
    /// # Errors
    /// If the database fails; the snapshot before stays in force.
    pub async fn save_refresh(
        &self,
        segment: &str,
        refresh: &Refresh,
        snapshot: Option<&str>,
    ) -> Result<(), StoreError> {
        let members = refresh.members.map(|members| i64::try_from(members).unwrap_or(i64::MAX));
        let mut transaction = self.pool.begin().await.doing("saving a refresh")?;
        let text = "INSERT INTO refresh (segment, seq, at_ms, millis, members, words)
                    SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5 FROM refresh WHERE segment = $1
                    ON CONFLICT (segment, seq) DO NOTHING";
        // Nothing added means that another process took the number at the same time: the next one is tried.
        loop {
            let added = sqlx::query(text)
                .bind(segment)
                .bind(refresh.at_ms)
                .bind(refresh.millis)
                .bind(members)
                .bind(&refresh.words)
                .execute(&mut *transaction)
                .await
                .doing("saving a refresh")?;
            if added.rows_affected() > 0 {
                break;
            }
        }
        if let Some(snapshot) = snapshot {
            sqlx::query("UPDATE segment SET snapshot = $2, refreshed_ms = $3, members = $4 WHERE name = $1")
                .bind(segment)
                .bind(snapshot)
                .bind(refresh.at_ms)
                .bind(members)
                .execute(&mut *transaction)
                .await
                .doing("saving a refresh")?;
        }
        transaction.commit().await.doing("saving a refresh")
    }

    /// Refreshes of a segment, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refreshes(&self, segment: &str) -> Result<Vec<Refresh>, StoreError> {
        let text = "SELECT at_ms, millis, members, words FROM refresh WHERE segment = $1 ORDER BY seq";
        let rows = sqlx::query(text).bind(segment).fetch_all(&self.pool).await.doing("listing refreshes")?;
        rows.iter()
            .map(|row| {
                let members: Option<i64> = row.try_get("members").doing("listing refreshes")?;
                Ok(Refresh {
                    at_ms: row.try_get("at_ms").doing("listing refreshes")?,
                    millis: row.try_get("millis").doing("listing refreshes")?,
                    members: members.and_then(|members| u64::try_from(members).ok()),
                    words: row.try_get("words").doing("listing refreshes")?,
                })
            })
            .collect()
    }
}

fn read(row: &AnyRow) -> Result<Segment, StoreError> {
    let flag = |column: &str| row.try_get::<i64, _>(column).doing("reading a segment").map(|flag| flag != 0);
    let members: Option<i64> = row.try_get("members").doing("reading a segment")?;
    Ok(Segment {
        name: row.try_get("name").doing("reading a segment")?,
        description: row.try_get("description").doing("reading a segment")?,
        definition: row.try_get("definition").doing("reading a segment")?,
        is_static: flag("is_static")?,
        is_active: flag("is_active")?,
        snapshot: row.try_get("snapshot").doing("reading a segment")?,
        refreshed_ms: row.try_get("refreshed_ms").doing("reading a segment")?,
        members: members.and_then(|members| u64::try_from(members).ok()),
    })
}
