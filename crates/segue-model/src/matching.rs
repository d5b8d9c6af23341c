//! Data matching: which profile column fills which attribute of a contact.

use serde::{Deserialize, Serialize};

/// Which columns fill a contact. Only what is named here is ever sent; every other attribute stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataMatching {
    /// Column of the e-mail address, the only key by which the provider matches.
    pub email: String,
    /// Column of the first name.
    pub first_name: Option<String>,
    /// Column of the last name.
    pub last_name: Option<String>,
    /// Column of the phone number, sent as it stands.
    pub phone: Option<String>,
    /// Column of the company ("account" at the provider) that the contact belongs to.
    pub account_name: Option<String>,
    /// Custom fields.
    pub fields: Vec<FieldMatch>,
    /// Tags that every contact gets. Imports only add tags, they never remove one.
    pub tags: Vec<String>,
    /// Columns whose values become tags: a text is one tag, a list one tag an item.
    pub tag_columns: Vec<String>,
}

impl DataMatching {
    /// Every column that is read, in a fixed order, each once.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let attributes = [&self.first_name, &self.last_name, &self.phone, &self.account_name];
        let mut columns = vec![self.email.as_str()];
        let named = attributes
            .into_iter()
            .flatten()
            .chain(self.fields.iter().map(|f| &f.column))
            .chain(&self.tag_columns);
        for column in named {
            if !columns.contains(&column.as_str()) {
                columns.push(column);
            }
        }
        columns
    }
}

/// One custom field and the column that fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldMatch {
    /// The provider's numeric id of the field.
    pub field: u64,
    /// The field's title, for messages.
    pub title: String,
    /// The column that fills it.
    pub column: String,
    /// What values it takes.
    pub kind: FieldType,
}

/// What a custom field takes, and so how a value is written and checked before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Any text.
    Text,
    /// Decimal digits.
    Number,
    /// `YYYY-MM-DD`.
    Date,
    /// ISO 8601 with an explicit offset.
    DateTime,
    /// Exactly one of these options.
    One(Vec<String>),
    /// Any of these options, sent as `||a||b||`.
    Many(Vec<String>),
}

/// What an empty value does to what the provider holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blanks {
    /// Nothing: the attribute is left out and keeps its value.
    #[default]
    Keep,
    /// It clears the attribute: an empty value is sent.
    Clear,
}
