//! What the page that sets up an export offers to choose from.

use std::sync::Arc;

use axum::extract::State;
use segue_runs::segments::{SeenSegment, SegmentFilter};

use super::draft::Draft;
use super::list::administrators;
use super::recap::Size;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Asked, Id};
use crate::problem::{Code, Problem};
use crate::routes::connections::ListView;
use crate::routes::exports::form::{
    AccountFieldView, SuggestionQuery, SuggestionView, fields, lists, suggest,
};

/// Connections of one type.
pub(super) struct Group {
    pub(super) kind: &'static str,
    /// By id and name.
    pub(super) connections: Vec<(String, String)>,
}

/// A segment that can be chosen.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) description: String,
    /// The table that it is over; empty if its definition cannot be read any more.
    pub(super) table: String,
    pub(super) members: Option<u64>,
}

impl Choice {
    pub(super) fn size(&self) -> Size<'_> {
        (&self.name, self.members)
    }
}

/// What there is to choose from.
pub(super) struct Offer {
    pub(super) groups: Vec<Group>,
    /// Who can be asked for a connection.
    pub(super) administrators: String,
    pub(super) segments: Vec<Choice>,
    /// Lists of the account that take e-mail; none before a connection is chosen.
    pub(super) lists: Vec<ListView>,
    /// Custom fields of the account.
    pub(super) fields: Vec<AccountFieldView>,
    /// Why the account did not answer.
    pub(super) trouble: Option<String>,
    /// The columns of the table that the segments are over, and what they could fill.
    pub(super) suggestion: Option<SuggestionView>,
    /// That table.
    pub(super) table: String,
}

impl Offer {
    /// What there is for this draft. With `asks_fields`, columns that are called like custom fields are suggested.
    pub(super) async fn of(
        app: &App,
        caller: &Caller,
        draft: &Draft,
        asks_fields: bool,
    ) -> Result<Self, Problem> {
        let segments = choices(app).await?;
        let table = table(&segments, draft);
        let (mut found_lists, mut found_fields, mut trouble) = (Vec::new(), Vec::new(), None);
        if !draft.connection.is_empty() {
            let asked = || (State(app.clone()), caller.clone(), Id(draft.connection.clone()));
            let (first, second) = (asked(), asked());
            let answers =
                futures::join!(lists(first.0, first.1, first.2), fields(second.0, second.1, second.2));
            match (answers.0, answers.1) {
                (Ok(lists), Ok(fields)) => (found_lists, found_fields) = (lists.0, fields.0),
                // The connection was removed, or is not shared any more: it is not among those that are offered.
                (Err(problem), _) | (_, Err(problem)) if problem.code() == Code::NotFound => {}
                (Err(problem), _) | (_, Err(problem)) if is_trouble(problem.code()) => {
                    trouble = Some(problem.detail().to_owned());
                }
                (Err(problem), _) | (_, Err(problem)) => return Err(problem),
            }
        }
        found_lists.retain(|list| list.takes_email);
        let connection = Some(draft.connection.clone());
        let connection = connection.filter(|id| asks_fields && trouble.is_none() && !id.is_empty());
        let suggestion = match &table {
            Some(table) => {
                let query = SuggestionQuery { table: table.clone(), connection };
                match suggest(State(app.clone()), caller.clone(), Asked(query)).await {
                    Ok(suggestion) => Some(suggestion.0),
                    Err(problem) if problem.code() == Code::NotFound => None,
                    Err(problem) => return Err(problem),
                }
            }
            None => None,
        };
        let groups = groups(app, caller).await?;
        Ok(Self {
            administrators: if groups.is_empty() { administrators(app).await? } else { String::new() },
            groups,
            segments,
            lists: found_lists,
            fields: found_fields,
            trouble,
            suggestion,
            table: table.unwrap_or_default(),
        })
    }

    /// What the chosen connection is called.
    pub(super) fn connection(&self, id: &str) -> Option<&str> {
        let mut connections = self.groups.iter().flat_map(|group| &group.connections);
        connections.find(|(known, _)| known == id).map(|(_, name)| name.as_str())
    }
}

fn is_trouble(code: Code) -> bool {
    matches!(
        code,
        Code::ConnectHost
            | Code::ConnectKey
            | Code::ConnectPermission
            | Code::ConnectAccount
            | Code::ConnectNetwork
            | Code::ConnectProvider
            | Code::SecretUnavailable
    )
}

/// Connections that the caller may export to, by type.
pub(super) async fn groups(app: &App, caller: &Caller) -> Result<Vec<Group>, Problem> {
    let mut groups: Vec<Group> = Vec::new();
    for connection in app.store.connections().await? {
        if !connection.sharing.covers(&caller.person.id, caller.person.role) {
            continue;
        }
        let (kind, one) = (connection.kind.title(), (connection.id, connection.name));
        match groups.iter_mut().find(|group| group.kind == kind) {
            Some(group) => group.connections.push(one),
            None => groups.push(Group { kind, connections: vec![one] }),
        }
    }
    Ok(groups)
}

/// All segments.
pub(super) async fn choices(app: &App) -> Result<Vec<Choice>, Problem> {
    let choice = |seen: Arc<SeenSegment>| Choice {
        table: seen.definition.as_ref().map(|definition| definition.table.clone()).unwrap_or_default(),
        name: seen.segment.name.clone(),
        description: seen.segment.description.clone(),
        members: seen.segment.members,
    };
    Ok(app.segments.list(&SegmentFilter::default()).await?.into_iter().map(choice).collect())
}

/// The table that the chosen segments are over, or the only one that there is.
fn table(segments: &[Choice], draft: &Draft) -> Option<String> {
    let is_chosen = |choice: &&Choice| draft.has_segment(&choice.name) && !choice.table.is_empty();
    if let Some(chosen) = segments.iter().find(is_chosen) {
        return Some(chosen.table.clone());
    }
    let mut tables = segments.iter().map(|choice| &choice.table).filter(|table| !table.is_empty());
    let first = tables.next()?;
    tables.all(|table| table == first).then(|| first.clone())
}
