//! Bulk imports: queued at once, carried out later.

use compact_str::CompactString;
use foldhash::HashMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use smallvec::SmallVec;

use crate::account::{ACTIVE, Account, Attribute, UNSUBSCRIBED, fold};
use crate::answer::Answer;
use crate::clock::day;
use crate::delivery::Delivery;
use crate::faults::FaultKind;
use crate::import_body::{Body, FieldValue, ImportBody, ImportContact, ListRef, TagName};
use crate::{Config, Knobs};

/// How an import ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Completed,
    Failed,
    Interrupted,
    Never,
}

#[derive(Debug)]
struct Import {
    received: f64,
    starts: f64,
    ends: f64,
    end: End,
    contacts: usize,
    /// How often somebody asked for its status.
    asked: u64,
    body: Option<Body>,
    success: Vec<u32>,
    failure: Vec<CompactString>,
}

/// The queue of imports and everything that went through it.
#[derive(Debug)]
pub(crate) struct Imports {
    delay: f64,
    rate: f64,
    free_at: f64,
    imports: Vec<Import>,
    by_id: HashMap<String, usize>,
    carried_out: usize,
    /// Imports that will never end, of those carried out, and their contacts.
    stuck: (usize, usize),
    contacts: usize,
}

/// The answer to a question about one import.
#[derive(Serialize)]
struct Info<'a> {
    status: &'static str,
    #[serde(serialize_with = "as_texts")]
    success: &'a [u32],
    failure: &'a [CompactString],
}

fn as_texts<S: Serializer>(ids: &[u32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(u32::to_string))
}

/// Why an import leaves a contact out. Its status says nothing of it; a callback with details does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    Format,
    Excluded,
    Bounced,
    Unsubscribed,
    PlanLimit,
}

impl Refusal {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Format => "The address is not valid.",
            Self::Excluded => "The contact is on an exclusion list.",
            Self::Bounced => "The contact is on a list of bounced addresses.",
            Self::Unsubscribed => "The contact had unsubscribed from a list that the import would add it to.",
            Self::PlanLimit => "The account's contact limit would be passed.",
        }
    }
}

/// What became of an import's contacts.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) written: usize,
    pub(crate) success: Vec<u32>,
    pub(crate) failure: Vec<CompactString>,
    /// As many as failures.
    pub(crate) reasons: Vec<Refusal>,
}

/// An import that was let in.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) id: String,
    /// Contacts that are not on the exclusion list.
    pub(crate) contacts: usize,
    /// When it is to be carried out even if nobody asks: somebody wants to be told, or it is due already.
    pub(crate) wanted_at: Option<f64>,
}

impl Imports {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            delay: config.queue_delay * 1_000.0,
            rate: config.import_rate / 1_000.0,
            free_at: 0.0,
            imports: Vec::new(),
            by_id: HashMap::default(),
            carried_out: 0,
            stuck: (0, 0),
            contacts: 0,
        }
    }

    pub(crate) fn count(&self) -> (usize, usize) {
        (self.imports.len(), self.contacts)
    }

    /// The answer to a question about one import; none if there is no such import.
    pub(crate) fn info(&mut self, id: &str, now: f64, knobs: &Knobs) -> Option<Answer> {
        let import = &mut self.imports[*self.by_id.get(id)?];
        import.asked += 1;
        #[expect(clippy::cast_precision_loss, reason = "seconds")]
        let unassigned_until = import.received + knobs.status_false as f64 * 1_000.0;
        if import.asked <= knobs.false_polls || (now < unassigned_until && now < import.ends) {
            return Some(Answer::ok(&json!({"status": false})));
        }
        let status = match import.end {
            _ if now < import.starts && now < import.starts - self.delay / 2.0 => "waiting",
            _ if now < import.starts => "claimed",
            _ if now < import.ends => "active",
            End::Completed => "completed",
            End::Failed => "failed",
            End::Interrupted => "interrupted",
            End::Never => "active",
        };
        Some(Answer::ok(&Info { status, success: &import.success, failure: &import.failure }))
    }

    /// The answer to the question about all imports.
    pub(crate) fn backlog(&self, now: f64) -> Value {
        let waiting = &self.imports[self.carried_out..];
        let (batches, contacts) = waiting
            .iter()
            .fold(self.stuck, |(batches, contacts), import| (batches + 1, contacts + import.contacts));
        let of = |batches: usize, contacts: usize| {
            let day = json!({"forDate": day(now), "batches": batches.to_string(), "contacts": contacts.to_string()});
            if batches == 0 { json!([]) } else { json!([day]) }
        };
        let completed = of(self.imports.len() - batches, self.contacts - contacts);
        json!({"outstanding": of(batches, contacts), "recentlyCompleted": completed})
    }
}

impl Account {
    /// Queues an import.
    pub(crate) fn queue(&mut self, body: Body, fault: Option<FaultKind>, now: f64) -> Queued {
        let said = body.borrow_dependent();
        let contacts = said.contacts.len();
        let excluded = if self.exclusions.is_empty() {
            0
        } else {
            let emails = said.contacts.iter().filter_map(|contact| contact.email.0.as_deref());
            emails.filter(|email| self.is_excluded(&fold(email))).count()
        };
        let imports = &mut self.imports;
        let number = imports.imports.len();
        let id =
            format!("{:08x}-51d0-4000-8000-{:012x}", number + 1, (number + 1) * 2_654_435_761 % (1 << 48));
        let starts = (now + imports.delay).max(imports.free_at);
        #[expect(clippy::cast_precision_loss, reason = "at most 250")]
        let ends = starts + contacts as f64 / imports.rate;
        let end = match fault {
            Some(FaultKind::BatchFailed) => End::Failed,
            Some(FaultKind::BatchInterrupted) => End::Interrupted,
            Some(FaultKind::BatchStuck) => End::Never,
            _ => End::Completed,
        };
        let wanted_at = (said.callback.is_some() || ends <= now).then_some(ends);
        imports.free_at = ends;
        imports.contacts += contacts;
        imports.imports.push(Import {
            received: now,
            starts,
            ends,
            end,
            contacts,
            asked: 0,
            body: Some(body),
            success: Vec::new(),
            failure: Vec::new(),
        });
        imports.by_id.insert(id.clone(), number);
        Queued { id, contacts: contacts - excluded, wanted_at }
    }

    /// Carries out every import whose time has come.
    pub(crate) fn advance(&mut self, now: f64, knobs: &Knobs) {
        while let Some(import) = self.imports.imports.get_mut(self.imports.carried_out) {
            let Some(body) = import.body.take_if(|_| import.ends <= now) else { return };
            self.end(body.borrow_dependent(), knobs);
        }
    }

    /// Carries out the next import.
    fn end(&mut self, body: &ImportBody<'_>, knobs: &Knobs) {
        let number = self.imports.carried_out;
        let Import { end, ends, contacts, .. } = self.imports.imports[number];
        self.imports.carried_out += 1;
        if end == End::Never {
            self.imports.stuck.0 += 1;
            self.imports.stuck.1 += contacts;
        }
        let outcome = self.carry_out(body, end, ends, knobs);
        if let Some(callback) = body.callback.as_ref().filter(|_| end != End::Never) {
            self.outbox.push(Delivery::callback(callback, &outcome));
        }
        if end == End::Completed {
            let import = &mut self.imports.imports[number];
            (import.success, import.failure) = (outcome.success, outcome.failure);
        }
    }

    fn carry_out(&mut self, body: &ImportBody<'_>, end: End, now: f64, knobs: &Knobs) -> Outcome {
        let all = body.contacts.len();
        let share = if end == End::Completed { all } else { knobs.applied.unwrap_or(all / 2) };
        let mut outcome = Outcome::default();
        for contact in body.contacts.iter().take(share) {
            let email = contact.email.0.as_deref().unwrap_or_default();
            let starts_automations = !body.exclude_automations && !contact.exclude_automations;
            match self.import_contact(contact, email, starts_automations, now, knobs) {
                Ok((id, is_new)) => {
                    outcome.written += 1;
                    if is_new || !knobs.success_created_only {
                        outcome.success.push(id);
                    }
                }
                Err(reason) => {
                    outcome.failure.push(email.into());
                    outcome.reasons.push(reason);
                }
            }
        }
        outcome
    }

    /// Writes one contact; its id and whether it is new.
    fn import_contact(
        &mut self,
        contact: &ImportContact<'_>,
        email: &str,
        starts_automations: bool,
        now: f64,
        knobs: &Knobs,
    ) -> Result<(u32, bool), Refusal> {
        let folded = fold(email);
        if knobs.apostrophes_fail && folded.contains('\'') {
            return Err(Refusal::Format);
        }
        if !self.exclusions.is_empty() && self.is_excluded(&folded) {
            return Err(Refusal::Excluded);
        }
        let known = self.find(&folded);
        let mut had_left = false;
        if let Some(known) = known.and_then(|id| self.get(id)) {
            if known.bounced.is_some() {
                return Err(Refusal::Bounced);
            }
            let left =
                |list: &ListRef| known.on_list(list.listid.0).is_some_and(|on| on.status == UNSUBSCRIBED);
            had_left = contact.subscribe.iter().any(left);
        }
        if had_left && !knobs.unsubscribed_written {
            return Err(Refusal::Unsubscribed);
        }
        if known.is_none() && self.contact_limit.is_some_and(|limit| self.alive >= limit) {
            return Err(Refusal::PlanLimit);
        }
        let id = known.unwrap_or_else(|| self.create(email, now));
        if !had_left {
            self.import_memberships(id, contact, starts_automations, now);
        }
        self.write(id, contact, now, knobs);
        if had_left { Err(Refusal::Unsubscribed) } else { Ok((id, known.is_none())) }
    }

    fn write(&mut self, id: u32, contact: &ImportContact<'_>, now: f64, knobs: &Knobs) {
        let tags: SmallVec<[u32; 4]> = contact.tags.iter().map(|TagName(name)| self.tags.add(name)).collect();
        let is_written = |value: &str| knobs.blank_clears || !value.is_empty();
        let fields = contact
            .fields
            .iter()
            .map(|FieldValue { id, value }| (id.0, value.0.as_deref().unwrap_or_default()));
        let fields = fields.filter(|(id, value)| self.has_field(*id) && is_written(value));
        let fields: SmallVec<[(u32, &str); 8]> = fields.collect();
        let attributes = [
            (Attribute::FirstName, &contact.first_name),
            (Attribute::LastName, &contact.last_name),
            (Attribute::Phone, &contact.phone),
            (Attribute::Organisation, &contact.customer_acct_name),
        ];
        let attributes = attributes.into_iter().filter_map(|(attribute, value)| {
            Some((attribute, value.0.as_deref().filter(|value| is_written(value))?))
        });
        let Some(known) = self.get_mut(id) else { return };
        known.updated = now;
        known.set(attributes, fields);
        for &tag in &tags {
            if !known.tags.contains(&tag) {
                known.tags.push(tag);
            }
        }
    }

    fn import_memberships(
        &mut self,
        id: u32,
        contact: &ImportContact<'_>,
        starts_automations: bool,
        now: f64,
    ) {
        for list in &contact.subscribe {
            let list = list.listid.0;
            let is_new = self.get(id).is_some_and(|contact| contact.on_list(list).is_none());
            // A list that does not exist is passed over.
            if self.list(list).is_some() {
                self.set_membership(id, list, ACTIVE, now);
                self.automations.by_import += u64::from(is_new && starts_automations);
            }
        }
        for list in &contact.unsubscribe {
            let list = list.listid.0;
            if self.get(id).is_some_and(|contact| contact.on_list(list).is_some()) {
                self.set_membership(id, list, UNSUBSCRIBED, now);
            }
        }
    }
}
