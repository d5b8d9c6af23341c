//! What of an account's limits is used up: noted before each import is sent, and counted by whoever delivers there next. So a
//! process that was killed is followed by another at once, and the provider sees no more than it allows.

use std::time::Duration;

use activecampaign::{Client, Sent, Witness};
use segue_store::{SentImport, Store, StoreError};

use crate::Clock;

/// What is looked back at, in milliseconds: the longest window of the provider's limits, and as much for clocks that differ.
const LOOK_BACK_MS: i64 = 2 * 60_000;

/// How long imports are known. Clocks are also set back.
const KEPT_MS: i64 = 10 * 60_000;

/// The same client, which notes in the account's lane what it is about to send.
#[must_use]
pub fn noting(client: &Client, store: &Store, lane: &str, clock: &Clock) -> Client {
    let (store, lane, clock) = (store.clone(), lane.to_owned(), clock.clone());
    client.witnessed(Witness::new(move |is_single| {
        let (store, lane, at_ms) = (store.clone(), lane.clone(), clock());
        Box::pin(async move {
            let noted = store.note_import(&lane, SentImport { at_ms, is_single }).await;
            noted.map_err(|error| error.to_string())
        })
    }))
}

/// Forgets the imports to the account of this lane that count no more: to be asked for once a run.
///
/// # Errors
/// If the store fails.
pub async fn forget_old(store: &Store, lane: &str, now_ms: i64) -> Result<(), StoreError> {
    store.forget_imports(lane, now_ms - KEPT_MS).await
}

/// Has a client count what others have sent lately in the account's lane, which somebody else may have used until a moment.
/// Returns how long the next import will wait.
///
/// # Errors
/// If the store fails.
pub async fn remember(
    client: &Client,
    store: &Store,
    lane: &str,
    used_until_ms: i64,
    now_ms: i64,
) -> Result<Duration, StoreError> {
    // By a clock that was set back, it was just now.
    let since = |at_ms: i64| Duration::from_millis(u64::try_from(now_ms - at_ms).unwrap_or_default());
    let sent = store.imports_since(lane, now_ms - LOOK_BACK_MS).await?;
    let sent: Vec<Sent> = sent
        .into_iter()
        .map(|SentImport { at_ms, is_single }| Sent { ago: since(at_ms), is_single })
        .collect();
    Ok(client.remember(since(used_until_ms), &sent))
}
