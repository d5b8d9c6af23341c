//! What is handed in, and what comes out: who asks, exports to save or change, and what a person may do with one.

use std::sync::Arc;

use segue_model::connection::ConnectionKind;
use segue_model::recipe::Recipe;
use segue_model::segment::Fault;
use segue_model::{Blanks, Brakes, Mode, Role};
use segue_store::SavedExport;
use serde_json::Value;

use crate::FieldChoice;

/// A person who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The person's id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// The person's role.
    pub role: Role,
}

/// An export as a person wants to have it. Nothing of it is checked yet.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedExport {
    /// What people are to call it.
    pub name: String,
    /// The id of its connection.
    pub connection: Option<String>,
    /// The provider's id of the list; 0 if none is given.
    pub list: u64,
    /// The names of its segments.
    pub segments: Vec<String>,
    /// Which columns fill a contact.
    pub matching: WantedMatching,
    /// What happens to those who left.
    pub mode: Mode,
    /// What empty values do.
    pub blanks: Blanks,
    /// Whether imports may start automations.
    pub automations: bool,
    /// What stops a run before its first request.
    pub brakes: Brakes,
    /// Conditions of the profile table that every member must meet.
    pub required: Vec<String>,
    /// When it runs by itself, as a document; null for the usual.
    pub schedule: Value,
}

/// Data matching as a person writes it: custom fields by whatever name they are known by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedMatching {
    /// Column of the e-mail address.
    pub email: String,
    /// Column of the first name.
    pub first_name: Option<String>,
    /// Column of the last name.
    pub last_name: Option<String>,
    /// Column of the phone number.
    pub phone: Option<String>,
    /// Column of the company.
    pub account_name: Option<String>,
    /// Custom fields.
    pub fields: Vec<FieldChoice>,
    /// Tags that every contact gets.
    pub tags: Vec<String>,
    /// Columns whose values become tags.
    pub tag_columns: Vec<String>,
}

/// Which brakes are to be changed; what is not given stays.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BrakesChange {
    /// The most members that one export may have.
    pub max_profiles: Option<u64>,
    /// The most contacts that may leave, in percent of those that the ledger says are listed.
    pub max_leaving_percent: Option<f64>,
    /// Whether a source without any member is let through.
    pub allow_empty: Option<bool>,
}

impl BrakesChange {
    /// The brakes after the change.
    #[must_use]
    pub fn applied(&self, before: Brakes) -> Brakes {
        Brakes {
            max_profiles: self.max_profiles.unwrap_or(before.max_profiles),
            max_leaving_percent: self.max_leaving_percent.unwrap_or(before.max_leaving_percent),
            allow_empty: self.allow_empty.unwrap_or(before.allow_empty),
        }
    }
}

/// What is to be changed; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExportChange {
    /// What people are to call it.
    pub name: Option<String>,
    /// The id of another connection.
    pub connection: Option<String>,
    /// The provider's id of another list.
    pub list: Option<u64>,
    /// Its segments, all of them.
    pub segments: Option<Vec<String>>,
    /// Its matching, all of it.
    pub matching: Option<WantedMatching>,
    /// What happens to those who left.
    pub mode: Option<Mode>,
    /// What empty values do.
    pub blanks: Option<Blanks>,
    /// Whether imports may start automations.
    pub automations: Option<bool>,
    /// Its brakes.
    pub brakes: BrakesChange,
    /// Required conditions, all of them.
    pub required: Option<Vec<String>>,
    /// When it runs by itself.
    pub schedule: Option<Value>,
}

impl ExportChange {
    /// The export as it is wanted from now on.
    pub(super) fn applied(&self, before: &SavedExport) -> Option<WantedExport> {
        let Recipe { list, segments, matching, mode, blanks, automations, brakes, required, schedule } =
            &before.recipe;
        let fields = matching.fields.iter();
        let fields = fields
            .map(|field| FieldChoice { field: field.field.to_string(), column: field.column.clone() })
            .collect();
        let matching = WantedMatching {
            email: matching.email.clone(),
            first_name: matching.first_name.clone(),
            last_name: matching.last_name.clone(),
            phone: matching.phone.clone(),
            account_name: matching.account_name.clone(),
            fields,
            tags: matching.tags.clone(),
            tag_columns: matching.tag_columns.clone(),
        };
        let schedule = match &self.schedule {
            Some(schedule) => schedule.clone(),
            None => serde_json::to_value(schedule).ok()?,
        };
        Some(WantedExport {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            connection: self.connection.clone().or_else(|| before.connection.clone()),
            list: self.list.unwrap_or(list.id),
            segments: self.segments.clone().unwrap_or_else(|| segments.clone()),
            matching: self.matching.clone().unwrap_or(matching),
            mode: self.mode.unwrap_or(*mode),
            blanks: self.blanks.unwrap_or(*blanks),
            automations: self.automations.unwrap_or(*automations),
            brakes: self.brakes.applied(*brakes),
            required: self.required.clone().unwrap_or_else(|| required.clone()),
            schedule,
        })
    }
}

/// An export as a person sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenExport {
    /// The export.
    pub export: Arc<SavedExport>,
    /// Its connection; none if it is detached.
    pub connection: Option<UsedConnection>,
    /// Whether this person may change and run it, or only look.
    pub may_edit: bool,
}

/// What everybody sees of an export's connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedConnection {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it leads.
    pub kind: ConnectionKind,
    /// Whether that is the sandbox inside the server.
    pub is_sandbox: bool,
}

/// An export with what it comes to at this moment.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownExport {
    /// The export.
    pub seen: SeenExport,
    /// Its segments in their order.
    pub segments: Vec<SegmentSize>,
    /// What is probably not meant.
    pub warnings: Vec<Fault>,
}

/// A segment and how many are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentSize {
    /// Its name.
    pub name: String,
    /// Members at its last refresh; none before the first.
    pub members: Option<u64>,
    /// When that was, in milliseconds since 1970.
    pub refreshed_ms: Option<i64>,
}

/// Which exports are asked for. What is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportFilter {
    /// Its name, or the name or type of its connection, holds this, whatever the case.
    pub search: Option<String>,
    /// On the connection of this id.
    pub connection: Option<String>,
    /// With the segment of this name.
    pub segment: Option<String>,
}
