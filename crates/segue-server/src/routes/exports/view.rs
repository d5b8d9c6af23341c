//! Exports as they are shown.

use std::sync::Arc;

use segue_model::connection::ConnectionKind;
use segue_model::recipe::{Recipe, TargetList};
use segue_model::schedule::ExportSchedule;
use segue_model::segment::Fault;
use segue_model::{Blanks, Brakes, DataMatching, FieldMatch, FieldType, Mode};
use segue_runs::Standing;
use segue_runs::exports::{SeenExport, SegmentSize, ShownExport};
use segue_store::Job;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::FieldError;
use crate::routes::connections::{Signed, signed};
use crate::schema;
use crate::time::written;

/// What everybody sees of an export's connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsedConnection {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    #[schema(schema_with = schema::connection_kind)]
    pub(crate) kind: ConnectionKind,
    /// Whether it leads to the built-in sandbox: nothing leaves the machine.
    pub(crate) sandbox: bool,
}

/// The list that is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportList)]
pub(crate) struct ListView {
    pub(crate) id: u64,
    /// Its name when it was last looked at.
    pub(crate) name: String,
}

/// What a custom field takes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Takes {
    /// `one` and `many` take one or several of `options`.
    #[serde(rename = "type")]
    #[schema(schema_with = schema::field_type)]
    pub(crate) kind: &'static str,
    pub(crate) options: Vec<String>,
}

/// A custom field and the column that fills it.
#[derive(Serialize, ToSchema)]
#[schema(as = FieldMatch)]
pub(crate) struct FieldView {
    pub(crate) field: u64,
    pub(crate) title: String,
    pub(crate) column: String,
    pub(crate) takes: Takes,
}

/// Which columns of the profile table fill a contact.
#[derive(Serialize, ToSchema)]
#[schema(as = Matching)]
pub(crate) struct MatchingView {
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) account_name: Option<String>,
    pub(crate) fields: Vec<FieldView>,
    pub(crate) tags: Vec<String>,
    pub(crate) tag_columns: Vec<String>,
}

/// What stops a run before its first request.
#[derive(Serialize, ToSchema)]
#[schema(as = Brakes)]
pub(crate) struct BrakesView {
    pub(crate) max_profiles: u64,
    pub(crate) max_leaving_percent: f64,
    pub(crate) allow_empty: bool,
}

/// The latest run of an export.
#[derive(Serialize, ToSchema)]
pub(crate) struct LatestRun {
    pub(crate) id: String,
    #[schema(schema_with = schema::status)]
    pub(crate) status: &'static str,
    /// The cause of the status; may be empty.
    pub(crate) cause: String,
    pub(crate) queued_at: String,
    pub(crate) ended_at: Option<String>,
}

/// An export.
#[derive(Serialize, ToSchema)]
#[schema(as = Export)]
pub(crate) struct ExportView {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Nothing if it is detached: then it does not run.
    pub(crate) connection: Option<UsedConnection>,
    pub(crate) list: ListView,
    pub(crate) segments: Vec<String>,
    pub(crate) matching: MatchingView,
    #[schema(schema_with = schema::mode)]
    pub(crate) mode: Mode,
    #[schema(schema_with = schema::blanks)]
    pub(crate) blanks: Blanks,
    pub(crate) automations: bool,
    pub(crate) brakes: BrakesView,
    pub(crate) required: Vec<String>,
    #[schema(schema_with = schema::export_schedule)]
    pub(crate) schedule: ExportSchedule,
    /// Whether it may run.
    pub(crate) enabled: bool,
    /// The status of its latest run, dry runs aside; `not_started` before the first.
    #[schema(example = "succeeded")]
    pub(crate) status: &'static str,
    /// Nothing before the first.
    pub(crate) latest_run: Option<LatestRun>,
    /// When its schedule, or the refresh that it follows, begins it next; nothing if nothing does.
    pub(crate) next_run_at: Option<String>,
    /// Your permissions: `edit`, which is also to run it, or `view`.
    #[schema(example = "edit")]
    pub(crate) permission: &'static str,
    /// Counts changes; the ETag is this.
    pub(crate) version: i64,
    pub(crate) created: Signed,
    pub(crate) updated: Signed,
}

/// A segment of an export.
#[derive(Serialize, ToSchema)]
#[schema(as = SegmentSize)]
pub(crate) struct SegmentSizeView {
    pub(crate) name: String,
    /// Members at its last refresh; nothing before the first.
    pub(crate) members: Option<u64>,
    pub(crate) refreshed_at: Option<String>,
}

/// An export with what it comes to at this moment.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportDetails)]
pub(crate) struct DetailsView {
    pub(crate) export: ExportView,
    /// Its segments with their members.
    pub(crate) segments: Vec<SegmentSizeView>,
    /// What is probably not meant: segments without members or with more than `brakes.max_profiles`, and other exports that
    /// keep the same list.
    pub(crate) warnings: Vec<FieldError>,
}

pub(crate) fn takes(takes: FieldType) -> Takes {
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

pub(crate) fn field(field: FieldMatch) -> FieldView {
    FieldView { field: field.field, title: field.title, column: field.column, takes: takes(field.kind) }
}

fn matching(matching: DataMatching) -> MatchingView {
    let DataMatching { email, first_name, last_name, phone, account_name, fields, tags, tag_columns } =
        matching;
    let fields = fields.into_iter().map(field).collect();
    MatchingView { email, first_name, last_name, phone, account_name, fields, tags, tag_columns }
}

fn latest_run(job: Job) -> LatestRun {
    LatestRun {
        id: job.id,
        status: job.status.word(),
        cause: job.words,
        queued_at: written(job.queued_ms),
        ended_at: job.ended_ms.map(written),
    }
}

pub(crate) fn view(seen: SeenExport, standing: Standing) -> ExportView {
    let SeenExport { export, connection, may_edit } = seen;
    let export = Arc::unwrap_or_clone(export);
    let latest_run = standing.latest.map(latest_run);
    let Recipe { list, segments, matching: matched, mode, blanks, automations, brakes, required, schedule } =
        export.recipe;
    let (TargetList { id, name }, Brakes { max_profiles, max_leaving_percent, allow_empty }) = (list, brakes);
    ExportView {
        id: export.id,
        name: export.name,
        connection: connection.map(|used| UsedConnection {
            id: used.id,
            name: used.name,
            kind: used.kind,
            sandbox: used.is_sandbox,
        }),
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
        status: latest_run.as_ref().map_or("not_started", |run| run.status),
        latest_run,
        next_run_at: standing.next_ms.map(written),
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
pub(crate) fn told(fault: Fault) -> FieldError {
    FieldError::new(fault.at.as_str(), fault.words)
}

pub(crate) fn details(shown: ShownExport, standing: Standing) -> DetailsView {
    DetailsView {
        export: view(shown.seen, standing),
        segments: shown.segments.into_iter().map(size).collect(),
        warnings: shown.warnings.into_iter().map(told).collect(),
    }
}
