//! What can go wrong with state directory and database, in words for the person who runs Segue.

use std::path::PathBuf;

/// What the store could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the directory.
    #[error(
        "another segue process is using {path}: wait for it to end, or choose another directory with --state"
    )]
    Locked {
        /// The state directory.
        path: PathBuf,
    },
    /// The database was written by a newer version.
    #[error("{place} was written by a newer version of Segue: install that version or a later one")]
    Newer {
        /// The state directory, or "the metadata database".
        place: String,
    },
    /// The address of a Postgres database cannot be used. It is not repeated, since it may hold a password.
    #[error("the database's address {problem}: give it as in postgres://user@host:5432/segue")]
    Address {
        /// What is wrong with it, as it stands after "the address".
        problem: &'static str,
    },
    /// The database cannot be reached, or no longer. The next call tries again.
    #[error(
        "there is no connection to the database ({doing}): see that it runs and can be reached, then try again; \
         what was not complete was not done"
    )]
    Unreachable {
        /// What was being done.
        doing: &'static str,
        /// The driver's own error. It names no values.
        #[source]
        source: sqlx::Error,
    },
    /// Something of this name is there already.
    #[error("there is a {what} named \"{name}\" already: choose another name")]
    Exists {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Nothing of this kind has this id.
    #[error("there is no such {what}: it may have been removed")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// Somebody else changed it since it was read.
    #[error("the {what} was changed by somebody else in the meantime: read it again and repeat the change")]
    Stale {
        /// What.
        what: &'static str,
    },
    /// Nobody would be left who may give rights.
    #[error("this is the last enabled administrator: make somebody else administrator first")]
    LastAdministrator,
    /// A one-time link was used, has expired, or never was one.
    #[error("the link was used already or has expired: ask for a new one")]
    SpentLink,
    /// Something cannot be removed while something else refers to it.
    #[error("the {what} is in use: remove what uses it first")]
    InUse {
        /// What.
        what: &'static str,
    },
    /// What should be a master key is none. It is not repeated.
    #[error("the master key in {place} {problem}: make one with \"openssl rand -base64 32\"")]
    MasterKey {
        /// Where it stands: a variable or a file.
        place: String,
        /// What is wrong with it, as it stands after its place.
        problem: &'static str,
    },
    /// Secrets are sealed with a master key that this process does not have.
    #[error(
        "what is sealed here is sealed with master key {id}, which is not in use: start with that key, or start again if it was \
         changed meanwhile; if it is lost, run segue keys rotate --lost, and give the connections their API keys again"
    )]
    WrongKey {
        /// What tells the key apart; not secret.
        id: String,
    },
    /// People were forgotten, and the key that tells who is not there or is another one.
    #[error(
        "the key that tells who was forgotten is not in {path}: restore that file from a backup; until then nothing is \
         refreshed or exported, because those people could not be left out"
    )]
    ForgottenKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// A new master key was to be put in force, but only the old one was given.
    #[error(
        "there is one master key only: put the new one in front of it, with a comma between, and try again"
    )]
    NothingToRotate,
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers, without which no secret is safe")]
    NoRandomness,
    /// A secret is not where it is said to be, or may not be there.
    #[error("{reference} {problem}")]
    Reference {
        /// `env:NAME` or `file:/path`.
        reference: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A file or folder cannot be made, read or removed.
    #[error("cannot {doing} {path}: {source}")]
    File {
        /// What was being done, as a verb.
        doing: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The disk is full.
    #[error(
        "the disk that holds the state directory is full: free some space and run again; nothing delivered is lost"
    )]
    Full,
    /// The database server knows us not, or not enough. No name is repeated.
    #[error("the database server turns us down while {doing}: {problem}")]
    Denied {
        /// What was being done.
        doing: &'static str,
        /// Why, and what to do.
        problem: &'static str,
        /// The driver's own error.
        #[source]
        source: sqlx::Error,
    },
    /// The database failed otherwise.
    #[error("the state database failed while {doing}: {}", words(source))]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The database's own error. It names files and columns, never values.
        #[source]
        source: sqlx::Error,
    },
    /// The database's file is no database any more.
    #[error(
        "the state database is damaged: restore the state directory from a backup, or begin with a new one"
    )]
    Damaged {
        /// The driver's own error. It names no values.
        #[source]
        source: sqlx::Error,
    },
    /// A row holds what this version cannot read.
    #[error(
        "the state database holds an unreadable {what}: restore the directory from a backup, or start with a new one"
    )]
    Corrupt {
        /// Which kind of value.
        what: &'static str,
    },
}

/// Names what was being done when the database failed.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| failed(doing, source))
    }
}

pub(crate) fn failed(doing: &'static str, source: sqlx::Error) -> StoreError {
    if is_unreachable(&source) {
        return StoreError::Unreachable { doing, source };
    }
    if let Some(problem) = denial(&source) {
        return StoreError::Denied { doing, problem, source };
    }
    if is_damaged(&source) {
        return StoreError::Damaged { source };
    }
    if is_full(&source) { StoreError::Full } else { StoreError::Database { doing, source } }
}

/// Whether a statement broke a UNIQUE or PRIMARY KEY constraint.
pub(crate) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// Why a statement that names id and version changed nothing, by whether there is something of this id.
pub(crate) fn missing_or_stale(is_there: bool, what: &'static str) -> StoreError {
    if is_there { StoreError::Stale { what } } else { StoreError::Missing { what } }
}

/// Whether a statement would have left rows that refer to nothing.
pub(crate) fn is_used(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}

// SQLITE_FULL, of which under `Any` only the text tells, and Postgres's disk_full.
fn is_full(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    error.message().contains("disk is full") || error.code().is_some_and(|code| code == "53100")
}

// SQLITE_CORRUPT and SQLITE_NOTADB, of which under `Any` only the text tells.
fn is_damaged(error: &sqlx::Error) -> bool {
    let words = ["disk image is malformed", "file is not a database"];
    error.as_database_error().is_some_and(|error| words.iter().any(|words| error.message().contains(words)))
}

// Postgres's classes 28 and 3D, and its lack of privileges.
fn denial(error: &sqlx::Error) -> Option<&'static str> {
    match error.as_database_error()?.code()?.as_ref() {
        "28000" | "28P01" => Some(
            "user or password is wrong, or its pg_hba.conf lets nobody in from here: check the address and the password",
        ),
        "3D000" => Some("it has no such database: make it, with createdb, or correct the address"),
        "42501" => Some("the user lacks a right: make it the owner of the database"),
        _ => None,
    }
}

// The socket, no free connection in time, or Postgres's class 08 and what it says when it is stopped, starting or full.
fn is_unreachable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            (code.len() == 5 && code.starts_with("08"))
                || ["57P01", "57P02", "57P03", "53300"].contains(&code.as_ref())
        }),
        _ => false,
    }
}

fn words(source: &sqlx::Error) -> String {
    source.as_database_error().map_or_else(|| source.to_string(), |error| error.message().to_owned())
}
