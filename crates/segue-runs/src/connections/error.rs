//! Why something about a connection was not done.

use segue_model::connection::{ExportUserGone, Trouble};
use segue_store::{ExportName, StoreError};

/// Why something about a connection was not done.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// A part of what was given is wrong.
    #[error("{} {problem}", field.replace('_', " "))]
    Field {
        /// Which: `name`, `host`, `api_key`, `api_key_from`, `sharing`, `agreed` or `export_user`.
        field: &'static str,
        /// What is wrong with it, as it stands after the field's name.
        problem: String,
    },
    /// The account did not answer as it should.
    #[error("{}", .0.words)]
    Trouble(Trouble),
    /// Exports use it.
    #[error("the connection is used by {} exports: detach or remove each of them first", .exports.len())]
    InUse {
        /// Which.
        exports: Vec<ExportName>,
    },
    /// Nobody answers for what is sent.
    #[error(transparent)]
    ExportUser(#[from] ExportUserGone),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ConnectionError {
    pub(super) fn field(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Field { field, problem: problem.into() }
    }
}
