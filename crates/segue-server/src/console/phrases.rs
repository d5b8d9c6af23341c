//! What the API says in English about one case, said in another language: why a run failed, what is wrong with a field.
//!
//! The API speaks English, and its words stand in runs that ended long ago. So they are recognised by how they are written:
//! `locales/ro/api.txt` holds them as they stand in the code, with places where something is put in.

use std::sync::LazyLock;

/// The phrases in their order: the first that fits is meant.
static ROMANIAN: LazyLock<Vec<Phrase>> =
    LazyLock::new(|| phrases(include_str!("../../locales/ro/api.txt")).map(Phrase::of).collect());

/// Pairs of English and another language.
fn phrases(book: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let blocks = book.split("\n\n").map(str::trim).filter(|block| !block.starts_with('#'));
    blocks.filter_map(|block| block.split_once('\n'))
}

struct Phrase {
    english: Vec<Part>,
    other: Vec<Part>,
}

/// A piece of a phrase: words, or a place by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Words(&'static str),
    Place(&'static str),
}

impl Phrase {
    fn of((english, other): (&'static str, &'static str)) -> Self {
        Self { english: parts(english), other: parts(other) }
    }

    /// What stands in the places of a text that is this phrase.
    fn places<'a>(&self, text: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let mut found: Vec<(&'static str, &'a str)> = Vec::new();
        let mut rest = text;
        let mut waiting = None;
        for part in &self.english {
            match (*part, waiting.take()) {
                (Part::Place(name), _) => waiting = Some(name),
                (Part::Words(words), None) => rest = rest.strip_prefix(words)?,
                (Part::Words(words), Some(name)) => {
                    let (value, after) = rest.split_once(words)?;
                    found.push((name, value));
                    rest = after;
                }
            }
        }
        match waiting {
            Some(name) => found.push((name, rest)),
            None if !rest.is_empty() => return None,
            None => {}
        }
        found.iter().all(|(_, value)| !value.is_empty()).then_some(found)
    }
}

/// `a {b} c` in its pieces.
fn parts(text: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((words, (name, after))) =
        rest.split_once('{').and_then(|(words, after)| Some((words, after.split_once('}')?)))
    {
        parts.extend(Some(Part::Words(words)).filter(|_| !words.is_empty()));
        parts.push(Part::Place(name));
        rest = after;
    }
    parts.extend(Some(Part::Words(rest)).filter(|_| !rest.is_empty()));
    parts
}

/// In Romanian, if the words are known.
pub(crate) fn romanian(text: &str) -> Option<String> {
    let (phrase, places) = ROMANIAN.iter().find_map(|phrase| Some((phrase, phrase.places(text)?)))?;
    let said = phrase.other.iter().map(|part| match *part {
        Part::Words(words) => words.to_owned(),
        Part::Place(name) => {
            let value = places.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
            romanian(value).unwrap_or_else(|| value.to_owned())
        }
    });
    Some(said.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn what_is_known_is_said_with_what_is_put_in() {
        for (english, romanian) in [
            ("must not be empty", Some("nu poate fi gol")),
            ("Ana Pop has cancelled it", Some("anulată de Ana Pop")),
            ("must not be empty at all", None),
            (" has cancelled it", None),
            (
                "the latest refresh of segment \"cluj\" failed: segment \"a\" was removed",
                Some("ultima reîmprospătare a segmentului „cluj” a eșuat: segmentul „a” a fost eliminat"),
            ),
            (
                "12 of 40 contacts would leave the list (30.0%), more than the 10% allowed",
                Some("12 din 40 contacte ar ieși de pe listă (30.0%), mai mult decât cele 10% permise"),
            ),
            ("the character '(' is not allowed", Some("caracterul '(' nu este permis")),
            (
                "Tier: \"steel\" is not among its options (gold, silver)",
                Some("Tier: „steel” nu este printre opțiunile sale (gold, silver)"),
            ),
            ("something new", None),
        ] {
            assert_eq!(super::romanian(english).as_deref(), romanian, "{english}");
        }
    }

    #[test]
    fn phrases_have_the_same_places_in_both_languages_and_are_there_once() {
        let mut known = BTreeSet::new();
        for (english, other) in phrases(include_str!("../../locales/ro/api.txt")) {
            assert!(!other.contains('\n'), "{english}");
            assert!(known.insert(english), "{english} is there twice");
            let places = |text| {
                let places = parts(text).into_iter().filter(|part| matches!(part, Part::Place(_)));
                places.map(|part| format!("{part:?}")).collect::<BTreeSet<_>>()
            };
            assert_eq!(places(english), places(other), "{english}");
        }
        assert!(known.len() > 100);
    }

    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "tests" && name != "locales") {
                sources(&path, text);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                text.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// Words that are said differently in the code would go untranslated without anybody seeing it.
    #[test]
    fn every_phrase_stands_in_the_code() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut code = String::new();
        for name in ["activecampaign", "segue-model", "segue-engine", "segue-runs", "segue-server"] {
            sources(&crates.join(name).join("src"), &mut code);
        }
        // As the compiler reads them: text goes on behind a backslash at the end of a line.
        let mut lines = String::new();
        let mut goes_on = false;
        for line in code.lines() {
            lines.push_str(if goes_on { line.trim_start() } else { line });
            goes_on = line.ends_with('\\');
            if goes_on {
                lines.pop();
            } else {
                lines.push('\n');
            }
        }
        let code = lines.replace("\\\"", "\"");
        for (english, _) in phrases(include_str!("../../locales/ro/api.txt")) {
            for part in parts(english) {
                let Part::Words(words) = part else { continue };
                let is_word = words.chars().filter(|c| c.is_alphabetic()).count() > 2;
                assert!(!is_word || code.contains(words.trim_end_matches([' ', '['])), "{english}: {words}");
            }
        }
    }
}
