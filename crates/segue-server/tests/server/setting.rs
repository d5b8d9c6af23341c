//! A server for one test, and people who use it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use activecampaign::{HostPolicy, Limits, Options};
use activecampaign_sim::Simulator;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use segue_engine::TableEngine;
use segue_model::Resources;
use segue_runs::connections::{ConnectionRules, Connections};
use segue_runs::segments::Segments;
use segue_runs::{Clock, Installation, Pace, StopHandle, Turns, Worker, WorkerRules};
use segue_server::{
    App, Cost, DataFolders, PublicUrl, Sandbox, Setting, entry_at_the_console, new_id, one_time_link, serve,
    system_random,
};
use segue_store::{CatalogChange, Entry, MasterKeys, ReferenceRules, StateDirectory, Store};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::place::Place;

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const MINUTE_MS: i64 = 60 * 1000;
pub(crate) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// The largest file that is taken.
pub(crate) const LARGEST_FILE: u64 = 64 * 1024;
/// When tests begin.
pub(crate) const BEGIN_MS: i64 = 1_800_000_000_000;

pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) store: Store,
    pub(crate) public: PublicUrl,
    pub(crate) client: Client,
    now_ms: Arc<AtomicI64>,
    end: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<bool>>,
    pub(crate) segments: Arc<Segments>,
    installation: Installation,
    worker: Option<(StopHandle, JoinHandle<()>)>,
    _sandbox: Option<Simulator>,
    place: Place,
}

/// How the server of a test differs from others.
#[derive(Default)]
pub(crate) struct Odd {
    pub(crate) public: Option<&'static str>,
    pub(crate) behind_proxy: bool,
    pub(crate) data_folders: Vec<PathBuf>,
    /// Only public hosts may be called, and a sandbox inside the server.
    pub(crate) sandbox: bool,
    /// What evaluating a segment may use, in bytes; more than any test needs unless told.
    pub(crate) memory: Option<usize>,
    /// What people may ask of an account; as much as they like unless told.
    pub(crate) limits: Option<Limits>,
}

async fn begun_sandbox() -> Simulator {
    activecampaign_sim::start(activecampaign_sim::Config::default()).await.expect("a sandbox")
}

/// A sandbox that has begun already.
fn built_in() -> Sandbox {
    Sandbox { key: activecampaign_sim::KEY.to_owned(), begin: Arc::new(|| Box::pin(async { Ok(()) })) }
}

/// Turns of a process of its own.
fn turns(store: &Store, limits: Limits, clock: &Clock) -> Turns {
    Turns::new(store.clone(), limits, Arc::clone(clock), new_id(&system_random()))
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::start_odd(Odd::default()).await
    }

    pub(crate) async fn start_odd(odd: Odd) -> Self {
        let place = Place::new().await;
        let (directory, store) = (Arc::clone(&place.directory), place.store.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let public = PublicUrl::parse(odd.public.unwrap_or(&url)).expect("an address");
        let trusted_proxies =
            if odd.behind_proxy { vec!["127.0.0.1".parse().expect("an address")] } else { Vec::new() };
        let sandbox = if odd.sandbox { Some(begun_sandbox().await) } else { None };
        let connections = ConnectionRules {
            hosts: if odd.sandbox { HostPolicy::PublicHttps } else { HostPolicy::AllowInsecure },
            references: ReferenceRules::default(),
            policy: Some("https://acme.example/privacy".into()),
            sandbox: sandbox.as_ref().map(|sandbox| format!("http://{}", sandbox.address())),
        };
        let built_in = sandbox.as_ref().map(|_| built_in());
        let setting = Setting {
            url: public.clone(),
            trusted_proxies,
            cost: Cost::LEAST,
            data_folders: DataFolders::open(&odd.data_folders).expect("data folders"),
            largest_file: LARGEST_FILE,
            sandbox: built_in,
        };
        let keys = MasterKeys::of_directory(&directory).expect("a master key");
        let now_ms = Arc::new(AtomicI64::new(BEGIN_MS));
        let held = Arc::clone(&now_ms);
        let clock: Clock = Arc::new(move || held.load(Ordering::SeqCst));
        let engine = Arc::new(TableEngine);
        let resources =
            Resources { threads: 2, memory_bytes: odd.memory.unwrap_or(256 << 20), spill: directory.spill() };
        let segments =
            Segments::new(engine.clone(), store.clone(), Arc::clone(&directory), resources, Vec::new());
        let segments = Arc::new(segments.fetching_from(connections.hosts));
        let known = Arc::clone(&segments);
        let limits = odd.limits.unwrap_or(Limits::none());
        let rules = (connections, turns(&store, limits, &clock));
        let installation = Installation::new(store.clone(), directory, keys, rules, segments, engine);
        let works = installation.clone();
        let app = App::new(installation, setting, clock, system_random());
        let (end, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, app, async {
            let _ = ended.await;
        }));
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        Self {
            url,
            store,
            public,
            client,
            now_ms,
            end: Some(end),
            serving,
            segments: known,
            installation: works,
            worker: None,
            _sandbox: sandbox,
            place,
        }
    }

    /// Changes tables and segments as they are.
    pub(crate) async fn change_catalog(&self, change: CatalogChange) {
        let seen = self.store.catalog().await.expect("a catalog").version;
        self.store.change_catalog(seen, &[change], &self.by()).await.expect("a change");
    }

    /// Its connections as another process has them, at accounts with these limits.
    pub(crate) fn elsewhere(&self, limits: Limits) -> Connections {
        let keys = MasterKeys::of_directory(self.directory()).expect("a master key");
        let now_ms = Arc::clone(&self.now_ms);
        let clock: Clock = Arc::new(move || now_ms.load(Ordering::SeqCst));
        let rules = self.installation.connections.rules().clone();
        Connections::new(self.store.clone(), keys, rules, turns(&self.store, limits, &clock))
    }

    /// Does something to the database past everybody; gives how many rows that concerned.
    pub(crate) async fn execute(&self, text: &str) -> u64 {
        self.place.execute(text).await
    }

    /// An audit entry of what a test does without asking the server.
    pub(crate) fn by(&self) -> Entry {
        entry_at_the_console(self.now_ms(), &system_random())
    }

    /// Where what is received or written for somebody stands for a while.
    pub(crate) fn spill(&self) -> PathBuf {
        self.installation.directory.spill()
    }

    /// The state directory.
    pub(crate) fn state(&self) -> &std::path::Path {
        self.installation.directory.path()
    }

    pub(crate) fn directory(&self) -> &StateDirectory {
        &self.installation.directory
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// A worker of this site, as fast as it can be, whose clock the test holds.
    pub(crate) fn worker(&self) -> Worker {
        self.worker_with(Limits::none())
    }

    /// The same, called so.
    pub(crate) fn worker_called(&self, id: &str) -> Worker {
        self.worker_at(Limits::none(), id.to_owned())
    }

    /// The same for a worker that keeps these limits.
    pub(crate) fn worker_with(&self, limits: Limits) -> Worker {
        self.worker_at(limits, new_id(&system_random()))
    }

    fn worker_at(&self, limits: Limits, id: String) -> Worker {
        let rules =
            WorkerRules { options: Options { limits, ..Options::default() }, ..WorkerRules::default() };
        self.worker_by(rules, id)
    }

    /// A worker with rules of its own, as fast as they let it.
    pub(crate) fn worker_by(&self, rules: WorkerRules, id: String) -> Worker {
        let rules =
            WorkerRules { pace: Pace::default().sped_up(3000.0), beat: Duration::from_millis(20), ..rules };
        let held = Arc::clone(&self.now_ms);
        let clock: Clock = Arc::new(move || held.load(Ordering::SeqCst));
        // It takes its own first.
        let its = parking_lot::Mutex::new(Some(id));
        let ids = move || its.lock().take().unwrap_or_else(|| new_id(&system_random()));
        Worker::new(self.installation.clone(), rules, clock, Arc::new(ids))
    }

    /// Lets a worker work until the site ends.
    pub(crate) fn work(&mut self) {
        self.work_at(Limits::none());
    }

    /// The same for a worker that keeps these limits.
    pub(crate) fn work_at(&mut self, limits: Limits) {
        let (handle, stop) = StopHandle::new();
        let worker = self.worker_with(limits);
        self.worker = Some((handle, tokio::spawn(async move { worker.run(stop).await })));
    }

    /// Tells the worker to end and waits until it has.
    pub(crate) async fn rest(&mut self) {
        if let Some((handle, working)) = self.worker.take() {
            handle.raise();
            working.await.expect("no panic");
        }
    }

    /// Tells the server to end and waits for it; gives whether all requests ended.
    pub(crate) async fn end(mut self) -> bool {
        self.rest().await;
        drop(self.end.take());
        self.serving.await.expect("no panic").expect("no failure")
    }

    /// The secret of a new link for the first administrator.
    pub(crate) async fn first_secret(&self) -> String {
        let link = one_time_link(&self.store, &self.public, self.now_ms(), &system_random()).await;
        secret_of(&link.expect("a database").expect("no administrator yet"))
    }

    /// Makes the first administrator and signs them in.
    pub(crate) async fn administrator(&self) -> As<'_> {
        let secret = self.first_secret().await;
        let setup =
            json!({"secret": secret, "login": "root@example.com", "name": "Root", "password": PASSWORD});
        self.nobody().post("/setup", &setup).await.expect(StatusCode::CREATED);
        self.sign_in("root@example.com").await
    }

    /// Adds a user and signs them in.
    pub(crate) async fn user(&self, administrator: &As<'_>, login: &str, role: &str) -> As<'_> {
        let new = json!({"login": login, "name": format!("Name of {login}"), "role": role});
        let invited = administrator.post("/users", &new).await.expect(StatusCode::CREATED);
        let secret = secret_of(invited.text_at("/link/url"));
        let set = self.nobody().post("/setup", &json!({"secret": secret, "password": PASSWORD})).await;
        set.expect(StatusCode::NO_CONTENT);
        self.sign_in(login).await
    }

    pub(crate) async fn sign_in(&self, login: &str) -> As<'_> {
        let answer = self.nobody().post("/session", &json!({"login": login, "password": PASSWORD})).await;
        self.with_cookie(&answer.expect(StatusCode::OK))
    }

    /// Who has the cookie of this answer.
    pub(crate) fn with_cookie(&self, answer: &Answer) -> As<'_> {
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        As { site: self, cookie: Some(cookie), token: None }
    }

    pub(crate) fn with_token(&self, secret: &str) -> As<'_> {
        As { site: self, cookie: None, token: Some(secret.to_owned()) }
    }

    pub(crate) fn nobody(&self) -> As<'_> {
        As { site: self, cookie: None, token: None }
    }
}

/// What stands behind the `#` of a link.
pub(crate) fn secret_of(link: &str) -> String {
    link.split_once("/setup#").expect("a link").1.to_owned()
}

/// Somebody who asks, as a browser or a program does.
pub(crate) struct As<'a> {
    site: &'a Site,
    pub(crate) cookie: Option<String>,
    pub(crate) token: Option<String>,
}

impl As<'_> {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.send(method, &format!("/api/v1{path}"))
    }

    /// What a browser sends that is to show the answer as a page.
    pub(crate) fn browser(&self, method: Method, path: &str) -> RequestBuilder {
        self.send(method, path).header("accept", "text/html")
    }

    fn send(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.site.client.request(method, format!("{}{path}", self.site.url));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie).header("sec-fetch-site", "same-origin");
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body)).await
    }

    /// Changes the version that this answer has shown.
    pub(crate) async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).header("if-match", etag).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn delete_version(&self, path: &str, etag: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).header("if-match", etag)).await
    }

    /// The id of who asks.
    pub(crate) async fn id(&self) -> String {
        self.get("/session").await.expect(StatusCode::OK).text_at("/user/id").to_owned()
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a text");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, body }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// A problem with this code, and with the status that belongs to it.
    #[track_caller]
    pub(crate) fn problem(self, code: &str) -> Self {
        assert_eq!(self.body["code"], code, "{} {}", self.status, self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], self.status.as_u16());
        assert_eq!(self.body["type"], format!("/docs/errors.md#{code}"));
        self
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn text_at(&self, pointer: &str) -> &str {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer} of {}", self.text))
    }

    /// The pointers of the fields that are not right.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["pointer"].as_str()).collect()
    }
}
