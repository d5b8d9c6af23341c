//! The forms of a table: where its files are, and then what its columns are.

use std::collections::BTreeMap;

use askama::Template;
use axum::Json;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use segue_model::Right;
use segue_model::segment::{Kind, Meaning};
use serde_json::{Map, Value, json};

use super::upload;
use crate::app::App;
use crate::caller::Caller;
use crate::console::form::{Faults, Form, Undone, body};
use crate::console::page::{Done, Frame, Section, ok, shown};
use crate::console::part::Part;
use crate::console::seen::{Held, Seen};
use crate::input::{Asked, Body, Id};
use crate::problem::Problem;
use crate::routes::tables::look::describe;
use crate::routes::tables::view::{TableView, ValuesView};
use crate::routes::tables::{self, TableQuery};

/// Tables that can be related to, at the most.
const OFFERED: u32 = 200;
/// Columns that one page of the form shows.
const SHOWN: usize = 40;
/// Empty lines for relationships.
const EMPTY: usize = 2;

#[derive(Template)]
#[template(path = "tables/new.html")]
struct New {
    frame: Frame,
    typed: Form,
    has_folder: bool,
    /// Whether only what was uploaded can be read.
    is_for_uploads: bool,
    /// The largest file that can be sent.
    largest_mb: u64,
    faults: Faults,
    trouble: Option<Problem>,
}

async fn new_page(app: &App, caller: &Caller, typed: Form) -> Result<New, Problem> {
    caller.require(Right::ChangeTables)?;
    Ok(New {
        frame: Frame::of(app, caller, Section::Tables).await?,
        typed,
        has_folder: app.setting.data_folders.any(),
        is_for_uploads: app.setting.data_folders.is_for_uploads(),
        largest_mb: app.setting.largest_file / (1 << 20),
        faults: Faults::default(),
        trouble: None,
    })
}

pub(super) async fn blank(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(ok(&new_page(&app, &caller, Form::default()).await?))
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeTables)?;
    let (form, refused) = upload::received(&app, &caller, request).await?;
    if let Some(problem) = refused {
        return not_added(&app, &caller, form, problem).await;
    }
    let mut fields = Map::new();
    for name in ["name", "path"] {
        fields.insert(name.to_owned(), Value::from(form.text(name)));
    }
    fields.insert("key".to_owned(), form.given("key").map_or(Value::Null, Value::from));
    let added = tables::create(State(app.clone()), caller.clone(), Body(body(fields)?)).await;
    match added {
        // Its columns are known now: the second step is to look them over.
        Ok(_) => Ok(Redirect::to(&format!("/tables/{}/edit?done=added", form.text("name"))).into_response()),
        Err(problem) => not_added(&app, &caller, form, problem).await,
    }
}

async fn not_added(app: &App, caller: &Caller, form: Form, problem: Problem) -> Result<Response, Problem> {
    let Undone { faults, trouble, status } = Undone::of(problem)?;
    let page = new_page(app, caller, form).await?;
    Ok(shown(status, &New { faults, trouble, ..page }))
}

/// A column with what is chosen for it.
struct Column {
    name: String,
    kind: String,
    meaning: String,
}

/// A relationship with what is chosen for it; empty ones are none.
#[derive(Default)]
struct Way {
    name: String,
    column: String,
    /// As in `customers.id`.
    to: String,
}

/// The key of a table, which others can relate to.
struct Target {
    table: String,
    column: String,
}

impl Target {
    fn word(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

#[derive(Template)]
#[template(path = "tables/edit.html")]
struct Edit {
    frame: Frame,
    name: String,
    seen: Seen,
    path: String,
    key: String,
    /// The columns that are shown.
    columns: Vec<Column>,
    part: Part,
    /// What is chosen for columns that are not shown, where it is not what is stored.
    others: Vec<Column>,
    /// The names of all columns.
    names: Vec<String>,
    ways: Vec<Way>,
    targets: Vec<Target>,
    /// Whether its kinds can be changed: other files say themselves what they hold.
    is_text: bool,
    is_new: bool,
    /// Whether the key is one that nobody has chosen.
    is_suggested: bool,
    /// Keys that more than one row has, and how many rows have none.
    doubts: Option<(String, u64)>,
    faults: Faults,
    trouble: Option<Problem>,
}

impl Edit {
    fn held(&self) -> Held {
        let w = self.frame.words;
        let ways = self.ways.iter().filter(|way| !way.column.is_empty());
        let ways: Vec<String> = ways.map(|way| format!("{} → {}", way.column, way.to)).collect();
        let whole = Held::default()
            .with(w.say("tables-key"), &self.key)
            .with(w.say("tables-path"), &self.path)
            .with(w.say("tables-relationships"), ways.join("\n"));
        self.columns.iter().fold(whole, |held, column| {
            let kind = w.word("tables-kind", &column.kind.replace(' ', "-"));
            let meaning = Some(column.meaning.as_str()).filter(|meaning| !meaning.is_empty());
            let meaning = w.word("tables-meaning", meaning.unwrap_or("none"));
            held.with(format!("{} {}", w.say("tables-column"), column.name), format!("{kind}, {meaning}"))
        })
    }
}

async fn targets(app: &App, caller: &Caller, table: &TableView) -> Result<Vec<Target>, Problem> {
    let query = TableQuery { limit: Some(OFFERED), cursor: None };
    let page = tables::list(State(app.clone()), caller.clone(), Asked(query)).await?.0;
    let keys =
        page.items.into_iter().filter_map(|other| Some(Target { table: other.name, column: other.key? }));
    let mut targets: Vec<Target> = keys.collect();
    for way in &table.relationships {
        let known = Target { table: way.to_table.clone(), column: way.to_column.clone() };
        if targets.iter().all(|target| target.word() != known.word()) {
            targets.push(known);
        }
    }
    Ok(targets)
}

/// The columns that a form tells of: name, kind and meaning of each.
fn typed_columns(form: &Form) -> impl Iterator<Item = (&str, &str, &str)> {
    let chosen = |list: &'static str| {
        form.fields().iter().filter(move |(name, _)| name == list).map(|(_, value)| value.as_str())
    };
    let columns = chosen("column").zip(chosen("kind")).zip(chosen("meaning"));
    columns.map(|((name, kind), meaning)| (name, kind, meaning))
}

impl Edit {
    /// Whether there are so many columns that their names are written only once, as suggestions.
    fn is_wide(&self) -> bool {
        self.names.len() > SHOWN
    }
}

/// The form; what was typed stands in place of what is stored. It shows columns from where that is asked for.
async fn edit_page(
    app: &App,
    caller: &Caller,
    name: &str,
    typed: Option<&Form>,
    from: Option<&str>,
) -> Result<Edit, Problem> {
    caller.require(Right::ChangeTables)?;
    let table = tables::show(State(app.clone()), caller.clone(), Id(name.to_owned())).await?.body;
    let part = Part::of(table.columns.len(), from, SHOWN);
    let typed_columns: BTreeMap<&str, (&str, &str)> = typed
        .into_iter()
        .flat_map(typed_columns)
        .map(|(name, kind, meaning)| (name, (kind, meaning)))
        .collect();
    let (mut columns, mut others) = (Vec::new(), Vec::new());
    for (place, column) in table.columns.iter().enumerate() {
        let now = (column.kind, column.meaning.unwrap_or_default());
        let chosen = typed_columns.get(column.name.as_str()).copied().unwrap_or(now);
        let (kind, meaning) = (chosen.0.to_owned(), chosen.1.to_owned());
        let one = Column { name: column.name.clone(), kind, meaning };
        if part.holds(place) {
            columns.push(one);
        } else if chosen != now {
            others.push(one);
        }
    }
    let known = table.relationships.iter().map(|way| Way {
        name: way.name.clone(),
        column: way.column.clone(),
        to: format!("{}.{}", way.to_table, way.to_column),
    });
    let mut ways = typed.map_or_else(|| known.collect(), typed_ways);
    ways.extend((0..EMPTY).map(|_| Way::default()));
    let typed_text = |name: &str, now: &str| typed.map_or(now, |form| form.text(name)).to_owned();
    let mut page = Edit {
        frame: Frame::of(app, caller, Section::Tables).await?,
        path: typed_text("path", &table.path),
        key: typed_text("key", table.key.as_deref().unwrap_or_default()),
        columns,
        part,
        others,
        names: table.columns.iter().map(|column| column.name.clone()).collect(),
        ways,
        targets: targets(app, caller, &table).await?,
        is_text: !table.path.ends_with(".parquet") && !table.path.ends_with(".pq"),
        is_new: false,
        seen: Seen::default(),
        is_suggested: false,
        doubts: None,
        name: table.name,
        faults: Faults::default(),
        trouble: None,
    };
    let held = page.held();
    page.seen = Seen::of(typed, table.version, held);
    Ok(page)
}

/// The relationships of a form, without those that are empty.
fn typed_ways(form: &Form) -> Vec<Way> {
    let field = |name: &'static str| {
        form.fields().iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    };
    let ways = field("way-name").zip(field("way-column")).zip(field("way-to"));
    let ways = ways.filter(|((_, column), to)| !column.is_empty() && !to.is_empty());
    let way = |((name, column), to): ((&str, &str), &str)| Way {
        name: name.to_owned(),
        column: column.to_owned(),
        to: to.to_owned(),
    };
    ways.map(way).collect()
}

pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let is_new = query.done.is_some();
    let mut page = Edit { is_new, ..edit_page(&app, &caller, &name, None, None).await? };
    if is_new && page.is_text && is_small(&page.path, app.setting.largest_file).await {
        look_over(&app, caller, &mut page).await;
    }
    Ok(ok(&page))
}

/// Whether this is one file that is not larger than one that may be sent: then reading it once more takes no time.
async fn is_small(path: &str, largest: u64) -> bool {
    tokio::fs::metadata(path).await.is_ok_and(|found| found.is_file() && found.len() <= largest)
}

/// Suggests a key for a new table without one, and says what is wrong with the key that it has. If it cannot be looked at, its
/// own page says why.
async fn look_over(app: &App, caller: Caller, page: &mut Edit) {
    let Ok(Json(found)) = describe(State(app.clone()), caller, Id(page.name.clone())).await else { return };
    if page.key.is_empty() {
        let tells_apart = |column: &&ValuesView| column.empty == 0 && column.distinct == found.rows;
        if let Some(column) = found.columns.iter().find(tells_apart).filter(|_| found.rows > 0) {
            page.key.clone_from(&column.column);
            page.is_suggested = true;
        }
    } else if !found.duplicate_keys.is_empty() || found.without_key > 0 {
        page.doubts = Some((found.duplicate_keys.join(", "), found.without_key));
    }
}

/// What a form changes about a table: only what differs, so that nothing is looked at anew without need.
fn changes(form: &Form, now: &TableView) -> Map<String, Value> {
    let mut fields = Map::new();
    if form.text("path") != now.path || form.is_on("again") {
        fields.insert("path".to_owned(), Value::from(form.text("path")));
    }
    if form.given("key") != now.key.as_deref() {
        fields.insert("key".to_owned(), form.given("key").map_or(Value::Null, Value::from));
    }
    let ways = typed_ways(form).into_iter().map(|way| {
        let (table, column) = way.to.split_once('.').unwrap_or((&way.to, ""));
        let mut one = json!({"column": way.column, "to_table": table, "to_column": column});
        // One that leads elsewhere now is called anew.
        let is_known =
            now.relationships.iter().any(|known| known.name == way.name && known.column == way.column);
        if is_known {
            one["name"] = Value::from(way.name);
        }
        one
    });
    fields.insert("relationships".to_owned(), ways.collect());
    let (mut kinds, mut meanings) = (Map::new(), Map::new());
    for (name, kind, meaning) in typed_columns(form) {
        let Some(column) = now.columns.iter().find(|column| column.name == name) else { continue };
        if kind != column.kind {
            kinds.insert(name.to_owned(), Value::from(kind));
        }
        if meaning != column.meaning.unwrap_or_default() {
            let meaning = Some(meaning).filter(|meaning| !meaning.is_empty());
            meanings.insert(name.to_owned(), meaning.map_or(Value::Null, Value::from));
        }
    }
    fields.insert("kinds".to_owned(), Value::Object(kinds));
    fields.insert("meanings".to_owned(), Value::Object(meanings));
    fields
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id,
    form: Form,
) -> Result<Response, Problem> {
    caller.require(Right::ChangeTables)?;
    if let Some(from) = form.given("step") {
        return Ok(ok(&edit_page(&app, &caller, &name, Some(&form), Some(from)).await?));
    }
    let asked = (State(app.clone()), caller.clone(), Id(name.clone()));
    let now = tables::show(State(app.clone()), caller.clone(), Id(name.clone())).await?.body;
    let changes = Body(body(changes(&form, &now))?);
    match tables::change(asked.0, asked.1, asked.2, form.version()?, changes).await {
        Ok(_) => Ok(Redirect::to(&format!("/tables/{name}?done=changed")).into_response()),
        Err(problem) => {
            let undone = Undone::of(problem)?;
            let mut page = edit_page(&app, &caller, &name, Some(&form), form.given("from")).await?;
            if undone.is_stale() {
                page.seen = edit_page(&app, &caller, &name, None, None).await?.seen.beside(&page.seen);
            }
            let Undone { faults, trouble, status } = undone;
            Ok(shown(status, &Edit { faults, trouble, ..page }))
        }
    }
}
