//! What a run meets under a server that nobody restarts: a database that goes away, and a disk that is full.

use std::time::Duration;

use activecampaign_sim::Config;
use reqwest::StatusCode;
use serde_json::json;
use tokio::time::Instant;

use crate::database::serve_on;
use crate::errors::with_mounts;
use crate::serve::served_by;
use crate::setting::wait_until;
use crate::shop::{Asking, BATCH, Shop};

const SPEED: &str = "5";
const PEOPLE: usize = 10_000;
const OPTIONS: [&str; 3] = ["--allow-insecure-host", "--sandbox-speed", SPEED];

/// Slow enough to be met midway: 40 imports take two seconds.
fn shop(is_on_postgres: bool) -> Shop {
    Shop::new(Config { speed: SPEED.parse().unwrap(), ..Config::default() }, is_on_postgres, 1, PEOPLE)
}

/// Nobody was sent twice, but for imports that were in flight when it happened.
fn assert_sent_once(shop: &Shop, in_flight: u64) {
    let imports = &shop.setting.state()["imports"];
    let sent = imports["contacts"].as_u64().unwrap();
    let all = PEOPLE as u64;
    assert!((all..=all + in_flight * BATCH).contains(&sent), "{sent} were sent for {all}");
}

/// As many imports as are on their way at a time.
const IN_FLIGHT: u64 = 8;

#[test]
fn a_database_that_hangs_up_costs_a_run_nothing() {
    let shop = shop(true);
    let database = shop.database.as_ref().unwrap();
    let served = serve_on(&shop.setting, &database.address(), &OPTIONS);
    let asking = Asking::new(&shop.setting, &served);
    let run = asking.run();
    shop.setting.wait_for_imports(15);
    database.hang_up();
    let ended = asking.ended(&run);
    assert_eq!(ended["status"], "succeeded_with_rejections", "{ended}");
    assert!(asking.is_ready());
    served.end();
    shop.assert_everybody_is_there(&[run]);
    assert_sent_once(&shop, IN_FLIGHT);
}

#[test]
fn a_database_that_is_away_for_long_is_waited_for() {
    let shop = shop(true);
    let database = shop.database.as_ref().unwrap();
    let (network, address) = database.network(&shop.setting);
    let served = serve_on(&shop.setting, &address, &OPTIONS);
    let asking = Asking::new(&shop.setting, &served);
    let run = asking.run();
    shop.setting.wait_for_imports(15);
    network.cut();
    let cut = Instant::now();
    wait_until("it is not ready", || !asking.is_ready());
    let (status, problem) = asking.ask("GET", "/runs");
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("store_unavailable")));
    // So long that the worker's lease is over: another may have gone on meanwhile.
    while cut.elapsed() < Duration::from_secs(22) {
        assert!(asking.is_up());
        std::thread::sleep(Duration::from_millis(200));
    }
    let sent = shop.setting.imports();
    assert!(sent < PEOPLE as u64 / BATCH, "nothing was left to do: {sent}");
    network.mend();
    wait_until("it is ready again", || asking.is_ready());
    let ended = asking.ended(&run);
    assert_eq!(ended["status"], "succeeded_with_rejections", "{ended}");
    let words = served.end();
    assert!(words.contains("there is no connection to the database"), "{words}");
    assert!(!words.contains("please report this") && !words.contains("example.com"), "{words}");
    shop.assert_everybody_is_there(&[run]);
    assert_sent_once(&shop, IN_FLIGHT);
}

#[test]
fn a_disk_that_fills_up_under_a_server_is_told_and_the_next_run_goes_on() {
    let shop = shop(false);
    let script = "mkdir small && mount -t tmpfs -o size=24m none small && cp -a state/. small/
        wait_for() { until [ -e \"$1\" ]; do [ -e profiles.csv ] || exit; $2; sleep 0.05; done; }
        fill() { cat /dev/zero >>small/ballast; touch is-full; }
        (wait_for full; wait_for room fill; rm small/ballast; touch has-room) >/dev/null 2>&1 &
        exec \"$@\"";
    let options = [&["serve", "--listen", "127.0.0.1:0", "--state", "small"], &OPTIONS[..]].concat();
    let Some(mut script) = with_mounts(script, &shop.setting.command(&options)) else { return };
    let served = served_by(script.spawn().unwrap());
    let asking = Asking::new(&shop.setting, &served);
    let run = asking.run();
    shop.setting.wait_for_imports(15);
    shop.setting.write("full", "");
    wait_until("the disk is full", || shop.setting.path("is-full").exists());
    let told = || {
        std::thread::sleep(Duration::from_millis(50));
        asking.send("POST", "/tokens", r#"{"name": "T", "scope": "read"}"#)
    };
    let mut answer = told();
    while answer.0 != StatusCode::INSUFFICIENT_STORAGE {
        assert!(answer.0.is_success() && shop.setting.path("is-full").exists(), "{answer:?}");
        answer = told();
    }
    assert_eq!(answer.1["code"], "disk_full");
    assert!(asking.is_up());
    // Longer than it takes to deliver: the run has met it, and what is there can be read all the while.
    let full = Instant::now();
    let shown = || asking.ask("GET", &format!("/runs/{run}"));
    while full.elapsed() < Duration::from_secs(25) && !shown().1["ended_at"].is_string() {
        assert_eq!(shown().0, StatusCode::OK);
        std::thread::sleep(Duration::from_millis(100));
    }
    shop.setting.write("room", "");
    wait_until("there is room", || shop.setting.path("has-room").exists());
    let first = asking.ended(&run);
    assert_eq!(first["status"], "failed", "{first}");
    assert!(first["cause"].as_str().unwrap().contains("free some space and run again"), "{first}");
    assert!(asking.is_ready());
    let again = asking.ended(&asking.run());
    assert_eq!(again["status"], "succeeded_with_rejections", "{again}");
    assert_eq!(again["counts"]["created"], PEOPLE, "{again}");
    let words = served.end();
    assert!(!words.contains("please report this") && !words.contains("example.com"), "{words}");
    assert_eq!(shop.setting.active().len(), PEOPLE);
    assert_sent_once(&shop, IN_FLIGHT);
}
