//! The columns of one table that an evaluation uses, and groups of conditions about the tables of a path.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::DataFrame;
use segue_model::EngineError;
use segue_model::segment::time::Context;
use segue_model::segment::{Condition, Group, Join, Kind, Table};

use super::compare::{self, Subject};
use super::key::Key;
use super::related::named;
use super::scan::Wanted;

/// The wanted columns of a table, and once it is scanned, what they are called.
pub(super) struct Scope<'t> {
    pub(super) table: &'t Table,
    pub(super) wanted: Vec<Wanted>,
    prefix: String,
    types: Vec<DataType>,
}

impl<'t> Scope<'t> {
    pub(super) fn new(table: &'t Table) -> Self {
        Self { table, wanted: Vec::new(), prefix: String::new(), types: Vec::new() }
    }

    /// Wants a column; returns its place.
    pub(super) fn want(&mut self, column: &str) -> usize {
        self.place(Wanted { column: column.to_owned(), as_key: false })
    }

    /// Wants a column as a key.
    pub(super) fn want_key(&mut self, column: &str) -> usize {
        self.place(Wanted { column: column.to_owned(), as_key: true })
    }

    fn place(&mut self, wanted: Wanted) -> usize {
        self.find(&wanted).unwrap_or_else(|| {
            self.wanted.push(wanted);
            self.wanted.len() - 1
        })
    }

    fn find(&self, wanted: &Wanted) -> Option<usize> {
        self.wanted.iter().position(|known| known == wanted)
    }

    /// Notes what the scanned columns are called.
    pub(super) fn settle(&mut self, prefix: &str, frame: &DataFrame) {
        prefix.clone_into(&mut self.prefix);
        self.types = frame.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    }

    pub(super) fn expr(&self, place: usize) -> Expr {
        named(&format!("{}{place}", self.prefix))
    }

    pub(super) fn data_type(&self, place: usize) -> DataType {
        self.types.get(place).cloned().unwrap_or(DataType::Utf8)
    }

    /// A column that was wanted as a key.
    pub(super) fn key(&self, place: usize) -> Key {
        (self.expr(place), self.data_type(place))
    }

    pub(super) fn subject(&self, place: usize) -> Subject {
        let kind = self.table.column(&self.wanted[place].column).map_or(Kind::Other, |column| column.kind);
        Subject { value: self.expr(place), kind, data_type: self.data_type(place), times: None }
    }

    /// The value of a column that was wanted.
    pub(super) fn column(&self, column: &str) -> Option<Subject> {
        self.find(&Wanted { column: column.to_owned(), as_key: false }).map(|place| self.subject(place))
    }
}

/// The scope of a condition's column: the last table of the path unless another is named.
fn of<'s, 't>(scopes: &'s [Scope<'t>], table: Option<&str>) -> Option<&'s Scope<'t>> {
    match table {
        None => scopes.last(),
        Some(name) => scopes.iter().rev().find(|scope| scope.table.name == name),
    }
}

/// Wants every column that a group asks about.
pub(super) fn want_all(group: &Group, scopes: &mut [Scope<'_>]) {
    let mut tests = Vec::new();
    group.each(&mut |condition| {
        if let Condition::Column(test) = condition {
            tests.push(test);
        }
    });
    for test in tests {
        let place = match &test.table {
            None => scopes.len().checked_sub(1),
            Some(name) => scopes.iter().rposition(|scope| scope.table.name == *name),
        };
        if let Some(scope) = place.and_then(|place| scopes.get_mut(place)) {
            scope.want(&test.column);
        }
    }
}

/// A group that asks about columns only.
pub(super) fn group(group: &Group, scopes: &[Scope<'_>], context: &Context) -> Result<Expr, EngineError> {
    let conditions = group.conditions.iter().map(|condition| match condition {
        Condition::Group(inner) => self::group(inner, scopes, context),
        Condition::Column(test) => {
            let subject = of(scopes, test.table.as_deref()).and_then(|scope| scope.column(&test.column));
            let subject = subject.ok_or_else(|| unchecked(&test.column))?;
            Ok(compare::test(&test.test, &subject, context))
        }
        _ => Err(unchecked("where")),
    });
    let conditions: Vec<Expr> = conditions.collect::<Result<_, _>>()?;
    Ok(match group.join {
        Join::All => conditions.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true)),
        Join::Any => compare::any_of(conditions),
    })
}

/// A definition that was not checked before it is evaluated.
pub(super) fn unchecked(what: &str) -> EngineError {
    EngineError::Input(format!("the definition does not fit its tables any more (\"{what}\"): check it"))
}
