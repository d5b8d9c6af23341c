//! How many questions of people are answered at a time: each may take a core and a lot of memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::SegmentError;

/// The most questions at a time, however many cores there are.
const MOST: usize = 4;
/// How long a question waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets so many questions through at a time.
pub(super) struct Gate(Arc<Semaphore>);

/// The turn of a question: the next one comes when it is dropped.
#[derive(Clone)]
pub(super) struct Turn {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Gate {
    /// One question for each core.
    pub(super) fn new(cores: usize) -> Self {
        Self(Arc::new(Semaphore::new(cores.clamp(1, MOST))))
    }

    /// A turn.
    ///
    /// # Errors
    /// [`SegmentError::Busy`] if none comes in time.
    pub(super) async fn enter(&self) -> Result<Turn, SegmentError> {
        let entered = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
        let permit = entered.map_err(|_| SegmentError::Busy)?.map_err(|_| SegmentError::Defect)?;
        Ok(Turn { _permit: Arc::new(permit) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_does_not_get_a_turn_in_time_is_told_so() {
        let gate = Gate::new(2);
        let (_one, _other) = (gate.enter().await.unwrap(), gate.enter().await.unwrap());
        assert!(matches!(gate.enter().await, Err(SegmentError::Busy)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_lasts_as_long_as_the_work_that_was_begun_in_it() {
        let gate = Gate::new(1);
        let turn = gate.enter().await.unwrap();
        let work = turn.clone();
        drop(turn);
        assert!(matches!(gate.enter().await, Err(SegmentError::Busy)));
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE / 2).await;
            drop(work);
        });
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn many_cores_answer_four_at_a_time() {
        let gate = Gate::new(64);
        let mut turns = Vec::new();
        while let Ok(turn) = gate.enter().await {
            turns.push(turn);
        }
        assert_eq!(turns.len(), MOST);
    }
}
