//! Columns of text files with the kinds that their table declares.

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, ListBuilder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};
use segue_model::segment::Kind;
use segue_model::segment::number::{Decimal, SCALE};
use segue_model::segment::time::{Edge, edge_of};

use super::rows::Cell;

// What every decimal of ours holds: exact for money, and wide enough for the largest integers.
const PRECISION: u8 = 38;

/// The type of numbers.
#[expect(clippy::cast_possible_truncation, reason = "10")]
pub(super) const DECIMAL: DataType = DataType::Decimal128(PRECISION, SCALE as i8);

/// The type in which a column of this kind is read.
pub(super) fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Other => DataType::Utf8,
        Kind::Number => DECIMAL,
        Kind::Date => DataType::Date32,
        Kind::LocalTime => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Boolean => DataType::Boolean,
        Kind::TextList => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
    }
}

/// A value that fits its kind.
pub(super) enum Fitted {
    Empty,
    Text(String),
    Number(i128),
    Days(i32),
    Micros(i64),
    Flag(bool),
    List(Vec<String>),
}

/// Fits a value to a kind; none if it does not.
pub(super) fn fit(cell: Cell, kind: Kind) -> Option<Fitted> {
    let text = match cell {
        Cell::Empty => return Some(Fitted::Empty),
        Cell::List(items) if kind == Kind::TextList => return Some(Fitted::List(items)),
        Cell::List(_) => return None,
        Cell::Text(text) => text,
    };
    Some(match kind {
        Kind::Text | Kind::Other => Fitted::Text(text),
        Kind::TextList => Fitted::List(vec![text]),
        Kind::Number => Fitted::Number(text.parse::<Decimal>().ok()?.0),
        Kind::Boolean => Fitted::Flag(flag(&text)?),
        Kind::Date => match edge_of(&text)? {
            Edge::Day(day) => Fitted::Days(days(day)?),
            _ => return None,
        },
        Kind::LocalTime => match edge_of(&text)? {
            Edge::Day(day) => Fitted::Micros(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_micros()),
            Edge::Local(time) => Fitted::Micros(time.and_utc().timestamp_micros()),
            _ => return None,
        },
        Kind::Instant => match edge_of(&text)? {
            Edge::Instant(time) => Fitted::Micros(time.timestamp_micros()),
            _ => return None,
        },
    })
}

fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn days(day: NaiveDate) -> Option<i32> {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

/// Collects values of one column.
pub(super) enum Column {
    Text(StringBuilder),
    Number(Decimal128Builder),
    Days(Date32Builder),
    Micros(TimestampMicrosecondBuilder, DataType),
    Flag(BooleanBuilder),
    List(ListBuilder<StringBuilder>),
}

impl Column {
    pub(super) fn new(kind: Kind) -> Self {
        let kind_type = data_type(kind);
        match kind {
            Kind::Text | Kind::Other => Self::Text(StringBuilder::new()),
            Kind::Number => Self::Number(Decimal128Builder::new().with_data_type(kind_type)),
            Kind::Date => Self::Days(Date32Builder::new()),
            Kind::LocalTime | Kind::Instant => Self::Micros(TimestampMicrosecondBuilder::new(), kind_type),
            Kind::Boolean => Self::Flag(BooleanBuilder::new()),
            Kind::TextList => Self::List(ListBuilder::new(StringBuilder::new())),
        }
    }

    pub(super) fn push(&mut self, value: Fitted) {
        match (self, value) {
            (Self::Text(column), Fitted::Text(text)) => column.append_value(text),
            (Self::Text(column), _) => column.append_null(),
            (Self::Number(column), Fitted::Number(units)) => column.append_value(units),
            (Self::Number(column), _) => column.append_null(),
            (Self::Days(column), Fitted::Days(days)) => column.append_value(days),
            (Self::Days(column), _) => column.append_null(),
            (Self::Micros(column, _), Fitted::Micros(micros)) => column.append_value(micros),
            (Self::Micros(column, _), _) => column.append_null(),
            (Self::Flag(column), Fitted::Flag(flag)) => column.append_value(flag),
            (Self::Flag(column), _) => column.append_null(),
            (Self::List(column), Fitted::List(items)) => column.append_value(items.into_iter().map(Some)),
            (Self::List(column), _) => column.append_null(),
        }
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Number(column) => Arc::new(column.finish()),
            Self::Days(column) => Arc::new(column.finish()),
            Self::Micros(column, kind) => match kind {
                DataType::Timestamp(_, Some(zone)) => {
                    Arc::new(column.finish().with_timezone(Arc::clone(zone)))
                }
                _ => Arc::new(column.finish()),
            },
            Self::Flag(column) => Arc::new(column.finish()),
            Self::List(column) => Arc::new(column.finish()),
        }
    }
}

/// The kinds that all values seen so far fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guess {
    is_number: bool,
    is_date: bool,
    is_local: bool,
    is_instant: bool,
    is_flag: bool,
    is_list: bool,
    is_empty: bool,
}

impl Guess {
    pub(super) fn new() -> Self {
        Self {
            is_number: true,
            is_date: true,
            is_local: true,
            is_instant: true,
            is_flag: true,
            is_list: false,
            is_empty: true,
        }
    }

    pub(super) fn see(&mut self, cell: &Cell) {
        let text = match cell {
            Cell::Empty => return,
            Cell::List(_) => {
                (self.is_list, self.is_empty) = (true, false);
                return;
            }
            Cell::Text(text) => text.as_str(),
        };
        self.is_empty = false;
        self.is_number = self.is_number && is_plain_number(text);
        self.is_flag = self.is_flag && flag(text).is_some();
        if self.is_date || self.is_local || self.is_instant {
            let edge = edge_of(text);
            self.is_date &= matches!(edge, Some(Edge::Day(_)));
            self.is_local &= matches!(edge, Some(Edge::Day(_) | Edge::Local(_)));
            self.is_instant &= matches!(edge, Some(Edge::Instant(_)));
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Self { is_list: true, .. } => Kind::TextList,
            Self { is_empty: true, .. } => Kind::Text,
            Self { is_number: true, .. } => Kind::Number,
            Self { is_flag: true, .. } => Kind::Boolean,
            Self { is_date: true, .. } => Kind::Date,
            Self { is_local: true, .. } => Kind::LocalTime,
            Self { is_instant: true, .. } => Kind::Instant,
            _ => Kind::Text,
        }
    }
}

/// Postcodes and phone numbers begin with zeros or signs; what a number would lose stays text.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let keeps_zeros = whole.len() > 1 && whole.starts_with('0');
    are_digits(whole) && !keeps_zeros && fraction.is_none_or(are_digits) && text.parse::<Decimal>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(values: &[&str]) -> Kind {
        let mut guess = Guess::new();
        for value in values {
            guess.see(&if value.is_empty() { Cell::Empty } else { Cell::Text((*value).to_owned()) });
        }
        guess.kind()
    }

    #[test]
    fn a_column_has_the_narrowest_kind_that_all_its_values_fit() {
        assert_eq!(guess(&["1", "-2.50", ""]), Kind::Number);
        assert_eq!(guess(&["1", "007"]), Kind::Text);
        assert_eq!(guess(&["+49 30 1"]), Kind::Text);
        assert_eq!(guess(&["true", "False"]), Kind::Boolean);
        assert_eq!(guess(&["2026-01-31"]), Kind::Date);
        assert_eq!(guess(&["2026-01-31", "2026-01-31 10:00:00"]), Kind::LocalTime);
        assert_eq!(guess(&["2026-01-31T10:00:00Z"]), Kind::Instant);
        assert_eq!(guess(&["2026-02-30"]), Kind::Text);
        assert_eq!(guess(&["", ""]), Kind::Text);
    }
}
