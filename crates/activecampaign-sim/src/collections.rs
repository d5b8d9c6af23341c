//! What clients read besides: users, and collections over all contacts.

use serde_json::{Value, json};

use crate::account::{Account, Contact};
use crate::answer::{Answer, Request, nothing, paged};
use crate::contacts::{bounce_log, membership};
use crate::{fields, tags};

/// Collections that exist at the provider and are empty here. Anything else is no path at all.
const EMPTY: &[&str] = &[
    "accountContacts",
    "accountCustomFieldData",
    "accountCustomFieldMeta",
    "accounts",
    "activities",
    "addresses",
    "audiences",
    "automationBlocks",
    "automations",
    "brandings",
    "calendars",
    "campaignLists",
    "campaignMessages",
    "campaigns",
    "configs",
    "connections",
    "contactAutomations",
    "contactConversions",
    "contactData",
    "contactDeals",
    "contactEmails",
    "conversionTriggers",
    "conversions",
    "dealActivities",
    "dealCustomFieldData",
    "dealCustomFieldMeta",
    "dealGroupUsers",
    "dealGroups",
    "dealStages",
    "dealTasks",
    "dealTasktypes",
    "deals",
    "ecomCustomers",
    "ecomOrderActivities",
    "ecomOrders",
    "emailActivities",
    "forms",
    "goals",
    "groups",
    "links",
    "messages",
    "savedResponses",
    "scores",
    "segments",
    "segmentsV2",
    "siteMessages",
    "sms",
    "templates",
];

pub(crate) fn me() -> Answer {
    Answer::ok(&json!({"user": {"id": "1", "username": "admin", "firstName": "Sandbox", "lastName": "Admin",
        "email": "admin@sandbox.example", "links": {}}}))
}

pub(crate) fn users(request: &Request) -> Answer {
    let user = json!({"id": "1", "username": "admin", "links": {}});
    paged("users", std::iter::once(user), |user| user, request)
}

/// Collections over all contacts that clients read page by page.
pub(crate) fn across_contacts(account: &Account, request: &Request, what: &str) -> Answer {
    let contacts = account.contacts();
    match what {
        "contactLists" => {
            let all = contacts.flat_map(|(number, contact)| contact.lists.iter().map(move |on| (number, on)));
            paged(what, all, |(number, on)| membership(number, on), request)
        }
        "contactTags" => {
            let all = contacts
                .flat_map(|(number, contact)| contact.tags.iter().map(move |&tag| (number, contact, tag)));
            paged(what, all, |(number, contact, tag)| tags::link_as_read(number, contact, tag), request)
        }
        "fieldValues" => {
            let all = contacts
                .flat_map(|(number, contact)| contact.fields().map(move |value| (number, contact, value)));
            let read = |(number, contact, (field, value)): (u32, &Contact, (u32, &str))| {
                fields::value_as_read(number, contact, field, value)
            };
            paged(what, all, read, request)
        }
        "bounceLogs" => {
            let all = contacts.filter_map(|(number, contact)| bounce_log(number, contact));
            paged(what, all, |log: Value| log, request)
        }
        _ if EMPTY.contains(&what) => nothing(what),
        _ => Answer::html(404, "Not Found"),
    }
}
