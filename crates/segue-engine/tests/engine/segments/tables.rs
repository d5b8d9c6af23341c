//! Any rows for a few tables that are related to each other, with everything in them that is easy to get wrong.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat};
use datafusion::arrow::array::{Float64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::json::ReaderBuilder;
use datafusion::parquet::arrow::ArrowWriter;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use segue_model::segment::{Kind, Relationship, Table, TableColumn};
use serde_json::json;

use super::slow::{Rows, UNIT, Value};

/// How a column is stored in a Parquet file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    /// Text that refers to a profile.
    Reference,
    Whole,
    Cents,
    Double,
    Date,
    Time,
    Moment,
    Flag,
    List,
    /// The number of the row, from 1.
    Number,
    /// Text of digits, now and then.
    Digits,
}

pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) key: &'static str,
    pub(crate) columns: &'static [(&'static str, Type)],
    /// Column, table, and its column.
    relations: &'static [(&'static str, &'static str, &'static str)],
    most: usize,
}

pub(crate) const FORMS: [Form; 4] = [
    Form {
        name: "profiles",
        key: "id",
        columns: &[
            ("id", Type::Text),
            ("number", Type::Number),
            ("name", Type::Text),
            ("points", Type::Whole),
            ("score", Type::Cents),
            ("weight", Type::Double),
            ("born", Type::Date),
            ("seen", Type::Time),
            ("joined", Type::Moment),
            ("vip", Type::Flag),
            ("tags", Type::List),
            ("referrer", Type::Reference),
        ],
        relations: &[("referrer", "profiles", "id")],
        most: KEYS.len(),
    },
    Form {
        name: "invoices",
        key: "invoice",
        columns: &[
            ("invoice", Type::Number),
            ("customer", Type::Reference),
            ("total", Type::Cents),
            ("pieces", Type::Whole),
            ("rate", Type::Double),
            ("date", Type::Date),
            ("noted", Type::Time),
            ("at", Type::Moment),
            ("status", Type::Text),
            ("paid", Type::Flag),
        ],
        relations: &[("customer", "profiles", "id")],
        most: 12,
    },
    Form {
        name: "lines",
        key: "line",
        columns: &[
            ("line", Type::Number),
            ("invoice_no", Type::Digits),
            ("product", Type::Text),
            ("quantity", Type::Whole),
            ("shipped", Type::Moment),
            ("labels", Type::List),
        ],
        // A number there, text here.
        relations: &[("invoice_no", "invoices", "invoice")],
        most: 12,
    },
    Form {
        name: "visits",
        key: "visit",
        columns: &[
            ("visit", Type::Number),
            ("visitor", Type::Digits),
            ("page", Type::Text),
            ("at", Type::Time),
            ("day", Type::Date),
        ],
        relations: &[("visitor", "profiles", "number")],
        most: 10,
    },
];

/// The condition that the profiles declare.
pub(crate) const NAMED: (&str, &str) =
    ("consent", "any: [{column: vip, is: true}, {related: visits, has: any}]");

/// Keys of profiles; each is one text, and `1` is not `01`.
const KEYS: &[&str] = &["a", "A", "ä", "a\u{308}", "1", "01", "b\\", "%", "ß", "x y", "'"];

pub(crate) const TEXTS: &[&str] = &[
    "", " ", "a", "A", "a ", "ab", "aB", "%", "a%", "_", "\\", "a\\b", "\\%", "100%", "'", "\"", "''", "é",
    "e\u{301}", "Ä", "ä", "ß", "ẞ", "SS", "ss", "ſ", "K", "\u{212a}", "İ", "i", "ı", "Σ", "ς", "ΑΣ", "日本",
    "😀", "a\nb", "\t", "\u{0}", "-1", "01", "null", "true",
];

const ITEMS: &[&str] = &["a", "A", "%", "é", "a b", "a,b", "'", "😀"];

pub(crate) const WHOLES: &[i64] =
    &[0, 0, 1, -1, 2, 3, 5, 100, 9_007_199_254_740_992, 9_007_199_254_740_993, i64::MAX, i64::MIN];

pub(crate) const CENTS: &[i64] = &[0, 0, 1, 10, 20, 30, -30, 1050, 1050, 3333, 3334, 9_999_999_999];

/// Fifteen digits at the most, so that text of them means the same.
pub(crate) const DOUBLES: &[f64] = &[0.0, -0.0, 0.1, 0.2, 0.3, -0.25, 1.0, -1.5, 100.0, 123_456.789];

/// What a column of doubles can hold that is no number; signs of NaN are what processors make of 0/0.
const NO_NUMBERS: &[f64] = &[f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

pub(crate) const DAYS: &[&str] = &[
    "2026-03-15",
    "2026-03-14",
    "2026-03-16",
    "2026-03-29",
    "2026-03-28",
    "2026-02-28",
    "2026-02-16",
    "2026-01-01",
    "2025-12-31",
    "2025-10-26",
    "2025-03-16",
    "2024-02-29",
    "2023-02-28",
    "2000-02-29",
    "1999-03-15",
    "1970-01-01",
    "1969-12-31",
    "1900-03-01",
    "2018-11-04",
    "2018-11-03",
    "2100-02-28",
    "2026-04-05",
];

pub(crate) const CLOCKS: &[&str] = &[
    "00:00:00",
    "00:00:00.000001",
    "00:30:00",
    "01:00:00",
    "01:59:59.999999",
    "02:00:00",
    "02:30:00",
    "02:59:59.999999",
    "03:00:00",
    "12:00:00",
    "22:59:59.999999",
    "23:00:00",
    "23:30:00",
    "23:59:59.999999",
];

/// One row of one table, but for its key.
fn row(form: &'static Form) -> impl Strategy<Value = Vec<Value>> {
    let columns: Vec<BoxedStrategy<Value>> = form.columns.iter().map(|(_, of)| value(*of)).collect();
    columns
}

fn value(of: Type) -> BoxedStrategy<Value> {
    let there = match of {
        Type::Text => select(TEXTS).prop_map(|text| Value::Text(text.to_owned())).boxed(),
        Type::Reference => prop_oneof![
            // Few, so that many rows are somebody's.
            4 => select(&KEYS[..4]),
            2 => select(KEYS),
            1 => select(&["", "nobody"][..]),
        ]
        .prop_map(|text| Value::Text(text.to_owned()))
        .boxed(),
        Type::Digits => select(&["1", "1", "2", "2", "3", "4", "5", "01", "1.0", " 1", "x", "", "99"][..])
            .prop_map(|text| Value::Text(text.to_owned()))
            .boxed(),
        Type::Whole => select(WHOLES).prop_map(|whole| Value::Number(i128::from(whole) * UNIT)).boxed(),
        Type::Cents => select(CENTS).prop_map(|cents| Value::Number(i128::from(cents) * UNIT / 100)).boxed(),
        Type::Double => {
            prop_oneof![8 => select(DOUBLES), 1 => select(NO_NUMBERS)].prop_map(Value::Float).boxed()
        }
        Type::Date => select(DAYS).prop_map(|day| Value::Day(day.parse().unwrap())).boxed(),
        Type::Time => local().prop_map(Value::Local).boxed(),
        Type::Moment => local().prop_map(|time| Value::Moment(time.and_utc())).boxed(),
        Type::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        Type::List => {
            let item = select(ITEMS).prop_map(ToOwned::to_owned);
            vec(item, 0..4).prop_map(Value::List).boxed()
        }
        Type::Number => return Just(Value::Empty).boxed(),
    };
    prop_oneof![1 => Just(Value::Empty), 5 => there].boxed()
}

pub(crate) fn local() -> impl Strategy<Value = NaiveDateTime> {
    (select(DAYS), select(CLOCKS)).prop_map(|(day, clock)| {
        let day: NaiveDate = day.parse().unwrap();
        day.and_time(clock.parse().unwrap())
    })
}

/// All tables with some rows: a text file without any is refused.
pub(crate) fn any_tables() -> impl Strategy<Value = Vec<Rows>> {
    let tables: Vec<_> = FORMS
        .iter()
        .map(|form| vec(row(form), 1..=form.most).prop_map(move |rows| keyed(form, rows)))
        .collect();
    tables
}

fn keyed(form: &Form, mut rows: Vec<Vec<Value>>) -> Rows {
    for (index, row) in rows.iter_mut().enumerate() {
        for (value, (name, of)) in row.iter_mut().zip(form.columns) {
            if *of == Type::Number {
                *value = Value::Number(i128::try_from(index + 1).unwrap() * UNIT);
            } else if *name == form.key {
                *value = Value::Text(KEYS[index].to_owned());
            }
        }
    }
    Rows { table: table(form), rows }
}

fn table(form: &Form) -> Table {
    let columns = form.columns.iter().map(|(name, of)| TableColumn {
        name: (*name).to_owned(),
        kind: of.kind(),
        meaning: None,
    });
    let relationships = form.relations.iter().map(|(column, to_table, to_column)| Relationship {
        name: format!("{}.{column}", form.name),
        column: (*column).to_owned(),
        to_table: (*to_table).to_owned(),
        to_column: (*to_column).to_owned(),
    });
    let (name, text) = NAMED;
    let declares =
        if form.name == "profiles" { vec![(name.to_owned(), text.to_owned())] } else { Vec::new() };
    Table {
        name: form.name.to_owned(),
        columns: columns.collect(),
        key: Some(form.key.to_owned()),
        relationships: relationships.collect(),
        conditions: declares.into_iter().collect(),
    }
}

impl Type {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Text | Self::Reference | Self::Digits => Kind::Text,
            Self::Whole | Self::Cents | Self::Double | Self::Number => Kind::Number,
            Self::Date => Kind::Date,
            Self::Time => Kind::LocalTime,
            Self::Moment => Kind::Instant,
            Self::Flag => Kind::Boolean,
            Self::List => Kind::TextList,
        }
    }

    fn oddly_stored(self) -> DataType {
        match self.stored() {
            DataType::Utf8 => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            DataType::Date32 => DataType::Date64,
            other => other,
        }
    }

    pub(crate) fn stored(self) -> DataType {
        match self {
            Self::Text | Self::Reference | Self::Digits => DataType::Utf8,
            Self::Whole | Self::Number => DataType::Int64,
            Self::Cents => DataType::Decimal128(12, 2),
            Self::Double => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Flag => DataType::Boolean,
            Self::List => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        }
    }
}

/// Rows as lines of JSON.
pub(crate) fn json_lines(form: &Form, rows: &Rows) -> String {
    let line = |row: &Vec<Value>| {
        let values = form
            .columns
            .iter()
            .zip(row)
            .map(|((name, of), value)| ((*name).to_owned(), json_value(*of, value)));
        format!("{}\n", serde_json::Value::Object(values.collect()))
    };
    rows.rows.iter().map(line).collect()
}

fn json_value(of: Type, value: &Value) -> serde_json::Value {
    match value {
        Value::Empty => serde_json::Value::Null,
        Value::Text(text) => json!(text),
        Value::Number(units) if of == Type::Cents => {
            let cents = units * 100 / UNIT;
            let sign = if cents < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100);
            serde_json::from_str(&text).unwrap()
        }
        Value::Number(units) => json!(i64::try_from(units / UNIT).unwrap()),
        Value::Float(float) => json!(float),
        Value::Day(day) => json!(day.to_string()),
        Value::Local(time) => json!(time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()),
        Value::Moment(moment) => json!(moment_text(*moment)),
        Value::Flag(flag) => json!(flag),
        Value::List(items) => json!(items),
        Value::Mean(..) => panic!("a mean is not stored"),
    }
}

pub(crate) fn moment_text(moment: DateTime<chrono::Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Writes rows as a Parquet file. `is_odd`: texts as dictionaries, dates in milliseconds.
pub(crate) fn write_parquet(form: &Form, rows: &Rows, is_odd: bool, path: &Path) {
    let fields = form.columns.iter().map(|(name, of)| Field::new(*name, of.stored(), true));
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let lines = json_lines(form, rows);
    let batch = ReaderBuilder::new(schema).build(lines.as_bytes()).unwrap().next().unwrap().unwrap();
    let columns =
        form.columns.iter().zip(batch.columns()).enumerate().map(|(place, ((name, of), column))| {
            let column = match of {
                // JSON has no word for what is no number.
                Type::Double => {
                    Arc::new(rows.rows.iter().map(|row| double(&row[place])).collect::<Float64Array>())
                }
                _ if is_odd => cast(column, &of.oddly_stored()).unwrap(),
                _ => Arc::clone(column),
            };
            (*name, column, true)
        });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn double(value: &Value) -> Option<f64> {
    if let Value::Float(float) = value { Some(*float) } else { None }
}

/// Writes lines of JSON as a Parquet file with these columns.
pub(crate) fn write_columns(columns: &[(&str, DataType)], lines: &str, path: &Path) {
    let fields = columns.iter().map(|(name, of)| Field::new(*name, of.clone(), true));
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), None).unwrap();
    for batch in ReaderBuilder::new(schema).build(lines.as_bytes()).unwrap() {
        writer.write(&batch.unwrap()).unwrap();
    }
    writer.close().unwrap();
}
