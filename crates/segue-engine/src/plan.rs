//! The plan: members against ledger, both sorted by hash and address, decided in one pass.

use std::cmp::Ordering;

use segue_model::{Action, EngineError, Mode, PlanFiles, PlanRequest, PlanSummary, Reason};

use crate::contact::write_text;
use crate::filter::Condition;
use crate::ledger::{Entry, LedgerCursor, State};
use crate::members::{self, Sinks};
use crate::outbox::{OutboxRow, OutboxWriter};
use crate::read::InputFile;
use crate::rejections::RejectionWriter;
use crate::source;
use crate::spill::{Partition, Record, Spill};
use crate::tally::Tally;

// What a row takes in a spill, guessed from what it takes in its file.
const SPILLED_BYTES_PER_BYTE: u64 = 3;
const SPILLED_BYTES_PER_ROW: u64 = 320;

pub(crate) fn plan(
    request: &PlanRequest,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<PlanSummary, EngineError> {
    let found = source::find(&request.source)?;
    let files = found.paths.iter().map(|path| InputFile::open(path, found.format));
    let files: Vec<InputFile> = files.collect::<Result<_, _>>()?;
    let condition = request.filter.as_deref().map(Condition::new);
    members::check(&files, request, condition.as_ref())?;
    let rows: Option<u64> = files.iter().map(|file| file.rows).sum();
    let bytes = rows.map_or(found.bytes * SPILLED_BYTES_PER_BYTE, |rows| rows * SPILLED_BYTES_PER_ROW);
    let mut spill = Spill::create(&request.folder, bytes)?;
    let mut rejected = RejectionWriter::create(&PlanFiles::new(&request.folder).rejected())?;
    let mut tally = Tally::default();
    let mut sinks = Sinks { spill: &mut spill, rejected: &mut rejected, tally: &mut tally };
    members::read(&files, request, condition.as_ref(), &mut sinks, progress)?;
    let mut planner = Planner::new(request, &files, rejected, tally)?;
    for partition in spill.partitions()? {
        planner.decide_all(&partition?)?;
    }
    planner.finish()
}

struct Planner<'a> {
    request: &'a PlanRequest,
    files: &'a [InputFile],
    ledger: LedgerCursor,
    sends: OutboxWriter,
    leaves: OutboxWriter,
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
        files: &'a [InputFile],
        rejected: RejectionWriter,
        tally: Tally,
    ) -> Result<Self, EngineError> {
        let plan = PlanFiles::new(&request.folder);
        Ok(Self {
            request,
            files,
            ledger: LedgerCursor::open(request.ledger.as_deref())?,
            sends: OutboxWriter::create(&plan.sends())?,
            leaves: OutboxWriter::create(&plan.leaves())?,
            rejected,
            tally,
        })
    }

    fn decide_all(&mut self, partition: &Partition) -> Result<(), EngineError> {
        let mut index = 0;
        while index < partition.len() {
            let end = partition.end_of_group(index);
            let first = partition.record(index);
            self.pass_ledger_until(Some((first.hash, first.email())))?;
            let winner = (index..end).find(|&index| partition.record(index).is_sendable);
            if let Some(winner) = winner {
                self.decide(&partition.record(winner))?;
                for other in
                    (winner + 1..end).map(|index| partition.record(index)).filter(|other| other.is_sendable)
                {
                    self.reject_duplicate(&other, &partition.record(winner))?;
                }
            }
            self.take_entry(&first)?;
            index = end;
        }
        Ok(())
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
                    leave(&mut self.leaves, &mut self.tally, &entry, self.request.list)?;
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

    fn decide(&mut self, record: &Record) -> Result<(), EngineError> {
        let entry = self.ledger.peek().filter(|entry| entry.key() == (record.hash, record.email()));
        let email = std::str::from_utf8(record.email()).unwrap_or_default();
        match decision(entry.as_ref(), record.payload, self.request.retry_refused) {
            Decision::Send { action, since_ms } => {
                let profile = members::profile(self.files, record.profile, record.row);
                self.tally.send(&profile, email, action, record.json);
                let (hash, payload, json) = (record.hash, record.payload, record.json);
                self.sends.push(&OutboxRow {
                    action,
                    hash,
                    email,
                    payload,
                    json,
                    since_ms,
                    profile: &profile,
                })
            }
            Decision::Unchanged => {
                let profile = || members::profile(self.files, record.profile, record.row);
                self.tally.unchanged(profile, email);
                Ok(())
            }
            Decision::Refused { reason, words } => {
                let profile = members::profile(self.files, record.profile, record.row);
                self.tally.reject(&profile, email, reason, &words);
                self.rejected.push(&profile, email, reason, &words)
            }
        }
    }

    fn reject_duplicate(&mut self, record: &Record, winner: &Record) -> Result<(), EngineError> {
        let email = std::str::from_utf8(record.email()).unwrap_or_default();
        let profile = members::profile(self.files, record.profile, record.row);
        let detail = format!("same address as {}", members::profile(self.files, winner.profile, winner.row));
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

fn leave(leaves: &mut OutboxWriter, tally: &mut Tally, entry: &Entry, list: u64) -> Result<(), EngineError> {
    let mut json = br#"{"email":"#.to_vec();
    write_text(&mut json, entry.email);
    json.extend_from_slice(format!(r#","unsubscribe":[{{"listid":{list}}}]}}"#).as_bytes());
    tally.send("", entry.email, Action::Leave, &json);
    leaves.push(&OutboxRow {
        action: Action::Leave,
        hash: entry.hash,
        email: entry.email,
        payload: entry.payload,
        json: &json,
        since_ms: entry.since_ms,
        profile: "",
    })
}
