//! The same at a server. What it answers becomes what the state directory would say, and is shown in the same words.

use std::path::Path;
use std::sync::Arc;

use segue_model::{Corrupt, Evaluated, LoadedKeys, Overlap, Preview};
use segue_runs::segments::{Refreshed, SeenSegment, SegmentError, Usage};
use segue_store::{ExportName, Refresh, Segment};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Command, members_file, read_file, show};
use crate::api::{Api, Ask, read};
use crate::exit::{Code, Failure};
use crate::runs;
use crate::show::{millis, print, say};

pub(super) async fn carry_out(api: &Api, command: Command) -> Result<Code, Failure> {
    match command {
        Command::Create { name, file, is_static, inactive, description } => {
            let body = json!({
                "name": name, "description": description, "definition": read_file(&file)?,
                "type": if is_static { "static" } else { "dynamic" },
                "state": if inactive { "inactive" } else { "active" },
            });
            warn(api.ask(Ask::post(&["segments"])?.body(body)).await?)?;
        }
        Command::Edit { name, file, description } => {
            let mut changes = json!({});
            if let Some(file) = file {
                changes["definition"] = read_file(&file)?.into();
            }
            if let Some(description) = description {
                changes["description"] = description.into();
            }
            warn(change(api, &name, changes).await?)?;
        }
        Command::Remove { name } => {
            let version = api.version(&["segments", &name]).await?;
            api.tell(Ask::delete(&["segments", &name])?.for_version(version)).await?;
        }
        Command::Duplicate { name, copy } => {
            api.tell(Ask::post(&["segments", &name, "duplicate"])?.body(json!({"name": copy}))).await?;
        }
        Command::Rename { name, new } => drop(change(api, &name, json!({"name": new})).await?),
        Command::Activate { name } => drop(change(api, &name, json!({"state": "active"})).await?),
        Command::Deactivate { name } => drop(change(api, &name, json!({"state": "inactive"})).await?),
        Command::MakeDynamic { name } => drop(change(api, &name, json!({"type": "dynamic"})).await?),
        Command::MakeStatic { name, keys: None } => {
            drop(change(api, &name, json!({"type": "static"})).await?);
        }
        Command::MakeStatic { name, keys: Some(path) } => load(api, &name, Path::new(&path)).await?,
        Command::Refresh { all: true, .. } => {
            let words = "--all: at a server everything is refreshed with segue refresh now, and the exports follow; or name \
                         the segments";
            return Err(Failure::Input(words.to_owned()));
        }
        Command::Refresh { names, json, .. } => return refresh(api, &names, json).await,
        other => return ask(api, other).await,
    }
    Ok(Code::Done)
}

async fn change(api: &Api, name: &str, changes: Value) -> Result<Value, Failure> {
    let version = api.version(&["segments", name]).await?;
    api.ask(Ask::patch(&["segments", name])?.for_version(version).body(changes)).await
}

async fn load(api: &Api, name: &str, file: &Path) -> Result<(), Failure> {
    let content = std::fs::read(file)
        .map_err(|error| Failure::Input(format!("{} cannot be read: {error}", file.display())))?;
    let version = api.version(&["segments", name]).await?;
    let ask = Ask::post(&["segments", name, "keys"])?.for_version(version).file(content);
    let Loaded { members, unknown, examples } = read(api.ask(ask).await?)?;
    print(&show::loaded(&LoadedKeys { members, unknown, examples }))
}

/// Questions, which change nothing.
async fn ask(api: &Api, command: Command) -> Result<Code, Failure> {
    let of = async |name: &str, what: &str| api.ask(Ask::get(&["segments", name, what])?).await;
    print(&match command {
        Command::Show { name, json } => {
            let Details { segment, text, .. } = read(api.ask(Ask::get(&["segments", &name])?).await?)?;
            let seen = seen(segment, text);
            if json { show::shown_json(&seen)?.to_string() } else { show::shown(&seen)? }
        }
        Command::List { json } => {
            let segments = segments(api).await?;
            if json { show::list_json(&segments).to_string() } else { show::list(&segments) }
        }
        Command::Count { file, json } => {
            let counted = count(api, &file).await?;
            if json { show::counted_json(&counted).to_string() } else { show::counted_members(&counted) }
        }
        Command::Preview { name, json } => preview(api, &name, json).await?,
        Command::Members { name, csv, parquet } => {
            let format = if parquet.is_some() { "parquet" } else { "csv" };
            let out = members_file(csv, parquet)?;
            let ask = Ask::get(&["segments", &name, "members"])?.with("format", Some(format));
            runs::write(api, ask, Some(&out)).await?;
            format!("members written to {}", out.display())
        }
        Command::History { name, json } => {
            let refreshes = history(api, &name).await?;
            if json { show::history_json(&refreshes).to_string() } else { show::history(&refreshes) }
        }
        Command::Explain { name, key, json } => {
            let told = Ask::post(&["segments", &name, "explain"])?.body(json!({"key": key}));
            let told = read(api.ask(told).await?)?;
            if json { json!(told).to_string() } else { show::explained(&told, 0) }
        }
        Command::Inspect { name, json } => {
            let rules: Vec<RuleCount> = read(of(&name, "inspect").await?)?;
            let rules: Vec<_> = rules.into_iter().map(|rule| (rule.name, rule.members_after)).collect();
            if json { show::inspected_json(&rules).to_string() } else { show::inspected(&rules) }
        }
        Command::Overlap { names, json } => {
            let overlaps = overlaps(api, &names).await?;
            if json {
                show::overlapping_json(&names, &overlaps).to_string()
            } else {
                show::overlapping(&names, &overlaps)
            }
        }
        Command::Usage { name, json } => {
            let usage = usage(read(of(&name, "usage").await?)?);
            if json { show::usage_json(&usage).to_string() } else { show::usage(&usage) }
        }
        _ => return Err(Failure::Other("this command is not a question".to_owned())),
    })?;
    Ok(Code::Done)
}

async fn preview(api: &Api, name: &str, is_json: bool) -> Result<String, Failure> {
    let Rows { columns, rows } = read(api.ask(Ask::get(&["segments", name, "preview"])?).await?)?;
    let preview = Preview { columns, rows };
    let details: Details = read(api.ask(Ask::get(&["segments", name])?).await?)?;
    let members = details.segment.members;
    Ok(if is_json {
        show::preview_json(&preview, members).to_string()
    } else {
        show::previewed(&preview, members)
    })
}

async fn segments(api: &Api) -> Result<Vec<Arc<SeenSegment>>, Failure> {
    let all = api.list(&Ask::get(&["segments"])?, usize::MAX).await?;
    all.into_iter().map(|one| Ok(Arc::new(seen(read(one)?, String::new())))).collect()
}

async fn history(api: &Api, name: &str) -> Result<Vec<Refresh>, Failure> {
    let all = api.list(&Ask::get(&["segments", name, "history"])?, usize::MAX).await?;
    // The newest comes first there, and last here.
    all.into_iter().rev().map(|one| read(one).map(refreshed)).collect()
}

async fn count(api: &Api, file: &Path) -> Result<Evaluated, Failure> {
    let body = json!({"definition": read_file(file)?});
    let checked: Checked = read(api.ask(Ask::post(&["definitions", "check"])?.body(body.clone())).await?)?;
    tell(&checked.warnings, "");
    let counted: Counted = read(api.ask(Ask::post(&["definitions", "count"])?.body(body)).await?)?;
    Ok(Evaluated { members: counted.members, corrupt: counted.set_aside })
}

async fn overlaps(api: &Api, names: &[String]) -> Result<Vec<Overlap>, Failure> {
    let ask = Ask::get(&["overlaps"])?.with("segments", Some(&names.join(",")));
    let found: Vec<OverlapView> = read(api.ask(ask).await?)?;
    let one = |OverlapView { members_of_exactly, profiles }| Overlap {
        of: names.iter().map(|name| members_of_exactly.contains(name)).collect(),
        profiles,
    };
    Ok(found.into_iter().map(one).collect())
}

/// One after another, and each to its end.
async fn refresh(api: &Api, names: &[String], json: bool) -> Result<Code, Failure> {
    let mut all = Vec::new();
    for name in names {
        let run = api.ask(Ask::post(&["segments", name, "refresh"])?).await?;
        let run = runs::ended(api, run["id"].as_str().unwrap_or_default()).await?;
        all.push(outcome(name, read(run)?));
    }
    show::refreshed(&all, json)
}

/// What became of the segment that was meant; others were perhaps refreshed for it.
fn outcome(name: &str, run: Run) -> Refreshed {
    let found = run.segments.into_iter().find(|segment| segment.name == name);
    let (before, members, cause, millis) = match found {
        Some(found) => (found.before, found.members, found.cause, found.milliseconds),
        None => (None, None, run.cause, 0),
    };
    let outcome = match members {
        Some(members) => Ok(Evaluated { members, corrupt: Vec::new() }),
        None => Err(SegmentError::Input(cause)),
    };
    let is_changed = members.is_some() && members != before;
    Refreshed { name: name.to_owned(), before, outcome, is_changed, millis }
}

#[derive(Deserialize)]
struct SegmentView {
    name: String,
    description: String,
    #[serde(rename = "type")]
    kind: String,
    state: String,
    members: Option<u64>,
    refreshed_at: Option<String>,
    latest_refresh: Option<Latest>,
    version: i64,
}

#[derive(Deserialize)]
struct Latest {
    at: String,
    status: String,
    cause: String,
    milliseconds: i64,
    set_aside: u64,
    #[serde(default)]
    loaded: bool,
}

#[derive(Deserialize)]
struct Details {
    segment: SegmentView,
    text: String,
    warnings: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    pointer: String,
    detail: String,
}

#[derive(Deserialize)]
struct Checked {
    warnings: Vec<Told>,
}

#[derive(Deserialize)]
struct Counted {
    members: u64,
    set_aside: Vec<Corrupt>,
}

#[derive(Deserialize)]
struct Loaded {
    members: u64,
    unknown: u64,
    examples: Vec<String>,
}

#[derive(Deserialize)]
struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct HistoryView {
    at: String,
    members: Option<u64>,
    milliseconds: i64,
    cause: String,
    set_aside: u64,
    #[serde(default)]
    loaded: bool,
}

#[derive(Deserialize)]
struct RuleCount {
    name: String,
    members_after: u64,
}

#[derive(Deserialize)]
struct OverlapView {
    members_of_exactly: Vec<String>,
    profiles: u64,
}

#[derive(Deserialize)]
struct UsageView {
    used_by: Vec<User>,
    segments: Vec<String>,
    tables: Vec<String>,
}

#[derive(Deserialize)]
struct User {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Run {
    cause: String,
    segments: Vec<RefreshedView>,
}

#[derive(Deserialize)]
struct RefreshedView {
    name: String,
    before: Option<u64>,
    members: Option<u64>,
    cause: String,
    milliseconds: u64,
}

fn seen(view: SegmentView, definition: String) -> SeenSegment {
    let latest = view.latest_refresh.map(|latest| Refresh {
        at_ms: millis(&latest.at).unwrap_or_default(),
        millis: latest.milliseconds,
        members: view.members.filter(|_| latest.status == "succeeded"),
        words: latest.cause,
        set_aside: latest.set_aside,
        is_loaded: latest.loaded,
    });
    let segment = Segment {
        name: view.name,
        description: view.description,
        definition,
        is_static: view.kind == "static",
        is_active: view.state == "active",
        snapshot: None,
        refreshed_ms: view.refreshed_at.as_deref().and_then(millis),
        members: view.members,
        members_before: None,
        version: view.version,
    };
    SeenSegment { segment, definition: None, used_by: Vec::new(), latest }
}

fn refreshed(view: HistoryView) -> Refresh {
    Refresh {
        at_ms: millis(&view.at).unwrap_or_default(),
        millis: view.milliseconds,
        members: view.members,
        words: view.cause,
        set_aside: view.set_aside,
        is_loaded: view.loaded,
    }
}

fn usage(view: UsageView) -> Usage {
    let (segments, others): (Vec<User>, Vec<User>) =
        view.used_by.into_iter().partition(|user| user.kind == "segment");
    Usage {
        used_by: segments.into_iter().map(|user| user.name).collect(),
        exports: others.into_iter().map(|user| ExportName { id: user.id, name: user.name }).collect(),
        segments: view.segments,
        tables: view.tables,
    }
}

/// Tells what is probably not meant.
fn warn(details: Value) -> Result<(), Failure> {
    let details: Details = read(details)?;
    tell(&details.warnings, "/definition");
    Ok(())
}

fn tell(warnings: &[Told], root: &str) {
    for Told { pointer, detail } in warnings {
        let pointer = pointer.strip_prefix(root).unwrap_or(pointer);
        say(&format!("{}: warning: {detail}", if pointer.is_empty() { "/" } else { pointer }));
    }
}
