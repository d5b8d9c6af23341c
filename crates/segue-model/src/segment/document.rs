//! YAML and JSON as a document of plain values.
//!
//! The definitions of strangers are read here, so everything that could take more memory or stack than their length
//! explains is refused: deep nesting, and references from one part of the text to another.

use serde::de::IgnoredAny;
use serde_json::Value;
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{Error, Options, UserMessageFormatter};

use super::fault::{Fault, Pointer};
use super::{MAX_DEPTH, read::SPARE_DEPTH};

/// Enough for lists of a few hundred thousand values.
const MAX_NODES: usize = 1_000_000;

/// Without optimisation a level of nesting takes 25 kB, and the threads of tests and of tokio have but 2 MB.
const STACK: usize = 16 * 1024 * 1024;

/// What stands in a text, YAML or JSON.
///
/// `no` and `yes` are texts, and so are numbers with leading zeros: countries and postal codes.
///
/// # Errors
/// The first mistake of form, with its place in the words.
pub fn parse(text: &str) -> Result<Value, Fault> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || parse_here(text));
        match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // No more threads are to be had.
            Err(_) => parse_here(text),
        }
    })
}

fn parse_here(text: &str) -> Result<Value, Fault> {
    let read = yaml(text).or_else(|error| {
        // JSON is YAML but for a few control characters, which can stand in a string as they are.
        let is_json = text.contains(is_unknown_to_yaml) && serde_json::from_str::<IgnoredAny>(text).is_ok();
        if is_json { yaml(&escaped(text)).map_err(|_| error) } else { Err(error) }
    });
    read.map_err(|error| Fault::error(&Pointer::default(), words(&error)))
}

fn yaml(text: &str) -> Result<Value, Error> {
    serde_saphyr::from_str_with_options(text, options())
}

fn is_unknown_to_yaml(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if is_unknown_to_yaml(c) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            // A group takes two levels of a document. A little more than can be read, so that `read` tells the place.
            max_depth: 2 * MAX_DEPTH + SPARE_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 2 * MAX_NODES,
            max_aliases: 0,
            max_anchors: 0,
            max_documents: 1,
        },
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

fn words(error: &Error) -> String {
    use serde_saphyr::budget::BudgetBreach as Breach;
    let what = match error.without_snippet() {
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("\"{key}\" stands here a second time"),
        Error::Budget { breach: Breach::Depth { .. }, .. } => "this is nested too deeply".to_owned(),
        Error::Budget { breach: Breach::Documents { .. }, .. } => {
            "a second document begins here: one is needed".to_owned()
        }
        Error::Budget { breach: Breach::Anchors { .. } | Breach::Aliases { .. }, .. }
        | Error::UnknownAnchor { .. }
        | Error::MergeKeyNotAllowed { .. } => {
            "anchors, aliases and merge keys are not read: write it out".to_owned()
        }
        Error::Budget { .. } => "there is more in it than is read".to_owned(),
        Error::NonFiniteFloat { value, .. } => {
            format!("{value} is no number that can be compared with; a text needs quotes")
        }
        other if other.to_string().starts_with("recursion limit") => "this is nested too deeply".to_owned(),
        other => {
            let told = other.render_with_formatter(&UserMessageFormatter);
            let told = told.split_once(" at line ").map_or(told.as_str(), |(what, _)| what);
            format!("this is neither YAML nor JSON: {told}")
        }
    };
    match error.location() {
        Some(place) => format!("line {}, column {}: {what}", place.line(), place.column()),
        None => what,
    }
}
