//! Tables: added, changed, removed.

use std::collections::BTreeMap;

use segue_model::segment::{Fault, Group, Kind, Meaning, Pointer, Relationship, Table, TableColumn, read};
use segue_model::{EngineError, Source, StoredTable};
use segue_store::{CatalogChange, Entry, StoreError};

use super::catalog::{Planned, Stored};
use super::{SegmentError, Segments, User, name_fault, record};

/// A table as a person declares it.
#[derive(Debug, Clone)]
pub struct NewTable {
    /// Its name.
    pub name: String,
    /// Where it is read from.
    pub source: Source,
    /// The column that tells rows apart.
    pub key: Option<String>,
    /// Relationships: column, table and its column, and a name where it is not `table.column`.
    pub relationships: Vec<Relationship>,
    /// Kinds that are not what they seem, by column. Text files only.
    pub kinds: Vec<(String, Kind)>,
    /// What columns are to people, by column.
    pub meanings: Vec<(String, Meaning)>,
}

/// What is to be different about a table; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct TableEdit {
    /// Where it is read from. Its columns are looked at anew.
    pub source: Option<Source>,
    /// The column that tells rows apart; none if no column does.
    pub key: Option<Option<String>>,
    /// All of its relationships.
    pub relationships: Option<Vec<Relationship>>,
    /// Kinds of columns. Text files only.
    pub kinds: Vec<(String, Kind)>,
    /// What columns are to people, or that they are nothing.
    pub meanings: Vec<(String, Option<Meaning>)>,
}

/// A table as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTable {
    /// The table.
    pub stored: StoredTable,
    /// Its conditions, by name; none for one that cannot be read.
    pub conditions: Vec<(String, Option<Group>)>,
    /// What uses it.
    pub used_by: Vec<User>,
    /// Grows with every change.
    pub version: i64,
}

impl Segments {
    /// All tables.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn tables(&self) -> Result<Vec<StoredTable>, SegmentError> {
        Ok(self.store.tables().await?)
    }

    /// All tables by name, with what uses them.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn list_tables(&self) -> Result<Vec<SeenTable>, SegmentError> {
        let stored = self.catalog().await?;
        let all = stored.tables.iter().zip(&stored.table_versions);
        Ok(all.map(|(table, version)| stored.seen_table(table, *version)).collect())
    }

    /// One table, with what uses it.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is none of this name.
    pub async fn show_table(&self, name: &str) -> Result<SeenTable, SegmentError> {
        let stored = self.catalog().await?;
        let mut all = stored.tables.iter().zip(&stored.table_versions);
        match all.find(|(known, _)| known.table.name == name) {
            Some((table, version)) => Ok(stored.seen_table(table, *version)),
            None => Err(stored.table(name).err().unwrap_or(SegmentError::Defect)),
        }
    }

    /// Adds a table. `by` is the audit entry, of which time, person and place are known.
    ///
    /// # Errors
    /// [`SegmentError::Fields`] for names, columns and relationships that cannot be, and for a source that cannot be read;
    /// [`StoreError::Exists`] if the name is taken.
    pub async fn add_table(&self, new: NewTable, by: &Entry) -> Result<StoredTable, SegmentError> {
        let name = new.name.clone();
        if self.store.tables().await?.iter().any(|known| known.table.name == name) {
            return Err(StoreError::Exists { what: "table", name }.into());
        }
        self.put_table(new, true, by).await
    }

    /// Adds a table, or declares it anew; its conditions stay.
    ///
    /// # Errors
    /// [`SegmentError::Fields`] as for [`Segments::add_table`].
    pub async fn declare_table(&self, new: NewTable, by: &Entry) -> Result<StoredTable, SegmentError> {
        self.put_table(new, false, by).await
    }

    async fn put_table(&self, new: NewTable, is_new: bool, by: &Entry) -> Result<StoredTable, SegmentError> {
        let mut faults = Vec::from_iter(name_fault("table", &new.name));
        let columns = match self.infer(&new.source, new.key.as_deref()).await {
            Ok(columns) => columns,
            Err(SegmentError::Fields(found)) => {
                faults.extend(found);
                return Err(SegmentError::Fields(faults));
            }
            Err(error) => return Err(error),
        };
        let columns = with(columns, &new, &mut faults);
        let NewTable { name, source, key, relationships, .. } = new;
        let table = Table { name, columns, key, relationships, conditions: BTreeMap::new() };
        let wanted = StoredTable { table, source: absolute(source) };
        self.change(|stored| {
            let known = stored.tables.iter().find(|known| known.table.name == wanted.table.name);
            if known.is_some() && is_new {
                return Err(StoreError::Exists { what: "table", name: wanted.table.name.clone() }.into());
            }
            let mut faults = faults.clone();
            stored.check_relationships(&wanted.table, &mut faults);
            if !faults.is_empty() {
                return Err(SegmentError::Fields(faults));
            }
            let mut wanted = wanted.clone();
            if let Some(known) = known {
                wanted.table.conditions.clone_from(&known.table.conditions);
            }
            let action = if known.is_some() { "table.change" } else { "table.create" };
            Ok(Planned {
                changes: vec![CatalogChange::PutTable(wanted.clone())],
                entry: record::of_table(by, action, known, Some(&wanted)),
                told: wanted,
            })
        })
        .await
    }

    /// Changes a table, if `version` is still in force. Its conditions stay.
    ///
    /// # Errors
    /// As [`Segments::add_table`]; [`SegmentError::Missing`]; [`StoreError::Stale`].
    pub async fn edit_table(
        &self,
        name: &str,
        version: i64,
        edit: TableEdit,
        by: &Entry,
    ) -> Result<StoredTable, SegmentError> {
        let before = self.catalog().await?.table_at(name, version)?.clone();
        let mut faults = Vec::new();
        let mut after = before.clone();
        after.table.key = edit.key.clone().unwrap_or(after.table.key);
        after.table.relationships = edit.relationships.unwrap_or(after.table.relationships);
        if edit.source.is_some() || edit.key.is_some() {
            after.source = edit.source.map_or(after.source, absolute);
            after.table.columns = self.inferred_again(&after).await?;
        }
        for (column, kind) in &edit.kinds {
            change_column(&mut after.table, "kinds", column, &mut faults, |found| found.kind = *kind);
        }
        for (column, meaning) in &edit.meanings {
            change_column(&mut after.table, "meanings", column, &mut faults, |found| {
                found.meaning = *meaning
            });
        }
        if faults.is_empty() && !edit.kinds.is_empty() {
            let asked = after.clone();
            // Of a Parquet file, the file says what its columns hold.
            for drifted in self.blocking(move |engine| engine.drift(&asked)).await? {
                if edit.kinds.iter().any(|(column, _)| *column == drifted.column) {
                    let place = Pointer::default().at("kinds").at(&drifted.column);
                    faults.push(Fault::error(&place, "is not what the file says: leave it out"));
                }
            }
        }
        self.change(|stored| {
            let before = stored.table_at(name, version)?;
            let mut faults = faults.clone();
            stored.check_relationships(&after.table, &mut faults);
            if !faults.is_empty() {
                return Err(SegmentError::Fields(faults));
            }
            Ok(Planned {
                changes: vec![CatalogChange::PutTable(after.clone())],
                entry: record::of_table(by, "table.change", Some(before), Some(&after)),
                told: after.clone(),
            })
        })
        .await
    }

    /// The columns that a source has now. What people have said of a column stays, unless it is a key now or its file says
    /// otherwise.
    async fn inferred_again(&self, stored: &StoredTable) -> Result<Vec<TableColumn>, SegmentError> {
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
    async fn infer(&self, source: &Source, key: Option<&str>) -> Result<Vec<TableColumn>, SegmentError> {
        let turn = self.gate.enter().await?;
        let (source, key) = (source.clone(), key.map(str::to_owned));
        let found = self
            .blocking(move |engine| {
                let found = match engine.infer(&source, key.as_deref()) {
                    // Without the key it is told whether the key or the source is at fault.
                    Err(EngineError::Input(words)) => {
                        let is_key = key.is_some() && engine.infer(&source, None).is_ok();
                        Ok(Err(Fault::error(&place(if is_key { "key" } else { "path" }), words)))
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

    /// Removes a table, if `version` is still in force or none is meant. Its files stay.
    ///
    /// # Errors
    /// [`SegmentError::InUse`] while something uses it; [`SegmentError::Missing`]; [`StoreError::Stale`].
    pub async fn remove_table(
        &self,
        name: &str,
        version: Option<i64>,
        by: &Entry,
    ) -> Result<(), SegmentError> {
        self.change(|stored| {
            let table = match version {
                Some(version) => stored.table_at(name, version)?,
                None => stored.table(name)?,
            };
            let used_by = stored.users_of_table(name);
            if !used_by.is_empty() {
                let users: Vec<String> =
                    used_by.iter().map(|user| format!("{} {}", user.kind, user.name)).collect();
                let words = format!(
                    "table \"{name}\" is used by {}: change or remove what uses it first",
                    users.join(", ")
                );
                return Err(SegmentError::InUse { words, used_by });
            }
            Ok(Planned {
                changes: vec![CatalogChange::RemoveTable(name.to_owned())],
                entry: record::of_table(by, "table.remove", Some(table), None),
                told: (),
            })
        })
        .await
    }
}

impl Stored {
    fn seen_table(&self, stored: &StoredTable, version: i64) -> SeenTable {
        let conditions = stored.table.conditions.iter();
        SeenTable {
            conditions: conditions.map(|(name, text)| (name.clone(), read::group(text).ok())).collect(),
            used_by: self.users_of_table(&stored.table.name),
            stored: stored.clone(),
            version,
        }
    }

    /// Whether the columns of a table's relationships are there, here and in the other table.
    fn check_relationships(&self, table: &Table, faults: &mut Vec<Fault>) {
        for (index, way) in table.relationships.iter().enumerate() {
            let at = place("relationships").at(index);
            let mut check = |columns: &[TableColumn], table: &str, column: &str, key: &str| {
                if columns.iter().all(|known| known.name != column) {
                    faults.push(Fault::error(&at.at(key), unknown_column(columns, table, column)));
                }
            };
            check(&table.columns, &table.name, &way.column, "column");
            if way.to_table == table.name {
                check(&table.columns, &table.name, &way.to_column, "to_column");
                continue;
            }
            match self.table(&way.to_table) {
                Ok(to) => check(&to.table.columns, &way.to_table, &way.to_column, "to_column"),
                Err(error) => faults.push(Fault::error(&at.at("to_table"), error.to_string())),
            }
        }
    }
}

/// The columns of a new table as a person wants to have them.
fn with(columns: Vec<TableColumn>, new: &NewTable, faults: &mut Vec<Fault>) -> Vec<TableColumn> {
    let mut table = Table {
        name: new.name.clone(),
        columns,
        key: None,
        relationships: Vec::new(),
        conditions: BTreeMap::new(),
    };
    for (column, kind) in &new.kinds {
        change_column(&mut table, "kinds", column, faults, |found| found.kind = *kind);
    }
    for (column, meaning) in &new.meanings {
        change_column(&mut table, "meanings", column, faults, |found| found.meaning = Some(*meaning));
    }
    table.columns
}

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

/// Files are found from anywhere.
fn absolute(source: Source) -> Source {
    let path = std::path::absolute(&source.path).map_or(source.path, |path| path.display().to_string());
    Source { path, within: source.within }
}

fn place(field: &str) -> Pointer {
    Pointer::default().at(field)
}

pub(super) fn unknown_column(columns: &[TableColumn], table: &str, name: &str) -> String {
    let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    format!("table \"{table}\" has no column \"{name}\"; its columns are: {}", known.join(", "))
}
