//! The key and people's addresses: neither stands in anything that is logged.

use activecampaign::{Client, Contact, Host, HostError, HostPolicy, Import, Options};
use activecampaign_sim::KEY;
use serde_json::json;

use crate::account::{Account, client, hurried};
use crate::stub::Stub;

#[tokio::test]
async fn the_key_is_in_no_text() {
    let account = Account::new().await;
    let options = hurried();
    let mut texts = vec![format!("{:?}", account.client), format!("{options:?}")];
    for fault in
        ["402", "403-blip", "500", "reset-before-commit", "html-200", "truncated-json", "bulk-limit:count=1"]
    {
        account.faults(&[fault]).await;
        let error = account.client.list(99).await.unwrap_err();
        texts.extend([format!("{error:?}"), error.to_string(), error.words().to_owned()]);
    }
    // A proxy that shows what it was sent.
    for (status, body) in [
        ("403 Forbidden", format!(r#"{{"message":"the header Api-Token: {KEY} is not allowed"}}"#)),
        ("422 Unprocessable Entity", format!(r#"{{"errors":[{{"title":"{KEY}","code":"{KEY}"}}]}}"#)),
        ("403 Forbidden", format!(r#"{{"errors":[{{"detail":"Api-Token={KEY}"}}]}}"#)),
        ("404 Not Found", format!(r#"{{"message":"{KEY}"}}"#)),
        (
            "400 Bad Request",
            format!(
                r#"{{"message":"JSON payload did not pass validation","failureReasons":[{{"contact":1,"failureReason":"{KEY}"}}]}}"#
            ),
        ),
    ] {
        let proxy = Stub::answering(&format!("{status}\r\nx-request-id: {KEY}\r\ncf-ray: {KEY}"), &body);
        let error = client(&proxy.url, KEY, hurried()).lists().await.unwrap_err();
        texts.extend([format!("{error:?}"), error.to_string(), error.words().to_owned()]);
    }
    for text in texts {
        assert!(!text.contains(KEY), "{text}");
    }
}

#[tokio::test]
async fn addresses_are_in_no_text() {
    let account = Account::new().await;
    let contact = account.client.sync_contact(&json!({"email": "ann@example.com"})).await.unwrap();
    account.client.set_membership(contact, 3, false).await.unwrap();
    let import = Import::without_automations(vec![Contact::new("ann@example.com").on_list(3)]);
    let batch = account.client.bulk_import(&import).await.unwrap().batch;
    account.forward(60.0).await;
    let found = account.client.contact_by_email("ann@example.com").await.unwrap();
    let status = account.client.import_status(&batch).await.unwrap();
    assert_eq!(status.failures, ["ann@example.com"]);
    let echo =
        Stub::json("422 Unprocessable Entity", r#"{"errors":[{"detail":"ann@example.com is not allowed"}]}"#);
    let error = client(&echo.url, KEY, hurried()).lists().await.unwrap_err();
    assert_eq!(error.words(), "<address> is not allowed");
    for text in [format!("{found:?}"), format!("{status:?}"), format!("{error:?}"), error.to_string()] {
        assert!(!text.contains("ann"), "{text}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_without_the_policy() {
    let account = Account::new().await;
    let url = account.url();
    assert!(matches!(Host::parse(&url, HostPolicy::PublicHttps), Err(HostError::Insecure(_))));
    let secure = url.replace("http:", "https:");
    for private in
        [secure.as_str(), "https://localhost", "10.0.0.1", "[::1]", "169.254.169.254", "192.168.1.1:8443"]
    {
        assert!(
            matches!(Host::parse(private, HostPolicy::PublicHttps), Err(HostError::Private(_))),
            "{private}"
        );
    }
    assert_eq!(account.client.usage().requests, 0);
    // With it they are for tests.
    let host = Host::parse(&url, HostPolicy::AllowInsecure).unwrap();
    Client::new(&host, KEY.to_owned().into(), Options::default()).unwrap().me().await.unwrap();
}
