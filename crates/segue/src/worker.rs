//! Work: `segue serve` does it beside the API, `segue worker` does nothing else.

use std::sync::Arc;
use std::time::Duration;

use activecampaign::{Limits, Options};
use clap::Args;
use segue_engine::TableEngine;
use segue_runs::connections::ConnectionRules;
use segue_runs::{Installation, Pace, StopHandle, Turns, Worker, WorkerRules};
use segue_server::{new_id, system_clock, system_random};
use tokio::task::JoinHandle;

use crate::exit::{Code, Failure};
use crate::master_key::MasterKeySource;
use crate::serve::{ConnectionOptions, LogForm};
use crate::show;
use crate::signals::Signals;
use crate::workspace::{Open, Workspace};

/// How runs and refreshes are carried out.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Runs")]
pub(crate) struct WorkOptions {
    /// Part of every limit of an account that is used, from 0.05 to 1, where other integrations share the account
    #[arg(long, value_name = "PART", env = "SEGUE_SHARE", hide_env_values = true, default_value_t = 1.0, value_parser = part)]
    share: f64,
    /// How many times as fast as ActiveCampaign's the sandbox's clock runs, as in its own --speed
    #[arg(
        long,
        value_name = "FACTOR",
        env = "SEGUE_SANDBOX_SPEED",
        hide_env_values = true,
        default_value_t = 1.0,
        value_parser = crate::cli::speed
    )]
    sandbox_speed: f64,
    /// Hours after its refresh until which a segment's members are exported; those of a static one always are
    #[arg(long, value_name = "HOURS", env = "SEGUE_STALE_AFTER", hide_env_values = true, value_parser = clap::value_parser!(u32).range(1..))]
    stale_after: Option<u32>,
    /// Days for which runs and refreshes are remembered
    #[arg(long, value_name = "DAYS", env = "SEGUE_KEEP_HISTORY", hide_env_values = true, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..))]
    keep_history: u32,
    /// Days for which it is kept what became of everybody in a run, and examples, which are personal data. Each run keeps
    /// about 40 bytes a member on the disk
    #[arg(long, value_name = "DAYS", env = "SEGUE_KEEP_REJECTIONS", hide_env_values = true, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    keep_rejections: u32,
}

/// Carries out runs and refreshes of an installation whose metadata is in Postgres, beside servers and other workers.
#[derive(Debug, Clone, Args)]
pub(crate) struct Work {
    #[command(flatten)]
    pub(crate) options: WorkOptions,
    #[command(flatten)]
    connections: ConnectionOptions,
    #[command(flatten)]
    key: MasterKeySource,
    /// How the log on standard error is written; `SEGUE_LOG` says how much of it
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        env = "SEGUE_LOG_FORM",
        hide_env_values = true,
        default_value_t
    )]
    pub(crate) log: LogForm,
    #[command(flatten)]
    pub(crate) workspace: Workspace,
}

fn part(text: &str) -> Result<f64, String> {
    let part = text.parse::<f64>().ok().filter(|part| (0.05..=1.0).contains(part));
    part.ok_or_else(|| "write a number from 0.05 to 1, as in 0.5".to_owned())
}

impl WorkOptions {
    /// How many times as fast the sandbox's clock runs.
    pub(crate) const fn sandbox_speed(&self) -> f64 {
        self.sandbox_speed
    }

    /// What may be asked of an account.
    pub(crate) fn limits(&self) -> Limits {
        Limits { share: self.share, ..Limits::default().sped_up(self.sandbox_speed) }
    }

    fn rules(&self) -> WorkerRules {
        let days = |days: u32| Duration::from_secs(u64::from(days) * 24 * 60 * 60);
        let usual = WorkerRules::default();
        let options = usual.options.clone().sped_up(self.sandbox_speed);
        WorkerRules {
            options: Options { limits: self.limits(), ..options },
            pace: Pace::default().sped_up(self.sandbox_speed),
            stale_after: self.stale_after.map(|hours| Duration::from_secs(u64::from(hours) * 60 * 60)),
            history: days(self.keep_history),
            rejections: days(self.keep_rejections),
            ..usual
        }
    }
}

/// A worker at work.
pub(crate) struct Working {
    stop: StopHandle,
    task: JoinHandle<()>,
}

impl Working {
    /// Begins to work. `is_alone` says that no other process can be at work on the same installation.
    pub(crate) async fn begin(
        installation: Installation,
        options: &WorkOptions,
        is_alone: bool,
    ) -> Result<Self, Failure> {
        let (clock, random) = (system_clock(), system_random());
        if is_alone {
            installation.store.free_all_lanes(clock()).await?;
        }
        let worker = Worker::new(installation, options.rules(), clock, Arc::new(move || new_id(&random)));
        let (stop, seen) = StopHandle::new();
        let task = tokio::spawn(async move { worker.run(seen).await });
        Ok(Self { stop, task })
    }

    /// Leaves what is under way to the next worker, in order, and waits until that is done.
    pub(crate) async fn end(self) {
        self.stop.raise();
        if self.task.await.is_err() {
            tracing::error!("the worker has stopped unexpectedly: please report this");
        }
    }
}

/// The installation of a state directory, whose accounts have these limits.
pub(crate) async fn installation(
    open: Open,
    key: &MasterKeySource,
    connections: ConnectionRules,
    limits: Limits,
) -> Result<Installation, Failure> {
    let Open { segments, store, directory } = open;
    let segments = segments.fetching_from(connections.hosts);
    let keys = key.read(&directory, &store).await?;
    let missing = store.keys_missing(&keys).await?;
    if !missing.is_empty() {
        // All the rest works, and it is here that it can be mended.
        let what = key.told(&directory, &keys, &missing);
        tracing::warn!(
            "{what}: connections whose keys cannot be opened run nothing. Start with the right key; if it is lost, run \
             segue keys rotate --lost, and give them their API keys again"
        );
    }
    let engine = Arc::new(TableEngine);
    let turns = Turns::new(store.clone(), limits, system_clock(), new_id(&system_random()));
    Ok(Installation::new(store, directory, keys, (connections, turns), Arc::new(segments), engine))
}

pub(crate) async fn run(work: Work) -> Result<Code, Failure> {
    if !work.workspace.folder.is_shared() {
        let words = "a worker of its own needs metadata in Postgres: name it with --database; \
                     without it, segue serve does all the work itself";
        return Err(Failure::Input(words.to_owned()));
    }
    let open = work.workspace.open().await?;
    let store = open.store.clone();
    let ended = work_until_told(&work, open).await;
    store.close().await;
    ended
}

async fn work_until_told(work: &Work, open: Open) -> Result<Code, Failure> {
    let mut signals = Signals::new();
    let installation = installation(open, &work.key, work.connections.rules(), work.options.limits()).await?;
    let working = Working::begin(installation, &work.options, false).await?;
    show::say("Working. Ctrl-C ends it.");
    signals.next().await;
    show::say("Leaving what is under way in order. Ctrl-C once more ends it at once.");
    tokio::select! {
        () = working.end() => Ok(Code::Done),
        () = signals.next() => Ok(Code::Interrupted),
    }
}
