//! A plan that is not carried out: who would have been sent stays to be looked at, without what would have been sent.

use segue_model::{Action, EngineError, Fate, PlanFiles};

use crate::outbox::OutboxCursor;
use crate::rejections::RejectionWriter;

/// Writes what would have become of whom, from the outbox.
pub(crate) fn keep(plan: &PlanFiles) -> Result<(), EngineError> {
    let mut rows = RejectionWriter::create(&plan.sent())?;
    for path in [plan.sends(), plan.leaves()] {
        let mut outbox = OutboxCursor::open(&path)?;
        while let Some(row) = outbox.peek() {
            let fate = match row.action {
                Action::Create => Fate::Create,
                Action::Update => Fate::Update,
                Action::Leave => Fate::Leave,
            };
            rows.sent(row.profile, row.email, fate, outbox.row)?;
            outbox.advance()?;
        }
    }
    rows.finish()
}
