//! DataFusion's errors as ours: what the user's data is to blame for, what memory is, and the rest.

use std::sync::Arc;

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use segue_model::EngineError;

/// Names what was being done when the engine failed.
pub(super) trait Failed<T> {
    fn failed(self, doing: &'static str) -> Result<T, EngineError>;
}

impl<T> Failed<T> for Result<T, DataFusionError> {
    fn failed(self, doing: &'static str) -> Result<T, EngineError> {
        self.map_err(|error| explain(error, doing))
    }
}

fn explain(error: DataFusionError, doing: &'static str) -> EngineError {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => EngineError::OutOfMemory,
        // What the engine says would quote the number.
        DataFusionError::ArrowError(inner, _) if is_too_large(inner) => EngineError::Input(
            "a number is too large to be added up: sums and averages take up to 28 digits before the point"
                .to_owned(),
        ),
        _ => match own(error) {
            Ok(own) => own,
            Err(error) => EngineError::Internal { doing, source: Box::new(error) },
        },
    }
}

/// Only numbers that are added up are converted to decimals of ours.
fn is_too_large(error: &ArrowError) -> bool {
    let words = error.to_string();
    words.contains("Overflowing on") || words.contains("too large to store in a Decimal128")
}

/// What the user's input is to blame for, of an error that others hold as well.
fn input(error: &DataFusionError) -> Option<String> {
    let DataFusionError::External(inner) = error.find_root() else { return None };
    match inner.downcast_ref() {
        Some(EngineError::Input(words)) => Some(words.clone()),
        _ => None,
    }
}

/// An error of ours that travelled through the engine.
fn own(error: DataFusionError) -> Result<EngineError, DataFusionError> {
    match error {
        DataFusionError::External(inner) => {
            inner.downcast::<EngineError>().map(|own| *own).map_err(DataFusionError::External)
        }
        DataFusionError::Context(words, inner) => {
            own(*inner).map_err(|error| DataFusionError::Context(words, Box::new(error)))
        }
        // What several operators wait for fails for all of them.
        DataFusionError::Shared(shared) => match Arc::try_unwrap(shared) {
            Ok(error) => own(error),
            Err(shared) => match input(&shared) {
                Some(words) => Ok(EngineError::Input(words)),
                None => Err(DataFusionError::Shared(shared)),
            },
        },
        DataFusionError::ArrowError(inner, trace) => match *inner {
            datafusion::arrow::error::ArrowError::ExternalError(inner) => {
                inner.downcast::<EngineError>().map(|own| *own).map_err(DataFusionError::External)
            }
            other => Err(DataFusionError::ArrowError(Box::new(other), trace)),
        },
        other => Err(other),
    }
}
