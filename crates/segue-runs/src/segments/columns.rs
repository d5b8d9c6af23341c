//! The columns of a table: found in its source, and as people say that they are.

use segue_model::segment::{Fault, Kind, Meaning, Pointer, Table, TableColumn};
use segue_model::{EngineError, Source, StoredTable};

use super::{SegmentError, Segments};

impl Segments {
    /// The columns that a source has now. What people have said of a column stays, unless it is a key now or its file says
    /// otherwise.
    pub(super) async fn inferred_again(
        &self,
        stored: &StoredTable,
    ) -> Result<Vec<TableColumn>, SegmentError> {
        let key = stored.table.key.as_deref();
        let found = self.infer(&stored.source, key).await?;
        let mut merged = stored.clone();
        merged.table.columns.clone_from(&found);
        for column in &mut merged.table.columns {
            if let Some(known) = stored.table.column(&column.name) {
                column.meaning = known.meaning;
                column.kind = if key == Some(column.name.as_str()) { column.kind } else { known.kind };
            }
        }
        let asked = merged.clone();
        for drifted in self.blocking(move |engine| engine.drift(&asked)).await? {
            let kind = found.iter().find(|column| column.name == drifted.column).map(|column| column.kind);
            let same = merged.table.columns.iter_mut().find(|column| column.name == drifted.column);
            if let (Some(column), Some(kind)) = (same, kind) {
                column.kind = kind;
            }
        }
        Ok(merged.table.columns)
    }

    /// The columns of a source, in its turn: text files are read whole.
    pub(super) async fn infer(
        &self,
        source: &Source,
        key: Option<&str>,
    ) -> Result<Vec<TableColumn>, SegmentError> {
        let turn = self.gate.enter().await?;
        let (source, key) = (source.clone(), key.map(str::to_owned));
        let found = self
            .blocking(move |engine| {
                let found = match engine.infer(&source, key.as_deref()) {
                    // Without the key it is told whether the key or the source is at fault.
                    Err(error @ (EngineError::Input(_) | EngineError::Header { .. })) => {
                        let is_key = key.is_some() && engine.infer(&source, None).is_ok();
                        Ok(Err(Fault::error(&place(if is_key { "key" } else { "path" }), error.shown())))
                    }
                    other => other.map(Ok),
                };
                drop(turn);
                found
            })
            .await?;
        let columns = found.map_err(|fault| SegmentError::Fields(vec![fault]))?.into_iter();
        Ok(columns.map(|(name, kind, meaning)| TableColumn { name, kind, meaning }).collect())
    }

    /// Declares kinds of columns. Of a Parquet file, the file says what its columns hold.
    pub(super) async fn set_kinds(
        &self,
        stored: &mut StoredTable,
        kinds: &[(String, Kind)],
        faults: &mut Vec<Fault>,
    ) -> Result<(), SegmentError> {
        if kinds.is_empty() {
            return Ok(());
        }
        for (column, kind) in kinds {
            change_column(&mut stored.table, "kinds", column, faults, |found| found.kind = *kind);
        }
        let asked = stored.clone();
        for drifted in self.blocking(move |engine| engine.drift(&asked)).await? {
            if let Some((column, kind)) = kinds.iter().find(|(column, _)| *column == drifted.column) {
                let words = format!(
                    "column \"{column}\" is not of kind {} by what its file says: leave it out",
                    kind.word()
                );
                faults.push(Fault::error(&place("kinds").at(column), words));
            }
        }
        Ok(())
    }
}

/// Sets what columns are to people; a meaning that is none takes away what was guessed.
pub(super) fn set_meanings(
    table: &mut Table,
    meanings: Vec<(String, Option<Meaning>)>,
    faults: &mut Vec<Fault>,
) {
    for (column, meaning) in meanings {
        change_column(table, "meanings", &column, faults, |found| found.meaning = meaning);
    }
}

/// Changes one column, or says that there is none of this name.
fn change_column(
    table: &mut Table,
    field: &str,
    name: &str,
    faults: &mut Vec<Fault>,
    change: impl FnOnce(&mut TableColumn),
) {
    match table.columns.iter_mut().find(|column| column.name == name) {
        Some(column) => change(column),
        None => {
            let words = unknown_column(&table.columns, &table.name, name);
            faults.push(Fault::error(&place(field).at(name), words));
        }
    }
}

pub(super) fn place(field: &str) -> Pointer {
    Pointer::default().at(field)
}

pub(super) fn unknown_column(columns: &[TableColumn], table: &str, name: &str) -> String {
    let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    format!("table \"{table}\" has no column \"{name}\"; its columns are: {}", known.join(", "))
}
