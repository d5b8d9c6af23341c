//! A client of the ActiveCampaign v3 API: typed calls, error classes that say what to do, and pacing inside.
//!
//! The provider publishes no schema that its answers keep to, so decoding is tolerant (ids come as text or number, JSON
//! comes labelled as HTML, keys change their case) and every trap known to the authors is handled in one place: here.
//!
//! ```no_run
//! # async fn example() -> Result<(), activecampaign::Error> {
//! use activecampaign::{Client, Contact, Host, HostPolicy, Import, Options};
//!
//! let host = Host::parse("acme.api-us1.com", HostPolicy::PublicHttps).expect("a valid host");
//! let client = Client::new(&host, "the API key".to_owned().into(), Options::default())?;
//! let list = client.list(3).await?;
//! let contacts = vec![Contact::new("ann@example.com").on_list(list.id), Contact::new("bob@example.com").on_list(list.id)];
//! let accepted = client.bulk_import(&Import::without_automations(contacts)).await?;
//! let status = client.import_status(&accepted.batch).await?;
//! println!("{:?}, {} failed", status.state, status.failures.len());
//! # Ok(()) }
//! ```

mod answer;
mod client;
mod contacts;
mod decode;
mod error;
mod host;
mod import;
pub mod outside;
mod pace;
mod past;
mod public;
mod room;
mod transport;
mod types;
mod user;

pub use client::Client;
pub use error::{ContactFault, Error, ErrorKind};
pub use host::{Host, HostError, HostPolicy};
pub use import::{Accepted, Backlog, Contact, Import, ImportState, ImportStatus};
pub use pace::{Limits, Window};
pub use past::{Sent, Turn, Turns, Witness};
pub use room::Room;
pub use transport::{Options, Retry, Usage};
pub use types::{
    Channel, ContactWithLists, Exclusion, ExclusionMatch, Field, FieldKind, List, Membership,
    MembershipStatus, Tag,
};
pub use user::User;
