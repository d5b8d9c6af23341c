//! Points in time as they are written.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::Scalar;
use super::time::Context;

/// The finest that times are told apart.
const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

/// A point in time as written: a day, a time of the definition's zone, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The beginning of a day.
    Day(NaiveDate),
    /// A local time.
    Local(NaiveDateTime),
    /// A moment.
    Instant(DateTime<Utc>),
    /// The first microsecond behind a local time. Its moment is behind the one of that time, also where clocks change.
    Behind(NaiveDateTime),
}

impl Edge {
    /// The edge behind it: the next day, or the next microsecond.
    pub(super) fn next(self) -> Option<Self> {
        Some(match self {
            Self::Day(day) => Self::Day(day.checked_add_days(Days::new(1))?),
            Self::Local(time) => Self::Behind(time),
            Self::Instant(time) => Self::Instant(time.checked_add_signed(MICROSECOND)?),
            Self::Behind(_) => return None,
        })
    }

    /// The local time of the edge.
    #[must_use]
    pub fn local(self, context: &Context) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Local(time) => time,
            Self::Instant(time) => time.with_timezone(&context.zone).naive_local(),
            Self::Behind(time) => time + MICROSECOND,
        }
    }

    /// The moment of the edge.
    #[must_use]
    pub fn instant(self, context: &Context) -> DateTime<Utc> {
        match self {
            Self::Day(day) => context.start_of_day(day),
            Self::Local(time) => context.instant(time),
            Self::Instant(time) => time,
            Self::Behind(time) => context.instant(time) + MICROSECOND,
        }
    }
}

/// The edge that a value names: `2026-01-31`, `2026-01-31T18:30`, `2026-01-31T18:30:00+01:00`.
#[must_use]
pub fn edge(value: &Scalar) -> Option<Edge> {
    edge_of(value.text()?)
}

/// The edge that a text names. Years have four digits; what is finer than a microsecond is cut off.
#[must_use]
pub fn edge_of(text: &str) -> Option<Edge> {
    let mut rest = Rest(text.trim().as_bytes());
    let year = i32::try_from(rest.digits(4)?).ok().filter(|year| *year > 0)?;
    rest.byte(b"-")?;
    let month = rest.digits(2)?;
    rest.byte(b"-")?;
    let day = NaiveDate::from_ymd_opt(year, month, rest.digits(2)?)?;
    if rest.is_done() {
        return Some(Edge::Day(day));
    }
    rest.byte(b"Tt ")?;
    let time = day.and_time(NaiveTime::MIN).checked_add_signed(rest.time_of_day()?)?;
    let (time, edge) = if rest.is_done() {
        (time, Edge::Local(time))
    } else {
        let moment = time.checked_sub_signed(rest.offset()?)?;
        (moment, Edge::Instant(moment.and_utc()))
    };
    // An offset can carry the first and last hours out of the years that have four digits.
    (rest.is_done() && (1..=9999).contains(&time.year())).then_some(edge)
}

/// What of a text is not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte, if it is one of these.
    fn byte(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        allowed.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// A number of exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits
            .iter()
            .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    }

    /// `18:30`, `18:30:59`, `18:30:59.999999`.
    fn time_of_day(&mut self) -> Option<TimeDelta> {
        let hours = self.digits(2).filter(|hours| *hours < 24)?;
        self.byte(b":")?;
        let minutes = self.digits(2).filter(|minutes| *minutes < 60)?;
        let mut time = TimeDelta::minutes(i64::from(hours * 60 + minutes));
        if self.byte(b":").is_some() {
            // A leap second is the next minute's first, as clocks count.
            time += TimeDelta::seconds(i64::from(self.digits(2).filter(|seconds| *seconds <= 60)?));
            if self.byte(b".,").is_some() {
                time += TimeDelta::microseconds(self.micros()?);
            }
        }
        Some(time)
    }

    fn micros(&mut self) -> Option<i64> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length).filter(|_| length > 0)?;
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
        Some(padded.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0')))
    }

    /// `Z`, `+01:00`, `+0100`, `+01`.
    fn offset(&mut self) -> Option<TimeDelta> {
        if self.byte(b"Zz").is_some() {
            return Some(TimeDelta::zero());
        }
        let sign = if self.byte(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.digits(2).filter(|hours| *hours < 24)?;
        let has_colon = self.byte(b":").is_some();
        let minutes =
            if self.is_done() && !has_colon { 0 } else { self.digits(2).filter(|minutes| *minutes < 60)? };
        Some(TimeDelta::minutes(sign * i64::from(hours * 60 + minutes)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        match edge_of(text) {
            None => "none".to_owned(),
            Some(Edge::Day(day)) => day.to_string(),
            Some(Edge::Local(time)) => time.to_string(),
            Some(Edge::Instant(time)) => time.to_rfc3339(),
            Some(Edge::Behind(_)) => unreachable!("nobody writes that"),
        }
    }

    #[test]
    fn days_times_and_moments_are_read() {
        assert_eq!(shown("2026-01-31"), "2026-01-31");
        assert_eq!(shown(" 2024-02-29 "), "2024-02-29");
        assert_eq!(shown("2026-01-31T18:30"), "2026-01-31 18:30:00");
        assert_eq!(shown("2026-01-31 18:30:01.5"), "2026-01-31 18:30:01.500");
        assert_eq!(shown("2026-01-31T18:30:01.123456789"), "2026-01-31 18:30:01.123456");
        assert_eq!(shown("2026-01-31T18:30:00+01:00"), "2026-01-31T17:30:00+00:00");
        assert_eq!(shown("2026-01-31 18:30-0330"), "2026-01-31T22:00:00+00:00");
        assert_eq!(shown("2026-01-31 18:30:00+00"), "2026-01-31T18:30:00+00:00");
        assert_eq!(shown("2026-01-31t18:30:00z"), "2026-01-31T18:30:00+00:00");
        assert_eq!(shown("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00+00:00");
    }

    #[test]
    fn nothing_else_is_read() {
        let bad = [
            "",
            "soon",
            "2026",
            "2026-1-5",
            "26-01-05",
            "2026-02-30",
            "2026-13-01",
            "0000-01-01",
            "+2026-01-01",
            "12026-01-01",
            "2026-01-31T",
            "2026-01-31T24:00",
            "2026-01-31T10",
            "2026-01-31T10:60",
            "2026-01-31T10:00:61",
            "2026-01-31T10:00:00.",
            "2026-01-31T10:00+",
            "2026-01-31T10:00+1",
            "2026-01-31T10:00+01:",
            "2026-01-31 10:00 CET",
            "2026-01-31Z",
            "31.01.2026",
            "01/31/2026",
            "2026-01-3１",
            "0001-01-01T00:00+01:00",
            "9999-12-31T23:00-02:00",
            "9999-12-31T23:59:60",
        ];
        for text in bad {
            assert_eq!(shown(text), "none", "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}|[-+0-9:T. Zé]{0,40}") {
            let _ = edge_of(&text);
        }

        #[test]
        fn what_the_standard_writes_is_read(micros in -60_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let moment = DateTime::<Utc>::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(edge_of(&moment.to_rfc3339()), Some(Edge::Instant(moment)));
            let local = moment.naive_utc();
            prop_assert_eq!(edge_of(&local.to_string()), Some(Edge::Local(local)));
            prop_assert_eq!(edge_of(&local.date().to_string()), Some(Edge::Day(local.date())));
        }
    }
}
