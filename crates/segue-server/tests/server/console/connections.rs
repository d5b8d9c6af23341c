//! Connections in the console, with a simulated account at the other end.

use activecampaign_sim::{Config, KEY, Simulator};
use reqwest::StatusCode;
use serde_json::json;

use super::{led_to, page, statuses, submit, value};
use crate::exports::{Shop, save, weekly};
use crate::setting::{As, Odd, PASSWORD, Site};

async fn account() -> Simulator {
    activecampaign_sim::start(Config::default()).await.expect("a simulator")
}

fn host(account: &Simulator) -> String {
    format!("http://{}", account.address())
}

/// What the form of a new connection sends.
fn filled<'a>(host: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("type", "active_campaign"),
        ("name", name),
        ("sharing", "administrators"),
        ("host", host),
        ("api_key", KEY),
        ("agreed", "1"),
        ("password", PASSWORD),
    ]
}

async fn add(root: &As<'_>, host: &str, name: &str) -> String {
    let place = led_to(submit(root, "/connections/new", &filled(host, name)).await);
    place.trim_end_matches("?done=added").to_owned()
}

#[tokio::test]
async fn s10_the_pages_of_connections_are_for_administrators() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let place = add(&root, &host(&account), "Shop").await;
    let below = ["", "/edit", "/key", "/remove"].map(|end| format!("{place}{end}"));
    let mut paths = vec!["/connections", "/connections/new"];
    paths.extend(below.iter().map(String::as_str));
    for (path, found) in statuses(&site, &paths).await {
        assert_eq!(found, [200, 403, 403], "{path}");
    }
}

#[tokio::test]
async fn s23_a_connection_is_made_by_one_form_and_is_then_listed() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let empty = page(&root, "/connections").await.expect(StatusCode::OK);
    assert!(empty.text.contains("Nothing is connected yet"), "{}", empty.text);
    let place = add(&root, &host(&account), "<script>alert(1)</script>").await;
    for path in ["/connections", &place] {
        let shown = page(&root, path).await.expect(StatusCode::OK);
        assert!(shown.text.contains("&#60;script&#62;alert(1)"), "{}", shown.text);
        assert!(!shown.text.contains("<script>alert") && !shown.text.contains(KEY), "{}", shown.text);
    }
}

#[tokio::test]
async fn s20_without_consent_the_form_comes_back_with_what_was_typed_but_no_secret() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let host = host(&account);
    let mut fields = filled(&host, "Shop \"A\"");
    fields.retain(|(name, _)| *name != "agreed");
    let again = submit(&root, "/connections/new", &fields).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("<a href=\"#agreed\">Data privacy</a>"), "{}", again.text);
    assert_eq!(value(&again, "host"), host);
    assert_eq!(value(&again, "name"), "Shop &#34;A&#34;");
    assert!(!again.text.contains(KEY) && !again.text.contains(PASSWORD), "{}", again.text);
    assert_eq!(root.get("/connections").await.body["items"], json!([]));
}

#[tokio::test]
async fn s21_connect_shows_the_account_without_a_script_and_with_one() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let host = host(&account);
    let mut fields = filled(&host, "Shop");
    let whole = submit(&root, "/connections/connect", &fields).await.expect(StatusCode::OK);
    assert!(whole.text.contains("The key belongs to Sandbox Admin (admin)."), "{}", whole.text);
    assert!(whole.text.contains("Connected to ") && value(&whole, "name") == "Shop", "{}", whole.text);
    assert!(!whole.text.contains(KEY), "{}", whole.text);
    fields.push(("part", "account"));
    let part = submit(&root, "/connections/connect", &fields).await.expect(StatusCode::OK);
    assert!(part.text.contains("Connected to ") && !part.text.contains("<html"), "{}", part.text);
    fields.retain(|(name, _)| *name != "api_key");
    fields.push(("api_key", "another-key"));
    let refused =
        submit(&root, "/connections/connect", &fields).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("ActiveCampaign refused the API key"), "{}", refused.text);
    assert_eq!(root.get("/connections").await.body["items"], json!([]));
}

#[tokio::test]
async fn a_name_that_is_taken_and_a_wrong_password_are_said_on_the_form() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let host = host(&account);
    add(&root, &host, "Shop").await;
    let taken = submit(&root, "/connections/new", &filled(&host, "shop")).await;
    assert!(taken.expect(StatusCode::CONFLICT).text.contains("The name is taken"));
    let mut fields = filled(&host, "Club");
    fields.retain(|(name, _)| *name != "password");
    fields.push(("password", "not the password"));
    let wrong = submit(&root, "/connections/new", &fields).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("id=\"password-fault\""), "{}", wrong.text);
}

#[tokio::test]
async fn sharing_is_changed_for_named_people_and_a_change_meanwhile_is_said() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let ion = site.user(&root, "ion@example.com", "contributor").await.id().await;
    let place = add(&root, &host(&account), "Shop").await;
    let edit = format!("{place}/edit");
    let version = value(&page(&root, &edit).await, "version");
    let wanted =
        [("version", version.as_str()), ("name", "Shop 2"), ("sharing", "people"), ("person", ion.as_str())];
    assert_eq!(led_to(submit(&root, &edit, &wanted).await), format!("{place}?done=changed"));
    let shown = page(&root, &place).await.expect(StatusCode::OK);
    assert!(shown.text.contains("Administrators and 1 contributor"), "{}", shown.text);
    let late = submit(&root, &edit, &wanted).await.expect(StatusCode::PRECONDITION_FAILED);
    assert!(late.text.contains("Somebody else has changed this"), "{}", late.text);
    // Whoever has read that may save again.
    assert_ne!(value(&late, "version"), version);

    let opened = page(&root, &edit).await;
    let (version, seen) = (value(&opened, "version"), value(&opened, "seen"));
    let mine = [
        ("version", version.as_str()),
        ("seen", seen.as_str()),
        ("name", "Shop 3"),
        ("sharing", "administrators"),
    ];
    submit(&root, &edit, &[&mine[..2], &[("name", "Shop 2"), ("sharing", "contributors")]].concat()).await;
    let late = submit(&root, &edit, &mine).await.expect(StatusCode::PRECONDITION_FAILED);
    late.shows(&["Who may use this connection</th>", "now\">Administrators and all contributors</td>"])
        .hides(&["Shop 2</td>"]);
}

#[tokio::test]
async fn a_new_key_is_tried_before_it_is_saved() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let host = host(&account);
    let place = add(&root, &host, "Shop").await;
    let form = format!("{place}/key");
    let version = value(&page(&root, &form).await, "version");
    for (key, expected) in
        [("", "<a href=\"#api_key\">API key</a>"), ("another-key", "ActiveCampaign refused the API key")]
    {
        let refused = submit(&root, &form, &[("version", &version), ("host", &host), ("api_key", key)]).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(expected), "{}", refused.text);
    }
    let done = submit(&root, &form, &[("version", &version), ("host", &host), ("api_key", KEY)]).await;
    assert_eq!(led_to(done), format!("{place}?done=key"));
}

#[tokio::test]
async fn s43_removal_leads_to_what_uses_the_connection() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let export = save(&root, &weekly(&connection)).await;
    let place = format!("/connections/{connection}");
    let ask = page(&root, &format!("{place}/remove")).await.expect(StatusCode::OK);
    assert!(ask.text.contains("One export uses this connection"), "{}", ask.text);
    assert!(ask.text.contains("Weekly letter") && ask.text.contains("danger\" disabled"), "{}", ask.text);
    let version = value(&ask, "version");
    let blocked = submit(&root, &format!("{place}/remove"), &[("version", &version)]).await;
    blocked.expect(StatusCode::CONFLICT);
    let detach = submit(&root, &format!("{place}/detach"), &[("export", &value(&ask, "export"))]).await;
    assert_eq!(led_to(detach), format!("{place}/remove?done=detached"));
    assert!(root.get(&export).await.body["export"]["connection"].is_null());
    let removed = submit(&root, &format!("{place}/remove"), &[("version", &version)]).await;
    assert_eq!(led_to(removed), "/connections?done=removed");
}

#[tokio::test]
async fn s22_another_administrator_becomes_export_user() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let place = add(&root, &host(&account), "Shop").await;
    let eva = site.user(&root, "eva@example.com", "administrator").await;
    let shown = page(&eva, &place).await;
    let version = value(&shown, "version");
    let form = format!("{place}/export-user");
    let wrong = submit(&eva, &form, &[("version", &version), ("password", "not the password")]).await;
    assert!(wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).text.contains("id=\"password-fault\""));
    let done = submit(&eva, &form, &[("version", &version), ("password", PASSWORD)]).await;
    assert_eq!(led_to(done), format!("{place}?done=export-user"));
    assert!(page(&eva, &place).await.text.contains("That is you"));
}

#[tokio::test]
async fn the_sandbox_is_connected_without_a_key_and_no_other_private_host_is() {
    let (site, other) = (Site::start_odd(Odd { sandbox: true, ..Odd::default() }).await, account().await);
    let root = site.administrator().await;
    assert!(page(&root, "/connections").await.text.contains("Try with the sandbox"));
    let form = led_to(submit(&root, "/connections/sandbox", &[]).await);
    let form = page(&root, &form).await.expect(StatusCode::OK);
    let (name, host) = (value(&form, "name"), value(&form, "host"));
    // It asks for nothing but consent, to a text of its own, and the password.
    let form = form.hides(&["leaves this installation", "id=\"host\"", "api_key", "formaction"]);
    form.shows(&["Nothing leaves the machine, nobody is written to", "name=\"sandbox\" value=\"1\""]);
    let mut fields = filled(&host, &name);
    fields.retain(|(name, _)| *name != "api_key");
    fields.push(("sandbox", "1"));
    let without = fields.iter().copied().filter(|(name, _)| *name != "agreed").collect::<Vec<_>>();
    let again = submit(&root, "/connections/new", &without).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    again.shows(&["id=\"agreed-fault\"", "nobody is written to"]).hides(&["id=\"host\""]);
    let text = root.get(&format!("/connections/consent?host={host}")).await.expect(StatusCode::OK);
    assert!(text.text.contains("nobody is written to"), "{}", text.text);
    let place = led_to(submit(&root, "/connections/new", &fields).await);
    assert!(page(&root, &place).await.text.contains("Nothing leaves the machine"));
    assert_eq!(root.get("/connections").await.body["items"][0]["sandbox"], true);

    let refused = submit(&root, "/connections/new", &filled(&self::host(&other), "Other")).await;
    let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("id=\"host-fault\""), "{}", refused.text);
    let contributor = site.user(&root, "ion@example.com", "contributor").await;
    submit(&contributor, "/connections/sandbox", &[]).await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_a_sandbox_none_is_offered() {
    let site = Site::start().await;
    let root = site.administrator().await;
    assert!(!page(&root, "/connections").await.text.contains("sandbox"));
    submit(&root, "/connections/sandbox", &[]).await.expect(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn s1_the_connector_and_its_maturity_are_shown() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let form = page(&root, "/connections/new").await.expect(StatusCode::OK);
    form.shows(&[">ActiveCampaign (preview)</option>"]);
}

#[tokio::test]
async fn s14_the_form_says_that_the_name_should_tell_purpose_and_target() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let form = page(&root, "/connections/new").await.expect(StatusCode::OK);
    form.shows(&["aria-describedby=\"name-hint\"", "id=\"name-hint\">Tell purpose and target"]);
}
