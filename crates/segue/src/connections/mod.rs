//! `segue connections`: where data may go.

mod save;
mod show;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use self::save::{Add, Change, PasswordSource};
use crate::api::{Api, Ask, Place, read};
use crate::exit::{Code, Failure};
use crate::show::print;
use crate::users;

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
    /// Change what is given about a connection; the rest stays, and so do its exports
    Change(Change),
    /// Make a real call to the account, and show whose key it is and its lists
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

pub(crate) async fn run(asked: Connections) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await.map(|()| Code::Done)
}

async fn carry_out(api: &Api, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { json } => {
            let all = api.list(&Ask::get(&["connections"])?, usize::MAX).await?;
            print(&if json { Value::Array(all).to_string() } else { show::list(all)? })
        }
        Command::Show { connection, json } => {
            let id = id(api, &connection).await?;
            let found = api.ask(Ask::get(&["connections", &id])?).await?;
            print(&if json { found.to_string() } else { shown(api, found).await? })
        }
        Command::Add(wanted) => save::add(api, wanted).await,
        Command::Change(wanted) => save::change(api, wanted).await,
        Command::Test { connection, json } => {
            let id = id(api, &connection).await?;
            let account = api.ask(Ask::post(&["connections", &id, "test"])?).await?;
            print(&if json { account.to_string() } else { show::account(account)? })
        }
        Command::Lists { connection, json } => {
            let id = id(api, &connection).await?;
            let found = api.ask(Ask::get(&["connections", &id, "lists"])?).await?;
            print(&if json { found.to_string() } else { show::lists(read(found)?) })
        }
        Command::Fields { connection, json } => {
            let id = id(api, &connection).await?;
            let found = api.ask(Ask::get(&["connections", &id, "fields"])?).await?;
            print(&if json { found.to_string() } else { show::fields(read(found)?) })
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

/// A connection as a person sees it. Who may use it is named where the caller may know them.
async fn shown(api: &Api, found: Value) -> Result<String, Failure> {
    let ids = found["sharing"]["people"].as_array().cloned().unwrap_or_default();
    let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
    let people = if ids.is_empty() { Vec::new() } else { users::logins(api, &ids).await? };
    show::shown(found, &people)
}

/// The id of a connection that somebody calls by name or id.
pub(crate) async fn id(api: &Api, wanted: &str) -> Result<String, Failure> {
    Ok(api.find("connection", "connections", wanted).await?.id)
}
