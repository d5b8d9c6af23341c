//! Processes that share one installation on Postgres and one account: one is killed, another goes on, limits hold throughout.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use activecampaign_sim::Config;
use reqwest::StatusCode;

use crate::database::serve_on;
use crate::serve::serve;
use crate::setting::wait_until;
use crate::shop::{Asking, BATCH, Shop};

/// The documented limits, and a clock fast enough for a test: a hundred imports a minute are a hundred in six seconds.
const SPEED: &str = "10";

#[test]
fn two_workers_share_an_account_and_one_is_killed() {
    let config = Config { speed: SPEED.parse().unwrap(), ..Config::default() };
    // More imports than a minute allows, also after the kill, so that the limit of imports is met, too.
    let (cities, people) = (4, 9_000);
    let mut shop = Shop::new(config, true, cities, people);
    let before = shop.setting.state()["limits"].clone();
    assert_eq!(before["bulk"]["limit"], 100, "{before}");
    let first = shop.work(SPEED);
    let runs = shop.run_all();
    shop.setting.wait_for_imports(5);
    let holder = "SELECT worker FROM lane WHERE name LIKE 'account %'";
    let killed = shop.sql(holder);
    shop.work(SPEED);
    shop.setting.wait_for_imports(30);
    let under_way = "SELECT count(*) FROM job WHERE status IN ('running', 'waiting_for_limit')";
    assert_eq!(shop.number(under_way), cities as u64, "the exports share the account");
    assert_eq!(shop.sql(holder), killed, "nobody else is at the account while the first lives");
    shop.kill(first);
    // What the database was told in the last moment is in it before long.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let sent = shop.setting.imports();
    let noted = shop.number("SELECT count(*) FROM batch WHERE state <> 'sending'");
    let begun = shop.number("SELECT count(*) FROM batch");
    let in_flight = sent - noted;
    let all = (cities * people) as u64 / BATCH;
    assert!(noted > 0 && sent < all, "killed too late or too early: {noted} of {sent} of {all}");
    assert!(in_flight <= begun - noted, "{in_flight} in flight, but only {begun} begun");
    assert!(
        in_flight <= 8,
        "{in_flight} imports were in flight, beyond what the limits let through at a time"
    );

    wait_until("the other goes on to the end", || shop.number(under_way) == 0);
    assert_ne!(shop.sql(holder), killed);
    shop.assert_everybody_is_there(&runs);
    let state = shop.setting.state();
    // What was in flight is sent once more, and nothing else.
    assert_eq!(state["imports"]["batches"], all + in_flight, "{state}");
    assert_eq!(state["imports"]["contacts"], (all + in_flight) * BATCH, "{state}");
    for window in ["general", "bulk", "bulk_single"] {
        let window = &state["limits"][window];
        assert_eq!(window["refused"], 0, "{state}");
        assert!(window["peak"].as_u64() <= window["limit"].as_u64(), "{state}");
    }
    assert_eq!(state["limits"]["bulk"]["peak"], 100, "{state}");
    let again = shop.run_all();
    wait_until("they have run again", || shop.number("SELECT count(*) FROM job WHERE ended_ms IS NULL") == 0);
    for run in again {
        shop.assert_adds_up(&run, "unchanged");
    }
    assert_eq!(shop.setting.state()["imports"], state["imports"], "the ledgers know everybody");
}

#[test]
fn people_at_screens_of_several_servers_stay_within_the_limits_beside_a_run() {
    people_at_screens(true);
}

#[test]
fn people_at_screens_stay_within_the_limits_beside_a_run_on_sqlite() {
    people_at_screens(false);
}

fn people_at_screens(is_on_postgres: bool) {
    let people = 10_000;
    let mut shop =
        Shop::new(Config { speed: SPEED.parse().unwrap(), ..Config::default() }, is_on_postgres, 1, people);
    let options = ["--allow-insecure-host", "--sandbox-speed", SPEED];
    let servers = match &shop.database {
        Some(database) => {
            let address = database.address();
            vec![serve_on(&shop.setting, &address, &options), serve_on(&shop.setting, &address, &options)]
        }
        None => vec![serve(&shop.setting, &options)],
    };
    if is_on_postgres {
        shop.work(SPEED);
    }
    let asking: Vec<Asking> = servers.iter().map(|server| Asking::new(&shop.setting, server)).collect();
    let connections = asking[0].ask("GET", "/connections").1;
    let connection = connections["items"][0]["id"].as_str().unwrap();
    let (is_over, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let run = asking[0].run();
    std::thread::scope(|scope| {
        for who in &asking {
            for (method, what) in [("POST", "test"), ("GET", "lists"), ("GET", "fields")] {
                let (is_over, answered) = (&is_over, &answered);
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        let (status, body) = who.ask(method, &format!("/connections/{connection}/{what}"));
                        assert_eq!(status, StatusCode::OK, "{body}");
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        }
        let ended = asking[0].ended(&run);
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(ended["counts"]["created"], people, "{ended}");
    });
    assert!(answered.load(Ordering::Relaxed) >= 10, "{answered:?}");
    let general = shop.setting.state()["limits"]["general"].clone();
    assert_eq!(general["refused"], 0, "{general}");
    assert!(general["peak"].as_u64() <= general["limit"].as_u64(), "{general}");
    drop(asking);
    servers.into_iter().for_each(|server| drop(server.end()));
}
