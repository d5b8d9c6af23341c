//! Commands at a server, and the same commands on the state directory of this machine: the same words from both.

use std::fmt::Write;
use std::process::{Command, Output};

use activecampaign_sim::{Config, KEY};
use serde_json::{Value, json};

use crate::output::{assert_shown, help_of};
use crate::serve::{PASSWORD, Served, serve};
use crate::setting::{SPEED, Setting};

/// An installation with a segment, a server of it, and a token of its administrator.
struct Remote {
    setting: Setting,
    served: Served,
    token: String,
}

#[track_caller]
fn words(output: &Output, code: i32) -> (String, String) {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    (out.trim_end().to_owned(), err.trim_end().to_owned())
}

impl Remote {
    fn new() -> Self {
        let setting = Setting::new(Config::default());
        std::fs::create_dir(setting.folder.path().join("data")).unwrap();
        setting.write(
            "profiles.csv",
            "id,email,name\n1,ann@example.com,Ann\n2,bob@example.com,Bob\n3,two words@example.com,Cy\n",
        );
        setting.write(
            "everybody.yaml",
            "version: 1\ntable: profiles\nrules:\n  - all:\n      - {column: id, is_empty: false}\n",
        );
        for command in [
            &["tables", "add", "profiles", "profiles.csv", "--key", "id"][..],
            &["segments", "create", "everybody", "everybody.yaml"],
            &["segments", "refresh", "everybody"],
        ] {
            words(&setting.command(&[command, &["--state", "state"]].concat()).output().unwrap(), 0);
        }
        let mut served = serve(&setting, &[]);
        let setup = json!({"secret": served.secret(), "login": "root@example.com", "name": "Root", "password": PASSWORD});
        assert!(served.post(&setting, "/setup", &setup).0.is_success());
        served.end();
        let made = setting.command(&["tokens", "add", "command line", "--state", "state"]).output().unwrap();
        let (token, _) = words(&made, 0);
        let served = start(&setting);
        setting.write("password", format!("{PASSWORD}\n"));
        Self { setting, served, token }
    }

    fn command(&self, options: &[&str]) -> Command {
        let mut command = self.setting.command(options);
        command.env("SEGUE_SERVER", &self.served.url).env("SEGUE_TOKEN", &self.token);
        command
    }

    /// Runs a command that ends well, and gives what it prints.
    #[track_caller]
    fn done(&self, options: &[&str]) -> String {
        words(&self.command(options).output().unwrap(), 0).0
    }

    #[track_caller]
    fn json(&self, options: &[&str]) -> Value {
        serde_json::from_str(&self.done(options)).unwrap()
    }

    /// Runs a command that ends with this code, and gives what it complains about.
    #[track_caller]
    fn complaint(&self, options: &[&str], code: i32) -> String {
        words(&self.command(options).output().unwrap(), code).1
    }

    /// With a connection and an export.
    fn with_export() -> Self {
        let remote = Self::new();
        remote.done(&[&ADD[..], &["--host", remote.setting.host(), "--agree", "1"]].concat());
        remote.setting.write("weekly.yaml", WEEKLY);
        remote.done(&["exports", "add", "weekly.yaml"]);
        remote
    }
}

/// As fast as the sandbox.
fn start(setting: &Setting) -> Served {
    let speed = SPEED.to_string();
    serve(setting, &["--allow-insecure-host", "--sandbox-speed", &speed, "--data-folder", "data"])
}

const ADD: [&str; 5] = ["connections", "add", "Shop", "--password-file", "password"];

const WEEKLY: &str = "name: Weekly letter\nconnection: shop\nlist: 3\nsegments: [everybody]\n\
    matching:\n  email: email\n  first_name: name\n  tags: [letter]\n";

/// What only asks, and so says the same wherever it is asked.
const QUESTIONS: [&[&str]; 17] = [
    &["connections", "list"],
    &["connections", "list", "--json"],
    &["connections", "show", "shop"],
    &["connections", "lists", "Shop"],
    &["connections", "fields", "Shop"],
    &["exports", "list"],
    &["exports", "list", "--json"],
    &["exports", "show", "weekly letter"],
    &["exports", "show", "Weekly letter", "--yaml"],
    &["runs", "list"],
    &["runs", "show", "Weekly letter"],
    &["runs", "batches", "Weekly letter"],
    &["runs", "rejections", "Weekly letter"],
    &["refresh", "list"],
    &["refresh", "schedule"],
    &["users", "list"],
    &["tokens", "list"],
];

#[test]
fn a_server_says_what_its_state_directory_says() {
    let remote = Remote::with_export();
    words(&remote.command(&["exports", "run", "weekly letter", "--watch"]).output().unwrap(), 3);
    remote.done(&["refresh", "now", "everybody", "--watch"]);
    let mut shown = String::new();
    // The first use of the token is noted by the minute.
    remote.done(&["tokens", "list"]);
    let told: Vec<String> = QUESTIONS.iter().map(|question| remote.done(question)).collect();
    let Remote { setting, served, token } = remote;
    served.end();
    for (question, told) in QUESTIONS.iter().zip(&told) {
        let here = [question, &["--state", "state", "--allow-insecure-host"][..]].concat();
        let (here, _) = words(&setting.command(&here).output().unwrap(), 0);
        assert_eq!(*told, here, "{question:?}");
        if !question.contains(&"--json") {
            let told = told.replace(&token["segue_".len()..][..6], "BEGINS");
            writeln!(shown, "$ segue {}\n{told}\n", question.join(" ")).unwrap();
        }
    }
    assert_shown("remote_questions", shown.trim_end());
}

/// What is asked about tables and segments.
const LOOKS: [&[&str]; 22] = [
    &["tables", "list"],
    &["tables", "list", "--json"],
    &["tables", "show", "people"],
    &["tables", "show", "people", "--json"],
    &["tables", "check", "people"],
    &["segments", "list"],
    &["segments", "list", "--json"],
    &["segments", "show", "adults"],
    &["segments", "show", "adults", "--json"],
    &["segments", "count", "adults.yaml"],
    &["segments", "count", "adults.yaml", "--json"],
    &["segments", "preview", "adults"],
    &["segments", "preview", "adults", "--json"],
    &["segments", "history", "adults"],
    &["segments", "history", "adults", "--json"],
    &["segments", "explain", "adults", "2"],
    &["segments", "explain", "adults", "2", "--json"],
    &["segments", "inspect", "adults"],
    &["segments", "overlap", "adults", "chosen"],
    &["segments", "overlap", "adults", "chosen", "--json"],
    &["segments", "usage", "adults"],
    &["segments", "usage", "adults", "--json"],
];

#[test]
fn tables_and_segments_are_looked_at_in_the_same_words() {
    let remote = Remote::new();
    remote.setting.write(
        "data/people.csv",
        "id,mail,age,city\n1,ann@example.com,40,Rome\n2,bob@example.com,17,Oslo\n3,cy@example.com,33,Rome\n",
    );
    remote.setting.write("data/visits.csv", "person,day\n1,2026-01-01\n1,2026-01-02\n");
    let added =
        remote.done(&["tables", "add", "people", "people.csv", "--key", "id", "--kind", "age=number"]);
    assert!(added.contains("age") && added.contains("number"), "{added}");
    remote.done(&["tables", "add", "visits", "visits.csv", "--relate", "person=people.id"]);
    let anew = ["tables", "add", "visits", "visits.csv", "--meaning", "day=birthday"];
    let taken = remote.complaint(&anew, 2);
    assert!(taken.contains("to declare it anew, add --replace"), "{taken}");
    remote.done(&[&anew[..], &["--replace"]].concat());
    remote.done(&["tables", "add", "people", "people.csv", "--replace", "--meaning", "city=none"]);
    remote.setting.write("consent.yaml", "all: [{column: mail, is_empty: false}]");
    remote.done(&["tables", "condition", "people", "reachable", "consent.yaml"]);
    remote
        .setting
        .write("adults.yaml", "version: 1\ntable: people\nrules:\n- all: [{column: age, at_least: 18}]\n");
    remote.done(&["segments", "create", "adults", "adults.yaml", "--description", "For the club"]);
    assert_eq!(remote.done(&["segments", "refresh", "adults"]), "adults: 2 members");
    remote.done(&["segments", "duplicate", "adults", "copy"]);
    remote.done(&["segments", "rename", "copy", "chosen"]);
    remote.setting.write("keys.csv", "id\n1\n2\n9\n");
    let loaded = remote.done(&["segments", "make-static", "chosen", "--keys", "keys.csv"]);
    assert_eq!(loaded, "2 members; 1 key is no profile's: 9");
    remote.done(&["segments", "deactivate", "chosen"]);
    let written = remote.done(&["segments", "members", "adults", "--csv", "adults.csv"]);
    assert_eq!(written, "members written to adults.csv");
    let members = std::fs::read_to_string(remote.setting.folder.path().join("adults.csv")).unwrap();
    assert!(members.contains("cy@example.com") && !members.contains("bob@example.com"), "{members}");

    let told: Vec<String> = LOOKS.iter().map(|look| remote.done(look)).collect();
    let Remote { setting, served, .. } = remote;
    served.end();
    for (look, told) in LOOKS.iter().zip(told) {
        let here = setting.command(&[look, &["--state", "state"][..]].concat()).output().unwrap();
        assert_eq!(told, words(&here, 0).0, "{look:?}");
    }
}

#[test]
fn tables_and_segments_come_and_go_at_a_server() {
    let remote = Remote::new();
    remote.setting.write("data/people.csv", "id,mail\n1,ann@example.com\n");
    remote.done(&["tables", "add", "people", "people.csv", "--key", "id"]);
    let outside = remote.complaint(&["tables", "add", "others", "/etc/passwd"], 2);
    assert!(outside.contains("path: "), "{outside}");
    remote
        .setting
        .write("wrong.yaml", "version: 1\ntable: people\nrules:\n- all: [{column: mial, is_empty: false}]\n");
    let wrong = remote.complaint(&["segments", "create", "all", "wrong.yaml"], 2);
    assert!(wrong.contains("\n  definition/rules/0/all/0/column: ") && wrong.contains("mail"), "{wrong}");
    remote
        .setting
        .write("all.yaml", "version: 1\ntable: people\nrules:\n- all: [{column: mail, is_empty: false}]\n");
    remote.done(&["segments", "create", "all", "all.yaml", "--inactive"]);
    let early = remote.complaint(&["segments", "preview", "all"], 2);
    assert!(early.contains("was never refreshed"), "{early}");
    let taken = remote.complaint(&["tables", "add", "people", "people.csv"], 2);
    assert!(taken.contains("; it is used by segments: all"), "{taken}");
    remote.setting.write("data/others.csv", "id\n1\n");
    let anew = ["tables", "add", "--replace", "people"];
    let broken = words(&remote.command(&[&anew[..], &["others.csv"]].concat()).output().unwrap(), 0).1;
    assert!(broken.contains("this breaks segments: all: "), "{broken}");
    let mended = words(&remote.command(&[&anew[..], &["people.csv"]].concat()).output().unwrap(), 0).1;
    assert!(!mended.contains("breaks"), "{mended}");
    let used = remote.complaint(&["tables", "remove", "people"], 2);
    assert!(used.contains("\"all\""), "{used}");
    remote.done(&["segments", "edit", "all", "--description", "Everybody"]);
    remote.done(&["segments", "activate", "all"]);
    remote.done(&["segments", "make-static", "all"]);
    remote.done(&["segments", "make-dynamic", "all"]);
    let shown = remote.done(&["segments", "show", "all"]);
    assert!(shown.starts_with("# all: dynamic, active, never refreshed\n# Everybody\n"), "{shown}");
    let everything = remote.complaint(&["segments", "refresh", "--all"], 2);
    assert!(everything.contains("segue refresh now"), "{everything}");
    let rows = remote.complaint(&["tables", "check", "people", "--set-aside", "rows.csv"], 2);
    assert!(rows.contains("on the server's machine"), "{rows}");

    remote.setting.write("data/people.csv", "id,address\n1,ann@example.com\n");
    let drifted = words(&remote.command(&["tables", "check", "people"]).output().unwrap(), 3).0;
    assert!(drifted.contains("this breaks segments: all"), "{drifted}");
    let failed = words(&remote.command(&["segments", "refresh", "all"]).output().unwrap(), 2).0;
    assert!(failed.starts_with("all: failed, it has no members yet: "), "{failed}");
    let told = words(&remote.command(&["refresh", "now", "--watch"]).output().unwrap(), 1).0;
    assert!(told.contains("not as they were declared are these tables: people"), "{told}");
    let lost = told.lines().find(|line| line.trim_start().starts_with("people")).unwrap();
    assert!(told.contains("not as declared") && lost.contains("mail: ") && lost.contains(" all"), "{told}");
    let unknown = remote.complaint(&["segments", "show", "al"], 2);
    assert!(unknown.contains("there is no segment \"al\"; there are: all, everybody"), "{unknown}");
    remote.done(&["segments", "remove", "all"]);
    remote.done(&["tables", "remove", "people"]);
}

#[test]
fn a_connection_is_agreed_to_by_somebody_who_knows_their_password() {
    let remote = Remote::new();
    let to = ["--host", remote.setting.host()];
    let unread = remote.command(&[&ADD[..], &to].concat()).output().unwrap();
    let (text, advice) = words(&unread, 2);
    assert!(text.contains("ActiveCampaign"), "{text}");
    assert!(
        advice.contains("nothing was added") && advice.ends_with("repeat the command with --agree 1"),
        "{advice}"
    );
    assert_eq!(remote.json(&["connections", "list", "--json"]), json!([]));

    remote.setting.write("wrong", "not the password");
    let wrong = ["connections", "add", "Shop", "--password-file", "wrong", "--agree", "1"];
    let wrong = remote.complaint(&[&wrong[..], &to].concat(), 2);
    assert_eq!(wrong, "error: some fields are not right:\n  password: is not your password");
    let nobody = ["connections", "add", "Shop", "--agree", "1"];
    let nobody = remote.complaint(&[&nobody[..], &to].concat(), 2);
    assert_eq!(nobody, "error: there is no password: name a file with --password-file");
    remote.setting.write("key", "no-such-key");
    let refused = [&ADD[..], &to, &["--agree", "1", "--api-key-file", "key"]].concat();
    let refused = remote.complaint(&refused, 5);
    assert!(refused.contains("key") && !refused.contains("no-such-key"), "{refused}");

    remote.done(&["users", "add", "ann@example.com", "--name", "Ann", "--role", "contributor"]);
    let shared = &["--agree", "1", "--share", "ann@example.com"];
    let added = remote.done(&[&ADD[..], &to, shared].concat());
    let listed = remote.done(&["connections", "list"]);
    assert!(listed.contains("1 named"), "{listed}");
    assert!(added.contains("(admin) accepted") && !added.contains(KEY), "{added}");
    assert!(remote.done(&["connections", "test", "SHOP"]).contains("(admin) accepted"));
    remote.done(&["connections", "export-user", "shop", "--password-file", "password"]);
    remote.done(&["connections", "remove", "Shop"]);
    assert_eq!(remote.json(&["connections", "list", "--json"]), json!([]));
}

fn change<'a>(connection: &'a str, options: &[&'a str]) -> Vec<&'a str> {
    [&["connections", "change", connection], options].concat()
}

#[test]
fn a_connection_is_changed_and_shared_at_a_server_as_here() {
    let remote = Remote::with_export();
    for login in ["ann@example.com", "bob@example.com"] {
        remote.done(&["users", "add", login, "--name", login, "--role", "contributor"]);
    }
    let named = remote.done(&change("shop", &["--share", "Ann@example.com,bob@example.com"]));
    assert!(named.contains("administrators, and ann@example.com, bob@example.com"), "{named}");
    let listed = remote.done(&["connections", "list"]);
    assert!(listed.contains("2 named"), "{listed}");
    let renamed = remote.json(&change("shop", &["--name", "Store", "--share", "contributors", "--json"]));
    assert_eq!((&renamed["name"], &renamed["sharing"]), (&json!("Store"), &json!("contributors")));

    let nothing = remote.complaint(&change("store", &[]), 2);
    assert!(nothing.starts_with("error: nothing is to change: give --name,"), "{nothing}");
    let nobody =
        remote.complaint(&change("store", &["--share", "ann@example.com", "--share", "eva@example.com"]), 2);
    assert_eq!(nobody, "error: nobody has login number 2 of those: see segue users list");
    let both = remote.complaint(&change("store", &["--share", "contributors,ann@example.com"]), 2);
    assert!(both.contains("--share contributors names all of them"), "{both}");
    remote.setting.write("key", "no-such-key");
    let refused = remote.complaint(&change("store", &["--api-key-file", "key"]), 5);
    assert!(refused.contains("key") && !refused.contains("no-such-key"), "{refused}");
    remote.done(&["connections", "test", "store"]);
    // The environment holds the key, which is not taken unless it is meant.
    let rotated = remote.done(&change("store", &["--api-key"]));
    assert!(!rotated.contains(KEY), "{rotated}");

    // Another way to the same account is another host: it takes key and consent again.
    let network = remote.setting.network();
    let host = network.host();
    let unread = remote.command(&change("store", &["--host", &host])).output().unwrap();
    let (text, advice) = words(&unread, 2);
    assert!(text.contains(host.trim_start_matches("http://")), "{text}");
    assert!(advice.contains("nothing was changed") && advice.ends_with("--agree 1"), "{advice}");
    let moved = remote.done(&change("store", &["--host", &host, "--agree", "1"]));
    assert!(moved.contains(host.trim_start_matches("http://")), "{moved}");

    // The same without the server.
    let Remote { setting, served, .. } = remote;
    served.end();
    let here = |options: &[&str]| {
        let options =
            [&change("store", options)[..], &["--state", "state", "--allow-insecure-host"]].concat();
        setting.command(&options).output().unwrap()
    };
    let back = [&["--host", setting.host(), "--agree", "1", "--share", "bob@example.com"][..]].concat();
    let (shown, _) = words(&here(&back), 0);
    assert!(shown.contains("administrators, and bob@example.com"), "{shown}");
    assert!(shown.contains(setting.host().trim_start_matches("http://")), "{shown}");
}

#[test]
fn what_is_written_down_is_saved_again_unless_somebody_was_faster() {
    let remote = Remote::with_export();
    let document = remote.done(&["exports", "show", "weekly letter", "--yaml"]);
    assert_shown("remote_export_yaml", &document);
    remote.setting.write("mirror.yaml", document.replace("mode: add-update", "mode: mirror"));
    let changed = remote.json(&["exports", "change", "Weekly letter", "mirror.yaml", "--json"]);
    assert_eq!(changed["export"]["mode"], "mirror");
    let stale = remote.complaint(&["exports", "change", "Weekly letter", "mirror.yaml"], 2);
    assert!(stale.contains("somebody else has changed this"), "{stale}");

    // Only what is said changes.
    remote.setting.write("name.yaml", "name: Monthly letter");
    remote.done(&["exports", "change", "Weekly letter", "name.yaml"]);
    remote.done(&["exports", "duplicate", "monthly letter", "Copy"]);
    remote.done(&["exports", "disable", "monthly letter"]);
    let listed = remote.json(&["exports", "list", "--json"]);
    let seen: Vec<_> =
        listed.as_array().unwrap().iter().map(|one| (&one["name"], &one["mode"], &one["enabled"])).collect();
    let (no, mirror) = (json!(false), json!("mirror"));
    assert_eq!(seen, [(&json!("Copy"), &mirror, &no), (&json!("Monthly letter"), &mirror, &no)]);

    let used = remote.complaint(&["connections", "remove", "shop"], 2);
    assert!(
        used.starts_with("error: something else uses this: export \"Copy\", export \"Monthly letter\""),
        "{used}"
    );
    remote.done(&["exports", "detach", "copy"]);
    assert!(remote.done(&["exports", "show", "copy"]).contains("Copy (detached)"));
    remote.done(&["exports", "remove", "copy"]);
    remote.done(&["exports", "enable", "monthly letter"]);

    remote.setting.write("wrong.yaml", "name: ''\nlist: 77\nsegments: [nobody]\nmatching: {email: mail}\n");
    assert_shown("remote_export_wrong", &remote.complaint(&["exports", "add", "wrong.yaml"], 2));
    remote.setting.write("none.yaml", "- 1");
    let none = remote.complaint(&["exports", "add", "none.yaml"], 2);
    assert!(none.contains("none.yaml: this is no export"), "{none}");
}

#[test]
fn a_plan_is_looked_at_and_approved_and_what_became_of_it_is_told() {
    let remote = Remote::with_export();
    let planned = remote.done(&["exports", "dry-run", "weekly letter", "--watch"]);
    assert_shown("remote_dry_run", &planned);
    assert_shown("remote_examples", &remote.done(&["runs", "examples", "weekly letter"]));
    assert_eq!(remote.setting.imports(), 0);

    let approved = remote.command(&["runs", "approve", "weekly letter", "--watch"]).output().unwrap();
    assert_shown("remote_approved", &words(&approved, 3).0);
    assert_eq!(remote.setting.active().len(), 2);
    let rejected = remote.done(&["runs", "rejections", "weekly letter", "--csv", "rejected.csv"]);
    assert_eq!(rejected, "");
    let rejected = std::fs::read_to_string(remote.setting.folder.path().join("rejected.csv")).unwrap();
    assert!(rejected.contains("two words@example.com,our data,invalid_email"), "{rejected}");

    // The segment went and came back: what waits is told in a line, and followed by its id.
    let begun = remote.done(&["exports", "run", "weekly letter"]);
    let id = begun.split(',').next().unwrap();
    assert!(begun.contains("run of Weekly letter"), "{begun}");
    words(&remote.command(&["runs", "watch", id]).output().unwrap(), 3);
    let counts = remote.json(&["runs", "show", id, "--json"])["counts"].clone();
    assert_eq!((&counts["unchanged"], &counts["created"]), (&json!(2), &json!(0)));
    let ended = remote.complaint(&["runs", "cancel", id], 0);
    assert_eq!(ended, "");
    let unknown = remote.complaint(&["runs", "show", "weekly leter"], 2);
    assert_eq!(unknown, "error: there is no run or export \"weekly leter\"; did you mean \"Weekly letter\"?");

    let all = remote.json(&["exports", "run-all", "--json"]);
    assert_eq!(all.as_array().unwrap().len(), 1);
    let listed = remote.json(&["runs", "list", "--export", "weekly letter", "--limit", "2", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[test]
fn the_system_refreshes_now_and_when_it_is_told_to() {
    let remote = Remote::with_export();
    assert_eq!(remote.done(&["refresh", "schedule"]), "off");
    remote
        .setting
        .write("when.yaml", "on: {every: day, at: ['06:00', '18:00'], time_zone: Europe/Bucharest}");
    let changed = remote.done(&["refresh", "schedule", "when.yaml"]);
    assert!(
        changed.starts_with("every day at 06:00, 18:00 (Europe/Bucharest) (changed by root@example.com, "),
        "{changed}"
    );
    let written = remote.done(&["refresh", "schedule", "--yaml"]);
    remote.setting.write("again.yaml", &written);
    remote.done(&["refresh", "schedule", "off"]);
    remote.done(&["refresh", "schedule", "again.yaml"]);
    assert_eq!(remote.done(&["refresh", "schedule", "--yaml"]), written);
    remote.setting.write("wrong.yaml", "on: {every: day, at: ['25:00'], time_zone: Mars}");
    assert_shown("remote_schedule_wrong", &remote.complaint(&["refresh", "schedule", "wrong.yaml"], 2));

    assert_shown("remote_refresh", &remote.done(&["refresh", "now", "--watch"]));
    let listed = remote.json(&["refresh", "list", "--json"]);
    assert_eq!(listed[0]["kind"], "refresh");
    assert_eq!(remote.json(&["refresh", "list", "--segment", "everybody", "--json"]), json!([]));
    let unknown = remote.complaint(&["refresh", "now", "nobody"], 2);
    assert!(unknown.contains("there is no such segment"), "{unknown}");
}

#[test]
fn users_and_tokens_come_and_go() {
    let remote = Remote::new();
    let link = remote.done(&["users", "add", "ana@example.com", "--name", "Ana", "--role", "viewer"]);
    let secret = crate::serve::secret(&link);
    let set = json!({"secret": secret, "password": "another long sentence"});
    assert!(remote.served.post(&remote.setting, "/setup", &set).0.is_success());
    remote.done(&["users", "change", "ANA@example.com", "--role", "contributor", "--name", "Ana B"]);
    assert_shown("remote_users", &remote.done(&["users", "list"]));
    assert!(remote.done(&["users", "reset-password", "ana@example.com"]).contains("/setup#"));
    let last = remote.complaint(&["users", "disable", "root@example.com"], 2);
    assert!(last.contains("last administrator"), "{last}");
    let nobody = remote.complaint(&["users", "remove", "bob@example.com"], 2);
    assert!(nobody.contains("nobody has this login") && !nobody.contains("bob"), "{nobody}");
    remote.done(&["users", "remove", "ana@example.com"]);

    // A token makes no other.
    let refused = remote.complaint(&["tokens", "add", "another"], 5);
    assert!(refused.contains("takes a person who is signed in"), "{refused}");
    let audit = remote.done(&["audit", "list", "--user", "root@example.com", "--action", "user.change"]);
    assert_shown("remote_audit", &audit);
    let downloaded = remote.done(&["audit", "download", "--format", "ndjson"]);
    let first: Value = serde_json::from_str(downloaded.lines().next().unwrap()).unwrap();
    assert!(first["action"].is_string());

    remote.done(&["tokens", "revoke", "command line"]);
    let ended = remote.complaint(&["tokens", "list"], 5);
    assert!(
        ended.contains("does not take this token, or takes it no more: make one with segue tokens add"),
        "{ended}"
    );
}

#[test]
fn on_a_state_directory_somebody_asks_and_somebody_else_works() {
    let Remote { setting, served, token, .. } = Remote::with_export();
    let link = words(
        &setting
            .command(&["users", "add", "eve@example.com", "--name", "Eve", "--role", "administrator"])
            .env("SEGUE_SERVER", &served.url)
            .env("SEGUE_TOKEN", &token)
            .output()
            .unwrap(),
        0,
    );
    let set = json!({"secret": crate::serve::secret(&link.0), "password": "another long sentence"});
    let here =
        |options: &[&str]| setting.command(&[options, &["--state", "state"]].concat()).output().unwrap();
    let (_, busy) = words(&here(&["exports", "list"]), 1);
    assert!(busy.contains("another segue process is using"), "{busy}");
    assert!(served.post(&setting, "/setup", &set).0.is_success());
    served.end();

    let (_, two) = words(&here(&["exports", "list"]), 2);
    assert!(two.contains("there is more than one administrator: say with --as LOGIN"), "{two}");
    let (_, nobody) = words(&here(&["exports", "list", "--as", "bob@example.com"]), 2);
    assert!(nobody.contains("nobody who may sign in has this login") && !nobody.contains("bob"), "{nobody}");
    let (begun, told) = words(&here(&["exports", "run", "weekly letter", "--as", "eve@example.com"]), 0);
    assert!(begun.ends_with("run of Weekly letter: queued"), "{begun}");
    assert_eq!(told, "It waits until segue serve runs on this state directory.");
    let (_, alone) =
        words(&here(&["exports", "run", "weekly letter", "--watch", "--as", "eve@example.com"]), 2);
    assert!(alone.contains("nobody can work on this state directory"), "{alone}");
    let (audit, _) =
        words(&here(&["audit", "list", "--action", "export.run", "--as", "root@example.com"]), 0);
    assert!(audit.contains("eve@example.com") && audit.contains("command line"), "{audit}");
    let vic = ["users", "add", "vic", "--name", "Vic", "--role", "viewer", "--as", "eve@example.com"];
    assert!(words(&here(&vic), 0).0.starts_with("http://127.0.0.1:8080/setup#"));
    assert!(words(&here(&["exports", "list", "--as", "vic"]), 0).0.ends_with("enabled  view"));
    let (_, viewer) = words(&here(&["exports", "run", "weekly letter", "--as", "vic"]), 5);
    assert!(viewer.contains("a viewer may not"), "{viewer}");
    let (_, nobody) = words(&setting.command(&["exports", "list", "--state", "other"]).output().unwrap(), 2);
    assert!(nobody.contains("nobody may sign in here yet"), "{nobody}");

    // The server that starts carries out what was asked for before.
    let served = start(&setting);
    let watched = setting
        .command(&["runs", "watch", "weekly letter"])
        .env("SEGUE_SERVER", &served.url)
        .env("SEGUE_TOKEN", &token)
        .output()
        .unwrap();
    words(&watched, 3);
    served.end();
}

#[test]
fn whatever_is_wrong_with_the_server_is_told_and_the_token_is_not() {
    let remote = Remote::new();
    let complaint = |options: &[&str], environment: &[(&str, &str)], code: i32| {
        let mut command = remote.setting.command(options);
        let (_, words) = words(&command.envs(environment.iter().copied()).output().unwrap(), code);
        assert!(!words.contains(&remote.token), "{words}");
        words
    };
    let (token, url) = (remote.token.as_str(), remote.served.url.as_str());
    let at = |server: &str| complaint(&["exports", "list", "--server", server], &[("SEGUE_TOKEN", token)], 2);
    let gone =
        |server: &str| complaint(&["exports", "list", "--server", server], &[("SEGUE_TOKEN", token)], 6);

    assert!(at("http://segue.example.com").contains("plain http is for this machine only"));
    assert!(at("segue.example.com").contains("write it as https://segue.example.com"));
    let closed = remote.setting.network();
    closed.cut();
    let words = gone(&closed.host());
    assert!(words.contains("cannot be reached") && words.contains("segue serve runs there"), "{words}");
    let words = gone(&url.replace("http://", "https://"));
    assert!(words.contains("cannot be reached"), "{words}");
    let answering = |answer: &'static str| remote.setting.serve(answer);
    let words =
        at(&answering("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"));
    assert!(words.contains("the token is not sent there"), "{words}");
    let words = at(&answering("HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nno!"));
    assert!(words.contains("is no Segue"), "{words}");
    let words = gone(&answering("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"));
    assert!(words.contains("see that Segue runs there"), "{words}");
    let words = gone(&answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"));
    assert!(words.contains("the connection to the server broke"), "{words}");

    let server = [("SEGUE_SERVER", url)];
    let words = complaint(&["exports", "list"], &server, 2);
    assert!(words.contains("there is no token for the server: make one with segue tokens add"), "{words}");
    let words = complaint(&["exports", "list"], &[server[0], ("SEGUE_TOKEN", "hunter2")], 2);
    assert!(words.contains("SEGUE_TOKEN holds no token") && !words.contains("hunter2"), "{words}");
    let other = format!("segue_{}", "x".repeat(43));
    let words = complaint(&["exports", "list"], &[server[0], ("SEGUE_TOKEN", &other)], 5);
    assert!(words.contains("does not take this token"), "{words}");
    remote.setting.write("token", format!("{token}\n"));
    complaint(&["exports", "list", "--token-file", "token"], &server, 0);
    let words =
        complaint(&["exports", "list", "--token-file", "token"], &[server[0], ("SEGUE_TOKEN", token)], 2);
    assert!(words.contains("give one of them"), "{words}");
    let words = complaint(&["exports", "list", "--token-file", "none"], &server, 2);
    assert!(words.contains("the token file none cannot be read"), "{words}");
    let words =
        complaint(&["exports", "list", "--as", "root@example.com"], &[server[0], ("SEGUE_TOKEN", token)], 2);
    assert!(words.contains("the token says who asks"), "{words}");
    let words =
        complaint(&["exports", "list", "--server", url, "--state", "state"], &[("SEGUE_TOKEN", token)], 2);
    assert!(words.contains("--server and --state are two places"), "{words}");
    let words = complaint(&["exports", "list", "--state", "other"], &[server[0], ("SEGUE_TOKEN", token)], 2);
    assert!(words.contains("nobody may sign in here yet"), "{words}");
    let file = format!("server = \"{url}\"\ntoken-file = \"token\"\n");
    let file = remote.setting.write("segue.toml", file).display().to_string();
    complaint(&["exports", "list", "--config", &file], &[], 0);
    for command in ["serve", "worker", "keys", "sandbox", "demo", "push"] {
        let words = complaint(&[command, "--server", url], &[], 2);
        assert!(words.contains("unexpected argument '--server'"), "{words}");
    }
}

#[test]
fn a_token_may_do_what_its_scope_and_its_user_may() {
    let remote = Remote::with_export();
    let Remote { setting, served, .. } = remote;
    served.end();
    let here = |options: &[&str]| {
        words(&setting.command(&[options, &["--state", "state"]].concat()).output().unwrap(), 0).0
    };
    let reading = here(&["tokens", "add", "reads", "--scope", "read", "--days", "1"]);
    let served = start(&setting);
    let asked = |options: &[&str], code: i32| {
        let mut command = setting.command(options);
        let output = command.env("SEGUE_SERVER", &served.url).env("SEGUE_TOKEN", &reading).output().unwrap();
        words(&output, code)
    };
    assert!(asked(&["exports", "list"], 0).0.contains("Weekly letter"));
    let refused = asked(&["exports", "run", "weekly letter"], 5).1;
    assert!(refused.contains("the token may only read"), "{refused}");
    served.end();
}

#[test]
fn somebody_is_looked_at_and_forgotten() {
    let remote = Remote::with_export();
    words(&remote.command(&["exports", "run", "weekly letter", "--watch"]).output().unwrap(), 3);
    let (table, key) = ("profiles", "1");
    let sent = remote.done(&["profiles", "sent", table, key]);
    assert!(sent.contains("Weekly letter") && sent.contains("listed") && sent.contains("created"), "{sent}");
    assert!(sent.contains("everybody") && sent.contains("yes"), "{sent}");
    assert_eq!(remote.done(&["profiles", "rows", table, key]), "There is nothing.");
    let looked = remote.done(&["profiles", "forget", table, key]);
    assert!(looked.contains("Nothing was changed") && looked.contains("Weekly letter, list 3"), "{looked}");
    let wrong = remote.complaint(&["profiles", "forget", table, key, "--confirm", "other"], 2);
    assert!(wrong.contains("must be the key"), "{wrong}");
    let receipt = remote.json(&["profiles", "forget", table, key, "--confirm", key, "--json"]);
    assert_eq!(receipt["ledgers"][0]["outcome"], "unsubscribed", "{receipt}");
    let id = receipt["id"].as_str().unwrap();
    assert_eq!(remote.json(&["profiles", "receipt", id, "--json"]), receipt);
    assert!(remote.done(&["profiles", "receipts"]).contains(id));
    assert!(remote.done(&["profiles", "receipt", id]).contains("Weekly letter, list 3: unsubscribed"));
    assert!(remote.done(&["profiles", "sent", table, key]).contains(id));
    remote.served.end();
}

#[test]
fn help_of_verbs_that_ask_the_api() {
    for command in ["connections", "exports", "runs", "refresh", "tokens", "audit", "profiles"] {
        assert_shown(&format!("help_{command}"), &help_of(&[command]));
    }
}
