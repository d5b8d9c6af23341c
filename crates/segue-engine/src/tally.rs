//! Counting what a plan decides, with a few examples of each decision.

use std::collections::BTreeMap;

use segue_model::{Action, Example, Owner, PlanCounts, PlanSummary, Reason, ReasonCount};

const EXAMPLES_OF_A_KIND: usize = 10;

/// What a plan holds so far.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) counts: PlanCounts,
    /// Bytes to send.
    pub(crate) bytes: u64,
    rejected: BTreeMap<Reason, u64>,
    examples: BTreeMap<&'static str, Vec<Example>>,
}

impl Tally {
    pub(crate) fn reject(&mut self, profile: &str, email: &str, reason: Reason, detail: &str) {
        match reason.owner() {
            Owner::Invalid => self.counts.invalid += 1,
            Owner::Refused => self.counts.refused += 1,
        }
        *self.rejected.entry(reason).or_default() += 1;
        self.example(profile, email, reason.code(), detail);
    }

    pub(crate) fn send(&mut self, profile: &str, email: &str, action: Action, json: &[u8]) {
        self.bytes += json.len() as u64;
        let (count, kind) = match action {
            Action::Create => (&mut self.counts.create, "create"),
            Action::Update => (&mut self.counts.update, "update"),
            Action::Leave => (&mut self.counts.leave, "leave"),
        };
        *count += 1;
        if self.wants_example(kind) {
            self.example(profile, email, kind, &String::from_utf8_lossy(json));
        }
    }

    pub(crate) fn unchanged(&mut self, profile: impl FnOnce() -> String, email: &str) {
        self.counts.unchanged += 1;
        if self.wants_example("unchanged") {
            self.example(&profile(), email, "unchanged", "");
        }
    }

    fn wants_example(&self, kind: &str) -> bool {
        self.examples.get(kind).is_none_or(|examples| examples.len() < EXAMPLES_OF_A_KIND)
    }

    fn example(&mut self, profile: &str, email: &str, kind: &'static str, detail: &str) {
        if self.wants_example(kind) {
            let (profile, email, detail) = (profile.to_owned(), email.to_owned(), detail.to_owned());
            self.examples.entry(kind).or_default().push(Example {
                profile,
                email,
                kind: kind.to_owned(),
                detail,
            });
        }
    }

    pub(crate) fn summary(self) -> PlanSummary {
        let rejected = self.rejected.into_iter().map(|(reason, count)| ReasonCount { reason, count });
        PlanSummary {
            counts: self.counts,
            rejected: rejected.collect(),
            bytes: self.bytes,
            examples: self.examples.into_values().flatten().collect(),
            room: None,
        }
    }
}
