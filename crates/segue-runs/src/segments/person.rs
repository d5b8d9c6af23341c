//! One profile: her row, the rows of related tables that belong to it, and the segments that hold her.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use segue_model::segment::{Definition, Meaning};
use segue_model::{RelatedRows, StoredTable, email};
use segue_store::{SavedExport, Segment};

use super::catalog::Stored;
use super::{SegmentError, Segments};

/// A profile, with what is stored that concerns her table.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Her table.
    pub table: StoredTable,
    /// Her row, column by column in the table's order; none if the table does not have her.
    pub row: Option<Vec<String>>,
    /// The saved exports over her table, by name.
    pub exports: Vec<Arc<SavedExport>>,
    /// Segments over her table, by name, and whether their members hold her; none of those never refreshed.
    pub segments: Vec<(Segment, Option<bool>)>,
}

impl Profile {
    /// What stands in a column of her row; nothing if there is none.
    #[must_use]
    pub fn value(&self, column: &str) -> &str {
        let place = self.table.table.columns.iter().position(|known| known.name == column);
        let value = self.row.as_ref().zip(place).and_then(|(row, place)| row.get(place));
        value.map_or("", String::as_str)
    }

    /// Her addresses, folded: of the column that holds addresses, and of those that exports take them from.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let meant = self.table.table.columns.iter().filter(|column| column.meaning == Some(Meaning::Email));
        let meant = meant.map(|column| column.name.as_str());
        let matched = self.exports.iter().map(|export| export.recipe.matching.email.as_str());
        let folded = meant.chain(matched).map(|column| email::fold(self.value(column)).into_owned());
        let mut addresses: Vec<String> = folded.filter(|address| !address.is_empty()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }
}

impl Segments {
    /// A profile by her key, forgotten or not.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is no such table of profiles.
    pub async fn profile(&self, table: &str, key: &str) -> Result<Profile, SegmentError> {
        let (asked, resources) = (key.to_owned(), self.resources.clone());
        let prepare = |stored: &Stored| {
            let table = profiles(stored, table)?.clone();
            let is_over = |definition: Option<&Definition>| {
                definition.is_some_and(|definition| definition.table == table.table.name)
            };
            let segments = stored.segments.iter();
            let segments: Vec<Segment> =
                segments.filter(|segment| is_over(stored.definition(&segment.name))).cloned().collect();
            let exports = stored.exports_over(&table.table.name).cloned().collect();
            Ok(Profile {
                table,
                row: None,
                exports,
                segments: segments.into_iter().map(|segment| (segment, None)).collect(),
            })
        };
        let directory = Arc::clone(&self.directory);
        self.ask(prepare, move |engine, prepared| {
            let mut profile = prepared.clone();
            profile.row = engine.profile(&profile.table, &asked, &resources)?;
            for (segment, holds) in &mut profile.segments {
                if let Some(snapshot) = &segment.snapshot {
                    let found = engine.holds(&[directory.snapshot(snapshot)], &asked)?;
                    *holds = found.first().copied();
                }
            }
            Ok(profile)
        })
        .await
    }

    /// The newest rows of related tables that belong to a profile, `most` at the most; none of one that was forgotten.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is no such table of profiles.
    pub async fn related_rows(
        &self,
        table: &str,
        key: &str,
        most: usize,
        now: DateTime<Utc>,
    ) -> Result<RelatedRows, SegmentError> {
        let asked = key.to_owned();
        let prepare = |stored: &Stored| {
            profiles(stored, table)?;
            Ok(self.evaluation(stored, Definition::without_rules(table), now))
        };
        self.ask(prepare, move |engine, evaluation| {
            if evaluation.forgotten.has_profile(&evaluation.definition.table, &asked) {
                return Ok(RelatedRows::default());
            }
            engine.related_rows(evaluation, &asked, most)
        })
        .await
    }

    /// Segments whose definitions name one of these texts.
    pub(crate) async fn naming(&self, texts: &[String]) -> Result<Vec<String>, SegmentError> {
        let stored = self.store.catalog().await?;
        let names = |segment: &Segment| {
            let definition = segment.definition.to_lowercase();
            texts.iter().any(|text| definition.contains(text.as_str()))
        };
        Ok(stored
            .segments
            .iter()
            .filter(|segment| names(segment))
            .map(|segment| segment.name.clone())
            .collect())
    }

    /// Takes a profile out of the members of a segment in force. Returns whether they held her.
    pub(crate) async fn forget_member(&self, name: &str, key: &str, id: &str) -> Result<bool, SegmentError> {
        let file = format!("{name}-{id}.parquet");
        // A list of keys may be put in force meanwhile, and then she is looked for in that.
        for _ in 0..3 {
            let Some(before) = self.segment(name).await?.snapshot else { return Ok(false) };
            let (old, new) = (self.directory.snapshot(&before), self.directory.snapshot(&file));
            let key = key.to_owned();
            let left = self.blocking(move |engine| engine.forget_member(&old, &key, &new)).await?;
            let Some(members) = left else { return Ok(false) };
            if self.store.replace_snapshot(name, &before, &file, members).await? {
                self.directory.remove_snapshot(&before)?;
                return Ok(true);
            }
            self.directory.remove_snapshot(&file)?;
        }
        Err(SegmentError::Busy)
    }
}

fn profiles<'s>(stored: &'s Stored, table: &str) -> Result<&'s StoredTable, SegmentError> {
    let found = stored.table(table)?;
    if found.table.key.is_none() {
        return Err(SegmentError::Missing(format!("table \"{table}\" has no key, so it holds no profiles")));
    }
    Ok(found)
}
