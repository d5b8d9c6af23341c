//! A server, over the network. The token goes to it and nowhere else: https only, but for this machine itself, and no
//! redirect is followed.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, IF_MATCH};
use reqwest::redirect::Policy;
use segue_server::PublicUrl;
use url::Url;

use super::answer::Answer;
use super::refusal::TOKEN_ADVICE;
use super::{Api, Ask};
use crate::exit::{Code, Failure};

const VARIABLE: &str = "SEGUE_TOKEN";

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// What reads a whole table is answered within ten minutes.
const SILENT_FOR: Duration = Duration::from_secs(11 * 60);
/// How often the other end is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Which server, and who asks.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerOptions {
    #[arg(
        long,
        help = "Server to ask in place of the state folder, as in https://segue.example.com; its token is in SEGUE_TOKEN",
        value_name = "URL",
        env = "SEGUE_SERVER",
        hide_env_values = true,
        global = true,
        value_parser = PublicUrl::parse
    )]
    server: Option<PublicUrl>,
    /// File with the API token, in place of `SEGUE_TOKEN`
    #[arg(long, value_name = "FILE", env = "SEGUE_TOKEN_FILE", hide_env_values = true, global = true)]
    token_file: Option<PathBuf>,
}

impl ServerOptions {
    /// The API of the server, if one is named.
    pub(crate) fn api(&self) -> Result<Option<Api>, Failure> {
        Ok(self.server()?.map(Api::Server))
    }

    /// The server, if one is named.
    pub(super) fn server(&self) -> Result<Option<Server>, Failure> {
        let Some(url) = &self.server else { return Ok(None) };
        let token = token(self.token_file.as_deref())?;
        Server::new(url, token).map(Some)
    }

    /// Whether a server is named.
    pub(crate) fn is_named(&self) -> bool {
        self.server.is_some()
    }
}

/// The token, as a header. Never from an argument: those show in process lists and shell histories.
fn token(file: Option<&Path>) -> Result<HeaderValue, Failure> {
    let (text, place) = match (file, std::env::var(VARIABLE)) {
        (Some(file), Ok(_)) => {
            let file = file.display();
            let words = format!("there is a token in {file} and one in {VARIABLE}: give one of them");
            return Err(Failure::Input(words));
        }
        (Some(file), Err(_)) => {
            let place = format!("the token file {}", file.display());
            let text = std::fs::read_to_string(file);
            (text.map_err(|error| Failure::Input(format!("{place} cannot be read: {error}")))?, place)
        }
        (None, Ok(text)) => (text, VARIABLE.to_owned()),
        (None, Err(_)) => {
            return Err(Failure::Input(format!("there is no token for the server: {TOKEN_ADVICE}")));
        }
    };
    let text = text.trim();
    let wrong = || Failure::Input(format!("{place} holds no token: {TOKEN_ADVICE}"));
    if !text.starts_with("segue_") || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong());
    }
    let mut header = HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| wrong())?;
    header.set_sensitive(true);
    Ok(header)
}

/// A server, and the token with which it is asked.
pub(crate) struct Server {
    http: Client,
    url: Url,
    token: HeaderValue,
}

impl Server {
    fn new(url: &PublicUrl, token: HeaderValue) -> Result<Self, Failure> {
        let unusable =
            |error: &dyn Error| Failure::Other(format!("nothing can be asked over the network: {error}"));
        let http = Client::builder()
            .user_agent(concat!("segue/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .https_only(url.is_https())
            .connect_timeout(CONNECT_WITHIN)
            .read_timeout(SILENT_FOR)
            .tcp_keepalive(KEEP_ALIVE)
            .build()
            .map_err(|error| unusable(&error))?;
        let url = Url::parse(url.as_str()).map_err(|error| {
            Failure::Input(format!(
                "--server: the address cannot be read: {error}: write it as https://segue.example.com"
            ))
        })?;
        Ok(Self { http, url, token })
    }

    pub(super) async fn send(&self, ask: Ask) -> Result<Answer, Failure> {
        let mut url = self.url.clone();
        url.set_path(ask.url.path());
        url.set_query(ask.url.query());
        let mut request = self.http.request(ask.method, url).header(AUTHORIZATION, self.token.clone());
        if let Some(version) = ask.version {
            request = request.header(IF_MATCH, version);
        }
        if let Some(body) = ask.body {
            request = request.header(CONTENT_TYPE, body.kind()).body(body.bytes());
        }
        request.send().await.map(Answer::Server).map_err(|error| self.unreachable(&error))
    }

    /// Why nothing was answered, and what to do. The address of the request is left out: names stand in it.
    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let (server, cause) = (self.url.as_str().trim_end_matches('/'), innermost(error));
        let words = if cause.contains("certificate") {
            format!(
                "{server} shows a certificate that this machine does not trust ({cause}): see that the name is right, and \
                 that the authority is one of this machine's, or name its file with SSL_CERT_FILE"
            )
        } else if error.is_connect() {
            format!(
                "{server} cannot be reached: {cause}: see that the address is right and that segue serve runs there"
            )
        } else if error.is_timeout() {
            format!("{server} does not answer: try again")
        } else {
            return broken(error);
        };
        Failure::Api { code: Code::ProviderUnavailable, words }
    }
}

/// A connection that ended before its time.
pub(super) fn broken(error: &reqwest::Error) -> Failure {
    let words = format!(
        "the connection to the server broke: {}: look whether it was done, then try again",
        innermost(error)
    );
    Failure::Api { code: Code::ProviderUnavailable, words }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    match error.source() {
        Some(_) => cause.to_string(),
        None => "it could not be sent".to_owned(),
    }
}
