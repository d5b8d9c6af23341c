//! What ends a run before its end, or keeps it from beginning.

use std::time::Duration;

use activecampaign::Limits;
use activecampaign_sim::{Config, Knobs};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Office, act, begin, ended, post, reached, refresh, run};
use crate::console::page;
use crate::setting::{Answer, As, Odd};

#[tokio::test]
async fn a_run_that_waits_is_cancelled_at_once() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let cancelled = post(&root, &format!("/runs/{run}/cancel")).await.expect(StatusCode::OK).body;
    assert_eq!(
        (&cancelled["status"], &cancelled["cause"]),
        (&json!("cancelled"), &json!("Root has cancelled it"))
    );
}

/// More customers than the provider's limits let through in a moment, and a worker that keeps these.
async fn slow() -> Office {
    let mut office = Office::open().await;
    office.write_customers(4_000, "Cluj");
    office.site.work_at(Limits::default());
    office
}

async fn under_way(root: &As<'_>, export: &str) -> String {
    refresh(root, "cluj").await;
    let run = begin(root, &format!("/exports/{export}/run")).await;
    let is_delivering =
        |run: &Value| run["progress"]["step"] == "delivering" && run["progress"]["done"].as_u64() > Some(0);
    reached(root, &run, is_delivering).await;
    run
}

#[tokio::test]
async fn a_run_that_has_handed_over_everything_waits_for_that_and_says_so() {
    // Longer than any test, unless the clock is put forward.
    let delay = 1e6;
    let mut office = Office::with_imports_after(delay).await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let handed_over = |run: &Value| run["progress"]["handed_over"] == 2;
    let progress = reached(&root, &run, handed_over).await["progress"].clone();
    let numbers = ["done", "total", "open_batches"].map(|name| progress[name].as_u64());
    assert_eq!(numbers, [Some(0), Some(2), Some(1)], "{progress}");
    post(&root, &format!("/runs/{run}/cancel")).await.expect(StatusCode::OK);
    let place = format!("/runs/{run}");
    let shown = page(&root, &place).await.expect(StatusCode::OK);
    for words in [
        "nothing more is sent. It waits for one batch",
        "2 handed over to ActiveCampaign",
        "0 of 2 confirmed",
    ] {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    office.arrange("clock", &json!({"forward": 2.0 * delay})).await;
    let late = ended(&root, &run).await;
    assert_eq!(
        (&late["status"], &late["counts"]["created"]),
        (&json!("succeeded_with_rejections"), &json!(2))
    );
    assert_eq!(late["cause"], "Root has cancelled it, but everything had been handed over already");
    let shown = page(&root, &place).await.expect(StatusCode::OK);
    assert!(!shown.text.contains("nothing more is sent"), "{}", shown.text);
}

/// Whether it has ended early, with numbers that add up and tell what is on the list.
async fn assert_stopped(office: &Office, run: &Value) {
    assert_eq!(run["status"], "cancelled", "{run}");
    let of = |name: &str| run["counts"][name].as_u64().expect("a number");
    assert!(of("unsent") > 0, "{run}");
    assert_eq!(of("created") + of("unsent") + of("invalid"), 4_000, "{run}");
    assert_eq!(office.on_the_list().await.len() as u64, of("created"));
}

#[tokio::test]
async fn s43_detaching_the_connection_stops_a_run_in_flight() {
    let office = slow().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let run = under_way(&root, &export).await;
    act(&root, &format!("/exports/{export}"), "detach").await.expect(StatusCode::OK);
    let stopped = ended(&root, &run).await;
    assert_stopped(&office, &stopped).await;
    assert!(stopped["cause"].as_str().unwrap().contains("detached"), "{stopped}");
    post(&root, &format!("/exports/{export}/run")).await.problem("cannot_run");
}

#[tokio::test]
async fn a_run_under_way_is_cancelled_by_a_person() {
    let office = slow().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let run = under_way(&root, &export).await;
    post(&root, &format!("/runs/{run}/cancel")).await.expect(StatusCode::OK);
    let stopped = ended(&root, &run).await;
    assert_stopped(&office, &stopped).await;
    assert_eq!(stopped["cause"], "Root has cancelled it", "{stopped}");
}

#[tokio::test]
async fn s22_exports_stop_when_nobody_answers_for_them() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let eva = office.site.user(&root, "eva@example.com", "administrator").await;
    let export = office.export(&eva, json!({})).await;
    refresh(&root, "cluj").await;
    let place = format!("/users/{}", eva.id().await);
    let etag = root.get(&place).await.header("etag").to_owned();
    root.patch(&place, &etag, &json!({"enabled": false})).await.expect(StatusCode::OK);
    let failed = run(&root, &export).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(failed["cause"].as_str().unwrap().contains("export user"), "{failed}");
    assert!(office.on_the_list().await.is_empty());
}

#[tokio::test]
async fn a_wrong_key_and_a_list_that_is_gone_are_told() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({"matching": {"email": "mail"}})).await;
    refresh(&root, "cluj").await;
    let url = format!("http://{}/sim/faults", office.account.address());
    let faults = json!(["403-blip@users"]);
    reqwest::Client::new().post(url).json(&faults).send().await.unwrap().error_for_status().unwrap();
    let failed = run(&root, &export).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(!failed["cause"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_switched_off_does_not_run() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    act(&root, &format!("/exports/{export}"), "disable").await.expect(StatusCode::OK);
    post(&root, &format!("/exports/{export}/run")).await.problem("cannot_run");
    post(&root, &format!("/exports/{export}/dry-run")).await.problem("cannot_run");
    let all = post(&root, "/exports/run-all").await.expect(StatusCode::ACCEPTED);
    assert_eq!(all.body["runs"], json!([]));
}

#[tokio::test]
async fn a_run_that_waits_in_its_account_check_is_cancelled_within_seconds() {
    let knobs = Knobs { retry_after: 600, ..Knobs::default() };
    let mut office = Office::with(Config { limits: None, knobs, ..Config::default() }, Odd::default()).await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    office.arrange("faults", &json!(["429@users"])).await;
    let asked = async || {
        let state: Value = serde_json::from_str(&office.at_the_account("state").await).unwrap();
        state["requests"].as_u64().unwrap()
    };
    let before = asked().await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    while asked().await == before {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let began = Instant::now();
    post(&root, &format!("/runs/{run}/cancel")).await.expect(StatusCode::OK);
    let ended = ended(&root, &run).await;
    assert_eq!(ended["status"], "cancelled", "{ended}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(asked().await, before + 1);
    assert!(office.on_the_list().await.is_empty());
}

#[tokio::test]
async fn what_is_kept_of_a_failure_names_nobody() {
    const HER: &str = "anna@example.com";
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let write = |rows: &str| std::fs::write(office.file(), format!("id,mail,city\n{rows}")).unwrap();
    write(&format!("{HER},{HER},Cluj\n"));
    let place = "/tables/customers/conditions/here";
    let etag = root.get("/tables/customers").await.header("etag").to_owned();
    let here = json!({"definition": {"all": [{"column": "city", "is": "Cluj"}]}});
    let put = root.request(Method::PUT, place).header("if-match", etag).json(&here);
    Answer::of(put).await.expect(StatusCode::OK);
    let export = office.export(&root, json!({"required": ["here"]})).await;
    refresh(&root, "cluj").await;

    write(&format!("{HER},{HER},Cluj\n{HER},{HER},Cluj\n"));
    let rehearsal = begin(&root, &format!("/exports/{export}/dry-run")).await;
    let rehearsal = ended(&root, &rehearsal).await;
    let cause = rehearsal["cause"].as_str().unwrap();
    assert!(cause.contains("profile keys must be unique"), "{rehearsal}");
    let refreshed = refresh(&root, "cluj").await;
    assert_eq!(refreshed["status"], "failed", "{refreshed}");
    let failed = run(&root, &export).await;
    // A file that has lost its header: the first of its rows stands in its place.
    std::fs::write(office.file(), "Anna Pop,Cluj,Iasi\nIon,Cluj,Iasi\n").unwrap();
    let headless = refresh(&root, "cluj").await;
    let everything = begin(&root, "/refreshes").await;
    let everything = ended(&root, &everything).await;
    assert!(everything.to_string().contains("has no column"), "{everything}");
    for told in [&rehearsal, &refreshed, &failed, &headless, &everything] {
        assert!(!told.to_string().contains("anna@"), "{told}");
        assert!(!told.to_string().contains("Anna"), "{told}");
    }
    for place in ["/segments/cluj", "/segments/cluj/history", "/audit", "/runs", "/refreshes"] {
        let told = root.get(place).await.expect(StatusCode::OK).text;
        assert!(!told.contains("anna@") && !told.contains("Anna"), "{place}: {told}");
    }
}

#[tokio::test]
async fn a_run_on_a_connection_whose_key_cannot_be_opened_is_skipped_until_it_has_one_again() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    let export = office.export_on(&root, &connection, json!({})).await;
    refresh(&root, "cluj").await;
    // As a master key leaves it that is lost.
    office.site.execute("UPDATE connection SET api_key = 'sealed:deadbeef:AAAA'").await;
    let place = format!("/connections/{connection}");
    let seen = root.get(&place).await.expect(StatusCode::OK);
    assert_eq!(seen.body["shut"], json!(true), "{}", seen.text);
    let refused = post(&root, &format!("{place}/test")).await.problem("secret_unavailable");
    assert!(refused.text_at("/detail").contains("deadbeef"), "{}", refused.text);
    let skipped = run(&root, &export).await;
    assert_eq!(skipped["status"], "skipped", "{skipped}");
    assert!(skipped["cause"].as_str().unwrap().contains("API key cannot be opened"), "{skipped}");

    let key = json!({"api_key": activecampaign_sim::KEY});
    let changed = root.patch(&place, seen.header("etag"), &key).await.expect(StatusCode::OK);
    assert!(!changed.text.contains("\"shut\":true"), "{}", changed.text);
    assert_eq!(root.get(&place).await.body["shut"], json!(false));
    assert_eq!(run(&root, &export).await["status"], "succeeded_with_rejections");
}
