//! Host and key of a connection: tried before they are stored, tested again, and given to who asks the account.

use activecampaign::{Client, Host};
use secrecy::SecretString;
use segue_model::connection::{CONSENT_TEXT, Tested, Trouble};
use segue_store::{Connection, Entry, Secret};

use super::wanted::{Attempt, ConnectionChange};
use super::{Account, ConnectionError, Connections, connect, reference, require_consent};

impl Connections {
    /// Tries an account. Nothing is stored.
    ///
    /// # Errors
    /// [`ConnectionError::Field`] for what cannot be tried, consent included; [`ConnectionError::Trouble`].
    pub async fn try_account(&self, attempt: &Attempt) -> Result<Account, ConnectionError> {
        self.reach(attempt).await.map(|(account, _)| account)
    }

    /// Tests a connection as it is, and notes the outcome.
    ///
    /// # Errors
    /// [`ConnectionError::Trouble`], which is noted as well; [`segue_store::StoreError::Missing`]; [`segue_store::StoreError::WrongKey`].
    pub async fn test_again(&self, id: &str, now_ms: i64) -> Result<Account, ConnectionError> {
        let (host, key) = self.account(&self.store.connection(id).await?).await?;
        let outcome = self.connect(&host, key).await;
        let tested = Tested { at_ms: now_ms, trouble: outcome.as_ref().err().cloned() };
        self.store.note_test(id, &tested).await?;
        outcome.map_err(ConnectionError::Trouble)
    }

    /// A client for somebody who waits for an answer about the account, as a form does.
    ///
    /// # Errors
    /// [`segue_store::StoreError::WrongKey`]; [`segue_store::StoreError::Reference`]; [`ConnectionError::Trouble`].
    pub(crate) async fn client(&self, connection: &Connection) -> Result<Client, ConnectionError> {
        let (host, key) = self.account(connection).await?;
        connect::client(&host, key, &self.turns).map_err(ConnectionError::Trouble)
    }

    async fn connect(&self, host: &Host, key: SecretString) -> Result<Account, Trouble> {
        connect::connect(host, &connect::client(host, key, &self.turns)?).await
    }

    pub(super) async fn account(
        &self,
        connection: &Connection,
    ) -> Result<(Host, SecretString), ConnectionError> {
        let host = connect::host(&connection.host, &self.rules)
            .map_err(|problem| ConnectionError::field("host", problem))?;
        let key = self.store.connection_key(&connection.id, &self.keys, &self.rules.references).await?;
        let key = connect::typed_key(&key).map_err(|problem| ConnectionError::field("api_key", problem))?;
        Ok((host, key))
    }

    /// Tries the account with the changed host or key, if there is one; gives the key to be stored.
    pub(super) async fn changed_account(
        &self,
        after: &mut Connection,
        change: &ConnectionChange,
        by: &Entry,
    ) -> Result<Option<Secret>, ConnectionError> {
        let is_moved = match &change.host {
            Some(given) => {
                let host = connect::host(given, &self.rules);
                host.map_err(|problem| ConnectionError::field("host", problem))?.address() != after.host
            }
            None => false,
        };
        let Some(key) = change.key.clone() else {
            let problem =
                "must be given again when the host is changed: a stored key is sent to its own host only";
            return if is_moved { Err(ConnectionError::field("api_key", problem)) } else { Ok(None) };
        };
        // The consent given earlier is for the host given earlier.
        let agreed = if is_moved { change.agreed } else { Some(CONSENT_TEXT) };
        let host = change.host.clone().unwrap_or_else(|| after.host.clone());
        let (account, key) = self.reach(&Attempt { host, key, agreed }).await?;
        after.host = account.host;
        after.reference = reference(&key);
        after.tested = Tested { at_ms: by.at_ms, trouble: None };
        Ok(Some(key))
    }

    pub(super) async fn reach(&self, attempt: &Attempt) -> Result<(Account, Secret), ConnectionError> {
        require_consent(attempt.agreed)?;
        let host = connect::host(&attempt.host, &self.rules)
            .map_err(|problem| ConnectionError::field("host", problem))?;
        let key = match &attempt.key {
            Secret::Value(key) => {
                connect::typed_key(key).map_err(|problem| ConnectionError::field("api_key", problem))
            }
            Secret::Reference(place) => place
                .read(&self.rules.references)
                .map_err(|error| error.to_string())
                .and_then(|key| connect::typed_key(&key).map_err(str::to_owned))
                .map_err(|problem| ConnectionError::field("api_key_from", problem)),
        }?;
        let account = self.connect(&host, key.clone()).await.map_err(ConnectionError::Trouble)?;
        let stored = match &attempt.key {
            Secret::Value(_) => Secret::Value(key),
            Secret::Reference(place) => Secret::Reference(place.clone()),
        };
        Ok((account, stored))
    }
}
