//! What is cheap to test is tested first, and the rest only of the rows that are left.
//!
//! DataFusion would test the texts of all rows: it puts comparisons with one value behind everything else, and once a test
//! is unknown for some row it skips nothing.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, LikeExpr};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr, split_conjunction};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};

/// Makes of each filter one for every cost of its tests.
#[derive(Debug)]
pub(super) struct CheapFirst;

impl PhysicalOptimizerRule for CheapFirst {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        plan.transform_up(|plan| match plan.downcast_ref::<FilterExec>() {
            Some(filter) => parted(filter),
            None => Ok(Transformed::no(plan)),
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "cheap_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn parted(filter: &FilterExec) -> Result<Transformed<Arc<dyn ExecutionPlan>>, DataFusionError> {
    let tests = split_conjunction(filter.predicate()).into_iter();
    let tests = tests.map(|test| Ok((cost(test, filter.input())?, Arc::clone(test))));
    let mut tests = tests.collect::<Result<Vec<_>, DataFusionError>>()?;
    tests.sort_by_key(|(cost, _)| *cost);
    let mut steps = tests.chunk_by(|(cost, _), (other, _)| cost == other).filter_map(all_of);
    let mut input = Arc::clone(filter.input());
    let mut step = steps.next().unwrap_or_else(|| Arc::clone(filter.predicate()));
    for next in steps {
        let filtered = FilterExecBuilder::new(std::mem::replace(&mut step, next), input);
        input = Arc::new(filtered.with_batch_size(filter.batch_size()).build()?);
    }
    // The last one does what else the whole has done, such as leaving out columns.
    let filtered = FilterExecBuilder::from(filter).with_predicate(step).with_input(input).build()?;
    Ok(Transformed::yes(Arc::new(filtered)))
}

/// All of some tests, nested to the right: if what stands on the left of an AND leaves few rows, DataFusion tests the right
/// of those only, which takes longer than to test all of them unless a single test has left so few.
fn all_of(tests: &[(u8, Arc<dyn PhysicalExpr>)]) -> Option<Arc<dyn PhysicalExpr>> {
    let tests = tests.iter().rev().map(|(_, test)| Arc::clone(test));
    tests.reduce(|right, left| Arc::new(BinaryExpr::new(left, Operator::And, right)))
}

/// How much a test costs: fixed widths, whole texts, parts of texts, functions.
fn cost(test: &Arc<dyn PhysicalExpr>, input: &Arc<dyn ExecutionPlan>) -> Result<u8, DataFusionError> {
    let schema = input.schema();
    let mut cost = 0;
    test.apply(|part| {
        let of_part = if part.is::<ScalarFunctionExpr>() {
            3
        } else if part.is::<LikeExpr>() {
            2
        } else if let Some(column) = part.downcast_ref::<Column>() {
            let of_column = schema.field(column.index()).data_type();
            u8::from(!of_column.is_primitive() && *of_column != DataType::Boolean)
        } else {
            0
        };
        cost = cost.max(of_part);
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(cost)
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use datafusion::execution::session_state::SessionStateBuilder;
    use datafusion::logical_expr::{col, lit};
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::SessionContext;

    use super::*;

    #[tokio::test]
    async fn each_cost_has_a_filter_of_its_own() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(2), None, Some(3), Some(4)]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["ab", "ab", "b", "cb"]));
        let batch = RecordBatch::try_from_iter([("number", numbers), ("text", texts)]).unwrap();
        let rule = Arc::new(CheapFirst);
        let state =
            SessionStateBuilder::new().with_default_features().with_physical_optimizer_rule(rule).build();
        let frame = SessionContext::new_with_state(state).read_batch(batch).unwrap();
        let all = col("text").like(lit("%b")).and(col("text").not_eq(lit("b"))).and(col("number").gt(lit(1)));
        let frame = frame.filter(all).unwrap();
        let plan = frame.clone().create_physical_plan().await.unwrap();
        let shown = displayable(plan.as_ref()).indent(false).to_string();
        let filters: Vec<&str> = shown.lines().filter(|line| line.contains("FilterExec")).collect();
        assert_eq!(filters.len(), 3, "{shown}");
        for (filter, test) in filters.iter().zip(["LIKE", "text@1 !=", "number@0 > 1"]) {
            assert!(filter.contains(test), "{shown}");
        }
        assert_eq!(frame.count().await.unwrap(), 2);
    }
}
