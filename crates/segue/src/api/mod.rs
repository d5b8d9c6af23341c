//! The API, as commands ask it: of a server over the network, or of the state directory of this machine without one.
//! Both answer alike, so a command is written once.

mod answer;
mod here;
mod refusal;
mod server;

use std::io::Write;

use clap::Args;
use reqwest::Method;
use segue_model::segment::suggestion;
use segue_server::PublicUrl;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::exit::Failure;
use crate::master_key::MasterKeySource;
use crate::serve::ConnectionOptions;
use crate::workspace::StateFolder;
use answer::Answer;
use here::Here;
use server::Server;

pub(crate) use server::ServerOptions;

/// Items a page: the most that a server gives.
const PAGE: usize = 200;

/// Where the server is unless it is told: `segue serve` listens there.
const USUAL_URL: &str = "http://127.0.0.1:8080";

/// Where a command does its work: at a server, or in the state directory of this machine.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) server: ServerOptions,
    /// Without a server: login of the user who asks; needed where there is more than one administrator
    #[arg(id = "as", long, value_name = "LOGIN", global = true, help_heading = "Server")]
    login: Option<String>,
    #[command(flatten)]
    connections: ConnectionOptions,
    #[command(flatten)]
    key: MasterKeySource,
    #[command(flatten)]
    pub(crate) folder: StateFolder,
}

impl Place {
    /// The API of this place.
    pub(crate) async fn api(&self) -> Result<Api, Failure> {
        let url = PublicUrl::parse(USUAL_URL).map_err(Failure::Other)?;
        self.api_under(url).await
    }

    /// Does something with the API of this place, and closes it whatever comes of that.
    pub(crate) async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&Api) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let api = self.api().await?;
        let done = work(&api).await;
        api.close().await;
        done
    }

    /// The API of this place; links that it makes lead to this address, unless a server knows its own.
    pub(crate) async fn api_under(&self, url: PublicUrl) -> Result<Api, Failure> {
        Ok(match self.server.api()? {
            Some(_) if self.login.is_some() => {
                let words = "--as: at a server the token says who asks: leave it out, or use another token";
                return Err(Failure::Input(words.to_owned()));
            }
            Some(api) => api,
            None => Api::Here(Box::new(Here::open(self, url).await?)),
        })
    }
}

/// The API.
pub(crate) enum Api {
    Server(Server),
    Here(Box<Here>),
}

/// One request.
pub(crate) struct Ask {
    method: Method,
    url: Url,
    version: Option<String>,
    body: Option<Body>,
}

/// What a request carries.
enum Body {
    Json(Value),
    File(Vec<u8>),
}

impl Body {
    fn kind(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::File(_) => "application/octet-stream",
        }
    }

    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Json(value) => value.to_string().into_bytes(),
            Self::File(bytes) => bytes,
        }
    }
}

impl Ask {
    fn new(method: Method, path: &[&str]) -> Result<Self, Failure> {
        // Of this address nothing is used but what stands behind the host.
        let mut url = Url::parse("http://segue/api/v1").map_err(|error| Failure::Other(error.to_string()))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        Ok(Self { method, url, version: None, body: None })
    }

    pub(crate) fn get(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::POST, path)
    }

    pub(crate) fn put(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::PUT, path)
    }

    pub(crate) fn patch(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::PATCH, path)
    }

    pub(crate) fn delete(path: &[&str]) -> Result<Self, Failure> {
        Self::new(Method::DELETE, path)
    }

    /// With a parameter behind the question mark, if it is given.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.url.query_pairs_mut().append_pair(name, value);
        }
        self
    }

    /// Meant for what has this tag, and for nothing newer.
    pub(crate) fn for_version(self, version: String) -> Self {
        Self { version: Some(version), ..self }
    }

    pub(crate) fn body(self, body: Value) -> Self {
        Self { body: Some(Body::Json(body)), ..self }
    }

    /// With the content of a file.
    pub(crate) fn file(self, content: Vec<u8>) -> Self {
        Self { body: Some(Body::File(content)), ..self }
    }

    /// The path and what stands behind it.
    fn address(&self) -> &str {
        &self.url[url::Position::BeforePath..]
    }
}

impl Api {
    async fn send(&self, ask: Ask) -> Result<Answer, Failure> {
        let answer = match self {
            Self::Server(server) => server.send(ask).await?,
            Self::Here(here) => here.send(ask).await?,
        };
        answer.accepted().await
    }

    /// Asks, and gives what is answered.
    pub(crate) async fn ask(&self, ask: Ask) -> Result<Value, Failure> {
        self.send(ask).await?.json().await
    }

    /// Asks where there is nothing to answer.
    pub(crate) async fn tell(&self, ask: Ask) -> Result<(), Failure> {
        self.send(ask).await.map(drop)
    }

    /// Asks, and gives what is answered with the tag of its version.
    pub(crate) async fn tagged(&self, ask: Ask) -> Result<(Value, String), Failure> {
        let answer = self.send(ask).await?;
        let tag = answer.tag().ok_or_else(answer::not_ours)?;
        Ok((answer.json().await?, tag))
    }

    /// The tag of what stands there.
    pub(crate) async fn version(&self, path: &[&str]) -> Result<String, Failure> {
        Ok(self.tagged(Ask::get(path)?).await?.1)
    }

    /// Asks for a list and gives up to so many of its items.
    pub(crate) async fn list(&self, ask: &Ask, most: usize) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let limit = most.saturating_sub(items.len()).min(PAGE).to_string();
            let page = Ask { method: ask.method.clone(), url: ask.url.clone(), version: None, body: None };
            let page = page.with("limit", Some(&limit)).with("cursor", cursor.as_deref());
            let mut page = self.ask(page).await?;
            let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) else {
                return Err(answer::not_ours());
            };
            items.extend(more);
            cursor = page["next"].as_str().map(str::to_owned);
            if cursor.is_none() || items.len() >= most {
                return Ok(items);
            }
        }
    }

    /// The object of a list that goes by this id or, whatever the case, by this name.
    pub(crate) async fn find(&self, what: &str, list: &str, wanted: &str) -> Result<Named, Failure> {
        let items = self.list(&Ask::get(&[list])?, usize::MAX).await?;
        let items: Vec<Named> = items.into_iter().map(read).collect::<Result<_, _>>()?;
        let folded = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let is_it = |item: &&Named| item.id == wanted || folded(&item.name) == folded(wanted);
        if let Some(found) = items.iter().find(is_it) {
            return Ok(found.clone());
        }
        let names = items.iter().map(|item| item.name.as_str());
        Err(Failure::Input(format!("there is no {what} \"{wanted}\"{}", suggestion(wanted, names))))
    }

    /// Writes what is answered, however long, as it comes.
    pub(crate) async fn write(&self, ask: Ask, out: &mut impl Write) -> Result<(), Failure> {
        let mut answer = self.send(ask).await?;
        while let Some(chunk) = answer.chunk().await? {
            match out.write_all(&chunk) {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
                written => written.map_err(|error| {
                    Failure::Other(format!("what was asked for cannot be written: {error}"))
                })?,
            }
        }
        Ok(())
    }

    /// The events of a stream, one after another, until `take` has had enough or the stream ends.
    pub(crate) async fn events(
        &self,
        ask: Ask,
        mut take: impl FnMut(Value) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let mut answer = self.send(ask).await?;
        let mut unread = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            unread.extend_from_slice(&chunk);
            while let Some(end) = unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = unread.drain(..=end).collect();
                // Lines that are no data name the event, part events, or say that somebody is still there.
                let Some(data) = line.strip_prefix(b"data:") else { continue };
                let event = serde_json::from_slice(data).map_err(|_| answer::not_ours())?;
                if take(event)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Whether nobody else can work on the installation while this command has it.
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self, Self::Here(here) if here.is_alone)
    }

    pub(crate) async fn close(self) {
        if let Self::Here(here) = self {
            here.close().await;
        }
    }
}

/// What every object of a list has.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Whether somebody means an id: 32 hexadecimal digits, which nothing is called.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a command shows of an answer.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|_| answer::not_ours())
}
