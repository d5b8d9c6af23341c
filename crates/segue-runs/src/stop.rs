//! The wish to stop: raised once by a person or a failure, seen by every task of a delivery.

use std::sync::Arc;

use tokio::sync::watch;

/// Raises the wish to stop.
#[derive(Debug, Clone)]
pub struct StopHandle(Arc<watch::Sender<Wish>>);

/// Sees the wish to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Wish>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    GoOn,
    Stop,
    Leave,
}

impl StopHandle {
    /// A handle and what sees it.
    #[must_use]
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(Wish::GoOn);
        (Self(Arc::new(sender)), Stop(receiver))
    }

    /// Asks everybody to finish what is in flight and to begin nothing new.
    pub fn raise(&self) {
        self.0.send_replace(Wish::Stop);
    }

    /// Asks the same because this process ends: what it was doing is not over, and another one goes on with it.
    pub fn leave(&self) {
        self.0.send_if_modified(|wish| std::mem::replace(wish, Wish::Leave) != Wish::Leave);
    }
}

impl Stop {
    /// Whether it was raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        *self.0.borrow() != Wish::GoOn
    }

    /// Whether another process goes on with what is stopped.
    #[must_use]
    pub fn is_left(&self) -> bool {
        *self.0.borrow() == Wish::Leave
    }

    /// Returns when it is raised; never, if nobody can raise it any more.
    pub async fn raised(&mut self) {
        if self.0.wait_for(|wish| *wish != Wish::GoOn).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
