//! Bodies, queries and ids that are read, or turned down in the same words everywhere.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::app::App;
use crate::paging::wrong_limit;
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
    match error.rsplit_once(", expected ") {
        Some((wrong, expected)) if wrong.starts_with("unknown field") => {
            format!("is unknown: there are {expected}")
        }
        Some((_, expected)) => must_be(expected),
        None if error.starts_with("unknown field") => "is unknown".to_owned(),
        None => match error.strip_prefix("missing field ") {
            Some(field) => format!("lacks {field}"),
            None => "cannot be read".to_owned(),
        },
    }
}

/// What is expected, which types say in the words of the language that this is written in.
fn must_be(expected: &str) -> String {
    let words = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "u128" => "must be a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" | "i128" => "must be a whole number",
        "f32" | "f64" => "must be a number",
        "a boolean" => "must be true or false",
        "a string" | "a borrowed string" | "string" | "str" | "a character" => "must be a text",
        "a sequence" | "an array" => "must be a list",
        "a map" | "map" => "must be an object",
        "unit" | "null" => "must be null",
        other if other.starts_with("struct ") || other.contains("tagged enum") => "must be an object",
        other if other.starts_with("tuple ") || other.starts_with("a tuple") => "must be a list",
        other if other.contains("nonzero") => "must be a whole number, and not 0",
        other if other.starts_with("enum ") || other.contains("identifier") || other.contains("variant") => {
            "must be one of the words that are documented"
        }
        // What we say ourselves, and which words there are.
        other => return format!("must be {other}"),
    };
    words.to_owned()
}

/// What stands behind the question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::with(Code::Malformed, asked_wrongly(&rejection.body_text()))),
        }
    }
}

/// Which parameter is at fault and what it takes. The value is not repeated.
fn asked_wrongly(error: &str) -> String {
    let error = error.strip_prefix("Failed to deserialize query string: ").unwrap_or(error);
    let quoted = |before: &str| Some(error.split_once(before)?.1.split_once('`')?.0);
    let plain = |words: &str| words.replace('`', "");
    if let Some(name) = quoted("unknown field `") {
        let known = error.rsplit_once(", expected ").map_or("none", |(_, known)| known);
        let known = known.strip_prefix("one of ").unwrap_or(known);
        return format!("the query has no parameter {name:?}; there is: {}", plain(known));
    }
    if let Some(name) = quoted("missing field `") {
        return format!("the query lacks the parameter {name:?}");
    }
    if let Some(name) = quoted("duplicate field `") {
        return format!("the query gives the parameter {name:?} twice");
    }
    let Some((name, reason)) = error.split_once(": ") else {
        return "the query cannot be read".to_owned();
    };
    if name == "limit" {
        return wrong_limit();
    }
    let takes = if reason.contains("`true` or `false`") {
        "must be true or false".to_owned()
    } else if reason.contains("digit") || reason.contains("number too") || reason.contains("integer") {
        "must be a whole number".to_owned()
    } else {
        match reason.rsplit_once(", expected ") {
            Some((_, expected)) => plain(&must_be(expected)),
            None => "has a value that it does not take".to_owned(),
        }
    };
    format!("the parameter {name:?} {takes}")
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
        #[expect(dead_code, reason = "nor here")]
        is_so: Option<bool>,
        #[expect(dead_code, reason = "nor here")]
        kind: Option<Kind>,
        #[expect(dead_code, reason = "nor here")]
        inner: Option<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        One,
        Other,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "nor here")]
        text: String,
    }

    fn wrong(body: &str) -> Problem {
        read::<Wanted>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (body, pointer, detail) in [
            (
                r#"{"names": ["secret, expected you"]}"#,
                "/names/0",
                "must be a whole number that is not negative",
            ),
            (r#"{"names": [-1]}"#, "/names/0", "must be a whole number that is not negative"),
            (r#"{"names": "secret"}"#, "/names", "must be a list"),
            (r#"{"Names": []}"#, "/Names", "is unknown: there are `names`, `is_so`, `kind`, `inner`"),
            (r#"{"names": [], "is_so": "secret"}"#, "/is_so", "must be true or false"),
            (r#"{"names": [], "kind": "secret"}"#, "/kind", "must be `one` or `other`"),
            (r#"{"names": [], "inner": "secret"}"#, "/inner", "must be an object"),
            (r#"{"names": [], "inner": {"text": 1}}"#, "/inner/text", "must be a text"),
            (r"{}", "", "lacks `names`"),
            (r"[]", "", "must be an object"),
        ] {
            let found = wrong(body);
            assert!(!format!("{found:?}").contains("secret"), "{body}");
            let expected = if detail.starts_with("is unknown") {
                detail.replace("are `", "are one of `")
            } else {
                detail.to_owned()
            };
            assert_eq!(found, Problem::field(pointer, &expected), "{body}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_query_is_said_by_parameter() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "what is read does not matter here")]
        struct Query {
            limit: Option<u32>,
            most: Option<u64>,
            kind: Kind,
            is_so: Option<bool>,
        }
        for (query, detail) in [
            ("kind=one&limit=secret", "limit must be a number from 1 to 200"),
            ("kind=one&limit=-1", "limit must be a number from 1 to 200"),
            ("kind=one&most=", "the parameter \"most\" must be a whole number"),
            ("kind=secret", "the parameter \"kind\" must be one or other"),
            ("kind=one&is_so=secret", "the parameter \"is_so\" must be true or false"),
            ("kind=one&lim=secret", "the query has no parameter \"lim\"; there is: limit, most, kind, is_so"),
            ("", "the query lacks the parameter \"kind\""),
            ("kind=one&kind=other", "the query gives the parameter \"kind\" twice"),
        ] {
            let uri = format!("/a?{query}").parse().unwrap();
            let rejection = axum::extract::Query::<Query>::try_from_uri(&uri).unwrap_err();
            assert_eq!(asked_wrongly(&rejection.body_text()), detail, "{query}");
        }
    }

    #[test]
    fn what_is_no_json_is_said_by_place() {
        for body in ["", "{", r#"{"names": []} more"#] {
            assert!(format!("{:?}", wrong(body)).contains("the body is not JSON from line 1"), "{body}");
        }
    }
}
