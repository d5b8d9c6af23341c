//! How far a run has come, where somebody watches.

use std::fmt::Write;
use std::time::Duration;

use activecampaign::Client;
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use segue_runs::{Phase, Progress, Snapshot};

use crate::show;

/// Shows the progress of a run on standard error.
pub(crate) struct Bar {
    bar: ProgressBar,
    ticker: tokio::task::JoinHandle<()>,
}

const TICK: Duration = Duration::from_millis(200);

impl Bar {
    pub(crate) fn start(progress: Progress, client: Client) -> Self {
        let bar = ProgressBar::no_length().with_style(style(Phase::Planning));
        let shown = bar.clone();
        let ticker = tokio::spawn(async move {
            let mut phase = None;
            loop {
                let snapshot = progress.snapshot();
                if phase.replace(snapshot.phase) != Some(snapshot.phase) {
                    shown.set_message("");
                    shown.set_style(style(snapshot.phase));
                    shown.reset();
                }
                draw(&shown, &snapshot, client.usage().waiting > 0);
                tokio::time::sleep(TICK).await;
            }
        });
        Self { bar, ticker }
    }

    /// Says something without tearing the bar.
    pub(crate) fn say(&self, text: &str) {
        self.bar.suspend(|| show::say(text));
    }

    pub(crate) fn stop(self) {
        self.ticker.abort();
        self.bar.finish_and_clear();
    }
}

fn style(phase: Phase) -> ProgressStyle {
    let template = match phase {
        Phase::Delivering | Phase::Recovering => {
            "  Delivering [{bar:30}] {human_pos} of {human_len}{pace}{msg}"
        }
        Phase::Planning | Phase::Explaining | Phase::Settling => "  {spinner} {msg}",
    };
    let pace = |state: &ProgressState, out: &mut dyn Write| {
        // Before the first result nothing is known of it.
        if state.pos() > 0 {
            let _ = write!(out, ", {:.0} a second, {:#} left", state.per_sec(), HumanDuration(state.eta()));
        }
    };
    // A template that is wrong is shown as the default one.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("pace", pace)
        .progress_chars("=> ")
}

fn draw(bar: &ProgressBar, snapshot: &Snapshot, is_waiting: bool) {
    match snapshot.phase {
        Phase::Planning => {
            bar.set_message(format!("Reading and planning: {} rows", HumanCount(snapshot.read)))
        }
        Phase::Explaining => bar.set_message("Asking why contacts were refused"),
        Phase::Settling => bar.set_message("Settling"),
        Phase::Recovering | Phase::Delivering => {
            bar.set_length(snapshot.planned);
            bar.set_position(snapshot.confirmed);
            let waits = if is_waiting { ", waiting for the limit" } else { "" };
            bar.set_message(format!(", {} sent{waits}", HumanCount(snapshot.posted)));
        }
    }
    bar.tick();
}
