//! Contacts: sync, create, update, delete, look up, memberships.

use serde_json::{Value, json};

use crate::account::{Account, Contact, OnList};
use crate::answer::{Answer, Request, id, paged, text};
use crate::clock::iso;
use crate::imports::is_address;

const INVALID_EMAIL: &str = "Contact Email Address is not valid.";

pub(crate) fn route(account: &mut Account, request: &Request, rest: &[&str], now: f64) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => list(account, request),
        // The plural is routed to "create": new addresses work, known ones are duplicates.
        ("POST", [] | ["sync"]) => create(account, request, now),
        (method, [number, sub @ ..]) => {
            let Some(number) = number.parse().ok().filter(|&number| account.get(number).is_some()) else {
                return Answer::not_found("Subscriber", number);
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

fn as_read(number: u32, contact: &Contact) -> Value {
    json!({"id": number.to_string(), "email": contact.email, "firstName": contact.first_name,
        "lastName": contact.last_name, "phone": contact.phone, "orgname": contact.organisation, "orgid": "0",
        "cdate": iso(contact.created), "udate": iso(contact.updated),
        "bounced_hard": if contact.bounced { "1" } else { "0" }, "bounced_soft": "0",
        "bounced_date": null, "deleted": "0", "sms_consent": null, "links": {}, "organization": null})
}

pub(crate) fn membership(number: u32, on: &OnList) -> Value {
    json!({"id": on.id.to_string(), "contact": number.to_string(), "list": on.list.to_string(),
        "status": on.status.to_string(), "sdate": iso(on.since), "udate": on.left.map(iso), "sourceid": "4",
        "unsubreason": "", "seriesid": "0", "sync": "0", "campaign": null, "message": null, "links": {},
        "automation": null})
}

fn field_values(number: u32, contact: &Contact) -> Vec<Value> {
    let values = contact.fields.iter().map(|(field, value)| {
        json!({"id": format!("{number}{field:03}"), "contact": number.to_string(), "field": field.to_string(),
            "value": value, "cdate": iso(contact.created), "udate": iso(contact.updated), "owner": number.to_string()})
    });
    values.collect()
}

pub(crate) fn contact_tags(number: u32, contact: &Contact) -> Vec<Value> {
    let tags = contact.tags.iter();
    tags.map(|tag| {
        json!({"id": tag_link(number, *tag), "contact": number.to_string(), "tag": tag.to_string(),
        "cdate": iso(contact.updated), "links": {}})
    })
    .collect()
}

/// The id of the link between a contact and a tag.
pub(crate) fn tag_link(contact: u32, tag: u32) -> String {
    format!("{contact}{tag:04}")
}

fn whole(account: &Account, number: u32) -> Answer {
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    let lists: Vec<Value> = contact.lists.iter().map(|on| membership(number, on)).collect();
    Answer::ok(&json!({"contactAutomations": [], "contactLists": lists, "deals": [],
        "fieldValues": field_values(number, contact), "geoIps": [], "accountContacts": [],
        "contact": as_read(number, contact)}))
}

fn sub_collection(account: &Account, request: &Request, number: u32, part: &str) -> Answer {
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    match part {
        "contactLists" => paged(part, contact.lists.iter().map(|on| membership(number, on)), request),
        "fieldValues" => paged(part, field_values(number, contact).into_iter(), request),
        "contactTags" => paged(part, contact_tags(number, contact).into_iter(), request),
        "bounceLogs" | "contactData" | "contactAutomations" => paged(part, std::iter::empty(), request),
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
    let kept = [&mut contact.first_name, &mut contact.last_name, &mut contact.phone];
    for (key, kept) in ["firstName", "lastName", "phone"].into_iter().zip(kept) {
        if let Some(value) = text(given.get(key)) {
            *kept = value.into();
        }
    }
    for (field, value) in values {
        contact.set_field(field, &value);
    }
}

pub(crate) fn sync(account: &mut Account, request: &Request, now: f64) -> Answer {
    let body = request.json();
    let given = body.get("contact").cloned().unwrap_or_default();
    let Some(email) = text(given.get("email")).filter(|email| !email.trim().is_empty()) else {
        let error = json!({"status": 400, "title": "Bad Request", "detail": "Contact email must be provided for sync"});
        return Answer::json(400, &json!({"errors": [error]}));
    };
    if !is_address(&email) {
        let error = json!({"title": INVALID_EMAIL, "code": "email_invalid", "error": "must_be_valid_email_address",
            "source": {"pointer": "/data/attributes/email"}});
        return Answer::json(422, &json!({"errors": [error]}));
    }
    let known = account.find(&email);
    let number = known.unwrap_or_else(|| account.create(&email, now));
    set(account, number, &given, now);
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    let mut answer = json!({"contact": as_read(number, contact)});
    if given.get("fieldValues").is_some() {
        answer["fieldValues"] = json!(field_values(number, contact));
        // Inside the contact these are ids, not objects.
        let ids: Vec<Value> =
            field_values(number, contact).into_iter().map(|value| value["id"].clone()).collect();
        answer["contact"]["fieldValues"] = json!(ids);
    }
    Answer::json(if known.is_some() { 200 } else { 201 }, &answer)
}

fn create(account: &mut Account, request: &Request, now: f64) -> Answer {
    let body = request.json();
    let given = body.get("contact").cloned().unwrap_or_default();
    let email = text(given.get("email")).unwrap_or_default();
    if !is_address(&email) {
        return Answer::unprocessable(INVALID_EMAIL, "email_invalid", "/data/attributes/email");
    }
    if account.find(&email).is_some() {
        let title = "Email address already exists in the system";
        return Answer::unprocessable(title, "duplicate", "/data/attributes/email");
    }
    let number = account.create(&email, now);
    set(account, number, &given, now);
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    Answer::json(
        201,
        &json!({"contact": {"email": contact.email, "firstName": contact.first_name,
        "lastName": contact.last_name, "phone": contact.phone, "cdate": iso(contact.created),
        "udate": iso(contact.updated), "orgid": "", "orgname": "", "links": {}, "id": number.to_string()}}),
    )
}

fn update(account: &mut Account, request: &Request, number: u32, now: f64) -> Answer {
    let body = request.json();
    let given = body.get("contact").cloned().unwrap_or_default();
    if let Some(email) = text(given.get("email")) {
        if !is_address(&email) {
            return Answer::unprocessable(INVALID_EMAIL, "email_invalid", "/data/attributes/email");
        }
        if account.find(&email).is_some_and(|owner| owner != number) {
            let title = "Email address already exists in the system.";
            return Answer::unprocessable(title, "duplicate", "/data/attributes/email");
        }
        account.rename(number, &email);
    }
    set(account, number, &given, now);
    let Some(contact) = account.get(number) else { return Answer::not_found("Subscriber", number) };
    Answer::ok(&json!({"fieldValues": field_values(number, contact), "contact": as_read(number, contact)}))
}

/// Whether a contact passes the request's filters. Unknown filters let everybody through, as at the provider.
fn matches(number: u32, contact: &Contact, request: &Request) -> bool {
    let list = request.number("listid").filter(|&list| list > 0);
    let status =
        request.text("status").and_then(|status| status.parse::<i64>().ok()).filter(|&status| status >= 0);
    let on_list = match list {
        Some(list) => {
            contact.on_list(list).is_some_and(|on| status.is_none_or(|status| i64::from(on.status) == status))
        }
        None => status.is_none_or(|status| contact.lists.iter().any(|on| i64::from(on.status) == status)),
    };
    let contains = |key: &str, in_text: &str| {
        request.text(key).is_none_or(|part| in_text.to_lowercase().contains(&part.to_lowercase()))
    };
    let after = |key: &str, at: f64| request.text(key).is_none_or(|date| iso(at).as_str() > date);
    let before = |key: &str, at: f64| request.text(key).is_none_or(|date| iso(at).as_str() < date);
    on_list
        && request.text("email").is_none_or(|email| contact.email.eq_ignore_ascii_case(email))
        && contains("email_like", &contact.email)
        && request.text("phone").is_none_or(|phone| contact.phone.starts_with(phone))
        && contains("search", &format!("{} {} {}", contact.email, contact.first_name, contact.last_name))
        && request.number("tagid").filter(|&tag| tag > 0).is_none_or(|tag| contact.tags.contains(&tag))
        && request.number("exclude").is_none_or(|excluded| excluded != number)
        && after("filters[updated_after]", contact.updated)
        && before("filters[updated_before]", contact.updated)
        && after("filters[created_after]", contact.created)
        && before("filters[created_before]", contact.created)
}

fn list(account: &Account, request: &Request) -> Answer {
    let (limit, offset) = request.page();
    let is_descending = request.text("orders[id]").is_some_and(|order| order.eq_ignore_ascii_case("desc"));
    let asked: Vec<u32> = request.all("ids[]").filter_map(|number| number.parse().ok()).collect();
    let (greater, less) = (request.number("id_greater"), request.number("id_less"));
    let found: Vec<(u32, &Contact)> = match request.text("email") {
        // The only lookup that is made a thousand times over.
        Some(email) => account.find(email).and_then(|n| Some((n, account.get(n)?))).into_iter().collect(),
        None => account.contacts().collect(),
    };
    let is_wanted = |(number, contact): &(u32, &Contact)| {
        greater.is_none_or(|greater| *number > greater)
            && less.is_none_or(|less| *number < less)
            && (asked.is_empty() || asked.contains(number))
            && matches(*number, contact, request)
    };
    let mut found: Vec<(u32, &Contact)> = found.into_iter().filter(is_wanted).collect();
    if is_descending {
        found.reverse();
    }
    let total = found.len();
    let page: Vec<(u32, &Contact)> = found.into_iter().skip(offset).take(limit).collect();
    let contacts: Vec<Value> = page.iter().map(|(number, contact)| as_read(*number, contact)).collect();
    let mut answer = json!({"scoreValues": [], "contacts": contacts, "meta": {"page_input": {
        "segmentid": null, "formid": 0, "listid": request.number("listid").unwrap_or(0),
        "tagid": request.number("tagid").unwrap_or(0), "limit": limit, "offset": offset,
        "search": request.text("search"), "sort": null, "seriesid": 0, "waitid": 0,
        "status": -1, "forceQuery": 0, "cacheid": format!("{total:032x}")}, "total": total.to_string(), "sortable": true}});
    let included = |what: &str| {
        request.text("include").is_some_and(|include| include.split(',').any(|part| part == what))
    };
    if included("contactLists") {
        let lists =
            page.iter().flat_map(|(number, contact)| contact.lists.iter().map(|on| membership(*number, on)));
        answer["contactLists"] = lists.collect();
    }
    if included("fieldValues") {
        answer["fieldValues"] =
            page.iter().flat_map(|(number, contact)| field_values(*number, contact)).collect();
    }
    if included("contactTags") {
        answer["contactTags"] =
            page.iter().flat_map(|(number, contact)| contact_tags(*number, contact)).collect();
    }
    Answer::ok(&answer)
}

/// `POST /contactLists`: unlike an import, this brings people back.
pub(crate) fn set_membership(account: &mut Account, request: &Request, now: f64) -> Answer {
    let body = request.json();
    let given = body.get("contactList").cloned().unwrap_or_default();
    let (list, contact) = (id(given.get("list")), id(given.get("contact")));
    let Some(status) =
        id(given.get("status")).and_then(|status| u8::try_from(status).ok()).filter(|&s| s <= 3)
    else {
        return Answer::unprocessable(
            "The value you selected is not a valid choice.",
            "field_invalid",
            "/data/attributes/status",
        );
    };
    let (Some(list), Some(contact)) = (list.filter(|&list| account.list(list).is_some()), contact) else {
        return Answer::json(400, &json!({}));
    };
    let was = account.get(contact).and_then(|contact| contact.on_list(list)).map(|on| on.status);
    let Some(on) = account.set_membership(contact, list, status, now) else {
        return Answer::json(404, &json!({"errors": [{"detail": "Contact not found"}]}));
    };
    // Nothing can exclude automations here.
    account.automations.by_membership += u64::from(status == 1 && was != Some(1));
    let mut echo = membership(contact, &on);
    for (key, value) in
        [("status", json!(status)), ("list", given["list"].clone()), ("contact", given["contact"].clone())]
    {
        echo[key] = value;
    }
    let email = account.get(contact).map(|contact| contact.email.clone()).unwrap_or_default();
    let mut answer = json!({"contactList": echo});
    if was != Some(status) {
        answer["contacts"] = json!([{"id": contact.to_string(), "email": email}]);
    }
    Answer::ok(&answer)
}
