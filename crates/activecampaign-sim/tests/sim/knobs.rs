//! What nobody knows about the provider can be set either way.

use activecampaign_sim::{KEY, Knobs};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, people};

fn bad_and_good() -> Value {
    json!([{"email": "good@example.com"}, {"email": "bad"}, {}])
}

#[tokio::test]
async fn how_validation_names_contacts() {
    let reasons = |settings: &'static [&'static str]| async move {
        Sandbox::with_knobs(settings).await.import(&bad_and_good()).await.json()["failureReasons"].clone()
    };
    let (second, third) = (
        json!({"contact": 2, "failureReason": "Field 'email' incorrect format"}),
        json!({"contact": 3, "failureReason": "Field 'email' not found"}),
    );
    assert_eq!(reasons(&[]).await, json!([second, third]));
    assert_eq!(reasons(&["first-failure-only=on"]).await, json!([second]));
    assert_eq!(reasons(&["unnamed-failures=on"]).await, json!(["One or more contacts are invalid"]));
    let from_zero = reasons(&["index-base=0"]).await;
    assert_eq!((&from_zero[0]["contact"], &from_zero[1]["contact"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn how_imports_are_answered() {
    let sandbox = Sandbox::with_knobs(&["capital-success=on", "success-created-only=on"]).await;
    let answer = sandbox.import(&people(1)).await.good();
    assert_eq!((&answer["Success"], answer.get("success")), (&json!(1), None));
    sandbox.forward(60.0).await;
    // The first is known by now.
    assert_eq!(sandbox.imported(&people(2)).await["success"], json!(["2"]));
}

#[tokio::test]
async fn how_an_unknown_import_is_answered() {
    let answer = |setting: &'static str| async move {
        let answer = Sandbox::with_knobs(&[setting]).await.get("import/info?batchId=none").await;
        (answer.status, answer.json())
    };
    assert_eq!(answer("unknown-batch=400").await.0, 400);
    assert_eq!(answer("unknown-batch=404").await.0, 404);
    assert_eq!(answer("unknown-batch=200").await, (200, json!({"status": false})));
}

#[tokio::test]
async fn how_long_the_status_is_false() {
    let sandbox = Sandbox::with_knobs(&["status-false=30"]).await;
    let batch = sandbox.import_id(&people(1)).await;
    sandbox.forward(4.0).await;
    assert_eq!(sandbox.status(&batch).await, json!({"status": false}));
    sandbox.forward(60.0).await;
    assert_eq!(sandbox.status(&batch).await["status"], "completed");

    let sandbox = Sandbox::with_knobs(&["false-polls=2"]).await;
    let batch = sandbox.import_id(&people(1)).await;
    sandbox.forward(60.0).await;
    for expected in [json!(false), json!(false), json!("completed")] {
        assert_eq!(sandbox.status(&batch).await["status"], expected);
    }
}

#[tokio::test]
async fn what_is_written_of_who_left() {
    for (setting, name, tags) in [
        ("unsubscribed-written=off", "Before", json!([])),
        ("unsubscribed-written=on", "After", json!(["vip"])),
    ] {
        let sandbox = Sandbox::with_knobs(&[setting]).await;
        let contact = json!({"contact": {"email": "ann@example.com", "firstName": "Before"}});
        sandbox.post("contact/sync", &contact).await.good();
        sandbox.set_membership(1, 3, 2).await.good();
        let import = json!([{"email": "ann@example.com", "first_name": "After", "tags": ["vip"], "subscribe": [{"listid": 3}]}]);
        assert_eq!(sandbox.imported(&import).await["failure"], json!(["ann@example.com"]));
        let held = &sandbox.held().await["ann@example.com"];
        assert_eq!((&held["firstName"], &held["tags"]), (&json!(name), &tags), "{setting}");
        assert_eq!(held["lists"]["3"]["status"], 2);
    }
}

#[tokio::test]
async fn what_empty_values_do() {
    for (setting, expected) in [("blank-clears=on", ""), ("blank-clears=off", "Ann")] {
        let sandbox = Sandbox::with_knobs(&[setting]).await;
        for name in ["Ann", ""] {
            let contact = json!([{"email": "ann@example.com", "first_name": name, "fields": [{"id": 6, "value": name}]}]);
            sandbox.imported(&contact).await;
        }
        let held = &sandbox.held().await["ann@example.com"];
        assert_eq!(
            (&held["firstName"], &held["fields"]),
            (&json!(expected), &json!({"6": expected})),
            "{setting}"
        );
    }
}

#[tokio::test]
async fn how_too_large_an_import_is_refused() {
    let sandbox = Sandbox::with_knobs(&["oversize=413"]).await;
    let contacts = json!([{"email": "ann@example.com", "first_name": "x".repeat(400_000)}]);
    let answer = sandbox.import(&contacts).await;
    assert_eq!((answer.status, answer.header("content-type")), (413, Some("text/html; charset=UTF-8")));
}

#[tokio::test]
async fn how_a_known_tag_is_answered() {
    let sandbox = Sandbox::with_knobs(&["tag-duplicate=422"]).await;
    let tag = json!({"tag": {"tag": "vip", "tagType": "contact"}});
    assert_eq!(sandbox.post("tags", &tag).await.status, 201);
    let refused = sandbox.post("tags", &tag).await;
    assert_eq!((refused.status, &refused.json()["errors"][0]["code"]), (422, &json!("duplicate")));
}

#[tokio::test]
async fn what_a_wrong_key_is_told() {
    for (setting, expected) in [
        ("bad-key=json", r#"{"message":"Forbidden"}"#),
        ("bad-key=html", "<!DOCTYPE html>"),
        ("bad-key=empty", ""),
    ] {
        let sandbox = Sandbox::with_knobs(&[setting]).await;
        let answer = sandbox.try_send(Method::GET, "/api/3/users/me", Some("wrong"), None).await.unwrap();
        assert_eq!((answer.status, answer.text.is_empty()), (403, expected.is_empty()), "{setting}");
        assert!(answer.text.starts_with(expected), "{setting}");
        assert_eq!(
            sandbox.try_send(Method::GET, "/api/3/users/me", Some(KEY), None).await.unwrap().status,
            200
        );
    }
}

#[test]
fn every_setting_is_documented_with_its_values() {
    for (name, values, what) in Knobs::ALL {
        assert!(!name.is_empty() && !values.is_empty() && what.len() > 10, "{name}");
    }
    let error = Knobs::default().set("window=round").unwrap_err();
    assert!(error.to_string().contains("window=fixed|sliding"));
}
