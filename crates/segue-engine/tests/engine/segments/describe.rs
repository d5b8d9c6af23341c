//! What is told of a table's columns.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use segue_engine::TableEngine;
use segue_model::{Described, SegmentEngine};

use super::setting::Setting;

// More than are grouped in one reading.
const COLUMNS: i64 = 37;
const ROWS: i64 = 3_000;

/// The value of a column in a row; none where it is empty. The first column is a key that two rows share.
fn value(column: i64, row: i64) -> Option<i64> {
    match column {
        0 => Some(row.max(1)),
        _ => Some(row * row % (column * 7 + 1)).filter(|value| value % 5 != 4),
    }
}

fn expected(column: i64) -> (u64, u64, Vec<(String, u64)>) {
    let mut counts: HashMap<i64, u64> = HashMap::new();
    (0..ROWS).filter_map(|row| value(column, row)).for_each(|value| *counts.entry(value).or_default() += 1);
    let empty = (0..ROWS).filter(|row| value(column, *row).is_none()).count() as u64;
    let mut frequent: Vec<(i64, u64)> = counts.iter().map(|(value, rows)| (*value, *rows)).collect();
    frequent.sort_by_key(|(value, rows)| (std::cmp::Reverse(*rows), *value));
    frequent.truncate(10);
    let frequent = frequent.into_iter().map(|(value, rows)| (value.to_string(), rows));
    (empty, counts.len() as u64, frequent.collect())
}

fn assert_described(described: &Described, first: i64) {
    assert_eq!(described.rows, ROWS as u64);
    for (index, column) in (first..).zip(&described.columns) {
        let found = (column.empty, column.distinct, column.frequent.clone());
        assert_eq!(found, expected(index), "column {}", column.name);
    }
}

#[test]
fn every_column_of_a_wide_parquet_table_is_counted_by_itself() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    let columns = (0..COLUMNS).map(|column| {
        let values: Int64Array = (0..ROWS).map(|row| value(column, row)).collect();
        (format!("n{column}"), Arc::new(values) as ArrayRef, true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let path = setting.folder.path().join("wide.parquet");
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    setting.add("wide", &path, Some("n0"), &[]);
    let described = TableEngine.describe(&setting.tables[0], None, &setting.resources()).unwrap();
    assert_described(&described, 0);
    assert_eq!((described.duplicate_keys, described.without_key), (vec!["1".to_owned()], 0));
}

#[test]
fn and_of_a_text_file() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    let mut text: String = (0..COLUMNS).map(|column| format!("n{column},")).collect::<String>() + "id\n";
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            text.push_str(&value(column, row).map_or_else(String::new, |value| value.to_string()));
            text.push(',');
        }
        text.push_str(if row % 1000 == 7 { "\n" } else { "k\n" });
    }
    setting.add_csv("wide", &text, Some("id"), &[]);
    let mut described = TableEngine.describe(&setting.tables[0], None, &setting.resources()).unwrap();
    assert_eq!((described.duplicate_keys.clone(), described.without_key), (vec!["k".to_owned()], 3));
    let key = described.columns.pop().unwrap();
    assert_eq!((key.empty, key.distinct, key.frequent), (3, 1, vec![("k".to_owned(), 2997)]));
    assert_described(&described, 0);
}

#[test]
fn a_text_of_length_zero_is_empty() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    let texts = StringArray::from(vec![Some(""), None, Some("b"), Some("a"), Some("")]);
    let batch = RecordBatch::try_from_iter([("text", Arc::new(texts) as ArrayRef)]).unwrap();
    let path = setting.folder.path().join("texts.parquet");
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    setting.add("texts", &path, None, &[]);
    let described = TableEngine.describe(&setting.tables[0], None, &setting.resources()).unwrap();
    let column = &described.columns[0];
    assert_eq!((column.empty, column.distinct), (3, 2));
    assert_eq!(column.frequent, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
}

#[test]
fn drift_is_every_column_that_is_gone_or_another_kind() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", "id,name,born\na,Ann,2000-01-01\n", Some("id"), &[]);
    assert_eq!(TableEngine.drift(&setting.tables[0]).unwrap(), []);
    std::fs::write(setting.folder.path().join("profiles.csv"), "id,birthday\na,2000-01-01\n").unwrap();
    let drifted = TableEngine.drift(&setting.tables[0]).unwrap();
    let columns: Vec<&str> = drifted.iter().map(|drifted| drifted.column.as_str()).collect();
    assert_eq!(columns, ["name", "born"]);

    let path = setting.folder.path().join("visits.parquet");
    let write = |column: ArrayRef| {
        let batch = RecordBatch::try_from_iter([("page", column)]).unwrap();
        let mut writer =
            ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    };
    write(Arc::new(StringArray::from(vec!["start"])));
    setting.add("visits", &path, None, &[]);
    write(Arc::new(Int64Array::from(vec![1])));
    let drifted = TableEngine.drift(&setting.tables[1]).unwrap();
    assert_eq!(drifted.len(), 1);
    assert!(drifted[0].words.ends_with("is now number, and was text: declare the table anew"), "{drifted:?}");
}
