//! What the provider's reads return, reduced to what has a known meaning.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::decode;

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct List {
    /// Its id.
    #[serde(deserialize_with = "decode::number")]
    pub id: u64,
    /// Its name.
    #[serde(default, deserialize_with = "decode::text")]
    pub name: String,
    /// What is sent to it.
    #[serde(default)]
    pub channel: Channel,
    /// Contacts that are active on it; 0 where the provider does not say.
    #[serde(default, deserialize_with = "decode::number")]
    pub active_subscribers: u64,
}

/// What a list is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// E-mail, also where the provider does not say.
    #[default]
    Email,
    /// Text messages.
    Sms,
    /// Something newer than this client.
    #[serde(other)]
    Other,
}

/// A custom field of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Field {
    /// Its id, the only name by which imports take it.
    #[serde(deserialize_with = "decode::number")]
    pub id: u64,
    /// Its title.
    #[serde(default, deserialize_with = "decode::text")]
    pub title: String,
    /// Its personalisation tag, without percent signs.
    #[serde(default, deserialize_with = "decode::text")]
    pub perstag: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// The values of its options, in the provider's order.
    #[serde(skip)]
    pub options: Vec<String>,
}

/// What a custom field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Lines of text.
    Textarea,
    /// Text that people do not see.
    Hidden,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// One of several options.
    Dropdown,
    /// One of several options.
    Radio,
    /// Any of several options.
    Checkbox,
    /// Any of several options.
    Listbox,
    /// Something newer than this client.
    #[serde(other)]
    Other,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// Its id.
    #[serde(deserialize_with = "decode::number")]
    pub id: u64,
    /// Its name.
    #[serde(default, deserialize_with = "decode::text")]
    pub tag: String,
}

/// What the account never mails to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exclusion {
    /// The phrase.
    #[serde(default, deserialize_with = "decode::text")]
    pub match_phrase: String,
    /// How it is compared.
    #[serde(default)]
    pub match_type: ExclusionMatch,
}

/// How an exclusion's phrase is compared with an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExclusionMatch {
    /// The whole address.
    #[default]
    Exact,
    /// Its beginning.
    Begin,
    /// Its end.
    End,
    /// Something newer than this client.
    #[serde(other)]
    Other,
}

impl Exclusion {
    /// Whether an address falls under it. Case does not matter.
    #[must_use]
    pub fn matches(&self, email: &str) -> bool {
        let (phrase, email) = (self.match_phrase.trim().to_lowercase(), email.trim().to_lowercase());
        match self.match_type {
            _ if phrase.is_empty() => false,
            ExclusionMatch::Exact => email == phrase,
            ExclusionMatch::Begin => email.starts_with(&phrase),
            ExclusionMatch::End => email.ends_with(&phrase),
            ExclusionMatch::Other => false,
        }
    }
}

/// How a contact stands to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipStatus {
    /// Has not confirmed yet.
    Unconfirmed,
    /// Is mailed to.
    Active,
    /// Left, or was taken off.
    Unsubscribed,
    /// Mail bounced.
    Bounced,
    /// A number without a known meaning.
    Other,
}

impl MembershipStatus {
    /// From the provider's number.
    pub(crate) fn from_number(number: u64) -> Self {
        match number {
            0 => Self::Unconfirmed,
            1 => Self::Active,
            2 => Self::Unsubscribed,
            3 => Self::Bounced,
            _ => Self::Other,
        }
    }

    /// The provider's number.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::Unconfirmed => 0,
            Self::Active => 1,
            Self::Unsubscribed => 2,
            Self::Bounced => 3,
            Self::Other => u64::MAX,
        }
    }
}

impl<'de> Deserialize<'de> for MembershipStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decode::number(deserializer).map(Self::from_number)
    }
}

/// A contact on a list, now or formerly.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Membership {
    /// The contact's id.
    #[serde(deserialize_with = "decode::number")]
    pub contact: u64,
    /// The list's id.
    #[serde(deserialize_with = "decode::number")]
    pub list: u64,
    /// How the contact stands to the list.
    pub status: MembershipStatus,
    /// When it was put on the list.
    #[serde(rename = "sdate", default, deserialize_with = "decode::time")]
    pub subscribed_at: Option<DateTime<Utc>>,
}

/// A contact and where it stands on each list.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct ContactWithLists {
    /// Its id.
    #[serde(deserialize_with = "decode::number")]
    pub id: u64,
    /// Its address as the provider holds it.
    #[serde(default, deserialize_with = "decode::text")]
    pub email: String,
    /// Hard bounces counted by the provider.
    #[serde(default, deserialize_with = "decode::number")]
    pub bounced_hard: u64,
    /// Its memberships.
    #[serde(skip)]
    pub memberships: Vec<Membership>,
}

impl ContactWithLists {
    /// Where it stands on one list; none if it never was on it.
    #[must_use]
    pub fn on_list(&self, list: u64) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.list == list)
    }
}

// An address has no place in a log, and logs are written with Debug.
impl std::fmt::Debug for ContactWithLists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContactWithLists").field("id", &self.id).finish_non_exhaustive()
    }
}
