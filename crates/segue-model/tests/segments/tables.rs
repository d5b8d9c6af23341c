//! A small world of tables.
//!
//! ```text
//! profiles ◀── profiles, by those who brought them in
//!          ◀══ invoices (two ways) ◀── invoice_lines ──▶ products
//!          ◀── visits ◀── pages
//!          ◀── reviews ──▶ products
//!          ◀── a ◀── b ◀── c ◀── a, and so on in a circle
//!          ◀── t1 ◀── t2 ◀── … ◀── t22
//! ```

use std::sync::LazyLock;

use segue_model::segment::{Catalog, Definition, Fault, Kind, Relationship, Table, TableColumn, check, read};

use crate::lines;

/// A table with an `id` as its key, which is no column; relationships have a name, a column and a table.
pub fn table(name: &str, columns: &[(&str, Kind)], relationships: &[(&str, &str, &str)]) -> Table {
    let columns = columns.iter().map(|(name, kind)| TableColumn {
        name: (*name).to_owned(),
        kind: *kind,
        meaning: None,
    });
    let relationships = relationships.iter().map(|(name, column, to_table)| Relationship {
        name: (*name).to_owned(),
        column: (*column).to_owned(),
        to_table: (*to_table).to_owned(),
        to_column: "id".to_owned(),
    });
    Table {
        name: name.to_owned(),
        columns: columns.collect(),
        key: Some("id".to_owned()),
        relationships: relationships.collect(),
        conditions: [].into(),
    }
}

fn profiles() -> Table {
    use Kind::{Boolean, Date, Instant, LocalTime, Number, Other, Text, TextList};
    let columns = [
        ("email", Text),
        ("country", Text),
        ("points", Number),
        ("birthday", Date),
        ("signed_up", LocalTime),
        ("last_seen", Instant),
        ("consent", Boolean),
        ("tags", TextList),
        ("photo", Other),
    ];
    let conditions = [
        ("consent", "all: [{column: consent, is: true}]"),
        ("outdated", "any: [{column: optin, is: true}]"),
        ("broken", "all: 1"),
    ];
    Table {
        conditions: conditions.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
        ..table("profiles", &columns, &[("profiles.referrer", "referrer", "profiles")])
    }
}

pub fn tables() -> Vec<Table> {
    use Kind::{Boolean, Date, Instant, Number, Other, Text, TextList};
    let invoices = &[
        ("id", Number),
        ("total", Number),
        ("date", Date),
        ("paid_at", Instant),
        ("status", Text),
        ("paid", Boolean),
    ];
    let visits = &[("id", Number), ("at", Instant), ("labels", TextList), ("raw", Other)];
    let mut all = vec![
        profiles(),
        table(
            "invoices",
            invoices,
            &[("bill_to", "bill_to", "profiles"), ("ship_to", "ship_to", "profiles")],
        ),
        table(
            "invoice_lines",
            &[("quantity", Number), ("genre", Text)],
            &[("invoice", "invoice", "invoices"), ("invoice_lines.product", "product", "products")],
        ),
        table("products", &[("price", Number)], &[]),
        table(
            "reviews",
            &[("stars", Number)],
            &[("author", "author", "profiles"), ("about", "about", "products")],
        ),
        table("visits", visits, &[("author", "profile", "profiles")]),
        table("pages", &[("url", Text)], &[("pages.visit", "visit", "visits")]),
        Table { key: None, ..table("log", &[("line", Text)], &[]) },
        table("a", &[("x", Number)], &[("a.profile", "p", "profiles"), ("a.c", "c", "c")]),
        table("b", &[("x", Number)], &[("b.a", "a", "a")]),
        table("c", &[("x", Number)], &[("c.b", "b", "b")]),
    ];
    all.extend((1..=22).map(|hop| {
        let up = if hop == 1 { "profiles".to_owned() } else { format!("t{}", hop - 1) };
        table(&format!("t{hop}"), &[("x", Number)], &[(&format!("hop{hop}"), "up", &up)])
    }));
    all
}

pub fn segments() -> Vec<(String, Definition)> {
    let of = |name: &str, conditions: &str| {
        let text = format!("{{version: 1, rules: [{{any: [{conditions}]}}]}}");
        (name.to_owned(), read::definition(&text).unwrap())
    };
    let mut logged = of("logged", "{condition: consent}");
    logged.1.table = "log".to_owned();
    vec![
        of("buyers", "{related: visits, has: any}"),
        of("vip", "{member_of: buyers}, {member_of: loyal}"),
        of("loyal", "{not_member_of: lapsed}"),
        of("lapsed", "{column: points, is: 0}"),
        logged,
    ]
}

/// What is found in a definition, checked as one that is saved under a name.
pub fn check_as(own: Option<&str>, text: &str) -> Vec<Fault> {
    check_definition(&crate::definition(text), own)
}

pub fn check_definition(definition: &Definition, own: Option<&str>) -> Vec<Fault> {
    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(tables);
    static SEGMENTS: LazyLock<Vec<(String, Definition)>> = LazyLock::new(segments);
    check(definition, own, &Catalog { tables: &TABLES, segments: &SEGMENTS })
}

/// What is found in a definition that is not saved yet, one fault a line; nothing if all is well.
pub fn checked(text: &str) -> String {
    lines(&check_as(None, text))
}

/// What is found in conditions of which all must hold.
pub fn all(conditions: &str) -> String {
    checked(&crate::with_conditions(conditions))
}
