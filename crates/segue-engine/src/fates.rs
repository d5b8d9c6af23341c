//! The rows behind a run's numbers, page by page: what was rejected, and who was delivered.

use datafusion::arrow::array::{AsArray, RecordBatch};
use segue_model::{EngineError, Fate, PlanFiles, Reason, RowSearch, RunRow, RunRows};

use crate::error::internal;
use crate::rejections::{COLUMNS, ROWS_AT_A_TIME};
use crate::table;

/// A page of rows. `from` counts the rows of the files that the fate is in, whether they are found or not.
pub(crate) fn search(plan: &PlanFiles, search: &RowSearch) -> Result<RunRows, EngineError> {
    let files = match search.fate {
        None => vec![plan.rejected(), plan.refused(), plan.sent()],
        Some(Fate::Invalid) => vec![plan.rejected()],
        Some(Fate::Refused) => vec![plan.rejected(), plan.refused()],
        Some(Fate::Created | Fate::Updated | Fate::Left) => vec![plan.sent()],
    };
    let mut page = RunRows::default();
    let mut passed = 0;
    let words = search.words.to_lowercase();
    for path in files.iter().filter(|path| path.exists()) {
        for batch in table::read(path, &COLUMNS, 0, ROWS_AT_A_TIME)? {
            let batch = batch.map_err(|error| internal("reading the rows of a run")(error.into()))?;
            let rows = batch.num_rows() as u64;
            let begin = search.from.saturating_sub(passed).min(rows);
            for index in begin..rows {
                let Some(row) = found(&batch, usize::try_from(index).unwrap_or(usize::MAX), search, &words)
                else {
                    continue;
                };
                if page.rows.len() == search.limit {
                    page.next = Some(passed + index);
                    return Ok(page);
                }
                page.rows.push(row);
            }
            passed += rows;
        }
    }
    Ok(page)
}

/// The row at this place, if it is asked for.
fn found(batch: &RecordBatch, index: usize, search: &RowSearch, words: &str) -> Option<RunRow> {
    let [profile, email, code, detail] =
        std::array::from_fn(|column| batch.column(column).as_string::<i32>().value(index));
    let reason = Reason::from_code(code);
    let fate = reason.map(Fate::from).or_else(|| Fate::from_code(code))?;
    let is_asked = search.fate.is_none_or(|asked| asked == fate)
        && (search.reason.is_none() || search.reason == reason)
        && (words.is_empty()
            || [profile, email, detail].iter().any(|text| text.to_lowercase().contains(words)));
    is_asked.then(|| RunRow {
        profile: profile.to_owned(),
        email: email.to_owned(),
        fate,
        reason,
        detail: detail.to_owned(),
    })
}
