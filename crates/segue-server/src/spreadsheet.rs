//! CSV that people open in a spreadsheet, which runs what begins like a formula. Names and addresses are what others typed.

use std::borrow::Cow;
use std::fs::File;
use std::io;

use csv::{Reader, ReaderBuilder, StringRecord, WriterBuilder};
use futures::{Stream, stream};

/// Bytes that are made at a time, about.
const CHUNK: usize = 64 * 1024;

/// A cell with an apostrophe before it, if a spreadsheet would take it for a formula. A telephone or any other number with its
/// sign stays as it is: it computes nothing, and is read back as it was.
pub(crate) fn disarmed(cell: &str) -> Cow<'_, str> {
    let is_number = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || " .,()/-".contains(c));
    let runs = match cell.chars().next() {
        Some('+' | '-') => !is_number(&cell[1..]),
        first => matches!(first, Some('=' | '@' | '\t' | '\r')),
    };
    if runs { format!("'{cell}").into() } else { cell.into() }
}

/// A record of which no spreadsheet runs a cell.
pub(crate) fn disarm(record: &StringRecord) -> StringRecord {
    record.iter().map(disarmed).collect()
}

/// A file of CSV, every cell of it disarmed, as the body of an answer.
pub(crate) fn disarmed_file(file: File) -> impl Stream<Item = io::Result<Vec<u8>>> {
    rewritten_file(file, disarm)
}

/// A file of CSV, every record of it written anew, as the body of an answer.
pub(crate) fn rewritten_file(
    file: File,
    rewrite: impl Fn(&StringRecord) -> StringRecord + Send + 'static,
) -> impl Stream<Item = io::Result<Vec<u8>>> {
    let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    stream::try_unfold((reader, rewrite), async |(mut reader, rewrite)| {
        let read = tokio::task::spawn_blocking(move || (chunk(&mut reader, &rewrite), (reader, rewrite)));
        let (chunk, rest) = read.await.map_err(io::Error::other)?;
        Ok(Some((chunk?, rest)).filter(|(chunk, _)| !chunk.is_empty()))
    })
}

fn chunk(
    reader: &mut Reader<File>,
    rewrite: &impl Fn(&StringRecord) -> StringRecord,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut record = StringRecord::new();
    while writer.get_ref().len() < CHUNK && reader.read_record(&mut record)? {
        writer.write_record(&rewrite(&record))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()).into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures::TryStreamExt;

    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_a_number_with_its_sign_stays() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("@a", "'@a"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("+ana@example.com", "'+ana@example.com"),
            ("+40 (721) 000-000", "+40 (721) 000-000"),
            ("-12.50", "-12.50"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(disarmed(cell), expected);
        }
    }

    #[tokio::test]
    async fn a_file_is_the_same_but_for_its_formulas() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let mut file = File::create(&path).unwrap();
        let rows = 20_000;
        writeln!(file, "name,note").unwrap();
        for row in 0..rows {
            writeln!(file, "=n{row},\"a, \"\"b\"\"\nc\"").unwrap();
        }
        let written = disarmed_file(File::open(&path).unwrap());
        let chunks: Vec<Vec<u8>> = written.try_collect().await.unwrap();
        assert!(chunks.len() > 1);
        let text = String::from_utf8(chunks.concat()).unwrap();
        let before = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.replace("'=n", "=n"), before);
        assert_eq!(text.matches("'=n").count(), rows);
    }
}
