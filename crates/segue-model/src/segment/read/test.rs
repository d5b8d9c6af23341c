//! Tests: an operator and what it compares with.

use serde_json::Value;

use super::super::fault::{Pointer, quoted, suggestion};
use super::super::{DayOfYear, Operand, Operator, Period, Scalar, Test};
use super::{Object, Read, Reader, kind, whole};

impl Reader {
    /// The one key of an object that is an operator, and what it compares with. `others` are the keys that it may have
    /// beside.
    pub(super) fn test(&mut self, object: &Object, others: &[&str], at: &Pointer) -> Read<Test> {
        let operator = self.operator(object, others, at)?;
        let word = operator.word();
        let known: Vec<&str> = others.iter().copied().chain([word, "ignore_case"]).collect();
        self.known(object, &known, at);
        let ignore_case = match object.get("ignore_case") {
            None => Ok(false),
            Some(flag) => self.flag(flag, &at.at("ignore_case")),
        };
        if ignore_case == Ok(true) && !operator.can_ignore_case() {
            self.tell(&at.at("ignore_case"), format!("\"{word}\" compares no texts: leave this out"));
        }
        let operand = self.operand(operator, &object[word], &at.at(word));
        Ok(Test { operator, operand: operand?, ignore_case: ignore_case? })
    }

    fn operator(&mut self, object: &Object, others: &[&str], at: &Pointer) -> Read<Operator> {
        let mut present = Operator::ALL.iter().filter(|operator| object.contains_key(operator.word()));
        match (present.next(), present.next()) {
            (Some(operator), None) => Ok(*operator),
            (Some(first), Some(second)) => {
                let (first, second) = (first.word(), second.word());
                self.fail(at, format!("\"{first}\" and \"{second}\" stand in one condition: make two of it"))
            }
            (None, _) => {
                let is_strange = |key: &&String| *key != "ignore_case" && !others.contains(&key.as_str());
                let Some(word) = object.keys().find(is_strange) else {
                    return self.fail(at, "the operator is missing, as in is_empty: false");
                };
                let hint = match Operator::meant_by(word) {
                    Some(meant) => format!("; write {meant}"),
                    None => suggestion(word, Operator::ALL.iter().map(|operator| operator.word())),
                };
                self.fail(&at.at(word), format!("{} is no operator{hint}", quoted(word)))
            }
        }
    }

    fn operand(&mut self, operator: Operator, value: &Value, at: &Pointer) -> Read<Operand> {
        use Operator as O;
        match operator {
            O::OneOf | O::NoneOf | O::ContainsAny | O::ContainsAll | O::ContainsNone => {
                self.scalars(value, at).map(Operand::Many)
            }
            O::Between => match self.scalars(value, at)? {
                two if two.len() == 2 => Ok(Operand::Many(two)),
                other => self.fail(
                    at,
                    format!("two values are needed, the first and the last; here are {}", other.len()),
                ),
            },
            O::InLast | O::NotInLast | O::InNext => match value.as_str().and_then(|text| text.parse().ok()) {
                Some(span) => Ok(Operand::Span(span)),
                None => self
                    .fail(at, "a span is needed: a number and days, weeks, months or years, as in 30 days"),
            },
            O::ToDate => self.word(value, &Period::ALL, at).map(Operand::Period),
            O::MonthOf => self.months(value, at),
            O::DayOf => match value.as_str().and_then(DayOfYear::read) {
                Some(day) => Ok(Operand::Day(day)),
                None => self.fail(at, "a month and a day are needed, as in 02-29, or today"),
            },
            O::IsEmpty => self.flag(value, at).map(Operand::Flag),
            O::Is | O::IsNot if value.is_array() => {
                let several = if operator == O::Is { O::OneOf } else { O::NoneOf };
                self.fail(at, format!("a list stands where one value is needed: write {}", several.word()))
            }
            O::Is
            | O::IsNot
            | O::Contains
            | O::DoesNotContain
            | O::StartsWith
            | O::EndsWith
            | O::Matches
            | O::LessThan
            | O::AtMost
            | O::MoreThan
            | O::AtLeast
            | O::On
            | O::Before
            | O::After => self.scalar(value, at).map(Operand::One),
        }
    }

    fn scalars(&mut self, value: &Value, at: &Pointer) -> Read<Vec<Scalar>> {
        let items = self.list(value, at)?;
        self.each(items, at, Self::scalar)
    }

    fn scalar(&mut self, value: &Value, at: &Pointer) -> Read<Scalar> {
        match value {
            Value::String(text) => Ok(Scalar::Text(text.clone())),
            Value::Number(number) => Ok(Scalar::Number(number.clone())),
            Value::Bool(flag) => Ok(Scalar::Flag(*flag)),
            Value::Null => self.fail(
                at,
                "nothing stands where a value is needed; to ask for empty values write is_empty: true",
            ),
            Value::Array(_) | Value::Object(_) => {
                self.fail(at, format!("{} stands where one value is needed", kind(value)))
            }
        }
    }

    fn months(&mut self, value: &Value, at: &Pointer) -> Read<Operand> {
        let month = |value: &Value| {
            whole(value).and_then(|month| u32::try_from(month).ok()).filter(|month| (1..=12).contains(month))
        };
        let words = "a month is needed, 1 to 12";
        let months = match value {
            Value::Array(_) => {
                let items = self.list(value, at)?;
                self.each(items, at, |reader, item, at| {
                    month(item).map_or_else(|| reader.fail(at, words), Ok)
                })?
            }
            one => match month(one) {
                Some(month) => vec![month],
                None => return self.fail(at, format!("{words}, or a list of months")),
            },
        };
        Ok(Operand::Months(months))
    }
}
