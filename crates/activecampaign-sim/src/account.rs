//! The account's state: contacts, lists, fields, tags.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::Config;
use crate::clock::iso;
use crate::imports::Imports;

pub(crate) const UNSUBSCRIBED: u8 = 2;

/// A contact. Compact, because an account holds millions.
#[derive(Debug, Default)]
pub(crate) struct Contact {
    pub(crate) email: Box<str>,
    pub(crate) first_name: Box<str>,
    pub(crate) last_name: Box<str>,
    pub(crate) phone: Box<str>,
    pub(crate) organisation: Box<str>,
    pub(crate) fields: Vec<(u32, Box<str>)>,
    pub(crate) tags: Vec<u32>,
    pub(crate) lists: Vec<OnList>,
    pub(crate) created: f64,
    pub(crate) updated: f64,
    pub(crate) bounced: bool,
}

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

    pub(crate) fn set_field(&mut self, field: u32, value: &str) {
        match self.fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, old)) => *old = value.into(),
            None => self.fields.push((field, value.into())),
        }
    }
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) stringid: String,
    pub(crate) channel: String,
    pub(crate) created: f64,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) perstag: String,
    pub(crate) kind: String,
    pub(crate) options: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Exclusion {
    pub(crate) phrase: String,
    pub(crate) kind: String,
}

/// Automations that started, by what started them.
#[derive(Debug, Default)]
pub(crate) struct Automations {
    pub(crate) by_import: u64,
    pub(crate) by_membership: u64,
}

#[derive(Debug)]
pub(crate) struct Account {
    contacts: Vec<Option<Contact>>,
    by_email: HashMap<Box<str>, u32>,
    pub(crate) alive: usize,
    pub(crate) lists: Vec<List>,
    pub(crate) fields: Vec<Field>,
    pub(crate) tags: Vec<String>,
    tag_ids: HashMap<String, u32>,
    pub(crate) exclusions: Vec<Exclusion>,
    pub(crate) webhooks: Vec<Option<Value>>,
    pub(crate) imports: Imports,
    pub(crate) automations: Automations,
    pub(crate) contact_limit: Option<usize>,
    next_membership: u32,
}

pub(crate) fn fold(email: &str) -> String {
    email.trim().to_lowercase()
}

fn perstag(title: &str) -> String {
    title.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

impl Account {
    pub(crate) fn new(config: &Config, now: f64) -> Self {
        let mut account = Self {
            contacts: Vec::new(),
            by_email: HashMap::new(),
            alive: 0,
            lists: Vec::new(),
            fields: Vec::new(),
            tags: Vec::new(),
            tag_ids: HashMap::new(),
            exclusions: Vec::new(),
            webhooks: Vec::new(),
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
            account.tag(&format!("tag {}", number + 1));
        }
        account
    }

    pub(crate) fn add_list(&mut self, name: &str, channel: &str, now: f64) -> u32 {
        let id = small(self.lists.last().map_or(0, |list| list.id as usize) + 1);
        let stringid = name.to_lowercase().replace(' ', "-");
        self.lists.push(List {
            id,
            name: name.to_owned(),
            stringid,
            channel: channel.to_owned(),
            created: now,
        });
        id
    }

    pub(crate) fn list(&self, id: u32) -> Option<&List> {
        self.lists.iter().find(|list| list.id == id)
    }

    pub(crate) fn add_field(&mut self, title: &str, kind: &str, options: &[&str]) -> u32 {
        let id = small(self.fields.len() + 1);
        self.fields.push(Field {
            id,
            title: title.to_owned(),
            perstag: perstag(title),
            kind: kind.to_owned(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
        });
        id
    }

    pub(crate) fn has_field(&self, id: u32) -> bool {
        id > 0 && (id as usize) <= self.fields.len()
    }

    /// The tag of this name, made where it does not exist; names differ in more than case.
    pub(crate) fn tag(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.tag_ids.get(name) {
            return id;
        }
        let folded = name.trim().to_lowercase();
        let next = small(self.tags.len() + 1);
        let id = *self.tag_ids.entry(folded).or_insert(next);
        if id == next {
            self.tags.push(name.trim().to_owned());
        }
        id
    }

    pub(crate) fn find_tag(&self, name: &str) -> Option<u32> {
        self.tag_ids.get(&name.trim().to_lowercase()).copied()
    }

    pub(crate) fn tag_name(&self, id: u32) -> Option<&str> {
        self.tags.get((id as usize).checked_sub(1)?).map(String::as_str)
    }

    pub(crate) fn find(&self, email: &str) -> Option<u32> {
        self.by_email.get(fold(email).as_str()).copied()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Contact> {
        self.contacts.get((id as usize).checked_sub(1)?)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Contact> {
        self.contacts.get_mut((id as usize).checked_sub(1)?)?.as_mut()
    }

    /// All contacts by rising id.
    pub(crate) fn contacts(&self) -> impl DoubleEndedIterator<Item = (u32, &Contact)> {
        let numbered = self.contacts.iter().enumerate();
        numbered.filter_map(|(index, contact)| contact.as_ref().map(|contact| (small(index + 1), contact)))
    }

    pub(crate) fn create(&mut self, email: &str, now: f64) -> u32 {
        let contact =
            Contact { email: email.trim().into(), created: now, updated: now, ..Contact::default() };
        self.contacts.push(Some(contact));
        let id = small(self.contacts.len());
        self.by_email.insert(fold(email).into(), id);
        self.alive += 1;
        id
    }

    pub(crate) fn rename(&mut self, id: u32, email: &str) {
        if let Some(old) = self.get(id).map(|contact| fold(&contact.email)) {
            self.by_email.remove(old.as_str());
            self.by_email.insert(fold(email).into(), id);
            if let Some(contact) = self.get_mut(id) {
                contact.email = email.trim().into();
            }
        }
    }

    pub(crate) fn delete(&mut self, id: u32) -> bool {
        let slot = (id as usize).checked_sub(1).and_then(|index| self.contacts.get_mut(index));
        let Some(contact) = slot.and_then(Option::take) else { return false };
        self.by_email.remove(fold(&contact.email).as_str());
        self.alive -= 1;
        true
    }

    pub(crate) fn is_excluded(&self, folded: &str) -> bool {
        self.exclusions.iter().any(|exclusion| match exclusion.kind.as_str() {
            "begin" => folded.starts_with(&exclusion.phrase),
            "end" => folded.ends_with(&exclusion.phrase),
            _ => folded == exclusion.phrase,
        })
    }

    /// Sets where a contact stands on a list. A repetition keeps the association and its date.
    pub(crate) fn set_membership(&mut self, id: u32, list: u32, status: u8, now: f64) -> Option<OnList> {
        let next = self.next_membership;
        let contact = self.get_mut(id)?;
        let left = (status == UNSUBSCRIBED).then_some(now);
        if let Some(on) = contact.lists.iter_mut().find(|on| on.list == list) {
            if on.status != status {
                if status == 1 {
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

    /// Everything about one contact, for whoever checks what arrived.
    pub(crate) fn dump(&self, id: u32, contact: &Contact) -> Value {
        let lists: serde_json::Map<String, Value> = contact
            .lists
            .iter()
            .map(|on| (on.list.to_string(), json!({"status": on.status, "since": iso(on.since)})))
            .collect();
        let fields: serde_json::Map<String, Value> =
            contact.fields.iter().map(|(field, value)| (field.to_string(), json!(value))).collect();
        let mut tags: Vec<&str> = contact.tags.iter().filter_map(|&tag| self.tag_name(tag)).collect();
        tags.sort_unstable();
        json!({"id": id, "email": contact.email, "firstName": contact.first_name, "lastName": contact.last_name,
            "phone": contact.phone, "organisation": contact.organisation, "bounced": contact.bounced,
            "lists": lists, "fields": fields, "tags": tags})
    }
}

/// An id or number of the account. Four thousand million of anything do not fit into memory.
pub(crate) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
