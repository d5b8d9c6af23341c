//! People: the rules for logins, names, passwords and languages. What a person may do is their [`Role`](crate::Role)'s.

use serde::{Deserialize, Serialize};

/// The languages that Segue speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Romanian.
    Ro,
}

impl Language {
    /// The stable word used in the API and in the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ro => "ro",
        }
    }

    /// The language with this [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::En, Self::Ro].into_iter().find(|language| language.word() == word)
    }
}

/// The fewest characters of a password.
pub const MIN_PASSWORD: usize = 12;

/// The most characters of a password: hashing takes them all, so somebody must say where to stop.
pub const MAX_PASSWORD: usize = 256;

/// The login by which a person is known, folded so that case and space around it do not matter.
///
/// # Errors
/// What is wrong with it, as it stands after the field's name.
pub fn login(text: &str) -> Result<String, &'static str> {
    let folded = text.trim().to_lowercase();
    match folded.chars().count() {
        0 => return Err("must not be empty"),
        1..=254 => {}
        _ => return Err("must not be longer than 254 characters"),
    }
    if folded.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("must not hold spaces or control characters");
    }
    Ok(folded)
}

/// A name for people to read, without space around it.
///
/// # Errors
/// What is wrong with it, as it stands after the field's name.
pub fn display_name(text: &str) -> Result<String, &'static str> {
    let trimmed = text.trim();
    match trimmed.chars().count() {
        0 => return Err("must not be empty"),
        1..=100 => {}
        _ => return Err("must not be longer than 100 characters"),
    }
    if trimmed.chars().any(char::is_control) {
        return Err("must not hold control characters");
    }
    Ok(trimmed.to_owned())
}

/// Whether a password may be used by this person. Length is what counts, so nothing is asked about kinds of characters.
///
/// # Errors
/// What is wrong with it, as it stands after the field's name.
pub fn check_password(password: &str, login: &str) -> Result<(), &'static str> {
    match password.chars().count() {
        ..MIN_PASSWORD => return Err("must have at least 12 characters"),
        MIN_PASSWORD..=MAX_PASSWORD => {}
        _ => return Err("must not have more than 256 characters"),
    }
    if password.to_lowercase() == login {
        return Err("must differ from the login");
    }
    let mut characters = password.chars();
    let first = characters.next();
    if characters.all(|c| Some(c) == first) {
        return Err("must not be one character repeated");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_folded_and_checked() {
        assert_eq!(login(" Ana@Example.COM "), Ok("ana@example.com".to_owned()));
        assert_eq!(login("  "), Err("must not be empty"));
        assert!(login("ana maria").is_err() && login("ana\u{7}").is_err());
        assert!(login(&"a".repeat(254)).is_ok() && login(&"a".repeat(255)).is_err());
    }

    #[test]
    fn names_are_trimmed_and_checked() {
        assert_eq!(display_name(" Ana Maria "), Ok("Ana Maria".to_owned()));
        assert!(display_name(" ").is_err() && display_name("a\nb").is_err());
        assert!(display_name(&"ă".repeat(100)).is_ok() && display_name(&"ă".repeat(101)).is_err());
    }

    #[test]
    fn passwords_need_length_and_nothing_else() {
        assert_eq!(check_password("correct horse", "ana@example.com"), Ok(()));
        assert!(check_password("elevenchars", "ana").is_err());
        assert!(check_password(&"ab".repeat(129), "ana").is_err());
        assert!(check_password("Ana@Example.com", "ana@example.com").is_err());
        assert!(check_password("aaaaaaaaaaaa", "ana").is_err());
    }

    #[test]
    fn languages_are_read_back() {
        for language in [Language::En, Language::Ro] {
            assert_eq!(Language::from_word(language.word()), Some(language));
        }
        assert_eq!(Language::from_word("xx"), None);
    }
}
