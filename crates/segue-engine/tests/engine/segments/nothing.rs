//! What is as good as nothing in a Parquet file: keys of length zero, what is no number, lists without a single item.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Float64Array, Int64Array, ListArray, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use datafusion::parquet::arrow::ArrowWriter;
use segue_engine::TableEngine;
use segue_model::{EngineError, SegmentEngine};

use super::setting::Setting;

fn write(setting: &Setting, name: &str, columns: Vec<(&str, ArrayRef)>) -> PathBuf {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let path = setting.folder.path().join(name);
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    path
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn lists(values: &[&[Option<&str>]]) -> ListArray {
    let mut lists = ListBuilder::new(StringBuilder::new());
    values.iter().for_each(|items| lists.append_value(items.iter().copied()));
    lists.finish()
}

#[test]
fn a_key_of_length_zero_is_no_key() {
    let mut s = Setting::new("2026-03-15T12:00:00Z");
    let points = Arc::new(Int64Array::from(vec![1, 2, 3, 4]));
    let profiles = vec![("id", texts(&["a", "", "", "b"])), ("email", texts(&["", "x", "y", "z"]))];
    let profiles = write(&s, "profiles.parquet", [profiles, vec![("points", points as ArrayRef)]].concat());
    s.add("profiles", &profiles, Some("id"), &[]);
    let invoices = write(
        &s,
        "invoices.parquet",
        vec![("customer", texts(&["a", "", "b"])), ("address", texts(&["", "", "z"]))],
    );
    let to_profiles = [("customer", "profiles", "id"), ("address", "profiles", "email")];
    s.add("invoices", &invoices, None, &to_profiles);
    assert_eq!(s.who("{column: points, at_least: 1}"), "a b");
    assert_eq!(s.who("{related: invoices, via: [invoices.customer], has: any}"), "a b");
    assert_eq!(s.who("{related: invoices, via: [invoices.address], has: any}"), "b");
    assert_eq!(s.who("{related: invoices, via: [invoices.address], has: none}"), "a");
    let everybody = s.read("version: 1\nrules:\n  - all: [{column: points, at_least: 1}]\n");
    let evaluation = s.evaluation(everybody);
    assert_eq!(TableEngine.inspect(&evaluation).unwrap(), [2]);
    assert!(TableEngine.explain(&evaluation, "").unwrap().is_none());
    let described = TableEngine.describe(&s.tables[0], None, &s.resources()).unwrap();
    assert_eq!((described.without_key, described.duplicate_keys), (2, vec![]));
}

/// Where all rows have keys, and the file says so, keys need not be read to count.
#[test]
fn keys_are_known_to_be_there_or_looked_at() {
    for (keys, expected) in [
        (vec![Some("a"), Some("b"), Some("c")], 3),
        (vec![Some("a"), None, Some("c")], 2),
        (vec![Some("a"), Some(""), None], 1),
    ] {
        let mut s = Setting::new("2026-03-15T12:00:00Z");
        let points: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let keys: ArrayRef = Arc::new(StringArray::from(keys));
        let path = write(&s, "profiles.parquet", vec![("id", keys), ("points", points)]);
        s.add("profiles", &path, Some("id"), &[]);
        let everybody = s.read("version: 1\nrules:\n  - all: [{column: points, at_least: 1}]\n");
        assert_eq!(TableEngine.count(&s.evaluation(everybody)).unwrap().members, expected);
    }
}

#[test]
fn what_is_no_number_is_empty() {
    let mut s = Setting::new("2026-03-15T12:00:00Z");
    s.add_csv("profiles", "id\na\nb\nc\n", Some("id"), &[]);
    let rates = Float64Array::from(vec![
        Some(0.1),
        Some(f64::NAN),
        Some(0.2),
        Some(-f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        None,
        Some(f64::MAX),
    ]);
    let owner = texts(&["a", "a", "a", "b", "b", "b", "b", "c"]);
    let path = write(&s, "rates.parquet", vec![("owner", owner), ("rate", Arc::new(rates))]);
    s.add("rates", &path, None, &[("owner", "profiles", "id")]);
    let of_a_and_b = "where: {any: [{column: owner, one_of: [a, b]}]}";
    for (condition, expected) in [
        ("sum: {of: rate, is: 0.3}", "a"),
        ("average: {of: rate, is: 0.15}", "a"),
        ("max: {of: rate, is: 0.2}", "a"),
        ("min: {of: rate, is: 0.1}", "a"),
        ("count_distinct: {of: rate, is: 2}", "a"),
        ("count_distinct: {of: rate, is: 0}", "b c"),
        ("sum: {of: rate, is_empty: true}", "b c"),
    ] {
        assert_eq!(s.who(&format!("{{related: rates, {of_a_and_b}, {condition}}}")), expected, "{condition}");
    }
    for (condition, expected) in [
        ("{column: rate, is_empty: true}", "a b"),
        ("{column: rate, is_not: 1}", "a b c"),
        ("{column: rate, more_than: -1}", "a c"),
        ("{column: rate, less_than: 1}", "a"),
    ] {
        let found = s.who(&format!("{{related: rates, where: {{all: [{condition}]}}, has: any}}"));
        assert_eq!(found, expected, "{condition}");
    }
}

#[test]
fn a_number_too_large_to_be_added_up_is_said() {
    let mut s = Setting::new("2026-03-15T12:00:00Z");
    s.add_csv("profiles", "id\na\n", Some("id"), &[]);
    let rates: ArrayRef = Arc::new(Float64Array::from(vec![1e300]));
    let path = write(&s, "rates.parquet", vec![("owner", texts(&["a"])), ("rate", rates)]);
    s.add("rates", &path, None, &[("owner", "profiles", "id")]);
    let rule = "{related: rates, sum: {of: rate, more_than: 1}}";
    let failed = s.members_of(s.read(&format!("version: 1\nrules:\n  - all: [{rule}]\n"))).unwrap_err();
    assert!(matches!(&failed, EngineError::Input(words) if words.contains("too large")), "{failed:?}");
}

#[test]
fn a_list_of_missing_items_is_empty() {
    let mut s = Setting::new("2026-03-15T12:00:00Z");
    let tags = lists(&[&[Some("x"), None], &[None, None], &[], &[Some("")]]);
    let profiles = vec![("id", texts(&["a", "b", "c", "d"])), ("tags", Arc::new(tags) as ArrayRef)];
    let path = write(&s, "profiles.parquet", profiles);
    s.add("profiles", &path, Some("id"), &[]);
    let lines = "{\"id\":\"a\",\"tags\":[\"x\",null]}\n{\"id\":\"b\",\"tags\":[null,null]}\n{\"id\":\"c\",\"tags\":[]}\n{\"id\":\"d\",\"tags\":[\"\"]}\n";
    let mut of_text = Setting::new("2026-03-15T12:00:00Z");
    let text = of_text.folder.path().join("profiles.ndjson");
    std::fs::write(&text, lines).unwrap();
    of_text.add("profiles", &text, Some("id"), &[]);
    for s in [s, of_text] {
        assert_eq!(s.who("{column: tags, is_empty: true}"), "b c");
        assert_eq!(s.who("{column: tags, is_empty: false}"), "a d");
        assert_eq!(s.who("{column: tags, contains_none: [x]}"), "b c d");
    }
}

#[test]
fn members_are_written_where_there_is_a_place_for_them() {
    let mut s = Setting::new("2026-03-15T12:00:00Z");
    s.add_csv("profiles", "id,\"a,b\"\na,1\n", Some("id"), &[]);
    let nobody = s.read("version: 1\nrules:\n  - all: [{column: id, is: nobody}]\n");
    let snapshot = s.folder.path().join("nobody.parquet");
    TableEngine.refresh(&s.evaluation(nobody), &snapshot).unwrap();
    let write = |out: &str| {
        TableEngine.write_members(&s.tables[0], &snapshot, &s.folder.path().join(out), &s.resources())
    };
    assert_eq!(write("out.csv").unwrap(), 0);
    assert_eq!(std::fs::read_to_string(s.folder.path().join("out.csv")).unwrap(), "id,\"a,b\"\n");
    assert_eq!(write("out.parquet").unwrap(), 0);
    assert!(std::fs::read(s.folder.path().join("out.parquet")).unwrap().starts_with(b"PAR1"));
    for out in ["none/out.csv", "none/out.parquet", "out.csv/out.csv", ""] {
        let failed = write(out).unwrap_err();
        assert!(matches!(failed, EngineError::Input(_)), "{out}: {failed:?}");
    }
}
