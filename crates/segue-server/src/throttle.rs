//! Guessing passwords is slow: so many attempts for a login and from an address, then none until time has passed.
//!
//! An attempt is counted before it is made, so that many at once gain nothing. Counts are in memory: a restart forgets
//! them, and each process counts for itself.

use std::collections::HashMap;

use parking_lot::Mutex;

/// Time after the first failed attempt until they are forgotten, in milliseconds.
pub(crate) const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Failed attempts for one login.
pub(crate) const FOR_A_LOGIN: u32 = 5;
/// Failed attempts from one address: an office may share one.
pub(crate) const FROM_A_PEER: u32 = 50;
/// Logins and addresses that are remembered; the oldest give way.
const MOST: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Login(String),
    Peer(String),
}

#[derive(Debug, Clone, Copy)]
struct Attempts {
    first_ms: i64,
    count: u32,
}

#[derive(Default)]
pub(crate) struct Throttle {
    attempts: Mutex<HashMap<Key, Attempts>>,
}

impl Throttle {
    /// Counts an attempt.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many.
    pub(crate) fn attempt(&self, login: &str, peer: &str, now_ms: i64) -> Result<(), u64> {
        let keys = [(Key::Login(login.to_owned()), FOR_A_LOGIN), (Key::Peer(peer.to_owned()), FROM_A_PEER)];
        let mut attempts = self.attempts.lock();
        for (key, limit) in &keys {
            let Some(made) = attempts.get(key).filter(|made| made.is_remembered(now_ms)) else { continue };
            if made.count >= *limit {
                let wait_ms = (made.first_ms + WINDOW_MS - now_ms).max(1);
                return Err(wait_ms.unsigned_abs().div_ceil(1000));
            }
        }
        for (key, _) in keys {
            let made = attempts.entry(key).or_insert(Attempts { first_ms: now_ms, count: 0 });
            if !made.is_remembered(now_ms) {
                *made = Attempts { first_ms: now_ms, count: 0 };
            }
            made.count += 1;
        }
        if attempts.len() > MOST {
            forget(&mut attempts, now_ms);
        }
        Ok(())
    }

    /// Takes back an attempt that was none: the password was right.
    pub(crate) fn succeeded(&self, login: &str, peer: &str) {
        let mut attempts = self.attempts.lock();
        attempts.remove(&Key::Login(login.to_owned()));
        if let Some(made) = attempts.get_mut(&Key::Peer(peer.to_owned())) {
            made.count = made.count.saturating_sub(1);
        }
    }
}

impl Attempts {
    // A clock that was put back forgets nothing for longer than it should.
    const fn is_remembered(self, now_ms: i64) -> bool {
        now_ms.abs_diff(self.first_ms) < WINDOW_MS.unsigned_abs()
    }
}

fn forget(attempts: &mut HashMap<Key, Attempts>, now_ms: i64) {
    attempts.retain(|_, made| made.is_remembered(now_ms));
    if attempts.len() > MOST {
        let mut times: Vec<i64> = attempts.values().map(|made| made.first_ms).collect();
        times.sort_unstable();
        let median = times[times.len() / 2];
        attempts.retain(|_, made| made.first_ms > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_waits_after_some_attempts_wherever_they_come_from() {
        let throttle = Throttle::default();
        for peer in 0..FOR_A_LOGIN {
            assert_eq!(throttle.attempt("ana", &peer.to_string(), 0), Ok(()));
        }
        assert_eq!(throttle.attempt("ana", "other", 1), Err(900));
        assert_eq!(throttle.attempt("dan", "other", 1), Ok(()));
        assert_eq!(throttle.attempt("ana", "other", WINDOW_MS - 1), Err(1));
        assert_eq!(throttle.attempt("ana", "other", WINDOW_MS), Ok(()));
    }

    #[test]
    fn an_address_waits_after_more_whatever_the_login() {
        let throttle = Throttle::default();
        for login in 0..FROM_A_PEER {
            assert_eq!(throttle.attempt(&login.to_string(), "here", 0), Ok(()));
        }
        assert_eq!(throttle.attempt("ana", "here", 0), Err(900));
        assert_eq!(throttle.attempt("ana", "there", 0), Ok(()));
    }

    #[test]
    fn who_signs_in_starts_anew() {
        let throttle = Throttle::default();
        for _ in 0..3 * FROM_A_PEER {
            assert_eq!(throttle.attempt("ana", "here", 0), Ok(()));
            throttle.succeeded("ana", "here");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..3 * MOST {
            let now_ms = i64::try_from(number).unwrap();
            assert_eq!(throttle.attempt(&number.to_string(), &number.to_string(), now_ms), Ok(()));
        }
        assert!(throttle.attempts.lock().len() <= MOST + 2);
    }
}
