//! Contacts: sync, create, update, delete, and where they stand on lists.

use serde_json::{Value, json};

use crate::account::{ACTIVE, Account, Attribute, Contact, OnList, UNSUBSCRIBED};
use crate::answer::{Answer, Request, id, nothing, paged, text};
use crate::clock::{iso, timestamp};
use crate::import_body::is_address;
use crate::webhooks::Event;
use crate::{fields, search, tags};

const INVALID_EMAIL: &str = "Contact Email Address is not valid.";

pub(crate) fn route(account: &mut Account, request: &Request, rest: &[&str], now: f64) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => search::contacts(account, request),
        // The plural is routed to "create": new addresses work, known ones are duplicates.
        ("POST", [] | ["sync"]) => create(account, request, now),
        (method, [number, sub @ ..]) => {
            let Some(number) = number.parse().ok().filter(|&number| account.get(number).is_some()) else {
                return missing(method, number);
            };
            match (method, sub) {
                ("GET", []) => whole(account, number),
                ("PUT" | "PATCH", []) => update(account, request, number, now),
                ("DELETE", []) => {
                    account.delete(number);
                    Answer::ok(&json!({}))
                }
                ("GET", [part]) => sub_collection(account, request, number, part),
                _ => Answer::html(404, "Not Found"),
            }
        }
        _ => Answer::html(404, "Not Found"),
    }
}

/// The provider has two ways to say it.
fn missing(method: &str, number: &str) -> Answer {
    if method == "DELETE" {
        return Answer::json(
            404,
            &json!({"message": format!("No result found for contact with id {number}")}),
        );
    }
    Answer::not_found("Subscriber", number)
}

pub(crate) fn as_read(number: u32, contact: &Contact) -> Value {
    let bounced = contact.bounced.map(|seconds| timestamp(f64::from(seconds) * 1_000.0));
    json!({"id": number.to_string(), "email": contact.text(Attribute::Email),
        "firstName": contact.text(Attribute::FirstName), "lastName": contact.text(Attribute::LastName),
        "phone": contact.text(Attribute::Phone), "orgname": contact.text(Attribute::Organisation), "orgid": "0",
        "cdate": iso(contact.created), "udate": iso(contact.updated),
        "created_timestamp": timestamp(contact.created), "updated_timestamp": timestamp(contact.updated),
        "bounced_hard": if bounced.is_some() { "1" } else { "0" }, "bounced_soft": "0",
        "bounced_date": bounced, "deleted": "0", "hash": format!("{number:032x}"), "sms_consent": null, "links": {},
        "organization": null})
}

pub(crate) fn membership(number: u32, on: &OnList) -> Value {
    let updated = on.left.unwrap_or(on.since);
    json!({"id": on.id.to_string(), "contact": number.to_string(), "list": on.list.to_string(),
        "status": on.status.to_string(), "sdate": iso(on.since), "udate": on.left.map(iso),
        "created_timestamp": timestamp(on.since), "updated_timestamp": timestamp(updated), "sourceid": "4",
        "unsubreason": "", "seriesid": "0", "sync": "0", "first_name": "", "last_name": "", "campaign": null,
        "message": null, "links": {}, "automation": null})
}

pub(crate) fn bounce_log(number: u32, contact: &Contact) -> Option<Value> {
    let at = timestamp(f64::from(contact.bounced?) * 1_000.0);
    Some(json!({"id": number.to_string(), "contact": number.to_string(), "subscriberid": number.to_string(),
        "email": contact.text(Attribute::Email), "code": "5.1.1", "error": "mailbox does not exist", "tstamp": at,
        "created_timestamp": at, "updated_timestamp": at, "links": {}}))
}

fn whole(account: &Account, number: u32) -> Answer {
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    let lists: Vec<Value> = contact.lists.iter().map(|on| membership(number, on)).collect();
    let values: Vec<Value> = fields::values(number, contact).collect();
    Answer::ok(&json!({"contactAutomations": [], "contactLists": lists, "deals": [], "fieldValues": values,
        "geoIps": [], "accountContacts": [], "contact": as_read(number, contact)}))
}

fn sub_collection(account: &Account, request: &Request, number: u32, part: &str) -> Answer {
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    match part {
        "contactLists" => paged(part, contact.lists.iter(), |on| membership(number, on), request),
        "fieldValues" => paged(part, fields::values(number, contact), |value| value, request),
        "contactTags" => paged(part, tags::links(number, contact), |link| link, request),
        "bounceLogs" => paged(part, bounce_log(number, contact).into_iter(), |log| log, request),
        "contactData" | "contactAutomations" => nothing(part),
        _ => Answer::html(404, "Not Found"),
    }
}

/// Sets what the request names; what it leaves out stays.
fn set(account: &mut Account, number: u32, given: &Value, now: f64) {
    let values: Vec<(u32, String)> = given
        .get("fieldValues")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|value| Some((id(value.get("field"))?, text(value.get("value")).unwrap_or_default())))
        // An unknown field is passed over.
        .filter(|(field, _)| account.has_field(*field))
        .collect();
    let Some(contact) = account.get_mut(number) else { return };
    contact.updated = now;
    let attributes =
        [("firstName", Attribute::FirstName), ("lastName", Attribute::LastName), ("phone", Attribute::Phone)];
    let attributes = attributes.map(|(key, attribute)| (attribute, text(given.get(key))));
    let attributes = attributes.iter().filter_map(|(attribute, value)| Some((*attribute, value.as_deref()?)));
    contact.set(attributes, values.iter().map(|(field, value)| (*field, value.as_str())));
}

fn invalid_email() -> Answer {
    let error = json!({"title": INVALID_EMAIL, "detail": "", "code": "email_invalid",
        "error": "must_be_valid_email_address", "source": {"pointer": "/data/attributes/email"}});
    Answer::json(422, &json!({"errors": [error]}))
}

fn duplicate_email() -> Answer {
    let title = "Email address already exists in the system";
    Answer::unprocessable(title, "duplicate", "/data/attributes/email")
}

pub(crate) fn sync(account: &mut Account, request: &Request, now: f64) -> Answer {
    let given = &request.json()["contact"];
    let Some(email) = text(given.get("email")).filter(|email| !email.trim().is_empty()) else {
        let error = json!({"status": 400, "title": "Bad Request", "detail": "Contact email must be provided for sync"});
        return Answer::json(400, &json!({"errors": [error]}));
    };
    if !is_address(&email) {
        return invalid_email();
    }
    let known = account.find(&email);
    let number = known.unwrap_or_else(|| account.create(&email, now));
    set(account, number, given, now);
    if known.is_some() {
        account.announce(&Event::about("update", number), now);
    }
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    let mut answer = json!({"contact": as_read(number, contact)});
    if given.get("fieldValues").is_some() {
        let values: Vec<Value> = fields::values(number, contact).collect();
        // Inside the contact these are ids, not objects.
        let ids: Vec<&Value> = values.iter().map(|value| &value["id"]).collect();
        answer["contact"]["fieldValues"] = json!(ids);
        answer["fieldValues"] = json!(values);
    }
    Answer::json(if known.is_some() { 200 } else { 201 }, &answer)
}

fn create(account: &mut Account, request: &Request, now: f64) -> Answer {
    let body = request.json();
    let given = &body["contact"];
    let email = text(given.get("email")).unwrap_or_default();
    let allows_none = [given, &body].into_iter().any(|at| at.get("allowNullEmail") == Some(&json!(true)));
    let has_phone = text(given.get("phone")).is_some_and(|phone| !phone.is_empty());
    let is_phone_only = email.is_empty() && allows_none && has_phone;
    if !is_phone_only && !is_address(&email) {
        return invalid_email();
    }
    if !is_phone_only && account.find(&email).is_some() {
        return duplicate_email();
    }
    let number = account.create(&email, now);
    set(account, number, given, now);
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    let made = json!({"email": contact.text(Attribute::Email), "firstName": contact.text(Attribute::FirstName),
        "lastName": contact.text(Attribute::LastName), "phone": contact.text(Attribute::Phone), "cdate": iso(contact.created), "udate": iso(contact.updated), "orgid": "",
        "orgname": "", "links": {}, "id": number.to_string()});
    Answer::json(201, &json!({"contact": made}))
}

fn update(account: &mut Account, request: &Request, number: u32, now: f64) -> Answer {
    let given = &request.json()["contact"];
    if let Some(email) = text(given.get("email")) {
        if !is_address(&email) {
            return invalid_email();
        }
        if account.find(&email).is_some_and(|owner| owner != number) {
            return duplicate_email();
        }
        account.rename(number, &email);
    }
    set(account, number, given, now);
    account.announce(&Event::about("update", number), now);
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    let values: Vec<Value> = fields::values(number, contact).collect();
    Answer::ok(&json!({"fieldValues": values, "contact": as_read(number, contact)}))
}

/// `POST /contactLists`: unlike an import, this brings people back.
pub(crate) fn set_membership(account: &mut Account, request: &Request, now: f64) -> Answer {
    let given = &request.json()["contactList"];
    let status = id(given.get("status")).and_then(|status| u8::try_from(status).ok());
    let Some(status) = status.filter(|&status| status <= 3) else {
        let title = "The value you selected is not a valid choice.";
        return Answer::unprocessable(title, "field_invalid", "/data/attributes/status");
    };
    let list = id(given.get("list")).filter(|&list| account.list(list).is_some());
    let (Some(list), Some(contact)) = (list, id(given.get("contact"))) else {
        return Answer::json(400, &json!({}));
    };
    let was = account.get(contact).and_then(|contact| contact.on_list(list)).map(|on| on.status);
    let Some(on) = account.set_membership(contact, list, status, now) else { return Answer::no_contact() };
    if was != Some(status) {
        // Nothing can exclude automations here.
        account.automations.by_membership += u64::from(status == ACTIVE);
        let event = match status {
            ACTIVE => Some("subscribe"),
            UNSUBSCRIBED => Some("unsubscribe"),
            _ => None,
        };
        if let Some(kind) = event {
            account.announce(&Event::about(kind, contact).on_list(list), now);
        }
    }
    let mut answer = json!({"contactList": membership(contact, &on)});
    for (key, value) in [("status", &json!(status)), ("list", &given["list"]), ("contact", &given["contact"])]
    {
        answer["contactList"][key] = value.clone();
    }
    if was != Some(status) {
        let email = account.get(contact).map(|contact| contact.text(Attribute::Email)).unwrap_or_default();
        answer["contacts"] = json!([{"id": contact.to_string(), "email": email}]);
    }
    Answer::ok(&answer)
}
