//! Batches and verdicts: how far a run's delivery has come, written so that any process can go on from there.

use std::collections::HashMap;
use std::str::FromStr;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::error::Doing;
use crate::{Store, StoreError};

/// Which part of a plan a batch belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Contacts to create and update.
    Sends,
    /// Contacts to unsubscribe from the list.
    Leaves,
}

impl Part {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sends => "sends",
            Self::Leaves => "leaves",
        }
    }
}

impl FromStr for Part {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "sends" => Ok(Self::Sends),
            "leaves" => Ok(Self::Leaves),
            _ => Err(StoreError::Corrupt { what: "batch part" }),
        }
    }
}

/// How far a batch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// It may have been sent; no answer is known. Sent again by the next process: an upsert absorbs it.
    Sending,
    /// The provider took it under its own id; its result is not known yet.
    Accepted,
    /// The fate of each of its rows is known.
    Done,
}

impl BatchState {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Done => "done",
        }
    }
}

impl FromStr for BatchState {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "sending" => Ok(Self::Sending),
            "accepted" => Ok(Self::Accepted),
            "done" => Ok(Self::Done),
            _ => Err(StoreError::Corrupt { what: "batch state" }),
        }
    }
}

/// One bulk import request of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The part of the plan.
    pub part: Part,
    /// Its number within the part, from 0.
    pub seq: u64,
    /// The first row of the part that it holds.
    pub first_row: u64,
    /// How many rows.
    pub rows: u64,
    /// How far it has come.
    pub state: BatchState,
    /// The provider's id, once accepted; that of the last import, if it took several.
    pub provider_id: Option<String>,
    /// When the provider took it, or a part of it, first, in milliseconds since 1970.
    pub sent_ms: Option<i64>,
    /// When the fate of each of its rows was known.
    pub confirmed_ms: Option<i64>,
}

/// What is known of one row beyond "its batch is done".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The part of the plan.
    pub part: Part,
    /// The row of the part.
    pub row: u64,
    /// What became of it.
    pub kind: VerdictKind,
    /// The provider's words, without personal data.
    pub words: String,
}

/// What became of a row that did not simply go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictKind {
    /// Refused for this reason.
    Refused(segue_model::Reason),
    /// Reported as failed by the provider; why is still to be learned.
    Failed,
    /// A leave whose contact was not active on the list any more.
    Gone,
    /// A leave whose contact had been on the list before this export sent it.
    NotOurs,
}

impl VerdictKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.code(),
            Self::Failed => "failed",
            Self::Gone => "gone",
            Self::NotOurs => "not_ours",
        }
    }
}

impl FromStr for VerdictKind {
    type Err = StoreError;

    fn from_str(word: &str) -> Result<Self, StoreError> {
        match word {
            "failed" => Ok(Self::Failed),
            "gone" => Ok(Self::Gone),
            "not_ours" => Ok(Self::NotOurs),
            code => segue_model::Reason::from_code(code)
                .map(Self::Refused)
                .ok_or(StoreError::Corrupt { what: "verdict" }),
        }
    }
}

// SQLite takes 32,766 bound values a statement and Postgres 65,535; a fixed size keeps the statement cache small.
const ROWS_PER_STATEMENT: usize = 64;

/// Counts the rows of a batch that were refused, as long as there are verdicts.
pub(crate) const REFUSED: &str =
    "(SELECT COUNT(*) FROM verdict WHERE verdict.run_id = batch.run_id AND verdict.part = batch.part
    AND verdict.row_num >= batch.first_row AND verdict.row_num < batch.first_row + batch.row_count
    AND verdict.verdict NOT IN ('failed', 'gone', 'not_ours'))";

impl Store {
    /// Saves batches and verdicts, all or none. What exists is overwritten, but for ids and times that are not told again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn save_batches(
        &self,
        run: i64,
        batches: &[Batch],
        verdicts: &[Verdict],
    ) -> Result<(), StoreError> {
        if verdicts.is_empty() && (1..=ROWS_PER_STATEMENT).contains(&batches.len()) {
            // What nearly always is saved, and one statement is all or nothing by itself.
            let mut connection = self.pool.acquire().await.doing("saving batches")?;
            return upsert_batches(&mut connection, run, batches).await;
        }
        let mut transaction = self.pool.begin().await.doing("saving batches")?;
        for chunk in batches.chunks(ROWS_PER_STATEMENT) {
            upsert_batches(&mut transaction, run, chunk).await?;
        }
        for chunk in verdicts.chunks(ROWS_PER_STATEMENT) {
            upsert_verdicts(&mut transaction, run, chunk).await?;
        }
        transaction.commit().await.doing("saving batches")
    }

    /// All batches of a run, by part and number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn batches(&self, run: i64) -> Result<Vec<Batch>, StoreError> {
        let text =
            "SELECT part, seq, first_row, row_count, state, provider_id, sent_ms, confirmed_ms FROM batch
                    WHERE run_id = $1 ORDER BY part DESC, seq";
        let rows = sqlx::query(text).bind(run).fetch_all(&self.pool).await.doing("reading batches")?;
        rows.iter()
            .map(|row| {
                let text = |column: &str| row.try_get::<String, _>(column).doing("reading batches");
                let provider_id = text("provider_id")?;
                Ok(Batch {
                    part: text("part")?.parse()?,
                    seq: unsigned(row.try_get("seq").doing("reading batches")?)?,
                    first_row: unsigned(row.try_get("first_row").doing("reading batches")?)?,
                    rows: unsigned(row.try_get("row_count").doing("reading batches")?)?,
                    state: text("state")?.parse()?,
                    provider_id: (!provider_id.is_empty()).then_some(provider_id),
                    sent_ms: row.try_get("sent_ms").doing("reading batches")?,
                    confirmed_ms: row.try_get("confirmed_ms").doing("reading batches")?,
                })
            })
            .collect()
    }

    /// How many rows of each batch of a run were refused, by part and number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refused_by_batch(&self, run: i64) -> Result<HashMap<(Part, u64), u64>, StoreError> {
        const DOING: &str = "counting refusals";
        let text =
            format!("SELECT part, seq, COALESCE(refused, {REFUSED}) AS refused FROM batch WHERE run_id = $1");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(text)).bind(run).fetch_all(&self.pool).await.doing(DOING)?;
        let read = |row: &AnyRow| {
            let part: Part = row.try_get::<String, _>("part").doing(DOING)?.parse()?;
            let (seq, refused) = (row.try_get("seq").doing(DOING)?, row.try_get("refused").doing(DOING)?);
            Ok(((part, unsigned(seq)?), unsigned(refused)?))
        };
        rows.iter().map(read).collect()
    }

    /// All verdicts of a run, by part and row.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn verdicts(&self, run: i64) -> Result<Vec<Verdict>, StoreError> {
        let text =
            "SELECT part, row_num, verdict, words FROM verdict WHERE run_id = $1 ORDER BY part DESC, row_num";
        let rows = sqlx::query(text).bind(run).fetch_all(&self.pool).await.doing("reading verdicts")?;
        rows.iter()
            .map(|row| {
                let text = |column: &str| row.try_get::<String, _>(column).doing("reading verdicts");
                Ok(Verdict {
                    part: text("part")?.parse()?,
                    row: unsigned(row.try_get("row_num").doing("reading verdicts")?)?,
                    kind: text("verdict")?.parse()?,
                    words: text("words")?,
                })
            })
            .collect()
    }
}

async fn upsert_batches(
    connection: &mut AnyConnection,
    run: i64,
    batches: &[Batch],
) -> Result<(), StoreError> {
    let text = format!(
        "INSERT INTO batch (run_id, part, seq, first_row, row_count, state, provider_id, sent_ms, confirmed_ms) VALUES {}
         ON CONFLICT (run_id, part, seq) DO UPDATE SET state = excluded.state,
            provider_id = CASE WHEN excluded.provider_id = '' THEN batch.provider_id ELSE excluded.provider_id END,
            sent_ms = COALESCE(batch.sent_ms, excluded.sent_ms),
            confirmed_ms = COALESCE(excluded.confirmed_ms, batch.confirmed_ms)",
        placeholders(batches.len(), 9)
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
    for batch in batches {
        query = query
            .bind(run)
            .bind(batch.part.as_str())
            .bind(signed(batch.seq))
            .bind(signed(batch.first_row))
            .bind(signed(batch.rows))
            .bind(batch.state.as_str())
            .bind(batch.provider_id.clone().unwrap_or_default())
            .bind(batch.sent_ms)
            .bind(batch.confirmed_ms);
    }
    query.execute(connection).await.doing("saving batches").map(drop)
}

async fn upsert_verdicts(
    connection: &mut AnyConnection,
    run: i64,
    verdicts: &[Verdict],
) -> Result<(), StoreError> {
    let text = format!(
        "INSERT INTO verdict (run_id, part, row_num, verdict, words) VALUES {}
         ON CONFLICT (run_id, part, row_num) DO UPDATE SET verdict = excluded.verdict, words = excluded.words",
        placeholders(verdicts.len(), 5)
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
    for verdict in verdicts {
        query = query
            .bind(run)
            .bind(verdict.part.as_str())
            .bind(signed(verdict.row))
            .bind(verdict.kind.as_str())
            .bind(verdict.words.as_str());
    }
    query.execute(connection).await.doing("saving verdicts").map(drop)
}

/// `($1, $2), ($3, $4)` for two rows of two columns. The driver's own builder writes question marks, which Postgres does not
/// know.
fn placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let numbers: Vec<String> =
            (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", numbers.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

// Row and batch numbers stay far below 2^63; the database knows signed numbers only.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Corrupt { what: "row number" })
}
