//! A simulator of the ActiveCampaign v3 API, for everybody who writes a client of it: real HTTP, asynchronous imports,
//! the documented limits, and every way of failing that has been seen in production, on request and repeatable.
//!
//! What is documented or was recorded is answered like the provider; what nobody knows is a [`Knobs`] setting, and what
//! goes wrong is a [`Fault`]. State is in memory. Below `/sim/` it can be read and arranged without a key:
//!
//! | path | what |
//! | --- | --- |
//! | `GET /sim/state` | counters: requests, over-limit answers, peaks of each window, contacts, imports, automations |
//! | `GET /sim/contacts` | one JSON object a line: every contact with lists, fields and tags |
//! | `GET /sim/journal` | the latest requests: when, what, answer |
//! | `POST /sim/contacts/bounce` `{"email"}` | a hard bounce |
//! | `POST /sim/exclusions` `{"phrase","type"}` | never mail to these (`exact`, `begin`, `end`) |
//! | `POST /sim/contact-limit` `1000` | the plan's contact limit from now on; `null` for none |
//! | `POST /sim/faults` `["429@contacts:p=0.1"]` | replaces the faults: [`Fault`] says how they are written, [`FaultKind`] which there are |
//! | `POST /sim/clock` `{"forward": 5}` | puts the clock forward by seconds, and carries out what falls due |
//! | `POST /sim/reset-counters` | forgets what was counted |
//!
//! Webhooks and the callbacks of imports are delivered once, to plain HTTP on this machine only. Segments, deals,
//! campaigns and automations are not simulated: their collections are empty, and of automations only the number that
//! would have started is counted.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let simulator = activecampaign_sim::start(activecampaign_sim::Config::default()).await?;
//! println!("http://{} with the key {}", simulator.address(), activecampaign_sim::KEY);
//! # Ok(()) }
//! ```

mod account;
mod answer;
mod body;
mod clock;
mod collections;
mod config;
mod contacts;
mod delivery;
mod faults;
mod fields;
mod gate;
mod import_body;
mod imports;
mod knobs;
mod limits;
mod lists;
mod routes;
mod search;
mod server;
mod sim;
mod tags;
mod texts;
mod webhooks;

pub use config::{Config, Limits};
pub use faults::{Fault, FaultKind, UnknownFault};
pub use knobs::{Ids, Knobs, Page, UnknownKnob, WindowKind};
pub use server::{Simulator, start};

/// The key that may do everything.
pub const KEY: &str = "sandbox-key";
/// A key whose user may not view lists.
pub const RESTRICTED_KEY: &str = "restricted-key";
