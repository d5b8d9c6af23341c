//! Segments as they are handed in.

use segue_runs::segments::{NewSegment, SegmentEdit};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::input::Checks;
use crate::problem::Problem;
use crate::schema;

/// A definition: a document, or the text of one in YAML or JSON.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a definition as an object, or as a text in YAML or JSON")]
pub(crate) enum Definition {
    Text(String),
    Document(serde_json::Map<String, Value>),
}

impl Definition {
    /// As a text that is read again.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Document(document) => Value::Object(document).to_string(),
        }
    }
}

pub(super) fn is_static(word: &str) -> Result<bool, &'static str> {
    match word {
        "static" => Ok(true),
        "dynamic" => Ok(false),
        _ => Err("type must be dynamic or static"),
    }
}

pub(super) fn is_active(word: &str) -> Result<bool, &'static str> {
    match word {
        "active" => Ok(true),
        "inactive" => Ok(false),
        _ => Err("state must be active or inactive"),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedSegment {
    /// Its name: a letter, then letters, digits, - and _, 64 at the most.
    pub(crate) name: String,
    /// What it is for.
    #[serde(default)]
    pub(crate) description: String,
    /// Who is in: docs/segments.md.
    #[schema(schema_with = schema::definition)]
    pub(crate) definition: Definition,
    /// `dynamic` unless told; members of a `static` one stay until it is refreshed by hand.
    #[serde(rename = "type")]
    #[schema(schema_with = schema::segment_type)]
    pub(crate) kind: Option<String>,
    /// `active` unless told; an `inactive` one is not refreshed with the others.
    #[schema(schema_with = schema::segment_state)]
    pub(crate) state: Option<String>,
}

/// What is to be different. What is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentChanges {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    #[schema(schema_with = schema::definition)]
    pub(crate) definition: Option<Definition>,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::segment_type)]
    pub(crate) kind: Option<String>,
    #[schema(schema_with = schema::segment_state)]
    pub(crate) state: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentCopy {
    /// What the copy is called.
    pub(crate) name: String,
}

impl AddedSegment {
    pub(super) fn wanted(self) -> Result<NewSegment, Problem> {
        let (is_static, is_active) = words(self.kind.as_deref(), self.state.as_deref())?;
        Ok(NewSegment {
            name: self.name,
            description: self.description,
            definition: self.definition.text(),
            is_static: is_static.unwrap_or(false),
            is_active: is_active.unwrap_or(true),
        })
    }
}

impl SegmentChanges {
    pub(super) fn wanted(self) -> Result<SegmentEdit, Problem> {
        let (is_static, is_active) = words(self.kind.as_deref(), self.state.as_deref())?;
        Ok(SegmentEdit {
            name: self.name,
            description: self.description,
            definition: self.definition.map(Definition::text),
            is_static,
            is_active,
        })
    }
}

fn words(kind: Option<&str>, state: Option<&str>) -> Result<(Option<bool>, Option<bool>), Problem> {
    let mut checks = Checks::default();
    let is_static = checks.take_given("/type", kind.map(is_static));
    let is_active = checks.take_given("/state", state.map(is_active));
    checks.done()?;
    Ok((is_static, is_active))
}
