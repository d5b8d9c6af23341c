//! What is asked of the account when an export is saved: whether the list is there and what custom fields take. Nothing is
//! sent there.

use activecampaign::{Client, Field};
use segue_model::connection::Trouble;
use segue_model::recipe::{Recipe, TargetList};
use segue_model::segment::{Fault, Pointer};
use segue_model::{FieldMatch, FieldType};

use super::check::at;
use crate::FieldChoice;
use crate::account::{email_list, field_type, find};
use crate::connections::trouble;

/// A custom field of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountField {
    /// The provider's id.
    pub id: u64,
    /// Its title.
    pub title: String,
    /// Its personalisation tag, without percent signs.
    pub tag: String,
    /// What it takes.
    pub takes: FieldType,
}

/// What an account says about list and fields; nothing where it says that there is none.
#[derive(Default)]
pub(super) struct Found {
    pub(super) list: Option<TargetList>,
    /// As many as were asked for.
    pub(super) fields: Vec<Option<FieldMatch>>,
}

fn place(index: usize) -> Pointer {
    at("matching").at("fields").at(index).at("field")
}

/// Asks the account.
pub(super) async fn ask(
    client: &Client,
    list: u64,
    choices: &[FieldChoice],
    faults: &mut Vec<Fault>,
) -> Result<Found, Trouble> {
    let list = match list {
        0 => Err("must be the id of a list of the account".to_owned()),
        list => email_list(client, list).await.map_err(|error| trouble(&error))?,
    };
    let list = list.map(|list| TargetList { id: list.id, name: list.name });
    let list = list.map_err(|words| faults.push(Fault::error(&at("list"), words))).ok();
    if choices.is_empty() {
        return Ok(Found { list, fields: Vec::new() });
    }
    let known = client.fields().await.map_err(|error| trouble(&error))?;
    let mut fields: Vec<Option<FieldMatch>> = Vec::new();
    for (index, choice) in choices.iter().enumerate() {
        let matched = match find(&choice.field, &known) {
            Ok(field) => Some(matched(field, choice)),
            Err(words) => {
                faults.push(Fault::error(&place(index), words));
                None
            }
        };
        fields.push(matched);
    }
    twice(&fields, faults);
    Ok(Found { list, fields })
}

/// What a recipe knows already of list and fields; none if the account must be asked.
pub(super) fn known(recipe: &Recipe, list: u64, choices: &[FieldChoice]) -> Option<Found> {
    if recipe.list.id != list {
        return None;
    }
    let field = |choice: &FieldChoice| {
        let known = recipe.matching.fields.iter().find(|field| field.field.to_string() == choice.field)?;
        Some(Some(FieldMatch { column: choice.column.clone(), ..known.clone() }))
    };
    let fields = choices.iter().map(field).collect::<Option<Vec<_>>>()?;
    Some(Found { list: Some(recipe.list.clone()), fields })
}

/// Says which fields are filled more than once.
pub(super) fn twice(fields: &[Option<FieldMatch>], faults: &mut Vec<Fault>) {
    for (index, field) in fields.iter().enumerate() {
        let Some(field) = field else { continue };
        if fields[..index].iter().flatten().any(|earlier| earlier.field == field.field) {
            let words = format!("is custom field \"{}\" a second time: leave it out", field.title);
            faults.push(Fault::error(&place(index), words));
        }
    }
}

fn matched(field: &Field, choice: &FieldChoice) -> FieldMatch {
    FieldMatch {
        field: field.id,
        title: field.title.clone(),
        column: choice.column.clone(),
        kind: field_type(field),
    }
}

/// The custom fields of an account by title.
pub(super) async fn fields(client: &Client) -> Result<Vec<AccountField>, Trouble> {
    let fields = client.fields().await.map_err(|error| trouble(&error))?;
    let mut fields: Vec<AccountField> = fields
        .into_iter()
        .map(|field| AccountField {
            id: field.id,
            takes: field_type(&field),
            tag: field.perstag.trim_matches('%').to_owned(),
            title: field.title,
        })
        .collect();
    fields.sort_unstable_by(|one, other| (&one.title, one.id).cmp(&(&other.title, other.id)));
    Ok(fields)
}
