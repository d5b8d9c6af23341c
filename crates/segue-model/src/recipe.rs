//! The recipe of an export: what a person saves, and every run follows.
//!
//! Nothing here asks the account or the tables anything: whether the list, the columns and the segments are there is
//! checked by whoever saves a recipe, and again by every run.

use serde::{Deserialize, Serialize};

use crate::schedule::ExportSchedule;
use crate::{Blanks, Brakes, DataMatching, Mode};

/// What is exported, where to, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The list that it keeps.
    pub list: TargetList,
    /// The names of its segments, one or more, all over one profile table. Who is in several is one member.
    pub segments: Vec<String>,
    /// Which columns fill a contact. What custom fields take is as it was when the recipe was saved; a run asks again.
    pub matching: DataMatching,
    /// What happens to those who left.
    #[serde(default)]
    pub mode: Mode,
    /// What empty values do.
    #[serde(default)]
    pub blanks: Blanks,
    /// Whether imports may start automations.
    #[serde(default)]
    pub automations: bool,
    /// What stops a run before its first request.
    #[serde(default)]
    pub brakes: Brakes,
    /// Conditions of the profile table that every member must meet, whatever the segments say.
    #[serde(default)]
    pub required: Vec<String>,
    /// When it runs by itself.
    #[serde(default)]
    pub schedule: ExportSchedule,
}

/// A list of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetList {
    /// The provider's id.
    pub id: u64,
    /// Its name when it was last looked at.
    pub name: String,
}
