//! Our own site: under which address people reach it, and whether a browser's request comes from it.

use axum::http::{HeaderMap, Method, header};

use crate::problem::{Code, Problem};

/// The address under which people reach the server: a scheme and a host, perhaps a port, and no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    is_https: bool,
}

impl PublicUrl {
    /// Reads an address. Plain http is for this machine only: cookies and passwords would cross the network in clear.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_end_matches('/').to_lowercase();
        let (is_https, host) = match text.split_once("://") {
            Some(("https", host)) => (true, host),
            Some(("http", host)) => (false, host),
            _ => return Err("write it as https://segue.example.com".to_owned()),
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if host.is_empty() || !host.chars().all(is_plain) {
            return Err(
                "write a host and perhaps a port, without a path, as in https://segue.example.com".to_owned()
            );
        }
        let name = host
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map_or(host, |(name, _)| name);
        let is_loopback = name == "localhost" || name == "[::1]" || is_loopback_v4(name);
        if !is_https && !is_loopback {
            return Err(
                "plain http is for this machine only: put a proxy with TLS before it and write https"
                    .to_owned(),
            );
        }
        Ok(Self { text, is_https })
    }

    /// Without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether people reach it over TLS.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.is_https
    }

    /// The name of the session's cookie. With TLS it has the prefix that keeps other hosts of the same domain from setting
    /// it; browsers take that prefix over https only.
    pub(crate) const fn cookie(&self) -> &'static str {
        if self.is_https { "__Host-segue" } else { "segue" }
    }

    /// Turns down what a browser sends on behalf of another site. Browsers say where a request comes from; what says
    /// nothing is no browser, which is fine unless the request is let in by a cookie.
    pub(crate) fn check(
        &self,
        method: &Method,
        headers: &HeaderMap,
        has_cookie: bool,
    ) -> Result<(), Problem> {
        if method.is_safe() {
            return Ok(());
        }
        let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let is_ours = match (said("sec-fetch-site"), said(header::ORIGIN.as_str())) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => origin.eq_ignore_ascii_case(&self.text),
            (None, None) => !has_cookie,
        };
        if is_ours { Ok(()) } else { Err(Problem::new(Code::CrossSite)) }
    }
}

fn is_loopback_v4(name: &str) -> bool {
    name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        for good in
            ["https://segue.example.com", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080/"]
        {
            assert!(PublicUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://segue.example.com",
            "http://127.0.0.1.example.com",
            "ftp://a",
            "https://",
            "https://a/b",
            "a",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_our_own_site_changes_things_by_cookie() {
        let url = PublicUrl::parse("https://segue.example.com").unwrap();
        let allowed = |site: Option<&'static str>, origin: Option<&'static str>, has_cookie| {
            let mut headers = HeaderMap::new();
            site.map(|site| headers.insert("sec-fetch-site", HeaderValue::from_static(site)));
            origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_static(origin)));
            url.check(&Method::POST, &headers, has_cookie).is_ok()
        };
        assert!(allowed(Some("same-origin"), None, true));
        assert!(allowed(None, Some("https://segue.example.com"), true));
        assert!(allowed(None, None, false));
        for site in ["same-site", "cross-site", "none", ""] {
            assert!(!allowed(Some(site), Some("https://segue.example.com"), true), "{site}");
        }
        assert!(!allowed(None, Some("https://evil.example.com"), true));
        assert!(!allowed(None, Some("null"), false));
        assert!(!allowed(None, None, true));
    }
}
