//! `segue keys`, and what the server says about a key that is another.

use std::process::Output;

use activecampaign_sim::Config;

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
    let said = words(&rotate(&setting, Some(ONE), &[]), 2);
    assert!(said.contains("is not the one in use here"), "{said}");
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
fn a_server_with_another_key_does_not_start() {
    let setting = Setting::new(Config::default());
    words(&rotate(&setting, Some(&format!("{OTHER},{ONE}")), &[]), 0);
    let mut command = setting.command(&["serve", "--listen", "127.0.0.1:0", "--state", "state"]);
    let said = words(&command.env("SEGUE_MASTER_KEY", ONE).output().unwrap(), 2);
    assert!(said.contains("secrets are sealed with master key"), "{said}");
}
