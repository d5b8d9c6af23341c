//! Secrets that are shown once: of sessions, tokens and links. What is stored is their SHA-256.
//!
//! They have 256 random bits, so a plain hash is enough and no salt is needed; and they are found by their hash, so how long
//! a comparison takes tells nothing about them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::app::Random;

/// Characters of a secret.
const LENGTH: usize = 43;

/// A new secret. It has no `Debug`: it is shown to its owner only.
pub(crate) struct Secret(String);

impl Secret {
    /// A new one that begins with this.
    pub(crate) fn new(prefix: &str, random: &Random) -> Self {
        let mut bytes = [0; 32];
        random(&mut bytes);
        Self(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// To be shown.
    pub(crate) fn shown(&self) -> &str {
        &self.0
    }

    /// To be stored.
    pub(crate) fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// By what a secret that somebody presents is looked up; nothing where it cannot be one.
pub(crate) fn presented(prefix: &str, text: &str) -> Option<String> {
    let rest = text.strip_prefix(prefix)?;
    let is_one =
        rest.len() == LENGTH && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    is_one.then(|| hash(text))
}

fn hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

/// Two digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_secret_is_found_by_its_hash_and_nothing_else_is() {
        let random: Random = Arc::new(|bytes| bytes.fill(7));
        let secret = Secret::new("segue_", &random);
        assert_eq!(secret.shown().len(), 6 + LENGTH);
        assert_eq!(presented("segue_", secret.shown()), Some(secret.hash()));
        for other in ["", "segue_", "other", &secret.shown()[1..], &format!("{}=", secret.shown())] {
            assert_eq!(presented("segue_", other), None, "{other}");
        }
    }
}
