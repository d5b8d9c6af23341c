//! Any definition.

use chrono_tz::TZ_VARIANTS;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use segue_model::segment::{
    ColumnTest, Combine, Condition, DayOfYear, Definition, Function, Group, Join, Measure, Operand, Operator,
    Period, RelatedTest, Rule, Scalar, Span, Test, Unit,
};
use serde_json::Number;

/// What YAML could take for something else.
const ODD: &[&str] = &[
    "yes",
    "no",
    "on",
    "null",
    "~",
    "true",
    "007",
    "1_000",
    "0x1F",
    "0o17",
    "1e3",
    ".inf",
    ".nan",
    "-.inf",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "%a",
    "@a",
    "`a",
    "[a]",
    "{a: 1}",
    "'",
    "\"",
    "\\",
    "|",
    ">",
    "? a",
    ":",
    "<<",
    "=",
    "2026-01-31",
    "12:30",
    "1:2:3",
    " a",
    "a ",
    "a\nb",
    "a\n",
    "\n",
    "a\r\nb",
    "\t",
    "a\tb",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\0",
    "\u{7}",
    "\u{1b}",
    "---",
    "--- a",
    "...",
    "ÄÖÜ",
    "ς",
    "😀",
    "e\u{301}",
    "\u{fffd}",
    "+1",
    "1.",
    ".5",
    "0",
    "",
];

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z ]{1,12}",
        2 => select(ODD).prop_map(ToOwned::to_owned),
        1 => any::<String>(),
        1 => "(?s).{0,20}",
        1 => "[a-z ]{90,200}",
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z_.]{0,8}[a-z]",
        1 => any_text().prop_filter("a name is not blank", |text| text.chars().any(char::is_alphanumeric)),
    ]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-1000_i64..1000).prop_map(Number::from),
        any::<f64>().prop_filter_map("JSON has finite numbers only", Number::from_f64),
        (-1e6_f64..1e6).prop_filter_map("JSON has finite numbers only", |float| Number::from_f64(
            (float * 100.0).round() / 100.0
        )),
    ]
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        any_text().prop_map(Scalar::Text),
        number().prop_map(Scalar::Number),
        any::<bool>().prop_map(Scalar::Flag),
    ]
}

fn operand(operator: Operator) -> BoxedStrategy<Operand> {
    use Operator as O;
    match operator {
        O::OneOf | O::NoneOf | O::ContainsAny | O::ContainsAll | O::ContainsNone => {
            vec(scalar(), 1..5).prop_map(Operand::Many).boxed()
        }
        O::Between => vec(scalar(), 2).prop_map(Operand::Many).boxed(),
        O::InLast | O::NotInLast | O::InNext => {
            let unit = select(Unit::ALL.map(|(unit, _)| unit).to_vec());
            (prop_oneof![Just(1), 1..=Span::MAX], unit)
                .prop_map(|(count, unit)| Operand::Span(Span { count, unit }))
                .boxed()
        }
        O::ToDate => select(Period::ALL.map(|(period, _)| period).to_vec()).prop_map(Operand::Period).boxed(),
        O::MonthOf => vec(1_u32..=12, 1..4).prop_map(Operand::Months).boxed(),
        O::DayOf => prop_oneof![
            Just(DayOfYear::Today),
            (1_u32..=12, 1_u32..=29).prop_map(|(month, day)| DayOfYear::Fixed { month, day }),
            select(&[(1, 31), (4, 30), (12, 31)][..])
                .prop_map(|(month, day)| DayOfYear::Fixed { month, day }),
        ]
        .prop_map(Operand::Day)
        .boxed(),
        O::IsEmpty => any::<bool>().prop_map(Operand::Flag).boxed(),
        _ => scalar().prop_map(Operand::One).boxed(),
    }
}

fn test() -> impl Strategy<Value = Test> {
    (select(Operator::ALL), any::<bool>()).prop_flat_map(|(operator, ignore_case)| {
        let ignore_case = ignore_case && operator.can_ignore_case();
        operand(operator).prop_map(move |operand| Test { operator, operand, ignore_case })
    })
}

fn column() -> impl Strategy<Value = Condition> {
    (option::weighted(0.2, name()), name(), test())
        .prop_map(|(table, column, test)| Condition::Column(ColumnTest { table, column, test }))
}

fn measure() -> impl Strategy<Value = Measure> {
    let function = select(Function::ALL.map(|(function, _)| function).to_vec());
    let aggregate =
        (function, name(), name(), test()).prop_map(|(function, of, by, test)| Measure::Aggregate {
            function,
            of: (function != Function::Count).then_some(of),
            by: matches!(function, Function::First | Function::Latest).then_some(by),
            test,
        });
    prop_oneof![1 => Just(Measure::HasAny), 1 => Just(Measure::HasNone), 3 => aggregate]
}

fn related(filter: BoxedStrategy<Group>) -> impl Strategy<Value = Condition> {
    (name(), vec(name(), 0..3), option::of(filter), measure()).prop_map(|(table, via, filter, measure)| {
        Condition::Related(RelatedTest { table, via, filter, measure })
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        4 => column(),
        1 => (name(), any::<bool>()).prop_map(|(segment, is_member)| Condition::Member { segment, is_member }),
        1 => name().prop_map(Condition::Named),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let group = group_of(inner).boxed();
        prop_oneof![group.clone().prop_map(Condition::Group), related(group)]
    })
}

fn group_of(condition: impl Strategy<Value = Condition>) -> impl Strategy<Value = Group> {
    (prop_oneof![Just(Join::All), Just(Join::Any)], vec(condition, 1..4))
        .prop_map(|(join, conditions)| Group { join, conditions })
}

fn rule() -> impl Strategy<Value = Rule> {
    let combine = select(Combine::ALL.map(|(combine, _)| combine).to_vec());
    let name = prop_oneof![Just(String::new()), any_text()];
    (combine, name, group_of(condition())).prop_map(|(combine, name, group)| Rule { combine, name, group })
}

pub fn definition() -> impl Strategy<Value = Definition> {
    (name(), select(&TZ_VARIANTS[..]), vec(rule(), 1..4)).prop_map(|(table, time_zone, mut rules)| {
        rules[0].combine = Combine::Union;
        Definition { table, time_zone, rules }
    })
}
