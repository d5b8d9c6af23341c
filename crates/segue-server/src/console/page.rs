//! What all pages have around them.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono_tz::Tz;
use segue_model::person::Language;
use segue_model::schedule::{Recurrence, RefreshSchedule};
use segue_model::{Right, Role};
use serde::Deserialize;

use super::words::Words;
use crate::app::App;
use crate::caller::Caller;
use crate::problem::{Code, Problem};

/// What pages may load: what is ours, and nothing written into them.
const POLICY: &str = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self'";

/// The part of the console that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Tables,
    Customers,
    Segments,
    Exports,
    Connections,
    Status,
    Schedule,
    About,
    People,
    Audit,
    Account,
}

/// One entry of the navigation.
pub(crate) struct Entry {
    section: Section,
    pub(crate) path: &'static str,
    /// The message with its name.
    pub(crate) name: &'static str,
    right: Right,
}

const fn entry(section: Section, path: &'static str, name: &'static str, right: Right) -> Entry {
    Entry { section, path, name, right }
}

/// The navigation: groups by the message with their name, and what each holds.
const NAVIGATION: &[(&str, &[Entry])] = &[
    ("nav-start", &[entry(Section::Home, "/", "nav-home", Right::SeeStatus)]),
    (
        "nav-data",
        &[
            entry(Section::Tables, "/tables", "nav-tables", Right::SeeTables),
            entry(Section::Customers, "/customers", "nav-customers", Right::SeeProfiles),
            entry(Section::Segments, "/segments", "nav-segments", Right::SeeSegments),
            entry(Section::Exports, "/exports", "nav-exports", Right::SeeExports),
        ],
    ),
    (
        "nav-admin",
        &[
            entry(Section::Connections, "/connections", "nav-connections", Right::ManageConnections),
            entry(Section::People, "/people", "nav-people", Right::ManagePeople),
            entry(Section::Audit, "/audit", "nav-audit", Right::ManagePeople),
        ],
    ),
    (
        "nav-system",
        &[
            entry(Section::Status, "/status", "nav-status", Right::SeeStatus),
            entry(Section::Schedule, "/schedule", "nav-schedule", Right::SeeStatus),
            entry(Section::About, "/about", "nav-about", Right::SeeStatus),
        ],
    ),
];

/// Who a page is for.
pub(crate) struct Reader {
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// What stands around a page.
pub(crate) struct Frame {
    pub(crate) words: Words,
    /// Nobody before signing in.
    pub(crate) reader: Option<Reader>,
    section: Option<Section>,
    /// Whether the system is refreshed by a schedule.
    pub(crate) refreshes: bool,
}

impl Frame {
    /// Around a page of this section, for the caller.
    pub(crate) async fn of(app: &App, caller: &Caller, section: Section) -> Result<Self, Problem> {
        Ok(Self { section: Some(section), ..Self::anywhere(app, caller).await? })
    }

    /// Around a page of no section, for the caller.
    pub(crate) async fn anywhere(app: &App, caller: &Caller) -> Result<Self, Problem> {
        let (schedule, _, _) = app.runs.refresh_schedule().await?;
        let words = Words::new(caller.person.language, zone(&schedule));
        let reader = Some(Reader { name: caller.person.name.clone(), role: caller.person.role });
        Ok(Self { words, reader, section: None, refreshes: schedule.recurrence().is_some() })
    }

    /// Around a page for somebody who is not signed in.
    pub(crate) const fn outside(language: Language) -> Self {
        Self { words: Words::new(language, Tz::UTC), reader: None, section: None, refreshes: false }
    }

    /// Around a page for anybody: whoever is signed in has their own language and the navigation.
    pub(crate) async fn for_anybody(app: &App, caller: Result<Caller, Problem>, headers: &HeaderMap) -> Self {
        let outside = Self::outside(super::problem::language(headers));
        match caller {
            // What keeps the frame from being made must not hide what the page says.
            Ok(caller) => Self::anywhere(app, &caller).await.unwrap_or(outside),
            Err(_) => outside,
        }
    }

    /// The navigation, without what the reader may not see.
    pub(crate) fn navigation(&self) -> Vec<(&'static str, Vec<&'static Entry>)> {
        let groups = NAVIGATION.iter().map(|(name, entries)| {
            (*name, entries.iter().filter(|entry| self.may(entry.right)).collect::<Vec<_>>())
        });
        groups.filter(|(_, entries)| !entries.is_empty()).collect()
    }

    /// Whether an entry of the navigation is where the reader is.
    pub(crate) fn is_here(&self, entry: &Entry) -> bool {
        self.section == Some(entry.section)
    }

    /// Whether the reader's role has this right.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.reader.as_ref().is_some_and(|reader| reader.role.may(right))
    }

    /// The address of an asset, which changes with its content.
    #[expect(clippy::unused_self, reason = "templates call it as they call the rest")]
    pub(crate) fn asset(&self, name: &str) -> String {
        super::assets::address(name)
    }
}

fn zone(schedule: &RefreshSchedule) -> Tz {
    schedule.recurrence().map_or(Tz::UTC, Recurrence::time_zone)
}

/// What has just been done, which an address says after a form was sent.
#[derive(Deserialize)]
pub(crate) struct Done {
    pub(crate) done: Option<String>,
}

/// What an address says has been done, if it is a word of the page's.
pub(crate) fn known(said: Option<&str>, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| said == Some(*word))
}

/// A page as an answer.
pub(crate) fn shown(status: StatusCode, page: &impl Template) -> Response {
    let Ok(text) = page.render() else {
        tracing::error!("a page cannot be written");
        return Problem::new(Code::Defect).into_response();
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ];
    (status, headers, Html(text)).into_response()
}

/// A page that was found.
pub(crate) fn ok(page: &impl Template) -> Response {
    shown(StatusCode::OK, page)
}
