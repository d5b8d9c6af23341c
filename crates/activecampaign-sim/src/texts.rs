//! The texts of a contact in one piece of memory. An account holds millions of contacts, and memory that is touched for the
//! first time costs more than what is written to it.

/// Texts under numbers, in the order in which they came: each as its number, its length and its bytes.
#[derive(Debug, Default)]
pub(crate) struct Texts(Box<[u8]>);

impl Texts {
    /// The text under a number; empty if there is none.
    pub(crate) fn get(&self, number: u32) -> &str {
        self.entries().find(|(other, _)| *other == number).map_or("", |(_, text)| as_text(text))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.entries().map(|(number, text)| (number, as_text(text)))
    }

    fn entries(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let mut left = &*self.0;
        std::iter::from_fn(move || {
            let (number, length) = (take(&mut left)?, take(&mut left)?);
            let (text, rest) = left.split_at_checked(length as usize)?;
            left = rest;
            Some((number, text))
        })
    }

    /// Sets texts; of several under one number the last.
    pub(crate) fn set(&mut self, given: &[(u32, &str)]) {
        let room: usize = given
            .iter()
            .map(|(number, text)| width(*number) + width(length(text.as_bytes())) + text.len())
            .sum();
        let mut texts = Vec::with_capacity(self.0.len() + room);
        for (number, old) in self.entries() {
            let new = given.iter().rfind(|(other, _)| *other == number);
            put(&mut texts, number, new.map_or(old, |(_, text)| text.as_bytes()));
        }
        for (index, (number, text)) in given.iter().enumerate() {
            let is_last = given[index + 1..].iter().all(|(other, _)| other != number);
            if is_last && self.entries().all(|(known, _)| known != *number) {
                put(&mut texts, *number, text.as_bytes());
            }
        }
        self.0 = texts.into_boxed_slice();
    }
}

// What was put in as text is text.
fn as_text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

// A request is shorter than 4 GiB.
fn length(text: &[u8]) -> u32 {
    u32::try_from(text.len()).unwrap_or_default()
}

/// How many bytes a number takes.
fn width(value: u32) -> usize {
    value.checked_ilog2().unwrap_or(0) as usize / 7 + 1
}

fn put(texts: &mut Vec<u8>, number: u32, text: &[u8]) {
    for mut value in [number, length(text)] {
        while value >= 0x80 {
            texts.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        texts.push(value as u8);
    }
    texts.extend_from_slice(text);
}

/// A number, seven bits a byte, the lowest first.
fn take(bytes: &mut &[u8]) -> Option<u32> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes.split_off_first()?;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_was_set_last_and_keep_their_places() {
        let long = "ü".repeat(200);
        let mut texts = Texts::default();
        texts.set(&[(0, "ann@example.com"), (300, &long), (7, "first"), (7, "second")]);
        assert_eq!(texts.get(1), "");
        texts.set(&[(2, "Müller"), (300, ""), (0, "bob@example.com")]);
        let all: Vec<(u32, &str)> = texts.iter().collect();
        assert_eq!(all, [(0, "bob@example.com"), (300, ""), (7, "second"), (2, "Müller")]);
        texts.set(&[(300, &long)]);
        assert_eq!((texts.get(300), texts.get(7)), (long.as_str(), "second"));
    }
}
