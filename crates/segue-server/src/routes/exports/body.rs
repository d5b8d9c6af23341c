//! Exports as they are handed in.

use segue_model::{Blanks, Brakes, Mode};
use segue_runs::FieldChoice;
use segue_runs::exports::{BrakesChange, ExportChange, WantedExport, WantedMatching};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::schema;

/// A custom field as somebody names it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "the id, title or personalisation tag of a custom field")]
pub(crate) enum FieldName {
    Id(u64),
    Text(String),
}

/// A custom field and the column that fills it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedFieldMatch {
    /// The field's id, title or personalisation tag.
    #[schema(schema_with = schema::field_name)]
    pub(crate) field: FieldName,
    /// The column of the profile table.
    pub(crate) column: String,
}

/// Which columns of the profile table fill a contact. Only what is named here is ever sent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddedMatching)]
pub(crate) struct MatchingBody {
    /// The column of the e-mail address.
    #[serde(default)]
    #[schema(required = true)]
    pub(crate) email: String,
    /// The column of the first name.
    pub(crate) first_name: Option<String>,
    /// The column of the last name.
    pub(crate) last_name: Option<String>,
    /// The column of the phone number.
    pub(crate) phone: Option<String>,
    /// The column of the company, which ActiveCampaign calls account.
    pub(crate) account_name: Option<String>,
    /// Custom fields, each once.
    #[serde(default)]
    pub(crate) fields: Vec<AddedFieldMatch>,
    /// Tags that every contact gets.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Columns whose values become tags, each once.
    #[serde(default)]
    pub(crate) tag_columns: Vec<String>,
}

/// What stops a run before its first request. What is not given is as usual, or as it was.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BrakesChange)]
pub(crate) struct BrakesBody {
    /// The most members that the export may have: 1,000,000 unless told.
    pub(crate) max_profiles: Option<u64>,
    /// The most contacts that may leave, in percent of those that are listed: 10 unless told.
    pub(crate) max_leaving_percent: Option<f64>,
    /// Whether a run without any member is let through: no, unless told.
    pub(crate) allow_empty: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedExport {
    /// What people call it.
    #[serde(default)]
    #[schema(required = true)]
    pub(crate) name: String,
    /// The id of a connection that the caller may use.
    #[schema(required = true)]
    pub(crate) connection: Option<String>,
    /// The id of a list of its account that takes e-mail.
    #[serde(default)]
    #[schema(required = true)]
    pub(crate) list: u64,
    /// The names of segments over one table, each once. Who is in several is one member.
    #[serde(default)]
    #[schema(required = true)]
    pub(crate) segments: Vec<String>,
    #[serde(default)]
    #[schema(required = true)]
    pub(crate) matching: MatchingBody,
    /// `add-update` unless told; `mirror` also unsubscribes those who left, if this export had put them on the list.
    #[serde(default)]
    #[schema(schema_with = schema::mode)]
    pub(crate) mode: Mode,
    /// `keep` unless told: an empty value is not sent; `clear` sends it, which erases.
    #[serde(default)]
    #[schema(schema_with = schema::blanks)]
    pub(crate) blanks: Blanks,
    /// Whether imports may start automations: no, unless told.
    #[serde(default)]
    pub(crate) automations: bool,
    #[serde(default)]
    pub(crate) brakes: BrakesBody,
    /// Conditions that the table declares and every member must meet, whatever the segments say: consent.
    #[serde(default)]
    pub(crate) required: Vec<String>,
    /// `follows_refresh` unless told.
    #[serde(default)]
    #[schema(schema_with = schema::export_schedule)]
    pub(crate) schedule: Value,
    /// Whether it may run: yes, unless told.
    pub(crate) enabled: Option<bool>,
}

/// What is to be different. What is not given stays; what is given is meant whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportChanges {
    pub(crate) name: Option<String>,
    /// The id of another connection, or of one for an export that is detached.
    pub(crate) connection: Option<String>,
    pub(crate) list: Option<u64>,
    pub(crate) segments: Option<Vec<String>>,
    pub(crate) matching: Option<MatchingBody>,
    #[schema(schema_with = schema::mode)]
    pub(crate) mode: Option<Mode>,
    #[schema(schema_with = schema::blanks)]
    pub(crate) blanks: Option<Blanks>,
    pub(crate) automations: Option<bool>,
    #[serde(default)]
    pub(crate) brakes: BrakesBody,
    pub(crate) required: Option<Vec<String>>,
    #[schema(schema_with = schema::export_schedule)]
    pub(crate) schedule: Option<Value>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CopyName {
    /// What people call the copy.
    pub(super) name: String,
}

impl From<MatchingBody> for WantedMatching {
    fn from(body: MatchingBody) -> Self {
        let fields = body.fields.into_iter().map(|matched| FieldChoice {
            field: match matched.field {
                FieldName::Id(id) => id.to_string(),
                FieldName::Text(text) => text,
            },
            column: matched.column,
        });
        Self {
            email: body.email,
            first_name: body.first_name,
            last_name: body.last_name,
            phone: body.phone,
            account_name: body.account_name,
            fields: fields.collect(),
            tags: body.tags,
            tag_columns: body.tag_columns,
        }
    }
}

impl From<BrakesBody> for BrakesChange {
    fn from(body: BrakesBody) -> Self {
        let BrakesBody { max_profiles, max_leaving_percent, allow_empty } = body;
        Self { max_profiles, max_leaving_percent, allow_empty }
    }
}

impl AddedExport {
    /// The export, and whether it may run.
    pub(super) fn wanted(self) -> (WantedExport, bool) {
        let wanted = WantedExport {
            name: self.name,
            connection: self.connection,
            list: self.list,
            segments: self.segments,
            matching: self.matching.into(),
            mode: self.mode,
            blanks: self.blanks,
            automations: self.automations,
            brakes: BrakesChange::from(self.brakes).applied(Brakes::default()),
            required: self.required,
            schedule: self.schedule,
        };
        (wanted, self.enabled.unwrap_or(true))
    }
}

impl From<ExportChanges> for ExportChange {
    fn from(body: ExportChanges) -> Self {
        Self {
            name: body.name,
            connection: body.connection,
            list: body.list,
            segments: body.segments,
            matching: body.matching.map(Into::into),
            mode: body.mode,
            blanks: body.blanks,
            automations: body.automations,
            brakes: body.brakes.into(),
            required: body.required,
            schedule: body.schedule,
        }
    }
}
