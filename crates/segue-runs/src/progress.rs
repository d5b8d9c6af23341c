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

    pub(crate) fn read(&self, rows: u64) {
        self.0.read.store(rows, Ordering::Relaxed);
    }

    pub(crate) fn plan(&self, rows: u64) {
        self.0.planned.store(rows, Ordering::Relaxed);
        self.0.posted.store(0, Ordering::Relaxed);
        self.0.confirmed.store(0, Ordering::Relaxed);
    }

    pub(crate) fn posted(&self, rows: usize) {
        self.0.posted.fetch_add(rows as u64, Ordering::Relaxed);
    }

    pub(crate) fn confirmed(&self, rows: usize) {
        self.0.confirmed.fetch_add(rows as u64, Ordering::Relaxed);
    }
}
