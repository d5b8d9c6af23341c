//! Segments are saved, changed, renamed, copied and removed.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, add_segment, add_tables, change, etag, living_in};
use crate::setting::As;

async fn names(who: &As<'_>, query: &str) -> Vec<String> {
    let page = who.get(&format!("/segments?{query}")).await.expect(StatusCode::OK);
    let items = page.body["items"].as_array().expect("a list").clone();
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn seg_3_a_segment_is_saved_and_shown_with_its_definition() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let yaml = "version: 1\ntable: customers\n# of Cluj\nrules: [{all: [{column: city, is: Cluj}]}]\n";
    let body = json!({"name": "cluj", "description": "For the fair", "definition": yaml});
    let added = root.post("/segments", &body).await.expect(StatusCode::CREATED);
    assert_eq!(added.header("location"), "/api/v1/segments/cluj");
    let shown = root.get("/segments/cluj").await.expect(StatusCode::OK);
    assert_eq!(shown.body, added.body);
    assert_eq!(shown.body["text"], yaml, "as it was written");
    assert_eq!(shown.body["definition"]["rules"][0]["all"][0], json!({"column": "city", "is": "Cluj"}));
    assert!(shown.text_at("/yaml").contains("column: city"), "{}", shown.text);
    assert_eq!(shown.header("etag"), format!("\"{}\"", shown.body["segment"]["version"]));
    let segment = &shown.body["segment"];
    for (field, expected) in [
        ("description", json!("For the fair")),
        ("table", json!("customers")),
        ("type", json!("dynamic")),
        ("state", json!("active")),
        ("members", Value::Null),
        ("latest_refresh", Value::Null),
        ("used_by", json!([])),
    ] {
        assert_eq!(segment[field], expected, "{field}");
    }
    root.post("/segments", &body).await.expect(StatusCode::CONFLICT).problem("taken");
    let entry = root.get("/audit?action=segment.create").await;
    assert_eq!(entry.text_at("/items/0/object/name"), "cluj");
    assert_eq!(entry.body["items"][0]["after"]["definition"], yaml);
}

#[tokio::test]
async fn seg_31_a_change_is_written_with_who_made_it_and_members_stay() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    assert_eq!(desk.refresh("cluj").await, 2);
    let all = json!({"definition": living_in("Iasi"), "description": "Elsewhere", "type": "static", "state": "inactive"});
    let changed = change(&root, "/segments/cluj", all).await.expect(StatusCode::OK);
    let segment = &changed.body["segment"];
    assert_eq!((&segment["type"], &segment["state"]), (&json!("static"), &json!("inactive")));
    assert_eq!((&segment["members"], &segment["description"]), (&json!(2), &json!("Elsewhere")));
    assert_eq!(changed.body["definition"]["rules"][0]["all"][0]["is"], "Iasi");
    let entry = root.get("/audit?action=segment.change").await;
    assert_eq!(entry.body["items"][0]["before"]["state"], "active");
    assert_eq!(entry.body["items"][0]["after"]["state"], "inactive");
    assert_eq!(desk.refresh("cluj").await, 2);
    desk.write("customers.csv", "id,mail,city,spent,consent\n5,x@example.com,Iasi,1,yes\n");
    assert_eq!(desk.refresh("cluj").await, 1);
    let shown = root.get("/segments/cluj").await;
    assert_eq!(shown.body["segment"]["change"], -1);
    assert_eq!(shown.body["segment"]["latest_refresh"]["status"], "succeeded");
}

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let ana = desk.site.user(&root, "ana@example.com", "contributor").await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let seen = etag(&root, "/segments/cluj").await;
    root.patch("/segments/cluj", &seen, &json!({"description": "First"})).await.expect(StatusCode::OK);
    ana.patch("/segments/cluj", &seen, &json!({"description": "Second"})).await.problem("stale");
    ana.delete_version("/segments/cluj", &seen).await.problem("stale");
    ana.delete("/segments/cluj").await.problem("version_required");
    assert_eq!(root.get("/segments/cluj").await.text_at("/segment/description"), "First");

    // One that is made anew under the name is another one.
    let seen = etag(&root, "/segments/cluj").await;
    root.delete_version("/segments/cluj", &seen).await.expect(StatusCode::NO_CONTENT);
    add_segment(&root, "cluj", "Cluj").await;
    ana.patch("/segments/cluj", &seen, &json!({"description": "Late"})).await.problem("stale");

    // At the same time: one of them is first.
    let seen = etag(&root, "/segments/cluj").await;
    let (one, other) = (json!({"description": "One"}), json!({"description": "Other"}));
    let both = futures::future::join(
        root.patch("/segments/cluj", &seen, &one),
        ana.patch("/segments/cluj", &seen, &other),
    )
    .await;
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::PRECONDITION_FAILED]);
}

#[tokio::test]
async fn changes_of_different_segments_at_the_same_time_are_all_made() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let names: Vec<String> = (0..8).map(|number| format!("s{number}")).collect();
    let add = async |name: &String| {
        let body = json!({"name": name, "definition": living_in("Cluj")});
        root.post("/segments", &body).await.expect(StatusCode::CREATED);
    };
    futures::future::join_all(names.iter().map(add)).await;
    assert_eq!(self::names(&root, "").await, names);
    let entries = root.get("/audit?action=segment.create").await;
    assert_eq!(entries.body["items"].as_array().map(Vec::len), Some(8));
}

#[tokio::test]
async fn every_mistake_is_told_at_once_with_its_place() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let wrong = json!({"version": 1, "table": "customers", "rules": [
        {"all": [{"column": "town", "is": "Cluj"}, {"column": "spent", "contains": "1"}]},
        {"any": [{"member_of": "nobody"}]},
    ]});
    let body = json!({"name": "a b", "description": "x".repeat(1001), "definition": wrong});
    let refused = root.post("/segments", &body).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.problem("invalid_fields");
    assert_eq!(
        refused.fields(),
        [
            "/name",
            "/description",
            "/definition/rules/0/all/0/column",
            "/definition/rules/0/all/1/contains",
            "/definition/rules/1/any/0/member_of"
        ],
        "{}",
        refused.text
    );
    let alone =
        root.post("/segments", &json!({"name": "ab", "definition": wrong})).await.problem("invalid_fields");
    assert_eq!(alone.fields().len(), 3);
    let text = root.post("/segments", &json!({"name": "ab", "definition": "rules: ["})).await;
    assert_eq!(text.problem("invalid_fields").fields(), ["/definition"]);
    let words = json!({"name": "ab", "definition": living_in("Cluj"), "type": "odd", "state": "on"});
    assert_eq!(root.post("/segments", &words).await.problem("invalid_fields").fields(), ["/type", "/state"]);
    assert_eq!(names(&root, "").await, [""; 0]);
}

#[tokio::test]
async fn seg_31_a_new_name_is_followed_by_who_asks_about_it() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let others = json!({"version": 1, "table": "customers", "rules": [{"all": [{"not_member_of": "cluj"}]}]});
    root.post("/segments", &json!({"name": "others", "definition": others}))
        .await
        .expect(StatusCode::CREATED);
    desk.refresh("cluj").await;
    let seen = etag(&root, "/segments/others").await;
    change(&root, "/segments/cluj", json!({"name": "others"})).await.problem("taken");
    change(&root, "/segments/cluj", json!({"name": "1"})).await.problem("invalid_fields");
    let renamed = change(&root, "/segments/cluj", json!({"name": "of-cluj"})).await.expect(StatusCode::OK);
    assert_eq!(
        (renamed.text_at("/segment/name"), &renamed.body["segment"]["members"]),
        ("of-cluj", &json!(2))
    );
    root.get("/segments/cluj").await.problem("not_found");
    let asking = root.get("/segments/others").await;
    assert_eq!(asking.body["definition"]["rules"][0]["all"][0]["not_member_of"], "of-cluj");
    root.patch("/segments/others", &seen, &json!({"description": "x"})).await.problem("stale");
    assert_eq!(root.get("/segments/of-cluj/history").await.body["items"][0]["members"], 2);

    // Another one may have the name; the members of both are theirs.
    add_segment(&root, "cluj", "Iasi").await;
    desk.refresh("cluj").await;
    let members = root.get("/segments/of-cluj/preview").await.expect(StatusCode::OK);
    assert_eq!(members.body["rows"][0][2], "Cluj");
    assert_eq!(root.get("/segments/cluj/preview").await.body["rows"][0][2], "Iasi");
}

#[tokio::test]
async fn a_segment_in_use_stays_and_says_who_uses_it() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let others = json!({"version": 1, "table": "customers", "rules": [{"all": [{"not_member_of": "cluj"}]}]});
    root.post("/segments", &json!({"name": "others", "definition": others}))
        .await
        .expect(StatusCode::CREATED);
    let seen = etag(&root, "/segments/cluj").await;
    let blocked =
        root.delete_version("/segments/cluj", &seen).await.expect(StatusCode::CONFLICT).problem("in_use");
    assert_eq!(blocked.body["used_by"], json!([{"type": "segment", "id": "others", "name": "others"}]));
    let usage = root.get("/segments/others/usage").await.expect(StatusCode::OK);
    assert_eq!(usage.body, json!({"used_by": [], "segments": ["cluj"], "tables": ["customers"]}));
    assert_eq!(root.get("/segments/cluj").await.body["segment"]["used_by"], blocked.body["used_by"]);
    let other = etag(&root, "/segments/others").await;
    root.delete_version("/segments/others", &other).await.expect(StatusCode::NO_CONTENT);
    root.delete_version("/segments/cluj", &seen).await.expect(StatusCode::NO_CONTENT);
    root.get("/segments/cluj").await.problem("not_found");
    assert_eq!(root.get("/audit?action=segment.remove").await.body["items"][1]["before"]["name"], "others");
}

#[tokio::test]
async fn seg_31_a_copy_has_another_name_and_no_members() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    desk.refresh("cluj").await;
    let copied =
        root.post("/segments/cluj/duplicate", &json!({"name": "copy"})).await.expect(StatusCode::CREATED);
    assert_eq!(copied.header("location"), "/api/v1/segments/copy");
    assert_eq!((copied.text_at("/segment/name"), &copied.body["segment"]["members"]), ("copy", &Value::Null));
    root.post("/segments/cluj/duplicate", &json!({"name": "copy"})).await.problem("taken");
    let refused =
        root.post("/segments/cluj/duplicate", &json!({"name": "?"})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/name"]);
    root.post("/segments/none/duplicate", &json!({"name": "x"})).await.problem("not_found");
}

#[tokio::test]
async fn seg_33_segments_are_found_page_by_page() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    for name in ["b", "A", "c"] {
        add_segment(&root, name, "Cluj").await;
    }
    let over =
        json!({"version": 1, "table": "invoices", "rules": [{"all": [{"column": "total", "more_than": 1}]}]});
    let added = json!({"name": "d", "description": "Big Ones", "definition": over, "type": "static", "state": "inactive"});
    root.post("/segments", &added).await.expect(StatusCode::CREATED);
    assert_eq!(names(&root, "").await, ["A", "b", "c", "d"]);
    assert_eq!(names(&root, "search=a").await, ["A"]);
    assert_eq!(names(&root, "search=big").await, ["d"]);
    assert_eq!(names(&root, "table=invoices").await, ["d"]);
    assert_eq!(names(&root, "type=static").await, ["d"]);
    assert_eq!(names(&root, "state=active&type=dynamic").await, ["A", "b", "c"]);
    let first = root.get("/segments?limit=3").await.expect(StatusCode::OK);
    assert_eq!(names(&root, &format!("limit=3&cursor={}", first.text_at("/next"))).await, ["d"]);
    root.get("/segments?cursor=gone").await.problem("unknown_cursor");
    root.get("/segments?type=odd").await.problem("malformed");
    root.get("/segments?sort=name").await.problem("malformed");
    root.get("/segments/none").await.problem("not_found");
}

#[tokio::test]
async fn a_definition_that_its_tables_no_longer_carry_is_shown_with_what_is_wrong() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    desk.write("customers.csv", "id,mail\n1,ana@example.com\n");
    change(&root, "/tables/customers", json!({"path": "customers.csv"})).await.expect(StatusCode::OK);
    let shown = root.get("/segments/cluj").await.expect(StatusCode::OK);
    assert_eq!(shown.text_at("/errors/0/pointer"), "/definition/rules/0/all/0/column");
}
