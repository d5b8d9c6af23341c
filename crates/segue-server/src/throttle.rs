//! Guessing passwords is slow: so many attempts for a login and from an address, then none until time has passed.
//!
//! An attempt is counted before it is made, so that many at once gain nothing. Counts are in the store: a restart forgets
//! none, and all servers of an installation count together.

use segue_store::{Counted, Store, StoreError};

/// Time after the first failed attempt until they are forgotten, in milliseconds.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Failed attempts for one login.
const FOR_A_LOGIN: i64 = 5;
/// Failed attempts from one address: an office may share one.
const FROM_A_PEER: i64 = 50;

/// What an attempt counts for, the login first.
fn counted<'a>(login: &'a str, peer: &'a str) -> [Counted<'a>; 2] {
    [
        Counted { kind: "login", value: login, most: FOR_A_LOGIN },
        Counted { kind: "peer", value: peer, most: FROM_A_PEER },
    ]
}

/// Counts an attempt; gives the seconds to wait, if there were too many.
pub(crate) async fn attempt(
    store: &Store,
    login: &str,
    peer: &str,
    now_ms: i64,
) -> Result<Option<u64>, StoreError> {
    let first_ms = store.count_attempt(&counted(login, peer), WINDOW_MS, now_ms).await?;
    Ok(first_ms.map(|first_ms| (first_ms + WINDOW_MS - now_ms).max(1).unsigned_abs().div_ceil(1000)))
}

/// Takes back an attempt that was none: the password was right.
pub(crate) async fn succeeded(store: &Store, login: &str, peer: &str) -> Result<(), StoreError> {
    let [login, peer] = counted(login, peer);
    store.take_back_attempt(&login, &[peer]).await
}

#[cfg(test)]
mod tests {
    use segue_store::StateDirectory;

    use super::*;

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StateDirectory::open(folder.path()).unwrap()).await.unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn a_login_waits_after_some_attempts_wherever_they_come_from() {
        let (_folder, store) = store().await;
        let attempt = async |login: &str, peer: &str, now| attempt(&store, login, peer, now).await.unwrap();
        for peer in 0..FOR_A_LOGIN {
            assert_eq!(attempt("ana", &peer.to_string(), 0).await, None);
        }
        assert_eq!(attempt("ana", "other", 1).await, Some(900));
        assert_eq!(attempt("dan", "other", 1).await, None);
        assert_eq!(attempt("ana", "other", WINDOW_MS - 1).await, Some(1));
        assert_eq!(attempt("ana", "other", WINDOW_MS).await, None);
        assert_eq!(attempt("ana", "other", -2 * WINDOW_MS).await, None, "a clock that was put back");
    }

    #[tokio::test]
    async fn an_address_waits_after_more_whatever_the_login() {
        let (_folder, store) = store().await;
        let attempt = async |login: &str, peer: &str| attempt(&store, login, peer, 0).await.unwrap();
        for login in 0..FROM_A_PEER {
            assert_eq!(attempt(&login.to_string(), "here").await, None);
        }
        assert_eq!(attempt("ana", "here").await, Some(900));
        assert_eq!(attempt("ana", "there").await, None);
    }

    #[tokio::test]
    async fn who_signs_in_starts_anew() {
        let (_folder, store) = store().await;
        for _ in 0..3 * FROM_A_PEER {
            assert_eq!(attempt(&store, "ana", "here", 0).await.unwrap(), None);
            succeeded(&store, "ana", "here").await.unwrap();
        }
    }
}
