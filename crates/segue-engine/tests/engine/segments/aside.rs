//! Rows of text files that cannot be used.

use segue_engine::TableEngine;
use segue_model::{Corrupt, EngineError, PlanRequest, SegmentEngine};

use super::setting::Setting;
use crate::{plan, request, sends};

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

#[test]
fn rows_that_are_set_aside_are_named_as_people_count_them() {
    let setting = setting();
    let invoices = "customer,total\n\na,1\n\n\nb,none\n\nb,3,4\n";
    std::fs::write(setting.folder.path().join("invoices.csv"), invoices).unwrap();
    let described = TableEngine.describe(&setting.tables[1], None, &setting.resources()).unwrap();
    let first: Vec<&str> = described.corrupt.iter().map(|corrupt| corrupt.first.as_str()).collect();
    assert_eq!(first, ["invoices.csv:6", "invoices.csv:8"]);
}

const EVERYBODY: &str = "version: 1\nrules:\n  - all:\n      - {column: id, is_empty: false}\n";

fn people(ending: &str, lines: &[&str]) -> Setting {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    let path = setting.folder.path().join(format!("people.{ending}"));
    std::fs::write(&path, lines.join("\n")).unwrap();
    setting.add("profiles", &path, Some("id"), &[]);
    setting
}

#[test]
fn a_quote_that_is_never_closed_is_no_long_value() {
    let setting = people("csv", &["id,name", "a,Ann", "b,Bob"]);
    let path = setting.folder.path().join("people.csv");
    std::fs::write(path, "id,name\na,Ann\nb,\"Bob\nc,Cid\nd,Dan\n").unwrap();
    let told = TableEngine.count(&setting.evaluation(setting.read(EVERYBODY))).unwrap_err().to_string();
    assert!(told.contains("people.csv, row 3: a quote is opened and never closed"), "{told}");
}

#[test]
fn a_line_that_is_no_object_is_set_aside() {
    let setting = people("ndjson", &[r#"{"id": "a"}"#, "{\"id\": ", "", "7", r#"{"id": "b"}"#]);
    let counted = TableEngine.count(&setting.evaluation(setting.read(EVERYBODY))).unwrap();
    let reason = "it is not one JSON object".to_owned();
    let corrupt =
        Corrupt { table: "profiles".to_owned(), reason, rows: 2, first: "people.ndjson:2".to_owned() };
    assert_eq!((counted.members, counted.corrupt), (2, vec![corrupt]));
}

#[test]
fn a_column_of_which_most_values_no_longer_fit_has_drifted() {
    let setting = people("csv", &["id,total", "a,1.98", "b,2.50", "c,3"]);
    let asked = setting
        .evaluation(setting.read("version: 1\nrules:\n  - all:\n      - {column: total, is_empty: true}\n"));
    let snapshot = setting.folder.path().join("members.parquet");
    let path = setting.folder.path().join("people.csv");
    std::fs::write(&path, "id,total\na,\"1,98\"\nb,2.50\nc,\n").unwrap();
    assert_eq!(TableEngine.refresh(&asked, &snapshot).unwrap().members, 1, "half of them may be odd");
    std::fs::write(&path, "id,total\na,\"1,98\"\nb,\"2,50\"\nc,3\n").unwrap();
    let told = TableEngine.refresh(&asked, &snapshot).unwrap_err();
    assert!(matches!(&told, EngineError::Drift { table, .. } if table == "profiles"), "{told}");
    assert!(told.to_string().contains("2 of 3 values of column \"total\" are not number"), "{told}");
    let kept = TableEngine.preview(&setting.tables[0], &snapshot, 9, &setting.resources()).unwrap();
    assert_eq!(kept.rows.len(), 1, "the members before stay in force");
    assert!(matches!(TableEngine.count(&asked), Err(EngineError::Drift { .. })));
}

#[test]
fn what_is_set_aside_does_not_keep_the_others_from_being_sent() {
    let csv: &[&str] =
        &["id,email,name", "a,ann@example.com,Ann", "b,bob@example.com,Bob,x", "c,cid@example.com,Cid"];
    let ndjson: &[&str] = &[
        r#"{"id": "a", "email": "ann@example.com", "name": "Ann"}"#,
        "not an object",
        r#"{"id": "c", "email": "cid@example.com", "name": "Cid"}"#,
    ];
    for (ending, lines) in [("csv", csv), ("ndjson", ndjson)] {
        let setting = people(ending, lines);
        let (folder, path) = (setting.folder.path(), setting.folder.path().join(format!("people.{ending}")));
        let snapshot = folder.join("members.parquet");
        let refreshed = TableEngine.refresh(&setting.evaluation(setting.read(EVERYBODY)), &snapshot).unwrap();
        assert_eq!((refreshed.members, refreshed.corrupt.len()), (2, 1), "{ending}");
        let (whole, plan_folder) = (request(&path, &folder.join("whole")), folder.join("plan"));
        for folder in [&whole.folder, &plan_folder] {
            std::fs::create_dir(folder).unwrap();
        }
        assert!(
            plan(&whole).is_err(),
            "{ending}: a file that is pushed by itself is used whole or not at all"
        );
        let segment =
            PlanRequest { members: Some(snapshot), key: Some("id".to_owned()), folder: plan_folder, ..whole };
        assert_eq!(plan(&segment).unwrap().counts.members, 2, "{ending}");
        let sent: Vec<String> = sends(&segment.folder).iter().map(|send| send["email"].to_string()).collect();
        assert_eq!(sent, ["\"ann@example.com\"", "\"cid@example.com\""], "{ending}");
    }
}

#[test]
fn a_profile_that_may_have_been_set_aside_is_not_called_missing() {
    let setting = people("csv", &["id,name", "a,Ann", "b,Bob,x"]);
    let asked = setting.evaluation(setting.read(EVERYBODY));
    assert!(TableEngine.explain(&asked, "a").unwrap().is_some());
    let told = TableEngine.explain(&asked, "b").unwrap_err().to_string();
    assert!(
        told.contains("no profile with this key among the rows that can be used, and 1 that cannot"),
        "{told}"
    );
}
