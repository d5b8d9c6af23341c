//! Where the site of one test keeps everything: SQLite, or a Postgres schema of its own where `SEGUE_SITES_ON` says
//! `postgres`. `./test` runs every test on both.

use std::sync::Arc;

use secrecy::SecretString;
use segue_store::{StateDirectory, Store};
use sqlx::{AnyConnection, Connection, Executor};

pub(crate) struct Place {
    pub(crate) directory: Arc<StateDirectory>,
    pub(crate) store: Store,
    /// Where the database is.
    address: String,
    /// What ends with the test on a Postgres server.
    _schema: Option<Schema>,
    _folder: tempfile::TempDir,
}

// To make a database takes ten times as long.
struct Schema {
    server: String,
    name: String,
}

impl Place {
    pub(crate) async fn new() -> Self {
        match std::env::var("SEGUE_SITES_ON").as_deref() {
            Ok("postgres") => Self::on_postgres().await,
            Ok(other) if other != "sqlite" => panic!("SEGUE_SITES_ON is {other}: it is sqlite or postgres"),
            _ => Self::on_sqlite().await,
        }
    }

    async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = Arc::new(StateDirectory::open(folder.path()).expect("a state directory"));
        let store = Store::open(&directory).await.expect("a store");
        let address = format!("sqlite://{}", directory.database().display());
        Self { directory, store, address, _schema: None, _folder: folder }
    }

    async fn on_postgres() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = Arc::new(StateDirectory::share(folder.path()).expect("a state directory"));
        let server = std::env::var("SEGUE_POSTGRES")
            .expect("SEGUE_POSTGRES is not set, so there is no Postgres to test with: run ./test");
        let unique = folder.path().file_name().expect("a name").to_string_lossy().replace('.', "");
        let name = format!("segue_site_{}_{unique}", std::process::id()).to_lowercase();
        execute(&server, &format!("CREATE SCHEMA {name}")).await;
        let joint = if server.contains('?') { '&' } else { '?' };
        let address = format!("{server}{joint}options[search_path]={name}&application_name={name}");
        // Already now, so that it goes whatever happens.
        let schema = Some(Schema { server, name });
        let store = Store::connect(&SecretString::from(address.as_str())).await.expect("a store");
        Self { directory, store, address, _schema: schema, _folder: folder }
    }

    /// Does something to the database past the store.
    pub(crate) async fn execute(&self, text: &str) -> u64 {
        execute(&self.address, text).await
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // A worker may have been in the middle of something, and nobody lets it end that any more.
        let text = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{0}'; DROP SCHEMA {0} CASCADE",
            self.name
        );
        // The test's own runtime may be at its end.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(execute(&self.server, &text));
            });
        });
    }
}

async fn execute(address: &str, text: &str) -> u64 {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(address).await.expect("a connection");
    let done = connection.execute(sqlx::AssertSqlSafe(text)).await.expect("a statement that works");
    connection.close().await.expect("a connection that ends");
    done.rows_affected()
}
