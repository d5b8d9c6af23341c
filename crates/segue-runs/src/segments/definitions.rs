//! Definitions: created, edited, renamed, removed.

use segue_model::segment::{Condition, Definition, Fault, Group, check, read, write};
use segue_store::{ExportName, Segment, StoreError};

use super::{SegmentError, Segments, Stored, check_name};

/// What uses a segment, and what it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Segments that ask about it.
    pub used_by: Vec<String>,
    /// Exports of its members.
    pub exports: Vec<ExportName>,
    /// Segments that it asks about.
    pub segments: Vec<String>,
    /// Tables that it speaks of.
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

impl Stored {
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

    /// Segments that ask about this one.
    pub(super) fn users(&self, name: &str) -> Vec<String> {
        let users = self.definitions.iter().filter(|(_, other)| other.segments().contains(&name));
        users.map(|(user, _)| user.clone()).collect()
    }
}

impl Segments {
    /// All segments.
    ///
    /// # Errors
    /// [`SegmentError::Store`].
    pub async fn segments(&self) -> Result<Vec<Segment>, SegmentError> {
        Ok(self.store.segments().await?)
    }

    /// One segment.
    ///
    /// # Errors
    /// [`SegmentError::Input`] if there is none of this name.
    pub async fn segment(&self, name: &str) -> Result<Segment, SegmentError> {
        self.catalog().await?.segment(name).cloned()
    }

    /// Checks a definition without saving it. Returns it with its warnings.
    ///
    /// # Errors
    /// [`SegmentError::Faults`].
    pub async fn check(&self, text: &str) -> Result<(Definition, Vec<Fault>), SegmentError> {
        self.catalog().await?.checked(None, text)
    }

    /// Saves a new segment, without members yet. Returns warnings.
    ///
    /// # Errors
    /// [`SegmentError::Faults`] for what is wrong with the definition, [`SegmentError::Input`] for what is wrong with the
    /// rest, [`SegmentError::Store`] if the name is taken.
    pub async fn create(&self, new: NewSegment) -> Result<Vec<Fault>, SegmentError> {
        check_name("segment", &new.name)?;
        check_description(&new.description)?;
        let (_, warnings) = self.catalog().await?.checked(Some(&new.name), &new.definition)?;
        let NewSegment { name, description, definition, is_static, is_active } = new;
        let (snapshot, refreshed_ms, members) = (None, None, None);
        let segment =
            Segment { name, description, definition, is_static, is_active, snapshot, refreshed_ms, members };
        self.store.add_segment(&segment).await?;
        Ok(warnings)
    }

    /// Replaces a segment's definition, its description, or both. Its members stay until it is refreshed. Returns warnings.
    ///
    /// # Errors
    /// [`SegmentError::Faults`] for what is wrong with the definition, [`SegmentError::Input`] for what is wrong with the
    /// rest.
    pub async fn edit(
        &self,
        name: &str,
        definition: Option<String>,
        description: Option<String>,
    ) -> Result<Vec<Fault>, SegmentError> {
        let stored = self.catalog().await?;
        let mut changed = stored.segment(name)?.clone();
        let mut warnings = Vec::new();
        if let Some(definition) = definition {
            let (checked, found) = stored.checked(Some(name), &definition)?;
            self.require_table(name, &changed, &checked).await?;
            warnings = found;
            changed.definition = definition;
        }
        if let Some(description) = description {
            check_description(&description)?;
            changed.description = description;
        }
        self.store.change_segment(&changed).await?;
        Ok(warnings)
    }

    /// Keeps a segment over its table while exports use it: they match columns of that one.
    async fn require_table(
        &self,
        name: &str,
        before: &Segment,
        after: &Definition,
    ) -> Result<(), SegmentError> {
        let Ok(before) = read::definition(&before.definition) else { return Ok(()) };
        if before.table == after.table {
            return Ok(());
        }
        let exports = self.exports_of(name).await?;
        if exports.is_empty() {
            return Ok(());
        }
        Err(SegmentError::Input(format!(
            "segment \"{name}\" is used by exports: {}; they match columns of table \"{}\", so make a new segment over \
             \"{}\" instead",
            exports.join(", "),
            before.table,
            after.table
        )))
    }

    /// The names of the exports that use a segment.
    async fn exports_of(&self, name: &str) -> Result<Vec<String>, StoreError> {
        let exports = self.store.exports_of_segment(name).await?;
        Ok(exports.into_iter().map(|export| export.name).collect())
    }

    /// Changes whether a segment is refreshed with all others, and whether its members stay until told otherwise.
    ///
    /// # Errors
    /// [`SegmentError::Input`] if there is none of this name.
    pub async fn set(
        &self,
        name: &str,
        is_active: Option<bool>,
        is_static: Option<bool>,
    ) -> Result<(), SegmentError> {
        let segment = self.segment(name).await?;
        let (is_active, is_static) =
            (is_active.unwrap_or(segment.is_active), is_static.unwrap_or(segment.is_static));
        Ok(self.store.change_segment(&Segment { is_active, is_static, ..segment }).await?)
    }

    /// Saves a copy under another name, without its members.
    ///
    /// # Errors
    /// As [`Segments::create`].
    pub async fn duplicate(&self, name: &str, copy: &str) -> Result<(), SegmentError> {
        let Segment { description, definition, is_static, is_active, .. } = self.segment(name).await?;
        let name = copy.to_owned();
        self.create(NewSegment { name, description, definition, is_static, is_active }).await.map(drop)
    }

    /// Renames a segment, also where other definitions ask about it and where exports use it.
    ///
    /// # Errors
    /// [`SegmentError::Store`] if the new name is taken.
    pub async fn rename(&self, name: &str, new: &str) -> Result<(), SegmentError> {
        check_name("segment", new)?;
        let stored = self.catalog().await?;
        stored.segment(name)?;
        let mut changed = Vec::new();
        for (user, definition) in &stored.definitions {
            if !definition.segments().contains(&name) {
                continue;
            }
            let mut definition = definition.clone();
            definition.rules.iter_mut().for_each(|rule| renamed(&mut rule.group, name, new));
            let text = write::yaml(&definition).map_err(|_| SegmentError::Defect)?;
            changed.push((user.clone(), text));
        }
        Ok(self.store.rename_segment(name, new, &changed).await?)
    }

    /// Removes a segment with its members and its history.
    ///
    /// # Errors
    /// [`SegmentError::Input`] while others ask about it or exports use it.
    pub async fn delete(&self, name: &str) -> Result<(), SegmentError> {
        let stored = self.catalog().await?;
        let segment = stored.segment(name)?;
        let users = stored.users(name);
        if !users.is_empty() {
            let users = users.join(", ");
            return Err(SegmentError::Input(format!(
                "segment \"{name}\" is used by segments: {users}; edit or delete them first"
            )));
        }
        let exports = self.exports_of(name).await?;
        if !exports.is_empty() {
            let exports = exports.join(", ");
            return Err(SegmentError::Input(format!(
                "segment \"{name}\" is used by exports: {exports}; change or remove them first"
            )));
        }
        self.store.remove_segment(name).await?;
        if let Some(snapshot) = &segment.snapshot {
            self.directory.remove_snapshot(snapshot)?;
        }
        Ok(())
    }

    /// What uses a segment, and what it uses.
    ///
    /// # Errors
    /// [`SegmentError::Input`] if there is none of this name.
    pub async fn usage(&self, name: &str) -> Result<Usage, SegmentError> {
        let stored = self.catalog().await?;
        let definition = read::definition(&stored.segment(name)?.definition).map_err(SegmentError::Faults)?;
        let mut tables = vec![definition.table.clone()];
        for rule in &definition.rules {
            rule.group.each(&mut |condition| {
                if let Condition::Related(related) = condition
                    && !tables.contains(&related.table)
                {
                    tables.push(related.table.clone());
                }
            });
        }
        let segments = definition.segments().into_iter().map(str::to_owned).collect();
        let exports = self.store.exports_of_segment(name).await?;
        Ok(Usage { used_by: stored.users(name), exports, segments, tables })
    }
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

fn check_description(text: &str) -> Result<(), SegmentError> {
    if text.chars().count() > DESCRIPTION {
        let words = format!("the description is too long: {DESCRIPTION} characters at the most");
        return Err(SegmentError::Input(words));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(SegmentError::Input(
            "the description holds control characters: write plain text".to_owned(),
        ));
    }
    Ok(())
}
