//! What the audit log keeps of a connection: everything but its key.

use segue_store::{Connection, Entry};
use serde_json::{Value, json};

/// An entry about a change of a connection. Time, person and place are those of `by`.
pub(super) fn log_entry(
    by: &Entry,
    action: &str,
    before: Option<&Connection>,
    after: Option<&Connection>,
) -> Entry {
    let text = |connection: Option<&Connection>| connection.map(|connection| shown(connection).to_string());
    let object = after.or(before);
    Entry {
        action: action.to_owned(),
        object_kind: "connection".to_owned(),
        object_id: object.map(|connection| connection.id.clone()).unwrap_or_default(),
        object_name: object.map(|connection| connection.name.clone()).unwrap_or_default(),
        before: text(before),
        after: text(after),
        ..by.clone()
    }
}

/// An entry whose "after" says one thing otherwise.
pub(super) fn about(entry: Entry, field: &str, words: &str) -> Entry {
    let after: Option<Value> = entry.after.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let after = after.map(|mut after| {
        after[field] = json!(words);
        after.to_string()
    });
    Entry { after, ..entry }
}

fn shown(connection: &Connection) -> Value {
    json!({
        "name": connection.name,
        "kind": connection.kind,
        "host": connection.host,
        "api_key": connection.reference.as_ref().map_or_else(|| "sealed".to_owned(), ToString::to_string),
        "sharing": connection.sharing,
        "consent": connection.consent,
        "export_user": connection.export_user,
    })
}
