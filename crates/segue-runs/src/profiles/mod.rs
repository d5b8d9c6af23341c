//! Single people: what was sent of each of them, and forgetting them.
//!
//! ```text
//! error.rs     why something was not done
//! forget.rs    erasing a person from everything that Segue keeps
//! lists.rs     taking her off the lists that exports put her on
//! look.rs      where something of her is kept
//! receipt.rs   what an erasure leaves behind
//! sent.rs      what was sent of her, where and when, and what came of it
//! ```

mod error;
mod forget;
mod lists;
mod look;
mod receipt;
mod sent;

use std::sync::Arc;

use segue_model::{Engine, EngineError};
use segue_store::{StateDirectory, Store};

use crate::connections::Connections;
use crate::segments::Segments;

pub use error::ProfileError;
pub use forget::{Forgetting, Wish};
pub use look::{Found, OnList};
pub use receipt::{ErasedFrom, Outcome, Receipt};
pub use sent::{LastRun, LastSent, Sent, SentTo};

/// The people of an installation, one at a time.
#[derive(Clone)]
pub struct Profiles {
    store: Store,
    directory: Arc<StateDirectory>,
    engine: Arc<dyn Engine>,
    segments: Arc<Segments>,
    connections: Connections,
}

impl Profiles {
    /// The people of these segments.
    #[must_use]
    pub fn new(
        store: Store,
        directory: Arc<StateDirectory>,
        engine: Arc<dyn Engine>,
        segments: Arc<Segments>,
        connections: Connections,
    ) -> Self {
        Self { store, directory, engine, segments, connections }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Engine) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ProfileError> {
        let engine = Arc::clone(&self.engine);
        let done = tokio::task::spawn_blocking(move || work(&*engine)).await;
        Ok(done.map_err(|_| ProfileError::Defect)??)
    }
}
