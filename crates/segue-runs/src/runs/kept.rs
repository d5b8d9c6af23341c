//! What is kept of a run beside its numbers: batches, examples of a plan, and the rows behind the numbers.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use segue_model::job::Product;
use segue_model::{BatchRows, Engine, EngineError, Example, PlanFiles, RowSearch, RunRows};
use segue_store::{Batch, Part, StoreError};

use super::{Runs, RunsError};
use crate::worker::EXAMPLES;

impl Runs {
    /// The batches of a run, in the order in which they were packed, each with how many of it were refused.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn batches(&self, job: &str) -> Result<Vec<(Batch, u64)>, RunsError> {
        let Some(run) = self.store.job(job).await?.run else { return Ok(Vec::new()) };
        let (batches, refused) = (self.store.batches(run).await?, self.store.refused_by_batch(run).await?);
        let count = |batch: &Batch| refused.get(&(batch.part, batch.seq)).copied().unwrap_or_default();
        let counts: Vec<u64> = batches.iter().map(count).collect();
        Ok(batches.into_iter().zip(counts).collect())
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
        let files = self.files(job, Product::has_rejections).await?;
        self.written(files, id, |engine, files, out| engine.rejections_csv(files, out)).await
    }

    /// All rows of a run that are searched for, whatever the page, as a file like [`Runs::rejections`].
    ///
    /// # Errors
    /// As [`Runs::rows`].
    pub async fn rows_csv(
        &self,
        job: &str,
        search: RowSearch,
        batch: Option<(Part, u64)>,
        id: &str,
    ) -> Result<File, RunsError> {
        let search = self.of_batch(job, search, batch).await?;
        let files = self.files(job, Product::has_rows).await?;
        self.written(files, id, move |engine, files, out| engine.rows_csv(files, &search, out)).await
    }

    async fn written(
        &self,
        files: Option<PlanFiles>,
        id: &str,
        write: impl FnOnce(&dyn Engine, &PlanFiles, &Path) -> Result<u64, EngineError> + Send + 'static,
    ) -> Result<File, RunsError> {
        let out = self.directory.spill().join(format!("{id}.csv"));
        let files = files.unwrap_or_else(|| PlanFiles::new(&out));
        let engine = Arc::clone(&self.engine);
        let written = tokio::task::spawn_blocking(move || {
            let written = write(&*engine, &files, &out);
            let file = File::open(&out).map_err(RunsError::File);
            // What is open can be read to its end all the same.
            std::fs::remove_file(&out).map_err(RunsError::File)?;
            written?;
            file
        });
        written.await.map_err(|_| RunsError::Defect)?
    }

    /// A page of the rows behind a run's numbers, or only of those in a batch. They are people.
    ///
    /// # Errors
    /// [`RunsError::Gone`] when they are not kept any more; [`StoreError::Missing`] for a batch that is not there.
    pub async fn rows(
        &self,
        job: &str,
        search: RowSearch,
        batch: Option<(Part, u64)>,
    ) -> Result<RunRows, RunsError> {
        let search = self.of_batch(job, search, batch).await?;
        let Some(files) = self.files(job, Product::has_rows).await? else { return Ok(RunRows::default()) };
        let engine = Arc::clone(&self.engine);
        let read = tokio::task::spawn_blocking(move || engine.run_rows(&files, &search));
        Ok(read.await.map_err(|_| RunsError::Defect)??)
    }

    /// The search, of the rows of that batch only.
    async fn of_batch(
        &self,
        job: &str,
        search: RowSearch,
        batch: Option<(Part, u64)>,
    ) -> Result<RowSearch, RunsError> {
        let Some((part, seq)) = batch else { return Ok(search) };
        let batches = self.batches(job).await?;
        let found = batches.iter().find(|(batch, _)| batch.part == part && batch.seq == seq);
        let (Batch { first_row, rows, .. }, _) = found.ok_or(StoreError::Missing { what: "batch" })?;
        let batch = BatchRows { is_leaves: part == Part::Leaves, rows: *first_row..first_row + rows };
        Ok(RowSearch { batch: Some(batch), ..search })
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
