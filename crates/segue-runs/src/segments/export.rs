//! What a run takes of segments: those of their members who may be exported at this moment.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use segue_model::segment::{Combine, Condition, Definition, Group, Join, Rule, read};
use segue_model::{EngineError, Evaluation, StoredTable};
use segue_store::StateDirectory;

use super::fetch::at_hand;
use super::{SegmentError, Segments};

/// The members of segments whom one export may have, as long as the value lives.
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
    /// The members of these segments who may be exported now: those of their last refreshes, in one or more of them, who
    /// meet the conditions that the installation and the export require, by the tables as they are at this moment.
    /// `label` tells exports apart that run at the same time.
    ///
    /// # Errors
    /// [`SegmentError::NeverRefreshed`]; [`SegmentError::Input`] if the segments are of different tables, or their table does not
    /// declare a required condition.
    pub async fn members_to_export(
        &self,
        segments: &[String],
        required: &[String],
        label: &str,
        now: DateTime<Utc>,
    ) -> Result<ToExport, SegmentError> {
        let Some(first) = segments.first() else {
            return Err(SegmentError::Input(
                "no segment is named: an export needs one at the least".to_owned(),
            ));
        };
        let (table, snapshot) = self.members(first).await?;
        for other in &segments[1..] {
            let (its, _) = self.members(other).await?;
            if its.table.name != table.table.name {
                return Err(SegmentError::Input(format!(
                    "segments \"{first}\" and \"{other}\" are of different tables, \"{}\" and \"{}\": export them apart",
                    table.table.name, its.table.name
                )));
            }
        }
        let mut required: Vec<String> = self.required.iter().chain(required).cloned().collect();
        required.sort_unstable();
        required.dedup();
        if let Some(name) = required.iter().find(|name| !table.table.conditions.contains_key(*name)) {
            return Err(SegmentError::Input(format!(
                "table \"{}\" declares no condition \"{name}\", which every export needs: segue tables condition {} {name} FILE",
                table.table.name, table.table.name
            )));
        }
        let file = StateDirectory::export_snapshot(label);
        let out = self.directory.snapshot(&file);
        self.directory.remove_snapshot(&file)?;
        // From here on it is removed, whatever happens.
        let source = at_hand(&self.directory, &table.source);
        let table = StoredTable { source, table: table.table };
        let export =
            ToExport { table, snapshot: out.clone(), own: Some((Arc::clone(&self.directory), file)) };
        if required.is_empty() && segments.len() == 1 {
            // A refresh meanwhile removes the snapshot; a second name keeps it.
            let failed = |source| EngineError::File { doing: "keep", path: snapshot.clone(), source };
            std::fs::hard_link(&snapshot, &out).map_err(failed)?;
            return Ok(export);
        }
        let stored = self.catalog().await?;
        let members =
            segments.iter().map(|segment| Condition::Member { segment: segment.clone(), is_member: true });
        let group = Group { join: Join::Any, conditions: members.collect() };
        let rules = vec![Rule { combine: Combine::default(), name: String::new(), group }];
        let own = read::definition(&stored.segment(first)?.definition).map_err(SegmentError::Faults)?;
        let evaluation =
            Evaluation { required, ..self.evaluation(&stored, Definition { rules, ..own }, now) };
        self.blocking(move |engine| engine.refresh(&evaluation, &out)).await?;
        Ok(export)
    }
}
