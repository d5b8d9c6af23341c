//! What counts, and that it counts once.

use segue_engine::TableEngine;
use segue_model::{EngineError, SegmentEngine};

use super::setting::Setting;

#[test]
fn rows_that_would_count_more_than_once_are_an_error() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", "id\na\nb\n", Some("id"), &[]);
    setting.add_csv("orders", "no,customer\n1,a\n1,a\n2,b\n", None, &[("customer", "profiles", "id")]);
    setting.add_csv("lines", "order,qty\n1,5\n2,7\n", None, &[("order", "orders", "no")]);
    let measured = |measure: &str| {
        let text = format!("version: 1\nrules:\n  - all:\n      - {{related: lines, {measure}}}\n");
        setting.members_of(setting.read(&text))
    };
    for adds_up in ["sum: {of: qty, is: 10}", "average: {of: qty, is: 5}", "count: {is: 2}"] {
        let told = measured(adds_up).unwrap_err();
        assert!(matches!(&told, EngineError::AmbiguousRows { keys, .. } if keys.shown() == "1"), "{told}");
    }
    assert_eq!(measured("max: {of: qty, is: 5}").unwrap(), ["a"]);
    assert_eq!(measured("has: any").unwrap(), ["a", "b"]);
}

#[test]
fn counts_after_each_rule_end_with_what_is_required() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", "id,consent\na,true\nb,false\nc,true\n", Some("id"), &[]);
    let consents = "{\"all\": [{\"column\": \"consent\", \"is\": true}]}".to_owned();
    setting.tables[0].table.conditions.insert("consents".to_owned(), consents);
    let definition = setting.read("version: 1\nrules:\n  - all:\n      - {column: id, one_of: [a, b]}\n");
    assert_eq!(TableEngine.inspect(&setting.evaluation(definition.clone())).unwrap(), [2]);
    setting.required.push("consents".to_owned());
    assert_eq!(TableEngine.inspect(&setting.evaluation(definition)).unwrap(), [2, 1]);
}
