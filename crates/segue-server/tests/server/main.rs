//! The server as its users meet it: over HTTP, on a listener of its own, with a clock that the test holds.

mod audit;
mod connections;
mod edges;
mod exports;
mod logs;
mod openapi;
mod people;
mod roles;
mod setting;
mod sign_in;
mod tokens;
