//! Definitions that nobody has saved.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, add_segment, add_tables, living_in};

#[tokio::test]
async fn a_definition_is_checked_without_being_saved() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let check = async |definition: Value| {
        root.post("/definitions/check", &json!({"definition": definition})).await.expect(StatusCode::OK)
    };
    let sound = check(living_in("Cluj")).await;
    assert_eq!((&sound.body["errors"], &sound.body["warnings"]), (&json!([]), &json!([])));
    assert_eq!(sound.body["definition"]["time_zone"], "UTC");
    assert!(sound.text_at("/yaml").starts_with("version: 1"), "{}", sound.text);

    let never = json!({"version": 1, "table": "customers", "rules": [
        {"all": [{"column": "city", "is": "Cluj"}, {"column": "city", "is": "Iasi"}]},
    ]});
    let odd = check(never).await;
    assert_eq!(odd.body["errors"], json!([]));
    assert!(odd.text_at("/warnings/0/pointer").starts_with("/rules/0"), "{}", odd.text);

    let wrong = check(json!("table: nowhere\nrules: [{all: []}]")).await;
    assert_eq!(wrong.body["definition"], Value::Null);
    assert_eq!(wrong.text_at("/errors/0/pointer"), "", "no version: {}", wrong.text);
    let of_no_table = check(
        json!({"version": 1, "table": "customers", "rules": [{"all": [{"column": "town", "is": "x"}]}]}),
    )
    .await;
    assert_eq!(of_no_table.text_at("/definition/rules/0/all/0/column"), "town", "a form can show it");
    assert_eq!(of_no_table.text_at("/errors/0/pointer"), "/rules/0/all/0/column");
    root.post("/definitions/check", &json!({"definition": 7})).await.problem("invalid_fields");
    root.post("/definitions/check", &json!({"text": ""})).await.problem("invalid_fields");
}

#[tokio::test]
async fn seg_28_members_are_counted_before_anything_is_saved() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let count =
        async |definition: Value| root.post("/definitions/count", &json!({"definition": definition})).await;
    assert_eq!(count(living_in("Cluj")).await.expect(StatusCode::OK).body["members"], 2);
    let buyers = json!({"version": 1, "table": "customers", "rules": [
        {"all": [{"related": "invoices", "sum": {"of": "total", "more_than": 100}}]},
    ]});
    assert_eq!(count(buyers).await.expect(StatusCode::OK).body["members"], 1);
    let wrong =
        json!({"version": 1, "table": "customers", "rules": [{"all": [{"column": "town", "is": "x"}]}]});
    assert_eq!(count(wrong).await.problem("invalid_fields").fields(), ["/definition/rules/0/all/0/column"]);

    add_segment(&root, "cluj", "Cluj").await;
    let others = json!({"version": 1, "table": "customers", "rules": [{"all": [{"not_member_of": "cluj"}]}]});
    let never = count(others.clone()).await.expect(StatusCode::CONFLICT).problem("never_refreshed");
    assert!(never.text_at("/detail").contains("\"cluj\""));
    desk.refresh("cluj").await;
    assert_eq!(count(others).await.expect(StatusCode::OK).body["members"], 2);

    desk.write("customers.csv", "id,mail,town\n1,ana@example.com,Cluj\n");
    let drifted = count(living_in("Cluj")).await.expect(StatusCode::CONFLICT).problem("unusable");
    assert!(drifted.text_at("/detail").contains("no column \"city\" any more"), "{}", drifted.text);
    std::fs::remove_file(desk.file("customers.csv")).unwrap();
    count(living_in("Cluj")).await.problem("unusable");
    desk.write(
        "customers.csv",
        "id,mail,city,spent,consent\n1,a@example.com,Cluj,1,y\n1,b@example.com,Cluj,1,y\n",
    );
    add_segment(&root, "twice", "Cluj").await;
    let refreshed = desk.site.segments.refresh("twice", chrono::Utc::now()).await.unwrap();
    assert!(refreshed.outcome.is_err());
    let shown = root.get("/segments/twice").await;
    assert_eq!(shown.text_at("/segment/latest_refresh/status"), "failed");
}

#[tokio::test]
async fn a_few_members_are_shown_before_anything_is_saved() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let sample = root.post("/definitions/sample", &json!({"definition": living_in("Iasi")})).await;
    let sample = sample.expect(StatusCode::OK);
    assert_eq!(sample.body["columns"], json!(["id", "mail", "city", "spent", "consent"]));
    let keys = |row: &Value| row[0].clone();
    let rows = sample.body["rows"].as_array().map(|rows| rows.iter().map(keys).collect::<Vec<_>>());
    assert_eq!(rows, Some(vec![json!("3"), json!("4")]));
    let left: Vec<_> = std::fs::read_dir(desk.site.spill()).unwrap().collect();
    assert!(left.is_empty(), "nothing stays: {left:?}");
}

#[tokio::test]
async fn a_long_list_of_values_fits_and_an_endless_one_does_not() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let listing = |count: u32| {
        let values: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        json!({"definition": {"version": 1, "table": "customers", "rules": [{"all": [{"column": "id", "one_of": values}]}]}})
    };
    assert_eq!(
        root.post("/definitions/count", &listing(20_000)).await.expect(StatusCode::OK).body["members"],
        4
    );
    root.post("/definitions/check", &listing(500_000))
        .await
        .expect(StatusCode::PAYLOAD_TOO_LARGE)
        .problem("too_large");
}

#[tokio::test]
async fn the_schema_of_definitions_is_served() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let schema = root.get("/definitions/schema").await.expect(StatusCode::OK);
    assert_eq!(schema.header("content-type"), "application/schema+json");
    assert_eq!(schema.body["$id"], "urn:segue:segment:1");
}
