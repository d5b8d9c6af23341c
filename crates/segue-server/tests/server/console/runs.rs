//! The page of a run: numbers that add up, reasons, plans, and what can be done about them.

use reqwest::StatusCode;
use serde_json::json;

use super::{page, send};
use crate::runs::{Office, begin, ended, refresh, run};

#[tokio::test]
async fn a_run_shows_what_became_of_everybody() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let first = run(&root, &export).await;
    office.site.pass(1000);
    let second = run(&root, &export).await;
    let first = format!("/runs/{}", first["id"].as_str().unwrap());
    let second = format!("/runs/{}", second["id"].as_str().unwrap());
    for who in [&root, &viewer] {
        let shown = page(who, &first).await.expect(StatusCode::OK);
        shown.shows(&[
            "Succeeded with rejections",
            "No e-mail address",
            "One invalid: ours to mend",
            "rejections.csv",
        ]);
        page(who, &second).await.expect(StatusCode::OK).shows(&["Compared with", "−2", "+2"]);
    }
    let history = page(&viewer, &format!("/exports/{export}/runs")).await.expect(StatusCode::OK);
    history.shows(&[&first, &second]);
    let etag = root.get(&format!("/users/{}", viewer.id().await)).await.header("etag").to_owned();
    viewer.patch("/me", &etag, &json!({"language": "ro"})).await.expect(StatusCode::OK);
    page(&viewer, &first).await.shows(&[
        "Unul nevalid: noi avem de îndreptat",
        "Fără adresă de e-mail",
        "rejections.csv?spreadsheet=true&amp;language=ro",
    ]);
}

#[tokio::test]
async fn a_plan_is_shown_with_examples_and_sent_by_who_may() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    ended(&root, &dry).await;
    let place = format!("/runs/{dry}");
    let shown = page(&root, &place).await.expect(StatusCode::OK);
    shown.shows(&[
        &format!("href=\"{place}/rows?fate=create\""),
        "What would become of everybody",
        "Send this plan",
        "person1@example.com",
        "one import request",
    ]);
    page(&viewer, &place).await.expect(StatusCode::OK).hides(&["Send this plan"]);
    send(&viewer, &format!("{place}/approve"), &[]).await.expect(StatusCode::FORBIDDEN);
    let sent = send(&root, &format!("{place}/approve"), &[]).await.expect(StatusCode::OK);
    sent.shows(&["Approved plan", &place]);
}

#[tokio::test]
async fn s9_a_plan_for_which_the_account_has_no_room_warns_in_both_languages() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let dry = async || {
        let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
        ended(&root, &dry).await;
        page(&root, &format!("/runs/{dry}")).await.expect(StatusCode::OK)
    };
    dry().await.hides(&["the account has room"]);
    office.arrange("contact-limit", &json!(1)).await;
    dry()
        .await
        .shows(&["The plan creates up to 2 contacts, and the account has room for one: beyond its limit"]);
    let etag = root.get(&format!("/users/{}", root.id().await)).await.header("etag").to_owned();
    root.patch("/me", &etag, &json!({"language": "ro"})).await.expect(StatusCode::OK);
    dry().await.shows(&["Planul creează până la 2 contacte, iar contul are loc pentru unul: peste limită"]);
}

#[tokio::test]
async fn examples_of_a_plan_call_fields_by_their_titles() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let matching = json!({
        "email": "mail", "first_name": "city", "fields": [{"field": "CITY", "column": "city"}], "tags": ["Letter"],
    });
    let export = office.export(&root, json!({"matching": matching})).await;
    refresh(&root, "cluj").await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    ended(&root, &dry).await;
    let shown = page(&root, &format!("/runs/{dry}")).await.expect(StatusCode::OK);
    let told = |name: &str, value: &str| format!("<span class=\"soft\">{name}:</span> {value}");
    shown.shows(&[&told("First name", "Cluj"), &told("City", "Cluj"), &told("Tags", "Letter")]).hides(&[
        "first_name",
        "&#34;id&#34;",
        "&quot;id&quot;",
    ]);
}

#[tokio::test]
async fn what_goes_on_is_shown_with_and_without_scripts_and_can_be_cancelled() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let begun = send(&root, &format!("/exports/{export}/run"), &[]).await.expect(StatusCode::OK);
    begun.shows(&["Queued", "data-events=\"/api/v1/runs/", "http-equiv=\"refresh\"", "Cancel run"]);
    let run = root.get("/queue").await.text_at("/runs/0/id").to_owned();
    page(&root, "/status").await.expect(StatusCode::OK).shows(&[&format!("/runs/{run}/cancel")]);
    page(&root, "/").await.expect(StatusCode::OK).shows(&[&format!("/runs/{run}")]);
    let cancelled = send(&root, &format!("/runs/{run}/cancel"), &[]).await.expect(StatusCode::OK);
    cancelled.shows(&["Cancelled"]).hides(&["http-equiv=\"refresh\"", "Cancel run"]);
    page(&root, "/runs/unknown").await.expect(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn numbers_lead_to_their_rows_which_are_searched_without_a_word_in_an_address() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let done = run(&root, &export).await;
    let place = format!("/runs/{}", done["id"].as_str().unwrap());
    let rows = format!("{place}/rows");
    page(&viewer, &place).await.expect(StatusCode::OK).shows(&[
        &format!("href=\"{rows}?fate=created\""),
        &format!("href=\"{rows}?fate=invalid\""),
        &format!("href=\"{rows}?reason=no_email\""),
        &format!("href=\"{rows}?fate=members\""),
        &format!("href=\"{rows}?part=sends&amp;batch=0\""),
        "rejections.csv?spreadsheet=true",
    ]);
    page(&viewer, &format!("{rows}?fate=created"))
        .await
        .expect(StatusCode::OK)
        .shows(&["person1@example.com", "person2@example.com"])
        .hides(&[">3</button></form></th>"]);
    page(&viewer, &format!("{rows}?reason=no_email"))
        .await
        .expect(StatusCode::OK)
        .shows(&[">3</button></form></th>", "No e-mail address"])
        .hides(&["person1@example.com"]);
    let found = send(&viewer, &rows, &[("search", "person2"), ("fate", ""), ("reason", "")]).await;
    let found = found.expect(StatusCode::OK);
    found.shows(&["person2@example.com", "value=\"person2\""]).hides(&["person1@example.com"]);
    send(&viewer, &rows, &[("search", "nobody")]).await.expect(StatusCode::OK).shows(&["Nobody"]);
    // From a row to the person, whose key stands in no address.
    let person = send(&viewer, "/customers", &[("table", "customers"), ("search", "1")]).await;
    let opens = "name=\"table\" value=\"customers\"><input type=\"hidden\" name=\"search\" value=\"1\">";
    page(&viewer, &format!("{rows}?fate=created")).await.shows(&["action=\"/customers\"", opens]);
    person.expect(StatusCode::OK).shows(&["person1@example.com"]);
    let batch = page(&viewer, &format!("{rows}?part=sends&batch=0")).await.expect(StatusCode::OK);
    batch.shows(&[
        "Batch 1: Sends.",
        "person1@example.com",
        "rows.csv?part=sends&#38;batch=0&#38;spreadsheet=true&#38;language=en",
    ]);
    let second = run(&root, &export).await;
    let second = format!("/runs/{}", second["id"].as_str().unwrap());
    page(&viewer, &second).await.expect(StatusCode::OK).shows(&[&format!("{second}/rows?fate=unchanged")]);
    page(&viewer, &format!("{second}/rows?fate=unchanged"))
        .await
        .shows(&["person1@example.com", "Unchanged"]);
    page(&root, "/runs/none/rows").await.expect(StatusCode::NOT_FOUND);
    page(&root, &format!("{rows}?fate=odd")).await.expect(StatusCode::OK).shows(&["person1@example.com"]);
}
