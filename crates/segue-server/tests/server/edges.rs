//! What every answer has, and what is turned down before any endpoint does its work.

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::setting::{Answer, PASSWORD, Site};

#[tokio::test]
async fn every_answer_has_strict_headers_and_an_id() {
    let site = Site::start().await;
    let mut ids = Vec::new();
    for path in ["/session", "/nothing", "/openapi.json", "/users?x"] {
        let answer = site.nobody().get(path).await;
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert_eq!(answer.header("strict-transport-security"), "", "it is reached without TLS");
        ids.push(answer.header("x-request-id").to_owned());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), ids[0].len()), (4, 32));
}

#[tokio::test]
async fn what_is_not_there_and_what_is_asked_wrongly_are_problems_too() {
    let site = Site::start().await;
    let root = site.administrator().await;
    root.get("/nothing").await.problem("not_found");
    root.get("/users/nobody").await.problem("not_found");
    root.get("/users/%ff").await.problem("not_found");
    let answer = root.delete("/users").await.problem("wrong_method");
    assert_eq!(answer.header("allow"), "GET,HEAD,POST");
}

#[tokio::test]
async fn bodies_are_json_of_a_known_shape_and_a_bounded_size() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let sent = |kind: &'static str, body: String| {
        Answer::of(root.request(Method::POST, "/users").header("content-type", kind).body(body))
    };
    sent("text/plain", "{}".to_owned()).await.problem("not_json");
    sent("application/json", "{".to_owned()).await.problem("malformed");
    sent("application/json", String::new()).await.problem("malformed");
    let unknown = json!({"login": "a", "name": "A", "role": "viewer", "admin": true}).to_string();
    let answer = sent("application/json; charset=utf-8", unknown).await.problem("invalid_fields");
    assert_eq!(answer.fields(), ["/admin"]);
    let wrong = json!({"login": "a", "name": "A", "role": "owner"}).to_string();
    let answer = sent("application/json", wrong).await.problem("invalid_fields");
    assert_eq!(answer.fields(), ["/role"]);
    assert!(
        answer.text.contains("must be one of `viewer`, `contributor`, `administrator`"),
        "{}",
        answer.text
    );
    let misplaced = json!({"login": "a", "name": {"password": PASSWORD}, "role": "viewer"}).to_string();
    let answer = sent("application/json", misplaced).await.problem("invalid_fields");
    assert_eq!(answer.fields(), ["/name"]);
    sent("application/json", " ".repeat(64 * 1024 + 1)).await.problem("too_large");
    sent("application/json", "[".repeat(60_000)).await;
    root.get("/session").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn those_who_watch_it_need_no_session() {
    let site = Site::start().await;
    let root = site.administrator().await;
    root.get("/users/0123456789").await.problem("not_found");
    let get = async |path: &str| {
        let response = site.client.get(format!("{}{path}", site.url)).send().await.expect("an answer");
        (response.status(), response.text().await.expect("a text"))
    };
    assert_eq!(get("/healthz").await, (StatusCode::OK, "alive\n".to_owned()));
    assert_eq!(get("/readyz").await, (StatusCode::OK, "ready\n".to_owned()));
    let (status, metrics) = get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        "segue_http_requests_total{method=\"GET\",route=\"/api/v1/users/{id}\",status=\"404\"} 1",
        "segue_http_request_duration_seconds_count{route=\"/api/v1/users/{id}\"} 1",
        "segue_sign_ins_total{outcome=\"succeeded\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(!metrics.contains("0123456789") && !metrics.contains("example.com"), "{metrics}");

    site.store.close().await;
    let (status, text) = get("/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(text.contains("store_unavailable") && !text.contains("pool"), "{text}");
    assert_eq!(get("/healthz").await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_page_about_problems_is_served() {
    let site = Site::start().await;
    let response = site.client.get(format!("{}/docs/errors.md", site.url)).send().await.unwrap();
    assert!(response.text().await.unwrap().contains("<a id=\"stale\"></a>"));
}

#[tokio::test]
async fn it_ends_though_connections_are_open() {
    let site = Site::start().await;
    // The client keeps its connection for the next request.
    site.nobody().get("/session").await.problem("sign_in_required");
    assert!(site.end().await, "nothing was under way");
}

#[tokio::test]
async fn it_ends_though_a_request_never_does() {
    let site = Site::start().await;
    let mut stream = TcpStream::connect(site.url.trim_start_matches("http://")).await.unwrap();
    stream
        .write_all(b"POST /api/v1/session HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n")
        .await
        .unwrap();
    stream.write_all(b"content-length: 100\r\n\r\n{").await.unwrap();
    // It has been read once another connection was answered.
    site.nobody().get("/session").await.problem("sign_in_required");
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    assert!(!site.end().await, "something was under way");
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn nonsense_ends_its_own_connection_only() {
    let site = Site::start().await;
    let mut stream = TcpStream::connect(site.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(b"\x16\x03\x01 nonsense\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    site.nobody().get("/session").await.problem("sign_in_required");
}
