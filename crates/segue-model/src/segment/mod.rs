//! Segments: definitions of who is in, over a table of profiles and the tables related to it.
//!
//! ```text
//! definition ── rules, combined top to bottom by union, intersect, except
//!   rule ────── a group
//!     group ─── conditions of which all or any must hold
//!       condition ── a column's test │ a related table's test │ another segment │ a named condition │ a group
//! ```
//!
//! A definition is written in YAML or JSON ([`read`]), checked against the tables that are there ([`check()`]), and
//! written back without loss ([`mod@write`]). What it means for a value to match is decided once, in [`time`] and in the
//! engine; nothing here touches data.

pub mod check;
mod document;
mod edge;
mod fault;
pub mod number;
mod operator;
pub mod read;
pub mod table;
pub mod time;
pub mod write;

pub use check::{Catalog, check};
pub use document::parse;
pub(crate) use fault::quoted;
pub use fault::{Fault, Pointer, suggestion};
pub use operator::{DayOfYear, Operand, Operator, Period, Scalar, Span, Unit};
pub use table::{Kind, Meaning, Relationship, Table, TableColumn};

use std::collections::HashSet;

use chrono_tz::Tz;

/// The version of the language that this crate reads and writes.
pub const VERSION: u64 = 1;
/// The most relationships that a path may have.
pub const MAX_HOPS: usize = 20;
/// How deep groups may stand in each other: a rule is the first, its sub-rules and the filters in it are the second.
pub const MAX_DEPTH: usize = 32;
/// The JSON Schema of definitions. What it accepts and [`read`] does not: `docs/segments.md`, "Schema".
pub const JSON_SCHEMA: &str = include_str!("../../../../docs/segment.schema.json");

/// Who is in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The table whose rows are the profiles.
    pub table: String,
    /// Where days begin, for dates relative to now and for times without an offset.
    pub time_zone: Tz,
    /// At least one; combined from the first to the last.
    pub rules: Vec<Rule>,
}

/// One step of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// How its members are combined with those of all rules before it. The first rule has nothing to combine with and
    /// says [`Combine::Union`].
    pub combine: Combine,
    /// What it says, for people; may be empty.
    pub name: String,
    /// Its conditions.
    pub group: Group,
}

/// How a rule is combined with the rules before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Combine {
    /// Members of either.
    #[default]
    Union,
    /// Members of both.
    Intersect,
    /// Members of those before that are not members of this one.
    Except,
}

/// Conditions of which all or any must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// Which.
    pub join: Join,
    /// The conditions; at least one.
    pub conditions: Vec<Condition>,
}

/// How many conditions of a group must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Join {
    /// All.
    All,
    /// At least one.
    Any,
}

/// Something that is true or false of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A test of a column's value.
    Column(ColumnTest),
    /// A test of the rows of a related table that belong to the profile.
    Related(RelatedTest),
    /// Membership in another segment at its last refresh.
    Member {
        /// The other segment.
        segment: String,
        /// Whether members or all others are meant.
        is_member: bool,
    },
    /// A condition that the profile table declares under this name.
    Named(String),
    /// A sub-rule.
    Group(Group),
}

/// A test of a column's value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnTest {
    /// The table, where it is another one on the path than the one that the group is about.
    pub table: Option<String>,
    /// The column.
    pub column: String,
    /// The test.
    pub test: Test,
}

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Test {
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub operand: Operand,
    /// Whether upper and lower case are the same. Text only.
    pub ignore_case: bool,
}

/// A test of the rows of a related table that belong to a profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelatedTest {
    /// The related table.
    pub table: String,
    /// The relationships from the profile table outward, by name; empty where there is only one way.
    pub via: Vec<String>,
    /// Which rows count; all of them if none.
    pub filter: Option<Group>,
    /// What is asked of those rows.
    pub measure: Measure,
}

/// What is asked of the rows of a related table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Measure {
    /// There is at least one.
    HasAny,
    /// There is none.
    HasNone,
    /// A number or value computed from them passes a test. For a profile without rows both counts are 0, and there is no
    /// other value.
    Aggregate {
        /// What is computed.
        function: Function,
        /// Of which column; none for [`Function::Count`].
        of: Option<String>,
        /// By which column rows are ordered; only for [`Function::First`] and [`Function::Latest`].
        by: Option<String>,
        /// What is asked of it.
        test: Test,
    },
}

/// What is computed from the rows of a related table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// How many rows.
    Count,
    /// How many different values; empty ones do not count.
    CountDistinct,
    /// The sum of a number, exactly.
    Sum,
    /// The mean of a number, exactly.
    Average,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The value in the row that comes first.
    First,
    /// The value in the row that comes last.
    Latest,
}

impl Function {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Count, "count"),
        (Self::CountDistinct, "count_distinct"),
        (Self::Sum, "sum"),
        (Self::Average, "average"),
        (Self::Min, "min"),
        (Self::Max, "max"),
        (Self::First, "first"),
        (Self::Latest, "latest"),
    ];

    /// Its word in a definition.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(function, _)| *function == self).map_or("", |(_, word)| word)
    }
}

impl Combine {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Union, "union"), (Self::Intersect, "intersect"), (Self::Except, "except")];

    /// Its word in a definition.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(combine, _)| *combine == self).map_or("", |(_, word)| word)
    }
}

impl Group {
    /// Visits every condition of this group and of the groups in it, but not the filters of related tables.
    pub fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Condition)) {
        for condition in &self.conditions {
            visit(condition);
            if let Condition::Group(group) = condition {
                group.each(visit);
            }
        }
    }
}

impl Definition {
    /// A definition of nobody yet: a question about a table.
    #[must_use]
    pub fn without_rules(table: &str) -> Self {
        Self { table: table.to_owned(), time_zone: Tz::UTC, rules: Vec::new() }
    }

    /// The other segments that it asks about, each once, in order of appearance.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let mut known: HashSet<&str> = HashSet::new();
        for rule in &self.rules {
            rule.group.each(&mut |condition| {
                if let Condition::Member { segment, .. } = condition
                    && known.insert(segment)
                {
                    found.push(segment);
                }
            });
        }
        found
    }
}
