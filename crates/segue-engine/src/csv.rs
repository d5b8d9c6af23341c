//! CSV: every column is text, so that postcodes and phone numbers keep their zeros.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::csv::ReaderBuilder;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use segue_model::EngineError;

use crate::error::input;
use crate::read::{BATCH, Batches};
use crate::source::{self, unreadable};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
// A header is no longer than this.
const LONGEST_HEADER: u64 = 1 << 20;

/// The columns named by a file's first row, and its delimiter.
pub(crate) fn header(path: &Path) -> Result<(SchemaRef, u8), EngineError> {
    let mut start = Vec::new();
    source::open_text(path)?
        .take(LONGEST_HEADER)
        .read_to_end(&mut start)
        .map_err(|error| unreadable(path, &error))?;
    let row = first_row(&start);
    let name = path.display();
    let Ok(row) = std::str::from_utf8(row) else {
        return input(format!("{name}, row 1: not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8"));
    };
    let delimiter = delimiter(row.as_bytes());
    let names = split(row, char::from(delimiter));
    if names.iter().all(|name| name.is_empty()) {
        return input(format!("{name} has no header: its first row must name the columns"));
    }
    if names.iter().any(|name| name.contains('@') || name.parse::<f64>().is_ok()) {
        return input(format!("{name} has no header: its first row holds data, but must name the columns"));
    }
    for (index, column) in names.iter().enumerate() {
        if !column.is_empty() && names[..index].contains(column) {
            return input(format!("{name} has two columns named \"{column}\": rename or remove one"));
        }
    }
    let fields: Vec<Field> = names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    Ok((Arc::new(Schema::new(fields)), delimiter))
}

/// The first row without its line break; quoted line breaks do not end it.
fn first_row(text: &[u8]) -> &[u8] {
    let mut quoted = false;
    let end = text.iter().position(|&byte| {
        quoted ^= byte == b'"';
        !quoted && matches!(byte, b'\n' | b'\r')
    });
    &text[..end.unwrap_or(text.len())]
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
pub(crate) fn batches(
    path: &Path,
    schema: &SchemaRef,
    delimiter: u8,
    columns: &[usize],
) -> Result<Batches, EngineError> {
    let reader = ReaderBuilder::new(Arc::clone(schema))
        .with_header(true)
        .with_delimiter(delimiter)
        .with_projection(columns.to_vec())
        .with_batch_size(BATCH)
        .build_buffered(source::open_text(path)?);
    let name = path.display().to_string();
    let reader = reader.map_err(|error| explain(&name, &error))?;
    Ok(Box::new(reader.map(move |batch| batch.map_err(|error| explain(&name, &error)))))
}

/// The reader's words name the row; what else they say is a programmer's.
fn explain(name: &str, error: &ArrowError) -> EngineError {
    let words = error.to_string();
    let row = number_after(&words, "for line ");
    let place = row.map_or_else(|| name.to_owned(), |row| format!("{name}, row {row}"));
    EngineError::Input(if words.contains("incorrect number of fields") {
        let (expected, got) = (
            number_after(&words, "expected "),
            number_after(&words, "got ").or_else(|| number_after(&words, "more than ")),
        );
        let counts = match (expected, got) {
            (Some(expected), Some(got)) if words.contains("more than") => {
                format!("more than {got} values where the header names {expected} columns")
            }
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
        assert_eq!(first_row(b"a,\"b\nc\"\r\n1,2"), b"a,\"b\nc\"");
    }
}
