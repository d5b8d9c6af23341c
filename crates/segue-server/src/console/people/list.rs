//! Everybody who may sign in, found by name or login, in an order. What is searched for is sent as a form: it may be somebody's
//! name.

use std::cmp::Reverse;

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use segue_model::Role;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Caller;
use crate::console::form::Form;
use crate::console::page::{Frame, Section, ok};
use crate::input::Asked;
use crate::problem::Problem;
use crate::routes::users::{self, User, UserQuery};

/// People on one page.
const SHOWN: usize = 100;
/// People who are asked for at a time.
const READ: u32 = 200;
/// What can be sorted by, in the order of the columns.
const SORTS: [&str; 4] = ["name", "role", "state", "since"];

#[derive(Template)]
#[template(path = "people/list.html")]
struct List {
    frame: Frame,
    people: Vec<User>,
    role: Option<Role>,
    search: String,
    sort: &'static str,
    /// The first of this page, and of the one after.
    from: usize,
    next: Option<usize>,
    own_id: String,
    was_removed: bool,
}

impl List {
    fn is_asked(&self, role: &Role) -> bool {
        self.role.as_ref() == Some(role)
    }

    fn is_sorted(&self, sort: &str) -> bool {
        self.sort == sort
    }
}

/// What an address may say of the list.
#[derive(Default, Deserialize)]
pub(super) struct Asking {
    role: Option<String>,
    done: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asking): Query<Asking>,
) -> Result<Response, Problem> {
    let form = asking.role.into_iter().map(|role| ("role".to_owned(), role)).collect();
    let was_removed = asking.done.as_deref() == Some("removed");
    Ok(ok(&List { was_removed, ..page(&app, &caller, &form).await? }))
}

pub(super) async fn find(State(app): State<App>, caller: Caller, form: Form) -> Result<Response, Problem> {
    Ok(ok(&page(&app, &caller, &form).await?))
}

async fn page(app: &App, caller: &Caller, form: &Form) -> Result<List, Problem> {
    // An empty field of the form says: of any.
    let role = Role::from_word(form.text("role"));
    let search = form.text("search").to_owned();
    let sort = SORTS.into_iter().find(|sort| *sort == form.text("sort")).unwrap_or("name");
    let mut people = everybody(app, caller, role).await?;
    let words = search.to_lowercase();
    people.retain(|one| one.name.to_lowercase().contains(&words) || one.login.contains(&words));
    people.sort_by_cached_key(|one| (one.name.to_lowercase(), one.login.clone()));
    match sort {
        "role" => people.sort_by_key(|one| Reverse(one.role)),
        "state" => people.sort_by_key(|one| (one.enabled, one.has_password)),
        "since" => people.sort_by(|one, other| other.created_at.cmp(&one.created_at)),
        _ => {}
    }
    let from = form.text("from").parse().unwrap_or(0);
    let next = Some(from + SHOWN).filter(|next| *next < people.len());
    let people = people.into_iter().skip(from).take(SHOWN).collect();
    let frame = Frame::of(app, caller, Section::People).await?;
    let own_id = caller.person.id.clone();
    Ok(List { frame, people, role, search, sort, from, next, own_id, was_removed: false })
}

async fn everybody(app: &App, caller: &Caller, role: Option<Role>) -> Result<Vec<User>, Problem> {
    let mut people = Vec::new();
    let mut cursor = None;
    loop {
        let query = UserQuery { role, enabled: None, limit: Some(READ), cursor };
        let Json(page) = users::list(State(app.clone()), caller.clone(), Asked(query)).await?;
        people.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(people);
        }
    }
}
