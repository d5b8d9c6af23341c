//! Roles, and what each may do.
//!
//! Every person has one role. Rights are numbered as in the product that Segue follows; where its own pages disagree, the
//! stricter reading is taken.
//!
//! | right | viewer | contributor | administrator |
//! | --- | --- | --- | --- |
//! | see exports, segments, members, profiles, tables, status | yes | yes | yes |
//! | change segments and tables; change and run exports on a connection that is shared with the person | no | yes | yes |
//! | everything else | no | no | yes |

use serde::{Deserialize, Serialize};

/// What a person is to this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Defines segments, and exports over what is shared.
    Contributor,
    /// Does everything, and answers for what leaves the house.
    Administrator,
}

impl Role {
    /// All of them, from the least to the most.
    pub const ALL: &[Self] = &[Self::Viewer, Self::Contributor, Self::Administrator];

    /// The stable word used in the API, in files and in the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Contributor => "contributor",
            Self::Administrator => "administrator",
        }
    }

    /// The role with this [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.word() == word)
    }

    /// Whether a person of this role may do this.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        self >= right.least()
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

macro_rules! rights {
    ($($(#[doc = $doc:literal])* $name:ident = $least:ident, $words:literal;)*) => {
        /// Something that a person may or may not do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Right { $($(#[doc = $doc])* $name,)* }

        impl Right {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The least role that has it; those above have it too.
            #[must_use]
            pub const fn least(self) -> Role { match self { $(Self::$name => Role::$least),* } }

            /// What it allows, as it stands after "may".
            #[must_use]
            pub const fn words(self) -> &'static str { match self { $(Self::$name => $words),* } }
        }
    };
}

rights! {
    /// ROL-1: exports, their settings and status.
    SeeExports = Viewer, "see exports";
    /// ROL-2: create, edit, run, schedule, duplicate, remove, on a connection that is shared with the person.
    ChangeSharedExports = Contributor, "change and run exports on shared connections";
    /// ROL-3: the same on a connection that is not.
    ChangeUnsharedExports = Administrator, "change and run exports on connections that are not shared with them";
    /// ROL-4: take the connection from an export.
    DetachConnections = Administrator, "detach an export's connection";
    /// ROL-5: create, see, edit, remove, share.
    ManageConnections = Administrator, "manage connections";
    /// ROL-6: segments, their members and insights.
    SeeSegments = Viewer, "see segments";
    /// ROL-7: create, edit, refresh, schedule, remove.
    ChangeSegments = Contributor, "change segments";
    /// ROL-8: keep a segment from being switched off for not being used.
    ExemptSegments = Administrator, "exempt segments from clean-up";
    /// ROL-9: search, filter and open profiles.
    SeeProfiles = Viewer, "see profiles";
    /// ROL-10: which columns are searched and filtered by.
    DefineSearch = Administrator, "define what is searched";
    /// ROL-11: tables and their rows.
    SeeTables = Viewer, "see tables";
    /// ROL-12: sources, relationships, keys.
    ChangeTables = Contributor, "change tables";
    /// ROL-13: what is running and what happened.
    SeeStatus = Viewer, "see status";
    /// ROL-14: settings and the refresh schedule.
    ChangeSettings = Administrator, "change settings and the refresh schedule";
    /// ROL-15: people, roles, master keys, audit, diagnostics.
    ManagePeople = Administrator, "manage users and read the audit log";
    /// DSR-1: erase a person.
    ForgetProfiles = Administrator, "forget people";
    /// ROL-16: begin anew.
    Reset = Administrator, "reset the installation";
}

impl Right {
    /// What changing or running an export takes, by whether its connection is shared with the person.
    #[must_use]
    pub const fn change_exports(is_shared: bool) -> Self {
        if is_shared { Self::ChangeSharedExports } else { Self::ChangeUnsharedExports }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(right: Right) -> [bool; 3] {
        [Role::Viewer, Role::Contributor, Role::Administrator].map(|role| role.may(right))
    }

    const EVERYBODY: [bool; 3] = [true, true, true];
    const NO_VIEWER: [bool; 3] = [false, true, true];
    const ADMINISTRATORS: [bool; 3] = [false, false, true];

    /// One row for each of ROL-1 to ROL-16 and for DSR-1: viewer, contributor, administrator.
    const MATRIX: [(&str, Right, [bool; 3]); 17] = [
        ("ROL-1", Right::SeeExports, EVERYBODY),
        ("ROL-2", Right::ChangeSharedExports, NO_VIEWER),
        ("ROL-3", Right::ChangeUnsharedExports, ADMINISTRATORS),
        ("ROL-4", Right::DetachConnections, ADMINISTRATORS),
        ("ROL-5", Right::ManageConnections, ADMINISTRATORS),
        ("ROL-6", Right::SeeSegments, EVERYBODY),
        ("ROL-7", Right::ChangeSegments, NO_VIEWER),
        ("ROL-8", Right::ExemptSegments, ADMINISTRATORS),
        ("ROL-9", Right::SeeProfiles, EVERYBODY),
        ("ROL-10", Right::DefineSearch, ADMINISTRATORS),
        ("ROL-11", Right::SeeTables, EVERYBODY),
        ("ROL-12", Right::ChangeTables, NO_VIEWER),
        ("ROL-13", Right::SeeStatus, EVERYBODY),
        ("ROL-14", Right::ChangeSettings, ADMINISTRATORS),
        ("ROL-15", Right::ManagePeople, ADMINISTRATORS),
        ("DSR-1", Right::ForgetProfiles, ADMINISTRATORS),
        // The owner's there; here administrators are the owners.
        ("ROL-16", Right::Reset, ADMINISTRATORS),
    ];

    #[test]
    fn every_cell_of_the_matrix() {
        for (number, right, expected) in MATRIX {
            assert_eq!(cells(right), expected, "{number}: viewer, contributor, administrator");
        }
    }

    #[test]
    fn every_right_is_in_the_matrix() {
        for right in Right::ALL {
            assert!(MATRIX.iter().any(|(_, listed, _)| listed == right), "{right:?} is missing");
        }
    }

    #[test]
    fn an_export_takes_more_where_the_connection_is_not_shared() {
        assert!(Role::Contributor.may(Right::change_exports(true)));
        assert!(!Role::Contributor.may(Right::change_exports(false)));
    }

    #[test]
    fn words_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(*role));
        }
        assert_eq!(Role::from_word("owner"), None);
    }
}
