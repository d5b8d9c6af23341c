//! What the audit log keeps of an export: all of it. It holds names of columns, lists and segments, and nobody's data.

use segue_store::{Entry, SavedExport};
use serde_json::{Value, json};

/// An entry about a change of an export. Time, person and place are those of `by`.
pub(super) fn log_entry(
    by: &Entry,
    action: &str,
    before: Option<&SavedExport>,
    after: Option<&SavedExport>,
) -> Entry {
    let text = |export: Option<&SavedExport>| export.map(|export| shown(export).to_string());
    let object = after.or(before);
    Entry {
        action: action.to_owned(),
        object_kind: "export".to_owned(),
        object_id: object.map(|export| export.id.clone()).unwrap_or_default(),
        object_name: object.map(|export| export.name.clone()).unwrap_or_default(),
        before: text(before),
        after: text(after),
        ..by.clone()
    }
}

fn shown(export: &SavedExport) -> Value {
    json!({
        "name": export.name,
        "connection": export.connection,
        "enabled": export.is_enabled,
        "recipe": export.recipe,
    })
}
