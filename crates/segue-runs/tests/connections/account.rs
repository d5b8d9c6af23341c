//! Connect: host, key, consent, and what is at fault.

use activecampaign_sim::{KEY, RESTRICTED_KEY};
use segue_model::connection::{CONSENT_TEXT, Fault, Trouble};
use segue_runs::connections::{Attempt, ConnectionChange, ConnectionError, ConnectionRules, Connections};
use segue_store::{Reference, Secret};

use crate::setting::{NOW, Setting, by, field, proven, unlimited};

fn trouble<T: std::fmt::Debug>(outcome: Result<T, ConnectionError>) -> Trouble {
    match outcome {
        Err(ConnectionError::Trouble(trouble)) => trouble,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s21_connect_shows_the_account_and_its_lists() {
    let setting = Setting::new().await;
    let account = setting.connections.try_account(&setting.attempt(&format!(" {KEY}\n"))).await.unwrap();
    assert_eq!(account.host, setting.host());
    assert!(account.lists.iter().any(|list| list.id == 1 && list.takes_email), "{account:?}");
    assert!(account.lists.is_sorted_by_key(|list| list.name.clone()));
}

#[tokio::test]
async fn s21_a_failure_says_what_is_at_fault() {
    let setting = Setting::new().await;
    let fault = async |attempt: &Attempt| trouble(setting.connections.try_account(attempt).await);

    let key = fault(&setting.attempt("another-key")).await;
    assert_eq!(key.fault, Fault::Key);
    assert!(key.words.contains("API key") && !key.words.contains("another-key"), "{key:?}");

    let to = |host: &str| Attempt { host: host.into(), ..setting.attempt(KEY) };
    assert_eq!(fault(&to("acme.api-us1.invalid")).await.fault, Fault::Host);
    assert_eq!(fault(&to("http://127.0.0.1:1")).await.fault, Fault::Network);
}

#[tokio::test]
async fn s21_something_else_that_answers_is_the_hosts_fault() {
    let setting = Setting::with(&["html-200@users/me"]).await;
    let outcome = setting.connections.try_account(&setting.attempt(KEY)).await;
    assert_eq!(trouble(outcome).fault, Fault::Host);
}

#[tokio::test]
async fn s21_a_provider_in_trouble_is_nobodys_fault_here() {
    let setting = Setting::with(&["503@lists"]).await;
    let outcome = setting.connections.try_account(&setting.attempt(KEY)).await;
    assert_eq!(trouble(outcome).fault, Fault::Provider);
}

#[tokio::test]
async fn s21_an_unpaid_account_is_named() {
    let setting = Setting::with(&["402"]).await;
    let outcome = setting.connections.try_account(&setting.attempt(KEY)).await;
    assert_eq!(trouble(outcome).fault, Fault::Account);
}

#[tokio::test]
async fn s3_a_key_without_rights_is_named_at_connect() {
    let setting = Setting::new().await;
    let outcome = setting.connections.try_account(&setting.attempt(RESTRICTED_KEY)).await;
    assert_eq!(trouble(outcome).fault, Fault::Permission);
}

#[tokio::test]
async fn s18_host_and_key_are_both_required() {
    let setting = Setting::new().await;
    let host = Attempt { host: " ".into(), ..setting.attempt(KEY) };
    assert_eq!(field(setting.connections.try_account(&host).await).0, "host");
    for key in ["", " ", "two words", "schlüssel", &"a".repeat(600)] {
        assert_eq!(field(setting.connections.try_account(&setting.attempt(key)).await).0, "api_key", "{key}");
    }
}

#[tokio::test]
async fn s18_the_key_is_sealed_and_nowhere_to_be_seen() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    assert!(!format!("{connection:?} {:?}", setting.connections).contains(KEY));
    for entry in setting.logged("connection.create").await {
        assert!(!entry.after.clone().unwrap().contains(KEY));
        assert!(entry.after.unwrap().contains("\"api_key\":\"sealed\""));
    }
    setting.store.close().await;
    for file in std::fs::read_dir(setting.directory.path()).unwrap().flatten().filter(|f| f.path().is_file())
    {
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()), "{:?}", file.path());
    }
}

#[tokio::test]
async fn s18_a_key_may_stay_in_a_file_and_is_read_when_it_is_needed() {
    let setting = Setting::new().await;
    let path = setting.folder.path().join("acme");
    let mut new = setting.new_connection("Shop");
    new.account.key = Secret::Reference(Reference::File(path.clone()));
    let missing = setting.connections.create(&new, &proven("eva"), &by("eva")).await;
    let (at, problem) = field(missing);
    assert!(at == "api_key_from" && problem.contains("cannot be read"), "{problem}");

    std::fs::write(&path, format!("{KEY}\n")).unwrap();
    let (connection, _) = setting.connections.create(&new, &proven("eva"), &by("eva")).await.unwrap();
    assert_eq!(connection.reference, Some(Reference::File(path.clone())));
    setting.connections.for_run(&connection.id).await.unwrap();

    std::fs::write(&path, "another-key").unwrap();
    let outcome = setting.connections.test_again(&connection.id, NOW + 1).await;
    assert_eq!(trouble(outcome).fault, Fault::Key);
}

#[tokio::test]
async fn s19_the_host_is_taken_in_every_form_and_kept_in_one() {
    let setting = Setting::new().await;
    let mut new = setting.new_connection("Shop");
    new.account.host = format!(" {}/api/3/ ", setting.host());
    let (connection, _) = setting.connections.create(&new, &proven("eva"), &by("eva")).await.unwrap();
    assert_eq!(connection.host, setting.host());
    new.account.host = format!("{}/admin", setting.host());
    assert_eq!(field(setting.connections.try_account(&new.account).await).0, "host");
}

#[tokio::test]
async fn s19_private_hosts_and_plain_http_are_refused_unless_the_operator_allows_them() {
    let setting = Setting::new().await;
    let rules = ConnectionRules::default();
    let connections =
        Connections::new(setting.store.clone(), setting.keys.clone(), rules, unlimited(&setting.store));
    for host in [setting.host(), "http://acme.api-us1.com".into(), "localhost".into(), "10.0.0.1".into()] {
        let attempt = Attempt { host, ..setting.attempt(KEY) };
        assert_eq!(field(connections.try_account(&attempt).await).0, "host");
    }
    // One that was allowed when it was made is not called either.
    let connection = setting.create("Shop").await.unwrap();
    assert_eq!(field(connections.for_run(&connection.id).await).0, "host");
}

#[tokio::test]
async fn s20_nothing_is_tried_or_saved_without_consent() {
    let setting = Setting::new().await;
    for agreed in [None, Some(0), Some(CONSENT_TEXT + 1)] {
        let mut new = setting.new_connection("Shop");
        new.account.agreed = agreed;
        assert_eq!(field(setting.connections.try_account(&new.account).await).0, "agreed");
        assert_eq!(field(setting.connections.create(&new, &proven("eva"), &by("eva")).await).0, "agreed");
    }
    assert_eq!(setting.requests().await, 0);
}

#[tokio::test]
async fn s20_who_agreed_when_and_to_what_is_recorded() {
    let setting = Setting::new().await;
    let consent = setting.create("Shop").await.unwrap().consent;
    assert_eq!((consent.text, consent.by.id.as_str(), consent.by.at_ms), (CONSENT_TEXT, "eva", NOW));
    assert_eq!(consent.by.name, "EVA", "a name that people know, as of the export user");
    assert_eq!(consent.policy.as_deref(), Some("https://acme.example/privacy"));
    let (version, text) = setting.connections.consent(&setting.host());
    assert_eq!(version, CONSENT_TEXT);
    assert!(
        text.contains(&setting.simulator.address().to_string())
            && text.contains("https://acme.example/privacy")
    );
}

#[tokio::test]
async fn a_test_is_repeated_and_its_outcome_kept() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    setting.connections.test_again(&connection.id, NOW + 1).await.unwrap();
    let tested = setting.store.connection(&connection.id).await.unwrap();
    assert_eq!(
        (tested.tested.at_ms, tested.tested.trouble, tested.version),
        (NOW + 1, None, connection.version)
    );

    setting.set_faults(&["503@lists"]).await;
    let outcome = setting.connections.test_again(&connection.id, NOW + 2).await;
    let noted = setting.store.connection(&connection.id).await.unwrap().tested;
    assert_eq!((noted.at_ms, noted.trouble), (NOW + 2, Some(trouble(outcome))));
}

#[tokio::test]
async fn a_key_is_rotated_after_it_was_tried() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    let with = |key: &str| ConnectionChange {
        key: Some(Secret::Value(key.to_owned().into())),
        ..ConnectionChange::default()
    };
    let refused = setting.change(&connection, with("another-key")).await;
    assert_eq!(trouble(refused).fault, Fault::Key);
    assert_eq!(setting.store.connection(&connection.id).await.unwrap(), connection);

    let changed = setting.change(&connection, with(KEY)).await.unwrap();
    assert_eq!(changed.version, connection.version + 1);
    let entry = setting.logged("connection.change").await.remove(0);
    assert!(entry.after.unwrap().contains("\"api_key\":\"changed\""));
    setting.connections.for_run(&connection.id).await.unwrap();
}

#[tokio::test]
async fn another_host_takes_key_and_consent_again() {
    let (setting, other) = (Setting::new().await, Setting::new().await);
    let connection = setting.create("Shop").await.unwrap();
    let change = ConnectionChange { host: Some(other.host()), ..ConnectionChange::default() };
    assert_eq!(field(setting.change(&connection, change.clone()).await).0, "api_key");
    let change = ConnectionChange { key: Some(Secret::Value(KEY.to_owned().into())), ..change };
    assert_eq!(field(setting.change(&connection, change.clone()).await).0, "agreed");
    assert_eq!(other.requests().await, 0);
    let change = ConnectionChange { agreed: Some(CONSENT_TEXT), ..change };
    assert_eq!(setting.change(&connection, change).await.unwrap().host, other.host());

    // The same host in other words is the same.
    let connection = setting.store.connection(&connection.id).await.unwrap();
    let same = ConnectionChange { host: Some(format!("{}/", other.host())), ..ConnectionChange::default() };
    assert_eq!(setting.change(&connection, same).await.unwrap().host, other.host());
}
