//! Tables: added, changed, removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use segue_model::segment::{Fault, Group, Kind, Meaning, Relationship, Table, TableColumn, read};
use segue_model::{Source, StoredTable};
use segue_store::{CatalogChange, Entry, StoreError};

use super::catalog::{Planned, Stored};
use super::columns::{place, set_meanings, unknown_column};
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
    /// What columns are to people, or that they are nothing, by column; the others are guessed.
    pub meanings: Vec<(String, Option<Meaning>)>,
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
    /// What of that cannot be used with the table as it is declared.
    pub broken: Vec<User>,
    /// Grows with every change.
    pub version: i64,
}

impl Segments {
    /// All tables.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn tables(&self) -> Result<Vec<StoredTable>, SegmentError> {
        Ok(self.store.catalog().await?.tables.clone())
    }

    /// All tables by name, with what uses them.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn list_tables(&self) -> Result<Vec<Arc<SeenTable>>, SegmentError> {
        Ok(self.catalog().await?.seen_tables(&self.required).to_vec())
    }

    /// One table, with what uses it.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is none of this name.
    pub async fn show_table(&self, name: &str) -> Result<Arc<SeenTable>, SegmentError> {
        let stored = self.catalog().await?;
        let table = stored.table(name)?;
        let mut all = stored.seen_tables(&self.required).iter();
        all.find(|seen| seen.stored.table.name == table.table.name).cloned().ok_or(SegmentError::Defect)
    }

    /// Adds a table. `by` is the audit entry, of which time, person and place are known.
    ///
    /// # Errors
    /// [`SegmentError::Fields`] for names, columns and relationships that cannot be, and for a source that cannot be read;
    /// [`StoreError::Exists`] if the name is taken.
    pub async fn add_table(&self, new: NewTable, by: &Entry) -> Result<StoredTable, SegmentError> {
        let name = new.name.clone();
        if self.store.catalog().await?.tables.iter().any(|known| known.table.name == name) {
            return Err(StoreError::Exists { what: "table", name }.into());
        }
        let mut faults = Vec::from_iter(name_fault("table", &new.name));
        self.fetch_given(&new.name, &new.source).await?;
        let columns = match self.infer(&new.source, new.key.as_deref()).await {
            Ok(columns) => columns,
            Err(SegmentError::Fields(found)) => {
                faults.extend(found);
                return Err(SegmentError::Fields(faults));
            }
            Err(error) => return Err(error),
        };
        let NewTable { name, source, key, relationships, kinds, meanings } = new;
        let table = Table { name, columns, key, relationships, conditions: BTreeMap::new() };
        let mut wanted = StoredTable { table, source: absolute(source) };
        self.set_kinds(&mut wanted, &kinds, &mut faults).await?;
        set_meanings(&mut wanted.table, meanings, &mut faults);
        self.change(|stored| {
            let name = &wanted.table.name;
            if stored.tables.iter().any(|known| known.table.name == *name) {
                return Err(StoreError::Exists { what: "table", name: name.clone() }.into());
            }
            let mut faults = faults.clone();
            stored.check_relationships(&wanted.table, &mut faults);
            if !faults.is_empty() {
                return Err(SegmentError::Fields(faults));
            }
            Ok(Planned {
                changes: vec![CatalogChange::PutTable(wanted.clone())],
                entry: record::of_table(by, "table.create", None, Some(&wanted)),
                told: wanted.clone(),
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
        let (after, faults) = self.edited(before.clone(), edit).await?;
        let changed = self.change(|stored| {
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
        });
        let changed = changed.await?;
        self.drop_fetched(&before.source).await?;
        Ok(changed)
    }

    /// What could not be used any more if a table were changed.
    ///
    /// # Errors
    /// As [`Segments::edit_table`].
    pub async fn would_break(&self, name: &str, edit: TableEdit) -> Result<Vec<User>, SegmentError> {
        let stored = self.catalog().await?;
        let (after, mut faults) = self.edited(stored.table(name)?.clone(), edit).await?;
        stored.check_relationships(&after.table, &mut faults);
        if !faults.is_empty() {
            return Err(SegmentError::Fields(faults));
        }
        let mut tables = stored.models.clone();
        tables.iter_mut().filter(|table| table.name == name).for_each(|table| table.clone_from(&after.table));
        Ok(stored.broken_by(name, Some(&tables), &self.required))
    }

    /// A table as it would be after a change, and what is wrong with its columns then.
    async fn edited(
        &self,
        before: StoredTable,
        edit: TableEdit,
    ) -> Result<(StoredTable, Vec<Fault>), SegmentError> {
        let mut faults = Vec::new();
        let mut after = before;
        let is_looked_at = edit.source.is_some() || edit.key.is_some();
        after.table.key = edit.key.unwrap_or(after.table.key);
        after.table.relationships = edit.relationships.unwrap_or(after.table.relationships);
        if is_looked_at {
            after.source = edit.source.map_or(after.source, absolute);
            self.fetch_given(&after.table.name, &after.source).await?;
            after.table.columns = self.inferred_again(&after).await?;
        }
        self.set_kinds(&mut after, &edit.kinds, &mut faults).await?;
        set_meanings(&mut after.table, edit.meanings, &mut faults);
        Ok((after, faults))
    }

    /// Fetches a source that somebody has just named, if it is an address.
    async fn fetch_given(&self, table: &str, source: &Source) -> Result<(), SegmentError> {
        self.fetch(table, source).await.map_err(|error| match error {
            SegmentError::Fetch { words, .. } => {
                SegmentError::Fields(vec![Fault::error(&place("path"), words)])
            }
            other => other,
        })
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
        let removed = self.change(|stored| {
            let table = match version {
                Some(version) => stored.table_at(name, version)?,
                None => stored.table(name)?,
            };
            let used_by = stored.users_of_table(name);
            if !used_by.is_empty() {
                let users: Vec<String> =
                    used_by.iter().map(|user| stored.words_of_user(user, name)).collect();
                let words = format!(
                    "table \"{name}\" is used by {}: change or remove what uses it first",
                    users.join(", ")
                );
                return Err(SegmentError::InUse { words, used_by });
            }
            Ok(Planned {
                changes: vec![CatalogChange::RemoveTable(name.to_owned())],
                entry: record::of_table(by, "table.remove", Some(table), None),
                told: table.source.clone(),
            })
        });
        let source = removed.await?;
        self.drop_fetched(&source).await
    }
}

impl Stored {
    /// All tables, with what uses them. `required` is the same at every call.
    fn seen_tables(&self, required: &[String]) -> &[Arc<SeenTable>] {
        self.seen_tables.get_or_init(|| {
            let all = self.tables.iter().zip(&self.table_versions);
            all.map(|(table, version)| Arc::new(self.seen_table(table, *version, required))).collect()
        })
    }

    fn seen_table(&self, stored: &StoredTable, version: i64, required: &[String]) -> SeenTable {
        let conditions = stored.table.conditions.iter();
        SeenTable {
            conditions: conditions.map(|(name, text)| (name.clone(), read::group(text).ok())).collect(),
            used_by: self.users_of_table(&stored.table.name),
            broken: self.broken_by(&stored.table.name, None, required),
            stored: stored.clone(),
            version,
        }
    }

    /// What uses a table, in words: of a table also the conditions that ask about it.
    fn words_of_user(&self, user: &User, table: &str) -> String {
        let User { kind, name, .. } = user;
        let other = self.tables.iter().find(|stored| *kind == "table" && stored.table.name == *name);
        let conditions = other.map_or(Vec::new(), |stored| self.conditions_about(&stored.table, table));
        match &conditions[..] {
            [] => format!("{kind} {name}"),
            conditions => format!("{kind} {name} (condition {})", conditions.join(", ")),
        }
    }

    /// Whether the columns of a table's relationships are there, here and in the other table.
    fn check_relationships(&self, table: &Table, faults: &mut Vec<Fault>) {
        for (index, way) in table.relationships.iter().enumerate() {
            let at = place("relationships").at(index);
            let mut check = |columns: &[TableColumn], table: &str, column: &str, key: &str| {
                if columns.iter().all(|known| known.name != column) {
                    let words = unknown_column(columns, table, column);
                    faults.push(Fault::error(&at.at(key), format!("relationship \"{}\": {words}", way.name)));
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

/// Files are found from anywhere.
fn absolute(source: Source) -> Source {
    if source.is_address() {
        return source;
    }
    let path = std::path::absolute(&source.path).map_or(source.path, |path| path.display().to_string());
    Source { path, within: source.within }
}
