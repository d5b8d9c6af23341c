//! Connections as their users meet them, with the simulator at the other end. Tests are named after the lines of the product
//! that they hold us to.

mod account;
mod export_user;
mod removal;
mod rules;
mod setting;
