//! Every operator and every kind of condition, as it is written and as it is read.

use segue_model::segment::{
    Combine, Condition, DayOfYear, Function, Join, MAX_DEPTH, Measure, Operand, Operator, Period,
    RelatedTest, Scalar, Span, Test, Unit,
};

use crate::{condition, definition};

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

fn number(number: &str) -> Scalar {
    Scalar::Number(number.parse().unwrap())
}

fn one(value: Scalar) -> Operand {
    Operand::One(value)
}

fn many(values: &[&str]) -> Operand {
    Operand::Many(values.iter().map(|value| text(value)).collect())
}

/// The test of a column, written in brackets.
fn test(written: &str) -> Test {
    match condition(&format!("{{column: c, {written}}}")) {
        Condition::Column(column) => column.test,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_operator_is_read() {
    let span = |count, unit| Operand::Span(Span { count, unit });
    let cases: &[(&str, Operator, Operand)] = &[
        ("is: Brazil", Operator::Is, one(text("Brazil"))),
        ("is_not: 5", Operator::IsNot, one(number("5"))),
        ("one_of: [a, b]", Operator::OneOf, many(&["a", "b"])),
        ("none_of: [1, 2.5]", Operator::NoneOf, Operand::Many(vec![number("1"), number("2.5")])),
        ("contains: x", Operator::Contains, one(text("x"))),
        ("does_not_contain: x", Operator::DoesNotContain, one(text("x"))),
        ("starts_with: x", Operator::StartsWith, one(text("x"))),
        ("ends_with: x", Operator::EndsWith, one(text("x"))),
        ("matches: '^\\d+$'", Operator::Matches, one(text("^\\d+$"))),
        ("less_than: -1", Operator::LessThan, one(number("-1"))),
        ("at_most: 1e3", Operator::AtMost, one(number("1000.0"))),
        ("more_than: 0", Operator::MoreThan, one(number("0"))),
        ("at_least: 500", Operator::AtLeast, one(number("500"))),
        ("between: [2026-01-01, 2026-01-31]", Operator::Between, many(&["2026-01-01", "2026-01-31"])),
        ("on: 2026-01-31", Operator::On, one(text("2026-01-31"))),
        ("before: 2026-01-31T18:30", Operator::Before, one(text("2026-01-31T18:30"))),
        ("after: 2026-01-31 18:30:00+01:00", Operator::After, one(text("2026-01-31 18:30:00+01:00"))),
        ("in_last: 1 day", Operator::InLast, span(1, Unit::Days)),
        ("not_in_last: 2 weeks", Operator::NotInLast, span(2, Unit::Weeks)),
        ("in_next: 99999 years", Operator::InNext, span(99_999, Unit::Years)),
        ("to_date: quarter", Operator::ToDate, Operand::Period(Period::Quarter)),
        ("month_of: [1, 12]", Operator::MonthOf, Operand::Months(vec![1, 12])),
        ("day_of: 02-29", Operator::DayOf, Operand::Day(DayOfYear::Fixed { month: 2, day: 29 })),
        ("contains_any: [a]", Operator::ContainsAny, many(&["a"])),
        ("contains_all: [a, b]", Operator::ContainsAll, many(&["a", "b"])),
        ("contains_none: [a]", Operator::ContainsNone, many(&["a"])),
        ("is_empty: false", Operator::IsEmpty, Operand::Flag(false)),
    ];
    for (written, operator, operand) in cases {
        let expected = Test { operator: *operator, operand: operand.clone(), ignore_case: false };
        assert_eq!(test(written), expected, "{written}");
    }
    for operator in Operator::ALL {
        assert!(cases.iter().any(|(_, seen, _)| seen == operator), "{operator:?} is not read here");
    }
}

#[test]
fn operands_have_other_spellings() {
    assert_eq!(test("month_of: 5").operand, Operand::Months(vec![5]));
    assert_eq!(test("month_of: 5.0").operand, Operand::Months(vec![5]));
    assert_eq!(test("day_of: today").operand, Operand::Day(DayOfYear::Today));
    assert_eq!(test("in_last: 1 months").operand, test("in_last: 1 month").operand);
    assert!(test("is: x, ignore_case: true").ignore_case);
    assert!(!test("at_least: 1, ignore_case: false").ignore_case);
}

#[test]
fn yaml_gives_no_text_another_type() {
    // Norway, a postal code, a version, a date, a time.
    for written in
        ["no", "yes", "on", "off", "y", "01067", "1_000", "1.2.3", "2026-01-31", "12:30", "0X1F", "+.nan"]
    {
        assert_eq!(test(&format!("is: {written}")).operand, one(text(written)), "{written}");
    }
    for quoted in ["'1'", "\"true\"", "!!str 1"] {
        assert!(matches!(test(&format!("is: {quoted}")).operand, Operand::One(Scalar::Text(_))), "{quoted}");
    }
    assert_eq!(test("is: true").operand, one(Scalar::Flag(true)));
    assert_eq!(test("is: \"\\ud83d\\ude00\"").operand, one(text("😀")));
}

#[test]
fn every_kind_of_condition_is_read() {
    assert!(
        matches!(condition("{member_of: vip}"), Condition::Member { segment, is_member: true } if segment == "vip")
    );
    assert!(matches!(condition("{not_member_of: vip}"), Condition::Member { is_member: false, .. }));
    assert!(matches!(condition("{condition: consent}"), Condition::Named(name) if name == "consent"));
    assert!(
        matches!(condition("{any: [{condition: a}]}"), Condition::Group(group) if group.join == Join::Any)
    );
    let Condition::Column(column) = condition("{table: t, column: c, is: x}") else { panic!() };
    assert_eq!((column.table.as_deref(), column.column.as_str()), (Some("t"), "c"));
}

fn related(written: &str) -> RelatedTest {
    match condition(&format!("{{related: invoices, {written}}}")) {
        Condition::Related(related) => related,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_measure_is_read() {
    assert_eq!(related("has: any").measure, Measure::HasAny);
    assert_eq!(related("has: none").measure, Measure::HasNone);
    for (function, word) in Function::ALL {
        let columns = match function {
            Function::Count => "",
            Function::First | Function::Latest => "of: total, by: date, ",
            _ => "of: total, ",
        };
        let Measure::Aggregate { function: read, of, by, test } =
            related(&format!("{word}: {{{columns}at_least: 3}}")).measure
        else {
            panic!("{word}")
        };
        assert_eq!(read, function);
        assert_eq!(of.is_some(), function != Function::Count, "{word}");
        assert_eq!(by.is_some(), matches!(function, Function::First | Function::Latest), "{word}");
        assert_eq!(test.operator, Operator::AtLeast);
    }
    let related = related("via: [a, b], where: {all: [{column: c, is: x}]}, has: any");
    assert_eq!(related.via, ["a", "b"]);
    assert_eq!(related.filter.unwrap().conditions.len(), 1);
}

#[test]
fn a_definition_has_rules_in_order() {
    let read = definition(
        "
version: 1
table: customers
time_zone: Europe/Bucharest
rules:
  - name: Buyers
    all:
      - column: total
        at_least: 100
  - combine: except
    any:
      - column: country
        is: no
  - name: ''
    all: [{condition: consent}]
  - combine: intersect
    all: [{condition: consent}]
",
    );
    assert_eq!(read.table, "customers");
    assert_eq!(read.time_zone.name(), "Europe/Bucharest");
    let combined: Vec<Combine> = read.rules.iter().map(|rule| rule.combine).collect();
    assert_eq!(combined, [Combine::Union, Combine::Except, Combine::Union, Combine::Intersect]);
    assert_eq!(read.rules[0].name, "Buyers");
    assert_eq!(read.rules[1].group.join, Join::Any);

    let plain = definition("{\"version\": 1.0, \"rules\": [{\"all\": [{\"condition\": \"consent\"}]}]}");
    assert_eq!((plain.table.as_str(), plain.time_zone.name()), ("profiles", "UTC"));
}

#[test]
fn the_segments_that_it_asks_about_are_told_once() {
    let read = definition(
        "{version: 1, rules: [{all: [{member_of: b}, {any: [{not_member_of: a}, {member_of: b}]}]}, {all: [{member_of: c}]}]}",
    );
    assert_eq!(read.segments(), ["b", "a", "c"]);
}

#[test]
fn sub_rules_stand_in_each_other_as_deep_as_is_allowed() {
    let groups = |depth: usize| format!("{}{{condition: c}}{}", "{all: [".repeat(depth), "]}".repeat(depth));
    let read = definition(&crate::with_conditions(&groups(MAX_DEPTH - 1)));
    let written = segue_model::segment::write::yaml(&read).unwrap();
    assert_eq!(definition(&written), read);
}
