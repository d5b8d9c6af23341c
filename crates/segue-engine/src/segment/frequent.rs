//! The values of columns: how many different ones there are, and which come most often.
//!
//! Columns are grouped several at a time, each by itself (grouping sets), so that a wide table is read few times.

use std::cmp::Ordering;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, GroupingSet, lit};
use datafusion::prelude::DataFrame;
use futures::TryStreamExt;
use segue_model::EngineError;
use segue_model::segment::Kind;

use super::evaluator::{joined, unpadded};
use super::failure::Failed;
use super::related::named;
use crate::text::Values;

/// How many of the most frequent values are kept.
const FREQUENT: usize = 10;
/// Columns in one reading. Every group holds a place for each of them.
const AT_ONCE: usize = 16;

/// The values of a column, empty ones aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups {
    /// Different values.
    pub(super) distinct: u64,
    /// The most frequent values and their rows, most frequent first, equally frequent ones by value.
    pub(super) frequent: Vec<(String, u64)>,
}

/// The values of all columns of a frame whose columns are called `c` and their number. Lists and the like have none.
pub(super) async fn groups(frame: &DataFrame, kinds: &[Kind]) -> Result<Vec<Groups>, EngineError> {
    let mut all = vec![Groups::default(); kinds.len()];
    let comparable = |(_, kind): &(usize, &Kind)| !matches!(kind, Kind::TextList | Kind::Other);
    let places: Vec<usize> = kinds.iter().enumerate().filter(comparable).map(|(place, _)| place).collect();
    for places in places.chunks(AT_ONCE) {
        let mut tops: Vec<Top> = places.iter().map(|_| Top::default()).collect();
        let columns: Vec<Expr> = places.iter().map(|place| named(&format!("c{place}"))).collect();
        let sets = columns.into_iter().map(|column| vec![column]).collect();
        let by = Expr::GroupingSet(GroupingSet::GroupingSets(sets));
        let groups =
            frame.clone().aggregate(vec![by], vec![count(lit(1)).alias("rows")]).failed("planning")?;
        let mut groups = groups.execute_stream().await.failed("reading")?;
        while let Some(batch) = groups.try_next().await.failed("reading")? {
            see(&batch, &mut tops)?;
        }
        for (place, top) in places.iter().zip(tops) {
            all[*place] = top.groups()?;
        }
    }
    Ok(all)
}

/// Looks at some groups. Each is of the one column that has a value there.
fn see(batch: &RecordBatch, tops: &mut [Top]) -> Result<(), EngineError> {
    let rows = batch.column(tops.len()).as_primitive::<Int64Type>();
    for (top, column) in tops.iter_mut().zip(batch.columns()) {
        let nulls = column.logical_nulls();
        for row in 0..batch.num_rows() {
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                let count = u64::try_from(rows.value(row)).unwrap_or_default();
                top.see(count, ScalarValue::try_from_array(column, row).failed("reading")?);
            }
        }
    }
    Ok(())
}

/// The most frequent values seen so far.
#[derive(Default)]
struct Top {
    distinct: u64,
    values: Vec<(u64, ScalarValue)>,
}

impl Top {
    fn see(&mut self, rows: u64, value: ScalarValue) {
        if value.try_as_str() == Some(Some("")) {
            return;
        }
        self.distinct += 1;
        let is_before = |(others, other): &(u64, ScalarValue)| {
            let by_value = || value.partial_cmp(other).unwrap_or(Ordering::Equal);
            others.cmp(&rows).then_with(by_value) == Ordering::Greater
        };
        let place = self.values.partition_point(is_before);
        if place < FREQUENT {
            self.values.insert(place, (rows, value));
            self.values.truncate(FREQUENT);
        }
    }

    fn groups(self) -> Result<Groups, EngineError> {
        let frequent = self.values.into_iter().map(|(rows, value)| {
            let column = value.to_array().failed("reading")?;
            let values = Values::of(&column, "a column")?;
            Ok((unpadded(joined(&values, 0), column.data_type()), rows))
        });
        Ok(Groups { distinct: self.distinct, frequent: frequent.collect::<Result<_, EngineError>>()? })
    }
}
