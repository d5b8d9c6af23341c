//! Single people: what was sent of them, what belongs to them, and forgetting them.

mod forgetting;
mod hindered;
mod rights;
mod rows;
mod sent;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::runs::{Office, refresh, run};
use crate::setting::As;

/// One customer.
fn one(key: &str) -> Value {
    json!({"table": "customers", "key": key})
}

/// A wish to forget a customer.
fn forgetting(key: &str, changes: Value) -> Value {
    let mut wish = json!({"table": "customers", "key": key, "confirm": key});
    for (field, value) in changes.as_object().cloned().unwrap_or_default() {
        wish[field] = value;
    }
    wish
}

/// What an export of this name has sent of a customer.
async fn sent_by(who: &As<'_>, key: &str, export: &str) -> Value {
    let sent = who.post("/profiles/sent", &one(key)).await.expect(StatusCode::OK).body;
    let found =
        sent["exports"].as_array().expect("exports").iter().find(|sent| sent["name"] == export).cloned();
    found.unwrap_or_else(|| panic!("no export {export} in {sent}"))
}

/// An export that has run once over two customers with addresses and one without.
async fn after_a_run(office: &Office, root: &As<'_>) -> String {
    let export = office.export(root, json!({})).await;
    refresh(root, "cluj").await;
    run(root, &export).await;
    export
}

/// The files below the state directory that hold a text.
fn files_with(office: &Office, text: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![office.site.state().to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if std::fs::read(&path)
                .expect("a file")
                .windows(text.len())
                .any(|part| part == text.as_bytes())
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}
