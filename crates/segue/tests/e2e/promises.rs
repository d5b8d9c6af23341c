//! The four promises: nobody is resubscribed, nothing is sent without consent, limits are never exceeded, numbers add up.

use activecampaign_sim::{Config, Knobs};
use serde_json::json;

use crate::setting::{Setting, assert_adds_up, number};

fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("p{n}@example.com")).collect()
}

#[test]
fn nobody_is_resubscribed() {
    for written in ["on", "off"] {
        let mut knobs = Knobs::default();
        knobs.set(&format!("unsubscribed-written={written}")).unwrap();
        let setting = Setting::new(Config { knobs, ..Config::default() });
        let everybody = addresses(40);
        for email in &everybody[..20] {
            setting.subscribe(email, false);
        }
        setting.write_people(everybody.iter().map(|email| (email.as_str(), "Ann")));
        for options in
            [&[][..], &["--retry-refused"], &["--mode", "mirror"], &["--automations", "--retry-refused"]]
        {
            let (report, code) = setting.push_json(options);
            assert_eq!((number(&report, "refused"), code), (20, 3), "{report}");
            assert_eq!(report["rejections"]["unsubscribed"], 20);
            assert_adds_up(&report);
            let held = setting.held();
            assert!(everybody[..20].iter().all(|email| held[email].status == 2), "somebody was resubscribed");
            assert!(everybody[20..].iter().all(|email| held[email].status == 1));
        }
    }
}

#[test]
fn a_broken_import_resubscribes_nobody_either() {
    // Every import of more than ten contacts fails, so contacts are tried one by one.
    let faults = vec!["batch-failed:count=60".parse().unwrap()];
    let setting = Setting::new(Config { faults, ..Config::default() });
    let everybody = addresses(30);
    for email in &everybody[..10] {
        setting.subscribe(email, false);
    }
    setting.write_people(everybody.iter().map(|email| (email.as_str(), "Ann")));
    let (report, _) = setting.push_json(&[]);
    assert_adds_up(&report);
    let held = setting.held();
    assert!(everybody[..10].iter().all(|email| held[email].status == 2), "somebody was resubscribed");
}

#[test]
fn a_run_that_was_stopped_leaves_no_people_behind() {
    let setting = Setting::new(Config::default());
    setting.write_crowd("p", 600);
    for _ in 0..2 {
        let output = setting.push(&["--max-profiles", "599", "--rejections", "rejections.csv"]);
        assert_eq!(output.status.code(), Some(4));
        assert!(setting.path("rejections.csv").exists());
        assert_eq!(std::fs::read_dir(setting.path("state/runs")).unwrap().count(), 0);
    }
}

#[test]
fn nothing_is_sent_without_leave() {
    let setting = Setting::new(Config::default());
    let everybody = addresses(600);
    let people = |from: usize| everybody[from..].iter().map(|email| (email.as_str(), "Ann"));
    setting.write_people(people(0));
    let sent = |setting: &Setting| setting.state()["imports"]["batches"].as_u64().unwrap();

    let (plan, code) = setting.push_json(&["--dry-run"]);
    assert_eq!((number(&plan, "create"), number(&plan, "requests"), code), (600, 3, 0));
    assert_eq!(setting.push(&["--max-profiles", "599"]).status.code(), Some(4));
    assert_eq!(setting.push(&["--where", "name = 'Nobody'"]).status.code(), Some(4));
    assert_eq!(sent(&setting), 0);

    assert_eq!(setting.push(&[]).status.code(), Some(0));
    let automations = setting.state()["automations"].clone();
    assert_eq!((&automations["by_import"], &automations["by_membership"]), (&json!(0), &json!(0)));
    let before = sent(&setting);
    setting.write_people(people(61));
    let held_back = setting.push(&["--mode", "mirror"]);
    assert_eq!(held_back.status.code(), Some(4));
    let words = String::from_utf8_lossy(&held_back.stderr).into_owned();
    assert!(
        words.contains("61 of 600 contacts would leave") && words.contains("--max-leaving 11"),
        "{words}"
    );
    assert_eq!(sent(&setting), before);

    let (report, _) = setting.push_json(&["--mode", "mirror", "--max-leaving", "11"]);
    assert_eq!(number(&report, "left"), 61);
    assert_eq!(setting.active().len(), 539);
}

#[test]
fn automations_fire_only_when_told_to() {
    let setting = Setting::new(Config::default());
    setting.write_people([("ann@example.com", "Ann"), ("bob@example.com", "Bob")]);
    setting.push(&["--automations"]);
    assert_eq!(setting.state()["automations"]["by_import"], 2);
}

#[test]
fn limits_are_never_exceeded() {
    for window in ["window=fixed", "window=sliding"] {
        let mut knobs = Knobs::default();
        knobs.set(window).unwrap();
        let setting = Setting::new(Config { knobs, ..Config::default() });
        let everybody = addresses(40_000);
        setting.write_people(everybody.iter().map(|email| (email.as_str(), "Ann")));
        let (report, _) = setting.push_json(&[]);
        assert_eq!(number(&report, "created"), 40_000);
        for budget in ["general", "bulk", "bulk_single"] {
            let seen = setting.state()["limits"][budget].clone();
            assert_eq!(seen["refused"], 0, "{window} {budget}: {seen}");
            assert!(seen["peak"].as_u64() <= seen["limit"].as_u64(), "{window} {budget}: {seen}");
        }
    }
}

#[test]
fn numbers_add_up_and_a_second_run_sends_nothing() {
    let setting = Setting::new(Config::default());
    let everybody = addresses(500);
    setting.subscribe("p1@example.com", false);
    setting.subscribe("p2@example.com", true);
    setting.arrange("contacts/bounce", &json!({"email": "p2@example.com"}));
    setting.arrange("exclusions", &json!({"phrase": "p3@example.com"}));
    let people = everybody.iter().map(|email| (email.as_str(), "Ann"));
    let bad = [("", "Nobody"), ("two words@example.com", "Bad"), ("P4@EXAMPLE.COM ", "Twin")];
    setting.write_people(people.chain(bad));
    let (report, code) = setting.push_json(&["--rejections", "rejections.csv"]);
    assert_adds_up(&report);
    assert_eq!((number(&report, "members"), number(&report, "created"), code), (503, 497, 3));
    let expected = json!({
        "no_email": 1, "invalid_email": 1, "duplicate_email": 1, "unsubscribed": 1, "bounced": 1, "excluded": 1
    });
    assert_eq!(report["rejections"], expected);
    let rejections = std::fs::read_to_string(setting.folder.path().join("rejections.csv")).unwrap();
    assert_eq!(rejections.lines().count(), 7);
    assert!(rejections.contains("in.csv:3,p1@example.com,ActiveCampaign,unsubscribed,"));

    let imports = setting.state()["imports"].clone();
    let (again, code) = setting.push_json(&[]);
    assert_adds_up(&again);
    assert_eq!((number(&again, "unchanged"), number(&again, "refused"), code), (497, 3, 3));
    assert_eq!(setting.state()["imports"], imports, "something was sent twice");

    let changed = everybody
        .iter()
        .enumerate()
        .map(|(n, email)| (email.as_str(), if n % 100 == 9 { "New" } else { "Ann" }));
    setting.write_people(changed);
    let (third, _) = setting.push_json(&[]);
    assert_adds_up(&third);
    assert_eq!((number(&third, "updated"), number(&third, "unchanged")), (5, 492));
    assert_eq!(setting.held()["p9@example.com"].first_name, "New");
}

#[test]
fn whoever_returns_is_told_apart_from_who_unsubscribed() {
    let setting = Setting::new(Config::default());
    setting.subscribe("hers@example.com", true);
    setting.write_people([
        ("ann@example.com", "Ann"),
        ("bob@example.com", "Bob"),
        ("hers@example.com", "Hers"),
    ]);
    setting.push(&["--mode", "mirror"]);
    setting.write_people([("bob@example.com", "Bob")]);
    let (report, _) = setting.push_json(&["--mode", "mirror", "--max-leaving", "100"]);
    // One of the two had been on the list before this export ever sent it.
    assert_eq!(number(&report, "left"), 1, "{report}");
    let held = setting.held();
    assert_eq!((held["ann@example.com"].status, held["hers@example.com"].status), (2, 1));
    setting.write_people([("ann@example.com", "Ann"), ("bob@example.com", "Bob")]);
    let (report, _) = setting.push_json(&["--mode", "mirror"]);
    assert_eq!(report["rejections"], json!({"returned": 1}));
    assert_eq!(setting.held()["ann@example.com"].status, 2);
}
