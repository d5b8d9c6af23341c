//! Everything that is stored about tables and segments: read once for one question or one change.

use segue_model::segment::check::check;
use segue_model::segment::{self, Condition, Definition, Fault, Table, read};
use segue_model::{Forgotten, StoredTable};
use segue_store::{CatalogChange, Entry, SavedExport, Segment, StoreError};

use super::{SegmentError, Segments, User};

/// How often a change is tried again that somebody else's change came before.
const ATTEMPTS: usize = 10;

/// Everything that is stored, read once for one question.
pub(super) struct Stored {
    version: i64,
    pub(super) tables: Vec<StoredTable>,
    /// Their versions, in the same order.
    pub(super) table_versions: Vec<i64>,
    /// What definitions see of the tables.
    pub(super) models: Vec<Table>,
    pub(super) segments: Vec<Segment>,
    /// Every segment's definition. One that cannot be read any more is left out: its own refresh says so.
    pub(super) definitions: Vec<(String, Definition)>,
    pub(super) exports: Vec<SavedExport>,
    /// Who is left out of every segment.
    pub(super) forgotten: Forgotten,
}

/// A change that fits what is stored.
pub(super) struct Planned<T> {
    pub(super) changes: Vec<CatalogChange>,
    pub(super) entry: Entry,
    /// What whoever asked for it is told.
    pub(super) told: T,
}

impl Segments {
    pub(super) async fn catalog(&self) -> Result<Stored, SegmentError> {
        let segue_store::Catalog { version, tables, table_versions, segments, exports } =
            self.store.catalog().await?;
        let forgotten = self.forgotten().await?;
        let models = tables.iter().map(|stored| stored.table.clone()).collect();
        let read =
            |segment: &Segment| Some((segment.name.clone(), read::definition(&segment.definition).ok()?));
        let definitions = segments.iter().filter_map(read).collect();
        Ok(Stored { version, tables, table_versions, models, segments, definitions, exports, forgotten })
    }

    /// Makes the change that `plan` finds right, by everything that is stored. If that has changed before the change is
    /// made, it is planned anew: what was checked holds at the moment when it is written.
    pub(super) async fn change<T>(
        &self,
        plan: impl Fn(&Stored) -> Result<Planned<T>, SegmentError>,
    ) -> Result<T, SegmentError> {
        let mut attempts = 1;
        loop {
            let stored = self.catalog().await?;
            let Planned { changes, entry, told } = plan(&stored)?;
            match self.store.change_catalog(stored.version, &changes, &entry).await {
                Ok(_) => return Ok(told),
                Err(StoreError::Stale { .. }) if attempts < ATTEMPTS => attempts += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Stored {
    pub(super) fn table(&self, name: &str) -> Result<&StoredTable, SegmentError> {
        let known = || self.tables.iter().map(|stored| stored.table.name.as_str());
        self.tables
            .iter()
            .find(|stored| stored.table.name == name)
            .ok_or_else(|| SegmentError::Missing(unknown("table", name, &known().collect::<Vec<_>>())))
    }

    /// The table, if this is its version.
    pub(super) fn table_at(&self, name: &str, version: i64) -> Result<&StoredTable, SegmentError> {
        let table = self.table(name)?;
        let mut all = self.tables.iter().zip(&self.table_versions);
        match all.any(|(known, in_force)| known.table.name == name && *in_force == version) {
            true => Ok(table),
            false => Err(StoreError::Stale { what: "table" }.into()),
        }
    }

    pub(super) fn segment(&self, name: &str) -> Result<&Segment, SegmentError> {
        let known = || self.segments.iter().map(|segment| segment.name.as_str());
        self.segments
            .iter()
            .find(|segment| segment.name == name)
            .ok_or_else(|| SegmentError::Missing(unknown("segment", name, &known().collect::<Vec<_>>())))
    }

    /// The segment, if this is its version or any will do.
    pub(super) fn segment_at(&self, name: &str, version: Option<i64>) -> Result<&Segment, SegmentError> {
        let segment = self.segment(name)?;
        match version {
            Some(version) if version != segment.version => Err(StoreError::Stale { what: "segment" }.into()),
            _ => Ok(segment),
        }
    }

    pub(super) fn catalog(&self) -> segment::Catalog<'_> {
        segment::Catalog { tables: &self.models, segments: &self.definitions }
    }

    /// The definition of a segment; none if it cannot be read.
    pub(super) fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.iter().find(|(known, _)| known == name).map(|(_, definition)| definition)
    }

    /// Reads and checks a definition; warnings are returned.
    pub(super) fn checked(
        &self,
        own: Option<&str>,
        text: &str,
    ) -> Result<(Definition, Vec<Fault>), SegmentError> {
        let definition = read::definition(text).map_err(SegmentError::Faults)?;
        let faults = check(&definition, own, &self.catalog());
        if faults.iter().any(|fault| !fault.is_warning) {
            return Err(SegmentError::Faults(faults));
        }
        Ok((definition, faults))
    }

    /// The profile table of a segment.
    pub(super) fn profiles(&self, segment: &Segment) -> Result<&StoredTable, SegmentError> {
        let definition = read::definition(&segment.definition).map_err(SegmentError::Faults)?;
        self.table(&definition.table)
    }

    /// Segments that ask about this one, and exports of its members.
    pub(super) fn users_of_segment(&self, name: &str) -> Vec<User> {
        let segments = self.definitions.iter().filter(|(_, other)| other.segments().contains(&name));
        let mut users: Vec<User> = segments.map(|(user, _)| User::named("segment", user)).collect();
        let exports = self.exports.iter();
        users.extend(exports.filter(|export| export.recipe.segments.iter().any(|it| it == name)).map(export));
        users
    }

    /// Segments that are over this table or ask about it, tables that relate to it, and exports of its rows.
    pub(super) fn users_of_table(&self, name: &str) -> Vec<User> {
        let segments = self.definitions.iter().filter(|(_, definition)| speaks_of(definition, name));
        let tables = self.tables.iter().filter(|other| {
            other.table.name != name && other.table.relationships.iter().any(|way| way.to_table == name)
        });
        let mut users: Vec<User> = segments.map(|(user, _)| User::named("segment", user)).collect();
        users.extend(tables.map(|other| User::named("table", &other.table.name)));
        users.extend(self.exports_over(name).map(export));
        users
    }

    /// Segments that ask for a condition of a table, and exports that require it of everybody.
    pub(super) fn users_of_condition(&self, table: &str, condition: &str) -> Vec<User> {
        let segments = self
            .definitions
            .iter()
            .filter(|(_, definition)| definition.table == table && asks(definition, condition));
        let mut users: Vec<User> = segments.map(|(user, _)| User::named("segment", user)).collect();
        let exports = self.exports_over(table);
        users.extend(
            exports.filter(|export| export.recipe.required.iter().any(|it| it == condition)).map(export),
        );
        users
    }

    /// The exports whose profiles are the rows of this table.
    pub(super) fn exports_over(&self, table: &str) -> impl Iterator<Item = &SavedExport> {
        let is_over =
            move |name: &String| self.definition(name).is_some_and(|definition| definition.table == table);
        self.exports.iter().filter(move |export| export.recipe.segments.iter().any(is_over))
    }
}

fn export(export: &SavedExport) -> User {
    User { kind: "export", id: export.id.clone(), name: export.name.clone() }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!("there is no {what} \"{name}\", nor any other");
    }
    format!("there is no {what} \"{name}\"; there are: {}", known.join(", "))
}

/// Whether a definition is over a table or asks about it.
fn speaks_of(definition: &Definition, table: &str) -> bool {
    let mut found = definition.table == table;
    for rule in &definition.rules {
        rule.group.each(&mut |condition| {
            found |= matches!(condition, Condition::Related(related) if related.table == table);
        });
    }
    found
}

fn asks(definition: &Definition, condition: &str) -> bool {
    let mut found = false;
    for rule in &definition.rules {
        rule.group.each(&mut |part| found |= matches!(part, Condition::Named(name) if name == condition));
    }
    found
}
