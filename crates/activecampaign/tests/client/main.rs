//! The client over real HTTP: against the simulated account, and against servers that answer what no account would.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod account;
mod damage;
mod errors;
mod imports;
mod limits;
mod reads;
mod secrets;
mod stub;
