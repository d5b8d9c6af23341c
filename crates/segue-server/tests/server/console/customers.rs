//! Customers in the console: found by what is known of them, with nothing of it in an address.

use reqwest::StatusCode;

use super::{page, statuses, submit};
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
