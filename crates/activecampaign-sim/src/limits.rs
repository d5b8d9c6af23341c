//! The account's limits, and what was really asked of it.

use std::collections::VecDeque;

use crate::{Limits, WindowKind};

const SECOND: f64 = 1_000.0;
const MINUTE: f64 = 60_000.0;

/// One limit: how many requests in how many milliseconds.
#[derive(Debug)]
struct Window {
    requests: usize,
    per: f64,
    arrivals: VecDeque<f64>,
    peak: usize,
    refused: u64,
}

impl Window {
    fn new(requests: usize, per: f64) -> Self {
        Self { requests, per, arrivals: VecDeque::new(), peak: 0, refused: 0 }
    }

    /// Counts an arrival; whether it is within the limit.
    fn arrive(&mut self, now: f64, kind: WindowKind) -> bool {
        while self.arrivals.front().is_some_and(|&first| first <= now - self.per) {
            self.arrivals.pop_front();
        }
        let fixed_from = (now / self.per).floor() * self.per;
        let counted = match kind {
            WindowKind::Sliding => self.arrivals.len(),
            WindowKind::Fixed => self.arrivals.iter().filter(|&&at| at >= fixed_from).count(),
        };
        self.arrivals.push_back(now);
        // The peak is over any span, whatever the limit itself is counted by.
        self.peak = self.peak.max(self.arrivals.len());
        let is_within = counted < self.requests;
        self.refused += u64::from(!is_within);
        is_within
    }
}

/// All limits of the account.
#[derive(Debug)]
pub(crate) struct Meter {
    general: Window,
    bulk: Window,
    bulk_single: Window,
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            general: Window::new(limits.general, SECOND),
            bulk: Window::new(limits.bulk, MINUTE),
            bulk_single: Window::new(limits.bulk_single, MINUTE),
        }
    }

    pub(crate) fn request(&mut self, now: f64, kind: WindowKind) -> bool {
        self.general.arrive(now, kind)
    }

    /// Whether an import of that many contacts is within the limits, and the limit that it is held to.
    pub(crate) fn import(&mut self, now: f64, contacts: usize, kind: WindowKind) -> Result<(), usize> {
        if contacts == 1 && !self.bulk_single.arrive(now, kind) {
            return Err(self.bulk_single.requests);
        }
        if self.bulk.arrive(now, kind) { Ok(()) } else { Err(self.bulk.requests) }
    }

    pub(crate) fn general_limit(&self) -> usize {
        self.general.requests
    }

    pub(crate) fn report(&self) -> serde_json::Value {
        let of = |window: &Window| serde_json::json!({"limit": window.requests, "peak": window.peak, "refused": window.refused});
        serde_json::json!({"general": of(&self.general), "bulk": of(&self.bulk), "bulk_single": of(&self.bulk_single)})
    }

    pub(crate) fn forget(&mut self) {
        for window in [&mut self.general, &mut self.bulk, &mut self.bulk_single] {
            (window.peak, window.refused) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_windows_forget_at_their_edge_and_sliding_ones_do_not() {
        for (kind, expected) in [(WindowKind::Fixed, true), (WindowKind::Sliding, false)] {
            let mut window = Window::new(2, SECOND);
            assert!(window.arrive(900.0, kind) && window.arrive(950.0, kind));
            assert!(!window.arrive(960.0, kind));
            assert_eq!(window.arrive(1_010.0, kind), expected);
            assert_eq!(window.peak, 4);
        }
    }
}
