//! The condition that makes a row a member: an expression over a file's columns, parsed and never pasted into a query.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{and_not, is_not_null, is_null};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr::{Between, InList};
use datafusion::logical_expr::{BinaryExpr, Cast, Expr, ExprSchemable, Operator, TryCast, Volatility};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::sqlparser::parser::ParserError;
use segue_model::EngineError;

use crate::error::{input, internal};
use crate::read::InputFile;

// Text is compared with numbers as decimals: exact for money, and wide enough for the largest integers.
const NUMBER: DataType = DataType::Decimal128(38, 10);

/// A condition as it was written.
pub(crate) struct Condition {
    text: String,
    context: SessionContext,
}

/// A condition made ready for the columns of one file.
pub(crate) struct Filter {
    expression: Arc<dyn PhysicalExpr>,
    /// Texts that are compared with numbers: the text, and what becomes of it.
    numbers: Vec<NumberCheck>,
}

struct NumberCheck {
    column: String,
    text: Arc<dyn PhysicalExpr>,
    number: Arc<dyn PhysicalExpr>,
}

impl Condition {
    pub(crate) fn new(text: &str) -> Self {
        // Columns are called what the file calls them; SQL would fold their names to lower case.
        let config = SessionConfig::new().set_bool("datafusion.sql_parser.enable_ident_normalization", false);
        Self { text: text.to_owned(), context: SessionContext::new_with_config(config) }
    }

    fn fail(&self, reason: &str) -> EngineError {
        EngineError::Input(format!("the condition `{}` cannot be used: {reason}", self.text))
    }

    /// Whether a name is written in double quotes, as other languages write text.
    fn quotes(&self, name: &str) -> bool {
        self.text.contains(&format!("\"{name}\""))
    }

    fn explain(&self, error: &DataFusionError) -> EngineError {
        let root = error.find_root();
        if let DataFusionError::SchemaError(unknown, _) = root
            && let SchemaError::FieldNotFound { field, .. } = unknown.as_ref()
            && self.quotes(&field.name)
        {
            let name = &field.name;
            return self.fail(&format!(
                "there is no column \"{name}\": if it is text, write it in single quotes, as in '{name}'"
            ));
        }
        let words = match root {
            DataFusionError::SQL(error, _) => syntax(error),
            other => other.strip_backtrace(),
        };
        if words.contains("Cannot coerce arithmetic expression") {
            return self
                .fail("text cannot be calculated with: write CAST(column AS DOUBLE) in place of its column");
        }
        let words = words.trim_start_matches("Schema error: ").trim_start_matches("Error during planning: ");
        let words = words.replace("No field named ", "there is no column ");
        self.fail(words.lines().next().unwrap_or_default())
    }

    fn parse(&self, schema: &DFSchema) -> Result<Expr, EngineError> {
        let parsed = self.context.parse_sql_expr(&self.text, schema).map_err(|error| self.explain(&error))?;
        let mut strange = None;
        let looked = parsed.apply(|part| {
            strange = match part {
                Expr::AggregateFunction(_) => Some("it aggregates, but must be decided row by row"),
                Expr::WindowFunction(_) => Some("it looks at other rows, but must be decided row by row"),
                Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_) => Some("it holds a query"),
                Expr::Placeholder(_) | Expr::ScalarVariable(..) => Some("it holds a placeholder"),
                Expr::ScalarFunction(call) => match call.func.signature().volatility {
                    Volatility::Immutable => return Ok(TreeNodeRecursion::Continue),
                    Volatility::Stable => Some("it asks what time it is: write a date, as in '2026-01-31'"),
                    Volatility::Volatile => Some("it leaves it to chance"),
                },
                _ => return Ok(TreeNodeRecursion::Continue),
            };
            Ok(TreeNodeRecursion::Stop)
        });
        looked.map_err(|error| self.explain(&error))?;
        match strange {
            Some(reason) => Err(self.fail(reason)),
            None => Ok(parsed),
        }
    }

    /// The positions of the columns that the condition reads.
    pub(crate) fn columns(&self, file: &InputFile) -> Result<Vec<usize>, EngineError> {
        let schema = self.schema(&file.schema)?;
        let parsed = self.parse(&schema)?;
        parsed.column_refs().into_iter().map(|Column { name, .. }| file.column(name)).collect()
    }

    fn schema(&self, schema: &SchemaRef) -> Result<DFSchema, EngineError> {
        DFSchema::try_from(Arc::clone(schema)).map_err(|error| self.explain(&error))
    }

    /// Makes the condition ready for batches of this schema.
    pub(crate) fn compile(&self, schema: &SchemaRef) -> Result<Filter, EngineError> {
        let schema = self.schema(schema)?;
        let parsed = self.parse(&schema)?;
        let mut numbers = Vec::new();
        let compared = parsed.transform_up(|part| compare_as_numbers(part, &schema, &mut numbers));
        let expression = compared.map_err(|error| self.explain(&error))?.data;
        let physical = |expression: Expr| {
            self.context
                .state()
                .create_physical_expr(expression, &schema)
                .map_err(|error| self.explain(&error))
        };
        let expression = physical(expression)?;
        let kind = expression.data_type(schema.as_arrow()).map_err(|error| self.explain(&error))?;
        if !matches!(kind, DataType::Boolean | DataType::Null) {
            return Err(self.fail("it must be true or false for a row"));
        }
        let numbers = numbers.into_iter().map(|text| {
            let number = Expr::TryCast(TryCast::new(Box::new(text.clone()), NUMBER));
            Ok(NumberCheck { column: name(&text), text: physical(text)?, number: physical(number)? })
        });
        Ok(Filter { expression, numbers: numbers.collect::<Result<_, EngineError>>()? })
    }
}

/// What is wrong with how a condition is written: `expected an expression, found the end`.
fn syntax(error: &ParserError) -> String {
    let words = match error {
        ParserError::TokenizerError(words) | ParserError::ParserError(words) => words,
        ParserError::RecursionLimitExceeded => return "it is nested too deeply".to_owned(),
    };
    let words = words.replace("Expected: ", "expected ").replace(", found: ", ", found ");
    words.replace("EOF", "the end").replace(" at Line: 1, Column: ", " at character ")
}

fn name(text: &Expr) -> String {
    match text {
        Expr::Column(column) => format!("\"{}\"", column.name),
        other => other.to_string(),
    }
}

fn compares(operator: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    matches!(operator, Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom)
}

/// Where text meets a number, both are compared as numbers: `'9' > 10` is false.
fn compare_as_numbers(
    part: Expr,
    schema: &DFSchema,
    numbers: &mut Vec<Expr>,
) -> Result<Transformed<Expr>, DataFusionError> {
    let mut convert = |sides: Vec<&mut Expr>| -> Result<bool, DataFusionError> {
        let kinds: Vec<DataType> =
            sides.iter().map(|side| side.get_type(schema)).collect::<Result<_, _>>()?;
        if !(kinds.iter().any(DataType::is_string) && kinds.iter().any(DataType::is_numeric)) {
            return Ok(false);
        }
        for (side, kind) in sides.into_iter().zip(kinds) {
            let given = std::mem::take(side);
            *side = if kind.is_string() {
                numbers.push(given.clone());
                Expr::TryCast(TryCast::new(Box::new(given), NUMBER))
            } else {
                Expr::Cast(Cast::new(Box::new(given), NUMBER))
            };
        }
        Ok(true)
    };
    match part {
        Expr::BinaryExpr(BinaryExpr { mut left, op, mut right }) if compares(op) => {
            let changed = convert(vec![left.as_mut(), right.as_mut()])?;
            let part = Expr::BinaryExpr(BinaryExpr { left, op, right });
            Ok(if changed { Transformed::yes(part) } else { Transformed::no(part) })
        }
        Expr::Between(Between { mut expr, negated, mut low, mut high }) => {
            let changed = convert(vec![expr.as_mut(), low.as_mut(), high.as_mut()])?;
            let part = Expr::Between(Between { expr, negated, low, high });
            Ok(if changed { Transformed::yes(part) } else { Transformed::no(part) })
        }
        Expr::InList(InList { mut expr, mut list, negated }) => {
            let changed = convert(std::iter::once(expr.as_mut()).chain(list.iter_mut()).collect())?;
            let part = Expr::InList(InList { expr, list, negated });
            Ok(if changed { Transformed::yes(part) } else { Transformed::no(part) })
        }
        other => Ok(Transformed::no(other)),
    }
}

impl Filter {
    /// For which rows the condition is true. `first` is the index of the batch's first row in its file.
    pub(crate) fn evaluate(
        &self,
        batch: &RecordBatch,
        file: &InputFile,
        first: u64,
    ) -> Result<BooleanArray, EngineError> {
        let rows = batch.num_rows();
        let evaluate = |expression: &Arc<dyn PhysicalExpr>| {
            expression.evaluate(batch).and_then(|value| value.into_array(rows))
        };
        for NumberCheck { column, text, number } in &self.numbers {
            let texts = evaluate(text).map_err(|_| unfit(file, first, rows))?;
            let numbers = evaluate(number).map_err(|_| unfit(file, first, rows))?;
            if texts.null_count() == numbers.null_count() {
                continue;
            }
            let bad = is_not_null(&texts).and_then(|given| and_not(&given, &is_not_null(&numbers)?));
            let bad = bad.map_err(|error| internal("checking numbers")(error.into()))?;
            if let Some(index) = bad.values().set_indices().next() {
                let row = file.row_number(first + index as u64);
                return input(format!(
                    "{}, row {row}: {column} is compared with a number but is none: correct it, or write TRY_CAST({column} AS DOUBLE) to leave such rows out",
                    file.path.display()
                ));
            }
        }
        let decided = evaluate(&self.expression).map_err(|_| unfit(file, first, rows))?;
        if decided.data_type() == &DataType::Null {
            return is_null(&decided)
                .map(|all| BooleanArray::new(!all.values(), None))
                .map_err(|error| internal("filtering")(error.into()));
        }
        Ok(decided.as_boolean().clone())
    }
}

/// What the engine says would quote the value.
fn unfit(file: &InputFile, first: u64, rows: usize) -> EngineError {
    let (from, to) = (file.row_number(first), file.row_number(first + rows as u64 - 1));
    EngineError::Input(format!(
        "{}, rows {from} to {to}: the condition meets a value that it cannot use: correct the value, or use TRY_CAST instead of CAST",
        file.path.display()
    ))
}
