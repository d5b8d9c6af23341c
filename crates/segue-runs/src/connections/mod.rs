//! Connections: made, tried, shared, changed, removed. The server's routes and the command line call this.
//!
//! ```text
//! account.rs   host and key: tried before they are stored, and used
//! connect.rs   the real call to an account, and what is at fault if it fails
//! error.rs     why something was not done
//! record.rs    what the audit log keeps of a connection
//! wanted.rs    what is handed in, and what comes out
//! ```
//!
//! Nothing is saved that could not be used: whatever changes host or key is tried first, needs the operator's consent text
//! to be agreed to, and runs in the name of an administrator who has just entered the password again.
//!
//! A key goes where it was meant to go: with another host it must be given again, so that nobody can have a stored key sent
//! to a host of their own.

mod account;
mod connect;
mod error;
mod record;
mod wanted;

use std::collections::BTreeSet;

use activecampaign::Host;
use secrecy::SecretString;
use segue_model::Role;
use segue_model::connection::{
    CONSENT_TEXT, ConnectionKind, Consent, ExportUserGone, Sharing, Signature, Tested, check_export_user,
    consent_text, sandbox_consent_text,
};
use segue_model::person::display_name;
use segue_store::{Connection, Entry, MasterKeys, Secret, Store, StoreError};

use self::record::{about, log_entry};
use crate::Turns;

pub use self::connect::{Account, ListName};
pub(crate) use self::connect::{by_name, trouble};
pub use self::error::ConnectionError;
pub use self::wanted::{
    Attempt, ConnectionChange, ConnectionRules, NewConnection, ProvenPerson, SeenConnection,
};

/// The connections of an installation.
#[derive(Debug, Clone)]
pub struct Connections {
    store: Store,
    keys: MasterKeys,
    rules: ConnectionRules,
    turns: Turns,
}

impl Connections {
    /// The connections in this store, whose keys are sealed with these master keys. Their accounts are asked in these turns.
    #[must_use]
    pub fn new(store: Store, keys: MasterKeys, rules: ConnectionRules, turns: Turns) -> Self {
        Self { store, keys, rules, turns }
    }

    /// What an administrator agrees to for this host: the version of the text, and the text.
    #[must_use]
    pub fn consent(&self, host: &str) -> (u32, String) {
        let text = if self.rules.is_sandbox(host) {
            sandbox_consent_text()
        } else {
            consent_text(&self.host_name(host), self.rules.policy.as_deref())
        };
        (CONSENT_TEXT, text)
    }

    /// A host as a text names it: as it is stored, or as it was typed if it is none.
    #[must_use]
    pub fn host_name(&self, host: &str) -> String {
        connect::host(host, &self.rules).map_or_else(|_| host.trim().to_owned(), |host| host.name())
    }

    /// What the operator decided.
    #[must_use]
    pub const fn rules(&self) -> &ConnectionRules {
        &self.rules
    }

    /// Makes a connection: tries the account, then saves it. `by` is the audit entry, of which time, person and place are
    /// known.
    ///
    /// # Errors
    /// [`ConnectionError::Field`]; [`ConnectionError::Trouble`]; [`StoreError::Exists`] if the name is taken.
    pub async fn create(
        &self,
        new: &NewConnection,
        export_user: &ProvenPerson,
        by: &Entry,
    ) -> Result<(Connection, Account), ConnectionError> {
        let name = checked_name(&new.name)?;
        let sharing = self.checked_sharing(&new.sharing).await?;
        let export_user = signature(export_user, by)?;
        self.require_free(&name, &new.id).await?;
        let (account, key) = self.reach(&new.account).await?;
        let connection = Connection {
            id: new.id.clone(),
            kind: ConnectionKind::ActiveCampaign,
            name,
            host: account.host.clone(),
            reference: reference(&key),
            sealed_with: None,
            sharing,
            consent: self.signed_consent(by).await?,
            export_user,
            tested: Tested { at_ms: by.at_ms, trouble: None },
            version: 1,
            created_ms: by.at_ms,
            changed_ms: by.at_ms,
        };
        let entry = log_entry(by, "connection.create", None, Some(&connection));
        self.store.add_connection(&connection, &key, &self.keys, &entry).await?;
        Ok((self.store.connection(&connection.id).await?, account))
    }

    /// All connections that this person may see, by name.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn list(&self, person: &str, role: Role) -> Result<Vec<SeenConnection>, ConnectionError> {
        let all = self.store.connections().await?;
        Ok(all.into_iter().filter_map(|connection| seen(connection, person, role)).collect())
    }

    /// One connection, as this person may see it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none, or none for this person.
    pub async fn show(&self, id: &str, person: &str, role: Role) -> Result<SeenConnection, ConnectionError> {
        let connection = self.store.connection(id).await?;
        seen(connection, person, role).ok_or_else(|| StoreError::Missing { what: "connection" }.into())
    }

    /// Changes a connection, if `version` is still in force. Another host or key is tried first.
    ///
    /// # Errors
    /// As [`Connections::create`], and [`StoreError::Missing`] or [`StoreError::Stale`].
    pub async fn change(
        &self,
        id: &str,
        version: i64,
        change: &ConnectionChange,
        by: &Entry,
    ) -> Result<Connection, ConnectionError> {
        let before = self.current(id, version).await?;
        let mut after = Connection { changed_ms: by.at_ms, ..before.clone() };
        if let Some(name) = &change.name {
            after.name = checked_name(name)?;
            self.require_free(&after.name, id).await?;
        }
        if let Some(sharing) = &change.sharing {
            after.sharing = self.checked_sharing(sharing).await?;
        }
        if change.agreed.is_some() {
            require_consent(change.agreed)?;
            after.consent = self.signed_consent(by).await?;
        }
        let key = self.changed_account(&mut after, change, by).await?;
        let entry = log_entry(by, "connection.change", Some(&before), Some(&after));
        let entry = if key.is_some() { about(entry, "api_key", "changed") } else { entry };
        after.version = self.store.change_connection(&after, key.as_ref(), &self.keys, &entry).await?;
        if key.is_some() {
            after.sealed_with = self.store.connection(id).await?.sealed_with;
        }
        Ok(after)
    }

    /// Makes a person the one in whose name the connection runs, if `version` is still in force.
    ///
    /// # Errors
    /// [`ConnectionError::Field`] for a person who may not be; [`StoreError::Missing`] or [`StoreError::Stale`].
    pub async fn become_export_user(
        &self,
        id: &str,
        version: i64,
        person: &ProvenPerson,
        by: &Entry,
    ) -> Result<Connection, ConnectionError> {
        let before = self.current(id, version).await?;
        let mut after =
            Connection { export_user: signature(person, by)?, changed_ms: by.at_ms, ..before.clone() };
        let entry = log_entry(by, "connection.export_user", Some(&before), Some(&after));
        after.version = self.store.change_connection(&after, None, &self.keys, &entry).await?;
        Ok(after)
    }

    /// Removes a connection and erases its key, if `version` is still in force and no export uses it.
    ///
    /// # Errors
    /// [`ConnectionError::InUse`]; [`StoreError::Missing`] or [`StoreError::Stale`].
    pub async fn remove(&self, id: &str, version: i64, by: &Entry) -> Result<(), ConnectionError> {
        let before = self.current(id, version).await?;
        let entry = log_entry(by, "connection.remove", Some(&before), None);
        match self.store.remove_connection(id, version, &entry).await {
            Err(StoreError::InUse { .. }) => {
                Err(ConnectionError::InUse { exports: self.store.exports_using(id).await? })
            }
            other => Ok(other?),
        }
    }

    /// Host and key for a run, if somebody still answers for what it sends. To be asked before every run.
    ///
    /// # Errors
    /// [`ConnectionError::ExportUser`]; [`StoreError::Missing`]; [`StoreError::WrongKey`]; [`StoreError::Reference`].
    pub async fn for_run(&self, id: &str) -> Result<(Host, SecretString), ConnectionError> {
        let connection = self.store.connection(id).await?;
        match self.export_user_gone(&connection).await? {
            Some(gone) => Err(gone.into()),
            None => self.account(&connection).await,
        }
    }

    /// Why a run on this connection must end; none if it may go on. To be asked again and again while it is under way.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn allows_runs(&self, id: &str) -> Result<Option<&'static str>, StoreError> {
        let connection = match self.store.connection(id).await {
            Err(StoreError::Missing { .. }) => return Ok(Some("the connection was removed")),
            other => other?,
        };
        match self.export_user_gone(&connection).await {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Ok(Some(
                "the connection's export user may not send any more: another administrator must step in",
            )),
            Err(ConnectionError::Store(error)) => Err(error),
            Err(_) => Ok(Some("the connection cannot be used any more")),
        }
    }

    /// Whether a connection's key cannot be opened, because the master key that it is sealed with is not here.
    #[must_use]
    pub fn is_shut(&self, connection: &Connection) -> bool {
        connection.sealed_with.as_ref().is_some_and(|id| self.keys.ids().all(|known| known != id))
    }

    /// Why nothing may be sent in the name of the connection's export user any more; none if all is well.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn export_user_gone(
        &self,
        connection: &Connection,
    ) -> Result<Option<ExportUserGone>, ConnectionError> {
        let person = match self.store.person(&connection.export_user.id).await {
            Ok(person) => Some((person.role, person.is_enabled)),
            Err(StoreError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(check_export_user(person).err())
    }

    /// The connection, if this is its version: before anything is tried, so that nobody waits in vain.
    async fn current(&self, id: &str, version: i64) -> Result<Connection, ConnectionError> {
        let connection = self.store.connection(id).await?;
        if connection.version != version {
            return Err(StoreError::Stale { what: "connection" }.into());
        }
        Ok(connection)
    }

    async fn signed_consent(&self, by: &Entry) -> Result<Consent, ConnectionError> {
        let id = by.who.clone().unwrap_or_default();
        let name = match self.store.person(&id).await {
            Ok(person) => person.name,
            Err(StoreError::Missing { .. }) => by.login.clone(),
            Err(error) => return Err(error.into()),
        };
        let by = Signature { id, name, at_ms: by.at_ms };
        Ok(Consent { text: CONSENT_TEXT, policy: self.rules.policy.clone(), by })
    }

    /// The store refuses a second one, too; this says so before the account is called.
    async fn require_free(&self, name: &str, id: &str) -> Result<(), ConnectionError> {
        let folded = segue_model::connection::folded_name(name);
        let all = self.store.connections().await?;
        let is_taken = |other: &Connection| {
            other.id != id && segue_model::connection::folded_name(&other.name) == folded
        };
        if all.iter().any(is_taken) {
            return Err(StoreError::Exists { what: "connection", name: name.to_owned() }.into());
        }
        Ok(())
    }

    async fn checked_sharing(&self, sharing: &Sharing) -> Result<Sharing, ConnectionError> {
        if let Sharing::People(people) = sharing {
            if people.is_empty() {
                return Err(ConnectionError::field(
                    "sharing",
                    "must name somebody, or be for administrators only",
                ));
            }
            self.require_people(people).await?;
        }
        Ok(sharing.clone())
    }

    async fn require_people(&self, people: &BTreeSet<String>) -> Result<(), ConnectionError> {
        for id in people {
            match self.store.person(id).await {
                Err(StoreError::Missing { .. }) => {
                    return Err(ConnectionError::field("sharing", "names somebody who is no user here"));
                }
                other => other?,
            };
        }
        Ok(())
    }
}

fn checked_name(text: &str) -> Result<String, ConnectionError> {
    display_name(text).map_err(|problem| ConnectionError::field("name", problem))
}

fn require_consent(agreed: Option<u32>) -> Result<(), ConnectionError> {
    let problem = match agreed {
        Some(CONSENT_TEXT) => return Ok(()),
        Some(_) => "is not the version of the consent text in force: read that one and agree to it",
        None => "must be the version of the consent text: nothing is sent before somebody agrees to it",
    };
    Err(ConnectionError::field("agreed", problem))
}

fn signature(person: &ProvenPerson, by: &Entry) -> Result<Signature, ConnectionError> {
    check_export_user(Some((person.role, true)))
        .map_err(|_| ConnectionError::field("export_user", "must be an administrator"))?;
    Ok(Signature { id: person.id.clone(), name: person.name.clone(), at_ms: by.at_ms })
}

fn reference(key: &Secret) -> Option<segue_store::Reference> {
    match key {
        Secret::Value(_) => None,
        Secret::Reference(place) => Some(place.clone()),
    }
}

fn seen(connection: Connection, person: &str, role: Role) -> Option<SeenConnection> {
    if role == Role::Administrator {
        return Some(SeenConnection::Whole(Box::new(connection)));
    }
    let is_shared = connection.sharing.covers(person, role);
    is_shared.then_some(SeenConnection::Name {
        id: connection.id,
        name: connection.name,
        kind: connection.kind,
    })
}
