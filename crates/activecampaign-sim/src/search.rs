//! `GET /contacts`: filters, order, pages, and what comes along with them.

use serde_json::{Value, json};

use crate::account::{Account, Attribute, Contact};
use crate::answer::{Answer, Request, page_of};
use crate::clock;
use crate::contacts::{as_read, membership};
use crate::{fields, tags};

/// A request's filters, read once for all contacts. Those that are not here let everybody through, as at the provider.
struct Filters<'a> {
    list: Option<u32>,
    status: Option<u8>,
    tag: Option<u32>,
    excluded: Option<u32>,
    less: Option<u32>,
    ids: Vec<u32>,
    /// Looked up, not filtered by.
    email: Option<&'a str>,
    email_like: Option<String>,
    search: Option<String>,
    phone: Option<&'a str>,
    updated: Span,
    created: Span,
}

/// Times between two, both left out where a request does not name them.
struct Span {
    after: Option<f64>,
    before: Option<f64>,
}

impl Span {
    fn of(request: &Request, what: &str) -> Self {
        let time = |end: &str| request.text(&format!("filters[{what}_{end}]")).and_then(clock::read);
        Self { after: time("after"), before: time("before") }
    }

    fn holds(&self, at: f64) -> bool {
        self.after.is_none_or(|after| at > after) && self.before.is_none_or(|before| at < before)
    }
}

impl<'a> Filters<'a> {
    fn of(request: &'a Request) -> Self {
        let positive = |key: &str| request.number(key).filter(|&number| number > 0);
        let lower = |key: &str| request.text(key).map(str::to_lowercase);
        Self {
            list: positive("listid"),
            // -1 is anybody.
            status: request.text("status").and_then(|status| status.parse().ok()),
            tag: positive("tagid"),
            excluded: request.number("exclude"),
            less: request.number("id_less"),
            ids: request.all("ids[]").filter_map(|number| number.parse().ok()).collect(),
            email: request.text("email"),
            email_like: lower("email_like"),
            search: lower("search"),
            phone: request.text("phone"),
            updated: Span::of(request, "updated"),
            created: Span::of(request, "created"),
        }
    }

    fn hold(&self, number: u32, contact: &Contact) -> bool {
        let has_status = |status: u8| self.status.is_none_or(|asked| asked == status);
        let is_there = match self.list {
            Some(list) => contact.on_list(list).is_some_and(|on| has_status(on.status)),
            None => self.status.is_none() || contact.lists.iter().any(|on| has_status(on.status)),
        };
        let contains = |part: &Option<String>, text: &str| {
            part.as_ref().is_none_or(|part| text.to_lowercase().contains(part.as_str()))
        };
        let is_found = || {
            let of_person = [Attribute::Email, Attribute::FirstName, Attribute::LastName];
            let is_in = |attribute| contains(&self.search, contact.text(attribute));
            self.search.is_none() || of_person.into_iter().any(is_in)
        };
        is_there
            && self.less.is_none_or(|less| number < less)
            && self.excluded.is_none_or(|excluded| excluded != number)
            && (self.ids.is_empty() || self.ids.contains(&number))
            && self.tag.is_none_or(|tag| contact.tags.contains(&tag))
            && self.phone.is_none_or(|phone| contact.text(Attribute::Phone).starts_with(phone))
            && contains(&self.email_like, contact.text(Attribute::Email))
            && is_found()
            && self.updated.holds(contact.updated)
            && self.created.holds(contact.created)
    }
}

type Found<'a> = (u32, &'a Contact);

/// The order that is asked for, and whether it is reversed; none is by rising id, as contacts are kept.
fn order(request: &Request) -> Option<(&'static str, bool)> {
    let asked = |key: &str| request.text(&format!("orders[{key}]"));
    let keys = ["id", "email", "first_name", "last_name", "cdate"];
    let (key, direction) = keys.into_iter().find_map(|key| asked(key).map(|direction| (key, direction)))?;
    let is_descending = direction.eq_ignore_ascii_case("desc");
    (key != "id" || is_descending).then_some((key, is_descending))
}

fn sorted<'a>(found: impl Iterator<Item = Found<'a>>, key: &str, is_descending: bool) -> Vec<Found<'a>> {
    let by_text = |of: Attribute| move |(_, contact): &Found| contact.text(of).to_lowercase();
    let mut found: Vec<Found> = found.collect();
    match key {
        "email" => found.sort_by_cached_key(by_text(Attribute::Email)),
        "first_name" => found.sort_by_cached_key(by_text(Attribute::FirstName)),
        "last_name" => found.sort_by_cached_key(by_text(Attribute::LastName)),
        "cdate" => found.sort_by(|(_, one), (_, other)| one.created.total_cmp(&other.created)),
        _ => {}
    }
    if is_descending {
        found.reverse();
    }
    found
}

pub(crate) fn contacts(account: &Account, request: &Request) -> Answer {
    let (limit, offset) = request.page();
    let filters = Filters::of(request);
    let after = request.number("id_greater").unwrap_or(0);
    let is_found = |(number, contact): &Found| *number > after && filters.hold(*number, contact);
    let (total, page) = match (filters.email, order(request)) {
        // The only lookup that is made a thousand times over.
        (Some(email), _) => {
            let known = account.find(email).and_then(|number| Some((number, account.get(number)?)));
            page_of(known.into_iter().filter(is_found), request)
        }
        (None, None) => page_of(account.contacts_after(after).filter(is_found), request),
        (None, Some((key, is_descending))) => {
            let found = account.contacts_after(after).filter(is_found);
            page_of(sorted(found, key, is_descending).into_iter(), request)
        }
    };
    let contacts: Vec<Value> = page.iter().map(|(number, contact)| as_read(*number, contact)).collect();
    let mut answer = json!({"scoreValues": [], "contacts": contacts, "meta": {"page_input": {
        "segmentid": null, "formid": 0, "listid": request.number("listid").unwrap_or(0),
        "tagid": request.number("tagid").unwrap_or(0), "limit": limit, "offset": offset,
        "search": request.text("search"), "sort": null, "seriesid": 0, "waitid": 0,
        "status": request.text("status").and_then(|status| status.parse::<i64>().ok()).unwrap_or(-1),
        "forceQuery": 0, "cacheid": format!("{total:032x}")}, "total": total.to_string(), "sortable": true}});
    include(&mut answer, &page, request);
    Answer::ok(&answer)
}

fn include(answer: &mut Value, page: &[Found], request: &Request) {
    let is_asked = |what: &str| {
        request.text("include").is_some_and(|include| include.split(',').any(|part| part.trim() == what))
    };
    if is_asked("contactLists") {
        let lists =
            page.iter().flat_map(|(number, contact)| contact.lists.iter().map(|on| membership(*number, on)));
        answer["contactLists"] = lists.collect();
    }
    if is_asked("fieldValues") {
        answer["fieldValues"] =
            page.iter().flat_map(|(number, contact)| fields::values(*number, contact)).collect();
    }
    if is_asked("contactTags") {
        answer["contactTags"] =
            page.iter().flat_map(|(number, contact)| tags::links(*number, contact)).collect();
    }
}
