//! The plan: members against ledger, both sorted by hash and address, decided in one pass.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use segue_model::{Action, EngineError, Mode, PlanFiles, PlanRequest, PlanSummary, Reason};

use crate::contact::write_text;
use crate::error::OnFile;
use crate::filter::Condition;
use crate::ledger::{Entry, LedgerCursor, State};
use crate::members::{self, Names, Sinks};
use crate::outbox::{OutboxRow, OutboxWriter};
use crate::read::InputFile;
use crate::rejections::RejectionWriter;
use crate::source;
use crate::spill::{self, Partition, Place, Record, Spill};
use crate::tally::Tally;

// What a row takes in a spill, guessed from what it takes in its file.
const SPILLED_BYTES_PER_BYTE: u64 = 3;
const SPILLED_BYTES_PER_ROW: u64 = 320;

/// Opens a request's files and checks that they can be read as it asks.
pub(crate) fn open(
    request: &PlanRequest,
) -> Result<(source::Files, Vec<InputFile>, Option<Condition>), EngineError> {
    let found = source::find(&request.source)?;
    let files = found.open()?;
    let condition = request.filter.as_deref().map(Condition::new);
    members::check(&files, request, condition.as_ref())?;
    Ok((found, files, condition))
}

pub(crate) fn plan(
    request: &PlanRequest,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<PlanSummary, EngineError> {
    let (found, files, condition) = open(request)?;
    let rows: Option<u64> = files.iter().map(|file| file.rows).sum();
    let bytes = rows.map_or(found.bytes * SPILLED_BYTES_PER_BYTE, |rows| rows * SPILLED_BYTES_PER_ROW);
    let plan = PlanFiles::new(&request.folder);
    let contacts = plan.contacts();
    std::fs::create_dir(&contacts).on("make", &contacts)?;
    let mut spill = Spill::create(&contacts, bytes)?;
    let mut rejected = RejectionWriter::create(&plan.rejected())?;
    let mut tally = Tally::default();
    let mut sinks = Sinks { spill: &mut spill, rejected: &mut rejected, tally: &mut tally };
    members::read(&files, request, condition.as_ref(), &mut sinks, progress)?;
    let mut planner = Planner::new(request, &files, rejected, tally)?;
    std::thread::scope(|scope| {
        let partitions = spill.partitions(scope)?;
        while let Some(partition) = partitions.next() {
            let is_needed = planner.decide_all(&partition)?;
            partitions.close(partition, is_needed);
        }
        partitions.finish()
    })?;
    planner.finish()
}

struct Planner<'a> {
    request: &'a PlanRequest,
    names: Names,
    /// The name of the profile at hand.
    name: String,
    ledger: LedgerCursor,
    sends: OutboxWriter,
    leaves: Leaves,
    rejected: RejectionWriter,
    tally: Tally,
}

/// What becomes of a member that can be sent.
enum Decision {
    Send { action: Action, since_ms: i64 },
    Unchanged,
    Refused { reason: Reason, words: String },
}

impl<'a> Planner<'a> {
    fn new(
        request: &'a PlanRequest,
        files: &[InputFile],
        rejected: RejectionWriter,
        tally: Tally,
    ) -> Result<Self, EngineError> {
        let plan = PlanFiles::new(&request.folder);
        Ok(Self {
            request,
            names: Names::new(files),
            name: String::new(),
            ledger: LedgerCursor::open(request.ledger.as_deref())?,
            sends: OutboxWriter::create(&plan.sends())?,
            leaves: Leaves::create(&plan)?,
            rejected,
            tally,
        })
    }

    /// Decides about every member of a partition, and says whether one of them is sent.
    fn decide_all(&mut self, partition: &Partition) -> Result<bool, EngineError> {
        let sent_before = self.tally.sends();
        let mut index = 0;
        while index < partition.len() {
            let end = partition.end_of_group(index);
            let first = partition.record(index);
            self.pass_ledger_until(Some((first.hash, first.email())))?;
            let winner = (index..end).find(|&index| partition.record(index).is_sendable);
            if let Some(winner) = winner {
                self.decide(&partition.record(winner), partition.place(winner))?;
                for other in
                    (winner + 1..end).map(|index| partition.record(index)).filter(|other| other.is_sendable)
                {
                    self.reject_duplicate(&other, &partition.record(winner))?;
                }
            }
            self.take_entry(&first)?;
            index = end;
        }
        Ok(self.tally.sends() > sent_before)
    }

    /// Ledger entries before this key are of contacts that are no members.
    fn pass_ledger_until(&mut self, key: Option<(u64, &[u8])>) -> Result<(), EngineError> {
        while let Some(entry) = self.ledger.peek() {
            if key.is_some_and(|key| entry.key().cmp(&key) != Ordering::Less) {
                break;
            }
            if entry.state == State::Listed {
                self.tally.counts.listed += 1;
                if self.request.mode == Mode::Mirror {
                    self.leaves.push(&entry, self.request.list, &mut self.tally)?;
                }
            }
            self.ledger.advance()?;
        }
        Ok(())
    }

    /// Passes the ledger's entry of this very contact.
    fn take_entry(&mut self, record: &Record) -> Result<(), EngineError> {
        if let Some(entry) = self.ledger.peek().filter(|entry| entry.key() == (record.hash, record.email())) {
            self.tally.counts.listed += u64::from(entry.state == State::Listed);
            self.ledger.advance()?;
        }
        Ok(())
    }

    fn decide(&mut self, record: &Record, json: Place) -> Result<(), EngineError> {
        let entry = self.ledger.peek().filter(|entry| entry.key() == (record.hash, record.email()));
        let email = std::str::from_utf8(record.email()).unwrap_or_default();
        match decision(entry.as_ref(), record.payload, self.request.retry_refused) {
            Decision::Send { action, since_ms } => {
                self.names.write(&mut self.name, record.profile, record.row);
                self.tally.send(&self.name, email, action, record.json);
                let (hash, payload) = (record.hash, record.payload);
                self.sends.push(&OutboxRow {
                    action,
                    hash,
                    email,
                    payload,
                    json,
                    since_ms,
                    profile: &self.name,
                })
            }
            Decision::Unchanged => {
                let profile = || self.names.of(record.profile, record.row);
                self.tally.unchanged(profile, email);
                Ok(())
            }
            Decision::Refused { reason, words } => {
                let profile = self.names.of(record.profile, record.row);
                self.tally.reject(&profile, email, reason, &words);
                self.rejected.push(&profile, email, reason, &words)
            }
        }
    }

    fn reject_duplicate(&mut self, record: &Record, winner: &Record) -> Result<(), EngineError> {
        let email = std::str::from_utf8(record.email()).unwrap_or_default();
        let profile = self.names.of(record.profile, record.row);
        let detail = format!("same address as {}", self.names.of(winner.profile, winner.row));
        self.tally.reject(&profile, email, Reason::DuplicateEmail, &detail);
        self.rejected.push(&profile, email, Reason::DuplicateEmail, &detail)
    }

    fn finish(mut self) -> Result<PlanSummary, EngineError> {
        self.pass_ledger_until(None)?;
        self.sends.finish()?;
        self.leaves.finish()?;
        self.rejected.finish()?;
        Ok(self.tally.summary())
    }
}

fn decision(entry: Option<&Entry>, payload: u128, retry_refused: bool) -> Decision {
    let Some(entry) = entry else { return Decision::Send { action: Action::Create, since_ms: 0 } };
    let action = if entry.state == State::Listed { Action::Update } else { Action::Create };
    // Who came back after we took them off the list needs another word than who unsubscribed.
    let was_ours = entry.state == State::Left || entry.reason == Some(Reason::Returned);
    let send = Decision::Send { action, since_ms: if was_ours { entry.since_ms } else { 0 } };
    match entry.reason {
        _ if entry.payload != payload || entry.state == State::Left => send,
        None => Decision::Unchanged,
        Some(Reason::ContactLimit) => send,
        Some(_) if retry_refused => send,
        Some(reason) => Decision::Refused { reason, words: entry.words.to_owned() },
    }
}

/// Writes who leaves.
struct Leaves {
    outbox: OutboxWriter,
    path: PathBuf,
    file: BufWriter<File>,
    written: u64,
    json: Vec<u8>,
}

impl Leaves {
    // No partition has this number.
    const FILE: u16 = u16::MAX;

    fn create(plan: &PlanFiles) -> Result<Self, EngineError> {
        let path = spill::file(&plan.contacts(), Self::FILE);
        let file = BufWriter::new(File::create(&path).on("write", &path)?);
        Ok(Self { outbox: OutboxWriter::create(&plan.leaves())?, path, file, written: 0, json: Vec::new() })
    }

    fn push(&mut self, entry: &Entry, list: u64, tally: &mut Tally) -> Result<(), EngineError> {
        self.json.clear();
        self.json.extend_from_slice(br#"{"email":"#);
        write_text(&mut self.json, entry.email);
        // Writing to a vector does not fail.
        let _ = write!(self.json, r#","unsubscribe":[{{"listid":{list}}}]}}"#);
        tally.send("", entry.email, Action::Leave, &self.json);
        self.file.write_all(&self.json).on("write", &self.path)?;
        let bytes = u32::try_from(self.json.len()).unwrap_or_default();
        let json = Place { file: Self::FILE, offset: self.written, bytes };
        self.written += u64::from(bytes);
        self.outbox.push(&OutboxRow {
            action: Action::Leave,
            hash: entry.hash,
            email: entry.email,
            payload: entry.payload,
            json,
            since_ms: entry.since_ms,
            profile: "",
        })
    }

    fn finish(self) -> Result<(), EngineError> {
        let file =
            self.file.into_inner().map_err(std::io::IntoInnerError::into_error).on("write", &self.path)?;
        file.sync_data().on("write", &self.path)?;
        self.outbox.finish()
    }
}
