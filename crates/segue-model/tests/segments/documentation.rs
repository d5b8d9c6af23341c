//! The examples of docs/segments.md can be run.

use segue_model::segment::{Catalog, Function, Kind, Operator, Table, check, read};

use crate::lines;
use crate::tables::table;

/// The blocks of code of a language, each with the line that it begins on.
fn blocks(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut is_inside = false;
    for (number, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(given) if !is_inside && given == language => {
                is_inside = true;
                found.push((number + 2, String::new()));
            }
            Some(_) => is_inside = false,
            None if is_inside => {
                if let Some((_, block)) = found.last_mut() {
                    block.push_str(line);
                    block.push('\n');
                }
            }
            None => {}
        }
    }
    found
}

const TEXT: &str = include_str!("../../../../docs/segments.md");

/// The tables that the examples speak of.
fn tables() -> Vec<Table> {
    use Kind::{Boolean, Date, Instant, LocalTime, Number, Text, TextList};
    let profiles = table(
        "profiles",
        &[
            ("email", Text),
            ("country", Text),
            ("company", Text),
            ("phone", Text),
            ("postal_code", Text),
            ("points", Number),
            ("created", LocalTime),
            ("renewal", Date),
            ("birthday", Date),
            ("last_seen", Instant),
            ("unsubscribed_at", Instant),
            ("consent_marketing", Boolean),
            ("consent", Boolean),
            ("blocked", Boolean),
            ("vip", Boolean),
            ("tags", TextList),
            // Of the worked examples.
            ("Country", Text),
            ("Company", Text),
            ("Fax", Text),
            ("SupportRepId", Number),
        ],
        &[("profiles.referred_by", "referred_by", "profiles")],
    );
    let consent = ("consent".to_owned(), "all: [{column: consent_marketing, is: true}]".to_owned());
    vec![
        Table { conditions: [consent].into(), ..profiles },
        table(
            "invoices",
            &[
                ("total", Number),
                ("date", Date),
                ("status", Text),
                ("Total", Number),
                ("InvoiceDate", LocalTime),
            ],
            &[("c", "c", "profiles")],
        ),
        table("visits", &[("at", Instant), ("page", Text), ("campaign", Text)], &[("p", "p", "profiles")]),
        table(
            "orders",
            &[("total", Number), ("date", Date)],
            &[("orders.bill_to", "bill_to", "profiles"), ("orders.ship_to", "ship_to", "profiles")],
        ),
        table(
            "order_lines",
            &[("genre", Text), ("quantity", Number)],
            &[("order_lines.order", "order", "orders")],
        ),
    ]
}

/// Reads and checks a definition that begins on a line.
fn try_out(line: usize, text: &str) {
    let tables = tables();
    let other = read::definition("{version: 1, rules: [{all: [{column: vip, is: true}]}]}").unwrap();
    let segments =
        ["newsletter_readers", "customers_of_last_month"].map(|name| (name.to_owned(), other.clone()));
    let faults = match read::definition(text) {
        Ok(definition) => check(&definition, None, &Catalog { tables: &tables, segments: &segments }),
        Err(faults) => faults,
    };
    assert!(faults.is_empty(), "docs/segments.md:{line}: {}", lines(&faults));
}

#[test]
fn every_definition_can_be_run() {
    let blocks = blocks(TEXT, "yaml");
    let definitions = blocks.iter().filter(|(_, block)| block.starts_with("version:"));
    assert!(definitions.clone().count() >= 6);
    definitions.for_each(|(line, block)| try_out(*line, block));
}

#[test]
fn every_other_example_can_be_run_in_a_definition() {
    for (line, block) in blocks(TEXT, "yaml").iter().filter(|(_, block)| !block.starts_with("version:")) {
        let indented: String = block.lines().map(|line| format!("      {line}\n")).collect();
        let rule = if block.starts_with("- ") {
            format!("any:\n{indented}")
        } else {
            indented.trim_start().to_owned()
        };
        try_out(*line, &format!("version: 1\nrules:\n  -\n      {rule}"));
    }
}

#[test]
fn every_json_example_is_read() {
    for (line, block) in blocks(TEXT, "json") {
        serde_json::from_str::<serde_json::Value>(&block).unwrap();
        try_out(line, &block);
    }
}

#[test]
fn every_word_has_an_example() {
    let examples: String = blocks(TEXT, "yaml").into_iter().map(|(_, block)| block).collect();
    let operators = Operator::ALL.iter().map(|operator| operator.word());
    for word in operators.chain(Function::ALL.map(|(_, word)| word)) {
        assert!(examples.contains(&format!(" {word}:")), "{word}");
    }
}
