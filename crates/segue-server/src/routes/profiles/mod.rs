//! Single people: what was sent of one, what belongs to her, and forgetting her. Keys and addresses stand in bodies, never in
//! addresses of ours.

mod forget;
mod sent;

use axum::Json;
use axum::extract::State;
use segue_model::Right;
use segue_runs::connections::ConnectionError;
use segue_runs::profiles::ProfileError;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::forget::{FoundView, ReceiptView, ReceiptsQuery, find, forget, receipt, receipts};
pub(crate) use self::sent::{RelatedRowView, RelatedRowsView, SentView};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Body;
use crate::problem::{Code, Problem};

/// Rows of related tables that are shown.
pub(crate) const ROWS: usize = 100;

pub(crate) fn endpoints() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sent_of)).routes(routes!(rows)).merge(forget::endpoints())
}

/// One profile.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneProfile {
    /// The table of profiles.
    pub(crate) table: String,
    /// Her key.
    pub(crate) key: String,
}

/// Tell what was sent of a person
///
/// For each export that may have sent her: whether she is on its list by its doing, when and in which run she was last sent,
/// and what ActiveCampaign said. Also which segments hold her. At most 200 exports are looked at. This is personal data.
#[utoipa::path(post, operation_id = "show_sent", path = "/profiles/sent", tag = "profiles", request_body = OneProfile, responses(
    (status = OK, description = "what was sent", body = SentView),
))]
pub(crate) async fn sent_of(
    State(app): State<App>,
    caller: Caller,
    Body(asked): Body<OneProfile>,
) -> Result<Json<SentView>, Problem> {
    caller.require(Right::SeeProfiles)?;
    caller.require(Right::SeeExports)?;
    let sent = app.profiles.sent(&asked.table, &asked.key).await?;
    Ok(Json(SentView::of(sent, app.profiles.erasure(&asked.table, &asked.key).await?)))
}

/// List what belongs to a person
///
/// The newest 100 rows of related tables, newest first by the first column of each table that is a day or a moment; rows without
/// one stand last. This is personal data.
#[utoipa::path(post, operation_id = "list_related_rows", path = "/profiles/rows", tag = "profiles", request_body = OneProfile, responses(
    (status = OK, description = "the rows", body = RelatedRowsView),
))]
pub(crate) async fn rows(
    State(app): State<App>,
    caller: Caller,
    Body(asked): Body<OneProfile>,
) -> Result<Json<RelatedRowsView>, Problem> {
    caller.require(Right::SeeProfiles)?;
    let rows = app.segments.related_rows(&asked.table, &asked.key, ROWS, app.now()).await?;
    Ok(Json(rows.into()))
}

impl From<ProfileError> for Problem {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Nobody { .. } => Self::with(Code::NotFound, error.to_string()),
            ProfileError::Hindered(_) | ProfileError::Unfinished { .. } => {
                Self::with(Code::UnderWay, error.to_string())
            }
            ProfileError::Account { source: ConnectionError::Store(error), .. } => error.into(),
            ProfileError::Account { ref source, .. } => {
                let words = error.to_string();
                match source {
                    ConnectionError::Trouble(trouble) => {
                        Self::with(Self::from(ConnectionError::Trouble(trouble.clone())).code(), words)
                    }
                    ConnectionError::ExportUser(_) => Self::with(Code::ExportUserGone, words),
                    _ => Self::with(Code::CannotRun, words),
                }
            }
            ProfileError::Segments(error) => error.into(),
            ProfileError::Engine(error) => segue_runs::segments::SegmentError::from(error).into(),
            ProfileError::Store(error) => error.into(),
            ProfileError::Defect => Self::new(Code::Defect),
        }
    }
}
