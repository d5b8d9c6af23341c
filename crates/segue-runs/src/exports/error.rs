//! Why something about an export was not done.

use segue_model::connection::Trouble;
use segue_model::segment::Fault;
use segue_store::StoreError;

use crate::connections::ConnectionError;

/// Why something about an export was not done.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Parts of what was given are wrong: all of them, each with its place.
    #[error("{}", lines(.0))]
    Faults(Vec<Fault>),
    /// The connection is not shared with the person, or the export has none.
    #[error(
        "contributors change and run exports on connections that are shared with them: ask an administrator to share this \
         one"
    )]
    NotShared,
    /// The person's role does not allow it, whatever is shared.
    #[error("only administrators take the connection from an export: ask one of them")]
    NotAdministrator,
    /// The account did not answer as it should, so that nothing could be checked there.
    #[error("{}", .0.words)]
    Trouble(Trouble),
    /// The connection.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of ours.
    #[error("a part of segue stopped unexpectedly: please report this")]
    Defect,
}

fn lines(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    format!("the export cannot be saved\n  {}", lines.join("\n  "))
}
