//! The accounts that this process delivers to: one set of budgets each, whatever exports and connections share it.

use std::collections::HashMap;

use activecampaign::{Client, Error, Host, Options};
use parking_lot::Mutex;
use secrecy::SecretString;

/// The longest window of the provider's limits, in milliseconds: who has used an account so lately has used up some of them.
pub const WINDOW_MS: i64 = 60_000;

/// Clients of accounts.
pub(super) struct Accounts {
    options: Options,
    clients: Mutex<HashMap<String, Client>>,
}

impl Accounts {
    pub(super) fn new(options: Options) -> Self {
        Self { options, clients: Mutex::default() }
    }

    /// A client of the account for one run, with the key that is in force now.
    ///
    /// `used_until_ms` is until when another process may have used the account: its requests still count, so the budgets
    /// rest until its windows are over.
    pub(super) fn client(
        &self,
        host: &Host,
        key: SecretString,
        used_until_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Client, Error> {
        let mut clients = self.clients.lock();
        let client = match clients.get(&host.name()) {
            Some(known) => known.beside(key),
            None => {
                let client = Client::new(host, key, self.options.clone())?;
                clients.insert(host.name(), client.clone());
                client
            }
        };
        if used_until_ms.is_some_and(|until| now_ms - until < WINDOW_MS) {
            client.rest();
        }
        Ok(client)
    }
}
