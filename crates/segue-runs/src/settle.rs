//! Settling: what the store knows of a run, as the engine folds it into the next ledger, and the run's report.

use std::collections::BTreeMap;
use std::ops::Range;

use segue_model::{LeaveOutcome, Outcome, Owner, PlanSummary, Reason, ReasonCount, Refusal, Report, Settled};
use segue_store::{Batch, BatchState, Part, Verdict, VerdictKind};

/// The fates that are known of a plan's rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fates {
    pub(crate) sent: Vec<Range<u64>>,
    pub(crate) refused: Vec<Refusal>,
    pub(crate) left: Vec<(Range<u64>, LeaveOutcome)>,
}

impl Fates {
    /// Both lists are sorted by part and row, as the store returns them.
    pub(crate) fn of(batches: &[Batch], verdicts: &[Verdict]) -> Self {
        let mut fates = Self::default();
        for batch in batches.iter().filter(|batch| batch.state == BatchState::Done) {
            let rows = batch.first_row..batch.first_row + batch.rows;
            let start =
                verdicts.partition_point(|verdict| (verdict.part, verdict.row) < (batch.part, rows.start));
            let end =
                verdicts.partition_point(|verdict| (verdict.part, verdict.row) < (batch.part, rows.end));
            match batch.part {
                Part::Sends => fates.add_sent(rows, &verdicts[start..end]),
                Part::Leaves => fates.add_left(rows, &verdicts[start..end]),
            }
        }
        fates
    }

    fn add_sent(&mut self, rows: Range<u64>, verdicts: &[Verdict]) {
        let mut from = rows.start;
        for verdict in verdicts {
            match verdict.kind {
                VerdictKind::Refused(reason) => {
                    self.refused.push(Refusal { row: verdict.row, reason, words: verdict.words.clone() });
                }
                // Nobody knows yet whether it is refused, so nothing is known of it.
                _ => {
                    push(&mut self.sent, from..verdict.row);
                    from = verdict.row + 1;
                }
            }
        }
        push(&mut self.sent, from..rows.end);
    }

    fn add_left(&mut self, rows: Range<u64>, verdicts: &[Verdict]) {
        let mut from = rows.start;
        for verdict in verdicts {
            self.left.push((from..verdict.row, LeaveOutcome::Left));
            from = verdict.row + 1;
            match verdict.kind {
                VerdictKind::Gone => self.left.push((verdict.row..from, LeaveOutcome::Gone)),
                VerdictKind::NotOurs => self.left.push((verdict.row..from, LeaveOutcome::NotOurs)),
                // Still on the list: the next run tries again.
                VerdictKind::Failed | VerdictKind::Refused(_) => {}
            }
        }
        self.left.push((from..rows.end, LeaveOutcome::Left));
        self.left.retain(|(rows, _)| !rows.is_empty());
    }
}

fn push(ranges: &mut Vec<Range<u64>>, rows: Range<u64>) {
    match ranges.last_mut() {
        _ if rows.is_empty() => {}
        Some(last) if last.end == rows.start => last.end = rows.end,
        _ => ranges.push(rows),
    }
}

/// The report of a run, from its plan and what settling found.
pub(crate) fn report(
    outcome: Outcome,
    plan: &PlanSummary,
    settled: &Settled,
    requests: u64,
    seconds: f64,
) -> Report {
    let mut rejections: BTreeMap<Reason, u64> = BTreeMap::new();
    for ReasonCount { reason, count } in plan.rejected.iter().chain(&settled.refused) {
        *rejections.entry(*reason).or_default() += count;
    }
    let rejections = rejections.into_iter().map(|(reason, count)| ReasonCount { reason, count }).collect();
    let counts = &plan.counts;
    let refused_now = ReasonCount::total(&settled.refused, Owner::Refused);
    let known = settled.created + settled.updated + refused_now;
    Report {
        outcome,
        members: counts.members,
        created: settled.created,
        updated: settled.updated,
        unchanged: counts.unchanged,
        left: settled.left,
        invalid: counts.invalid,
        refused: counts.refused + refused_now,
        unsent: (counts.create + counts.update).saturating_sub(known),
        rejections,
        requests,
        seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(part: Part, seq: u64, first_row: u64, state: BatchState) -> Batch {
        let (provider_id, sent_ms, confirmed_ms) = (None, None, None);
        Batch { part, seq, first_row, rows: 10, state, provider_id, sent_ms, confirmed_ms }
    }

    fn verdict(part: Part, row: u64, kind: VerdictKind) -> Verdict {
        Verdict { part, row, kind, words: String::new() }
    }

    #[test]
    fn only_what_is_done_is_known_and_what_failed_is_not() {
        let batches = [
            batch(Part::Sends, 0, 0, BatchState::Done),
            batch(Part::Sends, 1, 10, BatchState::Done),
            batch(Part::Sends, 2, 20, BatchState::Accepted),
            batch(Part::Sends, 3, 30, BatchState::Done),
            batch(Part::Leaves, 0, 0, BatchState::Done),
            batch(Part::Leaves, 1, 10, BatchState::Sending),
        ];
        let bounced = VerdictKind::Refused(Reason::Bounced);
        let verdicts = [
            verdict(Part::Sends, 3, bounced),
            verdict(Part::Sends, 12, VerdictKind::Failed),
            verdict(Part::Leaves, 0, VerdictKind::Gone),
            verdict(Part::Leaves, 5, VerdictKind::NotOurs),
            verdict(Part::Leaves, 7, VerdictKind::Failed),
        ];
        let fates = Fates::of(&batches, &verdicts);
        assert_eq!(fates.sent, [0..12, 13..20, 30..40]);
        assert_eq!(fates.refused, [Refusal { row: 3, reason: Reason::Bounced, words: String::new() }]);
        let expected = [
            (0..1, LeaveOutcome::Gone),
            (1..5, LeaveOutcome::Left),
            (5..6, LeaveOutcome::NotOurs),
            (6..7, LeaveOutcome::Left),
            (8..10, LeaveOutcome::Left),
        ];
        assert_eq!(fates.left, expected);
    }
}
