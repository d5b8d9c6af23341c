//! `segue connections`: where data may go.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{Api, Ask, Place, read};
use crate::exit::{Code, Failure};
use crate::key;
use crate::show::{facts, lines, moment, print, say, table};

#[derive(Debug, Clone, Args)]
pub(crate) struct Connections {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// List all connections that you may use
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a connection: its account, who may use it, who answers for it, how its latest test ended
    Show {
        /// Name or id of the connection
        connection: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a connection to an ActiveCampaign account; you become the one in whose name its exports run
    Add(Add),
    /// Make a real call to the account, and show its lists
    Test {
        /// Name or id of the connection
        connection: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the lists of the account
    Lists {
        /// Name or id of the connection
        connection: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the custom fields of the account, and what they take
    Fields {
        /// Name or id of the connection
        connection: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Become the one in whose name the exports of a connection run
    ExportUser {
        /// Name or id of the connection
        connection: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Remove a connection that no export uses; its key is erased
    Remove {
        /// Name or id of the connection
        connection: String,
    },
}

/// Who may use a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Sharing {
    #[default]
    Administrators,
    Contributors,
}

#[derive(Debug, Clone, Args)]
struct Add {
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
    /// Who may build exports on it
    #[arg(long, value_enum, value_name = "WHO", default_value_t)]
    share: Sharing,
    /// Version of the consent text that you agree to; without it the text is shown and nothing is added
    #[arg(long, value_name = "VERSION")]
    agree: Option<u32>,
    #[command(flatten)]
    password: PasswordSource,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Where the password comes from of whoever answers for a connection.
#[derive(Debug, Clone, Args)]
struct PasswordSource {
    /// File with your own password in Segue; otherwise asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub(crate) async fn run(asked: Connections) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await.map(|()| Code::Done)
}

async fn carry_out(api: &Api, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { json } => {
            let all = api.list(&Ask::get(&["connections"])?, usize::MAX).await?;
            print(&if json { Value::Array(all).to_string() } else { list(all)? })
        }
        Command::Show { connection, json } => {
            let id = id(api, &connection).await?;
            let found = api.ask(Ask::get(&["connections", &id])?).await?;
            print(&if json { found.to_string() } else { shown(found)? })
        }
        Command::Add(wanted) => add(api, wanted).await,
        Command::Test { connection, json } => {
            let id = id(api, &connection).await?;
            let account = api.ask(Ask::post(&["connections", &id, "test"])?).await?;
            print(&if json { account.to_string() } else { self::account(account)? })
        }
        Command::Lists { connection, json } => {
            let id = id(api, &connection).await?;
            let found = api.ask(Ask::get(&["connections", &id, "lists"])?).await?;
            print(&if json { found.to_string() } else { lists(read(found)?) })
        }
        Command::Fields { connection, json } => {
            let id = id(api, &connection).await?;
            let found = api.ask(Ask::get(&["connections", &id, "fields"])?).await?;
            print(&if json { found.to_string() } else { fields(read(found)?) })
        }
        Command::ExportUser { connection, password } => {
            let id = id(api, &connection).await?;
            let version = api.version(&["connections", &id]).await?;
            let body = json!({"password": password.read()?});
            let ask = Ask::post(&["connections", &id, "export-user"])?.for_version(version).body(body);
            api.tell(ask).await
        }
        Command::Remove { connection } => {
            let id = id(api, &connection).await?;
            let version = api.version(&["connections", &id]).await?;
            api.tell(Ask::delete(&["connections", &id])?.for_version(version)).await
        }
    }
}

/// The id of a connection that somebody calls by name or id.
pub(crate) async fn id(api: &Api, wanted: &str) -> Result<String, Failure> {
    Ok(api.find("connection", "connections", wanted).await?.id)
}

async fn add(api: &Api, wanted: Add) -> Result<(), Failure> {
    let Some(agreed) = wanted.agree else {
        let ask = Ask::get(&["connections", "consent"])?.with("host", Some(&wanted.host));
        let consent: Consent = read(api.ask(ask).await?)?;
        print(&consent.text)?;
        return Err(Failure::Input(format!(
            "nothing was added: read the text above, and if you agree, repeat the command with --agree {}",
            consent.version
        )));
    };
    let sharing = match wanted.share {
        Sharing::Administrators => "administrators",
        Sharing::Contributors => "contributors",
    };
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
    print(&account(added["account"].clone())?)?;
    say("Added. Your exports can use it: segue exports add FILE.");
    Ok(())
}

impl PasswordSource {
    fn read(&self) -> Result<String, Failure> {
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

/// A connection as the caller may see it: whole, or id, name and type.
#[derive(Deserialize)]
struct Connection {
    name: String,
    host: Option<String>,
    api_key_from: Option<String>,
    sharing: Option<Value>,
    consent: Option<Agreed>,
    export_user: Option<ExportUser>,
    test: Option<Test>,
}

#[derive(Deserialize)]
struct Agreed {
    text: u32,
    policy: Option<String>,
    by: Signed,
}

#[derive(Deserialize)]
struct Signed {
    name: String,
    at: String,
}

#[derive(Deserialize)]
struct ExportUser {
    name: String,
    gone: Option<String>,
}

#[derive(Deserialize)]
struct Test {
    at: String,
    fault: Option<String>,
    words: Option<String>,
}

#[derive(Deserialize)]
struct AccountList {
    id: u64,
    name: String,
    takes_email: bool,
}

#[derive(Deserialize)]
struct AccountField {
    id: u64,
    title: String,
    tag: String,
    takes: Takes,
}

#[derive(Deserialize)]
struct Takes {
    #[serde(rename = "type")]
    kind: String,
    options: Vec<String>,
}

fn list(all: Vec<Value>) -> Result<String, Failure> {
    if all.is_empty() {
        return Ok(
            "There are no connections that you may use: an administrator adds one with segue connections add"
                .to_owned(),
        );
    }
    let mut shown = table(&["connection", "host", "may use it", "runs in the name of", "latest test"]);
    for one in all {
        let one: Connection = read(one)?;
        let test = one.test.as_ref().map(|test| test.fault.clone().unwrap_or_else(|| "well".to_owned()));
        shown.add_row([
            one.name,
            one.host.unwrap_or_default(),
            one.sharing.as_ref().map(who).unwrap_or_default(),
            one.export_user.map(answering).unwrap_or_default(),
            test.unwrap_or_default(),
        ]);
    }
    Ok(lines(&shown))
}

fn who(sharing: &Value) -> String {
    match (sharing.as_str(), sharing["people"].as_array()) {
        (Some(word), _) => word.to_owned(),
        (None, people) => format!("{} named", people.map_or(0, Vec::len)),
    }
}

fn answering(user: ExportUser) -> String {
    match user.gone {
        Some(gone) => format!("{} ({gone}: nothing runs)", user.name),
        None => user.name,
    }
}

fn shown(found: Value) -> Result<String, Failure> {
    let one: Connection = read(found)?;
    let mut rows = vec![("connection", one.name)];
    let mut add = |name, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    add("host", one.host);
    add("key", one.api_key_from.map(|from| format!("read from {from}")));
    add("may use it", one.sharing.as_ref().map(who));
    add("runs for", one.export_user.map(answering));
    add(
        "agreed",
        one.consent.map(|Agreed { text, policy, by }| {
            let policy = policy.map(|policy| format!(", with {policy}")).unwrap_or_default();
            format!("{}, {}, to text {text}{policy}", by.name, moment(&by.at))
        }),
    );
    add(
        "latest test",
        one.test.map(|Test { at, words, .. }| {
            format!("{}: {}", moment(&at), words.unwrap_or_else(|| "all is well".to_owned()))
        }),
    );
    Ok(facts(&rows))
}

fn account(account: Value) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Account {
        host: String,
        lists: Vec<AccountList>,
    }
    let Account { host, lists: found } = read(account)?;
    Ok(format!("{host}: key accepted\n{}", lists(found)))
}

fn lists(found: Vec<AccountList>) -> String {
    let mut shown = table(&["list", "name", ""]);
    for AccountList { id, name, takes_email } in found {
        let note = if takes_email { "" } else { "takes no e-mail: cannot be exported to" };
        shown.add_row([&id.to_string(), &name, note]);
    }
    lines(&shown)
}

fn fields(found: Vec<AccountField>) -> String {
    let mut shown = table(&["field", "title", "tag", "takes"]);
    for AccountField { id, title, tag, takes } in found {
        let takes = match takes.options.is_empty() {
            true => takes.kind.replace('_', " "),
            false => format!("{} of {}", takes.kind, takes.options.join(", ")),
        };
        shown.add_row([id.to_string(), title, tag, takes]);
    }
    lines(&shown)
}
