//! Removing a connection, which ends the flow of data.

use segue_runs::connections::ConnectionError;
use segue_store::{SavedExport, StoreError};
use sqlx::{Executor, Row};

use crate::setting::{Setting, by};

#[tokio::test]
async fn s43_a_connection_in_use_is_kept_and_its_exports_are_shown() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    let saved =
        [setting.add_export("b", &connection.id).await, setting.add_export("a", &connection.id).await];
    let removed = setting.connections.remove(&connection.id, connection.version, &by("eva")).await;
    let Err(ConnectionError::InUse { exports }) = removed else { panic!("{removed:?}") };
    let names: Vec<&str> = exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(names, ["Export a", "Export b"]);
    setting.connections.for_run(&connection.id).await.unwrap();

    // Detached, they do not stand in the way.
    for export in saved {
        let detached = SavedExport { connection: None, ..export };
        setting.store.change_recipe(&detached, &by("eva")).await.unwrap();
    }
    setting.connections.remove(&connection.id, connection.version, &by("eva")).await.unwrap();
}

#[tokio::test]
async fn s43_removal_ends_every_run_and_erases_the_key() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    let text = "SELECT api_key FROM connection";
    let sealed: String = setting.database().await.fetch_one(text).await.unwrap().get("api_key");
    assert!(sealed.starts_with("sealed:"));
    assert!(is_on_disk(&setting, &sealed));

    setting.connections.remove(&connection.id, connection.version, &by("eva")).await.unwrap();
    let next = setting.connections.for_run(&connection.id).await;
    assert!(matches!(next, Err(ConnectionError::Store(StoreError::Missing { .. }))), "{next:?}");
    assert!(!is_on_disk(&setting, &sealed), "the sealed key is still in the database's files");
    let entry = setting.logged("connection.remove").await.remove(0);
    assert!(entry.after.is_none() && entry.before.unwrap().contains("\"Shop\""));
}

fn is_on_disk(setting: &Setting, text: &str) -> bool {
    let files = std::fs::read_dir(setting.directory.path()).expect("a folder").flatten();
    files.filter(|file| file.path().is_file()).any(|file| {
        let bytes = std::fs::read(file.path()).expect("a file");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}
