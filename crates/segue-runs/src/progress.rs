//! How far a run has come, for whoever shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Reading the source and making the plan.
    Planning,
    /// Finishing what an earlier run left unconfirmed.
    Recovering,
    /// Sending and confirming.
    Delivering,
    /// Learning why contacts were refused.
    Explaining,
    /// Folding the outcome into the ledger.
    Settling,
}

impl Phase {
    /// The word for it in the API and in the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Recovering => "recovering",
            Self::Delivering => "delivering",
            Self::Explaining => "explaining",
            Self::Settling => "settling",
        }
    }
}

/// Shared counters of one run. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    phase: AtomicU8,
    read: AtomicU64,
    planned: AtomicU64,
    posted: AtomicU64,
    confirmed: AtomicU64,
    earlier: AtomicU64,
    open: AtomicU64,
    /// The phases in their order, each with when it began.
    begun: Mutex<Vec<(Phase, Instant)>>,
}

/// What [`Progress`] says at one moment. All numbers are profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// What the run is doing.
    pub phase: Phase,
    /// Rows read from the source.
    pub read: u64,
    /// Rows that the plan sends.
    pub planned: u64,
    /// Rows that the provider took.
    pub posted: u64,
    /// Rows whose fate is known.
    pub confirmed: u64,
    /// Those of them whose fate an earlier process has learned.
    pub earlier: u64,
    /// Batches that were begun whose end is not known.
    pub open: u64,
}

impl Progress {
    /// What is known now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let phases =
            [Phase::Planning, Phase::Recovering, Phase::Delivering, Phase::Explaining, Phase::Settling];
        let counters = &self.0;
        Snapshot {
            phase: phases[usize::from(counters.phase.load(Ordering::Relaxed)).min(phases.len() - 1)],
            read: counters.read.load(Ordering::Relaxed),
            planned: counters.planned.load(Ordering::Relaxed),
            posted: counters.posted.load(Ordering::Relaxed),
            confirmed: counters.confirmed.load(Ordering::Relaxed),
            earlier: counters.earlier.load(Ordering::Relaxed),
            open: counters.open.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.0.phase.store(phase as u8, Ordering::Relaxed);
        self.0.begun.lock().push((phase, Instant::now()));
    }

    /// The phases so far and how long each took; the last one until now.
    #[must_use]
    pub fn steps(&self) -> Vec<(Phase, Duration)> {
        let begun = self.0.begun.lock();
        let ends = begun.iter().skip(1).map(|(_, at)| *at).chain([Instant::now()]);
        begun.iter().zip(ends).map(|((phase, at), end)| (*phase, end - *at)).collect()
    }

    /// When the phase that it is in began.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.0.begun.lock().last().map(|(_, at)| *at)
    }

    pub(crate) fn read(&self, rows: u64) {
        self.0.read.store(rows, Ordering::Relaxed);
    }

    pub(crate) fn plan(&self, rows: u64) {
        self.0.planned.store(rows, Ordering::Relaxed);
        self.0.posted.store(0, Ordering::Relaxed);
        self.0.confirmed.store(0, Ordering::Relaxed);
        self.0.earlier.store(0, Ordering::Relaxed);
        self.0.open.store(0, Ordering::Relaxed);
    }

    pub(crate) fn posted(&self, rows: usize) {
        self.0.posted.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// A batch is about to be sent, or may have been.
    pub(crate) fn begun(&self) {
        self.0.open.fetch_add(1, Ordering::Relaxed);
    }

    /// The fate of each row of a batch that was begun is known.
    pub(crate) fn confirmed(&self, rows: usize) {
        self.0.confirmed.fetch_add(rows as u64, Ordering::Relaxed);
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// An earlier process has learned the fate of these.
    pub(crate) fn known(&self, rows: usize) {
        for counter in [&self.0.posted, &self.0.confirmed, &self.0.earlier] {
            counter.fetch_add(rows as u64, Ordering::Relaxed);
        }
    }
}
