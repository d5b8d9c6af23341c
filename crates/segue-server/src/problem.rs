//! Every way in which a request can fail, as RFC 9457 "problem details".
//!
//! A problem has a stable code, listed here and in docs/errors.md. What is not the caller's fault is logged where it becomes
//! a problem, and the answer says nothing about it but the request's id.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use segue_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $status:literal, $title:literal, $advice:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// All of them, by status.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable word for programs.
            #[must_use]
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $code),* } }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status),* } }

            /// What happened, in words that fit every case.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title),* } }

            /// What the caller can do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str { match self { $(Self::$name => $advice),* } }
        }
    };
}

codes! {
    /// Neither JSON nor a query of ours.
    Malformed = "malformed", 400,
        "the request cannot be read", "see the detail, and docs/api.md";
    /// A page is asked for that has no beginning any more.
    UnknownCursor = "unknown_cursor", 400,
        "the cursor is not one of this list", "begin with the first page again";
    /// Nobody is signed in.
    SignInRequired = "sign_in_required", 401,
        "nobody is signed in, or the session or token has ended", "sign in again, or use another token";
    /// The time of the token is over.
    TokenExpired = "token_expired", 401,
        "the token has expired", "make a new one with segue tokens add, or signed in under Your account";
    /// Login or password is wrong, or the person may not sign in.
    WrongCredentials = "wrong_credentials", 401,
        "login or password is wrong", "try again, or ask an administrator for a link to set a new password";
    /// A browser sent it on behalf of another site.
    CrossSite = "cross_site", 403,
        "the request comes from another site", "send it from Segue's own address, or with a token";
    /// The role does not allow it.
    Forbidden = "forbidden", 403,
        "your role does not allow this", "ask an administrator";
    /// The token is for reading.
    ReadOnlyToken = "read_only_token", 403,
        "the token may only read", "use a token of scope write";
    /// Tokens do not make tokens or change passwords.
    SessionRequired = "session_required", 403,
        "this takes a person who is signed in, not a token", "sign in with login and password";
    /// There is nothing here, or no more.
    NotFound = "not_found", 404,
        "there is nothing under this address", "look at the list again";
    /// The address knows other methods.
    WrongMethod = "wrong_method", 405,
        "this address does not take this method", "see the Allow header";
    /// The name or login belongs to another.
    Taken = "taken", 409,
        "the name is taken", "choose another";
    /// Something else refers to it.
    InUse = "in_use", 409,
        "something else uses this", "change, detach or remove each of used_by first";
    /// Its export is switched off or detached, or what was asked for is not there to be carried out.
    CannotRun = "cannot_run", 409,
        "this cannot be run now", "see the detail";
    /// What is being sent or written must not be changed under it.
    UnderWay = "under_way", 409,
        "a run or a refresh is under way", "let it end, or cancel it, and ask again";
    /// The export user was removed, disabled or is no administrator any more.
    ExportUserGone = "export_user_gone", 409,
        "nobody answers for what the connection sends", "have an administrator become its export user";
    /// A segment has no members yet.
    NeverRefreshed = "never_refreshed", 409,
        "the segment was never refreshed", "refresh it first";
    /// The operator has named no folder that tables may be in.
    NoDataFolder = "no_data_folder", 409,
        "this server has no data folder", "have its operator start it with --data-folder";
    /// What a table is read from is gone, or another.
    Unusable = "unusable", 409,
        "a table cannot be read as it is declared", "see the detail; mend its files, or change the table";
    /// Nobody would be left who may give rights.
    LastAdministrator = "last_administrator", 409,
        "this is the last administrator who can sign in", "make somebody else administrator first";
    /// There are as many as there may be.
    TooMany = "too_many", 409,
        "there are as many as there may be", "remove what is not needed any more";
    /// Personal data is kept for a while only.
    NotKept = "not_kept", 410,
        "this is personal data and is not kept any more", "run the export again to have it anew";
    /// It worked once.
    SpentLink = "spent_link", 410,
        "the link was used already or has expired", "ask an administrator for a new one";
    /// Somebody else changed it.
    Stale = "stale", 412,
        "somebody else has changed this in the meantime", "read it again and repeat the change";
    /// The body is too large.
    TooLarge = "too_large", 413,
        "the body is too large", "send less";
    /// The body is of another type.
    NotJson = "not_json", 415,
        "the body is not JSON", "send it as application/json";
    /// Values are missing, unknown or wrong.
    InvalidFields = "invalid_fields", 422,
        "some fields are not right", "see errors: each names a field and what is wrong";
    /// Two wishes are called alike.
    KeyReused = "key_reused", 422,
        "the idempotency key was used for another wish", "use a new key for each wish";
    /// The host of a connection.
    ConnectHost = "connect_host", 422,
        "ActiveCampaign does not answer at this host", "copy the API URL from Settings → Developer in ActiveCampaign";
    /// The key of a connection.
    ConnectKey = "connect_key", 422,
        "ActiveCampaign refused the API key", "copy it again from Settings → Developer in ActiveCampaign";
    /// The rights of a connection's key.
    ConnectPermission = "connect_permission", 422,
        "the API key's user lacks a permission", "give its group the permission, or use another user's key";
    /// The account of a connection.
    ConnectAccount = "connect_account", 422,
        "the ActiveCampaign account is suspended or unpaid", "sign in to it to see why";
    /// It is not said which version is changed.
    VersionRequired = "version_required", 428,
        "the request does not say which version it changes", "send the ETag that was read as If-Match";
    /// Passwords are guessed slowly.
    TooManyAttempts = "too_many_attempts", 429,
        "there were too many attempts to sign in", "wait as long as Retry-After says";
    /// Our fault.
    Defect = "defect", 500,
        "Segue has failed", "repeat it; if it fails again, report it with the X-Request-Id";
    /// The way to the provider.
    ConnectNetwork = "connect_network", 502,
        "ActiveCampaign cannot be reached from here", "check the network of the machine that Segue runs on";
    /// The provider itself.
    ConnectProvider = "connect_provider", 502,
        "ActiveCampaign is in trouble or busy", "try again later";
    /// Others are being answered.
    Busy = "busy", 503,
        "as many questions as may be are being answered", "try again in as many seconds as Retry-After says";
    /// The database cannot be reached or fails.
    StoreUnavailable = "store_unavailable", 503,
        "the database does not answer", "try again; the log says more";
    /// A key cannot be opened or read.
    SecretUnavailable = "secret_unavailable", 503,
        "a secret cannot be read", "see the detail";
    /// It took too long.
    TooSlow = "too_slow", 503,
        "the answer took too long", "try again later; give large text files as Parquet, which need not be read whole";
    /// No room.
    DiskFull = "disk_full", 507,
        "the disk is full", "free some space";
    /// No memory.
    OutOfMemory = "out_of_memory", 507,
        "this takes more memory than is allowed", "ask less at once, or have the operator raise --memory";
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_documented_in_the_same_words_and_no_other_is() {
        let page = include_str!("../../../docs/errors.md");
        for code in Code::ALL {
            let row = format!(
                "| <a id=\"{0}\"></a>`{0}` | {1} | {2} | {3} |",
                code.word(),
                code.status(),
                code.title(),
                code.advice()
            );
            assert!(page.contains(&row), "docs/errors.md lacks: {row}");
        }
        let rows = page.matches("<a id=").count();
        assert_eq!(rows, Code::ALL.len(), "docs/errors.md lists codes that are no more");
    }

    #[test]
    fn codes_are_sorted_by_status_and_each_is_there_once() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.status()));
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
