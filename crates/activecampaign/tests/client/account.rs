//! A simulated account and clients of it.

use std::time::Duration;

use activecampaign::{Client, Error, ErrorKind, Host, HostPolicy, Limits, Options, Retry};
use activecampaign_sim::{Config, KEY, Simulator, start};
use serde_json::{Value, json};

/// A clock that hardly moves: a test puts it forward by itself.
const STILL: f64 = 0.001;

pub(crate) struct Account {
    simulator: Simulator,
    http: reqwest::Client,
    pub(crate) client: Client,
}

/// Impatient as to waits, patient as to a busy machine, and without limits of its own.
pub(crate) fn hurried() -> Options {
    let retry = Retry {
        attempts: 4,
        patience: Duration::from_secs(60),
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(4),
        limit_patience: Duration::from_secs(60),
    };
    Options { limits: Limits::none(), retry, ..Options::default() }
}

pub(crate) fn client(url: &str, key: &str, options: Options) -> Client {
    let host = Host::parse(url, HostPolicy::AllowInsecure).unwrap();
    Client::new(&host, key.to_owned().into(), options).unwrap()
}

impl Account {
    /// An account without limits whose clock stands still, unless the change says otherwise.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { speed: STILL, limits: None, ..Config::default() };
        change(&mut config);
        let simulator = start(config).await.unwrap();
        let client = client(&format!("http://{}", simulator.address()), KEY, hurried());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { simulator, http, client }
    }

    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with_knobs(settings: &'static [&'static str]) -> Self {
        Self::with(|config| settings.iter().for_each(|setting| config.knobs.set(setting).unwrap())).await
    }

    /// With a client that has proved its key and host, and these faults from then on.
    pub(crate) async fn proven(faults: &[&str]) -> Self {
        let account = Self::new().await;
        account.client.me().await.unwrap();
        account.faults(faults).await;
        account
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.simulator.address())
    }

    pub(crate) fn other_client(&self, key: &str, options: Options) -> Client {
        client(&self.url(), key, options)
    }

    /// Uses one of the ways below `/sim/`.
    pub(crate) async fn arrange(&self, what: &str, body: &Value) {
        let answer = self.http.post(format!("{}/sim/{what}", self.url())).json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{what}: {}", answer.text().await.unwrap());
    }

    pub(crate) async fn faults(&self, faults: &[&str]) {
        self.arrange("faults", &json!(faults)).await;
    }

    pub(crate) async fn forward(&self, seconds: f64) {
        self.arrange("clock", &json!({"forward": seconds})).await;
    }

    async fn text(&self, what: &str) -> String {
        self.http.get(format!("{}/sim/{what}", self.url())).send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn look(&self, what: &str) -> Value {
        serde_json::from_str(&self.text(what).await).unwrap()
    }

    /// How many imports the account took.
    pub(crate) async fn batches(&self) -> u64 {
        self.look("state").await["imports"]["batches"].as_u64().unwrap()
    }

    /// The contacts that the account holds, by rising id.
    pub(crate) async fn held(&self) -> Vec<Value> {
        self.text("contacts").await.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The account goes away.
    pub(crate) async fn stop(self) -> Client {
        self.simulator.stop().await;
        self.client
    }
}

/// The error of a call that must fail, of this kind, after this status.
pub(crate) fn failed<T>(result: Result<T, Error>, kind: &ErrorKind, status: Option<u16>) -> Error {
    let error = result.err().expect("an error");
    assert_eq!((error.kind(), error.status()), (kind, status), "{error}");
    error
}
