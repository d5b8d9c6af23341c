//! Calls to other hosts than the provider's, by the same rules: HTTPS to public addresses, looked at when an address is given
//! and again whenever a connection is made.

use std::time::Duration;

use reqwest::redirect::Policy;
use url::Url;

use crate::HostPolicy;
use crate::answer::caused_by;
use crate::host::{HostError, NoPublicAddress, NotResolved, PublicResolver, check_name};

/// Redirects that are followed, one after another.
const MOST_REDIRECTS: usize = 5;

/// Reads an address as a person gives it. Nothing of it is repeated: it may hold a password.
///
/// # Errors
/// What is wrong with it, as it stands after "the address".
pub fn address(given: &str, policy: HostPolicy) -> Result<Url, &'static str> {
    let url = Url::parse(given.trim())
        .map_err(|_| "cannot be read: write it as in https://example.com/customers.csv")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "holds a user or a password, which everybody would see who may see the table: leave them out, and let the \
             file be read without, or put it into a data folder",
        );
    }
    check(&url, policy)?;
    Ok(url)
}

fn check(url: &Url, policy: HostPolicy) -> Result<(), &'static str> {
    match url.scheme() {
        "https" => {}
        "http" if policy == HostPolicy::AllowInsecure => {}
        _ => return Err("is not https, so that everybody on the way could read the file"),
    }
    match check_name(url, "", policy) {
        Ok(()) => Ok(()),
        Err(HostError::Private(_)) => Err("leads to a loopback, private or reserved address"),
        Err(_) => Err("names no host that can be reached"),
    }
}

/// A client that calls no host but those that `policy` allows, wherever it is led.
///
/// # Errors
/// If this machine has no means for it.
pub fn client(policy: HostPolicy, user_agent: &str) -> Result<reqwest::Client, reqwest::Error> {
    let follow = move |attempt: reqwest::redirect::Attempt<'_>| {
        if attempt.previous().len() > MOST_REDIRECTS || check(attempt.url(), policy).is_err() {
            return attempt.error(LedAstray);
        }
        attempt.follow()
    };
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent)
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .redirect(Policy::custom(follow))
        .retry(reqwest::retry::never())
        .referer(false)
        .dns_resolver(PublicResolver(policy));
    if policy == HostPolicy::AllowInsecure {
        builder = builder.no_proxy();
    } else {
        builder = builder.https_only(true);
    }
    builder.build()
}

/// A redirect to where no call may go, or too many of them.
#[derive(Debug, thiserror::Error)]
#[error("the redirect may not be followed")]
struct LedAstray;

/// Why a call failed, as it stands after "it cannot be fetched".
#[must_use]
pub fn why(error: &reqwest::Error) -> &'static str {
    if caused_by::<NoPublicAddress>(error) {
        "its host name leads to a private or reserved address"
    } else if caused_by::<NotResolved>(error) {
        "its host name does not resolve"
    } else if caused_by::<LedAstray>(error) {
        "its host leads on to an address that may not be called"
    } else if error.is_timeout() {
        "its host does not answer in time"
    } else if error.is_connect() {
        "its host cannot be reached"
    } else {
        "the connection broke off"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_public_https_hosts() {
        let read = |given: &str| address(given, HostPolicy::PublicHttps);
        assert_eq!(read(" https://example.com/a.csv?day=1 ").unwrap().path(), "/a.csv");
        for (given, said) in [
            ("example.com/a.csv", "cannot be read"),
            ("https://", "cannot be read"),
            ("http://example.com/a.csv", "is not https"),
            ("ftp://example.com/a.csv", "is not https"),
            ("https://ana:hunter2@example.com/a.csv", "holds a user or a password"),
            ("https://ana@example.com/a.csv", "holds a user or a password"),
            ("https://127.0.0.1/a.csv", "leads to a loopback"),
            ("https://[64:ff9b::7f00:1]/a.csv", "leads to a loopback"),
            ("https://localhost/a.csv", "leads to a loopback"),
            ("https://intranet/a.csv", "names no host"),
        ] {
            let found = read(given).unwrap_err();
            assert!(found.starts_with(said) && !found.contains("hunter2"), "{given}: {found}");
        }
        assert!(address("http://127.0.0.1:8/a.csv", HostPolicy::AllowInsecure).is_ok());
        assert!(address("file:///etc/passwd", HostPolicy::AllowInsecure).is_err());
    }

    // No name that a host may have is sure to point there on every machine.
    #[tokio::test]
    async fn a_name_that_points_into_the_own_network_is_not_called() {
        let client = client(HostPolicy::PublicHttps, "test").unwrap();
        let error = client.get("https://localhost/a.csv").send().await.unwrap_err();
        assert_eq!(why(&error), "its host name leads to a private or reserved address");
        let error = client.get("http://example.com/a.csv").send().await.unwrap_err();
        assert!(!error.is_connect(), "it is not even tried: {error}");
    }
}
