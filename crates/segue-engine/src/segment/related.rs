//! Tests of related tables as sets of keys: the profiles for which the test holds, computed before the profiles are read.
//!
//! A set's exact size is known to the planner, and so the profiles are the side that is streamed past it.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column as Named, JoinType};
use datafusion::datasource::MemTable;
use datafusion::execution::TaskContext;
use datafusion::functions_aggregate::expr_fn::{count, count_distinct, first_value, max, min, sum};
use datafusion::logical_expr::{Expr, cast, lit, when};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::DataFrame;
use futures::TryStreamExt;
use segue_model::segment::check::Hop;
use segue_model::segment::{Function, Kind, Measure, Operand, Operator, RelatedTest, Scalar, Table, Test};
use segue_model::{EngineError, Unkept};

use super::compare::{self, Subject, denied};
use super::evaluator::{Evaluator, texts};
use super::failure::Failed;
use super::key;
use super::scan;
use super::scope::{self, Scope};
use super::snapshot::EXAMPLES;
use super::typed::DECIMAL;

/// A set of keys, and whether its members or all others are meant.
pub(super) struct KeySet {
    /// The column of the profile table that the keys are of.
    pub(super) column: String,
    /// The keys, in one column of that name.
    pub(super) keys: DataFrame,
    pub(super) is_meant: bool,
}

impl KeySet {
    pub(super) fn data_type(&self) -> DataType {
        self.keys.schema().field(0).data_type().clone()
    }
}

/// The name of a key set's column.
pub(super) const KEY: &str = "set_key";
/// The name of a computed value.
pub(super) const VALUE: &str = "set_value";
const TIMES: &str = "set_times";

/// The rows of a related table that count, joined along their path.
struct Rows {
    frame: DataFrame,
    /// The key of the profile that a row belongs to.
    key: Expr,
    of: Option<Subject>,
    by: Option<Subject>,
    /// The column of the profile table that the first relationship refers to.
    column: String,
}

impl Evaluator<'_> {
    /// The set for a test of a related table.
    pub(super) async fn related(
        &self,
        profiles: &Table,
        related: &RelatedTest,
    ) -> Result<KeySet, EngineError> {
        let rows = self.rows(profiles, related, None).await?;
        let column = rows.column.clone();
        let (keys, is_meant) = match &related.measure {
            Measure::HasAny => (distinct(rows)?, true),
            Measure::HasNone => (distinct(rows)?, false),
            Measure::Aggregate { function, test, .. } => self.aggregated(rows, *function, test)?,
        };
        let keys = if self.sets_stay_plans { keys } else { self.materialized(keys).await? };
        Ok(KeySet { column, keys, is_meant })
    }

    /// What a test of a related table finds for one profile: the number of rows, or the computed value; as text.
    pub(super) async fn related_value(
        &self,
        profiles: &Table,
        related: &RelatedTest,
        key: &str,
    ) -> Result<String, EngineError> {
        let rows = self.rows(profiles, related, Some(key)).await?;
        let frame = match &related.measure {
            Measure::Aggregate { function, .. } if *function != Function::Count => {
                let frame = computed(rows, *function)?;
                if *function == Function::Average {
                    let mean = cast(named(VALUE), DECIMAL) / cast(named(TIMES), DataType::Decimal128(20, 0));
                    frame.select(vec![mean.alias(VALUE)])
                } else {
                    frame.select(vec![named(VALUE)])
                }
            }
            _ => rows.frame.aggregate(vec![], vec![count(lit(1)).alias(VALUE)]),
        };
        let frame = frame.failed("planning")?;
        let found = texts(frame, 1).await?;
        Ok(found.into_iter().next().and_then(|row| row.into_iter().next()).unwrap_or_default())
    }

    async fn rows(
        &self,
        profiles: &Table,
        related: &RelatedTest,
        only: Option<&str>,
    ) -> Result<Rows, EngineError> {
        let path = self.catalog().path(profiles, &related.table, &related.via).map_err(EngineError::Input)?;
        let mut scopes: Vec<Scope> = path.iter().map(|hop| Scope::new(hop.table)).collect();
        let last = scopes.len() - 1;
        let (mut of, mut by) = (None, None);
        if let Measure::Aggregate { of: of_name, by: by_name, .. } = &related.measure {
            of = of_name.as_deref().map(|name| scopes[last].want(name));
            by = by_name.as_deref().map(|name| scopes[last].want(name));
        }
        if let Some(filter) = &related.filter {
            scope::want_all(filter, &mut scopes);
        }
        let joins = joins(&path, &mut scopes);
        let adds_up = matches!(
            related.measure,
            Measure::Aggregate { function: Function::Count | Function::Sum | Function::Average, .. }
        );
        let mut frame = self.scan_hops(&path, &mut scopes, &joins, adds_up).await?;
        if let Some(filter) = &related.filter {
            let predicate = scope::group(filter, &scopes, &self.context)?;
            frame = frame.filter(predicate).failed("planning")?;
        }
        let key = scopes[0].expr(joins[0].0);
        if let Some(only) = only {
            let is_it = cast(key.clone(), DataType::Utf8).eq(lit(only));
            frame = frame.filter(is_it).failed("planning")?;
        }
        let column = path[0].relationship.to_column.clone();
        let (of, by) =
            (of.map(|place| scopes[last].subject(place)), by.map(|place| scopes[last].subject(place)));
        Ok(Rows { frame, key, of, by, column })
    }

    /// Scans every table of the path and joins each with the one before it: rows must exist in all of them. `adds_up`: a row
    /// that is joined twice would count twice.
    pub(super) async fn scan_hops(
        &self,
        path: &[Hop<'_>],
        scopes: &mut [Scope<'_>],
        joins: &[(usize, Option<usize>)],
        adds_up: bool,
    ) -> Result<DataFrame, EngineError> {
        let mut frame: Option<DataFrame> = None;
        for (index, hop) in path.iter().enumerate() {
            let prefix = format!("h{index}_");
            let stored = self.stored(&hop.table.name)?;
            let table =
                scan::scan(&self.session, stored, &scopes[index].wanted, &prefix, &self.aside).await?;
            scopes[index].settle(&prefix, &table);
            // A row without a key belongs to nobody.
            let table = if scan::is_keyed(stored, &hop.relationship.column)? {
                table
            } else {
                table.filter(key::is_there(scopes[index].key(joins[index].0))).failed("planning")?
            };
            if let (Some(referred), true) = (joins[index].1, adds_up) {
                let referred = scopes[index].key(referred).0;
                self.tell_apart(table.clone(), referred, hop, &path[index + 1]).await?;
            }
            frame = Some(match frame {
                None => table,
                Some(before) => {
                    let referred = joins[index - 1].1.unwrap_or_default();
                    let same = key::same(scopes[index - 1].key(referred), scopes[index].key(joins[index].0));
                    before.join_on(table, JoinType::Inner, [same]).failed("planning")?
                }
            });
        }
        frame.ok_or_else(|| EngineError::Input("a path needs a relationship".to_owned()))
    }

    /// Refuses a table in the middle of a path that the next one refers to by what is not unique in it.
    async fn tell_apart(
        &self,
        table: DataFrame,
        referred: Expr,
        hop: &Hop<'_>,
        next: &Hop<'_>,
    ) -> Result<(), EngineError> {
        let twice = table
            .aggregate(vec![referred.alias(KEY)], vec![count(lit(1)).alias(TIMES)])
            .and_then(|frame| frame.filter(named(TIMES).gt(lit(1)).and(named(KEY).is_not_null())))
            .and_then(|frame| frame.select(vec![named(KEY)]))
            .and_then(|frame| frame.sort(vec![named(KEY).sort(true, false)]))
            .and_then(|frame| frame.limit(0, Some(EXAMPLES)))
            .failed("planning")?;
        let keys: Vec<String> = texts(twice, EXAMPLES).await?.into_iter().flatten().collect();
        if keys.is_empty() {
            return Ok(());
        }
        Err(EngineError::AmbiguousRows {
            table: hop.table.name.clone(),
            column: next.relationship.to_column.clone(),
            from: next.table.name.clone(),
            keys: Unkept::new(keys),
        })
    }

    fn aggregated(
        &self,
        rows: Rows,
        function: Function,
        test: &Test,
    ) -> Result<(DataFrame, bool), EngineError> {
        // What a profile without rows gives decides whether the set holds those that pass or those that fail.
        let holds_without_rows = match function {
            Function::Count | Function::CountDistinct => holds_for_zero(test),
            _ => denied(test.operator).is_some() || test.operand == Operand::Flag(true),
        };
        let subject = subject(&rows, function);
        let frame = computed(rows, function)?;
        let passes = compare::test(test, &subject, &self.context);
        let wanted = if holds_without_rows { passes.is_not_true() } else { passes };
        let keys =
            frame.filter(wanted).and_then(|frame| frame.select(vec![named(KEY)])).failed("planning")?;
        Ok((keys, !holds_without_rows))
    }

    /// Computes a frame now, so that its size is known.
    pub(super) async fn materialized(&self, keys: DataFrame) -> Result<DataFrame, EngineError> {
        let task: Arc<TaskContext> = Arc::new(keys.task_ctx());
        let plan = keys.create_physical_plan().await.failed("planning")?;
        let schema = plan.schema();
        let stream = execute_stream(plan, task).failed("reading related tables")?;
        let batches: Vec<RecordBatch> = stream.try_collect().await.failed("reading related tables")?;
        let table = MemTable::try_new(schema, vec![batches]).failed("reading related tables")?;
        self.session.read_table(Arc::new(table)).failed("reading related tables")
    }
}

/// Where each table of a path has the column that refers to the one before it, and the one that the next refers to.
pub(super) fn joins(path: &[Hop<'_>], scopes: &mut [Scope<'_>]) -> Vec<(usize, Option<usize>)> {
    let joined = path.iter().zip(scopes).enumerate().map(|(index, (hop, scope))| {
        let own = scope.want_key(&hop.relationship.column);
        (own, path.get(index + 1).map(|next| scope.want_key(&next.relationship.to_column)))
    });
    joined.collect()
}

pub(super) fn named(name: &str) -> Expr {
    Expr::Column(Named::new_unqualified(name))
}

fn distinct(rows: Rows) -> Result<DataFrame, EngineError> {
    rows.frame.aggregate(vec![rows.key.alias(KEY)], vec![]).failed("planning")
}

/// What the computed value is.
fn subject(rows: &Rows, function: Function) -> Subject {
    let number = |data_type, times| Subject { value: named(VALUE), kind: Kind::Number, data_type, times };
    match (function, &rows.of) {
        (Function::Count | Function::CountDistinct, _) | (_, None) => number(DataType::Int64, None),
        (Function::Sum, _) => number(DECIMAL, None),
        (Function::Average, _) => number(DECIMAL, Some(named(TIMES))),
        (_, Some(of)) => Subject { value: named(VALUE), times: None, ..of.clone() },
    }
}

/// The value of each profile that has rows.
fn computed(rows: Rows, function: Function) -> Result<DataFrame, EngineError> {
    let Rows { frame, key, of, by, .. } = rows;
    let of = of.as_ref().map_or_else(|| Ok(lit(1)), plain)?;
    let exact = || cast(of.clone(), DECIMAL);
    let frame = match &by {
        // A row without a time has no place in the order.
        Some(by) => frame.filter(by.value.clone().is_not_null()).failed("planning")?,
        None => frame,
    };
    let by = by.as_ref().map_or_else(|| Ok(lit(1)), plain)?;
    // Of rows that come together the smallest value counts; an empty one only if there is no other.
    let ordered = |ascending: bool| {
        let mut order = vec![by.clone().sort(ascending, false)];
        // What is its own place has no ties, and DataFusion takes no order that names an expression twice.
        if of != by {
            order.push(of.clone().sort(true, false));
        }
        order
    };
    let value = match function {
        Function::Count => count(lit(1)),
        Function::CountDistinct => count_distinct(of.clone()),
        Function::Sum | Function::Average => sum(exact()),
        Function::Min => min(of.clone()),
        Function::Max => max(of.clone()),
        Function::First => first_value(of.clone(), ordered(true)),
        Function::Latest => first_value(of.clone(), ordered(false)),
    };
    let mut values = vec![value.alias(VALUE)];
    if function == Function::Average {
        values.push(count(of.clone()).alias(TIMES));
    }
    frame.aggregate(vec![key.alias(KEY)], values).failed("planning")
}

/// A value as it is counted and put in order: of texts the empty one is missing, of numbers there is one zero.
fn plain(subject: &Subject) -> Result<Expr, EngineError> {
    let value = subject.value.clone();
    match subject.data_type {
        _ if subject.kind == Kind::Text => when(value.clone().not_eq(lit("")), value).end(),
        DataType::Float64 | DataType::Float32 | DataType::Float16 => {
            when(value.clone().eq(lit(0.0_f64)), lit(0.0_f64)).otherwise(value)
        }
        _ => Ok(value),
    }
    .failed("planning")
}

/// Whether a count of 0 passes a test.
fn holds_for_zero(test: &Test) -> bool {
    let numbers = |operand: &Operand| -> Vec<i128> {
        let values: &[Scalar] = match operand {
            Operand::One(value) => std::slice::from_ref(value),
            Operand::Many(values) => values,
            _ => &[],
        };
        values.iter().filter_map(|value| value.number().ok()).map(|number| number.0).collect()
    };
    let numbers = numbers(&test.operand);
    let first = numbers.first().copied().unwrap_or_default();
    match test.operator {
        Operator::Is => first == 0,
        Operator::IsNot => first != 0,
        Operator::OneOf => numbers.contains(&0),
        Operator::NoneOf => !numbers.contains(&0),
        Operator::LessThan => first > 0,
        Operator::AtMost => first >= 0,
        Operator::MoreThan => first < 0,
        Operator::AtLeast => first <= 0,
        Operator::Between => first <= 0 && numbers.last().is_some_and(|last| *last >= 0),
        // A count is never empty.
        Operator::IsEmpty => test.operand == Operand::Flag(false),
        _ => false,
    }
}
