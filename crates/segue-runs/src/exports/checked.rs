//! Everything that is wrong with a wanted export at once, or the recipe that is saved.

use segue_model::connection::Trouble;
use segue_model::person::display_name;
use segue_model::recipe::Recipe;
use segue_model::segment::{Fault, Table};
use segue_model::{DataMatching, FieldMatch};
use segue_store::{SavedExport, StoreError};

use super::account::Found;
use super::check::at;
use super::{Asker, ExportError, Exports, WantedExport, WantedMatching, account, check, may_edit};
use crate::connections::ConnectionError;

/// What was found to be right.
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) recipe: Recipe,
}

impl Exports {
    /// Checks everything, and tells everything that is wrong at once.
    pub(super) async fn checked(
        &self,
        wanted: &WantedExport,
        before: Option<&SavedExport>,
        asker: &Asker,
    ) -> Result<Checked, ExportError> {
        let mut faults = Vec::new();
        let name = display_name(&wanted.name).unwrap_or_else(|words| {
            faults.push(Fault::error(&at("name"), words));
            String::new()
        });
        let asked = self.asked(wanted, before, asker, &mut faults).await?;
        let found = asked.as_ref().ok();
        let ground = self.ground().await?;
        if let Some(table) = ground.profile_table(&wanted.segments, &mut faults) {
            check::check_matching(&wanted.matching, table, &mut faults);
            check_fields(found, table, &mut faults);
            check::check_required(&wanted.required, table, &mut faults);
        }
        check::check_tags(&wanted.matching.tags, &mut faults);
        check::check_brakes(&wanted.brakes, &mut faults);
        let schedule = check::schedule(wanted, &mut faults);
        if !faults.is_empty() {
            return Err(ExportError::Faults(faults));
        }
        let found = asked.map_err(ExportError::Trouble)?;
        let recipe = Recipe {
            list: found.list.ok_or(ExportError::Defect)?,
            segments: wanted.segments.clone(),
            matching: matching(&wanted.matching, found.fields.into_iter().flatten().collect()),
            mode: wanted.mode,
            blanks: wanted.blanks,
            automations: wanted.automations,
            brakes: wanted.brakes,
            required: wanted.required.clone(),
            schedule,
        };
        Ok(Checked { name, recipe })
    }

    /// List and fields as the account has them, or as the export knows them if nothing about them is new; inside, why the
    /// account did not answer.
    async fn asked(
        &self,
        wanted: &WantedExport,
        before: Option<&SavedExport>,
        asker: &Asker,
        faults: &mut Vec<Fault>,
    ) -> Result<Result<Found, Trouble>, ExportError> {
        let choices = &wanted.matching.fields;
        let same = before.filter(|before| before.connection == wanted.connection);
        if let Some(found) = same.and_then(|same| account::known(&same.recipe, wanted.list, choices)) {
            account::twice(&found.fields, faults);
            return Ok(Ok(found));
        }
        let connection = match &wanted.connection {
            Some(id) => self.store.connection(id).await,
            None => Err(StoreError::Missing { what: "connection" }),
        };
        let connection = match connection {
            Ok(connection) => connection,
            Err(StoreError::Missing { .. }) => {
                let words = match (&wanted.connection, before) {
                    (Some(_), _) => "is none that is there: choose one of GET /connections",
                    (None, Some(_)) => {
                        "must be given, because the export is detached: list and fields are checked there"
                    }
                    (None, None) => "must be given",
                };
                faults.push(Fault::error(&at("connection"), words));
                return Ok(Ok(Found::default()));
            }
            Err(error) => return Err(error.into()),
        };
        if !may_edit(Some(&connection), asker) {
            return Err(ExportError::NotShared);
        }
        match self.connections.client(&connection).await {
            Ok(client) => Ok(account::ask(&client, wanted.list, choices, faults).await),
            Err(ConnectionError::Trouble(trouble)) => Ok(Err(trouble)),
            Err(error) => Err(error.into()),
        }
    }
}

fn check_fields(found: Option<&Found>, table: &Table, faults: &mut Vec<Fault>) {
    let fields = found.map(|found| found.fields.as_slice()).unwrap_or_default();
    for (index, field) in fields.iter().enumerate() {
        let Some(field) = field else { continue };
        check::check_field(field, table, &at("matching").at("fields").at(index), faults);
    }
}

fn matching(wanted: &WantedMatching, fields: Vec<FieldMatch>) -> DataMatching {
    DataMatching {
        email: wanted.email.clone(),
        first_name: wanted.first_name.clone(),
        last_name: wanted.last_name.clone(),
        phone: wanted.phone.clone(),
        account_name: wanted.account_name.clone(),
        fields,
        tags: wanted.tags.iter().map(|tag| tag.trim().to_owned()).collect(),
        tag_columns: wanted.tag_columns.clone(),
    }
}
