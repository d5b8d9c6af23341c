//! Whether a test can be asked of a kind, and whether it compares with values of that kind.

use super::super::fault::{Pointer, quoted};
use super::super::number::Decimal;
use super::super::time::{self, Edge};
use super::super::{Kind, Operand, Operator, Scalar, Test};
use super::Checker;

impl Checker<'_> {
    /// `column` is the one whose values are tested, if it is no computed value.
    pub(super) fn test(&mut self, test: &Test, kind: Kind, what: &str, column: Option<&str>, at: &Pointer) {
        let word = test.operator.word();
        if !kind.operators().contains(&test.operator) {
            let known: Vec<&str> = kind.operators().iter().map(|operator| operator.word()).collect();
            let known = known.join(", ");
            let words = format!(
                "{what} is {}, which takes: {known}{}",
                described(kind),
                otherwise(test, kind, column)
            );
            return self.fail(&at.at(word), words);
        }
        if test.ignore_case && kind != Kind::Text {
            let words = format!("{what} is {}: only of texts the case can be ignored", described(kind));
            self.fail(&at.at("ignore_case"), words);
        }
        let at = at.at(word);
        match &test.operand {
            Operand::One(value) => self.value(value, test, kind, &at),
            Operand::Many(values) => {
                for (index, value) in values.iter().enumerate() {
                    self.value(value, test, kind, &at.at(index));
                }
                if test.operator == Operator::Between && is_reversed(values, kind) {
                    self.warn(&at, "the first comes after the last, so this can never match");
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, value: &Scalar, test: &Test, kind: Kind, at: &Pointer) {
        if let Err(words) = suits(value, test, kind) {
            self.fail(at, words);
        }
    }
}

/// How a column of texts can be asked all the same: one odd value makes a text of a column of numbers.
fn otherwise(test: &Test, kind: Kind, column: Option<&str>) -> String {
    let Some(column) = column.filter(|_| kind == Kind::Text) else { return String::new() };
    let takes = |kind: &Kind| kind.operators().contains(&test.operator);
    let meant = [Kind::Number, Kind::Date].into_iter().find(takes);
    meant.map_or_else(String::new, |meant| declare(column, meant))
}

/// How to declare a column of a text file as what it is.
pub(super) fn declare(column: &str, meant: Kind) -> String {
    format!("; or declare it with --kind {column}={}", meant.word())
}

/// Whether a value can be compared with those of a kind; if not, why.
fn suits(value: &Scalar, test: &Test, kind: Kind) -> Result<(), String> {
    match kind {
        Kind::Number => match value.number() {
            Ok(_) => Ok(()),
            Err(why) => Err(format!("{} cannot be compared with a number: {why}", shown(value))),
        },
        Kind::Date | Kind::LocalTime | Kind::Instant => match time::edge(value) {
            None if kind == Kind::Date => Err(format!("{} is no date like 2026-01-31", shown(value))),
            None => {
                Err(format!("{} is no date like 2026-01-31 and no time like 2026-01-31T18:30", shown(value)))
            }
            Some(Edge::Local(_) | Edge::Instant(_)) if kind == Kind::Date => {
                Err(format!("{} has a time, but the column holds days: write the day alone", shown(value)))
            }
            Some(_) => Ok(()),
        },
        Kind::Boolean => match value.flag() {
            Some(_) => Ok(()),
            None => Err(format!("{} is neither true nor false", shown(value))),
        },
        Kind::Text | Kind::TextList => match value.text() {
            None => Err(format!("{} is no text: put it in quotes", shown(value))),
            Some("") => Err("an empty text is asked for with is_empty: true".to_owned()),
            Some(pattern) if test.operator == Operator::Matches => regular(pattern, test.ignore_case),
            Some(_) => Ok(()),
        },
        Kind::Other => Ok(()),
    }
}

/// Whether the engine can match with this pattern: it is well formed, and not larger than the engine allows.
fn regular(pattern: &str, ignore_case: bool) -> Result<(), String> {
    match regex::RegexBuilder::new(pattern).case_insensitive(ignore_case).build() {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err("this regular expression is too large: repeat less, or shorter things".to_owned())
        }
        Err(error) => {
            // The drawing of the place is for terminals; its last line says what is wrong.
            let told = error.to_string();
            let told = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Err(format!("this is no regular expression: {told}"))
        }
    }
}

/// Whether nothing can be between two values. Of a moment and a local time that depends on the zone.
fn is_reversed(values: &[Scalar], kind: Kind) -> bool {
    let [first, last] = values else { return false };
    if kind == Kind::Number {
        return matches!((first.number(), last.number()), (Ok(Decimal(first)), Ok(Decimal(last))) if first > last);
    }
    match (time::edge(first), time::edge(last)) {
        (Some(Edge::Instant(first)), Some(Edge::Instant(last))) => first > last,
        (Some(Edge::Local(first)), Some(Edge::Local(last))) => first > last,
        (Some(Edge::Day(first)), Some(Edge::Day(last))) => first > last,
        (Some(Edge::Day(first)), Some(Edge::Local(last))) => first > last.date(),
        (Some(Edge::Local(first)), Some(Edge::Day(last))) => first.date() > last,
        _ => false,
    }
}

fn shown(value: &Scalar) -> String {
    value.text().map_or_else(|| value.to_string(), quoted)
}

pub(super) fn described(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "a number",
        Kind::Date => "a date",
        Kind::LocalTime => "a time",
        Kind::Instant => "a moment",
        Kind::Boolean => "true or false",
        Kind::TextList => "a list",
        Kind::Other => "of a kind that cannot be compared",
    }
}
