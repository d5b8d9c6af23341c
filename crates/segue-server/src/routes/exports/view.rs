//! Exports as they are shown.

use segue_model::connection::ConnectionKind;
use segue_model::recipe::{Recipe, TargetList};
use segue_model::schedule::ExportSchedule;
use segue_model::segment::Fault;
use segue_model::{Blanks, Brakes, DataMatching, FieldMatch, FieldType, Mode};
use segue_runs::exports::{SeenExport, SegmentSize, ShownExport};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::FieldError;
use crate::routes::connections::{Signed, signed};
use crate::schema;
use crate::time::written;

/// What everybody sees of an export's connection.
#[derive(Serialize, ToSchema)]
struct UsedConnection {
    id: String,
    name: String,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    kind: ConnectionKind,
}

/// The list that is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportList)]
struct ListView {
    id: u64,
    /// Its name when it was last looked at.
    name: String,
}

/// What a custom field takes.
#[derive(Serialize, ToSchema)]
pub(super) struct Takes {
    /// `one` and `many` take one or several of `options`.
    #[serde(rename = "type")]
    #[schema(schema_with = schema::field_type)]
    kind: &'static str,
    options: Vec<String>,
}

/// A custom field and the column that fills it.
#[derive(Serialize, ToSchema)]
#[schema(as = FieldMatch)]
pub(super) struct FieldView {
    field: u64,
    title: String,
    column: String,
    takes: Takes,
}

/// Which columns of the profile table fill a contact.
#[derive(Serialize, ToSchema)]
#[schema(as = Matching)]
struct MatchingView {
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    account_name: Option<String>,
    fields: Vec<FieldView>,
    tags: Vec<String>,
    tag_columns: Vec<String>,
}

/// What stops a run before its first request.
#[derive(Serialize, ToSchema)]
#[schema(as = Brakes)]
struct BrakesView {
    max_profiles: u64,
    max_leaving_percent: f64,
    allow_empty: bool,
}

/// An export.
#[derive(Serialize, ToSchema)]
#[schema(as = Export)]
pub(super) struct ExportView {
    id: String,
    name: String,
    /// Nothing if it is detached: then it does not run.
    connection: Option<UsedConnection>,
    list: ListView,
    segments: Vec<String>,
    matching: MatchingView,
    #[schema(schema_with = schema::mode)]
    mode: Mode,
    #[schema(schema_with = schema::blanks)]
    blanks: Blanks,
    automations: bool,
    brakes: BrakesView,
    required: Vec<String>,
    #[schema(schema_with = schema::export_schedule)]
    schedule: ExportSchedule,
    /// Whether it may run.
    enabled: bool,
    /// Your permissions: `edit`, which is also to run it, or `view`.
    #[schema(example = "edit")]
    permission: &'static str,
    /// Counts changes; the ETag is this.
    version: i64,
    created: Signed,
    updated: Signed,
}

/// A segment of an export.
#[derive(Serialize, ToSchema)]
#[schema(as = SegmentSize)]
struct SegmentSizeView {
    name: String,
    /// Members at its last refresh; nothing before the first.
    members: Option<u64>,
    refreshed_at: Option<String>,
}

/// An export with what it comes to at this moment.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportDetails)]
pub(super) struct DetailsView {
    export: ExportView,
    /// Its segments with their members.
    segments: Vec<SegmentSizeView>,
    /// What is probably not meant: segments without members or with more than `brakes.max_profiles`, and other exports that
    /// keep the same list.
    warnings: Vec<FieldError>,
}

pub(super) fn takes(takes: FieldType) -> Takes {
    let (kind, options) = match takes {
        FieldType::Text => ("text", Vec::new()),
        FieldType::Number => ("number", Vec::new()),
        FieldType::Date => ("date", Vec::new()),
        FieldType::DateTime => ("date_time", Vec::new()),
        FieldType::One(options) => ("one", options),
        FieldType::Many(options) => ("many", options),
    };
    Takes { kind, options }
}

pub(super) fn field(field: FieldMatch) -> FieldView {
    FieldView { field: field.field, title: field.title, column: field.column, takes: takes(field.kind) }
}

fn matching(matching: DataMatching) -> MatchingView {
    let DataMatching { email, first_name, last_name, phone, account_name, fields, tags, tag_columns } =
        matching;
    let fields = fields.into_iter().map(field).collect();
    MatchingView { email, first_name, last_name, phone, account_name, fields, tags, tag_columns }
}

pub(super) fn view(seen: SeenExport) -> ExportView {
    let SeenExport { export, connection, may_edit } = seen;
    let Recipe { list, segments, matching: matched, mode, blanks, automations, brakes, required, schedule } =
        export.recipe;
    let (TargetList { id, name }, Brakes { max_profiles, max_leaving_percent, allow_empty }) = (list, brakes);
    ExportView {
        id: export.id,
        name: export.name,
        connection: connection.map(|used| UsedConnection { id: used.id, name: used.name, kind: used.kind }),
        list: ListView { id, name },
        segments,
        matching: matching(matched),
        mode,
        blanks,
        automations,
        brakes: BrakesView { max_profiles, max_leaving_percent, allow_empty },
        required,
        schedule,
        enabled: export.is_enabled,
        permission: if may_edit { "edit" } else { "view" },
        version: export.version,
        created: signed(&export.created),
        updated: signed(&export.updated),
    }
}

fn size(size: SegmentSize) -> SegmentSizeView {
    SegmentSizeView { name: size.name, members: size.members, refreshed_at: size.refreshed_ms.map(written) }
}

/// A place and what is said of it.
pub(super) fn told(fault: Fault) -> FieldError {
    FieldError::new(fault.at.as_str(), fault.words)
}

pub(super) fn details(shown: ShownExport) -> DetailsView {
    DetailsView {
        export: view(shown.seen),
        segments: shown.segments.into_iter().map(size).collect(),
        warnings: shown.warnings.into_iter().map(told).collect(),
    }
}
