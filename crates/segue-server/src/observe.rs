//! Around every request: who the peer is, the id by which it is found in logs, its log line, its metrics, and the headers
//! that every answer has.
//!
//! Logs and metrics name the route, never the address that was asked for, and no person.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tokio::time::Instant;
use tracing::Instrument;

use crate::app::App;
use crate::links::AT_THE_CONSOLE;
use crate::local::AtHand;
use crate::problem::{Code, Problem};

/// How long an endpoint may take until it answers. What streams after that may take longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How long what moves or reads a whole table may take.
const WHOLE_TABLE_WITHIN: Duration = Duration::from_secs(10 * 60);

/// Endpoints and pages that move or read a whole table, by the end of their route.
const WHOLE_TABLE: [&str; 19] = [
    "/files",
    "/keys",
    "/members",
    "/preview",
    "/inspect",
    "/explain",
    "/overlaps",
    "/definitions/count",
    "/tables",
    "/tables/{id}",
    "/description",
    "/values",
    "/check",
    // Pages.
    "/tables/new",
    "/tables/{name}",
    "/tables/{name}/edit",
    "/segments/{name}",
    "/overlap",
    "/customers",
];

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remote(pub(crate) SocketAddr);

/// From where a request came, and its id.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) peer: String,
    pub(crate) request: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignIn {
    outcome: &'static str,
}

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter<u64, AtomicU64>>,
    durations: Family<Route, Histogram>,
    sign_ins: Family<SignIn, Counter<u64, AtomicU64>>,
}

fn new_histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("segue");
        let requests = Family::default();
        let durations = Family::new_with_constructor(new_histogram as fn() -> Histogram);
        let sign_ins = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until an answer began",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("sign_ins", "Attempts to sign in by outcome", sign_ins.clone());
        Self { registry, requests, durations, sign_ins }
    }
}

impl Metrics {
    /// In the text form of OpenMetrics.
    pub(crate) fn text(&self) -> Result<String, Problem> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)
            .map_err(|_| Problem::new(Code::Defect))?;
        Ok(text)
    }

    pub(crate) fn signed_in(&self, outcome: &'static str) {
        self.sign_ins.get_or_create(&SignIn { outcome }).inc();
    }
}

/// Lets a request through to its endpoint and sees it out again.
pub(crate) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = name(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let remote = request.extensions().get::<Remote>().map(|remote| remote.0.ip().to_canonical());
    let peer = match request.extensions().get::<AtHand>() {
        Some(_) => AT_THE_CONSOLE.to_owned(),
        None => peer(remote, request.headers(), &app.setting.trusted_proxies),
    };
    let id = app.new_id();
    request.extensions_mut().insert(Arrival { peer, request: id.clone() });

    // Whatever is logged on the way has the id; at the level of errors, or theirs would not.
    let span = tracing::error_span!("http", request = id);
    let answering = tokio::time::timeout(within(&route), next.run(request).instrument(span.clone())).await;
    let mut response = answering.unwrap_or_else(|_| Problem::new(Code::TooSlow).into_response());
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    put_headers(response.headers_mut(), &id, app.setting.url.is_https());

    app.metrics.requests.get_or_create(&Answered { method, route: route.clone(), status }).inc();
    app.metrics.durations.get_or_create(&Route { route: route.clone() }).observe(elapsed.as_secs_f64());
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(method, route, status, duration_ms, "request answered"));
    response
}

fn within(route: &str) -> Duration {
    match WHOLE_TABLE.iter().any(|end| route.ends_with(end)) {
        true => WHOLE_TABLE_WITHIN,
        false => ANSWER_WITHIN,
    }
}

// Others' inventions must not fill metrics.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// The nearest address that is not one of our proxies. Each proxy adds the address that it sees at the end, so what comes
/// before the last unknown one may be made up.
fn peer(remote: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr]) -> String {
    let Some(remote) = remote else { return "unknown".to_owned() };
    let forwarded = headers.get_all("x-forwarded-for");
    let forwarded: Vec<&str> =
        forwarded.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    let mut nearest = remote;
    for hop in forwarded.iter().rev() {
        if !proxies.contains(&nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest.to_string()
}

/// Headers that keep browsers from doing with an answer what it is not for. Pages may set a policy of their own.
fn put_headers(headers: &mut HeaderMap, request: &str, is_https: bool) {
    let strict = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in strict {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    if let Ok(value) = HeaderValue::from_str(request) {
        headers.insert("x-request-id", value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_at_a_whole_table_has_its_time_and_nothing_else() {
        for route in
            ["/api/v1/tables", "/api/v1/tables/{id}", "/api/v1/files", "/tables/new", "/tables/{name}/edit"]
        {
            assert_eq!(within(route), WHOLE_TABLE_WITHIN, "{route}");
        }
        for route in ["/api/v1/exports", "/api/v1/segments/{id}", "/segments/new", "/api/v1/session", "none"]
        {
            assert_eq!(within(route), ANSWER_WITHIN, "{route}");
        }
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [address("10.0.0.1"), address("10.0.0.2")];
        let found = |remote: &str, forwarded: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_static(forwarded));
            peer(Some(address(remote)), &headers, &proxies)
        };
        assert_eq!(found("192.0.2.7", "198.51.100.1"), "192.0.2.7");
        assert_eq!(found("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(found("10.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(found("10.0.0.1", "203.0.113.9, nonsense"), "10.0.0.1");
        assert_eq!(found("10.0.0.1", "10.0.0.2"), "10.0.0.2");
    }
}
