//! Segue's metadata: exports, runs, batches and verdicts. All SQL lives here.
//!
//! The database is SQLite in the state directory, for one process, or Postgres, for several. One text serves both: columns
//! are TEXT, BIGINT or DOUBLE PRECISION, and every test runs on both.
//!
//! A state directory holds that database, the ledger snapshots and one folder for each run that is under way. Processes
//! that share a Postgres database share it too:
//!
//! ```text
//! state/
//!   lock                     held while processes use the directory
//!   segue.db                 this crate's tables, unless they are in Postgres
//!   master.key               seals secrets, unless another key is given
//!   forgotten.key            makes the hashes of who was forgotten; there from the first of them on
//!   ledgers/<export>-<run>.parquet
//!   runs/<run>/              the run's plan, its outbox and its rejections
//!   segments/<name>-<n>.parquet  the keys of a segment's members; of one from a list, with an id for the number
//!   segments/<name>-export.parquet  those whom one push may export, as long as it runs
//! ```
//!
//! Of profiles and contacts the database holds no personal data: contacts are row numbers of a plan. Of the people who
//! sign in it holds login, name and what they did.

mod attempts;
mod audit;
mod batches;
mod catalog;
mod changes;
mod connections;
mod deliveries;
mod directory;
mod error;
mod exports;
mod forgotten;
mod jobs;
mod lanes;
mod links;
mod people;
mod queue;
mod recipes;
mod runs;
mod secrets;
mod segments;
mod sent;
mod sessions;
mod settings;
mod store;
mod tables;
mod tokens;
mod wiping;

pub use attempts::Counted;
pub use audit::{Entry, EntryFilter};
pub use batches::{Batch, BatchState, Part, Verdict, VerdictKind};
pub use catalog::{Catalog, CatalogChange};
pub use changes::SeenChanges;
pub use connections::Connection;
pub use deliveries::{Delivery, RunOf};
pub use directory::StateDirectory;
pub use error::StoreError;
pub use exports::{Export, Target};
pub use forgotten::{Erasure, Hindered};
pub use jobs::{Job, JobFilter};
pub use lanes::{Claimed, Ending, Held, Note};
pub use links::Link;
pub use people::{Person, PersonFilter};
pub use queue::{NewJob, Queued};
pub use recipes::{ExportName, SavedExport};
pub use runs::{Run, RunState};
pub use secrets::{MasterKeys, Reference, ReferenceRules, Secret};
pub use segments::{Refresh, Segment};
pub use sent::SentImport;
pub use sessions::Session;
pub use settings::Stored;
pub use store::Store;
pub use tables::CountedRows;
pub use tokens::{MOST_TOKENS, Scope, Token};
