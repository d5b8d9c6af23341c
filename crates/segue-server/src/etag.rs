//! Versions: what is read has an `ETag`, what is changed needs an `If-Match`, so that nobody overwrites what somebody else
//! changed in the meantime.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::App;
use crate::problem::{Code, Problem};

/// The version that a change is meant for. `*` is not taken: it would overwrite whatever is there.
pub(crate) struct IfMatch(i64);

impl IfMatch {
    /// The version that a form was made of.
    pub(crate) const fn of(version: i64) -> Self {
        Self(version)
    }

    /// The version, if it is the one in force; the store checks again when it writes.
    pub(crate) fn check(&self, in_force: i64) -> Result<(), Problem> {
        if self.0 == in_force { Ok(()) } else { Err(Problem::new(Code::Stale)) }
    }

    /// The version, for what checks it by itself.
    pub(crate) const fn version(&self) -> i64 {
        self.0
    }
}

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let value = parts.headers.get(header::IF_MATCH).ok_or_else(|| Problem::new(Code::VersionRequired))?;
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Err(Problem::new(Code::VersionRequired));
        }
        // Proxies that compress an answer weaken its tag; the version that it names is the same.
        let text = text.strip_prefix("W/").unwrap_or(text);
        let version =
            text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
        // A tag that we never gave is one that is not in force.
        version.map(Self).ok_or_else(|| Problem::new(Code::Stale))
    }
}

/// An answer with the version of what it shows.
pub(crate) struct Tagged<T> {
    pub(crate) status: StatusCode,
    pub(crate) version: i64,
    pub(crate) body: T,
}

impl<T> Tagged<T> {
    pub(crate) const fn ok(version: i64, body: T) -> Self {
        Self { status: StatusCode::OK, version, body }
    }

    pub(crate) const fn created(version: i64, body: T) -> Self {
        Self { status: StatusCode::CREATED, version, body }
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        (self.status, [tag(self.version)], Json(self.body)).into_response()
    }
}

fn tag(version: i64) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    (header::ETAG, value)
}
