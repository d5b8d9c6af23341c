//! Blank lines: rows to whoever counts them in an editor or a spreadsheet, and nothing to those who read records.

use std::io::{self, BufRead};

use crate::csv::Quotes;

/// Where the blank lines of a text file stand. As good as nothing where there are none.
#[derive(Debug, Default)]
pub(crate) struct Blanks {
    /// The number of a record, from 0 on, and how many blank lines stand before it, wherever there is one right before it.
    before: Vec<(u64, u64)>,
    records: u64,
    lines: u64,
}

impl Blanks {
    /// Those of a CSV file, whose header is record 0. A line break within quotes ends no line.
    pub(crate) fn of_csv(mut reader: impl BufRead, delimiter: u8) -> io::Result<Self> {
        let (mut blanks, mut quotes) = (Self::default(), Quotes::new(delimiter));
        let (mut is_blank, mut after_return) = (true, false);
        loop {
            let bytes = reader.fill_buf()?;
            if bytes.is_empty() {
                return Ok(blanks);
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &bytes[..end.map_or(bytes.len(), |end| end + 1)];
            quotes.follow(part);
            let (used, last) = (part.len(), part.last().copied());
            is_blank &= used == 1 && end.is_some() && !quotes.is_open;
            if end.is_some() && !quotes.is_open {
                // `\r\n` is one end.
                if !(is_blank && after_return && last == Some(b'\n')) {
                    blanks.line(is_blank);
                }
                is_blank = true;
            }
            after_return = is_blank && last == Some(b'\r');
            reader.consume(used);
        }
    }

    /// Those of an NDJSON file.
    pub(crate) fn of_ndjson(mut reader: impl BufRead) -> io::Result<Self> {
        let (mut blanks, mut line) = (Self::default(), Vec::new());
        while reader.read_until(b'\n', &mut line)? > 0 {
            blanks.line(line.trim_ascii().is_empty());
            line.clear();
        }
        Ok(blanks)
    }

    fn line(&mut self, is_blank: bool) {
        if !is_blank {
            self.records += 1;
            return;
        }
        self.lines += 1;
        match self.before.last_mut() {
            Some((record, lines)) if *record == self.records => *lines = self.lines,
            _ => self.before.push((self.records, self.lines)),
        }
    }

    /// How many stand before a record.
    pub(crate) fn before(&self, record: u64) -> u64 {
        let behind = self.before.partition_point(|(first, _)| *first <= record);
        behind.checked_sub(1).map_or(0, |last| self.before[last].1)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn blank_lines_are_counted_however_lines_end() {
        // The header, a value over three lines of which one is blank, and a line of nothing but quotes.
        let text = "a,b\n\n1,2\n\n\n\"3\n\n4\",5\n\"\"\n\n6,7";
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
            for capacity in 1..9 {
                let blanks = Blanks::of_csv(BufReader::with_capacity(capacity, text.as_bytes()), b',');
                let blanks = blanks.unwrap();
                assert_eq!([0, 1, 2, 3, 4].map(|record| blanks.before(record)), [0, 1, 3, 3, 4], "{text:?}");
            }
        }
        let blanks = Blanks::of_ndjson(&b"{}\n \n\r\n{}\n{}\n\n"[..]).unwrap();
        assert_eq!([0, 1, 2].map(|record| blanks.before(record)), [0, 2, 2]);
    }
}
