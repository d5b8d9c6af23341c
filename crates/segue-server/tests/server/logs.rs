//! What the server writes about itself names no person.

use std::io::Write;
use std::sync::Arc;

use parking_lot::Mutex;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::setting::{PASSWORD, Site};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_login_name_password_or_secret_is_logged() {
    let log = Log::default();
    // What comes from threads of the database driver is to be seen too, so this holds for the whole process.
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(log.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).expect("the only one");

    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "viewer").await;
    let made =
        ana.post("/tokens", &json!({"name": "Nightly", "scope": "read"})).await.expect(StatusCode::CREATED);
    let program = site.with_token(made.text_at("/secret"));
    program.get("/session").await.expect(StatusCode::OK);
    let wrong = json!({"login": "ana@example.com", "password": "wrong password"});
    site.nobody().post("/session", &wrong).await.problem("wrong_credentials");
    let taken = json!({"login": "ana@example.com", "name": "Again", "role": "viewer"});
    root.post("/users", &taken).await.problem("taken");
    root.post("/users", &json!({"login": {"ana@example.com": 1}})).await.problem("invalid_fields");
    root.get("/users/ana@example.com").await.problem("not_found");
    root.get("/users?search=ana@example.com").await.problem("malformed");
    root.get("/audit/download?format=csv").await.expect(StatusCode::OK);
    let ids = [root.id().await, ana.id().await];
    site.store.close().await;
    let failed = root.get("/session").await.problem("store_unavailable").header("x-request-id").to_owned();
    let (ana_cookie, root_cookie) = (ana.cookie.clone().unwrap(), root.cookie.clone().unwrap());
    let secret = made.text_at("/secret").to_owned();
    site.end().await;

    let written = String::from_utf8(log.0.lock().clone()).expect("text");
    let lines: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let ours: Vec<&Value> = lines
        .iter()
        .filter(|line| line["target"].as_str().is_some_and(|target| target.starts_with("segue")))
        .collect();
    let answered = ours.iter().filter(|line| line["fields"]["message"] == "request answered").count();
    assert!(answered >= 15, "{answered}");
    let told = ours.iter().find(|line| line["level"] == "ERROR").expect("the database's end is told");
    assert_eq!(told["span"]["request"], failed);
    assert!(ours.iter().any(|line| line["fields"]["route"] == "/api/v1/users/{id}"));

    let ours: String = ours.iter().map(|line| line.to_string()).collect();
    let cookies =
        [ana_cookie, root_cookie].map(|cookie| cookie.split_once('=').expect("a cookie").1.to_owned());
    for word in
        ["example.com", "ana", "Name of", "Nightly", PASSWORD, "wrong password", "127.0.0.1", secret.as_str()]
            .into_iter()
            .chain(cookies.iter().map(String::as_str))
            .chain(ids.iter().map(String::as_str))
    {
        assert!(!ours.contains(word), "{word} is in the log:\n{ours}");
    }
    // Libraries are quieter than this where it runs, and even so have nothing to say about people.
    for word in ["example.com", PASSWORD, "wrong password", "Nightly"] {
        let line = written.lines().find(|line| {
            line.contains(word) && !line.contains("reqwest") && !line.contains("hyper_util::client")
        });
        assert_eq!(line, None, "{word} is in the log");
    }
}
