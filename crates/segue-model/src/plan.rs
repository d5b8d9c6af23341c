//! The plan: the exact list of what one run will send, decided and checked before anything is sent.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Blanks, DataMatching, Forgotten, ReasonCount, Source};

/// The most bytes that the JSON of one contact may have, so that a bulk import can carry it alone.
///
/// The provider takes request bodies of up to 399,999 bytes; how it counts is not published, so some are left free.
pub const MAX_CONTACT_BYTES: usize = 389_900;

/// What an export does with the members of its segment and with those who left it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Members are added and updated; nobody is removed.
    #[default]
    AddUpdate,
    /// Also, those who left are unsubscribed from the list, if this export had put them there.
    Mirror,
}

/// What a plan does with one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Not in the ledger: added to the list.
    Create,
    /// In the ledger with another payload: sent again.
    Update,
    /// In the ledger and no longer a member: unsubscribed from this list.
    Leave,
}

/// What a plan is made from.
#[derive(Debug, Clone, Serialize)]
pub struct PlanRequest {
    /// Where the profiles are read from.
    pub source: Source,
    /// A boolean expression over the columns; rows for which it is not true are no members.
    pub filter: Option<String>,
    /// A segment's snapshot: rows whose key it does not hold are no members. Needs `key`.
    pub members: Option<PathBuf>,
    /// The column of the profile key, for reports; without it profiles are known by file and row.
    pub key: Option<String>,
    /// Which column fills what.
    pub matching: DataMatching,
    /// What empty values do.
    pub blanks: Blanks,
    /// The provider's id of the list.
    pub list: u64,
    /// What happens to those who left.
    pub mode: Mode,
    /// Whether contacts that the provider refused before are sent again though nothing about them changed.
    pub retry_refused: bool,
    /// Of a retry, the number of a run: only members whom that run or one before it left refused, and whom no later one has sent,
    /// are sent. All others stay as they are: they are not counted, not sent and not taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_refused_by: Option<i64>,
    /// Whose rows are left out, whatever else holds.
    #[serde(skip_serializing_if = "Forgotten::is_empty")]
    pub forgotten: Forgotten,
    /// Whether it is kept who is unchanged. Changes nothing about the plan.
    #[serde(skip)]
    pub keeps_unchanged: bool,
    /// The ledger's last snapshot; none before the first settled run. Not part of what tells two requests apart.
    #[serde(skip)]
    pub ledger: Option<PathBuf>,
    /// An existing, empty folder that receives the plan's files.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// The files of a plan, by convention of their names inside the run's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFiles {
    folder: PathBuf,
}

impl PlanFiles {
    /// The files in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Contacts to create and update: the outbox.
    #[must_use]
    pub fn sends(&self) -> PathBuf {
        self.folder.join("sends.parquet")
    }

    /// Contacts to unsubscribe from the list.
    #[must_use]
    pub fn leaves(&self) -> PathBuf {
        self.folder.join("leaves.parquet")
    }

    /// Folder of the contacts' JSON, to which sends and leaves refer: each is written once, where it was made.
    #[must_use]
    pub fn contacts(&self) -> PathBuf {
        self.folder.join("contacts")
    }

    /// Members that the plan does not send: invalid ones, and those refused before.
    #[must_use]
    pub fn rejected(&self) -> PathBuf {
        self.folder.join("rejected.parquet")
    }

    /// Members that the provider refused in this run; written when it settles.
    #[must_use]
    pub fn refused(&self) -> PathBuf {
        self.folder.join("refused.parquet")
    }

    /// Members that the list holds already, exactly so, if that is to be kept.
    #[must_use]
    pub fn unchanged(&self) -> PathBuf {
        self.folder.join("unchanged.parquet")
    }

    /// What became of those whom the plan sends or takes off the list; written when the run settles, if that is to be kept. Of a
    /// plan that is not carried out, what would have become of them.
    #[must_use]
    pub fn sent(&self) -> PathBuf {
        self.folder.join("sent.parquet")
    }
}

/// How a plan divides the members. All numbers are profiles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCounts {
    /// Rows read from the source, before the filter.
    pub read: u64,
    /// Members: rows that passed the filter, those of forgotten people aside.
    pub members: u64,
    /// Rows that passed the filter and are left out because the person was forgotten.
    #[serde(default)]
    pub forgotten: u64,
    /// Members to create.
    pub create: u64,
    /// Members to update.
    pub update: u64,
    /// Members that the list holds already, exactly so.
    pub unchanged: u64,
    /// Members whose own data cannot be sent.
    pub invalid: u64,
    /// Members that the provider refused before and that did not change since.
    pub refused: u64,
    /// Contacts to unsubscribe from the list: in the ledger, no longer members. Only in mirror mode.
    pub leave: u64,
    /// Contacts that the ledger says are on the list by our doing.
    pub listed: u64,
}

impl PlanCounts {
    /// Whether every member is accounted for exactly once.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.members == self.create + self.update + self.unchanged + self.invalid + self.refused
    }
}

/// One example of what a plan holds, to be shown to its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Profile key, or `file:row`.
    pub profile: String,
    /// The address as it was given.
    pub email: String,
    /// What the plan does with it: `create`, `update`, `unchanged`, `leave`, or the code of a reason.
    pub kind: String,
    /// What is wrong or what would be sent; may be empty.
    pub detail: String,
}

/// A finished plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// How the members divide.
    pub counts: PlanCounts,
    /// Rejections by reason, both invalid and refused before.
    pub rejected: Vec<ReasonCount>,
    /// Bytes of all contacts to send.
    pub bytes: u64,
    /// Up to ten examples of each kind.
    pub examples: Vec<Example>,
    /// How many more contacts the account may have; none where it does not tell, or where nobody is created.
    #[serde(default)]
    pub room: Option<u64>,
}

impl PlanSummary {
    /// What speaks against sending this, with its figures; none if nothing does.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let (create, room) = (self.counts.create, self.room?);
        // Who is new to the export may be in the account already: nobody knows before they are sent.
        (create > room).then(|| {
            format!(
                "the plan creates up to {create} contacts, and the account has room for {room}: beyond its limit \
                 ActiveCampaign refuses contacts, or sends no campaigns any more; raise the limit or remove contacts first"
            )
        })
    }

    /// Bulk imports that sending this takes, about: batches are packed by count and by bytes.
    #[must_use]
    pub fn imports(&self) -> u64 {
        const CONTACTS: u64 = 250;
        const BYTES: u64 = 390_000;
        let sends = self.counts.create + self.counts.update;
        let by_count = sends.div_ceil(CONTACTS) + self.counts.leave.div_ceil(CONTACTS);
        by_count.max(self.bytes.div_ceil(BYTES))
    }

    /// Minutes that the provider's limit makes of these imports. It imports in its own time, afterwards.
    #[must_use]
    pub fn minutes(&self) -> f64 {
        const IMPORTS_PER_MINUTE: f64 = 100.0;
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let imports = self.imports() as f64;
        imports / IMPORTS_PER_MINUTE
    }
}

/// Limits that stop a run before its first request.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Brakes {
    /// The most members that one export may have.
    pub max_profiles: u64,
    /// The most contacts that may leave, in percent of those that the ledger says are listed.
    pub max_leaving_percent: f64,
    /// Whether a source without any member is let through.
    pub allow_empty: bool,
}

impl Default for Brakes {
    fn default() -> Self {
        Self { max_profiles: 1_000_000, max_leaving_percent: 10.0, allow_empty: false }
    }
}

/// A brake that stopped a run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Brake {
    /// No members at all.
    #[error("no profile is left to export: the input is empty or the condition matches nobody")]
    Empty,
    /// More members than allowed.
    #[error("{members} profiles are more than the {limit} that one export may have")]
    TooMany {
        /// Members found.
        members: u64,
        /// The limit.
        limit: u64,
    },
    /// More leaving than allowed.
    #[error(
        "{leaving} of {listed} contacts would leave the list ({percent:.1}%), more than the {limit}% allowed"
    )]
    Leaving {
        /// Contacts that would leave.
        leaving: u64,
        /// Contacts listed by our doing.
        listed: u64,
        /// `leaving` in percent of `listed`.
        percent: f64,
        /// The limit in percent.
        limit: f64,
    },
}

/// How a brake is released, for the person at the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The option that lets the run through.
    pub option: String,
}

impl Brake {
    /// What to do if the change is meant.
    #[must_use]
    pub fn release(&self) -> Release {
        let option = match self {
            Self::Empty => "--allow-empty".to_owned(),
            Self::TooMany { members, .. } => format!("--max-profiles {members}"),
            Self::Leaving { percent, .. } => format!("--max-leaving {}", percent.ceil()),
        };
        Release { option }
    }
}

impl Brakes {
    /// Checks a plan.
    ///
    /// # Errors
    /// The first brake that the plan trips.
    pub fn check(&self, counts: &PlanCounts) -> Result<(), Brake> {
        if counts.members == 0 && !self.allow_empty {
            return Err(Brake::Empty);
        }
        if counts.members > self.max_profiles {
            return Err(Brake::TooMany { members: counts.members, limit: self.max_profiles });
        }
        #[expect(clippy::cast_precision_loss, reason = "a percentage of at most millions")]
        let percent = 100.0 * counts.leave as f64 / counts.listed.max(1) as f64;
        if counts.leave > 0 && percent > self.max_leaving_percent {
            let (leaving, listed, limit) = (counts.leave, counts.listed, self.max_leaving_percent);
            return Err(Brake::Leaving { leaving, listed, percent, limit });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brakes_stop_at_their_limits_and_not_before() {
        let brakes = Brakes::default();
        let counts = |members, leave, listed| PlanCounts { members, leave, listed, ..PlanCounts::default() };
        assert_eq!(brakes.check(&counts(0, 0, 0)), Err(Brake::Empty));
        assert_eq!(brakes.check(&counts(1_000_000, 0, 0)), Ok(()));
        assert!(matches!(brakes.check(&counts(1_000_001, 0, 0)), Err(Brake::TooMany { .. })));
        assert_eq!(brakes.check(&counts(90, 10, 100)), Ok(()));
        assert!(matches!(brakes.check(&counts(89, 11, 100)), Err(Brake::Leaving { .. })));
        let empty_is_meant = Brakes { allow_empty: true, ..brakes };
        assert!(matches!(empty_is_meant.check(&counts(0, 5, 5)), Err(Brake::Leaving { .. })));
    }

    #[test]
    fn a_release_lets_its_own_brake_through() {
        let counts = PlanCounts { members: 5, leave: 1, listed: 6, ..PlanCounts::default() };
        let Err(brake @ Brake::Leaving { .. }) = Brakes::default().check(&counts) else { panic!("no brake") };
        assert_eq!(brake.release().option, "--max-leaving 17");
        let released = Brakes { max_leaving_percent: 17.0, ..Brakes::default() };
        assert_eq!(released.check(&counts), Ok(()));
    }
}
