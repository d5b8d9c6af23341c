//! Whom the list holds already, exactly so. That may be everybody, so they are written on a thread of their own while the plan
//! goes on.

use std::path::Path;
use std::sync::mpsc::{self, SyncSender};
use std::thread::JoinHandle;

use datafusion::arrow::array::{StringArray, StringBuilder};
use segue_model::{EngineError, Fate};

use crate::closing::Closing;
use crate::rejections::{ROWS_AT_A_TIME, RejectionWriter};

// Batches that wait for the thread.
const WAITING: usize = 2;
// A few megabytes.
const EARLY_BATCHES: usize = 8;

/// Profiles and addresses.
type Batch = (StringArray, StringArray);

/// Writes the unchanged members of a plan. Dropped before its end, it leaves no file in its place.
pub(crate) struct UnchangedWriter {
    profile: StringBuilder,
    email: StringBuilder,
    rows: usize,
    batches: SyncSender<Batch>,
    thread: JoinHandle<Result<RejectionWriter, EngineError>>,
}

impl UnchangedWriter {
    pub(crate) fn create(path: &Path, early: Closing) -> Result<Self, EngineError> {
        let mut writer = RejectionWriter::create(path)?;
        let (batches, received) = mpsc::sync_channel::<Batch>(WAITING);
        let thread = std::thread::spawn(move || {
            for (number, (profiles, emails)) in received.iter().enumerate() {
                writer.same(&profiles, &emails, Fate::Unchanged)?;
                if (number + 1).is_multiple_of(EARLY_BATCHES) {
                    early.keep(writer.beside());
                }
            }
            Ok(writer)
        });
        let (profile, email) = (StringBuilder::new(), StringBuilder::new());
        Ok(Self { profile, email, rows: 0, batches, thread })
    }

    pub(crate) fn push(&mut self, profile: &str, email: &str) {
        self.profile.append_value(profile);
        self.email.append_value(email);
        self.rows += 1;
        if self.rows == ROWS_AT_A_TIME {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.rows = 0;
        // A thread that is gone has failed, and says why in the end.
        drop(self.batches.send((self.profile.finish(), self.email.finish())));
    }

    pub(crate) fn finish(mut self) -> Result<(), EngineError> {
        self.hand_over();
        let Self { batches, thread, .. } = self;
        drop(batches);
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?.finish()
    }
}
