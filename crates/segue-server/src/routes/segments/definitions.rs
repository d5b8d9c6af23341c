//! Definitions that nobody has saved: checked, counted.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use segue_model::Right;
use segue_model::segment::{JSON_SCHEMA, read, write};
use segue_runs::segments::SegmentError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Definition;
use super::view::{CorruptView, PreviewView, corrupt, sorted};
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, MAX_DEFINITION};
use crate::problem::{FieldError, Problem};
use crate::schema;

/// Members of a sample.
const SAMPLED: usize = 10;

pub(super) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(json_schema))
        .routes(routes!(check))
        .routes(routes!(count))
        .routes(routes!(sample))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnsavedDefinition {
    /// Who is in: docs/segments.md.
    #[schema(schema_with = schema::definition)]
    pub(crate) definition: Definition,
}

/// Show the JSON Schema of definitions
#[utoipa::path(get, operation_id = "show_definition_schema", path = "/definitions/schema", tag = "segments", responses(
    (status = OK, description = "the schema", body = Object, content_type = "application/schema+json"),
))]
pub(crate) async fn json_schema(caller: Caller) -> Result<Response, Problem> {
    caller.require(Right::SeeSegments)?;
    Ok(([(header::CONTENT_TYPE, "application/schema+json")], JSON_SCHEMA).into_response())
}

/// What was found about a definition. Places are those in the definition.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedDefinition {
    /// What must be mended before it can be saved.
    pub(crate) errors: Vec<FieldError>,
    /// What is probably not meant.
    pub(crate) warnings: Vec<FieldError>,
    /// The definition as it was understood; nothing if its form is wrong. With errors about tables and columns it is there.
    #[schema(value_type = Option<Object>)]
    pub(crate) definition: Option<Value>,
    /// The same in YAML.
    pub(crate) yaml: Option<String>,
}

/// Check a definition
///
/// Every mistake is told at once, with its place. Nothing is saved and no table is read.
#[utoipa::path(post, operation_id = "check_definition", path = "/definitions/check", tag = "segments", request_body = UnsavedDefinition, responses(
    (status = OK, description = "what was found", body = CheckedDefinition),
))]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Body(asked): Body<UnsavedDefinition, MAX_DEFINITION>,
) -> Result<Json<CheckedDefinition>, Problem> {
    caller.require(Right::SeeSegments)?;
    let text = asked.definition.text();
    let (understood, faults) = match app.segments.check(&text).await {
        Ok((definition, warnings)) => (Some(definition), warnings),
        Err(SegmentError::Faults(faults)) => (read::definition(&text).ok(), faults),
        Err(error) => return Err(error.into()),
    };
    let (warnings, errors) = sorted(faults, "");
    Ok(Json(CheckedDefinition {
        errors,
        warnings,
        definition: understood.as_ref().map(write::definition),
        yaml: understood.as_ref().and_then(|definition| write::yaml(definition).ok()),
    }))
}

/// How many members a definition has.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountedMembers {
    pub(crate) members: u64,
    /// Rows that could not be used.
    pub(crate) set_aside: Vec<CorruptView>,
}

/// Count the members of a definition
///
/// By the tables as they are now. Nothing is saved.
#[utoipa::path(post, operation_id = "count_members", path = "/definitions/count", tag = "segments", request_body = UnsavedDefinition, responses(
    (status = OK, description = "how many there are", body = CountedMembers),
))]
pub(crate) async fn count(
    State(app): State<App>,
    caller: Caller,
    Body(asked): Body<UnsavedDefinition, MAX_DEFINITION>,
) -> Result<Json<CountedMembers>, Problem> {
    caller.require(Right::SeeSegments)?;
    let counted = app.segments.count(&asked.definition.text(), app.now()).await?;
    Ok(Json(CountedMembers { members: counted.members, set_aside: corrupt(counted.corrupt) }))
}

/// Show a few members of a definition
///
/// Ten of them by key, with every column of the profile table, by the tables as they are now. Nothing is saved. This is personal
/// data.
#[utoipa::path(post, operation_id = "sample_members", path = "/definitions/sample", tag = "segments", request_body = UnsavedDefinition, responses(
    (status = OK, description = "the first members", body = PreviewView),
))]
pub(crate) async fn sample(
    State(app): State<App>,
    caller: Caller,
    Body(asked): Body<UnsavedDefinition, MAX_DEFINITION>,
) -> Result<Json<PreviewView>, Problem> {
    caller.require(Right::SeeSegments)?;
    caller.require(Right::SeeProfiles)?;
    let text = asked.definition.text();
    Ok(Json(app.segments.sample(&text, SAMPLED, app.now(), &app.new_id()).await?.into()))
}
