//! Master keys: where they come from, and how they seal and open.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::{StateDirectory, StoreError};

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Bytes of the random number that makes two sealings of the same secret differ.
const NONCE_BYTES: usize = 24;

/// What a column begins with that holds a sealed secret.
pub(super) const SEALED: &str = "sealed:";

/// Keys that seal and open secrets: the first is the newest, the others still open what was sealed before it.
///
/// A key is 32 random bytes, written in base64, as `openssl rand -base64 32` makes it.
#[derive(Clone)]
pub struct MasterKeys {
    keys: Vec<MasterKey>,
    /// The file that Segue made and may write anew; none for keys that were given.
    own_file: Option<PathBuf>,
}

#[derive(Clone)]
struct MasterKey {
    /// Tells keys apart without giving them away: the beginning of a hash.
    id: String,
    text: SecretString,
    cipher: XChaCha20Poly1305,
}

// Ids are all that may be seen of keys.
impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

impl MasterKeys {
    /// Reads keys that were given: one or several, separated by commas or line breaks, the newest first. `place` says where
    /// they stand, as in `SEGUE_MASTER_KEY`.
    ///
    /// # Errors
    /// [`StoreError::MasterKey`] if that is no key.
    pub fn parse(text: &SecretString, place: &str) -> Result<Self, StoreError> {
        let texts =
            text.expose_secret().split([',', '\n', '\r']).map(str::trim).filter(|text| !text.is_empty());
        let keys: Vec<MasterKey> =
            texts.map(|text| MasterKey::read(text, place)).collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(StoreError::MasterKey { place: place.to_owned(), problem: "is empty" });
        }
        Ok(Self { keys, own_file: None })
    }

    /// Reads keys from a file that was given.
    ///
    /// # Errors
    /// [`StoreError::File`] if it cannot be read; [`StoreError::MasterKey`] if it holds no key.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| StoreError::File {
            doing: "read the master key",
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&SecretString::from(text), &path.display().to_string())
    }

    /// Reads the keys of a state directory, making the first one where there is none.
    ///
    /// # Errors
    /// [`StoreError::File`] if the file cannot be read or written; [`StoreError::MasterKey`] if it holds no key.
    pub fn of_directory(directory: &StateDirectory) -> Result<Self, StoreError> {
        let path = directory.master_key();
        if !path.exists() {
            let made = Self { keys: vec![MasterKey::generate()?], own_file: Some(path.clone()) };
            match made.write(|new| std::fs::hard_link(new, &path).and_then(|()| std::fs::remove_file(new))) {
                // Another process that shares the directory was first: its key is the one.
                Err(StoreError::File { source, .. })
                    if source.kind() == std::io::ErrorKind::AlreadyExists => {}
                other => return other.map(|()| made),
            }
        }
        Ok(Self { own_file: Some(path.clone()), ..Self::read(&path)? })
    }

    /// No key, where that of a state directory is lost: nothing is opened or sealed until [`renewed`](Self::renewed) makes one.
    #[must_use]
    pub fn lost(directory: &StateDirectory) -> Self {
        Self { keys: Vec::new(), own_file: Some(directory.master_key()) }
    }

    /// These keys with a new one in front: first in the file, so that it is never lost. What they sealed is then to be
    /// sealed anew, by [`Store::rotate_keys`](crate::Store::rotate_keys), and [`forget_old`](Self::forget_old) ends it.
    ///
    /// Keys that were given stay as they are: whoever gives them puts the new one in front.
    ///
    /// # Errors
    /// [`StoreError::File`] if the file cannot be written; [`StoreError::NothingToRotate`] if only one key was given.
    pub fn renewed(self) -> Result<Self, StoreError> {
        if self.own_file.is_none() {
            return if self.keys.len() > 1 { Ok(self) } else { Err(StoreError::NothingToRotate) };
        }
        let mut keys = vec![MasterKey::generate()?];
        keys.extend(self.keys);
        let renewed = Self { keys, own_file: self.own_file };
        renewed.replace()?;
        Ok(renewed)
    }

    /// Keeps the newest key only, in the file as well.
    ///
    /// # Errors
    /// [`StoreError::File`] if the file cannot be written.
    pub fn forget_old(mut self) -> Result<Self, StoreError> {
        self.keys.truncate(1);
        self.replace()?;
        Ok(self)
    }

    /// Whether the keys are in a file of Segue's own, where it puts new ones by itself.
    #[must_use]
    pub fn are_own(&self) -> bool {
        self.own_file.is_some()
    }

    /// What tells the keys apart, the newest first. Not secret.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    /// Seals a secret for a place with the key of this id.
    pub(crate) fn seal(&self, id: &str, place: &str, secret: &SecretString) -> Result<String, StoreError> {
        const FAULT: StoreError = StoreError::Corrupt { what: "secret" };
        let key = self.key(id)?;
        // Not handed in: a number that comes twice gives the secrets away.
        let nonce = XNonce::try_generate().map_err(|_| StoreError::NoRandomness)?;
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: place.as_bytes() };
        let mut sealed = nonce.to_vec();
        sealed.extend(key.cipher.encrypt(&nonce, payload).map_err(|_| FAULT)?);
        Ok(format!("{SEALED}{id}:{}", BASE64_STANDARD.encode(sealed)))
    }

    /// Opens what was sealed for a place.
    pub(crate) fn open(&self, place: &str, sealed: &str) -> Result<SecretString, StoreError> {
        const FAULT: StoreError = StoreError::Corrupt { what: "secret" };
        let (id, text) = sealed.strip_prefix(SEALED).and_then(|rest| rest.split_once(':')).ok_or(FAULT)?;
        let key = self.key(id)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| FAULT)?;
        let (nonce, cipher_text) = bytes.split_at_checked(NONCE_BYTES).ok_or(FAULT)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| FAULT)?;
        let payload = Payload { msg: cipher_text, aad: place.as_bytes() };
        let opened = key.cipher.decrypt(&nonce, payload).map_err(|_| FAULT)?;
        String::from_utf8(opened).map(SecretString::from).map_err(|_| FAULT)
    }

    fn key(&self, id: &str) -> Result<&MasterKey, StoreError> {
        let key = self.keys.iter().find(|key| key.id == id);
        key.ok_or_else(|| StoreError::WrongKey { id: id.to_owned() })
    }

    fn replace(&self) -> Result<(), StoreError> {
        let Some(path) = &self.own_file else { return Ok(()) };
        self.write(|new| std::fs::rename(new, path))
    }

    /// Writes the keys beside their file and has them put in its place, so that it is there whole or not at all.
    fn write(&self, put: impl Fn(&Path) -> std::io::Result<()>) -> Result<(), StoreError> {
        let Some(path) = &self.own_file else { return Ok(()) };
        let new = path.with_extension(format!("{}.new", std::process::id()));
        let text: String = self.keys.iter().map(|key| format!("{}\n", key.text.expose_secret())).collect();
        let written = write_private(&new, &text).and_then(|()| put(&new));
        if written.is_err() {
            // What is left is of no use to anybody.
            let _ = std::fs::remove_file(&new);
        }
        written.map_err(|source| StoreError::File {
            doing: "write the master key",
            path: path.clone(),
            source,
        })
    }
}

impl MasterKey {
    fn generate() -> Result<Self, StoreError> {
        let key = Key::try_generate().map_err(|_| StoreError::NoRandomness)?;
        Self::read(&BASE64_STANDARD.encode(key), "")
    }

    fn read(text: &str, place: &str) -> Result<Self, StoreError> {
        let wrong = || StoreError::MasterKey { place: place.to_owned(), problem: "is no 32 bytes in base64" };
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| wrong())?;
        let key: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| wrong())?;
        let hash = Sha256::digest(key);
        let id = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { id, text: SecretString::from(text), cipher: XChaCha20Poly1305::new(&Key::from(key)) })
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(texts: &[&str]) -> Result<MasterKeys, StoreError> {
        MasterKeys::parse(&SecretString::from(texts.join(",")), "SEGUE_MASTER_KEY")
    }

    const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const OTHER: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    fn first(keys: &MasterKeys) -> String {
        keys.ids().next().unwrap().to_owned()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_with_its_key_only() {
        let keys = given(&[ONE]).unwrap();
        let secret = SecretString::from("hunter2");
        let sealed = keys.seal(&first(&keys), "connection:1:api_key", &secret).unwrap();
        assert!(sealed.starts_with(&format!("sealed:{}:", first(&keys))) && !sealed.contains("hunter2"));
        assert_ne!(sealed, keys.seal(&first(&keys), "connection:1:api_key", &secret).unwrap());

        assert_eq!(keys.open("connection:1:api_key", &sealed).unwrap().expose_secret(), "hunter2");
        let elsewhere = keys.open("connection:2:api_key", &sealed);
        assert!(matches!(elsewhere, Err(StoreError::Corrupt { what: "secret" })));
        let other = given(&[OTHER]).unwrap().open("connection:1:api_key", &sealed);
        assert!(matches!(other, Err(StoreError::WrongKey { id }) if id == first(&keys)));
        let both = given(&[OTHER, ONE]).unwrap();
        assert_eq!(both.open("connection:1:api_key", &sealed).unwrap().expose_secret(), "hunter2");
    }

    #[test]
    fn what_was_tampered_with_does_not_open() {
        let keys = given(&[ONE]).unwrap();
        let id = first(&keys);
        let sealed = keys.seal(&id, "p", &SecretString::from("hunter2")).unwrap();
        let (head, tail) = sealed.split_at(sealed.len() - 6);
        let swapped = format!("{head}{}", tail.chars().rev().collect::<String>().replace('=', "A"));
        for broken in [head, "", "sealed:", "sealed:x", &format!("sealed:{id}:AAAA"), &swapped] {
            assert!(matches!(keys.open("p", broken), Err(StoreError::Corrupt { .. })), "{broken}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        for text in ["hunter2", "", " , ", &ONE[..40], &format!("{ONE}{ONE}")] {
            let error = given(&[text]).unwrap_err();
            assert!(matches!(&error, StoreError::MasterKey { place, .. } if place == "SEGUE_MASTER_KEY"));
            assert!(!error.to_string().contains("hunter2"));
        }
        assert!(!format!("{:?}", given(&[ONE]).unwrap()).contains("AAAA"));
    }

    #[test]
    fn a_directory_has_a_key_of_its_own_that_only_the_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let directory = StateDirectory::open(folder.path()).unwrap();
        let made = MasterKeys::of_directory(&directory).unwrap();
        let found = MasterKeys::of_directory(&directory).unwrap();
        assert_eq!(first(&made), first(&found));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(directory.master_key()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }

        let renewed = found.renewed().unwrap();
        let ids: Vec<&str> = renewed.ids().collect();
        assert_eq!((ids.len(), ids[1]), (2, first(&made).as_str()));
        assert_eq!(MasterKeys::of_directory(&directory).unwrap().ids().count(), 2);
        let id = first(&renewed);
        renewed.forget_old().unwrap();
        assert_eq!(MasterKeys::of_directory(&directory).unwrap().ids().collect::<Vec<_>>(), [id]);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().flatten().filter(|f| f.path().is_file()).count(),
            2
        );
    }

    #[test]
    fn given_keys_are_renewed_by_whoever_gives_them() {
        assert!(matches!(given(&[ONE]).unwrap().renewed(), Err(StoreError::NothingToRotate)));
        assert_eq!(given(&[ONE, OTHER]).unwrap().renewed().unwrap().ids().count(), 2);
    }
}
