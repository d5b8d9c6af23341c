//! The server as its users meet it: over HTTP, on a listener of its own, with a clock that the test holds.

mod audit;
mod connections;
mod console;
mod desk;
mod docs;
mod edges;
mod exports;
mod logs;
mod openapi;
mod people;
mod place;
mod profiles;
mod roles;
mod runs;
mod segments;
mod setting;
mod sign_in;
mod tables;
mod tokens;
