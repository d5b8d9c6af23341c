//! Jobs: queued by whoever wants something done, claimed by workers.
//!
//! A worker works in lanes. It holds a lane for a while and says so again and again; when it dies, its lanes fall free and
//! another worker takes them over with the jobs that were under way in them. Nothing else decides who may do what, so two
//! workers never deliver to one account at a time.

use segue_model::Report;
use segue_model::job::{Status, Trigger, UnknownWord, Work};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Doing;
use crate::{Store, StoreError};

/// A part of a job and how long it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which: `plan`, `deliver` …
    pub name: String,
    /// How long it took.
    pub millis: u64,
}

/// A job that is to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// A random id, never used twice.
    pub id: String,
    /// What is to be done.
    pub work: Work,
    /// Where it is done: an account, or a name for what only one worker may do at a time.
    pub lane: String,
    /// Why.
    pub trigger: Trigger,
    /// Who asked for it; nobody for what a schedule starts.
    pub person: Option<String>,
    /// What whoever asked calls this wish, so that asking again does not begin it again.
    pub request_key: Option<String>,
    /// Not before this moment, in milliseconds since 1970.
    pub due_ms: i64,
}

/// A job as it is stored. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What is done.
    pub work: Work,
    /// Where.
    pub lane: String,
    /// Why.
    pub trigger: Trigger,
    /// Who asked for it.
    pub person: Option<String>,
    /// How far it has come.
    pub status: Status,
    /// What there is to say about the status: what it waits for, or why it ended early.
    pub words: String,
    /// Who works on it, or did.
    pub worker: Option<String>,
    /// Whether somebody wants it to end.
    pub is_unwanted: bool,
    /// Not before this moment.
    pub due_ms: i64,
    /// When it was queued.
    pub queued_ms: i64,
    /// When it was first begun.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// Its numbers, if it delivers anything.
    pub report: Option<Report>,
    /// Its parts so far, in their order.
    pub steps: Vec<Step>,
}

/// What became of a wish to have something done.
#[derive(Debug, Clone, PartialEq)]
pub enum Queued {
    /// It was queued.
    New(Job),
    /// The same is queued already, or was asked for under the same key: this job.
    Before(Job),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// The status, one of those that end.
    pub status: Status,
    /// Why, without personal data.
    pub words: String,
    /// Its numbers.
    pub report: Option<Report>,
    /// Its parts.
    pub steps: Vec<Step>,
}

/// Which jobs are asked for, newest first. What is not given does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobFilter<'a> {
    /// Of this kind.
    pub kind: Option<&'a str>,
    /// On this subject.
    pub subject: Option<&'a str>,
    /// With this status.
    pub status: Option<Status>,
    /// Only those that were queued before this moment, or at it with a smaller id: the last one of the page before.
    pub before: Option<(i64, &'a str)>,
}

const COLUMNS: &str =
    "id, kind, subject, lane, reason, person, status, words, worker, is_unwanted, due_ms, queued_ms,
    started_ms, ended_ms, report, steps";

impl Store {
    /// Queues a job, unless the same work waits already or the key was used before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn queue_job(&self, new: &NewJob, now_ms: i64) -> Result<Queued, StoreError> {
        let text = "INSERT INTO job (id, kind, subject, lane, reason, person, request_key, status, words, is_unwanted, due_ms,
                        queued_ms, steps)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', '', 0, $8, $9, '[]') ON CONFLICT DO NOTHING";
        let mut transaction = self.pool.begin().await.doing("queueing a job")?;
        let added = sqlx::query(text)
            .bind(&new.id)
            .bind(new.work.kind())
            .bind(new.work.subject())
            .bind(&new.lane)
            .bind(new.trigger.word())
            .bind(&new.person)
            .bind(&new.request_key)
            .bind(new.due_ms)
            .bind(now_ms)
            .execute(&mut *transaction)
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
            .fetch_one(&mut *transaction)
            .await
            .doing("queueing a job")?;
        transaction.commit().await.doing("queueing a job")?;
        let job = read(&row)?;
        Ok(if added.rows_affected() == 1 { Queued::New(job) } else { Queued::Before(job) })
    }

    /// Gives a worker the next job that it may do, and the job's lane until `until_ms`: one that waits and is due, or one
    /// that a worker left behind that has lost the lane. None if there is nothing for it now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_job(
        &self,
        worker: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<Job>, StoreError> {
        let candidates = "SELECT job.id, job.lane FROM job LEFT JOIN lane ON lane.name = job.lane
            WHERE (lane.name IS NULL OR lane.worker = $1 OR lane.until_ms < $2)
              AND ((job.status = 'queued' AND job.due_ms <= $2 AND NOT EXISTS (
                      SELECT 1 FROM job AS other WHERE other.kind = job.kind AND other.subject = job.subject
                         AND other.status IN ('running', 'waiting_for_limit')))
                OR (job.status IN ('running', 'waiting_for_limit') AND job.worker <> $1))
            ORDER BY CASE WHEN job.status = 'queued' THEN 1 ELSE 0 END, job.due_ms, job.queued_ms, job.id LIMIT 16";
        let candidates = sqlx::query(candidates).bind(worker).bind(now_ms).fetch_all(&self.pool).await;
        for row in candidates.doing("looking for a job")? {
            let id: String = row.try_get("id").doing("looking for a job")?;
            let lane: String = row.try_get("lane").doing("looking for a job")?;
            if let Some(job) = self.take(worker, &id, &lane, now_ms, until_ms).await? {
                return Ok(Some(job));
            }
        }
        Ok(None)
    }

    /// Takes a job and its lane, both or neither; none if another worker was faster.
    async fn take(
        &self,
        worker: &str,
        id: &str,
        lane: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<Job>, StoreError> {
        let mut transaction = self.pool.begin().await.doing("claiming a job")?;
        let text = "INSERT INTO lane (name, worker, until_ms) VALUES ($1, $2, $4) ON CONFLICT (name) DO UPDATE
                    SET worker = excluded.worker, until_ms = excluded.until_ms WHERE lane.worker = $2 OR lane.until_ms < $3";
        let held = sqlx::query(text)
            .bind(lane)
            .bind(worker)
            .bind(now_ms)
            .bind(until_ms)
            .execute(&mut *transaction)
            .await
            .doing("claiming a job")?;
        if held.rows_affected() == 0 {
            return Ok(None);
        }
        // Whoever holds the lane is alone here, so nothing that stood so a moment ago has changed but by this worker itself.
        let text = format!(
            "UPDATE job SET status = 'running', words = '', worker = $2, started_ms = COALESCE(started_ms, $3)
             WHERE id = $1 AND (status IN ('running', 'waiting_for_limit') AND worker <> $2 OR status = 'queued' AND NOT EXISTS (
                SELECT 1 FROM job AS other WHERE other.kind = job.kind AND other.subject = job.subject
                   AND other.status IN ('running', 'waiting_for_limit')))
             RETURNING {COLUMNS}"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(id)
            .bind(worker)
            .bind(now_ms)
            .fetch_optional(&mut *transaction)
            .await
            .doing("claiming a job")?;
        let Some(row) = row else { return Ok(None) };
        transaction.commit().await.doing("claiming a job")?;
        read(&row).map(Some)
    }

    /// Says that a worker is alive: it holds its lanes until `until_ms`. Returns those of its jobs that it may go on with;
    /// every other has another worker, or is over.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_lanes(&self, worker: &str, until_ms: i64) -> Result<Vec<Job>, StoreError> {
        let mut transaction = self.pool.begin().await.doing("holding lanes")?;
        sqlx::query("UPDATE lane SET until_ms = $2 WHERE worker = $1")
            .bind(worker)
            .bind(until_ms)
            .execute(&mut *transaction)
            .await
            .doing("holding lanes")?;
        let text = format!(
            "SELECT {COLUMNS} FROM job WHERE worker = $1 AND status IN ('running', 'waiting_for_limit')
                AND EXISTS (SELECT 1 FROM lane WHERE lane.name = job.lane AND lane.worker = $1) ORDER BY queued_ms, id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(worker)
            .fetch_all(&mut *transaction)
            .await
            .doing("holding lanes")?;
        transaction.commit().await.doing("holding lanes")?;
        rows.iter().map(read).collect()
    }

    /// Lets go of a worker's lanes, as it does when it ends: others need not wait.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn leave_lanes(&self, worker: &str) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM lane WHERE worker = $1").bind(worker).execute(&self.pool).await;
        gone.doing("leaving lanes").map(drop)
    }

    /// Lets go of every lane: for the one process that may use a state directory, which knows that no other lives.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn free_all_lanes(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM lane").execute(&self.pool).await.doing("freeing lanes").map(drop)
    }

    /// Notes how far a job has come. Nothing, if this worker does not work on it any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note_job(
        &self,
        id: &str,
        worker: &str,
        status: Status,
        words: &str,
        steps: &[Step],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE job SET status = $3, words = $4, steps = $5
             WHERE id = $1 AND worker = $2 AND status IN ('running', 'waiting_for_limit')",
        )
        .bind(id)
        .bind(worker)
        .bind(status.word())
        .bind(words)
        .bind(json(&steps)?)
        .execute(&self.pool)
        .await
        .doing("noting a job")
        .map(drop)
    }

    /// Ends a job. Returns whether it was this worker's to end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_job(
        &self,
        id: &str,
        worker: &str,
        ending: &Ending,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let report = ending.report.as_ref().map(json).transpose()?;
        let ended = sqlx::query(
            "UPDATE job SET status = $3, words = $4, report = $5, steps = $6, ended_ms = $7
             WHERE id = $1 AND worker = $2 AND status IN ('running', 'waiting_for_limit')",
        )
        .bind(id)
        .bind(worker)
        .bind(ending.status.word())
        .bind(&ending.words)
        .bind(report)
        .bind(json(&ending.steps)?)
        .bind(now_ms)
        .execute(&self.pool)
        .await
        .doing("ending a job")?;
        Ok(ended.rows_affected() == 1)
    }

    /// Wants a job to end: one that waits ends at once, one under way is ended by its worker within a heartbeat. Returns
    /// how it stands; none if there is no such job.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn cancel_job(&self, id: &str, words: &str, now_ms: i64) -> Result<Option<Job>, StoreError> {
        let text = format!(
            "UPDATE job SET is_unwanted = CASE WHEN status IN ('running', 'waiting_for_limit') THEN 1 ELSE is_unwanted END,
                words = CASE WHEN status = 'queued' THEN $2 ELSE words END,
                ended_ms = CASE WHEN status = 'queued' THEN $3 ELSE ended_ms END,
                status = CASE WHEN status = 'queued' THEN 'cancelled' ELSE status END
             WHERE id = $1 RETURNING {COLUMNS}"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(id)
            .bind(words)
            .bind(now_ms)
            .fetch_optional(&self.pool)
            .await
            .doing("cancelling a job")?;
        row.as_ref().map(read).transpose()
    }

    /// The job of this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM job WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id).fetch_optional(&self.pool).await;
        row.doing("reading a job")?.as_ref().map(read).transpose()
    }

    /// Jobs, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn jobs(&self, filter: JobFilter<'_>, most: u32) -> Result<Vec<Job>, StoreError> {
        let (before, before_id) = filter.before.unzip();
        let text = format!(
            "SELECT {COLUMNS} FROM job WHERE kind = COALESCE($1, kind) AND subject = COALESCE($2, subject)
                AND status = COALESCE($3, status)
                AND (CAST($4 AS BIGINT) IS NULL OR queued_ms < $4 OR (queued_ms = $4 AND id < $5))
             ORDER BY queued_ms DESC, id DESC LIMIT $6"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(filter.kind)
            .bind(filter.subject)
            .bind(filter.status.map(Status::word))
            .bind(before)
            .bind(before_id)
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await
            .doing("listing jobs")?;
        rows.iter().map(read).collect()
    }

    /// Forgets jobs that ended before a moment. Returns how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_jobs(&self, before_ms: i64) -> Result<u64, StoreError> {
        let gone =
            sqlx::query("DELETE FROM job WHERE ended_ms < $1").bind(before_ms).execute(&self.pool).await;
        Ok(gone.doing("forgetting jobs")?.rows_affected())
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt { what: "job" })
}

fn read(row: &AnyRow) -> Result<Job, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("reading a job");
    let maybe = |column: &str| row.try_get::<Option<String>, _>(column).doing("reading a job");
    let number = |column: &str| row.try_get::<i64, _>(column).doing("reading a job");
    let moment = |column: &str| row.try_get::<Option<i64>, _>(column).doing("reading a job");
    let corrupt = |_: serde_json::Error| StoreError::Corrupt { what: "job" };
    let unknown = |_: UnknownWord| StoreError::Corrupt { what: "job" };
    Ok(Job {
        id: text("id")?,
        work: Work::new(&text("kind")?, text("subject")?).map_err(unknown)?,
        lane: text("lane")?,
        trigger: text("reason")?.parse().map_err(unknown)?,
        person: maybe("person")?,
        status: text("status")?.parse().map_err(unknown)?,
        words: text("words")?,
        worker: maybe("worker")?,
        is_unwanted: number("is_unwanted")? != 0,
        due_ms: number("due_ms")?,
        queued_ms: number("queued_ms")?,
        started_ms: moment("started_ms")?,
        ended_ms: moment("ended_ms")?,
        report: maybe("report")?.map(|text| serde_json::from_str(&text)).transpose().map_err(corrupt)?,
        steps: serde_json::from_str(&text("steps")?).map_err(corrupt)?,
    })
}
