//! The person in whose name a connection runs.

use segue_model::Role;
use segue_model::connection::ExportUserGone;
use segue_runs::connections::{ConnectionError, ProvenPerson};
use segue_store::{Person, StoreError};

use crate::setting::{NOW, Setting, by, field, person, proven};

fn gone<T: std::fmt::Debug>(outcome: Result<T, ConnectionError>) -> ExportUserGone {
    match outcome {
        Err(ConnectionError::ExportUser(gone)) => gone,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s22_the_export_user_is_recorded_audited_and_replaceable() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    assert_eq!((connection.export_user.id.as_str(), connection.export_user.at_ms), ("eva", NOW));
    let replaced = setting
        .connections
        .become_export_user(&connection.id, connection.version, &proven("dan"), &by("dan"))
        .await;
    assert_eq!(replaced.unwrap().export_user.id, "dan");
    let entry = setting.logged("connection.export_user").await.remove(0);
    assert_eq!((entry.who.as_deref(), entry.object_name.as_str()), (Some("dan"), "Shop"));
    assert!(entry.before.unwrap().contains("\"eva\"") && entry.after.unwrap().contains("\"dan\""));
}

#[tokio::test]
async fn s22_only_an_administrator_can_be_export_user() {
    let setting = Setting::new().await;
    for role in [Role::Viewer, Role::Contributor] {
        let ion = ProvenPerson { role, ..proven("ion") };
        let created = setting.connections.create(&setting.new_connection("Shop"), &ion, &by("eva")).await;
        assert_eq!(field(created).0, "export_user");
    }
    assert_eq!(setting.requests().await, 0);
    assert_eq!(setting.store.connections().await.unwrap(), []);
}

#[tokio::test]
async fn s22_runs_stop_with_the_cause_when_the_export_user_is_disabled_demoted_or_removed() {
    let setting = Setting::new().await;
    let connection = setting.create("Shop").await.unwrap();
    setting.connections.for_run(&connection.id).await.unwrap();

    let disabled = Person { is_enabled: false, ..person("eva", Role::Administrator) };
    let version = setting.store.change_person(&disabled, &by("dan")).await.unwrap();
    assert_eq!(gone(setting.connections.for_run(&connection.id).await), ExportUserGone::Disabled);

    let demoted = Person { version, ..person("eva", Role::Contributor) };
    let version = setting.store.change_person(&demoted, &by("dan")).await.unwrap();
    assert_eq!(gone(setting.connections.for_run(&connection.id).await), ExportUserGone::Demoted);

    setting.store.remove_person("eva", version, &by("dan")).await.unwrap();
    assert_eq!(gone(setting.connections.for_run(&connection.id).await), ExportUserGone::Removed);

    // Another one steps in.
    setting
        .connections
        .become_export_user(&connection.id, connection.version, &proven("dan"), &by("dan"))
        .await
        .unwrap();
    setting.connections.for_run(&connection.id).await.unwrap();
}

#[tokio::test]
async fn s23_only_what_can_be_used_is_saved() {
    let setting = Setting::new().await;
    let mut new = setting.new_connection("Shop");
    new.account = setting.attempt("another-key");
    let refused = setting.connections.create(&new, &proven("eva"), &by("eva")).await;
    assert!(matches!(refused, Err(ConnectionError::Trouble(_))), "{refused:?}");
    assert_eq!(setting.store.connections().await.unwrap(), []);
    assert!(setting.logged("connection.create").await.is_empty());

    setting.create("Shop").await.unwrap();
    assert_eq!(setting.store.connections().await.unwrap().len(), 1);
    let shown = setting.connections.show("nothing", "eva", Role::Administrator).await;
    assert!(matches!(shown, Err(ConnectionError::Store(StoreError::Missing { .. }))));
}
