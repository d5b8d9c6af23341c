//! Members: shown, downloaded, explained, compared, set from a list. Who they are is personal data (ROL-9).

use std::io;

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::{Stream, stream};
use segue_model::{EngineError, Explanation, ExplanationText, Right, Source};
use segue_runs::segments::{MembersFormat, SegmentError};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{ExplanationView, OverlapView, PreviewView, RuleCount, SegmentDetails, overlap};
use super::{entry, tagged};
use crate::app::App;
use crate::caller::Caller;
use crate::etag::{IfMatch, Tagged};
use crate::input::{Asked, Body, Id};
use crate::problem::{Code, Problem};
use crate::receive::receive;
use crate::spreadsheet::disarmed_file;

/// Members that are shown.
const SHOWN: usize = 100;
/// Segments that are compared at a time.
const COMPARED: usize = 16;
/// Bytes of a download that are read at a time.
const CHUNK: usize = 64 * 1024;

pub(super) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(download))
        .routes(routes!(inspect))
        .routes(routes!(explain))
        .routes(routes!(overlaps))
        .routes(routes!(load))
}

/// Show the first members of a segment
///
/// 100 of them by key, with every column of the profile table. This is personal data.
#[utoipa::path(get, operation_id = "preview_segment", path = "/segments/{id}/preview", tag = "segments",
    params(("id" = String, Path, description = "the segment's name")),
    responses((status = OK, description = "the first members", body = PreviewView)),
)]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Json<PreviewView>, Problem> {
    caller.require(Right::SeeSegments)?;
    caller.require(Right::SeeProfiles)?;
    Ok(Json(app.segments.preview(&name, SHOWN).await?.into()))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MembersQuery {
    /// `csv` or `parquet`.
    #[param(inline)]
    pub(crate) format: Format,
    /// Whether a spreadsheet is to open it: then cells of CSV that it would run as formulas have an apostrophe before them. Not
    /// unless told, so that what is downloaded can be loaded again as it is.
    #[serde(default)]
    pub(crate) spreadsheet: bool,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MembersFormat)]
pub(crate) enum Format {
    Csv,
    Parquet,
}

/// Download the members of a segment
///
/// All of them by key, with every column of the profile table. This is personal data, and the audit log says who has taken it.
#[utoipa::path(get, operation_id = "download_members", path = "/segments/{id}/members", tag = "segments",
    params(("id" = String, Path, description = "the segment's name"), MembersQuery),
    responses((status = OK, description = "the members", content((String = "text/csv"), (String = "application/vnd.apache.parquet")))),
)]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Asked(query): Asked<MembersQuery>,
) -> Result<Response, Problem> {
    caller.require(Right::SeeSegments)?;
    caller.require(Right::SeeProfiles)?;
    let (format, kind) = match query.format {
        Format::Csv => (MembersFormat::Csv, "text/csv; charset=utf-8"),
        Format::Parquet => (MembersFormat::Parquet, "application/vnd.apache.parquet"),
    };
    let file = app.segments.members_file(&name, format, &app.new_id()).await?;
    let mut entry = entry(&app, &caller, &name);
    "segment.download".clone_into(&mut entry.action);
    app.store.note(&entry).await?;
    // Names of segments are plain letters.
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.ending());
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    let body = match query.format {
        Format::Csv if query.spreadsheet => Bytes::from_stream(disarmed_file(file)),
        _ => Bytes::from_stream(chunks(file)),
    };
    Ok((headers, body).into_response())
}

/// A file as the body of an answer.
pub(crate) fn chunks(file: std::fs::File) -> impl Stream<Item = io::Result<Vec<u8>>> {
    stream::try_unfold(tokio::fs::File::from_std(file), async |mut file| {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok((read > 0).then_some((chunk, file)))
    })
}

/// Count the members of a segment after each of its rules
///
/// By its definition and the tables as they are now.
#[utoipa::path(get, operation_id = "inspect_segment", path = "/segments/{id}/inspect", tag = "segments",
    params(("id" = String, Path, description = "the segment's name")),
    responses((status = OK, description = "the rules in their order", body = Vec<RuleCount>)),
)]
pub(crate) async fn inspect(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
) -> Result<Json<Vec<RuleCount>>, Problem> {
    caller.require(Right::SeeSegments)?;
    let rules = app.segments.inspect(&name, app.now()).await?.into_iter().enumerate();
    let rules =
        rules.map(|(index, (name, members_after))| RuleCount { rule: index + 1, name, members_after });
    Ok(Json(rules.collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainedProfile {
    /// The profile's key. It stands in no address, because it may be personal.
    pub(crate) key: String,
}

/// Tell why a profile is in a segment or not
///
/// By its definition and the tables as they are now. This is personal data.
#[utoipa::path(post, operation_id = "explain_profile", path = "/segments/{id}/explain", tag = "segments", request_body = ExplainedProfile,
    params(("id" = String, Path, description = "the segment's name")),
    responses((status = OK, description = "condition by condition", body = ExplanationView)),
)]
pub(crate) async fn explain(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Body(asked): Body<ExplainedProfile>,
) -> Result<Json<ExplanationView>, Problem> {
    let told = why(&app, &caller, &name, &asked.key).await?;
    Ok(Json(ExplanationText::from(told).into()))
}

/// Why a profile is in a segment or not.
pub(crate) async fn why(app: &App, caller: &Caller, name: &str, key: &str) -> Result<Explanation, Problem> {
    caller.require(Right::SeeSegments)?;
    caller.require(Right::SeeProfiles)?;
    Ok(app.segments.explain(name, key, app.now()).await?)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OverlapQuery {
    /// Names of 2 to 16 segments over one table, with commas between them.
    pub(crate) segments: String,
}

/// Show how many members segments share
///
/// For each combination of them that anybody is in.
#[utoipa::path(get, operation_id = "compare_segments", path = "/overlaps", tag = "segments", params(OverlapQuery), responses(
    (status = OK, description = "the combinations", body = Vec<OverlapView>),
))]
pub(crate) async fn overlaps(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<OverlapQuery>,
) -> Result<Json<Vec<OverlapView>>, Problem> {
    caller.require(Right::SeeSegments)?;
    let names: Vec<String> = query.segments.split(',').map(|name| name.trim().to_owned()).collect();
    let is_repeated = names.iter().enumerate().any(|(index, name)| names[..index].contains(name));
    if !(2..=COMPARED).contains(&names.len()) || is_repeated {
        let words = format!(
            "segments must be the names of 2 to {COMPARED} segments, each once, with commas between them"
        );
        return Err(Problem::with(Code::Malformed, words));
    }
    let overlaps = app.segments.overlap(&names).await?;
    Ok(Json(overlaps.iter().map(|one| overlap(&names, one)).collect()))
}

/// What became of a list of keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoadedKeys {
    /// Members now.
    pub(crate) members: u64,
    /// Keys of the list that are no profile's.
    pub(crate) unknown: u64,
    /// The first of them, at most ten.
    pub(crate) examples: Vec<String>,
    pub(crate) segment: SegmentDetails,
}

/// Set the members of a segment from a list of keys
///
/// The body is a CSV, NDJSON or Parquet file of the profiles' keys: its only column, or the one that is called like the key of
/// the table. The segment becomes static. Keys that are no profile's are left out and counted.
#[utoipa::path(post, operation_id = "load_members", path = "/segments/{id}/keys", tag = "segments",
    request_body(content = String, content_type = "application/octet-stream"),
    params(("id" = String, Path, description = "the segment's name"), ("If-Match" = String, Header, description = "the ETag that was read")),
    responses((status = OK, description = "done", body = LoadedKeys)),
)]
pub(crate) async fn load(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    version: IfMatch,
    body: Bytes,
) -> Result<Tagged<LoadedKeys>, Problem> {
    caller.require(Right::ChangeSegments)?;
    let by = entry(&app, &caller, &name);
    let place = app.directory.spill().join(format!("{}-keys", app.new_id()));
    let list = receive(body, place, app.setting.largest_file).await?;
    let source = Source::anywhere(list.path.to_string_lossy());
    let loaded = app.segments.load_keys(&name, Some(version.version()), source, app.now(), &by).await;
    let segue_model::LoadedKeys { members, unknown, examples } = loaded.map_err(|error| match error {
        // The list is at fault, whose name says nothing to whoever sent it.
        SegmentError::Engine(error @ (EngineError::Input(_) | EngineError::Header { .. })) => {
            let words = error.shown().replace(&*list.path.to_string_lossy(), "the file");
            Problem::with(Code::Malformed, words)
        }
        other => other.into(),
    })?;
    let Tagged { status, version, body: segment } = tagged(&app, &name).await?;
    Ok(Tagged { status, version, body: LoadedKeys { members, unknown, examples, segment } })
}
