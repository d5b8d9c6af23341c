//! What commands share: the state directory, and where segments are evaluated, memory and threads.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use etcetera::BaseStrategy;
use segue_engine::TableEngine;
use segue_model::Resources;
use segue_runs::segments::Segments;
use segue_store::{StateDirectory, Store};

use crate::exit::Failure;

/// Where everything is kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "State")]
pub(crate) struct StateFolder {
    /// Folder for tables, segments, plans, ledgers and runs [default: by the platform's convention]
    #[arg(long, value_name = "DIR", env = "SEGUE_STATE", hide_env_values = true, global = true)]
    state: Option<PathBuf>,
}

/// Where tables and segments are kept, and what evaluating them may use.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "State")]
pub(crate) struct Workspace {
    #[command(flatten)]
    folder: StateFolder,
    /// Memory that evaluating a segment may use before it spills, in MB
    #[arg(long, value_name = "MB", default_value_t = 1024, global = true, value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) memory: u32,
    /// Threads that evaluate [default: one for each core]
    #[arg(long, value_name = "COUNT", global = true)]
    pub(crate) threads: Option<usize>,
    /// Condition of the profile table that every member must meet, whatever a definition says, as in may-be-emailed
    #[arg(
        long = "require",
        value_name = "CONDITION",
        env = "SEGUE_REQUIRE",
        hide_env_values = true,
        value_delimiter = ',',
        global = true
    )]
    pub(crate) required: Vec<String>,
}

/// An open state directory.
pub(crate) struct Open {
    pub(crate) segments: Segments,
    pub(crate) store: Store,
    pub(crate) directory: Arc<StateDirectory>,
}

impl StateFolder {
    /// The state directory.
    pub(crate) fn path(&self) -> Result<PathBuf, Failure> {
        if let Some(given) = &self.state {
            return Ok(given.clone());
        }
        let strategy = etcetera::choose_base_strategy();
        let strategy = strategy
            .map_err(|_| Failure::Input("there is no home folder: name a folder with --state".to_owned()))?;
        Ok(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("segue"))
    }
}

impl Workspace {
    pub(crate) async fn open(&self) -> Result<Open, Failure> {
        let directory = Arc::new(StateDirectory::open(&self.path()?)?);
        let store = Store::open(&directory).await?;
        let segments = self.segments(store.clone(), Arc::clone(&directory));
        Ok(Open { segments, store, directory })
    }

    /// The state directory.
    pub(crate) fn path(&self) -> Result<PathBuf, Failure> {
        self.folder.path()
    }

    fn segments(&self, store: Store, directory: Arc<StateDirectory>) -> Segments {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let resources = Resources {
            threads: self.threads.unwrap_or_else(cores).max(1),
            memory_bytes: self.memory as usize * (1 << 20),
            spill: directory.spill(),
        };
        Segments::new(Arc::new(TableEngine), store, directory, resources, self.required.clone())
    }
}

impl Open {
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}
