//! A simulated account, a folder, and the program.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use activecampaign::{Client, Host, HostPolicy, Limits, Options};
use activecampaign_sim::{Config, KEY, Simulator, start};
use reqwest::StatusCode;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::network::{Far, Network};

pub(crate) const LIST: u64 = 3;
// Fast enough for tests, slow enough that a request in flight can be met by a kill.
pub(crate) const SPEED: f64 = 300.0;

pub(crate) struct Setting {
    pub(crate) folder: TempDir,
    runtime: Runtime,
    _simulator: Simulator,
    http: reqwest::Client,
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
        Self::as_fast_as_told(Config { speed: SPEED, ..config })
    }

    /// With an account whose clock runs as the configuration says.
    pub(crate) fn as_fast_as_told(config: Config) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(start(config)).unwrap();
        let host = format!("http://{}", simulator.address());
        let (folder, http) = (TempDir::new().unwrap(), reqwest::Client::new());
        Self { folder, runtime, _simulator: simulator, http, host }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// A place in the folder in which commands run.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
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

    /// Writes `in.csv` with that many people, and returns their addresses.
    pub(crate) fn write_crowd(&self, name: &str, count: usize) -> Vec<String> {
        let everybody: Vec<String> = (0..count).map(|n| format!("{name}{n}@example.com")).collect();
        self.write_people(everybody.iter().map(|email| (email.as_str(), "Ann")));
        everybody
    }

    pub(crate) fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
        command.current_dir(self.folder.path()).env_clear().env("SEGUE_API_KEY", KEY).args(options);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `segue push in.csv` to the simulated list.
    pub(crate) fn push_command(&self, options: &[&str]) -> Command {
        self.push_from("in.csv", options)
    }

    /// The same from another source.
    pub(crate) fn push_from(&self, source: &str, options: &[&str]) -> Command {
        self.push_through(&self.host, source, options)
    }

    /// The same through another host.
    pub(crate) fn push_through(&self, host: &str, source: &str, options: &[&str]) -> Command {
        let speed = SPEED.to_string();
        let mut command = self.push_to(&["--host", host, "--list", "3"], source);
        command.args(["--allow-insecure-host", "--speed", &speed]).args(options);
        command
    }

    /// `segue push` with nothing said about the account but this.
    pub(crate) fn push_to(&self, account: &[&str], source: &str) -> Command {
        let mut command = self.command(&["push", source]);
        command.args(account).args(["--email", "email", "--first-name", "name", "--state", "state"]);
        command
    }

    pub(crate) fn push(&self, options: &[&str]) -> Output {
        self.push_command(options).output().unwrap()
    }

    /// Pushes with `--json` and returns the object and the exit code.
    pub(crate) fn push_json(&self, options: &[&str]) -> (Value, i32) {
        reported(self.push_command(&[options, &["--json"]].concat()))
    }

    /// `segue push` of a segment's members.
    pub(crate) fn segment_command(&self, segment: &str, options: &[&str]) -> Command {
        let speed = SPEED.to_string();
        let mut command = self.command(&["push", "--segment", segment, "--host", &self.host, "--list", "3"]);
        command.args(["--allow-insecure-host", "--speed", &speed, "--state", "state"]).args(options);
        command
    }

    /// Pushes a segment with `--json` and returns the object and the exit code.
    pub(crate) fn push_segment(&self, segment: &str, options: &[&str]) -> (Value, i32) {
        reported(self.segment_command(segment, &[options, &["--json"]].concat()))
    }

    pub(crate) fn spawn(&self, options: &[&str]) -> Child {
        self.push_command(options).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Pushes, and is asked to end when three imports are on their way and no other is let through.
    pub(crate) fn push_interrupted(&self, options: &[&str]) -> Output {
        self.arrange("faults", &json!(["bulk-limit@import/bulk_import:after=3"]));
        let mut child = self.push_command(options).spawn().unwrap();
        self.wait_for_imports(3);
        interrupt(&child);
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut words = read_until(&mut stderr, "Finishing what is on its way");
        self.arrange("faults", &json!([]));
        stderr.read_to_string(&mut words).unwrap();
        Output { stderr: words.into_bytes(), ..child.wait_with_output().unwrap() }
    }

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn get(&self, what: &str) -> String {
        let request = self.http.get(format!("{}/sim/{what}", self.host));
        self.block_on(async { request.send().await.unwrap().text().await.unwrap() })
    }

    pub(crate) fn state(&self) -> Value {
        serde_json::from_str(&self.get("state")).unwrap()
    }

    /// Changes the simulated account by its own ways.
    pub(crate) fn arrange(&self, what: &str, body: &Value) {
        let request = self.http.post(format!("{}/sim/{what}", self.host)).json(body);
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
        let text = self.get("contacts");
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

    /// Imports that the account took.
    pub(crate) fn imports(&self) -> u64 {
        self.state()["imports"]["batches"].as_u64().unwrap()
    }

    pub(crate) fn wait_for_imports(&self, count: u64) {
        wait_until("the imports are there", || self.imports() >= count);
    }

    /// Posts JSON anywhere, and gives status and answer.
    pub(crate) fn post(&self, url: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.http.post(url).json(body);
        self.block_on(async {
            let response = request.send().await.unwrap();
            (response.status(), response.json().await.unwrap_or_default())
        })
    }

    /// Signs in, and gives the cookie.
    pub(crate) fn sign_in(&self, url: &str, credentials: &Value) -> String {
        let request = self.http.post(url).json(credentials);
        let response = self.block_on(async { request.send().await.unwrap() });
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Asks a server of ours as whoever has this cookie, and gives status and text.
    pub(crate) fn ask(&self, method: &str, url: &str, cookie: &str, body: &str) -> (StatusCode, String) {
        let request = self.http.request(method.parse().unwrap(), url).body(body.to_owned());
        let request = request
            .header("content-type", "application/json")
            .header("cookie", cookie)
            .header("sec-fetch-site", "same-origin");
        self.block_on(async {
            let response = request.send().await.unwrap();
            (response.status(), response.text().await.unwrap())
        })
    }

    /// Gets anything, and gives status and text.
    pub(crate) fn fetch(&self, url: &str) -> (StatusCode, String) {
        let request = self.http.get(url);
        self.block_on(async {
            let response = request.send().await.unwrap();
            (response.status(), response.text().await.unwrap())
        })
    }

    /// A server that answers everybody the same. Returns its host.
    pub(crate) fn serve(&self, answer: &'static str) -> String {
        let listener = self.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        self.runtime.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        host
    }

    /// A network in front of the account.
    pub(crate) fn network(&self) -> Network {
        self.network_to(Far::Port(self.host.trim_start_matches("http://").to_owned()))
    }

    /// A network in front of anything.
    pub(crate) fn network_to(&self, far: Far) -> Network {
        Network::new(&self.runtime, far)
    }
}

pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Reads the lines up to the one that says this.
pub(crate) fn read_until(reader: &mut impl BufRead, saying: &str) -> String {
    let mut words = String::new();
    while !words.contains(saying) {
        assert!(reader.read_line(&mut words).unwrap() > 0, "{saying}: {words}");
    }
    words
}

/// Asks a process to end, as Ctrl-C does.
pub(crate) fn interrupt(child: &Child) {
    let done = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
}

fn reported(mut command: Command) -> (Value, i32) {
    let output = command.output().unwrap();
    let code = output.status.code().unwrap();
    match serde_json::from_slice(&output.stdout) {
        Ok(report) => (report, code),
        Err(_) => panic!("no report, exit code {code}: {}", String::from_utf8_lossy(&output.stderr)),
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
