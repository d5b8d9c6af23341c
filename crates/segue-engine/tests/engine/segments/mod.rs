//! Segments: who is in, by definitions over small tables with hand-written answers.

mod aside;
mod describe;
mod examples;
mod memory;
mod reproducible;
mod setting;
