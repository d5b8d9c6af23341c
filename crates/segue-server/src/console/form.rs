//! What forms send.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
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

    /// The fields that a problem names, or the problem itself, if the person who typed can act on it where they are.
    pub(crate) fn or_trouble(problem: Problem) -> Result<(Self, Option<Problem>), Problem> {
        match problem.code() {
            Code::Taken
            | Code::Stale
            | Code::InUse
            | Code::LastAdministrator
            | Code::TooMany
            | Code::TooManyAttempts
            | Code::ConnectHost
            | Code::ConnectKey
            | Code::ConnectPermission
            | Code::ConnectAccount
            | Code::ConnectNetwork
            | Code::ConnectProvider => Ok((Self::default(), Some(problem))),
            _ => Ok((Self::of(problem)?, None)),
        }
    }

    /// What is said of this field.
    pub(crate) fn at(&self, pointer: &str) -> Option<&str> {
        self.0.get(pointer).map(String::as_str)
    }

    /// Whether anything is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is said, by pointer.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(pointer, detail)| (pointer.as_str(), detail.as_str()))
    }
}
