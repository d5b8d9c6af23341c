//! Connections: the rules for who may use one, what is agreed to, and in whose name it runs.
//!
//! A connection is a link to one account of ActiveCampaign. It can be used once three things stand: a call with its key has
//! succeeded, an administrator has agreed that data leaves, and an administrator answers for what it sends.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Role;

/// Where a connection leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// An account of ActiveCampaign.
    #[default]
    ActiveCampaign,
}

impl ConnectionKind {
    /// The stable word used in the API and in the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ActiveCampaign => "active_campaign",
        }
    }

    /// The kind with this [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::ActiveCampaign].into_iter().find(|kind| kind.word() == word)
    }

    /// How far it has been tried: `preview` until it has proved itself with accounts of many customers.
    #[must_use]
    pub const fn maturity(self) -> &'static str {
        match self {
            Self::ActiveCampaign => "preview",
        }
    }

    /// The name that people know.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ActiveCampaign => "ActiveCampaign",
        }
    }
}

/// Who may use a connection for exports. Administrators always may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// Nobody else.
    #[default]
    Administrators,
    /// Every contributor.
    Contributors,
    /// The contributors with these ids.
    People(BTreeSet<String>),
}

impl Sharing {
    /// Whether it lets this person use the connection.
    #[must_use]
    pub fn covers(&self, person: &str, role: Role) -> bool {
        match (role, self) {
            (Role::Administrator, _) | (Role::Contributor, Self::Contributors) => true,
            (Role::Contributor, Self::People(people)) => people.contains(person),
            (Role::Viewer, _) | (Role::Contributor, Self::Administrators) => false,
        }
    }
}

/// A person at the time of something that is recorded: people are renamed and removed, records are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The person's id.
    pub id: String,
    /// The name at the time.
    pub name: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// That somebody agreed to a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The version of the text.
    pub text: u32,
    /// The operator's privacy statement that stood with it.
    pub policy: Option<String>,
    /// Who, and when.
    pub by: Signature,
}

/// The version of [`consent_text`] in force. A change of its meaning takes a new one.
pub const CONSENT_TEXT: u32 = 1;

/// What an administrator agrees to before a connection to this host is tried or saved.
#[must_use]
pub fn consent_text(host: &str, policy: Option<&str>) -> String {
    let mut text = format!(
        "I instruct Segue to send personal data of the members of segments to ActiveCampaign, to the account at {host}: of \
         each member the e-mail address, and whatever else an export on this connection maps, such as first name, last name, \
         phone, custom fields and tags. This data may be sensitive. It leaves this installation and its safeguards. I answer \
         for having the right to use and transfer it, and for ActiveCampaign meeting our obligations of privacy and \
         security. An administrator can end the transfer at any time by removing this connection."
    );
    if let Some(policy) = policy {
        text.push_str(" Our privacy statement: ");
        text.push_str(policy);
    }
    text
}

/// What an administrator agrees to before a connection to the sandbox inside the server is tried or saved. It has the versions
/// of [`consent_text`]: which of the two was agreed to, the host says.
#[must_use]
pub fn sandbox_consent_text() -> String {
    "I instruct Segue to deliver personal data of the members of segments to the sandbox, a simulated account inside this \
     server, to try everything out: of each member the e-mail address, and whatever else an export on this connection maps. \
     Nothing leaves the machine, nobody is written to, and the sandbox forgets everything when the server ends. An \
     administrator can end this at any time by removing this connection."
        .to_owned()
}

/// What is at fault when an account does not answer as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The host: it does not exist, may not be called, or something else answers there.
    Host,
    /// The key: it is not this account's.
    Key,
    /// The network between here and the provider.
    Network,
    /// The key's user lacks a permission.
    Permission,
    /// The account is suspended or unpaid.
    Account,
    /// The provider is in trouble or busy.
    Provider,
}

impl Fault {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Host, Self::Key, Self::Network, Self::Permission, Self::Account, Self::Provider];

    /// The stable word used in the API and in the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Key => "key",
            Self::Network => "network",
            Self::Permission => "permission",
            Self::Account => "account",
            Self::Provider => "provider",
        }
    }
}

/// How the latest test of a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// What was at fault, and the words for it; none if all is well.
    pub trouble: Option<Trouble>,
}

/// What was at fault, and the words for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What.
    pub fault: Fault,
    /// What is wrong and what to do. No key, no address.
    pub words: String,
}

/// Why nothing may be sent in a person's name any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExportUserGone {
    /// There is no such person now.
    #[error("the connection's export user was removed: another administrator must become its export user")]
    Removed,
    /// The person may not sign in.
    #[error("the connection's export user is disabled: another administrator must become its export user")]
    Disabled,
    /// The person is no administrator any more.
    #[error(
        "the connection's export user is no longer an administrator: another one must become its export user"
    )]
    Demoted,
}

impl ExportUserGone {
    /// The stable word used in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Disabled => "disabled",
            Self::Demoted => "demoted",
        }
    }
}

/// Whether exports may run in the name of a person, who has this role now and is enabled or not; none if removed.
///
/// # Errors
/// Why not.
pub fn check_export_user(person: Option<(Role, bool)>) -> Result<(), ExportUserGone> {
    match person {
        None => Err(ExportUserGone::Removed),
        Some((_, false)) => Err(ExportUserGone::Disabled),
        Some((Role::Administrator, true)) => Ok(()),
        Some((_, true)) => Err(ExportUserGone::Demoted),
    }
}

/// A display name as names are compared: what people would mix up is equal.
#[must_use]
pub fn folded_name(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s15_sharing_covers_whom_it_names() {
        let named = Sharing::People(BTreeSet::from(["ana".to_owned()]));
        for (sharing, ana, ion) in [
            (Sharing::Administrators, false, false),
            (Sharing::Contributors, true, true),
            (named, true, false),
        ] {
            assert_eq!(sharing.covers("ana", Role::Contributor), ana, "{sharing:?}");
            assert_eq!(sharing.covers("ion", Role::Contributor), ion, "{sharing:?}");
            assert!(sharing.covers("eva", Role::Administrator), "{sharing:?}");
            assert!(!sharing.covers("ana", Role::Viewer), "{sharing:?}");
        }
    }

    #[test]
    fn s16_a_connection_is_for_administrators_unless_told() {
        assert_eq!(Sharing::default(), Sharing::Administrators);
    }

    #[test]
    fn s39_the_consent_text_names_the_target_and_the_fields() {
        let text = consent_text("acme.api-us1.com", None);
        for part in [
            "acme.api-us1.com",
            "ActiveCampaign",
            "e-mail address",
            "first name",
            "phone",
            "custom fields",
            "tags",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }

    #[test]
    fn s40_s41_the_consent_text_says_who_instructs_and_who_answers() {
        let text = consent_text("acme.api-us1.com", None);
        for part in
            ["I instruct", "I answer", "privacy and security", "sensitive", "leaves this installation"]
        {
            assert!(text.contains(part), "{part}");
        }
    }

    #[test]
    fn s42_the_operators_own_policy_stands_with_the_text() {
        assert!(
            consent_text("h", Some("https://acme.example/privacy")).ends_with("https://acme.example/privacy")
        );
    }

    #[test]
    fn s22_an_export_user_is_an_enabled_administrator() {
        assert_eq!(check_export_user(Some((Role::Administrator, true))), Ok(()));
        assert_eq!(check_export_user(Some((Role::Administrator, false))), Err(ExportUserGone::Disabled));
        assert_eq!(check_export_user(Some((Role::Contributor, true))), Err(ExportUserGone::Demoted));
        assert_eq!(check_export_user(None), Err(ExportUserGone::Removed));
    }

    #[test]
    fn names_that_people_would_mix_up_are_equal() {
        assert_eq!(folded_name("Shop  Newsletter"), folded_name(" shop newsletter"));
        assert_ne!(folded_name("Shop 1"), folded_name("Shop 2"));
    }

    #[test]
    fn words_are_those_of_json() {
        for fault in Fault::ALL {
            assert_eq!(serde_json::to_string(fault).unwrap(), format!("\"{}\"", fault.word()));
        }
        let kind = ConnectionKind::ActiveCampaign;
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.word()));
        assert_eq!(ConnectionKind::from_word(kind.word()), Some(kind));
    }
}
