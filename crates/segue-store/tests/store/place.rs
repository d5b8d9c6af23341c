//! Where a store is while a test runs: a state directory with SQLite, or a Postgres database of the test's own.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use secrecy::SecretString;
use segue_store::{StateDirectory, Store, StoreError};
use sqlx::{AnyConnection, Connection, Executor};

/// Makes a test of each function, once for SQLite and once for Postgres.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use crate::place::Place;

            #[tokio::test]
            async fn sqlite() {
                Place::sqlite().run(super::$name).await;
            }

            #[tokio::test]
            async fn postgres() {
                Place::postgres().await.run(super::$name).await;
            }
        }
    )*};
}

pub(crate) use on_both;

/// Where a store is.
pub(crate) struct Place {
    /// The state directory, whichever database goes with it.
    pub(crate) directory: StateDirectory,
    /// The Postgres database; none for SQLite.
    pub(crate) database: Option<Database>,
    folder: tempfile::TempDir,
}

/// A Postgres database of one test.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = StateDirectory::open(folder.path()).expect("a state directory");
        Self { directory, database: None, folder }
    }

    pub(crate) async fn postgres() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = StateDirectory::share(folder.path()).expect("a state directory");
        let server = std::env::var("SEGUE_POSTGRES")
            .expect("SEGUE_POSTGRES is not set, so there is no Postgres to test with: run ./test");
        let folder_name = folder.path().file_name().expect("a name").to_string_lossy();
        let name =
            format!("segue_store_{}_{}", std::process::id(), folder_name.replace('.', "")).to_lowercase();
        let database = Database { server, name };
        database.on_server(&format!("CREATE DATABASE {}", database.name)).await;
        Self { directory, database: Some(database), folder }
    }

    /// Opens the store; again and again where a test wants it.
    pub(crate) async fn open(&self) -> Result<Store, StoreError> {
        match &self.database {
            Some(database) => Store::connect(&SecretString::from(database.address())).await,
            None => Store::open(&self.directory).await,
        }
    }

    /// Does something to the database past the store.
    pub(crate) async fn execute(&self, text: &str) {
        let address = match &self.database {
            Some(database) => database.address(),
            None => format!("sqlite://{}", self.directory.database().display()),
        };
        execute(&address, text).await;
    }

    /// What a question past the store counts, as `found`.
    pub(crate) async fn count(&self, text: &str) -> i64 {
        sqlx::any::install_default_drivers();
        let address = match &self.database {
            Some(database) => database.address(),
            None => format!("sqlite://{}", self.directory.database().display()),
        };
        let mut connection = AnyConnection::connect(&address).await.expect("a connection");
        let row = connection.fetch_one(sqlx::AssertSqlSafe(text)).await.expect("a row");
        connection.close().await.expect("a connection that ends");
        sqlx::Row::try_get(&row, "found").expect("a number")
    }

    /// Runs a test and tidies up whatever becomes of it.
    pub(crate) async fn run(self, test: impl AsyncFnOnce(&Self)) {
        let outcome = AssertUnwindSafe(test(&self)).catch_unwind().await;
        if let Some(database) = &self.database {
            database.on_server(&format!("DROP DATABASE {} WITH (FORCE)", database.name)).await;
        }
        drop(self.folder);
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Database {
    /// Its address: the server's, with another database.
    pub(crate) fn address(&self) -> String {
        let (address, parameters) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
        format!("{server}/{}?{parameters}", self.name)
    }

    /// Its name on the server.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Does something to the server, from another database.
    pub(crate) async fn on_server(&self, text: &str) {
        execute(&self.server, text).await;
    }
}

async fn execute(address: &str, text: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(address).await.expect("a connection");
    connection.execute(sqlx::AssertSqlSafe(text)).await.expect("a statement that works");
    connection.close().await.expect("a connection that ends");
}
