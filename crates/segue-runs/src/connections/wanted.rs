//! What is handed in, and what comes out: accounts to try, connections to make or change, and who may see what.

use activecampaign::{Host, HostPolicy};
use segue_model::Role;
use segue_model::connection::{ConnectionKind, Sharing};
use segue_store::{Connection, ReferenceRules, Secret};

/// What the operator decided about connections.
#[derive(Debug, Clone)]
pub struct ConnectionRules {
    /// Which hosts may be called.
    pub hosts: HostPolicy,
    /// Where keys may be that are not stored here.
    pub references: ReferenceRules,
    /// The address of the operator's privacy statement.
    pub policy: Option<String>,
    /// The address of the sandbox inside the server, which may be called whatever else may.
    pub sandbox: Option<String>,
}

/// The strictest: public hosts, and keys that are stored here.
impl Default for ConnectionRules {
    fn default() -> Self {
        Self {
            hosts: HostPolicy::PublicHttps,
            references: ReferenceRules::default(),
            policy: None,
            sandbox: None,
        }
    }
}

impl ConnectionRules {
    /// Whether connections may go over plain http, and to private addresses.
    #[must_use]
    pub fn allows_insecure(&self) -> bool {
        self.hosts == HostPolicy::AllowInsecure
    }

    /// Whether a host is that of the sandbox inside the server.
    #[must_use]
    pub fn is_sandbox(&self, host: &str) -> bool {
        let address = || Host::parse(host, HostPolicy::AllowInsecure).ok().map(|host| host.address());
        self.sandbox.is_some() && self.sandbox == address()
    }
}

/// An account that somebody wants to connect to.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its host, as typed.
    pub host: String,
    /// Its key, as typed, or where it is.
    pub key: Secret,
    /// The version of the consent text that was agreed to.
    pub agreed: Option<u32>,
}

/// A connection that somebody wants to have.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// The id that it gets.
    pub id: String,
    /// What people are to call it.
    pub name: String,
    /// Who may use it.
    pub sharing: Sharing,
    /// The account.
    pub account: Attempt,
}

/// What is to be changed; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct ConnectionChange {
    /// What people are to call it.
    pub name: Option<String>,
    /// Who may use it.
    pub sharing: Option<Sharing>,
    /// Another host. It takes the key and the consent again.
    pub host: Option<String>,
    /// Another key, or where it is.
    pub key: Option<Secret>,
    /// The version of the consent text that was agreed to.
    pub agreed: Option<u32>,
}

/// A person who has just entered the password again. Whoever makes one has checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenPerson {
    /// The person's id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// The person's role.
    pub role: Role,
}

/// A connection as a person may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenConnection {
    /// All of it, for administrators.
    Whole(Box<Connection>),
    /// What contributors see of one that is shared with them.
    Name {
        /// Its id.
        id: String,
        /// What people call it.
        name: String,
        /// Where it leads.
        kind: ConnectionKind,
    },
}
