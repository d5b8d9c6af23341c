//! Tables are changed, declare conditions, and are removed.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{CUSTOMERS, Desk, add_segment, add_tables, change, etag};

fn kind(table: &Value, column: &str) -> Value {
    let columns = table["columns"].as_array().expect("columns");
    columns.iter().find(|it| it["name"] == column).map_or(Value::Null, |it| it["kind"].clone())
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let place = "/tables/invoices";
    let changed =
        change(&root, place, json!({"kinds": {"total": "text"}, "meanings": {"number": "phone"}})).await;
    let changed = changed.expect(StatusCode::OK);
    assert_eq!(kind(&changed.body, "total"), "text");
    assert_eq!(kind(&changed.body, "customer"), "text");
    let changed = change(&root, place, json!({"meanings": {"number": null}, "relationships": []})).await;
    let changed = changed.expect(StatusCode::OK);
    assert_eq!(
        (&changed.body["columns"][0]["meaning"], &changed.body["relationships"]),
        (&Value::Null, &json!([]))
    );
    let changed = change(&root, place, json!({"key": null})).await.expect(StatusCode::OK);
    assert_eq!((&changed.body["key"], kind(&changed.body, "total")), (&Value::Null, json!("text")));
    let changed = change(&root, place, json!({"key": "number"})).await.expect(StatusCode::OK);
    assert_eq!((&changed.body["key"], kind(&changed.body, "number")), (&json!("number"), json!("text")));
    for (wrong, field) in [
        (json!({"key": "none"}), "/key"),
        (json!({"path": "none.csv"}), "/path"),
        (json!({"kinds": {"none": "text"}}), "/kinds/none"),
        (
            json!({"relationships": [{"column": "customer", "to_table": "none", "to_column": "id"}]}),
            "/relationships/0/to_table",
        ),
    ] {
        let refused = change(&root, place, wrong.clone()).await.problem("invalid_fields");
        assert_eq!(refused.fields(), [field], "{wrong}");
    }
    let entries = root.get("/audit?action=table.change").await;
    assert_eq!(entries.body["items"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn two_editors_of_a_table_never_overwrite_each_other() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let seen = etag(&root, "/tables/invoices").await;
    root.patch("/tables/invoices", &seen, &json!({"meanings": {"total": "phone"}}))
        .await
        .expect(StatusCode::OK);
    root.patch("/tables/invoices", &seen, &json!({"key": null})).await.problem("stale");
    root.delete_version("/tables/invoices", &seen).await.problem("stale");
    let condition = json!({"definition": {"all": [{"column": "total", "more_than": 1}]}});
    let put = root.request(reqwest::Method::PUT, "/tables/invoices/conditions/big").header("if-match", &seen);
    crate::setting::Answer::of(put.json(&condition)).await.problem("stale");
    root.put("/tables/invoices/conditions/big", &condition).await.problem("version_required");
}

#[tokio::test]
async fn a_condition_is_declared_used_and_taken_back() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let place = "/tables/customers/conditions/agreed";
    let declare = async |definition: Value| {
        let tag = etag(&root, "/tables/customers").await;
        let request = root.request(reqwest::Method::PUT, place).header("if-match", tag);
        crate::setting::Answer::of(request.json(&json!({"definition": definition}))).await
    };
    let group = json!({"all": [{"column": "consent", "is": "yes"}]});
    let declared = declare(group.clone()).await.expect(StatusCode::OK);
    assert_eq!(declared.body["conditions"], json!([{"name": "agreed", "definition": group}]));
    let wrong = declare(json!({"all": [{"column": "none", "is": "yes"}]})).await.problem("invalid_fields");
    assert_eq!(wrong.fields(), ["/definition/all/0/column"]);

    let agreed = json!({"version": 1, "table": "customers", "rules": [{"all": [{"condition": "agreed"}]}]});
    root.post("/segments", &json!({"name": "agreed", "definition": agreed}))
        .await
        .expect(StatusCode::CREATED);
    let tag = etag(&root, "/tables/customers").await;
    let used = root.delete_version(place, &tag).await.expect(StatusCode::CONFLICT).problem("in_use");
    assert_eq!(used.body["used_by"], json!([{"type": "segment", "id": "agreed", "name": "agreed"}]));
    let segment = etag(&root, "/segments/agreed").await;
    root.delete_version("/segments/agreed", &segment).await.expect(StatusCode::NO_CONTENT);
    let without = root.delete_version(place, &tag).await.expect(StatusCode::OK);
    assert_eq!(without.body["conditions"], json!([]));
    root.delete_version(place, without.header("etag")).await.problem("not_found");
}

#[tokio::test]
async fn a_table_in_use_stays_and_says_who_uses_it() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let seen = etag(&root, "/tables/customers").await;
    let blocked =
        root.delete_version("/tables/customers", &seen).await.expect(StatusCode::CONFLICT).problem("in_use");
    assert_eq!(
        blocked.body["used_by"],
        json!([
            {"type": "segment", "id": "cluj", "name": "cluj"},
            {"type": "table", "id": "invoices", "name": "invoices"},
        ])
    );
    for place in ["/segments/cluj", "/tables/invoices", "/tables/customers"] {
        let seen = etag(&root, place).await;
        root.delete_version(place, &seen).await.expect(StatusCode::NO_CONTENT);
    }
    assert!(desk.file("customers.csv").exists(), "files stay");
}

#[tokio::test]
async fn drift_is_told_with_what_it_breaks_and_ends_when_the_table_is_looked_at_anew() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let sound = root.get("/tables/customers/check").await.expect(StatusCode::OK);
    assert_eq!((&sound.body["is_sound"], &sound.body["rows"]), (&json!(true), &json!(4)));
    desk.write("customers.csv", &CUSTOMERS.replace("city", "town"));
    let drifted = root.get("/tables/customers/check").await.expect(StatusCode::OK);
    assert_eq!((&drifted.body["is_sound"], &drifted.body["rows"]), (&json!(false), &Value::Null));
    assert_eq!(drifted.text_at("/lost_columns/0/column"), "city");
    assert_eq!(drifted.body["broken_segments"], json!(["cluj"]));
    root.get("/tables/customers/description").await.problem("unusable");
    let anew =
        change(&root, "/tables/customers", json!({"path": "customers.csv"})).await.expect(StatusCode::OK);
    assert_eq!((kind(&anew.body, "town"), kind(&anew.body, "city")), (json!("text"), Value::Null));
    assert_eq!(anew.body["columns"][1]["meaning"], "email", "what was said of a column is kept");
    root.get("/tables/customers/description").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn what_a_change_breaks_is_shown_until_it_is_mended() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    assert_eq!(root.get("/tables/customers").await.body["broken"], json!([]));
    desk.write("others.csv", "id,mail\n1,ana@example.com\n");
    let changed =
        change(&root, "/tables/customers", json!({"path": "others.csv"})).await.expect(StatusCode::OK);
    assert_eq!(changed.body["broken"], json!([{"type": "segment", "id": "cluj", "name": "cluj"}]));
    let page = crate::console::page(&root, "/tables/customers").await;
    assert!(page.text.contains("cannot be used with the table as it is declared now"), "{}", page.text);
    let mended = change(&root, "/tables/customers", json!({"path": "customers.csv"})).await;
    assert_eq!(mended.body["broken"], json!([]));
}

#[tokio::test]
async fn a_table_that_a_condition_asks_about_stays() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let buyer = json!({"definition": {"all": [{"related": "invoices", "has": "any"}]}});
    let tag = etag(&root, "/tables/customers").await;
    let place = "/tables/customers/conditions/buyer";
    let request = root.request(reqwest::Method::PUT, place).header("if-match", tag).json(&buyer);
    crate::setting::Answer::of(request).await.expect(StatusCode::OK);
    let users = json!([{"type": "table", "id": "customers", "name": "customers"}]);
    let seen = root.get("/tables/invoices").await;
    assert_eq!(seen.body["used_by"], users);
    let blocked = root.delete_version("/tables/invoices", seen.header("etag")).await.problem("in_use");
    assert_eq!(blocked.body["used_by"], users);
}
