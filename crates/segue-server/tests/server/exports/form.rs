//! What a form offers before there is an export.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Shop;

#[tokio::test]
async fn s30_lists_come_from_the_account() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let lists = root.get(&format!("/connections/{connection}/lists")).await.expect(StatusCode::OK);
    let expected = json!([
        {"id": 3, "name": "Customers", "takes_email": true},
        {"id": 1, "name": "Master contact list", "takes_email": true},
        {"id": 2, "name": "Newsletter", "takes_email": true},
        {"id": 4, "name": "Text messages", "takes_email": false},
    ]);
    assert_eq!(lists.body, expected);
}

#[tokio::test]
async fn custom_fields_come_with_what_they_take() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let fields = root.get(&format!("/connections/{connection}/fields")).await.expect(StatusCode::OK);
    let fields = fields.body.as_array().unwrap();
    let tier = fields.iter().find(|field| field["title"] == "Tier").unwrap();
    let options = ["gold", "silver", "bronze"];
    let expected =
        json!({"id": 4, "title": "Tier", "tag": "TIER", "takes": {"type": "one", "options": options}});
    assert_eq!(*tier, expected);
    let types: Vec<&Value> = fields.iter().map(|field| &field["takes"]["type"]).collect();
    assert_eq!(types, ["date", "text", "text", "many", "date_time", "number", "one"]);
}

#[tokio::test]
async fn s31_the_likeliest_columns_are_suggested_first() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let found = root.get("/exports/matching?table=profiles").await.expect(StatusCode::OK);
    assert_eq!(found.body["emails"], json!(["mail", "id", "note", "first", "last", "city"]));
    let names = ["first_name", "last_name", "phone"].map(|attribute| found.body[attribute].clone());
    assert_eq!(names, ["first", "last", "mobile"].map(Value::from));
    assert_eq!(found.body["columns"][5], json!({"name": "mobile", "kind": "number", "meaning": "phone"}));
    assert_eq!((&found.body["conditions"], &found.body["fields"]), (&json!(["consented"]), &json!([])));

    let found = root.get(&format!("/exports/matching?table=profiles&connection={connection}")).await;
    let takes = json!({"type": "text", "options": []});
    let city = json!({"field": 6, "title": "City", "column": "city", "takes": takes});
    assert_eq!(found.expect(StatusCode::OK).body["fields"], json!([city]));
    root.get("/exports/matching?table=nothing").await.problem("not_found");
}

#[tokio::test]
async fn s24_s29_the_account_is_shown_to_those_who_may_use_the_connection() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let shared = shop.connection(&root, "Shared", json!("contributors")).await;
    let own = shop.connection(&root, "Own", json!("administrators")).await;
    let ion = shop.site.user(&root, "ion@example.com", "contributor").await;
    let vio = shop.site.user(&root, "vio@example.com", "viewer").await;
    let paths = |connection: &str| {
        [
            format!("/connections/{connection}/lists"),
            format!("/connections/{connection}/fields"),
            format!("/exports/matching?table=profiles&connection={connection}"),
        ]
    };
    for path in paths(&shared) {
        ion.get(&path).await.expect(StatusCode::OK);
        vio.get(&path).await.problem("forbidden");
    }
    for path in paths(&own) {
        root.get(&path).await.expect(StatusCode::OK);
        ion.get(&path).await.problem("not_found");
        vio.get(&path).await.problem("forbidden");
    }
}

#[tokio::test]
async fn an_account_that_does_not_answer_says_what_is_at_fault() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    shop.account.stop().await;
    for what in ["lists", "fields"] {
        root.get(&format!("/connections/{connection}/{what}")).await.problem("connect_network");
    }
}
