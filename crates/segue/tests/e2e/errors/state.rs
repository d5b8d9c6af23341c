//! This machine: the state directory, the disk, and being asked to end.

use std::io::{BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use activecampaign_sim::{Config, KEY};
use serde_json::json;
use tokio::time::Instant;

use super::{PEOPLE, complaint, setting};
use crate::setting::{Setting, assert_adds_up, interrupt, number, read_until};

#[test]
fn a_state_of_a_newer_version() {
    let setting = setting();
    setting.push(&[]);
    let imports = setting.state()["imports"].clone();
    let ledgers = std::fs::read_dir(setting.folder.path().join("state/ledgers")).unwrap();
    let ledger = ledgers.map(|entry| entry.unwrap().path()).next().unwrap();
    let mut content = std::fs::read(&ledger).unwrap();
    // The format stands in the file's metadata: the key, two bytes of Thrift, the number.
    let key = content.windows(12).rposition(|window| window == b"segue.format").unwrap();
    assert_eq!(content[key + 14], b'1');
    content[key + 14] = b'2';
    std::fs::write(&ledger, content).unwrap();
    let output = setting.push(&[]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    let name = ledger.file_name().unwrap().to_str().unwrap();
    let expected = format!(
        "error: state/ledgers/{name} was written by a newer version of Segue: install that version or a later one\n"
    );
    assert!(words.ends_with(&expected), "{words}");
    assert_eq!(setting.state()["imports"], imports);
}

#[test]
fn a_state_whose_database_is_missing() {
    let setting = setting();
    setting.push(&[]);
    let (state, imports) = (setting.folder.path().join("state"), setting.state()["imports"].clone());
    let ledger = std::fs::read_dir(state.join("ledgers")).unwrap().next().unwrap().unwrap().file_name();
    std::fs::rename(state.join("segue.db"), setting.folder.path().join("backup")).unwrap();
    let refused = setting.push(&[]);
    let words = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{words}");
    let expected = format!(
        "error: state holds files of an earlier database (ledgers/{}), but that database, segue.db, is missing: restore segue.db \
         from a backup, or name a database in Postgres with --database if it was there; to begin anew, name an empty folder \
         with --state\n",
        ledger.display()
    );
    assert!(words.ends_with(&expected), "{words}");
    assert_eq!(setting.state()["imports"], imports);
    // It changed nothing: with the database back, everybody is known.
    std::fs::rename(setting.folder.path().join("backup"), state.join("segue.db")).unwrap();
    assert_eq!(setting.push(&[]).status.code(), Some(0));
    assert_eq!(setting.state()["imports"], imports);
    // A folder with nothing in it is a new one.
    std::fs::remove_dir_all(&state).unwrap();
    std::fs::create_dir(&state).unwrap();
    assert_eq!(setting.push(&[]).status.code(), Some(0));
}

#[test]
fn a_state_that_another_process_holds() {
    let setting = Setting::new(Config { queue_delay: 6_000.0, ..Config::default() });
    setting.write("in.csv", PEOPLE);
    let mut first = setting.spawn(&[]);
    setting.wait_for_imports(1);
    let second = setting.push(&[]);
    let words = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{words}");
    assert!(words.ends_with("error: another segue process is using state: wait for it to end, or choose another directory with --state\n"), "{words}");
    assert_eq!(first.try_wait().unwrap(), None);
    assert_eq!(setting.imports(), 1);
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_state_that_cannot_be_written() {
    let setting = setting();
    setting.write("state", "");
    let message = complaint(&setting, &mut setting.push_command(&[]), 1);
    assert_eq!(message, "cannot make the folder state: File exists (os error 17)");
    std::fs::remove_file(setting.folder.path().join("state")).unwrap();
    let script = "mkdir state && mount -t tmpfs -o ro none state && exec \"$@\"";
    if let Some(mut push) = with_mounts(script, &setting.push_command(&[])) {
        let message = complaint(&setting, &mut push, 1);
        assert_eq!(message, "cannot make the folder state/ledgers: Read-only file system (os error 30)");
    }
}

/// A push within a shell script, which calls it "$@".
fn within(shell: &[&str], script: &str, push: &Command) -> Command {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).args(["-c", script, "sh"]).arg(push.get_program()).args(push.get_args());
    command.current_dir(push.get_current_dir().unwrap()).env_clear().env("SEGUE_API_KEY", KEY);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A push within a script that may mount file systems; none where this machine lets nobody do that.
pub(crate) fn with_mounts(script: &str, push: &Command) -> Option<Command> {
    let ways = [&["unshare", "--mount", "sh"][..], &["unshare", "--mount", "--map-root-user", "sh"]];
    let works = |way: &&&[&str]| {
        let mut attempt = within(way, "mount -t tmpfs none /mnt", push);
        attempt.output().is_ok_and(|output| output.status.success())
    };
    ways.iter().find(works).map(|way| within(way, script, push))
}

const FREE_SPACE: &str = "free some space and run again; nothing delivered is lost\n";

/// Runs a script in which a push fails for want of room, with what it says in `words` and its exit code in `code`, and
/// another one has room. In the end everything is exactly right.
fn push_without_room(setting: &Setting, mut script: Command, everybody: &[String]) -> String {
    let output = script.output().unwrap();
    let read = |name| std::fs::read_to_string(setting.folder.path().join(name)).unwrap();
    let words = read("words");
    assert_eq!((read("code").as_str(), output.status.code()), ("1\n", Some(0)), "{words}");
    let report = serde_json::from_slice(&output.stdout).unwrap();
    assert_adds_up(&report);
    assert_eq!(number(&report, "created"), everybody.len() as u64);
    let active = setting.active();
    assert!(everybody.iter().all(|email| active.contains_key(email)), "{words}");
    words
}

#[test]
fn a_disk_that_is_full() {
    let setting = Setting::new(Config::default());
    // So little that the database cannot be opened, that it cannot be filled, that the plan has no room.
    for kilobytes in ["4", "64", "256"] {
        let everybody = setting.write_crowd(kilobytes, 1_000);
        let script = format!(
            "mkdir -p state && mount -t tmpfs -o size={kilobytes}k none state && {{ \"$@\" >/dev/null 2>words; echo $? >code; }}
             mount -o remount,size=64m state && exec \"$@\" --json"
        );
        let Some(script) = with_mounts(&script, &setting.push_command(&[])) else { return };
        let words = push_without_room(&setting, script, &everybody);
        assert!(words.ends_with(FREE_SPACE) && !words.contains("Plan for"), "{words}");
    }
    assert_eq!(setting.state()["imports"]["contacts"], 3_000, "somebody was sent twice");
}

#[test]
fn a_disk_that_fills_up_midway() {
    let setting = Setting::new(Config { queue_delay: 300.0, ..Config::default() });
    let everybody = setting.write_crowd("p", 1_000);
    let script = "mkdir state && mount -t tmpfs -o size=8m none state
        { \"$@\" >/dev/null 2>words; echo $? >code; } &
        until [ -e go ] || [ -e code ]; do sleep 0.01; done
        cat /dev/zero >state/ballast 2>/dev/null; wait; rm state/ballast
        exec \"$@\" --json";
    let Some(script) = with_mounts(script, &setting.push_command(&[])) else { return };
    std::thread::scope(|threads| {
        threads.spawn(|| {
            setting.wait_for_imports(1);
            setting.write("go", "");
        });
        let words = push_without_room(&setting, script, &everybody);
        assert!(words.ends_with(FREE_SPACE) && words.contains("Plan for"), "{words}");
    });
}

#[test]
fn a_file_that_may_not_grow() {
    let setting = Setting::new(Config::default());
    for (blocks, expected) in [
        ("16", "the state database failed while opening it: disk I/O error\n"),
        ("2048", "File too large (os error 27)\n"),
    ] {
        let everybody = setting.write_crowd(blocks, 24_000);
        let script = format!(
            "rm -rf state; (trap '' XFSZ; ulimit -f {blocks}; exec \"$@\") >/dev/null 2>words; echo $? >code; exec \"$@\" --json"
        );
        let words =
            push_without_room(&setting, within(&["sh"], &script, &setting.push_command(&[])), &everybody);
        assert!(words.ends_with(expected), "{words}");
    }
}

#[test]
fn rejections_that_cannot_be_written() {
    let setting = setting();
    let message =
        complaint(&setting, &mut setting.push_command(&["--rejections", "missing/rejections.csv"]), 2);
    assert_eq!(
        message,
        "--rejections: missing/rejections.csv cannot be written: No such file or directory (os error 2)"
    );
    // The disk is full when it comes to that: what was delivered is reported all the same.
    let output = setting.push(&["--rejections", "/dev/full", "--json"]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(
        words.ends_with(&format!(
            "error: cannot write /dev/full: No space left on device (os error 28): {FREE_SPACE}"
        )),
        "{words}"
    );
    let report = serde_json::from_slice(&output.stdout).unwrap();
    assert_adds_up(&report);
    assert_eq!(number(&report, "created"), 2);
}

#[test]
fn a_report_that_nobody_reads() {
    let setting = setting();
    let mut child = setting.push_command(&[]).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(setting.active().len(), 2);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = setting.push_command(&[]).stdout(full).output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(
        words.ends_with("error: standard output cannot be written: No space left on device (os error 28)\n"),
        "{words}"
    );
}

#[test]
fn an_interrupted_run_settles_and_the_next_one_goes_on() {
    let setting = Setting::new(Config::default());
    setting.write_crowd("p", 5_000);
    let output = setting.push_interrupted(&["--json"]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(7), "{words}");
    let first = serde_json::from_slice(&output.stdout).unwrap();
    assert_adds_up(&first);
    let (created, unsent) = (number(&first, "created"), number(&first, "unsent"));
    // Besides the three that had been taken, only as many as are posted at a time.
    assert!((3 * 250..=11 * 250).contains(&created), "{first}");
    assert_eq!(setting.active().len() as u64, created);

    let (second, code) = setting.push_json(&[]);
    assert_eq!((number(&second, "created"), number(&second, "unchanged"), code), (unsent, created, 0));
    assert_eq!(setting.active().len(), 5_000);
    assert_eq!(setting.state()["imports"]["contacts"], 5_000, "somebody was sent twice");
}

#[test]
fn a_push_that_is_interrupted_before_it_sends_ends() {
    let setting = setting();
    setting.arrange("faults", &json!(["429"]));
    let mut child = setting.push_command(&[]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut words = read_until(&mut stderr, "The account's rate limit is used up");
    let asked = Instant::now();
    interrupt(&child);
    stderr.read_to_string(&mut words).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7), "{words}");
    // It insists for 20 seconds.
    assert!(asked.elapsed() < Duration::from_secs(10), "it has waited");
    assert!(
        words.ends_with("error: interrupted before anything of this run was sent: run again\n"),
        "{words}"
    );

    setting.arrange("faults", &json!([]));
    for options in [&[][..], &["--dry-run"]] {
        setting.write_crowd("p", 200_000);
        let mut child = setting.push_command(options).spawn().unwrap();
        read_until(&mut BufReader::new(child.stderr.take().unwrap()), "key accepted");
        interrupt(&child);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(7), 0));
        assert_eq!(std::fs::read_dir(setting.path("state/runs")).unwrap().count(), 0);
    }
    assert_eq!(setting.imports(), 0);
}

#[test]
fn a_ledger_that_is_gone_or_damaged() {
    let setting = setting();
    setting.push(&[]);
    let sent = setting.imports();
    let ledger = std::fs::read_dir(setting.path("state/ledgers")).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&ledger).unwrap();
    std::fs::write(&ledger, &whole[..whole.len() / 2]).unwrap();
    for _ in 0..2 {
        let output = setting.push(&[]);
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert!(words.contains("error: cannot read state/ledgers/"), "{words}");
        let advice = ": it is missing or damaged: restore the state directory from a backup, or begin a new ledger with \
            --export NAME, which sends everybody again\n";
        assert!(words.ends_with(advice), "{words}");
        let _ = std::fs::remove_file(&ledger);
    }
    assert_eq!(setting.imports(), sent);
}

#[test]
fn a_database_that_is_damaged() {
    let setting = setting();
    std::fs::create_dir(setting.path("state")).unwrap();
    setting.write("state/segue.db", "no database".repeat(1_000));
    let message = complaint(&setting, &mut setting.push_command(&[]), 1);
    assert_eq!(
        message,
        "the state database is damaged: restore the state directory from a backup, or begin with a new one"
    );
}

#[test]
fn a_run_that_is_interrupted_twice_ends_at_once_and_the_next_one_goes_on() {
    // The results come after two seconds.
    let setting = Setting::new(Config { queue_delay: 600.0, ..Config::default() });
    setting.write_crowd("p", 700);
    let mut child = setting.push_command(&[]).spawn().unwrap();
    setting.wait_for_imports(3);
    interrupt(&child);
    read_until(&mut BufReader::new(child.stderr.take().unwrap()), "Finishing what is on its way");
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert!(output.stdout.is_empty());
    assert!(setting.active().is_empty(), "it has waited");

    let (report, code) = setting.push_json(&[]);
    assert_adds_up(&report);
    assert_eq!((number(&report, "created"), code), (700, 0));
    assert_eq!(setting.active().len(), 700);
}
