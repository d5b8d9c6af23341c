//! Passwords: hashed with argon2id, on threads that may block, a few at a time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OnceCell, Semaphore};

use crate::app::Random;
use crate::problem::{Code, Problem};

/// What a password hash costs whoever computes it. Hashes carry the cost that they were made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Cost {
    /// What OWASP's password storage cheat sheet asks for at least.
    pub const USUAL: Self = Self { memory_kib: 19_456, passes: 2 };
    /// For tests: as cheap as argon2 lets it be.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };
}

/// Hashes at one time: each takes its memory and a core.
const AT_ONCE: usize = 2;

pub(crate) struct Passwords {
    cost: Cost,
    random: Random,
    permits: Arc<Semaphore>,
    /// A hash of nobody's password: checking a login that is not there takes as long as checking one that is.
    nobody: OnceCell<String>,
}

impl Passwords {
    pub(crate) fn new(cost: Cost, random: Random) -> Self {
        Self { cost, random, permits: Arc::new(Semaphore::new(AT_ONCE)), nobody: OnceCell::new() }
    }

    /// The hash of a password, in PHC form.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Problem> {
        let (cost, password) = (self.cost, password.to_owned());
        let mut salt = [0; 16];
        (self.random)(&mut salt);
        self.apart(move || {
            let hash = hasher(cost)?.hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|_| defect("cannot hash a password"))
        })
        .await
    }

    /// Whether this is the password of which this is the hash. Without a hash it takes as long and is false.
    pub(crate) async fn is_right(&self, password: &str, hash: Option<&str>) -> Result<bool, Problem> {
        let nobody = self.nobody.get_or_try_init(|| self.hash("nobody's password")).await?;
        let is_somebody = hash.is_some();
        let (cost, password, hash) = (self.cost, password.to_owned(), hash.unwrap_or(nobody).to_owned());
        let is_right = self
            .apart(move || {
                let hash = PasswordHash::new(&hash).map_err(|_| defect("cannot read a password's hash"))?;
                Ok(hasher(cost)?.verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(is_right && is_somebody)
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| defect("cannot wait for a turn to hash"))?;
        let working = tokio::task::spawn_blocking(move || {
            // Held by the work, not by who waits for it: that may give up.
            let _permit = permit;
            work()
        });
        working.await.map_err(|_| defect("hashing a password broke off"))?
    }
}

fn hasher(cost: Cost) -> Result<Argon2<'static>, Problem> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None);
    let params = params.map_err(|_| defect("argon2 does not take these parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn defect(what: &'static str) -> Problem {
    tracing::error!("{what}");
    Problem::new(Code::Defect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let random: Random = Arc::new(|bytes| bytes.fill(1));
        let passwords = Passwords::new(Cost::LEAST, Arc::clone(&random));
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(passwords.is_right("correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.is_right("correct horsf", Some(&hash)).await.unwrap());
        assert!(!passwords.is_right("nobody's password", None).await.unwrap());
        // Another cost is no trouble: the hash says with which it was made.
        let dearer = Passwords::new(Cost { memory_kib: 64, passes: 2 }, random);
        assert!(dearer.is_right("correct horse", Some(&hash)).await.unwrap());
    }

    #[test]
    fn the_usual_cost_is_one_that_argon2_takes() {
        assert!(hasher(Cost::USUAL).is_ok());
    }
}
