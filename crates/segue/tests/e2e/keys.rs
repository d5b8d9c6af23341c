//! `segue keys`, and what the server says about a key that is another.

use std::process::Output;

use activecampaign_sim::Config;
use serde_json::json;

use crate::serve::{PASSWORD, serve};
use crate::setting::Setting;

const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const OTHER: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn rotate(setting: &Setting, key: Option<&str>, options: &[&str]) -> Output {
    let mut command = setting.command(&[&["keys", "rotate", "--state", "state"], options].concat());
    if let Some(key) = key {
        command.env("SEGUE_MASTER_KEY", key);
    }
    command.output().unwrap()
}

fn words(output: &Output, code: i32) -> String {
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words}");
    for key in [ONE, OTHER] {
        assert!(!words.contains(key), "{words}");
    }
    words
}

#[test]
fn a_key_in_the_state_folder_is_replaced() {
    let setting = Setting::new(Config::default());
    let key = || std::fs::read_to_string(setting.folder.path().join("state/master.key")).unwrap();
    words(&rotate(&setting, None, &[]), 0);
    let first = key();
    let said = words(&rotate(&setting, None, &[]), 0);
    assert!(said.contains("0 secrets are sealed with the new master key"), "{said}");
    assert!(said.contains("in place of the old one"), "{said}");
    assert!(key() != first && key().lines().count() == 1);
}

#[test]
fn a_given_key_is_replaced_by_whoever_gives_it() {
    let setting = Setting::new(Config::default());
    let said = words(&rotate(&setting, Some(ONE), &[]), 2);
    assert!(said.contains("put the new one in front of it"), "{said}");
    let said = words(&rotate(&setting, Some(&format!("{OTHER},{ONE}")), &[]), 0);
    assert!(said.contains("The old key opens nothing any more"), "{said}");
    assert!(!setting.folder.path().join("state/master.key").exists());
}

#[test]
fn a_key_in_a_file_is_read_and_two_places_are_one_too_many() {
    let setting = Setting::new(Config::default());
    setting.write("key", format!("{OTHER}\n{ONE}\n"));
    words(&rotate(&setting, None, &["--master-key-file", "key"]), 0);
    let said = words(&rotate(&setting, Some(ONE), &["--master-key-file", "key"]), 2);
    assert!(said.contains("give one of them"), "{said}");
    setting.write("key", "not a key");
    let said = words(&rotate(&setting, None, &["--master-key-file", "key"]), 2);
    assert!(said.contains("the master key in key is no 32 bytes in base64"), "{said}");
    words(&rotate(&setting, None, &["--master-key-file", "none"]), 1);
}

#[test]
fn a_lost_master_key_shuts_connections_and_nothing_else() {
    let setting = Setting::new(Config::default());
    let mut served = serve(&setting, &["--allow-insecure-host"]);
    let setup =
        json!({"secret": served.secret(), "login": "root@example.com", "name": "Root", "password": PASSWORD});
    assert!(served.post(&setting, "/setup", &setup).0.is_success());
    served.end();
    setting.write("password", PASSWORD);
    let segue = |options: &[&str], code: i32| {
        let here = ["--state", "state"];
        let ended = setting.command(&[options, &here].concat()).output().unwrap();
        let out = String::from_utf8_lossy(&ended.stdout).into_owned();
        (out, words(&ended, code))
    };
    let insecure = "--allow-insecure-host";
    let to = ["--host", setting.host(), "--agree", "1", "--password-file", "password", insecure];
    segue(&[&["connections", "add", "Shop"], &to[..]].concat(), 0);
    let key = setting.path("state/master.key");
    let right = std::fs::read_to_string(&key).unwrap();

    std::fs::remove_file(&key).unwrap();
    let (listed, warned) = segue(&["connections", "list", insecure], 0);
    assert!(listed.contains("key cannot be opened: nothing runs"), "{listed}");
    assert!(warned.contains("state/master.key is not there"), "{warned}");
    segue(&["exports", "list"], 0);
    let change = ["connections", "change", "Shop", "--api-key", insecure];
    let (_, early) = segue(&change, 1);
    assert!(early.contains("segue keys rotate --lost"), "{early}");
    let served = serve(&setting, &[insecure]);
    let said = served.words.clone() + &served.end();
    assert!(said.contains("state/master.key is not there"), "{said}");
    let (_, unasked) = segue(&["keys", "rotate"], 2);
    assert!(unasked.contains("add --lost"), "{unasked}");
    assert!(!key.exists(), "nobody asked for a new one");

    // The wrong file is told as that, and the right one is all that it takes.
    std::fs::write(&key, format!("{OTHER}\n")).unwrap();
    let (_, wrong) = segue(&["keys", "rotate"], 2);
    assert!(
        wrong.contains("secrets are sealed with master key") && wrong.contains("master.key holds"),
        "{wrong}"
    );
    std::fs::write(&key, &right).unwrap();
    let (listed, warned) = segue(&["connections", "list", insecure], 0);
    assert!(listed.contains("well") && warned.is_empty(), "{listed}{warned}");

    std::fs::remove_file(&key).unwrap();
    let (_, rotated) = segue(&["keys", "rotate", "--lost"], 0);
    assert!(rotated.contains("0 secrets are sealed") && rotated.contains(": Shop."), "{rotated}");
    segue(&change, 0);
    let (tested, warned) = segue(&["connections", "test", "Shop", insecure], 0);
    assert!(tested.contains("(admin) accepted") && warned.is_empty(), "{tested}{warned}");
}

#[test]
fn a_connection_without_its_master_key_can_be_removed() {
    let setting = Setting::new(Config::default());
    let mut served = serve(&setting, &["--allow-insecure-host"]);
    let setup =
        json!({"secret": served.secret(), "login": "root@example.com", "name": "Root", "password": PASSWORD});
    assert!(served.post(&setting, "/setup", &setup).0.is_success());
    served.end();
    setting.write("password", PASSWORD);
    let to =
        ["--host", setting.host(), "--agree", "1", "--password-file", "password", "--allow-insecure-host"];
    let here =
        |options: &[&str]| setting.command(&[options, &["--state", "state"]].concat()).output().unwrap();
    words(&here(&[&["connections", "add", "Shop"], &to[..]].concat()), 0);
    std::fs::remove_file(setting.path("state/master.key")).unwrap();
    words(&here(&["connections", "remove", "Shop"]), 0);
    // Where nothing is sealed any more, no key is missed.
    let said = words(&here(&["connections", "list"]), 0);
    assert!(said.is_empty(), "{said}");
    assert!(setting.path("state/master.key").exists());
}
