//! The way to the endpoints below `/api/3/`.

use serde_json::json;

use crate::account::Account;
use crate::answer::{Answer, Request};
use crate::{Knobs, collections, contacts, fields, lists, tags, webhooks};

/// Carries out a request that was let in. Imports are handed in elsewhere: they are read before the account is locked.
pub(crate) fn route(account: &mut Account, request: &Request, path: &str, knobs: &Knobs, now: f64) -> Answer {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", []) => Answer::ok(&json!({})),
        ("GET", ["users", "me"]) => collections::me(),
        ("GET", ["users"]) => collections::users(request),
        ("POST", ["contact", "sync"]) => contacts::sync(account, request, now),
        (_, ["contacts", rest @ ..]) => contacts::route(account, request, rest, now),
        ("POST", ["contactLists"]) => contacts::set_membership(account, request, now),
        ("POST", ["contactTags"]) => tags::link(account, request, now),
        ("DELETE", ["contactTags", link]) => tags::unlink(account, link, now),
        (_, ["lists", rest @ ..]) => lists::route(account, request, rest, now),
        (_, ["fields", rest @ ..]) => fields::route(account, request, rest),
        ("POST", ["fieldOption", "bulk"]) => fields::add_options(account, request),
        ("POST", ["fieldValues"]) | ("PUT", ["fieldValues", _]) => fields::set_value(account, request, now),
        ("POST", ["listGroups" | "fieldRels" | "groupMembers"]) => Answer::json(201, &request.json()),
        (_, ["tags", rest @ ..]) => tags::route(account, request, rest, knobs),
        ("GET", ["webhook", "events"]) => webhooks::events(),
        (_, ["webhooks", rest @ ..]) => webhooks::route(account, request, rest),
        ("GET", ["import", "bulk_import"]) => Answer::ok(&account.imports.backlog(now)),
        ("GET", ["import", "info"]) => import_info(account, request, knobs, now),
        ("GET", ["settings", "account"]) => settings(account),
        ("GET", [what]) => collections::across_contacts(account, request, what),
        _ => Answer::html(404, "Not Found"),
    }
}

/// Nobody has shown what the provider answers here.
fn settings(account: &Account) -> Answer {
    let limit = account.contact_limit.map(|limit| limit.to_string());
    Answer::ok(
        &json!({"account": {"subscriber_limit": limit, "subscriber_count": account.alive.to_string()}}),
    )
}

fn import_info(account: &mut Account, request: &Request, knobs: &Knobs, now: f64) -> Answer {
    let Some(batch) = request.text("batchId") else {
        return Answer::json(400, &json!({"success": 0, "message": "'batchId' is a required field."}));
    };
    match (account.imports.info(batch, now, knobs), knobs.unknown_batch) {
        (Some(info), _) => info,
        (None, 200) => Answer::ok(&json!({"status": false})),
        (None, 404) => Answer::not_found("Import", batch),
        (None, _) => Answer::json(400, &json!({"success": 0, "message": "No such import."})),
    }
}
