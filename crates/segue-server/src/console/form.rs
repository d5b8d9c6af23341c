//! What forms send.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::app::App;
use crate::etag::IfMatch;
use crate::input::{MAX_BODY, read};
use crate::problem::{Code, Problem};

/// The fields of a form, in their order. Several may have one name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, app).await.map_err(|_| {
            Problem::with(Code::TooLarge, format!("the form must not be larger than {MAX_BODY} bytes"))
        })?;
        Ok(Self::of(&bytes))
    }
}

impl FromIterator<(String, String)> for Form {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(fields: T) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl Form {
    /// The fields of a form as it is sent.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// All fields, in their order.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// What was typed, without space around it; empty if the field is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// What was typed, as it is: a password may begin with a space.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What was typed, or nothing if that is empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// What all fields of this name hold that are not empty.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.trim())
            .filter(|it| !it.is_empty())
    }

    /// Whether a box is ticked.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The version that the form was made of, which its hidden field `version` holds.
    pub(crate) fn version(&self) -> Result<IfMatch, Problem> {
        self.text("version").parse().map(IfMatch::of).map_err(|_| Problem::new(Code::VersionRequired))
    }
}

/// A JSON body as an endpoint takes it.
pub(crate) fn body<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, Problem> {
    read(Value::Object(fields).to_string().as_bytes())
}

/// Why something was not done that can be mended where it was asked for: its page is shown once more, with this.
#[derive(Debug, Default)]
pub(crate) struct Undone {
    /// What is said of fields.
    pub(crate) faults: Faults,
    /// What stands in the way besides fields.
    pub(crate) trouble: Option<Problem>,
    pub(crate) status: StatusCode,
}

impl Undone {
    /// Whether somebody else has changed it in the meantime.
    pub(crate) fn is_stale(&self) -> bool {
        self.trouble.as_ref().is_some_and(|problem| problem.code() == Code::Stale)
    }

    /// A problem on its page. One that nobody can do anything about there has a page of its own.
    pub(crate) fn of(problem: Problem) -> Result<Self, Problem> {
        let status = problem.status();
        match problem.code() {
            Code::NotFound
            | Code::Taken
            | Code::InUse
            | Code::CannotRun
            | Code::ExportUserGone
            | Code::NeverRefreshed
            | Code::NoDataFolder
            | Code::Unusable
            | Code::LastAdministrator
            | Code::TooMany
            | Code::Stale
            | Code::ConnectHost
            | Code::ConnectKey
            | Code::ConnectPermission
            | Code::ConnectAccount
            | Code::TooManyAttempts
            | Code::ConnectNetwork
            | Code::ConnectProvider
            | Code::Busy
            | Code::StoreUnavailable
            | Code::SecretUnavailable
            | Code::TooSlow
            | Code::DiskFull
            | Code::OutOfMemory => Ok(Self { faults: Faults::default(), trouble: Some(problem), status }),
            _ => Ok(Self { faults: Faults::of(problem)?, trouble: None, status }),
        }
    }
}

/// A field that something may be said of: its JSON pointer, or the beginning of those of its parts; the id of its control; and
/// the message that is its label. Of several that fit, the first is meant; an empty pointer fits everything.
pub(crate) type Field = (&'static str, &'static str, &'static str);

/// What is said of a field, as it stands above the form.
pub(crate) struct Named<'a> {
    /// The control and the message that is its label, if the form has such a field.
    pub(crate) field: Option<(&'static str, &'static str)>,
    /// Where in the text it is that the control holds.
    pub(crate) place: Option<&'a str>,
    pub(crate) words: &'a str,
}

/// What is said of the fields of a form, by their JSON pointers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(BTreeMap<String, String>);

impl Faults {
    /// The fields that a problem names; any other problem is none of a form's.
    pub(crate) fn of(problem: Problem) -> Result<Self, Problem> {
        if problem.errors().is_empty() {
            return Err(problem);
        }
        let faults = problem.errors().iter().map(|error| (error.pointer.clone(), error.detail.clone()));
        Ok(Self(faults.collect()))
    }

    /// What is said of this field.
    pub(crate) fn at(&self, pointer: &str) -> Option<&str> {
        self.0.get(pointer).map(String::as_str)
    }

    /// What is said first of a field of this group, or of a part of it.
    pub(crate) fn below(&self, group: &str, field: &str) -> Option<&str> {
        let is_below = |pointer: &str| {
            let rest = pointer.strip_prefix(group)?.strip_prefix('/')?.strip_prefix(field)?;
            Some(rest.is_empty() || rest.starts_with('/'))
        };
        let said = self.0.iter().find(|(pointer, _)| is_below(pointer) == Some(true));
        said.map(|(_, detail)| detail.as_str())
    }

    /// Whether anything is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is said, each by the name of its field.
    pub(crate) fn named(&self, fields: &[Field]) -> Vec<Named<'_>> {
        let all = self.0.iter().map(|(pointer, words)| {
            let found = fields.iter().find_map(|&(own, id, label)| {
                let rest = pointer.strip_prefix(own)?;
                (rest.is_empty() || rest.starts_with('/')).then_some((id, label, rest))
            });
            // Pointers lead to places in a text that is typed, and to nothing that is seen of other fields.
            let place = found.map(|(id, _, rest)| if id == "definition" { rest } else { "" });
            Named {
                field: found.map(|(id, label, _)| (id, label)),
                place: place.filter(|place| !place.is_empty()),
                words,
            }
        });
        all.collect()
    }
}
