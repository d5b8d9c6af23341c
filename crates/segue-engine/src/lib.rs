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
mod fates;
mod filter;
mod forget;
mod ledger;
mod members;
mod outbox;
mod plan;
mod planned;
mod read;
mod rejections;
mod segment;
mod settle;
mod source;
mod spill;
mod table;
mod tally;
mod text;
mod unchanged;

use std::path::Path;

use segue_model::{
    Column, Engine, EngineError, Inspection, LedgerEntry, PlanFiles, PlanRequest, PlanRows, PlanSummary,
    RejectedProfile, RowSearch, RunRows, Settled, Settlement, Source,
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
        fates::rejections_csv(plan, out)
    }

    fn rows_csv(&self, plan: &PlanFiles, search: &RowSearch, out: &Path) -> Result<u64, EngineError> {
        fates::rows_csv(plan, search, out)
    }

    fn keep_planned(&self, plan: &PlanFiles) -> Result<(), EngineError> {
        planned::keep(plan)
    }

    fn run_rows(&self, plan: &PlanFiles, search: &RowSearch) -> Result<RunRows, EngineError> {
        fates::search(plan, search)
    }

    fn find_in_ledger(&self, ledger: &Path, email: &str) -> Result<Option<LedgerEntry>, EngineError> {
        forget::find(ledger, email)
    }

    fn forget_in_ledger(&self, ledger: &Path, emails: &[String], next: &Path) -> Result<u64, EngineError> {
        forget::in_ledger(ledger, emails, next)
    }

    fn is_in_outbox(&self, plan: &PlanFiles, emails: &[String]) -> Result<bool, EngineError> {
        forget::is_in_outbox(plan, emails)
    }

    fn rejections_of(&self, plan: &PlanFiles, profile: &str) -> Result<Vec<RejectedProfile>, EngineError> {
        rejections::of(plan, profile)
    }

    fn addresses_in_run(&self, plan: &PlanFiles, profile: &str) -> Result<Vec<String>, EngineError> {
        rejections::addresses_of(plan, profile)
    }

    fn forget_in_run(
        &self,
        plan: &PlanFiles,
        profile: &str,
        emails: &[String],
        erase: bool,
    ) -> Result<u64, EngineError> {
        rejections::forget(plan, profile, emails, erase)
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
