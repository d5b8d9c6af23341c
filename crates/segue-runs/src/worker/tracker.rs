//! What a job says of itself while it is under way, read at every heartbeat.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use activecampaign::Client;
use parking_lot::Mutex;
use segue_model::Report;
use segue_model::job::{Headway, Status, Step, Work};
use segue_store::{Job, Note};
use tokio::time::Instant;

use super::rate::{Left, Rate};
use crate::{Phase, Progress};

/// Counters of one job.
#[derive(Default)]
pub(super) struct Tracker {
    /// Of a delivery.
    pub(super) progress: Progress,
    client: Mutex<Option<Client>>,
    /// What an earlier process had done of the delivery: its steps, and how many requests it had made.
    before: (Vec<Step>, u64),
    /// Contacts a second that the account's limit allows; none if it has none.
    limit: Mutex<Option<f64>>,
    /// The run whose batches and rejections are the job's; 0 while there is none.
    run: AtomicI64,
    /// Of a refresh: the steps that are over, the one that is not, and how much of it is done.
    refresh: Mutex<Refreshing>,
    /// How fast the step goes on that it is in.
    rate: Mutex<Option<(Phase, Rate)>>,
}

#[derive(Default)]
struct Refreshing {
    over: Vec<Step>,
    now: Option<(&'static str, Instant)>,
    done: u64,
    total: u64,
}

impl Tracker {
    /// Counters of a job, of which an earlier process may have done a part.
    pub(super) fn of(job: &Job) -> Self {
        let is_delivery = matches!(job.work, Work::Export(_) | Work::Rehearsal(_));
        let requests = job.headway.as_ref().map_or(0, |headway| headway.requests);
        // A refresh begins anew.
        let steps = if is_delivery { job.steps.clone() } else { Vec::new() };
        Self { before: (steps, requests), ..Self::default() }
    }

    /// How many requests were made, by all processes that had a part in it.
    fn requests(&self) -> u64 {
        self.before.1 + self.client.lock().as_ref().map_or(0, |client| client.usage().requests)
    }

    /// Adds to a report what an earlier process had done before.
    pub(super) fn complete(&self, report: &mut Report) {
        let (steps, requests) = &self.before;
        let before: u64 = steps.iter().map(|step| step.millis).sum();
        report.requests += requests;
        report.seconds += Duration::from_millis(before).as_secs_f64();
    }

    pub(super) fn delivers_with(&self, client: Client, limit: Option<f64>) {
        *self.client.lock() = Some(client);
        *self.limit.lock() = limit;
    }

    pub(super) fn has_run(&self, run: i64) {
        self.run.store(run, Ordering::Relaxed);
    }

    /// A refresh enters a step.
    pub(super) fn enter(&self, step: &'static str) {
        let mut refresh = self.refresh.lock();
        let ended = refresh.now.replace((step, Instant::now()));
        refresh.over.extend(ended.map(|(name, at)| finished(name, at.elapsed())));
        (refresh.done, refresh.total) = (0, 0);
    }

    /// So many of so many tables or segments are done.
    pub(super) fn count(&self, done: usize, total: usize) {
        let mut refresh = self.refresh.lock();
        (refresh.done, refresh.total) = (done as u64, total as u64);
    }

    pub(super) fn run(&self) -> Option<i64> {
        Some(self.run.load(Ordering::Relaxed)).filter(|run| *run != 0)
    }

    /// The steps so far; the one under way counts until now.
    pub(super) fn steps(&self) -> Vec<Step> {
        let refresh = self.refresh.lock();
        let under_way = refresh.now.map(|(name, at)| finished(name, at.elapsed()));
        let phases = self.progress.steps().into_iter().map(|(phase, took)| finished(phase.word(), took));
        let mut steps = self.before.0.clone();
        for step in refresh.over.iter().cloned().chain(under_way).chain(phases) {
            match steps.last_mut() {
                // One process goes on where another one was.
                Some(last) if last.name == step.name => last.millis += step.millis,
                _ => steps.push(step),
            }
        }
        steps
    }

    /// How the job stands.
    pub(super) fn note(&self) -> Note {
        let is_held = self.client.lock().as_ref().is_some_and(|client| client.usage().waiting > 0);
        let headway = self.headway();
        let is_delivering = headway.step == Phase::Delivering.word();
        let status = if is_held && is_delivering { Status::Waiting } else { Status::Running };
        Note { status, headway, run: self.run(), steps: self.steps() }
    }

    fn headway(&self) -> Headway {
        let refresh = self.refresh.lock();
        if let Some((step, _)) = refresh.now {
            return Headway {
                step: step.to_owned(),
                done: refresh.done,
                total: refresh.total,
                ..Headway::default()
            };
        }
        drop(refresh);
        let snapshot = self.progress.snapshot();
        let is_planning = snapshot.phase == Phase::Planning;
        let now = Instant::now();
        let mut rate = self.rate.lock();
        if rate.as_ref().is_none_or(|(phase, _)| *phase != snapshot.phase) {
            *rate = Some((snapshot.phase, Rate::since(self.progress.since().unwrap_or(now))));
        }
        let done =
            if is_planning { snapshot.read } else { snapshot.confirmed.saturating_sub(snapshot.earlier) };
        let per_second = rate.as_mut().map_or(0.0, |(_, rate)| rate.at(now, done));
        let step = snapshot.phase.word().to_owned();
        if is_planning {
            return Headway { step, done, per_second, requests: self.requests(), ..Headway::default() };
        }
        let handed_over = snapshot.posted.max(snapshot.confirmed).min(snapshot.planned);
        let left = Left {
            unconfirmed: snapshot.planned.saturating_sub(snapshot.confirmed),
            unsent: snapshot.planned - handed_over,
        };
        Headway {
            step,
            done: snapshot.confirmed,
            total: snapshot.planned,
            per_second,
            seconds_left: left.seconds(per_second, *self.limit.lock()),
            handed_over: Some(handed_over),
            open_batches: snapshot.open,
            requests: self.requests(),
        }
    }
}

fn finished(name: &str, took: Duration) -> Step {
    Step { name: name.to_owned(), millis: u64::try_from(took.as_millis()).unwrap_or(u64::MAX) }
}
