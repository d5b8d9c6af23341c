//! Several workers of one installation: one is killed or ends, another goes on, and nobody is sent anything twice beyond what
//! was in flight.

use activecampaign::{Limits, Window};
use reqwest::StatusCode;
use segue_runs::StopHandle;
use serde_json::json;

use super::{Office, begin, ended, reached, refresh};
use crate::setting::MINUTE_MS;

#[tokio::test]
async fn a_worker_that_dies_is_followed_by_another_that_goes_on() {
    let mut office = Office::open().await;
    office.write_customers(2_000, "Cluj");
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    drop(root);
    office.site.rest().await;
    let root = office.site.sign_in("root@example.com").await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let first = office.site.worker();
    let (_handle, stop) = StopHandle::new();
    let killed = tokio::spawn(async move { first.run(stop).await });
    reached(&root, &run, |run| run["status"] != "queued").await;
    killed.abort();
    // Its lease is not over: nobody else may go on.
    let second = office.site.worker();
    let (handle, stop) = StopHandle::new();
    let working = tokio::spawn(async move { second.run(stop).await });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    office.site.pass(MINUTE_MS);
    let run = ended(&root, &run).await;
    handle.raise();
    working.await.unwrap();
    assert_eq!(run["status"], "succeeded_with_rejections", "{run}");
    assert_eq!(office.on_the_list().await.len(), 1_999);
    let state: serde_json::Value = serde_json::from_str(&office.at_the_account("state").await).unwrap();
    assert_eq!(state["contacts"], 1_999, "{state}");
    let counts = &run["counts"];
    let of = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(of("created") + of("updated") + of("unchanged") + of("invalid") + of("refused"), 2_000);
    // The next one has nothing to do.
    let (handle, stop) = StopHandle::new();
    let third = office.site.worker();
    let working = tokio::spawn(async move { third.run(stop).await });
    office.site.pass(MINUTE_MS);
    let again = begin(&root, &format!("/exports/{export}/run")).await;
    assert_eq!(ended(&root, &again).await["counts"]["unchanged"], 1_999);
    handle.raise();
    working.await.unwrap();
}

#[tokio::test]
async fn a_run_that_is_taken_over_keeps_the_steps_and_requests_of_the_worker_before() {
    let mut office = Office::open().await;
    office.write_customers(1_000, "Cluj");
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    drop(root);
    office.site.rest().await;
    let root = office.site.sign_in("root@example.com").await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let first = office.site.worker_with(two_imports());
    let (_handle, stop) = StopHandle::new();
    let killed = tokio::spawn(async move { first.run(stop).await });
    let held =
        |run: &serde_json::Value| run["status"] == "waiting_for_limit" && run["progress"]["done"] == 500;
    let before = reached(&root, &run, held).await;
    killed.abort();
    let _ = killed.await;
    let requests = office.site.store.job(&run).await.unwrap().headway.unwrap().requests;
    // The account, the list, two imports, and at least one question about them.
    assert!(requests >= 5, "{requests}");

    office.site.pass(MINUTE_MS);
    let second = office.site.worker();
    let (handle, stop) = StopHandle::new();
    let working = tokio::spawn(async move { second.run(stop).await });
    let run = ended(&root, &run).await;
    handle.raise();
    working.await.unwrap();
    let steps: Vec<&str> =
        run["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["planning", "delivering", "explaining", "settling"], "{run}");
    assert_eq!(run["steps"][0], before["steps"][0], "what the first has planned");
    let delivering = |run: &serde_json::Value| run["steps"][1]["milliseconds"].as_u64();
    assert!(delivering(&run) >= delivering(&before), "{run}");
    // The second one asks for account and list, too, and sends two imports.
    assert!(run["counts"]["requests"].as_u64() >= Some(requests + 5), "{run}");
    assert_eq!(run["counts"]["created"], 999, "{run}");
}

#[tokio::test]
async fn exports_that_share_an_account_run_side_by_side() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    refresh(&root, "cluj").await;
    let mut runs = Vec::new();
    for number in 0..4 {
        let export = office.export_on(&root, &connection, json!({"name": format!("Letter {number}")})).await;
        runs.push(begin(&root, &format!("/exports/{export}/run")).await);
    }
    for run in runs {
        assert_eq!(ended(&root, &run).await["counts"]["created"], 2);
    }
    root.get("/queue").await.expect(StatusCode::OK);
}

/// Two imports a minute.
fn two_imports() -> Limits {
    let few = Window { requests: 2, per: std::time::Duration::from_secs(60) };
    Limits { bulk: few, bulk_single: few, ..Limits::none() }
}

/// Lets a worker of its own work while something happens, and then end in order.
async fn at_work<T>(office: &Office, happens: impl Future<Output = T>) -> T {
    let (worker, (handle, stop)) = (office.site.worker_with(two_imports()), StopHandle::new());
    let working = tokio::spawn(async move { worker.run(stop).await });
    let happened = happens.await;
    handle.raise();
    working.await.expect("no panic");
    happened
}

#[tokio::test]
async fn a_worker_knows_what_the_one_before_it_has_used_of_the_limits() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    let mut exports = Vec::new();
    for name in ["First", "Second", "Third"] {
        exports.push(office.export_on(&root, &connection, json!({"name": name})).await);
    }
    let first = async {
        refresh(&root, "cluj").await;
        super::run(&root, &exports[0]).await
    };
    assert_eq!(at_work(&office, first).await["counts"]["created"], 2);
    // Of two imports a minute, one is left: the next worker sends it at once, and the one after it waits.
    assert_eq!(at_work(&office, super::run(&root, &exports[1])).await["counts"]["created"], 2);
    let run = begin(&root, &format!("/exports/{}/run", exports[2])).await;
    at_work(&office, reached(&root, &run, |run| run["status"] == "waiting_for_limit")).await;
    // A minute later the limits are free again.
    office.site.pass(2 * MINUTE_MS);
    assert_eq!(at_work(&office, ended(&root, &run)).await["counts"]["created"], 2);
}

#[tokio::test]
async fn an_account_with_many_long_runs_keeps_no_other_and_no_refresh_waiting() {
    let mut office = Office::open().await;
    office.write_customers(2_000, "Cluj");
    let text = std::fs::read_to_string(office.file()).unwrap();
    std::fs::write(office.file(), text + "2001,other@example.com,Iasi\n").unwrap();
    office.site.work_at(two_imports());
    let root = office.site.administrator().await;
    for segment in ["cluj", "iasi"] {
        refresh(&root, segment).await;
    }
    let busy = office.connection(&root, json!("administrators")).await;
    let mut long = Vec::new();
    for number in 0..9 {
        let export = office.export_on(&root, &busy, json!({"name": format!("Long {number}")})).await;
        long.push(begin(&root, &format!("/exports/{export}/run")).await);
    }
    // They are at work until their limits let eight imports each through: for many minutes.
    reached(&root, &long[3], |run| run["status"] != "queued").await;
    let waits = reached(&root, &long[8], |run| run["cause"] != "").await;
    assert_eq!(waits["started_at"], json!(null), "nothing is begun in vain: {waits}");
    assert_eq!(
        (&waits["status"], &waits["cause"]),
        (&json!("queued"), &json!("waits for the runs to its account that are under way"))
    );
    let elsewhere = super::account().await;
    let other = root.post("/connections", &crate::connections::new(&elsewhere, "Other shop")).await;
    let other = other.expect(StatusCode::CREATED).text_at("/connection/id").to_owned();
    let small = office.export_on(&root, &other, json!({"name": "Small", "segments": ["iasi"]})).await;
    assert_eq!(super::run(&root, &small).await["counts"]["created"], 1);
    assert_eq!(refresh(&root, "iasi").await["status"], "succeeded");
    let queue = root.get("/queue").await.body;
    let under_way = queue["runs"].as_array().unwrap().iter().filter(|run| run["status"] != "queued").count();
    assert_eq!((queue["runs"].as_array().unwrap().len(), under_way), (9, 4), "{queue}");
}

#[tokio::test]
async fn what_has_stopped_unexpectedly_has_failed_and_holds_nothing_up() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    drop(root);
    office.site.rest().await;
    let root = office.site.sign_in("root@example.com").await;
    let lost = begin(&root, &format!("/exports/{export}/run")).await;
    // It says that it is alive, but nothing of it is at work on the run.
    let (now, until) = (office.site.now_ms(), office.site.now_ms() + MINUTE_MS);
    let claimed = office.site.store.claim_job("first", now, until, 9).await.unwrap();
    assert_eq!(claimed.map(|claimed| claimed.job.id), Some(lost.clone()));
    let worker = office.site.worker_called("first");
    let (handle, stop) = StopHandle::new();
    let working = tokio::spawn(async move { worker.run(stop).await });
    let failed = ended(&root, &lost).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(failed["cause"].as_str().unwrap().contains("stopped unexpectedly"), "{failed}");
    let next = begin(&root, &format!("/exports/{export}/run")).await;
    assert_eq!(ended(&root, &next).await["counts"]["created"], 2);
    handle.raise();
    working.await.unwrap();
}
