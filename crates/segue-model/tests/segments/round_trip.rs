//! What is written is what was read, and nothing that is read makes the reader panic.

use proptest::prelude::*;
use segue_model::segment::{Definition, read, write};
use serde_json::Value;

use crate::arbitrary;

fn yaml(definition: &Definition) -> String {
    write::yaml(definition).unwrap()
}

#[test]
fn what_is_written_reads_well() {
    let text = "{rules: [{any: [{related: invoices, sum: {at_least: 100.50, of: total}, via: [bill_to], where: {all: [{in_last: 1 days, \
        column: date}]}}, {ignore_case: true, one_of: [no, 'a: b', '007', '1', 'a \\n', \"two\\nlines\"], column: country}]}, {all: [{condition: consent}, \
        {not_member_of: vip}, {column: birthday, month_of: 5}, {column: birthday, day_of: 02-29}], name: 'Later: all', \
        combine: intersect}], version: 1}";
    insta::assert_snapshot!(yaml(&crate::definition(text)), @r#"
    version: 1
    table: profiles
    time_zone: UTC
    rules:
      - any:
          - related: invoices
            via:
              - bill_to
            where:
              all:
                - column: date
                  in_last: 1 day
            sum:
              of: total
              at_least: 100.5
          - column: country
            one_of:
              - "no"
              - "a: b"
              - "007"
              - "1"
              - a \n
              - "two\nlines"
            ignore_case: true
      - combine: intersect
        name: "Later: all"
        all:
          - condition: consent
          - not_member_of: vip
          - column: birthday
            month_of:
              - 5
          - column: birthday
            day_of: 02-29
    "#);
}

proptest! {
    #![proptest_config(crate::half_the_cases())]

    #[test]
    fn yaml_keeps_a_definition(definition in arbitrary::definition()) {
        let text = yaml(&definition);
        prop_assert_eq!(read::definition(&text), Ok(definition), "{}", text);
    }

    #[test]
    fn json_keeps_a_definition(definition in arbitrary::definition()) {
        let value = write::definition(&definition);
        prop_assert_eq!(read::from_value(&value), Ok(definition.clone()));
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            prop_assert_eq!(read::definition(&text), Ok(definition.clone()), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), other in "(?s)[-\\[\\]{}:,#&*!|>'\"%@`~ \\n\\ta-c0-9.]{0,60}") {
        let _ = read::definition(&text);
        let _ = read::definition(&other);
        let _ = read::group(&other);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read::definition(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_document_makes_the_reader_panic(value in document()) {
        let _ = read::from_value(&value);
        let _ = read::group_from_value(&value);
    }

    // What the fuzzer of fuzz/ does, from the other end: a valid text with something wrong somewhere.
    #[test]
    fn no_mutation_of_a_definition_makes_the_reader_panic(
        definition in arbitrary::definition(),
        as_json in any::<bool>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), edit()), 1..6),
    ) {
        let text = if as_json { write::definition(&definition).to_string() } else { yaml(&definition) };
        let mut text: Vec<char> = text.chars().collect();
        for (place, edit) in edits {
            apply(&mut text, place, edit);
        }
        let text: String = text.into_iter().collect();
        if let Ok(read) = read::definition(&text) {
            prop_assert_eq!(read::definition(&yaml(&read)), Ok(read));
        }
    }

    #[test]
    fn no_change_of_a_document_makes_the_reader_panic(
        definition in arbitrary::definition(),
        place in any::<prop::sample::Index>(),
        put in document(),
    ) {
        let mut value = write::definition(&definition);
        let mut count = 0;
        each(&mut value, &mut |_| count += 1);
        let mut left = place.index(count);
        each(&mut value, &mut |inner| {
            if left == 0 {
                *inner = put.clone();
            }
            left = left.wrapping_sub(1);
        });
        if let Ok(read) = read::from_value(&value) {
            prop_assert_eq!(read::from_value(&write::definition(&read)), Ok(read));
        }
    }
}

#[derive(Debug, Clone)]
enum Edit {
    Put(String),
    Drop(usize),
    Twice(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let tokens: &[&str] = &[
        "[", "]", "{", "}", ":", ": ", ",", "\n", "\n  ", "- ", "#", "&a ", "*a", "!x ", "|", ">", "'", "\"",
        "\\", "\t", "~", "<<: ", "1", "-", "e9", ".", "null", "true", "\u{feff}", "\0", "all", "any", "is",
        "where", "---\n", "? ", "%",
    ];
    prop_oneof![
        3 => prop::sample::select(tokens).prop_map(|token| Edit::Put(token.to_owned())),
        1 => any::<char>().prop_map(|c| Edit::Put(c.to_string())),
        2 => (1_usize..20).prop_map(Edit::Drop),
        1 => (1_usize..40).prop_map(Edit::Twice),
    ]
}

fn apply(text: &mut Vec<char>, place: prop::sample::Index, edit: Edit) {
    let at = place.index(text.len() + 1);
    let end = |count: usize| (at + count).min(text.len());
    match edit {
        Edit::Put(token) => drop(text.splice(at..at, token.chars())),
        Edit::Drop(count) => drop(text.drain(at..end(count))),
        Edit::Twice(count) => {
            let again = text[at..end(count)].to_vec();
            text.splice(at..at, again);
        }
    }
}

/// Any document, most of its keys words of the language.
fn document() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        9 => prop::sample::select(&[
            "version", "table", "time_zone", "rules", "combine", "name", "all", "any", "column", "related", "via", "where", "has",
            "count", "sum", "latest", "of", "by", "is", "one_of", "between", "in_last", "to_date", "month_of", "day_of", "is_empty",
            "ignore_case", "member_of", "condition",
        ][..]).prop_map(ToOwned::to_owned),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_u64..14).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(&["1 day", "week", "union", "02-30", "today", "any", "none", "2026-01-31"][..])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Visits every value of a document.
fn each(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, visit)),
        Value::Object(object) => object.values_mut().for_each(|item| each(item, visit)),
        _ => {}
    }
}
