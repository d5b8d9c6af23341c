//! Schema drift: what tables have lost since they were declared, and which segments and exports that breaks.

use std::sync::Arc;

use segue_model::Drifted;
use segue_model::job::DriftedTable;
use segue_model::segment::check::{check, check_named};
use segue_model::segment::{Catalog, Definition, Table, read};

use segue_store::SavedExport;

use super::catalog::Stored;
use super::fetch::Fetched;
use super::{SegmentError, Segments};

/// What became of a table since it was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Columns that are gone or are of another kind now.
    pub columns: Vec<Drifted>,
    /// Segments that ask about any of them.
    pub segments: Vec<String>,
    /// Exports that use any of those, or match or require what is gone.
    pub exports: Vec<String>,
}

/// Tables and segments as they were at one moment, for all of one refresh, and which tables' files were fetched for it.
pub struct Sources(pub(super) Arc<Stored>, pub(super) Fetched);

impl Segments {
    /// Looks at every table's source, once: which tables are other than they were declared, and what that breaks. `tells` is
    /// told before each how many of how many are done.
    ///
    /// # Errors
    /// [`SegmentError::Store`]. A source that cannot be read is told with the others.
    pub async fn look_at_sources(
        &self,
        tells: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<(Sources, Vec<DriftedTable>), SegmentError> {
        let stored = self.catalog().await?;
        let (mut drifted, mut fetched) = (Vec::new(), Fetched::default());
        for (done, table) in stored.tables.iter().enumerate() {
            tells(done, stored.tables.len());
            let name = table.table.name.clone();
            let looked = match fetched.bring(self, table).await {
                None => self.drift_of(&stored, &name).await,
                Some(words) => Err(SegmentError::Fetch { table: name.clone(), words: words.to_owned() }),
            };
            match looked {
                Ok(None) => {}
                Ok(Some(Drift { columns, segments, exports })) => {
                    drifted.push(DriftedTable { name, words: String::new(), columns, segments, exports });
                }
                Err(error @ (SegmentError::Engine(_) | SegmentError::Fetch { .. })) => {
                    let (segments, exports) = stored.all_over(&name);
                    let words = error.to_string();
                    drifted.push(DriftedTable { name, words, columns: Vec::new(), segments, exports });
                }
                Err(error) => return Err(error),
            }
        }
        Ok((Sources(stored, fetched), drifted))
    }

    /// What a table's source has lost since the table was declared; none if nothing.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is no such table, [`SegmentError::Engine`] if its source cannot be read.
    pub async fn drift(&self, table: &str) -> Result<Option<Drift>, SegmentError> {
        let stored = self.catalog().await?;
        self.fetch(table, &stored.table(table)?.source).await?;
        self.drift_of(&stored, table).await
    }

    pub(super) async fn drift_of(&self, stored: &Stored, table: &str) -> Result<Option<Drift>, SegmentError> {
        let asked = stored.table(table)?.clone();
        let columns = self.blocking(move |engine| engine.drift(&asked)).await?;
        if columns.is_empty() {
            return Ok(None);
        }
        let left = what_is_left(&stored.models, table, &columns);
        let left = Catalog { tables: &left, segments: &stored.definitions };
        let whole = stored.catalog();
        let breaks = |name: &str, definition: &Definition, required: &[String]| {
            !is_sound(name, definition, &left, required) && is_sound(name, definition, &whole, required)
        };
        let broken =
            stored.definitions.iter().filter(|(name, definition)| breaks(name, definition, &self.required));
        let segments: Vec<String> = broken.map(|(name, _)| name.clone()).collect();
        let is_lost = |column: &str| columns.iter().any(|drifted| drifted.column == column);
        let mut exports = Vec::new();
        for export in &stored.exports {
            let SavedExport { name, recipe, .. } = &**export;
            let mut used = stored.definitions.iter().filter(|(name, _)| recipe.segments.contains(name));
            let is_broken = used.any(|(name, definition)| {
                segments.contains(name)
                    || (definition.table == table && recipe.matching.columns().into_iter().any(is_lost))
                    || breaks(name, definition, &recipe.required)
            });
            if is_broken {
                exports.push(name.clone());
            }
        }
        Ok(Some(Drift { columns, segments, exports }))
    }
}

impl Stored {
    /// The segments that speak of a table, and the exports that use one of those.
    fn all_over(&self, table: &str) -> (Vec<String>, Vec<String>) {
        let segments: Vec<String> = self
            .users_of_table(table)
            .into_iter()
            .filter(|user| user.kind == "segment")
            .map(|user| user.name)
            .collect();
        let uses =
            |export: &&Arc<SavedExport>| export.recipe.segments.iter().any(|name| segments.contains(name));
        let exports = self.exports.iter().filter(uses).map(|export| export.name.clone()).collect();
        (segments, exports)
    }
}

/// Whether a definition, and what is required of every member besides it, can be used with these tables.
pub(super) fn is_sound(name: &str, definition: &Definition, catalog: &Catalog, required: &[String]) -> bool {
    let faults = check(definition, Some(name), catalog);
    let Some(table) = catalog.table(&definition.table) else { return false };
    let required = required.iter().filter_map(|name| table.conditions.get(name));
    let required = required.flat_map(|text| match read::group(text) {
        Ok(group) => check_named(&group, table, catalog),
        Err(faults) => faults,
    });
    faults.into_iter().chain(required).all(|fault| fault.is_warning)
}

/// The tables as definitions would see them without the columns that one of them has lost. A column of another kind is
/// lost as well: until the table is added again, nothing is read from it.
fn what_is_left(tables: &[Table], drifted: &str, columns: &[Drifted]) -> Vec<Table> {
    let is_lost = |table: &str, column: &str| {
        table == drifted && columns.iter().any(|drifted| drifted.column == column)
    };
    let mut left = tables.to_vec();
    for Table { name, columns, key, relationships, .. } in &mut left {
        columns.retain(|column| !is_lost(name, &column.name));
        relationships.retain(|way| !is_lost(name, &way.column) && !is_lost(&way.to_table, &way.to_column));
        if key.as_deref().is_some_and(|key| is_lost(name, key)) {
            *key = None;
        }
    }
    left
}
