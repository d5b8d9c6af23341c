//! Segue's REST API: who may sign in, what they may do, and a record of what they did.
//!
//! ```text
//! serve.rs      a listener becomes a server; how it ends
//! local.rs      the same without a listener, for commands that have the installation themselves
//! router.rs     every route, the OpenAPI document, and what lies around all routes
//! observe.rs    around every request: its id, its log line, its metrics, the headers of its answer
//! caller.rs     who asks: `Caller` (signed in or by token) and `Visitor` (anybody)
//! problem.rs    every way in which a request can fail, as RFC 9457 answers
//! input.rs      bodies, queries and ids that are read, or turned down in the same words everywhere
//! etag.rs       versions: nobody overwrites what somebody else changed
//! paging.rs     lists, page by page
//! folders.rs    where tables may be read from, and where files are put
//! receive.rs    bodies that are files
//! routes/       the endpoints, one group a file
//! ```
//!
//! An endpoint reads from top to bottom: take the `Caller`, require the right, do the one thing, answer.
//! A change and its entry in the audit log are one transaction of the store.
//!
//! Time, randomness and the store are handed in with [`App::new`].

mod app;
mod caller;
mod console;
mod etag;
mod folders;
mod input;
mod links;
mod local;
mod observe;
mod origin;
mod paging;
mod passwords;
mod problem;
mod receive;
mod router;
mod routes;
mod schema;
mod secret;
mod serve;
mod spreadsheet;
mod throttle;
mod time;

pub use app::{App, Begin, Random, Sandbox, Setting, new_id, system_clock, system_random};
pub use folders::DataFolders;
pub use links::{entry_at_the_console, one_time_link, reset_link};
pub use local::{Local, Reply};
pub use origin::PublicUrl;
pub use passwords::Cost;
pub use problem::Code;
pub use router::openapi;
pub use serve::{DRAIN, serve};
