//! What a run does, and what is told of it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Office, begin, ended, post, refresh, run};
use crate::setting::Answer;

#[tokio::test]
async fn s2_s38_a_run_brings_the_members_to_the_list_and_accounts_for_everybody() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let refreshed = refresh(&root, "cluj").await;
    assert_eq!(
        (&refreshed["status"], &refreshed["segments"][0]["members"]),
        (&json!("succeeded"), &json!(3))
    );
    let first = run(&root, &export).await;
    assert_eq!(first["status"], "succeeded_with_rejections", "{first}");
    let counts = &first["counts"];
    assert_eq!(
        (&counts["members"], &counts["created"], &counts["invalid"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(first["rejections"][0]["reason"], "no_email");
    assert_eq!(first["by"]["name"], "Root");
    let steps: Vec<&str> =
        first["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["planning", "delivering", "explaining", "settling"]);
    assert_eq!(office.on_the_list().await, ["person1@example.com", "person2@example.com"]);
    let batches = root.get(&format!("/runs/{}/batches", first["id"].as_str().unwrap())).await.body;
    assert_eq!(
        (&batches["items"][0]["contacts"], &batches["items"][0]["state"]),
        (&json!(2), &json!("done"))
    );
    let batch = &batches["items"][0];
    assert!(batch["provider_id"].as_str().is_some_and(|id| !id.is_empty()), "{batch}");
    assert!(batch["sent_at"].is_string() && batch["sent_at"] == batch["confirmed_at"], "{batch}");
    assert_eq!(batch["refused"], 0);
    let again = run(&root, &export).await;
    assert_eq!(
        (&again["counts"]["unchanged"], &again["counts"]["created"]),
        (&json!(2), &json!(0)),
        "{again}"
    );
    let audit = root.get("/audit?action=export.run").await.body;
    assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");
    assert_eq!(audit["items"][0]["object"]["name"], "Letter");
}

#[tokio::test]
async fn s36_saving_runs_nothing() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    assert_eq!(root.get("/runs").await.body["items"], json!([]));
    assert!(office.on_the_list().await.is_empty());
}

#[tokio::test]
async fn every_rejection_can_be_downloaded_with_its_reason() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let first = run(&root, &export).await;
    let file = root.get(&format!("/runs/{}/rejections.csv", first["id"].as_str().unwrap())).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(lines[1].starts_with("3,,our data,no_email"), "{}", lines[1]);
    // A later run leaves them where they are.
    run(&root, &export).await;
    let kept = root.get(&format!("/runs/{}/rejections.csv", first["id"].as_str().unwrap())).await;
    assert_eq!(kept.text, file.text);
}

/// Ends a run that waits.
async fn cancel_waiting(office: &Office, root: &crate::setting::As<'_>, run: &str) {
    post(root, &format!("/runs/{run}/cancel")).await.expect(StatusCode::OK);
    assert!(office.site.store.open_jobs().await.expect("jobs").is_empty());
}

#[tokio::test]
async fn one_wish_told_twice_begins_one_run() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let path = format!("/exports/{export}/run");
    let wish =
        async |key: &str| Answer::of(root.request(Method::POST, &path).header("idempotency-key", key)).await;
    let first = wish("monday").await.expect(StatusCode::ACCEPTED);
    assert_eq!(wish("monday").await.expect(StatusCode::OK).text_at("/id"), first.text_at("/id"));
    let other = wish("tuesday").await.expect(StatusCode::OK);
    assert_eq!(other.text_at("/id"), first.text_at("/id"), "it waits already");
    // Each key keeps its run, and is of no other wish.
    cancel_waiting(&office, &root, first.text_at("/id")).await;
    assert_eq!(wish("tuesday").await.expect(StatusCode::OK).text_at("/id"), first.text_at("/id"));
    for path in [&*format!("/exports/{export}/dry-run"), "/refreshes", "/segments/cluj/refresh"] {
        let asked = root.request(Method::POST, path).header("idempotency-key", "tuesday");
        let refused = Answer::of(asked).await.problem("key_reused");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    wish("").await.problem("malformed");
    wish(&"x".repeat(201)).await.problem("malformed");
}

#[tokio::test]
async fn members_of_several_segments_are_one_member_each() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({"segments": ["cluj", "iasi"]})).await;
    refresh(&root, "cluj").await;
    let early = run(&root, &export).await;
    assert_eq!(early["status"], "skipped", "{early}");
    assert!(early["cause"].as_str().unwrap().contains("\"iasi\" was never refreshed"), "{early}");
    refresh(&root, "iasi").await;
    let both = run(&root, &export).await;
    assert_eq!(both["counts"]["members"], 3, "{both}");
}

#[tokio::test]
async fn those_who_were_refused_are_tried_again_on_demand() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let exclude = |method: Method| {
        let url = format!("http://{}/sim/exclusions", office.account.address());
        reqwest::Client::new()
            .request(method, url)
            .json(&json!({"phrase": "person1@example.com", "type": "exact"}))
    };
    exclude(Method::POST).send().await.unwrap().error_for_status().unwrap();
    refresh(&root, "cluj").await;
    let first = run(&root, &export).await;
    assert_eq!(first["counts"]["refused"], 1, "{first}");
    let batches = root.get(&format!("/runs/{}/batches", first["id"].as_str().unwrap())).await.body;
    assert_eq!((&batches["items"][0]["refused"], &batches["items"][0]["contacts"]), (&json!(1), &json!(2)));
    let retry = begin(&root, &format!("/runs/{}/retry", first["id"].as_str().unwrap())).await;
    let retried = ended(&root, &retry).await;
    assert_eq!(
        (&retried["trigger"], &retried["counts"]["refused"]),
        (&json!("retry"), &json!(1)),
        "{retried}"
    );
    assert_eq!(retried["retry_of"], first["id"], "{retried}");
    let batches = root.get(&format!("/runs/{retry}/batches")).await.body;
    assert_eq!(batches["items"][0]["contacts"], 1, "{batches}");
}

#[tokio::test]
async fn a_retry_sends_nobody_else() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export =
        office.export(&root, json!({"mode": "mirror", "brakes": {"max_leaving_percent": 100}})).await;
    let exclusions = json!({"phrase": "person1@example.com", "type": "exact"});
    office.arrange("exclusions", &exclusions).await;
    refresh(&root, "cluj").await;
    let first = run(&root, &export).await;
    // Person 2 leaves, and others come.
    let text = "id,mail,city\n1,person1@example.com,Cluj\n4,person4@example.com,Cluj\n5,,Cluj\n";
    std::fs::write(office.file(), text).unwrap();
    office.site.pass(1_000);
    refresh(&root, "cluj").await;
    let path = format!("/runs/{}/retry", first["id"].as_str().unwrap());
    let retried = begin(&root, &path).await;
    let retried = ended(&root, &retried).await;
    let of = |run: &Value, name: &str| run["counts"][name].as_u64().unwrap();
    let counts = ["members", "created", "refused", "invalid", "left"].map(|name| of(&retried, name));
    assert_eq!(counts, [1, 0, 1, 0, 0], "{retried}");
    assert_eq!(office.on_the_list().await, ["person2@example.com"]);
    let again = begin(&root, &path).await;
    let again = ended(&root, &again).await;
    assert_eq!(again["status"], "skipped", "{again}");
    assert!(again["cause"].as_str().unwrap().starts_with("nobody is left to be sent again"), "{again}");
    office.site.pass(1_000);
    let rest = run(&root, &export).await;
    let counts = ["members", "created", "refused", "invalid", "left"].map(|name| of(&rest, name));
    assert_eq!(counts, [3, 1, 1, 1, 1], "{rest}");
    assert_eq!(office.on_the_list().await, ["person4@example.com"]);
}

#[tokio::test]
async fn a_run_is_watched_to_its_end() {
    let mut office = Office::open().await;
    let root = office.site.administrator().await;
    let run = begin(&root, "/segments/cluj/refresh").await;
    let watched = root.request(Method::GET, &format!("/runs/{run}/events")).send().await.unwrap();
    assert_eq!(watched.headers()["content-type"], "text/event-stream");
    drop(root);
    office.site.work();
    let text = watched.text().await.unwrap();
    assert!(text.contains("\"status\":\"queued\"") && text.contains("\"status\":\"succeeded\""), "{text}");
    let root = office.site.sign_in("root@example.com").await;
    root.get("/runs/none/events").await.problem("not_found");
    post(&root, "/runs/none/cancel").await.problem("not_found");
}

#[tokio::test]
async fn a_stream_does_not_keep_the_server_from_ending() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let run = begin(&root, "/segments/cluj/refresh").await;
    let watched = root.request(Method::GET, &format!("/runs/{run}/events")).send().await.unwrap();
    drop(root);
    assert!(office.site.end().await, "all requests ended in time");
    assert!(watched.text().await.unwrap().contains("queued"));
}
