//! What is written, what it says, and what is told of mistakes.

use insta::assert_snapshot;
use segue_model::schedule::{ExportSchedule, Recurrence, RefreshSchedule};
use segue_model::segment::Fault;
use serde_json::{Value, json};

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn words(value: Value) -> String {
    match Recurrence::read(&value) {
        Ok(recurrence) => recurrence.describe(),
        Err(faults) => lines(&faults),
    }
}

fn export(value: Value) -> String {
    match ExportSchedule::read(&value) {
        Ok(schedule) => schedule.describe(),
        Err(faults) => lines(&faults),
    }
}

fn refresh(value: Value) -> String {
    match RefreshSchedule::read(&value) {
        Ok(schedule) => schedule.describe(),
        Err(faults) => lines(&faults),
    }
}

#[test]
fn schedule_in_words() {
    let week = |days: Value, at: Value| {
        words(json!({"every": "week", "days": days, "at": at, "time_zone": "Europe/Bucharest"}))
    };
    let day = |at: Value| words(json!({"every": "day", "at": at, "time_zone": "UTC"}));
    assert_snapshot!(week(json!(["thursday", "monday"]), json!(["18:00", "06:00"])), @"Mondays and Thursdays at 06:00 and 18:00, Europe/Bucharest");
    assert_snapshot!(week(json!(["monday", "tuesday", "friday"]), json!(["06:00"])), @"Mondays, Tuesdays and Fridays at 06:00, Europe/Bucharest");
    assert_snapshot!(week(json!(["monday", "tuesday", "wednesday", "thursday", "friday"]), json!(["06:00"])), @"Mondays to Fridays at 06:00, Europe/Bucharest");
    assert_snapshot!(week(json!(["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]), json!(["06:00"])), @"Every day at 06:00, Europe/Bucharest");
    assert_snapshot!(day(json!(["12:00", "06:00", "06:00", "18:30"])), @"Every day at 06:00, 12:00 and 18:30, UTC");
    assert_snapshot!(day(json!(["00:00", "01:00", "02:00", "03:00", "23:59"])), @"Every day 5 times from 00:00 to 23:59, UTC");
    assert_snapshot!(words(json!({"cron": " 0  6 * * MON-fri", "time_zone": "America/New_York"})), @"By cron 0 6 * * MON-fri, America/New_York");
}

#[test]
fn schedule_of_exports_and_of_the_refresh() {
    let own = json!({"every": "day", "at": ["06:00"], "time_zone": "UTC"});
    assert_eq!(ExportSchedule::default(), ExportSchedule::FollowsRefresh);
    assert_eq!(RefreshSchedule::default(), RefreshSchedule::Off);
    assert_snapshot!(export(json!("follows_refresh")), @"With every system refresh");
    assert_snapshot!(export(json!("when_segments_change")), @"When its segments change");
    assert_snapshot!(export(json!("off")), @"Off");
    assert_snapshot!(export(json!({"own": own})), @"Every day at 06:00, UTC");
    assert_snapshot!(refresh(json!("off")), @"Off");
    assert_snapshot!(refresh(json!({"on": own})), @"Every day at 06:00, UTC");
    for (word, is_active) in [("follows_refresh", true), ("when_segments_change", true), ("off", false)] {
        let read: ExportSchedule = serde_json::from_value(json!(word)).unwrap();
        assert_eq!((read.is_active(), read.recurrence()), (is_active, None));
        assert_eq!(serde_json::to_value(&read).unwrap(), json!(word));
    }
    let read: ExportSchedule = serde_json::from_value(json!({"own": own})).unwrap();
    assert!(read.is_active() && read.recurrence().is_some());
    assert_eq!(serde_json::to_value(RefreshSchedule::Off).unwrap(), json!("off"));
}

#[test]
fn schedule_mistakes_are_told_with_their_place() {
    assert_snapshot!(words(json!("daily")), @"/: a text stands where names and values are needed");
    assert_snapshot!(words(json!({})), @r#"
    /: it is not told when this runs: write "every": "day" or "every": "week" with "at", or "cron"
    /: "time_zone" is missing: write one like Europe/Berlin, or UTC
    "#);
    assert_snapshot!(words(json!({"every": "month", "at": ["06:00"], "time_zone": "UTC"})), @r#"/every: "month" has no meaning here; there is: day, week"#);
    assert_snapshot!(words(json!({"every": "week", "at": [], "time_zone": "Europe/Bukarest"})), @r#"
    /: "days" is missing: write the days of the week, like ["monday"]
    /at: no time of day is given: write at least one, like 06:30
    /time_zone: "Europe/Bukarest" is no time zone; did you mean "Europe/Bucharest"?
    "#);
    assert_snapshot!(words(json!({"every": "week", "days": [], "at": ["06:00"], "time_zone": "UTC"})), @"/days: no day is given: choose at least one");
    assert_snapshot!(words(json!({"every": "week", "days": ["mon", 3], "at": ["6:00", "24:00", "06:00:00", 6], "time_zone": "UTC", "tz": "UTC"})), @r#"
    /tz: "tz" has no meaning here; there is: every, days, at, time_zone
    /days/0: "mon" has no meaning here; there is: monday, tuesday, wednesday, thursday, friday, saturday, sunday
    /days/1: 3 stands where a text is needed: put it in quotes
    /at/0: "6:00" is no time of day: write hours and minutes from 00:00 to 23:59, like 06:30
    /at/1: "24:00" is no time of day: write hours and minutes from 00:00 to 23:59, like 06:30
    /at/2: "06:00:00" is no time of day: write hours and minutes from 00:00 to 23:59, like 06:30
    /at/3: 6 stands where a text is needed: put it in quotes
    "#);
    assert_snapshot!(words(json!({"every": "day", "days": ["monday"]})), @r#"
    /days: every day needs no days: leave them out, or write "every": "week"
    /: "at" is missing: write the times of day, like ["06:00"]
    /: "time_zone" is missing: write one like Europe/Berlin, or UTC
    "#);
    assert_snapshot!(words(json!({"every": "day", "cron": "0 6 * * *", "time_zone": "UTC"})), @r#"/: "cron" and "every" exclude each other: leave one of them out"#);
    assert_snapshot!(export(json!("follow")), @r#"/: this is no schedule: write "follows_refresh", "when_segments_change", "off" or {"own": …} with its times"#);
    assert_snapshot!(export(json!({"own": {"every": "day", "at": "06:00", "time_zone": "UTC"}})), @"/own/at: a text stands where a list is needed");
    assert_snapshot!(export(json!({"on": {}})), @r#"
    /on: "on" has no meaning here; did you mean "own"?
    /: "own" is missing
    "#);
    assert_snapshot!(refresh(json!(true)), @r#"/: this is no schedule: write "off" or {"on": …} with its times"#);
    let error = serde_json::from_value::<RefreshSchedule>(json!({"on": {"every": "day"}})).unwrap_err();
    assert_snapshot!(error, @r#"/on: "at" is missing: write the times of day, like ["06:00"]; /on: "time_zone" is missing: write one like Europe/Berlin, or UTC"#);
}

#[test]
fn schedule_by_a_wrong_cron_expression_is_refused() {
    let cron = |text: &str| words(json!({"cron": text, "time_zone": "UTC"}));
    assert_snapshot!(cron("0 6 * *"), @r#"/cron: "0 6 * *" is no cron expression: write five fields, minute, hour, day of the month, month and day of the week, like 0 6 * * 1-5"#);
    assert_snapshot!(cron("0 0 6 * * 1"), @r#"/cron: "0 0 6 * * 1" is no cron expression: write five fields, minute, hour, day of the month, month and day of the week, like 0 6 * * 1-5"#);
    assert_snapshot!(cron("@daily"), @r#"/cron: "@daily" is no cron expression: write five fields, minute, hour, day of the month, month and day of the week, like 0 6 * * 1-5"#);
    assert_snapshot!(cron("60 6 * * *"), @r#"/cron: the minute "60" is wrong: write 0 to 59; *, lists like 1,5, ranges like 1-5 and steps like */2 may be used"#);
    assert_snapshot!(cron("0 6-25 * * *"), @r#"/cron: the hour "6-25" is wrong: write 0 to 23; *, lists like 1,5, ranges like 1-5 and steps like */2 may be used"#);
    assert_snapshot!(cron("0 6 0 * *"), @r#"/cron: the day of the month "0" is wrong: write 1 to 31, or L for the last; *, lists like 1,5, ranges like 1-5 and steps like */2 may be used"#);
    assert_snapshot!(cron("0 6 * 13 *"), @r#"/cron: the month "13" is wrong: write 1 to 12 or JAN to DEC; *, lists like 1,5, ranges like 1-5 and steps like */2 may be used"#);
    assert_snapshot!(cron("0 6 * * MONDAY"), @r#"/cron: the day of the week "MONDAY" is wrong: write 0 to 7 (0 and 7 are Sunday) or SUN to SAT; *, lists like 1,5, ranges like 1-5 and steps like */2 may be used"#);
    assert_snapshot!(cron("0 6 31 2,4 *"), @r#"/cron: "0 6 31 2,4 *" never comes: choose a day that its months have"#);
}
