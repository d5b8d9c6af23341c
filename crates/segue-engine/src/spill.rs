//! Candidates on their way to the plan: parted by hash into files small enough to be sorted in memory one by one.
//!
//! Where most of a file is sent it stays: what is delivered is then read from where it was written first.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{Scope, ScopedJoinHandle};

use segue_model::EngineError;

use crate::closing::Closing;
use crate::error::OnFile;

/// What is read at once, about.
pub(crate) const PARTITION_BYTES: u64 = 4 << 20;
/// Each is an open file, and shells allow 1024 by default.
pub(crate) const MOST_PARTITIONS: u16 = 256;
const BUFFER: usize = 1 << 14;
// What the disk is given to write while more is added.
const EARLY_BYTES: usize = 1 << 20;
// hash, row, payload, lengths of e-mail, profile and JSON, kind
const HEADER: usize = 8 + 8 + 16 + 2 + 4 + 4 + 1;
const JSON_BEFORE_EMAIL: usize = br#"{"email":""#.len();

/// A member with an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) hash: u64,
    /// The number of the row within the whole source.
    pub(crate) row: u64,
    pub(crate) payload: u128,
    /// False for a member that cannot be sent but has not left either.
    pub(crate) is_sendable: bool,
    /// Its key; empty if it is known by its row.
    pub(crate) profile: &'a str,
    pub(crate) email_bytes: u16,
    /// Begins with the address, which needs no escapes: valid ones hold neither quotes nor backslashes.
    pub(crate) json: &'a [u8],
}

/// Where the JSON of a contact stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number of the file.
    pub(crate) file: u16,
    pub(crate) offset: u64,
    pub(crate) bytes: u32,
}

/// The file of that number in a plan's folder of contacts.
pub(crate) fn file(contacts: &Path, number: u16) -> PathBuf {
    contacts.join(format!("{number:03}"))
}

impl Record<'_> {
    pub(crate) fn email(&self) -> &[u8] {
        &self.json[JSON_BEFORE_EMAIL..JSON_BEFORE_EMAIL + usize::from(self.email_bytes)]
    }
}

/// Receives records.
pub(crate) struct Spill {
    files: Vec<Filling>,
    shift: u32,
    early: Option<Closing>,
}

struct Filling {
    path: PathBuf,
    file: BufWriter<File>,
    /// Written since the disk was given something.
    waiting: usize,
}

impl Spill {
    /// A spill into the folder `contacts` for about `bytes` of records. With `early`, files are expected to stay, and are
    /// brought to the disk as they grow.
    pub(crate) fn create(contacts: &Path, bytes: u64, early: Option<Closing>) -> Result<Self, EngineError> {
        let partitions = (bytes / PARTITION_BYTES).clamp(2, u64::from(MOST_PARTITIONS)).next_power_of_two();
        let files = (0..MOST_PARTITIONS).take_while(|number| u64::from(*number) < partitions).map(|number| {
            let path = file(contacts, number);
            let file = File::create(&path).on("write", &path)?;
            Ok(Filling { path, file: BufWriter::with_capacity(BUFFER, file), waiting: 0 })
        });
        Ok(Self {
            files: files.collect::<Result<_, EngineError>>()?,
            shift: 64 - partitions.trailing_zeros(),
            early,
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "a contact and a profile key are far below 4 GiB")]
    pub(crate) fn push(&mut self, record: &Record) -> Result<(), EngineError> {
        let Filling { path, file, waiting } = &mut self.files[(record.hash >> self.shift) as usize];
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(&record.hash.to_le_bytes());
        header[8..16].copy_from_slice(&record.row.to_le_bytes());
        header[16..32].copy_from_slice(&record.payload.to_le_bytes());
        header[32..34].copy_from_slice(&record.email_bytes.to_le_bytes());
        header[34..38].copy_from_slice(&(record.profile.len() as u32).to_le_bytes());
        header[38..42].copy_from_slice(&(record.json.len() as u32).to_le_bytes());
        header[42] = u8::from(record.is_sendable);
        let mut write = |bytes: &[u8]| file.write_all(bytes).on("write", path);
        write(&header)?;
        write(record.profile.as_bytes())?;
        write(record.json)?;
        *waiting += HEADER + record.profile.len() + record.json.len();
        if *waiting >= EARLY_BYTES
            && let Some(early) = &self.early
        {
            early.keep(path);
            *waiting = 0;
        }
        Ok(())
    }

    /// The partitions in the order of their hashes, read and sorted on a thread of their own.
    pub(crate) fn partitions<'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        closing: Closing,
    ) -> Result<Partitions<'scope>, EngineError> {
        let mut paths = Vec::with_capacity(self.files.len());
        for Filling { path, mut file, .. } in self.files {
            file.flush().on("write", &path)?;
            paths.push(path);
        }
        let (sorted, used) = (mpsc::sync_channel(1), mpsc::channel());
        let thread = scope.spawn(move || sort_all(paths, &sorted.0, &used.1));
        Ok(Partitions { sorted: sorted.1, used: used.0, closing, thread })
    }
}

/// The partitions of a spill, one after another.
pub(crate) struct Partitions<'scope> {
    sorted: mpsc::Receiver<Partition>,
    used: mpsc::Sender<Partition>,
    closing: Closing,
    thread: ScopedJoinHandle<'scope, Result<(), EngineError>>,
}

impl Partitions<'_> {
    /// The next partition; none after the last or if something failed.
    pub(crate) fn next(&self) -> Option<Partition> {
        self.sorted.recv().ok()
    }

    /// Keeps a partition's file for the delivery, safe against a crash of the machine, or removes it.
    pub(crate) fn close(&self, partition: Partition, is_needed: bool) {
        if is_needed {
            self.closing.keep(&partition.path);
        } else {
            self.closing.remove(&partition.path);
        }
        // Its memory is for another one, as long as more are read.
        drop(self.used.send(partition));
    }

    /// Says why there are no more.
    pub(crate) fn finish(self) -> Result<(), EngineError> {
        drop(self.sorted);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn sort_all(
    paths: Vec<PathBuf>,
    sorted: &mpsc::SyncSender<Partition>,
    used: &mpsc::Receiver<Partition>,
) -> Result<(), EngineError> {
    for (path, number) in paths.into_iter().zip(0..) {
        // Into the memory of one that was used: fresh memory costs the kernel as much as reading.
        let mut partition = used.try_recv().unwrap_or_default();
        read_into(&mut partition.bytes, &path)?;
        (partition.path, partition.number) = (path, number);
        partition.sort();
        // Whoever wants no more of them has failed.
        if sorted.send(partition).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads a whole file into memory that an earlier one has left.
pub(crate) fn read_into(bytes: &mut Vec<u8>, path: &Path) -> Result<(), EngineError> {
    bytes.clear();
    File::open(path).and_then(|mut file| file.read_to_end(bytes)).on("read", path).map(drop)
}

/// Records sorted by hash, address and row.
#[derive(Default)]
pub(crate) struct Partition {
    bytes: Vec<u8>,
    order: Vec<(u64, usize)>,
    number: u16,
    path: PathBuf,
}

impl Partition {
    fn sort(&mut self) {
        let (bytes, order) = (&self.bytes, &mut self.order);
        order.clear();
        let mut at = 0;
        while at < bytes.len() {
            let (record, length) = decode(&bytes[at..]);
            order.push((record.hash, at));
            at += length;
        }
        order.sort_unstable_by(|(hash, at), (other_hash, other_at)| {
            hash.cmp(other_hash).then_with(|| {
                let (record, other) = (decode(&bytes[*at..]).0, decode(&bytes[*other_at..]).0);
                record.email().cmp(other.email()).then(record.row.cmp(&other.row))
            })
        });
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// How much there is to keep.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn record(&self, index: usize) -> Record<'_> {
        decode(&self.bytes[self.order[index].1..]).0
    }

    /// Where the JSON of record `index` stands.
    #[expect(clippy::cast_possible_truncation, reason = "a contact is far below 4 GiB")]
    pub(crate) fn place(&self, index: usize) -> Place {
        let at = self.order[index].1;
        let (record, length) = decode(&self.bytes[at..]);
        let bytes = record.json.len();
        Place { file: self.number, offset: (at + length - bytes) as u64, bytes: bytes as u32 }
    }

    /// Touches a record that is read soon, so that the memory has it at hand by then: sorted, each stands somewhere else.
    pub(crate) fn touch(&self, index: usize) {
        if let Some((_, at)) = self.order.get(index) {
            std::hint::black_box(self.bytes[at + HEADER]);
        }
    }

    /// The end of the records that have the address of record `index`.
    pub(crate) fn end_of_group(&self, index: usize) -> usize {
        let hash = self.order[index].0;
        let mut end = index + 1;
        while end < self.len()
            && self.order[end].0 == hash
            && self.record(end).email() == self.record(index).email()
        {
            end += 1;
        }
        end
    }
}

fn decode(bytes: &[u8]) -> (Record<'_>, usize) {
    let (header, rest) = bytes.split_at(HEADER);
    let number = |at: usize| u32::from_le_bytes(bytes_at(header, at)) as usize;
    let (profile, json) = (number(34), number(38));
    let record = Record {
        hash: u64::from_le_bytes(bytes_at(header, 0)),
        row: u64::from_le_bytes(bytes_at(header, 8)),
        payload: u128::from_le_bytes(bytes_at(header, 16)),
        is_sendable: header[42] != 0,
        // What was written as text is text.
        profile: std::str::from_utf8(&rest[..profile]).unwrap_or_default(),
        email_bytes: u16::from_le_bytes(bytes_at(header, 32)),
        json: &rest[profile..profile + json],
    };
    (record, HEADER + profile + json)
}

fn bytes_at<const N: usize>(header: &[u8], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&header[at..at + N]);
    bytes
}
