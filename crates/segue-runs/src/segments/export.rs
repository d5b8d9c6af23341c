//! What a push takes of a segment: those of its members who may be exported at this moment.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use segue_model::StoredTable;
use segue_model::segment::{Combine, Condition, Definition, Group, Join, Rule, read};
use segue_store::StateDirectory;

use super::{SegmentError, Segments};

/// The members of a segment whom one export may have, as long as the value lives.
pub struct ToExport {
    /// The profile table.
    pub table: StoredTable,
    /// The snapshot of their keys.
    pub snapshot: PathBuf,
    /// The name of that snapshot, if it was made for this export only.
    own: Option<(Arc<StateDirectory>, String)>,
}

impl Drop for ToExport {
    fn drop(&mut self) {
        if let Some((directory, name)) = &self.own {
            // What cannot be removed now is removed when the directory is opened next.
            let _ = directory.remove_snapshot(name);
        }
    }
}

impl Segments {
    /// The members of a segment who may be exported now: those of its last refresh who meet the required conditions, by
    /// the tables as they are at this moment.
    ///
    /// # Errors
    /// [`SegmentError::Input`] if the segment was never refreshed, or its table does not declare a required condition.
    pub async fn members_to_export(&self, name: &str, now: DateTime<Utc>) -> Result<ToExport, SegmentError> {
        let (table, snapshot) = self.members(name).await?;
        if self.required.is_empty() {
            return Ok(ToExport { table, snapshot, own: None });
        }
        if let Some(name) = self.required.iter().find(|name| !table.table.conditions.contains_key(*name)) {
            return Err(SegmentError::Input(format!(
                "table \"{}\" declares no condition \"{name}\", which every export needs: segue tables condition {} {name} FILE",
                table.table.name, table.table.name
            )));
        }
        let stored = self.catalog().await?;
        let group = Group {
            join: Join::All,
            conditions: vec![Condition::Member { segment: name.to_owned(), is_member: true }],
        };
        let rules = vec![Rule { combine: Combine::default(), name: String::new(), group }];
        let own = read::definition(&stored.segment(name)?.definition).map_err(SegmentError::Faults)?;
        let evaluation = self.evaluation(&stored, Definition { rules, ..own }, now);
        let file = StateDirectory::export_snapshot(name);
        let snapshot = self.directory.snapshot(&file);
        // From here on it is removed, whatever happens.
        let export = ToExport { table, snapshot, own: Some((Arc::clone(&self.directory), file)) };
        let out = export.snapshot.clone();
        self.blocking(move |engine| engine.refresh(&evaluation, &out)).await?;
        Ok(export)
    }
}
