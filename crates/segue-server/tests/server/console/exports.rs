//! The pages of exports: who sees and does what, and forms that lose nothing.

use reqwest::StatusCode;
use serde_json::json;

use super::{led_to, page, send, submit};
use crate::desk::{Desk, add_segment, add_tables};
use crate::runs::Office;
use crate::setting::As;

/// A form with everything right about it.
fn form(connection: &str) -> Vec<(&'static str, String)> {
    let fields = [
        ("version", "0"),
        ("name", "Weekly letter"),
        ("list", "2 Newsletter"),
        ("segment", "cluj"),
        ("email", "mail"),
        ("attribute", "first_name"),
        ("column", "city"),
        ("attribute", ""),
        ("column", ""),
        ("tags", "vip, new"),
        ("mode", "add-update"),
        ("blanks", "keep"),
        ("max_profiles", "1000"),
        ("max_leaving_percent", "10"),
        ("schedule", "off"),
    ];
    let fields = fields.map(|(name, value)| (name, value.to_owned()));
    fields.into_iter().chain([("connection", connection.to_owned())]).collect()
}

async fn sent(who: &As<'_>, path: &str, form: &[(&'static str, String)]) -> crate::setting::Answer {
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    send(who, path, &fields).await
}

#[tokio::test]
async fn s26_everybody_sees_exports_and_only_who_may_changes_them() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    page(&root, "/exports").await.expect(StatusCode::OK).shows(&["No exports yet", "There is no connection"]);
    let export = office.export(&root, json!({"name": "<script>alert(1)</script>"})).await;
    let place = format!("/exports/{export}");
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let carl = office.site.user(&root, "carl@example.com", "contributor").await;
    let name = "&#60;script&#62;alert(1)&#60;/script&#62;";
    page(&root, "/exports").await.expect(StatusCode::OK).shows(&[name, "Add export", "Run all"]);
    page(&root, &place).await.expect(StatusCode::OK).shows(&[name, "/edit", "/detach", "/remove"]);
    for who in [&viewer, &carl] {
        let list = page(who, "/exports").await.expect(StatusCode::OK);
        list.shows(&[name]).hides(&["<script>alert", "/exports/new", "run-all"]);
        let one = page(who, &place).await.expect(StatusCode::OK).shows(&[name, "Not started"]);
        one.hides(&["<script>alert", "/edit", "/detach", "/remove", "/dry-run"]);
        page(who, &format!("{place}/remove")).await.expect(StatusCode::FORBIDDEN);
        send(who, &format!("{place}/run"), &[]).await.expect(StatusCode::FORBIDDEN);
    }
    page(&carl, "/exports").await.shows(&["Ask an administrator"]);
    page(&viewer, "/exports/new").await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_was_typed_is_kept_when_something_is_wrong() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    let mut wrong = form(&connection);
    wrong.retain(|(name, _)| !matches!(*name, "name" | "email"));
    wrong.extend([("attribute", "first_name".to_owned()), ("column", "mail".to_owned())]);
    wrong.extend([("tags", String::new()), ("automations", "on".to_owned())]);
    // Two rows fill one attribute: that the form alone can tell.
    let answer = sent(&root, "/exports/new", &wrong).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    answer.shows(&["is filled by another row already", "vip, new", "2 Newsletter\" selected"]);
    wrong.retain(|(name, value)| *name != "attribute" || value.is_empty());
    wrong.retain(|(name, value)| *name != "column" || value.is_empty());
    let answer = sent(&root, "/exports/new", &wrong).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let parts = [
        "href=\"#name\"",
        "href=\"#email\"",
        "value=\"cluj\" data-table=\"customers\" checked",
        "name=\"automations\" checked",
    ];
    answer.shows(&parts).shows(&["vip, new", "value=\"1000\""]);
    assert_eq!(root.get("/exports").await.body["items"], json!([]));
}

#[tokio::test]
async fn s28_to_s34_lists_and_columns_are_shown_and_suggested() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    let new = page(&root, "/exports/new").await.expect(StatusCode::OK);
    new.shows(&["<optgroup label=\"ActiveCampaign\">", "2 Newsletter", "<option value=\"mail\" selected>"]);
    let mut step = form(&connection);
    step.push(("step", "drop-0".to_owned()));
    let shown = sent(&root, "/exports/new", &step).await.expect(StatusCode::OK);
    shown.hides(&["value=\"first_name\" selected"]).shows(&["value=\"Weekly letter\"", "vip, new"]);
    let recap = sent(&root, "/exports/recap", &form(&connection)).await.expect(StatusCode::OK);
    recap
        .shows(&["list “Newsletter” of Shop", "First name ← city", "only when somebody runs it"])
        .hides(&["<html"]);
    assert_eq!(root.get("/exports").await.body["items"], json!([]), "steps save nothing");
}

#[tokio::test]
async fn s35_s36_an_export_is_saved_changed_and_removed() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    let saved = sent(&root, "/exports/new", &form(&connection)).await.expect(StatusCode::OK);
    saved.shows(&["Nothing was sent", "Not started", "Weekly letter"]);
    let export = root.get("/exports").await.text_at("/items/0/id").to_owned();
    let place = format!("/exports/{export}");
    page(&root, &format!("{place}/edit"))
        .await
        .shows(&["value=\"Weekly letter\"", "2 Newsletter\" selected"]);
    let change = |version: &str, name: &str| {
        let mut form = form(&connection);
        form[0].1 = version.to_owned();
        form[1].1 = name.to_owned();
        form
    };
    let edit = format!("{place}/edit");
    let changed = sent(&root, &edit, &change("1", "Monthly letter")).await.expect(StatusCode::OK);
    changed.shows(&["Your changes are saved", "Monthly letter"]);
    let stale =
        sent(&root, &edit, &change("1", "Daily letter")).await.expect(StatusCode::PRECONDITION_FAILED);
    stale.shows(&[
        "Somebody else has changed this",
        "value=\"Daily letter\"",
        "data-label=\"As it stands now\">Monthly letter</td>",
        "data-label=\"As you typed it\">Daily letter</td>",
        "name=\"version\" value=\"2\"",
    ]);
    let copy = send(&root, &format!("{place}/duplicate"), &[("name", "Monthly letter")]).await;
    copy.expect(StatusCode::CONFLICT).shows(&["belongs to another export"]);
    let copy = send(&root, &format!("{place}/duplicate"), &[("name", "Copy")]).await;
    copy.expect(StatusCode::OK).shows(&["This is the copy", "Switched off"]);
    let off = send(&root, &format!("{place}/disable"), &[("version", "2")]).await;
    off.expect(StatusCode::OK).shows(&["The export is switched off", "Switch on"]);
    let detached = send(&root, &format!("{place}/detach"), &[("version", "3")]).await;
    detached.expect(StatusCode::OK).shows(&["The connection is taken from the export", "No connection"]);
    page(&root, &format!("{place}/remove")).await.shows(&["It has not put anybody on its list yet"]);
    let removed = send(&root, &format!("{place}/remove"), &[("version", "4")]).await;
    removed.expect(StatusCode::OK).shows(&["The export is removed"]).hides(&["Monthly letter"]);
}

#[tokio::test]
async fn exp_5_exports_are_sorted_by_any_column() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let connection = office.connection(&root, json!("administrators")).await;
    for name in ["A", "B"] {
        office.export_on(&root, &connection, json!({"name": name, "list": 1})).await;
    }
    let second = root.get("/exports?search=b").await.text_at("/items/0/id").to_owned();
    crate::runs::begin(&root, &format!("/exports/{second}/run")).await;
    for (sort, first) in
        [("name", "A"), ("-name", "B"), ("status", "A"), ("-status", "B"), ("latest_run", "B")]
    {
        let list = root.get(&format!("/exports?sort={sort}&limit=1")).await.expect(StatusCode::OK);
        assert_eq!(list.text_at("/items/0/name"), first, "{sort}");
        let next = list.text_at("/next").to_owned();
        let rest = root.get(&format!("/exports?sort={sort}&cursor={next}")).await.expect(StatusCode::OK);
        assert_ne!(rest.text_at("/items/0/name"), first, "{sort}");
    }
    root.get("/exports?sort=colour").await.problem("malformed");
    page(&root, "/exports?sort=-status").await.expect(StatusCode::OK).shows(&["aria-sort=\"descending\""]);
}

#[tokio::test]
async fn s27_a_button_leads_to_the_form_of_a_new_export() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    office.connection(&root, json!("contributors")).await;
    let carl = office.site.user(&root, "carl@example.com", "contributor").await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    for who in [&root, &carl] {
        let list = page(who, "/exports").await.expect(StatusCode::OK);
        list.shows(&["href=\"/exports/new\"", ">Add export</a>"]);
        page(who, "/exports/new")
            .await
            .expect(StatusCode::OK)
            .shows(&["name=\"connection\"", "name=\"list\""]);
    }
    page(&viewer, "/exports").await.expect(StatusCode::OK).hides(&["/exports/new", "Add export"]);
    page(&viewer, "/exports/new").await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn several_exports_get_one_schedule_and_what_was_changed_meanwhile_is_left() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let connection = office.connection(&root, json!("administrators")).await;
    let one = office.export_on(&root, &connection, json!({"name": "One"})).await;
    let two = office.export_on(&root, &connection, json!({"name": "Two"})).await;
    page(&root, "/exports").await.shows(&["form=\"several\"", "Set schedule of chosen"]);
    page(&viewer, "/exports").await.hides(&["form=\"several\"", "Set schedule of chosen"]);
    let ask = format!("/exports/schedules?export={one}&export={two}&export=none");
    let asked = page(&root, &ask).await.expect(StatusCode::OK);
    asked.shows(&["2 chosen exports", &format!("value=\"{one}.1\""), &format!("value=\"{two}.1\"")]);
    page(&viewer, &ask).await.expect(StatusCode::FORBIDDEN);
    page(&root, "/exports/schedules").await.expect(StatusCode::OK).shows(&["No export is chosen"]);

    let (first, second) = (format!("{one}.1"), format!("{two}.1"));
    let form = |at: &'static str| {
        let fields = [("schedule", "own"), ("every", "day"), ("at", at), ("time_zone", "UTC")];
        [("export", first.as_str()), ("export", second.as_str())]
            .into_iter()
            .chain(fields)
            .collect::<Vec<_>>()
    };
    let wrong = send(&root, "/exports/schedules", &form("26:00")).await;
    let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
    wrong.shows(&["26:00", "is no time of day", "2 chosen exports"]);
    let none = send(&root, "/exports/schedules", &form("")).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    none.shows(&["no time of day is given"]);
    send(&root, "/exports/schedules", &form("07:30")).await.shows(&["have their new schedule"]);
    for id in [&one, &two] {
        let shown = root.get(&format!("/exports/{id}")).await.body;
        assert_eq!(shown["export"]["schedule"]["own"]["at"], json!(["07:30"]), "{shown}");
    }

    // One of them has moved on since.
    let moved = format!("{two}.2");
    let off = [("export", first.as_str()), ("export", moved.as_str()), ("schedule", "off")];
    let left = send(&root, "/exports/schedules", &off).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    left.shows(&["One export has the new schedule", "One chosen export", &format!("value=\"{one}.2\"")]);
    assert_eq!(root.get(&format!("/exports/{two}")).await.body["export"]["schedule"], "off");
    send(&viewer, "/exports/schedules", &off).await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_wrong_is_said_in_the_readers_language_and_marked_where_only_english_is_known() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let place = format!("/users/{}", root.id().await);
    let etag = root.get(&place).await.header("etag").to_owned();
    root.patch("/me", &etag, &json!({"language": "ro"})).await.expect(StatusCode::OK);
    let mut empty = form(&office.connection(&root, json!("administrators")).await);
    empty.retain(|(name, _)| *name != "segment");
    let empty = sent(&root, "/exports/new", &empty).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    empty.shows(&["trebuie să numească cel puțin un segment"]).hides(&["must name at least one"]);
    let connections = root.get("/connections").await;
    let export = office.export_on(&root, connections.text_at("/items/0/id"), json!({})).await;
    let begun = send(&root, &format!("/exports/{export}/run"), &[]).await.expect(StatusCode::OK);
    let run = begun.text.split("/runs/").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
    let cancelled = send(&root, &format!("/runs/{run}/cancel"), &[]).await.expect(StatusCode::OK);
    cancelled.shows(&["anulată de Root"]).hides(&["has cancelled it"]);
    send(&root, &format!("/exports/{export}/disable"), &[("version", "1")]).await.expect(StatusCode::OK);
    let off = send(&root, &format!("/exports/{export}/run"), &[]).await.expect(StatusCode::CONFLICT);
    off.shows(&["exportul este dezactivat: activează-l întâi"]);
}

#[tokio::test]
async fn many_segments_are_searched_and_what_is_chosen_is_always_shown() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    for number in 10..60 {
        add_segment(&root, &format!("group_{number}"), "Cluj").await;
    }
    let box_of = |name: &str, end: &str| format!("value=\"{name}\" data-table=\"customers\"{end}>");
    let (first, next) = (box_of("group_10", ""), box_of("group_57", ""));
    let chosen = box_of("group_59", " checked");
    let begun = page(&root, "/exports/new?segment=group_59").await.expect(StatusCode::OK);
    begun.shows(&[&chosen, &first, "1 to 40 of 49", "value=\"from-40\""]).hides(&[&next]);
    let usual = [("segment", "group_59"), ("name", "Mine"), ("found", "")];
    let later = submit(&root, "/exports/new", &[&usual[..], &[("step", "from-40")]].concat()).await;
    later.expect(StatusCode::OK).shows(&[&chosen, &next, "41 to 49 of 49"]).hides(&[&first]);
    // The return key in the search looks for it, and saves nothing.
    for step in ["find", "enter"] {
        let fields = [&usual[..], &[("find", "UP_57"), ("step", step)]].concat();
        let found = submit(&root, "/exports/new", &fields).await.expect(StatusCode::OK);
        found.shows(&[&chosen, &next, "value=\"UP_57\""]).hides(&[&first, "form-has-faults"]);
    }
    let nothing = [("find", "nobody"), ("found", "nobody")];
    let none = submit(&root, "/exports/new", &[&usual[..], &nothing, &[("step", "account")]].concat()).await;
    none.shows(&[&chosen, "No other segment matches."]);
    let enter = [&nothing[..], &usual, &[("step", "enter")]].concat();
    submit(&root, "/exports/new", &enter).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn exp_15_a_segment_is_added_to_exports_and_taken_out_of_them_from_its_page() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({"name": "Spring letter"})).await;
    let edit = format!("/exports/{export}/edit");
    let add = format!("<option value=\"{export}\">Spring letter</option>");
    page(&root, "/segments/iasi").await.shows(&["Add to export", &add]).hides(&["Take out"]);
    page(&root, "/segments/cluj").await.shows(&["Take out", &format!("{edit}?without=cluj")]).hides(&[&add]);
    let place = led_to(page(&root, &format!("/exports/add?export={export}&segment=iasi")).await);
    assert_eq!(place, format!("{edit}?add=iasi"));
    let (cluj, iasi) = ("value=\"cluj\" data-table=\"customers\"", "value=\"iasi\" data-table=\"customers\"");
    let opened = page(&root, &place).await.expect(StatusCode::OK).shows(&["“iasi” is added below"]);
    opened.shows(&[&format!("{cluj} checked"), &format!("{iasi} checked")]);
    let opened = page(&root, &format!("{edit}?without=cluj")).await.shows(&["“cluj” is taken out below"]);
    opened.hides(&[" checked><span><span class=\"name\">cluj"]);
    page(&root, &format!("{edit}?add=cluj")).await.hides(&["is added below"]);
    let stored = root.get(&format!("/exports/{export}")).await;
    assert_eq!(stored.body["export"]["segments"], json!(["cluj"]), "nothing is changed before it is saved");
    // Whoever may change no export is offered none.
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    for segment in ["cluj", "iasi"] {
        page(&viewer, &format!("/segments/{segment}")).await.hides(&["Add to export", "Take out"]);
    }
    let odd = led_to(page(&root, "/exports/add?export=%0A%C3%A4/../x&segment=%0D%0Ay").await);
    assert_eq!(odd, "/exports/%0A%C3%A4%2F..%2Fx/edit?add=%0D%0Ay");
}

#[tokio::test]
async fn s37_an_export_that_follows_a_refresh_says_so_where_none_is_scheduled() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({"schedule": "follows_refresh"})).await;
    let (place, edit) = (format!("/exports/{export}"), format!("/exports/{export}/edit"));
    let connection = root.get(&place).await.text_at("/export/connection/id").to_owned();
    let changes = json!({"name": "By hand", "schedule": "off"});
    let by_hand = office.export_on(&root, &connection, changes).await;
    let (recap, link) = ("no refresh is scheduled", "<a href=\"/schedule\"");
    for path in [&place, &edit] {
        page(&root, path).await.shows(&[recap, link]).hides(&["It runs with every system refresh"]);
    }
    page(&root, &format!("/exports/{by_hand}")).await.hides(&[recap]);
    let daily =
        [("version", "0"), ("schedule", "on"), ("every", "day"), ("at", "06:00"), ("time_zone", "UTC")];
    send(&root, "/schedule", &daily).await.expect(StatusCode::OK);
    for path in [&place, &edit] {
        page(&root, path).await.shows(&["It runs with every system refresh"]).hides(&[recap]);
    }
}

#[tokio::test]
async fn all_exports_run_after_it_was_said_how_many_that_are() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let carl = office.site.user(&root, "carl@example.com", "contributor").await;
    let nothing = page(&root, "/exports/run-all").await.expect(StatusCode::OK);
    nothing.shows(&["There is no export to run"]).hides(&["button primary"]);
    let connection = office.connection(&root, json!("administrators")).await;
    for (name, list, schedule) in [
        ("A", 2, "follows_refresh"),
        ("B", 2, "when_segments_change"),
        ("C", 1, "follows_refresh"),
        ("D", 2, "off"),
    ] {
        let changes = json!({"name": name, "list": list, "schedule": schedule});
        office.export_on(&root, &connection, changes).await;
    }
    let asked = page(&root, "/exports/run-all").await.expect(StatusCode::OK);
    asked.shows(&["Run 3 exports", "to 2 lists?", ">A<", ">B<", ">C<"]).hides(&[">D<"]);
    assert_eq!(root.get("/runs").await.body["items"], json!([]), "nothing runs before it is wanted");
    // Whoever may run none is asked about none.
    page(&carl, "/exports/run-all").await.shows(&["There is no export to run"]);
    send(&root, "/exports/run-all", &[]).await.expect(StatusCode::OK);
    assert_eq!(root.get("/runs").await.body["items"].as_array().unwrap().len(), 3);
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    page(&viewer, "/exports/run-all").await.expect(StatusCode::FORBIDDEN);
}
