//! The published JSON Schema says the same as the reader.

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use segue_model::segment::{Function, JSON_SCHEMA, MAX_DEPTH, Operator, read, write};
use serde_json::{Value, json};

use crate::arbitrary;

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn compile() -> Self {
        let mut compiler = Compiler::new();
        compiler.add_resource("urn:segue:segment:1", serde_json::from_str(JSON_SCHEMA).unwrap()).unwrap();
        let mut schemas = Schemas::new();
        let index =
            compiler.compile("urn:segue:segment:1", &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    fn accepts(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }
}

#[test]
fn what_can_be_read_is_accepted() {
    let schema = Schema::compile();
    proptest!(crate::half_the_cases(), |(definition in arbitrary::definition())| {
        let value = write::definition(&definition);
        prop_assert!(schema.accepts(&value), "{:#}", schema.schemas.validate(&value, schema.index).unwrap_err());
    });
}

#[test]
fn every_word_is_described() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let words = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    let operators: Vec<&str> = Operator::ALL.iter().map(|operator| operator.word()).collect();
    assert_eq!(words(&schema["$defs"]["test"]["oneOf"]), operators);
    let measures: Vec<&str> =
        std::iter::once("has").chain(Function::ALL.iter().map(|(_, word)| *word)).collect();
    assert_eq!(words(&schema["$defs"]["related"]["oneOf"]), measures);
}

/// Rules that neither the schema nor the reader accepts.
const BROKEN: &[&str] = &[
    "{}",
    "{all: []}",
    "{all: {}}",
    "{all: [{condition: c}], any: [{condition: c}]}",
    "{all: [{condition: c}], combine: union}",
    "{all: [{condition: c}], name: 5}",
    "{all: [{condition: c}], label: x}",
    "{all: [x]}",
    "{all: [{}]}",
    "{all: [{foo: 1}]}",
    "{all: [{condition: ''}]}",
    "{all: [{condition: 5}]}",
    "{all: [{condition: c, is: x}]}",
    "{all: [{member_of: a, not_member_of: b}]}",
    "{all: [{member_of: [a]}]}",
    "{all: [{all: [{condition: c}], name: x}]}",
    "{any: [{any: [{any: []}]}]}",
    "{all: [{column: c}]}",
    "{all: [{column: 5, is: x}]}",
    "{all: [{column: c, is: x, is_not: y}]}",
    "{all: [{column: c, is: }]}",
    "{all: [{column: c, is: [x]}]}",
    "{all: [{column: c, is: {x: 1}}]}",
    "{all: [{column: c, equals: x}]}",
    "{all: [{column: c, is: x, foo: 1}]}",
    "{all: [{column: c, is: x, ignore_case: yes}]}",
    "{all: [{column: c, at_least: 1, ignore_case: true}]}",
    "{all: [{column: c, is_empty: true, ignore_case: true}]}",
    "{all: [{column: c, contains_any: [a], ignore_case: true}]}",
    "{all: [{column: c, table: '', is: x}]}",
    "{all: [{column: c, one_of: x}]}",
    "{all: [{column: c, one_of: []}]}",
    "{all: [{column: c, one_of: [~]}]}",
    "{all: [{column: c, between: [1]}]}",
    "{all: [{column: c, between: [1, 2, 3]}]}",
    "{all: [{column: c, in_last: 30}]}",
    "{all: [{column: c, in_last: 0 days}]}",
    "{all: [{column: c, in_last: 100000 days}]}",
    "{all: [{column: c, in_last: 1 hour}]}",
    "{all: [{column: c, in_last: '1 day '}]}",
    "{all: [{column: c, to_date: day}]}",
    "{all: [{column: c, month_of: 0}]}",
    "{all: [{column: c, month_of: 13}]}",
    "{all: [{column: c, month_of: []}]}",
    "{all: [{column: c, month_of: [1, x]}]}",
    "{all: [{column: c, month_of: 1.5}]}",
    "{all: [{column: c, day_of: 02-30}]}",
    "{all: [{column: c, day_of: 04-31}]}",
    "{all: [{column: c, day_of: 2-1}]}",
    "{all: [{column: c, is_empty: 1}]}",
    "{all: [{related: t}]}",
    "{all: [{related: t, has: some}]}",
    "{all: [{related: t, has: any, count: {is: 1}}]}",
    "{all: [{related: t, has: any, foo: 1}]}",
    "{all: [{related: t, has: any, via: []}]}",
    "{all: [{related: t, has: any, via: x}]}",
    "{all: [{related: t, has: any, via: [a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a]}]}",
    "{all: [{related: t, has: any, where: {}}]}",
    "{all: [{related: t, has: any, where: {all: [{condition: c}], name: x}}]}",
    "{all: [{related: t, count: 3}]}",
    "{all: [{related: t, count: {of: x, is: 1}}]}",
    "{all: [{related: t, count: {is: 1, ignore_case: true, foo: 1}}]}",
    "{all: [{related: t, sum: {is: 1}}]}",
    "{all: [{related: t, max: {of: x, by: y, is: 1}}]}",
    "{all: [{related: t, latest: {of: x, is: 1}}]}",
];

#[test]
fn what_is_broken_is_refused_by_both() {
    let schema = Schema::compile();
    let mut texts: Vec<String> =
        BROKEN.iter().map(|rule| format!("{{version: 1, rules: [{rule}]}}")).collect();
    let whole = [
        "{}",
        "[]",
        "{version: 1}",
        "{version: 1, rules: []}",
        "{version: 1, rules: {}}",
        "{rules: [{all: [{condition: c}]}]}",
        "{version: 2, rules: [{all: [{condition: c}]}]}",
        "{version: '1', rules: [{all: [{condition: c}]}]}",
        "{version: 1, tables: x, rules: [{all: [{condition: c}]}]}",
        "{version: 1, table: 1, rules: [{all: [{condition: c}]}]}",
        "{version: 1, time_zone: '', rules: [{all: [{condition: c}]}]}",
        "{version: 1, rules: [{all: [{condition: c}]}, {all: [{condition: c}], combine: minus}]}",
    ];
    texts.extend(whole.map(ToOwned::to_owned));
    for text in &texts {
        assert!(read::definition(text).is_err(), "the reader accepts {text}");
        let value: Value = serde_saphyr_value(text);
        assert!(!schema.accepts(&value), "the schema accepts {text}");
    }
}

/// The document that a text holds, whatever it means.
fn serde_saphyr_value(text: &str) -> Value {
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true }).unwrap()
}

/// What only the reader refuses: a schema cannot count how deep groups stand in each other, nor name all time zones.
#[test]
fn the_schema_leaves_a_little_to_the_reader() {
    let deep = (0..MAX_DEPTH).fold(json!({"condition": "c"}), |inner, _| json!({"all": [inner]}));
    let refused = [
        json!({"version": 1, "rules": [{"all": [deep]}]}),
        json!({"version": 1, "time_zone": "Mars/Olympus", "rules": [{"all": [{"condition": "c"}]}]}),
    ];
    assert!(refused.iter().all(|value| read::from_value(value).is_err()));
    // The validator is not sparing with its stack.
    let accepted = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let schema = Schema::compile();
        refused.iter().all(|value| schema.accepts(value))
    });
    assert!(accepted.unwrap().join().unwrap());
}
