//! The shapes of answers, as the provider's documentation and recordings give them.

use activecampaign_sim::{KEY, RESTRICTED_KEY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox::{Answer, Sandbox, each};

/// Compares with the snapshot of this name, without what differs from run to run.
fn assert_shape(name: &str, answer: &Answer) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-05:00", "TIME WITH OFFSET");
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME");
    settings.add_filter(r"\d{4}-\d\d-\d\d", "DAY");
    settings.add_filter(r"[0-9a-f]{8}-51d0-4000-8000-[0-9a-f]{12}", "UUID");
    let body = serde_json::to_string_pretty(&answer.json()).unwrap();
    settings.bind(|| insta::assert_snapshot!(name, format!("{}\n{body}", answer.status)));
}

#[tokio::test]
async fn contacts() {
    let sandbox = Sandbox::new().await;
    let contact = json!({"contact": {"email": "Ann@example.com", "firstName": "Ann", "lastName": "Lee", "phone": "1",
        "fieldValues": [{"field": "6", "value": "Iași"}, {"field": "999", "value": "nowhere"}]}});
    assert_shape("contact_synced", &sandbox.post("contact/sync", &contact).await);
    sandbox.set_membership(1, 3, 1).await;
    sandbox.post("contactTags", &json!({"contactTag": {"contact": 1, "tag": 1}})).await;
    assert_shape("contact", &sandbox.get("contacts/1").await);
    assert_shape("contacts", &sandbox.get("contacts?listid=3&status=1&include=contactLists").await);
    let made = json!({"contact": {"email": "bob@example.com", "lastName": "Ray"}});
    assert_shape("contact_created", &sandbox.post("contacts", &made).await);
    assert_shape("contact_updated", &sandbox.put("contacts/2", &json!({"contact": {"phone": "2"}})).await);
    assert_shape("contact_missing", &sandbox.get("contacts/77").await);
    assert_shape("contact_duplicate", &sandbox.post("contacts", &made).await);
    let unnamed = sandbox.post("contact/sync", &json!({"contact": {"firstName": "Ann"}})).await;
    assert_shape("contact_without_email", &unnamed);
    let invalid = sandbox.post("contact/sync", &json!({"contact": {"email": "ann"}})).await;
    assert_shape("contact_with_invalid_email", &invalid);
    assert_eq!(sandbox.delete("contacts/2").await.good(), json!({}));
    assert_shape("contact_deleted_twice", &sandbox.delete("contacts/2").await);
}

#[tokio::test]
async fn memberships() {
    let sandbox = Sandbox::new().await;
    sandbox.contact("ann@example.com").await;
    let membership = json!({"contactList": {"list": "3", "contact": "1", "status": 1}});
    assert_shape("membership_new", &sandbox.post("contactLists", &membership).await);
    // Who is on the list already comes without the contact.
    assert_shape("membership_repeated", &sandbox.post("contactLists", &membership).await);
    assert_shape("membership_left", &sandbox.set_membership(1, 3, 2).await);
    assert_shape("membership_with_odd_status", &sandbox.set_membership(1, 3, 4).await);
    assert_shape("memberships", &sandbox.get("contacts/1/contactLists").await);
    assert_eq!(sandbox.set_membership(1, 99, 1).await.status, 400);
    assert_eq!(sandbox.set_membership(99, 3, 1).await.status, 404);
}

#[tokio::test]
async fn lists() {
    let sandbox = Sandbox::new().await;
    let contact = sandbox.contact("ann@example.com").await;
    sandbox.set_membership(contact, 2, 1).await;
    assert_shape("lists", &sandbox.get("lists?limit=2").await);
    assert_shape("list_missing", &sandbox.get("lists/7").await);
    let list = json!({"list": {"name": "Launch", "stringid": "launch-2026", "sender_url": "https://example.com",
        "sender_reminder": "You asked.", "user": 1, "channel": "email"}});
    assert_shape("list_created", &sandbox.post("lists", &list).await);
    assert_shape("list_incomplete", &sandbox.post("lists", &json!({"list": {"name": "Launch"}})).await);
    let renamed = sandbox.patch("lists/5", &json!({"list": {"name": "Lunch"}})).await.good();
    assert_eq!(
        (&renamed["list"]["name"], &renamed["list"]["stringid"]),
        (&json!("Lunch"), &json!("launch-2026"))
    );
    assert_eq!(sandbox.get("lists/5").await.good()["list"]["name"], "Lunch");
    let sms = sandbox.get("lists?filters[name]=Text%20messages").await.good();
    assert_eq!((each(&sms["lists"], "channel"), each(&sms["lists"], "id")), (vec!["sms"], vec!["4"]));
    let found = |filter: &'static str| {
        let sandbox = &sandbox;
        async move {
            let lists = sandbox.get(&format!("lists?{filter}&orders[name]=DESC")).await.good();
            each(&lists["lists"], "name").join(", ")
        }
    };
    assert_eq!(
        found("filters[name][contains]=e").await,
        "Text messages, Newsletter, Master contact list, Customers"
    );
    assert_eq!(found("filters[name][starts_with]=cu").await, "Customers");
    assert_eq!(sandbox.delete("lists/5").await.good(), json!({}));
    assert_eq!(sandbox.delete("lists/5").await.status, 403);
    // An id is never used twice.
    assert_eq!(sandbox.post("lists", &list).await.good()["list"]["id"], "6");
    let group = json!({"listGroup": {"listid": 6, "groupid": 1}});
    assert_eq!(sandbox.post("listGroups", &group).await.status, 201);
}

#[tokio::test]
async fn fields() {
    let sandbox = Sandbox::new().await;
    assert_shape("fields", &sandbox.get("fields?limit=4").await);
    let field = json!({"field": {"title": "Shoe size", "type": "dropdown", "visible": 1}});
    assert_shape("field_created", &sandbox.post("fields", &field).await);
    assert_shape("field_duplicate", &sandbox.post("fields", &field).await);
    let option = json!({"fieldOptions": [{"field": "8", "orderid": 1, "value": "42", "label": "42", "isdefault": false}]});
    assert_eq!(sandbox.post("fieldOption/bulk", &option).await.status, 201);
    assert_shape(
        "field_option_of_wrong_shape",
        &sandbox.post("fieldOption/bulk", &json!({"fieldOptions": "42"})).await,
    );
    assert_shape("field_options", &sandbox.get("fields/8/options").await);
    assert_eq!(sandbox.post("fieldRels", &json!({"fieldRel": {"field": 8, "relid": 0}})).await.status, 201);
    let by_perstag = sandbox.get("fields?filters[perstag]=SHOE_SIZE").await.good();
    assert_eq!(each(&by_perstag["fields"], "id"), ["8"]);
    sandbox.contact("ann@example.com").await;
    let value = |field: &str| json!({"fieldValue": {"contact": "1", "field": field, "value": "42"}, "useDefaults": false});
    assert_shape("field_value_set", &sandbox.post("fieldValues", &value("8")).await);
    assert_shape("field_value_by_perstag", &sandbox.post("fieldValues", &value("SHOE_SIZE")).await);
    assert_eq!(each(&sandbox.get("contacts/1/fieldValues").await.good()["fieldValues"], "value"), ["42"]);
    assert_eq!(each(&sandbox.get("fieldValues").await.good()["fieldValues"], "field"), ["8"]);
}

#[tokio::test]
async fn tags() {
    let sandbox = Sandbox::new().await;
    let contact = sandbox.contact("ann@example.com").await;
    let tag = json!({"tag": {"tag": "vip", "tagType": "contact", "description": "Very"}});
    assert_shape("tag_created", &sandbox.post("tags", &tag).await);
    assert_shape("tag_repeated", &sandbox.post("tags", &json!({"tag": {"tag": "VIP"}})).await);
    let link = json!({"contactTag": {"contact": contact, "tag": "1"}});
    let linked = sandbox.post("contactTags", &link).await;
    assert_shape("contact_tag", &linked);
    assert_eq!(
        sandbox.post("contactTags", &link).await.good()["contactTag"]["id"],
        linked.json()["contactTag"]["id"]
    );
    let named = json!({"contactTag": {"contact": contact, "tag": "vip"}});
    assert_shape("contact_tag_by_name", &sandbox.post("contactTags", &named).await);
    let nobody = json!({"contactTag": {"contact": 77, "tag": 1}});
    assert_shape("contact_tag_of_nobody", &sandbox.post("contactTags", &nobody).await);
    assert_shape(
        "contact_tag_without_contact",
        &sandbox.post("contactTags", &json!({"contactTag": {"tag": 1}})).await,
    );
    assert_shape("tags", &sandbox.get("tags?search=VI").await);
    assert_eq!(sandbox.get("tags?filters[search][eq]=vi").await.good()["tags"], json!([]));
    let renamed = sandbox.put("tags/1", &json!({"tag": {"tag": "gold"}})).await.good();
    assert_eq!(renamed["tag"]["tag"], "gold");
    assert_eq!(sandbox.held().await["ann@example.com"]["tags"], json!(["gold"]));
    let id = linked.json()["contactTag"]["id"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.delete(&format!("contactTags/{id}")).await.good(), json!({}));
    assert_shape("contact_tag_gone", &sandbox.delete(&format!("contactTags/{id}")).await);
}

#[tokio::test]
async fn exclusions_bounces_and_the_account() {
    let sandbox = Sandbox::new().await;
    sandbox.arrange("exclusions", &json!({"phrase": "@competitor.example", "type": "end"})).await;
    assert_shape("exclusions", &sandbox.get("lists/exclusions").await);
    assert_eq!(
        sandbox.get("lists/exclusions?filters[matchPhrase]=other").await.good()["exclusions"],
        json!([])
    );
    sandbox.contact("ann@example.com").await;
    sandbox.arrange("contacts/bounce", &json!({"email": "ann@example.com"})).await;
    assert_shape("bounce_logs", &sandbox.get("contacts/1/bounceLogs").await);
    assert_eq!(sandbox.get("bounceLogs").await.good()["meta"]["total"], "1");
    assert_eq!(sandbox.get("contacts/1").await.good()["contact"]["bounced_hard"], "1");
    assert_shape("me", &sandbox.get("users/me").await);
    assert_shape("settings", &sandbox.get("settings/account").await);
    let events = sandbox.get("webhook/events").await.good();
    assert_eq!(events["webhookEvents"].as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn imports() {
    let sandbox = Sandbox::new().await;
    let batch = sandbox.import(&json!([{"email": "ann@example.com"}, {"email": "bob@example.com"}])).await;
    assert_shape("import_accepted", &batch);
    assert_shape("imports_outstanding", &sandbox.get("import/bulk_import").await);
    sandbox.forward(60.0).await;
    let id = batch.json()["batchId"].as_str().unwrap().to_owned();
    assert_shape("import_completed", &sandbox.get(&format!("import/info?batchId={id}")).await);
    assert_shape("imports_completed", &sandbox.get("import/bulk_import").await);
    assert_shape("import_unnamed", &sandbox.get("import/info?batchId=").await);
    assert_shape("import_unknown", &sandbox.get("import/info?batchId=1").await);
    let bad = json!([{"email": "ann@example.com"}, {"first_name": "Bob"}, {"email": "carl@localhost"}]);
    assert_shape("import_invalid", &sandbox.import(&bad).await);
}

#[tokio::test]
async fn keys_and_paths() {
    let sandbox = Sandbox::new().await;
    let get = |path: &'static str, key: Option<&'static str>| sandbox.try_send(Method::GET, path, key, None);
    for wrong in [None, Some("wrong"), Some("")] {
        let answer = get("/api/3/lists", wrong).await.unwrap();
        assert_eq!((answer.status, answer.json()), (403, json!({"message": "Forbidden"})));
    }
    assert_shape("permission_missing", &get("/api/3/lists", Some(RESTRICTED_KEY)).await.unwrap());
    assert_eq!(get("/api/3/users/me", Some(RESTRICTED_KEY)).await.unwrap().status, 200);
    assert_eq!(get("/api/3/", Some(KEY)).await.unwrap().good(), json!({}));
    assert_eq!(get("/api/3", Some(KEY)).await.unwrap().status, 200);
    for nowhere in [
        "/",
        "/api/3x/lists",
        "/api/30/lists",
        "/api/3/bulkImport",
        "/api/3/import/bulkImport",
        "/admin/api.php",
    ] {
        let answer = get(nowhere, Some(KEY)).await.unwrap();
        assert_eq!((answer.status, answer.text.starts_with("<!DOCTYPE html>")), (404, true), "{nowhere}");
    }
    let empty = sandbox.get("segments").await.good();
    assert_eq!(empty, json!({"segments": [], "meta": {"total": "0"}}));
}

#[tokio::test]
async fn answers_carry_what_support_asks_for() {
    let sandbox = Sandbox::new().await;
    let answer = sandbox.get("users/me").await;
    for header in ["x-request-id", "cf-ray", "date"] {
        assert!(answer.header(header).is_some(), "{header}");
    }
    assert_eq!(answer.header("content-type"), Some("application/json"));
    // No limit's headers on what is within the limit.
    assert_eq!(answer.header("ratelimit-limit"), None);
}

#[tokio::test]
async fn ids_are_text_or_numbers_or_both() {
    let first_list = |sandbox: Sandbox| async move {
        let mut ids = Vec::new();
        for _ in 0..2 {
            ids.push(sandbox.get("lists/1").await.good()["list"]["id"].clone());
        }
        Value::Array(ids)
    };
    assert_eq!(first_list(Sandbox::new().await).await, json!(["1", "1"]));
    assert_eq!(first_list(Sandbox::with_knobs(&["number-ids=on"]).await).await, json!([1, 1]));
    assert_eq!(first_list(Sandbox::with_knobs(&["number-ids=drift"]).await).await, json!(["1", 1]));
}
