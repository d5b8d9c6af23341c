//! The OpenAPI document: the one that is committed is the one that the code makes, and what it says of access is true.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::setting::{Answer, Site};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

fn document() -> Value {
    serde_json::to_value(segue_server::openapi()).expect("JSON")
}

fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("an item") {
            if let Ok(method) = method.to_uppercase().parse() {
                operations.push((method, path.clone(), operation.clone()));
            }
        }
    }
    operations
}

#[test]
fn the_committed_document_is_that_of_the_code() {
    let made = serde_json::to_string_pretty(&document()).expect("JSON") + "\n";
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(FILE, &made).expect("docs/openapi.json can be written");
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        committed == made,
        "docs/openapi.json is another: run with INSTA_UPDATE=always and read what changed"
    );
}

#[test]
fn everything_that_it_refers_to_is_there() {
    const PLACE: &str = "#/components/schemas/";
    let document = document();
    let text = document.to_string();
    let referred = text.split(PLACE).skip(1).filter_map(|rest| rest.split('"').next());
    for name in referred {
        assert!(document["components"]["schemas"][name].is_object(), "there is no schema {name}");
    }
}

/// What is begun without saying more.
const NO_BODY: [&str; 2] = ["/exports/run-all", "/refreshes"];

#[test]
fn it_is_openapi_3_1_and_every_operation_is_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = Vec::new();
    for (method, path, operation) in operations(&document) {
        let words = operation["summary"].as_str().unwrap_or_default();
        assert!(!words.is_empty(), "{method} {path} has no summary");
        assert!(operation["responses"]["default"].is_object(), "{method} {path} cannot fail");
        let takes_body = [Method::PATCH, Method::PUT].contains(&method)
            || (method == Method::POST
                && !path.contains('{')
                && !NO_BODY.iter().any(|known| path.ends_with(known)));
        assert!(
            !takes_body || operation["requestBody"].is_object(),
            "{method} {path} does not say what it takes"
        );
        ids.push(operation["operationId"].as_str().expect("an id").to_owned());
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "operations share an id: {ids:?}");
}

#[tokio::test]
async fn it_is_served() {
    let site = Site::start().await;
    assert_eq!(site.nobody().get("/openapi.json").await.expect(StatusCode::OK).body, document());
}

#[tokio::test]
async fn nobody_gets_into_what_it_says_is_closed() {
    let site = Site::start().await;
    site.administrator().await;
    let mut closed = 0;
    for (method, path, operation) in operations(&document()) {
        let path = path.trim_start_matches("/api/v1").replace("{id}", "0");
        let request =
            site.nobody().request(method.clone(), &path).header("if-match", "\"1\"").json(&json!({}));
        let answer = Answer::of(request).await;
        if operation["security"] == json!([{}]) {
            assert_ne!(answer.body["code"], "sign_in_required", "{method} {path}");
        } else {
            answer.problem("sign_in_required");
            closed += 1;
        }
    }
    assert!(closed > 10, "{closed}");
}
