//! Everything that is stored about tables and segments: read once for one question or one change.

use std::collections::{BTreeSet, HashMap};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use segue_model::segment::check::check;
use segue_model::segment::{self, Condition, Definition, Fault, Group, Table, read};
use segue_model::{Forgotten, StoredTable};
use segue_store::{CatalogChange, Entry, SavedExport, Segment, StoreError};

use super::{SeenSegment, SeenTable, SegmentError, Segments, User};

/// How often a change is tried again that somebody else's change came before.
const ATTEMPTS: usize = 10;

/// Everything that is stored, read once for one question, and what follows from it.
#[derive(Clone)]
pub(super) struct Stored {
    read: Arc<segue_store::Catalog>,
    /// What definitions see of the tables.
    pub(super) models: Vec<Table>,
    /// Every segment's definition. One that cannot be read any more is left out: its own refresh says so.
    pub(super) definitions: Vec<(String, Definition)>,
    /// Who is left out of every segment.
    pub(super) forgotten: Forgotten,
    forgotten_count: i64,
    /// The tables that each segment's definition reads, by its name.
    tables_read: OnceLock<HashMap<String, Vec<String>>>,
    /// All tables and all segments as people see them.
    pub(super) seen_tables: OnceLock<Vec<Arc<SeenTable>>>,
    pub(super) seen_segments: OnceLock<Vec<Arc<SeenSegment>>>,
}

impl Deref for Stored {
    type Target = segue_store::Catalog;

    fn deref(&self) -> &Self::Target {
        &self.read
    }
}

/// A change that fits what is stored.
pub(super) struct Planned<T> {
    pub(super) changes: Vec<CatalogChange>,
    pub(super) entry: Entry,
    /// What whoever asked for it is told.
    pub(super) told: T,
}

impl Segments {
    /// Everything that is stored now. What follows from it is found out once, until something changes.
    pub(super) async fn catalog(&self) -> Result<Arc<Stored>, SegmentError> {
        let read = self.store.catalog().await?;
        let (forgotten_count, forgotten) = self.forgotten_and_count().await?;
        let mut known = self.known.lock();
        let is_known = |known: &&Arc<Stored>| {
            Arc::ptr_eq(&known.read, &read) && known.forgotten_count == forgotten_count
        };
        if let Some(known) = known.as_ref().filter(is_known) {
            return Ok(Arc::clone(known));
        }
        let stored = Arc::new(Stored {
            models: read.tables.iter().map(|stored| stored.table.clone()).collect(),
            definitions: definitions_of(&read.segments, known.as_deref()),
            read,
            forgotten,
            forgotten_count,
            tables_read: OnceLock::new(),
            seen_tables: OnceLock::new(),
            seen_segments: OnceLock::new(),
        });
        *known = Some(Arc::clone(&stored));
        Ok(stored)
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

/// The definitions that can be read. Only those are that were not before: a thousand take a tenth of a second.
fn definitions_of(segments: &[Segment], before: Option<&Stored>) -> Vec<(String, Definition)> {
    let mut known = HashMap::new();
    if let Some(before) = before {
        // In the order of the segments, without those that could not be read.
        let mut read = before.definitions.iter().peekable();
        for Segment { name, definition, .. } in &before.segments {
            known.extend(read.next_if(|(of, _)| of == name).map(|(_, read)| (definition.as_str(), read)));
        }
    }
    let definition = |Segment { name, definition: text, .. }: &Segment| {
        let definition = known.get(text.as_str()).map(|known| (*known).clone());
        Some((name.clone(), definition.or_else(|| read::definition(text).ok())?))
    };
    segments.iter().filter_map(definition).collect()
}

impl Stored {
    /// The segments as they were read, of which a refresh changes what is in force.
    pub(super) fn segments_mut(&mut self) -> &mut Vec<Segment> {
        &mut Arc::make_mut(&mut self.read).segments
    }

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
        self.users_of_segments().remove(name).unwrap_or_default()
    }

    /// The same of every segment that anything uses, by its name.
    pub(super) fn users_of_segments(&self) -> HashMap<&str, Vec<User>> {
        let mut users: HashMap<&str, Vec<User>> = HashMap::new();
        for (user, definition) in &self.definitions {
            let asked: BTreeSet<&str> = definition.segments().into_iter().collect();
            asked.into_iter().for_each(|name| {
                users.entry(name).or_default().push(User::named("segment", user));
            });
        }
        for export in &self.exports {
            let asked: BTreeSet<&str> = export.recipe.segments.iter().map(String::as_str).collect();
            asked.into_iter().for_each(|name| users.entry(name).or_default().push(user_of_export(export)));
        }
        users
    }

    /// Segments that are over this table or ask about it, tables that relate to it or whose conditions ask about it, and
    /// exports of its rows or that require such a condition.
    pub(super) fn users_of_table(&self, name: &str) -> Vec<User> {
        let segments = self.definitions.iter().filter(|(user, _)| self.reads(user, name));
        let tables = self.tables.iter().filter(|other| {
            other.table.name != name
                && (other.table.relationships.iter().any(|way| way.to_table == name)
                    || !self.conditions_about(&other.table, name).is_empty())
        });
        let exports = self
            .exports
            .iter()
            .filter(|export| self.is_of_rows_of(export, name) || self.requires_condition_about(export, name));
        let mut users: Vec<User> = segments.map(|(user, _)| User::named("segment", user)).collect();
        users.extend(tables.map(|other| User::named("table", &other.table.name)));
        users.extend(exports.map(|export| user_of_export(export)));
        users
    }

    /// All tables that a definition reads, that of the profiles first: also those between two others on a path, and those
    /// that named conditions ask about.
    pub(super) fn tables_of(&self, definition: &Definition) -> Vec<String> {
        let mut read = vec![definition.table.clone()];
        if let Some(profiles) = self.catalog().table(&definition.table) {
            definition.rules.iter().for_each(|rule| self.tables_of_group(&rule.group, profiles, &mut read));
        }
        read
    }

    fn tables_of_group(&self, group: &Group, profiles: &Table, read: &mut Vec<String>) {
        let mut note = |name: &str| {
            if !read.iter().any(|known| known == name) {
                read.push(name.to_owned());
            }
        };
        let mut named = Vec::new();
        group.each(&mut |condition| match condition {
            Condition::Related(related) => {
                let path = self.catalog().path(profiles, &related.table, &related.via).unwrap_or_default();
                path.iter().for_each(|hop| note(&hop.table.name));
                // Also if no path leads there any more.
                note(&related.table);
            }
            Condition::Named(name) => named.push(name.as_str()),
            _ => {}
        });
        for name in named {
            // What a table declares asks about no other condition, so this ends.
            if let Some(Ok(group)) = profiles.conditions.get(name).map(|text| read::group(text)) {
                self.tables_of_group(&group, profiles, read);
            }
        }
    }

    /// The conditions of a table that ask about another one.
    pub(super) fn conditions_about<'t>(&self, table: &'t Table, other: &str) -> Vec<&'t str> {
        let asks = |text: &String| {
            let mut read = Vec::new();
            if let Ok(group) = read::group(text) {
                self.tables_of_group(&group, table, &mut read);
            }
            read.iter().any(|name| name == other)
        };
        let conditions = table.conditions.iter().filter(|(_, text)| asks(text));
        conditions.map(|(name, _)| name.as_str()).collect()
    }

    /// Whether a segment's definition is over a table or reads it otherwise.
    pub(super) fn reads(&self, segment: &str, table: &str) -> bool {
        // Looked for once: where all tables are listed, this is asked of each of them about every segment.
        let all = self.tables_read.get_or_init(|| {
            let read = self.definitions.iter();
            read.map(|(name, definition)| (name.clone(), self.tables_of(definition))).collect()
        });
        all.get(segment).is_some_and(|tables| tables.iter().any(|name| name == table))
    }

    /// The tables that a segment's definition reads, by their names.
    pub(super) fn tables_read_by(&self, segment: &str) -> Vec<&StoredTable> {
        self.tables.iter().filter(|stored| self.reads(segment, &stored.table.name)).collect()
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
            exports
                .filter(|export| export.recipe.required.iter().any(|it| it == condition))
                .map(|export| user_of_export(export)),
        );
        users
    }

    /// The exports whose profiles are the rows of this table.
    pub(super) fn exports_over(&self, table: &str) -> impl Iterator<Item = &Arc<SavedExport>> {
        self.exports.iter().filter(move |export| self.is_of_rows_of(export, table))
    }

    fn is_of_rows_of(&self, export: &SavedExport, table: &str) -> bool {
        self.profiles_of(export).any(|profiles| profiles.name == table)
    }

    fn requires_condition_about(&self, export: &SavedExport, table: &str) -> bool {
        self.profiles_of(export).any(|profiles| {
            let about = self.conditions_about(profiles, table);
            export.recipe.required.iter().any(|name| about.contains(&name.as_str()))
        })
    }

    /// The tables of profiles of an export's segments.
    fn profiles_of(&self, export: &SavedExport) -> impl Iterator<Item = &Table> {
        let definitions = export.recipe.segments.iter().filter_map(|name| self.definition(name));
        definitions.filter_map(|definition| self.catalog().table(&definition.table))
    }
}

pub(super) fn user_of_export(export: &SavedExport) -> User {
    User { kind: "export", id: export.id.clone(), name: export.name.clone() }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!("there is no {what} \"{name}\", nor any other");
    }
    format!("there is no {what} \"{name}\"; there are: {}", known.join(", "))
}

fn asks(definition: &Definition, condition: &str) -> bool {
    let mut found = false;
    for rule in &definition.rules {
        rule.group.each(&mut |part| found |= matches!(part, Condition::Named(name) if name == condition));
    }
    found
}
