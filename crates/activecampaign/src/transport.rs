//! One call: paced, sent, classified, retried.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use crate::answer::Answer;
use crate::error::{Error, clean};
use crate::host::PublicResolver;
use crate::pace::{Budget, Limits, Permit};
use crate::past::{Sent, Turn, Turns, Witness};
use crate::{ErrorKind, Host, HostPolicy};

/// How a client behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// What it may ask for in what time.
    pub limits: Limits,
    /// How long it insists.
    pub retry: Retry,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest wait for a whole answer.
    pub timeout: Duration,
    /// Who it says it is.
    pub user_agent: String,
}

/// How long a client insists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts of one call that reach the provider and fail there or on the way back.
    pub attempts: u32,
    /// The longest that one call goes on failing, rate limits not counted. A network that is gone is waited for that long.
    pub patience: Duration,
    /// The first wait between attempts; each is twice the one before.
    pub first_wait: Duration,
    /// The longest wait between attempts.
    pub longest_wait: Duration,
    /// The longest that one call waits for rate limits that the provider reports.
    pub limit_patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            retry: Retry {
                attempts: 8,
                patience: Duration::from_secs(15 * 60),
                first_wait: Duration::from_secs(1),
                longest_wait: Duration::from_secs(60),
                limit_patience: Duration::from_secs(60 * 60),
            },
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            user_agent: concat!("activecampaign-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl Options {
    /// For a simulator whose clock runs `factor` times as fast.
    #[must_use]
    pub fn sped_up(self, factor: f64) -> Self {
        // A busy machine needs its seconds whatever the clock of the simulator says.
        let faster = |span: Duration, least: Duration| span.div_f64(factor).max(least.min(span));
        let (moment, while_) = (Duration::from_millis(5), Duration::from_secs(20));
        let retry = Retry {
            attempts: self.retry.attempts,
            patience: faster(self.retry.patience, while_),
            first_wait: faster(self.retry.first_wait, moment),
            longest_wait: faster(self.retry.longest_wait, moment),
            limit_patience: faster(self.retry.limit_patience, while_),
        };
        let timeout = faster(self.timeout, Duration::from_secs(3));
        Self { limits: self.limits.sped_up(factor), retry, timeout, ..self }
    }
}

/// What a client has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests sent.
    pub requests: u64,
    /// Answers that were a rate limit.
    pub rate_limited: u64,
    /// Answers that were the provider's failure.
    pub server_errors: u64,
    /// Requests that were repetitions.
    pub retries: u64,
    /// Calls that wait for a limit of the import endpoint at this moment.
    pub waiting: usize,
}

#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    rate_limited: AtomicU64,
    server_errors: AtomicU64,
    retries: AtomicU64,
    waiting: AtomicUsize,
}

/// Which budgets a call takes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    General,
    Bulk,
    BulkSingle,
}

/// A call before it is sent. All calls of this client may be repeated: reads, and writes that set what they say.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) endpoint: &'static str,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) method: Method,
    pub(crate) body: Option<Bytes>,
    pub(crate) class: Class,
}

impl Call {
    pub(crate) fn get(endpoint: &'static str) -> Self {
        let (path, query) = (endpoint.to_owned(), Vec::new());
        Self { endpoint, path, query, method: Method::GET, body: None, class: Class::General }
    }

    pub(crate) fn post(endpoint: &'static str, body: Bytes) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(endpoint) }
    }

    pub(crate) fn at(self, path: String) -> Self {
        Self { path, ..self }
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.query.push((key, value.to_string()));
        self
    }
}

#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    host: Host,
    key: SecretString,
    retry: Retry,
    general: Budget,
    bulk: Budget,
    bulk_single: Budget,
    witness: Option<Witness>,
    turns: Option<Turns>,
    counters: Arc<Counters>,
    /// Whether key and host have proved themselves: from then on a 403 or a vanished name is a blip before it is a fault.
    proven: Arc<AtomicBool>,
    provider_time: Arc<Mutex<Option<DateTime<Utc>>>>,
}

const BLIPS: u32 = 2;
const UNPROVEN_ATTEMPTS: u32 = 3;

impl Transport {
    pub(crate) fn new(host: &Host, key: SecretString, options: Options) -> Result<Self, Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(options.user_agent)
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            // A followed redirect would turn a POST into a GET.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .dns_resolver(PublicResolver(host.policy()));
        if host.policy() == HostPolicy::AllowInsecure {
            builder = builder.no_proxy();
        } else {
            builder = builder.https_only(true);
        }
        let http = builder.build().map_err(|source| Error {
            words: clean(&source.without_url().to_string()),
            ..Error::new(ErrorKind::Other, "")
        })?;
        let limits = options.limits;
        Ok(Self {
            http,
            host: host.clone(),
            key,
            retry: options.retry,
            general: Budget::new(limits.shared(limits.general)),
            bulk: Budget::new(limits.shared(limits.bulk)),
            bulk_single: Budget::new(limits.shared(limits.bulk_single)),
            witness: None,
            turns: None,
            counters: Arc::default(),
            proven: Arc::default(),
            provider_time: Arc::default(),
        })
    }

    /// The same account with this key: connections and budgets are shared, what is counted is not.
    pub(crate) fn beside(&self, key: SecretString) -> Self {
        Self {
            http: self.http.clone(),
            host: self.host.clone(),
            key,
            retry: self.retry,
            general: self.general.beside(),
            bulk: self.bulk.beside(),
            bulk_single: self.bulk_single.beside(),
            witness: self.witness.clone(),
            turns: self.turns.clone(),
            counters: Arc::default(),
            proven: Arc::default(),
            provider_time: Arc::new(Mutex::new(self.provider_time())),
        }
    }

    /// The same in everything but its places in the queues.
    pub(crate) fn aside(&self) -> Self {
        Self {
            counters: Arc::clone(&self.counters),
            proven: Arc::clone(&self.proven),
            provider_time: Arc::clone(&self.provider_time),
            ..self.beside(self.key.clone())
        }
    }

    /// The same, with somebody who is told of imports.
    pub(crate) fn witnessed(&self, witness: Witness) -> Self {
        Self { witness: Some(witness), ..self.aside() }
    }

    /// The same, whose every request waits for its turn.
    pub(crate) fn in_turns(&self, turns: Turns) -> Self {
        Self { turns: Some(turns), ..self.aside() }
    }

    pub(crate) fn remember(&self, unused_for: Duration, sent: &[Sent]) -> Duration {
        self.general.rest(unused_for);
        self.bulk.remember(sent.iter().map(|sent| sent.ago));
        self.bulk_single.remember(sent.iter().filter(|sent| sent.is_single).map(|sent| sent.ago));
        self.bulk.wait()
    }

    pub(crate) fn usage(&self) -> Usage {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Usage {
            requests: read(&self.counters.requests),
            rate_limited: read(&self.counters.rate_limited),
            server_errors: read(&self.counters.server_errors),
            retries: read(&self.counters.retries),
            waiting: self.counters.waiting.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn provider_time(&self) -> Option<DateTime<Utc>> {
        *self.provider_time.lock()
    }

    /// Sends a call until it is answered for good. An answer that `read` cannot make sense of counts as lost on the way.
    pub(crate) async fn call<T>(
        &self,
        call: &Call,
        read: impl Fn(&[u8]) -> Result<T, ErrorKind>,
    ) -> Result<T, Error> {
        let mut attempts = Attempts::default();
        loop {
            let told = match self.attempt(call).await {
                Ok(answer) => match read(&answer.body) {
                    Ok(value) => {
                        self.proven.store(true, Ordering::Relaxed);
                        return Ok(value);
                    }
                    Err(kind) => answer.error(kind, call.endpoint),
                },
                Err(error) => error,
            };
            let error = Error { host: self.host.name().into(), ..told.without(self.key.expose_secret()) };
            let wait = self.next_wait(call, &error, &mut attempts)?;
            tracing::debug!(
                endpoint = call.endpoint,
                status = error.status,
                request = error.request_id,
                words = error.words,
                ?wait,
                "again"
            );
            self.counters.retries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(wait).await;
        }
    }

    async fn permits(&self, class: Class) -> [Option<Permit>; 3] {
        if class == Class::General {
            return [Some(self.general.acquire().await), None, None];
        }
        // The general budget comes last: who waits for an import's turn holds up nobody else.
        let _waiting = Waiting::new(&self.counters.waiting);
        let single = match class {
            Class::BulkSingle => Some(self.bulk_single.acquire().await),
            _ => None,
        };
        let bulk = self.bulk.acquire().await;
        [Some(self.general.acquire().await), Some(bulk), single]
    }

    /// Has an import noted that is about to be sent, where it counts.
    async fn bear_witness(&self, call: &Call) -> Result<(), Error> {
        let Some(witness) = &self.witness else { return Ok(()) };
        if call.class == Class::General || self.bulk.is_open() {
            return Ok(());
        }
        let noted = witness.note(call.class == Class::BulkSingle).await;
        noted.map_err(|words| Error {
            unsent: true,
            words: clean(&words),
            ..Error::new(ErrorKind::Network { ambiguous: false }, call.endpoint)
        })
    }

    /// Waits for the turn of a request, if there are turns.
    async fn turn(&self, call: &Call) -> Result<Option<Turn>, Error> {
        let Some(turns) = &self.turns else { return Ok(None) };
        let turn = turns.next().await;
        turn.map(Some).map_err(|words| Error::new(ErrorKind::NoTurn(words), call.endpoint))
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Error> {
        let permits = self.permits(call.class).await;
        self.bear_witness(call).await?;
        let url =
            self.host.endpoint(&call.path).ok_or_else(|| Error::new(ErrorKind::Other, call.endpoint))?;
        let mut request =
            self.http.request(call.method.clone(), url).header("Api-Token", self.key.expose_secret());
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        if let Some(body) = &call.body {
            request = request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let turn = self.turn(call).await?;
        self.counters.requests.fetch_add(1, Ordering::Relaxed);
        let answer = Answer::receive(request, call.endpoint).await;
        drop(permits);
        if let Some(turn) = turn {
            turn.await;
        }
        let answer = answer?;
        if let Some(time) = answer.time {
            let mut latest = self.provider_time.lock();
            *latest = (*latest).max(Some(time));
        }
        answer.classify(call)
    }

    /// How long to wait before the next attempt, or the error if there is none.
    fn next_wait(&self, call: &Call, error: &Error, attempts: &mut Attempts) -> Result<Duration, Error> {
        let proven = self.proven.load(Ordering::Relaxed);
        let retry = &self.retry;
        match &error.kind {
            ErrorKind::RateLimited => {
                self.counters.rate_limited.fetch_add(1, Ordering::Relaxed);
                let wait = error.retry_after.unwrap_or_else(|| backoff(retry, attempts.limited));
                attempts.limited += 1;
                attempts.limit_waited += wait;
                if attempts.limit_waited > retry.limit_patience {
                    return Err(error.clone());
                }
                let until = Instant::now() + wait;
                let budget = if error.status == Some(400) { &self.bulk } else { &self.general };
                budget.pause_until(until);
                // The budget holds this call back, too.
                let _ = call;
                return Ok(Duration::ZERO);
            }
            ErrorKind::Credentials | ErrorKind::Permission { .. } if proven && attempts.blips < BLIPS => {
                attempts.blips += 1;
            }
            ErrorKind::NameNotResolved if proven => {}
            ErrorKind::Unavailable | ErrorKind::Network { .. } | ErrorKind::Unreadable => {
                if error.status.is_some_and(|status| status >= 500) {
                    self.counters.server_errors.fetch_add(1, Ordering::Relaxed);
                }
                // A connection that was never made has asked nothing of the provider.
                let is_free = error.unsent && proven;
                attempts.failed += u32::from(!is_free);
                let allowed = if proven { retry.attempts } else { retry.attempts.min(UNPROVEN_ATTEMPTS) };
                if attempts.failed >= allowed {
                    return Err(error.clone());
                }
            }
            _ => return Err(error.clone()),
        }
        let began = *attempts.began.get_or_insert_with(Instant::now);
        if began.elapsed() >= retry.patience + attempts.limit_waited {
            return Err(error.clone());
        }
        attempts.waits += 1;
        Ok(error.retry_after.unwrap_or_else(|| backoff(retry, attempts.waits - 1)).min(retry.patience))
    }
}

#[derive(Default)]
struct Attempts {
    failed: u32,
    blips: u32,
    waits: u32,
    limited: u32,
    limit_waited: Duration,
    began: Option<Instant>,
}

/// 1, 2, 4 … of the first wait, up to the longest, less up to a quarter so that callers do not march in step.
fn backoff(retry: &Retry, step: u32) -> Duration {
    let full = retry.first_wait.saturating_mul(1 << step.min(16)).min(retry.longest_wait);
    let dice = RandomState::new().hash_one(step) % 256;
    full.mul_f64(1.0 - f64::from(u32::try_from(dice).unwrap_or(0)) / 1024.0)
}

struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) type Shared = Arc<Transport>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_no_further() {
        let retry = Options::default().retry;
        for step in 0..40 {
            let wait = backoff(&retry, step);
            assert!(wait <= retry.longest_wait && wait >= retry.first_wait.mul_f64(0.74));
        }
    }
}
