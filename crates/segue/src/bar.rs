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

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use indicatif::{ProgressDrawTarget, TermLike};
    use parking_lot::Mutex;

    use super::*;

    /// A terminal that remembers what was written last.
    #[derive(Debug, Clone, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            120
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().clear();
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is seen of a run at one moment.
    fn seen(phase: Phase, confirmed: u64, is_waiting: bool) -> String {
        let screen = Screen::default();
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        let bar = ProgressBar::with_draw_target(None, target).with_style(style(phase));
        let snapshot =
            Snapshot { phase, read: 12_345, planned: 20_000, posted: 15_000, confirmed, earlier: 0, open: 0 };
        draw(&bar, &snapshot, is_waiting);
        let seen = screen.0.lock().trim_end().to_owned();
        bar.finish_and_clear();
        seen
    }

    #[test]
    fn every_phase_has_its_words() {
        assert_eq!(seen(Phase::Planning, 0, false), "  ⠁ Reading and planning: 12,345 rows");
        let begun = "  Delivering [                              ] 0 of 20,000, 15,000 sent";
        assert_eq!(seen(Phase::Delivering, 0, false), begun);
        assert_eq!(seen(Phase::Recovering, 0, true), format!("{begun}, waiting for the limit"));
        assert_eq!(seen(Phase::Explaining, 0, false), "  ⠁ Asking why contacts were refused");
        assert_eq!(seen(Phase::Settling, 0, false), "  ⠁ Settling");
    }

    #[test]
    fn rate_and_time_left_are_shown_once_something_is_known_of_them() {
        let words = seen(Phase::Delivering, 10_000, false);
        let rest = words.strip_prefix("  Delivering [===============>              ] 10,000 of 20,000, ");
        let (rate, rest) = rest.and_then(|rest| rest.split_once(" a second, ")).unwrap_or_default();
        assert!(!rate.is_empty() && rate.bytes().all(|byte| byte.is_ascii_digit()), "{words}");
        assert!(rest.ends_with(" left, 15,000 sent"), "{words}");
    }
}
