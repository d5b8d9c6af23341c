//! Exports that run when the members of their segments have changed. Which change each of them has followed stands beside the
//! count of changes itself, so none is lost and none followed twice, whichever process has made it, and whatever became of that.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::audit::Entry;
use crate::error::Doing;
use crate::queue::queue;
use crate::{NewJob, Queued, Store, StoreError};

/// Up to which change of each of its segments an export has seen them.
pub type SeenChanges = Vec<(String, i64)>;

impl Store {
    /// A number that grows with each refresh of a segment, and with each list of keys that is put in its place.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refreshes_version(&self) -> Result<i64, StoreError> {
        const DOING: &str = "looking whether segments were refreshed";
        let text = "SELECT taken FROM turn WHERE name = 'refreshes'";
        sqlx::query(text).fetch_one(&self.pool).await.doing(DOING)?.try_get("taken").doing(DOING)
    }

    /// The ids of the exports that are due because one of their segments has other members than they have followed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn exports_behind(&self) -> Result<Vec<String>, StoreError> {
        const DOING: &str = "looking for exports whose segments have changed";
        let text = "SELECT DISTINCT recipe_id FROM recipe_segment
                    JOIN segment ON segment.name = recipe_segment.segment
                    JOIN recipe ON recipe.id = recipe_segment.recipe_id
                    WHERE seen IS NOT NULL AND seen < changes
                      AND skipped_at < (SELECT taken FROM turn WHERE name = 'refreshes') ORDER BY recipe_id";
        let rows = sqlx::query(text).fetch_all(&self.pool).await.doing(DOING)?;
        rows.iter().map(|row| row.try_get("recipe_id").doing(DOING)).collect()
    }

    /// Starts the run of an export that is behind: notes that it follows everything that has changed until now, and queues its job,
    /// both or neither. None if another process has done so.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start_behind(
        &self,
        export: &str,
        new: &NewJob,
        entry: &Entry,
    ) -> Result<Option<Queued>, StoreError> {
        const DOING: &str = "starting an export whose segments have changed";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        // Whoever does the same meanwhile waits here, and finds nothing to be done.
        let text = "UPDATE recipe_segment
                    SET seen = (SELECT changes FROM segment WHERE name = recipe_segment.segment)
                    WHERE recipe_id = $1
                      AND seen < (SELECT changes FROM segment WHERE name = recipe_segment.segment)";
        let followed = sqlx::query(text).bind(export).execute(&mut *transaction).await.doing(DOING)?;
        if followed.rows_affected() == 0 {
            return Ok(None);
        }
        let queued = queue(&mut transaction, new, entry).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(Some(queued))
    }

    /// The changes of an export's segments as they are now, for [`Store::has_planned`].
    ///
    /// # Errors
    /// If the database fails.
    pub async fn segment_changes(&self, export: &str) -> Result<SeenChanges, StoreError> {
        const DOING: &str = "looking how often segments have changed";
        let text = "SELECT segment, changes FROM recipe_segment
                    JOIN segment ON segment.name = recipe_segment.segment WHERE recipe_id = $1";
        let rows = sqlx::query(text).bind(export).fetch_all(&self.pool).await.doing(DOING)?;
        let read =
            |row: &AnyRow| Ok((row.try_get("segment").doing(DOING)?, row.try_get("changes").doing(DOING)?));
        rows.iter().map(read).collect()
    }

    /// Notes that a run of an export was planned from its segments as they were at these changes: they start none any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_planned(&self, export: &str, changes: &SeenChanges) -> Result<(), StoreError> {
        let text = "UPDATE recipe_segment SET seen = $3 WHERE recipe_id = $1 AND segment = $2 AND seen < $3";
        for (segment, changes) in changes {
            let noted = sqlx::query(text).bind(export).bind(segment).bind(changes);
            noted.execute(&self.pool).await.doing("noting what a run was planned from")?;
        }
        Ok(())
    }

    /// Notes that the run that was to follow a change was skipped, by what was known after so many refreshes: the next one
    /// starts another run.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stays_behind(&self, export: &str, refreshes: i64) -> Result<(), StoreError> {
        const DOING: &str = "noting that a change was not followed";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let skipped = sqlx::query("UPDATE recipe SET skipped_at = $2 WHERE id = $1");
        skipped.bind(export).bind(refreshes).execute(&mut *transaction).await.doing(DOING)?;
        let text = "UPDATE recipe_segment SET seen = seen - 1 WHERE recipe_id = $1
                      AND seen = (SELECT changes FROM segment WHERE name = recipe_segment.segment)";
        sqlx::query(text).bind(export).execute(&mut *transaction).await.doing(DOING)?;
        transaction.commit().await.doing(DOING)
    }
}
