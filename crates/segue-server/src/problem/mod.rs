//! Every way in which a request can fail, as RFC 9457 "problem details".
//!
//! A problem has a stable code, listed in `code.rs` and in docs/errors.md. What is not the caller's fault is logged where it becomes
//! a problem, and the answer says nothing about it but the request's id.

mod code;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

pub use self::code::Code;

/// One field that is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Where it stands in the body, as a JSON pointer (RFC 6901).
    #[schema(example = "/login")]
    pub(crate) pointer: String,
    /// What is wrong with it, as it stands after its name.
    #[schema(example = "must not be empty")]
    pub(crate) detail: String,
}

impl FieldError {
    pub(crate) fn new(pointer: &str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), detail: detail.into() }
    }
}

/// What stands in the way of a removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UsedBy {
    /// `export`, `segment` or `table`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Its id; segments and tables have their name for one.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    used_by: Vec<UsedBy>,
    retry_after: Option<u64>,
}

impl Problem {
    /// With the words that its code has for every case.
    pub(crate) fn new(code: Code) -> Self {
        Self {
            code,
            detail: format!("{}: {}", code.title(), code.advice()),
            errors: Vec::new(),
            used_by: Vec::new(),
            retry_after: None,
        }
    }

    /// With words about this case.
    pub(crate) fn with(code: Code, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..Self::new(code) }
    }

    /// About fields of the body.
    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::InvalidFields) }
    }

    /// About one field of the body.
    pub(crate) fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(pointer, detail)])
    }

    /// Something else refers to what was to be removed.
    pub(crate) fn in_use(used_by: Vec<UsedBy>) -> Self {
        Self { used_by, ..Self::new(Code::InUse) }
    }

    pub(crate) const fn code(&self) -> Code {
        self.code
    }

    /// The status that it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What happened here, and what to do.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What there is to say about this case beyond what its code says of every case.
    pub(crate) fn about_this(&self) -> Option<&str> {
        Some(self.detail.as_str()).filter(|detail| *detail != Self::new(self.code).detail)
    }

    /// Fields of the body that are not right.
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// What stands in the way.
    pub(crate) fn used_by(&self) -> &[UsedBy] {
        &self.used_by
    }

    /// Seconds until it is worth trying again.
    pub(crate) const fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The same, with words about this case.
    pub(crate) fn in_use_because(words: String, used_by: Vec<UsedBy>) -> Self {
        Self { detail: words, ..Self::in_use(used_by) }
    }

    /// Others are being answered.
    pub(crate) fn busy() -> Self {
        const SECONDS: u64 = 5;
        Self { retry_after: Some(SECONDS), ..Self::new(Code::Busy) }
    }

    /// Too many attempts; seconds to wait.
    pub(crate) fn wait(seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(Code::TooManyAttempts) }
    }
}

/// A problem as it is answered (RFC 9457), of type `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// The page about it.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors.md#stale")]
    kind: String,
    /// A stable word for programs.
    #[schema(example = "stale")]
    code: &'static str,
    /// What happened, in words that fit every case.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened here, and what to do.
    detail: String,
    /// Fields of the body that are not right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// What stands in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    used_by: Vec<UsedBy>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (code, status) = (self.code, self.status());
        let problem = self.clone();
        let body = ProblemBody {
            kind: format!("/docs/errors.md#{}", code.word()),
            code: code.word(),
            title: code.title(),
            status: code.status(),
            detail: self.detail,
            errors: self.errors,
            used_by: self.used_by,
        };
        let mut response = (status, Json(body)).into_response();
        // The console makes a page of it.
        response.extensions_mut().insert(problem);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(code, Code::SignInRequired | Code::TokenExpired) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Missing { what } => {
                return Self::with(Code::NotFound, format!("there is no such {what}"));
            }
            StoreError::Exists { what, .. } => {
                let words = format!("there is a {what} of this name already: choose another");
                return Self::with(Code::Taken, words);
            }
            StoreError::Stale { .. } => return Self::new(Code::Stale),
            StoreError::InUse { .. } => return Self::new(Code::InUse),
            StoreError::KeyReused => return Self::new(Code::KeyReused),
            StoreError::LastAdministrator => return Self::new(Code::LastAdministrator),
            StoreError::SpentLink => return Self::new(Code::SpentLink),
            StoreError::WrongKey { .. } | StoreError::Reference { .. } | StoreError::ForgottenKey { .. } => {
                tracing::error!("{error}");
                return Self::with(Code::SecretUnavailable, error.to_string());
            }
            StoreError::Full => Code::DiskFull,
            StoreError::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                Code::DiskFull
            }
            StoreError::Database { .. }
            | StoreError::Damaged { .. }
            | StoreError::Denied { .. }
            | StoreError::Unreachable { .. } => Code::StoreUnavailable,
            _ => Code::Defect,
        };
        tracing::error!("{error}");
        Self::new(code)
    }
}
