//! What one installation of Segue consists of: server and workers are made from it.

use std::sync::Arc;

use segue_model::Engine;
use segue_store::{MasterKeys, StateDirectory, Store};

use crate::Turns;
use crate::connections::{ConnectionRules, Connections};
use crate::exports::Exports;
use crate::profiles::Profiles;
use crate::runs::Runs;
use crate::segments::Segments;

/// An installation. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Installation {
    /// Its metadata.
    pub store: Store,
    /// Where plans, ledgers and snapshots are.
    pub directory: Arc<StateDirectory>,
    /// Its tables and segments.
    pub segments: Arc<Segments>,
    /// Its accounts.
    pub connections: Connections,
    /// Its saved exports.
    pub exports: Exports,
    /// Its runs and refreshes.
    pub runs: Runs,
    /// Single people: what was sent of them, and forgetting them.
    pub profiles: Profiles,
    /// What makes plans.
    pub engine: Arc<dyn Engine>,
}

impl Installation {
    /// An installation whose keys are sealed with `keys`, and whose connections follow `rules` and ask accounts in `turns`.
    #[must_use]
    pub fn new(
        store: Store,
        directory: Arc<StateDirectory>,
        keys: MasterKeys,
        (rules, turns): (ConnectionRules, Turns),
        segments: Arc<Segments>,
        engine: Arc<dyn Engine>,
    ) -> Self {
        let connections = Connections::new(store.clone(), keys, rules, turns);
        let exports = Exports::new(store.clone(), connections.clone());
        let runs = Runs::new(store.clone(), Arc::clone(&directory), Arc::clone(&engine), exports.clone());
        let profiles = Profiles::new(
            store.clone(),
            Arc::clone(&directory),
            Arc::clone(&engine),
            Arc::clone(&segments),
            connections.clone(),
        );
        Self { store, directory, segments, connections, exports, runs, profiles, engine }
    }
}
