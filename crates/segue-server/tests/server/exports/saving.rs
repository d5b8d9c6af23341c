//! Saving an export: what must be there, and that nothing is sent.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Shop, change, refreshed, save, weekly};
use crate::connections::{but, without};
use crate::setting::{Answer, As};

/// The one field that is not right.
async fn refused(who: &As<'_>, body: &Value, field: &str) -> Answer {
    let answer = who.post("/exports", body).await.problem("invalid_fields");
    assert_eq!(answer.fields(), [field], "{body}: {}", answer.text);
    answer
}

fn matching(body: &Value, field: &str, value: Value) -> Value {
    let mut matching = body["matching"].clone();
    matching[field] = value;
    but(body.clone(), "matching", matching)
}

#[tokio::test]
async fn s35_saving_persists_and_lists_the_export() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let saved = root.post("/exports", &weekly(&connection)).await.expect(StatusCode::CREATED);
    let export = &saved.body["export"];
    let used = json!({"id": connection, "name": "Shop", "type": "active_campaign", "sandbox": false});
    assert_eq!(export["connection"], used);
    assert_eq!(export["list"], json!({"id": 2, "name": "Newsletter"}));
    assert_eq!((&export["mode"], &export["blanks"]), (&json!("add-update"), &json!("keep")));
    assert_eq!(
        export["brakes"],
        json!({"max_profiles": 1_000_000, "max_leaving_percent": 10.0, "allow_empty": false})
    );
    assert_eq!((&export["enabled"], &export["permission"]), (&json!(true), &json!("edit")));
    assert_eq!((&export["created"]["name"], saved.header("etag")), (&json!("Root"), "\"1\""));
    let place = saved.header("location").strip_prefix("/api/v1").unwrap();
    assert_eq!(root.get(place).await.expect(StatusCode::OK).body, saved.body);
    assert_eq!(root.get("/exports").await.body, json!({"items": [export], "next": null}));

    let entry = root.get("/audit?action=export.create").await;
    assert_eq!(entry.text_at("/items/0/object/name"), "Weekly letter");
    assert_eq!(entry.text_at("/items/0/after/recipe/matching/email"), "mail");
}

#[tokio::test]
async fn s36_s40_saving_sends_nothing() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let before = shop.at_the_account("state").await;
    let fields = json!([{"field": "City", "column": "city"}]);
    let place = save(&root, &matching(&weekly(&connection), "fields", fields)).await;
    change(&root, &place, json!({"list": 3, "matching": {"email": "mail", "tags": ["new"]}})).await;

    let after = shop.at_the_account("state").await;
    for what in ["contacts", "lists", "imports", "automations"] {
        assert_eq!(after[what], before[what], "{what}");
    }
    let journal = shop.at_the_account("journal").await;
    let requests = journal.as_array().expect("requests");
    assert!(requests.len() > 3, "{journal}");
    for request in requests {
        assert!(request.to_string().contains("GET"), "{request}");
    }
}

#[tokio::test]
async fn s36_a_change_of_what_the_account_does_not_know_does_not_ask_it() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let body = matching(&weekly(&connection), "fields", json!([{"field": "Tier", "column": "note"}]));
    let place = save(&root, &body).await;
    let requests = shop.at_the_account("state").await["requests"].clone();
    let changes = json!({
        "name": "Monthly letter",
        "segments": ["chile"],
        "schedule": {"own": {"cron": "0 6 1 * *", "time_zone": "Europe/Bucharest"}},
    });
    let changed = change(&root, &place, changes).await.expect(StatusCode::OK);
    assert_eq!(changed.text_at("/export/schedule/own/cron"), "0 6 1 * *");
    let taken = changed.body.pointer("/export/matching/fields/0/takes/options").cloned();
    assert_eq!(taken, Some(json!(["gold", "silver", "bronze"])));
    assert_eq!(shop.at_the_account("state").await["requests"], requests);

    // With the account gone, what must be asked for is not saved, and says why.
    shop.account.stop().await;
    change(&root, &place, json!({"list": 3})).await.problem("connect_network");
    change(&root, &place, json!({"list": 3, "name": ""})).await.problem("invalid_fields");
    change(&root, &place, json!({"name": "Yearly letter"})).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn every_mistake_is_told_at_once_with_its_place() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let body = json!({
        "name": " ",
        "connection": connection,
        "list": 77,
        "segments": ["brazil"],
        "matching": {
            "email": "value",
            "phone": "fax",
            "fields": [{"field": 4, "column": "likes"}, {"field": "Shoe size", "column": "value"}],
            "tags": [""],
        },
        "brakes": {"max_profiles": 0, "max_leaving_percent": 101},
        "required": ["adult"],
        "schedule": {"own": {"every": "day", "at": ["25:00"], "time_zone": "UTC"}},
    });
    let told = root.post("/exports", &body).await.problem("invalid_fields");
    assert_eq!(
        told.fields(),
        [
            "/name",
            "/list",
            "/matching/fields/1/field",
            "/matching/email",
            "/matching/phone",
            "/matching/fields/0/column",
            "/required/0",
            "/matching/tags/0",
            "/brakes/max_profiles",
            "/brakes/max_leaving_percent",
            "/schedule/own/at/0",
        ]
    );
    let empty = root.post("/exports", &json!({})).await.problem("invalid_fields");
    assert_eq!(empty.fields(), ["/name", "/connection", "/segments"]);
    assert_eq!(root.get("/exports").await.body["items"], json!([]));
    assert_eq!(root.get("/audit?action=export.create").await.body["items"], json!([]));
}

#[tokio::test]
async fn s4_s8_segments_only_and_at_least_one() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let body = weekly(&connection);
    refused(&root, &without(body.clone(), "segments"), "/segments").await;
    for (wrong, field, words) in [
        (json!([]), "/segments", "at least one segment"),
        (json!(["brazil", "brazil"]), "/segments/1", "a second time"),
        (json!(["brazil", "peru"]), "/segments/1", "there are: brazil, chile, suppliers"),
        (json!(["profiles"]), "/segments/0", "only segments can be exported"),
        (json!(["brazil", "suppliers"]), "/segments/1", "segments over one table"),
    ] {
        let answer = refused(&root, &but(body.clone(), "segments", wrong), field).await;
        assert!(answer.text.contains(words), "{}", answer.text);
    }
    save(&root, &but(body, "segments", json!(["brazil", "chile"]))).await;
}

#[tokio::test]
async fn s5_a_table_without_text_cannot_be_exported_and_says_why() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let columns = [("id", segue_model::segment::Kind::Number, None)];
    super::put_table(&shop.site, "companies", &columns, std::collections::BTreeMap::new()).await;
    let body = but(weekly(&connection), "segments", json!(["suppliers"]));
    let answer = refused(&root, &but(body, "matching", json!({})), "/matching/email").await;
    assert!(answer.text.contains("must be a column of text, and table \\\"companies\\\" has none"));
}

#[tokio::test]
async fn s30_the_list_is_required_checked_and_its_name_shown() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let body = weekly(&connection);
    refused(&root, &without(body.clone(), "list"), "/list").await;
    let answer = refused(&root, &but(body.clone(), "list", json!(77)), "/list").await;
    assert!(answer.text.contains("its lists are: 1 Master contact list, 2 Newsletter"), "{}", answer.text);
    let answer = refused(&root, &but(body.clone(), "list", json!(4)), "/list").await;
    assert!(answer.text.contains("choose an e-mail list"), "{}", answer.text);
    let lists = root.get(&format!("/connections/{connection}/lists")).await.expect(StatusCode::OK);
    let place = save(&root, &but(body, "list", lists.body[0]["id"].clone())).await;
    assert_eq!(root.get(&place).await.body["export"]["list"]["name"], lists.body[0]["name"]);
}

#[tokio::test]
async fn s31_s32_the_email_column_is_required_and_must_hold_text() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let body = weekly(&connection);
    for wrong in [json!({}), json!({"email": " "}), json!({"email": "e-mail"}), json!({"email": "born"})] {
        refused(&root, &but(body.clone(), "matching", wrong), "/matching/email").await;
    }
    refused(&root, &without(body, "matching"), "/matching/email").await;
}

#[tokio::test]
async fn s33_any_subset_of_the_other_attributes_is_matched() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    for bits in 0..16_usize {
        let mut wanted = json!({"email": "mail"});
        let optional =
            [("first_name", "first"), ("last_name", "last"), ("phone", "mobile"), ("account_name", "note")];
        for (index, (attribute, column)) in optional.into_iter().enumerate() {
            if bits & (1 << index) != 0 {
                wanted[attribute] = json!(column);
            }
        }
        let body = but(weekly(&connection), "name", json!(format!("Letter {bits}")));
        let place = save(&root, &but(body, "matching", wanted.clone())).await;
        let shown = root.get(&place).await.body["export"]["matching"].clone();
        for (attribute, _) in optional {
            assert_eq!(shown[attribute], wanted[attribute], "{attribute} of {bits}");
        }
    }
}

#[tokio::test]
async fn s34_each_attribute_is_added_once_and_its_column_must_fit() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let body = weekly(&connection);
    let field = |field: Value, column: &str| json!({"field": field, "column": column});
    let fields = json!([field(json!("Tier"), "note"), field(json!("%TIER%"), "city")]);
    refused(&root, &matching(&body, "fields", fields), "/matching/fields/1/field").await;
    // Number, date, moment, one of several, any of several, text.
    for (id, fits, does_not) in [
        (1, "value", "born"),
        (2, "born", "value"),
        (3, "note", "seen"),
        (4, "note", "likes"),
        (5, "likes", "blob"),
        (6, "mobile", "likes"),
    ] {
        let wrong = matching(&body, "fields", json!([field(json!(id), does_not)]));
        refused(&root, &wrong, "/matching/fields/0/column").await;
        let right = matching(&body, "fields", json!([field(json!(id), fits)]));
        save(&root, &but(right, "name", json!(format!("Field {id}")))).await;
    }
    for (attribute, wrong, place) in [
        ("phone", json!("likes"), "/matching/phone"),
        ("last_name", json!("surname"), "/matching/last_name"),
        ("tag_columns", json!(["likes", "likes"]), "/matching/tag_columns/1"),
        ("tag_columns", json!(["blob"]), "/matching/tag_columns/0"),
        ("tags", json!(["new", " new "]), "/matching/tags/1"),
        ("faxes", json!("fax"), "/matching/faxes"),
    ] {
        refused(&root, &matching(&body, attribute, wrong), place).await;
    }
}

#[tokio::test]
async fn names_are_required_trimmed_and_taken_once() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let place = save(&root, &but(weekly(&connection), "name", json!(" Weekly letter "))).await;
    assert_eq!(root.get(&place).await.text_at("/export/name"), "Weekly letter");
    let twice = but(weekly(&connection), "name", json!("WEEKLY  letter"));
    root.post("/exports", &twice).await.problem("taken");
    let other = save(&root, &but(weekly(&connection), "name", json!("Monthly letter"))).await;
    change(&root, &other, json!({"name": "weekly LETTER"})).await.problem("taken");
}

#[tokio::test]
async fn s6_members_are_counted_and_too_many_are_warned_of() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let place = save(&root, &but(weekly(&connection), "segments", json!(["brazil", "chile"]))).await;
    let warnings = async || {
        let shown = root.get(&place).await.expect(StatusCode::OK);
        let warnings = shown.body["warnings"].as_array().unwrap().clone();
        warnings.iter().map(|warning| warning["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let shown = root.get(&place).await;
    assert_eq!(shown.body["segments"][0]["members"], 700_000);
    assert_eq!(shown.body["segments"][1], json!({"name": "chile", "members": null, "refreshed_at": null}));
    assert_eq!(warnings().await, ["/segments/1"]);
    refreshed(&shop.site, "chile", 300_000).await;
    assert_eq!(warnings().await, [""; 0]);
    refreshed(&shop.site, "chile", 300_001).await;
    assert_eq!(warnings().await, ["/segments"]);
    refreshed(&shop.site, "chile", 1_000_001).await;
    assert_eq!(warnings().await, ["/segments/1"]);
    change(&root, &place, json!({"brakes": {"max_profiles": 2_000_000}})).await.expect(StatusCode::OK);
    assert_eq!(warnings().await, [""; 0]);
    let shown = root.get(&place).await;
    assert_eq!(shown.body["export"]["brakes"]["max_leaving_percent"], 10.0, "the others stay");
}

#[tokio::test]
async fn another_export_that_keeps_the_list_is_named() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    // The same account by another connection is the same account.
    let second = shop.connection(&root, "Club", json!("administrators")).await;
    save(&root, &weekly(&connection)).await;
    let other = save(&root, &but(weekly(&second), "name", json!("Monthly letter"))).await;
    let shown = root.get(&other).await;
    assert_eq!(shown.text_at("/warnings/0/pointer"), "/list");
    assert!(shown.text_at("/warnings/0/detail").contains("Weekly letter"));
    let apart = change(&root, &other, json!({"list": 3})).await.expect(StatusCode::OK);
    assert_eq!(apart.body["warnings"], json!([]));
}
