//! What a form was made of, so that whoever saves too late is shown what somebody else has changed, beside what was typed.

use std::fmt::Display;

use sha2::{Digest, Sha256};

use super::form::Form;
use super::words::Words;
use crate::secret::hexadecimal;

/// The most that is shown of one value, in characters.
const SHOWN: usize = 2_000;

/// The fields of an object as people call them, and what they hold in words.
#[derive(Debug, Default)]
pub(crate) struct Held(Vec<(String, String)>);

impl Held {
    pub(crate) fn with(mut self, field: impl Display, value: impl Display) -> Self {
        // Browsers end lines in their own way.
        let value = value.to_string().replace("\r\n", "\n");
        self.0.push((field.to_string(), value.trim().to_owned()));
        self
    }

    /// The same for a box that is ticked or not.
    pub(crate) fn with_box(self, w: Words, field: impl Display, is_on: bool) -> Self {
        self.with(field, w.say(if is_on { "yes" } else { "no" }))
    }

    fn marks(&self) -> String {
        self.0.iter().map(mark).collect::<Vec<_>>().join(" ")
    }

    fn value(&self, field: &str) -> &str {
        self.0.iter().find(|(known, _)| known == field).map_or("", |(_, value)| value)
    }
}

/// By which a field is known again that still holds the same.
fn mark((field, value): &(String, String)) -> String {
    let hash = Sha256::new().chain_update(field).chain_update([0_u8]).chain_update(value).finalize();
    hexadecimal(&hash[..6])
}

/// A field that somebody else has changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Theirs {
    pub(crate) field: String,
    pub(crate) now: String,
    pub(crate) typed: String,
}

/// What a form was made of, which it sends along.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) version: i64,
    /// A mark of each field as it was.
    pub(crate) marks: String,
    /// What is otherwise since then than it was, and than it was typed.
    pub(crate) theirs: Vec<Theirs>,
    held: Held,
}

impl Seen {
    /// Of an object as it stands now.
    pub(crate) fn now(version: i64, held: Held) -> Self {
        Self { version, marks: held.marks(), theirs: Vec::new(), held }
    }

    /// Of what was typed over an object as it was then. Only who has been shown what it is now may save over that.
    pub(crate) fn typed(form: &Form, held: Held) -> Self {
        let version = form.text("version").parse().unwrap_or_default();
        Self { version, marks: form.text("seen").to_owned(), theirs: Vec::new(), held }
    }

    /// Of what was typed, or else of an object as it stands now.
    pub(crate) fn of(typed: Option<&Form>, version: i64, held: Held) -> Self {
        match typed {
            Some(form) => Self::typed(form, held),
            None => Self::now(version, held),
        }
    }

    /// Of an object as it stands now, with what is otherwise than when this was typed.
    pub(crate) fn beside(self, typed: &Self) -> Self {
        let known: Vec<&str> = typed.marks.split(' ').collect();
        let changed = self.held.0.iter().filter(|field| !known.contains(&mark(field).as_str()));
        let theirs = changed.filter(|(field, now)| typed.held.value(field) != now).map(|(field, now)| {
            Theirs { field: field.clone(), now: shown(now), typed: shown(typed.held.value(field)) }
        });
        Self { theirs: theirs.collect(), ..self }
    }
}

/// The beginning of what is very long.
fn shown(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &value[..end]),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(name: &str, city: &str, note: &str) -> Held {
        Held::default().with("Name", name).with("City", city).with("Note", note)
    }

    fn found(now: Held, typed: Held) -> Vec<(String, String, String)> {
        let marks = held("Ana", "Cluj", "a\nb").marks();
        let form = Form::from_iter([("version".to_owned(), "3".to_owned()), ("seen".to_owned(), marks)]);
        let seen = Seen::now(4, now).beside(&Seen::typed(&form, typed));
        assert_eq!(seen.version, 4);
        seen.theirs.into_iter().map(|it| (it.field, it.now, it.typed)).collect()
    }

    #[test]
    fn only_what_somebody_else_has_changed_is_told() {
        let theirs =
            |field: &str, now: &str, typed: &str| (field.to_owned(), now.to_owned(), typed.to_owned());
        // Mine alone, written with a browser's ends of lines.
        assert_eq!(found(held("Ana", "Cluj", "a\nb"), held("Ion", "Cluj", "a\r\nb\r\n")), []);
        // Theirs alone, and both.
        assert_eq!(
            found(held("Ana", "Iasi", "a\nb"), held("Ion", "Cluj", "a\nb")),
            [theirs("City", "Iasi", "Cluj")]
        );
        assert_eq!(
            found(held("Eva", "Iasi", ""), held("Ion", "Iasi", "c")),
            [theirs("Name", "Eva", "Ion"), theirs("Note", "", "c")]
        );
    }

    #[test]
    fn of_what_is_very_long_the_beginning_is_shown() {
        let long = "ă".repeat(SHOWN + 1);
        let (_, now, typed) = found(held("Ana", "Cluj", &long), held("Ana", "Cluj", "a\nb")).remove(0);
        assert_eq!((now.chars().count(), typed.as_str()), (SHOWN + 2, "a\nb"));
    }

    #[test]
    fn a_form_that_is_shown_again_keeps_what_it_was_made_of() {
        let form = Form::of(b"version=3&seen=abc+def");
        let seen = Seen::typed(&form, Held::default());
        assert_eq!((seen.version, seen.marks.as_str()), (3, "abc def"));
    }
}
