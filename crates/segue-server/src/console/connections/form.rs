//! The form of a new connection, on one page, in the order in which it is thought about.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::connection::CONSENT_TEXT;
use segue_model::{Right, Role};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::form::{Faults, Form, Undone, body};
use super::super::page::{Frame, Section, ok, shown};
use super::super::words::Words;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{self, Body};
use crate::problem::Problem;
use crate::routes::connections;
use crate::routes::connections::account::{KindView, kinds, try_account};
use crate::routes::connections::view::AccountView;
use crate::routes::users::{self, UserQuery};

/// Somebody with whom a connection can be shared.
pub(super) struct Contributor {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) login: String,
    pub(super) is_chosen: bool,
}

pub(super) async fn contributors(
    app: &App,
    caller: &Caller,
    chosen: impl Fn(&str) -> bool,
) -> Result<Vec<Contributor>, Problem> {
    let asked =
        UserQuery { role: Some(Role::Contributor), enabled: Some(true), limit: Some(200), cursor: None };
    let Json(page) = users::list(State(app.clone()), caller.clone(), input::Asked(asked)).await?;
    let people = page.items.into_iter().map(|user| Contributor {
        is_chosen: chosen(&user.id),
        id: user.id,
        name: user.name,
        login: user.login,
    });
    Ok(people.collect())
}

/// The text that is agreed to, around the name of the host, which a script keeps as it is typed.
pub(super) struct ConsentText {
    pub(super) before: String,
    pub(super) host: String,
    pub(super) after: String,
    pub(super) policy: Option<String>,
}

impl ConsentText {
    pub(super) fn of(app: &App, words: Words, host: &str) -> Self {
        // No text of ours holds this character.
        const PLACE: &str = "\u{1}";
        let text = words.say("connections-consent-text").with("host", PLACE).to_string();
        let (before, after) = text.split_once(PLACE).unwrap_or((&text, ""));
        let host = if host.is_empty() {
            words.say("connections-consent-host").to_string()
        } else {
            app.connections.host_name(host)
        };
        Self {
            before: before.to_owned(),
            host,
            after: after.to_owned(),
            policy: app.connections.rules().policy.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "connections/new.html")]
struct New {
    frame: Frame,
    kinds: Vec<KindView>,
    typed: Form,
    sharing: String,
    people: Vec<Contributor>,
    consent: ConsentText,
    is_sandbox: bool,
    /// Whether it is the form of the sandbox alone, which asks for nothing that is known.
    is_short: bool,
    account: Option<AccountView>,
    faults: Faults,
    trouble: Option<Problem>,
}

/// What Connect has found, as a part of the page.
#[derive(Template)]
#[template(path = "connections/account.html")]
struct Found {
    words: Words,
    account: Option<AccountView>,
    faults: Faults,
    trouble: Option<Problem>,
}

async fn page(app: &App, caller: &Caller, typed: Form) -> Result<New, Problem> {
    caller.require(Right::ManageConnections)?;
    let Json(kinds) = kinds(caller.clone()).await?;
    let frame = Frame::of(app, caller, Section::Connections).await?;
    let chosen: Vec<&str> = typed.all("person").collect();
    let is_sandbox = app.connections.rules().is_sandbox(typed.text("host"));
    Ok(New {
        people: contributors(app, caller, |id| chosen.contains(&id)).await?,
        consent: ConsentText::of(app, frame.words, typed.text("host")),
        sharing: typed.given("sharing").unwrap_or("administrators").to_owned(),
        is_sandbox,
        is_short: is_sandbox && typed.is_on("sandbox"),
        frame,
        kinds,
        typed,
        account: None,
        faults: Faults::default(),
        trouble: None,
    })
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "type")]
    kind: Option<String>,
}

pub(super) async fn blank(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut fields = Vec::new();
    if let (Some("sandbox"), Some(host)) = (asked.kind.as_deref(), &app.connections.rules().sandbox) {
        let words = Frame::of(&app, &caller, Section::Connections).await?.words;
        fields.push(("sandbox".to_owned(), "1".to_owned()));
        fields.push(("host".to_owned(), host.clone()));
        fields.push(("name".to_owned(), words.say("connections-sandbox").to_string()));
    }
    Ok(ok(&page(&app, &caller, fields.into_iter().collect()).await?))
}

/// Tries host and key: a script shows what is found beside the form, and without one it is the form once more, in which
/// the key must be typed again, since no page holds one.
pub(super) async fn connect(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let tried = try_account(State(app.clone()), caller.clone(), Body(body(account(&app, &form))?)).await;
    let (status, account, faults, trouble) = match tried {
        Ok(Json(account)) => (StatusCode::OK, Some(account), Faults::default(), None),
        Err(problem) => {
            // The script tells a part that says what is wrong from a page by this status.
            let Undone { faults, trouble, .. } = Undone::of(problem)?;
            (StatusCode::UNPROCESSABLE_ENTITY, None, faults, trouble)
        }
    };
    if form.is_on("part") {
        let words = Frame::of(&app, &caller, Section::Connections).await?.words;
        return Ok(shown(status, &Found { words, account, faults, trouble }));
    }
    let page = page(&app, &caller, form).await?;
    Ok(shown(status, &New { account, faults, trouble, ..page }))
}

pub(super) async fn save(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    match connections::add(&app, &caller, body(wish(&app, &form))?).await {
        Ok(added) => {
            Ok(Redirect::to(&format!("/connections/{}?done=added", added.connection.id)).into_response())
        }
        Err(problem) => {
            let Undone { faults, trouble, status } = Undone::of(problem)?;
            let page = page(&app, &caller, form).await?;
            Ok(shown(status, &New { faults, trouble, ..page }))
        }
    }
}

/// Host, key and consent, as endpoints take them. Nobody has to type the key of the sandbox.
pub(super) fn account(app: &App, form: &Form) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("host".to_owned(), Value::from(form.text("host")));
    for name in ["api_key", "api_key_from"] {
        if let Some(given) = form.given(name) {
            fields.insert(name.to_owned(), Value::from(given));
        }
    }
    let has_key = fields.contains_key("api_key") || fields.contains_key("api_key_from");
    if let Some(sandbox) = &app.setting.sandbox
        && !has_key
        && app.connections.rules().is_sandbox(form.text("host"))
    {
        fields.insert("api_key".to_owned(), Value::from(sandbox.key.as_str()));
    }
    if form.is_on("agreed") {
        fields.insert("agreed".to_owned(), Value::from(CONSENT_TEXT));
    }
    fields
}

/// Who may use it, as endpoints take it.
pub(super) fn sharing(form: &Form) -> Value {
    match form.text("sharing") {
        "people" => json!({"people": form.all("person").collect::<Vec<_>>()}),
        word => Value::from(word),
    }
}

fn wish(app: &App, form: &Form) -> Map<String, Value> {
    let mut fields = account(app, form);
    for (name, value) in [
        ("name", Value::from(form.text("name"))),
        ("sharing", sharing(form)),
        ("password", Value::from(form.raw("password"))),
    ] {
        fields.insert(name.to_owned(), value);
    }
    if let Some(kind) = form.given("type") {
        fields.insert("type".to_owned(), Value::from(kind));
    }
    fields
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use segue_model::connection::{consent_text, sandbox_consent_text};
    use segue_model::person::Language;

    use super::*;

    #[test]
    fn what_the_page_shows_in_english_is_the_text_that_is_agreed_to() {
        let words = Words::new(Language::En, Tz::UTC);
        let shown = words.say("connections-consent-text").with("host", "acme.example").to_string();
        assert_eq!(shown, consent_text("acme.example", None));
        assert_eq!(words.say("connections-consent-sandbox").to_string(), sandbox_consent_text());
        let policy = words.say("connections-consent-policy").to_string();
        assert_eq!(
            format!("{shown} {policy} https://acme.example/p"),
            consent_text("acme.example", Some("https://acme.example/p"))
        );
    }
}
