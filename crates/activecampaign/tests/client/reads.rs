//! Reads: all pages of everything, ids in every type, and nobody else's contact.

use activecampaign::{Channel, Exclusion, ExclusionMatch, FieldKind, MembershipStatus};
use activecampaign_sim::KEY;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::account::{Account, client, failed, hurried};
use crate::stub::Stub;

/// More of everything than two pages hold.
async fn large(settings: &'static [&'static str]) -> Account {
    Account::with(|config| {
        (config.extra_lists, config.extra_fields, config.extra_tags) = (231, 232, 233);
        settings.iter().for_each(|setting| config.knobs.set(setting).unwrap());
    })
    .await
}

/// Imports that many contacts onto list 3.
async fn fill(account: &Account, count: usize) {
    let people: Vec<Value> = (1..=count)
        .map(|n| json!({"email": format!("person{n}@example.com"), "subscribe": [{"listid": 3}]}))
        .collect();
    let body = json!({"contacts": people}).to_string();
    account.client.bulk_import_body(body.into(), count).await.unwrap();
    account.forward(60.0).await;
}

#[tokio::test]
async fn everything_is_read_to_its_last_page() {
    for settings in [&["number-ids=off"], &["number-ids=on"], &["number-ids=drift"]] {
        let account = large(settings).await;
        let client = &account.client;
        client.me().await.unwrap();
        let lists = client.lists().await.unwrap();
        assert_eq!(lists.iter().map(|list| list.id).collect::<Vec<_>>(), (1..=235).collect::<Vec<_>>());
        assert_eq!((lists[3].name.as_str(), lists[3].channel), ("Text messages", Channel::Sms));
        assert_eq!((lists[2].name.as_str(), lists[2].channel), ("Customers", Channel::Email));
        let fields = client.fields().await.unwrap();
        assert_eq!(fields.iter().map(|field| field.id).collect::<Vec<_>>(), (1..=239).collect::<Vec<_>>());
        assert_eq!((fields[3].kind, fields[3].perstag.as_str()), (FieldKind::Dropdown, "TIER"));
        assert_eq!(fields[3].options, ["gold", "silver", "bronze"]);
        assert_eq!(fields[4].options, ["rock", "jazz", "classical", "metal", "pop"]);
        assert!(fields[238].options.is_empty());
        let tags = client.tags().await.unwrap();
        assert_eq!(tags.iter().map(|tag| tag.id).collect::<Vec<_>>(), (1..=233).collect::<Vec<_>>());
        assert_eq!(tags[232].tag, "tag 233");
        assert_eq!(client.usage().requests, 10);
        assert_eq!(client.list(235).await.unwrap().name, "List 235");
    }
}

#[tokio::test]
async fn a_last_page_that_is_full_is_not_the_last() {
    let account = Account::with(|config| config.extra_lists = 196).await;
    assert_eq!(account.client.lists().await.unwrap().len(), 200);
    assert_eq!(account.client.usage().requests, 3);
}

#[tokio::test]
async fn whose_key_it_is_is_told_and_stands_in_no_log() {
    let account = Account::new().await;
    let user = account.client.me().await.unwrap();
    assert_eq!((user.username.as_str(), user.name.as_str()), ("admin", "Sandbox Admin"));
    assert_eq!(format!("{user:?}"), "User { .. }");
}

#[tokio::test]
async fn exclusions_are_read_with_their_kind() {
    let account = Account::new().await;
    for number in 0..101 {
        account.arrange("exclusions", &json!({"phrase": format!("spam{number}@example.com")})).await;
    }
    account.arrange("exclusions", &json!({"phrase": "@Competitor.example", "type": "end"})).await;
    let exclusions = account.client.exclusions().await.unwrap();
    assert_eq!(exclusions.len(), 102);
    let last = Exclusion { match_phrase: "@competitor.example".to_owned(), match_type: ExclusionMatch::End };
    assert_eq!(exclusions[101], last);
    assert!(
        exclusions[101].matches(" Bob@COMPETITOR.example") && !exclusions[101].matches("bob@example.com")
    );
}

#[tokio::test]
async fn contacts_of_a_list_are_read_by_rising_id() {
    for settings in [&["number-ids=off"], &["number-ids=drift"]] {
        let account = large(settings).await;
        fill(&account, 234).await;
        let client = &account.client;
        for contact in [7, 107, 207] {
            client.set_membership(contact, 3, false).await.unwrap();
        }
        let (mut active, mut after) = (Vec::new(), 0);
        loop {
            let page = client.contacts_on_list(3, MembershipStatus::Active, after).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 100);
            after = last.id;
            active.extend(page);
        }
        let expected: Vec<u64> = (1..=234).filter(|id| ![7, 107, 207].contains(id)).collect();
        assert_eq!(active.iter().map(|contact| contact.id).collect::<Vec<_>>(), expected);
        assert!(active.iter().all(|contact| contact.on_list(3).unwrap().status == MembershipStatus::Active));
        let left = client.contacts_on_list(3, MembershipStatus::Unsubscribed, 7).await.unwrap();
        assert_eq!(left.iter().map(|contact| contact.id).collect::<Vec<_>>(), [107, 207]);
    }
}

#[tokio::test]
async fn a_contact_is_found_by_its_address_and_nobody_in_its_place() {
    let account = Account::new().await;
    let client = &account.client;
    let contact = client.sync_contact(&json!({"email": "Ann+news@Example.com"})).await.unwrap();
    client.set_membership(contact, 3, true).await.unwrap();
    client.set_membership(contact, 2, false).await.unwrap();
    let found = client.contact_by_email(" ann+NEWS@example.com").await.unwrap().unwrap();
    assert_eq!((found.id, found.email.as_str(), found.bounced_hard), (contact, "Ann+news@Example.com", 0));
    assert_eq!(found.on_list(3).unwrap().status, MembershipStatus::Active);
    assert_eq!(found.on_list(2).unwrap().status, MembershipStatus::Unsubscribed);
    assert!(found.on_list(1).is_none() && found.on_list(3).unwrap().subscribed_at.is_some());
    assert_eq!(client.memberships(contact).await.unwrap(), found.memberships);
    assert!(client.contact_by_email("annnews@example.com").await.unwrap().is_none());
    account.arrange("contacts/bounce", &json!({"email": "ann+news@example.com"})).await;
    assert_eq!(client.contact_by_email("ann+news@example.com").await.unwrap().unwrap().bounced_hard, 1);

    // An account that ignores the filter answers with somebody else.
    let other =
        Stub::json("200 OK", r#"{"contacts":[{"id":"1","email":"bob@example.com"}],"meta":{"total":"1"}}"#);
    let found =
        crate::account::client(&other.url, KEY, hurried()).contact_by_email("ann@example.com").await.unwrap();
    assert!(found.is_none());
    assert!(other.requests.lock()[0].contains("email=ann%40example.com"), "{:?}", other.requests.lock());
}

#[tokio::test]
async fn empty_collections_come_in_every_shape() {
    for body in [r#"{"lists":[]}"#, r#"{"lists":{}}"#, r#"{"lists":null,"meta":{"total":"0"}}"#] {
        let stub = Stub::json("200 OK", body);
        assert!(client(&stub.url, KEY, hurried()).lists().await.unwrap().is_empty(), "{body}");
    }
    // But it has to be said.
    let stub = Stub::json("200 OK", r#"{"message":"welcome"}"#);
    failed(
        client(&stub.url, KEY, hurried()).lists().await,
        &activecampaign::ErrorKind::Unreadable,
        Some(200),
    );
}

#[tokio::test]
async fn the_provider_s_clock_is_learned() {
    let account = Account::new().await;
    assert_eq!(account.client.provider_time(), None);
    account.forward(86_400.0).await;
    // An error has a time as well.
    account.client.list(99).await.unwrap_err();
    assert!(account.client.provider_time().unwrap() > Utc::now() + TimeDelta::hours(23));
}
