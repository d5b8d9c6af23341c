//! The account's limits. The clock stands still, so that no window ends in the middle of a test.

use activecampaign_sim::{KEY, Limits, RESTRICTED_KEY};
use reqwest::Method;
use serde_json::json;

use crate::sandbox::{Answer, Sandbox, people};

async fn limited(settings: &[&str]) -> Sandbox {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Sandbox::with(|config| {
        config.limits = Some(Limits::default());
        for setting in &settings {
            config.knobs.set(setting).unwrap();
        }
    })
    .await
}

async fn statuses(sandbox: &Sandbox, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(sandbox.get("users/me").await.status);
    }
    statuses
}

/// Hands in imports, one a second, so that only their own limits count.
async fn import(sandbox: &Sandbox, contacts: usize) -> Answer {
    sandbox.forward(1.0).await;
    sandbox.import(&people(contacts)).await
}

#[tokio::test]
async fn five_requests_a_second() {
    let sandbox = limited(&[]).await;
    assert_eq!(statuses(&sandbox, 6).await, [200, 200, 200, 200, 200, 429]);
    let refused = sandbox.get("lists").await;
    assert_eq!((refused.status, refused.json()), (429, json!({"message": "Too Many Requests"})));
    // A second by a clock that runs that much slower.
    let expected = [("ratelimit-limit", "5"), ("ratelimit-remaining", "0"), ("retry-after", "65536")];
    for (header, value) in expected {
        assert_eq!(refused.header(header), Some(value), "{header}");
    }
    sandbox.forward(1.0).await;
    assert_eq!(sandbox.get("lists").await.status, 200);
    let limits = &sandbox.look("state").await["limits"]["general"];
    assert_eq!(*limits, json!({"limit": 5, "peak": 7, "refused": 2}));
    sandbox.arrange("reset-counters", &json!({})).await;
    assert_eq!(sandbox.look("state").await["limits"]["general"]["refused"], 0);
}

#[tokio::test]
async fn all_keys_share_the_limit_and_wrong_ones_do_not_count() {
    let sandbox = limited(&[]).await;
    let ask = |key: &'static str| sandbox.try_send(Method::GET, "/api/3/users/me", Some(key), None);
    for _ in 0..10 {
        assert_eq!(ask("wrong").await.unwrap().status, 403);
    }
    for key in [KEY, RESTRICTED_KEY, KEY, RESTRICTED_KEY, KEY] {
        assert_eq!(ask(key).await.unwrap().status, 200);
    }
    assert_eq!(ask(RESTRICTED_KEY).await.unwrap().status, 429);
}

#[tokio::test]
async fn what_a_429_says_can_be_set() {
    for (settings, body, wait) in [
        (&["retry-after=30"][..], r#"{"message":"Too Many Requests"}"#, Some("1966080")),
        (&["limit-body=html"], "<!DOCTYPE html>", Some("65536")),
        (&["limit-body=empty", "rate-headers=off"], "", None),
    ] {
        let sandbox = limited(settings).await;
        statuses(&sandbox, 5).await;
        let refused = sandbox.get("users/me").await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, wait));
        assert_eq!(refused.header("ratelimit-limit").is_some(), wait.is_some());
        assert!(refused.text.starts_with(body) && refused.text.is_empty() == body.is_empty());
    }
}

#[tokio::test]
async fn windows_are_fixed_or_slide() {
    for (setting, expected) in [("window=fixed", 200), ("window=sliding", 429)] {
        let sandbox = limited(&[setting]).await;
        let journal_at = || async { sandbox.look("journal").await[0]["at"].as_f64().unwrap() };
        assert_eq!(statuses(&sandbox, 1).await, [200]);
        let into_second = journal_at().await % 1_000.0;
        // To the last tenth of a second, with more than a second since that request.
        sandbox.forward((2_900.0 - into_second) / 1_000.0).await;
        assert_eq!(statuses(&sandbox, 5).await, [200; 5]);
        // Over the edge of the second, where five more fit into a fixed window.
        sandbox.forward(0.2).await;
        assert_eq!(sandbox.get("users/me").await.status, expected, "{setting}");
    }
}

#[tokio::test]
async fn a_hundred_imports_a_minute() {
    let sandbox = limited(&["window=sliding", "import-counts=off"]).await;
    for number in 0..100 {
        assert_eq!(sandbox.import(&people(2)).await.status, 200, "{number}");
    }
    let refused = sandbox.import(&people(2)).await;
    assert_eq!((refused.status, &refused.json()["message"]), (400, &json!("Rate limit exceeded.")));
    let reason = "Up to 100 imports may be requested per minute. Please batch contacts into larger requests, or retry this request in a minute.";
    assert_eq!(refused.json()["failureReasons"], json!([reason]));
    assert_eq!(sandbox.look("state").await["imports"]["batches"], 100);
    sandbox.forward(60.0).await;
    assert_eq!(sandbox.import(&people(2)).await.status, 200);
}

#[tokio::test]
async fn twenty_imports_of_one_contact_a_minute() {
    let sandbox = limited(&["window=sliding"]).await;
    for number in 0..20 {
        assert_eq!(import(&sandbox, 1).await.status, 200, "{number}");
    }
    let refused = import(&sandbox, 1).await;
    assert_eq!(refused.status, 400);
    assert!(refused.json()["failureReasons"][0].as_str().unwrap().starts_with("Up to 20 imports"));
    // Two contacts are another matter.
    assert_eq!(import(&sandbox, 2).await.status, 200);
}

#[tokio::test]
async fn imports_count_as_requests_unless_told_otherwise() {
    for (setting, expected) in [("import-counts=on", 429), ("import-counts=off", 200)] {
        let sandbox = limited(&[setting]).await;
        for _ in 0..5 {
            assert_eq!(sandbox.import(&people(2)).await.status, 200);
        }
        assert_eq!(sandbox.get("users/me").await.status, expected, "{setting}");
    }
}
