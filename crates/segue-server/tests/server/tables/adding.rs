//! Tables are added, and from nowhere but the data folders.

use reqwest::StatusCode;
use segue_model::segment::Table;
use segue_model::{Source, StoredTable};
use segue_store::CatalogChange;
use serde_json::{Value, json};

use crate::desk::{CUSTOMERS, Desk, add_segment, add_tables, customers, invoices};
use crate::setting::Site;

#[tokio::test]
async fn a_table_is_added_and_shown() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let shown = root.get("/tables/customers").await.expect(StatusCode::OK);
    assert_eq!((shown.text_at("/key"), &shown.body["conditions"]), ("id", &json!([])));
    assert_eq!(shown.text_at("/path"), desk.file("customers.csv").canonicalize().unwrap().to_str().unwrap());
    assert_eq!(shown.header("etag"), format!("\"{}\"", shown.body["version"]));
    let columns = shown.body["columns"].as_array().unwrap();
    let kinds: Vec<(&str, &str)> =
        columns.iter().map(|it| (it["name"].as_str().unwrap(), it["kind"].as_str().unwrap())).collect();
    assert_eq!(
        kinds,
        [("id", "text"), ("mail", "text"), ("city", "text"), ("spent", "number"), ("consent", "text")]
    );
    assert_eq!(columns[1]["meaning"], "email");
    assert!(columns[3]["operators"].as_array().unwrap().contains(&json!("at_least")), "{}", shown.text);
    let related = root.get("/tables/invoices").await;
    assert_eq!(
        related.body["relationships"],
        json!([{"name": "invoices.customer", "column": "customer", "to_table": "customers", "to_column": "id"}])
    );
    assert_eq!(shown.body["used_by"], json!([{"type": "table", "id": "invoices", "name": "invoices"}]));
    root.post("/tables", &customers()).await.expect(StatusCode::CONFLICT).problem("taken");
    let page = root.get("/tables?limit=1").await.expect(StatusCode::OK);
    assert_eq!((page.text_at("/items/0/name"), page.text_at("/next")), ("customers", "customers"));
    let rest = root.get("/tables?cursor=customers").await;
    assert_eq!((rest.text_at("/items/0/name"), &rest.body["next"]), ("invoices", &Value::Null));
    let entries = root.get("/audit?action=table.create&object_id=invoices").await;
    assert_eq!(entries.body["items"][0]["after"]["table"]["name"], "invoices");
    root.get("/tables/none").await.problem("not_found");
}

#[tokio::test]
async fn folders_and_patterns_are_tables_too() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    std::fs::create_dir(desk.file("parts")).unwrap();
    for (name, row) in [("a", "1"), ("b", "2")] {
        desk.write(&format!("parts/{name}.csv"), &format!("id\n{row}\n"));
    }
    for (name, path) in [("folder", "parts"), ("pattern", "parts/*.csv"), ("one", "parts/a.csv")] {
        let added = json!({"name": name, "path": path, "key": "id"});
        root.post("/tables", &added).await.expect(StatusCode::CREATED);
        let rows = root.get(&format!("/tables/{name}/description")).await.expect(StatusCode::OK).body["rows"]
            .clone();
        assert_eq!(rows, if name == "one" { 1 } else { 2 }, "{name}");
    }
}

#[tokio::test]
async fn every_mistake_of_a_table_has_its_place() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    root.post("/tables", &customers()).await.expect(StatusCode::CREATED);
    let fields = async |body: Value| {
        let refused = root.post("/tables", &body).await.problem("invalid_fields");
        refused.fields().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut wrong = invoices();
    wrong["name"] = json!("in voices");
    wrong["kinds"] = json!({"no/where": "text"});
    wrong["meanings"] = json!({"nobody": "email"});
    wrong["relationships"] = json!([
        {"column": "none", "to_table": "customers", "to_column": "nothing"},
        {"column": "customer", "to_table": "nowhere", "to_column": "id"},
    ]);
    assert_eq!(
        fields(wrong).await,
        [
            "/name",
            "/kinds/no~1where",
            "/meanings/nobody",
            "/relationships/0/column",
            "/relationships/0/to_column",
            "/relationships/1/to_table"
        ]
    );
    assert_eq!(fields(json!({"name": "t", "path": "invoices.csv", "key": "none"})).await, ["/key"]);
    assert_eq!(fields(json!({"name": "t", "path": "none.csv"})).await, ["/path"]);
    let words = json!({"name": "t", "path": "invoices.csv", "kinds": {"total": "money"}, "meanings": {"total": "sum"}});
    let mut found = fields(words).await;
    found.sort_unstable();
    assert_eq!(found, ["/kinds/total", "/meanings/total"]);
    desk.write("empty.csv", "");
    assert_eq!(fields(json!({"name": "t", "path": "empty.csv"})).await, ["/path"]);
}

#[tokio::test]
async fn nothing_outside_of_the_data_folders_is_read() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    std::fs::write(desk.beside("secret.csv"), CUSTOMERS).unwrap();
    let outside = desk.beside("secret.csv").display().to_string();
    for path in [
        "../secret.csv",
        "customers.csv/../../secret.csv",
        outside.as_str(),
        "/etc/passwd",
        "/etc/*",
        "/nowhere/at/all.csv",
    ] {
        let refused =
            root.post("/tables", &json!({"name": "t", "path": path})).await.problem("invalid_fields");
        assert_eq!(refused.fields(), ["/path"], "{path}");
        assert!(!refused.text.contains("ana@"), "{path}");
    }
    // Whether something is there is not told either.
    let told = async |path: &str| {
        let refused = root.post("/tables", &json!({"name": "t", "path": path})).await;
        refused.body["errors"][0]["detail"].clone()
    };
    assert_eq!(told("/etc/passwd").await, told("/etc/there-is-no-such-file").await);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_data_folder_is_not_followed_then_or_later() {
    use std::os::unix::fs::symlink;
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    std::fs::write(desk.beside("secret.csv"), CUSTOMERS).unwrap();
    symlink(desk.beside("secret.csv"), desk.file("link.csv")).unwrap();
    symlink(desk.beside(""), desk.file("up")).unwrap();
    for path in ["link.csv", "up/secret.csv", "up/*.csv", "up"] {
        let refused =
            root.post("/tables", &json!({"name": "t", "path": path})).await.problem("invalid_fields");
        assert_eq!(refused.fields(), ["/path"], "{path}");
    }
    // A pattern finds it, and so does a folder.
    std::fs::create_dir(desk.file("parts")).unwrap();
    desk.write("parts/a.csv", CUSTOMERS);
    for (name, path) in [("folder", "parts"), ("pattern", "parts/*.csv")] {
        let added = json!({"name": name, "path": path, "key": "id"});
        root.post("/tables", &added).await.expect(StatusCode::CREATED);
    }
    symlink(desk.beside("secret.csv"), desk.file("parts/b.csv")).unwrap();
    for name in ["folder", "pattern"] {
        let refused = root.get(&format!("/tables/{name}/description")).await.problem("unusable");
        assert!(refused.text_at("/detail").contains("leads out of the data folder"), "{}", refused.text);
    }
    // And a file is exchanged for one.
    root.post("/tables", &customers()).await.expect(StatusCode::CREATED);
    add_segment(&root, "cluj", "Cluj").await;
    std::fs::remove_file(desk.file("customers.csv")).unwrap();
    symlink(desk.beside("secret.csv"), desk.file("customers.csv")).unwrap();
    root.get("/tables/customers/description").await.problem("unusable");
    let refreshed = desk.site.segments.refresh("cluj", chrono::Utc::now()).await.unwrap();
    assert!(refreshed.outcome.unwrap_err().to_string().contains("leads out of the data folder"));
}

#[tokio::test]
async fn without_a_data_folder_no_table_is_added_and_those_of_the_operator_stay_usable() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let refused =
        root.post("/tables", &customers()).await.expect(StatusCode::CONFLICT).problem("no_data_folder");
    assert!(refused.text_at("/detail").contains("--data-folder"));
    let sent = root.request(reqwest::Method::POST, "/files?name=a.csv").body("id\n1\n");
    crate::setting::Answer::of(sent).await.problem("no_data_folder");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.csv");
    std::fs::write(&path, CUSTOMERS).unwrap();
    let by = site.by();
    let new = segue_runs::segments::NewTable {
        name: "customers".to_owned(),
        source: Source::anywhere(path.display().to_string()),
        key: Some("id".to_owned()),
        relationships: Vec::new(),
        kinds: Vec::new(),
        meanings: Vec::new(),
    };
    let StoredTable { table: Table { name, .. }, .. } = site.segments.add_table(new, &by).await.unwrap();
    add_segment(&root, "cluj", "Cluj").await;
    assert_eq!(root.get(&format!("/tables/{name}/description")).await.expect(StatusCode::OK).body["rows"], 4);
    let tag = root.get("/tables/customers").await.header("etag").to_owned();
    let meant = json!({"meanings": {"mail": "email"}});
    root.patch("/tables/customers", &tag, &meant).await.expect(StatusCode::OK);
    let tag = root.get("/tables/customers").await.header("etag").to_owned();
    root.patch("/tables/customers", &tag, &json!({"path": "customers.csv"})).await.problem("no_data_folder");
    site.change_catalog(CatalogChange::RemoveSegment("cluj".to_owned())).await;
}
