//! The account's API host, in every form that people paste.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use crate::public::is_public;

/// Which hosts may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostPolicy {
    /// HTTPS to public addresses only.
    PublicHttps,
    /// Also plain HTTP and loopback and private addresses: for simulators.
    AllowInsecure,
}

/// A checked API host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    base: Url,
    policy: HostPolicy,
}

/// Why a host was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// It is empty, or no host name or URL.
    #[error("\"{0}\" is no host name: copy the API URL from Settings → Developer, as in acme.api-us1.com")]
    Malformed(String),
    /// It has a path, a query or credentials.
    #[error(
        "\"{0}\" has more than a host name: leave out everything behind the name, as in acme.api-us1.com"
    )]
    Extra(String),
    /// It says another scheme than HTTPS.
    #[error("\"{0}\" is not https: the API key would travel in the open")]
    Insecure(String),
    /// It is a loopback or private address.
    #[error("\"{0}\" is a loopback, private or reserved address")]
    Private(String),
}

impl Host {
    /// Reads a host as given by a person: bare, with a scheme, with a trailing slash, or ending in `/api/3`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(given: &str, policy: HostPolicy) -> Result<Self, HostError> {
        let trimmed = given.trim();
        let malformed = || HostError::Malformed(given.to_owned());
        if trimmed.is_empty() || trimmed.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(malformed());
        }
        let with_scheme =
            if trimmed.contains("://") { trimmed.to_owned() } else { format!("https://{trimmed}") };
        let mut base = Url::parse(&with_scheme).map_err(|_| malformed())?;
        let is_http = base.scheme() == "http" && policy == HostPolicy::AllowInsecure;
        match base.scheme() {
            "https" => {}
            "http" if is_http => {}
            "http" => return Err(HostError::Insecure(given.to_owned())),
            _ => return Err(malformed()),
        }
        let path = base.path().trim_end_matches('/');
        let is_plain = base.username().is_empty() && base.password().is_none() && base.query().is_none();
        if !(path.is_empty() || path == "/api/3") || !is_plain || base.fragment().is_some() {
            return Err(HostError::Extra(without_credentials(given)));
        }
        check_name(&base, given, policy)?;
        base.set_path("/api/3/");
        Ok(Self { base, policy })
    }

    /// The host name, with the port where it is not the scheme's own. Tells accounts apart.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
    }

    /// The host as [`Host::parse`] reads it back under the same policy: its name, with the scheme where that is not HTTPS.
    #[must_use]
    pub fn address(&self) -> String {
        let name = self.name();
        if self.base.scheme() == "http" { format!("http://{name}") } else { name }
    }

    pub(crate) fn policy(&self) -> HostPolicy {
        self.policy
    }

    pub(crate) fn endpoint(&self, path: &str) -> Option<Url> {
        self.base.join(path).ok()
    }
}

// A URL with user:password@ is shown without them.
fn without_credentials(given: &str) -> String {
    match (given.split_once("://"), given.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        (None, Some((_, rest))) => rest.to_owned(),
        _ => given.to_owned(),
    }
}

pub(crate) fn check_name(base: &Url, given: &str, policy: HostPolicy) -> Result<(), HostError> {
    let private = || Err(HostError::Private(given.to_owned()));
    match base.host() {
        Some(url::Host::Domain(name)) if !is_name(name) => Err(HostError::Malformed(given.to_owned())),
        _ if policy == HostPolicy::AllowInsecure => Ok(()),
        Some(url::Host::Ipv4(address)) if !is_public(address.into()) => private(),
        Some(url::Host::Ipv6(address)) if !is_public(address.into()) => private(),
        Some(url::Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => private(),
        Some(url::Host::Domain(name)) if !name.contains('.') => Err(HostError::Malformed(given.to_owned())),
        Some(_) => Ok(()),
        None => Err(HostError::Malformed(given.to_owned())),
    }
}

/// Whether the domain name system can know it. A dot may end it.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// The system's resolver, without the addresses that a public host never has: a name that points into the own network
/// would otherwise let whoever sets the host reach what stands there.
#[derive(Debug)]
pub(crate) struct PublicResolver(pub(crate) HostPolicy);

/// A host whose every address is private.
#[derive(Debug, thiserror::Error)]
#[error("the host has no public address")]
pub(crate) struct NoPublicAddress;

/// A name that nobody knows, or a resolver that is out of reach.
#[derive(Debug, thiserror::Error)]
#[error("the host name does not resolve")]
pub(crate) struct NotResolved;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| NotResolved)?.collect();
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|a| policy == HostPolicy::AllowInsecure || is_public(a.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(NoPublicAddress.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_is_one_host() {
        for given in [
            "acme.api-us1.com",
            " acme.api-us1.com ",
            "ACME.api-us1.com",
            "https://acme.api-us1.com",
            "https://acme.api-us1.com/",
            "https://acme.api-us1.com/api/3",
            "acme.api-us1.com/api/3/",
        ] {
            let host = Host::parse(given, HostPolicy::PublicHttps).unwrap();
            assert_eq!(host.name(), "acme.api-us1.com");
            assert_eq!(host.endpoint("lists").unwrap().as_str(), "https://acme.api-us1.com/api/3/lists");
        }
    }

    #[test]
    fn what_is_no_public_https_host_is_refused() {
        let refused = |given: &str| Host::parse(given, HostPolicy::PublicHttps).unwrap_err();
        let long = format!("{}.com", "a".repeat(64));
        for given in
            ["", " ", "acme api.com", "ftp://acme.com", "acme", "https://", "acme..com", ".acme.com", &long]
        {
            assert!(matches!(refused(given), HostError::Malformed(_)), "{given}");
        }
        for given in ["acme.com/admin", "acme.com/?a=b", "https://u:p@acme.com", "acme.com/#x"] {
            let error = refused(given);
            assert!(matches!(error, HostError::Extra(_)), "{given}");
            assert!(!error.to_string().contains("u:p"));
        }
        assert!(matches!(refused("http://acme.com"), HostError::Insecure(_)));
        for given in [
            "127.0.0.1",
            "localhost:8081",
            "10.1.2.3",
            "[::1]",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
        ] {
            assert!(matches!(refused(given), HostError::Private(_)), "{given}");
        }
    }

    #[test]
    fn a_simulator_is_reached_when_allowed() {
        let host = Host::parse("http://127.0.0.1:8081", HostPolicy::AllowInsecure).unwrap();
        assert_eq!(host.name(), "127.0.0.1:8081");
    }

    #[test]
    fn what_is_kept_of_a_host_is_read_back() {
        for given in ["http://127.0.0.1:8081/", "https://acme.api-us1.com/api/3", "acme.api-us1.com:8443"] {
            let host = Host::parse(given, HostPolicy::AllowInsecure).unwrap();
            assert_eq!(Host::parse(&host.address(), HostPolicy::AllowInsecure), Ok(host));
        }
    }

    // No name that a host may have is sure to point there on every machine, so this one is not read but made.
    #[tokio::test]
    async fn a_name_that_points_into_the_own_network_is_not_called() {
        let base = Url::parse("https://localhost/api/3/").unwrap();
        let host = Host { base, policy: HostPolicy::PublicHttps };
        let client = crate::Client::new(&host, "key".to_owned().into(), crate::Options::default()).unwrap();
        let error = client.me().await.unwrap_err();
        assert_eq!((error.kind(), client.usage().requests), (&crate::ErrorKind::ForbiddenAddress, 1));
    }
}
