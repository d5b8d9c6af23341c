//! Bulk imports: what is sent and what comes back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::decode::{self, any_case, as_number};

/// A contact to import. What is not set keeps its value at the provider.
///
/// The names are the import's own (`snake_case`): the provider drops unknown spellings without a word.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subscribe: Vec<ListId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsubscribe: Vec<ListId>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
struct FieldValue {
    id: u64,
    value: String,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
struct ListId {
    listid: u64,
}

impl Contact {
    /// A contact with nothing but its address.
    #[must_use]
    pub fn new(email: impl Into<String>) -> Self {
        Self { email: email.into(), ..Self::default() }
    }

    /// With first and last name.
    #[must_use]
    pub fn named(self, first: impl Into<String>, last: impl Into<String>) -> Self {
        Self { first_name: Some(first.into()), last_name: Some(last.into()), ..self }
    }

    /// With a phone number.
    #[must_use]
    pub fn with_phone(self, phone: impl Into<String>) -> Self {
        Self { phone: Some(phone.into()), ..self }
    }

    /// With a tag, made where it does not exist. Imports never remove one.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// With a custom field's value.
    #[must_use]
    pub fn with_field(mut self, id: u64, value: impl Into<String>) -> Self {
        self.fields.push(FieldValue { id, value: value.into() });
        self
    }

    /// Put on a list. Nobody is resubscribed who left it: the provider reports them as failed.
    #[must_use]
    pub fn on_list(mut self, list: u64) -> Self {
        self.subscribe.push(ListId { listid: list });
        self
    }

    /// Taken off a list.
    #[must_use]
    pub fn off_list(mut self, list: u64) -> Self {
        self.unsubscribe.push(ListId { listid: list });
        self
    }
}

/// One bulk import: at most 250 contacts and 399,999 bytes.
#[derive(Clone, Serialize)]
pub struct Import {
    contacts: Vec<Contact>,
    exclude_automations: bool,
}

impl Import {
    /// An import that starts no automation.
    #[must_use]
    pub fn without_automations(contacts: Vec<Contact>) -> Self {
        Self { contacts, exclude_automations: true }
    }

    /// An import that may start automations, and so mail people.
    #[must_use]
    pub fn with_automations(contacts: Vec<Contact>) -> Self {
        Self { contacts, exclude_automations: false }
    }

    /// How many contacts it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.contacts.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
    }
}

/// The provider took an import and works on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its id at the provider.
    pub batch: String,
    /// Contacts that were queued; fewer than sent if some are on the exclusion list. None where the provider does not say.
    pub queued: Option<u64>,
}

/// How far the provider is with an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Not begun.
    Waiting,
    /// Being worked on.
    Active,
    /// Finished; failures may be among its contacts.
    Completed,
    /// Given up; some contacts may have been written.
    Failed,
    /// Stopped; some contacts may have been written.
    Interrupted,
    /// A word newer than this client.
    Other,
}

impl ImportState {
    /// Whether it will not change any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Interrupted)
    }
}

/// The result of an import, as far as it is known.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportStatus {
    /// How far it is.
    pub state: ImportState,
    /// Ids of contacts that were written. Whether updated ones are among them is not documented: who is absent has not failed.
    pub succeeded: Vec<u64>,
    /// Addresses that were not written. The provider gives no reasons.
    pub failures: Vec<String>,
}

// An address has no place in a log, and logs are written with Debug.
impl std::fmt::Debug for ImportStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportStatus")
            .field("state", &self.state)
            .field("succeeded", &self.succeeded.len())
            .field("failures", &self.failures.len())
            .finish()
    }
}

/// Imports of the whole account that wait for their results, also those of other integrations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Imports.
    pub batches: u64,
    /// Their contacts.
    pub contacts: u64,
}

pub(crate) fn accepted(answer: &Value) -> Option<Accepted> {
    let object = answer.as_object()?;
    let batch = any_case(object, "batchId")?.as_str().filter(|batch| !batch.is_empty())?;
    let queued = any_case(object, "queued_contacts").map(as_number);
    Some(Accepted { batch: batch.to_owned(), queued })
}

#[derive(Deserialize)]
pub(crate) struct RawStatus {
    status: Value,
    #[serde(default, deserialize_with = "decode::numbers")]
    success: Vec<u64>,
    #[serde(default, deserialize_with = "decode::texts")]
    failure: Vec<String>,
}

impl From<RawStatus> for ImportStatus {
    fn from(raw: RawStatus) -> Self {
        let state = match &raw.status {
            // Within a second of the import nothing is assigned yet, and the status is the boolean.
            Value::Bool(false) | Value::Null => ImportState::Waiting,
            Value::String(word) => match word.to_ascii_lowercase().as_str() {
                "waiting" | "false" | "" => ImportState::Waiting,
                "claimed" | "active" => ImportState::Active,
                "completed" => ImportState::Completed,
                "failed" => ImportState::Failed,
                "interrupted" => ImportState::Interrupted,
                _ => ImportState::Other,
            },
            _ => ImportState::Other,
        };
        Self { state, succeeded: raw.success, failures: raw.failure }
    }
}

#[derive(Deserialize)]
pub(crate) struct RawBacklog {
    #[serde(default, deserialize_with = "decode::list")]
    outstanding: Vec<Day>,
}

#[derive(Deserialize)]
struct Day {
    #[serde(default, deserialize_with = "decode::number")]
    batches: u64,
    #[serde(default, deserialize_with = "decode::number")]
    contacts: u64,
}

impl From<RawBacklog> for Backlog {
    fn from(raw: RawBacklog) -> Self {
        raw.outstanding.iter().fold(Self::default(), |sum, day| Self {
            batches: sum.batches + day.batches,
            contacts: sum.contacts + day.contacts,
        })
    }
}
