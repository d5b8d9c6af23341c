//! People, sessions, tokens, links and the audit log: every statement, on both databases. The rules themselves are tested
//! where they are met, at the API.

use segue_model::Role;
use segue_model::person::Language;
use segue_store::{
    Counted, Entry, EntryFilter, Link, Person, PersonFilter, Scope, Session, Store, StoreError, Token,
};

use crate::place::{Place, on_both};

on_both! {
    people_are_founded_added_and_listed,
    people_are_changed_and_removed,
    sessions_begin_are_found_and_end,
    tokens_are_found_by_their_hash,
    links_work_once,
    entries_are_found_by_what_they_say,
    attempts_are_counted_by_all_servers_together_and_name_nobody,
    attempts_at_the_same_time_are_all_counted,
}

const LATER: i64 = 1_000_000;

fn person(id: &str, role: Role) -> Person {
    Person {
        id: id.into(),
        login: format!("{id}@example.com"),
        name: id.into(),
        role,
        language: Language::Ro,
        is_enabled: true,
        password: Some("a hash".into()),
        version: 1,
        created_ms: 5,
        changed_ms: 5,
    }
}

fn entry(id: &str, at_ms: i64) -> Entry {
    Entry {
        id: id.into(),
        at_ms,
        who: Some("eva".into()),
        login: "eva@example.com".into(),
        peer: "192.0.2.1".into(),
        request: "r-1".into(),
        action: "user.change".into(),
        object_kind: "user".into(),
        object_id: "ion".into(),
        object_name: "ion".into(),
        before: None,
        after: Some("{}".into()),
    }
}

fn link(hash: &str, person: Option<&str>) -> Link {
    Link { hash: hash.into(), person: person.map(str::to_owned), created_ms: 5, expires_ms: LATER }
}

/// Founds the installation with Eva, and adds Ion.
pub(crate) async fn two_people(store: &Store) {
    store.make_link(&link("h-1", None), &entry("e-1", 5)).await.unwrap();
    store.found("h-1", &person("eva", Role::Administrator), &entry("e-2", 6)).await.unwrap();
    store.add_person(&person("ion", Role::Contributor), &entry("e-3", 7)).await.unwrap();
}

async fn people_are_founded_added_and_listed(place: &Place) {
    let store = place.open().await.unwrap();
    assert!(!store.has_administrator().await.unwrap());
    two_people(&store).await;
    assert!(store.has_administrator().await.unwrap());
    let twice =
        store.add_person(&Person { id: "x".into(), ..person("ion", Role::Viewer) }, &entry("e-4", 7)).await;
    assert!(matches!(twice, Err(StoreError::Exists { .. })));

    let (eva, ion) = (person("eva", Role::Administrator), person("ion", Role::Contributor));
    let listed = async |filter, after| store.people(filter, after, 10).await.unwrap();
    assert_eq!(listed(PersonFilter::default(), None).await, [eva.clone(), ion.clone()]);
    assert_eq!(listed(PersonFilter::default(), Some("eva")).await, std::slice::from_ref(&ion));
    let filter = PersonFilter { role: Some(Role::Administrator), is_enabled: Some(true) };
    assert_eq!(listed(filter, None).await, [eva]);
    assert_eq!(store.person_by_login("ion@example.com").await.unwrap(), Some(ion));
}

async fn people_are_changed_and_removed(place: &Place) {
    let store = place.open().await.unwrap();
    two_people(&store).await;
    let changed = Person { is_enabled: false, ..person("ion", Role::Viewer) };
    assert_eq!(store.change_person(&changed, &entry("e-5", 8)).await.unwrap(), 2);
    let stale = store.change_person(&changed, &entry("e-6", 8)).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })));
    let taken = Person { login: "eva@example.com".into(), version: 2, ..changed };
    assert!(matches!(store.change_person(&taken, &entry("e-7", 8)).await, Err(StoreError::Exists { .. })));
    let last = store.remove_person("eva", 1, &entry("e-8", 9)).await;
    assert!(matches!(last, Err(StoreError::LastAdministrator)));
    store.remove_person("ion", 2, &entry("e-9", 9)).await.unwrap();
    assert!(matches!(store.person("ion").await, Err(StoreError::Missing { .. })));
}

async fn sessions_begin_are_found_and_end(place: &Place) {
    let store = place.open().await.unwrap();
    store.add_person(&person("eva", Role::Administrator), &entry("e-1", 5)).await.unwrap();
    let session =
        Session { id: "s-1".into(), person: "eva".into(), created_ms: 5, seen_ms: 5, expires_ms: LATER };
    store.sign_in(&session, "h-1", None, &entry("e-2", 5)).await.unwrap();
    let (found, whose) = store.session("h-1", 6, 0).await.unwrap().unwrap();
    assert_eq!((found, whose), (session.clone(), person("eva", Role::Administrator)));
    store.touch_session("s-1", 9).await.unwrap();
    assert_eq!(store.session("h-1", 10, 9).await.unwrap().unwrap().0.seen_ms, 9);
    assert!(store.session("h-1", 10, 10).await.unwrap().is_none());
    assert!(store.session("h-1", LATER, 0).await.unwrap().is_none());

    store
        .sign_in(&Session { id: "s-2".into(), ..session.clone() }, "h-2", Some("h-1"), &entry("e-3", 6))
        .await
        .unwrap();
    assert!(store.session("h-1", 6, 0).await.unwrap().is_none());
    store.set_password("eva", "another", Some("s-2"), &entry("e-4", 7)).await.unwrap();
    store.end_session("s-2", &entry("e-5", 8)).await.unwrap();
    assert!(store.session("h-2", 6, 0).await.unwrap().is_none());
    store.sign_in(&Session { id: "s-3".into(), ..session }, "h-3", None, &entry("e-6", 9)).await.unwrap();
    store.end_sessions("eva", &entry("e-7", 9)).await.unwrap();
    assert!(store.session("h-3", 6, 0).await.unwrap().is_none());
}

async fn tokens_are_found_by_their_hash(place: &Place) {
    let store = place.open().await.unwrap();
    store.add_person(&person("eva", Role::Administrator), &entry("e-1", 5)).await.unwrap();
    let token = Token {
        id: "t-1".into(),
        person: "eva".into(),
        name: "nightly".into(),
        prefix: "segue_ab".into(),
        scope: Scope::Read,
        created_ms: 5,
        expires_ms: LATER,
        used_ms: None,
    };
    store.add_token(&token, "h-1", &entry("e-2", 5)).await.unwrap();
    let (found, whose) = store.token_by_hash("h-1").await.unwrap().unwrap();
    assert_eq!((found, whose), (token.clone(), person("eva", Role::Administrator)));
    assert!(store.token_by_hash("h-2").await.unwrap().is_none());
    store.touch_token("t-1", 9).await.unwrap();
    let used = Token { used_ms: Some(9), ..token };
    assert_eq!(store.token("t-1").await.unwrap(), used);
    assert_eq!(store.tokens("eva").await.unwrap(), [used]);
    store.remove_token("t-1", &entry("e-3", 10)).await.unwrap();
    assert!(matches!(store.token("t-1").await, Err(StoreError::Missing { .. })));
}

async fn links_work_once(place: &Place) {
    let store = place.open().await.unwrap();
    store.add_person(&person("eva", Role::Administrator), &entry("e-1", 5)).await.unwrap();
    store.make_link(&link("h-1", Some("eva")), &entry("e-2", 5)).await.unwrap();
    assert_eq!(store.link("h-1", 6).await.unwrap(), Some(link("h-1", Some("eva"))));
    store.make_link(&link("h-2", Some("eva")), &entry("e-3", 5)).await.unwrap();
    assert_eq!(store.link("h-1", 6).await.unwrap(), None);
    assert_eq!(store.link("h-2", LATER).await.unwrap(), None);
    store.redeem("h-2", "eva", "another", &entry("e-4", 6)).await.unwrap();
    assert_eq!(store.person("eva").await.unwrap().password.as_deref(), Some("another"));
    let again = store.redeem("h-2", "eva", "a third", &entry("e-5", 6)).await;
    assert!(matches!(again, Err(StoreError::SpentLink)));
}

async fn entries_are_found_by_what_they_say(place: &Place) {
    let store = place.open().await.unwrap();
    for (id, at_ms) in [("e-1", 5), ("e-2", 6), ("e-3", 6)] {
        store.note(&entry(id, at_ms)).await.unwrap();
    }
    let other =
        Entry { who: None, action: "user.remove".into(), before: Some("{}".into()), ..entry("e-4", 7) };
    store.note(&other).await.unwrap();
    let ids = async |filter: EntryFilter, after: Option<(i64, String)>| {
        let found = store.entries(&filter, after.as_ref(), 3).await.unwrap();
        found.into_iter().map(|entry| entry.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(EntryFilter::default(), None).await, ["e-4", "e-3", "e-2"]);
    assert_eq!(ids(EntryFilter::default(), Some((6, "e-3".into()))).await, ["e-2", "e-1"]);
    let by_eva = EntryFilter {
        who: Some("eva".into()),
        action: Some("user.change".into()),
        object_kind: Some("user".into()),
        object_id: Some("ion".into()),
        from_ms: Some(6),
        until_ms: Some(7),
    };
    assert_eq!(ids(by_eva, None).await, ["e-3", "e-2"]);
    let removals = EntryFilter { action: Some("user.remove".into()), ..EntryFilter::default() };
    assert_eq!(store.entries(&removals, None, 3).await.unwrap(), [other]);
}

fn counted<'a>(login: &'a str, peer: &'a str) -> [Counted<'a>; 2] {
    [Counted { kind: "login", value: login, most: 2 }, Counted { kind: "peer", value: peer, most: 3 }]
}

async fn attempts_are_counted_by_all_servers_together_and_name_nobody(place: &Place) {
    const HERS: &str = "eva@example.com";
    let here = place.open().await.unwrap();
    let there = place.open().await.unwrap();
    let by = counted(HERS, "192.0.2.1");
    for (store, at_ms, since) in [(&here, 1_000, None), (&there, 1_010, None), (&here, 1_020, Some(1_000))] {
        assert_eq!(store.count_attempt(&by, 100, at_ms).await.unwrap(), since);
    }
    here.close().await;
    // A restart forgets none of them, and a refused one counts for nothing.
    let again = place.open().await.unwrap();
    for (login, at_ms, since) in
        [(HERS, 1_099, Some(1_000)), ("ion", 1_030, None), ("ada", 1_031, Some(1_000))]
    {
        assert_eq!(again.count_attempt(&counted(login, "192.0.2.1"), 100, at_ms).await.unwrap(), since);
    }
    // One that was right is taken back: all of the login, one of the address, which starts anew.
    let [login, peer] = by;
    there.take_back_attempt(&login, &[peer]).await.unwrap();
    for at_ms in [1_032, 1_100] {
        assert_eq!(again.count_attempt(&by, 100, at_ms).await.unwrap(), None);
    }
    assert!(place.count("SELECT COUNT(*) AS found FROM attempt").await > 0);
    let named = "SELECT COUNT(*) AS found FROM attempt WHERE hash LIKE '%eva%' OR hash LIKE '%192%.%'";
    assert_eq!(place.count(named).await, 0);
    assert_eq!(again.forget_attempts(1_100).await.unwrap(), 2);
    assert_eq!(again.forget_attempts(2_000).await.unwrap(), 1);
}

async fn attempts_at_the_same_time_are_all_counted(place: &Place) {
    let store = place.open().await.unwrap();
    let tried = (0..10).map(|_| {
        let store = store.clone();
        async move { store.count_attempt(&counted("eva", "here"), 100, 1_000).await.unwrap() }
    });
    let tried = futures::future::join_all(tried).await;
    assert_eq!(tried.iter().filter(|outcome| outcome.is_none()).count(), 2, "{tried:?}");
}
