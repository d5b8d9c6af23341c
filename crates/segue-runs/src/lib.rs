//! Export runs: plan, deliver, confirm, explain, settle.
//!
//! ```text
//! plan ──▶ pack ──▶ post ──▶ confirm ──▶ explain ──▶ settle
//! (engine) (deliver::pack)  (deliver::confirm)        (engine, store)
//!                  (deliver::batch)     (explain)
//! ```
//!
//! Every step leaves its outcome in the store before the next begins, so that any process can be killed at any moment
//! and the next one goes on: recovery is not a path of its own.

mod account;
pub mod connections;
mod deliver;
mod error;
mod explain;
mod export;
pub mod exports;
mod installation;
pub mod limits;
mod pace;
mod prepare;
pub mod profiles;
mod progress;
pub mod runs;
pub mod segments;
mod settle;
mod standing;
mod stop;
mod turns;
mod worker;

pub use account::{CheckedAccount, FieldChoice, check_account};
pub use error::{Cause, RunError};
pub use export::{Exporter, Finished, Prepared, Settings, Unfinished};
pub use installation::Installation;
pub use pace::Pace;
pub use progress::{Phase, Progress, Snapshot};
pub use standing::Standing;
pub use stop::{Stop, StopHandle};
pub use turns::Turns;
pub use worker::{Clock, NewId, Worker, WorkerRules};
