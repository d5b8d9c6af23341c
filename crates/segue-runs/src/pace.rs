//! How often the provider is asked for results, and how long it may take to have them.

use std::time::Duration;

/// Waits between questions about imports. The limits on requests are the client's own.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// At least between two looks at the backlog.
    pub soonest: Duration,
    /// At most between two looks at the backlog.
    pub latest: Duration,
    /// An import without a result for this long counts as lost and is sent again.
    pub lost_after: Duration,
    /// Imports that may wait for their results at a time.
    pub outstanding: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            soonest: Duration::from_secs(1),
            latest: Duration::from_secs(15),
            lost_after: Duration::from_secs(30 * 60),
            outstanding: 200,
        }
    }
}

impl Pace {
    /// For a simulator whose clock runs `factor` times as fast.
    #[must_use]
    pub fn sped_up(self, factor: f64) -> Self {
        // Below these, waiting costs more than it saves; and a busy machine is not a lost import.
        let faster = |wait: Duration| wait.div_f64(factor).max(Duration::from_millis(5));
        let lost_after = self.lost_after.div_f64(factor).max(Duration::from_secs(10));
        Self { soonest: faster(self.soonest), latest: faster(self.latest), lost_after, ..self }
    }
}
