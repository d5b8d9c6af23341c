//! The rows behind a run's numbers: who was created, updated, taken off the list, invalid or refused.

use crate::{Owner, Reason};

macro_rules! fates {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal;)*) => {
        /// What became of somebody in a run. Whom the list held already, exactly so, has none: nothing was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fate { $($(#[doc = $doc])* $name,)* }

        impl Fate {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable word of files and the API.
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code),* } }
        }
    };
}

fates! {
    /// Added to the list.
    Created = "created";
    /// Sent again with other values.
    Updated = "updated";
    /// Taken off the list.
    Left = "left";
    /// Not sent: our data is at fault.
    Invalid = "invalid";
    /// Turned down by the provider, in this run or before.
    Refused = "refused";
}

impl Fate {
    /// The fate with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fate| fate.code() == code)
    }
}

impl From<Reason> for Fate {
    fn from(reason: Reason) -> Self {
        match reason.owner() {
            Owner::Invalid => Self::Invalid,
            Owner::Refused => Self::Refused,
        }
    }
}

/// Which rows of a run are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSearch {
    /// Only those of this fate.
    pub fate: Option<Fate>,
    /// Only those rejected for this reason.
    pub reason: Option<Reason>,
    /// Only those whose profile, address or detail holds these words, whatever the case.
    pub words: String,
    /// Where the page begins: nothing for the first.
    pub from: u64,
    /// The most rows of a page.
    pub limit: usize,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Profile key, or `file:row`.
    pub profile: String,
    /// The address.
    pub email: String,
    /// What became of it.
    pub fate: Fate,
    /// Why it was rejected.
    pub reason: Option<Reason>,
    /// What is wrong, in words about this row; may be empty.
    pub detail: String,
}

/// A page of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunRows {
    /// The rows: rejections first, then those who were sent.
    pub rows: Vec<RunRow>,
    /// Where the page after begins; nothing after the last.
    pub next: Option<u64>,
}
