//! What was sent of a person, and what belongs to her, as the API shows it.

use segue_model::{Listing, Owner, RelatedRow, RelatedRows};
use segue_runs::profiles::{Sent, SentTo};
use segue_store::Erasure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::time::written;

/// What was sent of a person.
#[derive(Serialize, ToSchema)]
#[schema(as = Sent)]
pub(crate) struct SentView {
    /// Whether the table has her.
    pub(crate) is_profile: bool,
    /// The receipt of the erasure that has forgotten her; none if nobody has.
    pub(crate) receipt: Option<String>,
    /// Whether an erasure of hers was begun and is not complete: forget her again to complete it.
    pub(crate) is_being_forgotten: bool,
    pub(crate) exports: Vec<SentToView>,
    /// Whether there are more exports than were looked at.
    pub(crate) has_more: bool,
    /// Segments over her table.
    pub(crate) segments: Vec<HoldingView>,
}

/// A segment, and whether it holds her.
#[derive(Serialize, ToSchema)]
#[schema(as = SegmentOfProfile)]
pub(crate) struct HoldingView {
    pub(crate) segment: String,
    /// Whether its members in force hold her; none if it was never refreshed.
    pub(crate) is_member: Option<bool>,
    /// When these members were found.
    pub(crate) refreshed_at: Option<String>,
}

/// What one export has sent of her.
#[derive(Serialize, ToSchema)]
#[schema(as = SentTo)]
pub(crate) struct SentToView {
    /// The export's id; none of what `segue push` has sent.
    pub(crate) export: Option<String>,
    /// Its name.
    pub(crate) name: String,
    /// The account's host; empty if the export has no connection and never ran.
    pub(crate) host: String,
    /// ActiveCampaign's id of the list.
    pub(crate) list: u64,
    /// Its name, where it is known.
    pub(crate) list_name: String,
    /// Whether one of the export's segments holds her.
    pub(crate) is_member: Option<bool>,
    /// How she stands on the list by this export's doing: `listed`, `refused`, `left`, or `never_sent`.
    pub(crate) standing: &'static str,
    /// Since when she stands so.
    pub(crate) since: Option<String>,
    /// The reason for which ActiveCampaign turned her down, as in docs/errors.md. One who is listed has a reason if her last
    /// update was turned down.
    pub(crate) reason: Option<&'static str>,
    /// ActiveCampaign's words for that; may be empty.
    pub(crate) words: String,
    pub(crate) last_sent: Option<LastSentView>,
    pub(crate) rejected: Option<RejectedView>,
}

/// When she was last sent.
#[derive(Serialize, ToSchema)]
#[schema(as = LastSent)]
pub(crate) struct LastSentView {
    pub(crate) at: String,
    /// The run, to be looked at under `/runs`; none of what `segue push` has sent.
    pub(crate) run: Option<String>,
    /// What came of it: `created`, `updated`, `refused`, `left`.
    pub(crate) outcome: &'static str,
}

/// How the latest run has rejected her.
#[derive(Serialize, ToSchema)]
#[schema(as = RejectedProfile)]
pub(crate) struct RejectedView {
    pub(crate) run: String,
    /// When that run ended.
    pub(crate) at: String,
    /// As in docs/errors.md.
    pub(crate) reason: &'static str,
    /// `invalid` or `refused`.
    pub(crate) whose: &'static str,
    /// What is wrong, or ActiveCampaign's words; may be empty.
    pub(crate) detail: String,
}

impl SentView {
    pub(crate) fn of(sent: Sent, erasure: Option<Erasure>) -> Self {
        let segments = sent.profile.segments.iter().map(|(segment, holds)| HoldingView {
            segment: segment.name.clone(),
            is_member: *holds,
            refreshed_at: segment.refreshed_ms.map(written),
        });
        Self {
            is_profile: sent.profile.row.is_some(),
            is_being_forgotten: erasure.as_ref().is_some_and(|erasure| erasure.receipt.is_none()),
            receipt: erasure.filter(|erasure| erasure.receipt.is_some()).map(|erasure| erasure.id),
            segments: segments.collect(),
            exports: sent.exports.into_iter().map(SentToView::from).collect(),
            has_more: sent.has_more,
        }
    }
}

impl From<SentTo> for SentToView {
    fn from(sent: SentTo) -> Self {
        let entry = sent.entry.as_ref();
        let was_refused = entry.is_some_and(|entry| entry.reason.is_some());
        let outcome = |is_new: bool| match entry.map(|entry| entry.listing) {
            Some(Listing::Left) => "left",
            _ if was_refused => "refused",
            _ if is_new => "created",
            _ => "updated",
        };
        Self {
            standing: match entry.map(|entry| entry.listing) {
                None => "never_sent",
                Some(Listing::Listed) => "listed",
                Some(Listing::Refused) => "refused",
                Some(Listing::Left) => "left",
            },
            since: entry.map(|entry| written(entry.since_ms)),
            reason: entry.and_then(|entry| entry.reason).map(|reason| reason.code()),
            words: entry.map(|entry| entry.words.clone()).unwrap_or_default(),
            last_sent: sent.last.map(|last| LastSentView {
                at: written(last.at_ms),
                outcome: outcome(last.is_new),
                run: last.run,
            }),
            rejected: sent.rejected.map(|(run, rejected)| RejectedView {
                run: run.id,
                at: written(run.at_ms),
                reason: rejected.reason.code(),
                whose: match rejected.reason.owner() {
                    Owner::Invalid => "invalid",
                    Owner::Refused => "refused",
                },
                detail: rejected.detail,
            }),
            export: sent.id,
            name: sent.name,
            host: sent.host,
            list: sent.list,
            list_name: sent.list_name,
            is_member: sent.is_member,
        }
    }
}

/// Rows of related tables.
#[derive(Serialize, ToSchema)]
#[schema(as = RelatedRows)]
pub(crate) struct RelatedRowsView {
    pub(crate) rows: Vec<RelatedRowView>,
    /// Whether there are more.
    pub(crate) has_more: bool,
    /// Related tables that could not be read.
    pub(crate) unread: Vec<String>,
}

/// A row of a related table.
#[derive(Serialize, ToSchema)]
#[schema(as = RelatedRow)]
pub(crate) struct RelatedRowView {
    pub(crate) table: String,
    /// Its day or moment, as it stands in the table; empty where the table has none.
    pub(crate) at: String,
    /// A few of its columns.
    pub(crate) values: Vec<RelatedValue>,
}

/// A value of a row.
#[derive(Serialize, ToSchema)]
pub(crate) struct RelatedValue {
    pub(crate) column: String,
    pub(crate) value: String,
}

impl From<RelatedRows> for RelatedRowsView {
    fn from(found: RelatedRows) -> Self {
        let RelatedRows { rows, has_more, unread } = found;
        let row = |RelatedRow { table, at, values }| RelatedRowView {
            table,
            at,
            values: values.into_iter().map(|(column, value)| RelatedValue { column, value }).collect(),
        };
        Self { rows: rows.into_iter().map(row).collect(), has_more, unread }
    }
}
