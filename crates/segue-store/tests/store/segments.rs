//! Segments and their refreshes.

use std::sync::Arc;

use segue_store::{CatalogChange, Refresh, SavedExport, Segment, Store, StoreError};

use crate::connections::{entries, entry};
use crate::place::{Place, on_both};
use crate::recipes::export;

on_both! {
    a_segment_is_added_changed_and_removed,
    who_has_not_seen_everything_changes_nothing,
    segments_are_listed_by_name_wherever_they_are,
    a_name_is_taken_once,
    a_rename_takes_history_and_definitions_along,
    a_refresh_puts_its_snapshot_in_force_only_if_it_succeeded,
    a_refresh_of_what_is_no_longer_there_is_not_noted,
    everything_is_read_again_when_anybody_has_changed_it_and_not_before,
}

pub(crate) fn segment(name: &str) -> Segment {
    Segment {
        name: name.into(),
        description: "For the spring letter".into(),
        definition: "{}".into(),
        is_static: false,
        is_active: true,
        snapshot: None,
        refreshed_ms: None,
        members: None,
        members_before: None,
        version: 1,
    }
}

/// Changes the catalog as it is.
pub(crate) async fn change(store: &Store, changes: &[CatalogChange]) -> Result<i64, StoreError> {
    let seen = store.catalog().await.unwrap().version;
    store.change_catalog(seen, changes, &entry(&format!("catalog-{seen}"))).await
}

pub(crate) async fn add(store: &Store, name: &str) -> Result<i64, StoreError> {
    change(store, &[CatalogChange::AddSegment(segment(name))]).await
}

async fn segments(store: &Store) -> Vec<Segment> {
    store.catalog().await.expect("a catalog").segments.clone()
}

pub(crate) fn renaming(old: &str, new: &str) -> CatalogChange {
    CatalogChange::RenameSegment { old: old.into(), new: new.into() }
}

pub(crate) fn refresh(at_ms: i64, members: Option<u64>) -> Refresh {
    let words = if members.is_some() { "" } else { "no such file" };
    let set_aside = members.unwrap_or_default() / 2;
    Refresh { at_ms, millis: 5, members, words: words.into(), set_aside, is_loaded: members == Some(7) }
}

async fn a_segment_is_added_changed_and_removed(place: &Place) {
    let store = place.open().await.unwrap();
    assert_eq!(add(&store, "brazil").await.unwrap(), 2);
    assert_eq!(segments(&store).await, [Segment { version: 2, ..segment("brazil") }]);
    let changed = Segment {
        description: String::new(),
        definition: "{1}".into(),
        is_static: true,
        is_active: false,
        version: 3,
        ..segment("brazil")
    };
    change(&store, &[CatalogChange::ChangeSegment(changed.clone())]).await.unwrap();
    assert_eq!(segments(&store).await, [changed]);
    change(&store, &[CatalogChange::RemoveSegment("brazil".into())]).await.unwrap();
    assert_eq!(segments(&store).await, []);
    add(&store, "brazil").await.unwrap();
    assert_eq!(segments(&store).await[0].version, 5, "another one under the same name");
    assert_eq!(entries(&store).await, 4);
}

async fn who_has_not_seen_everything_changes_nothing(place: &Place) {
    let store = place.open().await.unwrap();
    let seen = store.catalog().await.unwrap().version;
    add(&store, "brazil").await.unwrap();
    for changed in
        [CatalogChange::AddSegment(segment("chile")), CatalogChange::RemoveSegment("brazil".into())]
    {
        let late = store.change_catalog(seen, &[changed], &entry("s-2")).await;
        assert!(matches!(late, Err(StoreError::Stale { .. })), "{late:?}");
    }
    assert_eq!(segments(&store).await, [Segment { version: 2, ..segment("brazil") }]);
    assert_eq!(entries(&store).await, 1);
}

async fn segments_are_listed_by_name_wherever_they_are(place: &Place) {
    let store = place.open().await.unwrap();
    for name in ["b", "a-b", "ă", "B", "ab"] {
        add(&store, name).await.unwrap();
    }
    let names: Vec<String> = segments(&store).await.into_iter().map(|segment| segment.name).collect();
    assert_eq!(names, ["B", "a-b", "ab", "b", "ă"]);
}

async fn a_name_is_taken_once(place: &Place) {
    let store = place.open().await.unwrap();
    add(&store, "brazil").await.unwrap();
    add(&store, "chile").await.unwrap();
    let added = add(&store, "brazil").await;
    let renamed = change(&store, &[renaming("chile", "brazil")]).await;
    for outcome in [added, renamed] {
        assert!(matches!(outcome, Err(StoreError::Exists { what: "segment", .. })), "{outcome:?}");
    }
    let names: Vec<String> = segments(&store).await.into_iter().map(|segment| segment.name).collect();
    assert_eq!(names, ["brazil", "chile"]);
    assert_eq!(entries(&store).await, 2);
}

async fn a_rename_takes_history_and_definitions_along(place: &Place) {
    let store = place.open().await.unwrap();
    add(&store, "brazil").await.unwrap();
    add(&store, "both").await.unwrap();
    store.save_refresh("brazil", &refresh(1, Some(7)), None, Some("brazil-1"), true).await.unwrap();
    let both = Segment { definition: "{br}".into(), ..segment("both") };
    change(&store, &[renaming("brazil", "br"), CatalogChange::ChangeSegment(both)]).await.unwrap();
    let found = segments(&store).await;
    assert_eq!((found[0].definition.as_str(), found[0].version), ("{br}", 4));
    assert_eq!((found[1].name.as_str(), found[1].version), ("br", 4));
    assert_eq!(found[1].snapshot.as_deref(), Some("brazil-1"));
    assert_eq!(store.refreshes("br").await.unwrap(), [refresh(1, Some(7))]);
    assert_eq!(store.refreshes("brazil").await.unwrap(), []);
}

async fn a_refresh_puts_its_snapshot_in_force_only_if_it_succeeded(place: &Place) {
    let store = place.open().await.unwrap();
    add(&store, "brazil").await.unwrap();
    store.save_refresh("brazil", &refresh(1, Some(7)), None, Some("brazil-1"), true).await.unwrap();
    store.save_refresh("brazil", &refresh(2, None), Some("brazil-1"), None, true).await.unwrap();
    let found = segments(&store).await.remove(0);
    assert_eq!(
        (found.snapshot.as_deref(), found.refreshed_ms, found.members, found.members_before),
        (Some("brazil-1"), Some(1), Some(7), None)
    );
    assert_eq!(store.refreshes("brazil").await.unwrap(), [refresh(1, Some(7)), refresh(2, None)]);
    assert_eq!(store.catalog().await.unwrap().refreshes["brazil"], refresh(2, None));
    assert_eq!(store.latest_refresh("brazil").await.unwrap(), Some((refresh(2, None), 2)));
    assert_eq!(store.latest_refresh("chile").await.unwrap(), None);
    assert_eq!(store.segment("brazil").await.unwrap().as_ref(), segments(&store).await.first());
    assert_eq!(store.segment("chile").await.unwrap(), None);
    store
        .save_refresh("brazil", &refresh(3, Some(9)), Some("brazil-1"), Some("brazil-3"), true)
        .await
        .unwrap();
    let found = segments(&store).await.remove(0);
    assert_eq!((found.members, found.members_before, found.version), (Some(9), Some(7), 2));
}

async fn a_refresh_of_what_is_no_longer_there_is_not_noted(place: &Place) {
    let store = place.open().await.unwrap();
    add(&store, "brazil").await.unwrap();
    store.save_refresh("brazil", &refresh(1, Some(7)), None, Some("brazil-1"), true).await.unwrap();
    let late = store.save_refresh("brazil", &refresh(2, Some(8)), None, Some("brazil-2"), true).await;
    assert!(matches!(late, Err(StoreError::Stale { .. })), "another was put in force: {late:?}");
    change(&store, &[renaming("brazil", "br")]).await.unwrap();
    for (members, snapshot) in [(Some(8), Some("brazil-3")), (None, None)] {
        let late = store.save_refresh("brazil", &refresh(3, members), Some("brazil-1"), snapshot, true).await;
        assert!(matches!(late, Err(StoreError::Missing { .. })), "{late:?}");
    }
    assert_eq!(store.refreshes("brazil").await.unwrap(), []);
    assert_eq!(store.refreshes("br").await.unwrap(), [refresh(1, Some(7))]);
}

async fn everything_is_read_again_when_anybody_has_changed_it_and_not_before(place: &Place) {
    let (store, other) = (place.open().await.unwrap(), place.open().await.unwrap());
    let used = SavedExport { connection: None, ..export("x-1", "Weekly", &["brazil"]) };
    let mut before = store.catalog().await.unwrap();
    assert!(Arc::ptr_eq(&before, &store.catalog().await.unwrap()));
    for step in 0..7 {
        match step {
            0 => drop(add(&other, "brazil").await.unwrap()),
            1 => other.save_refresh("brazil", &refresh(1, Some(7)), None, Some("b-1"), true).await.unwrap(),
            2 => other.save_refresh("brazil", &refresh(2, None), Some("b-1"), None, true).await.unwrap(),
            3 => assert!(other.replace_snapshot("brazil", "b-1", "b-2", 6).await.unwrap()),
            4 => other.add_recipe(&used, &entry("e-1")).await.unwrap(),
            5 => drop(change(&other, &[renaming("brazil", "br")]).await.unwrap()),
            _ => other.remove_recipe("x-1", 2, &entry("e-2")).await.unwrap(),
        }
        let after = store.catalog().await.unwrap();
        assert_ne!(after, before, "step {step}");
        assert_eq!(after, other.catalog().await.unwrap(), "step {step}");
        assert!(Arc::ptr_eq(&after, &store.catalog().await.unwrap()));
        before = after;
    }
}
