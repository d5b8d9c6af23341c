//! What commands share: the state directory, and where segments are evaluated, memory and threads.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use etcetera::BaseStrategy;
use secrecy::SecretString;
use segue_engine::TableEngine;
use segue_model::Resources;
use segue_runs::segments::Segments;
use segue_server::{entry_at_the_console, system_clock, system_random};
use segue_store::{Entry, StateDirectory, Store};

use crate::database;
use crate::exit::Failure;

/// Where everything is kept.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "State")]
pub(crate) struct StateFolder {
    /// Folder for tables, segments, plans, ledgers and runs [default: by the platform's convention]
    #[arg(long, value_name = "DIR", env = "SEGUE_STATE", hide_env_values = true, global = true)]
    state: Option<PathBuf>,
    #[arg(
        long,
        help = "Postgres database for all but files, as in postgres://segue@db.example.com/segue, for several processes [default: SQLite in the state folder]",
        value_name = "URL", env = "SEGUE_DATABASE", hide_env_values = true, global = true, value_parser = address
    )]
    database: Option<SecretString>,
    /// File with the password of the database's user
    #[arg(
        long,
        value_name = "FILE",
        env = "SEGUE_DATABASE_PASSWORD_FILE",
        hide_env_values = true,
        global = true
    )]
    database_password_file: Option<PathBuf>,
}

/// Whatever is wrong with it is told when it is used: what is said here repeats it, and it may hold a password.
fn address(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(text))
}

/// Where tables and segments are kept, and what evaluating them may use.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "State")]
pub(crate) struct Workspace {
    #[command(flatten)]
    pub(crate) folder: StateFolder,
    /// Memory that evaluating a segment may use before it spills, in MB
    #[arg(
        long,
        value_name = "MB",
        env = "SEGUE_MEMORY",
        hide_env_values = true,
        default_value_t = 1024,
        global = true,
        value_parser = clap::value_parser!(u32).range(16..)
    )]
    pub(crate) memory: u32,
    /// Threads that evaluate [default: one for each core]
    #[arg(long, value_name = "COUNT", env = "SEGUE_THREADS", hide_env_values = true, global = true)]
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

    /// Whether other processes may use it at the same time.
    pub(crate) fn is_shared(&self) -> bool {
        self.database.is_some()
    }

    /// Opens directory and database: for this process alone, or beside others where the database is Postgres.
    pub(crate) async fn open(&self) -> Result<(Arc<StateDirectory>, Store), Failure> {
        let Some(address) = &self.database else {
            if self.database_password_file.is_some() {
                let words = "there is a database's password file, but no database: name it with --database";
                return Err(Failure::Input(words.to_owned()));
            }
            let directory = Arc::new(StateDirectory::open(&self.path()?)?);
            let store = Store::open(&directory).await?;
            return Ok((directory, store));
        };
        let address = database::with_password(address, self.database_password_file.as_deref())?;
        let directory = Arc::new(StateDirectory::share(&self.path()?)?);
        Ok((directory, Store::connect(&address).await?))
    }
}

impl Workspace {
    /// A folder that nothing else is known of.
    pub(crate) fn of(folder: &Path) -> Self {
        let folder =
            StateFolder { state: Some(folder.to_owned()), database: None, database_password_file: None };
        Self::at(folder)
    }

    /// A place where nothing is evaluated.
    pub(crate) fn at(folder: StateFolder) -> Self {
        Self { folder, memory: 1024, threads: None, required: Vec::new() }
    }

    pub(crate) async fn open(&self) -> Result<Open, Failure> {
        let (directory, store) = self.folder.open().await?;
        let segments = self.segments(store.clone(), Arc::clone(&directory));
        Ok(Open { segments, store, directory })
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

/// The audit entry of what a command does now.
pub(crate) fn by_command() -> Entry {
    entry_at_the_console(system_clock()(), &system_random())
}

impl Open {
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}
