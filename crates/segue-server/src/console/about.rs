//! What this installation is: its version and licence, how it is set up, and where more is written. And a page for each code
//! of a problem.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use segue_model::Right;

use super::page::{Frame, Section, ok};
use crate::app::App;
use crate::caller::Caller;
use crate::input::Id;
use crate::problem::{Code, Problem};

pub(crate) fn pages() -> Router<App> {
    Router::new().route("/about", get(show)).route("/errors", get(codes)).route("/errors/{code}", get(code))
}

/// How it is set up, without any secret.
struct Setup {
    url: String,
    proxies: usize,
    allows_insecure: bool,
    has_key_folder: bool,
    policy: Option<String>,
}

#[derive(Template)]
#[template(path = "about/about.html")]
struct About {
    frame: Frame,
    version: &'static str,
    /// For administrators.
    setup: Option<Setup>,
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let frame = Frame::of(&app, &caller, Section::About).await?;
    let rules = app.connections.rules();
    let setup = frame.may(Right::ChangeSettings).then(|| Setup {
        url: app.setting.url.as_str().to_owned(),
        proxies: app.setting.trusted_proxies.len(),
        allows_insecure: rules.allows_insecure(),
        has_key_folder: rules.references.folder.is_some(),
        policy: rules.policy.clone(),
    });
    Ok(ok(&About { frame, version: env!("CARGO_PKG_VERSION"), setup }))
}

#[derive(Template)]
#[template(path = "about/codes.html")]
struct Codes {
    frame: Frame,
}

async fn codes(State(app): State<App>, caller: Result<Caller, Problem>, headers: HeaderMap) -> Response {
    ok(&Codes { frame: Frame::for_anybody(&app, caller, &headers).await })
}

#[derive(Template)]
#[template(path = "about/code.html")]
struct CodePage {
    frame: Frame,
    code: Code,
}

/// Anybody may read it: not being let in is one of them.
async fn code(
    State(app): State<App>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    Id(word): Id,
) -> Result<Response, Problem> {
    let code = Code::ALL.iter().copied().find(|code| code.word() == word);
    let code = code.ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(ok(&CodePage { frame: Frame::for_anybody(&app, caller, &headers).await, code }))
}
