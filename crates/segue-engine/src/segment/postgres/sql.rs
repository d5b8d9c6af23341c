//! An evaluation's plan as one query in Postgres's words.
//!
//! DataFusion's unparser does it. What it would get wrong is rewritten before, or written by the [`Dialect`]:
//!
//! - A join of joins loses its nesting, a table without a name has none: every side of a join becomes a subquery with a
//!   name, and a file is the table of its name.
//! - The order within an aggregate is left out, and Postgres has no `first_value` to group by: an ordered array's first.
//! - A moment is written without its zone, a conversion to a zone without the zone.
//! - Text with a quote behind a backslash, or with two quotes, is written as if somebody had escaped it already.
//! - Functions of other names, and upper and lower case by Unicode's rules.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{Column, Result, ScalarValue, internal_datafusion_err, not_impl_err};
use datafusion::datasource::listing::ListingTable;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr, Join, LogicalPlan, LogicalPlanBuilder, Projection, SubqueryAlias, TableScan,
    Volatility, cast, create_udf, lit,
};
use datafusion::sql::sqlparser::ast;
use datafusion::sql::unparser::Unparser;
use datafusion::sql::unparser::dialect::{Dialect, PostgreSqlDialect};

/// The query that finds what a plan finds.
pub(super) fn query(plan: &LogicalPlan) -> Result<String> {
    let mut subqueries = 0;
    let plan = plan.clone().transform_up(|node| {
        let node = node.map_expressions(|expr| expr.transform_up(rewritten))?.data;
        Ok(Transformed::yes(match node {
            LogicalPlan::TableScan(scan) => of_its_file(&scan)?,
            LogicalPlan::Join(join) => {
                let mut side = |plan: &Arc<LogicalPlan>| {
                    subqueries += 1;
                    subquery(plan, &format!("side{subqueries}"))
                };
                let (left, right) = (side(&join.left)?, side(&join.right)?);
                LogicalPlan::Join(Join { left, right, ..join })
            }
            other => other,
        }))
    });
    Ok(Unparser::new(&Postgres).plan_to_sql(&plan.data()?)?.to_string())
}

fn of_its_file(scan: &TableScan) -> Result<LogicalPlan> {
    let provider = source_as_provider(&scan.source)?;
    let file = provider.downcast_ref::<ListingTable>().and_then(|table| table.table_paths().first());
    let name = file.and_then(|file| file.prefix().filename()).and_then(|name| name.strip_suffix(".parquet"));
    let name =
        name.ok_or_else(|| internal_datafusion_err!("only Parquet files are tables of Postgres here"))?;
    LogicalPlanBuilder::scan(name, Arc::clone(&scan.source), None)?.build()
}

fn subquery(plan: &Arc<LogicalPlan>, name: &str) -> Result<Arc<LogicalPlan>> {
    let columns = plan.schema().fields().iter();
    let columns = columns.map(|field| Expr::Column(Column::new_unqualified(field.name()))).collect();
    let projection = LogicalPlan::Projection(Projection::try_new(columns, Arc::clone(plan))?);
    Ok(Arc::new(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(projection), name)?)))
}

fn rewritten(expr: Expr) -> Result<Transformed<Expr>> {
    Ok(match expr {
        // Names are unique in all of our plans.
        Expr::Column(Column { relation: Some(_), name, .. }) => {
            Transformed::yes(Expr::Column(Column::new_unqualified(name)))
        }
        Expr::Literal(moment @ ScalarValue::TimestampMicrosecond(Some(_), Some(_)), _) => {
            let text = lit(moment.cast_to(&DataType::Utf8)?);
            Transformed::yes(cast(text, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))))
        }
        Expr::AggregateFunction(first) if first.func.name() == "first_value" => {
            Transformed::yes(first_of(first))
        }
        other => Transformed::no(other),
    })
}

/// A function that is only written, never called.
fn written(name: &str, arguments: Vec<Expr>) -> Expr {
    let never = Arc::new(|_: &[ColumnarValue]| not_impl_err!("it is only written"));
    create_udf(name, vec![], DataType::Null, Volatility::Immutable, never).call(arguments)
}

/// `first_value(value ORDER BY …)` as `first_of(value, expression, whether it ascends, …)`.
fn first_of(first: AggregateFunction) -> Expr {
    let mut arguments = first.params.args;
    for sort in first.params.order_by {
        assert!(!sort.nulls_first, "empty values come last");
        arguments.extend([sort.expr, lit(sort.asc)]);
    }
    written("first_of", arguments)
}

/// The unparser's Postgres, and what it does not know.
struct Postgres;

impl Dialect for Postgres {
    fn use_array_keyword_for_array_literals(&self) -> bool {
        PostgreSqlDialect {}.use_array_keyword_for_array_literals()
    }

    fn supports_qualify(&self) -> bool {
        PostgreSqlDialect {}.supports_qualify()
    }

    fn requires_derived_table_alias(&self) -> bool {
        PostgreSqlDialect {}.requires_derived_table_alias()
    }

    fn supports_empty_select_list(&self) -> bool {
        PostgreSqlDialect {}.supports_empty_select_list()
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        PostgreSqlDialect {}.identifier_quote_style(identifier)
    }

    fn float64_ast_dtype(&self) -> ast::DataType {
        PostgreSqlDialect {}.float64_ast_dtype()
    }

    fn string_literal_to_sql(&self, text: &str) -> Option<ast::Expr> {
        let is_plain = !text.contains(['\'', '\\']);
        (!is_plain).then(|| ast::Expr::value(ast::Value::EscapedStringLiteral(text.to_owned())))
    }

    fn scalar_function_to_sql_overrides(
        &self,
        unparser: &Unparser<'_>,
        name: &str,
        arguments: &[Expr],
    ) -> Result<Option<ast::Expr>> {
        let operands = |operator| operation(unparser, arguments, operator);
        Ok(Some(match name {
            "array_has_any" => operands(ast::BinaryOperator::PGOverlap)?,
            "array_has_all" => operands(ast::BinaryOperator::AtArrow)?,
            "regexp_like" if arguments.len() == 2 => operands(ast::BinaryOperator::PGRegexMatch)?,
            "regexp_like" => operands(ast::BinaryOperator::PGRegexIMatch)?,
            "lower" => lower(unparser, arguments)?,
            "date_part" => date_part(unparser, arguments)?,
            "first_of" => first(unparser, arguments)?,
            _ => return PostgreSqlDialect {}.scalar_function_to_sql_overrides(unparser, name, arguments),
        }))
    }
}

fn operation(unparser: &Unparser<'_>, arguments: &[Expr], op: ast::BinaryOperator) -> Result<ast::Expr> {
    let is_text = matches!(op, ast::BinaryOperator::PGRegexMatch | ast::BinaryOperator::PGRegexIMatch);
    let left = unparser.expr_to_sql(&arguments[0])?;
    let left = Box::new(if is_text { by_unicode(left) } else { left });
    let right = Box::new(unparser.expr_to_sql(&arguments[1])?);
    Ok(ast::Expr::Nested(Box::new(ast::Expr::BinaryOp { left, op, right })))
}

/// What is a letter, and what its lower case, is for ICU to say; the C locale knows only ASCII.
fn by_unicode(text: ast::Expr) -> ast::Expr {
    let icu = ast::ObjectName::from(vec![ast::Ident::with_quote('"', "und-x-icu")]);
    ast::Expr::Nested(Box::new(ast::Expr::Collate { expr: Box::new(text), collation: icu }))
}

fn lower(unparser: &Unparser<'_>, arguments: &[Expr]) -> Result<ast::Expr> {
    let text = by_unicode(unparser.expr_to_sql(&arguments[0])?);
    let (mut function, mut list) = call(unparser, "lower", arguments)?;
    list.args = vec![ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(text))];
    function.args = ast::FunctionArguments::List(list);
    Ok(ast::Expr::Function(function))
}

fn date_part(unparser: &Unparser<'_>, arguments: &[Expr]) -> Result<ast::Expr> {
    let mut arguments = arguments.to_vec();
    if let Expr::Cast(Cast { expr, field }) = &arguments[1]
        && let DataType::Timestamp(_, Some(zone)) = field.data_type()
    {
        arguments[1] = written("timezone", vec![lit(zone.as_ref()), expr.as_ref().clone()]);
    }
    unparser.scalar_function_to_sql("date_part", &arguments)
}

fn first(unparser: &Unparser<'_>, arguments: &[Expr]) -> Result<ast::Expr> {
    let (value, order) = arguments.split_at(1);
    let sorts = order.chunks_exact(2).map(|sort| {
        let ascends = sort[1] == lit(true);
        unparser.sort_to_sql(&sort[0].clone().sort(ascends, false))
    });
    let (mut function, mut list) = call(unparser, "array_agg", value)?;
    list.clauses = vec![ast::FunctionArgumentClause::OrderBy(sorts.collect::<Result<_>>()?)];
    function.args = ast::FunctionArguments::List(list);
    let index = ast::Expr::value(ast::Value::Number("1".to_owned(), false));
    Ok(ast::Expr::CompoundFieldAccess {
        root: Box::new(ast::Expr::Nested(Box::new(ast::Expr::Function(function)))),
        access_chain: vec![ast::AccessExpr::Subscript(ast::Subscript::Index { index })],
    })
}

/// A call of a function, and its arguments.
fn call(
    unparser: &Unparser<'_>,
    name: &str,
    arguments: &[Expr],
) -> Result<(ast::Function, ast::FunctionArgumentList)> {
    match unparser.scalar_function_to_sql(name, arguments)? {
        ast::Expr::Function(function) => match function.args.clone() {
            ast::FunctionArguments::List(list) => Ok((function, list)),
            other => not_impl_err!("{name} with {other}"),
        },
        other => not_impl_err!("{name} as {other}"),
    }
}
