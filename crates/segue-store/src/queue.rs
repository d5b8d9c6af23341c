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
    /// The run whose refused contacts are to be sent again, and nobody else.
    pub retries: Option<String>,
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
    /// [`StoreError::KeyReused`] if the key was used for another wish.
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

pub(crate) async fn queue(
    connection: &mut AnyConnection,
    new: &NewJob,
    entry: &Entry,
) -> Result<Queued, StoreError> {
    const DOING: &str = "queueing a job";
    // The key first: what it began may be under way or over, and something else be queued.
    if let Some(key) = &new.request_key
        && let Some(answered) = answered(connection, key, new).await?
    {
        return Ok(Queued::Before(answered));
    }
    let text = "INSERT INTO job (id, kind, subject, subject_name, holds, lane, reason, note, person, person_name, parent, plan,
                    retries, due_ms, queued_ms, status, words, is_unwanted, steps)
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
        .bind(&new.retries)
        .bind(new.due_ms)
        .bind(entry.at_ms)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    let found = format!(
        "SELECT {COLUMNS} FROM job WHERE id = $1 OR (kind = $2 AND subject = $3 AND status = 'queued'
            AND COALESCE(plan, '') = $4 AND COALESCE(retries, '') = $5) ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(found))
        .bind(&new.id)
        .bind(new.work.kind())
        .bind(new.work.subject())
        .bind(new.plan.as_deref().unwrap_or_default())
        .bind(new.retries.as_deref().unwrap_or_default())
        .fetch_one(&mut *connection)
        .await
        .doing(DOING)?;
    let job = read(&row)?;
    if added.rows_affected() == 0 {
        // Whoever asks again is told of the one that waited, whatever has become of it.
        if let Some(key) = &new.request_key {
            let kept = sqlx::query("UPDATE request_key SET job = $2 WHERE name = $1").bind(key).bind(&job.id);
            kept.execute(connection).await.doing(DOING)?;
        }
        return Ok(Queued::Before(job));
    }
    write(connection, entry).await?;
    Ok(Queued::New(job))
}

/// The job that this wish was answered with before. If it was not told before, its key is taken for it.
async fn answered(
    connection: &mut AnyConnection,
    key: &str,
    new: &NewJob,
) -> Result<Option<Job>, StoreError> {
    const DOING: &str = "looking for an earlier wish";
    let of = |part: &Option<String>| part.clone().unwrap_or_default();
    let wish = format!("{} {} {} {}", new.work.kind(), new.work.subject(), of(&new.plan), of(&new.retries));
    // Whoever tells the same wish at the same time waits here.
    let text = "INSERT INTO request_key (name, wish, job) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let taken = sqlx::query(text).bind(key).bind(&wish).bind(&new.id).execute(&mut *connection).await;
    if taken.doing(DOING)?.rows_affected() == 1 {
        return Ok(None);
    }
    let text = format!(
        "SELECT {}, wish FROM request_key JOIN job ON job.id = request_key.job WHERE request_key.name = $1",
        COLUMNS
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(key).fetch_one(connection).await.doing(DOING)?;
    if row.try_get::<String, _>("wish").doing(DOING)? != wish {
        return Err(StoreError::KeyReused);
    }
    read(&row).map(Some)
}
