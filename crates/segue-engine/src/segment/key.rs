//! Keys of two tables, by which the rows of one belong to those of the other.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, cast, lit};
use segue_model::segment::Kind;

use super::scan::kind_of;

/// A key: an expression and its type.
pub(super) type Key = (Expr, DataType);

/// Whether two keys are the same as text. What is text on one side and a number on the other is compared as text, so
/// that no value has to be a number: neither `x`, which is none, nor `01`, which is not the same as `1`.
pub(super) fn same((left, left_type): Key, (right, right_type): Key) -> Expr {
    let are = |is: fn(&DataType) -> bool| is(&left_type) && is(&right_type);
    if left_type == right_type || are(DataType::is_integer) || are(|of| kind_of(of) == Kind::Text) {
        return left.eq(right);
    }
    cast(left, DataType::Utf8).eq(cast(right, DataType::Utf8))
}

/// Whether a row has a key: nothing is none, and neither is a text of length zero.
pub(super) fn is_there((key, key_type): Key) -> Expr {
    let is_there = key.clone().is_not_null();
    if kind_of(&key_type) == Kind::Text { is_there.and(key.not_eq(lit(""))) } else { is_there }
}
