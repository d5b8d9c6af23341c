//! What only a database server can do: serve several processes, and go away.

use secrecy::SecretString;
use segue_store::{Refresh, Store, StoreError, Target};
use sqlx::{AnyConnection, Connection, Executor};

use crate::place::{Database, Place};
use crate::segments::add;

fn target() -> Target {
    Target { host: "acme.api-us1.com".into(), list: 3, name: "default".into() }
}

fn database(place: &Place) -> &Database {
    place.database.as_ref().expect("a Postgres database")
}

/// Two stores as two processes would have them.
async fn two(place: &Place) -> (Store, Store) {
    let address = SecretString::from(database(place).address());
    let (one, other) = tokio::join!(Store::connect(&address), Store::connect(&address));
    (one.expect("one store"), other.expect("another store"))
}

#[tokio::test]
async fn processes_that_start_together_migrate_once() {
    Place::postgres().await.run(async |place: &Place| drop(two(place).await)).await;
}

#[tokio::test]
async fn runs_of_several_processes_have_numbers_of_their_own() {
    Place::postgres()
        .await
        .run(async |place: &Place| {
            let (one, other) = two(place).await;
            one.export("exp-1", &target()).await.unwrap();
            let begin = |store: &Store| {
                let store = store.clone();
                async move { store.begin_run("exp-1", "a", 0).await.map(|run| run.id) }
            };
            let begun = (0..40).map(|n| begin(if n % 2 == 0 { &one } else { &other }));
            let mut ids = futures::future::try_join_all(begun).await.unwrap();
            ids.sort_unstable();
            assert_eq!(ids, (1..=40).collect::<Vec<i64>>());
        })
        .await;
}

#[tokio::test]
async fn refreshes_of_several_processes_are_all_noted() {
    Place::postgres()
        .await
        .run(async |place: &Place| {
            let (one, other) = two(place).await;
            add(&one, "brazil").await.unwrap();
            let note = async |store: &Store, at_ms| {
                let refresh = Refresh {
                    at_ms,
                    millis: 1,
                    members: None,
                    words: "no such file".into(),
                    set_aside: 0,
                    is_loaded: false,
                };
                store.save_refresh("brazil", &refresh, None, None, false).await
            };
            let noted = (0..20).map(|n| note(if n % 2 == 0 { &one } else { &other }, n));
            futures::future::try_join_all(noted).await.unwrap();
            assert_eq!(one.refreshes("brazil").await.unwrap().len(), 20);
        })
        .await;
}

#[tokio::test]
async fn a_connection_lost_between_calls_is_not_noticed() {
    Place::postgres()
        .await
        .run(async |place: &Place| {
            let store = place.open().await.unwrap();
            store.export("exp-1", &target()).await.unwrap();
            end_connections(place).await;
            store.begin_run("exp-1", "a", 0).await.unwrap();
        })
        .await;
}

#[tokio::test]
async fn a_connection_lost_during_a_call_is_an_error_and_the_next_call_works() {
    Place::postgres()
        .await
        .run(async |place: &Place| {
            let store = place.open().await.unwrap();
            store.export("exp-1", &target()).await.unwrap();

            let mut holder = AnyConnection::connect(&database(place).address()).await.unwrap();
            holder.execute("BEGIN").await.unwrap();
            holder.execute("LOCK TABLE run").await.unwrap();
            let waiting = tokio::spawn({
                let store = store.clone();
                async move { store.begin_run("exp-1", "a", 0).await }
            });
            wait_for_a_lock(place).await;
            end_connections(place).await;
            drop(holder);

            let error = waiting.await.unwrap().unwrap_err();
            assert!(matches!(error, StoreError::Unreachable { doing: "beginning a run", .. }), "{error}");
            assert_eq!(store.begin_run("exp-1", "a", 0).await.unwrap().id, 1);
        })
        .await;
}

async fn end_connections(place: &Place) {
    let text = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'";
    let database = database(place);
    database.on_server(&text.replace("{}", database.name())).await;
}

async fn wait_for_a_lock(place: &Place) {
    let text =
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let mut connection = AnyConnection::connect(&database(place).address()).await.unwrap();
    while connection.fetch_optional(text).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
}
