//! `segue serve` as the machine's owner meets it: the first link, the log, the end, and help for the locked-out.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout};
use std::thread::JoinHandle;

use activecampaign_sim::Config;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::setting::{Setting, interrupt, read_until, wait_until};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    // Read all the time: a server whose log nobody takes waits for them.
    log: JoinHandle<String>,
    pub(crate) url: String,
    pub(crate) words: String,
}

pub(crate) fn serve(setting: &Setting, options: &[&str]) -> Served {
    let base = ["serve", "--listen", "127.0.0.1:0", "--state", "state"];
    served_by(setting.command(&[&base, options].concat()).spawn().unwrap())
}

/// The server that this process is about to be.
pub(crate) fn served_by(mut child: Child) -> Served {
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let words = read_until(&mut stderr, "Listening on ");
    let url = words.split("Listening on ").nth(1).unwrap().split(". Ctrl-C").next().unwrap().to_owned();
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        stderr.read_to_string(&mut log).unwrap();
        log
    });
    Served { child, stdout, log, url, words }
}

impl Served {
    /// The secret of the link that is printed.
    pub(crate) fn secret(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        secret(&line)
    }

    pub(crate) fn post(&self, setting: &Setting, path: &str, body: &Value) -> (StatusCode, Value) {
        setting.post(&format!("{}/api/v1{path}", self.url), body)
    }

    /// Asks it to end, and gives what it has said since it listens.
    pub(crate) fn end(mut self) -> String {
        interrupt(&self.child);
        let words = self.log.join().unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{words}");
        let mut more = String::new();
        self.stdout.read_to_string(&mut more).unwrap();
        assert_eq!(more, "");
        words
    }
}

pub(crate) fn secret(link: &str) -> String {
    link.trim().split_once("/setup#").unwrap_or_else(|| panic!("no link: {link}")).1.to_owned()
}

pub(crate) fn credentials() -> Value {
    json!({"login": "root@example.com", "password": PASSWORD})
}

#[test]
fn the_first_start_prints_a_link_and_later_ones_do_not() {
    let setting = Setting::new(Config::default());
    let mut served = serve(&setting, &["--log", "json"]);
    assert!(served.words.contains("There is no administrator yet"), "{}", served.words);
    let link = served.secret();
    let setup = json!({"secret": link, "login": "root@example.com", "name": "Root", "password": PASSWORD});
    assert_eq!(served.post(&setting, "/setup", &setup).0, StatusCode::CREATED);
    assert_eq!(served.post(&setting, "/setup", &setup).0, StatusCode::GONE);
    assert_eq!(served.post(&setting, "/session", &credentials()).0, StatusCode::OK);
    let words = served.words.clone() + &served.end();
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    let log: Vec<Value> = words.lines().map(read).collect();
    let says = |words: &str| {
        log.iter().any(|line| line["fields"]["message"].as_str().is_some_and(|told| told.contains(words)))
    };
    assert!(says("There is no administrator yet") && says("Finishing what is under way"), "{words}");
    assert_eq!(
        log.iter().filter(|line| line["fields"]["message"] == "request answered").count(),
        3,
        "{words}"
    );
    assert!(!words.contains("root@example.com") && !words.contains(&link), "{words}");

    let served = serve(&setting, &[]);
    assert!(!served.words.contains("There is no administrator"), "{}", served.words);
    assert_eq!(served.post(&setting, "/session", &credentials()).0, StatusCode::OK);
    served.end();
}

#[test]
fn a_start_that_fails_says_so_in_json_too() {
    let setting = Setting::new(Config::default());
    let options = ["serve", "--state", "state", "--listen", "192.0.2.1:1", "--log", "json"];
    let ended = setting.command(&options).output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let words = String::from_utf8(ended.stderr).unwrap();
    let last: Value = serde_json::from_str(words.lines().last().unwrap()).unwrap();
    assert_eq!(last["level"], "ERROR", "{words}");
    assert!(words.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{words}");
}

#[test]
fn the_locked_out_get_a_link_from_the_state_directory() {
    let setting = Setting::new(Config::default());
    let mut served = serve(&setting, &[]);
    let setup = json!({"secret": served.secret(), "login": "root@example.com", "name": "Root", "password": "forgotten password"});
    assert_eq!(served.post(&setting, "/setup", &setup).0, StatusCode::CREATED);
    let reset = |login: &str| {
        setting.command(&["users", "reset-password", login, "--state", "state"]).output().unwrap()
    };
    let busy = reset("root@example.com");
    assert_eq!(busy.status.code(), Some(1), "the server holds the directory");
    served.end();

    let unknown = reset("nobody@example.com");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&unknown.stderr).contains("example.com"));
    let made = reset(" Root@Example.com ");
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let secret = secret(&String::from_utf8(made.stdout).unwrap());

    let served = serve(&setting, &[]);
    let set = json!({"secret": secret, "password": PASSWORD});
    assert_eq!(served.post(&setting, "/setup", &set).0, StatusCode::NO_CONTENT);
    assert_eq!(served.post(&setting, "/session", &credentials()).0, StatusCode::OK);
    served.end();
}

#[test]
fn where_it_is_reached_must_be_said_when_that_is_not_this_machine() {
    let setting = Setting::new(Config::default());
    for (options, expected) in [
        (&["--listen", "0.0.0.0:0"][..], "say with --url under which address"),
        (&["--url", "http://segue.example.com"], "plain http is for this machine only"),
        (&["--url", "segue.example.com"], "write it as https://segue.example.com"),
        (&["--listen", "localhost"], "invalid socket address"),
    ] {
        let output = setting.command(&[&["serve", "--state", "state"], options].concat()).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(expected), "{words}");
    }
}

#[test]
fn a_port_that_is_taken_is_said() {
    let setting = Setting::new(Config::default());
    let mut served = serve(&setting, &[]);
    served.secret();
    let address = served.url.trim_start_matches("http://").to_owned();
    let output = setting.command(&["serve", "--state", "other", "--listen", &address]).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("choose another with --listen"), "{words}");
    served.end();
}

/// A person who is signed in, as a browser would be.
fn signed_in(setting: &Setting, served: &mut Served) -> String {
    let setup =
        json!({"secret": served.secret(), "login": "root@example.com", "name": "Root", "password": PASSWORD});
    assert_eq!(served.post(setting, "/setup", &setup).0, StatusCode::CREATED);
    setting.sign_in(&format!("{}/api/v1/session", served.url), &credentials())
}

#[test]
fn a_table_and_a_segment_are_made_refreshed_and_downloaded_over_http() {
    let setting = Setting::new(Config::default());
    std::fs::create_dir(setting.path("data")).unwrap();
    let mut served = serve(&setting, &["--data-folder", "data"]);
    let cookie = signed_in(&setting, &mut served);
    let url = |path: &str| format!("{}/api/v1{path}", served.url);
    let customers = "id,mail,city\n1,ana@example.com,Cluj\n2,ion@example.com,Iasi\n";
    let sent = setting.ask("POST", &url("/files?name=customers.csv"), &cookie, customers);
    assert_eq!(sent.0, StatusCode::CREATED, "{}", sent.1);
    let table = json!({"name": "customers", "path": "customers.csv", "key": "id"});
    let added = setting.ask("POST", &url("/tables"), &cookie, &table.to_string());
    assert_eq!(added.0, StatusCode::CREATED, "{}", added.1);
    let rules = json!([{"all": [{"column": "city", "is": "Cluj"}]}]);
    let segment = json!({"name": "cluj", "definition": {"version": 1, "table": "customers", "rules": rules}});
    let added = setting.ask("POST", &url("/segments"), &cookie, &segment.to_string());
    assert_eq!(added.0, StatusCode::CREATED, "{}", added.1);
    let begun = setting.ask("POST", &url("/segments/cluj/refresh"), &cookie, "");
    assert_eq!(begun.0, StatusCode::ACCEPTED, "{}", begun.1);
    let run: Value = serde_json::from_str(&begun.1).unwrap();
    let place = url(&format!("/runs/{}", run["id"].as_str().unwrap()));
    wait_until("the refresh has succeeded", || {
        let run: Value = serde_json::from_str(&setting.ask("GET", &place, &cookie, "").1).unwrap();
        assert!(run["ended_at"].is_null() || run["status"] == "succeeded", "{run}");
        run["status"] == "succeeded"
    });
    let members = setting.ask("GET", &url("/segments/cluj/members?format=csv"), &cookie, "");
    assert_eq!(members.1, "id,mail,city\n1,ana@example.com,Cluj\n");
    let words = served.end();
    assert!(!words.contains("example.com") && !words.contains("Cluj"), "{words}");

    // What was made so is there at the command line, too.
    let listed = setting.command(&["segments", "list", "--state", "state"]).output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("cluj"));
}

#[test]
fn without_a_data_folder_uploads_are_kept_in_the_state_directory_and_nothing_else_of_it_is_read() {
    let setting = Setting::new(Config::default());
    let mut served = serve(&setting, &[]);
    let cookie = signed_in(&setting, &mut served);
    let url = |path: &str| format!("{}/api/v1{path}", served.url);
    let sent = setting.ask("POST", &url("/files?name=people.csv"), &cookie, "id,mail\n1,ana@example.com\n");
    assert_eq!(sent.0, StatusCode::CREATED, "{}", sent.1);
    assert!(setting.path("state/uploads/people.csv").is_file());
    std::fs::write(setting.path("state/secret.csv"), "id\n1\n").unwrap();
    let state = setting.path("state").canonicalize().unwrap();
    for (path, expected) in [
        ("people.csv".to_owned(), StatusCode::CREATED),
        ("../secret.csv".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        (state.join("secret.csv").to_str().unwrap().to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        (state.join("master.key").to_str().unwrap().to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let table = json!({"name": "people", "path": path});
        let added = setting.ask("POST", &url("/tables"), &cookie, &table.to_string());
        assert_eq!(added.0, expected, "{path}: {}", added.1);
    }
    served.end();
}

#[test]
fn a_data_folder_must_be_there_and_apart_from_the_state_directory() {
    let setting = Setting::new(Config::default());
    std::fs::create_dir(setting.path("data")).unwrap();
    for (folder, state, expected) in [
        ("none", "state", "the data folder none cannot be used"),
        ("data", "data/state", "keep them apart"),
        (".", "state", "keep them apart"),
        ("state/runs", "state", "keep them apart"),
    ] {
        let options = ["serve", "--listen", "127.0.0.1:0", "--state", state, "--data-folder", folder];
        let output = setting.command(&options).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(expected), "{words}");
    }
}

#[test]
fn what_an_upload_left_that_was_cut_off_is_gone_after_a_start() {
    let setting = Setting::new(Config::default());
    std::fs::create_dir(setting.path("data")).unwrap();
    let (left, young) =
        (format!(".segue-upload-{}", "a".repeat(32)), format!(".segue-upload-{}", "b".repeat(32)));
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    for (name, age) in [(left.as_str(), day), (young.as_str(), day / 48), ("people.csv", day)] {
        let file = std::fs::File::create(setting.path("data").join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
    }
    let mut served = serve(&setting, &["--data-folder", "data"]);
    served.secret();
    served.end();
    let mut names: Vec<String> = std::fs::read_dir(setting.path("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [young, "people.csv".to_owned()]);
}
