//! `segue exports`: which segments keep which list.

mod document;
mod show;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::api::{Api, Ask, Place};
use crate::connections;
use crate::exit::{Code, Failure};
use crate::runs;
use crate::show::{print, say};

pub(crate) use show::when;

#[derive(Debug, Clone, Args)]
pub(crate) struct Exports {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// List all exports
    List {
        /// Only those in whose name, or in the name or type of whose connection, this is
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only those on this connection
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
        /// Only those with this segment
        #[arg(long, value_name = "NAME")]
        segment: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show an export with the members of its segments, and what is probably not meant
    Show {
        /// Name or id of the export
        export: String,
        /// Print what `add` and `change` read
        #[arg(long, conflicts_with = "json")]
        yaml: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Save an export; nothing is sent
    Add {
        /// YAML or JSON file: name, connection, list, segments, matching …
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change what a file says about an export; what it does not say stays
    Change {
        /// Name or id of the export
        export: String,
        /// YAML or JSON file, as `show --yaml` prints it
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Save a copy under another name; it is disabled
    Duplicate {
        /// Name or id of the export
        export: String,
        /// Name of the copy
        copy: String,
    },
    /// Let an export run
    Enable {
        /// Name or id of the export
        export: String,
    },
    /// Keep an export from running
    Disable {
        /// Name or id of the export
        export: String,
    },
    /// Take its connection from an export, which then does not run until it gets another one
    Detach {
        /// Name or id of the export
        export: String,
    },
    /// Remove an export; what it has put on the list stays there
    Remove {
        /// Name or id of the export
        export: String,
    },
    /// Run an export now
    Run(Begin),
    /// Make a dry run: the plan with its counts and examples; nothing is sent
    DryRun(Begin),
    /// Run all exports that have a schedule and that you may run
    RunAll {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Args)]
struct Begin {
    /// Name or id of the export
    export: String,
    #[command(flatten)]
    begun: runs::Begun,
}

pub(crate) async fn run(asked: Exports) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await
}

async fn carry_out(api: &Api, command: Command) -> Result<Code, Failure> {
    match command {
        Command::List { search, connection, segment, json } => {
            let all = found(api, search, connection, segment).await?;
            print(&if json { Value::Array(all).to_string() } else { show::list(all)? })?;
        }
        Command::Show { export, yaml, json } => {
            let id = id(api, &export).await?;
            let found = api.ask(Ask::get(&["exports", &id])?).await?;
            print(&match (yaml, json) {
                (true, _) => document::written(&found["export"])?,
                (_, true) => found.to_string(),
                (false, false) => show::shown(found)?,
            })?;
        }
        Command::Add { file, json } => {
            let (document, _) = read(api, &file).await?;
            saved(&api.ask(Ask::post(&["exports"])?.body(document)).await?, json)?;
        }
        Command::Change { export, file, json } => change(api, &export, &file, json).await?,
        Command::Duplicate { export, copy } => {
            let id = id(api, &export).await?;
            let ask = Ask::post(&["exports", &id, "duplicate"])?.body(json!({"name": copy}));
            saved(&api.ask(ask).await?, false)?;
            say("It is disabled: change it, then enable it with segue exports enable.");
        }
        Command::Enable { export } => switch(api, &export, "enable").await?,
        Command::Disable { export } => switch(api, &export, "disable").await?,
        Command::Detach { export } => switch(api, &export, "detach").await?,
        Command::Remove { export } => {
            let id = id(api, &export).await?;
            let version = api.version(&["exports", &id]).await?;
            api.tell(Ask::delete(&["exports", &id])?.for_version(version)).await?;
        }
        Command::Run(begin) => return begun(api, &begin, "run").await,
        Command::DryRun(begin) => return begun(api, &begin, "dry-run").await,
        Command::RunAll { json } => {
            let begun = api.ask(Ask::post(&["exports", "run-all"])?).await?;
            let all = begun["runs"].as_array().cloned().unwrap_or_default();
            print(&if json { Value::Array(all).to_string() } else { runs::list(all)? })?;
            runs::say_who_works(api);
        }
    }
    Ok(Code::Done)
}

async fn found(
    api: &Api,
    search: Option<String>,
    connection: Option<String>,
    segment: Option<String>,
) -> Result<Vec<Value>, Failure> {
    let connection = match connection {
        Some(name) => Some(connections::id(api, &name).await?),
        None => None,
    };
    let ask = Ask::get(&["exports"])?.with("search", search.as_deref());
    let ask = ask.with("connection", connection.as_deref()).with("segment", segment.as_deref());
    api.list(&ask, usize::MAX).await
}

/// The id of an export that somebody calls by name or id.
pub(crate) async fn id(api: &Api, wanted: &str) -> Result<String, Failure> {
    Ok(api.find("export", "exports", wanted).await?.id)
}

/// What a file says, with its connection by id; and the tag of the version that it was written down from.
async fn read(api: &Api, file: &Path) -> Result<(Value, Option<String>), Failure> {
    let (mut document, version) = document::read(file)?;
    if let Some(name) = document["connection"].as_str() {
        document["connection"] = connections::id(api, name).await?.into();
    }
    Ok((document, version))
}

async fn change(api: &Api, export: &str, file: &Path, json: bool) -> Result<(), Failure> {
    let id = id(api, export).await?;
    let (document, version) = read(api, file).await?;
    // What was written down from a version must not undo what somebody has changed since.
    let version = match version {
        Some(version) => version,
        None => api.version(&["exports", &id]).await?,
    };
    let ask = Ask::patch(&["exports", &id])?.for_version(version).body(document);
    saved(&api.ask(ask).await?, json)
}

fn saved(details: &Value, json: bool) -> Result<(), Failure> {
    if json {
        return print(&details.to_string());
    }
    print(&show::shown(details.clone())?)
}

async fn switch(api: &Api, export: &str, verb: &str) -> Result<(), Failure> {
    let id = id(api, export).await?;
    let version = api.version(&["exports", &id]).await?;
    api.tell(Ask::post(&["exports", &id, verb])?.for_version(version)).await
}

async fn begun(api: &Api, begin: &Begin, verb: &str) -> Result<Code, Failure> {
    let id = id(api, &begin.export).await?;
    runs::begin(api, Ask::post(&["exports", &id, verb])?, &begin.begun).await
}
