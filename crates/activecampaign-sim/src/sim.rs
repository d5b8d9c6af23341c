//! What can be seen and arranged below `/sim/`, without a key and without being counted.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::answer::{Answer, Request, text};
use crate::clock::iso;
use crate::limits::Meter;
use crate::server::{Shared, State};
use crate::webhooks::Event;

pub(crate) fn route(shared: &Shared, request: &Request) -> Answer {
    let what = request.path.trim_start_matches("/sim/");
    if (request.method.as_str(), what) == ("POST", "clock") {
        // Before the account is looked at: what falls due now is carried out below.
        shared.clock.put_forward(request.json()["forward"].as_f64().unwrap_or(0.0));
    }
    shared.locked(|state, now| match (request.method.as_str(), what) {
        ("GET", "state") => Answer::ok(&counters(state)),
        ("GET", "contacts") => dump(state),
        ("GET", "journal") => Answer::ok(&json!(state.journal)),
        ("POST", "clock") => Answer::ok(&json!({"at": iso(now)})),
        ("POST", "contacts/bounce") => bounce(state, &request.json(), now),
        ("POST", "exclusions") if state.account.exclude(&request.json()) => Answer::ok(&json!({})),
        ("POST", "contact-limit") => {
            let limit = request.json().as_u64().and_then(|limit| usize::try_from(limit).ok());
            state.account.contact_limit = limit;
            Answer::ok(&json!({}))
        }
        ("POST", "faults") => replace_faults(state, &request.json()),
        ("POST", "reset-counters") => {
            state.requests = 0;
            state.imported_at = Vec::new();
            if let Some(meter) = &mut state.meter {
                meter.forget();
            }
            Answer::ok(&json!({"at": iso(now)}))
        }
        _ => {
            let words = "see the documentation of activecampaign-sim for what is here";
            Answer::json(404, &json!({"message": words}))
        }
    })
}

fn bounce(state: &mut State, given: &Value, now: f64) -> Answer {
    let email = text(given.get("email")).unwrap_or_default();
    let Some(contact) = state.account.bounce(&email, now) else { return Answer::no_contact() };
    state.account.announce(&Event::about("bounce", contact).by_system(), now);
    Answer::ok(&json!({}))
}

fn replace_faults(state: &mut State, given: &Value) -> Answer {
    let words = given.as_array().into_iter().flatten().filter_map(Value::as_str);
    match words.map(str::parse).collect::<Result<Vec<_>, _>>() {
        Ok(faults) => {
            state.faults.replace(faults);
            Answer::ok(&json!({}))
        }
        Err(error) => Answer::json(400, &json!({"message": error.to_string()})),
    }
}

fn counters(state: &State) -> Value {
    let (imports, imported) = state.account.imports.count();
    json!({
        "requests": state.requests,
        "limits": state.meter.as_ref().map(Meter::report),
        "contacts": state.account.alive,
        "lists": state.account.census(),
        "imports": {"batches": imports, "contacts": imported, "first": state.imported_at.first(), "last": state.imported_at.last()},
        "automations": {"by_import": state.account.automations.by_import, "by_membership": state.account.automations.by_membership},
    })
}

fn dump(state: &State) -> Answer {
    let mut lines = Vec::new();
    for (id, contact) in state.account.contacts() {
        lines.extend_from_slice(state.account.dump(id, contact).to_string().as_bytes());
        lines.push(b'\n');
    }
    Answer { status: 200, body: Bytes::from(lines), kind: "application/x-ndjson", headers: Vec::new() }
}
