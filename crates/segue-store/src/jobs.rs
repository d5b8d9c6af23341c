//! Jobs: told to whoever asks. How they are queued is in `queue.rs`, who works on them in `lanes.rs`.

use segue_model::job::{Headway, Product, Status, Step, Trigger, UnknownWord, Work};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::audit::{Entry, write};
use crate::error::Doing;
use crate::{Store, StoreError};

/// A job as it is stored. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What is done.
    pub work: Work,
    /// What people called its subject when it was queued.
    pub name: String,
    /// Where.
    pub lane: String,
    /// Why.
    pub trigger: Trigger,
    /// What there is to say about why; may be empty.
    pub note: String,
    /// Who asked for it, by id and name.
    pub person: Option<(String, String)>,
    /// The job that has queued it.
    pub parent: Option<String>,
    /// The dry run whose plan is carried out.
    pub plan: Option<String>,
    /// The run whose refused contacts are sent again.
    pub retries: Option<String>,
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
    /// The run whose batches and rejections are its.
    pub run: Option<i64>,
    /// How far it has come, while it is under way.
    pub headway: Option<Headway>,
    /// What it has found or done.
    pub product: Option<Product>,
    /// Its parts so far, in their order.
    pub steps: Vec<Step>,
}

/// Which jobs are asked for, newest first. What is not given does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobFilter<'a> {
    /// Of these kinds; of all, if there is none.
    pub kinds: &'a [&'a str],
    /// On this subject.
    pub subject: Option<&'a str>,
    /// With this status.
    pub status: Option<Status>,
    /// Queued by this job.
    pub parent: Option<&'a str>,
    /// Only those that were queued before this job of this id.
    pub before: Option<&'a str>,
}

pub(crate) const COLUMNS: &str =
    "id, kind, subject, subject_name, lane, reason, note, person, person_name, parent, plan, retries, status, words, worker,
    is_unwanted, due_ms, queued_ms, started_ms, ended_ms, run_id, headway, product, steps";

impl Store {
    /// Wants a job to end: one that waits ends at once, one under way is ended by its worker within a heartbeat. Returns
    /// how it stands.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such job.
    pub async fn cancel_job(&self, id: &str, words: &str, entry: &Entry) -> Result<Job, StoreError> {
        const DOING: &str = "cancelling a job";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let text = format!(
            "UPDATE job SET is_unwanted = CASE WHEN status IN ('running', 'waiting_for_limit') THEN 1 ELSE is_unwanted END,
                words = CASE WHEN status IN ('queued', 'running', 'waiting_for_limit') THEN $2 ELSE words END,
                ended_ms = CASE WHEN status = 'queued' THEN $3 ELSE ended_ms END,
                status = CASE WHEN status = 'queued' THEN 'cancelled' ELSE status END
             WHERE id = $1 RETURNING {COLUMNS}"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id).bind(words).bind(entry.at_ms);
        let row = row.fetch_optional(&mut *transaction).await.doing(DOING)?;
        let job = read(&row.ok_or(StoreError::Missing { what: "run" })?)?;
        if job.is_unwanted || job.ended_ms == Some(entry.at_ms) {
            write(&mut transaction, entry).await?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(job)
    }

    /// The job of this id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none.
    pub async fn job(&self, id: &str) -> Result<Job, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM job WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id).fetch_optional(&self.pool).await;
        read(&row.doing("reading a job")?.ok_or(StoreError::Missing { what: "run" })?)
    }

    /// Jobs, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn jobs(&self, filter: JobFilter<'_>, most: u32) -> Result<Vec<Job>, StoreError> {
        if filter.kinds.is_empty() {
            return self.jobs_of_kind(&filter, None, most).await;
        }
        // One after another, each along its index: of several at once all would be put in order, and some kinds are rare.
        let mut found = Vec::new();
        for kind in filter.kinds {
            found.extend(self.jobs_of_kind(&filter, Some(kind), most).await?);
        }
        found.sort_unstable_by(|one, other| (other.queued_ms, &other.id).cmp(&(one.queued_ms, &one.id)));
        found.truncate(most as usize);
        Ok(found)
    }

    async fn jobs_of_kind(
        &self,
        filter: &JobFilter<'_>,
        kind: Option<&str>,
        most: u32,
    ) -> Result<Vec<Job>, StoreError> {
        // What is not asked for is no part of the text, so that an index is found for what is.
        let (mut conditions, mut values) = (vec!["true".to_owned()], Vec::new());
        for (condition, value) in [
            ("kind = $", kind),
            ("subject = $", filter.subject),
            ("status = $", filter.status.map(Status::word)),
            ("parent = $", filter.parent),
            (
                "(queued_ms, id) < (SELECT last.queued_ms, last.id FROM job AS last WHERE last.id = $",
                filter.before,
            ),
        ] {
            if let Some(value) = value {
                values.push(value);
                let end = if condition.starts_with('(') { ")" } else { "" };
                conditions.push(format!("{condition}{}{end}", values.len()));
            }
        }
        let text = format!(
            "SELECT {COLUMNS} FROM job WHERE {} ORDER BY queued_ms DESC, id DESC LIMIT {most}",
            conditions.join(" AND ")
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text));
        let query = values.into_iter().fold(query, |query, value| query.bind(value));
        let rows = query.fetch_all(&self.pool).await.doing("listing jobs")?;
        rows.iter().map(read).collect()
    }

    /// The latest job of this kind on each of these subjects that has one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn latest_jobs(&self, kind: &str, subjects: &[&str]) -> Result<Vec<Job>, StoreError> {
        const DOING: &str = "looking for the latest jobs";
        let text = format!(
            "SELECT {COLUMNS} FROM job WHERE kind = $1 AND subject = $2 ORDER BY queued_ms DESC, id DESC LIMIT 1"
        );
        // Each is one step down an index; together they would be a walk along all jobs of these subjects.
        let mut connection = self.pool.acquire().await.doing(DOING)?;
        let mut latest = Vec::new();
        for subject in subjects {
            let query = sqlx::query(sqlx::AssertSqlSafe(text.as_str())).bind(kind).bind(*subject);
            let row = query.fetch_optional(&mut *connection).await.doing(DOING)?;
            latest.extend(row.as_ref().map(read).transpose()?);
        }
        Ok(latest)
    }

    /// Jobs that are queued or under way.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn open_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} FROM job WHERE status IN ('queued', 'running', 'waiting_for_limit')
             ORDER BY queued_ms + 0, id"
        );
        // Put in order afterwards: these are few, and the index by time holds all that ever were.
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.pool).await;
        rows.doing("listing jobs")?.iter().map(read).collect()
    }

    /// Those of these runs whose jobs ended before a moment.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn runs_of_jobs_ended(&self, runs: &[i64], before_ms: i64) -> Result<Vec<i64>, StoreError> {
        const DOING: &str = "looking for old runs";
        let text = "SELECT run_id FROM job WHERE run_id IS NOT NULL AND ended_ms < $1";
        let rows = sqlx::query(text).bind(before_ms).fetch_all(&self.pool).await.doing(DOING)?;
        let read = |row: &AnyRow| row.try_get("run_id").doing(DOING);
        let mut old: Vec<i64> = rows.iter().map(read).collect::<Result<_, StoreError>>()?;
        old.retain(|run| runs.contains(run));
        Ok(old)
    }

    /// Forgets jobs that ended before a moment, with their runs and batches. Returns how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_jobs(&self, before_ms: i64) -> Result<u64, StoreError> {
        const DOING: &str = "forgetting jobs";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let old = "(SELECT run_id FROM job WHERE ended_ms < $1 AND run_id IS NOT NULL)";
        let done = "AND run_id IN (SELECT id FROM run WHERE state NOT IN ('planning', 'delivering'))";
        for text in [
            format!("DELETE FROM batch WHERE run_id IN {old} {done}"),
            format!("DELETE FROM verdict WHERE run_id IN {old} {done}"),
        ] {
            let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(before_ms);
            query.execute(&mut *transaction).await.doing(DOING)?;
        }
        let keys = "DELETE FROM request_key WHERE job IN (SELECT id FROM job WHERE ended_ms < $1)";
        sqlx::query(keys).bind(before_ms).execute(&mut *transaction).await.doing(DOING)?;
        let gone = sqlx::query("DELETE FROM job WHERE ended_ms < $1").bind(before_ms);
        let gone = gone.execute(&mut *transaction).await.doing(DOING)?;
        transaction.commit().await.doing(DOING)?;
        Ok(gone.rows_affected())
    }
}

pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt { what: "job" })
}

pub(crate) fn read(row: &AnyRow) -> Result<Job, StoreError> {
    const DOING: &str = "reading a job";
    let text = |column: &str| row.try_get::<String, _>(column).doing(DOING);
    let maybe = |column: &str| row.try_get::<Option<String>, _>(column).doing(DOING);
    let number = |column: &str| row.try_get::<i64, _>(column).doing(DOING);
    let moment = |column: &str| row.try_get::<Option<i64>, _>(column).doing(DOING);
    let unknown = |_: UnknownWord| StoreError::Corrupt { what: "job" };
    Ok(Job {
        id: text("id")?,
        work: Work::new(&text("kind")?, text("subject")?).map_err(unknown)?,
        name: text("subject_name")?,
        lane: text("lane")?,
        trigger: text("reason")?.parse().map_err(unknown)?,
        note: text("note")?,
        person: maybe("person")?.zip(maybe("person_name")?),
        parent: maybe("parent")?,
        plan: maybe("plan")?,
        retries: maybe("retries")?,
        status: text("status")?.parse().map_err(unknown)?,
        words: text("words")?,
        worker: maybe("worker")?,
        is_unwanted: number("is_unwanted")? != 0,
        due_ms: number("due_ms")?,
        queued_ms: number("queued_ms")?,
        started_ms: moment("started_ms")?,
        ended_ms: moment("ended_ms")?,
        run: moment("run_id")?,
        headway: parsed(maybe("headway")?)?,
        product: parsed(maybe("product")?)?,
        steps: parsed(Some(text("steps")?))?.unwrap_or_default(),
    })
}

pub(crate) fn parsed<T: DeserializeOwned>(text: Option<String>) -> Result<Option<T>, StoreError> {
    let parsed = text.map(|text| serde_json::from_str(&text)).transpose();
    parsed.map_err(|_| StoreError::Corrupt { what: "job" })
}
