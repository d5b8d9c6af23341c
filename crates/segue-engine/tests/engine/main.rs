//! The engine as runs use it: real files in, plans and ledgers out.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod fates;
mod inputs;
mod plans;
mod retries;
mod segments;

use std::path::Path;

use segue_engine::TableEngine;
use segue_model::{
    Blanks, DataMatching, Engine, EngineError, Forgotten, Mode, PlanRequest, PlanSummary, Source,
};

/// A request that maps `email` and `name`.
fn request(source: &Path, folder: &Path) -> PlanRequest {
    PlanRequest {
        source: Source::anywhere(source.display().to_string()),
        filter: None,
        members: None,
        key: None,
        matching: DataMatching {
            email: "email".to_owned(),
            first_name: Some("name".to_owned()),
            ..DataMatching::default()
        },
        blanks: Blanks::Keep,
        list: 3,
        mode: Mode::AddUpdate,
        retry_refused: false,
        only_refused_by: None,
        keeps_unchanged: true,
        forgotten: Forgotten::default(),
        ledger: None,
        folder: folder.to_owned(),
    }
}

fn plan(request: &PlanRequest) -> Result<PlanSummary, EngineError> {
    TableEngine.plan(request, &|_| true)
}

/// The JSON of every row that a plan sends.
fn sends(folder: &Path) -> Vec<serde_json::Value> {
    rows(&segue_model::PlanFiles::new(folder).sends())
}

fn rows(file: &Path) -> Vec<serde_json::Value> {
    let chunks: Vec<_> = TableEngine.rows(file, 0).unwrap().collect::<Result<_, _>>().unwrap();
    let rows = chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.row(row)));
    rows.map(|json| serde_json::from_slice(json).unwrap()).collect()
}
