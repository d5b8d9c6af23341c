//! Any definition over the tables of [`super::tables`] that passes the check.

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use segue_model::segment::{
    ColumnTest, Combine, Condition, DayOfYear, Definition, Function, Group, Join, Kind, Measure, Operand,
    Operator, Period, RelatedTest, Rule, Scalar, Span, Test, Unit,
};
use serde_json::Number;

use super::tables::{self, CENTS, DAYS, FORMS, Form, NAMED, TEXTS, WHOLES};

/// The segment that a definition can ask about.
pub(crate) const OTHER: &str = "other";

/// Ways to related tables: the table, and what is written below `via`.
const PATHS: &[(&str, &[&str], &[&str])] = &[
    // The table, what is written below `via`, and other tables on the way that can be named.
    ("invoices", &[], &[]),
    ("invoices", &["invoices.customer"], &[]),
    ("lines", &[], &["invoices"]),
    ("visits", &[], &[]),
    ("profiles", &["profiles.referrer"], &[]),
    ("profiles", &["profiles.referrer", "profiles.referrer"], &[]),
    ("lines", &["profiles.referrer", "invoices.customer", "lines.invoice_no"], &["invoices", "profiles"]),
];

const PATTERNS: &[&str] = &[
    "a", "^a", "b$", "^$", "^.$", ".*", r"\\", r"\.", r"^\w+$", r"\d", "%", "^(a|b)*$", "[^a]", r"^\s*$",
    "ß|ſ", "k", "é", r"a\nb", "^_?$",
];

fn form(name: &str) -> &'static Form {
    FORMS.iter().find(|form| form.name == name).unwrap()
}

fn text() -> impl Strategy<Value = Scalar> {
    // An empty text is no operand.
    select(&TEXTS[1..]).prop_map(|text| Scalar::Text(text.to_owned()))
}

fn number() -> BoxedStrategy<Scalar> {
    let fraction = |number: f64| Scalar::Number(Number::from_f64(number).unwrap());
    prop_oneof![
        4 => (0_i64..6).prop_map(|whole| Scalar::Number(whole.into())),
        2 => select(WHOLES).prop_map(|whole| Scalar::Number(whole.into())),
        3 => select(CENTS).prop_map(move |cents| fraction(cents as f64 / 100.0)),
        2 => select(&[0.1, 0.3, 0.5, 0.001, -0.25, -1.5, 123_456.789, 33.335, 16.665, -0.0, 0.6][..]).prop_map(fraction),
    ]
    .boxed()
}

fn time_text(time: NaiveDateTime, shape: usize) -> String {
    match shape {
        0 => time.date().to_string(),
        1 => time.format("%Y-%m-%dT%H:%M").to_string(),
        2 => time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string(),
        3 => tables::moment_text(time.and_utc()),
        _ => format!("{}+05:30", time.format("%Y-%m-%dT%H:%M:%S%.6f")),
    }
}

fn time(kind: Kind) -> BoxedStrategy<Scalar> {
    if kind == Kind::Date {
        return select(DAYS).prop_map(|day| Scalar::Text(day.to_owned())).boxed();
    }
    (tables::local(), 0_usize..5).prop_map(|(time, shape)| Scalar::Text(time_text(time, shape))).boxed()
}

fn scalar(kind: Kind) -> BoxedStrategy<Scalar> {
    match kind {
        Kind::Text | Kind::TextList | Kind::Other => text().boxed(),
        Kind::Number => number(),
        Kind::Date | Kind::LocalTime | Kind::Instant => time(kind),
        Kind::Boolean => any::<bool>().prop_map(Scalar::Flag).boxed(),
    }
}

fn operand(operator: Operator, kind: Kind) -> BoxedStrategy<Operand> {
    use Operator as O;
    match operator {
        O::Matches => {
            select(PATTERNS).prop_map(|pattern| Operand::One(Scalar::Text(pattern.to_owned()))).boxed()
        }
        O::ContainsAny | O::ContainsAll | O::ContainsNone => {
            let item = select(&["a", "A", "%", "é", "a b", "missing"][..]);
            vec(item.prop_map(|item| Scalar::Text(item.to_owned())), 1..3).prop_map(Operand::Many).boxed()
        }
        O::OneOf | O::NoneOf => vec(scalar(kind), 1..4).prop_map(Operand::Many).boxed(),
        O::Between => vec(scalar(kind), 2).prop_map(Operand::Many).boxed(),
        O::InLast | O::NotInLast | O::InNext => {
            let unit = select(Unit::ALL.map(|(unit, _)| unit).to_vec());
            let count = prop_oneof![4 => 1_u32..4, 2 => 1_u32..400, 1 => Just(Span::MAX)];
            (count, unit).prop_map(|(count, unit)| Operand::Span(Span { count, unit })).boxed()
        }
        O::ToDate => select(Period::ALL.map(|(period, _)| period).to_vec()).prop_map(Operand::Period).boxed(),
        O::MonthOf => vec(1_u32..=12, 1..3).prop_map(Operand::Months).boxed(),
        O::DayOf => {
            let fixed = select(&[(2, 28), (2, 29), (3, 15), (3, 29), (12, 31), (1, 1)][..])
                .prop_map(|(month, day)| DayOfYear::Fixed { month, day });
            prop_oneof![Just(DayOfYear::Today), fixed].prop_map(Operand::Day).boxed()
        }
        O::IsEmpty => any::<bool>().prop_map(Operand::Flag).boxed(),
        _ => scalar(kind).prop_map(Operand::One).boxed(),
    }
}

fn test(kind: Kind) -> impl Strategy<Value = Test> {
    (select(kind.operators()), any::<bool>()).prop_flat_map(move |(operator, ignore_case)| {
        let ignore_case = ignore_case && kind == Kind::Text && operator.can_ignore_case();
        operand(operator, kind).prop_map(move |operand| Test { operator, operand, ignore_case })
    })
}

fn column(form: &'static Form, table: Option<&'static str>) -> BoxedStrategy<Condition> {
    select(form.columns)
        .prop_flat_map(move |(name, of)| {
            test(of.kind()).prop_map(move |test| {
                let table = table.map(ToOwned::to_owned);
                Condition::Column(ColumnTest { table, column: name.to_owned(), test })
            })
        })
        .boxed()
}

fn group_of(condition: BoxedStrategy<Condition>) -> BoxedStrategy<Group> {
    (select(&[Join::All, Join::Any][..]), vec(condition, 1..3))
        .prop_map(|(join, conditions)| Group { join, conditions })
        .boxed()
}

/// What can be computed from a table: the function, of what, by what, and the kind of what comes out.
fn computed(form: &'static Form) -> Vec<(Function, Option<&'static str>, Option<&'static str>, Kind)> {
    let mut all = vec![(Function::Count, None, None, Kind::Number)];
    for (function, _) in Function::ALL {
        for (of, of_type) in form.columns {
            let Some(kind) = function.result(Some(of_type.kind())) else { continue };
            if !matches!(function, Function::First | Function::Latest) {
                all.push((function, Some(*of), None, kind));
                continue;
            }
            for (by, _) in form.columns.iter().filter(|(_, by)| by.kind().is_ordered()) {
                all.push((function, Some(*of), Some(*by), kind));
            }
        }
    }
    all
}

fn measure(form: &'static Form) -> BoxedStrategy<Measure> {
    let function = select(Function::ALL.map(|(function, _)| function).to_vec());
    let aggregate = function.prop_flat_map(move |function| {
        let choices: Vec<_> = computed(form).into_iter().filter(|(known, ..)| *known == function).collect();
        select(choices).prop_flat_map(|(function, of, by, kind)| {
            test(kind).prop_map(move |test| Measure::Aggregate {
                function,
                of: of.map(ToOwned::to_owned),
                by: by.map(ToOwned::to_owned),
                test,
            })
        })
    });
    prop_oneof![1 => Just(Measure::HasAny), 1 => Just(Measure::HasNone), 8 => aggregate].boxed()
}

fn related() -> BoxedStrategy<Condition> {
    select(PATHS)
        .prop_flat_map(|(table, via, on_way)| {
            let own = column(form(table), None);
            let condition = match on_way.first() {
                None => own,
                Some(_) => {
                    let other = select(on_way).prop_flat_map(|table| column(form(table), Some(table)));
                    prop_oneof![2 => own, 1 => other].boxed()
                }
            };
            let nested = group_of(condition.clone()).prop_map(Condition::Group);
            let filter = group_of(prop_oneof![3 => condition, 1 => nested].boxed());
            (option::of(filter), measure(form(table))).prop_map(move |(filter, measure)| {
                let via = via.iter().map(|name| (*name).to_owned()).collect();
                Condition::Related(RelatedTest { table: table.to_owned(), via, filter, measure })
            })
        })
        .boxed()
}

fn condition(asks_others: bool) -> BoxedStrategy<Condition> {
    let member = any::<bool>()
        .prop_map(|is_member| Condition::Member { segment: OTHER.to_owned(), is_member })
        .boxed();
    let named = Just(Condition::Named(NAMED.0.to_owned())).boxed();
    let leaf = prop_oneof![
        8 => column(form("profiles"), None),
        8 => related(),
        1 => if asks_others { member } else { named.clone() },
        1 => named,
    ];
    leaf.prop_recursive(2, 4, 2, |inner| group_of(inner.boxed()).prop_map(Condition::Group)).boxed()
}

/// Any definition; `asks_others` if it may ask about [`OTHER`].
pub(crate) fn any_definition(zone: Tz, asks_others: bool) -> impl Strategy<Value = Definition> {
    let combine = select(Combine::ALL.map(|(combine, _)| combine).to_vec());
    let rule = (combine, group_of(condition(asks_others))).prop_map(|(combine, group)| Rule {
        combine,
        name: String::new(),
        group,
    });
    vec(rule, 1..=3).prop_map(move |mut rules| {
        rules[0].combine = Combine::Union;
        Definition { table: "profiles".to_owned(), time_zone: zone, rules }
    })
}
