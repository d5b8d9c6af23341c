//! Being asked to end: by Ctrl-C, or with SIGTERM as service managers do.

use segue_runs::StopHandle;

use crate::exit::Code;
use crate::show;

/// The first signal asks for an orderly end, the second one ends the program.
pub(crate) fn stop_on(stop: StopHandle) {
    let mut signals = Signals::new();
    tokio::spawn(async move {
        signals.next().await;
        show::say(
            "\nFinishing what is on its way. Ctrl-C again stops at once; the next run goes on from there.",
        );
        stop.raise();
        signals.next().await;
        show::say("\nStopped. Run again to go on.");
        std::process::exit(i32::from(Code::Interrupted as u8));
    });
}

/// Every wish to end from when it was made on, one after another.
pub(crate) struct Signals {
    #[cfg(unix)]
    streams: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let streams = signal(SignalKind::interrupt())
            .and_then(|interrupt| Ok([interrupt, signal(SignalKind::terminate())?]));
        Self { streams: streams.ok() }
    }

    #[cfg(not(unix))]
    pub(crate) fn new() -> Self {
        Self {}
    }

    /// Returns at the next one; never, where nobody can ask.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some([interrupt, terminate]) = &mut self.streams {
            tokio::select! {
                Some(()) = interrupt.recv() => return,
                Some(()) = terminate.recv() => return,
                else => {}
            }
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_ok() {
            return;
        }
        std::future::pending().await
    }
}
