//! The form of a new table, which without scripts holds the file itself.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::header;
use tokio::sync::mpsc::{Receiver, channel};

use crate::app::App;
use crate::caller::Caller;
use crate::console::form::Form;
use crate::input::{Asked, MAX_BODY};
use crate::problem::{Code, Problem};
use crate::routes::files::{FileQuery, upload};

/// The longest name that a file is given.
const LONGEST: usize = 100;

/// The fields of the form. A file that came with it is put into the data folder, and is the path of the table then; or the
/// problem why it is not.
pub(super) async fn received(
    app: &App,
    caller: &Caller,
    mut request: Request,
) -> Result<(Form, Option<Problem>), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return Ok((Form::from_request(request, app).await?, None));
    }
    let most = usize::try_from(app.setting.largest_file).unwrap_or(usize::MAX).saturating_add(MAX_BODY);
    DefaultBodyLimit::max(most).apply(&mut request);
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| unreadable())?;
    let (mut fields, mut refused) = (Vec::new(), None);
    while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
        let name = part.name().unwrap_or_default().to_owned();
        if name != "file" {
            fields.push((name, text(part).await?));
            continue;
        }
        match file(app, caller, part).await {
            Ok(None) => {}
            // It comes first: the file that was chosen is meant, whatever was typed.
            Ok(Some(path)) => fields.push(("path".to_owned(), path)),
            Err(problem) if problem.code() == Code::TooLarge => return Err(problem),
            Err(problem) => refused = Some(problem),
        }
    }
    Ok((fields.into_iter().collect(), refused))
}

fn unreadable() -> Problem {
    Problem::with(Code::Malformed, "the form cannot be read, or is too large")
}

/// What was typed into a field.
async fn text(mut part: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| unreadable())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_BODY {
            return Err(Problem::with(
                Code::TooLarge,
                format!("a field must not be larger than {MAX_BODY} bytes"),
            ));
        }
    }
    String::from_utf8(bytes).map_err(|_| unreadable())
}

/// Puts a file into the data folder, and gives its path there; nothing if none was chosen.
async fn file(app: &App, caller: &Caller, mut part: Field<'_>) -> Result<Option<String>, Problem> {
    let name = plain(part.file_name().unwrap_or_default());
    if name.is_empty() {
        return Ok(None);
    }
    // The body of an upload owns what it reads, and a field borrows its form: chunks are handed from one to the other.
    let (chunks, body) = channel(1);
    let body = futures::stream::unfold(body, |mut body: Receiver<io::Result<Bytes>>| async move {
        Some((body.recv().await?, body))
    });
    let sending = async move {
        loop {
            let chunk = match part.chunk().await {
                Ok(None) => return,
                Ok(Some(chunk)) => Ok(chunk),
                Err(_) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            };
            if chunks.send(chunk).await.is_err() {
                return;
            }
        }
    };
    let asked = Asked(FileQuery { name: name.clone() });
    let received = upload(State(app.clone()), caller.clone(), asked, Body::from_stream(body));
    let ((), received) = futures::join!(sending, received);
    let (_, uploaded) = received?;
    Ok(Some(uploaded.0.path))
}

/// A name that the data folder takes, as the script makes it.
fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let mut plain = String::new();
    for c in name.chars() {
        let c = if is_plain(c) { c } else { '_' };
        if c != '_' || !plain.ends_with('_') {
            plain.push(c);
        }
    }
    let plain = plain.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    plain[plain.len().saturating_sub(LONGEST)..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gets_a_name_that_the_folder_takes() {
        for (given, name) in [
            ("clienți noi (2).csv", "clien_i_noi_2_.csv"),
            ("../../etc/passwd", "etc_passwd"),
            (".segue-upload-1", "segue-upload-1"),
            ("", ""),
        ] {
            assert_eq!(plain(given), name, "{given}");
        }
        assert_eq!(plain(&format!("{}.csv", "a".repeat(200))).len(), LONGEST);
    }
}
