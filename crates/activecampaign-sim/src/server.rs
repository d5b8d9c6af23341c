//! The HTTP server, and what all of its connections share.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::account::Account;
use crate::answer::{Answer, Request};
use crate::body::Paced;
use crate::clock::{Clock, http_date};
use crate::delivery::{Delivery, carry_all};
use crate::faults::Faults;
use crate::limits::Meter;
use crate::{Config, FaultKind, Knobs, sim};

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

impl State {
    /// Writes a request into the journal.
    pub(crate) fn note(
        &mut self,
        request: &Request,
        path: &str,
        status: u16,
        fault: Option<FaultKind>,
        at: f64,
    ) {
        if self.journal.len() == JOURNAL {
            self.journal.pop_front();
        }
        let (method, path) = (request.method.clone(), path.to_owned());
        self.journal.push_back(Entry { at, method, path, status, fault: fault.map(FaultKind::word) });
    }
}

pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) clock: Clock,
    pub(crate) knobs: Knobs,
    post: mpsc::UnboundedSender<Delivery>,
}

impl Shared {
    /// Works on the state as it is now: with every import carried out whose time has come.
    pub(crate) fn locked<T>(&self, work: impl FnOnce(&mut State, f64) -> T) -> T {
        let mut state = self.state.lock();
        // Read under the lock, so that times rise.
        let now = self.clock.now();
        state.account.advance(now, &self.knobs);
        let result = work(&mut state, now);
        let outbox = std::mem::take(&mut state.account.outbox);
        drop(state);
        for delivery in outbox {
            // Nobody carries any more once the simulator has stopped.
            let _ = self.post.send(delivery);
        }
        result
    }

    /// Has the account carry out what is due by then, even if nobody asks it anything.
    pub(crate) fn look_again_at(self: &Arc<Self>, end: f64, now: f64) {
        let (shared, wait) = (Arc::downgrade(self), self.clock.real((end - now) / 1_000.0));
        tokio::spawn(async move {
            if !wait.is_zero() {
                // A little later than exactly then is not too early.
                tokio::time::sleep(wait + Duration::from_millis(1)).await;
            }
            if let Some(shared) = shared.upgrade() {
                shared.locked(|_, _| ());
            }
        });
    }
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
    let (post, posted) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared { state: Mutex::new(state), clock, knobs: config.knobs, post });
    // Weak: the carrier ends when the last sender is gone, and that one is in there.
    let account = Arc::downgrade(&shared);
    tokio::spawn(carry_all(posted, move |delivery, status| {
        if let (Some(410), Some(webhook), Some(shared)) = (status, delivery.webhook, account.upgrade()) {
            shared.locked(|state, _| state.account.deactivate_webhook(webhook));
        }
    }));
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
) -> Result<hyper::Response<Paced>, Reset> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LONGEST_BODY).collect().await else {
        return Ok(response(Answer::html(413, "Request Entity Too Large"), &shared.clock, Paced::at_once));
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
        let answer = sim::route(&shared, &request);
        return Ok(response(answer, &shared.clock, Paced::at_once));
    }
    let (answer, fault) = shared.answer(&request, key.as_deref());
    deliver(&shared, answer, fault).await
}

async fn deliver(
    shared: &Shared,
    mut answer: Answer,
    fault: Option<FaultKind>,
) -> Result<hyper::Response<Paced>, Reset> {
    match fault {
        Some(FaultKind::ResetBefore | FaultKind::ResetAfter) => return Err(Reset),
        Some(FaultKind::TimeoutAfter) => {
            tokio::time::sleep(shared.clock.real(90.0).max(Duration::from_secs(6))).await;
            return Err(Reset);
        }
        Some(FaultKind::SlowBody) => {
            let wait = shared.clock.real(5.0);
            return Ok(response(answer, &shared.clock, |body| Paced::slow(body, wait)));
        }
        Some(FaultKind::Truncated) => answer.body.truncate(answer.body.len() / 2),
        Some(FaultKind::EmptyOk) => answer = Answer { status: 200, body: bytes::Bytes::new(), ..answer },
        _ => {}
    }
    Ok(response(answer, &shared.clock, Paced::at_once))
}

fn response(
    answer: Answer,
    clock: &Clock,
    paced: impl FnOnce(bytes::Bytes) -> Paced,
) -> hyper::Response<Paced> {
    let now = clock.now();
    let mut response = hyper::Response::builder()
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
        response = response.header(name, value);
    }
    let failed = |_| hyper::Response::new(Paced::at_once(bytes::Bytes::new()));
    response.body(paced(answer.body)).unwrap_or_else(failed)
}
