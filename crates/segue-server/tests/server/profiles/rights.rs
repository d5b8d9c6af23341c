//! Who may do what: everybody sees (ROL-9), administrators forget (DSR-1).

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{forgetting, one};
use crate::runs::Office;
use crate::setting::Answer;

#[tokio::test]
async fn dsr_1_administrators_forget_and_nobody_else_does() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    for role in ["viewer", "contributor"] {
        let who = office.site.user(&root, &format!("{role}@example.com"), role).await;
        who.post("/profiles/sent", &one("1")).await.expect(StatusCode::OK);
        who.post("/profiles/rows", &one("1")).await.expect(StatusCode::OK);
        who.post("/profiles/forget/look", &one("1")).await.problem("forbidden");
        let refused = who.post("/profiles/forget", &forgetting("1", json!({}))).await.problem("forbidden");
        assert!(refused.text_at("/detail").contains("may not forget people"), "{}", refused.text);
        for path in ["/receipts", "/receipts/1"] {
            Answer::of(who.request(Method::GET, path)).await.problem("forbidden");
        }
    }
    assert_eq!(office.site.store.forgotten_count().await.unwrap(), 0);
}
