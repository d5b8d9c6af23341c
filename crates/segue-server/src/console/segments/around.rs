//! What stands around a segment: others that it can be compared with, and exports that it can be added to or taken out of.

use std::collections::BTreeSet;

use axum::extract::State;
use segue_runs::segments::SegmentFilter;

use crate::app::App;
use crate::caller::Caller;
use crate::input::Asked;
use crate::problem::Problem;
use crate::routes::exports::{self, ExportQuery};
use crate::routes::segments::view::SegmentView;

/// Exports that are looked through.
const LOOKED_AT: u32 = 200;

/// An export, by its id and name.
pub(super) struct Export {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Default)]
pub(super) struct Around {
    /// Segments over the same table that have members, if it has some itself.
    pub(super) comparable: Vec<String>,
    /// Exports that send it and that the reader may change.
    pub(super) sent_by: Vec<Export>,
    /// Exports over the same table that do not, and that the reader may change.
    pub(super) addable: Vec<Export>,
    /// Whether there are more exports than were looked through.
    pub(super) has_more: bool,
}

impl Around {
    pub(super) async fn of(app: &App, caller: &Caller, segment: &SegmentView) -> Result<Self, Problem> {
        let Some(table) = segment.table.as_deref() else { return Ok(Self::default()) };
        let mut all = app.segments.list(&SegmentFilter::default()).await?;
        all.retain(|seen| seen.definition.as_ref().is_some_and(|definition| definition.table == table));
        let names: BTreeSet<&str> = all.iter().map(|seen| seen.segment.name.as_str()).collect();
        let others = all.iter().map(|seen| &seen.segment).filter(|other| other.name != segment.name);
        let comparable = others.filter(|other| segment.members.is_some() && other.members.is_some());
        let mut around =
            Self { comparable: comparable.map(|other| other.name.clone()).collect(), ..Self::default() };
        let query = ExportQuery {
            search: None,
            connection: None,
            segment: None,
            sort: None,
            limit: Some(LOOKED_AT),
            cursor: None,
        };
        let page = exports::list(State(app.clone()), caller.clone(), Asked(query)).await?.0;
        around.has_more = page.next.is_some();
        for export in page.items.into_iter().filter(|export| export.permission == "edit") {
            let is_sent = export.segments.contains(&segment.name);
            let is_alike = export.segments.iter().all(|name| names.contains(name.as_str()));
            let one = Export { id: export.id, name: export.name };
            if is_sent {
                around.sent_by.push(one);
            } else if is_alike {
                around.addable.push(one);
            }
        }
        Ok(around)
    }
}
