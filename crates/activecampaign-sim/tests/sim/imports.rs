//! Bulk imports: checked at once, carried out later, and who is left out.

use activecampaign_sim::{Config, KEY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, each, number, people};

fn on_list_3(emails: &[&str]) -> Value {
    emails.iter().map(|email| json!({"email": email, "subscribe": [{"listid": 3}]})).collect()
}

async fn status_on_3(sandbox: &Sandbox, email: &str) -> Value {
    sandbox.held().await[email]["lists"]["3"]["status"].clone()
}

#[tokio::test]
async fn an_import_goes_through_its_states() {
    let sandbox = Sandbox::new().await;
    let batch = sandbox.import_id(&people(250)).await;
    // Half a second after the import, 2, 4, 5.5 and 7.
    for (seconds, expected) in
        [(0.5, json!(false)), (1.5, json!("waiting")), (2.0, json!("claimed")), (1.5, json!("active"))]
    {
        sandbox.forward(seconds).await;
        let status = sandbox.status(&batch).await;
        assert_eq!(status["status"], expected);
        // Nothing is written before all is.
        assert_eq!(sandbox.get("contacts").await.good()["meta"]["total"], "0");
    }
    sandbox.forward(1.5).await;
    let status = sandbox.status(&batch).await;
    assert_eq!((&status["status"], &status["failure"]), (&json!("completed"), &json!([])));
    assert_eq!(status["success"].as_array().unwrap().len(), 250);
    assert_eq!(status["success"][0], "1");
    assert_eq!(sandbox.get("contacts").await.good()["meta"]["total"], "250");
}

#[tokio::test]
async fn imports_queue_behind_each_other() {
    let sandbox = Sandbox::new().await;
    let first = sandbox.import_id(&people(250)).await;
    let second = sandbox.import_id(&people(250)).await;
    sandbox.forward(6.5).await;
    assert_eq!(sandbox.status(&first).await["status"], "completed");
    assert_eq!(sandbox.status(&second).await["status"], "active");
    let backlog = sandbox.get("import/bulk_import").await.good();
    assert_eq!(
        (&backlog["outstanding"][0]["batches"], &backlog["outstanding"][0]["contacts"]),
        (&json!("1"), &json!("250"))
    );
    assert_eq!(backlog["recentlyCompleted"][0]["batches"], "1");
}

#[tokio::test]
async fn everything_an_import_can_say_is_written() {
    let sandbox = Sandbox::new().await;
    let contact = json!([{"email": "ann@example.com", "first_name": "Ann", "last_name": "Lee", "phone": "+40 1",
        "customer_acct_name": "Acme", "tags": ["vip", "2026"], "fields": [{"id": 6, "value": "Iași"},
        {"id": "5", "value": "||rock||jazz||"}, {"id": 999, "value": "nowhere"}], "subscribe": [{"listid": "3"},
        {"listid": 99}], "unsubscribe": [{"listid": 2}], "firstName": "ignored", "lists": [1]}]);
    sandbox.imported(&contact).await;
    let held = sandbox.held().await["ann@example.com"].clone();
    assert_eq!(
        (&held["firstName"], &held["lastName"], &held["phone"]),
        (&json!("Ann"), &json!("Lee"), &json!("+40 1"))
    );
    assert_eq!((&held["organisation"], &held["tags"]), (&json!("Acme"), &json!(["2026", "vip"])));
    assert_eq!(held["fields"], json!({"5": "||rock||jazz||", "6": "Iași"}));
    // A list that does not exist, and one that the contact never was on, are passed over.
    assert_eq!(held["lists"].as_object().unwrap().keys().collect::<Vec<_>>(), ["3"]);
    // Tags are made, added, and never taken away; names differ in more than case.
    sandbox
        .imported(
            &json!([{"email": "ann@example.com", "tags": ["VIP", "new"], "unsubscribe": [{"listid": 3}]}]),
        )
        .await;
    let held = sandbox.held().await["ann@example.com"].clone();
    assert_eq!((&held["firstName"], &held["tags"]), (&json!("Ann"), &json!(["2026", "new", "vip"])));
    assert_eq!(held["lists"]["3"]["status"], 2);
    assert_eq!(each(&sandbox.get("tags").await.good()["tags"], "tag"), ["vip", "2026", "new"]);
}

#[tokio::test]
async fn one_bad_contact_turns_all_down() {
    let sandbox = Sandbox::new().await;
    for bad in ["", "ann", "@example.com", "a b@example.com", "ann@example", "ann@example.c"] {
        let answer = sandbox.import(&json!([{"email": "good@example.com"}, {"email": bad}])).await;
        assert_eq!((answer.status, &answer.json()["success"]), (400, &json!(0)), "{bad}");
        assert_eq!(answer.json()["failureReasons"][0]["contact"], 2);
    }
    sandbox.forward(60.0).await;
    assert_eq!(sandbox.look("state").await["imports"]["batches"], 0);
    assert_eq!(sandbox.held().await.len(), 0);
}

#[tokio::test]
async fn a_body_has_its_limits() {
    let sandbox = Sandbox::new().await;
    let reason = |answer: crate::sandbox::Answer| {
        assert_eq!(answer.status, 400);
        answer.json()["failureReasons"][0].as_str().unwrap().to_owned()
    };
    assert_eq!(reason(sandbox.import(&json!([])).await), "At least one contact is required");
    assert_eq!(reason(sandbox.import(&people(251)).await), "Up to 250 contacts may be imported per request");
    let body = |bytes: usize| {
        let frame = r#"{"contacts":[{"email":"ann@example.com"}],"padding":""}"#;
        format!(
            r#"{{"contacts":[{{"email":"ann@example.com"}}],"padding":"{}"}}"#,
            "x".repeat(bytes - frame.len())
        )
    };
    let send =
        |body: String| sandbox.try_send(Method::POST, "/api/3/import/bulk_import", Some(KEY), Some(body));
    assert_eq!(send(body(399_999)).await.unwrap().status, 200);
    assert_eq!(reason(send(body(400_000)).await.unwrap()), "The request must have fewer than 400000 bytes");
    for broken in ["", "{", r#"{"contacts":{}}"#, "[]"] {
        assert_eq!(reason(send(broken.to_owned()).await.unwrap()), "Invalid or unparsable json");
    }
}

#[tokio::test]
async fn the_excluded_are_dropped_and_fail() {
    let sandbox = Sandbox::new().await;
    for (phrase, kind) in [("ann@example.com", "exact"), ("spam", "begin"), ("@competitor.example", "end")] {
        sandbox.arrange("exclusions", &json!({"phrase": phrase, "type": kind})).await;
    }
    let excluded = ["Ann@example.com", "spam1@example.com", "bob@competitor.example"];
    let contacts = on_list_3(&[&excluded[..], &["anna@example.com"]].concat());
    let answer = sandbox.import(&contacts).await.good();
    assert_eq!(answer["queued_contacts"], 1);
    sandbox.forward(60.0).await;
    let status = sandbox.status(answer["batchId"].as_str().unwrap()).await;
    assert_eq!((&status["failure"], &status["success"]), (&json!(excluded), &json!(["1"])));
    assert_eq!(sandbox.held().await.into_keys().collect::<Vec<_>>(), ["anna@example.com"]);
}

#[tokio::test]
async fn who_left_comes_back_by_membership_only() {
    let sandbox = Sandbox::new().await;
    let ann = sandbox.contact("ann@example.com").await;
    sandbox.set_membership(ann, 3, 1).await;
    sandbox.set_membership(ann, 3, 2).await;
    let status = sandbox.imported(&on_list_3(&["ann@example.com", "bob@example.com"])).await;
    assert_eq!((&status["status"], &status["failure"]), (&json!("completed"), &json!(["ann@example.com"])));
    assert_eq!(status_on_3(&sandbox, "ann@example.com").await, 2);
    // Another list is no obstacle.
    let other = json!([{"email": "ann@example.com", "first_name": "Ann", "subscribe": [{"listid": 2}]}]);
    assert_eq!(sandbox.imported(&other).await["failure"], json!([]));
    assert_eq!(sandbox.held().await["ann@example.com"]["firstName"], "Ann");
    sandbox.set_membership(ann, 3, 1).await;
    assert_eq!(status_on_3(&sandbox, "ann@example.com").await, 1);
}

#[tokio::test]
async fn the_bounced_fail() {
    let sandbox = Sandbox::new().await;
    sandbox.imported(&on_list_3(&["ann@example.com"])).await;
    sandbox.arrange("contacts/bounce", &json!({"email": "ann@example.com"})).await;
    assert_eq!(
        sandbox.imported(&on_list_3(&["ann@example.com"])).await["failure"],
        json!(["ann@example.com"])
    );
    assert_eq!(status_on_3(&sandbox, "ann@example.com").await, 3);
    assert_eq!(sandbox.get("contacts?listid=3&status=3").await.good()["meta"]["total"], "1");
    // Put back on the list it is taken, and still known as bounced.
    sandbox.set_membership(1, 3, 1).await.good();
    assert_eq!(sandbox.get("contacts/1").await.good()["contact"]["bounced_hard"], "1");
}

#[tokio::test]
async fn the_plan_s_limit_holds_for_new_contacts() {
    let sandbox = Sandbox::with(|config| config.contact_limit = Some(3)).await;
    assert_eq!(sandbox.imported(&people(2)).await["failure"], json!([]));
    let status = sandbox.imported(&people(5)).await;
    assert_eq!(status["failure"], json!(["person4@example.com", "person5@example.com"]));
    sandbox.arrange("contact-limit", &Value::Null).await;
    assert_eq!(sandbox.imported(&people(5)).await["failure"], json!([]));
}

#[tokio::test]
async fn the_last_of_duplicates_wins() {
    let sandbox = Sandbox::new().await;
    let twice = json!([{"email": "ann@example.com", "first_name": "One", "phone": "1"}, {"email": "ANN@example.com", "first_name": "Two"}]);
    assert_eq!(sandbox.import(&twice).await.good()["queued_contacts"], 2);
    sandbox.forward(60.0).await;
    let held = sandbox.held().await;
    assert_eq!(
        (held.len(), &held["ann@example.com"]["firstName"], &held["ann@example.com"]["phone"]),
        (1, &json!("Two"), &json!("1"))
    );
}

#[tokio::test]
async fn automations_run_unless_excluded() {
    let sandbox = Sandbox::new().await;
    let contacts = |first: usize| -> Value {
        (first..first + 2)
            .map(|number| json!({"email": format!("p{number}@example.com"), "subscribe": [{"listid": 3}]}))
            .collect()
    };
    let started = || async { number(&sandbox.look("state").await["automations"]["by_import"]) };
    for (body, expected) in [
        (json!({"contacts": contacts(0), "exclude_automations": true}), 0),
        (json!({"contacts": contacts(2)}), 2),
        // Known on the list already.
        (json!({"contacts": contacts(2)}), 2),
        (
            json!({"contacts": [{"email": "q@example.com", "subscribe": [{"listid": 3}], "exclude_automations": true}]}),
            2,
        ),
    ] {
        sandbox.post("import/bulk_import", &body).await.good();
        sandbox.forward(60.0).await;
        assert_eq!(started().await, expected, "{body}");
    }
}

#[tokio::test]
async fn imports_that_fail_are_partly_written() {
    for (fault, word) in
        [("batch-failed", "failed"), ("batch-interrupted", "interrupted"), ("batch-stuck", "active")]
    {
        for (applied, written) in [("half", 5), ("3", 3), ("0", 0), ("250", 10)] {
            let mut config = Config { faults: vec![fault.parse().unwrap()], ..Config::default() };
            config.knobs.set(&format!("applied={applied}")).unwrap();
            let sandbox =
                Sandbox::with(|given| (given.faults, given.knobs) = (config.faults, config.knobs)).await;
            let status = sandbox.imported(&people(10)).await;
            assert_eq!(status, json!({"status": word, "success": [], "failure": []}));
            assert_eq!(sandbox.held().await.len(), written, "{fault} with {applied}");
            let is_outstanding = sandbox.get("import/bulk_import").await.good()["outstanding"] != json!([]);
            assert_eq!(is_outstanding, fault == "batch-stuck");
        }
    }
}
