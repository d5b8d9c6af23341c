//! Names, sharing, and who sees what.

use std::collections::BTreeSet;

use segue_model::Role;
use segue_model::connection::{ConnectionKind, Sharing};
use segue_runs::connections::{ConnectionChange, ConnectionError, SeenConnection};
use segue_store::StoreError;

use crate::setting::{Setting, by, field, proven};

fn named(name: &str) -> ConnectionChange {
    ConnectionChange { name: Some(name.into()), ..ConnectionChange::default() }
}

fn shared(sharing: Sharing) -> ConnectionChange {
    ConnectionChange { sharing: Some(sharing), ..ConnectionChange::default() }
}

async fn seen_by(setting: &Setting, person: &str, role: Role) -> Vec<SeenConnection> {
    setting.connections.list(person, role).await.expect("a list")
}

#[tokio::test]
async fn s12_display_name_is_required_trimmed_and_length_checked() {
    let setting = Setting::new().await;
    for name in ["", " ", "a\nb", &"a".repeat(101)] {
        assert_eq!(field(setting.create(name).await).0, "name");
    }
    assert_eq!(setting.requests().await, 0);
    let connection = setting.create("  Shop newsletter ").await.unwrap();
    assert_eq!(connection.name, "Shop newsletter");
}

#[tokio::test]
async fn s12_duplicate_display_names_are_refused() {
    let setting = Setting::new().await;
    setting.create("Shop newsletter").await.unwrap();
    let other = setting.create("Club").await.unwrap();
    for outcome in
        [setting.create("shop  NEWSLETTER").await, setting.change(&other, named("Shop Newsletter")).await]
    {
        let is_taken =
            matches!(&outcome, Err(ConnectionError::Store(StoreError::Exists { what: "connection", .. })));
        assert!(is_taken, "{outcome:?}");
    }
    // Its own name, written otherwise, is free.
    assert_eq!(setting.change(&other, named("CLUB")).await.unwrap().name, "CLUB");
}

#[tokio::test]
async fn s13_name_and_type_are_always_there() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    assert_eq!((connection.name.as_str(), connection.kind.title()), ("Shop", "ActiveCampaign"));
}

#[tokio::test]
async fn s16_a_new_connection_is_for_administrators_only() {
    let setting = Setting::new().await;
    assert_eq!(setting.create("Shop").await.unwrap().sharing, Sharing::Administrators);
    assert_eq!(seen_by(&setting, "ion", Role::Contributor).await, []);
}

#[tokio::test]
async fn s17_contributors_see_name_and_type_of_what_is_shared_and_nothing_else() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    let hidden = setting.create("Board").await.unwrap();
    setting.change(&connection, shared(Sharing::Contributors)).await.unwrap();
    let expected = SeenConnection::Name {
        id: connection.id.clone(),
        name: "Shop".into(),
        kind: ConnectionKind::ActiveCampaign,
    };
    let shown = setting.connections.show(&connection.id, "ion", Role::Contributor).await.unwrap();
    assert_eq!(shown, expected);
    assert_eq!(seen_by(&setting, "ion", Role::Contributor).await, [expected]);
    let shown = setting.connections.show(&hidden.id, "ion", Role::Contributor).await;
    assert!(matches!(shown, Err(ConnectionError::Store(StoreError::Missing { .. }))));
    assert_eq!(seen_by(&setting, "vio", Role::Viewer).await, []);
    let whole = seen_by(&setting, "eva", Role::Administrator).await;
    assert!(matches!(whole.as_slice(), [SeenConnection::Whole(_), SeenConnection::Whole(_)]));
}

#[tokio::test]
async fn s15_a_connection_may_be_shared_with_named_people() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    let people =
        |ids: &[&str]| shared(Sharing::People(ids.iter().map(|&id| id.to_owned()).collect::<BTreeSet<_>>()));
    assert_eq!(field(setting.change(&connection, people(&[])).await).0, "sharing");
    assert_eq!(field(setting.change(&connection, people(&["ion", "nobody"])).await).0, "sharing");
    setting.change(&connection, people(&["ion"])).await.unwrap();
    assert_eq!(seen_by(&setting, "ion", Role::Contributor).await.len(), 1);
    assert_eq!(seen_by(&setting, "ana", Role::Contributor).await, []);
}

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    setting.change(&connection, named("Club")).await.unwrap();
    let stale = setting.change(&connection, named("Board")).await;
    assert!(matches!(stale, Err(ConnectionError::Store(StoreError::Stale { .. }))), "{stale:?}");
    let proven = proven("dan");
    let stale =
        setting.connections.become_export_user(&connection.id, connection.version, &proven, &by("dan")).await;
    assert!(matches!(stale, Err(ConnectionError::Store(StoreError::Stale { .. }))), "{stale:?}");
}
