//! Conditions that a table declares by name, as consent.

use segue_model::segment::check::check_named;
use segue_model::segment::read;
use segue_store::{CatalogChange, Entry};

use super::catalog::Planned;
use super::error::names;
use super::{SegmentError, Segments, User, name_fault, record};

impl Segments {
    /// Declares a condition of a table by name, if `version` is still in force or none is meant; without text it is taken
    /// back.
    ///
    /// # Errors
    /// [`SegmentError::Faults`] for what is wrong with it; [`SegmentError::InUse`] if it is taken back while used, and
    /// [`SegmentError::Missing`] if it was never declared; [`StoreError::Stale`](segue_store::StoreError::Stale).
    pub async fn declare(
        &self,
        table: &str,
        version: Option<i64>,
        name: &str,
        condition: Option<&str>,
        by: &Entry,
    ) -> Result<(), SegmentError> {
        if let Some(fault) = name_fault("condition", name) {
            return Err(SegmentError::Fields(vec![fault]));
        }
        self.change(|stored| {
            let before = match version {
                Some(version) => stored.table_at(table, version)?,
                None => stored.table(table)?,
            };
            let mut after = before.clone();
            match condition {
                Some(text) => {
                    let group = read::group(text).map_err(SegmentError::Faults)?;
                    let faults = check_named(&group, &before.table, &stored.catalog());
                    if faults.iter().any(|fault| !fault.is_warning) {
                        return Err(SegmentError::Faults(faults));
                    }
                    after.table.conditions.insert(name.to_owned(), text.to_owned());
                }
                None => {
                    let used_by = stored.users_of_condition(table, name);
                    if let Some(words) = condition_in_the_way(name, &used_by) {
                        return Err(SegmentError::InUse { words, used_by });
                    }
                    if after.table.conditions.remove(name).is_none() {
                        let words = format!("table \"{table}\" declares no condition \"{name}\"");
                        return Err(SegmentError::Missing(words));
                    }
                }
            }
            Ok(Planned {
                entry: record::of_table(by, "table.change", Some(before), Some(&after)),
                changes: vec![CatalogChange::PutTable(after)],
                told: (),
            })
        })
        .await
    }
}

/// Why a condition cannot be taken back, if something uses it.
fn condition_in_the_way(name: &str, users: &[User]) -> Option<String> {
    let (segments, exports) = (names(users, "segment"), names(users, "export"));
    if !segments.is_empty() {
        return Some(format!(
            "condition \"{name}\" is used by segments: {segments}; change or remove them first"
        ));
    }
    (!exports.is_empty()).then(|| {
        format!("condition \"{name}\" is required by exports: {exports}; change or remove them first")
    })
}
