//! The HTTP server: keys, limits, faults, and the way to the routes.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::account::Account;
use crate::answer::{Answer, Request, with_number_ids};
use crate::clock::{Clock, http_date};
use crate::faults::Faults;
use crate::imports::{ImportBody, MOST_BYTES, refusal, validate};
use crate::limits::Meter;
use crate::{Config, FaultKind, KEY, Knobs, RESTRICTED_KEY, collections, contacts, sim};

/// A request as it stands in the journal.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    at: f64,
    method: String,
    path: String,
    status: u16,
    fault: Option<&'static str>,
}

const JOURNAL: usize = 10_000;

pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) meter: Option<Meter>,
    pub(crate) faults: Faults,
    pub(crate) requests: u64,
    pub(crate) journal: VecDeque<Entry>,
    /// When each import was accepted, in milliseconds of the account's clock.
    pub(crate) imported_at: Vec<f64>,
}

struct Shared {
    state: Mutex<State>,
    clock: Clock,
    knobs: Knobs,
}

/// A running simulator. It stops when it is dropped or told to.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Simulator {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening and drops every connection.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.accepting.await;
    }
}

/// Starts a simulator on the current runtime.
///
/// # Errors
/// If it cannot listen there.
pub async fn start(config: Config) -> std::io::Result<Simulator> {
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let clock = Clock::new(config.speed);
    let state = State {
        account: Account::new(&config, clock.now()),
        meter: config.limits.as_ref().map(Meter::new),
        faults: Faults::new(config.faults, config.seed),
        requests: 0,
        journal: VecDeque::new(),
        imported_at: Vec::new(),
    };
    let shared = Arc::new(Shared { state: Mutex::new(state), clock, knobs: config.knobs });
    let (stop, stopped) = watch::channel(false);
    let accepting = tokio::spawn(accept(listener, shared, stopped));
    Ok(Simulator { address, stop, accepting })
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let (shared, mut stopped) = (Arc::clone(&shared), stopped.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| serve(Arc::clone(&shared), request));
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                // A broken connection is what the faults are for.
                _ = connection => {}
                _ = stopped.changed() => {}
            }
        });
    }
}

/// A connection that breaks without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset on purpose")]
struct Reset;

const LONGEST_BODY: usize = 4 << 20;

async fn serve(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Reset> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LONGEST_BODY).collect().await else {
        return Ok(response(Answer::html(413, "Request Entity Too Large"), &shared.clock));
    };
    let key = head.headers.get("api-token").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let query =
        form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let request = Request {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query,
        body: body.to_bytes(),
    };
    if request.path.starts_with("/sim/") {
        let now = shared.clock.now();
        let mut state = shared.state.lock();
        state.account.advance(now, &shared.knobs);
        let answer = sim::route(&mut state, &request, now);
        drop(state);
        return Ok(response(answer, &shared.clock));
    }
    let (answer, fault) = shared.answer(&request, key.as_deref());
    deliver(&shared, answer, fault).await
}

async fn deliver(
    shared: &Shared,
    mut answer: Answer,
    fault: Option<FaultKind>,
) -> Result<hyper::Response<Full<Bytes>>, Reset> {
    match fault {
        Some(FaultKind::ResetBefore | FaultKind::ResetAfter) => return Err(Reset),
        Some(FaultKind::TimeoutAfter) => {
            tokio::time::sleep(shared.clock.real(90.0).max(std::time::Duration::from_secs(6))).await;
            return Err(Reset);
        }
        Some(FaultKind::SlowBody) => tokio::time::sleep(shared.clock.real(5.0)).await,
        Some(FaultKind::Truncated) => answer.body.truncate(answer.body.len() / 2),
        Some(FaultKind::EmptyOk) => answer.body = Bytes::new(),
        _ => {}
    }
    Ok(response(answer, &shared.clock))
}

fn response(answer: Answer, clock: &Clock) -> hyper::Response<Full<Bytes>> {
    let now = clock.now();
    let mut builder = hyper::Response::builder()
        .status(answer.status)
        .header("content-type", answer.kind)
        .header("date", http_date(now))
        .header("server", "cloudflare")
        .header("cache-control", "no-store, no-cache, must-revalidate")
        .header(
            "x-request-id",
            format!("{:08x}-0000-4000-8000-{:012x}", now.to_bits() >> 32, now.to_bits() & 0xffff_ffff),
        )
        .header("cf-ray", format!("{:016x}-SIM", now.to_bits()));
    for (name, value) in answer.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(answer.body)).unwrap_or_default()
}

impl Shared {
    /// The answer to a request, and the fault that the connection suffers.
    fn answer(&self, request: &Request, key: Option<&str>) -> (Answer, Option<FaultKind>) {
        let path = request.path.strip_prefix("/api/3").map(|path| path.trim_matches('/')).unwrap_or_default();
        // The heavy part, and the only one that needs nothing of the account.
        let import = (request.method == "POST" && path == "import/bulk_import").then(|| parse(request));
        let now = self.clock.now();
        let mut state = self.state.lock();
        state.requests += 1;
        state.account.advance(now, &self.knobs);
        let fault = state.faults.strike(path, false);
        let answer = self.checked(&mut state, request, path, key, import, fault, now);
        let word = fault
            .and_then(|fault| FaultKind::ALL.iter().find(|(kind, _)| *kind == fault))
            .map(|(_, word)| *word);
        if state.journal.len() == JOURNAL {
            state.journal.pop_front();
        }
        let (method, path) = (request.method.clone(), path.to_owned());
        state.journal.push_back(Entry { at: now, method, path, status: answer.status, fault: word });
        (answer, fault)
    }

    #[expect(clippy::too_many_arguments, reason = "one call, split for length")]
    fn checked(
        &self,
        state: &mut State,
        request: &Request,
        path: &str,
        key: Option<&str>,
        import: Option<Result<ImportBody, Answer>>,
        fault: Option<FaultKind>,
        now: f64,
    ) -> Answer {
        if !request.path.starts_with("/api/3") {
            return Answer::html(404, "Not Found");
        }
        let is_restricted = key == Some(RESTRICTED_KEY);
        if key != Some(KEY) && !is_restricted {
            return Answer::json(403, &json!({"message": "Forbidden"}));
        }
        if let Some(meter) = &mut state.meter
            && !meter.request(now, self.knobs.window)
        {
            return self.too_many(meter.general_limit());
        }
        if let Some(answer) = fault.and_then(|fault| self.instead(state, fault)) {
            return answer;
        }
        if is_restricted && !path.starts_with("users") && !path.is_empty() {
            let what = path.split('/').next().unwrap_or_default();
            let detail = format!("You do not have permission to view {what}.");
            return Answer::json(
                403,
                &json!({"errors": [{"status": 403, "title": "Forbidden", "detail": detail}]}),
            );
        }
        match import {
            Some(import) => self.import(state, import, request.body.len(), now),
            None => {
                let mut answer = route(state, request, path, &self.knobs, now);
                if self.knobs.number_ids
                    && let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body)
                {
                    with_number_ids(&mut value);
                    answer.body = Bytes::from(value.to_string());
                }
                answer
            }
        }
    }

    fn too_many(&self, limit: usize) -> Answer {
        let answer = Answer::json(429, &json!({"message": "Too Many Requests"}));
        if !self.knobs.rate_headers {
            return answer;
        }
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
        let error = |status: u16| Answer::json(status, &json!({"message": "Server Error"}));
        let limit = state.meter.as_ref().map_or(5, Meter::general_limit);
        Some(match fault {
            FaultKind::TooMany => self.too_many(limit),
            FaultKind::TooManyBare => {
                Answer { status: 429, body: Bytes::new(), kind: "text/plain", headers: Vec::new() }
            }
            FaultKind::TooManyHtml => Answer::html(429, "Too Many Requests"),
            FaultKind::BulkLimit => bulk_limit(100),
            FaultKind::ServerError => error(500),
            FaultKind::BadGateway => Answer::html(502, "Bad gateway"),
            FaultKind::Unavailable => error(503),
            FaultKind::Unknown => Answer::html(520, "Web server is returning an unknown error"),
            FaultKind::HtmlOk => Answer::html(200, "ActiveCampaign"),
            FaultKind::Forbidden => Answer::json(403, &json!({"message": "Forbidden"})),
            // Never carried out, and never answered either.
            FaultKind::ResetBefore => error(500),
            _ => return None,
        })
    }

    fn import(
        &self,
        state: &mut State,
        import: Result<ImportBody, Answer>,
        bytes: usize,
        now: f64,
    ) -> Answer {
        let count = import.as_ref().map_or(2, |body| body.contacts.len());
        if let Some(meter) = &mut state.meter
            && let Err(limit) = meter.import(now, count, self.knobs.window)
        {
            return bulk_limit(limit);
        }
        if bytes > MOST_BYTES {
            return match self.knobs.oversize {
                413 => Answer::html(413, "Request Entity Too Large"),
                _ => Answer::json(400, &refusal("The request must have fewer than 400000 bytes")),
            };
        }
        let body = match import {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        if let Err(reasons) = validate(&body, &self.knobs) {
            return Answer::json(400, &reasons);
        }
        let fault = state.faults.strike("import/bulk_import", true);
        let (id, queued) = state.account.queue(body, fault, now);
        state.imported_at.push(now);
        let success = if self.knobs.capital_success { "Success" } else { "success" };
        Answer::ok(
            &json!({success: 1, "queued_contacts": queued, "batchId": id, "message": "Contact import queued"}),
        )
    }
}

fn bulk_limit(limit: usize) -> Answer {
    let reason = format!(
        "Up to {limit} imports may be requested per minute. Please batch contacts into larger requests, or retry this request in a minute."
    );
    Answer::json(400, &json!({"success": 0, "message": "Rate limit exceeded.", "failureReasons": [reason]}))
}

fn parse(request: &Request) -> Result<ImportBody, Answer> {
    serde_json::from_slice(&request.body)
        .map_err(|_| Answer::json(400, &refusal("Invalid or unparsable json")))
}

fn route(state: &mut State, request: &Request, path: &str, knobs: &Knobs, now: f64) -> Answer {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let account = &mut state.account;
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", []) => Answer::ok(&json!({})),
        ("GET", ["users", "me"]) => collections::me(),
        ("GET", ["users"]) => collections::users(request),
        ("POST", ["contact", "sync"]) => contacts::sync(account, request, now),
        (_, ["contacts", rest @ ..]) => contacts::route(account, request, rest, now),
        ("POST", ["contactLists"]) => contacts::set_membership(account, request, now),
        ("POST", ["contactTags"]) => collections::add_contact_tag(account, request),
        ("DELETE", ["contactTags", link]) => collections::remove_contact_tag(account, link),
        (_, ["lists", rest @ ..]) => collections::lists(account, request, rest, now),
        (_, ["fields", rest @ ..]) => collections::fields(account, request, rest),
        ("POST", ["fieldOption", "bulk"]) => collections::add_options(account, request),
        ("POST" | "PUT", ["fieldValues", ..]) => collections::set_field_value(account, request),
        ("POST", ["listGroups" | "fieldRels" | "groupMembers"]) => Answer::json(201, &request.json()),
        (_, ["tags", rest @ ..]) => collections::tags(account, request, rest, knobs),
        ("GET", ["webhook", "events"]) => collections::webhook_events(request),
        (_, ["webhooks", rest @ ..]) => collections::webhooks(account, request, rest),
        ("GET", ["import", "bulk_import"]) => Answer::ok(&account.import_backlog(now)),
        ("GET", ["import", "info"]) => import_info(account, request, knobs, now),
        ("GET", ["settings", "account"]) => Answer::ok(
            &json!({"account": {"subscriber_limit": account.contact_limit.map(|limit| limit.to_string())}}),
        ),
        ("GET", [what]) => collections::across_contacts(account, request, what),
        _ => Answer::html(404, "Not Found"),
    }
}

fn import_info(account: &Account, request: &Request, knobs: &Knobs, now: f64) -> Answer {
    let Some(batch) = request.text("batchId") else {
        return Answer::json(400, &json!({"success": 0, "message": "'batchId' is a required field."}));
    };
    match (account.import_info(batch, now, knobs), knobs.unknown_batch) {
        (Some(info), _) => Answer::ok(&info),
        (None, 200) => Answer::ok(&json!({"status": false})),
        (None, 404) => Answer::not_found("Import", batch),
        (None, _) => Answer::json(400, &json!({"success": 0, "message": "No such import."})),
    }
}
