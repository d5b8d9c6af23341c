//! What all endpoints share, and what the outside hands in.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::{fmt, io};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use rand::RngExt;
use segue_runs::{Clock, Installation};
use tokio::sync::watch;

use crate::folders::DataFolders;
use crate::observe::Metrics;
use crate::origin::PublicUrl;
use crate::passwords::{Cost, Passwords};

/// Fills with bytes that nobody can guess.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Begins the sandbox, unless it has begun.
pub type Begin = Arc<dyn Fn() -> BoxFuture<'static, io::Result<()>> + Send + Sync>;

/// A simulated account inside the server, to try everything with.
#[derive(Clone)]
pub struct Sandbox {
    /// The key that its account takes. It is no secret.
    pub key: String,
    /// Begins it: it is there from the first wish on.
    pub begin: Begin,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

/// How the server is reached, and what it costs to try a password.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The address under which people reach it: decides over cookies, links and what counts as our own site.
    pub url: PublicUrl,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// What a password hash costs.
    pub cost: Cost,
    /// Where tables that are added over the API may be read from.
    pub data_folders: DataFolders,
    /// The largest file that is taken, in bytes.
    pub largest_file: u64,
    /// The built-in sandbox, where there is one; its host is that of the connections' rules.
    pub sandbox: Option<Sandbox>,
}

/// The server's state. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What [`App`] holds.
pub struct Shared {
    installation: Installation,
    pub(crate) setting: Setting,
    pub(crate) passwords: Passwords,
    pub(crate) metrics: Metrics,
    clock: Clock,
    random: Random,
    /// Whether the server ends.
    ending: watch::Sender<bool>,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// A server of this installation.
    #[must_use]
    pub fn new(installation: Installation, setting: Setting, clock: Clock, random: Random) -> Self {
        let passwords = Passwords::new(setting.cost, Arc::clone(&random));
        Self(Arc::new(Shared {
            installation,
            setting,
            passwords,
            metrics: Metrics::default(),
            clock,
            random,
            ending: watch::Sender::new(false),
        }))
    }
}

impl Deref for Shared {
    type Target = Installation;

    fn deref(&self) -> &Installation {
        &self.installation
    }
}

impl Shared {
    /// Now, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// Now, as evaluations take it.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.now_ms()).unwrap_or_default()
    }

    /// Tells streams that do not end by themselves that the server ends.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Returns when the server ends.
    pub(crate) async fn ended(&self) {
        let mut ending = self.ending.subscribe();
        // The sender lives as long as this does.
        let _ = ending.wait_for(|is_ending| *is_ending).await;
    }

    /// An id that nothing else has.
    pub(crate) fn new_id(&self) -> String {
        new_id(&self.random)
    }

    pub(crate) fn random(&self) -> &Random {
        &self.random
    }
}

/// An id that nothing else has.
#[must_use]
pub fn new_id(random: &Random) -> String {
    let mut bytes = [0; 16];
    random(&mut bytes);
    crate::secret::hexadecimal(&bytes)
}

/// The machine's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| chrono::Utc::now().timestamp_millis())
}

/// The machine's randomness.
#[must_use]
pub fn system_random() -> Random {
    Arc::new(|bytes| rand::rng().fill(bytes))
}
