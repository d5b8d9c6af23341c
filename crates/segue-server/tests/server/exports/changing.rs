//! Changing, duplicating, detaching, switching and removing exports, and finding them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Shop, act, change, save, weekly};
use crate::connections::but;

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let place = save(&root, &weekly(&connection)).await;
    root.patch(&place, "\"1\"", &json!({"name": "Monthly"})).await.expect(StatusCode::OK);
    root.patch(&place, "\"1\"", &json!({"name": "Yearly"})).await.problem("stale");
    for verb in ["detach", "enable", "disable"] {
        let path = format!("{place}/{verb}");
        root.post(&path, &Value::Null).await.problem("version_required");
        let request = root.request(reqwest::Method::POST, &path).header("if-match", "\"1\"");
        crate::setting::Answer::of(request).await.problem("stale");
    }
    root.delete_version(&place, "\"1\"").await.problem("stale");
    root.delete(&place).await.problem("version_required");
    assert_eq!(root.get(&place).await.text_at("/export/name"), "Monthly");
}

#[tokio::test]
async fn a_change_keeps_what_is_not_given_and_says_who_made_it() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("contributors")).await;
    let ion = shop.site.user(&root, "ion@example.com", "contributor").await;
    let mut body = weekly(&connection);
    body["matching"]["fields"] = json!([{"field": "Tier", "column": "note"}]);
    body["required"] = json!(["consented"]);
    let place = save(&root, &body).await;
    let before = root.get(&place).await.body["export"].clone();
    shop.site.pass(1000);
    let after = change(&ion, &place, json!({"mode": "mirror"})).await.expect(StatusCode::OK);
    assert_eq!(after.text_at("/export/mode"), "mirror");
    assert_eq!(after.text_at("/export/updated/name"), "Name of ion@example.com");
    assert_eq!(after.text_at("/export/created/name"), "Root");
    for kept in ["name", "connection", "list", "segments", "matching", "brakes", "required", "schedule"] {
        assert_eq!(after.body["export"][kept], before[kept], "{kept}");
    }
    let entry = root.get("/audit?action=export.change").await;
    assert_eq!(entry.text_at("/items/0/login"), "ion@example.com");
    assert_eq!(entry.text_at("/items/0/before/recipe/mode"), "add-update");
    assert_eq!(entry.text_at("/items/0/after/recipe/mode"), "mirror");
}

#[tokio::test]
async fn a_duplicate_is_another_export_and_is_disabled() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let place = save(&root, &weekly(&connection)).await;
    let path = format!("{place}/duplicate");
    root.post(&path, &json!({"name": "weekly letter"})).await.problem("taken");
    let refused = root.post(&path, &json!({"name": ""})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/name"]);
    let copy = root.post(&path, &json!({"name": "Copy"})).await.expect(StatusCode::CREATED);
    assert_eq!(copy.body["export"]["enabled"], false);
    let original = root.get(&place).await;
    assert_eq!(copy.body["export"]["matching"], original.body["export"]["matching"]);
    assert_ne!(copy.body["export"]["id"], original.body["export"]["id"]);
    let copied = copy.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    change(&root, &copied, json!({"segments": ["chile"]})).await.expect(StatusCode::OK);
    assert_eq!(root.get(&place).await.body["export"]["segments"], json!(["brazil"]));
    assert_eq!(root.get("/audit?action=export.duplicate").await.text_at("/items/0/object/name"), "Copy");
}

#[tokio::test]
async fn an_export_is_disabled_and_enabled_again() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let place = save(&root, &but(weekly(&connection), "enabled", json!(false))).await;
    assert_eq!(root.get(&place).await.body["export"]["enabled"], false);
    for (verb, is_enabled) in [("enable", true), ("disable", false)] {
        let switched = act(&root, &place, verb).await.expect(StatusCode::OK);
        assert_eq!(switched.body["export"]["enabled"], is_enabled);
        let entry = root.get(&format!("/audit?action=export.{verb}")).await;
        assert_eq!(entry.body["items"][0]["after"]["enabled"], is_enabled);
    }
}

#[tokio::test]
async fn s43_a_connection_is_removed_once_each_export_is_detached_or_removed() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let weekly_place = save(&root, &weekly(&connection)).await;
    let monthly = save(&root, &but(weekly(&connection), "name", json!("Monthly letter"))).await;
    let place = format!("/connections/{connection}");
    let blocked = root.delete_version(&place, "\"1\"").await.expect(StatusCode::CONFLICT).problem("in_use");
    let id = |place: &str| place.rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        blocked.body["used_by"],
        json!([
            {"type": "export", "id": id(&monthly), "name": "Monthly letter"},
            {"type": "export", "id": id(&weekly_place), "name": "Weekly letter"},
        ])
    );
    let detached = act(&root, &weekly_place, "detach").await.expect(StatusCode::OK);
    assert_eq!(detached.body["export"]["connection"], Value::Null);
    assert_eq!(detached.body["export"]["enabled"], true);
    root.delete_version(&place, "\"1\"").await.problem("in_use");
    root.delete_version(&monthly, "\"1\"").await.expect(StatusCode::NO_CONTENT);
    root.get(&monthly).await.problem("not_found");
    root.delete_version(&place, "\"1\"").await.expect(StatusCode::NO_CONTENT);

    // What it was set up to do is still known, and works again with another connection.
    assert_eq!(root.get(&weekly_place).await.body["export"]["list"]["name"], "Newsletter");
    change(&root, &weekly_place, json!({"name": "Letter"})).await.expect(StatusCode::OK);
    let refused = change(&root, &weekly_place, json!({"list": 3})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/connection"]);
    let other = shop.connection(&root, "Club", json!("administrators")).await;
    let attached = change(&root, &weekly_place, json!({"connection": other})).await.expect(StatusCode::OK);
    assert_eq!(attached.text_at("/export/connection/name"), "Club");
    for action in ["export.detach", "export.remove"] {
        let entry = root.get(&format!("/audit?action={action}")).await;
        assert_eq!(entry.body["items"][0]["before"]["connection"], connection.as_str());
    }
}

#[tokio::test]
async fn exports_are_found_by_name_connection_type_and_segment() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let shop_id = shop.connection(&root, "Shop", json!("administrators")).await;
    let club = shop.connection(&root, "Club", json!("administrators")).await;
    save(&root, &weekly(&shop_id)).await;
    save(&root, &but(but(weekly(&club), "name", json!("Monthly")), "segments", json!(["chile"]))).await;
    let detached = save(&root, &but(weekly(&shop_id), "name", json!("Alone"))).await;
    act(&root, &detached, "detach").await.expect(StatusCode::OK);
    let names = async |query: &str| {
        let page = root.get(&format!("/exports?{query}")).await.expect(StatusCode::OK);
        let items = page.body["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("search=LETTER").await, ["Weekly letter"]);
    assert_eq!(names("search=club").await, ["Monthly"]);
    assert_eq!(names("search=activecamp").await, ["Monthly", "Weekly letter"]);
    assert_eq!(names("search=nothing").await, [""; 0]);
    assert_eq!(names("segment=chile").await, ["Monthly"]);
    assert_eq!(names(&format!("connection={shop_id}")).await, ["Weekly letter"]);
    assert_eq!(names(&format!("connection={club}&segment=brazil")).await, [""; 0]);
    assert_eq!(names("").await, ["Alone", "Monthly", "Weekly letter"]);
}

#[tokio::test]
async fn a_list_comes_page_by_page() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    for name in ["b", "A", "c"] {
        save(&root, &but(weekly(&connection), "name", json!(name))).await;
    }
    let first = root.get("/exports?limit=2").await.expect(StatusCode::OK);
    assert_eq!((first.text_at("/items/0/name"), first.text_at("/items/1/name")), ("A", "b"));
    let rest = root.get(&format!("/exports?limit=2&cursor={}", first.text_at("/next"))).await;
    assert_eq!((rest.text_at("/items/0/name"), &rest.body["next"]), ("c", &Value::Null));
    root.get("/exports?cursor=gone").await.problem("unknown_cursor");
    root.get("/exports?limit=0").await.problem("malformed");
    root.get("/exports?order=name").await.problem("malformed");
}
