//! The ways between tables.

use insta::assert_snapshot;
use segue_model::segment::{Catalog, Kind, Relationship, Table, TableColumn};

use crate::tables::{all, tables};

/// The names of the relationships of a path, or why there is none.
fn path(to: &str, via: &[&str]) -> String {
    let tables = tables();
    path_in(&tables, to, via)
}

fn path_in(tables: &[Table], to: &str, via: &[&str]) -> String {
    let catalog = Catalog { tables, segments: &[] };
    let via: Vec<String> = via.iter().map(|name| (*name).to_owned()).collect();
    match catalog.path(&tables[0], to, &via) {
        Ok(hops) => {
            let names: Vec<&str> = hops.iter().map(|hop| hop.relationship.name.as_str()).collect();
            names.join(" ")
        }
        Err(words) => words,
    }
}

#[test]
fn the_only_way_is_found() {
    assert_eq!(path("visits", &[]), "author");
    assert_eq!(path("pages", &[]), "author pages.visit");
    assert_eq!(path("b", &[]), "a.profile b.a");
    // A cycle of tables has no end, but each table in it has one way.
    assert_eq!(path("c", &[]), "a.profile b.a c.b");
    assert_eq!(path("profiles", &[]), "profiles.referrer");
}

#[test]
fn several_ways_are_told() {
    assert_snapshot!(path("invoices", &[]), @r#"several ways lead to table "invoices" and give different answers: choose one with via: [bill_to] or via: [ship_to]"#);
    assert_snapshot!(path("invoice_lines", &[]), @r#"several ways lead to table "invoice_lines" and give different answers: choose one with via: [bill_to, invoice] or via: [ship_to, invoice]"#);
}

#[test]
fn a_way_is_chosen_by_name() {
    assert_eq!(path("invoices", &["ship_to"]), "ship_to");
    assert_eq!(path("invoice_lines", &["bill_to", "invoice"]), "bill_to invoice");
    // Two tables call their relationship the same.
    assert_eq!(path("visits", &["author"]), "author");
    assert_eq!(path("reviews", &["author"]), "author");
    assert_eq!(
        path("profiles", &["profiles.referrer", "profiles.referrer"]),
        "profiles.referrer profiles.referrer"
    );
    assert_eq!(path("a", &["a.profile", "b.a", "c.b", "a.c"]), "a.profile b.a c.b a.c");
}

#[test]
fn ways_that_do_not_exist() {
    assert_snapshot!(path("products", &[]), @r#"no relationship leads from table "profiles" to "products": declare one with segue tables add --relate"#);
    assert_snapshot!(path("log", &[]), @r#"no relationship leads from table "profiles" to "log": declare one with segue tables add --relate"#);
    assert_snapshot!(path("invoices", &["billto"]), @r#"no relationship "billto" leads from table "profiles"; did you mean "bill_to"?"#);
    assert_snapshot!(path("invoices", &["bill_to", "author"]), @r#"no relationship "author" leads from table "invoices"; there is: invoice"#);
    assert_snapshot!(path("invoices", &["bill_to", "invoice"]), @r#"the path ends at table "invoice_lines", not at "invoices""#);
    assert_snapshot!(path("pages", &["pages.visit"]), @r#"no relationship "pages.visit" leads from table "profiles"; there is: profiles.referrer, bill_to, ship_to, author, author, a.profile, hop1"#);
}

#[test]
fn twenty_hops_are_enough() {
    assert_eq!(path("t20", &[]).split(' ').count(), 20);
    assert_snapshot!(path("t21", &[]), @r#"table "t21" is more than 20 relationships away from table "profiles""#);
    assert_snapshot!(path("t22", &[]), @r#"table "t22" is more than 20 relationships away from table "profiles""#);
    let all: Vec<String> = (1..=21).map(|hop| format!("hop{hop}")).collect();
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(path("t20", &names[..20]).split(' ').count(), 20);
    assert_snapshot!(path("t21", &names), @"a path has at most 20 relationships; this one has 21");
}

#[test]
fn tables_that_are_all_related_to_each_other_are_no_labyrinth() {
    let names: Vec<String> = (0..40).map(|number| format!("n{number}")).collect();
    let related = |from: &String| Table {
        name: from.clone(),
        columns: vec![TableColumn { name: "x".to_owned(), kind: Kind::Number, meaning: None }],
        key: Some("id".to_owned()),
        relationships: names
            .iter()
            .filter(|to| *to != from)
            .map(|to| Relationship {
                name: format!("{from}.{to}"),
                column: "x".to_owned(),
                to_table: to.clone(),
                to_column: "id".to_owned(),
            })
            .collect(),
        conditions: [].into(),
    };
    let mut tables: Vec<Table> = names.iter().map(related).collect();
    assert!(path_in(&tables, "n1", &[]).starts_with("several ways lead to table \"n1\""));
    // One table that nothing leads to.
    tables.push(Table { name: "island".to_owned(), relationships: Vec::new(), ..tables[0].clone() });
    assert!(path_in(&tables, "island", &[]).starts_with("no relationship leads"));
}

#[test]
fn where_a_path_is_wrong_is_told() {
    assert_snapshot!(all("{related: invoices, has: any}"), @r#"/rules/0/all/0/related: several ways lead to table "invoices" and give different answers: choose one with via: [bill_to] or via: [ship_to]"#);
    assert_snapshot!(all("{related: invoices, via: [billto], has: any}"), @r#"/rules/0/all/0/via: no relationship "billto" leads from table "profiles"; did you mean "bill_to"?"#);
    assert_snapshot!(all("{related: t21, has: any}"), @r#"/rules/0/all/0/related: table "t21" is more than 20 relationships away from table "profiles""#);
    assert_snapshot!(all("{related: invoces, has: any}"), @r#"/rules/0/all/0/related: there is no table "invoces"; did you mean "invoices"?"#);
    assert_eq!(all("{related: invoices, via: [ship_to], has: any}"), "");
}

#[test]
fn a_filter_speaks_of_the_tables_on_its_path() {
    let lines = |filter: &str| {
        all(&format!(
            "{{related: invoice_lines, via: [bill_to, invoice], where: {{all: [{filter}]}}, has: any}}"
        ))
    };
    assert_eq!(lines("{column: genre, is: Rock}, {table: invoices, column: paid, is: true}"), "");
    assert_eq!(lines("{table: invoice_lines, column: genre, is: Rock}"), "");
    assert_snapshot!(lines("{column: paid, is: true}"), @r#"/rules/0/all/0/where/all/0/column: table "invoice_lines" has no column "paid"; there is: quantity, genre"#);
    assert_snapshot!(lines("{table: profiles, column: country, is: Brazil}"), @r#"/rules/0/all/0/where/all/0/table: table "profiles" is not on this path; there is: invoice_lines, invoices"#);
    assert_snapshot!(lines("{table: visits, column: id, is: 1}"), @r#"/rules/0/all/0/where/all/0/table: table "visits" is not on this path; there is: invoice_lines, invoices"#);
    assert_snapshot!(lines("{related: invoices, has: any}"), @r#"/rules/0/all/0/where/all/0/related: related tables are asked about outside of "where""#);
    assert_snapshot!(lines("{any: [{member_of: vip}, {condition: consent}]}"), @r#"
    /rules/0/all/0/where/all/0/any/0/member_of: only profiles are members of segments: ask outside of "where"
    /rules/0/all/0/where/all/0/any/1/condition: a named condition is about profiles: ask outside of "where"
    "#);
    assert_snapshot!(all("{table: invoices, column: total, is: 1}"), @r#"/rules/0/all/0/table: this condition is about table "profiles"; of another one ask with related: invoices"#);
    assert_snapshot!(
        all("{related: profiles, via: [profiles.referrer, profiles.referrer], where: {all: [{table: profiles, column: points, is: 1}]}, has: any}"),
        @r#"/rules/0/all/0/where/all/0/table: the path is at table "profiles" more than once; leave this out to mean its end"#
    );
}
