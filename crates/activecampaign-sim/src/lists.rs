//! Lists, and the exclusions from all of them.

use serde_json::{Value, json};

use crate::account::Account;
use crate::answer::{Answer, Request, page_of, paged, text};
use crate::clock::{iso, timestamp};

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) id: u32,
    name: String,
    stringid: String,
    channel: String,
    sender_url: String,
    sender_reminder: String,
    created: f64,
    updated: f64,
}

/// What the account never mails to. Its kind says how the phrase is compared: `exact`, `begin` or `end`.
#[derive(Debug)]
pub(crate) struct Exclusion {
    phrase: String,
    kind: String,
}

impl Account {
    pub(crate) fn add_list(&mut self, name: &str, channel: &str, now: f64) -> u32 {
        let id = self.next_list;
        self.next_list += 1;
        self.lists.push(List {
            id,
            name: name.to_owned(),
            stringid: name.to_lowercase().replace(' ', "-"),
            channel: channel.to_owned(),
            sender_url: "https://sandbox.example".to_owned(),
            sender_reminder: "You signed up.".to_owned(),
            created: now,
            updated: now,
        });
        id
    }

    pub(crate) fn list(&self, id: u32) -> Option<&List> {
        self.lists.iter().find(|list| list.id == id)
    }

    fn delete_list(&mut self, id: u32) {
        self.lists.retain(|list| list.id != id);
        for contact in self.contacts_mut() {
            contact.lists.retain(|on| on.list != id);
        }
    }

    pub(crate) fn is_excluded(&self, folded: &str) -> bool {
        self.exclusions.iter().any(|exclusion| match exclusion.kind.as_str() {
            "begin" => folded.starts_with(&exclusion.phrase),
            "end" => folded.ends_with(&exclusion.phrase),
            _ => folded == exclusion.phrase,
        })
    }

    /// Excludes what `{"phrase", "type"}` says; false if it says nothing.
    pub(crate) fn exclude(&mut self, given: &Value) -> bool {
        let Some(phrase) = text(given.get("phrase")) else { return false };
        let kind = text(given.get("type")).unwrap_or_else(|| "exact".to_owned());
        self.exclusions.push(Exclusion { phrase: phrase.trim().to_lowercase(), kind });
        true
    }
}

impl List {
    fn set(&mut self, given: &Value, now: f64) {
        let kept = [&mut self.name, &mut self.stringid, &mut self.sender_url, &mut self.sender_reminder];
        for (key, kept) in ["name", "stringid", "sender_url", "sender_reminder"].into_iter().zip(kept) {
            if let Some(value) = text(given.get(key)) {
                *kept = value;
            }
        }
        self.updated = now;
    }

    fn as_read(&self) -> Value {
        json!({"id": self.id.to_string(), "stringid": self.stringid, "name": self.name, "userid": "1",
            "channel": self.channel, "sender_url": self.sender_url, "sender_reminder": self.sender_reminder,
            "optinoptout": "1", "deletestamp": null, "cdate": iso(self.created), "udate": iso(self.updated),
            "created_timestamp": timestamp(self.created), "updated_timestamp": timestamp(self.updated),
            "user": "1", "links": {}})
    }

    fn passes(&self, request: &Request) -> bool {
        let name = self.name.to_lowercase();
        let holds = |key: &str, is_so: fn(&str, &str) -> bool| {
            request.text(key).is_none_or(|asked| is_so(&name, &asked.to_lowercase()))
        };
        holds("filters[name]", |name, asked| name == asked)
            && holds("filters[name][eq]", |name, asked| name == asked)
            && holds("filters[name][contains]", |name, asked| name.contains(asked))
            && holds("filters[name][starts_with]", |name, asked| name.starts_with(asked))
    }
}

pub(crate) fn route(account: &mut Account, request: &Request, rest: &[&str], now: f64) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => all(account, request),
        ("GET", ["exclusions"]) => exclusions(account, request),
        ("POST", []) => create(account, request, now),
        (method, [number]) => {
            let id = number.parse().ok();
            let Some(list) = account.lists.iter_mut().find(|list| Some(list.id) == id) else {
                let missing = Answer::not_found("_List", number);
                // Here, and nowhere else, absence is forbidden.
                return if method == "DELETE" { Answer { status: 403, ..missing } } else { missing };
            };
            match method {
                "GET" => Answer::ok(&json!({"list": list.as_read()})),
                "PUT" | "PATCH" => {
                    list.set(&request.json()["list"], now);
                    Answer::ok(&json!({"list": list.as_read()}))
                }
                "DELETE" => {
                    let gone = list.id;
                    account.delete_list(gone);
                    Answer::ok(&json!({}))
                }
                _ => Answer::html(404, "Not Found"),
            }
        }
        _ => Answer::html(404, "Not Found"),
    }
}

fn all(account: &Account, request: &Request) -> Answer {
    let active = account.active();
    let mut found: Vec<&List> = account.lists.iter().filter(|list| list.passes(request)).collect();
    match request.text("orders[name]").map(str::to_uppercase).as_deref() {
        Some("ASC") => found.sort_by_key(|list| list.name.to_lowercase()),
        Some("DESC") => found.sort_by_key(|list| std::cmp::Reverse(list.name.to_lowercase())),
        _ => {}
    }
    let read = |list: &List| {
        let mut read = list.as_read();
        let count = active.get(&list.id).copied().unwrap_or(0).to_string();
        // Only the collection counts.
        (read["active_subscribers"], read["non_deleted_subscribers"]) = (json!(count), json!(count));
        read
    };
    paged("lists", found.into_iter(), read, request)
}

fn create(account: &mut Account, request: &Request, now: f64) -> Answer {
    let given = &request.json()["list"];
    let needed = ["name", "stringid", "sender_url", "sender_reminder"];
    let is_missing = |key: &&str| text(given.get(*key)).is_none_or(|value| value.is_empty());
    if let Some(key) = needed.iter().find(|key| is_missing(key)) {
        let title = format!("The list {key} was not provided.");
        return Answer::unprocessable(&title, "field_missing", &format!("/data/attributes/{key}"));
    }
    let channel = text(given.get("channel")).unwrap_or_else(|| "email".to_owned());
    let id = account.add_list("", &channel, now);
    let Some(list) = account.lists.last_mut() else { return Answer::not_found("_List", id) };
    list.set(given, now);
    Answer::json(201, &json!({"list": echo(list.as_read(), given)}))
}

/// What was just made comes back with the numbers as they were sent.
pub(crate) fn echo(mut read: Value, given: &Value) -> Value {
    for (key, value) in given.as_object().into_iter().flatten().filter(|(_, value)| value.is_number()) {
        if let Some(echoed) = read.get_mut(key) {
            *echoed = value.clone();
        }
    }
    read
}

fn exclusions(account: &Account, request: &Request) -> Answer {
    let phrase = request.text("filters[matchPhrase]");
    let numbered = account.exclusions.iter().enumerate();
    let found = numbered.filter(|(_, exclusion)| phrase.is_none_or(|phrase| exclusion.phrase == phrase));
    let (total, page) = page_of(found, request);
    let read = |(index, exclusion): (usize, &Exclusion)| {
        json!({"id": (index + 1).to_string(), "matchPhrase": exclusion.phrase, "matchType": exclusion.kind,
            "channel": "all", "hidden": false, "lists": []})
    };
    let page: Vec<Value> = page.into_iter().map(read).collect();
    // Here the total is a number.
    Answer::ok(&json!({"exclusions": page, "meta": {"total": total}}))
}
