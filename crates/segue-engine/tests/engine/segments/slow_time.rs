//! The part of the slow evaluator that is about days, times and moments.

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use segue_model::segment::{DayOfYear, Operand, Operator, Period, Scalar, Span, Test, Unit};

use super::slow::Value;

/// A point in time as a definition names it.
#[derive(Debug, Clone, Copy)]
enum Point {
    Day(NaiveDate),
    Local(NaiveDateTime),
    Moment(DateTime<Utc>),
}

/// Where a value lies, seen from a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    /// On that day, or at that time.
    On,
    After,
}

/// Whether a positive test of time holds for a value that is there.
pub(super) fn holds(test: &Test, value: &Value, now: DateTime<Utc>, zone: Tz) -> bool {
    let today = now.with_timezone(&zone).date_naive();
    let side = |point: Point| side(value, point, zone);
    let day_side = |day: NaiveDate| side(Point::Day(day));
    let point = |value: &Scalar| read(value.text().unwrap());
    match (test.operator, &test.operand) {
        (Operator::On, Operand::One(value)) => side(point(value)) == Side::On,
        (Operator::Before, Operand::One(value)) => side(point(value)) == Side::Before,
        (Operator::After, Operand::One(value)) => side(point(value)) == Side::After,
        (Operator::Between, Operand::Many(values)) => {
            side(point(&values[0])) != Side::Before && side(point(&values[1])) != Side::After
        }
        (Operator::InLast, Operand::Span(span)) => {
            // All of today is in it.
            let tomorrow = today + Days::new(1);
            let first = moved(tomorrow, *span, false);
            first.is_none_or(|first| day_side(first) != Side::Before) && day_side(today) != Side::After
        }
        (Operator::InNext, Operand::Span(span)) => {
            let end = moved(today, *span, true);
            day_side(today) != Side::Before && end.is_none_or(|end| day_side(end) == Side::Before)
        }
        (Operator::ToDate, Operand::Period(period)) => {
            day_side(beginning(*period, today)) != Side::Before && day_side(today) != Side::After
        }
        (Operator::MonthOf, Operand::Months(months)) => months.contains(&shown(value, zone).month()),
        (Operator::DayOf, Operand::Day(DayOfYear::Fixed { month, day })) => {
            let shown = shown(value, zone);
            (shown.month(), shown.day()) == (*month, *day)
        }
        (Operator::DayOf, Operand::Day(DayOfYear::Today)) => {
            let shown = shown(value, zone);
            let born = (shown.month(), shown.day());
            let is_late = (today.month(), today.day()) == (2, 28) && !today.leap_year() && born == (2, 29);
            born == (today.month(), today.day()) || is_late
        }
        (operator, operand) => panic!("{operator:?} {operand:?} is not asked of times"),
    }
}

fn read(text: &str) -> Point {
    if text.len() == 10 {
        Point::Day(text.parse().unwrap())
    } else if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        Point::Moment(moment.to_utc())
    } else {
        let with_seconds = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
        Point::Local(with_seconds.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")).unwrap())
    }
}

fn side(value: &Value, point: Point, zone: Tz) -> Side {
    let of = |order: std::cmp::Ordering| match order {
        std::cmp::Ordering::Less => Side::Before,
        std::cmp::Ordering::Equal => Side::On,
        std::cmp::Ordering::Greater => Side::After,
    };
    match (value, point) {
        (Value::Day(value), Point::Day(day)) => of(value.cmp(&day)),
        (Value::Local(value), Point::Day(day)) => of(value.date().cmp(&day)),
        (Value::Local(value), Point::Local(time)) => of(value.cmp(&time)),
        // A moment in a definition is converted to be compared with a column of times.
        (Value::Local(value), Point::Moment(moment)) => {
            of(value.cmp(&moment.with_timezone(&zone).naive_local()))
        }
        // A day is from where it begins to where the next one does, however long that is.
        (Value::Moment(value), Point::Day(day)) => {
            if *value < begin(day, zone) {
                Side::Before
            } else if *value < begin(day + Days::new(1), zone) {
                Side::On
            } else {
                Side::After
            }
        }
        (Value::Moment(value), Point::Local(time)) => of(value.cmp(&moment(time, zone))),
        (Value::Moment(value), Point::Moment(moment)) => of(value.cmp(&moment)),
        (value, point) => panic!("{value:?} is not compared with {point:?}"),
    }
}

fn begin(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    moment(day.and_time(NaiveTime::MIN), zone)
}

/// The moment of a local time: the earlier of two; of one that is left out, that to which clocks are put forward.
///
/// Clocks are put forward to a full minute wherever this is asked.
fn moment(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let mut shown = zone.from_local_datetime(&local).earliest();
    let mut minute =
        local.date().and_hms_opt(chrono::Timelike::hour(&local), chrono::Timelike::minute(&local), 0);
    while shown.is_none() {
        minute = Some(minute.unwrap() + TimeDelta::minutes(1));
        shown = zone.from_local_datetime(&minute.unwrap()).earliest();
    }
    shown.unwrap().to_utc()
}

/// The day that clocks and calendars show.
fn shown(value: &Value, zone: Tz) -> NaiveDate {
    match value {
        Value::Day(day) => *day,
        Value::Local(time) => time.date(),
        Value::Moment(moment) => moment.with_timezone(&zone).date_naive(),
        other => panic!("{other:?} has no day"),
    }
}

/// A day moved by a span, ending on the last day of a month where it would end after it; none outside of all years.
fn moved(day: NaiveDate, span: Span, is_forward: bool) -> Option<NaiveDate> {
    let count = span.count;
    let moved = match span.unit {
        Unit::Days | Unit::Weeks => {
            let days = Days::new(u64::from(count) * if span.unit == Unit::Weeks { 7 } else { 1 });
            if is_forward { day.checked_add_days(days) } else { day.checked_sub_days(days) }
        }
        Unit::Months | Unit::Years => {
            let months = Months::new(count * if span.unit == Unit::Years { 12 } else { 1 });
            if is_forward { day.checked_add_months(months) } else { day.checked_sub_months(months) }
        }
    };
    moved.filter(|day| (1..=9999).contains(&day.year()))
}

fn beginning(period: Period, today: NaiveDate) -> NaiveDate {
    let is_first = |day: &NaiveDate| match period {
        Period::Week => day.weekday() == chrono::Weekday::Mon,
        Period::Month => day.day() == 1,
        Period::Quarter => day.day() == 1 && [1, 4, 7, 10].contains(&day.month()),
        Period::Year => day.day() == 1 && day.month() == 1,
    };
    std::iter::successors(Some(today), |day| day.pred_opt()).find(is_first).unwrap()
}
