//! What a simulated account is like.

use std::net::SocketAddr;
use std::str::FromStr;

use crate::Fault;

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

/// How a limit's window is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WindowKind {
    /// Windows that begin on whole seconds and minutes.
    #[default]
    Fixed,
    /// Any span of that length.
    Sliding,
}

/// What nobody knows about the provider, or what was seen both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knobs {
    /// `window=fixed|sliding`.
    pub window: WindowKind,
    /// `rate-headers=on|off`: whether a 429 says `RateLimit-*` and `Retry-After`.
    pub rate_headers: bool,
    /// `retry-after=1`: what it says, in seconds.
    pub retry_after: u64,
    /// `capital-success=off|on`: whether imports answer `Success`.
    pub capital_success: bool,
    /// `success-created-only=off|on`: whether an import's `success` leaves updated contacts out.
    pub success_created_only: bool,
    /// `first-failure-only=off|on`: whether validation names the first bad contact only.
    pub first_failure_only: bool,
    /// `unnamed-failures=off|on`: whether validation names no contact at all.
    pub unnamed_failures: bool,
    /// `index-base=1|0`: what it counts from.
    pub index_base: usize,
    /// `tag-duplicate=200|422`: the answer to a tag that exists.
    pub tag_duplicate: u16,
    /// `oversize=400|413`: the answer to a body of 400,000 bytes.
    pub oversize: u16,
    /// `unknown-batch=400|404|200`: the answer to an import that does not exist; 200 is `status:false`.
    pub unknown_batch: u16,
    /// `number-ids=off|on`: whether ids are numbers instead of text.
    pub number_ids: bool,
    /// `status-false=1`: seconds after an import during which its status is `false`.
    pub status_false: u64,
    /// `unsubscribed-written=off|on`: whether an import still writes the other data of people who left the list.
    pub unsubscribed_written: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            window: WindowKind::Fixed,
            rate_headers: true,
            retry_after: 1,
            capital_success: false,
            success_created_only: false,
            first_failure_only: false,
            unnamed_failures: false,
            index_base: 1,
            tag_duplicate: 200,
            oversize: 400,
            unknown_batch: 400,
            number_ids: false,
            status_false: 1,
            unsubscribed_written: false,
        }
    }
}

/// A setting that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown setting \"{0}\"")]
pub struct UnknownKnob(pub String);

impl Knobs {
    /// Changes one setting, written as in the fields' documentation.
    ///
    /// # Errors
    /// If name or value is not known.
    pub fn set(&mut self, setting: &str) -> Result<(), UnknownKnob> {
        let unknown = || UnknownKnob(setting.to_owned());
        let (name, value) = setting.split_once('=').ok_or_else(unknown)?;
        let switch = match value {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        };
        let flag = || switch.ok_or_else(unknown);
        match name {
            "window" if value == "fixed" => self.window = WindowKind::Fixed,
            "window" if value == "sliding" => self.window = WindowKind::Sliding,
            "rate-headers" => self.rate_headers = flag()?,
            "retry-after" => self.retry_after = number(value).ok_or_else(unknown)?,
            "capital-success" => self.capital_success = flag()?,
            "success-created-only" => self.success_created_only = flag()?,
            "first-failure-only" => self.first_failure_only = flag()?,
            "unnamed-failures" => self.unnamed_failures = flag()?,
            "index-base" => self.index_base = number(value).filter(|base| *base < 2).ok_or_else(unknown)?,
            "tag-duplicate" => self.tag_duplicate = number(value).ok_or_else(unknown)?,
            "oversize" => self.oversize = number(value).ok_or_else(unknown)?,
            "unknown-batch" => self.unknown_batch = number(value).ok_or_else(unknown)?,
            "number-ids" => self.number_ids = flag()?,
            "status-false" => self.status_false = number(value).ok_or_else(unknown)?,
            "unsubscribed-written" => self.unsubscribed_written = flag()?,
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

fn number<T: FromStr>(value: &str) -> Option<T> {
    value.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_are_set_by_name() {
        let mut knobs = Knobs::default();
        knobs.set("window=sliding").unwrap();
        knobs.set("index-base=0").unwrap();
        knobs.set("number-ids=on").unwrap();
        assert_eq!((knobs.window, knobs.index_base, knobs.number_ids), (WindowKind::Sliding, 0, true));
        for bad in ["window", "window=round", "colour=red", "index-base=2", "number-ids=1"] {
            assert_eq!(knobs.set(bad), Err(UnknownKnob(bad.into())));
        }
    }
}
