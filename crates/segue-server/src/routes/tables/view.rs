//! Tables as they are shown.

use segue_model::segment::{Group, Relationship, TableColumn, write};
use segue_model::{Described, DescribedColumn, Drifted, StoredTable};
use segue_runs::segments::{Drift, SeenTable};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::problem::UsedBy;
use crate::routes::segments::{CorruptView, corrupt, used_by};
use crate::schema;

/// A column of a table.
#[derive(Serialize, ToSchema)]
#[schema(as = TableColumn)]
pub(crate) struct ColumnView {
    pub(crate) name: String,
    #[schema(schema_with = schema::column_kind)]
    pub(crate) kind: &'static str,
    /// What it is to people, if that is known.
    #[schema(schema_with = schema::meaning)]
    pub(crate) meaning: Option<&'static str>,
    /// What definitions can ask of it.
    pub(crate) operators: Vec<&'static str>,
}

/// Many rows of the table belong to one row of another.
#[derive(Serialize, ToSchema)]
#[schema(as = Relationship)]
pub(crate) struct RelationshipView {
    pub(crate) name: String,
    pub(crate) column: String,
    pub(crate) to_table: String,
    pub(crate) to_column: String,
}

/// A condition that a table declares.
#[derive(Serialize, ToSchema)]
#[schema(as = Condition)]
pub(crate) struct ConditionView {
    pub(crate) name: String,
    /// A group of conditions; nothing if it cannot be read.
    #[schema(value_type = Option<Object>)]
    pub(crate) definition: Option<Value>,
}

/// A table.
#[derive(Serialize, ToSchema)]
#[schema(as = Table)]
pub(crate) struct TableView {
    pub(crate) name: String,
    /// A file, a folder or a pattern.
    pub(crate) path: String,
    /// The column that tells rows apart.
    pub(crate) key: Option<String>,
    pub(crate) columns: Vec<ColumnView>,
    pub(crate) relationships: Vec<RelationshipView>,
    pub(crate) conditions: Vec<ConditionView>,
    /// Segments over it or about it, tables that relate to it or whose conditions ask about it, and exports of its rows or
    /// that require such a condition.
    pub(crate) used_by: Vec<UsedBy>,
    /// What of that, and what exports of such segments, cannot be used with the tables as they are declared.
    pub(crate) broken: Vec<UsedBy>,
    /// Grows with every change; the ETag is this.
    pub(crate) version: i64,
}

fn column(column: TableColumn) -> ColumnView {
    let TableColumn { name, kind, meaning } = column;
    let operators = kind.operators().iter().map(|operator| operator.word()).collect();
    ColumnView { name, kind: kind.word(), meaning: meaning.map(|meaning| meaning.word()), operators }
}

fn relationship(way: Relationship) -> RelationshipView {
    let Relationship { name, column, to_table, to_column } = way;
    RelationshipView { name, column, to_table, to_column }
}

fn condition((name, group): (String, Option<Group>)) -> ConditionView {
    let definition = group.map(|group| Value::Object(write::write_group(&group)));
    ConditionView { name, definition }
}

pub(super) fn view(seen: SeenTable) -> TableView {
    let StoredTable { table, source } = seen.stored;
    TableView {
        name: table.name,
        path: source.path,
        key: table.key,
        columns: table.columns.into_iter().map(column).collect(),
        relationships: table.relationships.into_iter().map(relationship).collect(),
        conditions: seen.conditions.into_iter().map(condition).collect(),
        used_by: used_by(seen.used_by),
        broken: used_by(seen.broken),
        version: seen.version,
    }
}

/// A value and the rows that have it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrequentValue {
    pub(crate) value: String,
    pub(crate) rows: u64,
}

/// The values of a column.
#[derive(Serialize, ToSchema)]
#[schema(as = ColumnValues)]
pub(crate) struct ValuesView {
    pub(crate) column: String,
    /// Rows without a value.
    pub(crate) empty: u64,
    /// Different values.
    pub(crate) distinct: u64,
    /// The most frequent values, at most ten.
    pub(crate) frequent: Vec<FrequentValue>,
}

pub(super) fn values(found: DescribedColumn) -> ValuesView {
    let DescribedColumn { name, empty, distinct, frequent } = found;
    let frequent = frequent.into_iter().map(|(value, rows)| FrequentValue { value, rows });
    ValuesView { column: name, empty, distinct, frequent: frequent.collect() }
}

/// A table as it was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct TableDescription {
    pub(crate) rows: u64,
    /// Its columns, in order.
    pub(crate) columns: Vec<ValuesView>,
    /// The first rows as text, column by column in the same order.
    pub(crate) sample: Vec<Vec<String>>,
    /// Rows that could not be used.
    pub(crate) set_aside: Vec<CorruptView>,
    /// Keys that more than one row has, at most ten.
    pub(crate) duplicate_keys: Vec<String>,
    /// Rows without a key.
    pub(crate) without_key: u64,
}

pub(super) fn description(found: Described) -> TableDescription {
    TableDescription {
        rows: found.rows,
        columns: found.columns.into_iter().map(values).collect(),
        sample: found.sample,
        set_aside: corrupt(found.corrupt),
        duplicate_keys: found.duplicate_keys,
        without_key: found.without_key,
    }
}

/// A column that is no longer what the table declares.
#[derive(Serialize, ToSchema)]
pub(crate) struct LostColumn {
    pub(crate) column: String,
    /// What became of it, in which file, and what to do.
    pub(crate) detail: String,
}

/// What is wrong with a table.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedTable {
    /// Whether nothing is.
    pub(crate) is_sound: bool,
    /// Columns that are gone or of another kind. With any, the rows are not looked at.
    pub(crate) lost_columns: Vec<LostColumn>,
    /// Segments that this breaks.
    pub(crate) broken_segments: Vec<String>,
    /// Exports that this breaks, by name.
    pub(crate) broken_exports: Vec<String>,
    /// Rows; nothing if they were not looked at.
    pub(crate) rows: Option<u64>,
    /// Rows that could not be used.
    pub(crate) set_aside: Vec<CorruptView>,
    /// Keys that more than one row has, at most ten.
    pub(crate) duplicate_keys: Vec<String>,
    /// Rows without a key.
    pub(crate) without_key: u64,
}

pub(crate) fn lost(Drifted { column, words }: Drifted) -> LostColumn {
    LostColumn { column, detail: words }
}

pub(super) fn drifted(drift: Drift) -> CheckedTable {
    CheckedTable {
        is_sound: false,
        lost_columns: drift.columns.into_iter().map(lost).collect(),
        broken_segments: drift.segments,
        broken_exports: drift.exports,
        rows: None,
        set_aside: Vec::new(),
        duplicate_keys: Vec::new(),
        without_key: 0,
    }
}

pub(super) fn looked_at(found: Described) -> CheckedTable {
    let is_sound = found.corrupt.is_empty() && found.duplicate_keys.is_empty() && found.without_key == 0;
    CheckedTable {
        is_sound,
        lost_columns: Vec::new(),
        broken_segments: Vec::new(),
        broken_exports: Vec::new(),
        rows: Some(found.rows),
        set_aside: corrupt(found.corrupt),
        duplicate_keys: found.duplicate_keys,
        without_key: found.without_key,
    }
}
