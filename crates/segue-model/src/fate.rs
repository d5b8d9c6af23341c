//! The rows behind a run's numbers: what became of everybody, or would become by a plan.

use std::ops::Range;

use crate::{Owner, Reason};

macro_rules! fates {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal;)*) => {
        /// What became of somebody in a run, or what a plan would do.
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
    /// Not sent: the list holds the contact already, exactly so.
    Unchanged = "unchanged";
    /// Not sent: our data is at fault.
    Invalid = "invalid";
    /// Turned down by the provider, in this run or before.
    Refused = "refused";
    /// Of a run that ended early: the next one sends it.
    Unsent = "unsent";
    /// No member any more, and taken off the list.
    Left = "left";
    /// No member any more, and left alone: not on the list any more, or there before this export.
    LeftAlone = "left_alone";
    /// No member any more, and on the list still: the next run tries again.
    StillListed = "still_listed";
    /// By a plan: to be added to the list.
    Create = "create";
    /// By a plan: to be sent again with other values.
    Update = "update";
    /// By a plan: no member any more, and to be taken off the list.
    Leave = "leave";
}

impl Fate {
    /// The fate with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fate| fate.code() == code)
    }

    /// Whether it is a member's.
    #[must_use]
    pub const fn is_member(self) -> bool {
        !matches!(self, Self::Left | Self::LeftAlone | Self::StillListed | Self::Leave)
    }

    /// Whether only a plan has it, which a run carries out.
    #[must_use]
    pub const fn is_planned(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Leave)
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
    /// Only those of these fates; of all, if there is none.
    pub fates: Vec<Fate>,
    /// Only those rejected for this reason.
    pub reason: Option<Reason>,
    /// Only those of this batch.
    pub batch: Option<BatchRows>,
    /// Only those whose profile, address or detail holds these words, whatever the case.
    pub words: String,
    /// Where the page begins: nothing for the first.
    pub from: u64,
    /// The most rows of a page.
    pub limit: usize,
}

/// The rows of a plan that a batch holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRows {
    /// Whether it takes contacts off the list.
    pub is_leaves: bool,
    /// Numbers of rows of that part of the plan.
    pub rows: Range<u64>,
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
    /// The rows: rejections first, then those who were sent, then those who were not.
    pub rows: Vec<RunRow>,
    /// Where the page after begins; nothing after the last.
    pub next: Option<u64>,
}
