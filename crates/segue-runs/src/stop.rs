//! The wish to stop: raised once by a person or a failure, seen by every task of a delivery.

use std::sync::Arc;

use tokio::sync::watch;

/// Raises the wish to stop.
#[derive(Debug, Clone)]
pub struct StopHandle(Arc<watch::Sender<bool>>);

/// Sees the wish to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl StopHandle {
    /// A handle and what sees it.
    #[must_use]
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(Arc::new(sender)), Stop(receiver))
    }

    /// Asks everybody to finish what is in flight and to begin nothing new.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether it was raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when it is raised; never, if nobody can raise it any more.
    pub async fn raised(&mut self) {
        if self.0.wait_for(|raised| *raised).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
