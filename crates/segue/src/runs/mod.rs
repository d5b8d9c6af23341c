//! `segue runs`: what was begun, how far it has come, and what became of everybody.

mod show;
mod watch;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::api::{Api, Ask, Place, is_id};
use crate::exit::{Code, Failure};
use crate::exports;
use crate::show::{print, say};

pub(crate) use show::list;
pub(crate) use watch::ended;

#[derive(Debug, Clone, Args)]
pub(crate) struct Runs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// List runs and dry runs, the newest first
    List {
        /// Only those of this export
        #[arg(long, value_name = "NAME")]
        export: Option<String>,
        /// Only those with this status, as in failed
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// How many
        #[arg(long, value_name = "COUNT", default_value_t = 20)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what waits and what is under way, refreshes too
    Queue {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a run or a refresh: status and cause, counts, rejections by reason, what tables have lost
    Show {
        /// Id of a run or a refresh, or name of an export for its latest run
        run: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Follow a run to its end; the exit code is that of the run
    Watch {
        /// Id of a run or a refresh, or name of an export for its latest run
        run: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a run or a refresh; what was sent is followed to its end and counts
    Cancel {
        /// Id of a run or a refresh, or name of an export for its latest run
        run: String,
    },
    /// Send only those again whom ActiveCampaign refused in a run
    Retry(On),
    /// Carry out the plan of a dry run, or nothing if data or export have changed since
    Approve(On),
    /// Show the bulk imports of a run
    Batches {
        /// Id of a run, or name of an export for its latest run
        run: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show examples of the plan of a dry run
    Examples {
        /// Id of a dry run, or name of an export for its latest run
        run: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write every profile that was not delivered, and why, as CSV
    Rejections {
        /// Id of a run, or name of an export for its latest run
        run: String,
        /// Write this file; otherwise to standard output
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
    },
    /// Write what became of everybody in a run, or would by the plan of a dry run, as CSV
    Rows {
        /// Id of a run, or name of an export for its latest run
        run: String,
        /// Only those with this fate, as in unchanged; or members
        #[arg(long, value_name = "FATE")]
        fate: Option<String>,
        /// Only those rejected for this reason, as in bounced
        #[arg(long, value_name = "REASON")]
        reason: Option<String>,
        /// Only those of the batch of this number, from 0
        #[arg(long, value_name = "NUMBER")]
        batch: Option<u64>,
        /// In which part that batch is: sends or leaves
        #[arg(long, value_name = "PART", requires = "batch")]
        part: Option<String>,
        /// Write this file; otherwise to standard output
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Args)]
struct On {
    /// Id of a run, or name of an export for its latest run
    run: String,
    #[command(flatten)]
    begun: Begun,
}

/// What becomes of the command when it has begun a run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Begun {
    /// Stay until it has ended; the exit code is then that of the run
    #[arg(long)]
    watch: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(asked: Runs) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await
}

async fn carry_out(api: &Api, command: Command) -> Result<Code, Failure> {
    match command {
        Command::List { export, status, limit, json } => {
            let export = match export {
                Some(name) => Some(exports::id(api, &name).await?),
                None => None,
            };
            let ask =
                Ask::get(&["runs"])?.with("export", export.as_deref()).with("status", status.as_deref());
            let all = api.list(&ask, limit).await?;
            print(&if json { Value::Array(all).to_string() } else { list(all)? })?;
        }
        Command::Queue { json } => {
            let queue = api.ask(Ask::get(&["queue"])?).await?;
            let all = queue["runs"].as_array().cloned().unwrap_or_default();
            print(&if json { Value::Array(all).to_string() } else { list(all)? })?;
        }
        Command::Show { run, json } => {
            let id = id(api, &run).await?;
            let found = api.ask(Ask::get(&["runs", &id])?).await?;
            print(&if json { found.to_string() } else { show::shown(found)? })?;
        }
        Command::Watch { run, json } => {
            let id = id(api, &run).await?;
            return watch::to_the_end(api, &id, json).await;
        }
        Command::Cancel { run } => {
            let id = id(api, &run).await?;
            let found = api.ask(Ask::post(&["runs", &id, "cancel"])?).await?;
            print(&show::stands(found)?)?;
        }
        Command::Retry(on) => return again(api, &on, "retry").await,
        Command::Approve(on) => return again(api, &on, "approve").await,
        Command::Batches { run, json } => {
            let id = id(api, &run).await?;
            let all = api.list(&Ask::get(&["runs", &id, "batches"])?, usize::MAX).await?;
            print(&if json { Value::Array(all).to_string() } else { show::batches(all)? })?;
        }
        Command::Examples { run, json } => {
            let id = id(api, &run).await?;
            let found = api.ask(Ask::get(&["runs", &id, "examples"])?).await?;
            print(&if json { found["examples"].to_string() } else { show::examples(found)? })?;
        }
        Command::Rejections { run, csv } => {
            let id = id(api, &run).await?;
            write(api, Ask::get(&["runs", &id, "rejections.csv"])?, csv.as_deref()).await?;
        }
        Command::Rows { run, fate, reason, batch, part, csv } => {
            let id = id(api, &run).await?;
            let batch = batch.map(|number| number.to_string());
            let ask = Ask::get(&["runs", &id, "rows.csv"])?
                .with("fate", fate.as_deref())
                .with("reason", reason.as_deref())
                .with("batch", batch.as_deref())
                .with("part", part.as_deref());
            write(api, ask, csv.as_deref()).await?;
        }
    }
    Ok(Code::Done)
}

/// The id of a run that somebody calls by it, or of the latest one of an export that somebody calls by name.
async fn id(api: &Api, wanted: &str) -> Result<String, Failure> {
    if is_id(wanted) {
        return Ok(wanted.to_owned());
    }
    let export = api.find("run or export", "exports", wanted).await?;
    let latest = api.list(&Ask::get(&["runs"])?.with("export", Some(&export.id)), 1).await?;
    let id = latest.first().and_then(|run| run["id"].as_str()).map(str::to_owned);
    id.ok_or_else(|| Failure::Input(format!("export \"{}\" has not run yet", export.name)))
}

async fn again(api: &Api, on: &On, verb: &str) -> Result<Code, Failure> {
    let id = id(api, &on.run).await?;
    begin(api, Ask::post(&["runs", &id, verb])?, &on.begun).await
}

/// Begins something, and follows it if that is wanted.
pub(crate) async fn begin(api: &Api, ask: Ask, begun: &Begun) -> Result<Code, Failure> {
    if begun.watch && api.is_alone() {
        return Err(Failure::Input(
            "--watch: nobody can work on this state directory while this command has it: leave --watch out, and \
             segue serve carries it out; or ask a server that runs with --server"
                .to_owned(),
        ));
    }
    let run = api.ask(ask).await?;
    if begun.watch {
        let id = run["id"].as_str().unwrap_or_default();
        return watch::to_the_end(api, id, begun.json).await;
    }
    print(&if begun.json { run.to_string() } else { show::stands(run)? })?;
    say_who_works(api);
    Ok(Code::Done)
}

/// Who carries out what was begun here, where that is not to be taken for granted.
pub(crate) fn say_who_works(api: &Api) {
    match api {
        Api::Server(_) => {}
        Api::Here(_) if api.is_alone() => say("It waits until segue serve runs on this state directory."),
        Api::Here(_) => say("It waits for a segue serve or segue worker on this database."),
    }
}

/// Writes what is downloaded to a file, which is there only when it is whole, or to standard output.
pub(crate) async fn write(api: &Api, ask: Ask, file: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = file else { return api.write(ask, &mut std::io::stdout().lock()).await };
    let unwritten =
        |error: std::io::Error| Failure::Input(format!("{} cannot be written: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = tempfile::NamedTempFile::new_in(folder).map_err(unwritten)?;
    let mut out = BufWriter::new(part.as_file());
    api.write(ask, &mut out).await?;
    out.flush().map_err(unwritten)?;
    drop::<BufWriter<&File>>(out);
    part.persist(path).map(drop).map_err(|error| unwritten(error.error))
}
