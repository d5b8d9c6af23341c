//! What the account tells the outside: webhooks and the callbacks of imports. To loopback addresses only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Uri;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::import_body::{Callback, Pair, Text};
use crate::imports::Outcome;

/// A message that is tried once.
#[derive(Debug)]
pub(crate) struct Delivery {
    url: String,
    method: &'static str,
    kind: &'static str,
    headers: Vec<(String, String)>,
    body: Bytes,
    /// Which webhook it is for; none for a callback.
    pub(crate) webhook: Option<usize>,
}

// Of the receiver's time: who is slower has lost the message.
const PATIENCE: Duration = Duration::from_secs(10);

impl Delivery {
    pub(crate) fn to_webhook(webhook: usize, url: &str, form: String) -> Self {
        Self {
            url: url.to_owned(),
            method: "POST",
            kind: "application/x-www-form-urlencoded",
            headers: Vec::new(),
            body: Bytes::from(form),
            webhook: Some(webhook),
        }
    }

    /// What an import's callback is told. The keys beside `params` are the simulator's own: the provider's are not
    /// published.
    pub(crate) fn callback(callback: &Callback<'_>, outcome: &Outcome) -> Self {
        let pairs = |pairs: &[Pair<'_>]| -> Vec<(String, String)> {
            let value = |value: &Text<'_>| value.0.as_deref().unwrap_or_default().to_owned();
            pairs.iter().map(|pair| (pair.key.to_string(), value(&pair.value))).collect()
        };
        let (params, headers) = (pairs(&callback.params), pairs(&callback.headers));
        let (mut url, method, kind) = (callback.url.to_string(), "POST", "application/json");
        // The documented example has no scheme.
        if !url.contains("://") {
            url = format!("http://{url}");
        }
        if callback.request_type.0.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("get")) {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
            let url = format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' });
            return Self { url, method: "GET", kind, headers, body: Bytes::new(), webhook: None };
        }
        let params: Vec<Value> =
            params.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        let mut body = json!({ "params": params });
        if callback.detailed_results {
            let failures = outcome.failure.iter().zip(&outcome.reasons);
            let errors: Vec<Value> = failures
                .map(|(email, reason)| json!({"contact": email, "errorMessages": [reason.words()]}))
                .collect();
            body["success_count"] = json!(outcome.written);
            body["failure_count"] = json!(outcome.failure.len());
            body["errors"] = json!(errors);
        }
        Self { url, method, kind, headers, body: Bytes::from(body.to_string()), webhook: None }
    }

    /// The status of the receiver's answer; none if it did not answer or is not on this machine.
    async fn carry(&self) -> Option<u16> {
        let uri: Uri = self.url.parse().ok()?;
        let address = loopback(&uri)?;
        let stream = TcpStream::connect(address).await.ok()?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        let connection = tokio::spawn(connection);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = hyper::Request::builder()
            .method(self.method)
            .uri(path)
            .header("host", uri.authority()?.as_str())
            .header("content-type", self.kind);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = sender.send_request(request.body(Full::new(self.body.clone())).ok()?).await;
        connection.abort();
        answer.ok().map(|answer| answer.status().as_u16())
    }
}

/// Where a plain HTTP URL of this machine points to.
fn loopback(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?.trim_matches(['[', ']']);
    let address = match host {
        "localhost" => IpAddr::from(Ipv4Addr::LOCALHOST),
        _ => host.parse().ok()?,
    };
    let is_here = uri.scheme_str() == Some("http") && address.is_loopback();
    is_here.then(|| SocketAddr::new(address, uri.port_u16().unwrap_or(80)))
}

/// Carries one message after the other, and tells what each receiver answered.
pub(crate) async fn carry_all(
    mut post: mpsc::UnboundedReceiver<Delivery>,
    told: impl Fn(&Delivery, Option<u16>),
) {
    while let Some(delivery) = post.recv().await {
        let status = tokio::time::timeout(PATIENCE, delivery.carry()).await.ok().flatten();
        tracing::debug!(url = delivery.url, status, "told");
        told(&delivery, status);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_stay_on_this_machine() {
        let target = |url: &str| loopback(&url.parse().unwrap()).map(|address| address.to_string());
        assert_eq!(target("http://localhost/hook").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(target("http://127.0.0.1:8080/hook").as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(target("http://[::1]:8080/hook").as_deref(), Some("[::1]:8080"));
        for elsewhere in ["http://example.com/", "http://10.0.0.1/", "https://127.0.0.1/", "/hook"] {
            assert_eq!(target(elsewhere), None, "{elsewhere}");
        }
    }
}
