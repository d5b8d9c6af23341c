//! What a run leaves: batches, examples, rejections, and the rows behind its numbers.

use std::fs::File;
use std::sync::Arc;

use segue_model::job::Product;
use segue_model::{Example, PlanFiles, RowSearch, RunRows};
use segue_store::Batch;

use super::{Runs, RunsError};
use crate::worker::EXAMPLES;

impl Runs {
    /// The batches of a run, in the order in which they were packed.
    ///
    /// # Errors
    /// [`segue_store::StoreError::Missing`].
    pub async fn batches(&self, job: &str) -> Result<Vec<Batch>, RunsError> {
        match self.store.job(job).await?.run {
            Some(run) => Ok(self.store.batches(run).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Examples of what a dry run's plan holds. They are people.
    ///
    /// # Errors
    /// [`RunsError::Gone`] when they are not kept any more.
    pub async fn examples(&self, job: &str) -> Result<Vec<Example>, RunsError> {
        let Some(files) = self.files(job, Product::has_rejections).await? else { return Ok(Vec::new()) };
        let path = files.folder().join(EXAMPLES);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = tokio::fs::read(path).await.map_err(RunsError::File)?;
        serde_json::from_slice(&text).map_err(|_| RunsError::Defect)
    }

    /// Every rejection of a run as a file of CSV that no folder holds: when it is closed, it is gone. `id` is one that nothing
    /// else has.
    ///
    /// # Errors
    /// [`RunsError::Gone`] when they are not kept any more.
    pub async fn rejections(&self, job: &str, id: &str) -> Result<File, RunsError> {
        let out = self.directory.spill().join(format!("{id}.csv"));
        let files = self.files(job, Product::has_rejections).await?.unwrap_or_else(|| PlanFiles::new(&out));
        let engine = Arc::clone(&self.engine);
        let written = tokio::task::spawn_blocking(move || {
            let written = engine.rejections_csv(&files, &out);
            let file = File::open(&out).map_err(RunsError::File);
            // What is open can be read to its end all the same.
            std::fs::remove_file(&out).map_err(RunsError::File)?;
            written?;
            file
        });
        written.await.map_err(|_| RunsError::Defect)?
    }

    /// A page of the rows behind a run's numbers. They are people.
    ///
    /// # Errors
    /// [`RunsError::Gone`] when they are not kept any more.
    pub async fn rows(&self, job: &str, search: RowSearch) -> Result<RunRows, RunsError> {
        let has_rows = |product: &Product| product.has_rejections() || product.has_sent();
        let Some(files) = self.files(job, has_rows).await? else { return Ok(RunRows::default()) };
        let engine = Arc::clone(&self.engine);
        let read = tokio::task::spawn_blocking(move || engine.run_rows(&files, &search));
        Ok(read.await.map_err(|_| RunsError::Defect)??)
    }

    /// The files of a job's run; none if it has no run, or left nothing.
    async fn files(
        &self,
        job: &str,
        left_something: impl Fn(&Product) -> bool,
    ) -> Result<Option<PlanFiles>, RunsError> {
        let job = self.store.job(job).await?;
        let Some(run) = job.run else { return Ok(None) };
        let folder = self.directory.run(run);
        if folder.exists() {
            return Ok(Some(PlanFiles::new(&folder)));
        }
        if job.product.is_some_and(|product| left_something(&product)) {
            Err(RunsError::Gone)
        } else {
            Ok(None)
        }
    }
}
