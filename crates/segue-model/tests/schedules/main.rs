//! Schedules: read, in words, and run with a held clock through years in which clocks change.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod due;
mod laws;
mod reading;
mod year;

use chrono::{DateTime, Utc};
use segue_model::schedule::Recurrence;
use serde_json::Value;

/// A recurrence that must be right.
fn recurrence(value: &Value) -> Recurrence {
    Recurrence::read(value).unwrap_or_else(|faults| panic!("{faults:?} in {value}"))
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Every occurrence after one moment and before another.
fn occurrences(of: &Recurrence, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let all = std::iter::successors(of.next_after(after), |moment| of.next_after(*moment));
    all.take_while(|moment| *moment < until).collect()
}
