//! A simulated account, and plain requests to it.

use std::collections::BTreeMap;

use activecampaign_sim::{Config, KEY, Knobs, Simulator, start};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A clock that hardly moves: a test puts it forward by itself, and no limit's window ends while it runs.
pub(crate) const STILL: f64 = 1.0 / 65_536.0;

pub(crate) struct Sandbox {
    simulator: Simulator,
    http: Client,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body of a success.
    pub(crate) fn good(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.json()
    }
}

impl Sandbox {
    /// An account without limits whose clock stands still, unless the change says otherwise.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { speed: STILL, limits: None, ..Config::default() };
        change(&mut config);
        let http = Client::builder().no_proxy().build().unwrap();
        Self { simulator: start(config).await.unwrap(), http }
    }

    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with_knobs(settings: &[&str]) -> Self {
        let mut knobs = Knobs::default();
        for setting in settings {
            knobs.set(setting).unwrap();
        }
        Self::with(|config| config.knobs = knobs).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.simulator.address())
    }

    /// Any request; the error if the connection fails.
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<String>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.url()));
        if let Some(key) = key {
            request = request.header("Api-Token", key);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let path = format!("/api/3/{path}");
        self.try_send(method, &path, Some(KEY), body.map(Value::to_string)).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn import(&self, contacts: &Value) -> Answer {
        self.post("import/bulk_import", &json!({"contacts": contacts, "exclude_automations": true})).await
    }

    /// Hands in an import that must be let in; its id.
    pub(crate) async fn import_id(&self, contacts: &Value) -> String {
        self.import(contacts).await.good()["batchId"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn status(&self, batch: &str) -> Value {
        self.get(&format!("import/info?batchId={batch}")).await.good()
    }

    /// Hands in an import, lets it end, and returns its status.
    pub(crate) async fn imported(&self, contacts: &Value) -> Value {
        let batch = self.import_id(contacts).await;
        self.forward(60.0).await;
        self.status(&batch).await
    }

    /// Creates or updates a contact singly; its id.
    pub(crate) async fn contact(&self, email: &str) -> u64 {
        number(
            &self.post("contact/sync", &json!({"contact": {"email": email}})).await.good()["contact"]["id"],
        )
    }

    pub(crate) async fn set_membership(&self, contact: u64, list: u64, status: u64) -> Answer {
        let membership = json!({"contactList": {"list": list, "contact": contact, "status": status}});
        self.post("contactLists", &membership).await
    }

    /// Uses one of the ways below `/sim/`.
    pub(crate) async fn arrange(&self, what: &str, body: &Value) -> Value {
        let path = format!("/sim/{what}");
        self.try_send(Method::POST, &path, None, Some(body.to_string())).await.unwrap().good()
    }

    pub(crate) async fn forward(&self, seconds: f64) {
        self.arrange("clock", &json!({"forward": seconds})).await;
    }

    pub(crate) async fn faults(&self, faults: &[&str]) {
        self.arrange("faults", &json!(faults)).await;
    }

    pub(crate) async fn look(&self, what: &str) -> Value {
        self.try_send(Method::GET, &format!("/sim/{what}"), None, None).await.unwrap().good()
    }

    /// Every contact that the account holds, by address.
    pub(crate) async fn held(&self) -> BTreeMap<String, Value> {
        let dump = self.try_send(Method::GET, "/sim/contacts", None, None).await.unwrap();
        let contacts = dump.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        contacts.map(|contact| (contact["email"].as_str().unwrap().to_owned(), contact)).collect()
    }
}

/// A number that came as text or as a number.
pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("no number: {value}"))
}

/// That many contacts: `person1@example.com` …
pub(crate) fn people(count: usize) -> Value {
    (1..=count).map(|number| json!({"email": format!("person{number}@example.com")})).collect()
}

/// The values under a key of every object.
pub(crate) fn each<'a>(objects: &'a Value, key: &str) -> Vec<&'a str> {
    objects.as_array().unwrap().iter().map(|object| object[key].as_str().unwrap()).collect()
}
