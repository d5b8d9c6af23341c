//! E-mail addresses: how they are folded to one key and what is certainly refused by the provider.
//!
//! The rules are the provider's own for bulk imports, not RFC 5322: what passes here may still be refused later (an
//! apostrophe is legal and is sent), what fails here would refuse the 249 contacts that travel with it.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

/// The longest address that is sent, in bytes. An SMTP path holds no more (RFC 5321, 4.5.3.1.3).
pub const MAX_BYTES: usize = 254;

/// Trims white space and control characters at both ends and folds to lower case: the form that is compared and sent.
///
/// Neither `+tags` nor dots are touched: they are different mailboxes to the provider.
///
/// ```
/// assert_eq!(segue_model::email::fold("  Ann.Lee+x@Example.COM\t"), "ann.lee+x@example.com");
/// ```
#[must_use]
pub fn fold(raw: &str) -> Cow<'_, str> {
    let is_clean = |end: Option<&u8>| end.is_some_and(u8::is_ascii_graphic);
    let trimmed = if is_clean(raw.as_bytes().first()) && is_clean(raw.as_bytes().last()) {
        raw
    } else {
        raw.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c))
    };
    if trimmed.is_ascii() {
        if trimmed.bytes().any(|b| b.is_ascii_uppercase()) {
            return Cow::Owned(trimmed.to_ascii_lowercase());
        }
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(trimmed.to_lowercase())
}

// Spreadsheets and web forms leave zero-width characters and byte order marks around addresses.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// The 64-bit hash by which plans and ledgers are sorted. Equal hashes are told apart by the address itself.
#[must_use]
pub fn hash(folded: &str) -> u64 {
    xxh3_64(folded.as_bytes())
}

/// Why an address would be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no `@`.
    #[error("there is no @")]
    NoAt,
    /// Nothing stands before the `@`.
    #[error("nothing stands before the @")]
    EmptyLocalPart,
    /// A character that the provider does not take.
    #[error("the character {0:?} is not allowed")]
    Character(char),
    /// The part after the `@` has no dot, or an empty label.
    #[error("the domain is incomplete")]
    Domain,
    /// What follows the last dot is not at least two letters.
    #[error("the domain does not end in two letters or more")]
    TopLevel,
    /// Longer than [`MAX_BYTES`].
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
}

/// Checks a folded address by the provider's rules for bulk imports.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(folded: &str) -> Result<(), Fault> {
    if folded.len() > MAX_BYTES {
        return Err(Fault::TooLong);
    }
    let (local, domain) = folded.rsplit_once('@').ok_or(Fault::NoAt)?;
    if local.is_empty() {
        return Err(Fault::EmptyLocalPart);
    }
    if is_usual(local, domain) {
        return Ok(());
    }
    if let Some(bad) = local.chars().find(|&c| is_refused(c)) {
        return Err(Fault::Character(bad));
    }
    check_domain(domain)
}

/// What nearly every address is like. The rules below would let it pass, only more slowly.
fn is_usual(local: &str, domain: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let is_local =
        |byte: u8| is_letter(byte) || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-' | b'+');
    let Some((rest, top)) = domain.rsplit_once('.') else { return false };
    let is_label = |label: &[u8]| {
        !label.is_empty() && label.iter().all(|&byte| is_letter(byte) || byte.is_ascii_digit())
    };
    local.bytes().all(is_local)
        && top.len() >= 2
        && top.bytes().all(is_letter)
        && rest.as_bytes().split(|&byte| byte == b'.').all(is_label)
}

fn is_refused(c: char) -> bool {
    matches!(c, '"' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '@' | '[' | '\\' | ']')
        || c.is_whitespace()
        || c.is_control()
        || is_invisible(c)
}

fn check_domain(domain: &str) -> Result<(), Fault> {
    // Letters beyond ASCII pass: the provider takes internationalised domains or says later that it does not.
    if let Some(bad) = domain.chars().find(|&c| !(c.is_alphanumeric() || matches!(c, '.' | '-'))) {
        return Err(if is_refused(bad) { Fault::Character(bad) } else { Fault::Domain });
    }
    let (rest, top) = domain.rsplit_once('.').ok_or(Fault::Domain)?;
    if rest.split('.').any(|label| label.is_empty() || label.starts_with('-') || label.ends_with('-')) {
        return Err(Fault::Domain);
    }
    let is_punycode = top.starts_with("xn--") && top.len() > 4;
    if is_punycode || (top.chars().count() >= 2 && top.chars().all(char::is_alphabetic)) {
        Ok(())
    } else {
        Err(Fault::TopLevel)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn provider_rules() {
        let table: &[(&str, Result<(), Fault>)] = &[
            ("ann@example.com", Ok(())),
            ("o'brien@example.com", Ok(())),
            ("ann+tag@sub.example.museum", Ok(())),
            ("ann@exämple.de", Ok(())),
            ("ann@example.xn--p1ai", Ok(())),
            ("info@example.com", Ok(())),
            ("ann", Err(Fault::NoAt)),
            ("", Err(Fault::NoAt)),
            ("@example.com", Err(Fault::EmptyLocalPart)),
            ("a b@example.com", Err(Fault::Character(' '))),
            ("a@b@example.com", Err(Fault::Character('@'))),
            ("\"a\"@example.com", Err(Fault::Character('"'))),
            ("ann@example", Err(Fault::Domain)),
            ("ann@.com", Err(Fault::Domain)),
            ("ann@exa_mple.com", Err(Fault::Domain)),
            ("ann@example..com", Err(Fault::Domain)),
            ("ann@-example.com", Err(Fault::Domain)),
            ("ann@example.c", Err(Fault::TopLevel)),
            ("ann@example.c0m", Err(Fault::TopLevel)),
            ("ann@10.0.0.1", Err(Fault::TopLevel)),
            ("ann@example.", Err(Fault::TopLevel)),
        ];
        for (address, expected) in table {
            assert_eq!(check(address), *expected, "{address:?}");
        }
        assert_eq!(check(&format!("{}@example.com", "a".repeat(243))), Err(Fault::TooLong));
    }

    #[test]
    fn folding_keeps_what_tells_mailboxes_apart() {
        assert_eq!(fold("\u{feff}Ann@Example.com\u{200b}"), "ann@example.com");
        assert_eq!(fold("ÄNN@Example.com"), "änn@example.com");
        assert_eq!(fold("a.nn+x@example.com"), "a.nn+x@example.com");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(raw in "\\PC{0,40}") {
            let once = fold(&raw).into_owned();
            prop_assert_eq!(fold(&once).into_owned(), once.clone());
        }

        #[test]
        fn nothing_that_passes_holds_a_refused_character(raw in "[a-zA-Z0-9\"(),:;<>@\\[\\]\\\\ .'+-]{1,30}@[a-z.@ ]{1,10}") {
            let folded = fold(&raw);
            if check(&folded).is_ok() {
                prop_assert_eq!(folded.matches('@').count(), 1);
                prop_assert!(!folded.chars().any(|c| "\"(),:;<>[\\] ".contains(c)));
            }
        }
    }
}
