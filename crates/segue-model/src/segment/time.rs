//! Dates and times: what the tests of a definition mean on a given day in a given zone.
//!
//! All windows are half open: from an edge, which is in, until an edge, which is out. Spans count days, and today is one
//! of them: `in_last: 7 days` is today and the six days before it, `in_last: 1 month` on 15 March is from 16 February.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::clock;

use super::{DayOfYear, Operand, Operator, Period, Span, Test, Unit};

pub use super::edge::{Edge, edge, edge_of};

/// A span of time: from the first edge, which is in, until the second, which is out. An absent edge is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment in it.
    pub from: Option<Edge>,
    /// The first moment after it.
    pub until: Option<Edge>,
}

/// When and where a definition is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Now.
    pub now: DateTime<Utc>,
    /// Where days begin.
    pub zone: Tz,
}

impl Context {
    /// The day that it is.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// The first moment of a day. Where clocks are put forward at midnight, that is not 00:00.
    #[must_use]
    pub fn start_of_day(&self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// The moment of a local time: the earlier one where clocks show it twice, the next one where they never show it.
    #[must_use]
    pub fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        clock::instant(self.zone, local)
    }

    /// Days and months that are meant by a day of any year, today.
    #[must_use]
    pub fn days_of_year(&self, day: DayOfYear) -> Vec<(u32, u32)> {
        match day {
            DayOfYear::Fixed { month, day } => vec![(month, day)],
            DayOfYear::Today => {
                let today = self.today();
                let mut days = vec![(today.month(), today.day())];
                if (today.month(), today.day()) == (2, 28) && !today.leap_year() {
                    // Whoever was born on 29 February has a birthday every year.
                    days.push((2, 29));
                }
                days
            }
        }
    }

    /// The window of a test; none if the operator asks for something else.
    ///
    /// The test is of a date or time and was checked.
    #[must_use]
    pub fn window(&self, test: &Test) -> Option<Window> {
        let today = self.today();
        let tomorrow = today.checked_add_days(Days::new(1))?;
        let days = |from: Option<NaiveDate>, until: Option<NaiveDate>| Window {
            from: from.map(Edge::Day),
            until: until.map(Edge::Day),
        };
        Some(match (test.operator, &test.operand) {
            (Operator::InLast | Operator::NotInLast, Operand::Span(span)) => {
                days(back(tomorrow, *span), Some(tomorrow))
            }
            (Operator::InNext, Operand::Span(span)) => days(Some(today), forward(today, *span)),
            (Operator::ToDate, Operand::Period(period)) => {
                days(Some(start_of(*period, today)?), Some(tomorrow))
            }
            (Operator::On, Operand::One(value)) => {
                let edge = edge(value)?;
                Window { from: Some(edge), until: Some(edge.next()?) }
            }
            (Operator::Before, Operand::One(value)) => Window { from: None, until: Some(edge(value)?) },
            (Operator::After, Operand::One(value)) => {
                Window { from: Some(edge(value)?.next()?), until: None }
            }
            (Operator::Between, Operand::Many(values)) => {
                let [first, last] = values.as_slice() else { return None };
                Window { from: Some(edge(first)?), until: Some(edge(last)?.next()?) }
            }
            _ => return None,
        })
    }
}

/// The day that begins a span which ends before `until`; none if that is before the first of all years.
fn back(until: NaiveDate, span: Span) -> Option<NaiveDate> {
    let day = match length(span) {
        Length::Days(days) => until.checked_sub_days(days),
        Length::Months(months) => until.checked_sub_months(months),
    };
    day.filter(|day| day.year() >= 1)
}

/// The day after a span which begins at `from`; none if that is after the last of the years that have four digits.
fn forward(from: NaiveDate, span: Span) -> Option<NaiveDate> {
    let day = match length(span) {
        Length::Days(days) => from.checked_add_days(days),
        Length::Months(months) => from.checked_add_months(months),
    };
    day.filter(|day| day.year() <= 9999)
}

enum Length {
    Days(Days),
    Months(Months),
}

fn length(span: Span) -> Length {
    match span.unit {
        Unit::Days => Length::Days(Days::new(u64::from(span.count))),
        Unit::Weeks => Length::Days(Days::new(7 * u64::from(span.count))),
        Unit::Months => Length::Months(Months::new(span.count)),
        Unit::Years => Length::Months(Months::new(span.count.saturating_mul(12))),
    }
}

fn start_of(period: Period, today: NaiveDate) -> Option<NaiveDate> {
    match period {
        Period::Week => today.checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday()))),
        Period::Month => today.with_day(1),
        Period::Quarter => NaiveDate::from_ymd_opt(today.year(), (today.month0() / 3) * 3 + 1, 1),
        Period::Year => NaiveDate::from_ymd_opt(today.year(), 1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scalar;
    use super::*;

    fn context(now: &str, zone: Tz) -> Context {
        Context { now: now.parse().unwrap(), zone }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn window(context: &Context, operator: Operator, operand: Operand) -> (String, String) {
        let window = context.window(&Test { operator, operand, ignore_case: false }).unwrap();
        let text =
            |edge: Option<Edge>| edge.map_or("-".to_owned(), |edge| edge.local(context).date().to_string());
        (text(window.from), text(window.until))
    }

    #[test]
    fn spans_count_today() {
        let now = context("2026-03-15T12:00:00Z", Tz::UTC);
        let span = |text: &str| Operand::Span(text.parse().unwrap());
        let of = |operator, text: &str| window(&now, operator, span(text));
        let pair = |from: &str, until: &str| (from.to_owned(), until.to_owned());
        assert_eq!(of(Operator::InLast, "1 day"), pair("2026-03-15", "2026-03-16"));
        assert_eq!(of(Operator::InLast, "7 days"), pair("2026-03-09", "2026-03-16"));
        assert_eq!(of(Operator::InLast, "2 weeks"), pair("2026-03-02", "2026-03-16"));
        assert_eq!(of(Operator::InLast, "1 months"), pair("2026-02-16", "2026-03-16"));
        assert_eq!(of(Operator::InNext, "7 days"), pair("2026-03-15", "2026-03-22"));
        assert_eq!(of(Operator::InNext, "1 years"), pair("2026-03-15", "2027-03-15"));
        let leap = context("2024-02-28T12:00:00Z", Tz::UTC);
        assert_eq!(window(&leap, Operator::InLast, span("1 years")), pair("2023-02-28", "2024-02-29"));
        assert_eq!(window(&leap, Operator::InNext, span("2 days")), pair("2024-02-28", "2024-03-01"));
    }

    #[test]
    fn periods_begin_where_people_say() {
        let now = context("2026-05-20T12:00:00Z", Tz::UTC);
        let from = |period| window(&now, Operator::ToDate, Operand::Period(period)).0;
        assert_eq!(from(Period::Week), "2026-05-18");
        assert_eq!(from(Period::Month), "2026-05-01");
        assert_eq!(from(Period::Quarter), "2026-04-01");
        assert_eq!(from(Period::Year), "2026-01-01");
    }

    #[test]
    fn today_is_a_matter_of_the_zone() {
        let late = "2026-01-31T23:30:00Z";
        assert_eq!(context(late, Tz::UTC).today(), day("2026-01-31"));
        assert_eq!(context(late, Tz::Europe__Bucharest).today(), day("2026-02-01"));
        assert_eq!(context(late, Tz::America__Los_Angeles).today(), day("2026-01-31"));
    }

    #[test]
    fn days_begin_when_clocks_say_so() {
        let start =
            |zone, text: &str| context("2026-01-01T00:00:00Z", zone).start_of_day(day(text)).to_rfc3339();
        assert_eq!(start(Tz::Europe__Berlin, "2026-03-29"), "2026-03-28T23:00:00+00:00");
        assert_eq!(start(Tz::Europe__Berlin, "2026-03-30"), "2026-03-29T22:00:00+00:00");
        // Clocks went from 24:00 to 01:00.
        assert_eq!(start(Tz::America__Sao_Paulo, "2018-11-04"), "2018-11-04T03:00:00+00:00");
        // This day did not happen.
        assert_eq!(start(Tz::Pacific__Apia, "2011-12-30"), "2011-12-30T10:00:00+00:00");
        // Midnight came twice; the day begins with the first.
        assert_eq!(start(Tz::America__Havana, "2026-11-01"), "2026-11-01T04:00:00+00:00");
    }

    #[test]
    fn whoever_was_born_on_a_leap_day_has_a_birthday_every_year() {
        let days = |now: &str| context(now, Tz::UTC).days_of_year(DayOfYear::Today);
        assert_eq!(days("2026-02-28T12:00:00Z"), [(2, 28), (2, 29)]);
        assert_eq!(days("2024-02-28T12:00:00Z"), [(2, 28)]);
        assert_eq!(days("2024-02-29T12:00:00Z"), [(2, 29)]);
    }

    #[test]
    fn fixed_edges_are_days_or_moments() {
        let now = context("2026-05-20T12:00:00Z", Tz::Europe__Berlin);
        let one = |text: &str| Operand::One(Scalar::Text(text.to_owned()));
        let test = |operator, operand| Test { operator, operand, ignore_case: false };
        let on = now.window(&test(Operator::On, one("2026-03-29"))).unwrap();
        let hours = (on.until.unwrap().instant(&now) - on.from.unwrap().instant(&now)).num_hours();
        assert_eq!(hours, 23, "the day on which clocks are put forward");
        let before = now.window(&test(Operator::Before, one("2026-05-01T10:00"))).unwrap();
        assert_eq!(before.until.unwrap().instant(&now).to_rfc3339(), "2026-05-01T08:00:00+00:00");
        let after = now.window(&test(Operator::After, one("2026-05-01T10:00:00Z"))).unwrap();
        assert_eq!(after.from.unwrap().instant(&now).to_rfc3339(), "2026-05-01T10:00:00.000001+00:00");
    }

    #[test]
    fn spans_longer_than_time_have_no_edge() {
        let now = context("2026-03-15T12:00:00Z", Tz::UTC);
        let of = |operator, text: &str| window(&now, operator, Operand::Span(text.parse().unwrap()));
        assert_eq!(of(Operator::InLast, "99999 years").0, "-");
        assert_eq!(of(Operator::NotInLast, "99999 months").0, "-");
        assert_eq!(of(Operator::InLast, "99999 days").0, "1752-06-01");
        assert_eq!(of(Operator::InNext, "99999 years").1, "-");
    }
}
