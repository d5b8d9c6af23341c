//! What can be seen and arranged below `/sim/`, without a key and without being counted.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::answer::{Answer, Request, text};
use crate::clock::iso;
use crate::collections::add_exclusion;
use crate::server::State;

pub(crate) fn route(state: &mut State, request: &Request, now: f64) -> Answer {
    match (request.method.as_str(), request.path.trim_start_matches("/sim/")) {
        ("GET", "state") => Answer::ok(&counters(state)),
        ("GET", "contacts") => dump(state),
        ("GET", "journal") => Answer::ok(&json!(state.journal)),
        ("POST", "contacts/bounce") => {
            let email = text(request.json().get("email")).unwrap_or_default();
            if state.account.bounce(&email) {
                Answer::ok(&json!({}))
            } else {
                Answer::not_found("Subscriber", "?")
            }
        }
        ("POST", "exclusions") if add_exclusion(&mut state.account, &request.json()) => {
            Answer::ok(&json!({}))
        }
        ("POST", "contact-limit") => {
            state.account.contact_limit =
                request.json().as_u64().and_then(|limit| usize::try_from(limit).ok());
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
        _ => Answer::json(
            404,
            &json!({"message": "see the documentation of activecampaign-sim for what is here"}),
        ),
    }
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
        "limits": state.meter.as_ref().map(crate::limits::Meter::report),
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
