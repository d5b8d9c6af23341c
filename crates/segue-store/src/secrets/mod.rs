//! Secrets at rest: sealed under a master key, or only referred to and read when they are needed.
//!
//! ```text
//! keys.rs       master keys: where they come from, how they seal and open
//! sealed.rs     the key in force in a database, and how everything is sealed anew
//! reference.rs  secrets that stay where they are: an environment variable or a file
//! ```
//!
//! A column that holds a secret is `sealed:<key id>:<base64 of nonce and cipher text>`, `env:<name>` or `file:<path>`. What
//! is sealed is bound to its place, `table:id:column`, so that it opens in no other.

mod keys;
mod reference;
mod sealed;

use secrecy::SecretString;

pub use keys::MasterKeys;
pub use reference::{Reference, ReferenceRules};
pub(crate) use sealed::{key_in_force, sealed_with};

/// A secret as somebody gives it.
#[derive(Debug, Clone)]
pub enum Secret {
    /// The secret itself, to be sealed.
    Value(SecretString),
    /// Where to find it whenever it is needed.
    Reference(Reference),
}
