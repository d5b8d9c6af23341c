//! The accounts that this process delivers to: one set of budgets each, whatever exports and connections share it.

use std::collections::HashMap;

use activecampaign::{Client, Error, Host, Options};
use secrecy::SecretString;
use segue_model::job::account_lane;
use segue_store::{Store, StoreError};
use tokio::sync::Mutex;

use super::Clock;
use crate::limits;

/// Clients of accounts.
pub(super) struct Accounts {
    options: Options,
    store: Store,
    clock: Clock,
    /// Held while what others have sent is counted: nobody sends before that.
    clients: Mutex<HashMap<String, Client>>,
}

impl Accounts {
    pub(super) fn new(mut options: Options, store: Store, clock: Clock) -> Self {
        // People who wait at a screen have the rest, in whatever process.
        options.limits = options.limits.without_reserve();
        Self { options, store, clock, clients: Mutex::default() }
    }

    /// A client of the account for one run, with the key that is in force now; or why there is none.
    ///
    /// `used_until_ms` is until when another process may have used the account: what it has sent still counts.
    pub(super) async fn client(
        &self,
        host: &Host,
        key: SecretString,
        used_until_ms: Option<i64>,
    ) -> Result<Result<Client, Error>, StoreError> {
        let lane = account_lane(&host.name());
        limits::forget_old(&self.store, &lane, (self.clock)()).await?;
        let mut clients = self.clients.lock().await;
        let (client, is_new) = match clients.get(&host.name()) {
            Some(known) => (known.beside(key), false),
            None => match Client::new(host, key, self.options.clone()) {
                Ok(client) => (limits::noting(&client, &self.store, &lane, &self.clock), true),
                Err(error) => return Ok(Err(error)),
            },
        };
        if is_new || used_until_ms.is_some() {
            let until_ms = used_until_ms.unwrap_or_default();
            limits::remember(&client, &self.store, &lane, until_ms, (self.clock)()).await?;
        }
        clients.entry(host.name()).or_insert_with(|| client.clone());
        Ok(Ok(client))
    }
}
