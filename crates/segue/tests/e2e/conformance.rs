//! The API held to its own OpenAPI document: schemathesis sends what the document allows and much that it does not, and every
//! answer must be one of those that the document names.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use activecampaign_sim::Config;
use reqwest::StatusCode;
use serde_json::Value;

use crate::serve::serve;
use crate::setting::SPEED;
use crate::shop::{Asking, Shop};

fn program() -> PathBuf {
    let folder = std::env::var_os("SEGUE_SCHEMATHESIS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/schemathesis"),
        PathBuf::from,
    );
    let program = folder.join("bin/schemathesis");
    assert!(program.is_file(), "{} is missing: run ./test once: it installs schemathesis", program.display());
    program
}

/// What would end the session that all the others need.
const LEFT_OUT: [&str; 2] = ["sign_out", "sign_out_everywhere"];

/// The document without who may ask: that is asked elsewhere, and here its cookie would take the place of ours.
fn open_to_all(mut document: Value) -> Value {
    document.as_object_mut().unwrap().remove("security");
    document["components"].as_object_mut().unwrap().remove("securitySchemes");
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut().filter_map(Value::as_object_mut) {
            operation.remove("security");
        }
    }
    document
}

/// How it is set up: which things there are, so that most requests are about one of them, and that any status between 400 and
/// 499 turns a request down.
fn settings(asking: &Asking<'_>) -> String {
    let mut text = "[checks.negative_data_rejection]\nexpected-statuses = [\"4xx\"]\n\
        [checks.missing_required_header]\nexpected-statuses = [\"4xx\"]\n"
        .to_owned();
    for kind in ["connections", "exports", "runs", "segments", "tables", "users"] {
        let listed = asking.ask("GET", &format!("/{kind}")).1;
        let first = &listed["items"][0];
        let id =
            first["id"].as_str().or(first["name"].as_str()).unwrap_or_else(|| panic!("no {kind}: {listed}"));
        let bound = format!("{{ dictionary = \"{kind}\", probability = 0.9 }}");
        writeln!(text, "[dictionaries.{kind}]\nvalues = [\"{id}\"]").unwrap();
        writeln!(text, "[[operations]]\ninclude-path-regex = \"^/api/v1/{kind}/\"\nparameters = {{ \"path.id\" = {bound} }}")
            .unwrap();
    }
    text
}

#[test]
fn every_answer_is_one_that_the_document_allows() {
    let shop = Shop::new(Config { speed: SPEED, ..Config::default() }, false, 1, 20);
    std::fs::create_dir(shop.setting.path("data")).unwrap();
    let speed = SPEED.to_string();
    let options = ["--data-folder", "data", "--allow-insecure-host", "--sandbox-speed", &speed];
    let served = serve(&shop.setting, &options);
    let asking = Asking::new(&shop.setting, &served);
    let run = asking.run();
    assert_eq!(asking.ended(&run)["status"], "succeeded_with_rejections");

    let (status, document) = asking.ask("GET", "/openapi.json");
    assert_eq!(status, StatusCode::OK);
    let items = document["paths"].as_object().unwrap().values();
    let operations: usize = items.map(|item| item.as_object().unwrap().len()).sum();
    shop.setting.write("openapi.json", open_to_all(document).to_string());
    shop.setting.write("schemathesis.toml", settings(&asking));
    let mut command = Command::new(program());
    command.current_dir(shop.setting.folder.path());
    command.args(["--config-file", "schemathesis.toml", "run", "openapi.json", "--url", &served.url]);
    command.args(["-H", &format!("Cookie: {}", asking.cookie), "-H", "Sec-Fetch-Site: same-origin"]);
    command.args(LEFT_OUT.iter().flat_map(|id| ["--exclude-operation-id", id]));
    // What a document says of its values is not all that makes them right.
    command.args(["--exclude-checks", "positive_data_acceptance"]);
    // Repeatable, and a minute at the most.
    command.args(["--max-examples", "5", "--seed", "1", "--continue-on-failure", "--no-color"]);
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}{}", String::from_utf8_lossy(&output.stderr));
    let tested = format!("Tested: {}", operations - LEFT_OUT.len());
    assert!(words.contains(&tested), "not everything was tried, {tested} is missing: {words}");
    assert!(!words.contains("Authentication failed"), "the session has ended midway: {words}");

    assert!(asking.is_ready() && asking.is_up());
    let log = served.end();
    assert!(!log.contains("please report this") && !log.contains(" ERROR "), "{log}");
}
