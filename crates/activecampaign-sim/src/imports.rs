//! Bulk imports: validated at once, carried out later.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde_json::{Value, json};

use crate::account::{Account, UNSUBSCRIBED, fold, small};
use crate::clock::day;
use crate::faults::FaultKind;
use crate::{Config, Knobs};

pub(crate) const MOST_CONTACTS: usize = 250;
pub(crate) const MOST_BYTES: usize = 399_999;

/// A number that may come as text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(u32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Number;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number")
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(u32::try_from(number).unwrap_or(0)))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                text.trim().parse().map(Number).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Text; anything else is none.
#[derive(Debug, Default)]
pub(crate) struct Text(Option<Box<str>>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.into())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string().into())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string().into())))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string().into())))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Text, E> {
                Ok(Text(Some(flag.to_string().into())))
            }
            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[derive(Debug, serde::Deserialize)]
struct FieldValue {
    id: Number,
    #[serde(default)]
    value: Text,
}

#[derive(Debug, serde::Deserialize)]
struct ListRef {
    listid: Number,
}

/// A contact of an import. Keys in another spelling are ignored without a word, as by the provider.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct ImportContact {
    #[serde(default)]
    email: Text,
    #[serde(default)]
    first_name: Text,
    #[serde(default)]
    last_name: Text,
    #[serde(default)]
    phone: Text,
    #[serde(default)]
    customer_acct_name: Text,
    #[serde(default)]
    tags: Vec<Box<str>>,
    #[serde(default)]
    fields: Vec<FieldValue>,
    #[serde(default)]
    subscribe: Vec<ListRef>,
    #[serde(default)]
    unsubscribe: Vec<ListRef>,
    #[serde(default)]
    exclude_automations: bool,
}

/// An import's body.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct ImportBody {
    pub(crate) contacts: Vec<ImportContact>,
    #[serde(default, deserialize_with = "flag")]
    exclude_automations: bool,
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Ok(flag),
        Value::String(text) => Ok(text == "true" || text == "1"),
        Value::Number(number) => Ok(number.as_u64() == Some(1)),
        Value::Null => Ok(false),
        _ => Err(D::Error::custom("no boolean")),
    }
}

const REFUSED: &str = "JSON payload did not pass validation. Please fix failureReasons and retry. The import was not queued for processing.";

/// Why an import is turned down as a whole.
pub(crate) fn validate(body: &ImportBody, knobs: &Knobs) -> Result<(), Value> {
    if body.contacts.is_empty() {
        return Err(refusal("At least one contact is required"));
    }
    if body.contacts.len() > MOST_CONTACTS {
        return Err(refusal("Up to 250 contacts may be imported per request"));
    }
    let faults = body.contacts.iter().enumerate().filter_map(|(index, contact)| {
        let reason = match contact.email.0.as_deref() {
            None | Some("") => "Field 'email' not found",
            Some(email) if !is_address(email) => "Field 'email' incorrect format",
            Some(_) => return None,
        };
        Some(json!({"contact": index + knobs.index_base, "failureReason": reason}))
    });
    let named: Vec<Value> = faults.take(if knobs.first_failure_only { 1 } else { MOST_CONTACTS }).collect();
    if named.is_empty() {
        return Ok(());
    }
    let reasons =
        if knobs.unnamed_failures { json!(["One or more contacts are invalid"]) } else { json!(named) };
    Err(json!({"success": 0, "message": REFUSED, "failureReasons": reasons}))
}

pub(crate) fn refusal(reason: &str) -> Value {
    json!({"success": 0, "message": REFUSED, "failureReasons": [reason]})
}

/// The format that imports ask of an address.
pub(crate) fn is_address(email: &str) -> bool {
    let Some((local, domain)) = email.trim().rsplit_once('@') else { return false };
    let is_bad = |c: char| "\"(),:;<>@[\\] ".contains(c) || c.is_control();
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    let is_domain = domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    let is_top =
        top.starts_with("xn--") || (top.chars().count() >= 2 && top.chars().all(char::is_alphabetic));
    !local.is_empty() && !local.contains(is_bad) && is_domain && is_top && !domain.starts_with('.')
}

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
    body: Option<ImportBody>,
    success: Vec<u32>,
    failure: Vec<Box<str>>,
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
    contacts: usize,
}

impl Imports {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            delay: config.queue_delay * 1_000.0,
            rate: config.import_rate / 1_000.0,
            free_at: 0.0,
            imports: Vec::new(),
            by_id: HashMap::new(),
            carried_out: 0,
            contacts: 0,
        }
    }

    pub(crate) fn count(&self) -> (usize, usize) {
        (self.imports.len(), self.contacts)
    }
}

impl Account {
    /// Queues an import; returns its id and how many of its contacts were queued.
    pub(crate) fn queue(&mut self, body: ImportBody, fault: Option<FaultKind>, now: f64) -> (String, usize) {
        let contacts = body.contacts.len();
        let excluded = if self.exclusions.is_empty() {
            0
        } else {
            let emails = body.contacts.iter().filter_map(|contact| contact.email.0.as_deref());
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
        imports.free_at = ends;
        imports.contacts += contacts;
        let (success, failure) = (Vec::new(), Vec::new());
        imports.imports.push(Import {
            received: now,
            starts,
            ends,
            end,
            contacts,
            body: Some(body),
            success,
            failure,
        });
        imports.by_id.insert(id.clone(), number);
        (id, contacts - excluded)
    }

    /// Carries out every import whose time has come.
    pub(crate) fn advance(&mut self, now: f64, knobs: &Knobs) {
        while let Some(import) = self.imports.imports.get_mut(self.imports.carried_out) {
            if import.ends > now {
                return;
            }
            let number = self.imports.carried_out;
            let (end, ends, body) = (import.end, import.ends, import.body.take());
            self.imports.carried_out += 1;
            let Some(body) = body else { continue };
            let (success, failure) = self.carry_out(&body, end, ends, knobs);
            let import = &mut self.imports.imports[number];
            (import.success, import.failure) = (success, failure);
        }
    }

    fn carry_out(
        &mut self,
        body: &ImportBody,
        end: End,
        now: f64,
        knobs: &Knobs,
    ) -> (Vec<u32>, Vec<Box<str>>) {
        let share = if end == End::Completed { body.contacts.len() } else { body.contacts.len() / 2 };
        let (mut success, mut failure) = (Vec::new(), Vec::new());
        for contact in &body.contacts[..share] {
            let email = contact.email.0.as_deref().unwrap_or_default();
            let starts_automations = !body.exclude_automations && !contact.exclude_automations;
            match self.import_contact(contact, email, starts_automations, now, knobs) {
                Some((id, is_new)) if is_new || !knobs.success_created_only => success.push(id),
                Some(_) => {}
                None => failure.push(email.into()),
            }
        }
        if end == End::Completed { (success, failure) } else { (Vec::new(), Vec::new()) }
    }

    /// Writes one contact; its id and whether it is new, or none if it is refused.
    fn import_contact(
        &mut self,
        contact: &ImportContact,
        email: &str,
        starts_automations: bool,
        now: f64,
        knobs: &Knobs,
    ) -> Option<(u32, bool)> {
        let folded = fold(email);
        if !self.exclusions.is_empty() && self.is_excluded(&folded) {
            return None;
        }
        let known = self.find(&folded);
        let had_left = known.and_then(|id| self.get(id)).is_some_and(|known| {
            let left =
                |list: &ListRef| known.on_list(list.listid.0).is_some_and(|on| on.status == UNSUBSCRIBED);
            known.bounced || contact.subscribe.iter().any(left)
        });
        let is_bounced = known.and_then(|id| self.get(id)).is_some_and(|known| known.bounced);
        if had_left && (is_bounced || !knobs.unsubscribed_written) {
            return None;
        }
        if known.is_none() && self.contact_limit.is_some_and(|limit| self.alive >= limit) {
            return None;
        }
        let id = known.unwrap_or_else(|| self.create(email, now));
        self.write(id, contact, now);
        if had_left {
            return None;
        }
        self.import_memberships(id, contact, starts_automations, now);
        Some((id, known.is_none()))
    }

    fn write(&mut self, id: u32, contact: &ImportContact, now: f64) {
        let tags: Vec<u32> = contact.tags.iter().map(|tag| self.tag(tag)).collect();
        let fields: Vec<(u32, Cow<'_, str>)> = contact
            .fields
            .iter()
            .filter(|value| self.has_field(value.id.0))
            .map(|value| (value.id.0, Cow::from(value.value.0.as_deref().unwrap_or_default())))
            .collect();
        let Some(known) = self.get_mut(id) else { return };
        known.updated = now;
        let given = [&contact.first_name, &contact.last_name, &contact.phone, &contact.customer_acct_name];
        let kept = [&mut known.first_name, &mut known.last_name, &mut known.phone, &mut known.organisation];
        for (given, kept) in given.into_iter().zip(kept) {
            if let Some(value) = &given.0 {
                kept.clone_from(value);
            }
        }
        for (field, value) in fields {
            known.set_field(field, &value);
        }
        for tag in tags {
            if !known.tags.contains(&tag) {
                known.tags.push(tag);
            }
        }
    }

    fn import_memberships(&mut self, id: u32, contact: &ImportContact, starts_automations: bool, now: f64) {
        for list in &contact.subscribe {
            let list = list.listid.0;
            let is_new = self.get(id).is_some_and(|contact| contact.on_list(list).is_none());
            // A list that does not exist is passed over.
            if self.list(list).is_some() {
                self.set_membership(id, list, 1, now);
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

    /// The answer to a question about one import; none if there is no such import.
    pub(crate) fn import_info(&self, id: &str, now: f64, knobs: &Knobs) -> Option<Value> {
        let import = &self.imports.imports[*self.imports.by_id.get(id)?];
        #[expect(clippy::cast_precision_loss, reason = "seconds")]
        let unassigned_until = import.received + knobs.status_false as f64 * 1_000.0;
        if now < unassigned_until && now < import.ends {
            return Some(json!({"status": false}));
        }
        let status = match import.end {
            _ if now < import.starts && now < import.starts - self.imports.delay / 2.0 => "waiting",
            _ if now < import.starts => "claimed",
            _ if now < import.ends => "active",
            End::Completed => "completed",
            End::Failed => "failed",
            End::Interrupted => "interrupted",
            End::Never => "active",
        };
        let success: Vec<String> = import.success.iter().map(u32::to_string).collect();
        Some(json!({"status": status, "success": success, "failure": import.failure}))
    }

    /// The answer to the question about all imports.
    pub(crate) fn import_backlog(&self, now: f64) -> Value {
        let is_stuck = |import: &&Import| import.end == End::Never;
        let imports = &self.imports.imports;
        let waiting = &imports[self.imports.carried_out..];
        let stuck = imports[..self.imports.carried_out].iter().filter(is_stuck);
        let (batches, contacts) =
            waiting.iter().chain(stuck).fold((0, 0), |(b, c), import| (b + 1, c + import.contacts));
        let total = self.imports.contacts;
        let of = |batches: usize, contacts: usize| {
            let day = json!({"forDate": day(now), "batches": batches.to_string(), "contacts": contacts.to_string()});
            if batches == 0 { json!([]) } else { json!([day]) }
        };
        let completed = imports.len() - batches;
        json!({"outstanding": of(batches, contacts), "recentlyCompleted": of(completed, total - contacts)})
    }

    /// Marks a contact as bounced; whether there is one.
    pub(crate) fn bounce(&mut self, email: &str) -> bool {
        let Some(contact) = self.find(email).and_then(|id| self.get_mut(id)) else { return false };
        contact.bounced = true;
        for on in &mut contact.lists {
            on.status = 3;
        }
        true
    }

    /// Contacts by their status on a list.
    pub(crate) fn census(&self) -> Value {
        let mut counts: HashMap<u32, [usize; 4]> = HashMap::new();
        for (_, contact) in self.contacts() {
            for on in &contact.lists {
                counts.entry(on.list).or_default()[usize::from(on.status.min(3))] += 1;
            }
        }
        let words = ["unconfirmed", "active", "unsubscribed", "bounced"];
        let listed = counts.into_iter().map(|(list, of)| {
            let by_word: serde_json::Map<String, Value> =
                words.iter().zip(of).map(|(word, count)| ((*word).to_owned(), json!(small(count)))).collect();
            (list.to_string(), Value::Object(by_word))
        });
        Value::Object(listed.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_as_documented() {
        for good in ["a@example.com", "o'brien@example.com", "a+b@ex-ample.museum"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "a",
            "@example.com",
            "a b@example.com",
            "a@example",
            "a@exa_mple.com",
            "a@b@example.com",
            "a@example.c",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
