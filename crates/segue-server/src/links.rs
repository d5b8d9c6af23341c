//! Links that work once. The secret stands behind the `#`, which browsers do not send: it is in no log of any proxy.

use segue_store::{Entry, Link, Person, Store, StoreError};

use crate::app::{Random, new_id};
use crate::origin::PublicUrl;
use crate::secret::Secret;
use crate::time::DAY_MS;

/// How long a link works, in milliseconds.
const LINK_MS: i64 = DAY_MS;
/// Where somebody stands who has the state directory.
pub(crate) const AT_THE_CONSOLE: &str = "command line";

/// A link, and the address to be handed over, which is not stored.
pub(crate) struct Made {
    pub(crate) link: Link,
    pub(crate) url: String,
}

/// A link for this person, or for the first administrator, that is not yet in force.
pub(crate) fn make(url: &PublicUrl, person: Option<&str>, now_ms: i64, random: &Random) -> Made {
    let secret = Secret::new("", random);
    let link = Link {
        hash: secret.hash(),
        person: person.map(str::to_owned),
        created_ms: now_ms,
        expires_ms: now_ms + LINK_MS,
    };
    Made { link, url: format!("{}/setup#{}", url.as_str(), secret.shown()) }
}

/// The link with which the first administrator is made; none if there is one already. Links before it stop working.
///
/// # Errors
/// If the database fails.
pub async fn one_time_link(
    store: &Store,
    url: &PublicUrl,
    now_ms: i64,
    random: &Random,
) -> Result<Option<String>, StoreError> {
    if store.has_administrator().await? {
        return Ok(None);
    }
    let made = make(url, None, now_ms, random);
    store.make_link(&made.link, &at_the_console(now_ms, random, "setup.link", None)).await?;
    Ok(Some(made.url))
}

/// The link with which this person sets a new password, made by whoever has the state directory. Until it is used, the
/// password before stays in force.
///
/// # Errors
/// [`StoreError::Missing`] if nobody has this login.
pub async fn reset_link(
    store: &Store,
    url: &PublicUrl,
    login: &str,
    now_ms: i64,
    random: &Random,
) -> Result<String, StoreError> {
    let person = store.person_by_login(login).await?.ok_or(StoreError::Missing { what: "user" })?;
    let made = make(url, Some(&person.id), now_ms, random);
    store.make_link(&made.link, &at_the_console(now_ms, random, "user.link", Some(&person))).await?;
    Ok(made.url)
}

fn at_the_console(now_ms: i64, random: &Random, action: &str, person: Option<&Person>) -> Entry {
    Entry {
        action: action.to_owned(),
        object_kind: "user".to_owned(),
        object_id: person.map(|person| person.id.clone()).unwrap_or_default(),
        object_name: person.map(|person| person.login.clone()).unwrap_or_default(),
        ..entry_at_the_console(now_ms, random)
    }
}

/// An audit entry for what is done at the command line now, where no person is known. What is done, and to what, is to be
/// filled in.
#[must_use]
pub fn entry_at_the_console(now_ms: i64, random: &Random) -> Entry {
    Entry {
        id: new_id(random),
        at_ms: now_ms,
        who: None,
        login: AT_THE_CONSOLE.to_owned(),
        peer: AT_THE_CONSOLE.to_owned(),
        request: String::new(),
        action: String::new(),
        object_kind: String::new(),
        object_id: String::new(),
        object_name: String::new(),
        before: None,
        after: None,
    }
}
