//! Schedules in words, for people.

use chrono::{DateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::recurrence::Pattern;
use super::{Due, ExportSchedule, MOST_COUNTED, Recurrence, RefreshSchedule};

/// More times than these a day are counted and not named.
const MOST_NAMED: usize = 4;

impl Recurrence {
    /// In words: `Mondays and Thursdays at 06:00 and 18:00, Europe/Bucharest`.
    #[must_use]
    pub fn describe(&self) -> String {
        let zone = self.time_zone;
        match &self.pattern {
            Pattern::Daily { at } => format!("Every day {}, {zone}", times(at)),
            Pattern::Weekly { days, at } => format!("{} {}, {zone}", weekdays(days), times(at)),
            Pattern::Cron { text, .. } => format!("By cron {text}, {zone}"),
        }
    }
}

impl ExportSchedule {
    /// In words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::FollowsRefresh => "With every system refresh".to_owned(),
            Self::Own(recurrence) => recurrence.describe(),
            Self::WhenSegmentsChange => "When its segments change".to_owned(),
            Self::Off => "Off".to_owned(),
        }
    }
}

impl RefreshSchedule {
    /// In words.
    #[must_use]
    pub fn describe(&self) -> String {
        self.recurrence().map_or_else(|| "Off".to_owned(), Recurrence::describe)
    }
}

impl Due {
    /// In words, with times as a zone shows them: what a catch-up says of itself.
    #[must_use]
    pub fn describe(&self, zone: Tz) -> String {
        let shown = |moment: &DateTime<Utc>| moment.with_timezone(&zone).format("%Y-%m-%d %H:%M");
        match self {
            Self::Nothing => "Nothing is due".to_owned(),
            Self::OnTime { at } => format!("Due at {}, {zone}", shown(at)),
            Self::CatchUp { missed: 1, since } => {
                format!("Catches up on 1 run missed at {}, {zone}", shown(since))
            }
            Self::CatchUp { missed, since } => {
                let or_more = if *missed == MOST_COUNTED { " or more" } else { "" };
                format!("Catches up on {missed}{or_more} runs missed since {}, {zone}", shown(since))
            }
        }
    }
}

fn times(at: &[NaiveTime]) -> String {
    let text = |time: &NaiveTime| time.format("%H:%M").to_string();
    match at {
        [first, .., last] if at.len() > MOST_NAMED => {
            format!("{} times from {} to {}", at.len(), text(first), text(last))
        }
        _ => format!("at {}", list(&at.iter().map(text).collect::<Vec<_>>())),
    }
}

fn weekdays(days: &[Weekday]) -> String {
    let names: Vec<String> = days.iter().map(|day| format!("{}s", name(*day))).collect();
    let follow = days.windows(2).all(|pair| matches!(pair, [day, next] if day.succ() == *next));
    match names.as_slice() {
        _ if days.len() == 7 => "Every day".to_owned(),
        [first, _, .., last] if days.len() > 2 && follow => format!("{first} to {last}"),
        names => list(names),
    }
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
