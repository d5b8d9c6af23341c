//! How many members a segment had, as a line.

use std::fmt::Write;

use crate::routes::segments::view::HistoryView;

/// How wide and high the picture is.
pub(crate) const WIDTH: u64 = 600;
pub(crate) const HEIGHT: u64 = 120;

/// The line of all refreshes that succeeded, the oldest first.
pub(super) struct Trend {
    pub(super) line: String,
    /// The surface below it.
    pub(super) area: String,
    pub(super) least: u64,
    pub(super) most: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) from: String,
    pub(super) to: String,
}

impl Trend {
    /// Nothing if there is no way from one point to another. Refreshes come with the newest first.
    pub(super) fn of(history: &[HistoryView]) -> Option<Self> {
        let counts = history.iter().rev().filter_map(|refresh| Some((&refresh.at, refresh.members?)));
        let counts: Vec<(&String, u64)> = counts.collect();
        let ((from, first), (to, last)) = (counts.first()?, counts.last()?);
        let steps = u64::try_from(counts.len()).ok()?.checked_sub(1).filter(|steps| *steps > 0)?;
        let most = counts.iter().map(|(_, members)| *members).max()?;
        let least = counts.iter().map(|(_, members)| *members).min()?;
        // From nothing, so that small changes look small.
        let y = |members: u64| HEIGHT - members.saturating_mul(HEIGHT) / most.max(1);
        let mut line = String::new();
        for (step, (_, members)) in (0..).zip(&counts) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{},{} ", WIDTH * step / steps, y(*members));
        }
        let area = format!("0,{HEIGHT} {line}{WIDTH},{HEIGHT}");
        let (from, to) = ((*from).clone(), (*to).clone());
        Some(Self { line, area, least, most, first: *first, last: *last, from, to })
    }
}
