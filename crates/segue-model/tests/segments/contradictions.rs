//! Warnings about what can never match: found where it is certain, and never said of what can.

use insta::assert_snapshot;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use segue_model::segment::number::Decimal;
use segue_model::segment::{Condition, Operand, Operator, Scalar, Test};

use crate::tables::{all, check_as, check_definition, checked};

/// Pairs that exclude each other.
const NEVER: &[(&str, &str)] = &[
    ("{column: country, is: a}", "{column: country, is: b}"),
    ("{column: country, is: a}", "{column: country, is: A}"),
    ("{column: country, is: a, ignore_case: true}", "{column: country, is: b, ignore_case: true}"),
    ("{column: country, is: a}", "{column: country, is: B, ignore_case: true}"),
    ("{column: country, is: a}", "{column: country, is_not: a}"),
    ("{column: country, is: a}", "{column: country, is_not: A, ignore_case: true}"),
    ("{column: country, one_of: [a, b]}", "{column: country, none_of: [b, a, c]}"),
    ("{column: country, one_of: [a, b]}", "{column: country, contains: c}"),
    ("{column: country, is: abc}", "{column: country, does_not_contain: b}"),
    ("{column: country, starts_with: ab}", "{column: country, starts_with: b}"),
    ("{column: country, ends_with: ab}", "{column: country, ends_with: a}"),
    ("{column: country, contains: abc}", "{column: country, does_not_contain: b}"),
    ("{column: country, is: a}", "{column: country, is_empty: true}"),
    ("{column: country, is_empty: false}", "{column: country, is_empty: true}"),
    ("{column: photo, is_empty: false}", "{column: photo, is_empty: true}"),
    ("{column: points, is: 1}", "{column: points, is: 2}"),
    ("{column: points, at_least: 2}", "{column: points, less_than: 2}"),
    ("{column: points, more_than: 2}", "{column: points, at_most: 2}"),
    ("{column: points, between: [1, 2]}", "{column: points, is: 2.5}"),
    ("{column: points, one_of: [1, 5]}", "{column: points, between: [2, 4]}"),
    ("{column: points, is: 1}", "{column: points, none_of: [1.0, 2]}"),
    ("{column: points, between: [1, 1]}", "{column: points, is_not: 1}"),
    ("{column: birthday, on: 2026-01-31}", "{column: birthday, on: 2026-02-01}"),
    ("{column: birthday, before: 2026-01-31}", "{column: birthday, after: 2026-01-30}"),
    ("{column: birthday, between: [2026-01-01, 2026-01-31]}", "{column: birthday, after: 2026-01-31}"),
    ("{column: birthday, on: 2026-01-31}", "{column: birthday, month_of: [2, 3]}"),
    ("{column: birthday, on: 2026-01-31}", "{column: birthday, day_of: 01-30}"),
    ("{column: birthday, month_of: 1}", "{column: birthday, month_of: [2, 3]}"),
    ("{column: birthday, day_of: 02-28}", "{column: birthday, day_of: 02-29}"),
    ("{column: birthday, day_of: 02-28}", "{column: birthday, month_of: 3}"),
    ("{column: birthday, in_last: 1 day}", "{column: birthday, is_empty: true}"),
    ("{column: signed_up, on: 2026-01-31}", "{column: signed_up, on: 2026-02-01}"),
    ("{column: consent, is: true}", "{column: consent, is: false}"),
    ("{column: consent, is: true}", "{column: consent, is_not: true}"),
    ("{column: tags, contains_all: [a, b]}", "{column: tags, contains_none: [b]}"),
    ("{column: tags, contains_any: [a, b]}", "{column: tags, contains_none: [a, b, c]}"),
    ("{column: tags, contains_any: [a]}", "{column: tags, is_empty: true}"),
    ("{member_of: vip}", "{not_member_of: vip}"),
    ("{related: visits, has: any}", "{related: visits, has: none}"),
    ("{related: visits, has: none}", "{related: visits, count: {at_least: 1}}"),
    ("{related: visits, count: {at_least: 3}}", "{related: visits, count: {at_most: 2}}"),
    ("{related: visits, sum: {of: id, at_least: 3}}", "{related: visits, sum: {of: id, at_most: 2}}"),
    (
        "{related: visits, count_distinct: {of: id, is: 1}}",
        "{related: visits, count_distinct: {of: id, is_not: 1}}",
    ),
    (
        "{related: visits, has: any, where: {all: [{column: at, in_last: 1 day}]}}",
        "{related: visits, has: none, where: {all: [{column: at, in_last: 1 day}]}}",
    ),
];

/// Pairs of which both can hold, though they look like those above.
const SOMETIMES: &[(&str, &str)] = &[
    ("{column: country, is: a}", "{column: country, is: a}"),
    ("{column: country, is: a}", "{column: country, is: A, ignore_case: true}"),
    ("{column: country, is_not: a}", "{column: country, is_not: b}"),
    ("{column: country, is_not: a}", "{column: country, is_empty: true}"),
    ("{column: country, none_of: [a]}", "{column: country, is_empty: true}"),
    ("{column: country, does_not_contain: a}", "{column: country, is_empty: true}"),
    ("{column: country, is: a}", "{column: email, is: b}"),
    ("{column: country, one_of: [a, b]}", "{column: country, none_of: [b]}"),
    ("{column: country, starts_with: a}", "{column: country, starts_with: ab}"),
    ("{column: country, starts_with: a}", "{column: country, ends_with: b}"),
    ("{column: country, contains: a}", "{column: country, does_not_contain: ab}"),
    ("{column: country, contains: a}", "{column: country, does_not_contain: A}"),
    ("{column: country, starts_with: a}", "{column: country, starts_with: A, ignore_case: true}"),
    ("{column: country, is: a}", "{column: country, matches: b}"),
    // In a word the small letter of Σ is another one than at its end.
    (
        "{column: country, contains: ΑΣ, ignore_case: true}",
        "{column: country, does_not_contain: ας, ignore_case: true}",
    ),
    ("{column: points, at_least: 2}", "{column: points, at_most: 2}"),
    ("{column: points, more_than: 2}", "{column: points, less_than: 2.0000000002}"),
    (
        "{related: visits, average: {of: id, more_than: 2}}",
        "{related: visits, average: {of: id, less_than: 2.0000000001}}",
    ),
    ("{column: points, one_of: [1, 5]}", "{column: points, between: [5, 9]}"),
    ("{column: points, between: [1, 2]}", "{column: points, none_of: [1, 2]}"),
    ("{column: points, is_not: 1}", "{column: points, is_empty: true}"),
    ("{column: birthday, on: 2026-01-31}", "{column: birthday, month_of: 1}"),
    ("{column: birthday, on: 2024-02-29}", "{column: birthday, day_of: 02-29}"),
    ("{column: birthday, before: 2026-01-31}", "{column: birthday, after: 2026-01-29}"),
    ("{column: birthday, in_last: 1 day}", "{column: birthday, in_next: 1 day}"),
    ("{column: birthday, not_in_last: 1 day}", "{column: birthday, is_empty: true}"),
    ("{column: birthday, day_of: today}", "{column: birthday, day_of: 01-01}"),
    ("{column: signed_up, before: 2026-01-31T10:00}", "{column: signed_up, after: 2026-01-31}"),
    ("{column: last_seen, before: 2026-01-31T10:00:00Z}", "{column: last_seen, on: 2026-01-31}"),
    ("{column: consent, is_not: true}", "{column: consent, is_not: false}"),
    ("{column: tags, contains_any: [a, b]}", "{column: tags, contains_none: [a]}"),
    ("{column: tags, contains_all: [a]}", "{column: tags, contains_none: [b]}"),
    ("{column: tags, contains_none: [a]}", "{column: tags, is_empty: true}"),
    ("{member_of: vip}", "{not_member_of: lapsed}"),
    ("{related: visits, has: any}", "{related: reviews, has: none}"),
    ("{related: invoices, via: [bill_to], has: any}", "{related: invoices, via: [ship_to], has: none}"),
    (
        "{related: visits, has: any}",
        "{related: visits, has: none, where: {all: [{column: at, in_last: 1 day}]}}",
    ),
    ("{related: visits, has: none}", "{related: visits, sum: {of: id, is_not: 5}}"),
    ("{related: visits, has: none}", "{related: visits, max: {of: id, is_empty: true}}"),
    ("{related: visits, count: {is: 0}}", "{related: visits, has: none}"),
    ("{related: visits, min: {of: id, less_than: 1}}", "{related: visits, max: {of: id, more_than: 9}}"),
];

#[test]
fn what_excludes_each_other_is_told() {
    for (first, second) in NEVER {
        for (one, other) in [(first, second), (second, first)] {
            let told = all(&format!("{{column: email, is: x}}, {one}, {{all: [{other}]}}"));
            assert_eq!(
                told,
                "/rules/0/all/2/all/0: warning: this and /rules/0/all/1 exclude each other, so together they can never match",
                "{one} and {other}"
            );
            assert_eq!(
                checked(&format!("{{version: 1, rules: [{{any: [{one}, {other}]}}]}}")),
                "",
                "any of {one}, {other}"
            );
        }
    }
}

#[test]
fn what_can_hold_together_is_not_told() {
    for (first, second) in SOMETIMES {
        assert_eq!(all(&format!("{first}, {second}")), "", "{first} and {second}");
    }
}

#[test]
fn a_warning_is_no_error() {
    let found = check_as(None, &crate::with_conditions("{column: points, is: 1}, {column: points, is: 2}"));
    assert!(found.iter().all(|fault| fault.is_warning) && found.len() == 1);
}

#[test]
fn alone_or_three_together() {
    assert_snapshot!(all("{column: points, between: [2, 1]}"), @"/rules/0/all/0/between: warning: the first comes after the last, so this can never match");
    assert_snapshot!(all("{column: birthday, between: [2026-01-31, 2026-01-30]}"), @"/rules/0/all/0/between: warning: the first comes after the last, so this can never match");
    assert_snapshot!(all("{column: signed_up, between: [2026-01-31T10:00, 2026-01-30]}"), @"/rules/0/all/0/between: warning: the first comes after the last, so this can never match");
    assert_eq!(all("{column: signed_up, between: [2026-01-31T10:00, 2026-01-31]}"), "");
    assert_snapshot!(checked("{version: 1, rules: [{any: [{related: visits, count: {less_than: 0}}, {condition: consent}]}]}"), @"/rules/0/any/0: warning: this can never match");
    assert_snapshot!(all("{related: visits, count_distinct: {of: id, is_empty: true}}"), @"/rules/0/all/0: warning: this can never match");
    assert_snapshot!(all("{related: visits, count: {is_empty: true}}"), @"/rules/0/all/0: warning: this can never match");
    assert_snapshot!(all("{column: country, one_of: [a, b]}, {column: country, is_not: a}, {column: country, is_not: b}"), @r#"/rules/0/all/2: warning: with the other conditions on column "country" this can never match"#);
    assert_snapshot!(
        all("{related: invoice_lines, via: [bill_to, invoice], has: any, where: {all: [{column: genre, is: a}, {table: invoice_lines, column: genre, is: b}]}}"),
        @"/rules/0/all/0/where/all/1: warning: this and /rules/0/all/0/where/all/0 exclude each other, so together they can never match"
    );
}

#[test]
fn nothing_is_said_of_what_is_wrong_anyhow() {
    assert_eq!(
        all("{column: points, is: x}, {column: points, is: 1}, {column: points, is: 2}"),
        "/rules/0/all/0/is/0: \"x\" cannot be compared with a number: it is no number"
            .replace("/is/0", "/is")
    );
}

/// A value that a test can be asked of.
#[derive(Debug, Clone, Copy)]
enum Value {
    Text(&'static str),
    Number(i64),
    Flag(bool),
    List(&'static [&'static str]),
}

/// Whether a value passes a test, as plainly as it can be said.
fn passes(test: &Test, value: Value) -> bool {
    let one = |scalar: &Scalar| match (value, scalar) {
        (Value::Number(number), scalar) => {
            scalar.number() == Ok(Decimal(i128::from(number) * 10_i128.pow(10)))
        }
        (Value::Flag(flag), scalar) => scalar.flag() == Some(flag),
        (Value::Text(text), scalar) if test.ignore_case => {
            text.to_lowercase() == scalar.text().unwrap().to_lowercase()
        }
        (Value::Text(text), scalar) => scalar.text() == Some(text),
        (Value::List(items), scalar) => items.contains(&scalar.text().unwrap()),
    };
    let scalars: &[Scalar] = match &test.operand {
        Operand::One(scalar) => std::slice::from_ref(scalar),
        Operand::Many(scalars) => scalars,
        _ => &[],
    };
    let text = |found: fn(&str, &str) -> bool| {
        let Value::Text(text) = value else { panic!() };
        let fold = |text: &str| if test.ignore_case { text.to_lowercase() } else { text.to_owned() };
        found(&fold(text), &fold(scalars[0].text().unwrap()))
    };
    let compared = |index: usize| {
        let Value::Number(number) = value else { panic!() };
        Decimal(i128::from(number) * 10_i128.pow(10)).cmp(&scalars[index].number().unwrap())
    };
    match test.operator {
        Operator::Is | Operator::OneOf | Operator::ContainsAny => scalars.iter().any(one),
        Operator::IsNot | Operator::NoneOf | Operator::ContainsNone => !scalars.iter().any(one),
        Operator::ContainsAll => scalars.iter().all(one),
        Operator::Contains => text(|text, part| text.contains(part)),
        Operator::DoesNotContain => text(|text, part| !text.contains(part)),
        Operator::StartsWith => text(|text, part| text.starts_with(part)),
        Operator::EndsWith => text(|text, part| text.ends_with(part)),
        Operator::LessThan => compared(0).is_lt(),
        Operator::AtMost => compared(0).is_le(),
        Operator::MoreThan => compared(0).is_gt(),
        Operator::AtLeast => compared(0).is_ge(),
        Operator::Between => compared(0).is_ge() && compared(1).is_le(),
        Operator::IsEmpty => test.operand == Operand::Flag(false),
        other => panic!("{other:?}"),
    }
}

const TEXTS: &[&str] = &["a", "b", "ab", "ba", "A", "B", "aB", "Ab", "bab", "ΑΣ", "ας", "ΑΣΑ", "ασα"];
const LISTS: &[&[&str]] = &[&["a"], &["b"], &["a", "b"], &["a", "b", "c"]];

/// Conditions about a column, and the values that they are tried with.
fn conditions() -> impl Strategy<Value = (Vec<String>, Vec<Value>)> {
    let word = || select(TEXTS);
    let words = || vec(word(), 1..4).prop_map(|words| format!("[{}]", words.join(", ")));
    let number = || -2_i64..3;
    let text = prop_oneof![
        (select(&["is", "is_not", "contains", "does_not_contain", "starts_with", "ends_with"][..]), word())
            .prop_map(|(operator, word)| format!("{operator}: {word}")),
        (select(&["one_of", "none_of"][..]), words())
            .prop_map(|(operator, words)| format!("{operator}: {words}")),
    ];
    let text = (text, any::<bool>())
        .prop_map(|(test, fold)| format!("{{column: country, {test}, ignore_case: {fold}}}"));
    let number = prop_oneof![
        (select(&["is", "is_not", "less_than", "at_most", "more_than", "at_least"][..]), number())
            .prop_map(|(operator, number)| format!("{{column: points, {operator}: {number}}}")),
        (select(&["one_of", "none_of", "between"][..]), number(), number()).prop_map(
            |(operator, a, b)| format!("{{column: points, {operator}: [{}, {}]}}", a.min(b), a.max(b))
        ),
    ];
    let flag = (select(&["is", "is_not"][..]), any::<bool>())
        .prop_map(|(operator, flag)| format!("{{column: consent, {operator}: {flag}}}"));
    let list = (select(&["contains_any", "contains_all", "contains_none"][..]), words())
        .prop_map(|(operator, words)| format!("{{column: tags, {operator}: {words}}}"));
    let with = |conditions: BoxedStrategy<String>, values: Vec<Value>| (vec(conditions, 1..5), Just(values));
    prop_oneof![
        with(text.boxed(), TEXTS.iter().map(|text| Value::Text(text)).collect()),
        with(number.boxed(), (-3..4).map(Value::Number).collect()),
        with(flag.boxed(), vec![Value::Flag(true), Value::Flag(false)]),
        with(list.boxed(), LISTS.iter().map(|list| Value::List(list)).collect()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_some_value_passes_is_never_called_impossible((conditions, values) in conditions()) {
        let definition = crate::definition(&crate::with_conditions(&conditions.join(", ")));
        let tests: Vec<&Test> = definition.rules[0].group.conditions.iter().map(|condition| match condition {
            Condition::Column(column) => &column.test,
            other => panic!("{other:?}"),
        }).collect();
        let passing = values.into_iter().find(|value| tests.iter().all(|test| passes(test, *value)));
        let is_told = !check_definition(&definition, None).is_empty();
        if is_told {
            prop_assert!(passing.is_none(), "{:?}", passing);
        } else if conditions.iter().all(|condition| condition.contains("consent")) {
            // There are but two values, so nothing can be missed.
            let is_negative = tests.iter().all(|test| test.operator.is_negative());
            prop_assert!(passing.is_some() || is_negative);
        }
    }
}
