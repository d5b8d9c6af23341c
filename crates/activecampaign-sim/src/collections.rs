//! Everything that is not a contact: lists, fields, tags, exclusions, webhooks, the account itself.

use serde_json::{Value, json};

use crate::Knobs;
use crate::account::{Account, Exclusion, Field, List};
use crate::answer::{Answer, Request, id, paged, text};
use crate::clock::iso;
use crate::contacts::{contact_tags, membership, tag_link};

pub(crate) fn me() -> Answer {
    Answer::ok(&json!({"user": {"id": "1", "username": "admin", "firstName": "Sandbox", "lastName": "Admin",
        "email": "admin@sandbox.example", "links": {}}}))
}

pub(crate) fn users(request: &Request) -> Answer {
    paged("users", std::iter::once(json!({"id": "1", "username": "admin", "links": {}})), request)
}

fn list_as_read(account: &Account, list: &List, counted: bool) -> Value {
    let mut read = json!({"id": list.id.to_string(), "stringid": list.stringid, "name": list.name, "userid": "1",
        "channel": list.channel, "sender_url": "https://sandbox.example", "sender_reminder": "You signed up.",
        "optinoptout": "1", "deletestamp": null, "cdate": iso(list.created), "udate": iso(list.created),
        "user": "1", "links": {}});
    if counted {
        let on =
            |contact: &crate::account::Contact| contact.on_list(list.id).is_some_and(|on| on.status == 1);
        let active = account.contacts().filter(|(_, contact)| on(contact)).count();
        read["active_subscribers"] = json!(active.to_string());
        read["non_deleted_subscribers"] = json!(active.to_string());
    }
    read
}

pub(crate) fn lists(account: &mut Account, request: &Request, rest: &[&str], now: f64) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let name = request.text("filters[name]").or_else(|| request.text("filters[name][eq]"));
            let named = account
                .lists
                .iter()
                .filter(|list| name.is_none_or(|name| list.name.eq_ignore_ascii_case(name)));
            paged("lists", named.map(|list| list_as_read(account, list, true)), request)
        }
        ("GET", ["exclusions"]) => exclusions(account, request),
        ("POST", []) => {
            let body = request.json();
            let given = body.get("list").cloned().unwrap_or_default();
            let Some(name) = text(given.get("name")).filter(|name| !name.is_empty()) else {
                return Answer::unprocessable(
                    "The list name was not provided.",
                    "field_missing",
                    "/data/attributes/name",
                );
            };
            let channel = text(given.get("channel")).unwrap_or_else(|| "email".to_owned());
            let number = account.add_list(&name, &channel, now);
            let made = account.list(number).map(|list| list_as_read(account, list, false));
            Answer::json(201, &json!({"list": made}))
        }
        (method, [number]) => {
            let Some(list) = number.parse().ok().and_then(|number: u32| account.list(number)) else {
                return Answer::not_found("_List", number);
            };
            let read = list_as_read(account, list, false);
            if method == "DELETE" {
                let gone = list.id;
                account.lists.retain(|list| list.id != gone);
                return Answer::ok(&json!({}));
            }
            Answer::ok(&json!({"list": read}))
        }
        _ => Answer::html(404, "Not Found"),
    }
}

fn exclusions(account: &Account, request: &Request) -> Answer {
    let (limit, offset) = request.page();
    let phrase = request.text("filters[matchPhrase]");
    let all: Vec<Value> = account
        .exclusions
        .iter()
        .enumerate()
        .filter(|(_, exclusion)| phrase.is_none_or(|phrase| exclusion.phrase == phrase))
        .map(|(index, exclusion)| {
            json!({"id": (index + 1).to_string(), "matchPhrase": exclusion.phrase, "matchType": exclusion.kind,
                "channel": "all", "hidden": false, "lists": []})
        })
        .collect();
    let page: Vec<&Value> = all.iter().skip(offset).take(limit).collect();
    // Here the total is a number.
    Answer::ok(&json!({"exclusions": page, "meta": {"total": all.len()}}))
}

pub(crate) fn add_exclusion(account: &mut Account, given: &Value) -> bool {
    let Some(phrase) = text(given.get("phrase")) else { return false };
    let kind = text(given.get("type")).unwrap_or_else(|| "exact".to_owned());
    account.exclusions.push(Exclusion { phrase: phrase.trim().to_lowercase(), kind });
    true
}

fn option_id(field: &Field, index: usize) -> String {
    format!("{}{:03}", field.id, index + 1)
}

fn field_as_read(field: &Field) -> Value {
    let options: Vec<String> = (0..field.options.len()).map(|index| option_id(field, index)).collect();
    json!({"id": field.id.to_string(), "title": field.title, "descript": "", "type": field.kind,
        "isrequired": "0", "perstag": field.perstag, "defval": null, "visible": "1", "ordernum": field.id.to_string(),
        "options": options, "relations": [field.id.to_string()], "links": {}})
}

fn options_as_read(field: &Field) -> Vec<Value> {
    let options = field.options.iter().enumerate();
    options
        .map(|(index, value)| {
            json!({"id": option_id(field, index), "field": field.id.to_string(), "orderid": (index + 1).to_string(),
                "value": value, "label": value, "isdefault": "0"})
        })
        .collect()
}

pub(crate) fn fields(account: &mut Account, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let (limit, offset) = request.page();
            let perstag = request.text("filters[perstag]");
            let found: Vec<&Field> = account
                .fields
                .iter()
                .filter(|field| perstag.is_none_or(|tag| field.perstag == tag))
                .collect();
            let page: Vec<&&Field> = found.iter().skip(offset).take(limit).collect();
            let options: Vec<Value> = page.iter().flat_map(|field| options_as_read(field)).collect();
            let relations: Vec<Value> = page
                .iter()
                .map(|field| json!({"id": field.id.to_string(), "field": field.id.to_string(), "relid": "0"}))
                .collect();
            let fields: Vec<Value> = page.iter().map(|field| field_as_read(field)).collect();
            Answer::ok(&json!({"fieldOptions": options, "fieldRels": relations, "fields": fields,
                "meta": {"total": found.len().to_string(), "selected": null}}))
        }
        ("POST", []) => {
            let body = request.json();
            let given = body.get("field").cloned().unwrap_or_default();
            let title = text(given.get("title")).unwrap_or_default();
            let kind = text(given.get("type")).unwrap_or_default();
            if title.is_empty() || kind.is_empty() {
                return Answer::unprocessable("Missing attribute", "field_missing", "/data/attributes/title");
            }
            if account.fields.iter().any(|field| field.title.eq_ignore_ascii_case(&title)) {
                return Answer::unprocessable(
                    "A field with this title exists.",
                    "duplicate",
                    "/data/attributes/title",
                );
            }
            account.add_field(&title, &kind, &[]);
            Answer::json(201, &json!({"field": account.fields.last().map(field_as_read)}))
        }
        ("GET", [number, rest @ ..]) => {
            let Some(field) = account.fields.iter().find(|field| field.id.to_string() == *number) else {
                return Answer::not_found("Field", number);
            };
            match rest {
                [] => Answer::ok(
                    &json!({"field": field_as_read(field), "fieldOptions": options_as_read(field)}),
                ),
                ["options"] => Answer::ok(&json!({"fieldOptions": options_as_read(field)})),
                _ => Answer::html(404, "Not Found"),
            }
        }
        _ => Answer::html(404, "Not Found"),
    }
}

pub(crate) fn add_options(account: &mut Account, request: &Request) -> Answer {
    let body = request.json();
    let Some(options) = body.get("fieldOptions").and_then(Value::as_array) else {
        return Answer::json(422, &json!({"errors": "fieldOptions must be an array"}));
    };
    for option in options {
        let field =
            id(option.get("field")).and_then(|number| account.fields.iter_mut().find(|f| f.id == number));
        if let (Some(field), Some(value)) = (field, text(option.get("value"))) {
            field.options.push(value);
        }
    }
    Answer::json(201, &json!({"fieldOptions": options}))
}

pub(crate) fn set_field_value(account: &mut Account, request: &Request) -> Answer {
    let body = request.json();
    let given = body.get("fieldValue").cloned().unwrap_or_default();
    let Some(field) = id(given.get("field")).filter(|&field| account.has_field(field)) else {
        return Answer::unprocessable("Field id not valid", "field_invalid", "/data/attributes/field");
    };
    let Some(number) = id(given.get("contact")) else {
        return Answer::unprocessable("Missing attribute", "field_missing", "/data/attributes/contact");
    };
    let Some(contact) = account.get_mut(number) else {
        return Answer::json(404, &json!({"errors": [{"detail": "Contact not found"}]}));
    };
    let value = text(given.get("value")).unwrap_or_default();
    contact.set_field(field, &value);
    Answer::ok(
        &json!({"fieldValue": {"contact": number.to_string(), "field": field.to_string(), "value": value,
        "id": format!("{number}{field:03}")}}),
    )
}

pub(crate) fn tags(account: &mut Account, request: &Request, rest: &[&str], knobs: &Knobs) -> Answer {
    let read = |number: usize, name: &str| {
        json!({"id": number.to_string(), "tag": name, "tagType": "contact", "description": "", "deleted": "0",
            "subscriber_count": "0", "links": {}})
    };
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let contains = request.text("search").map(str::to_lowercase);
            let equals = request.text("filters[search][eq]").map(str::to_lowercase);
            let is_wanted = |name: &str| {
                let name = name.to_lowercase();
                contains.as_ref().is_none_or(|part| name.contains(part))
                    && equals.as_ref().is_none_or(|all| name == *all)
            };
            let named = account.tags.iter().enumerate().filter(|(_, name)| is_wanted(name));
            paged("tags", named.map(|(index, name)| read(index + 1, name)), request)
        }
        ("GET", [number]) => {
            match number
                .parse()
                .ok()
                .and_then(|number: u32| account.tag_name(number).map(|name| (number, name)))
            {
                Some((number, name)) => Answer::ok(&json!({"tag": read(number as usize, name)})),
                None => Answer::not_found("Tag", number),
            }
        }
        ("POST", []) => {
            let body = request.json();
            let Some(name) =
                text(body.get("tag").and_then(|tag| tag.get("tag"))).filter(|name| !name.is_empty())
            else {
                return Answer::unprocessable("Missing attribute", "field_missing", "/data/attributes/tag");
            };
            let known = account.find_tag(&name);
            if known.is_some() && knobs.tag_duplicate == 422 {
                return Answer::unprocessable("Tag already exists", "duplicate", "/data/attributes/tag");
            }
            let number = account.tag(&name);
            let name = account.tag_name(number).unwrap_or_default();
            Answer::json(
                if known.is_some() { 200 } else { 201 },
                &json!({"tag": read(number as usize, name)}),
            )
        }
        _ => Answer::html(404, "Not Found"),
    }
}

pub(crate) fn add_contact_tag(account: &mut Account, request: &Request) -> Answer {
    let body = request.json();
    let given = body.get("contactTag").cloned().unwrap_or_default();
    let Some(tag) = id(given.get("tag")).filter(|&tag| account.tag_name(tag).is_some()) else {
        return Answer::unprocessable("No tag id provided", "field_missing", "/data/attributes/tag");
    };
    let Some(number) = id(given.get("contact")) else {
        return Answer::unprocessable("Missing attribute", "field_missing", "/data/attributes/contact");
    };
    let Some(contact) = account.get_mut(number) else {
        return Answer::json(404, &json!({"errors": [{"detail": "Contact not found"}]}));
    };
    if !contact.tags.contains(&tag) {
        contact.tags.push(tag);
    }
    Answer::ok(
        &json!({"contactTag": {"id": tag_link(number, tag), "contact": number.to_string(), "tag": tag.to_string(),
        "links": {}}}),
    )
}

pub(crate) fn remove_contact_tag(account: &mut Account, link: &str) -> Answer {
    let found = account.contacts().find_map(|(number, contact)| {
        contact.tags.iter().find(|&&tag| tag_link(number, tag) == link).map(|&tag| (number, tag))
    });
    let Some((contact, tag)) = found.and_then(|(number, tag)| Some((account.get_mut(number)?, tag))) else {
        return Answer::not_found("SubscriberTag", link);
    };
    contact.tags.retain(|&kept| kept != tag);
    Answer::ok(&json!({}))
}

/// Collections over all contacts that clients read page by page.
pub(crate) fn across_contacts(account: &Account, request: &Request, what: &str) -> Answer {
    let contacts = account.contacts();
    match what {
        "contactLists" => {
            let all = contacts
                .flat_map(|(number, contact)| contact.lists.iter().map(move |on| membership(number, on)));
            paged(what, all, request)
        }
        "contactTags" => {
            paged(what, contacts.flat_map(|(number, contact)| contact_tags(number, contact)), request)
        }
        _ => paged(what, std::iter::empty(), request),
    }
}

pub(crate) fn webhooks(account: &mut Account, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => paged("webhooks", account.webhooks.iter().flatten().cloned(), request),
        ("POST", []) => {
            let body = request.json();
            let mut webhook = body.get("webhook").cloned().unwrap_or_default();
            if text(webhook.get("url")).is_none_or(|url| url.is_empty()) {
                return Answer::unprocessable("Missing attribute", "field_missing", "/data/attributes/url");
            }
            webhook["id"] = json!((account.webhooks.len() + 1).to_string());
            account.webhooks.push(Some(webhook.clone()));
            Answer::json(201, &json!({"webhook": webhook}))
        }
        (method, [number]) => {
            let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let slot = index.and_then(|index| account.webhooks.get_mut(index));
            match (method, slot) {
                ("DELETE", Some(slot @ Some(_))) => {
                    *slot = None;
                    Answer::ok(&json!({}))
                }
                ("GET", Some(Some(webhook))) => Answer::ok(&json!({"webhook": webhook})),
                _ => Answer::not_found("Webhook", number),
            }
        }
        _ => Answer::html(404, "Not Found"),
    }
}

pub(crate) fn webhook_events(request: &Request) -> Answer {
    let known = [
        "subscribe",
        "unsubscribe",
        "update",
        "bounce",
        "contact_tag_added",
        "contact_tag_removed",
        "list_add",
        "open",
        "click",
        "forward",
        "reply",
        "sent",
        "share",
        "subscriber_note",
        "sms_reply",
        "sms_sent",
        "sms_unsub",
    ];
    paged("webhookEvents", known.into_iter().map(|event| json!(event)), request)
}
