//! What stands behind a run's numbers: batches, rejections, examples of a plan.

use std::fs::File;

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use segue_model::person::Language;
use segue_model::{Fate, Reason, Right, RowSearch, RunRow};
use segue_store::{Batch, Part};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::said::said;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Body, Id};
use crate::paging::{Page, Paging};
use crate::problem::{Code, FieldError, Problem};
use crate::routes::segments::chunks;
use crate::spreadsheet::{disarm, disarmed_file, rewritten_file};
use crate::time::written;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(batches))
        .routes(routes!(rejections))
        .routes(routes!(search))
        .routes(routes!(download))
        .routes(routes!(examples))
}

/// One bulk import.
#[derive(Serialize, ToSchema)]
#[schema(as = Batch)]
pub(crate) struct BatchView {
    /// `sends`, or `leaves` for those who are unsubscribed.
    pub(crate) part: &'static str,
    /// Its number in this part, from 0.
    pub(crate) number: u64,
    pub(crate) contacts: u64,
    /// `sending`, `accepted` or `done`.
    pub(crate) state: &'static str,
    /// ActiveCampaign's id of the import; that of the last one, if it took several.
    pub(crate) provider_id: Option<String>,
    /// How many of the contacts were refused, as far as it is known.
    pub(crate) refused: u64,
    /// When ActiveCampaign took it.
    pub(crate) sent_at: Option<String>,
    /// When it was known what became of each of its contacts.
    pub(crate) confirmed_at: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchQuery {
    /// Items a page: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List the batches of a run
#[utoipa::path(get, operation_id = "list_batches", path = "/runs/{id}/batches", tag = "runs", params(("id" = String, Path), BatchQuery), responses(
    (status = OK, description = "a page of batches, in the order in which they were packed", body = Page<BatchView>),
))]
pub(crate) async fn batches(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Asked(query): Asked<BatchQuery>,
) -> Result<Json<Page<BatchView>>, Problem> {
    caller.require(Right::SeeExports)?;
    let paging = Paging { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let from = match &paging.cursor {
        None => 0,
        Some(cursor) => cursor.parse::<usize>().map_err(|_| Problem::new(Code::UnknownCursor))?,
    };
    let batches = app.runs.batches(&id).await?;
    let next = from.saturating_add(limit as usize);
    let next = Some(next.to_string()).filter(|_| next < batches.len());
    let items = batches.into_iter().skip(from).take(limit as usize).map(batch).collect();
    Ok(Json(Page { items, next }))
}

fn batch((batch, refused): (Batch, u64)) -> BatchView {
    BatchView {
        part: batch.part.as_str(),
        number: batch.seq,
        contacts: batch.rows,
        state: batch.state.as_str(),
        provider_id: batch.provider_id,
        refused,
        sent_at: batch.sent_ms.map(written),
        confirmed_at: batch.confirmed_ms.map(written),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RejectionsQuery {
    /// Whether a spreadsheet is to open it: then cells that it would run as formulas have an apostrophe before them.
    #[serde(default)]
    pub(crate) spreadsheet: bool,
    /// The language of what is said of rejections, `en` unless told, or `ro`. Headers and codes are the same in all.
    #[param(example = "ro")]
    pub(crate) language: Option<String>,
}

/// Download the rejections of a run
///
/// Every profile that was not delivered, as CSV: profile, email, whose, reason, meaning, detail, `what_to_do`. Headers and codes
/// stay as they are in every language. This is personal data: it is kept for as long as the operator says, 30 days unless told.
#[utoipa::path(get, operation_id = "download_rejections", path = "/runs/{id}/rejections.csv", tag = "runs", params(("id" = String, Path), RejectionsQuery), responses(
    (status = OK, description = "the rejections", body = String, content_type = "text/csv"),
))]
pub(crate) async fn rejections(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Asked(query): Asked<RejectionsQuery>,
) -> Result<Response, Problem> {
    caller.require(Right::SeeProfiles)?;
    let file = app.runs.rejections(&id, &app.new_id()).await?;
    let language = language(query.language.as_deref())?;
    Ok(csv(file, "attachment; filename=\"rejections.csv\"", query.spreadsheet, language))
}

fn language(word: Option<&str>) -> Result<Language, Problem> {
    let language = word.map_or(Some(Language::En), Language::from_word);
    language.ok_or_else(|| Problem::with(Code::Malformed, "language must be en or ro"))
}

fn csv(file: File, disposition: &'static str, is_for_spreadsheet: bool, language: Language) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)];
    let body = match (language, is_for_spreadsheet) {
        (Language::En, false) => Bytes::from_stream(chunks(file)),
        (Language::En, true) => Bytes::from_stream(disarmed_file(file)),
        (language, false) => Bytes::from_stream(rewritten_file(file, move |record| said(record, language))),
        (language, true) => {
            Bytes::from_stream(rewritten_file(file, move |record| disarm(&said(record, language))))
        }
    };
    (headers, body).into_response()
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DownloadQuery {
    /// As in a search: `members`, or one fate; all rows unless told.
    fate: Option<String>,
    /// The code of a reason: only those rejected for it.
    reason: Option<String>,
    /// Only those of the batch of this number.
    batch: Option<u64>,
    /// In which part that batch is: `sends` unless told, or `leaves`.
    part: Option<String>,
    /// Whether a spreadsheet is to open it: then cells that it would run as formulas have an apostrophe before them.
    #[serde(default)]
    spreadsheet: bool,
    /// The language of what is said of rejections, `en` unless told, or `ro`. Headers and codes are the same in all.
    #[param(example = "ro")]
    language: Option<String>,
}

/// Download the rows of a run
///
/// What became of everybody, or would by the plan of a dry run, as CSV: profile, email, fate, whose, reason, meaning, detail,
/// `what_to_do`. This is personal data: it is kept for as long as rejections are.
#[utoipa::path(get, operation_id = "download_rows", path = "/runs/{id}/rows.csv", tag = "runs", params(("id" = String, Path), DownloadQuery), responses(
    (status = OK, description = "the rows", body = String, content_type = "text/csv"),
))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Asked(query): Asked<DownloadQuery>,
) -> Result<Response, Problem> {
    caller.require(Right::SeeProfiles)?;
    let DownloadQuery { fate, reason, batch, part, spreadsheet, language: said_in } = query;
    let language = language(said_in.as_deref())?;
    let asked = SearchedRows { fate, reason, batch, part, ..SearchedRows::default() };
    let (search, batch) = asked.wanted()?;
    let file = app.runs.rows_csv(&id, search, batch, &app.new_id()).await?;
    Ok(csv(file, "attachment; filename=\"rows.csv\"", spreadsheet, language))
}

/// What stands for all fates of members in a search.
pub(crate) const MEMBERS: &str = "members";

/// The fates that a search names; nothing if there are none of that name.
pub(crate) fn fates(name: &str) -> Option<Vec<Fate>> {
    if name == MEMBERS {
        return Some(Fate::ALL.iter().copied().filter(|fate| fate.is_member()).collect());
    }
    Fate::from_code(name).map(|fate| vec![fate])
}

/// Which rows are asked for. They are asked for by POST, so that nobody's address stands in one of ours.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchedRows {
    /// Only those with this fate: `created`, `updated`, `unchanged`, `invalid`, `refused` or `unsent`, and of those who are no
    /// members any more `left`, `left_alone` or `still_listed`; of a plan that was not carried out `create`, `update` or `leave`.
    /// Or `members`: the rows of all members.
    #[schema(example = "refused")]
    pub(crate) fate: Option<String>,
    /// The code of a reason: only those rejected for it.
    #[schema(example = "bounced")]
    pub(crate) reason: Option<String>,
    /// Only those of the batch of this number.
    #[schema(minimum = 0)]
    pub(crate) batch: Option<u64>,
    /// In which part that batch is: `sends` unless told, or `leaves`.
    pub(crate) part: Option<String>,
    /// Only those whose profile key, address or detail holds this, whatever the case.
    #[serde(default)]
    pub(crate) search: String,
    /// Items a page: 1 to 200, 50 unless told.
    #[schema(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

impl SearchedRows {
    fn wanted(self) -> Result<(RowSearch, Option<(Part, u64)>), Problem> {
        let paging = Paging { limit: self.limit, cursor: self.cursor };
        let mut errors = Vec::new();
        let fates = self.fate.as_deref().map(fates);
        if fates == Some(None) {
            let fates: Vec<&str> = Fate::ALL.iter().map(|fate| fate.code()).chain([MEMBERS]).collect();
            errors.push(FieldError::new("/fate", format!("must be one of {}", fates.join(", "))));
        }
        let reason = self.reason.as_deref().map(Reason::from_code);
        if reason == Some(None) {
            errors.push(FieldError::new("/reason", "must be the code of a reason"));
        }
        let part = self.part.as_deref().map_or(Ok(Part::Sends), str::parse);
        if part.is_err() {
            errors.push(FieldError::new("/part", "must be sends or leaves"));
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let batch = part.ok().zip(self.batch);
        let from = paging.cursor.as_deref().map(str::parse::<u64>).transpose();
        let search = RowSearch {
            fates: fates.flatten().unwrap_or_default(),
            reason: reason.flatten(),
            batch: None,
            words: self.search.trim().to_owned(),
            from: from.map_err(|_| Problem::new(Code::UnknownCursor))?.unwrap_or_default(),
            limit: paging.limit()? as usize,
        };
        Ok((search, batch))
    }
}

/// One profile and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = RunRow)]
pub(crate) struct RowView {
    /// The profile's key.
    pub(crate) profile: String,
    pub(crate) email: String,
    /// What became of it, as in a search.
    pub(crate) fate: &'static str,
    /// The code of the reason, if it was rejected.
    pub(crate) reason: Option<&'static str>,
    /// What is wrong, in words about this profile; may be empty.
    pub(crate) detail: String,
}

fn row(row: RunRow) -> RowView {
    let RunRow { profile, email, fate, reason, detail } = row;
    RowView { profile, email, fate: fate.code(), reason: reason.map(Reason::code), detail }
}

/// Search the rows of a run
///
/// What became of everybody, or would by the plan of a dry run. Rejections come first. This is personal data: it is kept for as
/// long as rejections are.
#[utoipa::path(post, operation_id = "search_rows", path = "/runs/{id}/rows", tag = "runs", params(("id" = String, Path)), request_body = SearchedRows, responses(
    (status = OK, description = "a page of rows", body = Page<RowView>),
))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
    Body(body): Body<SearchedRows>,
) -> Result<Json<Page<RowView>>, Problem> {
    caller.require(Right::SeeProfiles)?;
    let (search, batch) = body.wanted()?;
    let found = app.runs.rows(&id, search, batch).await?;
    let next = found.next.map(|from| from.to_string());
    Ok(Json(Page { items: found.rows.into_iter().map(row).collect(), next }))
}

/// One example of what a plan holds.
#[derive(Serialize, ToSchema)]
#[schema(as = PlanExample)]
pub(crate) struct ExampleView {
    /// The profile's key.
    pub(crate) profile: String,
    pub(crate) email: String,
    /// `create`, `update`, `unchanged`, `leave`, or the code of a reason.
    pub(crate) kind: String,
    /// What is wrong; or what would be sent, as JSON in which custom fields have their titles. May be empty.
    pub(crate) detail: String,
}

/// Up to ten of each kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlanExamples {
    pub(crate) examples: Vec<ExampleView>,
}

/// Show examples of a dry run's plan
#[utoipa::path(get, operation_id = "show_examples", path = "/runs/{id}/examples", tag = "runs", params(("id" = String, Path)), responses(
    (status = OK, description = "up to ten of each kind", body = PlanExamples),
))]
pub(crate) async fn examples(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<PlanExamples>, Problem> {
    caller.require(Right::SeeProfiles)?;
    let examples = app.runs.examples(&id).await?.into_iter().map(|example| ExampleView {
        profile: example.profile,
        email: example.email,
        kind: example.kind,
        detail: example.detail,
    });
    Ok(Json(PlanExamples { examples: examples.collect() }))
}
