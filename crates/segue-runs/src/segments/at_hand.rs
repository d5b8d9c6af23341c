//! The engine, for tables whose sources are addresses, too: it reads the files that were fetched.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use segue_model::segment::{Kind, Meaning};
use segue_model::{
    Described, Drifted, EngineError, Evaluated, Evaluation, Explanation, Forgotten, LoadedKeys, Overlap,
    Preview, RelatedRows, Resources, SegmentEngine, Source, StoredTable,
};
use segue_store::StateDirectory;

use super::fetch::at_hand;

/// An engine that is asked about files at hand only.
pub(super) struct AtHand {
    pub(super) engine: Arc<dyn SegmentEngine>,
    pub(super) directory: Arc<StateDirectory>,
}

impl AtHand {
    fn source(&self, source: &Source) -> Source {
        at_hand(&self.directory, source)
    }

    fn table(&self, stored: &StoredTable) -> StoredTable {
        StoredTable { table: stored.table.clone(), source: self.source(&stored.source) }
    }

    fn evaluation(&self, evaluation: &Evaluation) -> Evaluation {
        let mut evaluation = evaluation.clone();
        evaluation.tables.iter_mut().for_each(|stored| stored.source = self.source(&stored.source));
        evaluation
    }
}

impl SegmentEngine for AtHand {
    fn infer(
        &self,
        source: &Source,
        key: Option<&str>,
    ) -> Result<Vec<(String, Kind, Option<Meaning>)>, EngineError> {
        self.engine.infer(&self.source(source), key)
    }

    fn drift(&self, table: &StoredTable) -> Result<Vec<Drifted>, EngineError> {
        self.engine.drift(&self.table(table))
    }

    fn describe(
        &self,
        table: &StoredTable,
        set_aside: Option<&Path>,
        resources: &Resources,
    ) -> Result<Described, EngineError> {
        self.engine.describe(&self.table(table), set_aside, resources)
    }

    fn count(&self, evaluation: &Evaluation) -> Result<Evaluated, EngineError> {
        self.engine.count(&self.evaluation(evaluation))
    }

    fn refresh(&self, evaluation: &Evaluation, snapshot: &Path) -> Result<Evaluated, EngineError> {
        self.engine.refresh(&self.evaluation(evaluation), snapshot)
    }

    fn refresh_together(
        &self,
        evaluations: &[Evaluation],
        snapshots: &[PathBuf],
    ) -> Result<Vec<Result<Evaluated, EngineError>>, EngineError> {
        let evaluations: Vec<Evaluation> = evaluations.iter().map(|one| self.evaluation(one)).collect();
        self.engine.refresh_together(&evaluations, snapshots)
    }

    fn inspect(&self, evaluation: &Evaluation) -> Result<Vec<u64>, EngineError> {
        self.engine.inspect(&self.evaluation(evaluation))
    }

    fn preview(
        &self,
        table: &StoredTable,
        snapshot: &Path,
        rows: usize,
        resources: &Resources,
    ) -> Result<Preview, EngineError> {
        self.engine.preview(&self.table(table), snapshot, rows, resources)
    }

    fn write_members(
        &self,
        table: &StoredTable,
        snapshot: &Path,
        out: &Path,
        resources: &Resources,
    ) -> Result<u64, EngineError> {
        self.engine.write_members(&self.table(table), snapshot, out, resources)
    }

    fn explain(&self, evaluation: &Evaluation, key: &str) -> Result<Option<Explanation>, EngineError> {
        self.engine.explain(&self.evaluation(evaluation), key)
    }

    fn overlap(&self, snapshots: &[PathBuf], resources: &Resources) -> Result<Vec<Overlap>, EngineError> {
        self.engine.overlap(snapshots, resources)
    }

    fn load_keys(
        &self,
        table: &StoredTable,
        list: &Source,
        snapshot: &Path,
        forgotten: &Forgotten,
        resources: &Resources,
    ) -> Result<LoadedKeys, EngineError> {
        self.engine.load_keys(&self.table(table), list, snapshot, forgotten, resources)
    }

    fn profile(
        &self,
        table: &StoredTable,
        key: &str,
        resources: &Resources,
    ) -> Result<Option<Vec<String>>, EngineError> {
        self.engine.profile(&self.table(table), key, resources)
    }

    fn related_rows(
        &self,
        evaluation: &Evaluation,
        key: &str,
        most: usize,
    ) -> Result<RelatedRows, EngineError> {
        self.engine.related_rows(&self.evaluation(evaluation), key, most)
    }

    fn holds(&self, snapshots: &[PathBuf], key: &str) -> Result<Vec<bool>, EngineError> {
        self.engine.holds(snapshots, key)
    }

    fn forget_member(&self, snapshot: &Path, key: &str, next: &Path) -> Result<Option<u64>, EngineError> {
        self.engine.forget_member(snapshot, key, next)
    }
}
