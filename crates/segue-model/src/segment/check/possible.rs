//! Whether some value passes several tests. Where that is not certain, it is taken to be so.

use std::borrow::Cow;
use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};

use super::super::number::Decimal;
use super::super::time::{self, Edge};
use super::super::{DayOfYear, Kind, Operand, Operator, Scalar, Test};

/// Whether some count passes all tests. A count is never negative, and never empty.
pub(super) fn count(tests: &[&Test]) -> bool {
    let is_empty = |test: &&Test| test.operator == Operator::IsEmpty && test.operand == Operand::Flag(true);
    !tests.iter().any(is_empty) && number(tests, Some(0))
}

/// Whether some value of a kind, or an empty one, passes all tests.
pub(super) fn value(tests: &[&Test], kind: Kind) -> bool {
    let wants_empty =
        |test: &&Test| test.operator == Operator::IsEmpty && test.operand == Operand::Flag(true);
    let wants_value = |test: &&Test| !wants_empty(test) && !test.operator.is_negative();
    if !tests.iter().any(wants_value) {
        // What denies something holds for empty values, too.
        return true;
    }
    if tests.iter().any(wants_empty) {
        return false;
    }
    match kind {
        Kind::Number => number(tests, None),
        Kind::Date | Kind::LocalTime | Kind::Instant => day(tests),
        Kind::Boolean => {
            [true, false].into_iter().any(|flag| tests.iter().all(|test| flag_passes(test, flag)))
        }
        Kind::Text => text(tests),
        Kind::TextList => list(tests),
        Kind::Other => true,
    }
}

fn flag_passes(test: &Test, value: bool) -> bool {
    match (test.operator, &test.operand) {
        (Operator::Is, Operand::One(Scalar::Flag(flag))) => *flag == value,
        (Operator::IsNot, Operand::One(Scalar::Flag(flag))) => *flag != value,
        _ => true,
    }
}

/// A bound: at a value, or a hair's breadth above or below it. A mean can lie between any two decimals.
type Bound = (i128, i8);

const ABOVE: i8 = 1;
const BELOW: i8 = -1;

#[derive(Default)]
struct Bounds {
    least: Option<Bound>,
    most: Option<Bound>,
}

impl Bounds {
    fn at_least(&mut self, bound: Bound) {
        self.least = Some(self.least.map_or(bound, |least| least.max(bound)));
    }

    fn at_most(&mut self, bound: Bound) {
        self.most = Some(self.most.map_or(bound, |most| most.min(bound)));
    }

    fn are_crossed(&self) -> bool {
        self.least.zip(self.most).is_some_and(|(least, most)| least > most)
    }

    /// The only value that is left, if it is one.
    fn only(&self) -> Option<i128> {
        self.least
            .filter(|least| self.most == Some(*least))
            .filter(|(_, side)| *side == 0)
            .map(|(value, _)| value)
    }

    fn hold(&self, value: i128) -> bool {
        self.least.is_none_or(|least| least <= (value, 0)) && self.most.is_none_or(|most| (value, 0) <= most)
    }
}

fn number(tests: &[&Test], floor: Option<i128>) -> bool {
    let units = |value: &Scalar| value.number().ok().map(|Decimal(units)| units);
    let mut bounds = Bounds { least: floor.map(|floor| (floor, 0)), most: None };
    let mut allowed: Option<HashSet<i128>> = None;
    let mut denied: HashSet<i128> = HashSet::new();
    for test in tests {
        let values: Option<Vec<i128>> = match &test.operand {
            Operand::One(value) => units(value).map(|value| vec![value]),
            Operand::Many(values) => values.iter().map(units).collect(),
            _ => continue,
        };
        // What is no number was told as a mistake.
        let Some(values) = values else { continue };
        let (Some(&first), Some(&last)) = (values.first(), values.last()) else { continue };
        match test.operator {
            Operator::Is | Operator::OneOf => narrow(&mut allowed, values.into_iter().collect()),
            Operator::IsNot | Operator::NoneOf => denied.extend(values),
            Operator::AtLeast => bounds.at_least((first, 0)),
            Operator::AtMost => bounds.at_most((first, 0)),
            Operator::MoreThan => bounds.at_least((first, ABOVE)),
            Operator::LessThan => bounds.at_most((first, BELOW)),
            Operator::Between => {
                bounds.at_least((first, 0));
                bounds.at_most((last, 0));
            }
            _ => {}
        }
    }
    match allowed {
        Some(allowed) => allowed.iter().any(|value| bounds.hold(*value) && !denied.contains(value)),
        None => !bounds.are_crossed() && bounds.only().is_none_or(|value| !denied.contains(&value)),
    }
}

fn narrow<T: Eq + std::hash::Hash>(allowed: &mut Option<HashSet<T>>, values: HashSet<T>) {
    match allowed {
        None => *allowed = Some(values),
        Some(allowed) => allowed.retain(|value| values.contains(value)),
    }
}

/// Days only: whether moments exclude each other depends on the zone, and what is relative to today on the day.
fn day(tests: &[&Test]) -> bool {
    let mut bounds = Bounds::default();
    let mut months: Option<HashSet<u32>> = None;
    let mut day_of: Option<HashSet<(u32, u32)>> = None;
    for test in tests {
        match &test.operand {
            Operand::Months(wanted) => narrow(&mut months, wanted.iter().copied().collect()),
            Operand::Day(DayOfYear::Fixed { month, day }) => {
                narrow(&mut day_of, HashSet::from([(*month, *day)]))
            }
            Operand::One(value) => bounds.days(test.operator, value, value),
            Operand::Many(values) => {
                if let [first, last] = values.as_slice() {
                    bounds.days(test.operator, first, last);
                }
            }
            _ => {}
        }
    }
    let fits = |month: u32, day: u32| {
        months.as_ref().is_none_or(|months| months.contains(&month))
            && day_of.as_ref().is_none_or(|days| days.contains(&(month, day)))
    };
    let only =
        bounds.only().and_then(|day| i32::try_from(day).ok()).and_then(NaiveDate::from_num_days_from_ce_opt);
    match (only, &day_of, &months) {
        _ if bounds.are_crossed() => false,
        (Some(day), ..) => fits(day.month(), day.day()),
        (None, Some(days), _) => days.iter().any(|(month, day)| fits(*month, *day)),
        (None, None, Some(months)) => !months.is_empty(),
        (None, None, None) => true,
    }
}

impl Bounds {
    /// Narrows them to what a test of days leaves, counted in days.
    fn days(&mut self, operator: Operator, first: &Scalar, last: &Scalar) {
        let number = |value: &Scalar| match time::edge(value) {
            Some(Edge::Day(day)) => Some(i128::from(day.num_days_from_ce())),
            _ => None,
        };
        let (first, last) = (number(first), number(last));
        let (least, most) = match operator {
            Operator::On | Operator::Between => (first, last),
            Operator::Before => (None, first.map(|day| day - 1)),
            Operator::After => (first.map(|day| day + 1), None),
            _ => return,
        };
        least.into_iter().for_each(|day| self.at_least((day, 0)));
        most.into_iter().for_each(|day| self.at_most((day, 0)));
    }
}

fn texts(operand: &Operand) -> Vec<&str> {
    match operand {
        Operand::One(value) => value.text().into_iter().collect(),
        Operand::Many(values) => values.iter().filter_map(Scalar::text).collect(),
        _ => Vec::new(),
    }
}

fn text(tests: &[&Test]) -> bool {
    // What a text must hold where case is ignored is left open: how a letter is folded can depend on its neighbours.
    let (folding, exact): (Vec<&Test>, Vec<&Test>) = tests.iter().partition(|test| test.ignore_case);
    if let Some(allowed) = allowed(&exact) {
        return some_passes(&allowed, tests);
    }
    match allowed(&folding) {
        Some(allowed) => some_passes(&allowed, &folding),
        None => parts_fit(&exact),
    }
}

/// The texts that tests for equality leave.
fn allowed<'t>(tests: &[&'t Test]) -> Option<HashSet<Cow<'t, str>>> {
    let mut allowed = None;
    for test in tests.iter().filter(|test| matches!(test.operator, Operator::Is | Operator::OneOf)) {
        narrow(&mut allowed, Prepared::new(test).values);
    }
    allowed
}

fn some_passes(values: &HashSet<Cow<str>>, tests: &[&Test]) -> bool {
    let tests: Vec<Prepared> = tests.iter().map(|test| Prepared::new(test)).collect();
    values.iter().any(|value| tests.iter().all(|test| test.passes(value)))
}

/// Whether one text can begin, end with and hold all that it must, and nothing that it must not.
fn parts_fit(tests: &[&Test]) -> bool {
    // Of more than these, nothing is said.
    const PARTS: usize = 500;
    let parts = |wanted: &[Operator]| -> Vec<&str> {
        let tests = tests.iter().filter(|test| wanted.contains(&test.operator));
        tests.flat_map(|test| texts(&test.operand)).take(PARTS).collect()
    };
    let begin = parts(&[Operator::StartsWith]);
    let end = parts(&[Operator::EndsWith]);
    let held = parts(&[Operator::StartsWith, Operator::EndsWith, Operator::Contains]);
    let denied = parts(&[Operator::DoesNotContain]);
    let longest = |parts: &[&'_ str]| {
        parts.iter().max_by_key(|part| part.len()).map_or(String::new(), ToString::to_string)
    };
    let (first, last) = (longest(&begin), longest(&end));
    begin.iter().all(|part| first.starts_with(part))
        && end.iter().all(|part| last.ends_with(part))
        && !held.iter().any(|part| denied.iter().any(|denied| part.contains(denied)))
}

/// A test of texts that can be asked of many of them.
struct Prepared<'a> {
    operator: Operator,
    ignore_case: bool,
    values: HashSet<Cow<'a, str>>,
}

impl<'a> Prepared<'a> {
    fn new(test: &'a Test) -> Self {
        let fold = |value: &'a str| {
            if test.ignore_case { Cow::Owned(value.to_lowercase()) } else { Cow::Borrowed(value) }
        };
        Self {
            operator: test.operator,
            ignore_case: test.ignore_case,
            values: texts(&test.operand).into_iter().map(fold).collect(),
        }
    }

    fn passes(&self, value: &str) -> bool {
        let folded: Cow<str> =
            if self.ignore_case { Cow::Owned(value.to_lowercase()) } else { Cow::Borrowed(value) };
        let value = folded.as_ref();
        let mut parts = self.values.iter().map(AsRef::as_ref);
        match self.operator {
            Operator::Is | Operator::OneOf => self.values.contains(value),
            Operator::IsNot | Operator::NoneOf => !self.values.contains(value),
            Operator::Contains => parts.all(|part: &str| value.contains(part)),
            Operator::DoesNotContain => !parts.any(|part: &str| value.contains(part)),
            Operator::StartsWith => parts.all(|part: &str| value.starts_with(part)),
            Operator::EndsWith => parts.all(|part: &str| value.ends_with(part)),
            _ => true,
        }
    }
}

fn list(tests: &[&Test]) -> bool {
    let of = |operator: Operator| {
        tests.iter().filter(move |test| test.operator == operator).map(|test| texts(&test.operand))
    };
    let denied: HashSet<&str> = of(Operator::ContainsNone).flatten().collect();
    let has_all = of(Operator::ContainsAll).flatten().all(|item| !denied.contains(item));
    let has_any = of(Operator::ContainsAny).all(|items| items.iter().any(|item| !denied.contains(item)));
    has_all && has_any
}
