//! CSV: every column is text, so that postcodes and phone numbers keep their zeros.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::csv::ReaderBuilder;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use segue_model::EngineError;

use crate::error::input;
use crate::read::{BATCH, Batches, InputFile, read_buffered};
use crate::source::{self, unreadable};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
// A header is no longer than this.
const LONGEST_HEADER: u64 = 1 << 20;

/// The columns named by a file's first row, and its delimiter.
pub(crate) fn header(path: &Path) -> Result<(SchemaRef, u8), EngineError> {
    let mut start = Vec::new();
    let (reader, named) = begin(path)?;
    let number = first_row_number(named);
    reader.take(LONGEST_HEADER).read_to_end(&mut start).map_err(|error| unreadable(path, &error))?;
    let name = path.display();
    let Some(row) = first_row(&start) else { return input(unclosed(&name.to_string(), number)) };
    let Ok(row) = std::str::from_utf8(row) else {
        return input(format!(
            "{name}, row {number}: not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8"
        ));
    };
    let delimiter = named.unwrap_or_else(|| delimiter(row.as_bytes()));
    let names = split(row, char::from(delimiter));
    if names.iter().all(|name| name.is_empty()) {
        return input(format!("{name} has no header: its first row must name the columns"));
    }
    if names.iter().any(|name| name.contains('@') || name.parse::<f64>().is_ok()) {
        return input(format!("{name} has no header: its first row holds data, but must name the columns"));
    }
    let fields: Vec<Field> = names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    Ok((Arc::new(Schema::new(fields)), delimiter))
}

/// Opens a file behind the line in which Excel names the delimiter, as in `sep=;`, and gives that one.
pub(crate) fn begin(path: &Path) -> Result<(BufReader<File>, Option<u8>), EngineError> {
    let mut reader = source::open_text(path)?;
    let start = reader.fill_buf().map_err(|error| unreadable(path, &error))?;
    let (delimiter, bytes) = match start {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r', b'\n', ..] => (Some(*delimiter), 7),
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..] => (Some(*delimiter), 6),
        _ => (None, 0),
    };
    reader.consume(bytes);
    Ok((reader, delimiter))
}

/// The row of the header.
pub(crate) fn first_row_number(named: Option<u8>) -> u64 {
    1 + u64::from(named.is_some())
}

/// The first row without its line break; quoted line breaks do not end it. None if a quote is never closed.
fn first_row(text: &[u8]) -> Option<&[u8]> {
    let mut quoted = false;
    let end = text.iter().position(|&byte| {
        quoted ^= byte == b'"';
        !quoted && matches!(byte, b'\n' | b'\r')
    });
    (!quoted).then(|| &text[..end.unwrap_or(text.len())])
}

/// The delimiter that parts the header most often; a comma if none does.
fn delimiter(row: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        row.iter()
            .filter(|&&byte| {
                quoted ^= byte == b'"';
                !quoted && byte == delimiter
            })
            .count()
    };
    let mut best = DELIMITERS[0];
    for delimiter in DELIMITERS {
        if count(delimiter) > count(best) {
            best = delimiter;
        }
    }
    best
}

fn split(row: &str, delimiter: char) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut quoted = false;
    let mut characters = row.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // A doubled quote inside quotes is one quote.
            '"' if quoted && characters.next_if_eq(&'"').is_some() => name.push('"'),
            '"' => quoted = !quoted,
            _ if character == delimiter && !quoted => names.push(std::mem::take(&mut name)),
            _ => name.push(character),
        }
    }
    names.push(name);
    names
}

/// Reads the columns at these positions.
pub(crate) fn batches(file: &InputFile, columns: &[usize]) -> Result<Batches, EngineError> {
    let reader = ReaderBuilder::new(Arc::clone(&file.schema))
        .with_header(true)
        .with_delimiter(file.delimiter())
        .with_projection(columns.to_vec())
        .with_batch_size(BATCH)
        .build_buffered(open(&file.path, file.delimiter())?);
    let file = file.clone();
    let explain = move |error: ArrowError| match error {
        ArrowError::IoError(_, error) => broken(&file.path, file.delimiter(), &error),
        other => explain(&file, &other),
    };
    let reader = reader.map_err(&explain)?;
    Ok(Box::new(reader.map(move |batch| batch.map_err(&explain))))
}

/// Opens a file whose end is an error if it lies within quotes: a reader would take all rows behind such a quote for one
/// long value.
pub(crate) fn open(path: &Path, delimiter: u8) -> Result<impl BufRead + use<>, EngineError> {
    Ok(Closed { reader: begin(path)?.0, quotes: Quotes::new(delimiter) })
}

/// Why a file that was opened so cannot be read to its end.
pub(crate) fn broken(path: &Path, delimiter: u8, error: &io::Error) -> EngineError {
    if error.kind() == ErrorKind::UnexpectedEof {
        EngineError::Input(unclosed(&path.display().to_string(), row_of_last_quote(path, delimiter)))
    } else {
        unreadable(path, error)
    }
}

fn unclosed(name: &str, row: u64) -> String {
    format!(
        "{name}, row {row}: a quote is opened and never closed: close it, or check whether the file is cut off"
    )
}

/// A file that does not end within quotes.
struct Closed<R> {
    reader: R,
    quotes: Quotes,
}

impl<R: BufRead> Read for Closed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, out)
    }
}

impl<R: BufRead> BufRead for Closed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.reader.fill_buf()?;
        if bytes.is_empty() && self.quotes.is_open { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
    }

    fn consume(&mut self, amount: usize) {
        // What was filled before is still there.
        if let Ok(bytes) = self.reader.fill_buf() {
            self.quotes.follow(&bytes[..amount.min(bytes.len())]);
        }
        self.reader.consume(amount);
    }
}

/// Follows quotes as the reader does: one at the beginning of a value opens, the next one closes, a doubled one is text.
pub(crate) struct Quotes {
    delimiter: u8,
    pub(crate) is_open: bool,
    /// Whether the byte before has closed.
    has_closed: bool,
    before: u8,
}

impl Quotes {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self { delimiter, is_open: false, has_closed: false, before: b'\n' }
    }

    pub(crate) fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let mut rest = bytes;
            // Reading from memory does not fail, and looks for the byte much faster than a loop.
            let passed = &bytes[..rest.skip_until(b'"').unwrap_or(bytes.len())];
            bytes = rest;
            let (text, is_quote) = match passed {
                [text @ .., b'"'] => (text, true),
                text => (text, false),
            };
            if let Some(&last) = text.last() {
                (self.before, self.has_closed) = (last, false);
            }
            if is_quote {
                let opens =
                    self.has_closed || self.before == self.delimiter || matches!(self.before, b'\n' | b'\r');
                self.has_closed = self.is_open;
                self.is_open = !self.is_open && opens;
                self.before = b'"';
            }
        }
    }
}

/// The row in which the last quote was opened, for a message.
fn row_of_last_quote(path: &Path, delimiter: u8) -> u64 {
    let Ok((reader, named)) = begin(path) else { return 1 };
    let first = first_row_number(named);
    let (mut quotes, mut row, mut opened) = (Quotes::new(delimiter), first, first);
    for byte in reader.bytes().map_while(Result::ok) {
        let was_open = quotes.is_open;
        quotes.follow(&[byte]);
        if quotes.is_open && !was_open {
            opened = row;
        }
        row += u64::from(byte == b'\n' && !quotes.is_open);
    }
    opened
}

/// The reader's words name the record, the header being the first; what else they say is a programmer's.
fn explain(file: &InputFile, error: &ArrowError) -> EngineError {
    let (name, words) = (file.path.display(), error.to_string());
    let index = number_after(&words, "for line ").and_then(|record| record.checked_sub(2));
    let place = match index {
        Some(index) => format!("{name}, row {}", file.row_number(index)),
        None => name.to_string(),
    };
    EngineError::Input(if words.contains("incorrect number of fields") {
        let (expected, got) = (
            number_after(&words, "expected "),
            number_after(&words, "got ").or_else(|| number_after(&words, "more than ")),
        );
        let counts = match (expected, got) {
            (Some(expected), Some(got)) if words.contains("more than") => {
                format!("more than {got} values where the header names {expected} columns")
            }
            (Some(expected), Some(1)) => format!("1 value where the header names {expected} columns"),
            (Some(expected), Some(got)) => format!("{got} values where the header names {expected} columns"),
            _ => "another number of values than the header names columns".to_owned(),
        };
        format!(
            "{place}: {counts}: put quotes around values that hold the delimiter, or check whether the file is cut off"
        )
    } else if words.contains("UTF-8") || words.contains("UTF8") {
        format!("{place}: not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8")
    } else {
        format!("{place}: cannot be read as CSV")
    })
}

fn number_after(words: &str, before: &str) -> Option<u64> {
    let rest = &words[words.find(before)? + before.len()..];
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found_outside_quotes() {
        for (row, expected) in [
            ("a,b", b','),
            ("a;b;c", b';'),
            ("a\tb", b'\t'),
            ("a|b", b'|'),
            ("\"a,b,c\";d", b';'),
            ("a", b','),
        ] {
            assert_eq!(delimiter(row.as_bytes()), expected, "{row}");
        }
    }

    #[test]
    fn headers_are_split_like_rows() {
        assert_eq!(split("a,\"b,c\",\"d \"\"e\"\"\",", ','), ["a", "b,c", "d \"e\"", ""]);
        assert_eq!(first_row(b"a,\"b\nc\"\r\n1,2"), Some(&b"a,\"b\nc\""[..]));
        assert_eq!(first_row(b"a,\"b\nc"), None);
    }

    #[test]
    fn quotes_are_followed_however_the_bytes_come() {
        for (text, is_open) in [
            ("a,b\n1,\"2\n3\"\n", false),
            ("a,b\n1,\"2\n3\n", true),
            ("a,b\n1,\"say \"\"hi\"\"\"\n", false),
            ("a,b\n1,\"say \"\"\n", true),
            ("a,b\n13\" wide,2\n\"x\"y\"z,3\n", false),
            ("\"a", true),
        ] {
            for step in 1..text.len() {
                let mut quotes = Quotes::new(b',');
                text.as_bytes().chunks(step).for_each(|bytes| quotes.follow(bytes));
                assert_eq!(quotes.is_open, is_open, "{text} by {step}");
            }
        }
    }
}
