//! Requests that are turned down, in the words and with the exit codes of the command line.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::exit::{Code, Failure};

/// A problem as the API tells it (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    code: String,
    title: String,
    detail: String,
    #[serde(default)]
    errors: Vec<FieldError>,
    #[serde(default)]
    used_by: Vec<UsedBy>,
}

#[derive(Deserialize)]
struct FieldError {
    pointer: String,
    detail: String,
}

#[derive(Deserialize)]
struct UsedBy {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

/// How to come by a token, for those whose token is none.
pub(super) const TOKEN_ADVICE: &str = "make one with segue tokens add NAME on the machine of the server, or with POST \
    /api/v1/tokens when signed in, and put it into SEGUE_TOKEN or into a file that --token-file names";

/// What to tell about an answer that is none of success.
pub(super) fn failure(status: StatusCode, body: &[u8]) -> Failure {
    if status.is_redirection() {
        return Failure::Input(
            "the server leads to another address, and the token is not sent there: name that address with --server"
                .to_owned(),
        );
    }
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => Failure::Api { code: code(status, &problem.code), words: words(&problem) },
        Err(_) if status.is_server_error() => Failure::Api {
            code: Code::ProviderUnavailable,
            words: format!(
                "something before the server answers {status}: see that Segue runs there, then try again"
            ),
        },
        Err(_) => Failure::Input(format!(
            "what answers {status} is no Segue: see that its address is right, without a path"
        )),
    }
}

fn words(problem: &Problem) -> String {
    let Problem { code, title, detail, errors, used_by } = problem;
    if !errors.is_empty() {
        let lines = errors.iter().map(|error| match error.pointer.trim_start_matches('/') {
            "" => format!("\n  {}", error.detail),
            field => format!("\n  {field}: {}", error.detail),
        });
        return format!("{title}:{}", lines.collect::<String>());
    }
    if !used_by.is_empty() {
        let names: Vec<String> =
            used_by.iter().map(|user| format!("{} \"{}\"", user.kind, user.name)).collect();
        return format!("{title}: {}", names.join(", "));
    }
    if code == "sign_in_required" {
        return format!("the server does not take this token, or takes it no more: {TOKEN_ADVICE}");
    }
    detail.clone()
}

/// Whose turn it is: the person's with other input or other rights, or nobody's but time's.
fn code(status: StatusCode, word: &str) -> Code {
    match word {
        "connect_key" | "connect_permission" | "connect_account" => Code::CredentialsRefused,
        _ if [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status) => Code::CredentialsRefused,
        "defect" | "disk_full" | "secret_unavailable" => Code::Failure,
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => Code::ProviderUnavailable,
        _ => Code::WrongInput,
    }
}

#[cfg(test)]
mod tests {
    use segue_server::Code as Problems;

    use super::*;

    fn told(status: u16, body: &str) -> (String, Code) {
        let failure = failure(StatusCode::from_u16(status).unwrap(), body.as_bytes());
        (failure.to_string(), failure.code())
    }

    #[test]
    fn every_problem_of_the_api_has_an_exit_code() {
        for problem in Problems::ALL {
            let (word, status) = (problem.word(), problem.status());
            let body =
                format!(r#"{{"code":"{word}","title":"a title","status":{status},"detail":"the detail"}}"#);
            let (words, code) = told(status, &body);
            let expected = match problem {
                Problems::SignInRequired
                | Problems::TokenExpired
                | Problems::WrongCredentials
                | Problems::CrossSite
                | Problems::Forbidden
                | Problems::ReadOnlyToken
                | Problems::SessionRequired
                | Problems::ConnectKey
                | Problems::ConnectPermission
                | Problems::ConnectAccount => Code::CredentialsRefused,
                Problems::Defect | Problems::DiskFull | Problems::SecretUnavailable => Code::Failure,
                _ if status >= 500 || status == 429 => Code::ProviderUnavailable,
                _ => Code::WrongInput,
            };
            assert_eq!(code, expected, "{word}");
            if *problem == Problems::SignInRequired {
                assert!(words.contains("segue tokens add"), "{words}");
            } else {
                assert_eq!(words, "the detail", "{word}");
            }
        }
    }

    #[test]
    fn every_field_and_every_user_is_named() {
        let body = r#"{"code":"invalid_fields","title":"some fields are not right","detail":"see errors",
            "errors":[{"pointer":"/matching/email","detail":"must hold text"},{"pointer":"","detail":"lacks `name`"}]}"#;
        let expected = "some fields are not right:\n  matching/email: must hold text\n  lacks `name`";
        assert_eq!(told(422, body), (expected.to_owned(), Code::WrongInput));
        let body = r#"{"code":"in_use","title":"something else uses this","detail":"detach",
            "used_by":[{"type":"export","id":"1","name":"Weekly"}]}"#;
        assert_eq!(told(409, body).0, "something else uses this: export \"Weekly\"");
    }

    #[test]
    fn what_is_no_segue_is_not_believed() {
        assert!(told(302, "").0.contains("the token is not sent there"));
        assert_eq!(told(502, "<html>Bad gateway</html>").1, Code::ProviderUnavailable);
        let (words, code) = told(404, "<html>hunter2</html>");
        assert!(words.contains("is no Segue") && !words.contains("hunter2"), "{words}");
        assert_eq!(code, Code::WrongInput);
    }
}
