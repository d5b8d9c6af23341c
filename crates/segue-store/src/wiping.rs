//! Words of runs that an older version has written, without the values that stand in them.

use sqlx::Row;

use crate::error::Doing;
use crate::{Store, StoreError};

/// What older versions have written in front of values.
const BEFORE_VALUES: [&str; 3] =
    [", and these are not: ", ", in which these stand more than once", "; its header names: "];

impl Store {
    /// Takes values out of the words of runs, where an older version has left any. Returns of how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn wipe_values(&self) -> Result<u64, StoreError> {
        const DOING: &str = "taking values out of old words";
        // Most have no words at all, and a worker that starts looks at every run that is remembered.
        let like = BEFORE_VALUES.map(|before| format!("words LIKE '%{before}%'")).join(" OR ");
        let text =
            format!("SELECT id, words FROM job WHERE ended_ms IS NOT NULL AND words <> '' AND ({like})");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.pool).await.doing(DOING)?;
        for row in &rows {
            let id: String = row.try_get("id").doing(DOING)?;
            let words: String = row.try_get("words").doing(DOING)?;
            let end = BEFORE_VALUES.iter().filter_map(|before| words.find(before)).min();
            let kept = end.map_or("", |end| &words[..end]);
            let query = sqlx::query("UPDATE job SET words = $2 WHERE id = $1").bind(id).bind(kept);
            query.execute(&self.pool).await.doing(DOING)?;
        }
        Ok(rows.len() as u64)
    }
}
