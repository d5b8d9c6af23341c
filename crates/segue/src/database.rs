//! The address of a Postgres database, and the password that goes with it.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::exit::Failure;

/// An address, if it is one of Postgres.
fn read(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| ["postgres", "postgresql"].contains(&url.scheme()))
}

/// Whether an address holds a password; none if it cannot be read.
pub(crate) fn has_password(address: &str) -> Option<bool> {
    let url = read(address)?;
    Some(url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password"))
}

/// An address as it may be shown.
pub(crate) fn without_password(address: &str) -> String {
    let Some(mut url) = read(address) else { return "(it cannot be read)".to_owned() };
    if has_password(address) == Some(false) {
        return address.to_owned();
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "password")
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    if url.password().is_some() && url.set_password(None).is_err() {
        return "(it cannot be shown)".to_owned();
    }
    url.into()
}

/// An address with the password from a file, if one is named.
pub(crate) fn with_password(address: &SecretString, file: Option<&Path>) -> Result<SecretString, Failure> {
    let Some(file) = file else { return Ok(address.clone()) };
    let wrong =
        |words: String| Failure::Input(format!("the database's password file {} {words}", file.display()));
    let text = std::fs::read_to_string(file);
    let text = SecretString::from(text.map_err(|error| wrong(format!("cannot be read: {error}")))?);
    let password = text.expose_secret().trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(wrong("is empty".to_owned()));
    }
    // What is no address is told when it is used.
    let Some(mut url) = read(address.expose_secret()) else { return Ok(address.clone()) };
    if has_password(address.expose_secret()) == Some(true) {
        return Err(wrong("is one too many: the database's address holds a password already".to_owned()));
    }
    // As a parameter: an address that names a socket has no place for it.
    url.query_pairs_mut().append_pair("password", password);
    Ok(SecretString::from(String::from(url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_holds_no_password() {
        for (address, shown) in [
            ("postgres://segue@db:5432/segue", "postgres://segue@db:5432/segue"),
            ("postgres://segue@%2Frun%2Fpg/segue", "postgres://segue@%2Frun%2Fpg/segue"),
            ("postgres://segue:hunter2@db/segue", "postgres://segue@db/segue"),
            ("postgres:///segue?password=hunter2&user=a", "postgres:///segue?user=a"),
            ("postgres://segue@db/segue?pass%77ord=hunter2", "postgres://segue@db/segue"),
            ("postgres://segue:hunter2@[db/segue", "(it cannot be read)"),
            ("segue:hunter2@db", "(it cannot be read)"),
        ] {
            assert_eq!(without_password(address), shown);
            let expected = (!shown.starts_with('(')).then_some(address.contains("hunter2"));
            assert_eq!(has_password(address), expected, "{address}");
        }
    }

    #[test]
    fn a_password_comes_from_a_file_or_the_address_and_not_from_both() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "hunter2 &ü\n").unwrap();
        let with = |address: &str| with_password(&SecretString::from(address), Some(&file));
        for address in [
            "postgres://segue@db/segue",
            "postgres://segue@%2Frun/segue?sslmode=require",
            "postgres:///segue",
        ] {
            let made = with(address).unwrap();
            let url = Url::parse(made.expose_secret()).unwrap();
            assert!(
                url.query_pairs().any(|(name, value)| name == "password" && value == "hunter2 &ü"),
                "{address}"
            );
        }
        let both = with("postgres://segue:other@db/segue").unwrap_err().to_string();
        assert!(
            both.contains("one too many") && !both.contains("hunter2") && !both.contains("other"),
            "{both}"
        );
        std::fs::write(&file, "\n").unwrap();
        assert!(with("postgres://segue@db/segue").unwrap_err().to_string().contains("is empty"));
        std::fs::remove_file(&file).unwrap();
        assert!(with("postgres://segue@db/segue").unwrap_err().to_string().contains("cannot be read"));
    }
}
