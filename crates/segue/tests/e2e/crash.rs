//! Killed at any moment, the next run goes on, and in the end everything is exactly right.

use std::collections::BTreeMap;
use std::time::Duration;

use activecampaign_sim::Config;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::setting::{Setting, assert_adds_up, number};

const FAULTS: &[&str] = &[
    "429:p=0.02",
    "429-html:p=0.01",
    "bulk-limit:p=0.03",
    "502-html:p=0.02",
    "503:p=0.01",
    "reset-before-commit:p=0.02",
    "reset-after-commit:p=0.03",
    "empty-200:p=0.02",
    "truncated-json:p=0.02",
    // Not in answer to the first request of a run: that is the key's fault until it has proved itself.
    "403-blip@import:p=0.02",
    "batch-failed:p=0.03",
    "batch-interrupted:p=0.03",
];
const PEOPLE: usize = 1_500;
const UNSUBSCRIBED: usize = 7;

/// The seeds are split over several tests, which run side by side, each until so many kills have hit a process that was still
/// at work: 50 in all.
const TESTS: u64 = 5;
const KILLS: u32 = 10;

fn people(seed: u64, random: &mut StdRng) -> Vec<(String, String)> {
    let names = ["Ann", "Bob", "Łukasz", "Müller"];
    let name = |random: &mut StdRng| names[random.random_range(0..names.len())].to_owned();
    (0..PEOPLE).map(|n| (format!("p{n}.{seed}@example.com"), name(random))).collect()
}

fn write(setting: &Setting, people: &[(String, String)]) {
    let bad = [("", "Nobody"), ("nowhere", "Bad")];
    setting.write_people(people.iter().map(|(email, name)| (email.as_str(), name.as_str())).chain(bad));
}

/// Runs and kills, and then runs to the end. Returns the last run's report, and whether the kill came before the end.
fn push_killed(setting: &Setting, options: &[&str], random: &mut StdRng) -> (serde_json::Value, bool) {
    let requests = || setting.state()["requests"].as_u64().unwrap();
    let before = requests();
    let mut child = setting.spawn(options);
    // By the clock while it plans; by what it asks, once it asks: how long that takes depends on the machine.
    let after = random.random_range(0..40);
    let pause = Duration::from_millis(random.random_range(0..if after < 8 { 300 } else { 20 }));
    if after >= 8 {
        while requests() < before + after - 7 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    std::thread::sleep(pause);
    child.kill().unwrap();
    let is_hit = child.wait().unwrap().code().is_none();
    let (report, code) = setting.push_json(options);
    assert!(code == 0 || code == 3, "exit code {code}: {report}");
    assert_adds_up(&report);
    assert_eq!(number(&report, "unsent"), 0);
    (report, is_hit)
}

/// Returns how many of its two kills have hit.
fn run(seed: u64) -> u32 {
    let mut random = StdRng::seed_from_u64(seed);
    let faults = FAULTS.iter().map(|fault| fault.parse().unwrap()).collect();
    let setting = Setting::new(Config { seed, ..Config::default() });
    let mut people = people(seed, &mut random);
    for (email, _) in &people[..UNSUBSCRIBED] {
        setting.subscribe(email, false);
    }
    setting.arrange("exclusions", &json!({"phrase": people[UNSUBSCRIBED].0}));
    let turned_away = UNSUBSCRIBED + 1;
    let faults: Vec<activecampaign_sim::Fault> = faults;
    assert_eq!(faults.len(), FAULTS.len());
    setting.arrange("faults", &json!(FAULTS));

    write(&setting, &people);
    let (first, first_hit) = push_killed(&setting, &["--mode", "mirror"], &mut random);
    check(&setting, &first, &people[turned_away..], turned_away, 0);

    // Some leave, some change, some come.
    people.truncate(PEOPLE - 60);
    for (_, name) in people.iter_mut().skip(turned_away).step_by(7) {
        name.push_str(" II");
    }
    people.extend((0..40).map(|n| (format!("new{n}.{seed}@example.com"), "New".to_owned())));
    write(&setting, &people);
    let (second, second_hit) = push_killed(&setting, &["--mode", "mirror"], &mut random);
    check(&setting, &second, &people[turned_away..], turned_away, 60);

    setting.arrange("faults", &json!([]));
    let imports = setting.state()["imports"].clone();
    let (third, _) = setting.push_json(&["--mode", "mirror"]);
    assert_eq!(number(&third, "unchanged"), (people.len() - turned_away) as u64, "{third}");
    assert_eq!(setting.state()["imports"], imports, "seed {seed}: the ledger did not know everything");
    u32::from(first_hit) + u32::from(second_hit)
}

/// The list holds exactly these people, and the report says so.
fn check(
    setting: &Setting,
    report: &serde_json::Value,
    people: &[(String, String)],
    turned_away: usize,
    left: u64,
) {
    let expected: BTreeMap<String, String> = people.iter().cloned().collect();
    let active = setting.active();
    assert_eq!(active.len(), expected.len(), "{report}");
    assert_eq!(active, expected);
    let held = setting.held();
    let unsubscribed = held.values().filter(|contact| contact.status == 2).count() as u64;
    assert_eq!(unsubscribed, UNSUBSCRIBED as u64 + left);
    let sent_or_known = number(report, "created") + number(report, "updated") + number(report, "unchanged");
    assert_eq!(
        (sent_or_known, number(report, "refused")),
        (people.len() as u64, turned_away as u64),
        "{report}"
    );
    assert_eq!(number(report, "invalid"), 2);
    // A kill after settling leaves nothing to the second run, which then reports that.
    assert!([0, left].contains(&number(report, "left")), "{report}");
}

macro_rules! killed {
    ($($name:ident: $part:literal),*) => { $(
        #[test]
        fn $name() {
            let (mut hits, mut seed) = (0, $part);
            while hits < KILLS {
                hits += run(seed);
                seed += TESTS;
            }
        }
    )* };
}

killed!(killed_and_resumed_1: 0, killed_and_resumed_2: 1, killed_and_resumed_3: 2, killed_and_resumed_4: 3, killed_and_resumed_5: 4);

#[test]
fn a_lost_reply_sends_nobody_twice() {
    let faults = vec!["reset-after-commit@import/bulk_import:count=3".parse().unwrap()];
    let setting = Setting::new(Config { faults, ..Config::default() });
    let everybody: Vec<String> = (0..700).map(|n| format!("p{n}@example.com")).collect();
    setting.write_people(everybody.iter().map(|email| (email.as_str(), "Ann")));
    let (report, code) = setting.push_json(&[]);
    assert_eq!((number(&report, "created"), code), (700, 0));
    assert_eq!(setting.active().len(), 700);
}

#[test]
fn another_plan_waits_for_what_was_begun() {
    let setting = Setting::new(Config { queue_delay: 600.0, ..Config::default() });
    let everybody: Vec<String> = (0..700).map(|n| format!("p{n}@example.com")).collect();
    setting.write_people(everybody.iter().map(|email| (email.as_str(), "Ann")));
    let mut child = setting.spawn(&["--mode", "mirror"]);
    while setting.state()["imports"]["batches"].as_u64() < Some(1) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // Half of them are members no more: those whose import was begun must not stay on the list.
    setting.write_people(everybody[..350].iter().map(|email| (email.as_str(), "Ann")));
    let (report, _) = setting.push_json(&["--mode", "mirror", "--max-leaving", "100"]);
    assert_adds_up(&report);
    assert_eq!(setting.active().len(), 350, "{report}");
}

/// A push at this speed of an account that counts.
fn push_at(setting: &Setting, speed: f64) -> std::process::Command {
    let speed = speed.to_string();
    let mut command = setting.push_to(&["--host", setting.host(), "--list", "3"], "in.csv");
    command.args(["--allow-insecure-host", "--speed", &speed]);
    command
}

#[test]
fn who_follows_a_killed_push_keeps_the_limits_that_it_has_used() {
    // A minute of three seconds, of which a kill and a new start take a part only.
    const SPEED: f64 = 20.0;
    let limits = Some(activecampaign_sim::Limits::default());
    let mut config = Config { speed: SPEED, limits, queue_delay: 0.0, import_rate: 1e9, ..Config::default() };
    config.knobs.set("window=sliding").unwrap();
    let setting = Setting::as_fast_as_told(config);
    setting.write_crowd("p", 40_000);
    for imports in [40, 110] {
        let mut child = push_at(&setting, SPEED).spawn().unwrap();
        setting.wait_for_imports(imports);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let output = push_at(&setting, SPEED).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(setting.active().len(), 40_000);
    let limits = setting.state()["limits"].clone();
    for (limit, most) in [("general", 5), ("bulk", 100)] {
        assert_eq!(limits[limit]["refused"], 0, "{limits}");
        assert!(limits[limit]["peak"].as_u64().unwrap() <= most, "{limits}");
    }
}

#[test]
fn who_follows_a_push_that_has_left_something_of_the_limits_does_not_wait() {
    // As fast as the real one: to wait for a window would take a minute.
    let setting = Setting::as_fast_as_told(Config {
        speed: 1.0,
        queue_delay: 0.0,
        import_rate: 1e9,
        ..Config::default()
    });
    setting.write_people([("ann@example.com", "Ann")]);
    let began = tokio::time::Instant::now();
    let mut child = push_at(&setting, 1.0).spawn().unwrap();
    setting.wait_for_imports(1);
    child.kill().unwrap();
    child.wait().unwrap();
    let output = push_at(&setting, 1.0).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}
