//! What belongs to a person.

use std::fmt::Write;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::one;
use crate::desk::{Desk, customers};

const INVOICES: &str =
    "number,customer,day,total\n1,1,2026-01-05,10\n2,1,2026-03-01,20\n3,4,2026-02-02,500\n4,,2026-02-03,5\n";
const LINES: &str = "line,invoice,article\n1,1,Tea\n2,2,Bread\n3,3,Cup\n";
const VISITS: &str = "visit,who,at\na,1,2026-02-02T10:30:00\nb,1,\n";

async fn open() -> Desk {
    let desk = Desk::open().await;
    for (name, text) in [("invoices.csv", INVOICES), ("lines.csv", LINES), ("visits.csv", VISITS)] {
        desk.write(name, text);
    }
    desk
}

fn related(name: &str, key: &str, by: &str, to: (&str, &str)) -> Value {
    let way = json!([{"column": by, "to_table": to.0, "to_column": to.1}]);
    json!({"name": name, "path": format!("{name}.csv"), "key": key, "kinds": {by: "text"}, "relationships": way})
}

#[tokio::test]
async fn rows_of_related_tables_come_newest_first_and_by_chains_too() {
    let desk = open().await;
    let root = desk.site.administrator().await;
    for table in [
        customers(),
        related("invoices", "number", "customer", ("customers", "id")),
        related("lines", "line", "invoice", ("invoices", "number")),
        related("visits", "visit", "who", ("customers", "id")),
    ] {
        root.post("/tables", &table).await.expect(StatusCode::CREATED);
    }
    let found = root.post("/profiles/rows", &one("1")).await.expect(StatusCode::OK).body;
    let rows: Vec<(String, String)> = found["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["table"].as_str().unwrap().to_owned(), row["at"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        ("invoices", "2026-03-01"),
        ("visits", "2026-02-02T10:30:00"),
        ("invoices", "2026-01-05"),
        ("lines", ""),
        ("lines", ""),
        ("visits", ""),
    ];
    assert_eq!(rows, expected.map(|(table, at)| (table.to_owned(), at.to_owned())), "{found}");
    assert_eq!(
        found["rows"][0]["values"],
        json!([{"column": "number", "value": "2"}, {"column": "total", "value": "20"}])
    );
    assert_eq!(found["has_more"], json!(false));
    let nobody = root.post("/profiles/rows", &one("99")).await.expect(StatusCode::OK).body;
    assert_eq!(nobody["rows"], json!([]));
    root.post("/profiles/rows", &json!({"table": "nowhere", "key": "1"})).await.problem("not_found");
}

#[tokio::test]
async fn a_hundred_rows_are_shown_and_that_there_are_more() {
    let desk = open().await;
    let root = desk.site.administrator().await;
    root.post("/tables", &customers()).await.expect(StatusCode::CREATED);
    let mut many = "number,customer,day,total\n".to_owned();
    for number in 0..150 {
        writeln!(many, "{number},1,2026-01-{:02},5", number % 28 + 1).expect("a text");
    }
    desk.write("invoices.csv", &many);
    let invoices = related("invoices", "number", "customer", ("customers", "id"));
    root.post("/tables", &invoices).await.expect(StatusCode::CREATED);
    let found = root.post("/profiles/rows", &one("1")).await.expect(StatusCode::OK).body;
    assert_eq!((found["rows"].as_array().unwrap().len(), &found["has_more"]), (100, &json!(true)));
    assert_eq!(found["rows"][0]["at"], "2026-01-28");
}

#[tokio::test]
async fn a_table_that_cannot_be_read_hides_nothing_of_the_others() {
    let desk = open().await;
    let root = desk.site.administrator().await;
    for table in [
        customers(),
        related("invoices", "number", "customer", ("customers", "id")),
        related("visits", "visit", "who", ("customers", "id")),
    ] {
        root.post("/tables", &table).await.expect(StatusCode::CREATED);
    }
    std::fs::remove_file(desk.file("visits.csv")).unwrap();
    let found = root.post("/profiles/rows", &one("1")).await.expect(StatusCode::OK).body;
    assert_eq!(found["unread"], json!(["visits"]), "{found}");
    assert_eq!(found["rows"].as_array().unwrap().len(), 2);
}
