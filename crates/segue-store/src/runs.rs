//! Runs: one execution of an export each, from its plan to its report.

use std::str::FromStr;

use segue_model::{PlanSummary, Report};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::batches::REFUSED;
use crate::error::Doing;
use crate::{Store, StoreError};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Its plan is being made. Nothing was sent; a process that finds it starts over.
    Planning,
    /// Its plan is fixed and on its way. A process that finds it goes on.
    Delivering,
    /// Settled, with every row's fate known.
    Done,
    /// Settled with what was confirmed; the rest is planned anew by the next run.
    Partial,
    /// Ended before anything was sent: a brake, wrong input, or a dry run.
    Discarded,
}

impl RunState {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Planning, "planning"),
        (Self::Delivering, "delivering"),
        (Self::Done, "done"),
        (Self::Partial, "partial"),
        (Self::Discarded, "discarded"),
    ];

    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }
}

impl FromStr for RunState {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.iter().find(|(_, known)| *known == word);
        found.map(|(state, _)| *state).ok_or(StoreError::Corrupt { what: "run state" })
    }
}

/// A run as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its number, counted over all exports of the directory.
    pub id: i64,
    /// Its export.
    pub export: String,
    /// Where it stands.
    pub state: RunState,
    /// Equal for two calls that mean the same plan.
    pub fingerprint: String,
    /// When it began, in milliseconds since 1970 by the provider's clock.
    pub started_ms: i64,
    /// Its plan, once made.
    pub plan: Option<PlanSummary>,
    /// Its report, once settled.
    pub report: Option<Report>,
}

impl Store {
    /// Begins a run in state [`RunState::Planning`].
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_run(
        &self,
        export: &str,
        fingerprint: &str,
        started_ms: i64,
    ) -> Result<Run, StoreError> {
        let text = "INSERT INTO run (id, export_id, state, fingerprint, started_ms)
                    SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4 FROM run WHERE true
                    ON CONFLICT (id) DO NOTHING
                    RETURNING id, export_id, state, fingerprint, started_ms, plan, report";
        // No row means that another process took the number at the same time: the next one is tried.
        loop {
            let row = sqlx::query(text)
                .bind(export)
                .bind(RunState::Planning.as_str())
                .bind(fingerprint)
                .bind(started_ms)
                .fetch_optional(&self.pool)
                .await
                .doing("beginning a run")?;
            if let Some(row) = row {
                return read(&row);
            }
        }
    }

    /// The run of this export that is under way, if any: planning or delivering.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unfinished_run(&self, export: &str) -> Result<Option<Run>, StoreError> {
        let text = "SELECT id, export_id, state, fingerprint, started_ms, plan, report FROM run
                    WHERE export_id = $1 AND state IN ('planning', 'delivering') ORDER BY id DESC LIMIT 1";
        let row =
            sqlx::query(text).bind(export).fetch_optional(&self.pool).await.doing("looking for a run")?;
        row.as_ref().map(read).transpose()
    }

    /// All runs that are under way or were left so, oldest first: planning or delivering.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unfinished_runs(&self) -> Result<Vec<Run>, StoreError> {
        let text = "SELECT id, export_id, state, fingerprint, started_ms, plan, report FROM run
                    WHERE state IN ('planning', 'delivering') ORDER BY id";
        let rows = sqlx::query(text).fetch_all(&self.pool).await.doing("listing runs")?;
        rows.iter().map(read).collect()
    }

    /// Ends a run that nobody can go on with any more, because its export is gone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn abandon_run(&self, run: i64, now_ms: i64) -> Result<(), StoreError> {
        let text =
            "UPDATE run SET state = 'partial', finished_ms = $2 WHERE id = $1 AND state = 'delivering'";
        let ended = sqlx::query(text).bind(run).bind(now_ms).execute(&self.pool).await;
        ended.doing("ending a run").map(drop)
    }

    /// Runs of this export that have ended, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ended_runs(&self, export: &str) -> Result<Vec<Run>, StoreError> {
        let text = "SELECT id, export_id, state, fingerprint, started_ms, plan, report FROM run
                    WHERE export_id = $1 AND state NOT IN ('planning', 'delivering') ORDER BY id DESC";
        let rows = sqlx::query(text).bind(export).fetch_all(&self.pool).await.doing("listing runs")?;
        rows.iter().map(read).collect()
    }

    /// Fixes the plan of a run: from now on it is delivered, by this process or the next.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn start_delivery(&self, run: i64, plan: &PlanSummary) -> Result<(), StoreError> {
        // Examples are addresses; they were shown and are not kept.
        let kept = PlanSummary { examples: Vec::new(), ..plan.clone() };
        let json = serde_json::to_string(&kept).map_err(|_| StoreError::Corrupt { what: "plan" })?;
        sqlx::query("UPDATE run SET state = 'delivering', plan = $2 WHERE id = $1 AND state = 'planning'")
            .bind(run)
            .bind(json)
            .execute(&self.pool)
            .await
            .doing("fixing a plan")?;
        Ok(())
    }

    /// Ends a run of which nothing was sent.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn discard_run(&self, run: i64, now_ms: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE run SET state = 'discarded', finished_ms = $2 WHERE id = $1 AND state = 'planning'",
        )
        .bind(run)
        .bind(now_ms)
        .execute(&self.pool)
        .await
        .doing("ending a run")?;
        Ok(())
    }

    /// Ends a run and puts its ledger in force, both or neither. Without a ledger the one in force stays.
    ///
    /// # Errors
    /// If the database fails; the old ledger stays in force.
    pub async fn settle_run(
        &self,
        run: &Run,
        state: RunState,
        ledger: Option<&str>,
        report: &Report,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_string(report).map_err(|_| StoreError::Corrupt { what: "report" })?;
        let mut transaction = self.pool.begin().await.doing("settling a run")?;
        sqlx::query("UPDATE export SET ledger = COALESCE($2, ledger) WHERE id = $1")
            .bind(&run.export)
            .bind(ledger)
            .execute(&mut *transaction)
            .await
            .doing("settling a run")?;
        sqlx::query("UPDATE run SET state = $2, report = $3, finished_ms = $4 WHERE id = $1")
            .bind(run.id)
            .bind(state.as_str())
            .bind(json)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await
            .doing("settling a run")?;
        let counted = format!("UPDATE batch SET refused = {REFUSED} WHERE run_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(counted))
            .bind(run.id)
            .execute(&mut *transaction)
            .await
            .doing("settling a run")?;
        // From here the ledger and the rejection files tell the same, row by row.
        sqlx::query("DELETE FROM verdict WHERE run_id = $1")
            .bind(run.id)
            .execute(&mut *transaction)
            .await
            .doing("settling a run")?;
        transaction.commit().await.doing("settling a run")
    }
}

fn read(row: &AnyRow) -> Result<Run, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column).doing("reading a run");
    let json = |column: &str| row.try_get::<Option<String>, _>(column).doing("reading a run");
    let plan = json("plan")?.map(|text| serde_json::from_str(&text)).transpose();
    let report = json("report")?.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Run {
        id: row.try_get("id").doing("reading a run")?,
        export: text("export_id")?,
        state: text("state")?.parse()?,
        fingerprint: text("fingerprint")?,
        started_ms: row.try_get("started_ms").doing("reading a run")?,
        plan: plan.map_err(|_| StoreError::Corrupt { what: "plan" })?,
        report: report.map_err(|_| StoreError::Corrupt { what: "report" })?,
    })
}
