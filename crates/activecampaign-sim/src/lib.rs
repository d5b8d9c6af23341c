//! A simulator of the ActiveCampaign v3 API, for everybody who writes a client of it: real HTTP, asynchronous imports,
//! the documented limits, and every way of failing that has been seen in production, on request and repeatable.
//!
//! What is documented or was recorded is answered like the provider; what nobody knows is a [`Knobs`] setting. State is
//! in memory. Below `/sim/` it can be read and arranged without a key:
//!
//! | path | what |
//! | --- | --- |
//! | `GET /sim/state` | counters: requests, over-limit answers, peaks of each window, contacts, imports, automations |
//! | `GET /sim/contacts` | one JSON object a line: every contact with lists, fields and tags |
//! | `POST /sim/contacts/bounce` `{"email"}` | a hard bounce |
//! | `POST /sim/exclusions` `{"phrase","type"}` | never mail to these (`exact`, `begin`, `end`) |
//! | `GET /sim/journal` | the latest requests: when, what, answer |
//! | `POST /sim/faults` `["429@contacts:p=0.1"]` | replaces the faults, see [`Fault`] |
//! | `POST /sim/reset-counters` | forgets what was counted |
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let simulator = activecampaign_sim::start(activecampaign_sim::Config::default()).await?;
//! println!("http://{} with the key {}", simulator.address(), activecampaign_sim::KEY);
//! # Ok(()) }
//! ```

mod account;
mod answer;
mod clock;
mod collections;
mod config;
mod contacts;
mod faults;
mod imports;
mod limits;
mod server;
mod sim;

pub use config::{Config, Knobs, Limits, WindowKind};
pub use faults::{Fault, FaultKind};
pub use server::{Simulator, start};

/// The key that may do everything.
pub const KEY: &str = "sandbox-key";
/// A key whose user may not view lists.
pub const RESTRICTED_KEY: &str = "restricted-key";
