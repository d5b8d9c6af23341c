//! Schedules as JSON: read with every mistake told where it is, and written.

use chrono::{NaiveDate, NaiveTime, Weekday};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::recurrence::Pattern;
use super::{ExportSchedule, Recurrence, RefreshSchedule};
use crate::segment::read::{Object, Read, Reader};
use crate::segment::{Fault, Pointer, quoted};

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "monday"),
    (Weekday::Tue, "tuesday"),
    (Weekday::Wed, "wednesday"),
    (Weekday::Thu, "thursday"),
    (Weekday::Fri, "friday"),
    (Weekday::Sat, "saturday"),
    (Weekday::Sun, "sunday"),
];

/// The fields of a cron expression, and what they may hold.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of the week", "0 to 7 (0 and 7 are Sunday) or SUN to SAT"),
];

impl Recurrence {
    /// Reads a recurrence.
    ///
    /// # Errors
    /// All its mistakes, each with its place and what to do.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        read(value, recurrence)
    }
}

impl ExportSchedule {
    /// Reads the schedule of an export.
    ///
    /// # Errors
    /// As [`Recurrence::read`].
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        let words = [
            (Self::FollowsRefresh, "follows_refresh"),
            (Self::WhenSegmentsChange, "when_segments_change"),
            (Self::Off, "off"),
        ];
        read(value, |reader, value, at| word_or(reader, value, at, &words, "own", Self::Own))
    }
}

impl RefreshSchedule {
    /// Reads the schedule of the system refresh.
    ///
    /// # Errors
    /// As [`Recurrence::read`].
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        let words = [(Self::Off, "off")];
        read(value, |reader, value, at| word_or(reader, value, at, &words, "on", Self::On))
    }
}

fn read<T>(
    value: &Value,
    read: impl FnOnce(&mut Reader, &Value, &Pointer) -> Read<T>,
) -> Result<T, Vec<Fault>> {
    let mut reader = Reader::default();
    let read = read(&mut reader, value, &Pointer::default());
    reader.finish(read)
}

/// One of some words, or a recurrence below a key.
fn word_or<T: Clone>(
    reader: &mut Reader,
    value: &Value,
    at: &Pointer,
    words: &[(T, &'static str)],
    key: &str,
    made: impl FnOnce(Recurrence) -> T,
) -> Read<T> {
    if let Some(object) = value.as_object() {
        reader.known(object, &[key], at);
        let below = reader.needed(object, key, at)?;
        return recurrence(reader, below, &at.at(key)).map(made);
    }
    if let Some((meaning, _)) = words.iter().find(|(_, word)| value.as_str() == Some(*word)) {
        return Ok(meaning.clone());
    }
    let known: Vec<String> = words.iter().map(|(_, word)| quoted(word)).collect();
    let words = format!("this is no schedule: write {} or {{\"{key}\": …}} with its times", known.join(", "));
    reader.fail(at, words)
}

fn recurrence(reader: &mut Reader, value: &Value, at: &Pointer) -> Read<Recurrence> {
    let object = reader.object(value, at)?;
    let pattern = match (object.contains_key("cron"), object.contains_key("every")) {
        (true, true) => {
            reader.fail(at, "\"cron\" and \"every\" exclude each other: leave one of them out")
        }
        (false, false) => reader.fail(
            at,
            "it is not told when this runs: write \"every\": \"day\" or \"every\": \"week\" with \"at\", or \"cron\"",
        ),
        (true, false) => {
            reader.known(object, &["cron", "time_zone"], at);
            cron(reader, &object["cron"], &at.at("cron"))
        }
        (false, true) => every(reader, object, at),
    };
    // Times without a zone are a guess, and wrong for half a year wherever clocks are changed.
    let time_zone = match object.get("time_zone") {
        Some(zone) => reader.time_zone(zone, &at.at("time_zone")),
        None => reader.fail(at, "\"time_zone\" is missing: write one like Europe/Berlin, or UTC"),
    };
    Ok(Recurrence { pattern: pattern?, time_zone: time_zone? })
}

fn every(reader: &mut Reader, object: &Object, at: &Pointer) -> Read<Pattern> {
    reader.known(object, &["every", "days", "at", "time_zone"], at);
    let is_weekly = reader.word(&object["every"], &[(false, "day"), (true, "week")], &at.at("every"));
    let days_at = at.at("days");
    let days = match (is_weekly, object.get("days")) {
        (Ok(true), None) => {
            reader.fail(at, "\"days\" is missing: write the days of the week, like [\"monday\"]")
        }
        (Ok(false), Some(_)) => {
            reader.fail(&days_at, "every day needs no days: leave them out, or write \"every\": \"week\"")
        }
        (_, Some(days)) => weekdays(reader, days, &days_at),
        (_, None) => Ok(Vec::new()),
    };
    let times = match object.get("at") {
        Some(times) => self::times(reader, times, &at.at("at")),
        None => reader.fail(at, "\"at\" is missing: write the times of day, like [\"06:00\"]"),
    };
    let (is_weekly, days, at) = (is_weekly?, days?, times?);
    Ok(if is_weekly { Pattern::Weekly { days, at } } else { Pattern::Daily { at } })
}

fn weekdays(reader: &mut Reader, value: &Value, at: &Pointer) -> Read<Vec<Weekday>> {
    if value.as_array().is_some_and(Vec::is_empty) {
        return reader.fail(at, "no day is given: choose at least one");
    }
    let items = reader.list(value, at)?;
    let mut days = reader.each(items, at, |reader, day, at| reader.word(day, &DAYS, at))?;
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    Ok(days)
}

fn times(reader: &mut Reader, value: &Value, at: &Pointer) -> Read<Vec<NaiveTime>> {
    if value.as_array().is_some_and(Vec::is_empty) {
        return reader.fail(at, "no time of day is given: write at least one, like 06:30");
    }
    let items = reader.list(value, at)?;
    let mut times = reader.each(items, at, time)?;
    times.sort_unstable();
    times.dedup();
    Ok(times)
}

fn time(reader: &mut Reader, value: &Value, at: &Pointer) -> Read<NaiveTime> {
    let text = reader.text(value, at)?;
    let time = NaiveTime::parse_from_str(&text, "%H:%M").ok().filter(|time| written(time) == text);
    match time {
        Some(time) => Ok(time),
        None => {
            let words = format!(
                "{} is no time of day: write hours and minutes from 00:00 to 23:59, like 06:30",
                quoted(&text)
            );
            reader.fail(at, words)
        }
    }
}

fn written(time: &NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn cron(reader: &mut Reader, value: &Value, at: &Pointer) -> Read<Pattern> {
    let text = reader.text(value, at)?;
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() || text.contains('@') {
        let words = format!(
            "{} is no cron expression: write five fields, minute, hour, day of the month, month and day of the week, \
             like 0 6 * * 1-5",
            quoted(&text)
        );
        return reader.fail(at, words);
    }
    let wrong = |index: usize| parse(&alone(index, fields[index])).is_none();
    if let Some(index) = (0..FIELDS.len()).find(|index| wrong(*index)) {
        let (name, range) = FIELDS[index];
        let words = format!(
            "the {name} {} is wrong: write {range}; *, lists like 1,5, ranges like 1-5 and steps like */2 may be used",
            quoted(fields[index])
        );
        return reader.fail(at, words);
    }
    let text = fields.join(" ");
    let pattern = parse(&text).map(|cron| Pattern::Cron { text: text.clone(), cron: Box::new(cron) });
    // The calendar of these years holds every day that there can be.
    let first = NaiveDate::from_ymd_opt(2000, 1, 1).map(|day| day.and_time(NaiveTime::MIN));
    match pattern.filter(|pattern| first.and_then(|first| pattern.next(first)).is_some()) {
        Some(pattern) => Ok(pattern),
        None => {
            let words = format!("{} never comes: choose a day that its months have", quoted(&text));
            reader.fail(at, words)
        }
    }
}

/// An expression with nothing but one field in it.
fn alone(index: usize, field: &str) -> String {
    let mut fields = ["*"; FIELDS.len()];
    fields[index] = field;
    fields.join(" ")
}

fn parse(text: &str) -> Option<Cron> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(text).ok()
}

impl Serialize for Recurrence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let times = |at: &[NaiveTime]| at.iter().map(written).collect::<Vec<_>>();
        match &self.pattern {
            Pattern::Daily { at } => {
                map.serialize_entry("every", "day")?;
                map.serialize_entry("at", &times(at))?;
            }
            Pattern::Weekly { days, at } => {
                let names = DAYS.iter().filter(|(day, _)| days.contains(day)).map(|(_, name)| *name);
                map.serialize_entry("every", "week")?;
                map.serialize_entry("days", &names.collect::<Vec<_>>())?;
                map.serialize_entry("at", &times(at))?;
            }
            Pattern::Cron { text, .. } => map.serialize_entry("cron", text)?,
        }
        map.serialize_entry("time_zone", self.time_zone.name())?;
        map.end()
    }
}

/// What serde's errors say: all mistakes in one line.
fn deserialized<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(&Value) -> Result<T, Vec<Fault>>,
) -> Result<T, D::Error> {
    read(&Value::deserialize(deserializer)?).map_err(|faults| {
        de::Error::custom(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })
}

impl<'de> Deserialize<'de> for Recurrence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialized(deserializer, Self::read)
    }
}

impl<'de> Deserialize<'de> for ExportSchedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialized(deserializer, Self::read)
    }
}

impl<'de> Deserialize<'de> for RefreshSchedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialized(deserializer, Self::read)
    }
}
