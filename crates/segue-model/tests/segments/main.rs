//! The language of segments: read, checked, written back, and told what is wrong with it.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod arbitrary;
mod checking;
mod contradictions;
mod documentation;
mod faults;
mod limits;
mod paths;
mod reading;
mod round_trip;
mod schema;
mod tables;

use proptest::prelude::ProptestConfig;
use segue_model::segment::{Condition, Definition, Fault, read};

/// For properties of whole definitions, which are large. `PROPTEST_CASES` asks for more.
fn half_the_cases() -> ProptestConfig {
    let all = ProptestConfig::default();
    ProptestConfig { cases: all.cases.div_ceil(2), ..all }
}

/// A definition that must be right.
fn definition(text: &str) -> Definition {
    read::definition(text).unwrap_or_else(|faults| panic!("{}\nin\n{text}", lines(&faults)))
}

/// A definition of one rule with these conditions, written as YAML in brackets.
fn with_conditions(conditions: &str) -> String {
    format!("{{version: 1, rules: [{{all: [{conditions}]}}]}}")
}

/// The only condition of a definition with one.
fn condition(text: &str) -> Condition {
    let mut definition = definition(&with_conditions(text));
    definition.rules.remove(0).group.conditions.remove(0)
}

/// What is wrong with a text, one fault a line.
fn faults(text: &str) -> String {
    match read::definition(text) {
        Ok(definition) => panic!("this is read as {definition:?}\nfrom\n{text}"),
        Err(faults) => lines(&faults),
    }
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
