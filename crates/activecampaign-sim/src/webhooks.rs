//! Webhooks: who wants to hear of what, and what they are told.
//!
//! Deliveries are form-encoded with keys in brackets, unsigned, and never repeated; a receiver that answers 410 hears
//! no more. Imports tell nobody. Unlike the provider, who takes `https` on port 443 only, the simulator takes any URL,
//! and delivers to those of this machine. `state`, which tells the deactivated apart, is its own.

use serde_json::{Value, json};

use crate::account::{Account, Attribute};
use crate::answer::{Answer, Request, id, paged, text};
use crate::clock::iso;
use crate::delivery::Delivery;

#[derive(Debug)]
pub(crate) struct Webhook {
    given: Value,
    is_active: bool,
}

/// Something that happened to a contact.
#[derive(Debug)]
pub(crate) struct Event {
    kind: &'static str,
    contact: u32,
    list: Option<u32>,
    tag: Option<u32>,
    source: &'static str,
}

impl Event {
    /// By a request to the API.
    pub(crate) fn about(kind: &'static str, contact: u32) -> Self {
        Self { kind, contact, list: None, tag: None, source: "api" }
    }

    pub(crate) fn on_list(self, list: u32) -> Self {
        Self { list: Some(list), ..self }
    }

    pub(crate) fn with_tag(self, tag: u32) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// By the account itself.
    pub(crate) fn by_system(self) -> Self {
        Self { source: "system", ..self }
    }
}

impl Webhook {
    fn as_read(&self, index: usize) -> Value {
        let mut read = self.given.clone();
        read["id"] = json!((index + 1).to_string());
        read["state"] = json!(if self.is_active { "1" } else { "0" });
        read
    }

    fn wants(&self, event: &Event) -> bool {
        let names =
            |key: &str| self.given.get(key).and_then(Value::as_array).filter(|names| !names.is_empty());
        let has = |key: &str, word: &str| names(key).is_some_and(|names| names.contains(&json!(word)));
        let list = id(self.given.get("listid")).filter(|&list| list > 0);
        self.is_active
            && has("events", event.kind)
            && (names("sources").is_none() || has("sources", event.source))
            && list.is_none_or(|list| event.list.is_none_or(|of_event| of_event == list))
    }
}

impl Account {
    /// Lets every webhook know that wants to.
    pub(crate) fn announce(&mut self, event: &Event, now: f64) {
        let wanting =
            |webhook: &Option<Webhook>| webhook.as_ref().is_some_and(|webhook| webhook.wants(event));
        let receivers: Vec<usize> =
            (0..self.webhooks.len()).filter(|&at| wanting(&self.webhooks[at])).collect();
        if receivers.is_empty() {
            return;
        }
        let form = self.form(event, now);
        for index in receivers {
            let webhook = self.webhooks[index].as_ref();
            if let Some(url) = webhook.and_then(|webhook| text(webhook.given.get("url"))) {
                self.outbox.push(Delivery::to_webhook(index, &url, form.clone()));
            }
        }
    }

    fn form(&self, event: &Event, now: f64) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("type", event.kind)
            .append_pair("date_time", &iso(now))
            .append_pair("initiated_from", event.source)
            .append_pair("initiated_by", event.source)
            .append_pair("list", &event.list.unwrap_or(0).to_string());
        let Some(contact) = self.get(event.contact) else { return form.finish() };
        let tags: Vec<&str> = contact.tags.iter().filter_map(|&tag| self.tags.name(tag)).collect();
        for (key, value) in [
            ("id", event.contact.to_string().as_str()),
            ("email", contact.text(Attribute::Email)),
            ("first_name", contact.text(Attribute::FirstName)),
            ("last_name", contact.text(Attribute::LastName)),
            ("phone", contact.text(Attribute::Phone)),
            ("tags", &tags.join(", ")),
            ("ip", "0.0.0.0"),
        ] {
            form.append_pair(&format!("contact[{key}]"), value);
        }
        for (field, value) in contact.fields() {
            let perstag = self.perstag(field).unwrap_or_default();
            form.append_pair(&format!("contact[fields][{perstag}]"), value);
        }
        match event.kind {
            "unsubscribe" => {
                form.append_pair("unsubscribe[reason]", "").append_pair("campaign[id]", "0");
                form.append_pair("list[][id]", &event.list.unwrap_or(0).to_string());
            }
            "bounce" => {
                form.append_pair("bounce[type]", "hard").append_pair("bounce[code]", "5.1.1");
                form.append_pair("bounce[description]", "mailbox does not exist")
                    .append_pair("campaign[id]", "0");
            }
            _ => {}
        }
        if let Some(name) = event.tag.and_then(|tag| self.tags.name(tag)) {
            form.append_pair("tag", name);
        }
        form.finish()
    }

    /// A receiver is gone for good.
    pub(crate) fn deactivate_webhook(&mut self, index: usize) {
        if let Some(Some(webhook)) = self.webhooks.get_mut(index) {
            webhook.is_active = false;
        }
    }
}

pub(crate) fn route(account: &mut Account, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let all = account.webhooks.iter().enumerate();
            let kept =
                all.filter_map(|(index, webhook)| webhook.as_ref().map(|webhook| webhook.as_read(index)));
            paged("webhooks", kept, |webhook| webhook, request)
        }
        ("POST", []) => {
            let given = request.json()["webhook"].take();
            if text(given.get("url")).is_none_or(|url| url.is_empty()) {
                return Answer::missing("url");
            }
            let webhook = Webhook { given, is_active: true };
            let made = webhook.as_read(account.webhooks.len());
            account.webhooks.push(Some(webhook));
            Answer::json(201, &json!({"webhook": made}))
        }
        (method, [number]) => {
            let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let slot = index.and_then(|index| account.webhooks.get_mut(index).map(|slot| (index, slot)));
            match (method, slot) {
                ("DELETE", Some((_, slot @ Some(_)))) => {
                    *slot = None;
                    Answer::ok(&json!({}))
                }
                ("GET", Some((index, Some(webhook)))) => {
                    Answer::ok(&json!({"webhook": webhook.as_read(index)}))
                }
                _ => Answer::not_found("Webhook", number),
            }
        }
        _ => Answer::html(404, "Not Found"),
    }
}

const EVENTS: &[&str] = &[
    "bounce",
    "click",
    "contact_tag_added",
    "contact_tag_removed",
    "deal_add",
    "deal_note_add",
    "deal_pipeline_add",
    "deal_stage_add",
    "deal_task_add",
    "deal_task_complete",
    "deal_tasktype_add",
    "deal_update",
    "forward",
    "list_add",
    "open",
    "reply",
    "sent",
    "share",
    "sms_reply",
    "sms_sent",
    "sms_unsub",
    "subscribe",
    "subscriber_note",
    "unsubscribe",
    "update",
];

/// All of them at once, whatever page is asked for.
pub(crate) fn events() -> Answer {
    Answer::ok(&json!({"webhookEvents": EVENTS, "meta": {"total": EVENTS.len().to_string()}}))
}
