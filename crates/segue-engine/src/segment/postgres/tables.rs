//! The same small tables twice: as Parquet files for the engine, and in Postgres.
//!
//! Both read them from the same JSON, each by its own means. Texts compare by code point in both, whatever the server's
//! locale is. The tables of Postgres are temporary: they end with the session, and no two tests meet.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::json::ReaderBuilder;
use segue_model::segment::{Relationship, Table, TableColumn};
use segue_model::{Source, StoredTable};

use crate::segment::scan::kind_of;
use crate::segment::typed::DECIMAL;
use crate::table::TableWriter;

struct Fixture {
    name: &'static str,
    key: &'static str,
    /// Name and type in Postgres.
    columns: &'static [(&'static str, &'static str)],
    /// Column, table, and its column.
    relations: &'static [(&'static str, &'static str, &'static str)],
    rows: &'static str,
}

/// How many profiles there are.
pub(super) const PROFILES: usize = 8;

const TABLES: [Fixture; 3] = [
    Fixture {
        name: "profiles",
        key: "id",
        columns: &[
            ("id", "text"),
            ("name", "text"),
            ("city", "text"),
            ("points", "bigint"),
            ("score", "numeric(12,2)"),
            ("exact", "numeric(38,10)"),
            ("weight", "double precision"),
            ("born", "date"),
            ("seen", "timestamp"),
            ("joined", "timestamptz"),
            ("vip", "boolean"),
            ("tags", "text[]"),
            ("wakes", "time"),
            ("referrer", "text"),
        ],
        relations: &[("referrer", "profiles", "id")],
        rows: r#"
{"id": "a", "name": "Ann O'Neil", "city": "Berlin", "points": 100, "score": 10.50, "exact": 10.5, "weight": 0.1, "born": "1980-02-29", "seen": "2026-03-28T23:59:59.999999", "joined": "2026-03-28T22:59:59Z", "vip": true, "tags": ["gold", "beta"], "wakes": "07:00:00", "referrer": "b"}
{"id": "b", "name": "bob\\'", "city": "BERLIN", "points": 7, "score": -3.00, "exact": -3, "weight": -1.5, "born": "1990-03-29", "seen": "2026-03-29T00:00:00", "joined": "2026-03-28T23:00:00Z", "vip": false, "tags": [], "referrer": "c"}
{"id": "c", "name": "Çelik it''s", "city": "İzmir", "born": "2000-12-31"}
{"id": "d", "name": "D%vid_", "city": "", "points": 0, "score": 0.00, "exact": 0, "weight": -0.0, "seen": "2026-01-01T00:00:00", "joined": "2026-03-29T22:00:00Z", "vip": true, "tags": ["gold"], "referrer": ""}
{"id": "e", "name": "line\nbreak", "points": -5, "score": 99999.99, "exact": 0.0000000001, "weight": 1e300, "born": "2024-02-29", "seen": "2026-04-04T10:00:00", "joined": "2026-03-29T21:59:59.999999Z", "vip": false, "tags": ["internal", ""], "referrer": "a"}
{"id": "f", "name": "ΟΔΟΣ ſ", "city": "Straße", "points": 9007199254740993, "score": 10.5, "exact": 1234567890123456789.5, "weight": 0.30000000000000004, "born": "1899-12-31", "seen": "1999-03-29T12:00:00", "joined": "1899-12-31T23:30:00Z", "tags": ["Gold", "\\'"], "wakes": "00:00:00", "referrer": "nobody"}
{"id": "g", "name": ""}
{"id": "h", "name": null, "points": 3, "score": 3.14, "exact": 3.14, "weight": 100, "born": "2026-03-29", "seen": "2025-12-31T23:59:59", "joined": "2026-02-28T23:30:00Z", "tags": ["beta", "gold", "beta"], "referrer": "a"}
"#,
    },
    Fixture {
        name: "invoices",
        key: "invoice",
        columns: &[
            ("invoice", "bigint"),
            ("customer", "text"),
            ("total", "numeric(12,2)"),
            ("rate", "double precision"),
            ("date", "date"),
            ("noted", "timestamp"),
            ("at", "timestamptz"),
            ("status", "text"),
            ("paid", "boolean"),
        ],
        relations: &[("customer", "profiles", "id")],
        rows: r#"
{"invoice": 1, "customer": "a", "total": 5.00, "rate": 0.1, "date": "2026-01-10", "noted": "2026-01-10T10:00:00", "at": "2026-01-10T09:00:00Z", "status": "paid", "paid": true}
{"invoice": 2, "customer": "a", "total": 7.50, "rate": 0.2, "date": "2026-02-10", "noted": "2026-02-10T10:00:00", "at": "2026-02-10T09:00:00Z", "status": "open", "paid": false}
{"invoice": 3, "customer": "b", "total": 500.00, "rate": 0.5, "date": "2026-03-10", "noted": "2026-03-10T10:00:00", "at": "2026-03-10T09:00:00Z", "status": "Paid", "paid": true}
{"invoice": 4, "customer": "b", "total": 0.10, "rate": 0.25, "date": "2025-01-01", "noted": "2025-01-01T00:00:00", "at": "2025-01-01T00:00:00Z", "status": "void", "paid": false}
{"invoice": 5, "customer": "b", "total": 0.20, "rate": 0.25, "date": "2025-01-01", "noted": "2025-01-01T00:00:00", "at": "2025-01-01T00:00:00Z", "status": "open", "paid": true}
{"invoice": 6, "customer": "x", "total": 9.99, "date": "2026-03-01", "status": "paid"}
{"invoice": 7, "total": 9.99, "date": "2026-03-01", "status": "paid"}
{"invoice": 8, "customer": "d"}
{"invoice": 9, "customer": "e", "total": 500.00, "date": "2026-03-29", "noted": "2026-03-29T03:00:00", "at": "2026-03-29T01:00:00Z", "status": "open", "paid": false}
{"invoice": 10, "customer": "e", "total": 0.00, "rate": 1, "date": "2026-03-29", "noted": "2026-03-29T03:00:00", "at": "2026-03-29T01:00:00Z"}
"#,
    },
    Fixture {
        name: "lines",
        key: "line",
        columns: &[("line", "bigint"), ("invoice_no", "text"), ("product", "text"), ("quantity", "bigint")],
        // A number there, text here.
        relations: &[("invoice_no", "invoices", "invoice")],
        rows: r#"
{"line": 1, "invoice_no": "1", "product": "jazz", "quantity": 1}
{"line": 2, "invoice_no": "2", "product": "rock", "quantity": 2}
{"line": 3, "invoice_no": "3", "product": "jazz", "quantity": 3}
{"line": 4, "invoice_no": "99", "product": "jazz", "quantity": 4}
{"line": 5, "invoice_no": null, "product": "jazz", "quantity": 5}
{"line": 6, "invoice_no": "10", "product": "rock"}
"#,
    },
];

/// A segment's members at its last refresh, as a table of Postgres, and the condition that found them.
pub(super) const SEGMENT: (&str, &str, &str) = (
    "vips",
    "{column: vip, is: true}",
    "CREATE TEMPORARY TABLE vips AS SELECT id AS key FROM profiles WHERE vip",
);

/// Writes the tables as Parquet files of their names.
pub(super) fn stored(folder: &Path) -> Vec<StoredTable> {
    let stored = TABLES.iter().map(|table| {
        let fields = table.columns.iter().map(|(name, kind)| Field::new(*name, data_type(kind), true));
        let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let path = folder.join(format!("{}.parquet", table.name));
        let mut writer = TableWriter::create(&path, &schema, &[]).unwrap();
        for batch in ReaderBuilder::new(Arc::clone(&schema)).build(table.rows.as_bytes()).unwrap() {
            writer.write(&batch.unwrap()).unwrap();
        }
        writer.finish().unwrap();
        let columns = schema.fields().iter().map(|field| TableColumn {
            name: field.name().clone(),
            kind: kind_of(field.data_type()),
            meaning: None,
        });
        let relationships = table.relations.iter().map(|(column, to_table, to_column)| Relationship {
            name: format!("{}.{column}", table.name),
            column: (*column).to_owned(),
            to_table: (*to_table).to_owned(),
            to_column: (*to_column).to_owned(),
        });
        let described = Table {
            name: table.name.to_owned(),
            columns: columns.collect(),
            key: Some(table.key.to_owned()),
            relationships: relationships.collect(),
            conditions: [("consent".to_owned(), "all: [{column: vip, is_not: false}]".to_owned())].into(),
        };
        StoredTable { table: described, source: Source::anywhere(path.display().to_string()) }
    });
    stored.collect()
}

fn data_type(postgres: &str) -> DataType {
    match postgres {
        "text" => DataType::Utf8,
        "bigint" => DataType::Int64,
        "numeric(12,2)" => DataType::Decimal128(12, 2),
        "numeric(38,10)" => DECIMAL,
        "double precision" => DataType::Float64,
        "date" => DataType::Date32,
        "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, None),
        "timestamptz" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        "boolean" => DataType::Boolean,
        "text[]" => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        "time" => DataType::Time64(TimeUnit::Microsecond),
        other => panic!("no type of Arrow for {other}"),
    }
}

/// What Postgres answers to each query: its keys in order; none where it refuses. And its complaints.
pub(super) fn ask(folder: &Path, queries: &[String]) -> (Vec<Option<String>>, String) {
    let server = std::env::var("SEGUE_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "SEGUE_POSTGRES is not set: run ./test, which starts a Postgres, or set it to postgres://user@host/database"
        )
    });
    let script = folder.join("script.sql");
    std::fs::write(&script, self::script(queries)).unwrap();
    let psql = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", &server, "--file"])
        .arg(&script)
        .output()
        .expect("psql, Postgres's own client, must be installed");
    let complaints = String::from_utf8(psql.stderr).unwrap();
    assert!(psql.status.success(), "{complaints}");
    let told = String::from_utf8(psql.stdout).unwrap();
    let answers: Vec<Option<String>> =
        told.split("query\n").skip(1).map(|answer| answer.strip_suffix('\n').map(str::to_owned)).collect();
    assert_eq!(answers.len(), queries.len(), "{complaints}");
    (answers, complaints)
}

fn script(queries: &[String]) -> Vec<u8> {
    let mut script = Vec::new();
    // A zone that no definition has: what depends on the session's is wrong.
    writeln!(
        script,
        "\\set ON_ERROR_STOP on\nSET client_encoding = 'UTF8'; SET TIME ZONE 'America/New_York';"
    )
    .unwrap();
    for table in TABLES {
        let columns = table.columns.iter().map(|(name, kind)| {
            let collation = if kind.starts_with("text") { " COLLATE \"C\"" } else { "" };
            format!("\"{name}\" {kind}{collation}")
        });
        let (name, columns) = (table.name, columns.collect::<Vec<_>>().join(", "));
        let rows = table.rows.trim().replace('\n', ",\n");
        writeln!(script, "CREATE TEMPORARY TABLE {name} ({columns});").unwrap();
        let rows = format!("json_populate_recordset(NULL::{name}, $rows$[{rows}]$rows$)");
        writeln!(script, "INSERT INTO {name} SELECT * FROM {rows};").unwrap();
    }
    writeln!(script, "{};\n\\set ON_ERROR_STOP off", SEGMENT.2).unwrap();
    for query in queries {
        writeln!(script, "\\echo query").unwrap();
        let keys = "coalesce(string_agg(profile_key, ' ' ORDER BY profile_key), '')";
        writeln!(script, "SELECT {keys} FROM ({query}) AS members;").unwrap();
    }
    script
}
