//! Saved exports, and what they keep from being removed.

use segue_model::connection::Signature;
use segue_model::recipe::{Recipe, TargetList};
use segue_model::schedule::ExportSchedule;
use segue_model::{Blanks, Brakes, DataMatching, FieldMatch, FieldType, Mode};
use segue_store::{CatalogChange, Entry, ExportName, SavedExport, Store, StoreError, Stored};

use crate::connections::{ONE, connection, entries, entry, keys, secret};
use crate::place::{Place, on_both};
use crate::segments::{add, change};

on_both! {
    an_export_is_added,
    an_export_is_changed_and_detached,
    an_export_is_removed,
    names_are_taken_once_whatever_their_case,
    a_change_of_an_earlier_version_is_refused,
    what_an_export_needs_must_be_there,
    a_segment_in_use_stays_and_its_new_name_is_followed,
    exports_are_listed_by_name_wherever_they_are,
    whoever_knows_all_schedules_learns_that_one_may_have_changed,
    a_setting_that_is_set_to_the_same_again_has_not_changed,
}

fn signature(id: &str, at_ms: i64) -> Signature {
    Signature { id: id.into(), name: id.to_uppercase(), at_ms }
}

fn recipe(segments: &[&str]) -> Recipe {
    let field = FieldMatch {
        field: 3,
        title: "Tier".into(),
        column: "Tier".into(),
        kind: FieldType::One(vec!["Gold".into()]),
    };
    Recipe {
        list: TargetList { id: 7, name: "Newsletter".into() },
        segments: segments.iter().map(|&name| name.to_owned()).collect(),
        matching: DataMatching { email: "Email".into(), fields: vec![field], ..DataMatching::default() },
        mode: Mode::Mirror,
        blanks: Blanks::Clear,
        automations: true,
        brakes: Brakes { max_leaving_percent: 2.5, ..Brakes::default() },
        required: vec!["consented".into()],
        schedule: ExportSchedule::Off,
    }
}

/// An export on connection `c-1`.
pub(crate) fn export(id: &str, name: &str, segments: &[&str]) -> SavedExport {
    SavedExport {
        id: id.into(),
        name: name.into(),
        connection: Some("c-1".into()),
        recipe: recipe(segments),
        is_enabled: true,
        scheduled_ms: 5,
        version: 1,
        created: signature("eva", 5),
        updated: signature("eva", 5),
    }
}

/// A store with connection `c-1` and two segments.
pub(crate) async fn furnished(place: &Place) -> Store {
    let store = place.open().await.unwrap();
    let keys = keys(&[ONE]);
    store.add_connection(&connection("c-1", "Shop"), &secret("k"), &keys, &entry("c-1")).await.unwrap();
    for name in ["brazil", "chile"] {
        add(&store, name).await.unwrap();
    }
    store
}

async fn recipes(store: &Store) -> Vec<SavedExport> {
    let stored = store.catalog().await.expect("a catalog");
    stored.exports.iter().map(|export| SavedExport::clone(export)).collect()
}

/// The exports whose rows say that they use a segment.
async fn using(store: &Store, segment: &str) -> Vec<ExportName> {
    let mut exports = recipes(store).await;
    exports.retain(|export| export.recipe.segments.iter().any(|name| name == segment));
    exports.into_iter().map(|SavedExport { id, name, .. }| ExportName { id, name }).collect()
}

fn named(id: &str, name: &str) -> ExportName {
    ExportName { id: id.into(), name: name.into() }
}

async fn an_export_is_added(place: &Place) {
    let store = furnished(place).await;
    let added = export("x-1", "Weekly", &["chile", "brazil"]);
    store.add_recipe(&added, &entry("e-1")).await.unwrap();
    assert_eq!(store.recipe("x-1").await.unwrap(), added);
    assert_eq!(store.exports_using("c-1").await.unwrap(), [named("x-1", "Weekly")]);
    assert_eq!(using(&store, "brazil").await, [named("x-1", "Weekly")]);
}

async fn an_export_is_changed_and_detached(place: &Place) {
    let store = furnished(place).await;
    let added = export("x-1", "Weekly", &["chile", "brazil"]);
    store.add_recipe(&added, &entry("e-1")).await.unwrap();
    let changed = SavedExport {
        name: "Monthly".into(),
        connection: None,
        recipe: recipe(&["chile"]),
        is_enabled: false,
        scheduled_ms: 6,
        updated: signature("ion", 6),
        ..added
    };
    assert_eq!(store.change_recipe(&changed, &entry("e-2")).await.unwrap(), 2);
    assert_eq!(recipes(&store).await, [SavedExport { version: 2, ..changed }]);
    assert_eq!(store.exports_using("c-1").await.unwrap(), []);
    assert_eq!(using(&store, "brazil").await, []);
    assert_eq!(using(&store, "chile").await, [named("x-1", "Monthly")]);
}

async fn an_export_is_removed(place: &Place) {
    let store = furnished(place).await;
    store.add_recipe(&export("x-1", "Weekly", &["chile"]), &entry("e-1")).await.unwrap();
    store.remove_recipe("x-1", 1, &entry("e-3")).await.unwrap();
    assert!(matches!(store.recipe("x-1").await, Err(StoreError::Missing { what: "export" })));
    assert_eq!(using(&store, "chile").await, []);
    assert_eq!(entries(&store).await, 5);
}

async fn names_are_taken_once_whatever_their_case(place: &Place) {
    let store = furnished(place).await;
    for (id, name) in [("x-1", "Weekly"), ("x-2", "Monthly")] {
        store.add_recipe(&export(id, name, &["brazil"]), &entry(id)).await.unwrap();
    }
    let added = store.add_recipe(&export("x-3", "WEEKLY", &["brazil"]), &entry("e-3")).await;
    let changed = store.change_recipe(&export("x-2", " weekly ", &["brazil"]), &entry("e-4")).await;
    for outcome in [added, changed.map(drop)] {
        assert!(matches!(outcome, Err(StoreError::Exists { what: "export", .. })), "{outcome:?}");
    }
    assert_eq!(entries(&store).await, 5, "what was not done is not in the log");
}

async fn a_change_of_an_earlier_version_is_refused(place: &Place) {
    let store = furnished(place).await;
    let first = export("x-1", "Weekly", &["brazil"]);
    store.add_recipe(&first, &entry("e-1")).await.unwrap();
    store.change_recipe(&first, &entry("e-2")).await.unwrap();
    let changed = store.change_recipe(&first, &entry("e-3")).await.map(drop);
    let removed = store.remove_recipe("x-1", 1, &entry("e-4")).await;
    for outcome in [changed, removed] {
        assert!(matches!(outcome, Err(StoreError::Stale { what: "export" })), "{outcome:?}");
    }
    assert_eq!(using(&store, "brazil").await, [named("x-1", "Weekly")]);
    let changed = store.change_recipe(&export("x-9", "Other", &["brazil"]), &entry("e-5")).await.map(drop);
    let removed = store.remove_recipe("x-9", 1, &entry("e-6")).await;
    for outcome in [changed, removed] {
        assert!(matches!(outcome, Err(StoreError::Missing { what: "export" })), "{outcome:?}");
    }
}

async fn what_an_export_needs_must_be_there(place: &Place) {
    let store = furnished(place).await;
    let lost = SavedExport { connection: Some("c-9".into()), ..export("x-1", "Weekly", &["brazil"]) };
    let added = store.add_recipe(&lost, &entry("e-1")).await;
    assert!(matches!(added, Err(StoreError::Missing { what: "connection" })), "{added:?}");
    let added = store.add_recipe(&export("x-1", "Weekly", &["brazil", "peru"]), &entry("e-2")).await;
    assert!(matches!(added, Err(StoreError::Missing { what: "segment" })), "{added:?}");
    assert_eq!(recipes(&store).await, []);
    assert_eq!(entries(&store).await, 3);
}

async fn a_segment_in_use_stays_and_its_new_name_is_followed(place: &Place) {
    let store = furnished(place).await;
    store.add_recipe(&export("x-1", "Weekly", &["brazil", "chile"]), &entry("e-1")).await.unwrap();
    let removed = change(&store, &[CatalogChange::RemoveSegment("chile".into())]).await;
    assert!(matches!(removed, Err(StoreError::InUse { what: "segment" })), "{removed:?}");

    let rename = CatalogChange::RenameSegment { old: "chile".into(), new: "cl".into() };
    change(&store, &[rename]).await.unwrap();
    let found = store.recipe("x-1").await.unwrap();
    assert_eq!((found.recipe.segments, found.version), (vec!["brazil".to_owned(), "cl".to_owned()], 2));

    store.remove_recipe("x-1", 2, &entry("e-2")).await.unwrap();
    change(&store, &[CatalogChange::RemoveSegment("cl".into())]).await.unwrap();
}

async fn exports_are_listed_by_name_wherever_they_are(place: &Place) {
    let store = furnished(place).await;
    for (id, name) in [("x-1", "b"), ("x-2", "A b"), ("x-3", "ă"), ("x-4", "a-b"), ("x-5", "AB")] {
        store.add_recipe(&export(id, name, &["brazil"]), &entry(id)).await.unwrap();
    }
    let names: Vec<String> = recipes(&store).await.into_iter().map(|export| export.name).collect();
    assert_eq!(names, ["A b", "a-b", "AB", "b", "ă"]);
    let names: Vec<String> =
        store.exports_using("c-1").await.unwrap().into_iter().map(|export| export.name).collect();
    assert_eq!(names, ["A b", "a-b", "AB", "b", "ă"]);
}

async fn whoever_knows_all_schedules_learns_that_one_may_have_changed(place: &Place) {
    let store = furnished(place).await;
    let version = async || store.schedules_version("refresh").await.unwrap();
    let mut seen = vec![version().await];
    store.add_recipe(&export("x-1", "Weekly", &["chile"]), &entry("e-1")).await.unwrap();
    seen.push(version().await);
    store.change_recipe(&export("x-1", "Monthly", &["chile"]), &entry("e-2")).await.unwrap();
    seen.push(version().await);
    store.set("refresh", 0, &"daily", &entry("e-3")).await.unwrap();
    seen.push(version().await);
    store.remove_recipe("x-1", 2, &entry("e-4")).await.unwrap();
    seen.push(version().await);
    // Another one in its place, at the same time and with the same version.
    store.add_recipe(&export("x-2", "Weekly", &["chile"]), &entry("e-5")).await.unwrap();
    seen.push(version().await);
    assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
    let same = version().await;
    store.set("another", 0, &"daily", &entry("e-6")).await.unwrap();
    let other = SavedExport { version: 9, ..export("x-2", "Monthly", &["chile"]) };
    let stale = store.change_recipe(&other, &entry("e-7")).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })));
    change(&store, &[CatalogChange::RemoveSegment("brazil".into())]).await.unwrap();
    assert_eq!(version().await, same, "what concerns no schedule");
}

async fn a_setting_that_is_set_to_the_same_again_has_not_changed(place: &Place) {
    let store = place.open().await.unwrap();
    for (version, (value, at_ms, changed_ms)) in
        (0..).zip([("daily", 7, 7), ("daily", 9, 7), ("weekly", 11, 11), ("daily", 13, 13)])
    {
        let by = Entry { at_ms, ..entry(&format!("e-{at_ms}")) };
        store.set("refresh", version, &value, &by).await.unwrap();
        let stored: Stored<String> = store.setting("refresh").await.unwrap().unwrap();
        assert_eq!((stored.updated_ms, stored.changed_ms), (at_ms, changed_ms));
    }
}
