//! An answer: received, and classed by what its receiver can do about it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::decode::{any_case, as_number};
use crate::error::{Error, clean};
use crate::host::NoPublicAddress;
use crate::transport::Call;
use crate::{ContactFault, ErrorKind};

// Nothing that this client reads comes near; a page of contacts is 0.2 MB.
const LONGEST_ANSWER: usize = 16 << 20;

/// What came back for a call.
pub(crate) struct Answer {
    status: StatusCode,
    request_id: Option<String>,
    cf_ray: Option<String>,
    retry_after: Option<Duration>,
    pub(crate) time: Option<DateTime<Utc>>,
    pub(crate) body: Vec<u8>,
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(clean)
}

/// Whole seconds from the provider, fractions from a simulator in a hurry.
fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

impl Answer {
    pub(crate) async fn receive(
        request: reqwest::RequestBuilder,
        endpoint: &'static str,
    ) -> Result<Self, Error> {
        let mut response = request.send().await.map_err(|source| network(source, endpoint))?;
        let headers = response.headers();
        let time = headers.get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let mut answer = Self {
            status: response.status(),
            request_id: header(headers, "x-request-id"),
            cf_ray: header(headers, "cf-ray"),
            retry_after: retry_after.and_then(seconds),
            time: time
                .and_then(|text| DateTime::parse_from_rfc2822(text).ok())
                .map(|time| time.with_timezone(&Utc)),
            body: Vec::new(),
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if answer.body.len() + chunk.len() <= LONGEST_ANSWER => {
                    answer.body.extend_from_slice(&chunk);
                }
                Ok(None) => return Ok(answer),
                Ok(Some(_)) => return Err(answer.error(ErrorKind::Unreadable, endpoint)),
                // What the status says holds even if the body breaks off.
                Err(_) if !answer.status.is_success() => return Ok(answer),
                Err(_) => return Err(answer.error(ErrorKind::Network { ambiguous: true }, endpoint)),
            }
        }
    }

    pub(crate) fn error(&self, kind: ErrorKind, endpoint: &'static str) -> Error {
        Error {
            status: Some(self.status.as_u16()),
            request_id: self.request_id.clone(),
            cf_ray: self.cf_ray.clone(),
            retry_after: self.retry_after,
            ..Error::new(kind, endpoint)
        }
    }

    pub(crate) fn classify(self, call: &Call) -> Result<Self, Error> {
        if self.status.is_success() {
            return Ok(self);
        }
        let json: Option<Value> = serde_json::from_slice(&self.body).ok();
        let words = words(json.as_ref());
        let kind = match self.status.as_u16() {
            300..=399 => ErrorKind::WrongHost,
            400 => bad_request(json.as_ref(), &words),
            401 => ErrorKind::Credentials,
            402 => ErrorKind::AccountUnusable,
            403 => forbidden(json.as_ref(), &words),
            404 if json.is_none() => ErrorKind::WrongHost,
            404 => ErrorKind::NotFound,
            413 => ErrorKind::TooLarge,
            429 => ErrorKind::RateLimited,
            500..=599 => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid { code: code(json.as_ref()), detail: words.clone() },
        };
        Err(Error { words, ..self.error(kind, call.endpoint) })
    }
}

fn network(source: reqwest::Error, endpoint: &'static str) -> Error {
    let unsent = source.is_connect();
    let kind = if caused_by::<NoPublicAddress>(&source) {
        ErrorKind::ForbiddenAddress
    } else if unsent && caused_by::<crate::host::NotResolved>(&source) {
        ErrorKind::NameNotResolved
    } else {
        ErrorKind::Network { ambiguous: !unsent }
    };
    let words = clean(&source.without_url().to_string());
    Error { unsent, words, ..Error::new(kind, endpoint) }
}

pub(crate) fn caused_by<E: std::error::Error + 'static>(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(<dyn std::error::Error>::is::<E>)
}

fn bad_request(json: Option<&Value>, words: &str) -> ErrorKind {
    let object = json.and_then(Value::as_object);
    let field = |key| object.and_then(|object| any_case(object, key));
    let message = field("message").and_then(Value::as_str).unwrap_or_default();
    let reasons: &[Value] = field("failureReasons").and_then(Value::as_array).map_or(&[], Vec::as_slice);
    let says = |phrase: &str| {
        message.contains(phrase)
            || reasons.iter().filter_map(Value::as_str).any(|reason| reason.contains(phrase))
    };
    // A rate limit that arrives as a client's fault: to take it for one would lose the whole batch.
    if says("Rate limit exceeded") || says("requested per minute") {
        return ErrorKind::RateLimited;
    }
    let faults: Vec<ContactFault> = reasons.iter().filter_map(contact_fault).collect();
    if !faults.is_empty() || message.starts_with("JSON payload did not pass validation") {
        return if says("bytes") || says("too large") {
            ErrorKind::TooLarge
        } else {
            ErrorKind::InvalidContacts(faults)
        };
    }
    ErrorKind::Invalid { code: code(json), detail: words.to_owned() }
}

fn contact_fault(reason: &Value) -> Option<ContactFault> {
    let object = reason.as_object()?;
    let index = usize::try_from(as_number(any_case(object, "contact")?)).ok()?;
    let words = any_case(object, "failureReason").and_then(Value::as_str).unwrap_or_default();
    Some(ContactFault { index, reason: clean(words) })
}

fn forbidden(json: Option<&Value>, words: &str) -> ErrorKind {
    if json.and_then(|json| json.get("errors")).is_some() || words.contains("permission") {
        return ErrorKind::Permission { detail: words.to_owned() };
    }
    ErrorKind::Credentials
}

fn first_error(json: Option<&Value>) -> Option<&Value> {
    json?.get("errors")?.as_array()?.first()
}

fn code(json: Option<&Value>) -> String {
    first_error(json)
        .and_then(|error| error.get("code"))
        .and_then(Value::as_str)
        .map(clean)
        .unwrap_or_default()
}

/// What an error's body says, in whichever of its shapes.
fn words(json: Option<&Value>) -> String {
    let from_error = first_error(json).and_then(|error| {
        let text = |key: &str| error.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        text("detail").or_else(|| text("title"))
    });
    let plain = |key: &str| json.and_then(|json| json.get(key)).and_then(Value::as_str);
    clean(from_error.or_else(|| plain("errors")).or_else(|| plain("message")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(status: u16, body: &str) -> ErrorKind {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            request_id: None,
            cf_ray: None,
            retry_after: None,
            time: None,
            body: body.as_bytes().to_vec(),
        };
        answer.classify(&Call::get("lists")).map(|_| ()).unwrap_err().kind
    }

    #[test]
    fn every_answer_has_its_class() {
        let permission = r#"{"errors":[{"status":403,"title":"Forbidden","detail":"You do not have permission to view lists."}]}"#;
        let limit = r#"{"success":0,"message":"Rate limit exceeded.","failureReasons":["Up to 100 imports may be requested per minute."]}"#;
        let duplicate = r#"{"errors":[{"title":"Email address already exists in the system","detail":"","code":"duplicate"}]}"#;
        assert_eq!(kind(301, ""), ErrorKind::WrongHost);
        assert_eq!(kind(400, limit), ErrorKind::RateLimited);
        assert_eq!(kind(402, ""), ErrorKind::AccountUnusable);
        assert_eq!(kind(403, r#"{"message":"Forbidden"}"#), ErrorKind::Credentials);
        assert_eq!(kind(403, "<html>no</html>"), ErrorKind::Credentials);
        assert!(
            matches!(kind(403, permission), ErrorKind::Permission { detail } if detail.contains("view lists"))
        );
        assert_eq!(kind(404, r#"{"message":"No Result found for _List with id 7"}"#), ErrorKind::NotFound);
        assert_eq!(kind(404, "<html>"), ErrorKind::WrongHost);
        assert_eq!(kind(413, "<html>"), ErrorKind::TooLarge);
        assert!(matches!(kind(422, duplicate), ErrorKind::Invalid { code, .. } if code == "duplicate"));
        assert!(
            matches!(kind(422, r#"{"errors":"wrong shape"}"#), ErrorKind::Invalid { detail, .. } if detail == "wrong shape")
        );
        assert_eq!(kind(429, ""), ErrorKind::RateLimited);
        assert_eq!(kind(502, "<html>Bad gateway</html>"), ErrorKind::Unavailable);
        assert_eq!(kind(520, ""), ErrorKind::Unavailable);
    }

    #[test]
    fn contacts_at_fault_are_named() {
        let body = json!({"success": 0, "message": "JSON payload did not pass validation. Please fix failure Reasons",
            "failureReasons": [{"contact": "3", "failureReason": "Field 'email' not found"}]});
        let fault = ContactFault { index: 3, reason: "Field 'email' not found".into() };
        assert_eq!(kind(400, &body.to_string()), ErrorKind::InvalidContacts(vec![fault]));
    }
}
