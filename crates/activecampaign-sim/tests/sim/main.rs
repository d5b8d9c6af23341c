//! The simulator over real HTTP: what it answers, what it refuses, and how it fails when told to.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod clients;
mod contacts;
mod faults;
mod imports;
mod knobs;
mod limits;
mod sandbox;
mod shapes;
mod webhooks;
