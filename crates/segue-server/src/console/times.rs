//! Times that come again: in forms, and in words.

use chrono::{DateTime, Utc};
use segue_model::schedule::{ExportSchedule, Recurrence, RefreshSchedule};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::form::Form;
use super::words::Words;
use crate::time::written;

/// Fields for times of day that a form shows at the least.
const SLOTS: usize = 4;

/// The days of a week, as in schedules.
pub(crate) const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A recurrence as it is written, or being typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Times {
    /// `day`, `week`, or `cron`.
    every: String,
    days: Vec<String>,
    at: Vec<String>,
    pub(crate) cron: String,
    pub(crate) time_zone: String,
}

impl Times {
    /// What a form begins with.
    pub(crate) fn usual(zone: &str) -> Self {
        let at = vec!["06:00".to_owned()];
        Self { every: "day".to_owned(), at, time_zone: zone.to_owned(), ..Self::default() }
    }

    /// Those of a recurrence.
    pub(crate) fn saved(recurrence: &Recurrence) -> Self {
        let value = serde_json::to_value(recurrence).unwrap_or_default();
        let mut times: Self = serde_json::from_value(value).unwrap_or_default();
        if !times.cron.is_empty() {
            "cron".clone_into(&mut times.every);
        }
        times
    }

    /// What somebody has typed.
    pub(crate) fn typed(form: &Form) -> Self {
        let all = |name| form.all(name).map(str::to_owned).collect();
        Self {
            every: form.given("every").unwrap_or("day").to_owned(),
            days: all("day"),
            at: all("at"),
            cron: form.text("cron").to_owned(),
            time_zone: form.text("time_zone").to_owned(),
        }
    }

    /// The document of them.
    pub(crate) fn document(&self) -> Value {
        let mut document = Map::new();
        document.insert("time_zone".to_owned(), json!(self.time_zone));
        if self.is_every("cron") {
            document.insert("cron".to_owned(), json!(self.cron));
            return Value::Object(document);
        }
        document.insert("every".to_owned(), json!(self.every));
        document.insert("at".to_owned(), json!(self.at));
        if self.is_every("week") {
            document.insert("days".to_owned(), json!(self.days));
        }
        Value::Object(document)
    }

    pub(crate) fn is_every(&self, every: &str) -> bool {
        self.every == every
    }

    pub(crate) fn is_on(&self, day: &str) -> bool {
        self.days.iter().any(|chosen| chosen == day)
    }

    /// What the fields for times hold; there is always one left.
    pub(crate) fn slots(&self) -> Vec<&str> {
        let mut slots: Vec<&str> = self.at.iter().map(String::as_str).collect();
        slots.resize(SLOTS.max(slots.len() + 1), "");
        slots
    }

    /// In words.
    pub(crate) fn told(&self, w: Words) -> String {
        let (zone, times) = (&self.time_zone, self.at.join(", "));
        match self.every.as_str() {
            "cron" => w.say("schedule-told-cron").with("cron", &self.cron).with("zone", zone).to_string(),
            "week" => {
                let days = DAYS.iter().filter(|day| self.is_on(day));
                let days: Vec<String> = days.map(|day| w.word("schedule-each", day).to_string()).collect();
                let told = w.say("schedule-told-week").with("days", days.join(", "));
                told.with("times", times).with("zone", zone).to_string()
            }
            _ => w.say("schedule-told-day").with("times", times).with("zone", zone).to_string(),
        }
    }
}

/// Every zone that times may be in.
pub(crate) fn zones() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
}

/// Whether this schedule is the chosen one.
pub(crate) fn is(chosen: &str, schedule: &str) -> bool {
    chosen == schedule
}

/// What a form says of the schedule of an export: a word, and times.
pub(crate) fn typed_schedule(schedule: &ExportSchedule, zone: &str) -> (&'static str, Times) {
    let word = match schedule {
        ExportSchedule::FollowsRefresh => "follows_refresh",
        ExportSchedule::WhenSegmentsChange => "when_segments_change",
        ExportSchedule::Off => "off",
        ExportSchedule::Own(recurrence) => return ("own", Times::saved(recurrence)),
    };
    (word, Times::usual(zone))
}

/// The schedule of an export as the API takes it.
pub(crate) fn schedule_document(word: &str, times: &Times) -> Value {
    if word == "own" { json!({"own": times.document()}) } else { json!(word) }
}

/// The schedule of an export in words.
pub(crate) fn export_schedule(w: Words, schedule: &ExportSchedule) -> String {
    match schedule {
        ExportSchedule::FollowsRefresh => w.say("schedule-follows-refresh").to_string(),
        ExportSchedule::Own(recurrence) => Times::saved(recurrence).told(w),
        ExportSchedule::WhenSegmentsChange => w.say("schedule-when-segments-change").to_string(),
        ExportSchedule::Off => w.say("schedule-never").to_string(),
    }
}

/// The schedule of the system in words.
pub(crate) fn refresh_schedule(w: Words, schedule: &RefreshSchedule) -> String {
    match schedule.recurrence() {
        Some(recurrence) => Times::saved(recurrence).told(w),
        None => w.say("schedule-never").to_string(),
    }
}

/// The next moments of a recurrence.
pub(crate) fn coming(recurrence: Option<&Recurrence>, now_ms: i64, most: usize) -> Vec<String> {
    let Some(recurrence) = recurrence else { return Vec::new() };
    let now = DateTime::<Utc>::from_timestamp_millis(now_ms).unwrap_or_default();
    let coming = std::iter::successors(recurrence.next_after(now), |last| recurrence.next_after(*last));
    coming.take(most).map(|moment| written(moment.timestamp_millis())).collect()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use segue_model::person::Language;

    use super::*;

    #[test]
    fn what_is_saved_is_shown_and_typed_again() {
        for (document, typed, told) in [
            (
                json!({"every": "day", "at": ["06:00", "18:00"], "time_zone": "UTC"}),
                "every=day&at=06%3A00&at=18%3A00&at=&at=&cron=&time_zone=UTC",
                "în fiecare zi la 06:00, 18:00 (UTC)",
            ),
            (
                json!({"every": "week", "days": ["monday", "friday"], "at": ["06:30"], "time_zone": "Europe/Bucharest"}),
                "every=week&day=monday&day=friday&at=06%3A30&at=&at=&at=&cron=&time_zone=Europe%2FBucharest",
                "săptămânal lunea, vinerea la 06:30 (Europe/Bucharest)",
            ),
            (
                json!({"cron": "0 6 * * 1-5", "time_zone": "UTC"}),
                "every=cron&at=&at=&at=&at=&cron=0+6+*+*+1-5&time_zone=UTC",
                "după expresia cron 0 6 * * 1-5 (UTC)",
            ),
        ] {
            let recurrence = Recurrence::read(&document).unwrap();
            let times = Times::saved(&recurrence);
            assert_eq!(times.told(Words::new(Language::Ro, Tz::UTC)), told);
            assert_eq!(times.document(), document);
            assert_eq!(Times::typed(&Form::of(typed.as_bytes())).document(), document);
        }
    }
}
