//! Tables in the console: a file becomes a table in two steps.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{led_to, page, statuses, submit, value};
use crate::desk::{CUSTOMERS, Desk, add_segment, add_tables, change};
use crate::setting::{Answer, As, LARGEST_FILE, Site};

#[tokio::test]
async fn everybody_sees_tables_and_contributors_change_them() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let table = "/tables/customers";
    let seen = ["/tables", table, &format!("{table}?show=rows"), &format!("{table}?show=check")];
    for (path, found) in statuses(&desk.site, &seen).await {
        assert_eq!(found, [200, 200, 200], "{path}");
    }
    let viewer = desk.site.sign_in("vera@example.com").await;
    for path in
        ["/tables/new", "/tables/customers/edit", "/tables/customers/conditions", "/tables/customers/remove"]
    {
        page(&viewer, path).await.expect(StatusCode::FORBIDDEN);
        page(&root, path).await.expect(StatusCode::OK);
    }
    let shown = page(&viewer, table).await;
    assert!(!shown.text.contains("/tables/customers/edit"), "{}", shown.text);
}

#[tokio::test]
async fn a_table_is_added_in_two_steps() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let empty = page(&root, "/tables").await.expect(StatusCode::OK);
    assert!(empty.text.contains("No tables yet"), "{}", empty.text);
    let fields = [("path", "customers.csv"), ("name", "customers"), ("key", "")];
    let place = led_to(submit(&root, "/tables/new", &fields).await);
    assert_eq!(place, "/tables/customers/edit?done=added");

    let step = page(&root, &place).await.expect(StatusCode::OK);
    let (version, path) = (value(&step, "version"), value(&step, "path"));
    let mut fields = vec![("version", version.as_str()), ("path", path.as_str()), ("key", "id")];
    for (column, kind, meaning) in [
        ("id", "text", ""),
        ("mail", "text", "email"),
        ("city", "text", "city"),
        ("spent", "number", ""),
        ("consent", "text", ""),
    ] {
        fields.extend([("column", column), ("kind", kind), ("meaning", meaning)]);
    }
    fields.extend([("way-name", ""), ("way-column", ""), ("way-to", "")]);
    let again = submit(&root, "/tables/customers/edit", &fields).await;
    assert_eq!(led_to(again), "/tables/customers?done=changed");
    let shown = root.get("/tables/customers").await;
    assert_eq!((shown.text_at("/key"), shown.text_at("/columns/1/meaning")), ("id", "email"));

    fields[0].1 = "1";
    let stale =
        submit(&root, "/tables/customers/edit", &fields).await.expect(StatusCode::PRECONDITION_FAILED);
    assert!(stale.text.contains("Somebody else has changed this"), "{}", stale.text);

    let (version, seen) = (value(&stale, "version"), value(&stale, "seen"));
    (fields[0].1, fields[2].1) = (&version, "mail");
    fields.push(("seen", &seen));
    let theirs = json!({"meanings": {"city": null}});
    change(&root, "/tables/customers", theirs).await.expect(StatusCode::OK);
    let stale = submit(&root, "/tables/customers/edit", &fields).await;
    stale
        .expect(StatusCode::PRECONDITION_FAILED)
        .shows(&["city</th>", "now\">Text, Nothing particular</td>", "typed it\">Text, City</td>"])
        .hides(&["now\">id</td>"]);
}

/// The form of a new table as a browser without scripts sends it.
async fn sent_with_file(who: &As<'_>, file: (&str, &str), fields: &[(&str, &str)]) -> Answer {
    let mut body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{}\"\r\ncontent-type: text/csv\r\n\r\n{}\r\n",
        file.0, file.1
    );
    for (name, value) in fields {
        let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend([head.as_str(), value, "\r\n"]);
    }
    body.push_str("--edge--\r\n");
    let request = who.browser(Method::POST, "/tables/new");
    Answer::of(request.header("content-type", "multipart/form-data; boundary=edge").body(body)).await
}

#[tokio::test]
async fn a_file_comes_with_the_form_where_no_script_sends_it() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let named = |name: &'static str| [("path", ""), ("name", name), ("key", "id")];
    let file = ("new people (2).csv", "id,mail\n1,ana@example.com\n");
    let added = sent_with_file(&root, file, &named("people")).await;
    assert_eq!(led_to(added), "/tables/people/edit?done=added");
    assert_eq!(std::fs::read_to_string(desk.file("new_people_2_.csv")).unwrap(), file.1);
    assert_eq!(
        root.get("/audit?action=file.upload").await.text_at("/items/0/object/name"),
        "new_people_2_.csv"
    );

    // A file that is there already is not overwritten, and what was typed stays.
    let taken = sent_with_file(&root, ("customers.csv", "id\n"), &named("others")).await;
    let taken = taken.expect(StatusCode::CONFLICT).shows(&["role=\"alert\""]);
    assert_eq!((value(&taken, "name"), value(&taken, "key")), ("others".into(), "id".into()));
    assert_eq!(std::fs::read_to_string(desk.file("customers.csv")).unwrap(), CUSTOMERS);

    // Without a file, the path counts; with neither, that is what is said.
    let typed = [("path", "customers.csv"), ("name", "customers"), ("key", "")];
    assert_eq!(led_to(sent_with_file(&root, ("", ""), &typed).await), "/tables/customers/edit?done=added");
    let neither = sent_with_file(&root, ("", ""), &named("none")).await;
    neither.expect(StatusCode::UNPROCESSABLE_ENTITY).shows(&["id=\"path-fault\""]);

    let large = "x".repeat(usize::try_from(LARGEST_FILE).unwrap() + 1);
    sent_with_file(&root, ("large.csv", &large), &named("large")).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    let wrong = sent_with_file(&root, ("run.sh", "id\n"), &named("run")).await;
    wrong.expect(StatusCode::BAD_REQUEST);
    let viewer = desk.site.user(&root, "vera@example.com", "viewer").await;
    sent_with_file(&viewer, ("mine.csv", "id\n"), &named("mine")).await.expect(StatusCode::FORBIDDEN);
    // What another site sends with our cookie is turned down before it is read.
    let nobody = desk.site.nobody();
    let elsewhere = nobody.browser(Method::POST, "/tables/new").header("sec-fetch-site", "cross-site");
    let elsewhere = elsewhere.header("cookie", root.cookie.as_deref().unwrap());
    let kind = "multipart/form-data; boundary=edge";
    Answer::of(elsewhere.header("content-type", kind).body("--edge--\r\n"))
        .await
        .expect(StatusCode::FORBIDDEN);
    for name in ["large.csv", "run.sh", "mine.csv"] {
        assert!(!desk.file(name).exists(), "{name}");
    }
}

#[tokio::test]
async fn without_a_data_folder_the_page_says_what_to_do() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let shown = page(&root, "/tables/new").await.expect(StatusCode::OK);
    assert!(shown.text.contains("--data-folder"), "{}", shown.text);
    let fields = [("path", "customers.csv"), ("name", "customers")];
    let again = submit(&root, "/tables/new", &fields).await.expect(StatusCode::CONFLICT);
    assert_eq!((value(&again, "path"), value(&again, "name")), ("customers.csv".into(), "customers".into()));
    assert!(again.text.contains("This server has no data folder"), "{}", again.text);
}

#[tokio::test]
async fn what_a_file_holds_is_shown_as_text() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    desk.write(
        "customers.csv",
        "id,mail,city,spent,consent\n1,a@example.com,<script>alert(1)</script>,1,yes\n",
    );
    add_tables(&root).await;
    let shown = page(&root, "/tables/customers?show=rows").await.expect(StatusCode::OK);
    assert!(shown.text.contains("&#60;script&#62;alert(1)"), "{}", shown.text);
    assert!(!shown.text.contains("<script>alert"), "{}", shown.text);
}

#[tokio::test]
async fn a_condition_is_declared_and_told_in_words() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let form = page(&root, "/tables/customers/conditions").await.expect(StatusCode::OK);
    let version = value(&form, "version");
    let wrong = "all:\n  - column: town\n    is: Cluj\n";
    let fields = [("version", version.as_str()), ("name", "consent"), ("definition", wrong)];
    let again = submit(&root, "/tables/customers/conditions", &fields).await;
    let again = again.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("column: town") && again.text.contains("<code>/all/0"), "{}", again.text);
    let right = "all:\n  - column: consent\n    is: \"yes\"\n";
    let fields = [("version", version.as_str()), ("name", "consent"), ("definition", right)];
    let place = led_to(submit(&root, "/tables/customers/conditions", &fields).await);
    let shown = page(&root, &place).await.expect(StatusCode::OK);
    assert!(shown.text.contains("consent is “yes”"), "{}", shown.text);

    let place = "/tables/customers/conditions?name=consent";
    let form = page(&root, place).await.expect(StatusCode::OK);
    let (version, seen) = (value(&form, "version"), value(&form, "seen"));
    let typed = |text: &'static str| {
        [("version", version.as_str()), ("seen", seen.as_str()), ("name", "consent"), ("definition", text)]
    };
    let theirs = typed("all:\n  - column: consent\n    is: \"no\"\n");
    led_to(submit(&root, "/tables/customers/conditions", &theirs).await);
    let late = submit(&root, "/tables/customers/conditions", &typed(right)).await;
    late.expect(StatusCode::PRECONDITION_FAILED).shows(&["What was changed meanwhile", "Condition</th>"]);
}

#[tokio::test]
async fn a_table_that_is_used_is_not_removed() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let asked = page(&root, "/tables/customers/remove").await.expect(StatusCode::OK);
    assert!(asked.text.contains("/segments/cluj"), "{}", asked.text);
    let version = value(&asked, "version");
    let fields = [("version", version.as_str())];
    submit(&root, "/tables/customers/remove", &fields).await.expect(StatusCode::CONFLICT);
    let version = value(&page(&root, "/tables/invoices/remove").await, "version");
    let place = led_to(submit(&root, "/tables/invoices/remove", &[("version", version.as_str())]).await);
    assert_eq!(place, "/tables?done=removed");
}

#[tokio::test]
async fn a_wide_table_is_shown_and_changed_a_part_of_its_columns_at_a_time() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let list = |what: &str| (0..150).map(|n| format!("{what}{n}")).collect::<Vec<_>>().join(",");
    desk.write("wide.csv", &format!("{}\n{}\n{}\n", list("column_"), list("a"), list("b")));
    let table = json!({"name": "wide", "path": "wide.csv", "key": "column_0"});
    root.post("/tables", &table).await.expect(StatusCode::CREATED);

    let first = page(&root, "/tables/wide?show=rows").await.shows(&["column_11", "Columns 1 to 12 of 150"]);
    first.shows(&["/tables/wide?show=rows&#38;from=12#looked"]).hides(&["<td>a12</td>"]);
    let second = page(&root, "/tables/wide?show=rows&from=12").await;
    second.shows(&["<td>a0</td><td>a12</td>", "<td>a23</td></tr>", "from=24", "from=0"]);
    page(&root, "/tables/wide?columns=100").await.shows(&["column_149", "columns=0#all-columns"]);

    let form = page(&root, "/tables/wide/edit").await.shows(&["What it is to people", ">column_39<"]);
    let version = value(&form, "version");
    let (version, path) = (version.as_str(), value(&form, "path"));
    let usual = [("version", version), ("path", path.as_str()), ("key", "column_0")];
    let chosen = [("column", "column_3"), ("kind", "text"), ("meaning", "email")];
    let next = submit(&root, "/tables/wide/edit", &[&usual[..], &chosen, &[("step", "40")]].concat()).await;
    let next = next.expect(StatusCode::OK).shows(&["<span class=\"name\">column_40</span>"]);
    let kept = "name=\"column\" value=\"column_3\"><input type=\"hidden\" name=\"kind\" value=\"text\">\
        <input type=\"hidden\" name=\"meaning\" value=\"email\">";
    next.shows(&[kept]).hides(&["name=\"column\" value=\"column_4\""]);
    let later = [("column", "column_40"), ("kind", "text"), ("meaning", "city"), ("from", "40")];
    let saved = submit(&root, "/tables/wide/edit", &[&usual[..], &chosen, &later].concat()).await;
    assert_eq!(led_to(saved), "/tables/wide?done=changed");
    let stored = root.get("/tables/wide").await;
    assert_eq!(
        (stored.text_at("/columns/3/meaning"), stored.text_at("/columns/40/meaning")),
        ("email", "city")
    );
}

#[tokio::test]
async fn a_key_is_suggested_where_none_was_given_and_doubted_where_it_tells_nobody_apart() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    desk.write(
        "people.csv",
        "city,code,mail\nCluj,1,a@example.com\nCluj,2,b@example.com\n,3,c@example.com\n",
    );
    let add = |name: &'static str, key: &'static str| [("path", "people.csv"), ("name", name), ("key", key)];
    let place = led_to(submit(&root, "/tables/new", &add("people", "")).await);
    let form = page(&root, &place).await.expect(StatusCode::OK);
    form.shows(&["<option selected>code</option>", "Suggested, because"])
        .hides(&["does not tell rows apart"]);
    // Whoever only looks at it later is suggested nothing.
    page(&root, "/tables/people/edit").await.hides(&["Suggested, because", "<option selected>code"]);

    // Without a key it is no table of customers: what is to be done is said wherever one is needed.
    let (what, link) = ("Give your customers a key", "/tables/people/edit#key");
    for path in ["/", "/segments", "/segments/new", "/customers"] {
        page(&root, path).await.expect(StatusCode::OK).shows(&[what, link]).hides(&["/tables/new\""]);
    }
    let place = led_to(submit(&root, "/tables/new", &add("cities", "city")).await);
    let doubted = page(&root, &place).await.expect(StatusCode::OK);
    doubted.shows(&["does not tell rows apart", "More than one row has: Cluj", "1 row has no key"]);
    page(&root, "/").await.hides(&[what]);
}

#[tokio::test]
async fn a_table_that_is_large_is_not_read_once_more_to_suggest_a_key() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let rows: String = (0..LARGEST_FILE / 4).map(|number| format!("{number}\n")).collect();
    desk.write("large.csv", &format!("id\n{rows}"));
    let fields = [("path", "large.csv"), ("name", "large"), ("key", "")];
    let place = led_to(submit(&root, "/tables/new", &fields).await);
    page(&root, &place).await.expect(StatusCode::OK).hides(&["Suggested, because"]);
}
