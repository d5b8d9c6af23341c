//! Questions of people about members: each waits for its turn, and changes nothing.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use segue_model::segment::{Definition, TableColumn};
use segue_model::{
    Asked, Described, DescribedColumn, EngineError, Evaluated, Evaluation, Explanation, Found, Overlap,
    Preview, SegmentEngine, StoredTable,
};

use super::catalog::Stored;
use super::{SegmentError, Segments};

/// How often a question is asked again that a refresh has come between.
const ATTEMPTS: usize = 3;

/// How members are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembersFormat {
    /// CSV.
    Csv,
    /// Parquet.
    Parquet,
}

impl MembersFormat {
    /// The ending of such a file's name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

impl Segments {
    /// Asks the engine something that follows from what is stored, in its turn. A refresh that ends meanwhile takes the
    /// snapshots away that were to be read: then it is asked once more.
    pub(super) async fn ask<A, T>(
        &self,
        prepare: impl Fn(&Stored) -> Result<A, SegmentError>,
        work: impl Fn(&dyn SegmentEngine, &A) -> Result<T, EngineError> + Send + Sync + 'static,
    ) -> Result<T, SegmentError>
    where
        A: Send + 'static,
        T: Send + 'static,
    {
        let (turn, work) = (self.gate.enter().await?, Arc::new(work));
        let mut stored = self.catalog().await?;
        let mut attempts = 1;
        loop {
            let asked = prepare(&stored)?;
            let (turn, work) = (turn.clone(), Arc::clone(&work));
            let answer = self
                .blocking(move |engine| {
                    let answer = work(engine, &asked);
                    // Whoever asked may be gone by now; the turn was taken until here.
                    drop(turn);
                    answer
                })
                .await;
            if answer.is_ok() || attempts == ATTEMPTS {
                return answer;
            }
            let now = self.catalog().await?;
            if snapshots(&now) == snapshots(&stored) {
                return answer;
            }
            (stored, attempts) = (now, attempts + 1);
        }
    }

    fn evaluation_of(
        &self,
        stored: &Stored,
        definition: Definition,
        now: DateTime<Utc>,
    ) -> Result<Evaluation, SegmentError> {
        for asked in definition.segments() {
            snapshot(stored, asked)?;
        }
        Ok(self.evaluation(stored, definition, now))
    }

    /// The definition of a stored segment, as a question.
    fn evaluation_named(
        &self,
        stored: &Stored,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Evaluation, SegmentError> {
        let (definition, _) = stored.checked(Some(name), &stored.segment(name)?.definition)?;
        self.evaluation_of(stored, definition, now)
    }

    /// How many members a definition has, without saving anything.
    ///
    /// # Errors
    /// [`SegmentError::Faults`] for what is wrong with it; [`SegmentError::NeverRefreshed`] for a segment that it asks about.
    pub async fn count(&self, text: &str, now: DateTime<Utc>) -> Result<Evaluated, SegmentError> {
        let prepare = |stored: &Stored| {
            let (definition, _) = stored.checked(None, text)?;
            self.evaluation_of(stored, definition, now)
        };
        self.ask(prepare, |engine, evaluation| engine.count(evaluation)).await
    }

    /// The first members of a definition with all their columns, without saving anything. `id` is one that nothing else has.
    ///
    /// # Errors
    /// As [`Segments::count`].
    pub async fn sample(
        &self,
        text: &str,
        rows: usize,
        now: DateTime<Utc>,
        id: &str,
    ) -> Result<Preview, SegmentError> {
        let resources = self.resources.clone();
        let members = self.directory.spill().join(format!("{id}.parquet"));
        let prepare = |stored: &Stored| {
            let (definition, _) = stored.checked(None, text)?;
            let table = stored.table(&definition.table)?.clone();
            Ok((table, self.evaluation_of(stored, definition, now)?))
        };
        self.ask(prepare, move |engine, (table, evaluation)| {
            engine.refresh(evaluation, &members)?;
            let preview = engine.preview(table, &members, rows, &resources);
            std::fs::remove_file(&members).map_err(failed("remove", &members))?;
            preview
        })
        .await
    }

    /// The number of members after each rule, with the rules' names, and behind that, if conditions are required, of those
    /// who also meet them.
    ///
    /// # Errors
    /// [`SegmentError::Missing`]; [`SegmentError::NeverRefreshed`] for a segment that it asks about.
    pub async fn inspect(&self, name: &str, now: DateTime<Utc>) -> Result<Vec<(String, u64)>, SegmentError> {
        let prepare = |stored: &Stored| self.evaluation_named(stored, name, now);
        self.ask(prepare, |engine, evaluation| {
            let counts = engine.inspect(evaluation)?;
            let required = format!("required: {}", evaluation.required.join(", "));
            let names = evaluation.definition.rules.iter().map(|rule| rule.name.clone());
            Ok(names.chain([required]).zip(counts).collect())
        })
        .await
    }

    /// Why a profile is in a segment or not, by its definition and the tables as they are now; and whether it was a member
    /// when the segment was last refreshed, which for a static one is what counts.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is no such segment or profile; [`SegmentError::NeverRefreshed`] for a segment that it
    /// asks about.
    pub async fn explain(
        &self,
        name: &str,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<Explanation, SegmentError> {
        let asked = key.to_owned();
        let prepare = |stored: &Stored| {
            let segment = stored.segment(name)?;
            let snapshot = segment.snapshot.as_deref().map(|file| self.directory.snapshot(file));
            Ok((self.evaluation_named(stored, name, now)?, snapshot, segment.is_static))
        };
        let told = self.ask(prepare, move |engine, (evaluation, snapshot, is_static)| {
            let told = engine.explain(evaluation, &asked)?;
            let was_in = engine.holds(snapshot.as_slice(), &asked)?.pop();
            let told = told.map(|told| as_refreshed(told, was_in, *is_static));
            Ok((told, evaluation.definition.table.clone()))
        });
        let (told, table) = told.await?;
        told.ok_or_else(|| SegmentError::Missing(format!("table \"{table}\" has no profile with this key")))
    }

    /// The first members with all their columns.
    ///
    /// # Errors
    /// [`SegmentError::NeverRefreshed`]; [`SegmentError::Missing`].
    pub async fn preview(&self, name: &str, rows: usize) -> Result<Preview, SegmentError> {
        let resources = self.resources.clone();
        self.ask(
            |stored| self.members_in(stored, name),
            move |engine, (table, snapshot)| engine.preview(table, snapshot, rows, &resources),
        )
        .await
    }

    /// Writes all members with all their columns, as CSV or Parquet by the ending. Returns how many.
    ///
    /// # Errors
    /// [`SegmentError::NeverRefreshed`]; [`SegmentError::Missing`].
    pub async fn write_members(&self, name: &str, out: PathBuf) -> Result<u64, SegmentError> {
        let resources = self.resources.clone();
        self.ask(
            |stored| self.members_in(stored, name),
            move |engine, (table, snapshot)| engine.write_members(table, snapshot, &out, &resources),
        )
        .await
    }

    /// All members with all their columns as a file that no folder holds: when it is closed, it is gone. `id` is one that
    /// nothing else has.
    ///
    /// # Errors
    /// As [`Segments::write_members`].
    pub async fn members_file(
        &self,
        name: &str,
        format: MembersFormat,
        id: &str,
    ) -> Result<File, SegmentError> {
        let resources = self.resources.clone();
        let out = self.directory.spill().join(format!("{id}.{}", format.ending()));
        self.ask(
            |stored| self.members_in(stored, name),
            move |engine, (table, snapshot)| {
                let written = engine.write_members(table, snapshot, &out, &resources);
                let file = written.and_then(|_| File::open(&out).map_err(failed("read", &out)));
                // What is open can be read to its end all the same.
                match std::fs::remove_file(&out) {
                    Err(error) if file.is_ok() => Err(failed("remove", &out)(error)),
                    _ => file,
                }
            },
        )
        .await
    }

    /// How the members of several segments overlap.
    ///
    /// # Errors
    /// [`SegmentError::NeverRefreshed`]; [`SegmentError::Missing`]; [`SegmentError::Input`] if they are of different tables.
    pub async fn overlap(&self, names: &[String]) -> Result<Vec<Overlap>, SegmentError> {
        let resources = self.resources.clone();
        let prepare = |stored: &Stored| {
            let (mut snapshots, mut tables) = (Vec::new(), Vec::new());
            for name in names {
                let (table, snapshot) = self.members_in(stored, name)?;
                snapshots.push(snapshot);
                tables.push(table.table.name);
            }
            if tables.iter().any(|table| *table != tables[0]) {
                return Err(SegmentError::Input(
                    "the segments are of different tables: nobody can be in both".to_owned(),
                ));
            }
            Ok(snapshots)
        };
        self.ask(prepare, move |engine, snapshots| engine.overlap(snapshots, &resources)).await
    }

    /// Looks at every value of a table. Rows that cannot be used are also listed in the CSV file `set_aside`.
    ///
    /// # Errors
    /// [`SegmentError::Missing`]; [`SegmentError::Fetch`]; [`SegmentError::Engine`] if it cannot be read.
    pub async fn describe(
        &self,
        name: &str,
        set_aside: Option<PathBuf>,
    ) -> Result<(StoredTable, Described), SegmentError> {
        let resources = self.resources.clone();
        self.fetch(name, &self.catalog().await?.table(name)?.source).await?;
        self.ask(
            |stored| stored.table(name).cloned(),
            move |engine, table| {
                Ok((table.clone(), engine.describe(table, set_aside.as_deref(), &resources)?))
            },
        )
        .await
    }

    /// How many different values a column has, and the most frequent ones.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is no such table or column; [`SegmentError::Engine`] if it cannot be read.
    pub async fn values(&self, table: &str, column: &str) -> Result<DescribedColumn, SegmentError> {
        let resources = self.resources.clone();
        let prepare = |stored: &Stored| {
            let mut asked = stored.table(table)?.clone();
            if asked.table.column(column).is_none() {
                let words = super::columns::unknown_column(&asked.table.columns, table, column);
                return Err(SegmentError::Missing(words));
            }
            // Nothing else is read.
            asked.table.columns.retain(|TableColumn { name, .. }| name == column);
            asked.table.key = None;
            Ok(asked)
        };
        let described =
            self.ask(prepare, move |engine, table| engine.describe(table, None, &resources)).await?;
        described.columns.into_iter().next().ok_or(SegmentError::Defect)
    }

    /// The profile table of a segment and the snapshot of its members in force.
    ///
    /// # Errors
    /// [`SegmentError::NeverRefreshed`]; [`SegmentError::Missing`].
    pub async fn members(&self, name: &str) -> Result<(StoredTable, PathBuf), SegmentError> {
        self.members_in(&*self.catalog().await?, name)
    }

    fn members_in(&self, stored: &Stored, name: &str) -> Result<(StoredTable, PathBuf), SegmentError> {
        let table = stored.profiles(stored.segment(name)?)?;
        Ok((table.clone(), self.directory.snapshot(snapshot(stored, name)?)))
    }
}

/// The snapshot of a segment's members in force.
fn snapshot<'s>(stored: &'s Stored, name: &str) -> Result<&'s str, SegmentError> {
    let snapshot = stored.segment(name)?.snapshot.as_deref();
    snapshot.ok_or_else(|| SegmentError::NeverRefreshed { segment: name.to_owned() })
}

fn snapshots(stored: &Stored) -> Vec<Option<&str>> {
    stored.segments.iter().map(|segment| segment.snapshot.as_deref()).collect()
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> EngineError {
    let path = path.to_owned();
    move |source| EngineError::File { doing, path, source }
}

/// What is told by a segment's definition, with what its last refresh has found. Members of a static segment are those of
/// its last refresh, whatever its definition says now.
fn as_refreshed(mut told: Explanation, was_in: Option<bool>, is_static: bool) -> Explanation {
    let Some(was_in) = was_in else { return told };
    told.parts.push(Explanation {
        asked: Asked::LastRefresh,
        found: Found::Member { is_member: was_in, is_static: false },
        holds: was_in,
        parts: Vec::new(),
    });
    if is_static {
        told.holds = was_in;
        told.found = Found::Member { is_member: was_in, is_static: true };
    }
    told
}
