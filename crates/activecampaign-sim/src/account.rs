//! The account's state: its contacts, and where they stand on its lists.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::HashMap;
use serde_json::{Value, json};
use smallvec::SmallVec;

use crate::Config;
use crate::clock::iso;
use crate::delivery::Delivery;
use crate::fields::Field;
use crate::imports::Imports;
use crate::lists::{Exclusion, List};
use crate::tags::Tags;
use crate::texts::Texts;
use crate::webhooks::Webhook;

pub(crate) const ACTIVE: u8 = 1;
pub(crate) const UNSUBSCRIBED: u8 = 2;
pub(crate) const BOUNCED: u8 = 3;

/// A contact. Compact, because an account holds millions.
#[derive(Debug, Default)]
pub(crate) struct Contact {
    /// What people read, and behind that the values of custom fields.
    texts: Texts,
    pub(crate) tags: SmallVec<[u32; 4]>,
    pub(crate) lists: SmallVec<[OnList; 1]>,
    pub(crate) created: f64,
    pub(crate) updated: f64,
    /// When mail to it bounced for good, in seconds since 1970.
    pub(crate) bounced: Option<u32>,
}

/// A text that every contact has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Attribute {
    /// Empty for a contact that is known by its phone only.
    Email,
    FirstName,
    LastName,
    Phone,
    Organisation,
}

// The numbers of fields begin behind those of attributes; a field's id is at least 1.
const FIELDS: u32 = Attribute::Organisation as u32;

#[derive(Debug, Clone)]
pub(crate) struct OnList {
    pub(crate) id: u32,
    pub(crate) list: u32,
    pub(crate) status: u8,
    pub(crate) since: f64,
    pub(crate) left: Option<f64>,
}

impl Contact {
    pub(crate) fn on_list(&self, list: u32) -> Option<&OnList> {
        self.lists.iter().find(|on| on.list == list)
    }

    pub(crate) fn text(&self, attribute: Attribute) -> &str {
        self.texts.get(attribute as u32)
    }

    /// The values of its custom fields, with the fields' ids.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (u32, &str)> {
        let fields = self.texts.iter().filter(|(number, _)| *number > FIELDS);
        fields.map(|(number, value)| (number - FIELDS, value))
    }

    /// Sets attributes and the values of fields, which come with their ids.
    pub(crate) fn set<'t>(
        &mut self,
        attributes: impl IntoIterator<Item = (Attribute, &'t str)>,
        fields: impl IntoIterator<Item = (u32, &'t str)>,
    ) {
        let attributes = attributes.into_iter().map(|(attribute, text)| (attribute as u32, text));
        let fields = fields.into_iter().map(|(field, value)| (FIELDS + field, value));
        let given: SmallVec<[(u32, &str); 16]> = attributes.chain(fields).collect();
        self.texts.set(&given);
    }
}

/// Automations that started, by what started them.
#[derive(Debug, Default)]
pub(crate) struct Automations {
    pub(crate) by_import: u64,
    pub(crate) by_membership: u64,
}

#[derive(Debug)]
pub(crate) struct Account {
    /// By their ids, in pieces: one growing list of millions would be copied again and again.
    contacts: Vec<Vec<Option<Contact>>>,
    /// By a hash of the folded address: with millions of contacts, every byte counts, and 64 bits do not collide.
    by_email: HashMap<u64, u32>,
    pub(crate) alive: usize,
    pub(crate) lists: Vec<List>,
    pub(crate) next_list: u32,
    pub(crate) fields: Vec<Field>,
    pub(crate) tags: Tags,
    pub(crate) exclusions: Vec<Exclusion>,
    pub(crate) webhooks: Vec<Option<Webhook>>,
    /// What is to be told to the outside.
    pub(crate) outbox: Vec<Delivery>,
    pub(crate) imports: Imports,
    pub(crate) automations: Automations,
    pub(crate) contact_limit: Option<usize>,
    next_membership: u32,
}

/// Contacts in a piece of the account's list.
const PIECE: usize = 4_096;

pub(crate) fn fold(email: &str) -> Cow<'_, str> {
    let trimmed = email.trim();
    if trimmed.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(trimmed.to_lowercase())
}

fn key(email: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one(&*fold(email))
}

impl Account {
    pub(crate) fn new(config: &Config, now: f64) -> Self {
        let mut account = Self {
            contacts: Vec::new(),
            by_email: HashMap::default(),
            alive: 0,
            lists: Vec::new(),
            next_list: 1,
            fields: Vec::new(),
            tags: Tags::default(),
            exclusions: Vec::new(),
            webhooks: Vec::new(),
            outbox: Vec::new(),
            imports: Imports::new(config),
            automations: Automations::default(),
            contact_limit: config.contact_limit,
            next_membership: 1,
        };
        for name in ["Master contact list", "Newsletter", "Customers"] {
            account.add_list(name, "email", now);
        }
        account.add_list("Text messages", "sms", now);
        for number in 0..config.extra_lists {
            account.add_list(&format!("List {}", number + 5), "email", now);
        }
        let gold = ["gold", "silver", "bronze"];
        let interests = ["rock", "jazz", "classical", "metal", "pop"];
        for (title, kind, options) in [
            ("Lifetime value", "number", &[] as &[&str]),
            ("Birthday", "date", &[]),
            ("Last order", "datetime", &[]),
            ("Tier", "dropdown", &gold),
            ("Interests", "listbox", &interests),
            ("City", "text", &[]),
            ("Customer number", "text", &[]),
        ] {
            account.add_field(title, kind, options);
        }
        for number in 0..config.extra_fields {
            account.add_field(&format!("Extra {}", number + 8), "text", &[]);
        }
        for number in 0..config.extra_tags {
            account.tags.add(&format!("tag {}", number + 1));
        }
        account
    }

    pub(crate) fn find(&self, email: &str) -> Option<u32> {
        self.by_email.get(&key(email)).copied()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Contact> {
        let index = (id as usize).checked_sub(1)?;
        self.contacts.get(index / PIECE)?.get(index % PIECE)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Contact> {
        self.slot(id)?.as_mut()
    }

    fn slot(&mut self, id: u32) -> Option<&mut Option<Contact>> {
        let index = (id as usize).checked_sub(1)?;
        self.contacts.get_mut(index / PIECE)?.get_mut(index % PIECE)
    }

    /// All contacts with an id above `after`, by rising id.
    pub(crate) fn contacts_after(&self, after: u32) -> impl DoubleEndedIterator<Item = (u32, &Contact)> {
        let after = after as usize;
        let pieces = self.contacts.iter().enumerate().skip(after / PIECE);
        pieces.flat_map(move |(piece, contacts)| {
            let first = if piece == after / PIECE { after % PIECE } else { 0 };
            let numbered = contacts.iter().enumerate().skip(first);
            numbered.filter_map(move |(index, contact)| {
                contact.as_ref().map(|contact| (small(piece * PIECE + index + 1), contact))
            })
        })
    }

    /// All contacts by rising id.
    pub(crate) fn contacts(&self) -> impl DoubleEndedIterator<Item = (u32, &Contact)> {
        self.contacts_after(0)
    }

    /// All contacts, to change them.
    pub(crate) fn contacts_mut(&mut self) -> impl Iterator<Item = &mut Contact> {
        self.contacts.iter_mut().flatten().flatten()
    }

    /// Makes a contact. Its address may be empty; then it is found by its id only.
    pub(crate) fn create(&mut self, email: &str, now: f64) -> u32 {
        let email = email.trim();
        let is_open = |piece: &mut Vec<_>| piece.len() < PIECE;
        let mut piece = self.contacts.pop_if(is_open).unwrap_or_else(|| Vec::with_capacity(PIECE));
        let mut contact = Contact { created: now, updated: now, ..Contact::default() };
        contact.set([(Attribute::Email, email)], []);
        piece.push(Some(contact));
        let id = small(self.contacts.len() * PIECE + piece.len());
        self.contacts.push(piece);
        if !email.is_empty() {
            self.by_email.insert(key(email), id);
        }
        self.alive += 1;
        id
    }

    pub(crate) fn rename(&mut self, id: u32, email: &str) {
        if let Some(old) = self.get(id).map(|contact| key(contact.text(Attribute::Email))) {
            self.by_email.remove(&old);
            self.by_email.insert(key(email), id);
            if let Some(contact) = self.get_mut(id) {
                contact.set([(Attribute::Email, email.trim())], []);
            }
        }
    }

    pub(crate) fn delete(&mut self, id: u32) -> bool {
        let Some(contact) = self.slot(id).and_then(Option::take) else { return false };
        self.by_email.remove(&key(contact.text(Attribute::Email)));
        self.alive -= 1;
        true
    }

    /// Sets where a contact stands on a list. A repetition keeps the association and its date.
    pub(crate) fn set_membership(&mut self, id: u32, list: u32, status: u8, now: f64) -> Option<OnList> {
        let next = self.next_membership;
        let contact = self.get_mut(id)?;
        let left = (status == UNSUBSCRIBED).then_some(now);
        if let Some(on) = contact.lists.iter_mut().find(|on| on.list == list) {
            if on.status != status {
                if status == ACTIVE {
                    on.since = now;
                }
                (on.status, on.left) = (status, left);
            }
            return Some(on.clone());
        }
        let on = OnList { id: next, list, status, since: now, left };
        contact.lists.push(on.clone());
        self.next_membership += 1;
        Some(on)
    }

    /// Mail to this contact bounces for good; its id, or none if there is no such contact.
    pub(crate) fn bounce(&mut self, email: &str, now: f64) -> Option<u32> {
        let id = self.find(email)?;
        let contact = self.get_mut(id)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "seconds of this century fit"
        )]
        {
            contact.bounced = Some((now / 1_000.0) as u32);
        }
        contact.updated = now;
        for on in &mut contact.lists {
            on.status = BOUNCED;
        }
        Some(id)
    }

    /// How many contacts are active on each list.
    pub(crate) fn active(&self) -> HashMap<u32, usize> {
        let mut active = HashMap::default();
        for on in self.contacts().flat_map(|(_, contact)| &contact.lists) {
            *active.entry(on.list).or_default() += usize::from(on.status == ACTIVE);
        }
        active
    }

    /// Contacts by their status on each list.
    pub(crate) fn census(&self) -> Value {
        let mut counts: HashMap<u32, [usize; 4]> = HashMap::default();
        for on in self.contacts().flat_map(|(_, contact)| &contact.lists) {
            counts.entry(on.list).or_default()[usize::from(on.status.min(BOUNCED))] += 1;
        }
        let listed = counts.into_iter().map(|(list, [unconfirmed, active, unsubscribed, bounced])| {
            let counts = json!({"unconfirmed": unconfirmed, "active": active, "unsubscribed": unsubscribed,
                "bounced": bounced});
            (list.to_string(), counts)
        });
        Value::Object(listed.collect())
    }

    /// Everything about one contact, for whoever checks what arrived.
    pub(crate) fn dump(&self, id: u32, contact: &Contact) -> Value {
        let lists: serde_json::Map<String, Value> = contact
            .lists
            .iter()
            .map(|on| (on.list.to_string(), json!({"status": on.status, "since": iso(on.since)})))
            .collect();
        let fields: serde_json::Map<String, Value> =
            contact.fields().map(|(field, value)| (field.to_string(), json!(value))).collect();
        let mut tags: Vec<&str> = contact.tags.iter().filter_map(|&tag| self.tags.name(tag)).collect();
        tags.sort_unstable();
        json!({"id": id, "email": contact.text(Attribute::Email), "firstName": contact.text(Attribute::FirstName),
            "lastName": contact.text(Attribute::LastName), "phone": contact.text(Attribute::Phone),
            "organisation": contact.text(Attribute::Organisation), "bounced": contact.bounced.is_some(),
            "lists": lists, "fields": fields, "tags": tags})
    }
}

/// An id or number of the account. Four thousand million of anything do not fit into memory.
pub(crate) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
