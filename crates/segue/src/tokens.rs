//! `segue tokens`: keys with which programs ask in a person's name, this one too.

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{Api, Ask, Place, read};
use crate::exit::{Code, Failure};
use crate::show::{lines, moment, print, say, table_by_id};
use crate::users;

#[derive(Debug, Clone, Args)]
pub(crate) struct Tokens {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// List your tokens, or those of a user
    List {
        /// Login or id of the user
        #[arg(long, value_name = "LOGIN")]
        user: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a token and print it; it is shown only now. A token makes none: at a server, sign in instead
    Add {
        /// By which you know it again
        name: String,
        /// What it may do
        #[arg(long, value_enum, value_name = "SCOPE", default_value_t)]
        scope: Scope,
        /// How long it works, 366 days at the most
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        days: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token; it stops working at once
    Revoke {
        /// Id of the token, or name of one of yours
        token: String,
    },
}

/// What a token may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Scope {
    /// Whatever its user may do
    #[default]
    Write,
    /// Read what its user may read
    Read,
}

#[derive(Deserialize)]
struct Token {
    id: String,
    name: String,
    prefix: String,
    scope: String,
    expires_at: String,
    last_used_at: Option<String>,
}

pub(crate) async fn run(asked: Tokens) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await.map(|()| Code::Done)
}

async fn carry_out(api: &Api, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { user, json } => {
            let mut found = match user {
                None => api.ask(Ask::get(&["tokens"])?).await?,
                Some(login) => {
                    let id = users::id(api, &login).await?;
                    api.ask(Ask::get(&["users", &id, "tokens"])?).await?
                }
            };
            let all = found["items"].take();
            print(&if json { all.to_string() } else { list(read(all)?) })
        }
        Command::Add { name, scope, days, json } => {
            let scope = match scope {
                Scope::Write => "write",
                Scope::Read => "read",
            };
            let body = json!({"name": name, "scope": scope, "expires_in_days": days});
            let made = api.ask(Ask::post(&["tokens"])?.body(body)).await?;
            if json {
                return print(&made.to_string());
            }
            say(
                "This is the token. It is shown only now; put it into SEGUE_TOKEN, or into a file for --token-file:",
            );
            print(made["secret"].as_str().unwrap_or_default())
        }
        Command::Revoke { token } => {
            let id = id(api, &token).await?;
            api.tell(Ask::delete(&["tokens", &id])?).await
        }
    }
}

async fn id(api: &Api, wanted: &str) -> Result<String, Failure> {
    let mut found: Value = api.ask(Ask::get(&["tokens"])?).await?;
    let mine: Vec<Token> = read(found["items"].take())?;
    let mut named = mine.into_iter().filter(|token| token.name == wanted);
    match (named.next(), named.next()) {
        (Some(_), Some(_)) => Err(Failure::Input(format!(
            "you have several tokens \"{wanted}\": name one by its id, see segue tokens list"
        ))),
        (Some(token), None) => Ok(token.id),
        (None, _) => Ok(wanted.to_owned()),
    }
}

fn list(all: Vec<Token>) -> String {
    if all.is_empty() {
        return "There are no tokens: segue tokens add NAME".to_owned();
    }
    let mut shown = table_by_id(&["id", "name", "segue_…", "may", "until", "last used"]);
    for Token { id, name, prefix, scope, expires_at, last_used_at } in all {
        let used = last_used_at.map_or_else(|| "never".to_owned(), |at| moment(&at));
        let begins = prefix.strip_prefix("segue_").unwrap_or(&prefix).to_owned();
        shown.add_row([id, name, begins, scope, moment(&expires_at), used]);
    }
    lines(&shown)
}
