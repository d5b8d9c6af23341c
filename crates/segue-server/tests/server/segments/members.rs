//! Members are shown, downloaded, explained and compared.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, add_segment, add_tables};

#[tokio::test]
async fn seg_35_the_first_members_are_shown_with_every_column() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    for path in ["preview", "members?format=csv"] {
        root.get(&format!("/segments/cluj/{path}"))
            .await
            .expect(StatusCode::CONFLICT)
            .problem("never_refreshed");
        root.get(&format!("/segments/none/{path}")).await.problem("not_found");
    }
    desk.refresh("cluj").await;
    let shown = root.get("/segments/cluj/preview").await.expect(StatusCode::OK);
    assert_eq!(shown.body["columns"], json!(["id", "mail", "city", "spent", "consent"]));
    assert_eq!(shown.body["rows"][0], json!(["1", "ana@example.com", "Cluj", "10.50", "yes"]));
    assert_eq!(shown.body["rows"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn seg_34_all_members_are_downloaded_and_the_log_says_by_whom() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let ana = desk.site.user(&root, "ana@example.com", "viewer").await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    desk.refresh("cluj").await;
    let csv = ana.get("/segments/cluj/members?format=csv").await.expect(StatusCode::OK);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"cluj.csv\"");
    assert_eq!(
        csv.text,
        "id,mail,city,spent,consent\n1,ana@example.com,Cluj,10.50,yes\n2,ion@example.com,Cluj,99,no\n"
    );
    let parquet = ana.get("/segments/cluj/members?format=parquet").await.expect(StatusCode::OK);
    assert!(parquet.text.starts_with("PAR1") && parquet.text.ends_with("PAR1"));
    root.get("/segments/cluj/members?format=xlsx").await.problem("malformed");
    root.get("/segments/cluj/members").await.problem("malformed");
    let taken = root.get("/audit?action=segment.download").await;
    assert_eq!(taken.body["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(taken.text_at("/items/0/login"), "ana@example.com");
    // Nothing of it is left.
    let left = std::fs::read_dir(desk.site.spill()).unwrap().count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_profile_is_explained_and_its_key_stands_in_no_address() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let explained = root.post("/segments/cluj/explain", &json!({"key": "3"})).await.expect(StatusCode::OK);
    assert_eq!(explained.body["holds"], false);
    assert!(explained.text.contains("Iasi"), "{}", explained.text);
    let unknown = root.post("/segments/cluj/explain", &json!({"key": "77"})).await.problem("not_found");
    assert!(!unknown.text_at("/detail").contains("77"));
}

#[tokio::test]
async fn seg_36_members_are_counted_rule_by_rule() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let rules = json!({"version": 1, "table": "customers", "rules": [
        {"name": "of Cluj", "all": [{"column": "city", "is": "Cluj"}]},
        {"combine": "union", "all": [{"column": "spent", "more_than": 100}]},
    ]});
    root.post("/segments", &json!({"name": "both", "definition": rules})).await.expect(StatusCode::CREATED);
    let inspected = root.get("/segments/both/inspect").await.expect(StatusCode::OK);
    assert_eq!(
        inspected.body,
        json!([{"rule": 1, "name": "of Cluj", "members_after": 2}, {"rule": 2, "name": "", "members_after": 3}])
    );
}

#[tokio::test]
async fn seg_44_segments_are_compared() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let yes =
        json!({"version": 1, "table": "customers", "rules": [{"all": [{"column": "consent", "is": "yes"}]}]});
    root.post("/segments", &json!({"name": "agreed", "definition": yes})).await.expect(StatusCode::CREATED);
    root.get("/overlaps?segments=cluj,agreed").await.problem("never_refreshed");
    for name in ["cluj", "agreed"] {
        desk.refresh(name).await;
    }
    let compared = root.get("/overlaps?segments=cluj,agreed").await.expect(StatusCode::OK);
    let profiles = |names: Value| {
        let all = compared.body.as_array().unwrap();
        all.iter().find(|one| one["members_of_exactly"] == names).map(|one| one["profiles"].clone())
    };
    assert_eq!(profiles(json!(["cluj"])), Some(json!(1)));
    assert_eq!(profiles(json!(["agreed"])), Some(json!(2)));
    assert_eq!(profiles(json!(["cluj", "agreed"])), Some(json!(1)));
    for query in ["segments=cluj", "segments=cluj,cluj", "segments=", ""] {
        root.get(&format!("/overlaps?{query}")).await.problem("malformed");
    }
    root.get("/overlaps?segments=cluj,none").await.problem("not_found");
}

#[tokio::test]
async fn seg_35_the_history_tells_every_refresh_the_newest_first() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    assert_eq!(root.get("/segments/cluj/history").await.body["items"], json!([]));
    desk.refresh("cluj").await;
    desk.write("customers.csv", "id,mail\n1,ana@example.com\n");
    let failed = desk.site.segments.refresh("cluj", chrono::Utc::now()).await.unwrap();
    assert!(failed.outcome.is_err());
    desk.write("customers.csv", crate::desk::CUSTOMERS);
    desk.refresh("cluj").await;
    let first = root.get("/segments/cluj/history?limit=2").await.expect(StatusCode::OK);
    let statuses = |body: &Value| -> Vec<Value> {
        body["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect()
    };
    assert_eq!(statuses(&first.body), ["succeeded", "failed"]);
    assert!(first.text_at("/items/1/cause").contains("no column"), "{}", first.text);
    let rest = root.get(&format!("/segments/cluj/history?cursor={}", first.text_at("/next"))).await;
    assert_eq!((statuses(&rest.body), &rest.body["next"]), (vec![json!("succeeded")], &Value::Null));
    root.get("/segments/cluj/history?cursor=9").await.problem("unknown_cursor");
    root.get("/segments/none/history").await.problem("not_found");
}
