//! The store as its users see it: what is saved is read back, and what must be one step is one step.
//!
//! Every test runs on SQLite and on Postgres.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod changes;
mod connections;
mod forgotten;
mod jobs;
mod people;
mod place;
mod postgres;
mod recipes;
mod runs;
mod segments;
mod tables;
