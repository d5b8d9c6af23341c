//! What people and scripts see: every output of the program stands in `snapshots`.

use std::io::{BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use activecampaign_sim::{Config, KEY};
use serde_json::{Value, json};

use crate::setting::{Setting, assert_adds_up, interrupt, number, read_until};

/// Compares with the snapshot of this name, without what differs from run to run.
pub(crate) fn assert_shown(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    for (differs, shown) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"in [\d.]+ s with [\d,]+ requests", "in SECONDS s with COUNT requests"),
        (r#""requests":\d+"#, r#""requests":COUNT"#),
        (r#""seconds":[\d.]+"#, r#""seconds":SECONDS"#),
        (r"20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC", "DAY AND TIME UTC"),
        (r#""(refreshed_ms|at_ms|milliseconds)":\d+"#, r#""$1":MS"#),
        (r"(TIME UTC +(?:[\d,]+|failed)) +\d+\.\d", "$1  SECONDS"),
        (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "01234567-89ab-cdef-0123-456789abcdef"),
        (r"\b[0-9a-f]{32}\b", "0123456789abcdef0123456789abcdef"),
        (r"request [0-9a-f-]+, ray [0-9a-zA-Z-]+", "request ID, ray ID"),
    ] {
        settings.add_filter(differs, shown);
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What a command says, where, and how it ends.
fn transcript(command: &mut Command) -> String {
    told(&command.output().unwrap())
}

fn told(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    let code = output.status.code().unwrap();
    format!("standard error:\n{err}\nstandard output:\n{out}\nexit code: {code}")
}

pub(crate) fn help_of(command: &[&str]) -> String {
    let output = Setting::new(Config::default()).command(&[command, &["--help"]].concat()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help() {
    assert_shown("help", &help_of(&[]));
    for command in ["push", "sandbox", "demo", "serve", "worker", "users", "keys"] {
        assert_shown(&format!("help_{command}"), &help_of(&[command]));
    }
}

/// An account that refuses some, and a file in which much is wrong.
fn mixed() -> Setting {
    let setting = Setting::new(Config::default());
    setting.subscribe("unsubscribed@example.com", false);
    setting.subscribe("bounced@example.com", true);
    setting.arrange("contacts/bounce", &json!({"email": "bounced@example.com"}));
    setting.arrange("exclusions", &json!({"phrase": "excluded@example.com"}));
    let large = "x".repeat(400_000);
    setting.write(
        "in.csv",
        format!(
            "email,name,tier\nann@example.com,Ann,gold\nbob@example.com,Bob,silver\ncy@example.com,Cy,\ndee@example.com,Dee,bronze\n\
             ,Nobody,gold\ntwo words@example.com,Eve,gold\nANN@example.com,Ann,gold\nlarge@example.com,{large},gold\n\
             platinum@example.com,Fay,platinum\nunsubscribed@example.com,Gil,gold\nbounced@example.com,Hal,gold\nexcluded@example.com,Ida,gold\n"
        ),
    );
    setting
}

const TIER: [&str; 2] = ["--field", "Tier=tier"];

#[test]
fn a_first_run_and_those_after_it() {
    let setting = mixed();
    let push = |options: &[&str]| transcript(&mut setting.push_command(&[&TIER, options].concat()));
    assert_shown("push_dry_run", &push(&["--dry-run"]));
    assert_shown("push_dry_run_json", &push(&["--dry-run", "--json"]));
    assert_shown("push_first", &push(&["--rejections", "rejections.csv"]));
    let rejections = std::fs::read_to_string(setting.folder.path().join("rejections.csv")).unwrap();
    assert_shown("push_rejections", &rejections);
    assert_shown("push_unchanged", &push(&[]));
    setting.write(
        "in.csv",
        "email,name,tier\nann@example.com,Ann,silver\nbob@example.com,Bob,silver\nnew@example.com,New,gold\n",
    );
    assert_shown("push_brake_leaving", &push(&["--mode", "mirror"]));
    assert_shown("push_brake_dry_run", &push(&["--mode", "mirror", "--dry-run"]));
    let mirror = ["--mode", "mirror", "--max-leaving", "50"];
    assert_shown("push_mirror_dry_run", &push(&[&mirror[..], &["--dry-run"]].concat()));
    assert_shown("push_mirror", &push(&mirror));
    assert_shown("push_json", &push(&["--json"]));
    assert_shown("push_brake_empty", &push(&["--where", "tier = 'tin'"]));
    assert_shown("push_brake_size", &push(&["--max-profiles", "2"]));
}

#[test]
fn data_is_on_standard_output_and_everything_else_is_not() {
    let setting = mixed();
    for options in [&["--dry-run", "--json"][..], &["--json"]] {
        let output = setting.push(options);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(serde_json::from_str::<Value>(&text).unwrap().is_object());
        assert_eq!(text.lines().count(), 1);
        assert!(!output.stderr.is_empty());
    }
    let output = setting.push(&["--max-profiles", "1"]);
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    let (stopped, code) = setting.push_json(&["--max-profiles", "1"]);
    assert_eq!(
        (stopped["outcome"].as_str(), number(&stopped, "members"), code),
        (Some("stopped_by_brake"), 12, 4)
    );
    assert_adds_up(&stopped);
}

#[test]
fn a_run_that_is_gone_on_with() {
    let setting = Setting::new(Config { queue_delay: 300.0, ..Config::default() });
    setting.write_crowd("p", 700);
    let mut child = setting.spawn(&[]);
    setting.wait_for_imports(3);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_shown("push_resumed", &transcript(&mut setting.push_command(&[])));
}

#[test]
fn a_run_that_finishes_another_one_first() {
    let setting = Setting::new(Config { queue_delay: 300.0, ..Config::default() });
    setting.write_crowd("p", 700);
    let mut child = setting.spawn(&[]);
    setting.wait_for_imports(3);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_shown("push_dry_run_unfinished", &transcript(&mut setting.push_command(&["--dry-run"])));
    setting.write_crowd("p", 750);
    assert_shown("push_dry_run_unfinished_other", &transcript(&mut setting.push_command(&["--dry-run"])));
    assert_shown("push_finished_another", &transcript(&mut setting.push_command(&[])));
    assert_eq!(setting.active().len(), 750);
}

#[test]
fn what_was_found_is_said_of_every_format() {
    let setting = Setting::new(Config::default());
    let found_with = |source: &str, name: &str| {
        let account = ["--host", setting.host(), "--list", "3", "--allow-insecure-host", "--dry-run"];
        let matching = ["--email", "email", "--first-name", name, "--state", "state"];
        let command = [&["push", source], &account[..], &matching].concat();
        let output = setting.command(&command).output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        words.lines().take(2).collect::<Vec<_>>().join("\n")
    };
    let found = |source: &str| found_with(source, "name");
    std::fs::create_dir(setting.path("days")).unwrap();
    for day in ["days/monday.csv", "days/tuesday.csv"] {
        setting.write(day, "email,name\nann@example.com,Ann\n");
    }
    assert_eq!(found("days"), "days: CSV, 2 files, 62 B\n  columns: email, name");
    assert_eq!(found("days/*.csv"), "days/*.csv: CSV, 2 files, 62 B\n  columns: email, name");
    setting.write("in.ndjson", "{\"email\":\"ann@example.com\",\"name\":\"Ann\"}\n");
    assert_eq!(found("in.ndjson"), "in.ndjson: NDJSON, 41 B\n  columns: email, name");
    // A ledger is a Parquet file with addresses.
    assert_eq!(setting.push_from("in.ndjson", &[]).output().unwrap().status.code(), Some(0));
    let ledger = std::fs::read_dir(setting.path("state/ledgers")).unwrap().next().unwrap().unwrap().path();
    std::fs::copy(ledger, setting.path("in.parquet")).unwrap();
    let words = found_with("in.parquet", "reason");
    let (size, columns) = words.split_once('\n').unwrap();
    assert!(size.starts_with("in.parquet: Parquet, 1 row, ") && size.ends_with('B'), "{words}");
    let expected = "  columns: hash, email, payload_low, payload_high, state, reason, words, since_ms, run";
    assert_eq!(columns, expected);
}

#[test]
fn a_key_that_is_typed() {
    let setting = Setting::new(Config::default());
    setting.write_crowd("p", 10);
    let push = setting.push_command(&[]);
    let words = std::iter::once(push.get_program()).chain(push.get_args()).map(|word| word.to_str().unwrap());
    // It gives a program a terminal, and repeats what is seen there.
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &words.collect::<Vec<_>>().join(" "), "/dev/null"]);
    terminal.current_dir(setting.folder.path()).env_clear().env("PATH", "/usr/bin:/bin").env("TERM", "dumb");
    terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = terminal.spawn().unwrap();
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("not shown): ") {
        let mut byte = [0];
        assert_eq!(screen.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&seen));
        seen.push(byte[0]);
    }
    keyboard.write_all(format!("{KEY}\n").as_bytes()).unwrap();
    screen.read_to_end(&mut seen).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(keyboard);
    let seen = String::from_utf8(seen).unwrap().replace('\r', "");
    assert!(!seen.contains(KEY), "{seen}");
    let until = seen.find("key accepted").unwrap();
    assert_shown("push_key", &seen[..until]);
    assert!(seen.contains("created     10"), "{seen}");
}

#[test]
fn a_run_that_is_interrupted() {
    let setting = Setting::new(Config::default());
    setting.write_crowd("p", 20_000);
    let text = told(&setting.push_interrupted(&[]));
    // How far it came is different each time.
    insta::with_settings!({filters => vec![(r" +[\d,]+  (sent|the next)", " COUNT  $1")]}, {
        assert_shown("push_interrupted", &text);
    });
}

#[test]
fn a_run_that_fails_midway() {
    // Everything is sent before the first result comes.
    let config = Config { contact_limit: Some(600), queue_delay: 300.0, ..Config::default() };
    let setting = Setting::new(config);
    setting.write_crowd("p", 3_000);
    assert_shown("push_dry_run_no_room", &transcript(&mut setting.push_command(&["--dry-run"])));
    assert_shown("push_account_full", &transcript(&mut setting.push_command(&[])));
    setting.arrange("contact-limit", &json!(10_000));
    setting.arrange("faults", &json!(["503@import"]));
    assert_shown("push_unavailable", &transcript(&mut setting.push_command(&[])));
}

#[test]
fn the_sandbox() {
    let setting = Setting::new(Config::default());
    for (name, options) in [("sandbox", &[][..]), ("sandbox_fast", &["--speed", "60", "--no-limits"])] {
        let mut child = setting.command(&[&["sandbox", "--port", "0"], options].concat()).spawn().unwrap();
        let words = read_until(&mut BufReader::new(child.stderr.take().unwrap()), "Ctrl-C");
        interrupt(&child);
        let output = Output { stderr: words.into_bytes(), ..child.wait_with_output().unwrap() };
        assert_shown(name, &told(&output));
    }
}

#[test]
fn a_sandbox_that_is_told_nonsense() {
    let setting = Setting::new(Config::default());
    for (name, options) in [
        ("sandbox_fault", &["--fault", "thunder"]),
        ("sandbox_fault_setting", &["--fault", "429:often=1"]),
        ("sandbox_setting", &["--set", "colour=red"]),
        ("sandbox_speed", &["--speed", "0.5"]),
    ] {
        let output = setting.command(&[&["sandbox", "--port", "0"], &options[..]].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_shown(name, &told(&output));
    }
    let taken = setting.host().rsplit_once(':').unwrap().1;
    let output = setting.command(&["sandbox", "--port", taken]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        words,
        format!(
            "error: port {taken} cannot be used: Address already in use (os error 98): choose another with --port\n"
        )
    );
}

#[test]
fn the_demo() {
    let setting = Setting::new(Config::default());
    assert_shown("demo", &transcript(&mut setting.command(&["demo", "--customers", "300", "--seed", "1"])));
}
