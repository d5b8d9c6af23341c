//! `segue audit`: who did what.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::Value;

use crate::api::{Api, Ask, Place, read};
use crate::exit::{Code, Failure};
use crate::runs;
use crate::show::{lines, moment, print, table};
use crate::users;

#[derive(Debug, Clone, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// List what was done, the newest first
    List {
        #[command(flatten)]
        filter: Filter,
        /// How many
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: usize,
        /// Print JSON, with what everything was before and is since
        #[arg(long)]
        json: bool,
    },
    /// Write all of it, with what everything was before and is since
    Download {
        #[command(flatten)]
        filter: Filter,
        /// How it is written
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
        format: Format,
        /// Write this file; otherwise to standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Args)]
struct Filter {
    /// Done by the user with this login or id
    #[arg(long, value_name = "LOGIN")]
    user: Option<String>,
    /// Exactly this action, as in export.change
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Done to objects of this kind, as in export
    #[arg(long, value_name = "KIND")]
    object_kind: Option<String>,
    /// Done to the object of this id
    #[arg(long, value_name = "ID")]
    object_id: Option<String>,
    /// Not before this time, as in 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Csv,
    Ndjson,
}

#[derive(Deserialize)]
struct Entry {
    at: String,
    login: String,
    peer: String,
    action: String,
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    name: String,
    id: String,
}

pub(crate) async fn run(asked: Audit) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await.map(|()| Code::Done)
}

async fn carry_out(api: &Api, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { filter, limit, json } => {
            let ask = filtered(api, Ask::get(&["audit"])?, filter).await?;
            let all = api.list(&ask, limit).await?;
            print(&if json { Value::Array(all).to_string() } else { list(all)? })
        }
        Command::Download { filter, format, out } => {
            let format = match format {
                Format::Csv => "csv",
                Format::Ndjson => "ndjson",
            };
            let ask = Ask::get(&["audit", "download"])?.with("format", Some(format));
            runs::write(api, filtered(api, ask, filter).await?, out.as_deref()).await
        }
    }
}

async fn filtered(api: &Api, ask: Ask, filter: Filter) -> Result<Ask, Failure> {
    let user = match filter.user {
        Some(login) => Some(users::id(api, &login).await?),
        None => None,
    };
    Ok(ask
        .with("user_id", user.as_deref())
        .with("action", filter.action.as_deref())
        .with("object_kind", filter.object_kind.as_deref())
        .with("object_id", filter.object_id.as_deref())
        .with("from", filter.from.as_deref())
        .with("until", filter.until.as_deref()))
}

fn list(all: Vec<Value>) -> Result<String, Failure> {
    if all.is_empty() {
        return Ok("There is nothing.".to_owned());
    }
    let mut shown = table(&["when", "who", "from", "what", "to what"]);
    for one in all {
        let Entry { at, login, peer, action, object } = read(one)?;
        let to = if object.name.is_empty() { object.id } else { object.name };
        shown.add_row([moment(&at), login, peer, action, to]);
    }
    Ok(lines(&shown))
}
