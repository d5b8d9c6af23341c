//! Segments over HTTP, with the real engine over files. Tests are named after the lines of the product that they hold us to.

mod changing;
mod definitions;
mod loading;
mod members;
mod memory;
mod roles;
