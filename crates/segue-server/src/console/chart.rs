//! Deliveries day by day.

use std::collections::BTreeMap;

use chrono::{Days as After, NaiveDate};

use super::words::Words;
use crate::app::App;
use crate::problem::Problem;
use crate::time::DAY_MS;

/// Days that are shown.
const DAYS: u64 = 30;
/// Runs that are looked at, at the most: with more of them, fewer days are shown.
const RUNS: u32 = 5000;
/// How wide a day is in the picture.
const STEP: u64 = 10;
/// How wide the picture is.
pub(crate) const WIDTH: u64 = DAYS * STEP;
/// How high it is.
const HEIGHT: u64 = 100;

/// What was delivered on one day.
pub(crate) struct Day {
    pub(crate) name: String,
    pub(crate) sent: u64,
    pub(crate) rejected: u64,
    /// Where its bars are.
    pub(crate) x: u64,
    pub(crate) sent_y: u64,
    pub(crate) sent_height: u64,
    pub(crate) rejected_y: u64,
    pub(crate) rejected_height: u64,
}

/// What was delivered on the latest days, the oldest first.
pub(crate) struct Days {
    pub(crate) days: Vec<Day>,
    /// The most on one day.
    pub(crate) most: u64,
    pub(crate) sent: u64,
    pub(crate) rejected: u64,
}

/// The latest days. What ended on a day counts there, as the system's time zone has it.
pub(crate) async fn days(app: &App, w: Words) -> Result<Days, Problem> {
    let now_ms = app.now_ms();
    let today = w.date(now_ms);
    let deliveries = app.store.deliveries(now_ms - i64::try_from(DAYS).unwrap_or(30) * DAY_MS, RUNS).await?;
    let is_cut = deliveries.len() >= RUNS as usize;
    let first = today.checked_sub_days(After::new(DAYS - 1)).unwrap_or(today);
    // A day of which only a part was read would be shown too small.
    let oldest = deliveries.last().filter(|_| is_cut).map(|oldest| w.date(oldest.ended_ms));
    let first = oldest.and_then(|oldest| oldest.checked_add_days(After::new(1))).unwrap_or(first).max(first);
    let mut by_day: BTreeMap<NaiveDate, (u64, u64)> = BTreeMap::new();
    for delivery in &deliveries {
        let of_day = by_day.entry(w.date(delivery.ended_ms)).or_default();
        *of_day = (of_day.0 + delivery.sent, of_day.1 + delivery.rejected);
    }
    let sums: Vec<(NaiveDate, u64, u64)> = first
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| {
            let (sent, rejected) = by_day.get(&day).copied().unwrap_or_default();
            (day, sent, rejected)
        })
        .collect();
    let most = sums.iter().map(|(_, sent, rejected)| sent + rejected).max().unwrap_or_default();
    let height = |number: u64| match number {
        0 => 0,
        number => (number.saturating_mul(HEIGHT) / most.max(1)).max(2),
    };
    let days = sums.iter().enumerate().map(|(index, &(day, sent, rejected))| {
        let (sent_height, rejected_height) = (height(sent), height(rejected));
        let sent_y = HEIGHT.saturating_sub(sent_height);
        Day {
            name: w.day(&day.and_time(chrono::NaiveTime::MIN).and_utc()),
            sent,
            rejected,
            x: index as u64 * STEP,
            sent_y,
            sent_height,
            rejected_y: sent_y.saturating_sub(rejected_height),
            rejected_height,
        }
    });
    Ok(Days {
        days: days.collect(),
        most,
        sent: sums.iter().map(|(_, sent, _)| sent).sum(),
        rejected: sums.iter().map(|(_, _, rejected)| rejected).sum(),
    })
}
