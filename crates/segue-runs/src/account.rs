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
    let list = email_list(client, list).await?.map_err(RunError::Input)?;
    let fields = if choices.is_empty() { Vec::new() } else { resolve(choices, &client.fields().await?)? };
    Ok(CheckedAccount { list, fields })
}

/// The list with this id, if it takes e-mail; otherwise what is wrong with it.
pub(crate) async fn email_list(
    client: &Client,
    id: u64,
) -> Result<Result<List, String>, activecampaign::Error> {
    let list = match client.list(id).await {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => {
            return Ok(Err(unknown_list(id, &client.lists().await?)));
        }
        Err(error) => return Err(error),
    };
    if matches!(list.channel, Channel::Sms) {
        let (id, name) = (list.id, &list.name);
        return Ok(Err(format!("list {id} (\"{name}\") is a list for text messages: choose an e-mail list")));
    }
    Ok(Ok(list))
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
        let field = find(&choice.field, fields).map_err(RunError::Input)?;
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

/// The field that a person names by title, personalisation tag or id; otherwise what is wrong with the name.
pub(crate) fn find<'a>(name: &str, fields: &'a [Field]) -> Result<&'a Field, String> {
    let tag = name.trim().trim_matches('%');
    let by_id = fields.iter().find(|field| name.trim().parse() == Ok(field.id));
    let by_tag = || fields.iter().find(|field| field.perstag.trim_matches('%').eq_ignore_ascii_case(tag));
    let titled: Vec<&Field> = fields
        .iter()
        .filter(|field| field.title.trim().to_lowercase() == name.trim().to_lowercase())
        .collect();
    // Whatever was meant, the other one must not be overwritten. Saved exports name fields by id.
    if let (Some(field), [other, ..]) = (by_id, titled.as_slice())
        && !titled.iter().any(|titled| titled.id == field.id)
    {
        let (title, other) = (&field.title, other.id);
        return Err(format!(
            "\"{name}\" is the id of custom field \"{title}\" and the title of field {other}: rename that one in \
             ActiveCampaign"
        ));
    }
    match (titled.as_slice(), by_id.or_else(by_tag)) {
        (&[one], _) | ([], Some(one)) => Ok(one),
        ([_, ..], _) => {
            let ids: Vec<String> = titled.iter().map(|field| field.id.to_string()).collect();
            Err(format!(
                "several custom fields are titled \"{name}\": name one by its id ({})",
                ids.join(", ")
            ))
        }
        ([], None) => {
            let known: Vec<&str> = fields.iter().take(30).map(|field| field.title.as_str()).collect();
            Err(format!("the account has no custom field \"{name}\"; its fields are: {}", known.join(", ")))
        }
    }
}

/// What a field takes.
pub(crate) fn field_type(field: &Field) -> FieldType {
    match field.kind {
        FieldKind::Number => FieldType::Number,
        FieldKind::Date => FieldType::Date,
        FieldKind::Datetime => FieldType::DateTime,
        FieldKind::Dropdown | FieldKind::Radio => FieldType::One(field.options.clone()),
        FieldKind::Checkbox | FieldKind::Listbox => FieldType::Many(field.options.clone()),
        _ => FieldType::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: u64, title: &str, tag: &str) -> Field {
        Field { id, title: title.into(), perstag: tag.into(), kind: FieldKind::Text, options: Vec::new() }
    }

    #[test]
    fn a_field_is_found_by_title_tag_or_id_and_never_guessed() {
        let fields = [
            field(1, "City", "CITY"),
            field(2, "Tier", "LEVEL"),
            field(3, "tier ", "T2"),
            field(7, "1", "ONE"),
        ];
        let found = |name: &str| {
            find(name, &fields)
                .map(|field| field.id)
                .map_err(|words| words.split(':').next().unwrap_or_default().to_owned())
        };
        for (name, id) in [("city", 1), ("%LEVEL%", 2), ("t2", 3), ("2", 2), ("7", 7), ("one", 7)] {
            assert_eq!(found(name), Ok(id), "{name}");
        }
        let several = found("Tier").unwrap_err();
        assert_eq!(several, "several custom fields are titled \"Tier\"");
        let either = found("1").unwrap_err();
        assert_eq!(either, "\"1\" is the id of custom field \"City\" and the title of field 7");
        assert!(found("Shoe size").unwrap_err().starts_with("the account has no custom field"));
    }
}
