//! Tags, and which contact has which.

use foldhash::HashMap;
use serde_json::{Value, json};

use crate::Knobs;
use crate::account::{Account, Contact, small};
use crate::answer::{Answer, Request, id, paged, text};
use crate::clock::{iso, timestamp};
use crate::webhooks::Event;

#[derive(Debug)]
struct Tag {
    name: String,
    kind: String,
    description: String,
}

/// All tags of the account. Names differ in more than case.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    tags: Vec<Tag>,
    ids: HashMap<String, u32>,
}

impl Tags {
    /// The tag of this name, made where it does not exist.
    pub(crate) fn add(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let folded = name.trim().to_lowercase();
        let next = small(self.tags.len() + 1);
        let id = *self.ids.entry(folded).or_insert(next);
        if id == next {
            let (name, kind) = (name.trim().to_owned(), "contact".to_owned());
            self.tags.push(Tag { name, kind, description: String::new() });
        }
        id
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.ids.get(&name.trim().to_lowercase()).copied()
    }

    fn get_mut(&mut self, id: u32) -> Option<&mut Tag> {
        self.tags.get_mut((id as usize).checked_sub(1)?)
    }

    pub(crate) fn name(&self, id: u32) -> Option<&str> {
        self.tags.get((id as usize).checked_sub(1)?).map(|tag| tag.name.as_str())
    }

    fn rename(&mut self, id: u32, name: &str) {
        let Some(tag) = self.get_mut(id) else { return };
        let old = std::mem::replace(&mut tag.name, name.trim().to_owned());
        self.ids.remove(&old.to_lowercase());
        self.ids.insert(name.trim().to_lowercase(), id);
    }
}

impl Tag {
    fn as_read(&self, id: u32, contacts: usize) -> Value {
        json!({"id": id.to_string(), "tag": self.name, "tagType": self.kind, "description": self.description,
            "deleted": "0", "subscriber_count": contacts.to_string(), "links": {}})
    }

    fn set(&mut self, given: &Value) {
        for (key, kept) in [("tagType", &mut self.kind), ("description", &mut self.description)] {
            if let Some(value) = text(given.get(key)) {
                *kept = value;
            }
        }
    }
}

pub(crate) fn route(account: &mut Account, request: &Request, rest: &[&str], knobs: &Knobs) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => all(account, request),
        ("POST", []) => create(account, request, knobs),
        (method, [number]) => {
            let known = number.parse().ok().filter(|&id| account.tags.name(id).is_some());
            let Some(id) = known else { return Answer::not_found("Tag", number) };
            if matches!(method, "PUT" | "PATCH") {
                return update(account, request, id);
            }
            if method == "GET" { one(account, 200, id) } else { Answer::html(404, "Not Found") }
        }
        _ => Answer::html(404, "Not Found"),
    }
}

fn one(account: &mut Account, status: u16, id: u32) -> Answer {
    let contacts = account.contacts().filter(|(_, contact)| contact.tags.contains(&id)).count();
    let read = account.tags.get_mut(id).map(|tag| tag.as_read(id, contacts));
    Answer::json(status, &json!({"tag": read}))
}

fn all(account: &Account, request: &Request) -> Answer {
    let contains = request.text("search").map(str::to_lowercase);
    let equals = request.text("filters[search][eq]").map(str::to_lowercase);
    let is_wanted = |tag: &Tag| {
        let name = tag.name.to_lowercase();
        contains.as_ref().is_none_or(|part| name.contains(part))
            && equals.as_ref().is_none_or(|all| name == *all)
    };
    let mut counts: HashMap<u32, usize> = HashMap::default();
    for tag in account.contacts().flat_map(|(_, contact)| &contact.tags) {
        *counts.entry(*tag).or_default() += 1;
    }
    let found = account.tags.tags.iter().enumerate().filter(|(_, tag)| is_wanted(tag));
    let read = |(index, tag): (usize, &Tag)| {
        let id = small(index + 1);
        tag.as_read(id, counts.get(&id).copied().unwrap_or(0))
    };
    paged("tags", found, read, request)
}

fn create(account: &mut Account, request: &Request, knobs: &Knobs) -> Answer {
    let given = &request.json()["tag"];
    let Some(name) = text(given.get("tag")).filter(|name| !name.trim().is_empty()) else {
        return Answer::missing("tag");
    };
    let known = account.tags.find(&name);
    if known.is_some() && knobs.tag_duplicate == 422 {
        return Answer::unprocessable("Tag already exists", "duplicate", "/data/attributes/tag");
    }
    if let Some(id) = known {
        return one(account, 200, id);
    }
    let id = account.tags.add(&name);
    if let Some(tag) = account.tags.get_mut(id) {
        tag.set(given);
    }
    one(account, 201, id)
}

fn update(account: &mut Account, request: &Request, id: u32) -> Answer {
    let given = &request.json()["tag"];
    if let Some(name) = text(given.get("tag")).filter(|name| !name.trim().is_empty()) {
        if account.tags.find(&name).is_some_and(|owner| owner != id) {
            return Answer::unprocessable("Tag already exists", "duplicate", "/data/attributes/tag");
        }
        account.tags.rename(id, &name);
    }
    if let Some(tag) = account.tags.get_mut(id) {
        tag.set(given);
    }
    one(account, 200, id)
}

// More tags than an account has.
const LINKS: u64 = 10_000_000;

/// The id of the link between a contact and a tag.
fn link_id(contact: u32, tag: u32) -> String {
    (u64::from(contact) * LINKS + u64::from(tag)).to_string()
}

pub(crate) fn link_as_read(number: u32, contact: &Contact, tag: u32) -> Value {
    json!({"id": link_id(number, tag), "contact": number.to_string(), "tag": tag.to_string(),
        "cdate": iso(contact.updated), "created_timestamp": timestamp(contact.updated),
        "updated_timestamp": timestamp(contact.updated), "links": {}})
}

pub(crate) fn links(number: u32, contact: &Contact) -> impl Iterator<Item = Value> {
    contact.tags.iter().map(move |&tag| link_as_read(number, contact, tag))
}

pub(crate) fn link(account: &mut Account, request: &Request, now: f64) -> Answer {
    let given = &request.json()["contactTag"];
    let Some(tag) = id(given.get("tag")).filter(|&tag| account.tags.name(tag).is_some()) else {
        return Answer::unprocessable("No tag id provided", "field_missing", "/data/attributes/tag");
    };
    let Some(number) = id(given.get("contact")) else { return Answer::missing("contact") };
    let Some(contact) = account.get_mut(number) else { return Answer::no_contact() };
    if !contact.tags.contains(&tag) {
        contact.tags.push(tag);
        account.announce(&Event::about("contact_tag_added", number).with_tag(tag), now);
    }
    let known = json!({"id": link_id(number, tag), "contact": number.to_string(), "tag": tag.to_string(),
        "cdate": iso(now), "links": {}});
    Answer::ok(&json!({"contactTag": known}))
}

pub(crate) fn unlink(account: &mut Account, link: &str, now: f64) -> Answer {
    let both = link
        .parse::<u64>()
        .ok()
        .and_then(|link| Some((u32::try_from(link / LINKS).ok()?, u32::try_from(link % LINKS).ok()?)));
    let found = both.and_then(|(number, tag)| {
        let contact = account.get_mut(number)?;
        contact.tags.iter().position(|&kept| kept == tag).map(|at| (number, contact.tags.remove(at)))
    });
    let Some((number, tag)) = found else { return Answer::not_found("SubscriberTag", link) };
    account.announce(&Event::about("contact_tag_removed", number).with_tag(tag), now);
    Answer::ok(&json!({}))
}
