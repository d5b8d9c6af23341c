//! Segue's domain types and their rules: data matching, plans, brakes, rejections, reports.
//!
//! No I/O, no async, no engine types. Everything of ours depends on this crate and it depends on none of ours; the
//! one interface through which runs reach the table engine, [`Engine`], stands here too.

pub mod clock;
pub mod connection;
pub mod email;
mod engine;
mod evaluation;
mod explanation;
mod fate;
mod forgotten;
pub mod job;
mod matching;
pub mod person;
mod plan;
mod profile;
pub mod recipe;
mod rejection;
mod report;
mod role;
pub mod schedule;
pub mod segment;
mod settlement;

pub use engine::{Column, Engine, EngineError, Format, Inspection, PlanRows, RowChunk, Source, Unkept};
pub use evaluation::{
    Corrupt, Described, DescribedColumn, Drifted, Evaluated, Evaluation, LoadedKeys, Overlap, Preview,
    Resources, SegmentEngine, StoredTable,
};
pub use explanation::{Asked, Explanation, ExplanationText, Found};
pub use fate::{BatchRows, Fate, RowSearch, RunRow, RunRows};
pub use forgotten::{Forgotten, HashKey};
pub use matching::{Blanks, DataMatching, FieldMatch, FieldType};
pub use plan::{
    Action, Brake, Brakes, Example, MAX_CONTACT_BYTES, Mode, PlanCounts, PlanFiles, PlanRequest, PlanSummary,
    Release,
};
pub use profile::{LedgerEntry, Listing, RejectedProfile, RelatedRow, RelatedRows};
pub use rejection::{Owner, Reason, Refusal};
pub use report::{Outcome, ReasonCount, Report};
pub use role::{Right, Role};
pub use settlement::{LeaveOutcome, Settled, Settlement};
