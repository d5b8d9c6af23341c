//! What the audit log keeps of work that nobody asked for.

use segue_store::{Entry, NewJob};
use serde_json::json;

use super::Worker;

impl Worker {
    /// An entry that says why a job was queued, or ended early, by the installation itself.
    pub(super) fn entry(&self, action: &str, object: (&str, &str, &str), after: Option<String>) -> Entry {
        Entry {
            id: (self.new_id)(),
            at_ms: self.now_ms(),
            who: None,
            login: "segue".to_owned(),
            peer: String::new(),
            request: String::new(),
            action: action.to_owned(),
            object_kind: object.0.to_owned(),
            object_id: object.1.to_owned(),
            object_name: object.2.to_owned(),
            before: None,
            after,
        }
    }

    /// An entry about this job, which is about to be queued.
    pub(super) fn entry_of(&self, new: &NewJob) -> Entry {
        let after = json!({"run": new.id, "trigger": new.trigger.word(), "note": new.note});
        let (kind, action) = crate::runs::recorded(&new.work);
        self.entry(action, (kind, new.work.subject(), &new.name), Some(after.to_string()))
    }
}
