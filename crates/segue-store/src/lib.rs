//! Segue's metadata: exports, runs, batches and verdicts. All SQL lives here.
//!
//! A state directory holds the database, the ledger snapshots and one folder for each run that is under way:
//!
//! ```text
//! state/
//!   lock                     held while a process uses the directory
//!   segue.db                 this crate's tables
//!   ledgers/<export>-<run>.parquet
//!   runs/<run>/              the run's plan, its outbox and its rejections
//!   segments/<name>-<n>.parquet  the keys of a segment's members
//!   segments/<name>-export.parquet  those whom one push may export, as long as it runs
//! ```
//!
//! The database never holds personal data: contacts are row numbers of a plan.

mod batches;
mod directory;
mod error;
mod exports;
mod runs;
mod segments;
mod store;
mod tables;

pub use batches::{Batch, BatchState, Part, Verdict, VerdictKind};
pub use directory::StateDirectory;
pub use error::StoreError;
pub use exports::{Export, Target};
pub use runs::{Run, RunState};
pub use segments::{Refresh, Segment};
pub use store::Store;
