//! What an account's limits do to a run: how long it takes, and where it ends.

use activecampaign::Limits;
use serde_json::{Value, json};

use super::{Office, begin, ended, reached, refresh, run};

#[tokio::test]
async fn s7_progress_and_an_estimate_are_shown_while_a_run_is_under_way() {
    let mut office = Office::open().await;
    office.write_customers(4_000, "Cluj");
    office.site.work_at(Limits::default());
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let is_estimated = |run: &Value| run["progress"]["seconds_left"].is_u64();
    let under_way = reached(&root, &run, is_estimated).await;
    let progress = &under_way["progress"];
    assert_eq!((&progress["step"], &progress["total"]), (&json!("delivering"), &json!(3_999)), "{under_way}");
    let (done, rate) = (progress["done"].as_u64().unwrap(), progress["per_second"].as_f64().unwrap());
    assert!(done < 3_999 && rate > 0.0, "{under_way}");

    let ended = ended(&root, &run).await;
    assert_eq!(ended["counts"]["created"], 3_999, "{ended}");
    // 16 imports, of which the documented limits let 100 through in a minute: a million profiles take less than 90 minutes.
    let plan = &ended["plan"];
    assert_eq!(plan["requests"], 16, "{ended}");
    let for_a_million = plan["minutes"].as_f64().unwrap() * 1_000_000.0 / 3_999.0;
    assert!((40.0..90.0).contains(&for_a_million), "{for_a_million} minutes");
}

#[tokio::test]
async fn s9_an_account_that_is_full_ends_the_run_with_that_cause_and_the_next_goes_on() {
    let mut office = Office::open().await;
    office.write_customers(2_001, "Cluj");
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    office.arrange("contact-limit", &json!(600)).await;
    let full = run(&root, &export).await;
    assert_eq!(full["status"], "failed", "{full}");
    assert!(full["cause"].as_str().unwrap().contains("contact limit"), "{full}");
    let of = |run: &Value, name: &str| run["counts"][name].as_u64().unwrap();
    assert_eq!((of(&full, "created"), of(&full, "invalid")), (600, 1), "{full}");
    assert_eq!(of(&full, "refused") + of(&full, "unsent"), 1_400, "{full}");
    assert_eq!(office.on_the_list().await.len(), 600);

    office.arrange("contact-limit", &Value::Null).await;
    let whole = run(&root, &export).await;
    assert_eq!(whole["status"], "succeeded_with_rejections", "{whole}");
    assert_eq!((of(&whole, "created"), of(&whole, "unchanged")), (1_400, 600), "{whole}");
    assert_eq!(office.on_the_list().await.len(), 2_000);
}
