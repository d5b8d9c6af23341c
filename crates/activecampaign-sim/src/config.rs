//! What a simulated account is like.

use std::net::SocketAddr;

use crate::{Fault, Knobs};

/// A simulated account.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Makes faults repeatable.
    pub seed: u64,
    /// How many times as fast its clock runs.
    pub speed: f64,
    /// Its limits on requests; none lets everything through.
    pub limits: Option<Limits>,
    /// Seconds between an import's arrival and its start, by its own clock.
    pub queue_delay: f64,
    /// Contacts that it imports a second, by its own clock.
    pub import_rate: f64,
    /// The most contacts that its plan allows.
    pub contact_limit: Option<usize>,
    /// Lists beyond the usual ones, named `List 5`, `List 6` …
    pub extra_lists: usize,
    /// Custom fields beyond the usual ones, named `Extra 8` …
    pub extra_fields: usize,
    /// Tags beyond the usual ones.
    pub extra_tags: usize,
    /// What nobody knows about the provider.
    pub knobs: Knobs,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 0,
            speed: 1.0,
            limits: Some(Limits::default()),
            queue_delay: 5.0,
            import_rate: 250.0,
            contact_limit: None,
            extra_lists: 0,
            extra_fields: 0,
            extra_tags: 0,
            knobs: Knobs::default(),
            faults: Vec::new(),
        }
    }
}

/// Limits on requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests a second.
    pub general: usize,
    /// Imports a minute.
    pub bulk: usize,
    /// Imports of a single contact a minute.
    pub bulk_single: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { general: 5, bulk: 100, bulk_single: 20 }
    }
}
