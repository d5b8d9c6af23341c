//! Forgetting a person: nothing of her is left, and she does not come back.

use reqwest::StatusCode;
use serde_json::json;

use super::{after_a_run, files_with, forgetting, one, sent_by};
use crate::console::submit;
use crate::runs::{Office, refresh, run};
use crate::setting::MINUTE_MS;

#[tokio::test]
async fn whoever_is_forgotten_is_off_the_list_and_in_no_file_any_more() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = after_a_run(&office, &root).await;
    assert!(!files_with(&office, "person1@example.com").is_empty(), "the ledger holds her to begin with");

    let found = root.post("/profiles/forget/look", &one("1")).await.expect(StatusCode::OK).body;
    assert_eq!((&found["is_profile"], &found["addresses"]), (&json!(true), &json!(1)), "{found}");
    assert_eq!(found["segments"], json!(["cluj"]));
    let ledger = &found["ledgers"][0];
    assert_eq!(
        (&ledger["export"], &ledger["list"], &ledger["can_unsubscribe"]),
        (&json!("Letter"), &json!(2), &json!(true))
    );
    assert_eq!(office.on_the_list().await.len(), 2, "looking changes nothing");

    let done = root.post("/profiles/forget", &forgetting("1", json!({}))).await.expect(StatusCode::CREATED);
    assert_eq!(done.body["ledgers"][0]["outcome"], "unsubscribed", "{}", done.text);
    assert_eq!((&done.body["by"], &done.body["segments"]), (&json!("Root"), &json!(["cluj"])));
    assert_eq!(office.on_the_list().await, ["person2@example.com"]);
    assert_eq!(files_with(&office, "person1@example.com"), [""; 0]);
    assert_eq!(
        files_with(&office, "person2@example.com").len(),
        2,
        "the ledger and the run keep the other one"
    );
    assert_eq!(root.get("/segments/cluj").await.body["segment"]["members"], 2);

    office.site.pass(MINUTE_MS);
    let refreshed = refresh(&root, "cluj").await;
    assert_eq!(refreshed["segments"][0]["members"], 2, "her source has her still: {refreshed}");
    assert_eq!(refreshed["segments"][0]["is_changed"], json!(false), "{refreshed}");
    let second = run(&root, &export).await;
    let counts = &second["counts"];
    assert_eq!(
        (&counts["members"], &counts["unchanged"], &counts["invalid"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(files_with(&office, "person1@example.com"), [""; 0]);
    let again = sent_by(&root, "1", "Letter").await;
    assert_eq!(again["standing"], "never_sent");
}

#[tokio::test]
async fn asked_again_it_answers_with_the_same_receipt_which_names_nobody() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    after_a_run(&office, &root).await;
    let first = root.post("/profiles/forget", &forgetting("2", json!({}))).await.expect(StatusCode::CREATED);
    office.site.pass(MINUTE_MS);
    let second = root.post("/profiles/forget", &forgetting("2", json!({}))).await.expect(StatusCode::OK);
    assert_eq!(first.body, second.body);
    assert!(!first.text.contains("person2"), "{}", first.text);
    let id = first.text_at("/id");
    assert_eq!(root.get(&format!("/receipts/{id}")).await.expect(StatusCode::OK).body, first.body);
    assert_eq!(root.get("/receipts").await.expect(StatusCode::OK).body["items"], json!([first.body]));
    root.get("/receipts/nothing").await.problem("not_found");
    let audit = root.get("/audit?action=profile.forget").await;
    let entries = audit.body["items"].as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["object"]["id"]), (1, &json!(id)), "{}", audit.text);
    assert!(!audit.text.contains("person2"), "{}", audit.text);
    let told = root.post("/profiles/sent", &one("2")).await.body;
    assert_eq!((&told["receipt"], &told["is_profile"]), (&json!(id), &json!(false)));
}

#[tokio::test]
async fn an_address_that_comes_back_under_another_key_is_left_out_and_counted() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = after_a_run(&office, &root).await;
    root.post("/profiles/forget", &forgetting("1", json!({}))).await.expect(StatusCode::CREATED);
    let text = "id,mail,city\n2,person2@example.com,Cluj\n77,Person1@Example.com,Cluj\n";
    std::fs::write(office.file(), text).unwrap();
    assert_eq!(refresh(&root, "cluj").await["segments"][0]["members"], 2);
    let ended = run(&root, &export).await;
    assert_eq!((&ended["counts"]["members"], &ended["plan"]["forgotten"]), (&json!(1), &json!(1)), "{ended}");
    assert_eq!(office.on_the_list().await, ["person2@example.com"]);
    assert_eq!(files_with(&office, "erson1@"), [""; 0]);
}

#[tokio::test]
async fn her_rejections_and_what_names_her_in_those_of_others_are_erased() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let text =
        "id,mail,city\nKEYONE,same@example.com,Cluj\nKEYTWO,same@example.com,Cluj\nKEYTHREE,bad@,Cluj\n";
    std::fs::write(office.file(), text).unwrap();
    let export = after_a_run(&office, &root).await;
    let rejections = |run: String| {
        let root = &root;
        async move { root.get(&format!("/runs/{run}/rejections.csv")).await.expect(StatusCode::OK).text }
    };
    let last = root.get(&format!("/runs?export={export}")).await.text_at("/items/0/id").to_owned();
    assert!(rejections(last.clone()).await.contains("same address as KEYONE"));
    let done = root.post("/profiles/forget", &forgetting("KEYTHREE", json!({}))).await;
    assert_eq!(done.expect(StatusCode::CREATED).body["rejections"], 1);
    let left = rejections(last.clone()).await;
    assert!(!left.contains("KEYTHREE") && !left.contains("bad@") && left.contains("KEYTWO"), "{left}");
    // Whoever shares her address loses the row that holds it.
    root.post("/profiles/forget", &forgetting("KEYONE", json!({}))).await.expect(StatusCode::CREATED);
    assert_eq!(rejections(last).await.lines().count(), 1);
    for text in ["KEYONE", "KEYTHREE", "same@example.com"] {
        assert_eq!(files_with(&office, text), [""; 0], "{text}");
    }
}

/// Removes what runs have kept of those who were delivered.
fn lose_rows(office: &Office) {
    for run in office.site.state().join("runs").read_dir().expect("runs") {
        std::fs::remove_file(run.expect("a run").path().join("sent.parquet")).expect("rows");
    }
}

#[tokio::test]
async fn whoever_has_left_the_table_is_found_by_what_runs_have_kept() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = after_a_run(&office, &root).await;
    std::fs::write(office.file(), "id,mail,city\n2,person2@example.com,Cluj\n").unwrap();
    let sent = sent_by(&root, "1", "Letter").await;
    assert_eq!((&sent["standing"], &sent["export"]), (&json!("listed"), &json!(export)), "{sent}");
    let asked = [("table", "customers"), ("search", "1")];
    let shown = submit(&root, "/customers", &asked).await.expect(StatusCode::OK).text;
    for part in ["The table has no such person any more", "Letter", "Added to the list", "/customers/forget"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let nobody = submit(&root, "/customers", &[("table", "customers"), ("search", "99")]).await;
    assert!(nobody.text.contains("Nobody was found"), "{}", nobody.text);
    let found = root.post("/profiles/forget/look", &one("1")).await.expect(StatusCode::OK).body;
    assert_eq!(
        (&found["is_profile"], &found["addresses"], &found["rejections"]),
        (&json!(false), &json!(1), &json!(1)),
        "{found}"
    );
    let done = root.post("/profiles/forget", &forgetting("1", json!({}))).await.expect(StatusCode::CREATED);
    assert_eq!(done.body["ledgers"][0]["outcome"], "unsubscribed", "{}", done.text);
    assert_eq!(office.on_the_list().await, ["person2@example.com"]);
    assert_eq!(files_with(&office, "person1@example.com"), [""; 0]);
    assert_eq!(sent_by(&root, "1", "Letter").await["standing"], "never_sent");
}

/// The same key in another table is somebody else's.
#[tokio::test]
async fn rows_of_runs_over_another_table_tell_nothing_of_her() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    after_a_run(&office, &root).await;
    office.add_table("others").await;
    std::fs::write(office.file(), "id,mail,city\n2,person2@example.com,Cluj\n").unwrap();
    let stranger = json!({"table": "others", "key": "1"});
    let found = root.post("/profiles/forget/look", &stranger).await.expect(StatusCode::OK).body;
    assert_eq!((&found["addresses"], &found["ledgers"]), (&json!(0), &json!([])), "{found}");
}

#[tokio::test]
async fn whoever_has_left_the_table_is_found_by_the_addresses_that_are_named() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    after_a_run(&office, &root).await;
    std::fs::write(office.file(), "id,mail,city\n2,person2@example.com,Cluj\n").unwrap();
    lose_rows(&office);
    let without = root.post("/profiles/forget", &forgetting("1", json!({}))).await.problem("not_found");
    assert!(without.text_at("/detail").contains("name the addresses"), "{}", without.text);
    let named = json!({"addresses": ["PERSON1@example.com"], "unsubscribe": false});
    let done = root.post("/profiles/forget", &forgetting("1", named)).await.expect(StatusCode::CREATED);
    assert_eq!(done.body["ledgers"][0]["outcome"], "left_alone", "{}", done.text);
    assert_eq!(office.on_the_list().await.len(), 2, "it was not asked for");
    assert_eq!(files_with(&office, "person1@example.com"), [""; 0]);
}

#[tokio::test]
async fn what_is_asked_wrongly_changes_nothing() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    for (changes, field) in [
        (json!({"confirm": "2"}), "/confirm"),
        (json!({"key": "", "confirm": ""}), "/key"),
        (json!({"addresses": ["no address"]}), "/addresses/0"),
    ] {
        let answer = root.post("/profiles/forget", &forgetting("1", changes)).await.problem("invalid_fields");
        assert_eq!(answer.fields(), [field]);
    }
    let nowhere = json!({"table": "nowhere"});
    root.post("/profiles/forget", &forgetting("1", nowhere)).await.problem("not_found");
    assert_eq!(root.get("/receipts").await.body["items"], json!([]));
    assert_eq!(office.site.store.forgotten_count().await.unwrap(), 0);
}
