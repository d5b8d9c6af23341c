//! Why a run did not begin, and why one ended before its end.

use std::path::Path;

use segue_model::{Brake, EngineError};
use segue_store::StoreError;

/// Why a run did not begin. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The person's input is at fault; the text says what and what to do.
    #[error("{0}")]
    Input(String),
    /// A brake.
    #[error(transparent)]
    Brake(#[from] Brake),
    /// The table engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The state directory.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The provider.
    #[error(transparent)]
    Provider(#[from] activecampaign::Error),
    /// The provider takes imports, and does not carry them out.
    #[error(
        "ActiveCampaign takes imports and does not carry them out: one after another broke, and again when it was repeated. \
         Run again when it is well"
    )]
    ImportsBreak,
    /// A person asked for it: while an earlier run was being finished, or before the plan was made.
    #[error("interrupted before anything of this run was sent: run again")]
    Interrupted,
    /// A defect of ours.
    #[error("a part of segue stopped unexpectedly: please report this")]
    Defect,
}

impl RunError {
    /// What happened, with the values that it is about: for whoever asks, and for nothing that is kept.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Engine(error) => error.shown(),
            _ => self.to_string(),
        }
    }

    /// What to do about it where it does not say so itself: to be put behind it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Engine(EngineError::File { source, .. }) | Self::Store(StoreError::File { source, .. })
                if source.kind() == std::io::ErrorKind::StorageFull =>
            {
                ": free some space and run again; nothing delivered is lost"
            }
            Self::Engine(EngineError::File { doing: "read", path, .. }) if is_ledger(path) => {
                ": it is missing or damaged: restore the state directory from a backup, or begin a new ledger with \
                 --export NAME, which sends everybody again"
            }
            _ => "",
        }
    }
}

fn is_ledger(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "ledgers")
}

impl From<Cause> for RunError {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Interrupted | Cause::Left => Self::Interrupted,
            Cause::Provider(error) => Self::Provider(error),
            Cause::Store(error) => Self::Store(error),
            Cause::Engine(error) => Self::Engine(error),
            Cause::ImportsBreak => Self::ImportsBreak,
            Cause::ContactLimit | Cause::Defect => Self::Defect,
        }
    }
}

/// Why a delivery ended before every row had its fate. What was confirmed is settled.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// A person asked for it.
    #[error("interrupted")]
    Interrupted,
    /// This process ends, and another one goes on with the run: it is not settled.
    #[error("interrupted")]
    Left,
    /// The account takes no more contacts.
    #[error("the account's contact limit seems to be reached: whole batches of new contacts were refused")]
    ContactLimit,
    /// The provider takes imports, and does not carry them out.
    #[error(
        "ActiveCampaign takes imports and does not carry them out: one after another broke, and again when it was repeated"
    )]
    ImportsBreak,
    /// The provider, with everything that can be retried retried.
    #[error(transparent)]
    Provider(#[from] activecampaign::Error),
    /// The state directory.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The table engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A defect of ours.
    #[error("a part of segue stopped unexpectedly: please report this")]
    Defect,
}
