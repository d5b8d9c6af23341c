//! What holds for every recurrence in every zone.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;
use segue_model::clock::instant;
use segue_model::schedule::{ExportSchedule, Recurrence, RefreshSchedule};
use serde_json::{Value, json};

use super::{occurrences, recurrence};

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn zone() -> impl Strategy<Value = Tz> {
    proptest::sample::select(&TZ_VARIANTS[..])
}

/// From 1950 on: before, clocks of some places were changed by seconds.
fn instant_in_time() -> impl Strategy<Value = DateTime<Utc>> {
    (-631_152_000_i64..2_524_608_000).prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

fn times() -> impl Strategy<Value = BTreeSet<(u32, u32)>> {
    proptest::collection::btree_set((0_u32..24, 0_u32..60), 1..6)
}

fn written(times: &BTreeSet<(u32, u32)>) -> Vec<String> {
    times.iter().map(|(hour, minute)| format!("{hour:02}:{minute:02}")).collect()
}

prop_compose! {
    /// Days (by number from Monday), times and a zone, as they were chosen and as they are written.
    fn weekly()(
        days in proptest::collection::btree_set(0_usize..7, 1..8),
        times in times(),
        zone in zone(),
    ) -> (BTreeSet<usize>, BTreeSet<(u32, u32)>, Tz, Value) {
        let names: Vec<&str> = days.iter().map(|day| DAYS[*day]).collect();
        let value =
            json!({"every": "week", "days": names, "at": written(&times), "time_zone": zone.name()});
        (days, times, zone, value)
    }
}

fn any() -> impl Strategy<Value = Value> {
    let cron = proptest::sample::select(
        &["0 6 * * 1-5", "*/20 3 * * *", "30 2 L * *", "0 0 29 2 *", "15 1-3 1,15 * MON#1", "5 4 31 */2 *"][..],
    );
    prop_oneof![
        weekly().prop_map(|(.., value)| value),
        (times(), zone()).prop_map(
            |(times, zone)| json!({"every": "day", "at": written(&times), "time_zone": zone.name()})
        ),
        (cron, zone()).prop_map(|(cron, zone)| json!({"cron": cron, "time_zone": zone.name()})),
    ]
}

proptest! {
    #[test]
    fn schedule_of_every_week_is_exactly_what_was_asked(
        (days, times, zone, value) in weekly(),
        from in instant_in_time(),
    ) {
        let until = from + TimeDelta::days(20);
        let found = occurrences(&recurrence(&value), from, until);
        let around = (from - TimeDelta::days(4)).date_naive().iter_days().take(30);
        let chosen = around.filter(|day| days.contains(&(day.weekday().num_days_from_monday() as usize)));
        let asked = chosen.flat_map(|day| {
            times.iter().map(move |(hour, minute)| day.and_time(NaiveTime::from_hms_opt(*hour, *minute, 0).unwrap()))
        });
        // A set: what falls together is one.
        let expected: BTreeSet<_> =
            asked.map(|local| instant(zone, local)).filter(|run| *run > from && *run < until).collect();
        prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn schedule_goes_on_and_never_back(value in any(), from in instant_in_time(), within in 0_i64..3_000_000) {
        let of = recurrence(&value);
        let next = of.next_after(from).unwrap();
        prop_assert!(next > from);
        // From anywhere between, the same comes next.
        let between = (from + TimeDelta::seconds(within)).min(next - TimeDelta::nanoseconds(1));
        prop_assert_eq!(of.next_after(between), Some(next));
        prop_assert!(of.next_after(next).unwrap() > next);
    }

    #[test]
    fn schedule_is_written_as_it_was_read(value in any()) {
        let read = recurrence(&value);
        let text = serde_json::to_string(&read).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &value);
        prop_assert_eq!(&serde_json::from_str::<Recurrence>(&text).unwrap(), &read);
        let export = ExportSchedule::Own(read.clone());
        let text = serde_json::to_string(&export).unwrap();
        prop_assert_eq!(serde_json::from_str::<ExportSchedule>(&text).unwrap(), export);
        let refresh = RefreshSchedule::On(read);
        let text = serde_json::to_string(&refresh).unwrap();
        prop_assert_eq!(serde_json::from_str::<RefreshSchedule>(&text).unwrap(), refresh);
    }

    #[test]
    fn schedule_of_any_text_is_read_or_refused(
        text in "[0-9*/,LW#+?@A-Z -]{1,20}|\\PC{0,30}|([0-9*/,L#+-]{1,4} ){4}[0-9*/,L#+-]{1,4}",
    ) {
        let cron = json!({"cron": text, "time_zone": "Europe/Bucharest"});
        if let Ok(of) = Recurrence::read(&cron) {
            prop_assert!(of.next_after(DateTime::UNIX_EPOCH).is_some(), "{}", cron);
        }
        if let Ok(of) = Recurrence::read(&json!({"every": "day", "at": [text], "time_zone": "UTC"})) {
            let next = of.next_after(DateTime::UNIX_EPOCH).unwrap();
            prop_assert_eq!(next.format("%H:%M").to_string(), text);
        }
    }
}

#[test]
fn schedule_days_are_those_of_the_calendar() {
    for (number, name) in DAYS.iter().enumerate() {
        let of = recurrence(&json!({"every": "week", "days": [name], "at": ["12:00"], "time_zone": "UTC"}));
        let weekday = of.next_after(DateTime::UNIX_EPOCH).unwrap().weekday();
        assert_eq!(weekday, Weekday::try_from(u8::try_from(number).unwrap()).unwrap());
    }
}

#[test]
fn schedule_ends_with_the_years_that_have_four_digits() {
    let daily = recurrence(&json!({"every": "day", "at": ["12:00"], "time_zone": "Pacific/Apia"}));
    let minutes = recurrence(&json!({"cron": "* * * * *", "time_zone": "Pacific/Apia"}));
    for extreme in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert_eq!((daily.next_after(extreme), minutes.next_after(extreme)), (None, None));
    }
}
