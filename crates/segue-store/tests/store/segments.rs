//! Segments and their refreshes.

use segue_store::{Refresh, Segment, StoreError};

use crate::place::{Place, on_both};

on_both! {
    a_segment_is_added_changed_and_removed,
    segments_are_listed_by_name_wherever_they_are,
    a_name_is_taken_once,
    a_rename_takes_history_and_definitions_along,
    a_refresh_puts_its_snapshot_in_force_only_if_it_succeeded,
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
    }
}

fn refresh(at_ms: i64, members: Option<u64>) -> Refresh {
    let words = if members.is_some() { "" } else { "no such file" };
    Refresh { at_ms, millis: 5, members, words: words.into() }
}

async fn a_segment_is_added_changed_and_removed(place: &Place) {
    let store = place.open().await.unwrap();
    store.add_segment(&segment("brazil")).await.unwrap();
    assert_eq!(store.segments().await.unwrap(), [segment("brazil")]);
    let changed = Segment {
        description: String::new(),
        definition: "{1}".into(),
        is_static: true,
        is_active: false,
        ..segment("brazil")
    };
    store.change_segment(&changed).await.unwrap();
    assert_eq!(store.segments().await.unwrap(), [changed]);
    store.remove_segment("brazil").await.unwrap();
    assert_eq!(store.segments().await.unwrap(), []);
}

async fn segments_are_listed_by_name_wherever_they_are(place: &Place) {
    let store = place.open().await.unwrap();
    for name in ["b", "a-b", "ă", "B", "ab"] {
        store.add_segment(&segment(name)).await.unwrap();
    }
    let names: Vec<String> =
        store.segments().await.unwrap().into_iter().map(|segment| segment.name).collect();
    assert_eq!(names, ["B", "a-b", "ab", "b", "ă"]);
}

async fn a_name_is_taken_once(place: &Place) {
    let store = place.open().await.unwrap();
    store.add_segment(&segment("brazil")).await.unwrap();
    store.add_segment(&segment("chile")).await.unwrap();
    let added = store.add_segment(&segment("brazil")).await;
    let renamed = store.rename_segment("chile", "brazil", &[]).await;
    for outcome in [added, renamed] {
        assert!(matches!(outcome, Err(StoreError::Exists { what: "segment", .. })), "{outcome:?}");
    }
    assert_eq!(store.segments().await.unwrap(), [segment("brazil"), segment("chile")]);
}

async fn a_rename_takes_history_and_definitions_along(place: &Place) {
    let store = place.open().await.unwrap();
    store.add_segment(&segment("brazil")).await.unwrap();
    store.add_segment(&segment("both")).await.unwrap();
    store.save_refresh("brazil", &refresh(1, Some(7)), Some("brazil-1")).await.unwrap();
    let definitions = [("both".to_owned(), "{br}".to_owned())];
    store.rename_segment("brazil", "br", &definitions).await.unwrap();
    let found = store.segments().await.unwrap();
    assert_eq!((found[0].definition.as_str(), found[1].name.as_str()), ("{br}", "br"));
    assert_eq!(found[1].snapshot.as_deref(), Some("brazil-1"));
    assert_eq!(store.refreshes("br").await.unwrap(), [refresh(1, Some(7))]);
    assert_eq!(store.refreshes("brazil").await.unwrap(), []);
}

async fn a_refresh_puts_its_snapshot_in_force_only_if_it_succeeded(place: &Place) {
    let store = place.open().await.unwrap();
    store.add_segment(&segment("brazil")).await.unwrap();
    store.save_refresh("brazil", &refresh(1, Some(7)), Some("brazil-1")).await.unwrap();
    store.save_refresh("brazil", &refresh(2, None), None).await.unwrap();
    let found = store.segments().await.unwrap().remove(0);
    assert_eq!(
        (found.snapshot.as_deref(), found.refreshed_ms, found.members),
        (Some("brazil-1"), Some(1), Some(7))
    );
    assert_eq!(store.refreshes("brazil").await.unwrap(), [refresh(1, Some(7)), refresh(2, None)]);
}
