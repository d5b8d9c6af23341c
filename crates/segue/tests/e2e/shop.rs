//! An installation with customers of some cities, an account, and somebody who asks its server.

use std::fmt::Write;
use std::io::BufReader;
use std::process::{Child, Output};
use std::time::Duration;

use activecampaign_sim::Config;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::database::{Database, set_up, words};
use crate::serve::{PASSWORD, Served, credentials, serve};
use crate::setting::{LIST, Setting, read_until, wait_until};

/// Contacts of one import.
pub(crate) const BATCH: u64 = 250;

/// An installation that exports the people of some cities to one list, one export a city. Nobody is at work on it.
pub(crate) struct Shop {
    // Dropped first: who works in the database goes before it.
    workers: Vec<Child>,
    pub(crate) database: Option<Database>,
    pub(crate) setting: Setting,
    cities: usize,
    people: usize,
}

impl Shop {
    /// So many people with an address in each city, and one without.
    pub(crate) fn new(config: Config, is_on_postgres: bool, cities: usize, people: usize) -> Self {
        let setting = Setting::as_fast_as_told(config);
        let database = is_on_postgres.then(|| Database::new(&setting));
        let mut served = match &database {
            Some(database) => database.serve(&setting),
            None => serve(&setting, &[]),
        };
        set_up(&setting, &mut served);
        served.end();
        let shop = Self { workers: Vec::new(), database, setting, cities, people };
        shop.write_people();
        shop.setting.write("password", format!("{PASSWORD}\n"));
        let host = shop.setting.host();
        shop.done(&["tables", "add", "profiles", "profiles.csv", "--key", "id"]);
        shop.done(&[
            "connections",
            "add",
            "Shop",
            "--password-file",
            "password",
            "--host",
            host,
            "--agree",
            "1",
        ]);
        for city in 0..cities {
            shop.add_export(city);
        }
        shop
    }

    fn write_people(&self) {
        let mut rows = "id,email,city\n".to_owned();
        for city in 0..self.cities {
            for n in 0..self.people {
                writeln!(rows, "{city}-{n},p{n}.{city}@example.com,city{city}").unwrap();
            }
            writeln!(rows, "{city}-none,,city{city}").unwrap();
        }
        self.setting.write("profiles.csv", rows);
    }

    fn add_export(&self, city: usize) {
        let name = format!("city{city}");
        let definition =
            format!("version: 1\ntable: profiles\nrules: [{{all: [{{column: city, is: {name}}}]}}]\n");
        self.setting.write("definition.yaml", definition);
        self.done(&["segments", "create", &name, "definition.yaml"]);
        self.done(&["segments", "refresh", &name]);
        let export = json!({"name": name, "connection": "Shop", "list": LIST, "segments": [name], "matching": {"email": "email"}});
        self.setting.write("export.yaml", export.to_string());
        self.done(&["exports", "add", "export.yaml"]);
    }

    fn output(&self, options: &[&str]) -> Output {
        let mut command = self.setting.command(&[options, &["--state", "state"]].concat());
        command.env("SEGUE_ALLOW_INSECURE_HOST", "true");
        if let Some(database) = &self.database {
            command.env("SEGUE_DATABASE", database.address());
        }
        command.output().unwrap()
    }

    #[track_caller]
    pub(crate) fn done(&self, options: &[&str]) -> String {
        let output = self.output(options);
        words(&output, 0);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self, options: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[options, &["--json"]].concat())).unwrap()
    }

    /// Asks for a run of every export; gives the ids of the runs.
    pub(crate) fn run_all(&self) -> Vec<String> {
        let begun = self.json(&["exports", "run-all"]);
        let ids = begun.as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned());
        ids.collect()
    }

    pub(crate) fn sql(&self, text: &str) -> String {
        self.database.as_ref().unwrap().sql(text)
    }

    pub(crate) fn number(&self, text: &str) -> u64 {
        self.sql(text).parse().unwrap()
    }

    /// Begins a worker, and gives its number.
    pub(crate) fn work(&mut self, speed: &str) -> usize {
        let options = ["worker", "--state", "state", "--allow-insecure-host", "--sandbox-speed", speed];
        let mut command = self.setting.command(&options);
        let mut child =
            command.env("SEGUE_DATABASE", self.database.as_ref().unwrap().address()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        read_until(&mut stderr, "Working.");
        child.stderr = Some(stderr.into_inner());
        self.workers.push(child);
        self.workers.len() - 1
    }

    /// Ends a worker as a power cut would.
    pub(crate) fn kill(&mut self, worker: usize) {
        self.workers[worker].kill().unwrap();
        self.workers[worker].wait().unwrap();
    }

    /// Everybody is on the list, each run has ended well, and what they count adds up.
    pub(crate) fn assert_everybody_is_there(&self, runs: &[String]) {
        assert_eq!(runs.len(), self.cities);
        for run in runs {
            self.assert_adds_up(run, "created");
        }
        let active = self.setting.active();
        assert_eq!(active.len(), self.cities * self.people);
        for city in 0..self.cities {
            assert!((0..self.people).all(|n| active.contains_key(&format!("p{n}.{city}@example.com"))));
        }
    }

    /// A run of everybody of a city has ended, with the same fate for all who have an address.
    #[track_caller]
    pub(crate) fn assert_adds_up(&self, run: &str, fate: &str) {
        let run = self.json(&["runs", "show", run]);
        assert_eq!(run["status"], "succeeded_with_rejections", "{run}");
        let counts = run["counts"].as_object().unwrap();
        let of = |name: &str| counts[name].as_u64().unwrap();
        assert_eq!(
            (of("members"), of(fate), of("invalid")),
            (self.people as u64 + 1, self.people as u64, 1),
            "{run}"
        );
        let others =
            ["created", "updated", "unchanged", "refused", "unsent"].into_iter().filter(|name| *name != fate);
        assert_eq!(others.map(of).sum::<u64>(), 0, "{run}");
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}

/// Somebody who asks a server that is up.
pub(crate) struct Asking<'a> {
    setting: &'a Setting,
    url: String,
    pub(crate) cookie: String,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(setting: &'a Setting, served: &Served) -> Self {
        let cookie = setting.sign_in(&format!("{}/api/v1/session", served.url), &credentials());
        Self { setting, url: served.url.clone(), cookie }
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> (StatusCode, Value) {
        self.send(method, path, "")
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        let url = format!("{}/api/v1{path}", self.url);
        let (status, text) = self.setting.ask(method, &url, &self.cookie, body);
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// Runs the one export; gives the run's id.
    pub(crate) fn run(&self) -> String {
        let (status, begun) = self.ask("POST", "/exports/run-all");
        assert_eq!(status, StatusCode::ACCEPTED, "{begun}");
        begun["runs"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn ended(&self, run: &str) -> Value {
        let shown = || self.ask("GET", &format!("/runs/{run}")).1;
        wait_until("the run has ended", || {
            std::thread::sleep(Duration::from_millis(50));
            shown()["ended_at"].is_string()
        });
        shown()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.setting.fetch(&format!("{}/readyz", self.url)).0 == StatusCode::OK
    }

    pub(crate) fn is_up(&self) -> bool {
        self.setting.fetch(&format!("{}/healthz", self.url)).0 == StatusCode::OK
    }
}
