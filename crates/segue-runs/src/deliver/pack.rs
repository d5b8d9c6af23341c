//! Packing: cutting the rows of a plan into bulk import requests by count and by bytes.
//!
//! Packing is deterministic: the same plan gives the same batches in every process, so a batch is known by its number.

use bytes::Bytes;
use segue_model::{EngineError, MAX_CONTACT_BYTES, RowChunk};
use segue_store::Part;

/// The most contacts that one bulk import takes.
pub const MAX_CONTACTS: usize = 250;
/// The most bytes that one request body may have: 2.5% below the provider's 399,999, whose way of counting is not published.
pub const MAX_BYTES: usize = 390_000;
const _: () = assert!(HEAD.len() + MAX_CONTACT_BYTES + TAIL_WITH_AUTOMATIONS.len() <= MAX_BYTES);

const HEAD: &[u8] = br#"{"contacts":["#;
const TAIL_WITHOUT_AUTOMATIONS: &[u8] = br#"],"exclude_automations":true}"#;
const TAIL_WITH_AUTOMATIONS: &[u8] = br#"],"exclude_automations":false}"#;

/// Rows that travel together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The part of the plan.
    pub part: Part,
    /// The number of the batch within its part.
    pub seq: u64,
    /// The rows.
    pub rows: RowChunk,
}

/// The request body for some of the rows of a chunk, named by their index in it.
#[must_use]
pub fn body(chunk: &RowChunk, rows: &[usize], automations: bool) -> Bytes {
    let tail = if automations { TAIL_WITH_AUTOMATIONS } else { TAIL_WITHOUT_AUTOMATIONS };
    let bytes: usize = rows.iter().map(|&row| chunk.row(row).len() + 1).sum();
    let mut body = Vec::with_capacity(HEAD.len() + bytes + tail.len());
    body.extend_from_slice(HEAD);
    for (index, &row) in rows.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(chunk.row(row));
    }
    body.extend_from_slice(tail);
    Bytes::from(body)
}

/// Cuts rows into batches. `total` is the number of rows that will come.
pub struct Packer<I> {
    chunks: I,
    part: Part,
    total: u64,
    seq: u64,
    packed: u64,
    chunk: RowChunk,
    next: usize,
    /// The bytes of the batch before: the next one is likely to be as long.
    usual_bytes: usize,
}

impl<I: Iterator<Item = Result<RowChunk, EngineError>>> Packer<I> {
    /// A packer of the rows of one part.
    pub fn new(part: Part, total: u64, chunks: I) -> Self {
        Self { chunks, part, total, seq: 0, packed: 0, chunk: RowChunk::default(), next: 0, usual_bytes: 0 }
    }

    /// Makes sure that a row is at hand; false at the end.
    fn fill(&mut self) -> Result<bool, EngineError> {
        while self.next == self.chunk.len() {
            match self.chunks.next() {
                Some(chunk) => (self.chunk, self.next) = (chunk?, 0),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether the batch must end before the row at hand.
    fn is_full(&self, batch: &RowChunk) -> bool {
        let count = batch.len();
        let bytes = HEAD.len() + TAIL_WITH_AUTOMATIONS.len() + batch.json.len() + count;
        let left = self.total.saturating_sub(self.packed + count as u64);
        let leaves_one_alone = left == 2 && count + 1 == MAX_CONTACTS;
        count == MAX_CONTACTS || leaves_one_alone || bytes + self.chunk.row(self.next).len() + 1 > MAX_BYTES
    }

    fn next_batch(&mut self) -> Result<Option<Packed>, EngineError> {
        if !self.fill()? {
            return Ok(None);
        }
        let mut rows = RowChunk {
            first: self.packed,
            actions: Vec::with_capacity(MAX_CONTACTS),
            json: Vec::with_capacity(self.usual_bytes + self.usual_bytes / 16),
            ends: Vec::with_capacity(MAX_CONTACTS),
            since_ms: Vec::with_capacity(MAX_CONTACTS),
        };
        while self.fill()? && (rows.is_empty() || !self.is_full(&rows)) {
            rows.json.extend_from_slice(self.chunk.row(self.next));
            rows.ends.push(rows.json.len());
            rows.actions.push(self.chunk.actions[self.next]);
            rows.since_ms.push(self.chunk.since_ms[self.next]);
            self.next += 1;
        }
        let seq = self.seq;
        self.seq += 1;
        self.usual_bytes = rows.json.len();
        self.packed += rows.len() as u64;
        Ok(Some(Packed { part: self.part, seq, rows }))
    }
}

impl<I: Iterator<Item = Result<RowChunk, EngineError>>> Iterator for Packer<I> {
    type Item = Result<Packed, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().transpose()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segue_model::Action;

    use super::*;

    fn chunk(first: u64, sizes: &[usize]) -> RowChunk {
        let mut chunk = RowChunk { first, ..RowChunk::default() };
        for &size in sizes {
            chunk.json.extend(std::iter::repeat_n(b'x', size));
            chunk.ends.push(chunk.json.len());
            chunk.actions.push(Action::Create);
            chunk.since_ms.push(0);
        }
        chunk
    }

    fn pack(sizes: &[usize], per_chunk: usize) -> Vec<Packed> {
        let chunks = sizes.chunks(per_chunk).map(|sizes| Ok(chunk(0, sizes)));
        Packer::new(Part::Sends, sizes.len() as u64, chunks).collect::<Result<_, _>>().expect("no row fails")
    }

    #[test]
    fn a_last_contact_never_travels_alone() {
        let counts = |rows: usize| pack(&vec![40; rows], 97).iter().map(|b| b.rows.len()).collect::<Vec<_>>();
        assert_eq!(counts(250), [250]);
        assert_eq!(counts(251), [249, 2]);
        assert_eq!(counts(501), [250, 249, 2]);
        assert_eq!(counts(502), [250, 250, 2]);
        assert_eq!(counts(1), [1]);
    }

    #[test]
    fn a_body_is_the_rows_and_nothing_else() {
        let mut rows = RowChunk::default();
        for json in [r#"{"email":"a@example.com"}"#, r#"{"email":"b@example.com"}"#] {
            rows.json.extend_from_slice(json.as_bytes());
            rows.ends.push(rows.json.len());
        }
        let expected = r#"{"contacts":[{"email":"b@example.com"}],"exclude_automations":true}"#;
        assert_eq!(body(&rows, &[1], false), expected);
        assert!(body(&rows, &[0, 1], true).ends_with(br#""exclude_automations":false}"#));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn every_row_is_packed_once_in_order_and_no_batch_passes_a_limit(
            sizes in prop::collection::vec(
                prop_oneof![60 => 30_usize..300, 6 => 1_000_usize..60_000, 1 => 100_000_usize..389_000],
                0..900,
            ),
            per_chunk in 1_usize..400,
        ) {
            let batches = pack(&sizes, per_chunk);
            let packed: Vec<usize> = batches
                .iter()
                .flat_map(|batch| (0..batch.rows.len()).map(|row| batch.rows.row(row).len()))
                .collect();
            prop_assert_eq!(&packed, &sizes);
            let mut first = 0;
            for (number, batch) in batches.iter().enumerate() {
                let all: Vec<usize> = (0..batch.rows.len()).collect();
                prop_assert_eq!(batch.seq, number as u64);
                prop_assert_eq!(batch.rows.first, first);
                prop_assert!(batch.rows.len() <= MAX_CONTACTS);
                prop_assert!(body(&batch.rows, &all, true).len() <= MAX_BYTES);
                first += batch.rows.len() as u64;
            }
            prop_assert_eq!(&batches, &pack(&sizes, per_chunk % 50 + 1), "packing does not depend on chunks");
        }
    }
}
