//! Saved exports: what a person wants to have exported, and which connections and segments that takes.
//!
//! The recipe is kept as one document. Its segments stand beside it a second time, so that the database itself keeps every
//! segment that an export uses.

use segue_model::connection::{Signature, folded_name};
use segue_model::recipe::Recipe;
use segue_model::schedule::ExportSchedule;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::audit::{Entry, write};
use crate::catalog::count;
use crate::error::{Doing, failed, is_taken, is_used, missing_or_stale};
use crate::{Store, StoreError};

/// An export as it is saved.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedExport {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The id of its connection; none if it is detached, and then it does not run.
    pub connection: Option<String>,
    /// What it exports, where to, and how.
    pub recipe: Recipe,
    /// Whether it may run.
    pub is_enabled: bool,
    /// Since when its schedule holds as it is and it may run, in milliseconds since 1970: what was due before was not missed.
    pub scheduled_ms: i64,
    /// Counts changes.
    pub version: i64,
    /// Who made it, and when.
    pub created: Signature,
    /// Who changed it last, and when.
    pub updated: Signature,
}

impl SavedExport {
    /// Whether it runs when its segments have changed, and may run.
    #[must_use]
    pub fn runs_by_changes(&self) -> bool {
        let is_wanted = self.recipe.schedule == ExportSchedule::WhenSegmentsChange;
        is_wanted && self.is_enabled && self.connection.is_some()
    }
}

/// A saved export, as it is named where it stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportName {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

const COLUMNS: &str =
    "id, name, connection_id, document, is_enabled, scheduled_ms, version, created_by, created_name, created_ms,
    updated_by, updated_name, updated_ms";

const MISSING: StoreError = StoreError::Missing { what: "export" };
const CORRUPT: StoreError = StoreError::Corrupt { what: "export" };

impl Store {
    /// Saves a new export.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the name is taken; [`StoreError::Missing`] if its connection or one of its segments is not
    /// there any more.
    pub async fn add_recipe(&self, export: &SavedExport, entry: &Entry) -> Result<(), StoreError> {
        const DOING: &str = "saving an export";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "INSERT INTO recipe (id, name, folded_name, connection_id, document, is_enabled, version, created_by,
                    created_name, created_ms, updated_by, updated_name, updated_ms, scheduled_ms)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let added = sqlx::query(text)
            .bind(&export.id)
            .bind(&export.name)
            .bind(folded_name(&export.name))
            .bind(&export.connection)
            .bind(document(&export.recipe)?)
            .bind(i64::from(export.is_enabled))
            .bind(export.version)
            .bind(&export.created.id)
            .bind(&export.created.name)
            .bind(export.created.at_ms)
            .bind(&export.updated.id)
            .bind(&export.updated.name)
            .bind(export.updated.at_ms)
            .bind(export.scheduled_ms)
            .execute(&mut *transaction)
            .await;
        added.map_err(|error| told(DOING, &export.name, error))?;
        use_segments(&mut transaction, export).await?;
        count(&mut transaction, "exports").await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)
    }

    /// Changes everything that can be changed about an export, if `changed.version` is still the version in force; gives the
    /// version after.
    ///
    /// # Errors
    /// As [`Store::add_recipe`], [`StoreError::Missing`] also if there is no such export, and [`StoreError::Stale`].
    pub async fn change_recipe(&self, changed: &SavedExport, entry: &Entry) -> Result<i64, StoreError> {
        const DOING: &str = "changing an export";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "UPDATE recipe SET name = $3, folded_name = $4, connection_id = $5, document = $6, is_enabled = $7,
                    updated_by = $8, updated_name = $9, updated_ms = $10, scheduled_ms = $11, version = version + 1
                    WHERE id = $1 AND version = $2";
        let updated = sqlx::query(text)
            .bind(&changed.id)
            .bind(changed.version)
            .bind(&changed.name)
            .bind(folded_name(&changed.name))
            .bind(&changed.connection)
            .bind(document(&changed.recipe)?)
            .bind(i64::from(changed.is_enabled))
            .bind(&changed.updated.id)
            .bind(&changed.updated.name)
            .bind(changed.updated.at_ms)
            .bind(changed.scheduled_ms)
            .execute(&mut *transaction)
            .await;
        let updated = updated.map_err(|error| told(DOING, &changed.name, error))?;
        if updated.rows_affected() == 0 {
            return Err(missing_or_stale(find(&mut transaction, &changed.id).await?.is_some(), "export"));
        }
        use_segments(&mut transaction, changed).await?;
        count(&mut transaction, "exports").await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(changed.version + 1)
    }

    /// Removes an export, if this is still the version in force.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Stale`].
    pub async fn remove_recipe(&self, id: &str, version: i64, entry: &Entry) -> Result<(), StoreError> {
        const DOING: &str = "removing an export";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        forget_segments(&mut transaction, id).await?;
        let removed = sqlx::query("DELETE FROM recipe WHERE id = $1 AND version = $2")
            .bind(id)
            .bind(version)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if removed.rows_affected() == 0 {
            // What was forgotten is not: the transaction ends here.
            return Err(missing_or_stale(find(&mut transaction, id).await?.is_some(), "export"));
        }
        count(&mut transaction, "exports").await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)
    }

    /// A number that is another one after each change of an export or of the setting of this name: whoever has read all of
    /// them need not do so again while it is the same.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn schedules_version(&self, setting: &str) -> Result<i64, StoreError> {
        const DOING: &str = "looking whether schedules have changed";
        let text = "SELECT taken + COALESCE((SELECT version FROM setting WHERE name = $1), 0) AS version
                    FROM turn WHERE name = 'exports'";
        let row = sqlx::query(text).bind(setting).fetch_one(&self.pool).await.doing(DOING)?;
        row.try_get("version").doing(DOING)
    }

    /// The export with this id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none.
    pub async fn recipe(&self, id: &str) -> Result<SavedExport, StoreError> {
        let mut connection = self.pool.acquire().await.doing("reading an export")?;
        find(&mut connection, id).await?.ok_or(MISSING)
    }

    /// All exports by name.
    pub(crate) async fn recipes(&self) -> Result<Vec<SavedExport>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM recipe");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.pool).await.doing("listing exports")?;
        let mut found: Vec<SavedExport> = rows.iter().map(read).collect::<Result<_, _>>()?;
        // Not by the database: the order of letters in Postgres depends on how it was set up.
        found.sort_by_cached_key(|export| (folded_name(&export.name), export.id.clone()));
        Ok(found)
    }

    /// The exports that use this connection, by name: it cannot be removed before they are detached or removed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn exports_using(&self, connection: &str) -> Result<Vec<ExportName>, StoreError> {
        const DOING: &str = "looking for exports";
        let text = "SELECT id, name FROM recipe WHERE connection_id = $1";
        let rows = sqlx::query(text).bind(connection).fetch_all(&self.pool).await.doing(DOING)?;
        let read = |row: &AnyRow| {
            Ok(ExportName { id: row.try_get("id").doing(DOING)?, name: row.try_get("name").doing(DOING)? })
        };
        let mut exports: Vec<ExportName> = rows.iter().map(read).collect::<Result<_, StoreError>>()?;
        exports.sort_by_cached_key(|export| (folded_name(&export.name), export.id.clone()));
        Ok(exports)
    }
}

/// Puts the new name of a segment into the recipes of its exports. Their versions count on: whoever is editing one has the
/// old name before them.
pub(crate) async fn rename_in_recipes(
    connection: &mut AnyConnection,
    old: &str,
    new: &str,
) -> Result<(), StoreError> {
    const DOING: &str = "renaming a segment";
    // By the new name: the table follows the segment.
    let text = format!(
        "SELECT {COLUMNS} FROM recipe WHERE id IN (SELECT recipe_id FROM recipe_segment WHERE segment = $1)"
    );
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(new).fetch_all(&mut *connection).await.doing(DOING)?;
    for row in &rows {
        let SavedExport { id, mut recipe, .. } = read(row)?;
        recipe.segments.iter_mut().filter(|segment| *segment == old).for_each(|it| new.clone_into(it));
        sqlx::query("UPDATE recipe SET document = $2, version = version + 1 WHERE id = $1")
            .bind(id)
            .bind(document(&recipe)?)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    Ok(())
}

/// Saves which segments an export uses. Of those that it runs by, it goes on from the change that it knows: from now on if it
/// knows none, so that saving starts nothing.
async fn use_segments(connection: &mut AnyConnection, export: &SavedExport) -> Result<(), StoreError> {
    const DOING: &str = "saving an export's segments";
    let used = "SELECT segment FROM recipe_segment WHERE recipe_id = $1";
    let used = sqlx::query(used).bind(&export.id).fetch_all(&mut *connection).await.doing(DOING)?;
    for row in &used {
        let segment: String = row.try_get("segment").doing(DOING)?;
        if !export.recipe.segments.contains(&segment) {
            let unused = sqlx::query("DELETE FROM recipe_segment WHERE recipe_id = $1 AND segment = $2");
            unused.bind(&export.id).bind(segment).execute(&mut *connection).await.doing(DOING)?;
        }
    }
    for segment in &export.recipe.segments {
        let text = "INSERT INTO recipe_segment (recipe_id, segment) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let added = sqlx::query(text).bind(&export.id).bind(segment).execute(&mut *connection).await;
        added.map_err(|error| match is_used(&error) {
            true => StoreError::Missing { what: "segment" },
            false => failed(DOING, error),
        })?;
    }
    let follows = export.runs_by_changes();
    let seen = "UPDATE recipe_segment SET seen = CASE WHEN $2 = 0 THEN NULL
                    ELSE COALESCE(seen, (SELECT changes FROM segment WHERE name = recipe_segment.segment)) END
                WHERE recipe_id = $1";
    let seen = sqlx::query(seen).bind(&export.id).bind(i64::from(follows));
    seen.execute(connection).await.doing(DOING).map(drop)
}

async fn forget_segments(connection: &mut AnyConnection, id: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recipe_segment WHERE recipe_id = $1")
        .bind(id)
        .execute(connection)
        .await
        .doing("changing an export's segments")
        .map(drop)
}

fn document(recipe: &Recipe) -> Result<String, StoreError> {
    serde_json::to_string(recipe).map_err(|_| CORRUPT)
}

fn told(doing: &'static str, name: &str, error: sqlx::Error) -> StoreError {
    if is_taken(&error) {
        return StoreError::Exists { what: "export", name: name.to_owned() };
    }
    if is_used(&error) {
        return StoreError::Missing { what: "connection" };
    }
    failed(doing, error)
}

async fn find(connection: &mut AnyConnection, id: &str) -> Result<Option<SavedExport>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM recipe WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id)
        .fetch_optional(connection)
        .await
        .doing("reading an export")?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<SavedExport, StoreError> {
    const DOING: &str = "reading an export";
    let text = |column: &str| row.try_get::<String, _>(column).doing(DOING);
    let number = |column: &str| row.try_get::<i64, _>(column).doing(DOING);
    let signature = |id: &str, name: &str, at: &str| {
        Ok::<_, StoreError>(Signature { id: text(id)?, name: text(name)?, at_ms: number(at)? })
    };
    Ok(SavedExport {
        id: text("id")?,
        name: text("name")?,
        connection: row.try_get("connection_id").doing(DOING)?,
        recipe: serde_json::from_str(&text("document")?).map_err(|_| CORRUPT)?,
        is_enabled: number("is_enabled")? != 0,
        scheduled_ms: number("scheduled_ms")?,
        version: number("version")?,
        created: signature("created_by", "created_name", "created_ms")?,
        updated: signature("updated_by", "updated_name", "updated_ms")?,
    })
}
