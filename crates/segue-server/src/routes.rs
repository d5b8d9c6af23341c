//! The endpoints, one group a file. Each file lists its own in `endpoints`; `router.rs` merges them.

pub(crate) mod audit;
pub(crate) mod connections;
pub(crate) mod exports;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod me;
pub(crate) mod profiles;
pub(crate) mod refreshes;
pub(crate) mod runs;
pub(crate) mod segments;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod tables;
pub(crate) mod tokens;
pub(crate) mod users;
