//! Segments: evaluated with built-in functions only, so that the same plans can run where the tables are.
//!
//! ```text
//! definition ──▶ tree ──▶ tests of other tables ──▶ sets of keys (related) ─┐
//!                 │                                                         ├──▶ members ──▶ snapshot
//!                 └─────▶ tests of columns ──▶ expressions (compare) ───────┘
//! ```

mod cheap_first;
mod compare;
mod describe;
mod evaluator;
mod explain;
mod failure;
mod frequent;
mod key;
mod load;
mod members;
mod parquet;
mod person;
#[cfg(test)]
mod postgres;
mod related;
mod rows;
mod scan;
mod scope;
mod snapshot;
mod together;
mod tree;
mod typed;

use std::path::{Path, PathBuf};

use segue_model::segment::{Kind, Meaning};
use segue_model::{
    Described, Drifted, EngineError, Evaluated, Evaluation, Explanation, Forgotten, LoadedKeys, Overlap,
    Preview, RelatedRows, Resources, SegmentEngine, Source, StoredTable,
};

use crate::TableEngine;

pub(crate) use scan::sound_rows;
pub(crate) use snapshot::KeyHashes;

impl SegmentEngine for TableEngine {
    fn infer(
        &self,
        source: &Source,
        key: Option<&str>,
    ) -> Result<Vec<(String, Kind, Option<Meaning>)>, EngineError> {
        describe::infer(source, key)
    }

    fn drift(&self, table: &StoredTable) -> Result<Vec<Drifted>, EngineError> {
        scan::drift(table)
    }

    fn describe(
        &self,
        table: &StoredTable,
        set_aside: Option<&Path>,
        resources: &Resources,
    ) -> Result<Described, EngineError> {
        evaluator::run(resources, |sort_merge| describe::describe(table, set_aside, resources, sort_merge))
    }

    fn count(&self, evaluation: &Evaluation) -> Result<Evaluated, EngineError> {
        evaluator::run(&evaluation.resources, |sort_merge| members::count(evaluation, sort_merge))
    }

    fn refresh(&self, evaluation: &Evaluation, snapshot: &Path) -> Result<Evaluated, EngineError> {
        evaluator::run(&evaluation.resources, |sort_merge| members::refresh(evaluation, snapshot, sort_merge))
    }

    fn refresh_together(
        &self,
        evaluations: &[Evaluation],
        snapshots: &[PathBuf],
    ) -> Result<Vec<Result<Evaluated, EngineError>>, EngineError> {
        let Some(first) = evaluations.first() else { return Ok(Vec::new()) };
        evaluator::run(&first.resources, |sort_merge| together::refresh(evaluations, snapshots, sort_merge))
    }

    fn inspect(&self, evaluation: &Evaluation) -> Result<Vec<u64>, EngineError> {
        evaluator::run(&evaluation.resources, |sort_merge| members::inspect(evaluation, sort_merge))
    }

    fn preview(
        &self,
        table: &StoredTable,
        snapshot: &Path,
        rows: usize,
        resources: &Resources,
    ) -> Result<Preview, EngineError> {
        evaluator::run(resources, |sort_merge| members::preview(table, snapshot, rows, resources, sort_merge))
    }

    fn write_members(
        &self,
        table: &StoredTable,
        snapshot: &Path,
        out: &Path,
        resources: &Resources,
    ) -> Result<u64, EngineError> {
        evaluator::run(resources, |sort_merge| members::write(table, snapshot, out, resources, sort_merge))
    }

    fn explain(&self, evaluation: &Evaluation, key: &str) -> Result<Option<Explanation>, EngineError> {
        evaluator::run(&evaluation.resources, |sort_merge| explain::explain(evaluation, key, sort_merge))
    }

    fn overlap(&self, snapshots: &[PathBuf], resources: &Resources) -> Result<Vec<Overlap>, EngineError> {
        evaluator::run(resources, |sort_merge| members::overlap(snapshots, resources, sort_merge))
    }

    fn load_keys(
        &self,
        table: &StoredTable,
        list: &Source,
        snapshot: &Path,
        forgotten: &Forgotten,
        resources: &Resources,
    ) -> Result<LoadedKeys, EngineError> {
        evaluator::run(resources, |sort_merge| {
            load::load(table, list, snapshot, forgotten, resources, sort_merge)
        })
    }

    fn profile(
        &self,
        table: &StoredTable,
        key: &str,
        resources: &Resources,
    ) -> Result<Option<Vec<String>>, EngineError> {
        evaluator::run(resources, |sort_merge| person::profile(table, key, resources, sort_merge))
    }

    fn related_rows(
        &self,
        evaluation: &Evaluation,
        key: &str,
        most: usize,
    ) -> Result<RelatedRows, EngineError> {
        evaluator::run(&evaluation.resources, |sort_merge| {
            person::related_rows(evaluation, key, most, sort_merge)
        })
    }

    fn holds(&self, snapshots: &[PathBuf], key: &str) -> Result<Vec<bool>, EngineError> {
        snapshots.iter().map(|path| Ok(snapshot::find(path, key)?.is_some())).collect()
    }

    fn forget_member(&self, snapshot: &Path, key: &str, next: &Path) -> Result<Option<u64>, EngineError> {
        snapshot::forget(snapshot, key, next)
    }
}
