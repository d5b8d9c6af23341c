//! The database behind the state: opened, brought up to date, and reached through one connection.

use std::str::FromStr;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, AnyPool, Connection, Executor};

use crate::error::{Doing, failed};
use crate::{StateDirectory, StoreError};

/// The metadata store. Cheap to clone; all clones share one connection.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
}

impl Store {
    /// Opens the database of a state directory and migrates it forward.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a later version has written it.
    pub async fn open(directory: &StateDirectory) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
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
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| Box::pin(set_up(connection)))
            .connect_with(options)
            .await
            .doing("opening it")?;
        private_file(&directory.database())?;
        sqlx::migrate!().run(&pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(_)
            | MigrateError::VersionMismatch(_)
            | MigrateError::VersionTooNew(..) => StoreError::Newer { path: directory.path().to_owned() },
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                failed("migrating it", source)
            }
            other => failed("migrating it", sqlx::Error::Migrate(Box::new(other))),
        })?;
        Ok(Self { pool })
    }

    /// Asks the database something, to see whether it answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").fetch_one(&self.pool).await.doing("asking whether it is there").map(drop)
    }

    /// Closes the connection, so that the write-ahead log is folded into the database file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn set_up(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    // NORMAL survives every kill; a power cut may cost the last commits, which are then done again.
    connection.execute("PRAGMA journal_mode = WAL").await?;
    connection.execute("PRAGMA synchronous = NORMAL").await?;
    connection.execute("PRAGMA foreign_keys = ON").await?;
    Ok(())
}

#[cfg(unix)]
fn private_file(path: &std::path::Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .map_err(|source| StoreError::File { doing: "protect", path: path.to_owned(), source })
}

#[cfg(not(unix))]
fn private_file(_: &std::path::Path) -> Result<(), StoreError> {
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

    #[tokio::test]
    async fn a_newer_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let directory = StateDirectory::open(folder.path()).unwrap();
        let store = Store::open(&directory).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (9999, 'from the future', 1, x'00', 0)";
        store.pool.execute(newer).await.unwrap();
        store.close().await;
        assert!(matches!(Store::open(&directory).await, Err(StoreError::Newer { .. })));
    }
}
