//! The real program against the simulated account, over real HTTP.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod config;
mod conformance;
mod crash;
mod database;
mod declaring;
mod errors;
mod keys;
mod network;
mod outages;
mod output;
mod promises;
mod remote;
mod segments;
mod segments_output;
mod serve;
mod setting;
mod shop;
mod tables_output;
mod workers;
