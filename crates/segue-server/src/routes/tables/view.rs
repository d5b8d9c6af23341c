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
struct ColumnView {
    name: String,
    #[schema(schema_with = schema::column_kind)]
    kind: &'static str,
    /// What it is to people, if that is known.
    #[schema(schema_with = schema::meaning)]
    meaning: Option<&'static str>,
    /// What definitions can ask of it.
    operators: Vec<&'static str>,
}

/// Many rows of the table belong to one row of another.
#[derive(Serialize, ToSchema)]
#[schema(as = Relationship)]
struct RelationshipView {
    name: String,
    column: String,
    to_table: String,
    to_column: String,
}

/// A condition that a table declares.
#[derive(Serialize, ToSchema)]
#[schema(as = Condition)]
struct ConditionView {
    name: String,
    /// A group of conditions; nothing if it cannot be read.
    #[schema(value_type = Option<Object>)]
    definition: Option<Value>,
}

/// A table.
#[derive(Serialize, ToSchema)]
#[schema(as = Table)]
pub(super) struct TableView {
    name: String,
    /// A file, a folder or a pattern.
    path: String,
    /// The column that tells rows apart.
    key: Option<String>,
    columns: Vec<ColumnView>,
    relationships: Vec<RelationshipView>,
    conditions: Vec<ConditionView>,
    /// Segments over it or about it, tables that relate to it, and exports of its rows.
    used_by: Vec<UsedBy>,
    /// Grows with every change; the ETag is this.
    version: i64,
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
        version: seen.version,
    }
}

/// A value and the rows that have it.
#[derive(Serialize, ToSchema)]
struct FrequentValue {
    value: String,
    rows: u64,
}

/// The values of a column.
#[derive(Serialize, ToSchema)]
#[schema(as = ColumnValues)]
pub(super) struct ValuesView {
    column: String,
    /// Rows without a value.
    empty: u64,
    /// Different values.
    distinct: u64,
    /// The most frequent values, at most ten.
    frequent: Vec<FrequentValue>,
}

pub(super) fn values(found: DescribedColumn) -> ValuesView {
    let DescribedColumn { name, empty, distinct, frequent } = found;
    let frequent = frequent.into_iter().map(|(value, rows)| FrequentValue { value, rows });
    ValuesView { column: name, empty, distinct, frequent: frequent.collect() }
}

/// A table as it was found.
#[derive(Serialize, ToSchema)]
pub(super) struct TableDescription {
    rows: u64,
    /// Its columns, in order.
    columns: Vec<ValuesView>,
    /// The first rows as text, column by column in the same order.
    sample: Vec<Vec<String>>,
    /// Rows that could not be used.
    set_aside: Vec<CorruptView>,
    /// Keys that more than one row has, at most ten.
    duplicate_keys: Vec<String>,
    /// Rows without a key.
    without_key: u64,
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
struct LostColumn {
    column: String,
    /// What became of it, in which file, and what to do.
    detail: String,
}

/// What is wrong with a table.
#[derive(Serialize, ToSchema)]
pub(super) struct CheckedTable {
    /// Whether nothing is.
    is_sound: bool,
    /// Columns that are gone or of another kind. With any, the rows are not looked at.
    lost_columns: Vec<LostColumn>,
    /// Segments that this breaks.
    broken_segments: Vec<String>,
    /// Exports that this breaks, by name.
    broken_exports: Vec<String>,
    /// Rows; nothing if they were not looked at.
    rows: Option<u64>,
    /// Rows that could not be used.
    set_aside: Vec<CorruptView>,
    /// Keys that more than one row has, at most ten.
    duplicate_keys: Vec<String>,
    /// Rows without a key.
    without_key: u64,
}

pub(super) fn drifted(drift: Drift) -> CheckedTable {
    let lost = |Drifted { column, words }| LostColumn { column, detail: words };
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
