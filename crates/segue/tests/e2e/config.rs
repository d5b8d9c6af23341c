//! The configuration file: what counts more, what is shown, and what is told about mistakes.

use activecampaign_sim::Config;

use crate::output::assert_shown;
use crate::setting::Setting;

const FILE: &str = "\
# What is the same at every start.
listen = \"127.0.0.1:1\"
url = \"https://segue.example.com\"
trusted-proxy = [\"10.0.0.1\", \"10.0.0.2\"]
log = \"json\"
allow-insecure-host = true
state = \"kept\"
memory = 512
require = [\"may-be-emailed\"]
database = \"postgres://segue@db.example.com/segue\"
database-password-file = \"/run/secrets/segue\"
";

/// What is in force, without where this test happens to run.
fn shown(setting: &Setting, options: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = setting.command(&[&["serve", "--show-config"], options].concat());
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{words}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.replace(&setting.folder.path().display().to_string(), "FOLDER")
}

#[test]
fn the_command_line_counts_more_than_the_environment_and_that_more_than_the_file() {
    let setting = Setting::new(Config::default());
    let file = setting.write("segue.toml", FILE).display().to_string();
    let environment = [
        ("SEGUE_CONFIG", file.as_str()),
        ("SEGUE_URL", "https://elsewhere.example.com"),
        ("SEGUE_MEMORY", "768"),
        ("SEGUE_ALLOW_INSECURE_HOST", "false"),
        ("SEGUE_DATABASE", "postgres://segue:hunter2@db.example.com/segue?sslmode=require"),
        ("SEGUE_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ];
    let text = shown(&setting, &["--listen", "127.0.0.1:2", "--memory", "1024"], &environment);
    assert!(!text.contains("hunter2") && !text.contains("AAAA"), "{text}");
    assert_shown("config", &text);
}

#[test]
fn what_is_shown_can_be_used_as_a_file() {
    let setting = Setting::new(Config::default());
    let file = setting.write("segue.toml", FILE).display().to_string();
    let once = shown(&setting, &["--config", &file], &[]);
    let again =
        setting.write("again.toml", once.replace("FOLDER", &setting.folder.path().display().to_string()));
    let twice = shown(&setting, &["--config", &again.display().to_string()], &[]);
    let values = |text: &str| -> Vec<String> {
        text.lines().skip(1).map(|line| line.split("  #").next().unwrap().to_owned()).collect()
    };
    assert_eq!(values(&once), values(&twice));
}

#[test]
fn a_file_in_its_usual_place_is_found() {
    let setting = Setting::new(Config::default());
    std::fs::create_dir(setting.folder.path().join("segue")).unwrap();
    setting.write("segue/segue.toml", "listen = \"127.0.0.1:3\"\n");
    let text = shown(&setting, &[], &[("XDG_CONFIG_HOME", &setting.folder.path().display().to_string())]);
    assert!(text.contains("listen = \"127.0.0.1:3\"  # line 1 of the configuration file"), "{text}");
    assert!(text.contains("\nlog = \"text\"  # the default"), "{text}");
    assert!(text.contains("segue\"  # the default"), "the state folder: {text}");
}

#[test]
fn other_commands_take_what_concerns_them() {
    let setting = Setting::new(Config::default());
    let file =
        setting.write("segue.toml", "state = \"kept\"\nlisten = \"127.0.0.1:3\"\n").display().to_string();
    for command in [&["tables", "list", "--config", &file][..], &["--config", &file, "tables", "list"]] {
        let output = setting.command(command).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(setting.folder.path().join("kept/segue.db").exists());
}

#[test]
fn a_mistake_is_told_with_its_line_and_nothing_is_started() {
    let setting = Setting::new(Config::default());
    let complaint = |options: &[&str]| {
        let output = setting.command(&[&["serve", "--state", "state"], options].concat()).output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words}");
        words
    };
    setting.write("segue.toml", "state = \"kept\"\nlisen = \"127.0.0.1:80\"\n");
    let words = complaint(&["--config", "segue.toml"]);
    assert!(
        words.starts_with("error: segue.toml, line 2: there is no \"lisen\"; there are: listen, "),
        "{words}"
    );
    let words = complaint(&["--config", "none.toml"]);
    assert!(words.starts_with("error: the configuration file none.toml cannot be read: "), "{words}");
    let words = complaint(&["--database", "postgres://segue:hunter2@db.example.com/segue"]);
    assert!(words.contains("everybody on this machine can read a password there"), "{words}");
    assert!(!words.contains("hunter2"), "{words}");
    assert!(!setting.folder.path().join("state").exists());
}
