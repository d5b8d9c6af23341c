//! Segments: who is in, by definitions over small tables with hand-written answers, and by any definition over any
//! tables with the answers of a slow evaluator.

mod aside;
mod counting;
mod definitions;
mod describe;
mod examples;
mod forgotten;
mod memory;
mod nothing;
mod operators;
mod random;
mod reproducible;
mod setting;
mod slow;
mod slow_time;
mod tables;
mod together;
