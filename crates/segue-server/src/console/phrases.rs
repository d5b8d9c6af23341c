//! What the API says in English about one case, said in another language: why a run failed, what is wrong with a field.
//!
//! The API speaks English, and its words stand in runs that ended long ago. So they are recognised by how they are written:
//! `locales/ro/api.txt` and `definitions.txt` hold them as they stand in the code, with places where something is put in.

use std::sync::LazyLock;

const BOOK: &str = concat!(
    include_str!("../../locales/ro/definitions.txt"),
    "\n\n",
    include_str!("../../locales/ro/api.txt")
);

/// The phrases in their order: the first that fits is meant.
static ROMANIAN: LazyLock<Vec<Phrase>> = LazyLock::new(|| phrases(BOOK).map(Phrase::of).collect());

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

    /// Whether a place stands in quotes.
    fn is_quoted(&self, name: &str) -> bool {
        self.english.windows(2).any(|pair| match pair {
            [Part::Words(words), Part::Place(place)] => *place == name && words.ends_with('"'),
            _ => false,
        })
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

/// In Romanian, if the words are known. A hint may stand behind anything, as in `…; did you mean "Cluj"?`.
pub(crate) fn romanian(text: &str) -> Option<String> {
    let mut hints = text.rmatch_indices("; ").map(|(at, _)| text.split_at(at));
    let with_hint = hints.find_map(|(head, hint)| {
        let hint = alone(hint)?;
        Some(romanian(head)? + &hint)
    });
    with_hint.or_else(|| alone(text))
}

fn alone(text: &str) -> Option<String> {
    let (phrase, places) = ROMANIAN.iter().find_map(|phrase| Some((phrase, phrase.places(text)?)))?;
    let said = phrase.other.iter().map(|part| match *part {
        Part::Words(words) => words.to_owned(),
        Part::Place(name) => {
            let value = places.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
            // What stands in quotes is a name or what somebody has typed.
            let is_quoted = phrase.is_quoted(name);
            Some(value).filter(|_| !is_quoted).and_then(romanian).unwrap_or_else(|| value.to_owned())
        }
    });
    Some(said.collect())
}

#[cfg(test)]
mod tests;
