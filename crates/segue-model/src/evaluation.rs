//! Evaluating segments: what it takes, and what comes out. The engine's second interface, beside [`Engine`](crate::Engine).

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::segment::{Definition, Meaning, Table};
use crate::{EngineError, Explanation, Forgotten, RelatedRows, Source};

/// A table and where it is read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTable {
    /// What definitions see of it.
    pub table: Table,
    /// Where its rows are.
    pub source: Source,
}

/// What the engine may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// Threads that compute.
    pub threads: usize,
    /// Bytes that operators may hold before they spill.
    pub memory_bytes: usize,
    /// An existing folder for what is spilled.
    pub spill: PathBuf,
}

/// A definition with everything that decides who is in.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The definition, checked against these tables.
    pub definition: Definition,
    /// All tables that it speaks of.
    pub tables: Vec<StoredTable>,
    /// The member snapshots of the segments that it asks about, by name.
    pub segments: Vec<(String, PathBuf)>,
    /// Conditions of the profile table that everybody must meet, whatever the definition says: consent.
    pub required: Vec<String>,
    /// Who is left out, whatever else holds.
    pub forgotten: Forgotten,
    /// Now.
    pub now: DateTime<Utc>,
    /// What may be used.
    pub resources: Resources,
}

/// Rows that could not be used, by table and reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Corrupt {
    /// The table.
    pub table: String,
    /// What is wrong with them, without their values.
    pub reason: String,
    /// How many.
    pub rows: u64,
    /// The first of them, as `file:row`.
    pub first: String,
}

/// A finished count or refresh.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluated {
    /// Members.
    pub members: u64,
    /// Rows that were set aside.
    pub corrupt: Vec<Corrupt>,
}

/// A table as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Rows.
    pub rows: u64,
    /// Its columns, in order.
    pub columns: Vec<DescribedColumn>,
    /// The first rows as text, column by column in the same order.
    pub sample: Vec<Vec<String>>,
    /// Rows that were set aside.
    pub corrupt: Vec<Corrupt>,
    /// Keys that more than one row has, at most ten; only if the table has a key.
    pub duplicate_keys: Vec<String>,
    /// Rows without a key.
    pub without_key: u64,
}

/// A column as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedColumn {
    /// Its name.
    pub name: String,
    /// Rows without a value.
    pub empty: u64,
    /// Different values.
    pub distinct: u64,
    /// The most frequent values and their rows, at most ten, most frequent first.
    pub frequent: Vec<(String, u64)>,
}

/// A column that is no longer what its table declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drifted {
    /// Its name.
    pub column: String,
    /// What became of it, in which file, and what to do.
    pub words: String,
}

/// Members that two or more segments share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// For each segment, in the order asked, whether these profiles are members.
    pub of: Vec<bool>,
    /// How many are members of exactly these.
    pub profiles: u64,
}

/// What became of a list of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadedKeys {
    /// Keys that are profiles'.
    pub members: u64,
    /// Keys that are nobody's.
    pub unknown: u64,
    /// The first of those, at most ten.
    pub examples: Vec<String>,
}

/// The first members as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Values as text.
    pub rows: Vec<Vec<String>>,
}

/// Evaluates segments over tables. Calls block, as those of [`Engine`](crate::Engine) do.
pub trait SegmentEngine: Send + Sync + 'static {
    /// The columns of a source with what can be asked of each, and what they probably are to people.
    ///
    /// Text files are read whole: a column has the narrowest kind that all its values fit.
    ///
    /// # Errors
    /// [`EngineError::Input`] if there is nothing to read or it cannot be read.
    fn infer(
        &self,
        source: &Source,
        key: Option<&str>,
    ) -> Result<Vec<(String, crate::segment::Kind, Option<Meaning>)>, EngineError>;

    /// The columns that a table declares and its source no longer has, or has as another kind; in the table's order. Reads
    /// no row.
    ///
    /// # Errors
    /// [`EngineError::Input`] if there is nothing to read or it cannot be read.
    fn drift(&self, table: &StoredTable) -> Result<Vec<Drifted>, EngineError>;

    /// Looks at every value of a table. Rows that cannot be used are also listed in a CSV file, if one is named: `table`,
    /// `file`, `row` as a person counts it, `reason`.
    ///
    /// # Errors
    /// [`EngineError::Input`] if it cannot be read, [`EngineError::Drift`] if it has lost a column.
    fn describe(
        &self,
        table: &StoredTable,
        set_aside: Option<&Path>,
        resources: &Resources,
    ) -> Result<Described, EngineError>;

    /// How many members a definition has.
    ///
    /// # Errors
    /// [`EngineError::Input`] for what is wrong with the tables; [`EngineError::Drift`] also if most values of a column do
    /// not fit its kind.
    fn count(&self, evaluation: &Evaluation) -> Result<Evaluated, EngineError>;

    /// Writes the members' keys, sorted, as a Parquet file of one column `key`. The file is there whole or not at all.
    ///
    /// # Errors
    /// [`EngineError::Input`] for what is wrong with the tables, as profile keys that are not unique.
    fn refresh(&self, evaluation: &Evaluation, snapshot: &Path) -> Result<Evaluated, EngineError>;

    /// Refreshes segments over one table in one pass over its profiles, each into the snapshot at its place. Their tables,
    /// time zone, moment and resources are those of the first. The snapshots are the same, byte for byte, as those of
    /// [`SegmentEngine::refresh`].
    ///
    /// # Errors
    /// In place of each, those of its own, as profile keys that are not unique; for all of them, what cannot be told apart:
    /// then each has to be refreshed by itself.
    fn refresh_together(
        &self,
        evaluations: &[Evaluation],
        snapshots: &[PathBuf],
    ) -> Result<Vec<Result<Evaluated, EngineError>>, EngineError>;

    /// The number of members after each rule, and behind that, if conditions are required, of those who also meet them.
    ///
    /// # Errors
    /// As [`SegmentEngine::count`].
    fn inspect(&self, evaluation: &Evaluation) -> Result<Vec<u64>, EngineError>;

    /// The first members by key, with all columns of the profile table.
    ///
    /// # Errors
    /// As [`SegmentEngine::count`].
    fn preview(
        &self,
        table: &StoredTable,
        snapshot: &Path,
        rows: usize,
        resources: &Resources,
    ) -> Result<Preview, EngineError>;

    /// Writes all members with all columns of the profile table as CSV or Parquet, by the ending of `out`. Returns how many.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    fn write_members(
        &self,
        table: &StoredTable,
        snapshot: &Path,
        out: &Path,
        resources: &Resources,
    ) -> Result<u64, EngineError>;

    /// Why a profile is in or out by the definition and the tables as they are now; none if there is no such profile.
    ///
    /// # Errors
    /// As [`SegmentEngine::count`]; also [`EngineError::Input`] if the profile may be in a row that was set aside.
    fn explain(&self, evaluation: &Evaluation, key: &str) -> Result<Option<Explanation>, EngineError>;

    /// How the members of several segments overlap.
    ///
    /// # Errors
    /// If a snapshot cannot be read.
    fn overlap(&self, snapshots: &[PathBuf], resources: &Resources) -> Result<Vec<Overlap>, EngineError>;

    /// Writes a snapshot of the keys that a file lists, one a line or in the column of this name, that are profiles of the
    /// table and were not forgotten.
    ///
    /// # Errors
    /// [`EngineError::Input`] if the list cannot be read.
    fn load_keys(
        &self,
        table: &StoredTable,
        list: &Source,
        snapshot: &Path,
        forgotten: &Forgotten,
        resources: &Resources,
    ) -> Result<LoadedKeys, EngineError>;

    /// The row of a profile as text, column by column in the table's order, forgotten or not; none if there is none.
    ///
    /// # Errors
    /// As [`SegmentEngine::count`].
    fn profile(
        &self,
        table: &StoredTable,
        key: &str,
        resources: &Resources,
    ) -> Result<Option<Vec<String>>, EngineError>;

    /// The newest rows of related tables that belong to a profile of the evaluation's table, `most` at the most.
    ///
    /// # Errors
    /// As [`SegmentEngine::count`].
    fn related_rows(
        &self,
        evaluation: &Evaluation,
        key: &str,
        most: usize,
    ) -> Result<RelatedRows, EngineError>;

    /// Whether each of these snapshots holds a profile. Takes as long for a large one as for a small one.
    ///
    /// # Errors
    /// If a snapshot cannot be read.
    fn holds(&self, snapshots: &[PathBuf], key: &str) -> Result<Vec<bool>, EngineError>;

    /// Writes a snapshot again without one profile, and tells how many it holds now; none, and no file, if it does not hold
    /// her.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    fn forget_member(&self, snapshot: &Path, key: &str, next: &Path) -> Result<Option<u64>, EngineError>;
}
