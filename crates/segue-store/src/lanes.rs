//! Who works on which job.
//!
//! A worker works in lanes. It holds a lane for a while and says so again and again; when it dies, its lanes fall free and
//! another worker takes them over with the jobs that were under way in them. Nothing else decides who may do what, so two
//! workers never deliver to one account at a time.

use segue_model::job::{Headway, Product, REFRESH_LANE, Status, Step};
use sqlx::Row;

use crate::error::{Doing, is_taken};
use crate::jobs::{COLUMNS, Job, json, read};
use crate::{Store, StoreError};

/// A job that a worker may do now.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// The job.
    pub job: Job,
    /// Until when another worker may have used the lane, in milliseconds since 1970; none if nobody else has.
    pub used_until_ms: Option<i64>,
}

/// What became of the wish to hold a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is held.
    Ours {
        /// Until when somebody else may have used it, in milliseconds since 1970; 0 for nobody.
        used_until_ms: i64,
    },
    /// Another worker holds it.
    Theirs {
        /// Until when, if it says nothing any more.
        until_ms: i64,
    },
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// The status, one of those that end.
    pub status: Status,
    /// Why, without personal data.
    pub words: String,
    /// What it has found or done.
    pub product: Product,
    /// The run whose batches and rejections are its.
    pub run: Option<i64>,
    /// Its parts.
    pub steps: Vec<Step>,
}

/// How a job stands that is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// One of those under way.
    pub status: Status,
    /// How far it has come.
    pub headway: Headway,
    /// The run whose batches and rejections are its.
    pub run: Option<i64>,
    /// Its parts so far.
    pub steps: Vec<Step>,
}

/// Takes a lane ($1) for a worker ($2) until $4, unless another holds it now ($3).
const HOLD: &str =
    "INSERT INTO lane (name, worker, until_ms) VALUES ($1, $2, $4) ON CONFLICT (name) DO UPDATE
    SET worker = excluded.worker, until_ms = excluded.until_ms WHERE lane.worker = $2 OR lane.until_ms < $3";

impl Store {
    /// Gives a worker the next job that it may do, and the job's lane until `until_ms`: one that waits and is due, or one
    /// that a worker left behind that has lost the lane. None if there is nothing for it now. In the lane of an account it has
    /// at most `most` jobs; a refresh has a place of its own.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_job(
        &self,
        worker: &str,
        now_ms: i64,
        until_ms: i64,
        most: u32,
    ) -> Result<Option<Claimed>, StoreError> {
        const DOING: &str = "looking for a job";
        // That a job is open is said of its own, for the index of those.
        let candidates = format!(
            "SELECT job.id, job.lane, lane.worker AS holder, lane.until_ms
            FROM job LEFT JOIN lane ON lane.name = job.lane
            WHERE job.status IN ('queued', 'running', 'waiting_for_limit')
              AND (lane.name IS NULL OR lane.worker = $1 OR lane.until_ms < $2)
              AND (job.lane = '{REFRESH_LANE}' OR $3 > (
                      SELECT COUNT(*) FROM job AS other WHERE other.lane = job.lane AND other.worker = $1
                         AND other.status IN ('running', 'waiting_for_limit')))
              AND ((job.status = 'queued' AND job.due_ms <= $2 AND NOT EXISTS (
                      SELECT 1 FROM job AS other WHERE other.holds = job.holds
                         AND other.status IN ('running', 'waiting_for_limit')))
                OR (job.status <> 'queued' AND job.worker <> $1))
            ORDER BY CASE WHEN job.status = 'queued' THEN 1 ELSE 0 END, job.due_ms, job.queued_ms, job.id LIMIT 16"
        );
        let candidates = sqlx::query(sqlx::AssertSqlSafe(candidates));
        let candidates = candidates.bind(worker).bind(now_ms).bind(i64::from(most));
        for row in candidates.fetch_all(&self.pool).await.doing(DOING)? {
            let id: String = row.try_get("id").doing(DOING)?;
            let lane: String = row.try_get("lane").doing(DOING)?;
            let holder: Option<String> = row.try_get("holder").doing(DOING)?;
            let used: Option<i64> = row.try_get("until_ms").doing(DOING)?;
            if let Some(job) = self.take(worker, &id, &lane, now_ms, until_ms).await? {
                let used_until_ms = used.filter(|_| holder.as_deref() != Some(worker));
                return Ok(Some(Claimed { job, used_until_ms }));
            }
        }
        Ok(None)
    }

    /// Says of what is due, and what this worker could not claim, what it waits for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tell_what_jobs_wait_for(&self, worker: &str, now_ms: i64) -> Result<(), StoreError> {
        let words = format!(
            "CASE WHEN lane = '{REFRESH_LANE}' THEN 'waits for the refresh that is under way'
                WHEN EXISTS (SELECT 1 FROM job AS other WHERE other.holds = job.holds
                    AND other.status IN ('running', 'waiting_for_limit'))
                    THEN 'waits for the run of this export that is under way'
                WHEN EXISTS (SELECT 1 FROM job AS other WHERE other.lane = job.lane
                    AND other.status IN ('running', 'waiting_for_limit'))
                    THEN 'waits for the runs to its account that are under way'
                ELSE 'waits for other runs that are under way' END"
        );
        let text = format!(
            "UPDATE job SET words = {words} WHERE status = 'queued' AND due_ms <= $2 AND words <> {words}
                AND NOT EXISTS (SELECT 1 FROM lane
                    WHERE lane.name = job.lane AND lane.worker <> $1 AND lane.until_ms >= $2)"
        );
        let told = sqlx::query(sqlx::AssertSqlSafe(text)).bind(worker).bind(now_ms);
        told.execute(&self.pool).await.doing("telling what jobs wait for").map(drop)
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
        const DOING: &str = "claiming a job";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let held = sqlx::query(HOLD)
            .bind(lane)
            .bind(worker)
            .bind(now_ms)
            .bind(until_ms)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if held.rows_affected() == 0 {
            return Ok(None);
        }
        // Two jobs that need the same to themselves may be in different lanes; then the index refuses one of them.
        let text = format!(
            "UPDATE job SET status = 'running', words = CASE WHEN is_unwanted = 1 THEN words ELSE '' END, worker = $2,
                started_ms = COALESCE(started_ms, $3)
             WHERE id = $1 AND lane = $4 AND NOT EXISTS (SELECT 1 FROM erasure WHERE until_ms > $3) AND (status IN ('running', 'waiting_for_limit') AND worker <> $2
                OR status = 'queued' AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.holds = job.holds
                   AND other.status IN ('running', 'waiting_for_limit')))
             RETURNING {COLUMNS}"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(id)
            .bind(worker)
            .bind(now_ms)
            .bind(lane)
            .fetch_optional(&mut *transaction)
            .await;
        let row = match row {
            Err(error) if is_taken(&error) => return Ok(None),
            other => other.doing(DOING)?,
        };
        let Some(row) = row else { return Ok(None) };
        transaction.commit().await.doing(DOING)?;
        read(&row).map(Some)
    }

    /// Gives a lane until `until_ms` to a worker that has no job, or lets it keep the lane; unless another worker holds it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn hold_lane(
        &self,
        name: &str,
        worker: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Held, StoreError> {
        const DOING: &str = "taking a lane";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let other = sqlx::query("SELECT until_ms FROM lane WHERE name = $1 AND worker <> $2");
        let other = other.bind(name).bind(worker).fetch_optional(&mut *transaction).await.doing(DOING)?;
        let other_ms: Option<i64> = other.map(|row| row.try_get("until_ms")).transpose().doing(DOING)?;
        let held = sqlx::query(HOLD).bind(name).bind(worker).bind(now_ms).bind(until_ms);
        let held = held.execute(&mut *transaction).await.doing(DOING)?;
        transaction.commit().await.doing(DOING)?;
        Ok(match held.rows_affected() {
            1 => Held::Ours { used_until_ms: other_ms.unwrap_or(0) },
            // Whoever was faster just now holds it as long as we would have.
            _ => Held::Theirs { until_ms: other_ms.filter(|until| *until >= now_ms).unwrap_or(until_ms) },
        })
    }

    /// Says that a worker is alive: it holds the lanes of its jobs until `until_ms`; those that it has no use for any more fall
    /// free. Returns those of its jobs that it may go on with; every other has another worker, or is over.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_lanes(&self, worker: &str, until_ms: i64) -> Result<Vec<Job>, StoreError> {
        const DOING: &str = "holding lanes";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let kept = "UPDATE lane SET until_ms = $2 WHERE worker = $1 AND EXISTS (SELECT 1 FROM job
                        WHERE job.lane = lane.name AND job.worker = $1 AND status IN ('running', 'waiting_for_limit'))";
        let kept = sqlx::query(kept).bind(worker).bind(until_ms);
        kept.execute(&mut *transaction).await.doing(DOING)?;
        // The sum keeps SQLite from walking through all jobs there ever were in their order.
        let text = format!(
            "SELECT {COLUMNS} FROM job WHERE worker = $1 AND status IN ('running', 'waiting_for_limit')
                AND EXISTS (SELECT 1 FROM lane WHERE lane.name = job.lane AND lane.worker = $1)
             ORDER BY queued_ms + 0, id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(worker).fetch_all(&mut *transaction).await;
        let rows = rows.doing(DOING)?;
        transaction.commit().await.doing(DOING)?;
        rows.iter().map(read).collect()
    }

    /// Lets go of a worker's lanes, as it does when it ends: others need not wait. What was under way in them is theirs.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn leave_lanes(&self, worker: &str, now_ms: i64) -> Result<(), StoreError> {
        let left = sqlx::query("UPDATE lane SET worker = '', until_ms = $2 WHERE worker = $1");
        left.bind(worker).bind(now_ms - 1).execute(&self.pool).await.doing("leaving lanes").map(drop)
    }

    /// Lets go of every lane: for the one process that may use a state directory, which knows that no other lives.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn free_all_lanes(&self, now_ms: i64) -> Result<(), StoreError> {
        // Who held one may have used it until it died; its lease says no more than until when that can have been.
        let freed = sqlx::query(
            "UPDATE lane SET worker = '', until_ms = CASE WHEN until_ms < $1 THEN until_ms ELSE $1 END",
        );
        freed.bind(now_ms - 1).execute(&self.pool).await.doing("freeing lanes").map(drop)
    }

    /// Notes how a job stands. Nothing, if this worker does not work on it any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note_job(&self, id: &str, worker: &str, note: &Note) -> Result<(), StoreError> {
        let text = "UPDATE job SET status = $3, headway = $4, run_id = COALESCE($5, run_id), steps = $6
                    WHERE id = $1 AND worker = $2 AND status IN ('running', 'waiting_for_limit')";
        sqlx::query(text)
            .bind(id)
            .bind(worker)
            .bind(note.status.word())
            .bind(json(&note.headway)?)
            .bind(note.run)
            .bind(json(&note.steps)?)
            .execute(&self.pool)
            .await
            .doing("noting a job")
            .map(drop)
    }

    /// Puts a job back that cannot be done yet, or not in this lane: it waits in `lane` until `due_ms`, and `words` say for
    /// what.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_back_job(
        &self,
        id: &str,
        worker: &str,
        lane: &str,
        words: &str,
        due_ms: i64,
    ) -> Result<(), StoreError> {
        // Whoever asked for the same meanwhile waits already: then this one is what they wait for.
        let text = "UPDATE job SET status = 'queued', worker = NULL, lane = $3, words = $4, due_ms = $5
                    WHERE id = $1 AND worker = $2 AND status IN ('running', 'waiting_for_limit')";
        let put = sqlx::query(text).bind(id).bind(worker).bind(lane).bind(words).bind(due_ms);
        match put.execute(&self.pool).await {
            Err(error) if is_taken(&error) => {
                let ending = Ending {
                    status: Status::Skipped,
                    words: "the same was asked for again and waits already".to_owned(),
                    product: Product::default(),
                    run: None,
                    steps: Vec::new(),
                };
                self.end_job(id, worker, &ending, due_ms).await.map(drop)
            }
            other => other.doing("putting a job back").map(drop),
        }
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
        let text =
            "UPDATE job SET status = $3, words = $4, product = $5, steps = $6, ended_ms = $7, headway = NULL,
                        run_id = COALESCE($8, run_id)
                    WHERE id = $1 AND worker = $2 AND status IN ('running', 'waiting_for_limit')";
        let ended = sqlx::query(text)
            .bind(id)
            .bind(worker)
            .bind(ending.status.word())
            .bind(&ending.words)
            .bind(json(&ending.product)?)
            .bind(json(&ending.steps)?)
            .bind(now_ms)
            .bind(ending.run)
            .execute(&self.pool)
            .await
            .doing("ending a job")?;
        Ok(ended.rows_affected() == 1)
    }
}
