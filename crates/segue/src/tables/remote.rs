//! The same at a server. What it answers becomes what the state directory would say, and is shown in the same words.

use std::path::PathBuf;

use segue_model::segment::{Kind, Meaning, Relationship, Table, TableColumn};
use segue_model::{Corrupt, Described, DescribedColumn, Drifted, Source, StoredTable};
use segue_runs::segments::{Drift, User};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Command;
use super::add::{Add, is_there, tell_broken};
use crate::api::{Api, Ask, read};
use crate::exit::{Code, Failure};
use crate::segments::set_aside;
use crate::show::{print, say};

pub(super) async fn carry_out(api: &Api, command: Command) -> Result<Code, Failure> {
    match command {
        Command::Add(wanted) => add(api, wanted).await?,
        Command::List { json } => {
            let tables = tables(api).await?;
            print(&if json { super::list_json(&tables).to_string() } else { super::list(&tables) })?;
        }
        Command::Show { name, json } => {
            let stored = stored(read(api.ask(Ask::get(&["tables", &name])?).await?)?);
            let description: Description =
                read(api.ask(Ask::get(&["tables", &name, "description"])?).await?)?;
            let described = described(description);
            print(&if json {
                super::described_json(&stored, &described).to_string()
            } else {
                super::shown(&stored, &described)
            })?;
        }
        Command::Check { name, set_aside } => return check(api, &name, set_aside).await,
        Command::Condition { table, name, file } => {
            let version = api.version(&["tables", &table]).await?;
            let path = ["tables", &table, "conditions", &name];
            let ask = match file {
                Some(file) => Ask::put(&path)?.body(json!({"definition": super::read(&file)?})),
                None => Ask::delete(&path)?,
            };
            api.tell(ask.for_version(version)).await?;
        }
        Command::Remove { name } => {
            let version = api.version(&["tables", &name]).await?;
            api.tell(Ask::delete(&["tables", &name])?.for_version(version)).await?;
        }
    }
    Ok(Code::Done)
}

/// Adds a table, or declares it anew.
async fn add(api: &Api, wanted: Add) -> Result<(), Failure> {
    let before = table_views(api).await?.into_iter().find(|view| view.name == wanted.name);
    if let Some(view) = before.as_ref().filter(|_| !wanted.replace) {
        let used_by = users(&view.used_by);
        return Err(is_there(&stored(view.clone()), "it is used by", &used_by));
    }
    let known = before.as_ref().map_or(&[][..], |view| &view.relationships);
    let mut body = json!({"path": wanted.source});
    if let Some(key) = wanted.key() {
        body["key"] = json!(key);
    }
    if let Some(ways) = wanted.relationships(known) {
        body["relationships"] = json!(ways);
    }
    body["kinds"] = words(wanted.kinds.iter().map(|(column, kind)| (column, Some(kind.word()))));
    let meanings = wanted.meanings.iter();
    body["meanings"] = words(meanings.map(|(column, meaning)| (column, meaning.map(Meaning::word))));
    let name = wanted.name.as_str();
    let ask = if before.is_some() {
        let version = api.version(&["tables", name]).await?;
        Ask::patch(&["tables", name])?.for_version(version)
    } else {
        body["name"] = name.into();
        Ask::post(&["tables"])?
    };
    let added: TableView = read(api.ask(ask.body(body)).await?)?;
    tell_broken(&users(&added.broken));
    print(&super::columns(&stored(added)))?;
    if wanted.has_kinds() {
        let checked: Checked = read(api.ask(Ask::get(&["tables", name, "check"])?).await?)?;
        set_aside(&checked.set_aside, false).iter().for_each(|line| say(line));
    }
    Ok(())
}

fn words<'a>(columns: impl Iterator<Item = (&'a String, Option<&'static str>)>) -> Value {
    Value::Object(columns.map(|(column, word)| (column.clone(), json!(word))).collect::<Map<_, _>>())
}

async fn table_views(api: &Api) -> Result<Vec<TableView>, Failure> {
    let all = api.list(&Ask::get(&["tables"])?, usize::MAX).await?;
    all.into_iter().map(read).collect()
}

async fn tables(api: &Api) -> Result<Vec<StoredTable>, Failure> {
    Ok(table_views(api).await?.into_iter().map(stored).collect())
}

fn users(told: &[UserView]) -> Vec<User> {
    let kinds = ["segment", "table", "export"];
    let known =
        told.iter().filter_map(|user| Some((user, kinds.into_iter().find(|kind| *kind == user.kind)?)));
    known.map(|(user, kind)| User { kind, id: user.id.clone(), name: user.name.clone() }).collect()
}

async fn check(api: &Api, name: &str, set_aside: Option<PathBuf>) -> Result<Code, Failure> {
    if set_aside.is_some() {
        let words =
            "--set-aside: a server does not list the rows of its files: run it on the server's machine";
        return Err(Failure::Input(words.to_owned()));
    }
    let checked: Checked = read(api.ask(Ask::get(&["tables", name, "check"])?).await?)?;
    let Some(rows) = checked.rows else {
        let lost = checked.lost_columns.into_iter();
        let drift = Drift {
            columns: lost.map(|Lost { column, detail }| Drifted { column, words: detail }).collect(),
            segments: checked.broken_segments,
            exports: checked.broken_exports,
        };
        print(&super::drifted(&drift))?;
        return Ok(Code::DoneWithRejections);
    };
    let stored = stored(read(api.ask(Ask::get(&["tables", name])?).await?)?);
    let described = Described {
        rows,
        columns: Vec::new(),
        sample: Vec::new(),
        corrupt: checked.set_aside,
        duplicate_keys: checked.duplicate_keys,
        without_key: checked.without_key,
    };
    super::sound(name, rows, &super::faults(&stored, &described, false))
}

#[derive(Clone, Deserialize)]
struct TableView {
    name: String,
    path: String,
    key: Option<String>,
    columns: Vec<ColumnView>,
    relationships: Vec<Relationship>,
    conditions: Vec<ConditionView>,
    used_by: Vec<UserView>,
    broken: Vec<UserView>,
}

/// What uses a table.
#[derive(Clone, Deserialize)]
struct UserView {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    name: String,
}

#[derive(Clone, Deserialize)]
struct ColumnView {
    name: String,
    kind: String,
    meaning: Option<String>,
}

#[derive(Clone, Deserialize)]
struct ConditionView {
    name: String,
    definition: Value,
}

#[derive(Deserialize)]
struct Description {
    rows: u64,
    columns: Vec<Values>,
    sample: Vec<Vec<String>>,
    set_aside: Vec<Corrupt>,
    duplicate_keys: Vec<String>,
    without_key: u64,
}

#[derive(Deserialize)]
struct Values {
    column: String,
    empty: u64,
    distinct: u64,
    frequent: Vec<Frequent>,
}

#[derive(Deserialize)]
struct Frequent {
    value: String,
    rows: u64,
}

#[derive(Deserialize)]
struct Checked {
    lost_columns: Vec<Lost>,
    broken_segments: Vec<String>,
    broken_exports: Vec<String>,
    rows: Option<u64>,
    set_aside: Vec<Corrupt>,
    duplicate_keys: Vec<String>,
    without_key: u64,
}

#[derive(Deserialize)]
struct Lost {
    column: String,
    detail: String,
}

fn stored(view: TableView) -> StoredTable {
    let TableView { name, path, key, columns, relationships, conditions, .. } = view;
    let columns = columns.into_iter().map(|ColumnView { name, kind, meaning }| TableColumn {
        name,
        // A kind that a later version knows can be asked nothing here.
        kind: of_word(&Kind::ALL, &kind).unwrap_or(Kind::Other),
        meaning: meaning.and_then(|word| of_word(&Meaning::ALL, &word)),
    });
    let conditions = conditions.into_iter().map(|one| (one.name, one.definition.to_string()));
    let table =
        Table { name, columns: columns.collect(), key, relationships, conditions: conditions.collect() };
    StoredTable { table, source: Source::anywhere(path) }
}

fn of_word<T: Copy>(known: &[(T, &'static str)], word: &str) -> Option<T> {
    known.iter().find(|(_, known)| *known == word).map(|(value, _)| *value)
}

fn described(found: Description) -> Described {
    let columns = found.columns.into_iter().map(|Values { column, empty, distinct, frequent }| {
        let frequent = frequent.into_iter().map(|Frequent { value, rows }| (value, rows)).collect();
        DescribedColumn { name: column, empty, distinct, frequent }
    });
    Described {
        rows: found.rows,
        columns: columns.collect(),
        sample: found.sample,
        corrupt: found.set_aside,
        duplicate_keys: found.duplicate_keys,
        without_key: found.without_key,
    }
}
