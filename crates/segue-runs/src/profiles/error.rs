//! Why something about a person was not done.

use segue_model::EngineError;
use segue_store::{Hindered, StoreError};

use crate::connections::ConnectionError;
use crate::segments::SegmentError;

/// Why something about a person was not done.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Nothing is known of her: no row, no address.
    #[error(
        "table \"{table}\" has no profile with this key, and no address was given: name the addresses that she had"
    )]
    Nobody {
        /// The table.
        table: String,
    },
    /// A run, a refresh or another erasure is under way.
    #[error("{}", hindered(.0))]
    Hindered(Hindered),
    /// A run that was begun and not finished would send her.
    #[error(
        "a run of export \"{export}\" that has not ended would send this person: run the export again, or remove it"
    )]
    Unfinished {
        /// What people call the export.
        export: String,
    },
    /// An account where she is on a list.
    #[error("the lists of connection \"{connection}\" cannot be changed, and nothing was erased: {source}")]
    Account {
        /// What people call the connection.
        connection: String,
        /// Why not.
        source: ConnectionError,
    },
    /// Tables and segments.
    #[error(transparent)]
    Segments(#[from] SegmentError),
    /// The table engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of ours.
    #[error("a part of segue stopped unexpectedly: please report this")]
    Defect,
}

fn hindered(by: &Hindered) -> &'static str {
    match by {
        Hindered::UnderWay => {
            "a run or a refresh is under way, and may be sending this person: let it end, or cancel it, and ask again"
        }
        Hindered::Erasing => "somebody else is being forgotten: ask again when that is done",
    }
}
