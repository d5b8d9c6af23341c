//! What of an account's limits others use: before a client begins, after it, and at the same time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

/// An import that somebody has sent, or was about to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// How long ago.
    pub ago: Duration,
    /// Whether it held a single contact.
    pub is_single: bool,
}

/// Told of every import just before it is sent, and whether it holds a single contact. What it cannot note is not sent, for
/// the reason that it gives, and tried again.
#[derive(Clone)]
pub struct Witness(Arc<dyn Fn(bool) -> BoxFuture<'static, Result<(), String>> + Send + Sync>);

impl Witness {
    /// One that does this.
    #[must_use]
    pub fn new(
        notes: impl Fn(bool) -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(notes))
    }

    pub(crate) async fn note(&self, is_single: bool) -> Result<(), String> {
        (self.0)(is_single).await
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Witness")
    }
}

/// A turn to send one request, from before it is sent. Who has it awaits it when the request was answered, and drops it if
/// nobody waits for the answer any more.
pub type Turn = BoxFuture<'static, ()>;

/// Gives turns to clients of several processes that share a limit. A request that gets none is not sent, for the reason that
/// is given.
#[derive(Clone)]
pub struct Turns(Arc<dyn Fn() -> BoxFuture<'static, Result<Turn, String>> + Send + Sync>);

impl Turns {
    /// Those that this gives.
    #[must_use]
    pub fn new(gives: impl Fn() -> BoxFuture<'static, Result<Turn, String>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(gives))
    }

    pub(crate) async fn next(&self) -> Result<Turn, String> {
        (self.0)().await
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Turns")
    }
}
