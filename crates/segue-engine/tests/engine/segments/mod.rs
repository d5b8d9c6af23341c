//! Segments: who is in, by definitions over small tables with hand-written answers.

mod examples;
mod reproducible;
mod setting;
