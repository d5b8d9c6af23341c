//! The rows behind a run's numbers, and the file of rejections.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Office, begin, ended, refresh, run};

#[tokio::test]
async fn rows_are_searched_by_fate_reason_and_words_page_by_page() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let export =
        office.export(&root, json!({"mode": "mirror", "brakes": {"max_leaving_percent": 100}})).await;
    refresh(&root, "cluj").await;
    let first = run(&root, &export).await;
    let rows = format!("/runs/{}/rows", first["id"].as_str().unwrap());
    let found = async |body: Value| viewer.post(&rows, &body).await.expect(StatusCode::OK).body;
    let all = found(json!({})).await;
    let row = json!({"profile": "3", "email": "", "fate": "invalid", "reason": "no_email", "detail": ""});
    assert_eq!((&all["items"][0], &all["next"]), (&row, &Value::Null), "{all}");
    let emails = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["email"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut created = emails(&found(json!({"fate": "created"})).await);
    created.sort();
    assert_eq!(created, ["person1@example.com", "person2@example.com"]);
    assert_eq!(emails(&found(json!({"search": " PERSON2@ "})).await), ["person2@example.com"]);
    assert_eq!(found(json!({"reason": "bounced"})).await["items"], json!([]));
    let page = found(json!({"limit": 2})).await;
    let rest = found(json!({"limit": 2, "cursor": page["next"]})).await;
    assert_eq!((emails(&page).len(), emails(&rest).len(), &rest["next"]), (2, 1, &Value::Null));

    // Whoever is no member any more has left in the next run.
    office.write_customers(2, "Cluj");
    refresh(&root, "cluj").await;
    office.site.pass(1000);
    let second = run(&root, &export).await;
    assert_eq!(second["counts"]["left"], 1, "{second}");
    let rows = format!("/runs/{}/rows", second["id"].as_str().unwrap());
    let found = async |body: Value| emails(&viewer.post(&rows, &body).await.expect(StatusCode::OK).body);
    assert_eq!(found(json!({"fate": "left"})).await, ["person2@example.com"]);
    // Every number has its rows: of the first, nothing has changed, and of the second there is no address.
    assert_eq!(found(json!({"fate": "unchanged"})).await, ["person1@example.com"]);
    assert_eq!(found(json!({"fate": "members"})).await, ["", "person1@example.com"]);
    assert_eq!(found(json!({"part": "leaves", "batch": 0})).await, ["person2@example.com"]);
    viewer.post(&rows, &json!({"batch": 0})).await.problem("not_found");
    let file = viewer.get(&format!("{rows}.csv?fate=unchanged")).await.expect(StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.text.lines().nth(1), Some("1,person1@example.com,unchanged,,,,,"), "{}", file.text);
    let file = viewer.get(&format!("{rows}.csv?part=leaves&batch=0")).await.expect(StatusCode::OK);
    assert_eq!(file.text.lines().nth(1), Some(",person2@example.com,left,,,,,"), "{}", file.text);
}

#[tokio::test]
async fn a_search_that_means_nothing_is_turned_down_and_a_plan_has_its_rejections() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let dry = begin(&root, &format!("/exports/{export}/dry-run")).await;
    ended(&root, &dry).await;
    let rows = format!("/runs/{dry}/rows");
    let found = root.post(&rows, &json!({})).await.expect(StatusCode::OK).body;
    assert_eq!(found["items"].as_array().unwrap().len(), 3, "all who would be created, too: {found}");
    let found = root.post(&rows, &json!({"fate": "create"})).await.expect(StatusCode::OK).body;
    assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");
    let wrong = json!({"fate": "gone", "reason": "rain", "part": "all"});
    let wrong = root.post(&rows, &wrong).await.problem("invalid_fields");
    for (index, pointer) in ["/fate", "/reason", "/part"].into_iter().enumerate() {
        assert_eq!(wrong.body["errors"][index]["pointer"], pointer);
    }
    root.get(&format!("{rows}.csv?fate=gone")).await.problem("invalid_fields");
    office.site.nobody().get(&format!("{rows}.csv")).await.problem("sign_in_required");
    root.post(&rows, &json!({"cursor": "x"})).await.problem("unknown_cursor");
    root.post(&rows, &json!({"limit": 201})).await.problem("malformed");
    root.post(&rows, &json!({"words": "x"})).await.problem("invalid_fields");
    root.post("/runs/none/rows", &json!({})).await.problem("not_found");
    office.site.nobody().post(&rows, &json!({})).await.problem("sign_in_required");
}

#[tokio::test]
async fn rejections_are_said_in_the_language_that_is_asked_for_under_the_same_headers() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    std::fs::write(office.file(), "id,mail,city\n1,nobody,Cluj\n2,two@example.com,Cluj\n").unwrap();
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let run = run(&root, &export).await;
    let place = format!("/runs/{}", run["id"].as_str().unwrap());
    let english = root.get(&format!("{place}/rejections.csv")).await.text;
    let romanian = root.get(&format!("{place}/rejections.csv?language=ro&spreadsheet=true")).await.text;
    assert_eq!(english.lines().next(), romanian.lines().next());
    assert!(english.contains("\n1,nobody,our data,invalid_email,") && english.contains(",there is no @,"));
    assert!(romanian.contains("\n1,nobody,datele noastre,invalid_email,O adresă"), "{romanian}");
    assert!(romanian.contains(",lipsește @,"), "{romanian}");
    let rows = root.get(&format!("{place}/rows.csv?language=ro")).await.text;
    assert!(rows.contains("\n1,nobody,invalid,datele noastre,invalid_email,"), "{rows}");
    assert!(rows.contains(",two@example.com,created,,,,,"), "{rows}");
    root.get(&format!("{place}/rejections.csv?language=de")).await.problem("malformed");
    root.get(&format!("{place}/rows.csv?language=de")).await.problem("malformed");
}

#[tokio::test]
async fn a_file_for_a_spreadsheet_holds_no_formula_and_any_other_is_exact() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    std::fs::write(office.file(), "id,mail,city\n=1+1,+40 721,Cluj\n2,two@example.com,Cluj\n").unwrap();
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    let run = run(&root, &export).await;
    let place = format!("/runs/{}/rejections.csv", run["id"].as_str().unwrap());
    assert!(root.get(&place).await.text.contains("\n=1+1,+40 721,"));
    let guarded = root.get(&format!("{place}?spreadsheet=true")).await;
    assert_eq!(guarded.header("content-type"), "text/csv; charset=utf-8");
    assert!(guarded.text.contains("\n'=1+1,+40 721,"), "{}", guarded.text);
    let rows = root.get(&format!("/runs/{}/rows.csv?spreadsheet=true", run["id"].as_str().unwrap())).await;
    assert!(rows.text.contains("\n'=1+1,+40 721,invalid,"), "{}", rows.text);
    let members = "/segments/cluj/members?format=csv";
    assert!(root.get(members).await.text.contains("\n=1+1,+40 721,Cluj"));
    let guarded = root.get(&format!("{members}&spreadsheet=true")).await.text;
    assert!(guarded.starts_with("id,mail,city\n") && guarded.contains("\n'=1+1,+40 721,Cluj"), "{guarded}");
}
