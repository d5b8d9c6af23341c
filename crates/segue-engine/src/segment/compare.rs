//! A test of a value as an expression of built-in functions, so that it can run wherever the table is.
//!
//! Every test has a positive form, which is true or not (false and unknown are the same). Negative operators are the
//! positive form not being true, and so hold for empty values.

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::functions::datetime::expr_fn::date_part;
use datafusion::functions::regex::expr_fn::regexp_like;
use datafusion::functions::string::expr_fn::lower;
use datafusion::functions_nested::expr_fn::{
    array_has_all, array_has_any, array_positions, cardinality, make_array,
};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{Expr, Like, cast, lit};
use segue_model::segment::number::{Decimal, SCALE};
use segue_model::segment::time::{Context, Edge, Window};
use segue_model::segment::{Kind, Operand, Operator, Scalar, Test};

use super::typed::DECIMAL;

/// A value to be tested: an expression, what it is to people, and its type.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) value: Expr,
    pub(super) kind: Kind,
    pub(super) data_type: DataType,
    /// Compares with this many times the number: a mean is compared as a sum, so that nothing is divided.
    pub(super) times: Option<Expr>,
}

/// Whether an operator denies something, and then what it denies.
pub(super) fn denied(operator: Operator) -> Option<Operator> {
    Some(match operator {
        Operator::IsNot => Operator::Is,
        Operator::NoneOf => Operator::OneOf,
        Operator::DoesNotContain => Operator::Contains,
        Operator::NotInLast => Operator::InLast,
        Operator::ContainsNone => Operator::ContainsAny,
        _ => return None,
    })
}

/// What a test means for a value. The test was checked.
pub(super) fn test(test: &Test, subject: &Subject, context: &Context) -> Expr {
    if let Some(positive) = denied(test.operator) {
        let positive = Test { operator: positive, ..test.clone() };
        return self::test(&positive, subject, context).is_not_true();
    }
    if test.operator == Operator::IsEmpty {
        let is_empty = empty(subject);
        return if test.operand == Operand::Flag(true) { is_empty } else { is_empty.is_not_true() };
    }
    match subject.kind {
        Kind::Text => text(test, subject.value.clone()),
        Kind::Number => number(test, subject),
        Kind::Date | Kind::LocalTime | Kind::Instant => time(test, subject, context),
        Kind::Boolean => match &test.operand {
            Operand::One(Scalar::Flag(true)) => subject.value.clone().is_true(),
            _ => subject.value.clone().is_false(),
        },
        Kind::TextList => list(test, subject.value.clone()),
        Kind::Other => lit(false),
    }
}

fn empty(subject: &Subject) -> Expr {
    let value = subject.value.clone();
    let is_missing = value.clone().is_null();
    match subject.kind {
        Kind::Text => is_missing.or(value.eq(lit(""))),
        // Items that are missing are no items.
        Kind::TextList => {
            let missing = cast(lit(ScalarValue::Null), DataType::Utf8);
            is_missing.or(cardinality(value.clone()).eq(cardinality(array_positions(value, missing))))
        }
        _ => is_missing,
    }
}

fn all_of(expressions: impl IntoIterator<Item = Expr>) -> Expr {
    expressions.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true))
}

pub(super) fn any_of(expressions: impl IntoIterator<Item = Expr>) -> Expr {
    expressions.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false))
}

fn scalars(operand: &Operand) -> &[Scalar] {
    match operand {
        Operand::One(value) => std::slice::from_ref(value),
        Operand::Many(values) => values,
        _ => &[],
    }
}

fn text(test: &Test, value: Expr) -> Expr {
    let fold = |text: &str| if test.ignore_case { text.to_lowercase() } else { text.to_owned() };
    let texts: Vec<String> = scalars(&test.operand).iter().filter_map(Scalar::text).map(fold).collect();
    let first = texts.first().cloned().unwrap_or_default();
    if test.operator == Operator::Matches {
        let flags = test.ignore_case.then(|| lit("i"));
        let pattern = scalars(&test.operand).first().and_then(Scalar::text).unwrap_or_default();
        // An empty group in front changes nothing, and keeps DataFusion from rewriting the pattern as a LIKE whose
        // backslashes it does not escape.
        let pattern = if pattern.contains('\\') { format!("(){pattern}") } else { pattern.to_owned() };
        // An empty text is nothing, and what matches nothing does not find it.
        return value.clone().not_eq(lit("")).and(regexp_like(value, lit(pattern), flags));
    }
    let value = if test.ignore_case { lower(value) } else { value };
    match test.operator {
        Operator::Is => value.eq(lit(first)),
        Operator::OneOf => Expr::InList(InList {
            expr: Box::new(value),
            list: texts.into_iter().map(lit).collect(),
            negated: false,
        }),
        Operator::Contains => like(value, &format!("%{}%", escaped(&first))),
        Operator::StartsWith => like(value, &format!("{}%", escaped(&first))),
        Operator::EndsWith => like(value, &format!("%{}", escaped(&first))),
        _ => lit(false),
    }
}

fn like(value: Expr, pattern: &str) -> Expr {
    Expr::Like(Like {
        negated: false,
        expr: Box::new(value),
        pattern: Box::new(lit(pattern)),
        escape_char: None,
        case_insensitive: false,
    })
}

/// Text whose every character stands for itself in a pattern.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn number(test: &Test, subject: &Subject) -> Expr {
    let numbers: Vec<Decimal> =
        scalars(&test.operand).iter().filter_map(|value| value.number().ok()).collect();
    let (value, of) = comparable(subject, &numbers);
    let first = || numbers.first().map_or_else(|| lit(ScalarValue::Null), |number| of(*number));
    match test.operator {
        Operator::Is => value.eq(first()),
        Operator::LessThan => value.lt(first()),
        Operator::AtMost => value.lt_eq(first()),
        Operator::MoreThan => value.gt(first()),
        Operator::AtLeast => value.gt_eq(first()),
        Operator::Between => {
            let last = numbers.last().map_or_else(|| lit(ScalarValue::Null), |number| of(*number));
            value.clone().gt_eq(first()).and(value.lt_eq(last))
        }
        Operator::OneOf => {
            let mut list: Vec<Expr> = numbers.iter().map(|number| of(*number)).collect();
            if list.contains(&lit(0.0_f64)) {
                // Lists, unlike comparisons, tell the two zeros of floating-point numbers apart.
                list.push(lit(-0.0_f64));
            }
            Expr::InList(InList { expr: Box::new(value), list, negated: false })
        }
        _ => lit(false),
    }
}

type Literal<'a> = Box<dyn Fn(Decimal) -> Expr + 'a>;

/// The value and the numbers in one type in which comparing them is exact and, where possible, costs no conversion.
fn comparable<'a>(subject: &'a Subject, numbers: &[Decimal]) -> (Expr, Literal<'a>) {
    let value = subject.value.clone();
    if let Some(times) = &subject.times {
        let times = cast(times.clone(), DataType::Decimal128(20, 0));
        return (value, Box::new(move |number| decimal(number) * times.clone()));
    }
    let all_whole =
        numbers.iter().all(|number| number.whole().is_some_and(|whole| i64::try_from(whole).is_ok()));
    match &subject.data_type {
        kind if kind.is_integer() && all_whole => {
            let literal = |number: Decimal| {
                lit(number.whole().and_then(|whole| i64::try_from(whole).ok()).unwrap_or_default())
            };
            (value, Box::new(literal))
        }
        // Text of digits is the nearest double, as it is when the file is written.
        DataType::Float64 | DataType::Float32 | DataType::Float16 => {
            (cast(value, DataType::Float64), Box::new(|number: Decimal| lit(nearest(number))))
        }
        &DataType::Decimal128(precision, scale)
            if numbers.iter().all(|number| rescaled(*number, scale).is_some()) =>
        {
            let literal = move |number: Decimal| {
                lit(ScalarValue::Decimal128(rescaled(number, scale), precision, scale))
            };
            (value, Box::new(literal))
        }
        _ => (cast(value, DECIMAL), Box::new(decimal)),
    }
}

fn decimal(Decimal(units): Decimal) -> Expr {
    let DataType::Decimal128(precision, scale) = DECIMAL else { return lit(ScalarValue::Null) };
    lit(ScalarValue::Decimal128(Some(units), precision, scale))
}

fn nearest(Decimal(units): Decimal) -> f64 {
    let whole = units / 10_i128.pow(SCALE);
    let fraction = (units % 10_i128.pow(SCALE)).unsigned_abs();
    let sign = if units < 0 && whole == 0 { "-" } else { "" };
    format!("{sign}{whole}.{fraction:010}").parse().unwrap_or(f64::NAN)
}

/// A number in units of another scale; none if it has more digits than that.
fn rescaled(Decimal(units): Decimal, scale: i8) -> Option<i128> {
    let less = u32::try_from(i32::try_from(SCALE).ok()? - i32::from(scale)).ok()?;
    let divisor = 10_i128.checked_pow(less)?;
    (units % divisor == 0).then_some(units / divisor)
}

fn time(test: &Test, subject: &Subject, context: &Context) -> Expr {
    let value = subject.value.clone();
    if let Some(Window { from, until }) = context.window(test) {
        let bounds = [
            from.map(|from| value.clone().gt_eq(edge(from, subject, context))),
            until.map(|until| value.clone().lt(edge(until, subject, context))),
        ];
        return all_of(bounds.into_iter().flatten());
    }
    let local = local(subject, context);
    let part = |name: &str| date_part(lit(name), local.clone());
    match &test.operand {
        Operand::Months(months) => {
            any_of(months.iter().map(|month| part("month").eq(lit(i64::from(*month)))))
        }
        Operand::Day(day) => {
            let days = context.days_of_year(*day).into_iter();
            any_of(days.map(|(month, day)| {
                part("month").eq(lit(i64::from(month))).and(part("day").eq(lit(i64::from(day))))
            }))
        }
        _ => lit(false),
    }
}

/// The value as the clocks of the definition's zone show it.
fn local(subject: &Subject, context: &Context) -> Expr {
    match &subject.data_type {
        DataType::Timestamp(unit, Some(_)) => {
            cast(subject.value.clone(), DataType::Timestamp(*unit, Some(context.zone.name().into())))
        }
        _ => subject.value.clone(),
    }
}

/// The first value that is not before an edge.
fn edge(edge: Edge, subject: &Subject, context: &Context) -> Expr {
    let micros = match subject.kind {
        Kind::Date => {
            let day = edge.local(context).date();
            let days = day.signed_duration_since(chrono::NaiveDate::default()).num_days();
            return lit(ScalarValue::Date32(i32::try_from(days).ok()));
        }
        Kind::Instant => edge.instant(context).timestamp_micros(),
        _ => edge.local(context).and_utc().timestamp_micros(),
    };
    // In the column's own unit: nanoseconds, which end in 2262, cannot be compared with all days that have a name.
    lit(match &subject.data_type {
        DataType::Timestamp(TimeUnit::Second, zone) => {
            ScalarValue::TimestampSecond(Some(up(micros, 1_000_000)), zone.clone())
        }
        DataType::Timestamp(TimeUnit::Millisecond, zone) => {
            ScalarValue::TimestampMillisecond(Some(up(micros, 1000)), zone.clone())
        }
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
            ScalarValue::TimestampNanosecond(Some(micros.saturating_mul(1000)), zone.clone())
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            ScalarValue::TimestampMicrosecond(Some(micros), zone.clone())
        }
        _ => ScalarValue::TimestampMicrosecond(
            Some(micros),
            (subject.kind == Kind::Instant).then(|| "UTC".into()),
        ),
    })
}

/// A time in a coarser unit of so many microseconds, rounded up.
fn up(micros: i64, unit: i64) -> i64 {
    micros.div_euclid(unit) + i64::from(micros.rem_euclid(unit) > 0)
}

fn list(test: &Test, value: Expr) -> Expr {
    let items = scalars(&test.operand).iter().filter_map(Scalar::text).map(lit).collect();
    match test.operator {
        Operator::ContainsAny => array_has_any(value, make_array(items)),
        Operator::ContainsAll => array_has_all(value, make_array(items)),
        _ => lit(false),
    }
}
