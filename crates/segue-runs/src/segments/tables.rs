//! Tables: added, described, removed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use segue_model::segment::check::check_named;
use segue_model::segment::{Condition, Definition, Kind, Meaning, Relationship, Table, TableColumn, read};
use segue_model::{Described, Source, StoredTable};

use segue_store::SavedExport;

use super::{SegmentError, Segments, Stored, check_name};

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

impl Segments {
    /// All tables.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn tables(&self) -> Result<Vec<StoredTable>, SegmentError> {
        Ok(self.store.tables().await?)
    }

    /// One table.
    ///
    /// # Errors
    /// [`SegmentError::Input`] if there is none of this name.
    pub async fn table(&self, name: &str) -> Result<StoredTable, SegmentError> {
        self.catalog().await?.table(name).cloned()
    }

    /// Adds a table, or declares it anew; its conditions stay.
    ///
    /// # Errors
    /// [`SegmentError::Input`] for a name, column or relationship that cannot be.
    pub async fn add_table(&self, new: NewTable) -> Result<StoredTable, SegmentError> {
        check_name("table", &new.name)?;
        let stored = self.catalog().await?;
        let (source, key) = (new.source.clone(), new.key.clone());
        let columns = self.blocking(move |engine| engine.infer(&source, key.as_deref())).await?;
        let mut columns: Vec<TableColumn> =
            columns.into_iter().map(|(name, kind, meaning)| TableColumn { name, kind, meaning }).collect();
        for (name, kind) in &new.kinds {
            column(&mut columns, &new.name, name)?.kind = *kind;
        }
        for (name, meaning) in &new.meanings {
            column(&mut columns, &new.name, name)?.meaning = Some(*meaning);
        }
        for relationship in &new.relationships {
            column(&mut columns, &new.name, &relationship.column)?;
            let to = if relationship.to_table == new.name {
                columns.clone()
            } else {
                stored.table(&relationship.to_table)?.table.columns.clone()
            };
            column(&mut to.clone(), &relationship.to_table, &relationship.to_column)?;
        }
        let conditions = stored
            .tables
            .iter()
            .find(|known| known.table.name == new.name)
            .map_or_else(BTreeMap::new, |known| known.table.conditions.clone());
        let (name, key, relationships) = (new.name, new.key, new.relationships);
        // Files are found from anywhere.
        let path =
            std::path::absolute(&new.source.path).map_or(new.source.path, |path| path.display().to_string());
        let table = StoredTable {
            table: Table { name, columns, key, relationships, conditions },
            source: Source { path },
        };
        self.store.put_table(&table).await?;
        Ok(table)
    }

    /// Declares a condition of a table by name; without text it is taken back.
    ///
    /// # Errors
    /// [`SegmentError::Faults`] for what is wrong with it; [`SegmentError::Input`] if it is taken back while used,
    /// or was never declared.
    pub async fn declare(
        &self,
        table: &str,
        name: &str,
        condition: Option<&str>,
    ) -> Result<(), SegmentError> {
        check_name("condition", name)?;
        let stored = self.catalog().await?;
        let mut changed = stored.table(table)?.clone();
        match condition {
            Some(text) => {
                let group = read::group(text).map_err(SegmentError::Faults)?;
                let faults = check_named(&group, &changed.table, &stored.catalog());
                if faults.iter().any(|fault| !fault.is_warning) {
                    return Err(SegmentError::Faults(faults));
                }
                changed.table.conditions.insert(name.to_owned(), text.to_owned());
            }
            None => {
                let users: Vec<String> = stored
                    .definitions
                    .iter()
                    .filter(|(_, definition)| definition.table == table && asks(definition, name))
                    .map(|(user, _)| user.clone())
                    .collect();
                if !users.is_empty() {
                    return Err(SegmentError::Input(format!(
                        "condition \"{name}\" is used by segments: {}; edit or delete them first",
                        users.join(", ")
                    )));
                }
                let exports = self.exports_over(&stored, table).await?;
                let requiring =
                    exports.into_iter().filter(|export| export.recipe.required.iter().any(|it| it == name));
                let requiring: Vec<String> = requiring.map(|export| export.name).collect();
                if !requiring.is_empty() {
                    return Err(SegmentError::Input(format!(
                        "condition \"{name}\" is required by exports: {}; change or remove them first",
                        requiring.join(", ")
                    )));
                }
                if changed.table.conditions.remove(name).is_none() {
                    return Err(SegmentError::Input(format!(
                        "table \"{table}\" declares no condition \"{name}\""
                    )));
                }
            }
        }
        Ok(self.store.put_table(&changed).await?)
    }

    /// Looks at every value of a table. Rows that cannot be used are also listed in the CSV file `set_aside`.
    ///
    /// # Errors
    /// [`SegmentError::Engine`] if it cannot be read.
    pub async fn describe(
        &self,
        name: &str,
        set_aside: Option<PathBuf>,
    ) -> Result<(StoredTable, Described), SegmentError> {
        let table = self.table(name).await?;
        let (asked, resources) = (table.clone(), self.resources.clone());
        let described =
            self.blocking(move |engine| engine.describe(&asked, set_aside.as_deref(), &resources)).await?;
        Ok((table, described))
    }

    /// Removes a table.
    ///
    /// # Errors
    /// [`SegmentError::Input`] while something uses it.
    pub async fn remove_table(&self, name: &str) -> Result<(), SegmentError> {
        let stored = self.catalog().await?;
        stored.table(name)?;
        let segments = stored.definitions.iter().filter(|(_, definition)| speaks_of(definition, name));
        let tables = stored.tables.iter().filter(|other| {
            other.table.name != name && other.table.relationships.iter().any(|way| way.to_table == name)
        });
        let mut users: Vec<String> = segments.map(|(user, _)| format!("segment {user}")).collect();
        users.extend(tables.map(|other| format!("table {}", other.table.name)));
        let exports = self.exports_over(&stored, name).await?;
        users.extend(exports.into_iter().map(|export| format!("export {}", export.name)));
        if !users.is_empty() {
            return Err(SegmentError::Input(format!(
                "table \"{name}\" is used by {}: change or remove what uses it first",
                users.join(", ")
            )));
        }
        self.store.remove_table(name).await?;
        Ok(())
    }

    /// The exports whose profiles are the rows of this table.
    async fn exports_over(&self, stored: &Stored, table: &str) -> Result<Vec<SavedExport>, SegmentError> {
        let is_over = |name: &String| {
            stored.definitions.iter().any(|(known, definition)| known == name && definition.table == table)
        };
        let mut exports = self.store.recipes().await?;
        exports.retain(|export| export.recipe.segments.iter().any(is_over));
        Ok(exports)
    }
}

fn column<'c>(
    columns: &'c mut [TableColumn],
    table: &str,
    name: &str,
) -> Result<&'c mut TableColumn, SegmentError> {
    let known: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    columns.iter_mut().find(|column| column.name == name).ok_or_else(|| {
        let known = known.join(", ");
        SegmentError::Input(format!("table \"{table}\" has no column \"{name}\"; its columns are: {known}"))
    })
}

/// Whether a definition is over a table or asks about it.
fn speaks_of(definition: &Definition, table: &str) -> bool {
    let mut found = definition.table == table;
    for rule in &definition.rules {
        rule.group.each(&mut |condition| {
            found |= matches!(condition, Condition::Related(related) if related.table == table);
        });
    }
    found
}

fn asks(definition: &Definition, condition: &str) -> bool {
    let mut found = false;
    for rule in &definition.rules {
        rule.group.each(&mut |part| found |= matches!(part, Condition::Named(name) if name == condition));
    }
    found
}
