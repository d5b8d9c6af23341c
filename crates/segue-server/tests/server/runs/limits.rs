//! What an account's limits do to a run: how long it takes, and where it ends.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use activecampaign::Limits;
use activecampaign_sim::Config;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Office, begin, ended, post, reached, refresh, run};
use crate::setting::Odd;

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

#[tokio::test]
async fn s9_a_plan_that_creates_more_than_the_account_has_room_for_warns() {
    let mut office = Office::open().await;
    office.write_customers(2_001, "Cluj");
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let dry = async || {
        let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
        ended(&root, &dry).await["plan"].clone()
    };
    let untold = dry().await;
    assert_eq!((&untold["room"], &untold["warnings"]), (&Value::Null, &json!([])), "{untold}");
    office.arrange("contact-limit", &json!(2_000)).await;
    let enough = dry().await;
    assert_eq!((&enough["room"], &enough["warnings"]), (&json!(2_000), &json!([])), "{enough}");
    office.arrange("contact-limit", &json!(600)).await;
    let too_many = dry().await;
    assert_eq!(too_many["room"], 600, "{too_many}");
    let words = "the plan creates up to 2000 contacts, and the account has room for 600: beyond its limit ActiveCampaign \
                 refuses contacts, or sends no campaigns any more; raise the limit or remove contacts first";
    assert_eq!(too_many["warnings"], json!([words]), "{too_many}");
    assert_eq!(run(&root, &export).await["plan"]["warnings"], json!([words]));
    // An account that cannot be asked holds nothing up.
    office.arrange("contact-limit", &Value::Null).await;
    office.arrange("faults", &json!(["500@settings"])).await;
    let faulty = dry().await;
    assert_eq!((&faulty["room"], &faulty["create"]), (&Value::Null, &json!(1_400)), "{faulty}");
}

#[tokio::test]
async fn people_at_screens_and_a_run_share_the_limits_of_an_account_and_none_of_them_starves() {
    let speed = 10.0;
    let limits = Limits::default().sped_up(speed);
    let config = Config { speed, queue_delay: 0.0, import_rate: 1e9, ..Config::default() };
    let mut office = Office::with(config, Odd { limits: Some(limits), ..Odd::default() }).await;
    office.write_customers(10_000, "Cluj");
    office.site.work_at(limits);
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    let export = office.export_on(&root, &connection, json!({})).await;
    refresh(&root, "cluj").await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let elsewhere = office.site.elsewhere(limits);
    let (is_over, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let asking = async |what: &str| {
        while !is_over.load(Ordering::Relaxed) {
            match what {
                "elsewhere" => {
                    let tested = elsewhere.test_again(&connection, office.site.now_ms()).await;
                    tested.expect("an answer");
                }
                "test" => {
                    drop(post(&root, &format!("/connections/{connection}/test")).await.expect(StatusCode::OK))
                }
                what => {
                    drop(root.get(&format!("/connections/{connection}/{what}")).await.expect(StatusCode::OK))
                }
            }
            answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    let running = async {
        let ended = ended(&root, &run).await;
        is_over.store(true, Ordering::Relaxed);
        ended
    };
    let (ended, ..) =
        tokio::join!(running, asking("test"), asking("lists"), asking("fields"), asking("elsewhere"));
    assert_eq!(ended["counts"]["created"], 9_999, "{ended}");
    // One request of five is theirs, so in ten windows a second a lot of them got through.
    assert!(answered.load(Ordering::Relaxed) >= 10, "{answered:?}");
    let state: Value = serde_json::from_str(&office.at_the_account("state").await).unwrap();
    let general = &state["limits"]["general"];
    assert_eq!((&general["limit"], &general["refused"]), (&json!(5), &json!(0)), "{state}");
    assert!(general["peak"].as_u64().unwrap() <= 5, "{state}");
}
