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

use super::super::form::{Faults, Form, body};
use super::super::page::{Frame, Section, ok, shown};
use super::super::words::Words;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Body};
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
    let Json(page) = users::list(State(app.clone()), caller.clone(), Asked(asked)).await?;
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
    Ok(New {
        people: contributors(app, caller, |id| chosen.contains(&id)).await?,
        consent: ConsentText::of(app, frame.words, typed.text("host")),
        sharing: typed.given("sharing").unwrap_or("administrators").to_owned(),
        frame,
        kinds,
        typed,
        account: None,
        faults: Faults::default(),
        trouble: None,
    })
}

#[derive(Deserialize)]
pub(super) struct Prefilled {
    host: Option<String>,
    name: Option<String>,
}

pub(super) async fn blank(
    State(app): State<App>,
    caller: Caller,
    Query(given): Query<Prefilled>,
) -> Result<Response, Problem> {
    let given = [("host", given.host), ("name", given.name)];
    let typed = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Ok(ok(&page(&app, &caller, typed).await?))
}

/// Tries host and key: a script shows what is found beside the form, and without one it is the form once more, in which
/// the key must be typed again, since no page holds one.
pub(super) async fn connect(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    let tried = try_account(State(app.clone()), caller.clone(), Body(body(account(&form))?)).await;
    let (status, account, faults, trouble) = match tried {
        Ok(Json(account)) => (StatusCode::OK, Some(account), Faults::default(), None),
        Err(problem) => {
            let (faults, trouble) = Faults::or_trouble(problem)?;
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
    match connections::add(&app, &caller, body(wish(&form))?).await {
        Ok(added) => {
            Ok(Redirect::to(&format!("/connections/{}?done=added", added.connection.id)).into_response())
        }
        Err(problem) => {
            let (faults, trouble) = Faults::or_trouble(problem)?;
            let page = page(&app, &caller, form).await?;
            let status = super::again(trouble.as_ref());
            Ok(shown(status, &New { faults, trouble, ..page }))
        }
    }
}

/// Host, key and consent, as endpoints take them.
pub(super) fn account(form: &Form) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("host".to_owned(), Value::from(form.text("host")));
    for name in ["api_key", "api_key_from"] {
        if let Some(given) = form.given(name) {
            fields.insert(name.to_owned(), Value::from(given));
        }
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

fn wish(form: &Form) -> Map<String, Value> {
    let mut fields = account(form);
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
    use segue_model::connection::consent_text;
    use segue_model::person::Language;

    use super::*;

    #[test]
    fn what_the_page_shows_in_english_is_the_text_that_is_agreed_to() {
        let words = Words::new(Language::En, Tz::UTC);
        let shown = words.say("connections-consent-text").with("host", "acme.example").to_string();
        assert_eq!(shown, consent_text("acme.example", None));
        let policy = words.say("connections-consent-policy").to_string();
        assert_eq!(
            format!("{shown} {policy} https://acme.example/p"),
            consent_text("acme.example", Some("https://acme.example/p"))
        );
    }
}
