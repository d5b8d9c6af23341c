//! Short ways to this crate's errors.

use std::path::Path;

use segue_model::EngineError;

pub(crate) fn input<T>(text: String) -> Result<T, EngineError> {
    Err(EngineError::Input(text))
}

pub(crate) fn internal(
    doing: &'static str,
) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> EngineError {
    move |source| EngineError::Internal { doing, source }
}

/// Says which of our own files failed.
pub(crate) trait OnFile<T> {
    fn on(self, doing: &'static str, path: &Path) -> Result<T, EngineError>;
}

impl<T> OnFile<T> for std::io::Result<T> {
    fn on(self, doing: &'static str, path: &Path) -> Result<T, EngineError> {
        self.map_err(|source| EngineError::File { doing, path: path.to_owned(), source })
    }
}
