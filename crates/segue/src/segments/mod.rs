//! `segue segments`: who is in.

mod done;
mod remote;
mod show;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use segue_model::job::REFRESH_LANE;
use segue_model::{ExplanationText, Source};
use segue_runs::StopHandle;
use segue_runs::segments::{NewSegment, SegmentEdit, SegmentFilter, Segments as Kept};
use serde_json::json;

use crate::api::ServerOptions;
use crate::exit::{Code, Failure};
use crate::lane::Lane;
use crate::show::{counted, print, say};
use crate::tables::read as read_file;
use crate::workspace::{Open, Workspace, by_command};

pub(crate) use show::set_aside;

#[derive(Debug, Clone, Args)]
pub(crate) struct Segments {
    #[command(flatten)]
    server: ServerOptions,
    #[command(flatten)]
    workspace: Workspace,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Save a definition under a name
    Create {
        /// Name of the segment
        name: String,
        /// YAML or JSON file with the definition
        file: PathBuf,
        /// Members stay until it is refreshed by hand or loaded from a list
        #[arg(long = "static")]
        is_static: bool,
        /// Save a draft that is not refreshed with the others
        #[arg(long)]
        inactive: bool,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        description: String,
    },
    /// Replace a segment's definition, its description, or both; its members stay until it is refreshed
    #[command(
        override_usage = "segue segments edit [OPTIONS] <NAME> <FILE>\n       segue segments edit [OPTIONS] <NAME> --description <TEXT>"
    )]
    Edit {
        /// Name of the segment
        name: String,
        /// YAML or JSON file with the new definition
        #[arg(required_unless_present = "description")]
        file: Option<PathBuf>,
        /// What it is for; "" takes the description away
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Show a segment with its definition
    Show {
        /// Name of the segment
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List all segments
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a segment that nothing uses
    Remove {
        /// Name of the segment
        name: String,
    },
    /// Save a copy under another name
    Duplicate {
        /// Name of the segment
        name: String,
        /// Name of the copy
        copy: String,
    },
    /// Rename a segment, also where others ask about it
    Rename {
        /// Name of the segment
        name: String,
        /// Its new name
        new: String,
    },
    /// Let a segment be refreshed whenever all are; it is not refreshed now
    Activate {
        /// Name of the segment
        name: String,
    },
    /// Leave a segment out when all are refreshed; its members stay
    Deactivate {
        /// Name of the segment
        name: String,
    },
    /// Keep a segment's members until it is refreshed by hand, or set them from a list of keys
    MakeStatic {
        /// Name of the segment
        name: String,
        /// File with the keys of the members: one a line below a header, or a column named like the key
        #[arg(long, value_name = "FILE")]
        keys: Option<String>,
    },
    /// Let a segment follow its definition again
    MakeDynamic {
        /// Name of the segment
        name: String,
    },
    /// Find the members of segments anew
    #[command(
        override_usage = "segue segments refresh [OPTIONS] <NAMES>...\n       segue segments refresh [OPTIONS] --all"
    )]
    Refresh {
        /// Names of the segments
        #[arg(required_unless_present = "all")]
        names: Vec<String>,
        /// Refresh every active segment that is not static
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Count the members of a definition without saving it
    Count {
        /// YAML or JSON file with the definition
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the first 100 members
    Preview {
        /// Name of the segment
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write all members with all their columns
    #[command(
        override_usage = "segue segments members [OPTIONS] <NAME> --csv <FILE>\n       segue segments members [OPTIONS] <NAME> --parquet <FILE>"
    )]
    Members {
        /// Name of the segment
        name: String,
        /// Write this CSV file
        #[arg(long, value_name = "FILE", required_unless_present = "parquet", conflicts_with = "parquet")]
        csv: Option<PathBuf>,
        /// Write this Parquet file
        #[arg(long, value_name = "FILE")]
        parquet: Option<PathBuf>,
    },
    /// Show the number of members at every refresh
    History {
        /// Name of the segment
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell why a profile is in a segment or not
    Explain {
        /// Name of the segment
        name: String,
        /// Key of the profile
        key: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the number of members after each rule
    Inspect {
        /// Name of the segment
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show how many members segments share
    Overlap {
        /// Names of two to sixteen segments
        #[arg(num_args = 2..=16, required = true)]
        names: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what uses a segment and what it uses
    Usage {
        /// Name of the segment
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of definitions
    Schema,
}

pub(crate) async fn run(asked: Segments) -> Result<Code, Failure> {
    if matches!(asked.command, Command::Schema) {
        print(segue_model::segment::JSON_SCHEMA.trim_end())?;
        return Ok(Code::Done);
    }
    let words = done::words(&asked.command);
    let done = carry_out_somewhere(asked).await;
    if let Some(words) = words.filter(|_| done.is_ok()) {
        say(&words);
    }
    done
}

async fn carry_out_somewhere(asked: Segments) -> Result<Code, Failure> {
    if let Some(api) = asked.server.api()? {
        return remote::carry_out(&api, asked.command).await;
    }
    let open = asked.workspace.open().await?;
    let done = match lane(&asked, &open).await {
        Ok(lane) => {
            let done = carry_out(&open.segments, asked.command, Utc::now()).await;
            if let Some(lane) = lane {
                lane.leave().await;
            }
            done
        }
        Err(failure) => Err(failure),
    };
    open.close().await;
    done
}

/// What finds members writes files that another process could be writing too.
async fn lane(asked: &Segments, open: &Open) -> Result<Option<Lane>, Failure> {
    let finds_members =
        matches!(asked.command, Command::Refresh { .. } | Command::MakeStatic { keys: Some(_), .. });
    if !finds_members || !asked.workspace.folder.is_shared() {
        return Ok(None);
    }
    Lane::take(&open.store, REFRESH_LANE, StopHandle::new().0).await.map(Some)
}

async fn carry_out(kept: &Kept, command: Command, now: DateTime<Utc>) -> Result<Code, Failure> {
    let by = by_command();
    let edit = async |name: &str, edit: SegmentEdit| kept.edit(name, None, &edit, &by).await;
    match command {
        Command::Create { name, file, is_static, inactive, description } => {
            let (definition, is_active) = (read_file(&file)?, !inactive);
            show::warn(
                &kept.create(NewSegment { name, description, definition, is_static, is_active }, &by).await?,
            );
        }
        Command::Edit { name, file, description } => {
            let definition = file.map(|file| read_file(&file)).transpose()?;
            let warnings =
                edit(&name, SegmentEdit { definition, description, ..SegmentEdit::default() }).await?;
            show::warn(&warnings);
        }
        Command::Remove { name } => kept.delete(&name, None, &by).await?,
        Command::Duplicate { name, copy } => kept.duplicate(&name, &copy, &by).await?,
        Command::Rename { name, new } => {
            edit(&name, SegmentEdit { name: Some(new), ..SegmentEdit::default() }).await?;
        }
        Command::Activate { name } => {
            edit(&name, SegmentEdit { is_active: Some(true), ..SegmentEdit::default() }).await?;
        }
        Command::Deactivate { name } => {
            edit(&name, SegmentEdit { is_active: Some(false), ..SegmentEdit::default() }).await?;
        }
        Command::MakeDynamic { name } => {
            edit(&name, SegmentEdit { is_static: Some(false), ..SegmentEdit::default() }).await?;
        }
        Command::MakeStatic { name, keys: None } => {
            edit(&name, SegmentEdit { is_static: Some(true), ..SegmentEdit::default() }).await?;
        }
        Command::MakeStatic { name, keys: Some(path) } => {
            let loaded = kept.load_keys(&name, None, Source::anywhere(path), now, &by).await?;
            print(&show::loaded(&loaded))?;
        }
        Command::Refresh { names, all, json } => return refresh(kept, &names, all, json, now).await,
        other => return ask(kept, other, now).await,
    }
    Ok(Code::Done)
}

/// Questions, which change nothing.
async fn ask(kept: &Kept, command: Command, now: DateTime<Utc>) -> Result<Code, Failure> {
    print(&match command {
        Command::Show { name, json } => {
            let (seen, _) = kept.show(&name).await?;
            if json { show::shown_json(&seen)?.to_string() } else { show::shown(&seen)? }
        }
        Command::List { json } => {
            let segments = kept.list(&SegmentFilter::default()).await?;
            if json { show::list_json(&segments).to_string() } else { show::list(&segments) }
        }
        Command::Count { file, json } => {
            let definition = read_file(&file)?;
            show::warn(&kept.check(&definition).await?.1);
            let counted = kept.count(&definition, now).await?;
            if json { show::counted_json(&counted).to_string() } else { show::counted_members(&counted) }
        }
        Command::Preview { name, json } => {
            let preview = kept.preview(&name, 100).await?;
            let members = kept.segment(&name).await?.members;
            if json {
                show::preview_json(&preview, members).to_string()
            } else {
                show::previewed(&preview, members)
            }
        }
        Command::Members { name, csv, parquet } => {
            let out = members_file(csv, parquet)?;
            let rows = kept.write_members(&name, out.clone()).await?;
            format!("{} written to {}", counted(rows, "member"), out.display())
        }
        Command::History { name, json } => {
            let refreshes = kept.history(&name).await?;
            if json { show::history_json(&refreshes).to_string() } else { show::history(&refreshes) }
        }
        Command::Explain { name, key, json } => {
            let told = ExplanationText::from(kept.explain(&name, &key, now).await?);
            if json { json!(told).to_string() } else { show::explained(&told, 0) }
        }
        Command::Inspect { name, json } => {
            let rules = kept.inspect(&name, now).await?;
            if json { show::inspected_json(&rules).to_string() } else { show::inspected(&rules) }
        }
        Command::Overlap { names, json } => {
            let overlaps = kept.overlap(&names).await?;
            if json {
                show::overlapping_json(&names, &overlaps).to_string()
            } else {
                show::overlapping(&names, &overlaps)
            }
        }
        Command::Usage { name, json } => {
            let usage = kept.usage(&name).await?;
            if json { show::usage_json(&usage).to_string() } else { show::usage(&usage) }
        }
        _ => return Err(Failure::Other("this command is not a question".to_owned())),
    })?;
    Ok(Code::Done)
}

/// Where members are written; the engine goes by the ending of the name.
fn members_file(csv: Option<PathBuf>, parquet: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let is_parquet =
        |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    match (csv, parquet) {
        (None, Some(path)) if !is_parquet(&path) => {
            let name = path.display();
            Err(Failure::Input(format!("--parquet {name}: let the file's name end in .parquet")))
        }
        (Some(path), _) if is_parquet(&path) => {
            let name = path.display();
            Err(Failure::Input(format!("--csv {name}: that is the name of a Parquet file: use --parquet")))
        }
        (csv, parquet) => Ok(csv.or(parquet).unwrap_or_default()),
    }
}

async fn refresh(
    kept: &Kept,
    names: &[String],
    all: bool,
    json: bool,
    now: DateTime<Utc>,
) -> Result<Code, Failure> {
    let mut refreshed = Vec::new();
    if all {
        refreshed = kept.refresh_all(now, &|_, _| true).await?;
    } else {
        for name in names {
            refreshed.push(kept.refresh(name, now).await?);
        }
    }
    show::refreshed(&refreshed, json)
}
