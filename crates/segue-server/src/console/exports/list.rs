//! All exports, with how each stands.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use segue_model::{Right, Role};
use segue_store::PersonFilter;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Caller;
use crate::console::page::{Frame, Section, ok};
use crate::console::times::export_schedule;
use crate::input::Asked;
use crate::problem::Problem;
use crate::routes::exports::view::ExportView;
use crate::routes::exports::{ExportQuery, list};

/// What can be sorted by, in the order of the columns.
const SORTS: [&str; 4] = ["name", "status", "latest_run", "next_run"];

#[derive(Default, Deserialize)]
pub(super) struct Asking {
    search: Option<String>,
    sort: Option<String>,
    connection: Option<String>,
    segment: Option<String>,
    cursor: Option<String>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "exports/list.html")]
struct Exports {
    frame: Frame,
    items: Vec<ExportView>,
    /// The address of the page after.
    next: Option<String>,
    asking: Asking,
    /// Whether there is a connection that the reader may export to.
    has_connection: bool,
    /// Who can be asked for one.
    administrators: String,
}

impl Asking {
    fn sort(&self) -> &str {
        self.sort.as_deref().unwrap_or("name")
    }

    fn search(&self) -> &str {
        self.search.as_deref().unwrap_or_default()
    }

    fn is_narrowed(&self) -> bool {
        !self.search().is_empty()
            || self.connection.is_some()
            || self.segment.is_some()
            || self.cursor.is_some()
    }

    /// The same exports, sorted so and from there on.
    fn address(&self, sort: &str, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let given = [
            ("search", self.search.as_deref().filter(|search| !search.is_empty())),
            ("connection", self.connection.as_deref()),
            ("segment", self.segment.as_deref()),
            ("sort", Some(sort).filter(|sort| *sort != "name")),
            ("cursor", cursor),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => "/exports".to_owned(),
            query => format!("/exports?{query}"),
        }
    }

    /// Where a column's heading leads: sorted by it, or from its other end.
    fn sorted_by(&self, by: &str) -> String {
        if self.sort() == by { self.address(&format!("-{by}"), None) } else { self.address(by, None) }
    }

    /// As in `aria-sort`.
    fn direction(&self, by: &str) -> &'static str {
        match self.sort().strip_prefix('-') {
            Some(sort) if sort == by => "descending",
            None if self.sort() == by => "ascending",
            _ => "none",
        }
    }
}

impl Exports {
    /// Whether there is any that the reader may change.
    fn may_choose(&self) -> bool {
        self.items.iter().any(|export| export.permission == "edit")
    }

    /// What stands in the column of the next run where no moment does.
    fn next_run(&self, export: &ExportView) -> String {
        let w = self.frame.words;
        if export.connection.is_none() {
            return w.say("exports-does-not-run").to_string();
        }
        if !export.enabled {
            return w.say("exports-switched-off").to_string();
        }
        export_schedule(w, &export.schedule)
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asking): Query<Asking>,
) -> Result<Response, Problem> {
    let frame = Frame::of(&app, &caller, Section::Exports).await?;
    let query = ExportQuery {
        search: asking.search.clone(),
        connection: asking.connection.clone(),
        segment: asking.segment.clone(),
        sort: asking.sort.clone(),
        limit: None,
        cursor: asking.cursor.clone(),
    };
    let page = list(State(app.clone()), caller.clone(), Asked(query)).await?.0;
    let next = page.next.map(|cursor| asking.address(asking.sort(), Some(&cursor)));
    let has_connection = has_connection(&app, &caller).await?;
    let administrators = if has_connection { String::new() } else { administrators(&app).await? };
    Ok(ok(&Exports { frame, items: page.items, next, asking, has_connection, administrators }))
}

/// The names of administrators who can be asked for a connection, a few of them at the most.
pub(super) async fn administrators(app: &App) -> Result<String, Problem> {
    let filter = PersonFilter { role: Some(Role::Administrator), is_enabled: Some(true) };
    let people = app.store.people(filter, None, 5).await?;
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    Ok(names.join(", "))
}

/// Whether there is a connection that the caller may export to.
pub(super) async fn has_connection(app: &App, caller: &Caller) -> Result<bool, Problem> {
    let (id, role) = (&caller.person.id, caller.person.role);
    let connections = app.store.connections().await?;
    Ok(connections.iter().any(|connection| connection.sharing.covers(id, role)))
}
