//! Segments as they are shown.

use segue_model::segment::{Fault, write};
use segue_model::{Corrupt, ExplanationText, Overlap, Preview};
use segue_runs::segments::{SeenSegment, Usage, User};
use segue_store::Refresh;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::told;
use crate::problem::{FieldError, UsedBy};
use crate::schema;
use crate::time::written;

/// How the latest refresh of a segment ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct LatestRefresh {
    pub(crate) at: String,
    /// `succeeded`, or `failed`: then the members before stay in force.
    #[schema(example = "succeeded")]
    pub(crate) status: &'static str,
    /// Why it failed; may be empty.
    pub(crate) cause: String,
    pub(crate) milliseconds: i64,
    /// Rows of its tables that could not be used.
    pub(crate) set_aside: u64,
    /// Whether the members came from a list of keys, and not from the definition.
    pub(crate) loaded: bool,
}

/// A segment.
#[derive(Serialize, ToSchema)]
#[schema(as = Segment)]
pub(crate) struct SegmentView {
    pub(crate) name: String,
    pub(crate) description: String,
    /// The table whose rows are its profiles; nothing if the definition cannot be read.
    pub(crate) table: Option<String>,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::segment_type)]
    pub(crate) kind: &'static str,
    #[schema(schema_with = schema::segment_state)]
    pub(crate) state: &'static str,
    /// Members at the last refresh that succeeded; nothing before the first.
    pub(crate) members: Option<u64>,
    /// Members more than at the refresh before it, or less.
    pub(crate) change: Option<i64>,
    /// When that refresh was.
    pub(crate) refreshed_at: Option<String>,
    /// How the latest refresh ended; nothing before the first.
    pub(crate) latest_refresh: Option<LatestRefresh>,
    /// Segments that ask about it, and exports of its members.
    pub(crate) used_by: Vec<UsedBy>,
    /// Grows with every change; the ETag is this. A refresh is none.
    pub(crate) version: i64,
}

/// A segment with its definition.
#[derive(Serialize, ToSchema)]
pub(crate) struct SegmentDetails {
    pub(crate) segment: SegmentView,
    /// Its definition, as docs/segments.md explains it; nothing if it cannot be read.
    #[schema(value_type = Option<Object>)]
    pub(crate) definition: Option<Value>,
    /// The same in YAML.
    pub(crate) yaml: Option<String>,
    /// The definition as it was written.
    pub(crate) text: String,
    /// What is wrong with the definition since tables have changed. It cannot be refreshed before that is mended.
    pub(crate) errors: Vec<FieldError>,
    /// What is probably not meant.
    pub(crate) warnings: Vec<FieldError>,
}

impl From<User> for UsedBy {
    fn from(User { kind, id, name }: User) -> Self {
        Self { kind, id, name }
    }
}

pub(crate) fn used_by(users: Vec<User>) -> Vec<UsedBy> {
    users.into_iter().map(UsedBy::from).collect()
}

fn status(refresh: &Refresh) -> &'static str {
    if refresh.members.is_some() { "succeeded" } else { "failed" }
}

pub(super) fn view(seen: SeenSegment) -> SegmentView {
    let SeenSegment { segment, definition, used_by: users, latest } = seen;
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let change =
        segment.members.zip(segment.members_before).map(|(now, before)| signed(now) - signed(before));
    SegmentView {
        name: segment.name,
        description: segment.description,
        table: definition.map(|definition| definition.table),
        kind: if segment.is_static { "static" } else { "dynamic" },
        state: if segment.is_active { "active" } else { "inactive" },
        members: segment.members,
        change,
        refreshed_at: segment.refreshed_ms.map(written),
        latest_refresh: latest.map(|latest| LatestRefresh {
            at: written(latest.at_ms),
            status: status(&latest),
            cause: latest.words,
            milliseconds: latest.millis,
            set_aside: latest.set_aside,
            loaded: latest.is_loaded,
        }),
        used_by: used_by(users),
        version: segment.version,
    }
}

pub(super) fn details(seen: SeenSegment, faults: Vec<Fault>) -> SegmentDetails {
    let text = seen.segment.definition.clone();
    let definition = seen.definition.as_ref().map(write::definition);
    let yaml = seen.definition.as_ref().and_then(|definition| write::yaml(definition).ok());
    let (warnings, errors) = sorted(faults, "/definition");
    SegmentDetails { segment: view(seen), definition, yaml, text, errors, warnings }
}

/// Warnings, and what must be mended.
pub(super) fn sorted(faults: Vec<Fault>, root: &str) -> (Vec<FieldError>, Vec<FieldError>) {
    let (warnings, errors): (Vec<Fault>, Vec<Fault>) = faults.into_iter().partition(|fault| fault.is_warning);
    let told = |faults: Vec<Fault>| faults.into_iter().map(|fault| told(root, fault)).collect();
    (told(warnings), told(errors))
}

/// A segment or an export.
#[derive(Serialize, ToSchema)]
#[schema(as = SegmentUsage)]
pub(crate) struct UsageView {
    /// Segments that ask about it, and exports of its members.
    pub(crate) used_by: Vec<UsedBy>,
    /// Segments that it asks about.
    pub(crate) segments: Vec<String>,
    /// Tables that it speaks of, that of the profiles first.
    pub(crate) tables: Vec<String>,
}

pub(super) fn usage_view(usage: Usage) -> UsageView {
    let segments = usage.used_by.into_iter();
    let segments = segments.map(|name| UsedBy { kind: "segment", id: name.clone(), name });
    let exports = usage.exports.into_iter();
    let exports = exports.map(|export| UsedBy { kind: "export", id: export.id, name: export.name });
    UsageView { used_by: segments.chain(exports).collect(), segments: usage.segments, tables: usage.tables }
}

/// One refresh of a segment.
#[derive(Serialize, ToSchema)]
#[schema(as = SegmentRefresh)]
pub(crate) struct HistoryView {
    pub(crate) at: String,
    /// `succeeded` or `failed`.
    #[schema(example = "succeeded")]
    pub(crate) status: &'static str,
    /// Nothing if it failed.
    pub(crate) members: Option<u64>,
    pub(crate) milliseconds: i64,
    /// Why it failed; may be empty.
    pub(crate) cause: String,
    /// Rows of its tables that could not be used.
    pub(crate) set_aside: u64,
    /// Whether the members came from a list of keys, and not from the definition.
    pub(crate) loaded: bool,
}

pub(super) fn history_item(refresh: Refresh) -> HistoryView {
    HistoryView {
        at: written(refresh.at_ms),
        status: status(&refresh),
        members: refresh.members,
        milliseconds: refresh.millis,
        cause: refresh.words,
        set_aside: refresh.set_aside,
        loaded: refresh.is_loaded,
    }
}

/// Rows that could not be used, by table and reason.
#[derive(Serialize, ToSchema)]
#[schema(as = SetAside)]
pub(crate) struct CorruptView {
    pub(crate) table: String,
    /// What is wrong with them.
    pub(crate) reason: String,
    pub(crate) rows: u64,
    /// The first of them, as `file:row`.
    pub(crate) first: String,
}

pub(crate) fn corrupt(corrupt: Vec<Corrupt>) -> Vec<CorruptView> {
    let view = |Corrupt { table, reason, rows, first }| CorruptView { table, reason, rows, first };
    corrupt.into_iter().map(view).collect()
}

/// The first members, with every column of the profile table.
#[derive(Serialize, ToSchema)]
#[schema(as = MembersPreview)]
pub(crate) struct PreviewView {
    pub(crate) columns: Vec<String>,
    /// Up to 100 rows, by key.
    pub(crate) rows: Vec<Vec<String>>,
}

impl From<Preview> for PreviewView {
    fn from(Preview { columns, rows }: Preview) -> Self {
        Self { columns, rows }
    }
}

/// The number of members after a rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleCount {
    /// Its number, from 1.
    pub(crate) rule: usize,
    /// Its name; may be empty.
    pub(crate) name: String,
    pub(crate) members_after: u64,
}

/// Why a profile is in a segment or not.
#[derive(Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(crate) struct ExplanationView {
    /// What was asked, in the words of the definition.
    pub(crate) condition: String,
    /// What was found; empty where the parts say it.
    pub(crate) found: String,
    pub(crate) holds: bool,
    #[schema(no_recursion)]
    pub(crate) parts: Vec<ExplanationView>,
}

impl From<ExplanationText> for ExplanationView {
    fn from(told: ExplanationText) -> Self {
        let parts = told.parts.into_iter().map(Self::from).collect();
        Self { condition: told.condition, found: told.found, holds: told.holds, parts }
    }
}

/// Profiles that are members of exactly these segments.
#[derive(Serialize, ToSchema)]
#[schema(as = Overlap)]
pub(crate) struct OverlapView {
    pub(crate) members_of_exactly: Vec<String>,
    pub(crate) profiles: u64,
}

pub(super) fn overlap(names: &[String], overlap: &Overlap) -> OverlapView {
    let members = names.iter().zip(&overlap.of).filter(|(_, is_in)| **is_in);
    OverlapView {
        members_of_exactly: members.map(|(name, _)| name.clone()).collect(),
        profiles: overlap.profiles,
    }
}
