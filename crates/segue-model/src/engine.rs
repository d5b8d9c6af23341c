//! The one interface through which runs reach the table engine.
//!
//! It has a single real implementation, in `segue-engine`, and stands here so that what delivers and what serves never
//! compile against `DataFusion`. Its calls block: they are columnar work that keeps a core busy, so callers hand them to
//! a thread of their own.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    Action, LedgerEntry, PlanFiles, PlanRequest, PlanSummary, RejectedProfile, RowSearch, RunRows, Settled,
    Settlement,
};

/// Where a table is read from: a file, a folder of files, a glob pattern, or an address whose file is fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The path or address as it was given.
    pub path: String,
    /// The folder that every one of its files must be in, wherever links lead; none if it was named by whoever runs Segue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

impl Source {
    /// A source whose files may be anywhere.
    #[must_use]
    pub fn anywhere(path: impl Into<String>) -> Self {
        Self { path: path.into(), within: None }
    }

    /// Whether it is an address: then it is fetched, and the engine reads what was fetched.
    #[must_use]
    pub fn is_address(&self) -> bool {
        let begins = |scheme: &str| {
            self.path.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        begins("https://") || begins("http://")
    }
}

/// The format of a source's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text with a delimiter and a header row. Every column is text.
    Csv,
    /// Parquet.
    Parquet,
    /// One JSON object a line.
    Ndjson,
}

/// A column of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, as in the file.
    pub name: String,
    /// Its type in words: `text`, `integer`, `decimal`, `date`, `list of text` …
    pub kind: String,
}

/// What a source looks like before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The format of its files.
    pub format: Format,
    /// Its files, sorted by name: the order in which they are read.
    pub files: Vec<PathBuf>,
    /// Bytes of all files.
    pub bytes: u64,
    /// Rows, where the files say so without being read whole (Parquet).
    pub rows: Option<u64>,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// Changes when a file is added, removed, resized or written again.
    pub fingerprint: u64,
}

/// Values out of somebody's data. Whoever asks may see them; what is stored or logged must not hold them. So they have no
/// `Display`, and `Debug` tells how many there are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Unkept(Vec<String>);

impl Unkept {
    /// These values.
    #[must_use]
    pub fn new(values: Vec<String>) -> Self {
        Self(values)
    }

    /// For the eyes of whoever asks, with commas between them.
    #[must_use]
    pub fn shown(&self) -> String {
        self.0.join(", ")
    }
}

impl std::fmt::Debug for Unkept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} values", self.0.len())
    }
}

/// What the engine could not do. Its words hold no value out of somebody's data, so that they may be stored and logged; those
/// for whoever asks are [`EngineError::shown`].
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The user's input is at fault. The text names the file, column or row and says what to do.
    #[error("{0}")]
    Input(String),
    /// The same, where it helps to see what a file names in the place of its columns, which may be a row of data.
    #[error("{words}")]
    Header {
        /// Which file and column.
        words: String,
        /// What leads over from there to the names.
        before: &'static str,
        /// What the file names.
        names: Unkept,
    },
    /// A file of ours cannot be read or written.
    #[error("cannot {doing} {path}: {source}")]
    File {
        /// What was being done, as a verb: `read`, `write`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// State in a format that this version does not know.
    #[error("{path} was written by a newer version of Segue: install that version or a later one")]
    NewerState {
        /// Which file.
        path: PathBuf,
    },
    /// A table's source no longer is what the table declares.
    #[error("{words}")]
    Drift {
        /// The table.
        table: String,
        /// Which file and column, and what to do.
        words: String,
    },
    /// Profiles that share a key.
    #[error("table \"{table}\": profile keys must be unique, and some are not: check the table to see which")]
    DuplicateKeys {
        /// The table.
        table: String,
        /// Some of the keys, at most ten.
        keys: Unkept,
    },
    /// Rows of a table that another one refers to and cannot tell apart: what refers to them would count more than once.
    #[error(
        "table \"{table}\": table \"{from}\" refers to its column \"{column}\", in which values stand more than once, so that \
         rows of \"{from}\" would count more than once: remove the duplicates"
    )]
    AmbiguousRows {
        /// The table that is referred to.
        table: String,
        /// Its column.
        column: String,
        /// The table that refers to it.
        from: String,
        /// Some of the values, at most ten.
        keys: Unkept,
    },
    /// It was told not to go on.
    #[error("stopped")]
    Stopped,
    /// What was asked takes more memory than the setting allows, though everything that can spill has spilled.
    #[error("this takes more memory than is allowed: raise the limit with --memory")]
    OutOfMemory,
    /// Something that should not happen. Carries no personal data.
    #[error("the table engine failed while {doing}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// The engine's own error, for logs.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl EngineError {
    /// What happened, with the values that it is about: for whoever asks, and for nothing that is kept.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Header { words, before, names } => format!("{words}{before}{}", names.shown()),
            Self::DuplicateKeys { table, keys } => {
                format!("table \"{table}\": profile keys must be unique, and these are not: {}", keys.shown())
            }
            Self::AmbiguousRows { table, column, from, keys } => format!(
                "table \"{table}\": table \"{from}\" refers to its column \"{column}\", in which these stand more than \
                 once, so that rows of \"{from}\" would count more than once: {}",
                keys.shown()
            ),
            _ => self.to_string(),
        }
    }
}

/// Consecutive rows of a plan, each a contact as it goes over the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowChunk {
    /// The number of the first row.
    pub first: u64,
    /// What is done with each row.
    pub actions: Vec<Action>,
    /// The JSON objects of all rows, one behind the other without separator. `email` is the first key of each.
    pub json: Vec<u8>,
    /// Where each row's JSON ends in `json`.
    pub ends: Vec<usize>,
    /// What the ledger's `since_ms` said of each row when the plan was made. For leaves: when this export first listed
    /// the contact. For sends: when this export took a returning contact off the list; 0 for everybody else.
    pub since_ms: Vec<i64>,
}

impl RowChunk {
    /// Rows in this chunk.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it holds no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The JSON of row `index` of this chunk.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.json[start..self.ends[index]]
    }

    /// The address of row `index` of this chunk, folded. Valid addresses hold nothing that JSON escapes.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn email(&self, index: usize) -> &str {
        let after = self.row(index).strip_prefix(br#"{"email":""#).unwrap_or_default();
        let end = after.iter().position(|&byte| byte == b'"').unwrap_or(0);
        std::str::from_utf8(&after[..end]).unwrap_or_default()
    }
}

/// Rows of a plan, in order.
pub type PlanRows = Box<dyn Iterator<Item = Result<RowChunk, EngineError>> + Send>;

/// Tables, candidates, plans and ledgers.
pub trait Engine: Send + Sync + 'static {
    /// Looks at a source: its files, format and columns.
    ///
    /// # Errors
    /// [`EngineError::Input`] if there is nothing to read or it cannot be read.
    fn inspect(&self, source: &Source) -> Result<Inspection, EngineError>;

    /// Looks at the source of a request, and checks that it has the columns that are asked for and that the condition can
    /// be used. Reads no row.
    ///
    /// # Errors
    /// [`EngineError::Input`] with what is wrong.
    fn check(&self, request: &PlanRequest) -> Result<Inspection, EngineError>;

    /// Reads the source, checks the members and writes a plan's files into the request's folder.
    ///
    /// `progress` is called now and then with the rows read so far, and says whether to go on.
    ///
    /// # Errors
    /// [`EngineError::Input`] with what is wrong with the source, the filter or the matching; [`EngineError::Stopped`].
    fn plan(
        &self,
        request: &PlanRequest,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<PlanSummary, EngineError>;

    /// Reads the rows of a plan's sends or leaves (see [`PlanFiles`]), from row `from` on.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn rows(&self, file: &Path, from: u64) -> Result<PlanRows, EngineError>;

    /// Folds what is known into the next ledger snapshot, and writes the refused members of the run.
    ///
    /// # Errors
    /// If a file cannot be read or written; the old snapshot is not touched.
    fn settle(&self, settlement: &Settlement) -> Result<Settled, EngineError>;

    /// Writes all rejections of a settled or planned run as CSV: `profile,email,whose,reason,meaning,detail,what_to_do`.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    fn rejections_csv(&self, plan: &PlanFiles, out: &Path) -> Result<u64, EngineError>;

    /// Writes all rows that are searched for, whatever the page, as CSV:
    /// `profile,email,fate,whose,reason,meaning,detail,what_to_do`.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    fn rows_csv(&self, plan: &PlanFiles, search: &RowSearch, out: &Path) -> Result<u64, EngineError>;

    /// Keeps of a plan that is not carried out what would have become of whom; its outbox is needed no more.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    fn keep_planned(&self, plan: &PlanFiles) -> Result<(), EngineError>;

    /// A page of the rows of a settled or planned run.
    ///
    /// # Errors
    /// If a file cannot be read.
    fn run_rows(&self, plan: &PlanFiles, search: &RowSearch) -> Result<RunRows, EngineError>;

    /// What a ledger holds of an address, folded. Takes as long in a large one as in a small one.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn find_in_ledger(&self, ledger: &Path, email: &str) -> Result<Option<LedgerEntry>, EngineError>;

    /// Writes a ledger again without these addresses, folded, and tells how many of them it held; 0, and no file, if none.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    fn forget_in_ledger(&self, ledger: &Path, emails: &[String], next: &Path) -> Result<u64, EngineError>;

    /// Whether a plan's outbox holds one of these addresses, folded; not if it has none any more.
    ///
    /// # Errors
    /// If a file cannot be read.
    fn is_in_outbox(&self, plan: &PlanFiles, emails: &[String]) -> Result<bool, EngineError>;

    /// The rejections of one profile in a planned or settled run.
    ///
    /// # Errors
    /// If a file cannot be read.
    fn rejections_of(&self, plan: &PlanFiles, profile: &str) -> Result<Vec<RejectedProfile>, EngineError>;

    /// The addresses, folded, that one profile has in a planned or settled run: where she was rejected, and where she was
    /// delivered.
    ///
    /// # Errors
    /// If a file cannot be read.
    fn addresses_in_run(&self, plan: &PlanFiles, profile: &str) -> Result<Vec<String>, EngineError>;

    /// How many rows of a run are of this profile or of one of these addresses, folded, or name the profile; with `erase`, they
    /// are taken out.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    fn forget_in_run(
        &self,
        plan: &PlanFiles,
        profile: &str,
        emails: &[String],
        erase: bool,
    ) -> Result<u64, EngineError>;
}
