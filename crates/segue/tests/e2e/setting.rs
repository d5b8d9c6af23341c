//! A simulated account, a folder, and the program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use activecampaign::{Client, Host, HostPolicy, Limits, Options};
use activecampaign_sim::{Config, KEY, Simulator, start};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) const LIST: u64 = 3;
// Fast enough for tests, slow enough that a request in flight can be met by a kill.
pub(crate) const SPEED: f64 = 300.0;

pub(crate) struct Setting {
    pub(crate) folder: TempDir,
    runtime: Runtime,
    simulator: Option<Simulator>,
    host: String,
}

/// A contact as the account holds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) first_name: String,
    /// Its status on the list; 0 if it never was on it.
    pub(crate) status: u64,
    pub(crate) tags: Vec<String>,
    pub(crate) fields: Value,
}

impl Setting {
    pub(crate) fn new(config: Config) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(start(Config { speed: SPEED, ..config })).unwrap();
        let host = format!("http://{}", simulator.address());
        Self { folder: TempDir::new().unwrap(), runtime, simulator: Some(simulator), host }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Writes `in.csv` with the columns email, name and city.
    pub(crate) fn write_people<'a>(&self, people: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let rows: String =
            people.into_iter().map(|(email, name)| format!("{email},{name},00123\n")).collect();
        self.write("in.csv", format!("email,name,city\n{rows}"));
    }

    pub(crate) fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
        command.current_dir(self.folder.path()).env_clear().env("SEGUE_API_KEY", KEY).args(options);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `segue push in.csv` to the simulated list.
    pub(crate) fn push_command(&self, options: &[&str]) -> Command {
        let speed = SPEED.to_string();
        let given = [
            "push",
            "in.csv",
            "--host",
            &self.host,
            "--allow-insecure-host",
            "--speed",
            &speed,
            "--list",
            "3",
        ];
        let mut command = self.command(&given);
        command.args(["--email", "email", "--first-name", "name", "--state", "state"]).args(options);
        command
    }

    pub(crate) fn push(&self, options: &[&str]) -> Output {
        self.push_command(options).output().unwrap()
    }

    /// Pushes with `--json` and returns the object and the exit code.
    pub(crate) fn push_json(&self, options: &[&str]) -> (Value, i32) {
        let output = self.push(&[options, &["--json"]].concat());
        let code = output.status.code().unwrap();
        match serde_json::from_slice(&output.stdout) {
            Ok(report) => (report, code),
            Err(_) => panic!("no report, exit code {code}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    pub(crate) fn spawn(&self, options: &[&str]) -> Child {
        self.push_command(options).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub(crate) fn state(&self) -> Value {
        self.block_on(async {
            reqwest::get(format!("{}/sim/state", self.host)).await.unwrap().json().await.unwrap()
        })
    }

    /// Changes the simulated account by its own ways.
    pub(crate) fn arrange(&self, what: &str, body: &Value) {
        let request = reqwest::Client::new().post(format!("{}/sim/{what}", self.host)).json(body);
        let status = self.block_on(request.send()).unwrap().status();
        assert!(status.is_success(), "{what}: {status}");
    }

    pub(crate) fn client(&self) -> Client {
        let host = Host::parse(&self.host, HostPolicy::AllowInsecure).unwrap();
        let options = Options { limits: Limits::default().sped_up(SPEED), ..Options::default() };
        Client::new(&host, SecretString::from(KEY), options).unwrap()
    }

    /// Puts a contact on the list as somebody else would, and maybe takes it off again.
    pub(crate) fn subscribe(&self, email: &str, is_active: bool) {
        let client = self.client();
        self.block_on(async {
            let id = client.sync_contact(&json!({"email": email, "firstName": "Before"})).await.unwrap();
            client.set_membership(id, LIST, true).await.unwrap();
            if !is_active {
                client.set_membership(id, LIST, false).await.unwrap();
            }
        });
    }

    /// Every contact that the account holds, by address.
    pub(crate) fn held(&self) -> BTreeMap<String, Held> {
        let text = self.block_on(async {
            reqwest::get(format!("{}/sim/contacts", self.host)).await.unwrap().text().await.unwrap()
        });
        let contacts = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        contacts
            .map(|contact| {
                let tags = contact["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let held = Held {
                    first_name: contact["firstName"].as_str().unwrap_or_default().to_owned(),
                    status: contact["lists"]["3"]["status"].as_u64().unwrap_or(0),
                    tags: tags.map(str::to_owned).collect(),
                    fields: contact["fields"].clone(),
                };
                (contact["email"].as_str().unwrap().to_owned(), held)
            })
            .collect()
    }

    /// Who is active on the list, and by which name.
    pub(crate) fn active(&self) -> BTreeMap<String, String> {
        let held = self.held().into_iter().filter(|(_, held)| held.status == 1);
        held.map(|(email, held)| (email, held.first_name)).collect()
    }

    /// The account goes away.
    pub(crate) fn stop_account(&mut self) {
        if let Some(simulator) = self.simulator.take() {
            self.block_on(simulator.stop());
        }
    }
}

pub(crate) fn number(report: &Value, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("no {name} in {report}"))
}

/// Every member has exactly one fate.
pub(crate) fn assert_adds_up(report: &Value) {
    let parts = ["created", "updated", "unchanged", "invalid", "refused", "unsent"];
    let sum: u64 = parts.iter().map(|part| number(report, part)).sum();
    assert_eq!(number(report, "members"), sum, "{report}");
    let rejections: u64 = report["rejections"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(number(report, "invalid") + number(report, "refused"), rejections, "{report}");
}
