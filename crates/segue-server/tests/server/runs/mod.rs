//! Runs and refreshes over HTTP, carried out by a real worker with the real engine against a simulated account. Tests are
//! named after the lines of the product that they hold us to.

mod approval;
mod behind;
mod ending;
mod limits;
mod missed;
mod rights;
mod rows;
mod running;
mod scheduled;
mod workers;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use activecampaign_sim::{Config, Simulator};
use reqwest::{Method, StatusCode};
use segue_model::segment::{Kind, Meaning, Table, TableColumn};
use segue_model::{Source, StoredTable};
use segue_store::{CatalogChange, Segment};
use serde_json::{Value, json};

use crate::connections::{but, new};
use crate::setting::{Answer, As, Odd, Site};

/// A server with customers in a file, an account, and a worker that begins when it is told to.
pub(crate) struct Office {
    pub(crate) site: Site,
    account: Simulator,
    folder: tempfile::TempDir,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::with_imports_after(0.0).await
    }

    /// The same, at an account that begins with an import so many seconds by its own clock after it was handed in.
    async fn with_imports_after(queue_delay: f64) -> Self {
        Self::with(Config { queue_delay, ..quick() }, Odd::default()).await
    }

    async fn with(config: Config, odd: Odd) -> Self {
        let site = Site::start_odd(odd).await;
        let account = activecampaign_sim::start(config).await.expect("a simulator");
        let office = Self { site, account, folder: tempfile::tempdir().expect("a folder") };
        office.write_customers(3, "Cluj");
        office.add_table("customers").await;
        for (name, city) in [("cluj", "Cluj"), ("iasi", "Iasi")] {
            let segment = Segment {
                name: name.to_owned(),
                description: String::new(),
                definition: format!(
                    "version: 1\ntable: customers\nrules: [{{all: [{{column: city, is: {city}}}]}}]\n"
                ),
                is_static: false,
                is_active: true,
                snapshot: None,
                refreshed_ms: None,
                members: None,
                members_before: None,
                version: 0,
            };
            office.site.change_catalog(CatalogChange::AddSegment(segment)).await;
        }
        office
    }

    /// Adds a table of the customers' file.
    pub(crate) async fn add_table(&self, name: &str) {
        let columns = [("id", None), ("mail", Some(Meaning::Email)), ("city", None)];
        let columns =
            columns.map(|(name, meaning)| TableColumn { name: name.to_owned(), kind: Kind::Text, meaning });
        let table = Table {
            name: name.to_owned(),
            columns: columns.into(),
            key: Some("id".to_owned()),
            relationships: Vec::new(),
            conditions: BTreeMap::new(),
        };
        let source = Source::anywhere(self.file().to_string_lossy().into_owned());
        self.site.change_catalog(CatalogChange::PutTable(StoredTable { table, source })).await;
    }

    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("customers.csv")
    }

    /// So many customers in this city, of whom the last one has no address.
    pub(crate) fn write_customers(&self, count: usize, city: &str) {
        let mut text = "id,mail,city\n".to_owned();
        for number in 1..=count {
            let mail = if number == count { String::new() } else { format!("person{number}@example.com") };
            writeln!(text, "{number},{mail},{city}").expect("a text");
        }
        std::fs::write(self.file(), text).expect("a file");
    }

    /// Adds a connection; gives its id.
    pub(crate) async fn connection(&self, root: &As<'_>, sharing: Value) -> String {
        let body = but(new(&self.account, "Shop"), "sharing", sharing);
        let added = root.post("/connections", &body).await.expect(StatusCode::CREATED);
        added.text_at("/connection/id").to_owned()
    }

    /// Adds a connection and an export on it; gives the export's id.
    pub(crate) async fn export(&self, root: &As<'_>, changes: Value) -> String {
        let connection = self.connection(root, json!("administrators")).await;
        self.export_on(root, &connection, changes).await
    }

    pub(crate) async fn export_on(&self, who: &As<'_>, connection: &str, changes: Value) -> String {
        let mut body = json!({
            "name": "Letter", "connection": connection, "list": 2, "segments": ["cluj"], "matching": {"email": "mail"},
        });
        for (field, value) in changes.as_object().cloned().unwrap_or_default() {
            body[field] = value;
        }
        who.post("/exports", &body).await.expect(StatusCode::CREATED).text_at("/export/id").to_owned()
    }

    async fn at_the_account(&self, what: &str) -> String {
        let answer = reqwest::get(format!("http://{}/sim/{what}", self.account.address())).await;
        answer.expect("an answer").text().await.expect("a text")
    }

    /// Changes the simulated account by its own ways.
    pub(crate) async fn arrange(&self, what: &str, body: &Value) {
        let url = format!("http://{}/sim/{what}", self.account.address());
        let answer = reqwest::Client::new().post(url).json(body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{what}: {}", answer.status());
    }

    /// The addresses that are active on list 2, sorted.
    pub(crate) async fn on_the_list(&self) -> Vec<String> {
        let mut found = Vec::new();
        for line in self.at_the_account("contacts").await.lines() {
            let contact: Value = serde_json::from_str(line).expect("JSON");
            if contact["lists"]["2"]["status"] == 1 {
                found.push(contact["email"].as_str().expect("an address").to_owned());
            }
        }
        found.sort();
        found
    }
}

/// An account that answers as fast as it can.
async fn account() -> Simulator {
    activecampaign_sim::start(quick()).await.expect("a simulator")
}

/// An account without limits, whose clock runs so fast that nobody waits for it.
fn quick() -> Config {
    Config { limits: None, queue_delay: 0.0, import_rate: 1e9, speed: 1000.0, ..Config::default() }
}

/// Begins something by a POST without a body; gives the id of the run.
pub(crate) async fn begin(who: &As<'_>, path: &str) -> String {
    let answer = post(who, path).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{path}: {}", answer.text);
    answer.text_at("/id").to_owned()
}

async fn post(who: &As<'_>, path: &str) -> Answer {
    Answer::of(who.request(Method::POST, path)).await
}

/// Waits until a run has ended; gives it.
pub(crate) async fn ended(who: &As<'_>, run: &str) -> Value {
    reached(who, run, |run| !run["ended_at"].is_null()).await
}

/// Waits until something is so about a run; gives it.
async fn reached(who: &As<'_>, run: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut found = Value::Null;
    for _ in 0..1500 {
        found = who.get(&format!("/runs/{run}")).await.expect(StatusCode::OK).body;
        if is_so(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it did not come to that: {found}");
}

/// Refreshes a segment, and waits until that is done.
pub(crate) async fn refresh(who: &As<'_>, segment: &str) -> Value {
    let run = begin(who, &format!("/segments/{segment}/refresh")).await;
    ended(who, &run).await
}

/// Runs an export, and waits until that is done.
pub(crate) async fn run(who: &As<'_>, export: &str) -> Value {
    let run = begin(who, &format!("/exports/{export}/run")).await;
    ended(who, &run).await
}

/// Does something to the version in force of what stands there.
async fn act(who: &As<'_>, place: &str, verb: &str) -> Answer {
    let etag = who.get(place).await.header("etag").to_owned();
    Answer::of(who.request(Method::POST, &format!("{place}/{verb}")).header("if-match", etag)).await
}
