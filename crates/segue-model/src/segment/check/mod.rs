//! Checking a definition against the tables and segments that are there.

mod catalog;
mod contradiction;
mod possible;
mod value;

use super::fault::{Faults, Pointer, quoted, suggestion};
use super::{
    ColumnTest, Condition, Definition, Fault, Function, Group, Join, Kind, Measure, RelatedTest, Table, Test,
    read,
};

pub use catalog::{Catalog, Hop};

/// Checks a definition. `own` is the name under which it is saved, to find segments that ask about themselves.
///
/// Returns every mistake, and warnings about what can be used but can never match.
#[must_use]
pub fn check(definition: &Definition, own: Option<&str>, catalog: &Catalog) -> Vec<Fault> {
    let mut checker = Checker::new(catalog);
    checker.own = own;
    let root = Pointer::default();
    let Some(table) = catalog.table(&definition.table) else {
        let known = catalog.tables.iter().map(|table| table.name.as_str());
        let words = format!(
            "there is no table {}{}",
            quoted(&definition.table),
            suggestion(&definition.table, known)
        );
        return vec![Fault::error(&root.at("table"), words)];
    };
    if table.key.is_none() {
        let words = format!(
            "table \"{}\" has no key, so its rows are no profiles: declare it anew with --replace --key COLUMN",
            table.name
        );
        checker.fail(&root.at("table"), words);
    }
    let scope = Scope { profiles: Some(table), tables: vec![table] };
    for (index, rule) in definition.rules.iter().enumerate() {
        checker.group(&rule.group, None, &scope, &root.at("rules").at(index));
    }
    checker.faults.finish()
}

/// Checks a condition that a table declares by name.
#[must_use]
pub fn check_named(group: &Group, table: &Table, catalog: &Catalog) -> Vec<Fault> {
    let mut checker = Checker::new(catalog);
    checker.is_named = true;
    let scope = Scope { profiles: Some(table), tables: vec![table] };
    checker.group(group, None, &scope, &Pointer::default());
    checker.faults.finish()
}

/// What a group's conditions can speak of.
struct Scope<'a> {
    /// The table of profiles; none inside of a related table's filter.
    profiles: Option<&'a Table>,
    /// The table that columns without a table belong to, and then the others on its path.
    tables: Vec<&'a Table>,
}

impl<'a> Scope<'a> {
    /// The table that a column belongs to.
    fn table(&self, name: Option<&str>) -> Option<&'a Table> {
        match name {
            None => self.tables.first().copied(),
            Some(name) => self.tables.iter().copied().find(|table| table.name == name),
        }
    }
}

struct Checker<'a> {
    catalog: &'a Catalog<'a>,
    /// The name of the segment that is checked.
    own: Option<&'a str>,
    /// Whether it is a named condition that is checked.
    is_named: bool,
    faults: Faults,
}

impl<'a> Checker<'a> {
    fn new(catalog: &'a Catalog<'a>) -> Self {
        Self { catalog, own: None, is_named: false, faults: Faults::default() }
    }

    fn fail(&mut self, at: &Pointer, words: impl Into<String>) {
        self.faults.push(Fault::error(at, words));
    }

    fn warn(&mut self, at: &Pointer, words: impl Into<String>) {
        self.faults.push(Fault::warning(at, words));
    }

    /// `around` is how the group is joined that this one stands in.
    fn group(&mut self, group: &Group, around: Option<Join>, scope: &Scope, at: &Pointer) {
        let place = at.at(if group.join == Join::All { "all" } else { "any" });
        let before = self.faults.errors();
        for (index, condition) in group.conditions.iter().enumerate() {
            self.condition(condition, group.join, scope, &place.at(index));
        }
        // Conditions of an all in an all are those of the outer one.
        let is_part = group.join == Join::All && around == Some(Join::All);
        if self.faults.errors() == before && !is_part {
            for (at, words) in contradiction::find(group, at, scope) {
                self.warn(&at, words);
            }
        }
    }

    fn condition(&mut self, condition: &Condition, join: Join, scope: &Scope, at: &Pointer) {
        match condition {
            Condition::Column(column) => self.column(column, scope, at),
            Condition::Related(related) => self.related(related, scope, at),
            Condition::Group(group) => self.group(group, Some(join), scope, at),
            Condition::Member { segment, is_member } => {
                let at = at.at(if *is_member { "member_of" } else { "not_member_of" });
                self.member(segment, scope, &at);
            }
            Condition::Named(name) => self.named(name, scope, &at.at("condition")),
        }
    }

    fn member(&mut self, segment: &str, scope: &Scope, at: &Pointer) {
        if self.is_named {
            return self.fail(at, "a condition that a table declares cannot ask about segments");
        }
        let Some(profiles) = scope.profiles else {
            return self.fail(at, "only profiles are members of segments: ask outside of \"where\"");
        };
        if let Some(own) = self.own
            && let Some(way) = self.catalog.way(segment, own)
        {
            let way: Vec<&str> = std::iter::once(own).chain(way).collect();
            return self.fail(at, format!("the segment would ask about itself: {}", way.join(" → ")));
        }
        match self.catalog.segment(segment) {
            None => {
                let known = self.catalog.segments.iter().map(|(name, _)| name.as_str());
                let hint = suggestion(segment, known);
                self.fail(at, format!("there is no segment {}{hint}", quoted(segment)));
            }
            Some(other) if other.table != profiles.name => {
                let words = format!(
                    "segment \"{segment}\" is of table \"{}\", this one of \"{}\"",
                    other.table, profiles.name
                );
                self.fail(at, words);
            }
            Some(_) => {}
        }
    }

    fn named(&mut self, name: &str, scope: &Scope, at: &Pointer) {
        if self.is_named {
            return self.fail(at, "a condition that a table declares cannot ask about another one");
        }
        let Some(profiles) = scope.profiles else {
            return self.fail(at, "a named condition is about profiles: ask outside of \"where\"");
        };
        let Some(text) = profiles.conditions.get(name) else {
            let hint = suggestion(name, profiles.conditions.keys().map(String::as_str));
            let words = format!("table \"{}\" declares no condition {}{hint}", profiles.name, quoted(name));
            return self.fail(at, words);
        };
        // What it speaks of can be gone since it was declared.
        let faults = match read::group(text) {
            Ok(group) => check_named(&group, profiles, self.catalog),
            Err(faults) => faults,
        };
        if let Some(fault) = faults.iter().find(|fault| !fault.is_warning) {
            let words =
                format!("condition \"{name}\" of table \"{}\" is wrong itself, at {fault}", profiles.name);
            self.fail(at, words);
        }
    }

    fn column(&mut self, test: &ColumnTest, scope: &Scope, at: &Pointer) {
        let Some(table) = self.named_table(test.table.as_deref(), scope, &at.at("table")) else { return };
        let Some(kind) = self.known_column(table, &test.column, &at.at("column")) else { return };
        let what = format!("column \"{}\"", test.column);
        self.test(&test.test, kind, &what, Some(&test.column), at);
    }

    fn named_table<'s>(&mut self, name: Option<&str>, scope: &Scope<'s>, at: &Pointer) -> Option<&'s Table> {
        let found = scope.table(name);
        let Some(name) = name else { return found };
        if scope.tables.iter().filter(|table| table.name == name).count() > 1 {
            let words =
                format!("the path is at table \"{name}\" more than once; leave this out to mean its end");
            self.fail(at, words);
            return None;
        }
        if found.is_none() {
            let words = if scope.profiles.is_some() && self.catalog.table(name).is_some() {
                format!(
                    "this condition is about table \"{}\"; of another one ask with related: {name}",
                    scope.tables[0].name
                )
            } else {
                let known = scope.tables.iter().map(|table| table.name.as_str());
                format!("table {} is not on this path{}", quoted(name), suggestion(name, known))
            };
            self.fail(at, words);
        }
        found
    }

    fn known_column(&mut self, table: &Table, column: &str, at: &Pointer) -> Option<Kind> {
        let found = table.column(column);
        if found.is_none() {
            let known = table.columns.iter().map(|column| column.name.as_str());
            let hint = suggestion(column, known);
            self.fail(at, format!("table \"{}\" has no column {}{hint}", table.name, quoted(column)));
        }
        found.map(|column| column.kind)
    }

    fn related(&mut self, related: &RelatedTest, scope: &Scope, at: &Pointer) {
        let Some(profiles) = scope.profiles else {
            return self.fail(&at.at("related"), "related tables are asked about outside of \"where\"");
        };
        let Some(table) = self.catalog.table(&related.table) else {
            let known = self.catalog.tables.iter().map(|table| table.name.as_str());
            let hint = suggestion(&related.table, known);
            return self
                .fail(&at.at("related"), format!("there is no table {}{hint}", quoted(&related.table)));
        };
        let path = match self.catalog.path(profiles, &related.table, &related.via) {
            Ok(path) => path,
            Err(words) => {
                let key = if related.via.is_empty() { "related" } else { "via" };
                return self.fail(&at.at(key), words);
            }
        };
        if let Some(filter) = &related.filter {
            let tables = path.iter().rev().map(|hop| hop.table).collect();
            self.group(filter, None, &Scope { profiles: None, tables }, &at.at("where"));
        }
        if let Measure::Aggregate { function, of, by, test } = &related.measure {
            let at = at.at(function.word());
            if let Some(by) = by {
                self.ordering(table, by, &at.at("by"));
            }
            self.aggregate(table, *function, of.as_deref(), test, &at);
        }
    }

    fn ordering(&mut self, table: &Table, by: &str, at: &Pointer) {
        if let Some(kind) = self.known_column(table, by, at)
            && !kind.is_ordered()
        {
            let words =
                format!("column \"{by}\" is {}: order by a number, a date or a time", value::described(kind));
            self.fail(at, words);
        }
    }

    fn aggregate(&mut self, table: &Table, function: Function, of: Option<&str>, test: &Test, at: &Pointer) {
        let name = function.word().replace('_', " ");
        let of = match of {
            None => None,
            Some(column) => match self.known_column(table, column, &at.at("of")) {
                Some(kind) => Some((column, kind)),
                None => return,
            },
        };
        match (function.result(of.map(|(_, kind)| kind)), of) {
            (Some(kind), _) => self.test(test, kind, called(function), None, at),
            (None, Some((column, kind))) => {
                let is_text = kind == Kind::Text && matches!(function, Function::Sum | Function::Average);
                let otherwise = if is_text { value::declare(column, Kind::Number) } else { String::new() };
                let words = format!(
                    "column \"{column}\" is {}: there is no {name} of that{otherwise}",
                    value::described(kind)
                );
                self.fail(&at.at("of"), words);
            }
            // The reader demands a column of every function but one.
            (None, None) => self.fail(at, "\"of\" is missing"),
        }
    }
}

/// What is computed, as a thing that can be compared.
const fn called(function: Function) -> &'static str {
    match function {
        Function::Count => "the count",
        Function::CountDistinct => "the count distinct",
        Function::Sum => "the sum",
        Function::Average => "the average",
        Function::Min => "the min",
        Function::Max => "the max",
        Function::First => "the first",
        Function::Latest => "the latest",
    }
}
