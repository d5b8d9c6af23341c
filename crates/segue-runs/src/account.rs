//! What is checked of the account before anything is planned: the key, the list, the custom fields.

use activecampaign::{Channel, Client, ErrorKind, Field, FieldKind, List};
use segue_model::{FieldMatch, FieldType};

use crate::RunError;

/// A custom field as a person names it, and the column that fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChoice {
    /// Title, personalisation tag (with or without percent signs) or id.
    pub field: String,
    /// The column.
    pub column: String,
}

/// An account that answered to the key, with the list that was asked for.
#[derive(Debug, Clone)]
pub struct CheckedAccount {
    /// The list.
    pub list: List,
    /// The custom fields that were asked for, in their order.
    pub fields: Vec<FieldMatch>,
}

/// Checks key, list and custom fields with as few requests as it takes.
///
/// # Errors
/// [`RunError::Provider`] for the key, the host or the network; [`RunError::Input`] for a list or field that is not there.
pub async fn check_account(
    client: &Client,
    list: u64,
    choices: &[FieldChoice],
) -> Result<CheckedAccount, RunError> {
    client.me().await?;
    let list = match client.list(list).await {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => {
            return Err(RunError::Input(unknown_list(list, &client.lists().await?)));
        }
        Err(error) => return Err(error.into()),
    };
    if matches!(list.channel, Channel::Sms) {
        let text = format!(
            "list {} (\"{}\") is a list for text messages: choose an e-mail list",
            list.id, list.name
        );
        return Err(RunError::Input(text));
    }
    let fields = if choices.is_empty() { Vec::new() } else { resolve(choices, &client.fields().await?)? };
    Ok(CheckedAccount { list, fields })
}

fn unknown_list(id: u64, lists: &[List]) -> String {
    let known = lists.iter().filter(|list| !matches!(list.channel, Channel::Sms));
    let known: Vec<String> = known.take(20).map(|list| format!("{} {}", list.id, list.name)).collect();
    if known.is_empty() {
        return format!(
            "the account has no list {id}, nor any other e-mail list: create one in ActiveCampaign first"
        );
    }
    format!("the account has no list {id}; its lists are: {}", known.join(", "))
}

fn resolve(choices: &[FieldChoice], fields: &[Field]) -> Result<Vec<FieldMatch>, RunError> {
    let mut resolved: Vec<FieldMatch> = Vec::new();
    for choice in choices {
        let field = find(&choice.field, fields)?;
        if resolved.iter().any(|earlier| earlier.field == field.id) {
            return Err(RunError::Input(format!(
                "custom field \"{}\" is filled twice: keep one --field for it",
                field.title
            )));
        }
        resolved.push(FieldMatch {
            field: field.id,
            title: field.title.clone(),
            column: choice.column.clone(),
            kind: field_type(field),
        });
    }
    Ok(resolved)
}

fn find<'a>(name: &str, fields: &'a [Field]) -> Result<&'a Field, RunError> {
    let tag = name.trim().trim_matches('%');
    let by_id = fields.iter().find(|field| name.trim().parse() == Ok(field.id));
    let by_tag = || fields.iter().find(|field| field.perstag.trim_matches('%').eq_ignore_ascii_case(tag));
    let titled: Vec<&Field> = fields
        .iter()
        .filter(|field| field.title.trim().to_lowercase() == name.trim().to_lowercase())
        .collect();
    match (titled.as_slice(), by_id.or_else(by_tag)) {
        (&[one], _) | ([], Some(one)) => Ok(one),
        ([_, ..], _) => {
            let ids: Vec<String> = titled.iter().map(|field| field.id.to_string()).collect();
            let text = format!(
                "several custom fields are titled \"{name}\": name one by its id ({})",
                ids.join(", ")
            );
            Err(RunError::Input(text))
        }
        ([], None) => {
            let known: Vec<&str> = fields.iter().take(30).map(|field| field.title.as_str()).collect();
            let text =
                format!("the account has no custom field \"{name}\"; its fields are: {}", known.join(", "));
            Err(RunError::Input(text))
        }
    }
}

fn field_type(field: &Field) -> FieldType {
    match field.kind {
        FieldKind::Number => FieldType::Number,
        FieldKind::Date => FieldType::Date,
        FieldKind::Datetime => FieldType::DateTime,
        FieldKind::Dropdown | FieldKind::Radio => FieldType::One(field.options.clone()),
        FieldKind::Checkbox | FieldKind::Listbox => FieldType::Many(field.options.clone()),
        _ => FieldType::Text,
    }
}
