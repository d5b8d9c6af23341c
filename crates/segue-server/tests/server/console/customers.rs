//! Customers in the console: found by what is known of them, with nothing of it in an address.

use reqwest::StatusCode;

use super::{led_to, page, send, statuses, submit};
use crate::desk::{Desk, add_segment, add_tables};

#[tokio::test]
async fn somebody_is_found_by_key_or_address_and_led_to_why() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let empty = page(&root, "/customers").await.expect(StatusCode::OK);
    assert!(empty.text.contains("No table of customers yet"), "{}", empty.text);
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    for wanted in ["1", "ANA@example.com"] {
        let found = submit(&root, "/customers", &[("table", "customers"), ("search", wanted)]).await;
        let found = found.expect(StatusCode::OK);
        assert!(found.text.contains("<dd>ana@example.com</dd>"), "{}", found.text);
        assert!(found.text.contains("action=\"/segments/cluj/explain#explained\""), "{}", found.text);
    }
    let nobody = submit(&root, "/customers", &[("table", "customers"), ("search", "ana")]).await;
    assert!(nobody.expect(StatusCode::OK).text.contains("Nobody was found"));
    submit(&root, "/customers", &[("table", "nowhere"), ("search", "1")]).await.expect(StatusCode::NOT_FOUND);
    for (path, found) in statuses(&desk.site, &["/customers"]).await {
        assert_eq!(found, [200, 200, 200], "{path}");
    }
}

#[tokio::test]
async fn a_persons_page_shows_segments_what_was_sent_and_what_belongs_to_them() {
    let desk = Desk::open().await;
    desk.write(
        "invoices.csv",
        "number,customer,day,total\n1,1,2026-03-01,10\n2,1,2026-03-01,20\n3,1,2026-02-01,5\n",
    );
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    desk.refresh("cluj").await;
    let found = submit(&root, "/customers", &[("table", "customers"), ("search", "1")]).await;
    let found = found.expect(StatusCode::OK);
    for part in [
        "<span class=\"badge good\">Member</span>",
        "No export sends people of this table",
        "<h3>1 Mar 2026</h3>",
        "<h3>1 Feb 2026</h3>",
        "<dt>total</dt><dd>20</dd>",
        "action=\"/customers/forget\"",
    ] {
        assert!(found.text.contains(part), "{part}: {}", found.text);
    }
    assert!(found.text.find("1 Mar 2026") < found.text.find("1 Feb 2026"), "the newest day first");
    let viewer = desk.site.user(&root, "vera@example.com", "viewer").await;
    let seen = submit(&viewer, "/customers", &[("table", "customers"), ("search", "1")]).await;
    let seen = seen.expect(StatusCode::OK);
    assert!(seen.text.contains("<h3>1 Mar 2026</h3>") && !seen.text.contains("/customers/forget"));
    submit(&viewer, "/customers/forget", &[("table", "customers"), ("key", "1")])
        .await
        .expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn somebody_is_forgotten_after_the_key_was_typed_and_leaves_a_receipt() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    desk.refresh("cluj").await;
    let who = [("table", "customers"), ("key", "1")];
    let asked = submit(&root, "/customers/forget", &who).await.expect(StatusCode::OK);
    for part in [
        "One e-mail address will never be sent again",
        "One segment loses this member:",
        "This cannot be undone",
    ] {
        assert!(asked.text.contains(part), "{part}: {}", asked.text);
    }
    let wrong = [&who[..], &[("asked", "1"), ("confirm", "2")]].concat();
    let again = submit(&root, "/customers/forget/now", &wrong).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.text.contains("This is not the key.") && again.text.contains("aria-invalid"),
        "{}",
        again.text
    );
    let addresses = [&who[..], &[("addresses", "no address"), ("confirm", "1")]].concat();
    let again = submit(&root, "/customers/forget/now", &addresses).await;
    assert!(again.expect(StatusCode::UNPROCESSABLE_ENTITY).text.contains("is no e-mail address"));
    let right = [&who[..], &[("asked", "1"), ("confirm", "1")]].concat();
    let place = led_to(submit(&root, "/customers/forget/now", &right).await);
    let receipt = page(&root, &place).await.expect(StatusCode::OK);
    assert!(
        receipt.text.contains("The person is forgotten.") && receipt.text.contains("1: cluj"),
        "{}",
        receipt.text
    );
    assert!(!receipt.text.contains("ana@example.com"), "{}", receipt.text);
    let place = place.trim_end_matches("?done=forgotten");
    let file = page(&root, &format!("{place}/download")).await.expect(StatusCode::OK);
    assert!(file.header("content-disposition").contains("receipt-"));
    assert_eq!(file.body["segments"], serde_json::json!(["cluj"]));
    assert!(page(&root, "/customers/receipts").await.expect(StatusCode::OK).text.contains(place));
    let gone = submit(&root, "/customers", &[("table", "customers"), ("search", "1")]).await;
    assert!(gone.expect(StatusCode::OK).text.contains("This person was forgotten"));
    let led = send(&root, "/customers/forget", &who).await.expect(StatusCode::OK);
    assert!(led.text.contains("Receipt of an erasure"), "{}", led.text);
    for (path, found) in statuses(&desk.site, &["/customers/receipts", place]).await {
        assert_eq!(found, [200, 403, 403], "{path}");
    }
}
