//! Tables and segments: declared, changed, refreshed. What the command line does and a server will do.

mod definitions;
mod drift;
mod export;
mod refresh;
mod tables;

use std::sync::Arc;

use segue_model::segment::{Catalog, Definition, Fault, Table, read};
use segue_model::{EngineError, Resources, SegmentEngine, StoredTable};
use segue_store::{Segment, StateDirectory, Store, StoreError};

pub use definitions::{NewSegment, Usage};
pub use drift::Drift;
pub use export::ToExport;
pub use refresh::Refreshed;
pub(crate) use refresh::words_of;
pub use tables::NewTable;

/// Why something about tables or segments was not done.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The person's input is at fault; the text says what and what to do.
    #[error("{0}")]
    Input(String),
    /// A definition has mistakes.
    #[error("{}", lines(.0))]
    Faults(Vec<Fault>),
    /// A table's source no longer is what the table declares, which breaks these segments and exports.
    #[error("{words}; this breaks {}", broken(segments, exports))]
    Drift {
        /// Which file and column, and what to do.
        words: String,
        /// Every segment that asks about what is gone.
        segments: Vec<String>,
        /// Every export that uses one of them, or matches what is gone.
        exports: Vec<String>,
    },
    /// The table engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The state directory.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of ours.
    #[error("a part of segue stopped unexpectedly: please report this")]
    Defect,
}

/// Segments and exports that are broken, by name.
fn broken(segments: &[String], exports: &[String]) -> String {
    let kinds = [("segments", segments), ("exports", exports)];
    let kinds = kinds.iter().filter(|(_, names)| !names.is_empty());
    let named: Vec<String> = kinds.map(|(kind, names)| format!("{kind}: {}", names.join(", "))).collect();
    named.join("; and ")
}

fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    format!("the definition cannot be used\n  {}", lines.join("\n  "))
}

/// The tables and segments of a state directory.
pub struct Segments {
    engine: Arc<dyn SegmentEngine>,
    store: Store,
    directory: Arc<StateDirectory>,
    resources: Resources,
    /// Conditions that every member must meet, whatever a definition says.
    required: Vec<String>,
}

impl Segments {
    /// The tables and segments that a store holds.
    #[must_use]
    pub fn new(
        engine: Arc<dyn SegmentEngine>,
        store: Store,
        directory: Arc<StateDirectory>,
        resources: Resources,
        required: Vec<String>,
    ) -> Self {
        Self { engine, store, directory, resources, required }
    }

    async fn catalog(&self) -> Result<Stored, SegmentError> {
        let (tables, segments) = (self.store.tables().await?, self.store.segments().await?);
        let models = tables.iter().map(|stored| stored.table.clone()).collect();
        let read =
            |segment: &Segment| Some((segment.name.clone(), read::definition(&segment.definition).ok()?));
        let definitions = segments.iter().filter_map(read).collect();
        Ok(Stored { tables, models, segments, definitions })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn SegmentEngine) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, SegmentError> {
        let engine = Arc::clone(&self.engine);
        let done = tokio::task::spawn_blocking(move || work(&*engine)).await;
        Ok(done.map_err(|_| SegmentError::Defect)??)
    }
}

/// Everything that is stored, read once for one question.
struct Stored {
    tables: Vec<StoredTable>,
    /// What definitions see of the tables.
    models: Vec<Table>,
    segments: Vec<Segment>,
    /// Every segment's definition. One that cannot be read any more is left out: its own refresh says so.
    definitions: Vec<(String, Definition)>,
}

impl Stored {
    fn table(&self, name: &str) -> Result<&StoredTable, SegmentError> {
        let known = || self.tables.iter().map(|stored| stored.table.name.as_str());
        self.tables
            .iter()
            .find(|stored| stored.table.name == name)
            .ok_or_else(|| SegmentError::Input(unknown("table", name, &known().collect::<Vec<_>>())))
    }

    fn segment(&self, name: &str) -> Result<&Segment, SegmentError> {
        let known = || self.segments.iter().map(|segment| segment.name.as_str());
        self.segments
            .iter()
            .find(|segment| segment.name == name)
            .ok_or_else(|| SegmentError::Input(unknown("segment", name, &known().collect::<Vec<_>>())))
    }

    fn catalog(&self) -> Catalog<'_> {
        Catalog { tables: &self.models, segments: &self.definitions }
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!("there is no {what} \"{name}\", nor any other");
    }
    format!("there is no {what} \"{name}\"; there are: {}", known.join(", "))
}

/// Names of tables and segments are also names of files and words of the command line.
fn check_name(what: &str, name: &str) -> Result<(), SegmentError> {
    let is_good = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_good {
        return Ok(());
    }
    Err(SegmentError::Input(format!(
        "\"{name}\" cannot name a {what}: begin with a letter, go on with letters, digits, - and _, 64 at the most"
    )))
}
