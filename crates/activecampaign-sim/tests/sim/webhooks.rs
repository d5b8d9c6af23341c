//! Webhooks and callbacks: what the account tells, and whom.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::sandbox::Sandbox;

/// A message as its receiver sees it.
#[derive(Debug)]
struct Message {
    line: String,
    kind: String,
    signature: Option<String>,
    body: String,
}

impl Message {
    fn form(&self) -> BTreeMap<String, String> {
        assert_eq!(self.kind, "application/x-www-form-urlencoded");
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

/// Somebody who listens on this machine and answers all with one status.
struct Receiver {
    url: String,
    messages: mpsc::UnboundedReceiver<Message>,
}

impl Receiver {
    async fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, messages) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sender = sender.clone();
                let service = service_fn(move |request| note(request, status, sender.clone()));
                let server = hyper::server::conn::http1::Builder::new();
                tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, messages }
    }

    async fn next(&mut self) -> Message {
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, self.messages.recv()).await.expect("a message").unwrap()
    }

    /// The types of the messages so far, after one that a test makes last.
    async fn types_until(&mut self, last: &str) -> Vec<String> {
        let mut types = Vec::new();
        while types.last().is_none_or(|seen| seen != last) {
            types.push(self.next().await.form()["type"].clone());
        }
        types
    }
}

async fn note(
    request: hyper::Request<Incoming>,
    status: u16,
    sender: mpsc::UnboundedSender<Message>,
) -> hyper::Result<hyper::Response<Full<Bytes>>> {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let line = format!("{} {}", request.method(), request.uri());
    let (kind, signature) = (header("content-type").unwrap_or_default(), header("x-sig"));
    let body = request.into_body().collect().await?.to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    sender.send(Message { line, kind, signature, body }).unwrap();
    Ok(hyper::Response::builder().status(status).body(Full::default()).unwrap())
}

async fn hook(sandbox: &Sandbox, url: &str, events: &[&str], list: u64) -> Value {
    let webhook = json!({"webhook": {"name": "n", "url": url, "events": events,
        "sources": ["public", "admin", "api", "system"], "listid": list}});
    let answer = sandbox.post("webhooks", &webhook).await;
    assert_eq!(answer.status, 201);
    answer.good()["webhook"].clone()
}

#[tokio::test]
async fn receivers_hear_what_they_asked_for() {
    let sandbox = Sandbox::new().await;
    let mut receiver = Receiver::answering(200).await;
    hook(&sandbox, &receiver.url, &["subscribe", "unsubscribe", "contact_tag_added", "bounce"], 0).await;
    let contact = json!({"contact": {"email": "ann@example.com", "firstName": "Ann", "lastName": "Lee", "phone": "1",
        "fieldValues": [{"field": 6, "value": "Iași"}]}});
    sandbox.post("contact/sync", &contact).await.good();
    sandbox.set_membership(1, 3, 1).await.good();
    // Once more changes nothing.
    sandbox.set_membership(1, 3, 1).await.good();
    let message = receiver.next().await;
    assert_eq!((message.line.as_str(), &message.signature), ("POST /hook", &None));
    let form = message.form();
    for (key, value) in [
        ("type", "subscribe"),
        ("initiated_from", "api"),
        ("list", "3"),
        ("contact[id]", "1"),
        ("contact[email]", "ann@example.com"),
        ("contact[first_name]", "Ann"),
        ("contact[last_name]", "Lee"),
        ("contact[phone]", "1"),
        ("contact[tags]", ""),
        ("contact[fields][CITY]", "Iași"),
    ] {
        assert_eq!(form[key], value, "{key}");
    }
    assert!(form.contains_key("date_time") && form.contains_key("contact[ip]"));

    sandbox.post("tags", &json!({"tag": {"tag": "vip", "tagType": "contact"}})).await.good();
    sandbox.post("contactTags", &json!({"contactTag": {"contact": 1, "tag": 1}})).await.good();
    let form = receiver.next().await.form();
    assert_eq!(
        (form["type"].as_str(), form["tag"].as_str(), form["contact[tags]"].as_str()),
        ("contact_tag_added", "vip", "vip")
    );

    sandbox.set_membership(1, 3, 2).await.good();
    let form = receiver.next().await.form();
    assert_eq!((form["type"].as_str(), form["list[][id]"].as_str()), ("unsubscribe", "3"));
    assert!(form.contains_key("unsubscribe[reason]") && form.contains_key("campaign[id]"));

    sandbox.arrange("contacts/bounce", &json!({"email": "ann@example.com"})).await;
    let form = receiver.next().await.form();
    assert_eq!((form["type"].as_str(), form["bounce[type]"].as_str()), ("bounce", "hard"));
    assert_eq!(form["initiated_from"], "system");
}

#[tokio::test]
async fn imports_tell_nobody() {
    let sandbox = Sandbox::new().await;
    let mut receiver = Receiver::answering(200).await;
    hook(&sandbox, &receiver.url, &["subscribe", "unsubscribe", "update", "contact_tag_added", "bounce"], 0)
        .await;
    for import in [
        json!([{"email": "ann@example.com", "tags": ["vip"], "subscribe": [{"listid": 3}]}]),
        json!([{"email": "ann@example.com", "first_name": "Ann", "unsubscribe": [{"listid": 3}]}]),
    ] {
        assert_eq!(sandbox.imported(&import).await["status"], "completed");
    }
    sandbox.arrange("contacts/bounce", &json!({"email": "ann@example.com"})).await;
    assert_eq!(receiver.types_until("bounce").await, ["bounce"]);
}

#[tokio::test]
async fn lists_and_sources_narrow_what_is_heard() {
    let sandbox = Sandbox::new().await;
    let mut receiver = Receiver::answering(200).await;
    hook(&sandbox, &receiver.url, &["subscribe", "update"], 2).await;
    let by_people = json!({"webhook": {"url": receiver.url, "events": ["subscribe"], "sources": ["public"]}});
    sandbox.post("webhooks", &by_people).await.good();
    let ann = sandbox.contact("ann@example.com").await;
    sandbox.set_membership(ann, 3, 1).await.good();
    sandbox.set_membership(ann, 2, 1).await.good();
    sandbox.contact("ann@example.com").await;
    assert_eq!(receiver.types_until("update").await, ["subscribe", "update"]);
}

#[tokio::test]
async fn who_is_gone_hears_no_more() {
    let sandbox = Sandbox::new().await;
    let (mut gone, mut failing) = (Receiver::answering(410).await, Receiver::answering(500).await);
    let webhook = hook(&sandbox, &gone.url, &["subscribe", "unsubscribe"], 0).await;
    assert_eq!((&webhook["id"], &webhook["state"]), (&json!("1"), &json!("1")));
    hook(&sandbox, &failing.url, &["subscribe", "unsubscribe"], 0).await;
    // Nobody can be told there: it is no place of this machine.
    hook(&sandbox, "https://hooks.example.com/", &["subscribe"], 0).await;
    let ann = sandbox.contact("ann@example.com").await;
    sandbox.set_membership(ann, 3, 1).await.good();
    assert_eq!(gone.types_until("subscribe").await, ["subscribe"]);
    while sandbox.get("webhooks/1").await.good()["webhook"]["state"] != "0" {
        tokio::task::yield_now().await;
    }
    sandbox.set_membership(ann, 3, 2).await.good();
    // Not repeated, though it failed.
    assert_eq!(failing.types_until("unsubscribe").await, ["subscribe", "unsubscribe"]);
    assert!(gone.messages.try_recv().is_err());
}

#[tokio::test]
async fn webhooks_are_kept_and_deleted() {
    let sandbox = Sandbox::new().await;
    let made = hook(&sandbox, "https://example.com/hook", &["bounce"], 12).await;
    let all = sandbox.get("webhooks").await.good();
    assert_eq!((&all["webhooks"], &all["meta"]["total"]), (&json!([made]), &json!("1")));
    assert_eq!(sandbox.get("webhooks/1").await.good()["webhook"], made);
    assert_eq!(sandbox.post("webhooks", &json!({"webhook": {"name": "n"}})).await.status, 422);
    assert_eq!(sandbox.delete("webhooks/1").await.good(), json!({}));
    for path in ["webhooks/1", "webhooks/0", "webhooks/9"] {
        assert_eq!(sandbox.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_import_calls_back_when_it_ends() {
    let sandbox = Sandbox::new().await;
    let mut receiver = Receiver::answering(200).await;
    sandbox.arrange("exclusions", &json!({"phrase": "bob@example.com"})).await;
    let contacts = json!([{"email": "ann@example.com"}, {"email": "bob@example.com"}]);
    let import = |callback: Value| {
        let (sandbox, contacts) = (&sandbox, &contacts);
        async move {
            let body = json!({"contacts": contacts, "callback": callback});
            sandbox.post("import/bulk_import", &body).await.good();
            sandbox.forward(60.0).await;
        }
    };
    let url = receiver.url.trim_start_matches("http://").to_owned();
    import(json!({"url": url, "requestType": "POST", "detailed_results": "true",
        "params": [{"key": "job", "value": "42"}], "headers": [{"key": "X-Sig", "value": "s"}]}))
    .await;
    let message = receiver.next().await;
    assert_eq!((message.line.as_str(), message.signature.as_deref()), ("POST /hook", Some("s")));
    let body: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(body["params"], json!([{"key": "job", "value": "42"}]));
    assert_eq!((&body["success_count"], &body["failure_count"]), (&json!(1), &json!(1)));
    let error =
        json!({"contact": "bob@example.com", "errorMessages": ["The contact is on an exclusion list."]});
    assert_eq!(body["errors"], json!([error]));

    import(json!({"url": url, "requestType": "POST"})).await;
    assert_eq!(receiver.next().await.body, r#"{"params":[]}"#);

    import(json!({"url": url, "requestType": "GET", "params": [{"key": "job", "value": "4 2"}]})).await;
    assert_eq!(receiver.next().await.line, "GET /hook?job=4+2");
    // And never again.
    sandbox.forward(600.0).await;
    assert!(receiver.messages.try_recv().is_err());
}

#[tokio::test]
async fn an_import_calls_back_though_nobody_asks() {
    let sandbox = Sandbox::with(|config| config.speed = 1_000.0).await;
    let mut receiver = Receiver::answering(200).await;
    let body = json!({"contacts": [{"email": "ann@example.com"}], "callback": {"url": receiver.url, "requestType": "POST"}});
    sandbox.post("import/bulk_import", &body).await.good();
    assert_eq!(receiver.next().await.line, "POST /hook");
    assert_eq!(sandbox.held().await.len(), 1);
}
