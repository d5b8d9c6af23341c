//! `segue refresh`: sources, then segments, then exports, now or on a schedule.

use std::path::Path;

use clap::{Args, Subcommand};
use segue_model::segment::{parse, write};
use serde_json::{Value, json};

use crate::api::{Api, Ask, Place};
use crate::exit::{Code, Failure};
use crate::exports::when;
use crate::runs::{self, Begun};
use crate::show::{moment, print};

#[derive(Debug, Clone, Args)]
pub(crate) struct RefreshVerbs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Refresh everything, or one segment
    Now {
        /// Name of the segment; without it everything is refreshed, and the exports follow
        segment: Option<String>,
        #[command(flatten)]
        begun: Begun,
    },
    /// List refreshes, the newest first
    List {
        /// Only those of this segment
        #[arg(long, value_name = "NAME")]
        segment: Option<String>,
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
    /// Show when the system refreshes by itself, or say when
    Schedule {
        /// YAML or JSON file that says when, as --yaml prints it; or the word off
        when: Option<String>,
        /// Print what it reads
        #[arg(long, conflicts_with_all = ["json", "when"])]
        yaml: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(asked: RefreshVerbs) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await
}

async fn carry_out(api: &Api, command: Command) -> Result<Code, Failure> {
    match command {
        Command::Now { segment: None, begun } => runs::begin(api, Ask::post(&["refreshes"])?, &begun).await,
        Command::Now { segment: Some(name), begun } => {
            runs::begin(api, Ask::post(&["segments", &name, "refresh"])?, &begun).await
        }
        Command::List { segment, status, limit, json } => {
            let ask = Ask::get(&["refreshes"])?.with("segment", segment.as_deref());
            let all = api.list(&ask.with("status", status.as_deref()), limit).await?;
            print(&if json { Value::Array(all).to_string() } else { runs::list(all)? })?;
            Ok(Code::Done)
        }
        Command::Schedule { when: wanted, yaml, json } => {
            let found = match wanted {
                None => api.ask(Ask::get(&["refresh-schedule"])?).await?,
                Some(wanted) => change(api, &wanted).await?,
            };
            print(&match (yaml, json) {
                (true, _) => written(&found["schedule"])?,
                (_, true) => found.to_string(),
                (false, false) => shown(&found),
            })?;
            Ok(Code::Done)
        }
    }
}

async fn change(api: &Api, wanted: &str) -> Result<Value, Failure> {
    let schedule = match wanted {
        "off" => Value::from("off"),
        file => {
            let text = crate::tables::read(Path::new(file))?;
            parse(&text).map_err(|fault| Failure::Input(format!("{file}: {fault}")))?
        }
    };
    let version = api.version(&["refresh-schedule"]).await?;
    let ask = Ask::put(&["refresh-schedule"])?.for_version(version).body(json!({"schedule": schedule}));
    api.ask(ask).await
}

fn written(schedule: &Value) -> Result<String, Failure> {
    let text = write::text(schedule);
    let text =
        text.map_err(|error| Failure::Other(format!("the schedule cannot be written as YAML: {error}")))?;
    Ok(text.trim_end().to_owned())
}

fn shown(found: &Value) -> String {
    let when = when(&found["schedule"]);
    match (found["changed_by"].as_str(), found["changed_at"].as_str()) {
        (Some(by), Some(at)) => format!("{when} (changed by {by}, {})", moment(at)),
        _ => when,
    }
}
