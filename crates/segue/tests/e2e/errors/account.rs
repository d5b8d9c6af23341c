//! The account: its host, key, lists and fields, and the way to it.

use std::time::Duration;

use activecampaign_sim::{Config, KEY, Knobs, RESTRICTED_KEY};
use serde_json::json;

use super::{complaint, complaint_of_provider, complaint_with, setting};
use crate::setting::{SPEED, Setting, assert_adds_up, number};

#[test]
fn a_host_that_is_none() {
    let setting = setting();
    let message =
        |host| complaint(&setting, &mut setting.push_to(&["--host", host, "--list", "3"], "in.csv"), 2);
    let no_name = |host| {
        format!(
            "--host: \"{host}\" is no host name: copy the API URL from Settings → Developer, as in acme.api-us1.com"
        )
    };
    for host in ["", " ", "acme api.com", "ftp://acme.api-us1.com", "acme", "acme..com"] {
        assert_eq!(message(host), no_name(host));
    }
    let more = |host| {
        format!(
            "--host: \"{host}\" has more than a host name: leave out everything behind the name, as in acme.api-us1.com"
        )
    };
    for host in ["acme.api-us1.com/admin", "https://acme.api-us1.com/?key=1"] {
        assert_eq!(message(host), more(host));
    }
    assert_eq!(message("https://key:secret@acme.api-us1.com"), more("https://acme.api-us1.com"));
    assert_eq!(
        message("http://acme.api-us1.com"),
        "--host: \"http://acme.api-us1.com\" is not https: the API key would travel in the open; for the sandbox, add --allow-insecure-host"
    );
    for host in ["127.0.0.1", "localhost", "10.0.0.7", "[::1]", "169.254.169.254"] {
        let expected = format!(
            "--host: \"{host}\" is a loopback, private or reserved address; for the sandbox, add --allow-insecure-host"
        );
        assert_eq!(message(host), expected);
    }
}

#[test]
fn a_key_that_may_travel_in_the_open() {
    let setting = setting();
    let account = ["--host", "http://does-not-exist.invalid", "--list", "3", "--allow-insecure-host"];
    let output = setting.push_to(&account, "in.csv").output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    let warning = "warning: --allow-insecure-host: the API key may travel in the open; use this with the sandbox only\n";
    assert!(words.starts_with(warning), "{words}");
    let output = setting.push(&[]);
    assert!(!String::from_utf8(output.stderr).unwrap().contains("warning"));
}

#[test]
fn a_host_that_does_not_resolve() {
    let setting = setting();
    let account = ["--host", "does-not-exist.invalid", "--list", "3"];
    let message = complaint(&setting, &mut setting.push_to(&account, "in.csv"), 2);
    assert_eq!(
        message,
        "the host name does not resolve: check its spelling and the network [users/me at does-not-exist.invalid]"
    );
}

#[test]
fn a_host_that_is_another_server() {
    let setting = setting();
    let message =
        |host: &str| complaint_of_provider(&setting, &mut setting.push_through(host, "in.csv", &[]), 2);
    let expected =
        "the host does not answer like the ActiveCampaign API: copy the API URL from Settings → Developer";
    for answer in [
        "HTTP/1.1 301 Moved Permanently\r\nlocation: https://example.com/\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<h1>Hello!</h1>",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\nNot Found",
    ] {
        assert_eq!(message(&setting.serve(answer)), expected, "{answer}");
    }
    setting.arrange("faults", &json!(["html-200"]));
    assert_eq!(message(setting.host()), expected);
}

#[test]
fn a_page_in_place_of_an_answer() {
    let setting = setting();
    setting.arrange("faults", &json!(["html-200@lists"]));
    let message = complaint_of_provider(&setting, &mut setting.push_command(&[]), 6);
    assert_eq!(message, "ActiveCampaign's answer cannot be understood: run again, and report it if it stays");
    // Midway it is one more thing that passes.
    setting.arrange("faults", &json!(["html-200:every=2"]));
    assert_eq!(setting.push(&[]).status.code(), Some(0));
    assert_eq!(setting.active().len(), 2);
}

#[test]
fn a_key_that_is_refused() {
    let setting = setting();
    let message =
        complaint_of_provider(&setting, setting.push_command(&[]).env("SEGUE_API_KEY", "no-such-key"), 5);
    assert_eq!(message, "ActiveCampaign refused the API key: copy it again from Settings → Developer");
}

#[test]
fn a_key_that_may_not_see_lists() {
    let setting = setting();
    let message =
        complaint_of_provider(&setting, setting.push_command(&[]).env("SEGUE_API_KEY", RESTRICTED_KEY), 5);
    assert_eq!(
        message,
        "the API key's user may not do this (You do not have permission to view lists.): give its group the permission, or use another user's key"
    );
}

#[test]
fn a_key_that_is_not_there() {
    let setting = setting();
    let none = complaint(&setting, setting.push_command(&[]).env_remove("SEGUE_API_KEY"), 2);
    assert_eq!(none, "there is no API key: set SEGUE_API_KEY, or name a file with --api-key-file");
    for empty in ["", " ", "two words"] {
        let message = complaint(&setting, setting.push_command(&[]).env("SEGUE_API_KEY", empty), 2);
        assert_eq!(message, "SEGUE_API_KEY holds no API key: copy it again from Settings → Developer");
    }
    let with_file = |file| complaint(&setting, &mut setting.push_command(&["--api-key-file", file]), 2);
    assert_eq!(
        with_file("key.txt"),
        "the API key file key.txt cannot be read: No such file or directory (os error 2)"
    );
    setting.write("key.txt", "\n");
    assert_eq!(
        with_file("key.txt"),
        "the API key file holds no API key: copy it again from Settings → Developer"
    );
    setting.write("key.txt", format!("{KEY}\n"));
    assert_eq!(
        setting
            .push_command(&["--api-key-file", "key.txt"])
            .env_remove("SEGUE_API_KEY")
            .status()
            .unwrap()
            .code(),
        Some(0)
    );
}

#[test]
fn a_key_is_no_argument() {
    for key in [&["--api-key", "top-secret"][..], &["--api-key=top-secret"]] {
        let message = complaint_with(key, 2);
        assert!(
            message.starts_with("unexpected argument '--api-key' found") && !message.contains("top-secret"),
            "{message}"
        );
    }
}

#[test]
fn a_list_that_cannot_be_used() {
    let setting = setting();
    let message = |list| {
        let account = ["--host", setting.host(), "--allow-insecure-host", "--list", list];
        complaint(&setting, &mut setting.push_to(&account, "in.csv"), 2)
    };
    assert_eq!(
        message("99"),
        "the account has no list 99; its lists are: 1 Master contact list, 2 Newsletter, 3 Customers"
    );
    assert!(message("Customers").starts_with(
        "invalid value 'Customers' for '--list <ID>': write its id, the number at the end of the list's address"
    ));
    assert_eq!(message("4"), "list 4 (\"Text messages\") is a list for text messages: choose an e-mail list");
}

#[test]
fn a_custom_field_that_does_not_exist() {
    assert_eq!(
        complaint_with(&["--field", "Shoe size=name"], 2),
        "the account has no custom field \"Shoe size\"; its fields are: Lifetime value, Birthday, Last order, Tier, Interests, City, Customer number"
    );
    assert_eq!(
        complaint_with(&["--field", "Tier=name", "--field", "%TIER%=email"], 2),
        "custom field \"Tier\" is filled twice: keep one --field for it"
    );
    assert_eq!(
        complaint_with(&["--field", "Tier=tier"], 2),
        "in.csv has no column \"tier\"; its header names: email, name"
    );
}

#[test]
fn an_account_that_is_full() {
    let setting = Setting::new(Config { contact_limit: Some(600), ..Config::default() });
    setting.write_crowd("p", 3_000);
    let (first, code) = setting.push_json(&[]);
    assert_adds_up(&first);
    assert_eq!(
        (first["outcome"].as_str(), number(&first, "created"), code),
        (Some("failed"), 600, 6),
        "{first}"
    );
    assert_eq!(setting.active().len(), 600);

    // What the account had no room for is sent again, and nothing else.
    setting.arrange("contact-limit", &json!(10_000));
    let (second, code) = setting.push_json(&[]);
    assert_adds_up(&second);
    assert_eq!((number(&second, "created"), number(&second, "unchanged"), code), (2_400, 600, 0), "{second}");
    assert_eq!(setting.active().len(), 3_000);
}

#[test]
fn a_few_who_fail_without_a_reason_do_not_make_the_account_full() {
    let knobs = Knobs { apostrophes_fail: true, ..Knobs::default() };
    let setting = Setting::new(Config { knobs, ..Config::default() });
    let mut people: Vec<(String, String)> =
        (0..600).map(|n| (format!("p{n}@example.com"), "Ann".to_owned())).collect();
    people[7].0 = "o'b7@example.com".to_owned();
    setting.write_people(people.iter().map(|(email, name)| (email.as_str(), name.as_str())));
    let (report, code) = setting.push_json(&[]);
    assert_adds_up(&report);
    assert_eq!(
        (number(&report, "created"), &report["rejections"], code),
        (599, &json!({"unexplained": 1}), 3),
        "{report}"
    );
}

#[test]
fn the_last_who_find_no_room_are_told_so() {
    let setting = Setting::new(Config { contact_limit: Some(590), ..Config::default() });
    setting.write_crowd("p", 600);
    let (report, code) = setting.push_json(&[]);
    assert_adds_up(&report);
    assert_eq!(
        (number(&report, "created"), &report["rejections"], code),
        (590, &json!({"contact_limit": 10}), 3),
        "{report}"
    );
}

#[test]
fn an_import_engine_that_is_down_refuses_nobody() {
    let faults = vec!["batch-failed:p=1".parse().unwrap()];
    let knobs = Knobs { applied: Some(0), ..Knobs::default() };
    let setting = Setting::new(Config { faults, knobs, ..Config::default() });
    setting.write_crowd("p", 2_000);
    let (report, code) = setting.push_json(&[]);
    assert_adds_up(&report);
    assert_eq!(
        (number(&report, "refused"), report["outcome"].as_str(), code),
        (0, Some("failed"), 6),
        "{report}"
    );
    assert!(number(&report, "requests") < 200, "{report}");
    setting.arrange("faults", &json!([]));
    let (report, code) = setting.push_json(&[]);
    assert_eq!((number(&report, "created"), number(&report, "refused"), code), (2_000, 0, 0), "{report}");
    assert_eq!(setting.active().len(), 2_000);
}

#[test]
fn who_arrived_by_an_import_that_broke_is_not_refused() {
    let faults = vec!["batch-failed:p=1".parse().unwrap()];
    let knobs = Knobs { applied: Some(250), ..Knobs::default() };
    let setting = Setting::new(Config { faults, knobs, ..Config::default() });
    setting.write_crowd("p", 8);
    let (report, code) = setting.push_json(&[]);
    assert_adds_up(&report);
    assert_eq!((number(&report, "created"), number(&report, "refused"), code), (8, 0, 0), "{report}");
}

#[test]
fn a_network_that_is_gone_for_ten_minutes() {
    let setting = Setting::new(Config { queue_delay: 60.0, ..Config::default() });
    setting.write_crowd("p", 5_000);
    let network = setting.network();
    let mut child = setting.push_through(&network.host(), "in.csv", &[]).spawn().unwrap();
    setting.wait_for_imports(1);
    network.cut();
    // Ten minutes of the account's clock.
    std::thread::sleep(Duration::from_secs(600).div_f64(SPEED));
    assert_eq!(child.try_wait().unwrap(), None);
    network.mend();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(setting.active().len(), 5_000);
}

#[test]
fn a_clock_that_jumps() {
    let setting = Setting::new(Config { queue_delay: 600.0, ..Config::default() });
    setting.write_crowd("p", 500);
    let mut child = setting.spawn(&["--mode", "mirror"]);
    setting.wait_for_imports(2);
    setting.arrange("clock", &json!({"forward": 86_400}));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(setting.active().len(), 500);
    // Who came onto the list a day after the run began has still come by its doing.
    setting.write_crowd("p", 490);
    let (report, _) = setting.push_json(&["--mode", "mirror"]);
    assert_eq!((number(&report, "left"), number(&report, "unchanged")), (10, 490), "{report}");
    assert_eq!(setting.active().len(), 490);
}
