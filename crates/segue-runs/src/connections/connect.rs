//! Connect: one real call that tells whether host and key are right, and what is at fault if they are not.

use std::time::Duration;

use activecampaign::{
    Channel, Client, Error, ErrorKind, Host, HostPolicy, Limits, List, Options, Retry, User,
};
use secrecy::{ExposeSecret, SecretString};
use segue_model::connection::{Fault, Trouble};

use super::wanted::ConnectionRules;
use crate::Turns;

/// A list of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListName {
    /// The provider's id.
    pub id: u64,
    /// Its name there.
    pub name: String,
    /// Whether it takes e-mail; others cannot be exported to.
    pub takes_email: bool,
}

/// An account that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its host, as it is stored.
    pub host: String,
    /// The user there whose key it is.
    pub user: User,
    /// Its lists, by name.
    pub lists: Vec<ListName>,
}

/// More than any key has.
const LONGEST_KEY: usize = 512;

/// Reads a host as somebody typed it.
pub(super) fn host(text: &str, rules: &ConnectionRules) -> Result<Host, String> {
    let policy = if rules.is_sandbox(text) { HostPolicy::AllowInsecure } else { rules.hosts };
    Host::parse(text, policy).map_err(|error| error.to_string())
}

/// Reads a key as somebody typed it.
pub(super) fn typed_key(text: &SecretString) -> Result<SecretString, &'static str> {
    let key = text.expose_secret().trim();
    if key.is_empty() {
        return Err("must not be empty: copy the key from Settings → Developer in ActiveCampaign");
    }
    if key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("is no API key: copy it again from Settings → Developer in ActiveCampaign");
    }
    Ok(SecretString::from(key))
}

/// Asks who the key belongs to and which lists there are.
pub(super) async fn connect(host: &Host, client: &Client) -> Result<Account, Trouble> {
    let user = client.me().await.map_err(|error| trouble(&error))?;
    let lists = client.lists().await.map_err(|error| trouble(&error))?;
    Ok(Account { host: host.address(), user, lists: by_name(lists) })
}

/// Lists by name.
pub(crate) fn by_name(lists: Vec<List>) -> Vec<ListName> {
    let mut lists: Vec<ListName> = lists
        .into_iter()
        .map(|list| ListName {
            takes_email: !matches!(list.channel, Channel::Sms),
            id: list.id,
            name: list.name,
        })
        .collect();
    lists.sort_unstable_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    lists
}

/// A client that asks in turns and gives up soon.
pub(super) fn client(host: &Host, key: SecretString, turns: &Turns) -> Result<Client, Trouble> {
    let client = Client::new(host, key, options()).map_err(|error| trouble(&error))?;
    Ok(turns.of(client, &host.name()))
}

/// Somebody waits for the answer: better a quick "no" than a patient "yes". What is left of the account's limits is for
/// turns to say.
fn options() -> Options {
    let second = Duration::from_secs(1);
    Options {
        limits: Limits::none(),
        retry: Retry {
            attempts: 2,
            patience: second * 5,
            first_wait: second / 2,
            longest_wait: second,
            limit_patience: second * 10,
        },
        connect_timeout: second * 5,
        timeout: second * 15,
        user_agent: concat!("segue/", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

/// What is at fault.
pub(crate) fn trouble(error: &Error) -> Trouble {
    let fault = match error.kind() {
        ErrorKind::Credentials => Fault::Key,
        ErrorKind::Permission { .. } => Fault::Permission,
        ErrorKind::AccountUnusable => Fault::Account,
        ErrorKind::WrongHost
        | ErrorKind::NameNotResolved
        | ErrorKind::ForbiddenAddress
        | ErrorKind::NotFound => Fault::Host,
        ErrorKind::Network { .. } => Fault::Network,
        _ => Fault::Provider,
    };
    Trouble { fault, words: error.to_string() }
}
