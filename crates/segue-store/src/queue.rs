//! Jobs are queued by whoever wants something done, once each.

use std::collections::HashMap;

use segue_model::job::{Trigger, Work};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::audit::{Entry, write};
use crate::error::Doing;
use crate::jobs::{COLUMNS, Job, read};
use crate::{Store, StoreError};

/// A job that is to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// A random id, never used twice.
    pub id: String,
    /// What is to be done.
    pub work: Work,
    /// What people call its subject.
    pub name: String,
    /// Where it is done: an account, or a name for what only one worker may do at a time.
    pub lane: String,
    /// Why.
    pub trigger: Trigger,
    /// What there is to say about why; may be empty.
    pub note: String,
    /// Who asked for it, by id and name; nobody for what a schedule starts.
    pub person: Option<(String, String)>,
    /// The job that has queued it.
    pub parent: Option<String>,
    /// The dry run whose plan is to be carried out, and no other.
    pub plan: Option<String>,
    /// What whoever asked calls this wish, so that asking again does not begin it again.
    pub request_key: Option<String>,
    /// Not before this moment, in milliseconds since 1970.
    pub due_ms: i64,
}

/// What became of a wish to have something done.
#[derive(Debug, Clone, PartialEq)]
pub enum Queued {
    /// It was queued.
    New(Job),
    /// The same is queued already, or was asked for under the same key: this job.
    Before(Job),
}

impl Store {
    /// Queues a job, unless the same work waits already or the key was used before. Its time is the entry's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn queue_job(&self, new: &NewJob, entry: &Entry) -> Result<Queued, StoreError> {
        let mut transaction = self.pool.begin().await.doing("queueing a job")?;
        let queued = queue(&mut transaction, new, entry).await?;
        transaction.commit().await.doing("queueing a job")?;
        Ok(queued)
    }

    /// When each schedule has last decided to start something, by its subject, in milliseconds since 1970.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn starts(&self) -> Result<HashMap<String, i64>, StoreError> {
        const DOING: &str = "looking when schedules were last due";
        let rows =
            sqlx::query("SELECT subject, at_ms FROM start").fetch_all(&self.pool).await.doing(DOING)?;
        let read =
            |row: &AnyRow| Ok((row.try_get("subject").doing(DOING)?, row.try_get("at_ms").doing(DOING)?));
        rows.iter().map(read).collect()
    }

    /// Starts what a schedule wants: notes that it has decided, and queues its job, both or neither. None if another
    /// process has decided since `last`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start_scheduled(
        &self,
        subject: &str,
        last: Option<i64>,
        new: &NewJob,
        entry: &Entry,
    ) -> Result<Option<Queued>, StoreError> {
        const DOING: &str = "starting what is due";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = "INSERT INTO start (subject, at_ms) VALUES ($1, $2)
                    ON CONFLICT (subject) DO UPDATE SET at_ms = excluded.at_ms WHERE start.at_ms = $3";
        let decided = sqlx::query(text).bind(subject).bind(entry.at_ms).bind(last.unwrap_or(-1));
        if decided.execute(&mut *transaction).await.doing(DOING)?.rows_affected() == 0 {
            return Ok(None);
        }
        let queued = queue(&mut transaction, new, entry).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(Some(queued))
    }
}

async fn queue(connection: &mut AnyConnection, new: &NewJob, entry: &Entry) -> Result<Queued, StoreError> {
    let text = "INSERT INTO job (id, kind, subject, subject_name, holds, lane, reason, note, person, person_name, parent, plan,
                    request_key, due_ms, queued_ms, status, words, is_unwanted, steps)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'queued', '', 0, '[]')
                ON CONFLICT DO NOTHING";
    let (person, person_name) = new.person.clone().unzip();
    let added = sqlx::query(text)
        .bind(&new.id)
        .bind(new.work.kind())
        .bind(new.work.subject())
        .bind(&new.name)
        .bind(new.work.holds())
        .bind(&new.lane)
        .bind(new.trigger.word())
        .bind(&new.note)
        .bind(person)
        .bind(person_name)
        .bind(&new.parent)
        .bind(&new.plan)
        .bind(&new.request_key)
        .bind(new.due_ms)
        .bind(entry.at_ms)
        .execute(&mut *connection)
        .await
        .doing("queueing a job")?;
    // The key first: what it began may be under way or over, and something else be queued.
    let found = format!(
        "SELECT {COLUMNS} FROM job WHERE id = $1 OR request_key = $2 OR (kind = $3 AND subject = $4 AND status = 'queued')
         ORDER BY CASE WHEN id = $1 THEN 0 WHEN request_key = $2 THEN 1 ELSE 2 END LIMIT 1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(found))
        .bind(&new.id)
        .bind(&new.request_key)
        .bind(new.work.kind())
        .bind(new.work.subject())
        .fetch_one(&mut *connection)
        .await
        .doing("queueing a job")?;
    let job = read(&row)?;
    if added.rows_affected() == 0 {
        return Ok(Queued::Before(job));
    }
    write(connection, entry).await?;
    Ok(Queued::New(job))
}
