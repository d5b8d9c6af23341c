//! What the audit log keeps of tables and segments: what people have declared, and no row of theirs.

use segue_model::{LoadedKeys, StoredTable};
use segue_store::{Entry, Segment};
use serde_json::{Value, json};

/// An entry about a change of a segment. Time, person and place are those of `by`.
pub(super) fn of_segment(
    by: &Entry,
    action: &str,
    before: Option<&Segment>,
    after: Option<&Segment>,
) -> Entry {
    let name = after.or(before).map(|segment| segment.name.as_str()).unwrap_or_default();
    entry(by, action, "segment", name, (before.map(segment), after.map(segment)))
}

/// An entry about members that a list has set: how many there were and are, and how many of its keys were nobody's.
pub(super) fn of_load(by: &Entry, before: &Segment, after: &Segment, loaded: &LoadedKeys) -> Entry {
    let with = |state: &Segment, members: Option<u64>, unknown: Option<u64>| {
        let mut state = segment(state);
        state["members"] = members.into();
        state["unknown_keys"] = unknown.into();
        state
    };
    let states =
        (with(before, before.members, None), with(after, Some(loaded.members), Some(loaded.unknown)));
    entry(by, "segment.load", "segment", &before.name, (Some(states.0), Some(states.1)))
}

/// An entry about a change of a table.
pub(super) fn of_table(
    by: &Entry,
    action: &str,
    before: Option<&StoredTable>,
    after: Option<&StoredTable>,
) -> Entry {
    let name = after.or(before).map(|stored| stored.table.name.as_str()).unwrap_or_default();
    entry(by, action, "table", name, (before.map(table), after.map(table)))
}

fn entry(by: &Entry, action: &str, kind: &str, name: &str, states: (Option<Value>, Option<Value>)) -> Entry {
    Entry {
        action: action.to_owned(),
        object_kind: kind.to_owned(),
        object_id: name.to_owned(),
        object_name: name.to_owned(),
        before: states.0.map(|state| state.to_string()),
        after: states.1.map(|state| state.to_string()),
        ..by.clone()
    }
}

fn segment(segment: &Segment) -> Value {
    json!({
        "name": segment.name,
        "description": segment.description,
        "definition": segment.definition,
        "type": if segment.is_static { "static" } else { "dynamic" },
        "state": if segment.is_active { "active" } else { "inactive" },
    })
}

fn table(stored: &StoredTable) -> Value {
    json!({"path": stored.source.path, "table": stored.table})
}
