//! Tables whose files are at an address: fetched whole or not at all, and read from there.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode as Said, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use parking_lot::Mutex;
use reqwest::StatusCode;
use serde_json::json;

use crate::desk::{CUSTOMERS, Desk, add_segment, change, etag};
use crate::runs::{Office, begin, ended, refresh};
use crate::setting::{As, Odd, Site};

/// A host with one file, and what it was asked.
#[derive(Clone, Default)]
struct Host(Arc<Mutex<File>>);

#[derive(Default)]
struct File {
    text: String,
    status: u16,
    /// Bytes after which the connection breaks off.
    breaks: bool,
    asked: Vec<String>,
}

async fn answer(State(host): State<Host>, request: Request) -> Response {
    let mut file = host.0.lock();
    let tag = format!("\"{}\"", file.text.len());
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    let is_known = known == Some(&tag);
    file.asked.push(known.unwrap_or("anew").to_owned());
    let status = Said::from_u16(file.status).expect("a status");
    if status != Said::OK {
        return status.into_response();
    }
    if is_known {
        return Said::NOT_MODIFIED.into_response();
    }
    if file.breaks {
        let pieces = [Ok("id,mail,city\n1,"), Err(std::io::Error::other("broken"))];
        return Body::from_stream(futures::stream::iter(pieces)).into_response();
    }
    ([(header::ETAG, tag), (header::CONTENT_TYPE, "text/csv".to_owned())], file.text.clone()).into_response()
}

impl Host {
    /// Serves a file; gives its address.
    async fn serve(text: &str) -> (Self, String) {
        let host = Self::default();
        *host.0.lock() = File { text: text.to_owned(), status: 200, ..File::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new()
            .route("/customers", get(answer))
            .route("/moved", get(async || Redirect::temporary("/customers")))
            .route("/away", get(async || Redirect::temporary("ftp://127.0.0.1/customers")))
            .with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (host, address)
    }

    fn put(&self, text: &str) {
        text.clone_into(&mut self.0.lock().text);
    }

    fn answers(&self, status: u16) {
        self.0.lock().status = status;
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().asked)
    }
}

async fn add(root: &As<'_>, address: &str) -> crate::setting::Answer {
    root.post("/tables", &json!({"name": "customers", "path": address, "key": "id"})).await
}

/// Files that were fetched, by their names.
fn fetched(site: &Site) -> Vec<String> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(site.state().join("fetched")).expect("a folder") {
        for file in std::fs::read_dir(folder.expect("an entry").path()).expect("a folder") {
            found.push(file.expect("an entry").file_name().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_table_at_an_address_is_fetched_when_it_is_added_looked_at_and_refreshed() {
    // No data folder is needed for it.
    let mut site = Site::start().await;
    let root = site.administrator().await;
    let (host, address) = Host::serve(CUSTOMERS).await;
    let address = format!("{address}/customers");
    let added = add(&root, &address).await.expect(StatusCode::CREATED);
    assert_eq!(added.text_at("/path"), address);
    assert_eq!(
        (host.asked(), fetched(&site)),
        (vec!["anew".to_owned()], vec!["1.csv".to_owned(), "about.json".to_owned()])
    );
    add_segment(&root, "cluj", "Cluj").await;

    // What has not changed is not sent again.
    let described = root.get("/tables/customers/description").await.expect(StatusCode::OK);
    assert_eq!(described.body["rows"], 4, "{}", described.text);
    assert!(host.asked().iter().all(|known| known != "anew"));
    site.work();
    let root = site.sign_in("root@example.com").await;
    assert_eq!(refresh(&root, "cluj").await["segments"][0]["members"], 2);
    host.put(&format!("{CUSTOMERS}5,ada@example.com,Cluj,1,yes\n"));
    assert_eq!(refresh(&root, "cluj").await["segments"][0]["members"], 3);
    host.asked();
    let everything = begin(&root, "/refreshes").await;
    let everything = ended(&root, &everything).await;
    assert_eq!(everything["status"], "succeeded", "{everything}");
    assert_eq!(host.asked().len(), 1, "a refresh of everything asks once");

    // With the table goes what was fetched.
    let seen = etag(&root, "/segments/cluj").await;
    root.delete_version("/segments/cluj", &seen).await.expect(StatusCode::NO_CONTENT);
    let seen = etag(&root, "/tables/customers").await;
    root.delete_version("/tables/customers", &seen).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(fetched(&site), [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_fetched_fails_the_refresh_and_keeps_the_members() {
    let mut site = Site::start().await;
    let root = site.administrator().await;
    let (host, address) = Host::serve(CUSTOMERS).await;
    add(&root, &format!("{address}/customers?key=hunter2")).await.expect(StatusCode::CREATED);
    add_segment(&root, "cluj", "Cluj").await;
    site.work();
    let root = site.sign_in("root@example.com").await;
    refresh(&root, "cluj").await;
    host.put("id,mail,city\n");
    host.answers(503);
    let failed = refresh(&root, "cluj").await;
    assert_eq!(failed["status"], "failed", "{failed}");
    let cause = failed["segments"][0]["cause"].as_str().unwrap();
    assert!(cause.contains("/customers cannot be fetched: its host answers with 503"), "{failed}");
    assert!(!failed.to_string().contains("hunter2"), "{failed}");
    let everything = begin(&root, "/refreshes").await;
    let everything = ended(&root, &everything).await;
    assert_eq!(
        (&everything["status"], &everything["tables"][0]["name"]),
        (&json!("failed"), &json!("customers"))
    );

    // A file that breaks off is no file.
    host.answers(200);
    host.0.lock().breaks = true;
    let broken = refresh(&root, "cluj").await;
    assert!(broken.to_string().contains("the connection broke off"), "{broken}");
    assert_eq!(root.get("/segments/cluj").await.body["segment"]["members"], 2);
    assert_eq!(fetched(&site), ["1.csv", "about.json"]);
    let looked = root.get("/tables/customers/description").await.problem("unusable");
    assert!(looked.text_at("/detail").contains("the connection broke off"), "{}", looked.text);
    host.0.lock().breaks = false;
    assert_eq!(refresh(&root, "cluj").await["segments"][0]["members"], 0);
}

#[tokio::test]
async fn an_address_is_looked_at_before_it_is_called() {
    let site = Site::start_odd(Odd { sandbox: true, ..Odd::default() }).await;
    let root = site.administrator().await;
    let (host, address) = Host::serve(CUSTOMERS).await;
    for (given, said) in [
        (format!("{address}/customers"), "is not https"),
        (address.replace("http:", "https:"), "loopback, private or reserved"),
        ("https://ana:hunter2@example.com/a.csv".to_owned(), "holds a user or a password"),
        ("https://[2002:7f00:1::]/a.csv".to_owned(), "loopback, private or reserved"),
    ] {
        let refused = add(&root, &given).await.problem("invalid_fields");
        assert_eq!(refused.fields(), ["/path"]);
        assert!(
            refused.text.contains(said) && !refused.text.contains("hunter2"),
            "{given}: {}",
            refused.text
        );
    }
    assert!(host.asked().is_empty());
}

#[tokio::test]
async fn a_redirect_is_followed_to_where_a_call_may_go() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let (_host, address) = Host::serve(CUSTOMERS).await;
    let away = add(&root, &format!("{address}/away")).await.problem("invalid_fields");
    assert!(away.text.contains("leads on to an address that may not be called"), "{}", away.text);
    let none = add(&root, &format!("{address}/none")).await.problem("invalid_fields");
    assert!(none.text.contains("its host answers with 404"), "{}", none.text);
    add(&root, &format!("{address}/moved")).await.expect(StatusCode::CREATED);
    // From an address to a file, and what was fetched is gone.
    let moved = change(&root, "/tables/customers", json!({"path": "customers.csv"})).await;
    moved.expect(StatusCode::OK);
    assert_eq!(fetched(&desk.site), [""; 0]);
}

#[tokio::test]
async fn members_of_a_table_at_an_address_are_exported() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let (_host, address) =
        Host::serve("id,mail,city\n1,ana@example.com,Cluj\n2,ion@example.com,Cluj\n").await;
    let place = "/tables/customers";
    change(&root, place, json!({"path": format!("{address}/customers")})).await.expect(StatusCode::OK);
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    assert_eq!(crate::runs::run(&root, &export).await["status"], "succeeded");
    assert_eq!(office.on_the_list().await, ["ana@example.com", "ion@example.com"]);
}

#[tokio::test]
async fn the_form_takes_an_address_too() {
    use crate::console::{led_to, page, submit};
    let site = Site::start().await;
    let root = site.administrator().await;
    let (host, address) = Host::serve(CUSTOMERS).await;
    let address = format!("{address}/customers");
    let blank = page(&root, "/tables/new").await.expect(StatusCode::OK);
    assert!(blank.text.contains("https address"), "{}", blank.text);
    let fields = [("path", address.as_str()), ("name", "customers"), ("key", "id")];
    host.answers(404);
    let refused = submit(&root, "/tables/new", &fields).await;
    assert!(refused.text.contains("its host answers with 404"), "{}", refused.text);
    host.answers(200);
    let place = led_to(submit(&root, "/tables/new", &fields).await);
    assert_eq!(place, "/tables/customers/edit?done=added");
    assert!(page(&root, &place).await.text.contains(&address));
}
