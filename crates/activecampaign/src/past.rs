//! What of an account's limits is used up before a client begins, and how those who come after it learn what it has used.

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
