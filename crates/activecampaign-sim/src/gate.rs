//! What stands before the endpoints: the key, the limits, the faults; and the imports, which have limits of their own.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::answer::{Answer, Request, with_number_ids};
use crate::import_body::{Body, MOST_BYTES, refusal, validate};
use crate::limits::Meter;
use crate::routes::route;
use crate::server::{Shared, State};
use crate::{FaultKind, Ids, KEY, Knobs, Page, RESTRICTED_KEY};

const IMPORTS: &str = "import/bulk_import";

/// An import before the account is asked about it.
struct Handed {
    /// How many contacts it holds, or would hold.
    contacts: usize,
    bytes: usize,
    body: Result<Body, Answer>,
}

impl Handed {
    /// The heavy part, and the only one that needs nothing of the account.
    fn read(request: &Request, knobs: &Knobs) -> Self {
        let bytes = request.body.len();
        let Some(body) = Body::read(request.body.clone()) else {
            let answer = Answer::json(400, &refusal("Invalid or unparsable json"));
            return Self { contacts: 0, bytes, body: Err(answer) };
        };
        let contacts = body.borrow_dependent().contacts.len();
        let checked = validate(body.borrow_dependent(), knobs).map_err(|reasons| Answer::json(400, &reasons));
        Self { contacts, bytes, body: checked.map(|()| body) }
    }
}

impl Shared {
    /// The answer to a request, and the fault that the connection suffers.
    pub(crate) fn answer(
        self: &Arc<Self>,
        request: &Request,
        key: Option<&str>,
    ) -> (Answer, Option<FaultKind>) {
        let path =
            request.path.strip_prefix("/api/3").filter(|path| path.is_empty() || path.starts_with('/'));
        let Some(path) = path.map(|path| path.trim_matches('/')) else {
            return (Answer::html(404, "Not Found"), None);
        };
        let is_import = request.method == "POST" && path == IMPORTS;
        let import = is_import.then(|| Handed::read(request, &self.knobs));
        self.locked(|state, now| {
            state.requests += 1;
            let (answer, fault) = match self.refused(state, key, is_import, now) {
                Some(refused) => (refused, None),
                None => self.let_in(state, request, path, key == Some(RESTRICTED_KEY), import, now),
            };
            state.note(request, path, answer.status, fault, now);
            (answer, fault)
        })
    }

    /// The answer to a request that comes without a key or once too often.
    fn refused(&self, state: &mut State, key: Option<&str>, is_import: bool, now: f64) -> Option<Answer> {
        if key != Some(KEY) && key != Some(RESTRICTED_KEY) {
            return Some(page(self.knobs.bad_key, 403, "Forbidden"));
        }
        let meter = state.meter.as_mut().filter(|_| !is_import || self.knobs.import_counts)?;
        if meter.request(now, self.knobs.window) {
            return None;
        }
        Some(self.too_many(self.knobs.limit_body, self.knobs.rate_headers.then(|| meter.general_limit())))
    }

    fn let_in(
        self: &Arc<Self>,
        state: &mut State,
        request: &Request,
        path: &str,
        is_restricted: bool,
        import: Option<Handed>,
        now: f64,
    ) -> (Answer, Option<FaultKind>) {
        let fault = state.faults.strike(path, false);
        if let Some(answer) = fault.and_then(|fault| self.instead(state, fault)) {
            return (answer, fault);
        }
        if is_restricted && !path.starts_with("users") && !path.is_empty() {
            let what = path.split('/').next().unwrap_or_default();
            let detail = format!("You do not have permission to view {what}.");
            let error = json!({"status": 403, "title": "Forbidden", "detail": detail});
            return (Answer::json(403, &json!({"errors": [error]})), fault);
        }
        if let Some(import) = import {
            return (self.import(state, import, now), fault);
        }
        let mut answer = route(&mut state.account, request, path, &self.knobs, now);
        let has_numbers = match self.knobs.ids {
            Ids::Text => false,
            Ids::Numbers => true,
            Ids::Drifting => state.requests.is_multiple_of(2),
        };
        if has_numbers && let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) {
            with_number_ids(&mut value);
            answer.body = Bytes::from(value.to_string());
        }
        (answer, fault)
    }

    /// A 429, and its headers if it is to say the limit.
    fn too_many(&self, body: Page, limit: Option<usize>) -> Answer {
        let answer = page(body, 429, "Too Many Requests");
        let Some(limit) = limit else { return answer };
        let wait = self.real_seconds(self.knobs.retry_after);
        answer.with("RateLimit-Limit", limit).with("RateLimit-Remaining", 0).with("Retry-After", wait)
    }

    /// What a client is told to wait is in its own seconds, which pass at another speed.
    fn real_seconds(&self, seconds: u64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "seconds")]
        let real = self.clock.real(seconds as f64).as_secs_f64();
        if real.fract() == 0.0 { format!("{real:.0}") } else { format!("{real:.4}") }
    }

    /// The answer of a fault that keeps a request from being carried out.
    fn instead(&self, state: &State, fault: FaultKind) -> Option<Answer> {
        let limit = state.meter.as_ref().map_or(5, Meter::general_limit);
        let error = |status: u16| page(Page::Json, status, "Server Error");
        Some(match fault {
            FaultKind::TooMany => self.too_many(Page::Json, self.knobs.rate_headers.then_some(limit)),
            FaultKind::TooManyBare => self.too_many(Page::Empty, None),
            FaultKind::TooManyHtml => self.too_many(Page::Html, None),
            FaultKind::BulkLimit => bulk_limit(100),
            FaultKind::ServerError => error(500),
            FaultKind::ServerErrorPage => Answer::html(500, "Internal Server Error"),
            FaultKind::BadGateway => error(502),
            FaultKind::BadGatewayPage => Answer::html(502, "Bad gateway"),
            FaultKind::Unavailable => error(503),
            FaultKind::UnavailablePage => Answer::html(503, "Service Unavailable"),
            FaultKind::Unknown => Answer::html(520, "Web server is returning an unknown error"),
            FaultKind::HtmlOk => Answer::html(200, "ActiveCampaign"),
            FaultKind::Forbidden => Answer::json(403, &json!({"message": "Forbidden"})),
            FaultKind::Unpaid => Answer::json(402, &json!({"message": "Payment Required"})),
            // Never carried out, and never answered either.
            FaultKind::ResetBefore => error(500),
            _ => return None,
        })
    }

    fn import(self: &Arc<Self>, state: &mut State, import: Handed, now: f64) -> Answer {
        if let Some(meter) = &mut state.meter
            && let Err(limit) = meter.import(now, import.contacts, self.knobs.window)
        {
            return bulk_limit(limit);
        }
        if import.bytes > MOST_BYTES {
            return match self.knobs.oversize {
                413 => Answer::html(413, "Request Entity Too Large"),
                _ => Answer::json(400, &refusal("The request must have fewer than 400000 bytes")),
            };
        }
        let body = match import.body {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let fault = state.faults.strike(IMPORTS, true);
        let queued = state.account.queue(body, fault, now);
        state.imported_at.push(now);
        if let Some(end) = queued.wanted_at {
            self.look_again_at(end, now);
        }
        let success = if self.knobs.capital_success { "Success" } else { "success" };
        let answer = json!({success: 1, "queued_contacts": queued.contacts, "batchId": queued.id,
            "message": "Contact import queued"});
        Answer::ok(&answer)
    }
}

fn page(kind: Page, status: u16, words: &str) -> Answer {
    match kind {
        Page::Json => Answer::json(status, &json!({"message": words})),
        Page::Html => Answer::html(status, words),
        Page::Empty => Answer::empty(status),
    }
}

fn bulk_limit(limit: usize) -> Answer {
    let reason = format!(
        "Up to {limit} imports may be requested per minute. Please batch contacts into larger requests, or retry this request in a minute."
    );
    Answer::json(400, &json!({"success": 0, "message": "Rate limit exceeded.", "failureReasons": [reason]}))
}
