//! Many segments of one table, refreshed in one pass over its profiles.
//!
//! What definitions have in common is asked once: the profiles are read with every column that one of them wants, equal tests
//! of related tables are one set, and the keys are sorted once.

use std::path::PathBuf;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::filter;
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use segue_model::{EngineError, Evaluated, Evaluation};

use super::evaluator::{Evaluator, PROFILE};
use super::failure::Failed;
use super::related::named;
use super::scope::unchecked;
use super::snapshot::SnapshotWriter;
use super::{compare, tree::Tree};

/// Why a pass over the profiles tells nothing about these segments: each has to be refreshed by itself.
const APART: &str = "rows were set aside";

pub(super) async fn refresh(
    evaluations: &[Evaluation],
    snapshots: &[PathBuf],
    sort_merge: bool,
) -> Result<Vec<Result<Evaluated, EngineError>>, EngineError> {
    let first = evaluations.first().ok_or_else(|| unchecked("segments"))?;
    let evaluator = Evaluator::new(first, sort_merge)?;
    let marked = marked(&evaluator, evaluations).await?;
    let mut rows = marked.execute_stream().await.failed("reading profiles")?;
    let key = rows.schema().field(0).data_type().clone();
    let writers = snapshots.iter().map(|snapshot| SnapshotWriter::create(snapshot, &key));
    let mut writers: Vec<SnapshotWriter> = writers.collect::<Result<_, _>>()?;
    while let Some(batch) = rows.next().await {
        let batch = batch.failed("reading profiles")?;
        for (writer, is_member) in writers.iter_mut().zip(&batch.columns()[1..]) {
            let keys = filter(batch.column(0), is_member.as_boolean());
            writer.write(&keys.map_err(|error| crate::error::internal("reading profiles")(error.into()))?)?;
        }
    }
    // Which rows of a text file cannot be used depends on the columns that are asked about, and here others ask as well.
    if !evaluator.aside.report()?.is_empty() {
        return Err(EngineError::Input(APART.to_owned()));
    }
    let finished = writers.into_iter().map(|writer| {
        let members = writer.finish(&first.definition.table)?;
        Ok(Evaluated { members, corrupt: Vec::new() })
    });
    Ok(finished.collect())
}

/// The keys of all who are in any of the segments, sorted, and for each segment whether they are in it.
async fn marked(evaluator: &Evaluator<'_>, evaluations: &[Evaluation]) -> Result<DataFrame, EngineError> {
    let mut planter = evaluator.planter();
    let mut trees: Vec<Tree<'_>> = Vec::new();
    for evaluation in evaluations {
        let whole = planter.rules(&evaluation.definition)?.pop().ok_or_else(|| unchecked("rules"))?;
        trees.push(planter.require(whole, &evaluation.required)?);
    }
    let mut ground = evaluator.ground(&planter.outside, &trees.iter().collect::<Vec<_>>()).await?;
    for tree in &trees {
        ground.mark_all(tree)?;
    }
    let names: Vec<String> = (0..trees.len()).map(|index| format!("in{index}")).collect();
    let mut columns = vec![named(PROFILE)];
    for (tree, name) in trees.iter().zip(&names) {
        columns.push(ground.expr(tree, &evaluator.context)?.is_true().alias(name));
    }
    let in_any = compare::any_of(names.iter().map(|name| named(name)));
    ground
        .frame
        .select(columns)
        .and_then(|frame| frame.filter(in_any))
        .and_then(|frame| frame.sort(vec![named(PROFILE).sort(true, false)]))
        .failed("planning")
}
