//! What cannot be used with the tables as they are declared.

use segue_model::segment::{Catalog, Relationship, Table};

use super::User;
use super::catalog::{Stored, user_of_export};
use super::drift::is_sound;

impl Stored {
    /// What uses a table and cannot be used as tables are declared: segments, tables that relate to a column that is not
    /// there, and exports. With `changed` as they would be declared: then also whatever that would break.
    pub(super) fn broken_by(&self, table: &str, changed: Option<&[Table]>, required: &[String]) -> Vec<User> {
        let tables = changed.unwrap_or(&self.models);
        let (before, after) = (leading_somewhere(&self.models), leading_somewhere(tables));
        let before = Catalog { tables: &before, segments: &self.definitions };
        let after = Catalog { tables: &after, segments: &self.definitions };
        let breaks = |name: &str, required: &[String]| {
            self.definition(name).is_some_and(|definition| {
                let is_concerned = self.reads(name, table)
                    || (changed.is_some() && is_sound(name, definition, &before, required));
                is_concerned && !is_sound(name, definition, &after, required)
            })
        };
        let names = self.definitions.iter().map(|(name, _)| name);
        let mut broken: Vec<User> =
            names.filter(|name| breaks(name, required)).map(|name| User::named("segment", name)).collect();
        let is_lost = |other: &&Table| {
            let mut ways = other.relationships.iter().filter(|way| way.to_table == table);
            other.name != table && ways.any(|way| !leads(way, other, tables))
        };
        broken.extend(tables.iter().filter(is_lost).map(|other| User::named("table", &other.name)));
        let profiles = tables.iter().find(|known| known.name == table);
        let has = |column: &str| profiles.is_some_and(|profiles| profiles.column(column).is_some());
        let exports = self.exports.iter().filter(|export| {
            let recipe = &export.recipe;
            recipe.segments.iter().any(|name| {
                let is_over = self.definition(name).is_some_and(|definition| definition.table == table);
                (is_over && !recipe.matching.columns().into_iter().all(has))
                    || breaks(name, required)
                    || breaks(name, &recipe.required)
            })
        });
        broken.extend(exports.map(|export| user_of_export(export)));
        broken
    }
}

/// Whether the columns of a relationship are there.
fn leads(way: &Relationship, from: &Table, tables: &[Table]) -> bool {
    let to = tables.iter().find(|table| table.name == way.to_table);
    from.column(&way.column).is_some() && to.is_some_and(|to| to.column(&way.to_column).is_some())
}

/// Tables without the relationships whose columns are not there.
fn leading_somewhere(tables: &[Table]) -> Vec<Table> {
    let mut left = tables.to_vec();
    for table in &mut left {
        let from = table.clone();
        table.relationships.retain(|way| leads(way, &from, tables));
    }
    left
}
