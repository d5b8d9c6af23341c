//! An export as a file: what `show --yaml` writes and what `add` and `change` read. It is the body that the API takes, but
//! that a connection may be called by its name, and that it may say from which version it was written down.

use std::path::Path;

use segue_model::segment::{parse, write};
use serde_json::{Map, Value};

use crate::exit::Failure;

/// What of an export as it is shown is also what it is saved with.
const SAVED: [&str; 9] =
    ["name", "segments", "matching", "mode", "blanks", "automations", "brakes", "required", "schedule"];

/// What a file says, and the tag of the version that it was written down from.
pub(super) fn read(file: &Path) -> Result<(Value, Option<String>), Failure> {
    let wrong = |words: &str| Failure::Input(format!("{}: {words}", file.display()));
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Input(format!("{} cannot be read: {error}", file.display())))?;
    let document = parse(&text).map_err(|fault| wrong(&fault.to_string()))?;
    let Value::Object(mut document) = document else {
        return Err(wrong("this is no export: see segue exports show NAME --yaml for one"));
    };
    let version = document.shift_remove("version").map(|version| format!("\"{version}\""));
    Ok((Value::Object(document), version))
}

/// An export as a file.
pub(super) fn written(export: &Value) -> Result<String, Failure> {
    let mut document = Map::new();
    for key in SAVED {
        document.insert(key.to_owned(), export[key].clone());
        if key == "name" {
            let connection = &export["connection"]["name"];
            if !connection.is_null() {
                document.insert("connection".to_owned(), connection.clone());
            }
            document.insert("list".to_owned(), export["list"]["id"].clone());
        }
    }
    if let Some(Value::Object(matching)) = document.get_mut("matching") {
        // What is not matched is left out, and of a field stays which it is.
        matching.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
        for field in matching.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::Object(field) = field {
                field.retain(|key, _| ["field", "column"].contains(&key.as_str()));
            }
        }
    }
    document.insert("version".to_owned(), export["version"].clone());
    let text = write::text(&Value::Object(document));
    let text =
        text.map_err(|error| Failure::Other(format!("the export cannot be written as YAML: {error}")))?;
    Ok(text.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_back_as_it_is_saved() {
        let shown = json!({
            "id": "7", "name": "Weekly: no", "connection": {"id": "9", "name": "Shop", "type": "active_campaign"},
            "list": {"id": 3, "name": "Newsletter"}, "segments": ["brazil"],
            "matching": {"email": "Email", "first_name": null, "last_name": null, "phone": null, "account_name": null,
                "fields": [{"field": 2, "title": "Tier", "column": "Level", "takes": {"type": "text", "options": []}}],
                "tags": [], "tag_columns": []},
            "mode": "mirror", "blanks": "keep", "automations": false,
            "brakes": {"max_profiles": 1_000_000, "max_leaving_percent": 10.0, "allow_empty": false}, "required": [],
            "schedule": {"own": {"every": "day", "at": ["06:00"], "time_zone": "UTC"}},
            "enabled": true, "permission": "edit", "version": 4,
        });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("export.yaml");
        std::fs::write(&file, written(&shown).unwrap()).unwrap();
        let (document, version) = read(&file).unwrap();
        assert_eq!(version.as_deref(), Some("\"4\""));
        let mut expected = shown.clone();
        expected["connection"] = "Shop".into();
        expected["list"] = 3.into();
        expected["matching"] = json!({"email": "Email", "fields": [{"field": 2, "column": "Level"}]});
        let expected = expected.as_object_mut().unwrap();
        for key in ["id", "enabled", "permission", "version"] {
            expected.remove(key);
        }
        assert_eq!(document, Value::Object(expected.clone()));
    }
}
