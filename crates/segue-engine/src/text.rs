//! Values as the text that is sent.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, PrimitiveArray, StringArray, StringBuilder,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Field, Float16Type, Float32Type, Float64Type,
};
use segue_model::EngineError;

use crate::error::input;

/// A column whose values are texts or lists of texts.
pub(crate) enum Values {
    Text(StringArray),
    Lists(ListArray),
}

impl Values {
    /// Converts a column. `place` names it in messages.
    pub(crate) fn of(column: &ArrayRef, place: &str) -> Result<Self, EngineError> {
        let kind = column.data_type();
        if matches!(kind, DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..)) {
            let items = Arc::new(Field::new_list_field(DataType::Utf8, true));
            let lists = cast(column, &DataType::List(items)).map_err(|_| unfit(place, kind))?;
            return Ok(Self::Lists(lists.as_list().clone()));
        }
        Ok(Self::Text(text(column).ok_or_else(|| unfit(place, kind))?))
    }

    /// The text of a row; none if it is missing.
    #[inline]
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(texts) if texts.is_valid(row) => Some(texts.value(row)),
            _ => None,
        }
    }

    /// Every item of a row's list, or its one text.
    pub(crate) fn each<'v>(&'v self, row: usize, mut use_item: impl FnMut(&'v str)) {
        match self {
            Self::Text(_) => self.text(row).into_iter().for_each(use_item),
            Self::Lists(lists) if lists.is_valid(row) => {
                let items = lists.values().as_string::<i32>();
                let [start, end] = [lists.value_offsets()[row], lists.value_offsets()[row + 1]];
                for item in (start..end).filter_map(|index| usize::try_from(index).ok()) {
                    if items.is_valid(item) {
                        use_item(items.value(item));
                    }
                }
            }
            Self::Lists(_) => {}
        }
    }

    /// Refuses lists where a single value is needed.
    pub(crate) fn require_text(self, place: &str) -> Result<Self, EngineError> {
        match self {
            Self::Text(_) => Ok(self),
            Self::Lists(_) => {
                input(format!("{place} holds lists: only tags and fields with several options take them"))
            }
        }
    }
}

fn text(column: &ArrayRef) -> Option<StringArray> {
    match column.data_type() {
        DataType::Utf8 => Some(column.as_string::<i32>().clone()),
        // Arrow writes 20 as `20.0`, which nobody's field holds.
        DataType::Float16 => {
            Some(displayed(column.as_primitive::<Float16Type>(), |number| number.is_finite()))
        }
        DataType::Float32 => Some(displayed(column.as_primitive::<Float32Type>(), f32::is_finite)),
        DataType::Float64 => Some(displayed(column.as_primitive::<Float64Type>(), f64::is_finite)),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            None
        }
        kind if kind.is_nested() => None,
        _ => cast(column, &DataType::Utf8).ok().map(|texts| texts.as_string::<i32>().clone()),
    }
}

/// What is no number, as which pandas writes a missing one, is nothing.
fn displayed<T: ArrowPrimitiveType>(
    numbers: &PrimitiveArray<T>,
    is_finite: impl Fn(T::Native) -> bool,
) -> StringArray
where
    T::Native: std::fmt::Display,
{
    let mut texts = StringBuilder::with_capacity(numbers.len(), numbers.len() * 8);
    for number in numbers {
        let Some(number) = number.filter(|number| is_finite(*number)) else {
            texts.append_null();
            continue;
        };
        // Writing to a builder does not fail.
        let _ = write!(texts, "{number}");
        texts.append_value("");
    }
    texts.finish()
}

fn unfit(place: &str, kind: &DataType) -> EngineError {
    EngineError::Input(format!("{place} holds {}, which cannot be sent: map another column", name(kind)))
}

/// A type in words.
pub(crate) fn name(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "true or false".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Timestamp(..) => "date and time".to_owned(),
        DataType::Null => "nothing".to_owned(),
        DataType::Dictionary(_, value) => name(value),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            format!("list of {}", name(item.data_type()))
        }
        kind if kind.is_integer() => "integer".to_owned(),
        kind if kind.is_numeric() => "decimal".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            "bytes".to_owned()
        }
        kind if kind.is_nested() => "structure".to_owned(),
        _ => "time".to_owned(),
    }
}
