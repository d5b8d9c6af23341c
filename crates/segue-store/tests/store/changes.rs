//! Exports that run when their segments have changed: each change is followed once.

use segue_model::recipe::Recipe;
use segue_model::schedule::ExportSchedule;
use segue_store::{SavedExport, Store};

use crate::connections::entry;
use crate::jobs::{at, export as job};
use crate::place::{Place, on_both};
use crate::recipes::{export, furnished};
use crate::segments::{change, refresh, renaming};

on_both! {
    a_change_is_followed_once_by_one_of_two_processes,
    what_was_planned_from_later_members_is_not_followed_again,
    an_export_follows_from_when_it_may_and_keeps_what_it_has_not_followed,
}

/// Export `x-1`, which runs when `brazil` or `chile` change.
fn following(segments: &[&str]) -> SavedExport {
    let export = export("x-1", "Weekly", segments);
    let recipe = Recipe { schedule: ExportSchedule::WhenSegmentsChange, ..export.recipe.clone() };
    SavedExport { recipe, ..export }
}

/// Refreshes a segment for the `number`th time.
async fn refreshed(store: &Store, segment: &str, number: i64, is_changed: bool) {
    let before = (number > 1).then(|| format!("{segment}-{}", number - 1));
    let file = format!("{segment}-{number}");
    let noted = refresh(number, Some(7));
    store.save_refresh(segment, &noted, before.as_deref(), Some(&file), is_changed).await.unwrap();
}

async fn behind(store: &Store) -> Vec<String> {
    store.exports_behind().await.unwrap()
}

async fn a_change_is_followed_once_by_one_of_two_processes(place: &Place) {
    let (store, other) = (furnished(place).await, place.open().await.unwrap());
    store.add_recipe(&following(&["brazil", "chile"]), &entry("e-1")).await.unwrap();
    store.add_recipe(&export("x-2", "Monthly", &["brazil"]), &entry("e-2")).await.unwrap();
    let seen = store.refreshes_version().await.unwrap();
    assert!(behind(&store).await.is_empty());
    refreshed(&store, "brazil", 1, true).await;
    refreshed(&store, "chile", 1, true).await;
    assert_ne!(store.refreshes_version().await.unwrap(), seen);
    assert_eq!(behind(&store).await, ["x-1"]);
    let (first, second) = (job("a", "x-1", "acme"), job("b", "x-1", "acme"));
    let (by, by_other) = (at(20), at(20));
    let (one, two) =
        tokio::join!(store.start_behind("x-1", &first, &by), other.start_behind("x-1", &second, &by_other));
    let started = [one.unwrap(), two.unwrap()].into_iter().flatten().count();
    assert_eq!((started, store.open_jobs().await.unwrap().len()), (1, 1));
    assert!(behind(&store).await.is_empty());
    refreshed(&store, "brazil", 2, false).await;
    assert!(behind(&store).await.is_empty(), "the same keys are no change");
}

async fn what_was_planned_from_later_members_is_not_followed_again(place: &Place) {
    let store = furnished(place).await;
    store.add_recipe(&following(&["brazil", "chile"]), &entry("e-1")).await.unwrap();
    refreshed(&store, "brazil", 1, true).await;
    let planned = store.segment_changes("x-1").await.unwrap();
    refreshed(&store, "chile", 1, true).await;
    store.has_planned("x-1", &planned).await.unwrap();
    assert_eq!(behind(&store).await, ["x-1"], "of the other it has seen nothing");
    let planned = store.segment_changes("x-1").await.unwrap();
    store.has_planned("x-1", &planned).await.unwrap();
    assert!(behind(&store).await.is_empty());
    let known = store.refreshes_version().await.unwrap();
    store.stays_behind("x-1", known).await.unwrap();
    assert!(behind(&store).await.is_empty(), "that run was skipped, and nothing has become other since");
    refreshed(&store, "chile", 2, false).await;
    assert_eq!(behind(&store).await, ["x-1"]);
}

async fn an_export_follows_from_when_it_may_and_keeps_what_it_has_not_followed(place: &Place) {
    let store = furnished(place).await;
    refreshed(&store, "brazil", 1, true).await;
    let export = following(&["brazil"]);
    store.add_recipe(&export, &entry("e-1")).await.unwrap();
    assert!(behind(&store).await.is_empty(), "saving starts nothing");
    refreshed(&store, "brazil", 2, true).await;
    let more = SavedExport { version: 1, ..following(&["chile", "brazil"]) };
    store.change_recipe(&more, &entry("e-2")).await.unwrap();
    change(&store, &[renaming("brazil", "br")]).await.unwrap();
    assert_eq!(behind(&store).await, ["x-1"], "an edit loses no change");
    let off = SavedExport { version: 3, is_enabled: false, ..following(&["br"]) };
    store.change_recipe(&off, &entry("e-3")).await.unwrap();
    assert!(behind(&store).await.is_empty());
    let on = SavedExport { version: 4, ..following(&["br"]) };
    store.change_recipe(&on, &entry("e-4")).await.unwrap();
    assert!(behind(&store).await.is_empty(), "what changed before was not missed");
}
