//! Segue's table engine: sources, plans and ledgers as columns, on Arrow, Parquet and `DataFusion`.
//!
//! ```text
//! source ──▶ read (csv, NDJSON, Parquet) ──▶ filter ──▶ contact ──▶ spill ─┐
//!                                                                          ├──▶ plan ──▶ outbox
//!                                                            ledger ───────┘
//! outbox + ledger + what is known ──▶ settle ──▶ ledger
//! ```
//!
//! Members and ledger are both sorted by hash and address, so plan and settlement are merge joins: memory holds one
//! partition of the members and a few thousand rows of everything else, whatever their number.

mod blanks;
mod closing;
mod contact;
mod copies;
mod csv;
mod error;
mod filter;
mod ledger;
mod members;
mod outbox;
mod plan;
mod read;
mod rejections;
mod segment;
mod settle;
mod source;
mod spill;
mod table;
mod tally;
mod text;

use std::path::Path;

use segue_model::{
    Column, Engine, EngineError, Inspection, PlanFiles, PlanRequest, PlanRows, PlanSummary, Settled,
    Settlement, Source,
};

/// The engine.
#[derive(Debug, Clone, Copy, Default)]
pub struct TableEngine;

impl Engine for TableEngine {
    fn inspect(&self, source: &Source) -> Result<Inspection, EngineError> {
        let found = source::find(source)?;
        let files = found.open()?;
        Ok(inspection(found, &files))
    }

    fn check(&self, request: &PlanRequest) -> Result<Inspection, EngineError> {
        let (found, files, _) = plan::open(request)?;
        Ok(inspection(found, &files))
    }

    fn plan(
        &self,
        request: &PlanRequest,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<PlanSummary, EngineError> {
        plan::plan(request, progress)
    }

    fn rows(&self, file: &Path, from: u64) -> Result<PlanRows, EngineError> {
        outbox::rows(file, from)
    }

    fn settle(&self, settlement: &Settlement) -> Result<Settled, EngineError> {
        settle::settle(settlement)
    }

    fn rejections_csv(&self, plan: &PlanFiles, out: &Path) -> Result<u64, EngineError> {
        rejections::write_csv(plan, out)
    }
}

/// What is known of files once they are open.
fn inspection(found: source::Files, files: &[read::InputFile]) -> Inspection {
    let rows = files.iter().map(|file| file.rows).sum();
    let fields = files.iter().map(|file| file.schema.fields()).find(|fields| !fields.is_empty());
    let columns = fields.into_iter().flat_map(|fields| fields.iter());
    let columns = columns
        .map(|field| Column { name: field.name().clone(), kind: text::name(field.data_type()) })
        .collect();
    let source::Files { format, paths: files, bytes, fingerprint } = found;
    Inspection { format, files, bytes, rows, columns, fingerprint }
}
