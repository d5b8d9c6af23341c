//! What strangers can write, and what it costs to say that it is wrong.

use insta::assert_snapshot;
use segue_model::segment::{
    ColumnTest, Condition, Fault, MAX_DEPTH, MAX_HOPS, Operand, Operator, Test, read,
};
use serde_json::{Map, Value, json};

use crate::tables::{all, check_definition};
use crate::{condition, definition, faults, lines, with_conditions};

#[test]
fn groups_are_nested_only_so_deep() {
    let nested = |depth: usize| format!("{}{{condition: c}}{}", "{any: [".repeat(depth), "]}".repeat(depth));
    read::definition(&with_conditions(&nested(MAX_DEPTH - 1))).unwrap();
    let place = format!("/rules/0/all/0{}", "/any/0".repeat(MAX_DEPTH - 1));
    let told = faults(&with_conditions(&nested(MAX_DEPTH)));
    assert_eq!(told, format!("{place}/any: groups stand in each other at most 32 deep"));

    let filter = "{related: t, has: any, where: {all: [{column: c, is: x}]}}";
    let told = faults(&with_conditions(&format!("{}{filter}{}", "{any: [".repeat(31), "]}".repeat(31))));
    assert_eq!(told, format!("{place}/where/all: groups stand in each other at most 32 deep"));
}

#[test]
fn nesting_does_not_overflow_the_stack() {
    let told = |text: &str| lines(&read::definition(text).unwrap_err());
    for depth in [50, 100, 1000, 100_000] {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("{\"all\": [", "]}"), ("- ", ""), ("{any: [", "")] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(!told(&text).is_empty());
        }
    }
    assert_snapshot!(told(&"- ".repeat(1000)), @"/: line 1, column 161: this is nested too deeply");
    assert_snapshot!(told(&with_conditions(&"{all: [".repeat(1000))), @"/: line 1, column 910: this is nested too deeply");

    let deep = (0..1000)
        .fold(json!(1), |inner, _| Value::Object(Map::from_iter([("all".to_owned(), vec![inner].into())])));
    let definition = [("version".to_owned(), json!(1)), ("rules".to_owned(), vec![deep].into())];
    let told = read::from_value(&Value::Object(Map::from_iter(definition))).unwrap_err();
    assert_eq!(told.len(), 1);
}

#[test]
fn a_billion_laughs_are_not_laughed() {
    let mut text = "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for (one, next) in ('a'..'j').zip('b'..) {
        text.push_str(&format!("{next}: &{next} [{}*{one}]\n", format!("*{one}, ").repeat(8)));
    }
    assert_snapshot!(lines(&read::definition(&text).unwrap_err()), @"/: line 1, column 7: anchors, aliases and merge keys are not read: write it out");
}

#[test]
fn paths_have_only_so_many_hops() {
    let via = |hops: usize| format!("{{related: t, via: [{}], has: any}}", vec!["r"; hops].join(", "));
    read::definition(&with_conditions(&via(MAX_HOPS))).unwrap();
    assert_snapshot!(faults(&with_conditions(&via(MAX_HOPS + 1))), @"/rules/0/all/0/via: a path has at most 20 relationships; this one has 21");
}

#[test]
fn a_hundred_thousand_values_are_read_and_checked() {
    let values: Vec<String> = (0..100_000).map(|number| format!("v{number}")).collect();
    let one_of = format!("{{column: email, one_of: [{}]}}", values.join(", "));
    let Condition::Column(column) = condition(&one_of) else { panic!() };
    assert!(matches!(&column.test.operand, Operand::Many(values) if values.len() == 100_000));
    // Both lists against each other: what is left is nothing.
    let test = |operator| Test { operator, ..column.test.clone() };
    let conditions = [Operator::OneOf, Operator::NoneOf].map(|operator| {
        Condition::Column(ColumnTest { column: "email".to_owned(), table: None, test: test(operator) })
    });
    let mut both = definition(&with_conditions("{condition: consent}"));
    both.rules[0].group.conditions = conditions.into();
    assert_snapshot!(lines(&check_definition(&both, None)), @"/rules/0/all/1: warning: this and /rules/0/all/0 exclude each other, so together they can never match");
}

#[test]
fn of_many_mistakes_the_first_hundred_are_told() {
    let told = read::definition(&with_conditions(&vec!["{}"; 10_000].join(", "))).unwrap_err();
    assert_eq!(told.len(), 101);
    assert_eq!(
        told.last().map(Fault::to_string).unwrap(),
        "/: there are 9900 mistakes more than are told here"
    );
    let told = all(&format!("{{column: points, one_of: [{}]}}", vec!["x"; 1000].join(", ")));
    assert_eq!(told.lines().count(), 101);
}

#[test]
fn long_words_are_cut_short_in_messages() {
    let long = "x".repeat(200_000);
    for text in [
        format!("{{version: 1, time_zone: {long}, rules: []}}"),
        with_conditions(&format!("{{column: c, is_empty: {long}}}")),
        with_conditions(&format!("{{column: c, to_date: {long}}}")),
    ] {
        assert!(faults(&text).len() < 500);
    }
    for conditions in [
        format!("{{column: {long}, is: x}}"),
        format!("{{column: points, is: {long}}}"),
        format!("{{member_of: {long}}}"),
        format!("{{condition: {long}}}"),
        format!("{{related: {long}, has: any}}"),
        format!("{{related: visits, via: [{long}], has: any}}"),
        format!("{{column: email, matches: '({long}'}}"),
    ] {
        assert!(all(&conditions).len() < 1000, "{}", &all(&conditions)[..2000]);
    }
}
