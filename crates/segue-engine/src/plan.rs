//! The plan: members against ledger, both sorted by hash and address, decided in one pass.

use std::cmp::Ordering;
use std::io::Write;

use segue_model::{Action, EngineError, Mode, PlanFiles, PlanRequest, PlanSummary, Reason};

use crate::closing::{self, Closing};
use crate::contact::write_text;
use crate::copies::Copies;
use crate::error::OnFile;
use crate::filter::Condition;
use crate::ledger::{Entry, LedgerCursor, State};
use crate::members::{self, Names, Sinks};
use crate::outbox::{OutboxRow, OutboxWriter};
use crate::read::InputFile;
use crate::rejections::{RejectionWriter, same_address};
use crate::source;
use crate::spill::{MOST_PARTITIONS, Partition, Place, Record, Spill};
use crate::tally::Tally;
use crate::unchanged::UnchangedWriter;

// What a row takes in a spill, guessed from what it takes in its file.
const SPILLED_BYTES_PER_BYTE: u64 = 3;
const SPILLED_BYTES_PER_ROW: u64 = 320;
// Records ahead of the one that is decided.
const SOON: usize = 8;
// Numbers of files with contacts beyond the partitions.
const SENT_COPIES: u16 = MOST_PARTITIONS;
const LEFT_COPIES: u16 = 1 << 15;

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
    progress: &(dyn Fn(u64) -> bool + Sync),
) -> Result<PlanSummary, EngineError> {
    let (found, files, condition) = open(request)?;
    let rows: Option<u64> = files.iter().map(|file| file.rows).sum();
    let bytes = rows.map_or(found.bytes * SPILLED_BYTES_PER_BYTE, |rows| rows * SPILLED_BYTES_PER_ROW);
    let plan = PlanFiles::new(&request.folder);
    let contacts = plan.contacts();
    std::fs::create_dir(&contacts).on("make", &contacts)?;
    let mut rejected = RejectionWriter::create(&plan.rejected())?;
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let (closing, closers) = closing::start(scope);
        // Without a ledger everybody is sent, and every file is needed.
        let early = request.ledger.is_none().then(|| closing.clone());
        let mut spill = Spill::create(&contacts, bytes, early)?;
        let mut sinks = Sinks { spill: &mut spill, rejected: &mut rejected, tally: &mut tally };
        members::read(&files, request, condition.as_ref(), &mut sinks, progress)?;
        let mut planner = Planner::new(request, &files, &closing, rejected, tally)?;
        let partitions = spill.partitions(scope, closing)?;
        while let Some(partition) = partitions.next() {
            let is_needed = planner.decide_all(&partition)?;
            partitions.close(partition, is_needed);
        }
        partitions.finish()?;
        let summary = planner.finish()?;
        closers.finish().map(|()| summary)
    })
}

struct Planner<'a> {
    request: &'a PlanRequest,
    names: Names,
    /// The name of the profile at hand.
    name: String,
    ledger: LedgerCursor,
    /// Who is sent of the partition at hand.
    sending: Vec<Sending>,
    copies: Copies,
    sends: OutboxWriter,
    leaves: Leaves,
    rejected: RejectionWriter,
    /// Who is unchanged, if that is kept.
    unchanged: Option<UnchangedWriter>,
    tally: Tally,
}

/// A record of a partition that is sent.
struct Sending {
    index: usize,
    action: Action,
    since_ms: i64,
    json: Place,
}

/// What becomes of a member that can be sent.
enum Decision {
    Send {
        action: Action,
        since_ms: i64,
    },
    Unchanged,
    Refused {
        reason: Reason,
        words: String,
    },
    /// It is none of those whom a retry is for.
    Nothing,
}

impl<'a> Planner<'a> {
    fn new(
        request: &'a PlanRequest,
        files: &[InputFile],
        closing: &Closing,
        rejected: RejectionWriter,
        tally: Tally,
    ) -> Result<Self, EngineError> {
        let plan = PlanFiles::new(&request.folder);
        let unchanged = request
            .keeps_unchanged
            .then(|| UnchangedWriter::create(&plan.unchanged(), closing.clone()))
            .transpose()?;
        Ok(Self {
            request,
            names: Names::new(files),
            name: String::new(),
            ledger: LedgerCursor::open(request.ledger.as_deref())?,
            sending: Vec::new(),
            copies: Copies::new(&plan.contacts(), SENT_COPIES, closing.clone()),
            sends: OutboxWriter::create(&plan.sends(), closing.clone())?,
            leaves: Leaves::create(&plan, closing)?,
            rejected,
            unchanged,
            tally,
        })
    }

    /// Decides about every member of a partition, and says whether its file is needed for those who are sent.
    fn decide_all(&mut self, partition: &Partition) -> Result<bool, EngineError> {
        let mut index = 0;
        while index < partition.len() {
            partition.touch(index + SOON);
            let end = partition.end_of_group(index);
            let first = partition.record(index);
            self.pass_ledger_until(Some((first.hash, first.email())))?;
            let winner = (index..end).find(|&index| partition.record(index).is_sendable);
            if let Some(winner) = winner {
                self.decide(partition, winner)?;
                for other in
                    (winner + 1..end).map(|index| partition.record(index)).filter(|other| other.is_sendable)
                {
                    self.reject_duplicate(&other, &partition.record(winner))?;
                }
            }
            self.take_entry(&first)?;
            index = end;
        }
        self.send_all(partition)
    }

    /// Writes who is sent of a partition. If that is little of it, it is copied: to make safe what nobody needs takes the
    /// disk longer than everything else together.
    fn send_all(&mut self, partition: &Partition) -> Result<bool, EngineError> {
        let bytes: usize = self.sending.iter().map(|sending| sending.json.bytes as usize).sum();
        let is_copied = bytes * 2 <= partition.bytes();
        for Sending { index, action, since_ms, json } in self.sending.drain(..) {
            let record = partition.record(index);
            let json = if is_copied { self.copies.push(record.json)? } else { json };
            let email = std::str::from_utf8(record.email()).unwrap_or_default();
            self.names.write(&mut self.name, record.profile, record.row);
            self.tally.send(&self.name, email, action, record.json);
            let (hash, payload, profile) = (record.hash, record.payload, self.name.as_str());
            self.sends.push(&OutboxRow { action, hash, email, payload, json, since_ms, profile })?;
        }
        Ok(!is_copied)
    }

    /// Ledger entries before this key are of contacts that are no members.
    fn pass_ledger_until(&mut self, key: Option<(u64, &[u8])>) -> Result<(), EngineError> {
        while let Some(entry) = self.ledger.peek() {
            if key.is_some_and(|key| entry.key().cmp(&key) != Ordering::Less) {
                break;
            }
            if entry.state == State::Listed {
                self.tally.counts.listed += 1;
                if self.request.mode == Mode::Mirror && self.request.only_refused_by.is_none() {
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

    fn decide(&mut self, partition: &Partition, index: usize) -> Result<(), EngineError> {
        let record = partition.record(index);
        let entry = self.ledger.peek().filter(|entry| entry.key() == (record.hash, record.email()));
        let email = || std::str::from_utf8(record.email()).unwrap_or_default();
        match decision(entry.as_ref(), record.payload, self.request) {
            Decision::Nothing => Ok(()),
            Decision::Send { action, since_ms } => {
                self.tally.counts.members += u64::from(self.request.only_refused_by.is_some());
                self.sending.push(Sending { index, action, since_ms, json: partition.place(index) });
                Ok(())
            }
            Decision::Unchanged => {
                if let Some(unchanged) = &mut self.unchanged {
                    self.names.write(&mut self.name, record.profile, record.row);
                    unchanged.push(&self.name, email());
                }
                let profile = || self.names.of(record.profile, record.row);
                self.tally.unchanged(profile, email());
                Ok(())
            }
            Decision::Refused { reason, words } => {
                let profile = self.names.of(record.profile, record.row);
                self.tally.reject(&profile, email(), reason, &words);
                self.rejected.push(&profile, email(), reason, &words)
            }
        }
    }

    fn reject_duplicate(&mut self, record: &Record, winner: &Record) -> Result<(), EngineError> {
        if self.request.only_refused_by.is_some() {
            return Ok(());
        }
        let email = std::str::from_utf8(record.email()).unwrap_or_default();
        let profile = self.names.of(record.profile, record.row);
        let detail = same_address(&self.names.of(winner.profile, winner.row));
        self.tally.reject(&profile, email, Reason::DuplicateEmail, &detail);
        self.rejected.push(&profile, email, Reason::DuplicateEmail, &detail)
    }

    fn finish(mut self) -> Result<PlanSummary, EngineError> {
        self.pass_ledger_until(None)?;
        self.copies.finish()?;
        self.sends.finish()?;
        self.leaves.finish()?;
        self.rejected.finish()?;
        self.unchanged.map_or(Ok(()), UnchangedWriter::finish)?;
        Ok(self.tally.summary())
    }
}

fn decision(entry: Option<&Entry>, payload: u128, request: &PlanRequest) -> Decision {
    let entry = match (entry, request.only_refused_by) {
        (Some(entry), Some(run)) if entry.reason.is_none() || entry.run > run => return Decision::Nothing,
        (None, Some(_)) => return Decision::Nothing,
        (None, None) => return Decision::Send { action: Action::Create, since_ms: 0 },
        (Some(entry), _) => entry,
    };
    let action = if entry.state == State::Listed { Action::Update } else { Action::Create };
    // Who came back after we took them off the list needs another word than who unsubscribed.
    let was_ours = entry.state == State::Left || entry.reason == Some(Reason::Returned);
    let send = Decision::Send { action, since_ms: if was_ours { entry.since_ms } else { 0 } };
    match entry.reason {
        _ if entry.payload != payload || entry.state == State::Left => send,
        None => Decision::Unchanged,
        Some(Reason::ContactLimit) => send,
        Some(_) if request.retry_refused || request.only_refused_by.is_some() => send,
        Some(reason) => Decision::Refused { reason, words: entry.words.to_owned() },
    }
}

/// Writes who leaves.
struct Leaves {
    outbox: OutboxWriter,
    copies: Copies,
    json: Vec<u8>,
}

impl Leaves {
    fn create(plan: &PlanFiles, closing: &Closing) -> Result<Self, EngineError> {
        let copies = Copies::new(&plan.contacts(), LEFT_COPIES, closing.clone());
        let outbox = OutboxWriter::create(&plan.leaves(), closing.clone())?;
        Ok(Self { outbox, copies, json: Vec::new() })
    }

    fn push(&mut self, entry: &Entry, list: u64, tally: &mut Tally) -> Result<(), EngineError> {
        self.json.clear();
        self.json.extend_from_slice(br#"{"email":"#);
        write_text(&mut self.json, entry.email);
        // Writing to a vector does not fail.
        let _ = write!(self.json, r#","unsubscribe":[{{"listid":{list}}}]}}"#);
        tally.send("", entry.email, Action::Leave, &self.json);
        self.outbox.push(&OutboxRow {
            action: Action::Leave,
            hash: entry.hash,
            email: entry.email,
            payload: entry.payload,
            json: self.copies.push(&self.json)?,
            since_ms: entry.since_ms,
            profile: "",
        })
    }

    fn finish(self) -> Result<(), EngineError> {
        self.copies.finish()?;
        self.outbox.finish()
    }
}
