//! Bodies, queries and ids that are read, or turned down in the same words everywhere.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::app::App;
use crate::problem::{Code, FieldError, Problem};

/// The largest body of a request that is no upload, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// The largest body with a definition in it: one may list a hundred thousand values.
pub(crate) const MAX_DEFINITION: usize = 4 * 1024 * 1024;

/// A body in JSON of at most so many bytes. Types that are read have `deny_unknown_fields`: a misspelt option must not be an option not given.
pub(crate) struct Body<T, const MOST: usize = MAX_BODY>(pub(crate) T);

impl<T: DeserializeOwned, const MOST: usize> FromRequest<App> for Body<T, MOST> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim).unwrap_or_default();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(Code::NotJson));
        }
        DefaultBodyLimit::max(MOST).apply(&mut request);
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| {
            match rejection.status().as_u16() {
                413 => {
                    Problem::with(Code::TooLarge, format!("the body must not be larger than {MOST} bytes"))
                }
                _ => Problem::with(Code::Malformed, "the body ended early"),
            }
        })?;
        read(&bytes).map(Self)
    }
}

/// Reads a body, and says of what cannot be read where it stands.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        if error.classify() == Category::Data {
            return Problem::fields(vec![FieldError { pointer, detail: words(&error.to_string()) }]);
        }
        not_json(&error)
    })?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::with(
        Code::Malformed,
        format!("the body is not JSON from line {}, column {} on", error.line(), error.column()),
    )
}

/// The path of what could not be read, as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

/// What is wrong, without the value that was sent: it may be a password in the wrong place.
fn words(error: &str) -> String {
    let error = error.rsplit_once(" at line ").map_or(error, |(words, _)| words);
    match error.split_once(", expected ") {
        Some((wrong, expected)) if wrong.starts_with("unknown field") => {
            format!("is unknown: there are {expected}")
        }
        Some((_, expected)) => format!("must be {expected}"),
        None => match error.strip_prefix("missing field ") {
            Some(field) => format!("lacks {field}"),
            None => "cannot be read".to_owned(),
        },
    }
}

/// What stands behind the question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::with(
                Code::Malformed,
                "the query holds a parameter or a value that is unknown here",
            )),
        }
    }
}

/// The id that an address ends with or holds.
pub(crate) struct Id(pub(crate) String);

impl FromRequestParts<App> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match Path::<String>::from_request_parts(parts, app).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem::new(Code::NotFound)),
        }
    }
}

/// The two ids that an address holds.
pub(crate) struct TwoIds(pub(crate) String, pub(crate) String);

impl FromRequestParts<App> for TwoIds {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match Path::<(String, String)>::from_request_parts(parts, app).await {
            Ok(Path((outer, inner))) => Ok(Self(outer, inner)),
            Err(_) => Err(Problem::new(Code::NotFound)),
        }
    }
}

/// Gathers what is wrong with the fields of a body, so that all of it is said at once.
#[derive(Default)]
pub(crate) struct Checks(Vec<FieldError>);

impl Checks {
    /// The value, if it is right; otherwise what is wrong is noted under this pointer.
    pub(crate) fn take<T>(&mut self, pointer: &str, checked: Result<T, &'static str>) -> Option<T> {
        checked.map_err(|detail| self.0.push(FieldError::new(pointer, detail))).ok()
    }

    /// The same for a value that need not be there.
    pub(crate) fn take_given<T>(
        &mut self,
        pointer: &str,
        checked: Option<Result<T, &'static str>>,
    ) -> Option<T> {
        checked.and_then(|checked| self.take(pointer, checked))
    }

    /// A problem, if anything was noted.
    pub(crate) fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::fields(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[expect(dead_code, reason = "what is read does not matter here")]
        names: Vec<u8>,
    }

    fn wrong(body: &str) -> Problem {
        read::<Wanted>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (body, pointer, detail) in [
            (r#"{"names": ["secret"]}"#, "/names/0", "must be u8"),
            (r#"{"names": [300]}"#, "/names/0", "must be u8"),
            (r#"{"Names": []}"#, "/Names", "is unknown: there are `names`"),
            (r"{}", "", "lacks `names`"),
            (r"[]", "", "cannot be read"),
        ] {
            let found = wrong(body);
            if body == "[]" {
                assert!(found != Problem::new(Code::Malformed), "{body}");
                continue;
            }
            assert_eq!(found, Problem::field(pointer, detail), "{body}");
        }
    }

    #[test]
    fn what_is_no_json_is_said_by_place() {
        for body in ["", "{", r#"{"names": []} more"#] {
            assert!(format!("{:?}", wrong(body)).contains("the body is not JSON from line 1"), "{body}");
        }
    }
}
