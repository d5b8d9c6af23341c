//! Conditions that exclude each other.
//!
//! Only what is certain is found, and only in one group: what all of its conditions ask of the same value.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::fault::Pointer;
use super::super::{
    Condition, Function, Group, Join, Kind, Measure, Operand, Operator, RelatedTest, Scalar, Table, Test,
};
use super::{Scope, possible};

/// Conditions that can never hold, each with its place and what to say of it.
pub(super) fn find(group: &Group, at: &Pointer, scope: &Scope) -> Vec<(Pointer, String)> {
    let mut asked = Asked { scope, subjects: Vec::new(), known: HashMap::new() };
    if group.join == Join::All {
        asked.of_all(group, at);
        return asked.subjects.iter().filter_map(Subject::contradiction).collect();
    }
    let at = at.at("any");
    let mut found = Vec::new();
    for (index, condition) in group.conditions.iter().enumerate() {
        asked.of(condition, &at.at(index));
        found.extend(asked.subjects.drain(..).filter_map(|subject| subject.contradiction()));
        asked.known.clear();
    }
    found
}

/// Something that has one value for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'g> {
    Column(&'g str, &'g str),
    /// How many rows of a related table there are.
    Rows(Related<'g>),
    Aggregate(Related<'g>, Function, Option<&'g str>, Option<&'g str>),
    Member(&'g str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Related<'g> {
    table: &'g str,
    via: &'g [String],
    filter: Option<&'g Group>,
}

/// All that is asked of one value.
struct Subject<'g> {
    key: Key<'g>,
    kind: Kind,
    tests: Vec<(Pointer, Cow<'g, Test>)>,
}

struct Asked<'g, 's> {
    scope: &'s Scope<'s>,
    subjects: Vec<Subject<'g>>,
    known: HashMap<Key<'g>, usize>,
}

impl<'g, 's: 'g> Asked<'g, 's> {
    /// An all in an all asks as if its conditions stood in the outer one.
    fn of_all(&mut self, group: &'g Group, at: &Pointer) {
        let at = at.at("all");
        for (index, condition) in group.conditions.iter().enumerate() {
            let at = at.at(index);
            match condition {
                Condition::Group(inner) if inner.join == Join::All => self.of_all(inner, &at),
                other => self.of(other, &at),
            }
        }
    }

    fn of(&mut self, condition: &'g Condition, at: &Pointer) {
        match condition {
            Condition::Column(column) => {
                let Some(table) = self.scope.table(column.table.as_deref()) else { return };
                let Some(kind) = kind_of(table, &column.column) else { return };
                self.put(Key::Column(&table.name, &column.column), kind, Cow::Borrowed(&column.test), at);
            }
            Condition::Related(related) => self.of_related(related, at),
            Condition::Member { segment, is_member } => {
                let test = compare(Operator::Is, Scalar::Flag(*is_member));
                self.put(Key::Member(segment), Kind::Boolean, Cow::Owned(test), at);
            }
            Condition::Named(_) | Condition::Group(_) => {}
        }
    }

    fn of_related(&mut self, related: &'g RelatedTest, at: &Pointer) {
        let rows = Related { table: &related.table, via: &related.via, filter: related.filter.as_ref() };
        let any = || compare(Operator::AtLeast, Scalar::Number(1.into()));
        let none = || compare(Operator::AtMost, Scalar::Number(0.into()));
        match &related.measure {
            Measure::HasAny => self.put(Key::Rows(rows), Kind::Number, Cow::Owned(any()), at),
            Measure::HasNone => self.put(Key::Rows(rows), Kind::Number, Cow::Owned(none()), at),
            Measure::Aggregate { function: Function::Count, test, .. } => {
                self.put(Key::Rows(rows), Kind::Number, Cow::Borrowed(test), at);
            }
            // The kind of the other aggregates is that of a column, which only numbers need not be asked for.
            Measure::Aggregate { function, of, by, test } => {
                if matches!(function, Function::Sum | Function::Average | Function::CountDistinct) {
                    let key = Key::Aggregate(rows, *function, of.as_deref(), by.as_deref());
                    self.put(key, Kind::Number, Cow::Borrowed(test), at);
                }
            }
        }
    }

    fn put(&mut self, key: Key<'g>, kind: Kind, test: Cow<'g, Test>, at: &Pointer) {
        let subjects = &mut self.subjects;
        let index = *self.known.entry(key).or_insert_with(|| {
            subjects.push(Subject { key, kind, tests: Vec::new() });
            subjects.len() - 1
        });
        subjects[index].tests.push((at.clone(), test));
    }
}

impl Subject<'_> {
    fn contradiction(&self) -> Option<(Pointer, String)> {
        // More than these are looked at together only.
        const PAIRS: usize = 50;
        if self.is_possible(&self.tests.iter().collect::<Vec<_>>()) {
            return None;
        }
        for (index, second) in self.tests.iter().enumerate().take(PAIRS) {
            if !self.is_possible(&[second]) {
                // Said of a reversed between where its values are checked.
                let is_said = second.1.operator == Operator::Between;
                return (!is_said).then(|| (second.0.clone(), "this can never match".to_owned()));
            }
            if let Some(first) = self.tests[..index].iter().find(|first| !self.is_possible(&[first, second]))
            {
                let words =
                    format!("this and {} exclude each other, so together they can never match", first.0);
                return Some((second.0.clone(), words));
            }
        }
        let (last, _) = self.tests.last()?;
        Some((last.clone(), format!("with the other conditions on {} this can never match", self.words())))
    }

    fn is_possible(&self, tests: &[&(Pointer, Cow<Test>)]) -> bool {
        let tests: Vec<&Test> = tests.iter().map(|(_, test)| test.as_ref()).collect();
        match self.key {
            Key::Rows(_) | Key::Aggregate(_, Function::CountDistinct, ..) => possible::count(&tests),
            _ => possible::value(&tests, self.kind),
        }
    }

    fn words(&self) -> String {
        match self.key {
            Key::Column(_, column) => format!("column \"{column}\""),
            Key::Rows(related) | Key::Aggregate(related, ..) => format!("table \"{}\"", related.table),
            Key::Member(segment) => format!("segment \"{segment}\""),
        }
    }
}

fn kind_of(table: &Table, column: &str) -> Option<Kind> {
    table.column(column).map(|column| column.kind)
}

fn compare(operator: Operator, value: Scalar) -> Test {
    Test { operator, operand: Operand::One(value), ignore_case: false }
}
