//! An installation on Postgres: several processes at once, what is said when it cannot be used, and that it may go away.

use std::process::{Command, Output};

use activecampaign_sim::Config;
use reqwest::StatusCode;
use serde_json::json;

use crate::network::{Far, Network};
use crate::serve::{PASSWORD, Served, credentials, secret, serve};
use crate::setting::{Setting, wait_until};

/// A database of one test, gone when the test ends.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    pub(crate) fn new(setting: &Setting) -> Self {
        let server = std::env::var("SEGUE_POSTGRES")
            .expect("SEGUE_POSTGRES is not set, so there is no Postgres to test with: run ./test");
        let unique = setting.folder.path().file_name().unwrap().to_string_lossy().replace('.', "");
        let name = format!("segue_e2e_{}_{unique}", std::process::id()).to_lowercase();
        sql(&server, &format!("CREATE DATABASE {name}"));
        Self { server, name }
    }

    /// The address of the database of this name, or of another, on the same server.
    fn address_of(&self, name: &str) -> String {
        let (address, parameters) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
        format!("{server}/{name}?{parameters}")
    }

    pub(crate) fn address(&self) -> String {
        self.address_of(&self.name)
    }

    /// The same database by a way that can be cut.
    pub(crate) fn network(&self, setting: &Setting) -> (Network, String) {
        let (scheme, rest) = self.server.split_once("://").unwrap();
        let (authority, _) = rest.split_once('/').unwrap();
        let (user, host) = authority.rsplit_once('@').unwrap_or(("postgres", authority));
        let (host, port) = host.split_once(':').unwrap_or((host, "5432"));
        let far = match host.contains("%2F") {
            true => Far::Socket(format!("{}/.s.PGSQL.{port}", host.replace("%2F", "/")).into()),
            false => Far::Port(format!("{host}:{port}")),
        };
        let network = setting.network_to(far);
        let address = format!("{scheme}://{user}@{}/{}", network.address(), self.name);
        (network, address)
    }

    /// Ends every connection to it; new ones are let in.
    pub(crate) fn hang_up(&self) {
        let name = &self.name;
        let text =
            format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
        sql(&self.server, &text);
    }

    pub(crate) fn sql(&self, text: &str) -> String {
        sql(&self.address(), text)
    }

    /// Lets nobody in any more, and turns those out who are.
    fn shut(&self) {
        sql(&self.server, &format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.name));
        self.hang_up();
    }

    fn open(&self) {
        sql(&self.server, &format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name));
    }

    pub(crate) fn serve(&self, setting: &Setting) -> Served {
        serve_on(setting, &self.address(), &[])
    }

    pub(crate) fn command(&self, setting: &Setting, options: &[&str]) -> Output {
        let mut command = setting.command(&[options, &["--state", "state"]].concat());
        command.env("SEGUE_DATABASE", self.address()).output().unwrap()
    }
}

/// A server whose metadata is in the database of this address, which the configuration file names.
pub(crate) fn serve_on(setting: &Setting, address: &str, options: &[&str]) -> Served {
    let file = setting.write("segue.toml", format!("database = \"{address}\"\n"));
    serve(setting, &[&["--config", &file.display().to_string()], options].concat())
}

impl Drop for Database {
    fn drop(&mut self) {
        sql(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn sql(address: &str, text: &str) -> String {
    let output = Command::new("psql").args(["--no-psqlrc", "-qAt", address, "-c", text]).output().unwrap();
    assert!(output.status.success(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[track_caller]
pub(crate) fn words(output: &Output, code: i32) -> String {
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words}");
    words
}

pub(crate) fn set_up(setting: &Setting, served: &mut Served) {
    let setup =
        json!({"secret": served.secret(), "login": "root@example.com", "name": "Root", "password": PASSWORD});
    assert_eq!(served.post(setting, "/setup", &setup).0, StatusCode::CREATED);
}

#[test]
fn several_processes_serve_one_installation_and_it_outlives_them() {
    let setting = Setting::new(Config::default());
    let database = Database::new(&setting);
    let mut first = database.serve(&setting);
    set_up(&setting, &mut first);
    let second = database.serve(&setting);
    assert!(!second.words.contains("There is no administrator"), "{}", second.words);
    assert_eq!(second.post(&setting, "/session", &credentials()).0, StatusCode::OK);
    assert!(!setting.folder.path().join("state/segue.db").exists());

    let made = database.command(&setting, &["users", "reset-password", "root@example.com"]);
    words(&made, 0);
    let set = json!({"secret": secret(&String::from_utf8(made.stdout).unwrap()), "password": "another horse battery"});
    assert_eq!(second.post(&setting, "/setup", &set).0, StatusCode::NO_CONTENT);
    assert_eq!(first.post(&setting, "/session", &credentials()).0, StatusCode::UNAUTHORIZED);
    first.end();
    let new = json!({"login": "root@example.com", "password": "another horse battery"});
    assert_eq!(second.post(&setting, "/session", &new).0, StatusCode::OK);
    second.end();
    let again = database.serve(&setting);
    assert_eq!(again.post(&setting, "/session", &new).0, StatusCode::OK);
    again.end();
}

#[test]
fn a_database_that_goes_away_is_told_and_found_again() {
    let setting = Setting::new(Config::default());
    let database = Database::new(&setting);
    let mut served = database.serve(&setting);
    set_up(&setting, &mut served);
    let get = |path: &str| setting.fetch(&format!("{}{path}", served.url));
    assert_eq!(get("/readyz").0, StatusCode::OK);

    database.shut();
    let (status, text) = get("/readyz");
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(text.contains("store_unavailable"), "{text}");
    let (status, problem) = served.post(&setting, "/session", &credentials());
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("store_unavailable")));
    assert_eq!(get("/healthz").0, StatusCode::OK);

    database.open();
    wait_until("it is ready again", || get("/readyz").0 == StatusCode::OK);
    assert_eq!(served.post(&setting, "/session", &credentials()).0, StatusCode::OK);
    served.end();
}

#[test]
fn what_keeps_it_from_being_used_is_told() {
    let setting = Setting::new(Config::default());
    let database = Database::new(&setting);
    let list = |address: &str| {
        let mut command = setting.command(&["tables", "list", "--state", "state"]);
        command.env("SEGUE_DATABASE", address).output().unwrap()
    };
    let said = words(&list("postgres://segue:hunter2@127.0.0.1:1/none"), 1);
    assert!(said.contains("there is no connection to the database (connecting)"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let said = words(&list("mysql://segue:hunter2@127.0.0.1/none"), 2);
    assert!(said.contains("does not begin with postgres://") && !said.contains("hunter2"), "{said}");
    let said = words(&list(&database.address_of("segue_e2e_none")), 2);
    assert!(said.contains("it has no such database: make it, with createdb"), "{said}");

    let role = format!("{}_role", database.name);
    let as_role = |more: &str| {
        let joint = if database.address().contains('?') { '&' } else { '?' };
        format!("{}{joint}user={role}{more}", database.address())
    };
    let said = words(&list(&as_role("")), 2);
    assert!(said.contains("user or password is wrong") && !said.contains(&role), "{said}");
    sql(&database.server, &format!("CREATE ROLE {role} LOGIN"));
    let may_not = list(&as_role(""));
    sql(&database.server, &format!("DROP ROLE {role}"));
    let said = words(&may_not, 2);
    assert!(said.contains("the user lacks a right: make it the owner of the database"), "{said}");

    words(&list(&database.address()), 0);
    database.sql("INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time
                  FROM _sqlx_migrations LIMIT 1");
    let said = words(&list(&database.address()), 1);
    assert!(said.contains("the metadata database was written by a newer version of Segue"), "{said}");

    setting.write("password", "hunter2\n");
    let both = setting
        .command(&["tables", "list", "--state", "state", "--database-password-file", "password"])
        .output();
    assert!(words(&both.unwrap(), 2).contains("but no database: name it with --database"));
}

#[test]
fn commands_work_beside_a_server_and_a_push_has_the_account_to_itself() {
    let setting = Setting::new(Config::default());
    let database = Database::new(&setting);
    let mut served = database.serve(&setting);
    served.secret();
    let people =
        setting.write("people.csv", "id,email,city\n1,ann@example.com,Oslo\n2,bob@example.com,Rome\n");
    let people = people.display().to_string();
    words(&database.command(&setting, &["tables", "add", "profiles", &people, "--key", "id"]), 0);
    let definition = "version: 1\ntable: profiles\nrules: [{all: [{column: city, is: Oslo}]}]\n";
    let definition = setting.write("oslo.yaml", definition).display().to_string();
    words(&database.command(&setting, &["segments", "create", "oslo", &definition]), 0);

    let refresh = || database.command(&setting, &["segments", "refresh", "oslo"]);
    database.sql("INSERT INTO lane (name, worker, until_ms) VALUES ('refresh', 'other', 99999999999999)");
    assert!(words(&refresh(), 1).contains("another process is at work on the same (refresh)"));
    database.sql("DELETE FROM lane");
    words(&refresh(), 0);

    let push =
        || setting.segment_command("oslo", &[]).env("SEGUE_DATABASE", database.address()).output().unwrap();
    let host = setting.host().trim_start_matches("http://");
    database.sql(&format!(
        "INSERT INTO lane (name, worker, until_ms) VALUES ('account {host}', 'other', 99999999999999)"
    ));
    assert!(words(&push(), 1).contains("another process is at work on the same (account "));
    assert_eq!(setting.imports(), 0);
    database.sql("DELETE FROM lane WHERE name <> 'refresh'");
    let said = words(&push(), 0);
    assert!(!said.contains("within the last minute"), "{said}");
    assert_eq!(setting.active().keys().collect::<Vec<_>>(), ["ann@example.com"]);
    // The lane is free, and whoever takes it knows what was sent: as little as that makes nobody wait.
    assert_eq!(database.sql("SELECT count(*) FROM lane WHERE worker <> ''"), "0");
    assert_eq!(database.sql("SELECT count(*) FROM sent_import"), "1");
    assert!(!words(&push(), 0).contains("within the last minute"));

    // While somebody is being forgotten nothing begins, in a command as in a worker.
    let erasing = |seconds: u32| {
        database.sql(&format!(
            "INSERT INTO erasure (id, at_ms, person_name, table_name, key_id, until_ms)
             VALUES ('e{seconds}', 1, 'Root', 'profiles', 'k', EXTRACT(EPOCH FROM now()) * 1000 + {seconds}000)"
        ))
    };
    let being_forgotten = "Somebody is being forgotten: this goes on when that is done.";
    for begun in [&push as &dyn Fn() -> std::process::Output, &refresh] {
        erasing(3);
        let began = tokio::time::Instant::now();
        let said = words(&begun(), 0);
        assert!(said.contains(being_forgotten), "{said}");
        assert!(began.elapsed() >= std::time::Duration::from_secs(2), "it did not wait");
        database.sql("DELETE FROM erasure");
    }
    assert!(!words(&push(), 0).contains(being_forgotten));

    // One that was killed has said nothing any more: its lease is waited for, and no longer.
    database.sql(&format!(
        "UPDATE lane SET worker = 'killed', until_ms = EXTRACT(EPOCH FROM now()) * 1000 + 3000 WHERE name = 'account {host}'"
    ));
    let said = words(&push(), 0);
    assert!(said.contains("If it was killed, this goes on in"), "{said}");
    served.end();
}
