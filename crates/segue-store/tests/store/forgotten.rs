//! Who was forgotten: hashes and receipts, on both databases.

use segue_model::HashKey;
use segue_store::{EntryFilter, Erasure, Held, Hindered, StateDirectory, Store, StoreError};

use crate::connections::entry;
use crate::place::{Place, on_both};

on_both! {
    hashes_are_kept_and_need_their_key, one_erasure_at_a_time_and_it_is_gone_on_with, receipts_are_listed_newest_first,
}

const KEY: HashKey = HashKey::new([5; 16]);

fn erasure(id: &str, at_ms: i64) -> Erasure {
    Erasure {
        id: id.to_owned(),
        at_ms,
        person_name: "Ana".to_owned(),
        table: "customers".to_owned(),
        receipt: None,
    }
}

async fn hashes_are_kept_and_need_their_key(place: &Place) {
    let store = place.open().await.unwrap();
    let directory = &place.directory;
    assert_eq!(directory.hash_key().unwrap(), None);
    assert!(store.forgotten(directory).await.unwrap().is_empty());
    assert_eq!(directory.keep_hash_key(KEY).unwrap(), KEY);
    assert_eq!(directory.keep_hash_key(HashKey::new([6; 16])).unwrap(), KEY, "the first one stays");

    store.begin_erasure(&erasure("a", 10), Some("p"), &KEY, 100).await.unwrap();
    let hashes = [KEY.of_profile("customers", "1"), KEY.of_address("ana@example.com"), 0, u128::MAX];
    store.forget("a", &hashes).await.unwrap();
    store.forget("a", &hashes[..1]).await.unwrap();
    assert_eq!(store.forgotten_count().await.unwrap(), 4);
    let forgotten = store.forgotten(directory).await.unwrap();
    assert!(forgotten.has_profile("customers", "1") && forgotten.has_address("ana@example.com"));
    assert!(!forgotten.has_profile("customers", "2"));
    assert_eq!(store.erasure_of(hashes[0]).await.unwrap().unwrap().id, "a");
    assert_eq!(store.erasure_of(1).await.unwrap(), None);
    another_key_is_told(&store, directory).await;
}

async fn another_key_is_told(store: &Store, directory: &StateDirectory) {
    let path = directory.forgotten_key();
    for text in ["", "hunter2", &HashKey::new([9; 16]).text()] {
        std::fs::write(&path, text).unwrap();
        let error = store.forgotten(directory).await.unwrap_err();
        assert!(matches!(&error, StoreError::ForgottenKey { .. }), "{error}");
        assert!(!error.to_string().contains("hunter2"));
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(store.forgotten(directory).await, Err(StoreError::ForgottenKey { .. })));
}

async fn one_erasure_at_a_time_and_it_is_gone_on_with(place: &Place) {
    let store = place.open().await.unwrap();
    assert_eq!(store.begin_erasure(&erasure("a", 10), None, &KEY, 100).await.unwrap(), None);
    let other = store.begin_erasure(&erasure("b", 20), None, &KEY, 100).await.unwrap();
    assert_eq!(other, Some(Hindered::Erasing));
    let twice = store.begin_erasure(&erasure("a", 20), None, &KEY, 100).await.unwrap();
    assert_eq!(twice, Some(Hindered::Erasing), "somebody is at it");
    let erasing = (store.is_erasing(99).await.unwrap(), store.is_erasing(100).await.unwrap());
    assert_eq!(erasing, (true, false));
    // Of one of which nothing was done, nothing is left.
    store.leave_erasure("a").await.unwrap();
    store.begin_erasure(&erasure("b", 20), None, &KEY, 100).await.unwrap();
    store.forget("b", &[7]).await.unwrap();
    store.leave_erasure("b").await.unwrap();
    let left = store.erasure_of(7).await.unwrap().unwrap();
    assert_eq!((left.id.as_str(), left.at_ms, left.receipt), ("b", 20, None));
    assert_eq!(store.begin_erasure(&erasure("b", 30), None, &KEY, 100).await.unwrap(), None);
    assert_eq!(store.hold_lane("l", "command 1", 30, 90).await.unwrap(), Held::Ours { used_until_ms: 0 });
    assert!(store.is_at_work(30).await.unwrap() && !store.is_at_work(90).await.unwrap());
}

async fn receipts_are_listed_newest_first(place: &Place) {
    let store = place.open().await.unwrap();
    for (id, at_ms) in [("a", 10), ("b", 30), ("c", 20)] {
        store.begin_erasure(&erasure(id, at_ms), None, &KEY, at_ms).await.unwrap();
        assert!(
            matches!(store.erasure(id).await, Err(StoreError::Missing { .. })),
            "not before it is complete"
        );
        store.complete_erasure(id, "{}", &entry(id)).await.unwrap();
    }
    let ids = |all: Vec<Erasure>| all.into_iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(store.erasures(None, 10).await.unwrap()), ["b", "c", "a"]);
    assert_eq!(ids(store.erasures(Some("b"), 1).await.unwrap()), ["c"]);
    assert_eq!(store.erasure("c").await.unwrap().receipt.as_deref(), Some("{}"));
    assert_eq!(store.entries(&EntryFilter::default(), None, 10).await.unwrap().len(), 3);
}
