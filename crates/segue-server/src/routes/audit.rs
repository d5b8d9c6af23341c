//! The audit log, to be read, filtered and downloaded. For administrators (ROL-15).

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use segue_model::Right;
use segue_store::{Entry, EntryFilter};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::{Caller, Object};
use crate::input::Asked;
use crate::paging::{Page, Paging, read_time_cursor, time_cursor};
use crate::problem::{Code, Problem};
use crate::spreadsheet::disarmed;
use crate::time::{read, written};

/// Entries that are read from the store at a time while a download runs.
const CHUNK: u32 = 500;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(download))
}

/// Who did what to which object, from where.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    pub(crate) id: String,
    pub(crate) at: String,
    /// The user who did it; none for what was done at the command line or by somebody who was not let in.
    pub(crate) user_id: Option<String>,
    /// The user's login at the time.
    pub(crate) login: String,
    /// The address of the peer.
    pub(crate) peer: String,
    /// The id of the request, as in the log.
    pub(crate) request_id: String,
    /// What was done.
    #[schema(example = "user.change")]
    pub(crate) action: String,
    pub(crate) object: AuditObject,
    /// What it was before.
    #[schema(value_type = Option<Object>)]
    pub(crate) before: Option<Box<RawValue>>,
    /// What it is since.
    #[schema(value_type = Option<Object>)]
    pub(crate) after: Option<Box<RawValue>>,
}

/// What something was done to.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditObject {
    #[schema(example = "user")]
    pub(crate) kind: String,
    pub(crate) id: String,
    /// Its name at the time.
    pub(crate) name: String,
}

impl From<Entry> for AuditEntry {
    fn from(entry: Entry) -> Self {
        let json = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        Self {
            id: entry.id,
            at: written(entry.at_ms),
            user_id: entry.who,
            login: entry.login,
            peer: entry.peer,
            request_id: entry.request,
            action: entry.action,
            object: AuditObject { kind: entry.object_kind, id: entry.object_id, name: entry.object_name },
            before: json(entry.before),
            after: json(entry.after),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Done by the user of this id.
    pub(crate) user_id: Option<String>,
    /// Exactly this action, as in `user.change`.
    pub(crate) action: Option<String>,
    /// Done to objects of this kind, as in `user`.
    pub(crate) object_kind: Option<String>,
    /// Done to the object of this id.
    pub(crate) object_id: Option<String>,
    /// Not before this time, as in `2026-11-01T00:00:00Z`.
    pub(crate) from: Option<String>,
    /// Before this time.
    pub(crate) until: Option<String>,
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DownloadQuery {
    /// `csv` or `ndjson`.
    #[param(inline)]
    pub(crate) format: Format,
    /// Done by the user of this id.
    pub(crate) user_id: Option<String>,
    /// Exactly this action, as in `user.change`.
    pub(crate) action: Option<String>,
    /// Done to objects of this kind, as in `user`.
    pub(crate) object_kind: Option<String>,
    /// Done to the object of this id.
    pub(crate) object_id: Option<String>,
    /// Not before this time, as in `2026-11-01T00:00:00Z`.
    pub(crate) from: Option<String>,
    /// Before this time.
    pub(crate) until: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    Csv,
    Ndjson,
}

impl From<DownloadQuery> for AuditQuery {
    fn from(query: DownloadQuery) -> Self {
        let DownloadQuery { format: _, user_id, action, object_kind, object_id, from, until } = query;
        Self { user_id, action, object_kind, object_id, from, until, limit: None, cursor: None }
    }
}

impl AuditQuery {
    fn filter(self) -> Result<EntryFilter, Problem> {
        let time = |text: Option<String>| {
            text.map(|text| {
                read(&text).ok_or_else(|| {
                    Problem::with(Code::Malformed, "times are written as in 2026-11-01T00:00:00Z")
                })
            })
            .transpose()
        };
        Ok(EntryFilter {
            from_ms: time(self.from)?,
            until_ms: time(self.until)?,
            who: self.user_id,
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
        })
    }
}

/// Read the audit log
///
/// The newest first.
#[utoipa::path(get, operation_id = "read_audit_log", path = "/audit", tag = "audit", params(AuditQuery), responses(
    (status = OK, description = "a page of entries", body = Page<AuditEntry>),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    caller.require(Right::ManagePeople)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor.clone() };
    let limit = paging.limit()?;
    let after = paging.cursor.as_deref().map(read_time_cursor).transpose()?;
    let entries = app.store.entries(&query.filter()?, after.as_ref(), limit + 1).await?;
    Ok(Json(Page::of(entries, limit, |entry| time_cursor(entry.at_ms, &entry.id), AuditEntry::from)))
}

/// Download the audit log
///
/// All entries that the filter lets through, the newest first. In CSV, text that a spreadsheet would take for a formula
/// has an apostrophe before it; NDJSON is exact.
#[utoipa::path(get, operation_id = "download_audit_log", path = "/audit/download", tag = "audit", params(DownloadQuery), responses(
    (status = OK, description = "the entries", content((String = "text/csv"), (String = "application/x-ndjson"))),
))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<DownloadQuery>,
) -> Result<Response, Problem> {
    caller.require(Right::ManagePeople)?;
    let format = query.format;
    let filter = AuditQuery::from(query).filter()?;
    let object = Object { kind: "audit", id: "", name: "" };
    app.store.note(&caller.entry(&app, "audit.download", object)).await?;
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        Format::Ndjson => ("application/x-ndjson", "attachment; filename=\"audit.ndjson\""),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    let reading = Reading { app, filter, format, after: None, is_first: true, is_done: false };
    Ok((headers, Body::from_stream(futures::stream::unfold(reading, Reading::next))).into_response())
}

/// A download under way: a chunk at a time, so that a log of any length takes little memory.
pub(crate) struct Reading {
    pub(crate) app: App,
    pub(crate) filter: EntryFilter,
    pub(crate) format: Format,
    pub(crate) after: Option<(i64, String)>,
    pub(crate) is_first: bool,
    pub(crate) is_done: bool,
}

impl Reading {
    async fn next(mut self) -> Option<(Result<Bytes, std::io::Error>, Self)> {
        if self.is_done {
            return None;
        }
        let chunk = self.chunk().await.map_err(|error| {
            tracing::error!("a download of the audit log breaks off: {error}");
            self.is_done = true;
            // The connection is cut, so that the client sees that the file is not whole.
            std::io::Error::other("the audit log cannot be read")
        });
        Some((chunk, self))
    }

    async fn chunk(&mut self) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
        let entries = self.app.store.entries(&self.filter, self.after.as_ref(), CHUNK).await?;
        self.is_done = entries.len() < CHUNK as usize;
        self.after = entries.last().map(|entry| (entry.at_ms, entry.id.clone()));
        let is_first = std::mem::take(&mut self.is_first);
        match self.format {
            Format::Csv => csv_rows(entries, is_first),
            Format::Ndjson => {
                let mut bytes = Vec::new();
                for entry in entries {
                    serde_json::to_writer(&mut bytes, &AuditEntry::from(entry))?;
                    bytes.push(b'\n');
                }
                Ok(bytes.into())
            }
        }
    }
}

fn csv_rows(entries: Vec<Entry>, with_head: bool) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    const HEAD: [&str; 12] = [
        "id",
        "at",
        "user_id",
        "login",
        "peer",
        "request_id",
        "action",
        "object_kind",
        "object_id",
        "object_name",
        "before",
        "after",
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    if with_head {
        writer.write_record(HEAD)?;
    }
    for entry in entries {
        let at = written(entry.at_ms);
        let cells = [
            entry.id,
            at,
            entry.who.unwrap_or_default(),
            entry.login,
            entry.peer,
            entry.request,
            entry.action,
            entry.object_kind,
            entry.object_id,
            entry.object_name,
            entry.before.unwrap_or_default(),
            entry.after.unwrap_or_default(),
        ];
        writer.write_record(cells.iter().map(|cell| disarmed(cell).into_owned()))?;
    }
    Ok(writer.into_inner().map_err(|_| "no memory")?.into())
}
