//! What is wrong with a definition, and where.

use std::fmt;

/// A place in a definition, as a JSON Pointer (RFC 6901).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// The place of a key or index below this one.
    #[must_use]
    pub fn at(&self, step: impl fmt::Display) -> Self {
        let step = step.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{step}", self.0))
    }

    /// This place, seen from where the document itself stands at `root`.
    #[must_use]
    pub fn below(&self, root: &Self) -> Self {
        Self(format!("{}{}", root.0, self.0))
    }

    /// The pointer as text; empty for the whole definition.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

/// One mistake in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: Pointer,
    /// What is wrong and what to do.
    pub words: String,
    /// Whether the definition can be used all the same.
    pub is_warning: bool,
}

impl Fault {
    /// A mistake that must be mended.
    #[must_use]
    pub fn error(at: &Pointer, words: impl Into<String>) -> Self {
        Self { at: at.clone(), words: words.into(), is_warning: false }
    }

    /// Something that is probably not meant.
    #[must_use]
    pub fn warning(at: &Pointer, words: impl Into<String>) -> Self {
        Self { at: at.clone(), words: words.into(), is_warning: true }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_warning { "warning: " } else { "" };
        write!(f, "{}: {kind}{}", self.at, self.words)
    }
}

/// Faults as they are found. Of a list of a hundred thousand wrong values nobody wants to read them all.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    errors: usize,
    warnings: usize,
}

impl Faults {
    /// How many of each kind are kept.
    const MOST: usize = 100;

    pub(super) fn push(&mut self, fault: Fault) {
        let count = if fault.is_warning { &mut self.warnings } else { &mut self.errors };
        *count += 1;
        if *count <= Self::MOST {
            self.found.push(fault);
        }
    }

    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    pub(super) fn finish(mut self) -> Vec<Fault> {
        if self.errors > Self::MOST {
            let words = format!("there are {} mistakes more than are told here", self.errors - Self::MOST);
            self.found.push(Fault::error(&Pointer::default(), words));
        }
        self.found
    }
}

/// A text for a message: in quotes, and not longer than is of use.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        None => format!("\"{text}\""),
        Some((end, _)) => format!("\"{}…\"", &text[..end]),
    }
}

/// The known word that a wrong one was probably meant to be.
pub(super) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // No slip of the keyboard makes a word this long.
    const LONGEST: usize = 100;
    if wrong.len() > LONGEST {
        return None;
    }
    let wrong = wrong.trim().to_lowercase();
    let length = wrong.chars().count();
    let furthest = length / 3 + 1;
    let near = known.into_iter().filter(|word| word.chars().count().abs_diff(length) <= furthest);
    let scored = near.map(|word| (distance(&wrong, &word.to_lowercase()), word));
    scored
        .filter(|(distance, _)| *distance <= furthest)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// `; did you mean "…"?` or the list of what is known.
#[must_use]
pub fn suggestion<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(word) = nearest(wrong, known.clone()) {
        return format!("; did you mean \"{word}\"?");
    }
    let mut all: Vec<&str> = known.into_iter().take(31).collect();
    if all.is_empty() {
        return String::new();
    }
    let more = if all.len() > 30 { all.pop().map_or("", |_| ", …") } else { "" };
    format!("; there is: {}{more}", all.join(", "))
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(ca != cb)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_those_of_the_rfc() {
        let place = Pointer::default().at("rules").at(0).at("a/b~c");
        assert_eq!(place.as_str(), "/rules/0/a~1b~0c");
        assert_eq!(place.below(&Pointer::default().at("definition")).as_str(), "/definition/rules/0/a~1b~0c");
    }

    #[test]
    fn a_slip_is_guessed_and_nonsense_is_not() {
        assert_eq!(nearest("contians", ["is", "contains", "starts_with"]), Some("contains"));
        assert_eq!(nearest("country", ["Country", "City"]), Some("Country"));
        assert_eq!(nearest("colour", ["is", "contains"]), None);
        assert_eq!(nearest(&"a".repeat(1_000_000), ["a"]), None);
    }

    #[test]
    fn many_warnings_hide_no_error() {
        let mut faults = Faults::default();
        for _ in 0..1000 {
            faults.push(Fault::warning(&Pointer::default(), "odd"));
        }
        faults.push(Fault::error(&Pointer::default(), "wrong"));
        assert_eq!(faults.finish().last().map(|fault| fault.words.as_str()), Some("wrong"));
    }
}
