//! What is due, with a held clock.

use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use segue_model::schedule::{Due, MOST_COUNTED, Recurrence};
use serde_json::json;

use super::{moment, occurrences, recurrence};

fn twice_a_day() -> Recurrence {
    recurrence(&json!({"every": "day", "at": ["06:00", "18:00"], "time_zone": "UTC"}))
}

#[test]
fn schedule_is_due_on_time_and_once() {
    let of = twice_a_day();
    let since = moment("2026-01-05T06:00:00Z");
    let due = |last: Option<&str>, now: &str| of.due(last.map(moment), since, moment(now));
    let evening = Due::OnTime { at: moment("2026-01-05T18:00:00Z") };
    assert_eq!(
        due(None, "2026-01-05T17:59:59Z"),
        Due::Nothing,
        "what came at the moment of switching on is past"
    );
    assert_eq!(due(None, "2026-01-05T18:00:00Z"), evening);
    assert_eq!(due(None, "2026-01-05T18:05:00Z"), evening, "five minutes are on time");
    assert_eq!(
        due(None, "2026-01-05T18:05:00.001Z"),
        Due::CatchUp { missed: 1, since: moment("2026-01-05T18:00:00Z") }
    );
    assert_eq!(due(Some("2026-01-05T18:00:02Z"), "2026-01-05T18:00:03Z"), Due::Nothing);
    // A clock that was put back.
    assert_eq!(due(Some("2026-01-05T18:00:02Z"), "2026-01-05T17:00:00Z"), Due::Nothing);
}

#[test]
fn schedule_catches_up_once_and_says_so() {
    let of = twice_a_day();
    let (last, since) = (moment("2026-01-05T06:00:01Z"), moment("2025-01-01T00:00:00Z"));
    let back = moment("2026-01-08T09:00:00Z");
    let due = of.due(Some(last), since, back);
    assert_eq!(due, Due::CatchUp { missed: 6, since: moment("2026-01-05T18:00:00Z") });
    assert_eq!(
        due.describe(Tz::Europe__Bucharest),
        "Catches up on 6 runs missed since 2026-01-05 20:00, Europe/Bucharest"
    );
    assert_eq!(of.due(Some(back), since, back + TimeDelta::seconds(1)), Due::Nothing, "one is enough");
    // What is on time goes with it, and is not missed.
    let evening = moment("2026-01-08T18:01:00Z");
    let one = of.due(Some(moment("2026-01-08T05:00:00Z")), since, evening);
    assert_eq!(one, Due::CatchUp { missed: 1, since: moment("2026-01-08T06:00:00Z") });
    assert_eq!(one.describe(Tz::UTC), "Catches up on 1 run missed at 2026-01-08 06:00, UTC");
    assert_eq!(of.due(Some(evening), since, evening + TimeDelta::hours(1)), Due::Nothing);
}

#[test]
fn schedule_missed_nothing_before_it_was_switched_on() {
    let of = twice_a_day();
    let last = moment("2025-06-01T06:00:00Z");
    let since = moment("2026-01-05T17:00:00Z");
    assert_eq!(of.due(Some(last), since, moment("2026-01-05T17:30:00Z")), Due::Nothing);
}

#[test]
fn schedule_of_every_minute_is_not_counted_for_ever() {
    let of = recurrence(&json!({"cron": "* * * * *", "time_zone": "Europe/Bucharest"}));
    let since = moment("2020-01-01T00:00:00Z");
    let due = of.due(None, since, moment("2026-01-01T00:00:00Z"));
    assert_eq!(due, Due::CatchUp { missed: MOST_COUNTED, since: moment("2020-01-01T00:01:00Z") });
    assert_eq!(due.describe(Tz::UTC), "Catches up on 1000 or more runs missed since 2020-01-01 00:01, UTC");
}

#[test]
fn schedule_watched_for_a_year_is_never_late_and_never_twice() {
    let of = recurrence(&json!({
        "every": "week", "days": ["sunday", "monday"], "at": ["03:00", "03:30", "04:00"], "time_zone": "Europe/Bucharest",
    }));
    let (start, end) = (moment("2026-01-01T00:00:00Z"), moment("2027-01-01T00:00:00Z"));
    let (mut now, mut last, mut started) = (start, None, Vec::new());
    while now < end {
        match of.due(last, start, now) {
            Due::Nothing => {}
            Due::OnTime { at } => {
                started.push(at);
                last = Some(now);
            }
            late @ Due::CatchUp { .. } => panic!("{late:?} at {now}"),
        }
        now += TimeDelta::minutes(4);
    }
    assert_eq!(started, occurrences(&of, start, end));
    // 52 Sundays and Mondays, and on 29 March all three are one.
    assert_eq!(started.len(), 104 * 3 - 2);
    assert!(last.is_some_and(|last: chrono::DateTime<Utc>| last < end));
}
