//! Connections and the secrets in them.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret, SecretString};
use segue_model::connection::{ConnectionKind, Consent, Fault, Sharing, Signature, Tested, Trouble};
use segue_store::{
    Connection, Entry, EntryFilter, ExportName, MasterKeys, Reference, ReferenceRules, SavedExport, Secret,
    Store, StoreError,
};

use crate::place::{Place, on_both};
use crate::recipes::export;
use crate::segments::add;

on_both! {
    a_connection_is_added_changed_and_removed,
    who_is_removed_is_none_of_those_who_may_use_a_connection,
    names_are_taken_once_whatever_their_case,
    a_change_of_an_earlier_version_is_refused,
    a_test_is_noted_and_is_no_change,
    a_reference_is_kept_as_it_is,
    a_connection_in_use_stays,
    keys_are_rotated_all_or_none,
    a_wrong_master_key_is_told_at_start_and_at_use,
    what_a_lost_key_sealed_stays_shut_and_the_rest_goes_on,
}

pub(crate) const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const OTHER: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

pub(crate) fn keys(texts: &[&str]) -> MasterKeys {
    MasterKeys::parse(&SecretString::from(texts.join(",")), "SEGUE_MASTER_KEY").unwrap()
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::Value(SecretString::from(text))
}

pub(crate) fn connection(id: &str, name: &str) -> Connection {
    let by = Signature { id: "eva".into(), name: "Eva".into(), at_ms: 5 };
    Connection {
        id: id.into(),
        kind: ConnectionKind::ActiveCampaign,
        name: name.into(),
        host: "acme.api-us1.com".into(),
        reference: None,
        sealed_with: keys(&[ONE]).ids().next().map(str::to_owned),
        sharing: Sharing::People(BTreeSet::from(["ion".to_owned()])),
        consent: Consent { text: 1, policy: Some("https://acme.example/privacy".into()), by: by.clone() },
        export_user: by,
        tested: Tested { at_ms: 5, trouble: None },
        version: 1,
        created_ms: 5,
        changed_ms: 5,
    }
}

pub(crate) fn entry(id: &str) -> Entry {
    Entry {
        id: id.into(),
        at_ms: 5,
        who: Some("eva".into()),
        login: "eva@example.com".into(),
        peer: "192.0.2.1".into(),
        request: String::new(),
        action: "connection.change".into(),
        object_kind: "connection".into(),
        object_id: "c-1".into(),
        object_name: "Shop".into(),
        before: None,
        after: None,
    }
}

async fn key_of(store: &Store, id: &str, keys: &MasterKeys) -> Result<String, StoreError> {
    let key = store.connection_key(id, keys, &ReferenceRules::default()).await?;
    Ok(key.expose_secret().to_owned())
}

pub(crate) async fn entries(store: &Store) -> usize {
    store.entries(&EntryFilter::default(), None, 100).await.unwrap().len()
}

async fn a_connection_is_added_changed_and_removed(place: &Place) {
    let store = place.open().await.unwrap();
    let keys = keys(&[ONE]);
    let added = connection("c-1", "Shop");
    store.add_connection(&added, &secret("k-1"), &keys, &entry("e-1")).await.unwrap();
    assert_eq!(store.connection("c-1").await.unwrap(), added);
    assert_eq!(key_of(&store, "c-1", &keys).await.unwrap(), "k-1");

    let changed = Connection { name: "Club".into(), sharing: Sharing::Contributors, changed_ms: 6, ..added };
    assert_eq!(store.change_connection(&changed, None, &keys, &entry("e-2")).await.unwrap(), 2);
    assert_eq!(key_of(&store, "c-1", &keys).await.unwrap(), "k-1");
    let changed = Connection { version: 2, ..changed };
    store.change_connection(&changed, Some(&secret("k-2")), &keys, &entry("e-3")).await.unwrap();
    assert_eq!(key_of(&store, "c-1", &keys).await.unwrap(), "k-2");
    assert_eq!(store.connections().await.unwrap(), [Connection { version: 3, ..changed }]);

    store.remove_connection("c-1", 3, &entry("e-4")).await.unwrap();
    assert!(matches!(store.connection("c-1").await, Err(StoreError::Missing { what: "connection" })));
    let key = key_of(&store, "c-1", &keys).await;
    assert!(matches!(key, Err(StoreError::Missing { what: "connection" })));
    assert_eq!(entries(&store).await, 4);
}

async fn who_is_removed_is_none_of_those_who_may_use_a_connection(place: &Place) {
    let store = place.open().await.unwrap();
    crate::people::two_people(&store).await;
    let keys = keys(&[ONE]);
    let both = Sharing::People(["eva", "ion"].map(str::to_owned).into());
    let shared = Connection { sharing: both, ..connection("c-2", "Club") };
    for added in [connection("c-1", "Shop"), shared] {
        store.add_connection(&added, &secret("k"), &keys, &entry(&format!("a-{}", added.id))).await.unwrap();
    }
    store.remove_person("ion", 1, &entry("e-9")).await.unwrap();
    let left = store.connections().await.unwrap();
    let left: Vec<(Sharing, i64)> =
        left.into_iter().map(|connection| (connection.sharing, connection.version)).collect();
    let eva = Sharing::People(BTreeSet::from(["eva".to_owned()]));
    assert_eq!(left, [(eva, 2), (Sharing::Administrators, 2)], "Club, then Shop");
    assert_eq!(key_of(&store, "c-1", &keys).await.unwrap(), "k");
}

async fn names_are_taken_once_whatever_their_case(place: &Place) {
    let store = place.open().await.unwrap();
    let keys = keys(&[ONE]);
    for (id, name) in [("c-1", "Shop"), ("c-2", "club")] {
        store.add_connection(&connection(id, name), &secret("k"), &keys, &entry(id)).await.unwrap();
    }
    let added = store.add_connection(&connection("c-3", "SHOP"), &secret("k"), &keys, &entry("e-3")).await;
    assert!(matches!(added, Err(StoreError::Exists { what: "connection", .. })));
    let changed = store.change_connection(&connection("c-2", "shop"), None, &keys, &entry("e-4")).await;
    assert!(matches!(changed, Err(StoreError::Exists { what: "connection", .. })));
    let names: Vec<String> = store.connections().await.unwrap().into_iter().map(|found| found.name).collect();
    assert_eq!(names, ["club", "Shop"]);
    assert_eq!(entries(&store).await, 2, "what was not done is not in the log");
}

async fn a_change_of_an_earlier_version_is_refused(place: &Place) {
    let store = place.open().await.unwrap();
    let keys = keys(&[ONE]);
    let first = connection("c-1", "Shop");
    store.add_connection(&first, &secret("k-1"), &keys, &entry("e-1")).await.unwrap();
    store.change_connection(&first, None, &keys, &entry("e-2")).await.unwrap();
    let stale = store.change_connection(&first, Some(&secret("k-2")), &keys, &entry("e-3")).await;
    assert!(matches!(stale, Err(StoreError::Stale { what: "connection" })));
    let stale = store.remove_connection("c-1", 1, &entry("e-4")).await;
    assert!(matches!(stale, Err(StoreError::Stale { what: "connection" })));
    assert_eq!(key_of(&store, "c-1", &keys).await.unwrap(), "k-1");
    let missing = store.change_connection(&connection("c-9", "Shop"), None, &keys, &entry("e-5")).await;
    assert!(matches!(missing, Err(StoreError::Missing { what: "connection" })));
}

async fn a_test_is_noted_and_is_no_change(place: &Place) {
    let store = place.open().await.unwrap();
    store
        .add_connection(&connection("c-1", "Shop"), &secret("k"), &keys(&[ONE]), &entry("e-1"))
        .await
        .unwrap();
    let trouble = Trouble { fault: Fault::Key, words: "refused".into() };
    let tested = Tested { at_ms: 9, trouble: Some(trouble) };
    store.note_test("c-1", &tested).await.unwrap();
    assert_eq!(store.connection("c-1").await.unwrap(), Connection { tested, ..connection("c-1", "Shop") });
}

async fn a_reference_is_kept_as_it_is(place: &Place) {
    let store = place.open().await.unwrap();
    let path = place.directory.path().join("acme");
    std::fs::write(&path, "k-1\n").unwrap();
    let reference = Reference::File(path);
    let added =
        Connection { reference: Some(reference.clone()), sealed_with: None, ..connection("c-1", "Shop") };
    let keys = keys(&[ONE]);
    store.add_connection(&added, &Secret::Reference(reference), &keys, &entry("e-1")).await.unwrap();
    assert_eq!(store.connection("c-1").await.unwrap(), added);
    let rules = ReferenceRules { folder: Some(place.directory.path().to_owned()) };
    assert_eq!(store.connection_key("c-1", &keys, &rules).await.unwrap().expose_secret(), "k-1");
    let forbidden = key_of(&store, "c-1", &keys).await;
    assert!(matches!(forbidden, Err(StoreError::Reference { .. })));
    assert_eq!(store.rotate_keys(&keys, false).await.unwrap(), 0);
}

async fn a_connection_in_use_stays(place: &Place) {
    let store = place.open().await.unwrap();
    store
        .add_connection(&connection("c-1", "Shop"), &secret("k"), &keys(&[ONE]), &entry("e-1"))
        .await
        .unwrap();
    assert_eq!(store.exports_using("c-1").await.unwrap(), []);
    add(&store, "brazil").await.unwrap();
    let weekly = export("x-1", "Weekly", &["brazil"]);
    store.add_recipe(&weekly, &entry("e-4")).await.unwrap();
    let removed = store.remove_connection("c-1", 1, &entry("e-2")).await;
    assert!(matches!(removed, Err(StoreError::InUse { what: "connection" })), "{removed:?}");
    let expected = ExportName { id: "x-1".into(), name: "Weekly".into() };
    assert_eq!(store.exports_using("c-1").await.unwrap(), [expected]);
    store.change_recipe(&SavedExport { connection: None, ..weekly }, &entry("e-5")).await.unwrap();
    store.remove_connection("c-1", 1, &entry("e-3")).await.unwrap();
}

async fn keys_are_rotated_all_or_none(place: &Place) {
    let store = place.open().await.unwrap();
    let (old, both, new) = (keys(&[ONE]), keys(&[OTHER, ONE]), keys(&[OTHER]));
    for (id, name, key) in [("c-1", "Shop", "k-1"), ("c-2", "Club", "k-2")] {
        store.add_connection(&connection(id, name), &secret(key), &old, &entry(id)).await.unwrap();
    }
    // The new key alone opens nothing, and then nothing is changed.
    assert!(matches!(store.rotate_keys(&new, false).await, Err(StoreError::WrongKey { .. })));
    assert_eq!(key_of(&store, "c-1", &old).await.unwrap(), "k-1");
    // Before the rotation the old key seals, whichever stands first.
    store.add_connection(&connection("c-3", "Board"), &secret("k-3"), &both, &entry("e-3")).await.unwrap();
    assert_eq!(key_of(&store, "c-3", &old).await.unwrap(), "k-3");

    assert_eq!(store.rotate_keys(&both, false).await.unwrap(), 3);
    for (id, key) in [("c-1", "k-1"), ("c-2", "k-2"), ("c-3", "k-3")] {
        assert_eq!(key_of(&store, id, &new).await.unwrap(), key);
    }
    // A process that has missed it neither opens nor seals.
    assert!(matches!(key_of(&store, "c-1", &old).await, Err(StoreError::WrongKey { .. })));
    let late = store.add_connection(&connection("c-4", "Late"), &secret("k"), &old, &entry("e-4")).await;
    assert!(matches!(late, Err(StoreError::WrongKey { .. })), "{late:?}");
}

async fn a_wrong_master_key_is_told_at_start_and_at_use(place: &Place) {
    let store = place.open().await.unwrap();
    let (right, wrong) = (keys(&[ONE]), keys(&[OTHER]));
    let none: [String; 0] = [];
    // As long as nothing is sealed, no key is wrong.
    assert_eq!(store.keys_missing(&wrong).await.unwrap(), none);
    assert_eq!(store.keys_missing(&right).await.unwrap(), none);
    store.add_connection(&connection("c-1", "Shop"), &secret("k"), &right, &entry("e-1")).await.unwrap();
    let id = right.ids().next().unwrap().to_owned();
    assert_eq!(store.connection("c-1").await.unwrap().sealed_with.as_deref(), Some(id.as_str()));
    let lost = MasterKeys::lost(&place.directory);
    for keys in [&wrong, &lost] {
        assert_eq!(store.keys_missing(keys).await.unwrap(), std::slice::from_ref(&id));
        let error = key_of(&store, "c-1", keys).await.unwrap_err();
        assert!(error.to_string().contains(&id), "{error}");
        // And neither puts itself in force by being there.
        let late = store.add_connection(&connection("c-2", "Late"), &secret("k"), keys, &entry("e-2")).await;
        assert!(matches!(late, Err(StoreError::WrongKey { .. })), "{late:?}");
    }
    assert_eq!(store.keys_missing(&keys(&[OTHER, ONE])).await.unwrap(), none);
}

async fn what_a_lost_key_sealed_stays_shut_and_the_rest_goes_on(place: &Place) {
    let store = place.open().await.unwrap();
    let (lost, new) = (keys(&[ONE]), keys(&[OTHER]));
    store.add_connection(&connection("c-1", "Shop"), &secret("k-1"), &lost, &entry("e-1")).await.unwrap();
    assert_eq!(store.rotate_keys(&new, true).await.unwrap(), 0);
    assert!(matches!(key_of(&store, "c-1", &new).await, Err(StoreError::WrongKey { .. })));
    assert_eq!(key_of(&store, "c-1", &lost).await.unwrap(), "k-1", "should it be found again");
    let seen = store.connection("c-1").await.unwrap();
    store.change_connection(&seen, Some(&secret("k-2")), &new, &entry("e-2")).await.unwrap();
    assert_eq!(key_of(&store, "c-1", &new).await.unwrap(), "k-2");
    assert_eq!(store.keys_missing(&new).await.unwrap(), [""; 0]);
}
