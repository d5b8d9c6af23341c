//! Tables as they are handed in.

use std::collections::BTreeMap;

use segue_model::Source;
use segue_model::segment::{Kind, Meaning, Relationship};
use segue_runs::segments::{NewTable, TableEdit};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::problem::{FieldError, Problem};
use crate::schema;

/// Many rows of the table belong to one row of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedRelationship {
    /// The column of the many.
    pub(crate) column: String,
    /// The table of the one.
    pub(crate) to_table: String,
    /// The column there that the many refer to.
    pub(crate) to_column: String,
    /// What definitions call it: `table.column` unless told.
    pub(crate) name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedTable {
    /// Its name: a letter, then letters, digits, - and _, 64 at the most.
    pub(crate) name: String,
    /// A file, a folder or a pattern of CSV, Parquet or NDJSON files in one of the server's data folders: absolute, or as seen from
    /// there.
    #[schema(example = "customers.csv")]
    pub(crate) path: String,
    /// The column that tells rows apart; a table of profiles needs one.
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) relationships: Vec<AddedRelationship>,
    /// Kinds that are not what they seem, by column: text, number, date, time, moment, boolean, list of text or other. Text files
    /// only.
    #[serde(default)]
    pub(crate) kinds: BTreeMap<String, String>,
    /// What columns are to people, by column; nothing if what their names suggest is wrong.
    #[serde(default)]
    #[schema(schema_with = schema::meanings)]
    pub(crate) meanings: BTreeMap<String, Option<String>>,
}

/// What is to be different. What is not given stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableChanges {
    /// Where its files are from now on; the same path looks at their columns anew.
    pub(crate) path: Option<String>,
    /// Nothing if no column tells rows apart.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub(crate) key: Option<Option<String>>,
    /// All of its relationships.
    pub(crate) relationships: Option<Vec<AddedRelationship>>,
    /// Of those columns that are named. Text files only.
    #[serde(default)]
    pub(crate) kinds: BTreeMap<String, String>,
    /// Of those columns that are named; nothing takes what is known away.
    #[serde(default)]
    #[schema(schema_with = schema::meanings)]
    pub(crate) meanings: BTreeMap<String, Option<String>>,
}

/// What stands there, also if that is nothing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The values that words of columns mean; of every wrong one it is said what there is.
fn read<T: Copy, V>(
    field: &str,
    given: BTreeMap<String, V>,
    known: &[(T, &'static str)],
    errors: &mut Vec<FieldError>,
    value: impl Fn(V, &dyn Fn(&str) -> Option<T>) -> Option<Option<T>>,
) -> Vec<(String, Option<T>)> {
    let find = |word: &str| known.iter().find(|(_, known)| *known == word).map(|(value, _)| *value);
    let mut found = Vec::new();
    for (column, word) in given {
        match value(word, &find) {
            Some(value) => found.push((column, value)),
            None => {
                let words: Vec<&str> = known.iter().map(|(_, word)| *word).collect();
                let place = column.replace('~', "~0").replace('/', "~1");
                let words = format!("must be one of: {}", words.join(", "));
                errors.push(FieldError::new(&format!("/{field}/{place}"), words));
            }
        }
    }
    found
}

fn kinds(given: BTreeMap<String, String>, errors: &mut Vec<FieldError>) -> Vec<(String, Kind)> {
    let found = read("kinds", given, &Kind::ALL, errors, |word, find| find(&word).map(Some));
    found.into_iter().filter_map(|(column, kind)| Some((column, kind?))).collect()
}

fn meanings(
    given: BTreeMap<String, Option<String>>,
    errors: &mut Vec<FieldError>,
) -> Vec<(String, Option<Meaning>)> {
    read("meanings", given, &Meaning::ALL, errors, |word, find| match word {
        None => Some(None),
        Some(word) => find(&word).map(Some),
    })
}

fn relationships(table: &str, given: Vec<AddedRelationship>) -> Vec<Relationship> {
    let one = |added: AddedRelationship| Relationship {
        name: added.name.unwrap_or_else(|| format!("{table}.{}", added.column)),
        column: added.column,
        to_table: added.to_table,
        to_column: added.to_column,
    };
    given.into_iter().map(one).collect()
}

fn done(errors: Vec<FieldError>) -> Result<(), Problem> {
    if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
}

impl AddedTable {
    pub(super) fn wanted(self, source: Source) -> Result<NewTable, Problem> {
        let mut errors = Vec::new();
        let new = NewTable {
            relationships: relationships(&self.name, self.relationships),
            source,
            key: self.key,
            kinds: kinds(self.kinds, &mut errors),
            meanings: meanings(self.meanings, &mut errors),
            name: self.name,
        };
        done(errors)?;
        Ok(new)
    }
}

impl TableChanges {
    pub(super) fn wanted(self, table: &str, source: Option<Source>) -> Result<TableEdit, Problem> {
        let mut errors = Vec::new();
        let edit = TableEdit {
            source,
            key: self.key,
            relationships: self.relationships.map(|given| relationships(table, given)),
            kinds: kinds(self.kinds, &mut errors),
            meanings: meanings(self.meanings, &mut errors),
        };
        done(errors)?;
        Ok(edit)
    }
}
