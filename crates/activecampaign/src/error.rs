//! Errors by what their receiver can do about them.

use std::time::Duration;

/// A contact that made the provider turn an import down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactFault {
    /// Which one, as the provider counts: 1 is the first, as far as anybody has seen.
    pub index: usize,
    /// What is wrong with it, without personal data.
    pub reason: String,
}

/// What went wrong, by what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// The API key is missing or wrong.
    Credentials,
    /// The key is right, but its user may not do this, or the plan does not have it.
    Permission {
        /// The provider's words.
        detail: String,
    },
    /// The account is suspended or unpaid.
    AccountUnusable,
    /// Something else than the API answers there: a redirect, or a page for people.
    WrongHost,
    /// The host name does not resolve.
    NameNotResolved,
    /// The host name points into a private network.
    ForbiddenAddress,
    /// The thing asked for does not exist.
    NotFound,
    /// An import was turned down whole because of these contacts; empty where the provider named none.
    InvalidContacts(Vec<ContactFault>),
    /// The request is at fault, permanently.
    Invalid {
        /// The provider's code, as `email_invalid`; may be empty.
        code: String,
        /// The provider's words, without personal data.
        detail: String,
    },
    /// The request's body is larger than the provider takes.
    TooLarge,
    /// A rate limit, and still one after waiting for as long as [`Retry`](crate::Retry) allows.
    RateLimited,
    /// It was not sent, because it got no turn, for this reason.
    NoTurn(String),
    /// The provider is in trouble (HTTP 5xx) and was so until the retries ran out.
    Unavailable,
    /// The network failed until the retries ran out.
    Network {
        /// Whether the request may have been carried out: its answer is what got lost.
        ambiguous: bool,
    },
    /// The answer cannot be understood.
    Unreadable,
    /// Any other answer.
    Other,
}

/// A failed call.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.message())]
pub struct Error {
    pub(crate) kind: ErrorKind,
    pub(crate) endpoint: &'static str,
    /// Who was asked; empty before anybody was.
    pub(crate) host: Box<str>,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) cf_ray: Option<String>,
    /// What the provider or the transport said, without personal data; for logs.
    pub(crate) words: String,
    /// How long the provider wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
    /// Whether the connection was never made.
    pub(crate) unsent: bool,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, endpoint: &'static str) -> Self {
        Self {
            kind,
            endpoint,
            host: Box::default(),
            status: None,
            request_id: None,
            cf_ray: None,
            words: String::new(),
            retry_after: None,
            unsent: false,
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The provider's `x-request-id`, which its support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The `cf-ray` of the network in front of the provider.
    #[must_use]
    pub fn cf_ray(&self) -> Option<&str> {
        self.cf_ray.as_deref()
    }

    /// The host that was asked.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path below `/api/3/`, with ids left out.
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// What the provider said, without personal data.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Without the key, should somebody on the way have echoed it.
    pub(crate) fn without(mut self, key: &str) -> Self {
        let hide = |text: &mut String| {
            if !key.is_empty() && text.contains(key) {
                *text = text.replace(key, "<key>");
            }
        };
        hide(&mut self.words);
        [&mut self.request_id, &mut self.cf_ray].into_iter().flatten().for_each(hide);
        match &mut self.kind {
            ErrorKind::Permission { detail } => hide(detail),
            ErrorKind::Invalid { code, detail } => [code, detail].into_iter().for_each(hide),
            ErrorKind::InvalidContacts(faults) => faults.iter_mut().for_each(|fault| hide(&mut fault.reason)),
            _ => {}
        }
        self
    }

    fn message(&self) -> String {
        let what = match &self.kind {
            ErrorKind::Credentials => "ActiveCampaign refused the API key: copy it again from Settings → Developer".to_owned(),
            ErrorKind::Permission { detail } => format!(
                "the API key's user may not do this ({detail}): give its group the permission, or use another user's key"
            ),
            ErrorKind::AccountUnusable => "the ActiveCampaign account is suspended or unpaid: sign in to it to see why".to_owned(),
            ErrorKind::WrongHost => {
                "the host does not answer like the ActiveCampaign API: copy the API URL from Settings → Developer".to_owned()
            }
            ErrorKind::NameNotResolved => "the host name does not resolve: check its spelling and the network".to_owned(),
            ErrorKind::ForbiddenAddress => "the host name points to a private address".to_owned(),
            ErrorKind::NotFound => format!("ActiveCampaign has no such thing ({})", self.words),
            ErrorKind::InvalidContacts(faults) if faults.is_empty() => {
                "ActiveCampaign turned an import down without naming a contact".to_owned()
            }
            ErrorKind::InvalidContacts(faults) => format!("ActiveCampaign found fault with {} contacts", faults.len()),
            ErrorKind::Invalid { detail, .. } => format!("ActiveCampaign turned a request down: {detail}"),
            ErrorKind::TooLarge => "a request is larger than ActiveCampaign takes".to_owned(),
            ErrorKind::RateLimited => {
                "ActiveCampaign's rate limit did not lift: another integration may be using all of it; run again later".to_owned()
            }
            ErrorKind::NoTurn(words) => words.clone(),
            ErrorKind::Unavailable => "ActiveCampaign is not available: run again later".to_owned(),
            ErrorKind::Network { .. } => "ActiveCampaign cannot be reached: check the network and run again".to_owned(),
            ErrorKind::Unreadable => "ActiveCampaign's answer cannot be understood: run again, and report it if it stays".to_owned(),
            ErrorKind::Other => "ActiveCampaign answered in an unexpected way".to_owned(),
        };
        let at = if self.host.is_empty() { String::new() } else { format!(" at {}", self.host) };
        let mut marks: Vec<String> = vec![format!("{}{at}", self.endpoint)];
        marks.extend(self.status.map(|status| format!("HTTP {status}")));
        marks.extend(self.request_id.as_ref().map(|id| format!("request {id}")));
        marks.extend(self.cf_ray.as_ref().map(|ray| format!("ray {ray}")));
        format!("{what} [{}]", marks.join(", "))
    }
}

/// The provider's words, cut to what a log may hold: one line, no addresses.
pub(crate) fn clean(words: &str) -> String {
    const LONGEST: usize = 200;
    let mut cleaned = String::new();
    for word in words.split_whitespace() {
        if cleaned.len() + word.len() >= LONGEST {
            break;
        }
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(if word.contains('@') { "<address>" } else { word });
    }
    cleaned.retain(|c| !c.is_control());
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_addresses_and_line_breaks() {
        assert_eq!(clean("bad\naddress ann@example.com, sorry"), "bad address <address> sorry");
        assert!(clean(&"word ".repeat(100)).len() <= 200);
    }

    #[test]
    fn an_error_carries_what_support_asks_for() {
        let error = Error {
            status: Some(503),
            host: "acme.api-us1.com".into(),
            request_id: Some("r-1".into()),
            cf_ray: Some("c-1".into()),
            ..Error::new(ErrorKind::Unavailable, "import/bulk_import")
        };
        let expected = "ActiveCampaign is not available: run again later [import/bulk_import at acme.api-us1.com, HTTP 503, request r-1, ray c-1]";
        assert_eq!(error.to_string(), expected);
    }
}
