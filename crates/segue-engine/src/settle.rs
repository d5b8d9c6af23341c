//! Settling: what is known of a plan, folded into the next ledger in one pass over ledger, sends and leaves.

use std::collections::BTreeMap;

use segue_model::{
    Action, EngineError, Fate, LeaveOutcome, Reason, ReasonCount, Refusal, Settled, Settlement,
};

use crate::ledger::{Entry, LedgerCursor, LedgerWriter, State};
use crate::outbox::{OutboxCursor, SentRow};
use crate::rejections::RejectionWriter;

pub(crate) fn settle(settlement: &Settlement) -> Result<Settled, EngineError> {
    let mut settler = Settler {
        settlement,
        next: LedgerWriter::create(&settlement.next)?,
        refused: RejectionWriter::create(&settlement.plan.refused())?,
        sent: settlement.keeps_sent.then(|| RejectionWriter::create(&settlement.plan.sent())).transpose()?,
        settled: Settled::default(),
        reasons: BTreeMap::new(),
        ranges: 0,
        refusals: 0,
        outcomes: 0,
    };
    let mut ledger = LedgerCursor::open(settlement.ledger.as_deref())?;
    let mut sends = OutboxCursor::open(&settlement.plan.sends())?;
    let mut leaves = OutboxCursor::open(&settlement.plan.leaves())?;
    loop {
        let (send, leave) = (sends.peek(), leaves.peek());
        let next = [&send, &leave].into_iter().flatten().map(|row| row.hash).min();
        ledger.copy_until(next, &mut settler.next)?;
        let entry = ledger.peek();
        let keys = [
            entry.as_ref().map(Entry::key),
            send.as_ref().map(SentRow::key),
            leave.as_ref().map(SentRow::key),
        ];
        let Some(key) = keys.into_iter().flatten().min() else { break };
        let has = keys.map(|other| other == Some(key));
        let entry = entry.filter(|_| has[0]);
        match (send.filter(|_| has[1]), leave.filter(|_| has[2])) {
            (Some(send), _) => settler.send(entry.as_ref(), &send, sends.row)?,
            (None, Some(leave)) => settler.leave(entry.as_ref(), &leave, leaves.row)?,
            (None, None) => settler.keep(entry.as_ref())?,
        }
        if has[0] {
            ledger.advance()?;
        }
        if has[1] {
            sends.advance()?;
        }
        if has[2] {
            leaves.advance()?;
        }
    }
    settler.finish()
}

struct Settler<'a> {
    settlement: &'a Settlement,
    next: LedgerWriter,
    refused: RejectionWriter,
    /// What became of those who were to be sent or taken off the list, if that is kept.
    sent: Option<RejectionWriter>,
    settled: Settled,
    reasons: BTreeMap<Reason, u64>,
    /// How far the settlement's lists were read; they are sorted like the rows.
    ranges: usize,
    refusals: usize,
    outcomes: usize,
}

impl<'a> Settler<'a> {
    fn keep(&mut self, entry: Option<&Entry>) -> Result<(), EngineError> {
        entry.map_or(Ok(()), |entry| self.next.push(entry))
    }

    fn is_known(&mut self, row: u64) -> bool {
        while self.settlement.sent.get(self.ranges).is_some_and(|range| range.end <= row) {
            self.ranges += 1;
        }
        self.settlement.sent.get(self.ranges).is_some_and(|range| range.contains(&row))
    }

    fn refusal(&mut self, row: u64) -> Option<&'a Refusal> {
        let refused = &self.settlement.refused;
        while refused.get(self.refusals).is_some_and(|refusal| refusal.row < row) {
            self.refusals += 1;
        }
        refused.get(self.refusals).filter(|refusal| refusal.row == row)
    }

    fn outcome(&mut self, row: u64) -> Option<LeaveOutcome> {
        let left = &self.settlement.left;
        while left.get(self.outcomes).is_some_and(|(rows, _)| rows.end <= row) {
            self.outcomes += 1;
        }
        left.get(self.outcomes).filter(|(rows, _)| rows.contains(&row)).map(|(_, outcome)| *outcome)
    }

    fn send(&mut self, entry: Option<&Entry>, sent: &SentRow, row: u64) -> Result<(), EngineError> {
        if !self.is_known(row) {
            self.note(sent, Fate::Unsent, row)?;
            return self.keep(entry);
        }
        if let Some(refusal) = self.refusal(row) {
            return self.refuse(entry, sent, refusal);
        }
        let fate = match sent.action {
            Action::Update => {
                self.settled.updated += 1;
                Fate::Updated
            }
            Action::Create | Action::Leave => {
                self.settled.created += 1;
                Fate::Created
            }
        };
        self.note(sent, fate, row)?;
        let listed = entry.filter(|entry| entry.state == State::Listed);
        self.next.push(&Entry {
            hash: sent.hash,
            email: sent.email,
            payload: sent.payload,
            state: State::Listed,
            reason: None,
            words: "",
            since_ms: listed.map_or(self.settlement.started_ms, |entry| entry.since_ms),
            run: self.settlement.run,
        })
    }

    fn refuse(
        &mut self,
        entry: Option<&Entry>,
        sent: &SentRow,
        refusal: &Refusal,
    ) -> Result<(), EngineError> {
        let Refusal { reason, words, .. } = refusal;
        *self.reasons.entry(*reason).or_default() += 1;
        self.refused.refused(sent.profile, sent.email, *reason, words, refusal.row)?;
        // A contact on the list whose update is refused is still on the list.
        let keeps_place = matches!(reason, Reason::NotAccepted | Reason::Unexplained | Reason::ContactLimit);
        let listed = entry.filter(|entry| entry.state == State::Listed && keeps_place);
        // Since when somebody is off the list by our doing must survive, or they would count as unsubscribed.
        let returned = entry.filter(|_| *reason == Reason::Returned);
        self.next.push(&Entry {
            hash: sent.hash,
            email: sent.email,
            payload: sent.payload,
            state: if listed.is_some() { State::Listed } else { State::Refused },
            reason: Some(*reason),
            words,
            since_ms: listed.or(returned).map_or(self.settlement.started_ms, |entry| entry.since_ms),
            run: self.settlement.run,
        })
    }

    /// Keeps what became of a row, if that is to be kept.
    fn note(&mut self, sent: &SentRow, fate: Fate, row: u64) -> Result<(), EngineError> {
        self.sent.as_mut().map_or(Ok(()), |kept| kept.sent(sent.profile, sent.email, fate, row))
    }

    fn leave(&mut self, entry: Option<&Entry>, left: &SentRow, row: u64) -> Result<(), EngineError> {
        match self.outcome(row) {
            None => {
                self.note(left, Fate::StillListed, row)?;
                self.keep(entry)
            }
            Some(LeaveOutcome::Gone | LeaveOutcome::NotOurs) => self.note(left, Fate::LeftAlone, row),
            Some(LeaveOutcome::Left) => {
                self.settled.left += 1;
                self.note(left, Fate::Left, row)?;
                let (since_ms, run) = (self.settlement.started_ms, self.settlement.run);
                let left = entry.map(|entry| Entry {
                    state: State::Left,
                    reason: None,
                    words: "",
                    since_ms,
                    run,
                    ..*entry
                });
                self.keep(left.as_ref())
            }
        }
    }

    fn finish(mut self) -> Result<Settled, EngineError> {
        self.refused.finish()?;
        self.sent.map_or(Ok(()), RejectionWriter::finish)?;
        self.settled.ledger_rows = self.next.finish()?;
        self.settled.refused =
            self.reasons.into_iter().map(|(reason, count)| ReasonCount { reason, count }).collect();
        Ok(self.settled)
    }
}
