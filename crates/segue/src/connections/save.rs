//! Connections as people want to have them: added, and changed.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{id, show, shown};
use crate::api::{Api, Ask, read};
use crate::exit::Failure;
use crate::show::{print, say};
use crate::{key, users};

#[derive(Debug, Clone, Args)]
pub(super) struct Add {
    /// What people call it: let it tell purpose and target, as in "Shop newsletter, ActiveCampaign"
    name: String,
    /// API host, from Settings → Developer, as in acme.api-us1.com
    #[arg(long, value_name = "HOST")]
    host: String,
    /// File that holds the API key; otherwise `SEGUE_API_KEY`, otherwise asked for
    #[arg(long, value_name = "FILE", conflicts_with = "api_key_from")]
    api_key_file: Option<PathBuf>,
    #[arg(
        long,
        value_name = "PLACE",
        help = "Where the server itself finds the key whenever it needs it: env:SEGUE_SECRET_… or file:/path"
    )]
    api_key_from: Option<String>,
    /// Who may build exports on it: administrators, contributors, or the login of a contributor; may be repeated to name
    /// several [default: administrators]
    #[arg(long, value_name = "WHO", value_delimiter = ',')]
    share: Vec<String>,
    /// Version of the consent text that you agree to; without it the text is shown and nothing is added
    #[arg(long, value_name = "VERSION")]
    agree: Option<u32>,
    #[command(flatten)]
    password: PasswordSource,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Change {
    /// Name or id of the connection
    connection: String,
    /// What people are to call it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Another API host, as in acme.api-us1.com; it takes the key and your consent again
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Another API key: `SEGUE_API_KEY`, otherwise asked for
    #[arg(long, conflicts_with_all = ["api_key_file", "api_key_from"])]
    api_key: bool,
    /// File that holds another API key
    #[arg(long, value_name = "FILE", conflicts_with = "api_key_from")]
    api_key_file: Option<PathBuf>,
    #[arg(
        long,
        value_name = "PLACE",
        help = "Where the server itself finds another key whenever it needs it: env:SEGUE_SECRET_… or file:/path"
    )]
    api_key_from: Option<String>,
    /// Who may build exports on it: administrators, contributors, or the login of a contributor; may be repeated to name
    /// several
    #[arg(long, value_name = "WHO", value_delimiter = ',')]
    share: Vec<String>,
    /// With --host: version of the consent text that you agree to; without it the text is shown and nothing is changed
    #[arg(long, value_name = "VERSION", requires = "host")]
    agree: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Where the password comes from of whoever answers for a connection.
#[derive(Debug, Clone, Args)]
pub(super) struct PasswordSource {
    /// File with your own password in Segue; otherwise asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordSource {
    pub(super) fn read(&self) -> Result<String, Failure> {
        if let Some(file) = &self.password_file {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Failure::Input(format!("the password file {} cannot be read: {error}", file.display()))
            })?;
            return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
        }
        key::typed("password", "your own in Segue", "name a file with --password-file")
    }
}

#[derive(Deserialize)]
struct Consent {
    version: u32,
    text: String,
}

pub(super) async fn add(api: &Api, wanted: Add) -> Result<(), Failure> {
    let agreed = agreed(api, &wanted.host, wanted.agree, "added").await?;
    let sharing = sharing(api, &wanted.share).await?.unwrap_or_else(|| "administrators".into());
    let mut body = json!({"name": wanted.name, "host": wanted.host, "sharing": sharing, "agreed": agreed});
    match wanted.api_key_from {
        Some(from) => body["api_key_from"] = from.into(),
        None => body["api_key"] = key::read(wanted.api_key_file.as_deref())?.expose_secret().into(),
    }
    body["password"] = wanted.password.read()?.into();
    let added = api.ask(Ask::post(&["connections"])?.body(body)).await?;
    if wanted.json {
        return print(&added.to_string());
    }
    print(&show::account(added["account"].clone())?)?;
    say("Added. Your exports can use it: segue exports add FILE.");
    Ok(())
}

pub(super) async fn change(api: &Api, wanted: Change) -> Result<(), Failure> {
    let mut body = json!({});
    if let Some(name) = wanted.name {
        body["name"] = name.into();
    }
    if let Some(sharing) = sharing(api, &wanted.share).await? {
        body["sharing"] = sharing;
    }
    let is_moved = wanted.host.is_some();
    if let Some(host) = wanted.host {
        body["agreed"] = agreed(api, &host, wanted.agree, "changed").await?.into();
        body["host"] = host.into();
    }
    if let Some(from) = wanted.api_key_from {
        body["api_key_from"] = from.into();
    } else if is_moved || wanted.api_key || wanted.api_key_file.is_some() {
        body["api_key"] = key::read(wanted.api_key_file.as_deref())?.expose_secret().into();
    }
    if body == json!({}) {
        let words = "nothing is to change: give --name, --host, --share or one of --api-key, --api-key-file and --api-key-from";
        return Err(Failure::Input(words.to_owned()));
    }
    let id = id(api, &wanted.connection).await?;
    let version = api.version(&["connections", &id]).await?;
    let changed = api.ask(Ask::patch(&["connections", &id])?.for_version(version).body(body)).await?;
    print(&if wanted.json { changed.to_string() } else { shown(api, changed).await? })
}

/// The version of the consent text that somebody agrees to; without one the text is shown, and nothing is done.
async fn agreed(api: &Api, host: &str, agree: Option<u32>, done: &str) -> Result<u32, Failure> {
    if let Some(agreed) = agree {
        return Ok(agreed);
    }
    let ask = Ask::get(&["connections", "consent"])?.with("host", Some(host));
    let consent: Consent = read(api.ask(ask).await?)?;
    print(&consent.text)?;
    Err(Failure::Input(format!(
        "nothing was {done}: read the text above, and if you agree, repeat the command with --agree {}",
        consent.version
    )))
}

/// Who may use a connection, as the API takes it; none if that is not said.
async fn sharing(api: &Api, wanted: &[String]) -> Result<Option<Value>, Failure> {
    let is_word = |who: &str| ["administrators", "contributors"].contains(&who);
    match wanted {
        [] => Ok(None),
        [one] if is_word(one) => Ok(Some(one.as_str().into())),
        several => {
            if let Some(word) = several.iter().find(|who| is_word(who)) {
                return Err(Failure::Input(format!(
                    "--share {word} names all of them: leave out the rest, or name people only"
                )));
            }
            let people = users::ids(api, several).await?;
            Ok(Some(json!({"people": people})))
        }
    }
}
