//! A clock that is held through a year, five minutes by five minutes, against `next_after`.
//!
//! What should run is found without looking a local time up: the clock is watched, and runs what was asked between what
//! it showed at most and what it shows now.

use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{moment, occurrences, recurrence};

const STEP: TimeDelta = TimeDelta::minutes(5);

/// Until when clocks are watched: the first moment of the next year.
fn bounds(zone: Tz, year: i32) -> (DateTime<Utc>, DateTime<Utc>) {
    let start = |year| zone.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap().with_timezone(&Utc);
    (start(year), start(year + 1))
}

fn watched(zone: Tz, year: i32, is_asked: impl Fn(NaiveDateTime) -> bool) -> Vec<DateTime<Utc>> {
    let (mut now, end) = bounds(zone, year);
    let mut shown = now.with_timezone(&zone).naive_local();
    let mut runs = Vec::new();
    while now + STEP < end {
        now += STEP;
        let local = now.with_timezone(&zone).naive_local();
        let mut is_due = false;
        while shown < local {
            shown += STEP;
            is_due |= is_asked(shown);
        }
        if is_due {
            runs.push(now);
        }
    }
    runs
}

/// Compares a year and returns how many occurrences it has.
fn compare(zone: Tz, year: i32, value: Value, is_asked: impl Fn(NaiveDateTime) -> bool) -> usize {
    let mut value = value;
    value["time_zone"] = json!(zone.name());
    let (start, end) = bounds(zone, year);
    let found = occurrences(&recurrence(&value), start, end);
    assert_eq!(found, watched(zone, year, is_asked), "{value} in {year}");
    found.len()
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

/// Every day at 05:00 or so; Sundays and Fridays in the hours at which clocks are changed; and each quarter of an hour.
fn through(zone: Tz, year: i32) -> [usize; 3] {
    let daily = json!({"every": "day", "at": ["00:00", "00:30", "01:30", "02:10", "03:00", "18:00"]});
    let times = [time(0, 0), time(0, 30), time(1, 30), time(2, 10), time(3, 0), time(18, 0)];
    let weekly = json!({"every": "week", "days": ["sunday", "friday"], "at": ["02:30", "00:15"]});
    let quarters = json!({"cron": "*/15 * * * *"});
    [
        compare(zone, year, daily, |local| times.contains(&local.time())),
        compare(zone, year, weekly, |local| {
            matches!(local.weekday(), Weekday::Sun | Weekday::Fri)
                && [time(2, 30), time(0, 15)].contains(&local.time())
        }),
        compare(zone, year, quarters, |local| local.minute() % 15 == 0),
    ]
}

// The first moment of the year is where watching starts, so what was asked for then is not counted.

#[test]
fn schedule_through_a_year_in_utc() {
    assert_eq!(through(Tz::UTC, 2026), [6 * 365 - 1, 2 * 104, 4 * 24 * 365 - 1]);
}

#[test]
fn schedule_through_a_year_in_bucharest() {
    // Of the quarters, 03:00 to 03:45 are skipped and run as 04:00 in March, and run once in October.
    assert_eq!(through(Tz::Europe__Bucharest, 2026), [6 * 365 - 1, 2 * 104, 4 * (24 * 365 - 1) - 1]);
}

#[test]
fn schedule_through_a_year_in_new_york() {
    // 02:00 to 03:00 is left out: 02:10 and 03:00 are one.
    assert_eq!(through(Tz::America__New_York, 2026), [6 * 365 - 2, 2 * 104, 4 * (24 * 365 - 1) - 1]);
}

#[test]
fn schedule_through_a_year_in_sao_paulo() {
    // On 4 November clocks went from 24:00 to 01:00: 00:00 and 00:30 are one.
    assert_eq!(through(Tz::America__Sao_Paulo, 2018), [6 * 365 - 2, 2 * 104, 4 * (24 * 365 - 1) - 1]);
}

#[test]
fn schedule_through_a_year_in_lord_howe() {
    // By half an hour, from 02:00 to 02:30.
    assert_eq!(through(Tz::Australia__Lord_Howe, 2026), [6 * 365 - 1, 2 * 104, 4 * 24 * 365 - 2 - 1]);
}

#[test]
fn schedule_through_a_year_in_samoa() {
    // 30 December, a Friday, is left out and runs as the first moment of the 31st. Clocks were put back at 04:00 on
    // 2 April and forward at 03:00 on 24 September.
    assert_eq!(through(Tz::Pacific__Apia, 2011), [6 * 364 - 1, 2 * 104 - 1, 4 * (24 * 364 - 1) - 1]);
}

#[test]
fn schedule_where_clocks_are_changed_for_the_reader() {
    let runs = |zone: &str, at: &[&str], from: &str, until: &str| {
        let of = recurrence(&json!({"every": "day", "at": at, "time_zone": zone}));
        let all = occurrences(&of, moment(from), moment(until));
        all.iter().map(|run| run.format("%d %H:%M").to_string()).collect::<Vec<_>>().join(", ")
    };
    let bucharest = |at: &[&str], from, until| runs("Europe/Bucharest", at, from, until);
    // 03:00 to 04:00 is left out, and is 01:00 UTC.
    let march = ("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
    assert_eq!(bucharest(&["03:30"], march.0, march.1), "29 01:00, 30 00:30");
    assert_eq!(
        bucharest(&["03:00", "03:30", "04:00"], march.0, march.1),
        "29 01:00, 30 00:00, 30 00:30, 30 01:00"
    );
    // 03:00 to 04:00 comes twice.
    let october = ("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
    assert_eq!(bucharest(&["03:30"], october.0, october.1), "25 00:30, 26 01:30");
    // Between its two comings, it has been.
    assert_eq!(bucharest(&["03:15", "03:30"], "2026-10-25T01:20:00Z", october.1), "26 01:15, 26 01:30");
    // Thursday evening is the last of the 29th; the next evening is the 31st's.
    assert_eq!(
        runs("Pacific/Apia", &["06:00", "18:00"], "2011-12-30T00:00:00Z", "2011-12-31T12:00:00Z"),
        "30 04:00, 30 10:00, 30 16:00, 31 04:00"
    );
}
