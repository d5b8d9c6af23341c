//! The database behind the state: opened, brought up to date, and reached through a pool of connections.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::sync::Mutex;

use crate::error::{Doing, failed};
use crate::{Catalog, StateDirectory, StoreError};

/// The metadata store. Cheap to clone; all clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
    is_sqlite: bool,
    /// What was read last.
    pub(crate) known: Arc<Mutex<Option<Arc<Catalog>>>>,
}

/// Connections of one process to Postgres. Statements are short, and servers allow a hundred by default.
const CONNECTIONS: u32 = 8;

/// How long a call waits for a connection before it says that there is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the database has to say that it is there: those who watch a server do not wait long.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

impl Store {
    /// Opens the SQLite database of a state directory and migrates it forward.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a later version has written it.
    pub async fn open(directory: &StateDirectory) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        private_files(&directory.database())?;
        let url = format!("sqlite://{}?mode=rwc", percent_encode(&directory.database().to_string_lossy()));
        let options = AnyConnectOptions::from_str(&url).doing("reading the database's path")?;
        // The pool would try for half a minute and then not say what is wrong.
        let mut first = AnyConnection::connect_with(&options).await.doing("opening it")?;
        set_up(&mut first).await.doing("opening it")?;
        first.execute("SELECT name FROM sqlite_master").await.doing("opening it")?;
        first.close().await.doing("opening it")?;
        let pool = AnyPoolOptions::new()
            // SQLite has one writer: a second connection would only wait for the first.
            .max_connections(1)
            // Nobody can cut this one, and a question takes as long as a short statement.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| Box::pin(set_up(connection)))
            .connect_with(options)
            .await
            .doing("opening it")?;
        let store = Self { pool, is_sqlite: true, known: Arc::default() };
        store.migrate(&directory.path().display().to_string()).await?;
        Ok(store)
    }

    /// Connects to a Postgres database and migrates it forward. Several processes may use it at once.
    ///
    /// The address is `postgres://user:password@host:port/database`, with the parameters that `libpq` knows; what it leaves
    /// out is taken from `PGHOST`, `PGPASSWORD` and their like.
    ///
    /// # Errors
    /// [`StoreError::Address`] for an address of another kind; [`StoreError::Unreachable`]; [`StoreError::Newer`] if a later
    /// version has written the database.
    pub async fn connect(address: &SecretString) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let address = address.expose_secret();
        if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
            return Err(StoreError::Address { problem: "does not begin with postgres://" });
        }
        // What the parser says repeats what it was given.
        let unreadable = |_| StoreError::Address { problem: "cannot be read" };
        let options = AnyConnectOptions::from_str(address).map_err(unreadable)?;
        // The pool would try until its patience ends and then not say what is wrong.
        let first = AnyConnection::connect_with(&options).await.map_err(|error| match error {
            sqlx::Error::Configuration(_) => StoreError::Address { problem: "cannot be used" },
            other => failed("connecting", other),
        })?;
        first.close().await.doing("connecting")?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .doing("connecting")?;
        let store = Self { pool, is_sqlite: false, known: Arc::default() };
        store.migrate("the metadata database").await?;
        Ok(store)
    }

    async fn migrate(&self, place: &str) -> Result<(), StoreError> {
        sqlx::migrate!().run(&self.pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(_)
            | MigrateError::VersionMismatch(_)
            | MigrateError::VersionTooNew(..) => StoreError::Newer { place: place.to_owned() },
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                failed("migrating it", source)
            }
            other => failed("migrating it", sqlx::Error::Migrate(Box::new(other))),
        })
    }

    /// Asks the database something, to see whether it answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let asked = tokio::time::timeout(SIGN_OF_LIFE, sqlx::query("SELECT 1").fetch_one(&self.pool)).await;
        asked.unwrap_or(Err(sqlx::Error::PoolTimedOut)).doing("asking whether it is there").map(drop)
    }

    /// Closes the connections; SQLite then folds its write-ahead log into the database file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Overwrites what deleted rows have left behind on the disk, as far as that is ours to do: Postgres keeps it until its
    /// next vacuum.
    pub(crate) async fn erase_deleted(&self) -> Result<(), StoreError> {
        if self.is_sqlite {
            // Deleted cells are zeroed in their pages (`secure_delete`), but earlier versions of those pages are in the log.
            self.pool.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.doing("erasing what was deleted")?;
        }
        Ok(())
    }
}

async fn set_up(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    // NORMAL survives every kill; a power cut may cost the last commits, which are then done again.
    connection.execute("PRAGMA journal_mode = WAL").await?;
    connection.execute("PRAGMA synchronous = NORMAL").await?;
    // Bringing the log into the database costs a wait for the disk each time; a run writes a few thousand pages.
    connection.execute("PRAGMA wal_autocheckpoint = 8192").await?;
    connection.execute("PRAGMA foreign_keys = ON").await?;
    connection.execute("PRAGMA secure_delete = ON").await?;
    Ok(())
}

/// Makes the database's file for its owner alone before SQLite opens it: the log and the index beside it take its mode when they
/// are made, and until then they hold what is not in it yet. Those of an earlier start are mended.
#[cfg(unix)]
fn private_files(database: &std::path::Path) -> Result<(), StoreError> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let made = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(database);
    made.map_err(|source| StoreError::File { doing: "open", path: database.to_owned(), source })?;
    for ending in ["", "-wal", "-shm"] {
        let mut path = database.as_os_str().to_owned();
        path.push(ending);
        match std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::File { doing: "protect", path: path.into(), source });
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn private_files(_: &std::path::Path) -> Result<(), StoreError> {
    Ok(())
}

// The driver takes a URL and decodes it, so what has a meaning in URLs must be written otherwise.
fn percent_encode(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23").replace(' ', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_path_with_odd_characters_opens() {
        let folder = tempfile::tempdir().unwrap();
        let directory = StateDirectory::open(&folder.path().join("a b%20?#ü")).unwrap();
        Store::open(&directory).await.unwrap().close().await;
        assert!(directory.database().metadata().unwrap().len() > 0);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_reads_the_database_or_its_log_from_the_first_moment_on() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let opened = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), opened).unwrap();
        let directory = StateDirectory::open(folder.path()).unwrap();
        for start in 0..2 {
            let store = Store::open(&directory).await.unwrap();
            store.pool.execute("UPDATE master_key SET key_id = key_id").await.unwrap();
            for ending in ["", "-wal", "-shm"] {
                let path = format!("{}{ending}", directory.database().display());
                let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "{path} at start {start}");
                // As an earlier version has left it.
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            }
            store.close().await;
        }
    }

    #[tokio::test]
    async fn an_address_of_another_kind_is_refused_and_not_repeated() {
        for address in [
            "sqlite://a",
            "mysql://hunter2@a/b",
            "postgres://a:hunter2@[b/c",
            "postgres://a/b?sslmode=hunter2",
        ] {
            let error = Store::connect(&SecretString::from(address)).await.unwrap_err();
            assert!(matches!(error, StoreError::Address { .. }), "{address}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_says_nothing_is_given_up_soon() {
        sqlx::any::install_default_drivers();
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("postgres://nobody@{}/none", silent.local_addr().unwrap());
        let options = AnyConnectOptions::from_str(&address).unwrap();
        let pool = AnyPoolOptions::new().connect_lazy_with(options);
        let store = Store { pool, is_sqlite: false, known: Arc::default() };
        let began = tokio::time::Instant::now();
        let error = store.ping().await.unwrap_err();
        assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
        assert_eq!(began.elapsed().as_secs(), SIGN_OF_LIFE.as_secs());
    }

    #[tokio::test]
    async fn a_database_that_nobody_serves_is_unreachable() {
        let address = SecretString::from("postgres://nobody@127.0.0.1:1/none");
        let error = Store::connect(&address).await.unwrap_err();
        assert!(matches!(error, StoreError::Unreachable { doing: "connecting", .. }), "{error}");
    }
}
