//! Tables are looked at.

use reqwest::StatusCode;
use serde_json::json;

use crate::desk::{Desk, add_tables};

#[tokio::test]
async fn a_table_is_described() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let found = root.get("/tables/customers/description").await.expect(StatusCode::OK);
    assert_eq!((&found.body["rows"], &found.body["without_key"]), (&json!(4), &json!(0)));
    assert_eq!(found.body["columns"][2]["distinct"], 2);
    assert_eq!(found.body["columns"][2]["frequent"][0], json!({"value": "Cluj", "rows": 2}));
    assert_eq!(found.body["sample"][0][1], "ana@example.com");
    root.get("/tables/none/description").await.problem("not_found");
}

#[tokio::test]
async fn seg_17_values_of_a_column_are_suggested() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let found = root.get("/tables/customers/values?column=consent").await.expect(StatusCode::OK);
    assert_eq!(found.body["frequent"], json!([{"value": "yes", "rows": 3}, {"value": "no", "rows": 1}]));
    let unknown = root.get("/tables/customers/values?column=none").await.problem("not_found");
    assert!(unknown.text_at("/detail").contains("its columns are: id, mail"));
    root.get("/tables/customers/values").await.problem("malformed");
}

#[tokio::test]
async fn what_is_wrong_with_rows_is_told() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    desk.write("customers.csv", "id,mail,city,spent,consent\n1,a,b,lots,y\n2,a,b,1,y\n2,a,b,1,y\n,a,b,1,y\n");
    let found = root.get("/tables/customers/check").await.expect(StatusCode::OK);
    assert_eq!(found.body["is_sound"], false);
    assert_eq!((&found.body["duplicate_keys"], &found.body["without_key"]), (&json!(["2"]), &json!(1)));
    assert!(found.text_at("/set_aside/0/reason").contains("\"spent\" does not fit"), "{}", found.text);
}

#[cfg(unix)]
#[tokio::test]
async fn questions_beyond_the_bound_are_told_to_come_again() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    // A file that never begins: whoever reads it waits.
    std::fs::remove_file(desk.file("invoices.csv")).unwrap();
    let pipe = desk.file("invoices.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let source = segue_model::Source::anywhere(pipe.display().to_string());
    let mut stored = desk.site.store.catalog().await.unwrap().tables[1].clone();
    stored.source = source;
    desk.site.change_catalog(segue_store::CatalogChange::PutTable(stored)).await;
    let asked = || root.get("/tables/invoices/description");
    // The site answers two at a time. Which of them comes first is open.
    let third = async {
        let mut answer = root.get("/tables/customers/description").await;
        while answer.status == StatusCode::OK {
            answer = root.get("/tables/customers/description").await;
        }
        // Both get their file, which is empty: so they end. Opened for both ways it waits for nobody.
        drop(std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap());
        let busy = answer.expect(StatusCode::SERVICE_UNAVAILABLE).problem("busy");
        assert_eq!(busy.header("retry-after"), "5");
    };
    let (one, other, ()) = tokio::join!(asked(), asked(), third);
    one.problem("unusable");
    other.problem("unusable");
}
