//! Who was forgotten and must not be exported: known by keyed hashes, so that what is kept names nobody.

use std::collections::HashSet;
use std::hash::Hasher;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use siphasher::sip128::{Hasher128, SipHasher24};
use xxhash_rust::xxh3::Xxh3;

/// The key of the hashes. Whoever has it and a list of people can find out who of them was forgotten.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashKey([u8; 16]);

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashKey").finish_non_exhaustive()
    }
}

impl HashKey {
    /// A key of these bytes, which nobody can guess.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The key in hexadecimal digits, as it is kept.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }

    /// The key of such a text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_one = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let key = is_one.then(|| u128::from_str_radix(text, 16).ok())??;
        Some(Self(key.to_be_bytes()))
    }

    /// Tells the key apart from others. Not secret.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{:016x}", self.hash("id", &[]) >> 64)
    }

    /// The hash of a profile of a table.
    #[must_use]
    pub fn of_profile(&self, table: &str, key: &str) -> u128 {
        self.hash("profile", &[table, key])
    }

    /// The hash of an address, folded.
    #[must_use]
    pub fn of_address(&self, folded: &str) -> u128 {
        self.hash("address", &[folded])
    }

    fn hash(&self, of: &str, parts: &[&str]) -> u128 {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        for part in std::iter::once(&of).chain(parts) {
            // With its length, so that no two lists of parts are one text.
            hasher.write_u64(part.len() as u64);
            hasher.write(part.as_bytes());
        }
        hasher.finish128().as_u128()
    }
}

/// Everybody who was forgotten. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Forgotten {
    key: Option<HashKey>,
    hashes: Arc<HashSet<u128>>,
}

impl Forgotten {
    /// Those with these hashes, made with this key.
    #[must_use]
    pub fn new(key: HashKey, hashes: impl IntoIterator<Item = u128>) -> Self {
        Self { key: Some(key), hashes: Arc::new(hashes.into_iter().collect()) }
    }

    /// Whether nobody was forgotten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether this profile was forgotten.
    #[must_use]
    pub fn has_profile(&self, table: &str, key: &str) -> bool {
        self.has(|hash_key| hash_key.of_profile(table, key))
    }

    /// Whether whoever has this address, folded, was forgotten.
    #[must_use]
    pub fn has_address(&self, folded: &str) -> bool {
        self.has(|hash_key| hash_key.of_address(folded))
    }

    fn has(&self, hash: impl FnOnce(&HashKey) -> u128) -> bool {
        !self.is_empty() && self.key.as_ref().is_some_and(|key| self.hashes.contains(&hash(key)))
    }
}

// Plans are told apart by what they are made from: a digest of the hashes tells whether somebody was forgotten since.
impl Serialize for Forgotten {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sorted: Vec<u128> = self.hashes.iter().copied().collect();
        sorted.sort_unstable();
        let mut digest = Xxh3::new();
        sorted.iter().for_each(|hash| digest.update(&hash.to_le_bytes()));
        serializer.serialize_u64(digest.digest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: HashKey = HashKey::new([7; 16]);

    #[test]
    fn a_profile_is_known_by_table_and_key_together() {
        let forgotten = Forgotten::new(KEY, [KEY.of_profile("people", "12")]);
        assert!(forgotten.has_profile("people", "12"));
        for (table, key) in [("people", "1"), ("people1", "2"), ("firms", "12"), ("people", "")] {
            assert!(!forgotten.has_profile(table, key), "{table} {key}");
        }
        assert!(!forgotten.has_address("12"));
    }

    #[test]
    fn hashes_of_another_key_are_others() {
        let other = HashKey::new([8; 16]);
        assert_ne!(KEY.of_address("ana@example.com"), other.of_address("ana@example.com"));
        assert_ne!(KEY.id(), other.id());
        assert!(!Forgotten::default().has_address("ana@example.com"));
    }

    #[test]
    fn a_key_is_read_back_and_not_shown() {
        assert_eq!(HashKey::read(&KEY.text()), Some(KEY));
        for text in ["", "07", &"g".repeat(32), &"0".repeat(33), &format!("+{}", "0".repeat(31))] {
            assert_eq!(HashKey::read(text), None, "{text}");
        }
        assert!(!format!("{KEY:?}").contains('7'));
    }

    #[test]
    fn who_was_forgotten_since_makes_another_plan() {
        let text = |hashes: &[u128]| {
            serde_json::to_string(&Forgotten::new(KEY, hashes.iter().copied())).expect("a number")
        };
        assert_eq!(text(&[1, 2]), text(&[2, 1]));
        assert_ne!(text(&[1]), text(&[1, 2]));
    }
}
