//! What does not fit into the memory that the operator allows.

use std::fmt::Write;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, add_tables, living_in};
use crate::runs::{begin, ended};
use crate::setting::Odd;

/// Who has more than two invoices: a grouping, which needs memory for every customer.
fn frequent() -> Value {
    let rules = json!([{"any": [{"related": "invoices", "count": {"at_least": 2}}, {"column": "city", "is": "Roma"}]}]);
    json!({"version": 1, "table": "customers", "rules": rules})
}

async fn desk(memory: usize) -> Desk {
    let desk = Desk::open_odd(Odd { memory: Some(memory), ..Odd::default() }).await;
    let (mut customers, mut invoices) =
        ("id,mail,city,spent,consent\n".to_owned(), "number,customer,total\n".to_owned());
    for id in 0..20_000 {
        writeln!(customers, "customer-{id:08},person{id}@example.com,Cluj,1,yes").expect("a text");
        for number in 0..id % 4 {
            writeln!(invoices, "{id}-{number},customer-{id:08},{number}").expect("a text");
        }
    }
    desk.write("customers.csv", &customers);
    desk.write("invoices.csv", &invoices);
    desk
}

#[tokio::test]
async fn a_segment_that_needs_more_memory_than_allowed_says_so_and_the_server_goes_on() {
    let mut desk = desk(64 << 10).await;
    desk.site.work();
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let definition = json!({"definition": frequent()});
    let refused = root.post("/definitions/count", &definition).await.problem("out_of_memory");
    assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
    assert!(refused.text_at("/detail").contains("--memory"), "{}", refused.text);

    let segment = json!({"name": "frequent", "definition": frequent()});
    root.post("/segments", &segment).await.expect(StatusCode::CREATED);
    let refresh = begin(&root, "/segments/frequent/refresh").await;
    let failed = ended(&root, &refresh).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(failed.to_string().contains("--memory"), "the cause says what to do: {failed}");
    root.get("/segments/frequent/preview").await.problem("never_refreshed");
    // What needs less is answered.
    let small = root.post("/definitions/count", &json!({"definition": living_in("Cluj")})).await;
    assert_eq!(small.expect(StatusCode::OK).body["members"], 20_000);
}

#[tokio::test]
async fn the_same_segment_fits_where_more_is_allowed() {
    let desk = desk(64 << 20).await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let counted = root.post("/definitions/count", &json!({"definition": frequent()})).await;
    assert_eq!(counted.expect(StatusCode::OK).body["members"], 10_000);
}
