//! Definitions: created, edited, renamed, removed.

use std::sync::Arc;

use segue_model::segment::{Condition, Definition, Fault, Group, Pointer, read, write};
use segue_store::{CatalogChange, Entry, ExportName, Refresh, Segment, StoreError};

use super::catalog::{Planned, Stored};
use super::error::names;
use super::{SegmentError, Segments, User, name_fault, record};

/// What uses a segment, and what it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Segments that ask about it.
    pub used_by: Vec<String>,
    /// Exports of its members.
    pub exports: Vec<ExportName>,
    /// Segments that it asks about.
    pub segments: Vec<String>,
    /// Tables that it reads, that of the profiles first.
    pub tables: Vec<String>,
}

/// A segment as a person declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSegment {
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Its definition, in YAML or JSON.
    pub definition: String,
    /// Whether its members stay until it is refreshed by hand.
    pub is_static: bool,
    /// Whether it is refreshed with all others.
    pub is_active: bool,
}

/// What is to be different about a segment; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentEdit {
    /// Another name, also where other definitions ask about it and where exports use it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its definition, in YAML or JSON. Its members stay until it is refreshed.
    pub definition: Option<String>,
    /// Whether its members stay until it is refreshed by hand.
    pub is_static: Option<bool>,
    /// Whether it is refreshed with all others.
    pub is_active: Option<bool>,
}

/// Which segments are asked for. What is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentFilter {
    /// Its name or description holds this, whatever the case.
    pub search: Option<String>,
    /// Over the table of this name.
    pub table: Option<String>,
    /// Whether it is refreshed with all others.
    pub is_active: Option<bool>,
    /// Whether its members stay until it is refreshed by hand.
    pub is_static: Option<bool>,
}

/// A segment as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSegment {
    /// The segment.
    pub segment: Segment,
    /// Its definition; none if it cannot be read any more.
    pub definition: Option<Definition>,
    /// What uses it.
    pub used_by: Vec<User>,
    /// How its latest refresh ended, if there was one.
    pub latest: Option<Refresh>,
}

impl Segments {
    /// All segments.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn segments(&self) -> Result<Vec<Segment>, SegmentError> {
        Ok(self.store.catalog().await?.segments.clone())
    }

    /// One segment.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is none of this name.
    pub async fn segment(&self, name: &str) -> Result<Segment, SegmentError> {
        self.catalog().await?.segment(name).cloned()
    }

    /// The segments that are asked for, by name.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn list(&self, filter: &SegmentFilter) -> Result<Vec<Arc<SeenSegment>>, SegmentError> {
        let stored = self.catalog().await?;
        let mut seen = stored.seen_segments().to_vec();
        seen.retain(|seen| is_asked_for(seen, filter));
        Ok(seen)
    }

    /// One segment with what uses it, and with what is wrong or odd about its definition by the tables as they are declared.
    ///
    /// # Errors
    /// [`SegmentError::Missing`].
    pub async fn show(&self, name: &str) -> Result<(Arc<SeenSegment>, Vec<Fault>), SegmentError> {
        let stored = self.catalog().await?;
        let segment = stored.segment(name)?;
        let faults = match stored.checked(Some(name), &segment.definition) {
            Ok((_, faults)) | Err(SegmentError::Faults(faults)) => faults,
            Err(error) => return Err(error),
        };
        let seen = stored.seen_segments().iter().find(|seen| seen.segment.name == name);
        Ok((Arc::clone(seen.ok_or(SegmentError::Defect)?), faults))
    }

    /// Checks a definition without saving it. Returns it with its warnings.
    ///
    /// # Errors
    /// [`SegmentError::Faults`].
    pub async fn check(&self, text: &str) -> Result<(Definition, Vec<Fault>), SegmentError> {
        self.catalog().await?.checked(None, text)
    }

    /// Saves a new segment, without members yet. Returns warnings. `by` is the audit entry, of which time, person and place
    /// are known.
    ///
    /// # Errors
    /// [`SegmentError::Faults`] for what is wrong with the definition alone, [`SegmentError::Fields`] for all that is wrong,
    /// [`SegmentError::Store`] if the name is taken.
    pub async fn create(&self, new: NewSegment, by: &Entry) -> Result<Vec<Fault>, SegmentError> {
        self.create_as(new, "segment.create", by).await
    }

    async fn create_as(&self, new: NewSegment, action: &str, by: &Entry) -> Result<Vec<Fault>, SegmentError> {
        let NewSegment { name, description, definition, is_static, is_active } = new;
        let segment = Segment {
            name,
            description,
            definition,
            is_static,
            is_active,
            snapshot: None,
            refreshed_ms: None,
            members: None,
            members_before: None,
            version: 0,
        };
        self.change(|stored| {
            let mut faults = Vec::new();
            faults.extend(name_fault("segment", &segment.name));
            faults.extend(description_fault(&segment.description));
            let checked = stored.checked(Some(&segment.name), &segment.definition);
            let (_, warnings) = with_definition(faults, checked)?;
            Ok(Planned {
                entry: record::of_segment(by, action, None, Some(&segment)),
                changes: vec![CatalogChange::AddSegment(segment.clone())],
                told: warnings,
            })
        })
        .await
    }

    /// Changes a segment, if `version` is still in force or none is meant. Returns warnings.
    ///
    /// # Errors
    /// As [`Segments::create`]; [`SegmentError::Missing`]; [`StoreError::Stale`]; [`SegmentError::InUse`] if exports keep it
    /// over its table.
    pub async fn edit(
        &self,
        name: &str,
        version: Option<i64>,
        edit: &SegmentEdit,
        by: &Entry,
    ) -> Result<Vec<Fault>, SegmentError> {
        self.change(|stored| {
            let before = stored.segment_at(name, version)?;
            let mut faults = Vec::new();
            let new_name = edit.name.as_deref().filter(|new| *new != name);
            faults.extend(new_name.and_then(|new| name_fault("segment", new)));
            faults.extend(edit.description.as_deref().and_then(description_fault));
            let mut warnings = Vec::new();
            match &edit.definition {
                Some(definition) => {
                    let (checked, found) = with_definition(faults, stored.checked(Some(name), definition))?;
                    stored.require_table(before, &checked)?;
                    warnings = found;
                }
                None if faults.is_empty() => {}
                None => return Err(SegmentError::Fields(faults)),
            }
            let after = Segment {
                description: edit.description.clone().unwrap_or_else(|| before.description.clone()),
                definition: edit.definition.clone().unwrap_or_else(|| before.definition.clone()),
                is_static: edit.is_static.unwrap_or(before.is_static),
                is_active: edit.is_active.unwrap_or(before.is_active),
                ..before.clone()
            };
            let mut changes = vec![CatalogChange::ChangeSegment(after.clone())];
            if let Some(new) = new_name {
                changes.push(CatalogChange::RenameSegment { old: name.to_owned(), new: new.to_owned() });
                changes.extend(stored.renamed_in_others(name, new)?);
            }
            let after = Segment { name: new_name.unwrap_or(name).to_owned(), ..after };
            let entry = record::of_segment(by, "segment.change", Some(before), Some(&after));
            Ok(Planned { changes, entry, told: warnings })
        })
        .await
    }

    /// Saves a copy under another name, without its members.
    ///
    /// # Errors
    /// As [`Segments::create`]; [`SegmentError::Missing`].
    pub async fn duplicate(&self, name: &str, copy: &str, by: &Entry) -> Result<(), SegmentError> {
        let Segment { description, definition, is_static, is_active, .. } = self.segment(name).await?;
        let name = copy.to_owned();
        let new = NewSegment { name, description, definition, is_static, is_active };
        self.create_as(new, "segment.duplicate", by).await.map(drop)
    }

    /// Removes a segment with its members and its history, if `version` is still in force or none is meant.
    ///
    /// # Errors
    /// [`SegmentError::InUse`] while others ask about it or exports use it; [`SegmentError::Missing`];
    /// [`StoreError::Stale`].
    pub async fn delete(&self, name: &str, version: Option<i64>, by: &Entry) -> Result<(), SegmentError> {
        let removed = self.change(|stored| {
            let segment = stored.segment_at(name, version)?;
            let used_by = stored.users_of_segment(name);
            if let Some(words) = in_the_way(name, &used_by) {
                return Err(SegmentError::InUse { words, used_by });
            }
            Ok(Planned {
                changes: vec![CatalogChange::RemoveSegment(name.to_owned())],
                entry: record::of_segment(by, "segment.remove", Some(segment), None),
                told: segment.snapshot.clone(),
            })
        });
        if let Some(snapshot) = removed.await? {
            self.directory.remove_snapshot(&snapshot)?;
        }
        Ok(())
    }

    /// What uses a segment, and what it uses.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is none of this name.
    pub async fn usage(&self, name: &str) -> Result<Usage, SegmentError> {
        let stored = self.catalog().await?;
        let definition = read::definition(&stored.segment(name)?.definition).map_err(SegmentError::Faults)?;
        let tables = stored.tables_of(&definition);
        let segments = definition.segments().into_iter().map(str::to_owned).collect();
        let (mut used_by, mut exports) = (Vec::new(), Vec::new());
        for User { kind, id, name } in stored.users_of_segment(name) {
            match kind {
                "export" => exports.push(ExportName { id, name }),
                _ => used_by.push(name),
            }
        }
        Ok(Usage { used_by, exports, segments, tables })
    }
}

impl Stored {
    fn seen_segments(&self) -> &[Arc<SeenSegment>] {
        self.seen_segments.get_or_init(|| {
            let mut users = self.users_of_segments();
            let seen = |segment: &Segment| SeenSegment {
                definition: self.definition(&segment.name).cloned(),
                used_by: users.remove(segment.name.as_str()).unwrap_or_default(),
                latest: self.refreshes.get(&segment.name).cloned(),
                segment: segment.clone(),
            };
            self.segments.iter().map(seen).map(Arc::new).collect()
        })
    }

    /// Keeps a segment over its table while exports use it: they match columns of that one.
    fn require_table(&self, segment: &Segment, after: &Definition) -> Result<(), SegmentError> {
        let name = &segment.name;
        let Some(before) = self.definition(name).filter(|before| before.table != after.table) else {
            return Ok(());
        };
        let mut used_by = self.users_of_segment(name);
        used_by.retain(|user| user.kind == "export");
        if used_by.is_empty() {
            return Ok(());
        }
        let words = format!(
            "segment \"{name}\" is used by exports: {}; they match columns of table \"{}\", so make a new segment over \
             \"{}\" instead",
            names(&used_by, "export"),
            before.table,
            after.table
        );
        Err(SegmentError::InUse { words, used_by })
    }

    /// The definitions that ask about a segment, asking for it by its new name.
    fn renamed_in_others(&self, old: &str, new: &str) -> Result<Vec<CatalogChange>, SegmentError> {
        if self.segments.iter().any(|segment| segment.name == new) {
            return Err(StoreError::Exists { what: "segment", name: new.to_owned() }.into());
        }
        let mut changes = Vec::new();
        for (user, definition) in self.definitions.iter().filter(|(_, other)| other.segments().contains(&old))
        {
            let mut definition = definition.clone();
            definition.rules.iter_mut().for_each(|rule| renamed(&mut rule.group, old, new));
            let definition = write::yaml(&definition).map_err(|_| SegmentError::Defect)?;
            let segment = self.segment(user)?.clone();
            changes.push(CatalogChange::ChangeSegment(Segment { definition, ..segment }));
        }
        Ok(changes)
    }
}

/// Why a segment cannot be removed, if something uses it.
fn in_the_way(name: &str, users: &[User]) -> Option<String> {
    let (segments, exports) = (names(users, "segment"), names(users, "export"));
    if !segments.is_empty() {
        return Some(format!(
            "segment \"{name}\" is used by segments: {segments}; change or remove them first"
        ));
    }
    (!exports.is_empty())
        .then(|| format!("segment \"{name}\" is used by exports: {exports}; change or remove them first"))
}

/// What was found to be wrong with the rest and with a definition, all at once.
fn with_definition<T>(mut faults: Vec<Fault>, checked: Result<T, SegmentError>) -> Result<T, SegmentError> {
    match checked {
        Err(SegmentError::Faults(found)) if !faults.is_empty() => {
            let place = Pointer::default().at("definition");
            let found = found.into_iter().filter(|fault| !fault.is_warning);
            faults.extend(found.map(|fault| Fault { at: fault.at.below(&place), ..fault }));
            Err(SegmentError::Fields(faults))
        }
        Err(error) => Err(error),
        Ok(_) if !faults.is_empty() => Err(SegmentError::Fields(faults)),
        Ok(checked) => Ok(checked),
    }
}

fn is_asked_for(seen: &SeenSegment, filter: &SegmentFilter) -> bool {
    let SeenSegment { segment, definition, .. } = seen;
    let table = definition.as_ref().map(|definition| definition.table.as_str());
    let is_found = filter.search.as_deref().map(str::to_lowercase).is_none_or(|part| {
        [&segment.name, &segment.description].iter().any(|text| text.to_lowercase().contains(&part))
    });
    is_found
        && filter.table.as_deref().is_none_or(|wanted| table == Some(wanted))
        && filter.is_active.is_none_or(|wanted| segment.is_active == wanted)
        && filter.is_static.is_none_or(|wanted| segment.is_static == wanted)
}

fn renamed(group: &mut Group, old: &str, new: &str) {
    for condition in &mut group.conditions {
        match condition {
            Condition::Member { segment, .. } if segment == old => new.clone_into(segment),
            Condition::Group(inner) => renamed(inner, old, new),
            _ => {}
        }
    }
}

const DESCRIPTION: usize = 1000;

fn description_fault(text: &str) -> Option<Fault> {
    let words = if text.chars().count() > DESCRIPTION {
        format!("the description is too long: {DESCRIPTION} characters at the most")
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        "the description holds control characters: write plain text".to_owned()
    } else {
        return None;
    };
    Some(Fault::error(&Pointer::default().at("description"), words))
}
