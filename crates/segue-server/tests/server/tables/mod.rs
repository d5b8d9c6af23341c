//! Tables over HTTP, with the real engine over files in a data folder.

mod adding;
mod changing;
mod fetched;
mod files;
mod looking;
