//! Segments in the console, without scripts: a text is saved, counted, and told in words.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{led_to, page, statuses, submit, value};
use crate::desk::{Desk, add_segment, add_tables, change, etag, living_in};
use crate::setting::Answer;

const CLUJ: &str = "version: 1\ntable: customers\nrules:\n  - all:\n      - column: city\n        is: Cluj\n";

#[tokio::test]
async fn everybody_sees_segments_and_contributors_change_them() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    add_segment(&root, "iasi", "Iasi").await;
    desk.refresh("cluj").await;
    desk.refresh("iasi").await;
    let seen = [
        "/segments",
        "/segments/cluj",
        "/segments/cluj?show=members",
        "/segments/cluj?show=inspect",
        "/overlap?segments=cluj,iasi",
        "/overlap?segment=cluj&segment=iasi",
    ];
    for (path, found) in statuses(&desk.site, &seen).await {
        assert_eq!(found, [200, 200, 200], "{path}");
    }
    let viewer = desk.site.sign_in("vera@example.com").await;
    for path in ["/segments/new", "/segments/cluj/edit", "/segments/cluj/remove"] {
        page(&viewer, path).await.expect(StatusCode::FORBIDDEN);
        page(&root, path).await.expect(StatusCode::OK);
    }
    let shown = page(&viewer, "/segments/cluj").await;
    assert!(!shown.text.contains("/segments/cluj/refresh"), "{}", shown.text);
    submit(&viewer, "/segments/cluj/refresh", &[]).await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_segment_is_counted_then_saved_and_told_in_words() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let blank = page(&root, "/segments/new").await.expect(StatusCode::OK);
    assert!(blank.text.contains("table: &#34;customers&#34;"), "{}", blank.text);
    let fields = vec![
        ("name", "cluj"),
        ("description", "<script>alert(1)</script>"),
        ("type", "dynamic"),
        ("definition", CLUJ),
    ];
    let counted = submit(&root, "/segments/new", &[fields.clone(), vec![("count", "1")]].concat()).await;
    let counted = counted.expect(StatusCode::OK);
    assert!(counted.text.contains("2 people would be in."), "{}", counted.text);
    assert_eq!(value(&counted, "name"), "cluj");
    assert_eq!(root.get("/segments").await.body["items"], json!([]), "counting saves nothing");

    assert_eq!(led_to(submit(&root, "/segments/new", &fields).await), "/segments/cluj?done=added");
    let shown = page(&root, "/segments/cluj").await.expect(StatusCode::OK);
    assert!(shown.text.contains("city is “Cluj”"), "{}", shown.text);
    assert!(
        shown.text.contains("&#60;script&#62;") && !shown.text.contains("<script>alert"),
        "{}",
        shown.text
    );
    let change = json!({"language": "ro"});
    let me = root.get("/session").await;
    let etag = format!("\"{}\"", me.body["user"]["version"]);
    root.patch("/me", &etag, &change).await.expect(StatusCode::OK);
    let shown = page(&root, "/segments/cluj").await.expect(StatusCode::OK);
    assert!(shown.text.contains("city este „Cluj”"), "{}", shown.text);
}

#[tokio::test]
async fn mistakes_are_told_by_their_places_and_nothing_that_was_typed_is_lost() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let wrong = CLUJ.replace("city", "town");
    let fields = [
        ("name", "cluj"),
        ("description", "For the fair"),
        ("type", "static"),
        ("definition", wrong.as_str()),
    ];
    let again = submit(&root, "/segments/new", &fields).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("<code>/rules/0/all/0"), "{}", again.text);
    assert!(again.text.contains("<a href=\"#definition\">Definition as text</a>"), "{}", again.text);
    assert!(again.text.contains("column: town"), "{}", again.text);
    assert_eq!(value(&again, "description"), "For the fair");
}

#[tokio::test]
async fn a_definition_with_a_long_list_fits_into_the_form() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let values: Vec<String> = (0..20_000).map(|number| format!("\"{number}\"")).collect();
    let long = format!(
        "version: 1\ntable: customers\nrules: [{{all: [{{column: id, one_of: [{}]}}]}}]",
        values.join(", ")
    );
    let fields = [("name", "many"), ("description", ""), ("type", "static"), ("definition", long.as_str())];
    assert_eq!(led_to(submit(&root, "/segments/new", &fields).await), "/segments/many?done=added");
}

#[tokio::test]
async fn what_can_be_done_with_a_segment_is_done_by_forms() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    assert_eq!(led_to(submit(&root, "/segments/cluj/refresh", &[]).await), "/segments/cluj?done=refreshing");
    let version = value(&page(&root, "/segments/cluj").await, "version");
    let fields = [("version", version.as_str()), ("type", "static")];
    assert_eq!(led_to(submit(&root, "/segments/cluj/switch", &fields).await), "/segments/cluj?done=changed");
    let stale = submit(&root, "/segments/cluj/switch", &fields).await.expect(StatusCode::PRECONDITION_FAILED);
    assert!(stale.text.contains("Somebody else has changed this"), "{}", stale.text);
    let place = led_to(submit(&root, "/segments/cluj/duplicate", &[("name", "copy")]).await);
    assert_eq!(place, "/segments/copy?done=copied");
    let version = value(&page(&root, "/segments/copy").await, "version");
    let fields = [("version", version.as_str()), ("name", "other")];
    assert_eq!(led_to(submit(&root, "/segments/copy/rename", &fields).await), "/segments/other?done=renamed");
    let version = value(&page(&root, "/segments/other/remove").await, "version");
    let place = led_to(submit(&root, "/segments/other/remove", &[("version", version.as_str())]).await);
    assert_eq!(place, "/segments?done=removed");
    let kept = root.get("/segments").await;
    assert_eq!((kept.text_at("/items/0/name"), kept.text_at("/items/0/type")), ("cluj", "static"));
}

const ENGLISH: [&str; 16] = [
    "✗ 1 is not in: the segment is static, and its members stay as they are until somebody refreshes it",
    "✗ Buyers: Who meets all of these:",
    "✗ number of rows in invoices is at least 2: there is 1 row",
    "counting only rows that meet all of these:",
    "total is more than 15",
    "✗ sum of total in invoices is at least 1,000.5: it is 30",
    "✓ spent is between 1 and 20: it is 10.5",
    "✓ meets the condition agreed, which asks for at least one of these:",
    "✓ consent is “yes”: it is “yes”",
    "✗ city is empty: it is “Cluj”",
    "✗ at least one of these:",
    "✗ is not a member of cluj",
    "✗ has no rows in invoices: there are 2 rows",
    "✓ But nobody who meets all of these:",
    "✓ largest total in invoices is more than 1: it is 20",
    "✗ Was in when the segment was last refreshed, or loaded from a list",
];

const ROMANIAN: [&str; 16] = [
    "✗ 1 nu este în segment: segmentul este static, iar membrii lui rămân aceiași până îl reîmprospătează cineva",
    "✗ Buyers: Cine îndeplinește toate acestea:",
    "✗ numărul de rânduri din invoices este cel puțin 2: este 1 rând",
    "socotind doar rândurile care îndeplinesc toate acestea:",
    "total este mai mare decât 15",
    "✗ suma total din invoices este cel puțin 1.000,5: este 30",
    "✓ spent este între 1 și 20: este 10,5",
    "✓ îndeplinește condiția agreed, care cere cel puțin una dintre acestea:",
    "✓ consent este „yes”: este „yes”",
    "✗ city este gol: este „Cluj”",
    "✗ cel puțin una dintre acestea:",
    "✗ nu este membru în cluj",
    "✗ nu are rânduri în invoices: sunt 2 rânduri",
    "✓ Dar nimeni care îndeplinește toate acestea:",
    "✓ cel mai mare total din invoices este mai mare decât 1: este 20",
    "✗ Era înăuntru când segmentul a fost reîmprospătat ultima dată sau încărcat dintr-o listă",
];

/// The lines that explain, each with its mark.
fn explained(answer: &Answer) -> Vec<String> {
    let list = answer.text.split("id=\"explained\"").nth(1).and_then(|rest| rest.split("</ul>").next());
    let lines = list.unwrap_or_default().split("<li ").skip(1);
    let line = |line: &str| {
        let badge = ["badge good", "badge bad"].iter().position(|badge| line.contains(badge));
        let mark = badge.map_or("", |at| ["✓ ", "✗ "][at]);
        let text = line.rsplit_once("</span> ").or_else(|| line.split_once('>')).map_or("", |(_, text)| text);
        format!("{mark}{}", text.trim_end_matches("</li>"))
    };
    lines.map(line).collect()
}

#[tokio::test]
async fn why_somebody_is_in_is_explained_and_the_key_stands_in_no_address() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let told = submit(&root, "/segments/cluj/explain", &[("key", "1")]).await.expect(StatusCode::OK);
    let lines = ["✓ 1 is in", "✓ Who meets all of these:", "✓ city is “Cluj”: it is “Cluj”"];
    assert_eq!(explained(&told), lines);
    let back = "<input type=\"hidden\" name=\"table\" value=\"customers\"><button class=\"button small\" name=\"search\" value=\"1\">";
    told.shows(&[back, "Go to the page of this person"]);
    let nobody = submit(&root, "/segments/cluj/explain", &[("key", "99")]).await;
    let nobody = nobody.expect(StatusCode::NOT_FOUND);
    assert_eq!(value(&nobody, "key"), "99");
    nobody
        .shows(&["aria-invalid=\"true\" aria-describedby=\"explained\"", "Nobody in customers has this key."])
        .hides(&["There is nothing at this address", "no profile"]);
    submit(&root, "/segments/none/explain", &[("key", "1")]).await.expect(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn why_somebody_is_in_is_told_in_the_words_of_the_rules_in_both_languages() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let agreed = json!({"any": [{"column": "consent", "is": "yes"}, {"column": "city", "is_empty": true}]});
    let tag = etag(&root, "/tables/customers").await;
    let put = root.request(Method::PUT, "/tables/customers/conditions/agreed").header("if-match", tag);
    Answer::of(put.json(&json!({"definition": agreed}))).await.expect(StatusCode::OK);
    let large = json!({"all": [{"column": "total", "more_than": 15}]});
    let definition = json!({"version": 1, "table": "customers", "rules": [
        {"name": "Buyers", "all": [
            {"related": "invoices", "where": large, "count": {"at_least": 2}},
            {"related": "invoices", "sum": {"of": "total", "at_least": 1000.5}},
            {"column": "spent", "between": [1, 20]},
            {"condition": "agreed"},
            {"any": [{"not_member_of": "cluj"}, {"related": "invoices", "has": "none"}]},
        ]},
        {"combine": "except", "all": [{"related": "invoices", "max": {"of": "total", "more_than": 1}}]},
    ]});
    add_segment(&root, "cluj", "Cluj").await;
    desk.refresh("cluj").await;
    root.post("/segments", &json!({"name": "buyers", "definition": definition}))
        .await
        .expect(StatusCode::CREATED);
    desk.refresh("buyers").await;
    let version = value(&page(&root, "/segments/buyers").await, "version");
    let fields = [("version", version.as_str()), ("type", "static")];
    led_to(submit(&root, "/segments/buyers/switch", &fields).await);

    let told = submit(&root, "/segments/buyers/explain", &[("key", "1")]).await.expect(StatusCode::OK);
    assert_eq!(explained(&told), ENGLISH);
    let nothing = submit(&root, "/segments/buyers/explain", &[("key", "2")]).await.expect(StatusCode::OK);
    let largest = "✗ largest total in invoices is more than 1: there is no value".to_owned();
    assert!(explained(&nothing).contains(&largest), "{}", nothing.text);
    let version = format!("\"{}\"", root.get("/session").await.body["user"]["version"]);
    root.patch("/me", &version, &json!({"language": "ro"})).await.expect(StatusCode::OK);
    let told = submit(&root, "/segments/buyers/explain", &[("key", "1")]).await.expect(StatusCode::OK);
    assert_eq!(explained(&told), ROMANIAN);
    let nobody = submit(&root, "/segments/buyers/explain", &[("key", "99")]).await;
    nobody.expect(StatusCode::NOT_FOUND).shows(&["Nimeni din customers nu are această cheie."]).hides(&[
        "Nu este nimic la această adresă",
        "no profile",
        "lang=\"en\"",
    ]);
}

#[tokio::test]
async fn members_over_time_are_a_line_and_a_table() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    desk.refresh("cluj").await;
    desk.write("customers.csv", "id,mail,city,spent,consent\n1,ana@example.com,Cluj,10.50,yes\n");
    desk.refresh("cluj").await;
    page(&root, "/segments/cluj").await.hides(&["Compare with"]);
    add_segment(&root, "iasi", "Iasi").await;
    page(&root, "/segments/cluj").await.hides(&["Compare with"]);
    desk.refresh("iasi").await;
    page(&root, "/segments/cluj").await.shows(&["Compare with", "<option>iasi</option>"]);
    let shown = page(&root, "/segments/cluj").await.expect(StatusCode::OK);
    assert!(shown.text.contains("points=\"0,0 600,60 \""), "{}", shown.text);
    assert!(shown.text.contains("From 2 to 1; at least 1, at most 2."), "{}", shown.text);
}

#[tokio::test]
async fn whoever_saves_too_late_is_shown_what_somebody_else_has_changed() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let edit = "/segments/cluj/edit";
    let opened = page(&root, edit).await.expect(StatusCode::OK);
    let (version, seen) = (value(&opened, "version"), value(&opened, "seen"));
    let ion = desk.site.user(&root, "ion@example.com", "contributor").await;
    let theirs = json!({"description": "For <b>spring</b>", "definition": living_in("Iasi")});
    change(&ion, "/segments/cluj", theirs).await.expect(StatusCode::OK);
    let typed = |definition: &str| {
        let fields =
            [("name", "cluj"), ("description", "Mine"), ("type", "static"), ("definition", definition)];
        let hidden = [("version", version.clone()), ("seen", seen.clone())];
        let fields = fields.map(|(name, value)| (name, value.to_owned()));
        fields.into_iter().chain(hidden).collect::<Vec<_>>()
    };
    let sent = async |fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        submit(&root, edit, &fields).await
    };

    // Counted meanwhile, the form is still one of what there was before.
    let counting = [typed(CLUJ), vec![("count", "1".to_owned())]].concat();
    let counted = sent(&counting).await.expect(StatusCode::OK);
    assert_eq!((value(&counted, "version"), value(&counted, "seen")), (version.clone(), seen.clone()));

    // Both descriptions stand side by side, and so do both definitions; what only I have changed is not theirs.
    let late = sent(&typed(CLUJ)).await.expect(StatusCode::PRECONDITION_FAILED);
    let late = late.shows(&["What was changed meanwhile", "For &#60;b&#62;spring", ">Mine<", "Iasi", "Cluj"]);
    let table =
        late.text.split("What was changed meanwhile").nth(1).and_then(|rest| rest.split("</table>").next());
    assert_eq!(table.unwrap().matches("<th scope=\"row\">").count(), 2, "{}", late.text);

    // Whoever has read that may put theirs in its place.
    let mut again = typed(CLUJ);
    again[4].1 = value(&late, "version");
    again[5].1 = value(&late, "seen");
    assert_eq!(led_to(sent(&again).await), "/segments/cluj?done=changed");
}

#[tokio::test]
async fn first_members_are_shown_a_part_of_their_columns_at_a_time() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let list = |what: &str| (0..30).map(|n| format!("{what}{n}")).collect::<Vec<_>>().join(",");
    desk.write("wide.csv", &format!("{}\n{}\n", list("column_"), list("a")));
    let table = json!({"name": "wide", "path": "wide.csv", "key": "column_20"});
    root.post("/tables", &table).await.expect(StatusCode::CREATED);
    let all =
        json!({"version": 1, "table": "wide", "rules": [{"all": [{"column": "column_1", "is": "a1"}]}]});
    root.post("/segments", &json!({"name": "all", "definition": all})).await.expect(StatusCode::CREATED);
    desk.refresh("all").await;
    let first = page(&root, "/segments/all?show=members").await;
    first.shows(&["<td>a20</td><td>a0</td>", "<td>a11</td></tr>", "/segments/all?show=members&#38;from=12"]);
    // From a member it goes on to the person, whose key stands in no address.
    let first = page(&root, "/segments/all?show=members").await;
    first.shows(&["action=\"/customers\"", "name=\"search\" value=\"a20\" aria-label=\"Open: a20\""]);
    let person = submit(&root, "/customers", &[("table", "wide"), ("search", "a20")]).await;
    person.expect(StatusCode::OK).shows(&["What is known"]);
    let last = page(&root, "/segments/all?show=members&from=24").await;
    last.shows(&["Columns 25 to 30 of 30", "<td>a20</td><td>a24</td>"]).hides(&["<td>a23</td>"]);
}

#[tokio::test]
async fn the_list_tells_state_and_schedule_apart_from_the_latest_refresh() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    for name in ["cluj", "iasi", "rest"] {
        add_segment(&root, name, "Cluj").await;
        desk.refresh(name).await;
    }
    for (name, change) in [("iasi", ("type", "static")), ("rest", ("state", "inactive"))] {
        let version = value(&page(&root, &format!("/segments/{name}")).await, "version");
        let fields = [("version", version.as_str()), change];
        led_to(submit(&root, &format!("/segments/{name}/switch"), &fields).await);
    }
    let list = page(&root, "/segments").await.expect(StatusCode::OK);
    let rows: Vec<&str> = list.text.split("<tr>").filter(|row| row.contains("scope=\"row\"")).collect();
    for (row, state, schedule) in [
        (rows[0], ">Active<", ">With every refresh<"),
        (rows[1], ">Active<", ">By hand<"),
        (rows[2], "badge\">Inactive<", "soft\">Inactive<"),
    ] {
        for part in [state, schedule, "badge good\">Succeeded<"] {
            assert!(row.contains(part), "{part} is missing in {row}");
        }
    }
}
