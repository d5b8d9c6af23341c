//! Secrets that stay where they are: an environment variable or a file, read whenever the secret is needed.
//!
//! Whoever may name a place may have its content sent to a host of their choice. So not every place may be named: variables
//! only with a prefix of their own, files only in a folder that the operator chose for them.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::StoreError;

/// What names of environment variables begin with that may be referred to.
const PREFIX: &str = "SEGUE_SECRET_";

/// More than any secret has.
const LONGEST: u64 = 4096;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// In the environment variable of this name.
    Env(String),
    /// In this file.
    File(PathBuf),
}

/// Which places may be referred to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceRules {
    /// The folder of files that hold secrets; without one, no file may be referred to.
    pub folder: Option<PathBuf>,
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl Reference {
    /// Reads `env:NAME` or `file:/path`; nothing for other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let env = text.strip_prefix("env:").map(|name| Self::Env(name.trim().to_owned()));
        env.or_else(|| text.strip_prefix("file:").map(|path| Self::File(PathBuf::from(path.trim()))))
    }

    /// Reads the secret.
    ///
    /// # Errors
    /// [`StoreError::Reference`] if the place may not be referred to, or holds nothing.
    pub fn read(&self, rules: &ReferenceRules) -> Result<SecretString, StoreError> {
        let text = match self {
            Self::Env(name) => variable(name),
            Self::File(path) => file(path, rules),
        };
        let refused = |problem: String| StoreError::Reference { reference: self.to_string(), problem };
        let text = text.map_err(refused)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(refused("holds nothing".to_owned()));
        }
        Ok(SecretString::from(text))
    }
}

fn variable(name: &str) -> Result<String, String> {
    if !name.starts_with(PREFIX) {
        return Err(format!("may not be used: name a variable that begins with {PREFIX}"));
    }
    std::env::var(name).map_err(|_| "is not set: set it where Segue is started".to_owned())
}

fn file(path: &Path, rules: &ReferenceRules) -> Result<String, String> {
    let Some(folder) = &rules.folder else {
        return Err("may not be used: no folder for secrets was named when Segue was started".to_owned());
    };
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    // Links are followed first: they could lead out of the folder.
    let path = path.canonicalize().map_err(unreadable)?;
    if !path.starts_with(folder.canonicalize().map_err(unreadable)?) {
        return Err(format!("may not be used: name a file in {}", folder.display()));
    }
    if path.metadata().map_err(unreadable)?.len() > LONGEST {
        return Err(format!("is larger than {LONGEST} bytes: that is no secret"));
    }
    std::fs::read_to_string(&path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn problem(reference: &Reference, rules: &ReferenceRules) -> String {
        match reference.read(rules) {
            Err(StoreError::Reference { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn references_are_read_and_written() {
        for text in ["env:SEGUE_SECRET_ACME", "file:/run/secrets/acme"] {
            assert_eq!(Reference::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Reference::parse("0123abc"), None);
    }

    #[test]
    fn a_file_is_read_anew_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let rules = ReferenceRules { folder: Some(folder.path().to_owned()) };
        let reference = Reference::File(folder.path().join("acme"));
        assert!(problem(&reference, &rules).starts_with("cannot be read"));
        for secret in ["one", "two"] {
            std::fs::write(folder.path().join("acme"), format!("{secret}\n")).unwrap();
            assert_eq!(reference.read(&rules).unwrap().expose_secret(), secret);
        }
        std::fs::write(folder.path().join("acme"), " \n").unwrap();
        assert_eq!(problem(&reference, &rules), "holds nothing");
        std::fs::write(folder.path().join("acme"), "a".repeat(5000)).unwrap();
        assert!(problem(&reference, &rules).starts_with("is larger"));
    }

    #[test]
    fn places_that_are_not_for_secrets_are_refused() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let rules = ReferenceRules { folder: Some(folder.path().to_owned()) };
        let outside = other.path().join("key");
        std::fs::write(&outside, "hunter2").unwrap();
        let name = other.path().file_name().unwrap();
        let mut places = vec![outside.clone(), folder.path().join("..").join(name).join("key")];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&outside, folder.path().join("link")).unwrap();
            places.push(folder.path().join("link"));
        }
        for path in places {
            let reference = Reference::File(path);
            assert!(problem(&reference, &rules).starts_with("may not be used: name a file in"));
            assert!(
                problem(&reference, &ReferenceRules::default()).starts_with("may not be used: no folder")
            );
        }
        let own = problem(&Reference::Env("SEGUE_MASTER_KEY".into()), &rules);
        assert!(own.starts_with("may not be used"), "{own}");
        let unset = problem(&Reference::Env("SEGUE_SECRET_OF_NOBODY".into()), &rules);
        assert!(unset.starts_with("is not set"), "{unset}");
    }
}
