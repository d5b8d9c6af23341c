//! What can go wrong, what is said about it, and what it leaves behind.

mod account;
mod input;
mod state;

use std::process::{Command, Output};

use activecampaign_sim::{Config, KEY, RESTRICTED_KEY};

use crate::setting::Setting;

pub(crate) use state::with_mounts;

const PEOPLE: &str = "email,name\nann@example.com,Ann\nbob@example.com,Bob\n";

/// An account, and two people in `in.csv`.
fn setting() -> Setting {
    let setting = Setting::new(Config::default());
    setting.write("in.csv", PEOPLE);
    setting
}

/// What is said when a command fails. Nothing was sent, and neither key nor address is shown.
fn complaint(setting: &Setting, command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let words = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(code), "{words}");
    assert!(stdout.is_empty(), "{words}");
    assert!(!words.contains(KEY) && !words.contains(RESTRICTED_KEY), "{words}");
    assert!(!words.contains("@example.com"), "{words}");
    assert_eq!(setting.imports(), 0);
    let (_, message) = words.split_once("error: ").unwrap();
    message.trim_end().to_owned()
}

/// The same for a push of this file.
fn complaint_about(name: &str, content: impl AsRef<[u8]>) -> String {
    let setting = setting();
    setting.write(name, content);
    complaint(&setting, &mut setting.push_from(name, &[]), 2)
}

/// The same for a push of two people with these options.
fn complaint_with(options: &[&str], code: i32) -> String {
    let setting = setting();
    complaint(&setting, &mut setting.push_command(options), code)
}

/// The same without the endpoint, status and marks that support asks for.
fn complaint_of_provider(setting: &Setting, command: &mut Command, code: i32) -> String {
    let message = complaint(setting, command, code);
    let (words, marks) = message.split_once(" [").unwrap();
    assert!(marks.ends_with(']'), "{message}");
    words.to_owned()
}
