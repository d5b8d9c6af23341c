//! Rows of text files that cannot be used.

use segue_engine::TableEngine;
use segue_model::{Corrupt, SegmentEngine};

use super::setting::Setting;

/// Two invoices that became unusable after the table was declared.
fn setting() -> Setting {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", "id\na\nb\n", Some("id"), &[]);
    setting.add_csv("invoices", "customer,total\na,1\n", None, &[("customer", "profiles", "id")]);
    let invoices = "customer,total\na,1\nb,none\nb,3,4\n";
    std::fs::write(setting.folder.path().join("invoices.csv"), invoices).unwrap();
    setting
}

fn expected() -> Vec<Corrupt> {
    let row = |reason: &str, number: u64| Corrupt {
        table: "invoices".to_owned(),
        reason: reason.to_owned(),
        rows: 1,
        first: format!("invoices.csv:{number}"),
    };
    vec![
        row("column \"total\" does not fit its kind, number", 3),
        row("it has another number of values than the header names columns", 4),
    ]
}

#[test]
fn a_row_is_set_aside_once_however_often_its_file_is_read() {
    let setting = setting();
    let twice = "version: 1\nrules:\n  - any:\n      - {related: invoices, sum: {of: total, more_than: 5}}\n      \
        - {related: invoices, max: {of: total, at_least: 1}}\n";
    let counted = TableEngine.count(&setting.evaluation(setting.read(twice))).unwrap();
    assert_eq!((counted.members, counted.corrupt), (1, expected()));
}

#[test]
fn rows_that_are_set_aside_can_be_listed() {
    let setting = setting();
    let list = setting.folder.path().join("aside.csv");
    let described = TableEngine.describe(&setting.tables[1], Some(&list), &setting.resources()).unwrap();
    assert_eq!((described.rows, described.corrupt), (1, expected()));
    let file = setting.folder.path().join("invoices.csv").display().to_string();
    let lines: Vec<String> = std::fs::read_to_string(list).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "table,file,row,reason".to_owned(),
            format!("invoices,{file},3,\"column \"\"total\"\" does not fit its kind, number\""),
            format!("invoices,{file},4,it has another number of values than the header names columns"),
        ]
    );
}
