//! Exit codes: what a script can tell apart.

use std::process::ExitCode;

use activecampaign::ErrorKind as ProviderError;
use segue_model::{Brake, EngineError};
use segue_runs::segments::SegmentError;
use segue_runs::{Cause, RunError};
use segue_store::StoreError;

/// How the program ends. The numbers are documented and stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    Done = 0,
    /// The disk, the state directory, or a defect.
    Failure = 1,
    WrongInput = 2,
    DoneWithRejections = 3,
    Brake = 4,
    CredentialsRefused = 5,
    ProviderUnavailable = 6,
    /// Resumable.
    Interrupted = 7,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// The table of exit codes for the help.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  the disk, the state directory or the program itself failed
  2  wrong input: an option, the file, the list, a field
  3  done, with rejections
  4  stopped by a brake before anything was sent
  5  ActiveCampaign refused the API key, or a server the token; or their user lacks a permission
  6  ActiveCampaign or a server is not available, or no more contacts are taken; run again to go on
  7  interrupted; run again to go on";

/// Why the program ends without a report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Input(String),
    #[error("{brake}. Nothing was sent. If this is meant, run again with {}", brake.release().option)]
    Brake { brake: Brake },
    #[error("{}{}", .0.shown(), .0.advice())]
    Run(#[source] RunError),
    /// The API has turned it down, or cannot be asked.
    #[error("{words}")]
    Api { code: Code, words: String },
    #[error("{0}")]
    Other(String),
}

impl Failure {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Input(_) => Code::WrongInput,
            Self::Brake { .. } => Code::Brake,
            Self::Run(error) => run_code(error),
            Self::Api { code, .. } => *code,
            Self::Other(_) => Code::Failure,
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Brake(brake) => Self::Brake { brake },
            other => Self::Run(other),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}

impl From<activecampaign::Error> for Failure {
    fn from(error: activecampaign::Error) -> Self {
        Self::Run(error.into())
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Run(error.into())
    }
}

impl From<SegmentError> for Failure {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Input(words) => Self::Input(words),
            SegmentError::Engine(error) => error.into(),
            SegmentError::Store(error) => error.into(),
            SegmentError::Busy => Self::Other(error.to_string()),
            SegmentError::Fields(_)
            | SegmentError::Faults(_)
            | SegmentError::Missing(_)
            | SegmentError::InUse { .. }
            | SegmentError::NeverRefreshed { .. }
            | SegmentError::Fetch { .. }
            | SegmentError::Drift { .. } => Self::Input(error.shown()),
            SegmentError::Defect => Self::Run(RunError::Defect),
        }
    }
}

fn run_code(error: &RunError) -> Code {
    match error {
        RunError::Input(_)
        | RunError::Engine(
            EngineError::Input(_)
            | EngineError::Header { .. }
            | EngineError::Drift { .. }
            | EngineError::DuplicateKeys { .. }
            | EngineError::AmbiguousRows { .. },
        )
        | RunError::Store(
            StoreError::Exists { .. }
            | StoreError::Address { .. }
            | StoreError::Denied { .. }
            | StoreError::MasterKey { .. }
            | StoreError::WrongKey { .. }
            | StoreError::NothingToRotate,
        ) => Code::WrongInput,
        RunError::Brake(_) => Code::Brake,
        RunError::Provider(error) => provider_code(error),
        RunError::ImportsBreak => Code::ProviderUnavailable,
        RunError::Interrupted => Code::Interrupted,
        RunError::Engine(_) | RunError::Store(_) | RunError::Defect => Code::Failure,
    }
}

fn provider_code(error: &activecampaign::Error) -> Code {
    match error.kind() {
        ProviderError::Credentials | ProviderError::Permission { .. } => Code::CredentialsRefused,
        ProviderError::WrongHost | ProviderError::NameNotResolved | ProviderError::ForbiddenAddress => {
            Code::WrongInput
        }
        _ => Code::ProviderUnavailable,
    }
}

/// How a run that was delivered ends the program.
pub(crate) fn of_run(cause: Option<&Cause>, has_rejections: bool) -> Code {
    match cause {
        None if has_rejections => Code::DoneWithRejections,
        None => Code::Done,
        Some(Cause::Interrupted | Cause::Left) => Code::Interrupted,
        Some(Cause::ContactLimit | Cause::ImportsBreak) => Code::ProviderUnavailable,
        Some(Cause::Provider(error)) => provider_code(error),
        Some(Cause::Store(_) | Cause::Engine(_) | Cause::Defect) => Code::Failure,
    }
}
