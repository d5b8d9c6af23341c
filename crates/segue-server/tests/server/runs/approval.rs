//! Dry runs, and plans that are approved.

use reqwest::StatusCode;
use segue_model::PlanFiles;
use serde_json::json;

use super::{Office, begin, ended, post, refresh, run};

#[tokio::test]
async fn a_dry_run_shows_the_plan_and_sends_nothing() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    let dry = ended(&root, &dry).await;
    assert_eq!((&dry["status"], &dry["kind"]), (&json!("succeeded"), &json!("dry_run")), "{dry}");
    let plan = &dry["plan"];
    assert_eq!((&plan["create"], &plan["invalid"], &plan["requests"]), (&json!(2), &json!(1), &json!(1)));
    let id = dry["id"].as_str().unwrap();
    let examples = root.get(&format!("/runs/{id}/examples")).await.body;
    assert_eq!(examples["examples"].as_array().unwrap().len(), 3, "{examples}");
    assert!(root.get(&format!("/runs/{id}/rejections.csv")).await.text.contains("no_email"));
    assert!(office.on_the_list().await.is_empty());
}

#[tokio::test]
async fn an_approved_plan_is_carried_out() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    ended(&root, &dry).await;
    let approved = begin(&root, &format!("/runs/{dry}/approve")).await;
    let approved = ended(&root, &approved).await;
    assert_eq!(approved["counts"]["created"], 2, "{approved}");
    assert_eq!((&approved["trigger"], &approved["plan_of"]), (&json!("approval"), &json!(dry)));
}

#[tokio::test]
async fn an_approved_plan_is_refused_if_the_data_has_moved_on() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    ended(&root, &dry).await;
    office.write_customers(4, "Cluj");
    refresh(&root, "cluj").await;
    let approved = begin(&root, &format!("/runs/{dry}/approve")).await;
    let approved = ended(&root, &approved).await;
    assert_eq!(approved["status"], "failed", "{approved}");
    assert!(
        approved["cause"].as_str().unwrap().contains("has changed since this plan was approved"),
        "{approved}"
    );
    assert!(office.on_the_list().await.is_empty());
}

#[tokio::test]
async fn only_a_plan_can_be_approved() {
    let mut office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    post(&root, &format!("/runs/{dry}/approve")).await.problem("cannot_run");
    drop(root);
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    // The segment was never refreshed.
    assert_eq!(ended(&root, &dry).await["status"], "skipped");
    post(&root, &format!("/runs/{dry}/approve")).await.problem("cannot_run");
    refresh(&root, "cluj").await;
    let real = run(&root, &export).await;
    post(&root, &format!("/runs/{}/approve", real["id"].as_str().unwrap())).await.problem("cannot_run");
    let refreshed = root.get("/refreshes").await.expect(StatusCode::OK);
    let refreshed = refreshed.text_at("/items/0/id").to_owned();
    post(&root, &format!("/runs/{refreshed}/retry")).await.problem("cannot_run");
}

#[tokio::test]
async fn a_plan_that_a_brake_would_stop_says_so() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({"brakes": {"max_profiles": 2}})).await;
    refresh(&root, "cluj").await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    let dry = ended(&root, &dry).await;
    assert_eq!(dry["status"], "stopped_by_brake", "{dry}");
    post(&root, &format!("/runs/{}/approve", dry["id"].as_str().unwrap())).await.problem("cannot_run");
    let stopped = run(&root, &export).await;
    assert_eq!(stopped["status"], "stopped_by_brake", "{stopped}");
    for run in office.site.directory().runs().unwrap() {
        let files = PlanFiles::new(&office.site.directory().run(run));
        assert!(files.rejected().exists() && !files.sends().exists() && !files.contacts().exists(), "{run}");
    }
    assert!(office.on_the_list().await.is_empty());
}
