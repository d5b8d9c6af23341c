//! Tables and segments: declared, changed, refreshed, asked about. What the command line and the server do.
//!
//! ```text
//! at_hand.rs      the engine, reading what was fetched
//! ask.rs          questions of people: counts, members, explanations
//! broken.rs       what cannot be used with the tables as they are declared
//! catalog.rs      everything that is stored, read once; changes that fit it
//! columns.rs      the columns of tables
//! conditions.rs   conditions that tables declare by name
//! definitions.rs  segments: created, edited, renamed, removed
//! drift.rs        what tables have lost, and what that breaks
//! export.rs       what a run takes of segments
//! fetch.rs        tables whose sources are addresses
//! forgotten.rs   who is left out of everything
//! gate.rs         how many questions are answered at a time
//! load.rs         members from a list of keys
//! order.rs        which segments are refreshed before others, and which together
//! person.rs      one profile: her row, what belongs to it, the segments that hold her
//! record.rs       what the audit log keeps
//! refresh.rs      definitions become members
//! tables.rs       tables: added, changed, removed
//! ```

mod ask;
mod at_hand;
mod broken;
mod catalog;
mod columns;
mod conditions;
mod definitions;
mod drift;
mod error;
mod export;
mod fetch;
mod forgotten;
mod gate;
mod load;
mod order;
mod person;
mod record;
mod refresh;
mod tables;

use std::sync::Arc;

use parking_lot::Mutex;
use segue_model::segment::{Fault, Pointer};
use segue_model::{EngineError, Forgotten, Resources, SegmentEngine};
use segue_store::{StateDirectory, Store};

use self::at_hand::AtHand;
use self::catalog::Stored;
use self::fetch::Fetcher;
use self::gate::Gate;

pub use ask::MembersFormat;
pub use definitions::{NewSegment, SeenSegment, SegmentEdit, SegmentFilter, Usage};
pub use drift::{Drift, Sources};
pub use error::{SegmentError, User};
pub use export::ToExport;
pub use person::Profile;
pub use refresh::Refreshed;
pub use tables::{NewTable, SeenTable, TableEdit};

/// The tables and segments of a state directory.
pub struct Segments {
    engine: Arc<dyn SegmentEngine>,
    store: Store,
    directory: Arc<StateDirectory>,
    resources: Resources,
    /// Conditions that every member must meet, whatever a definition says.
    required: Vec<String>,
    fetcher: Fetcher,
    gate: Gate,
    /// Everybody who was forgotten, and how many hashes that are.
    known_forgotten: Mutex<(i64, Forgotten)>,
    /// Everything that is stored, as it was read last.
    known: Mutex<Option<Arc<Stored>>>,
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
        let gate = Gate::new(resources.threads);
        let (known_forgotten, known) = (Mutex::default(), Mutex::default());
        let fetcher = Fetcher::new(Arc::clone(&directory));
        let engine = Arc::new(AtHand { engine, directory: Arc::clone(&directory) });
        Self { engine, store, directory, resources, required, fetcher, gate, known_forgotten, known }
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

/// What is wrong with a name, if anything is. Names of tables and segments are also names of files and words of the command
/// line.
fn name_fault(what: &str, name: &str) -> Option<Fault> {
    let is_good = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    (!is_good).then(|| {
        let words = format!(
            "\"{name}\" cannot name a {what}: begin with a letter, go on with letters, digits, - and _, 64 at the most"
        );
        Fault::error(&Pointer::default().at("name"), words)
    })
}
