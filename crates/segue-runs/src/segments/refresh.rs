//! Refreshing: definitions become members.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use segue_model::segment::Definition;
use segue_model::{EngineError, Evaluated, Evaluation, LoadedKeys, Source};
use segue_store::{CatalogChange, Entry, Refresh, Segment, StoreError};

use super::catalog::{Planned, Stored};
use super::{SegmentError, Segments, Sources, record};
use crate::export::digest;

/// How a refresh ended.
#[derive(Debug)]
pub struct Refreshed {
    /// The segment.
    pub name: String,
    /// Its members before, if it had been refreshed.
    pub before: Option<u64>,
    /// What was found, or why nothing was: the members before stay in force.
    pub outcome: Result<Evaluated, SegmentError>,
    /// Whether anybody came or went.
    pub is_changed: bool,
    /// How long it took, in milliseconds; of segments that were refreshed together, an equal share.
    pub millis: u64,
}

impl Segments {
    pub(super) fn evaluation(
        &self,
        stored: &Stored,
        definition: Definition,
        now: DateTime<Utc>,
    ) -> Evaluation {
        let snapshots = stored.segments.iter().filter_map(|segment| {
            segment.snapshot.as_deref().map(|file| (segment.name.clone(), self.directory.snapshot(file)))
        });
        Evaluation {
            segments: snapshots.collect(),
            tables: stored.tables.clone(),
            required: self.required.clone(),
            forgotten: stored.forgotten.clone(),
            resources: self.resources.clone(),
            definition,
            now,
        }
    }

    /// Refreshes one segment.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is none of this name; otherwise only if the outcome cannot be noted.
    pub async fn refresh(&self, name: &str, now: DateTime<Utc>) -> Result<Refreshed, SegmentError> {
        let mut stored = Arc::unwrap_or_clone(self.catalog().await?);
        let refreshed = self.refresh_in(&mut stored, &[name], now).await?;
        refreshed.into_iter().next().ok_or(SegmentError::Defect)
    }

    /// Refreshes every active segment that is not static, those that others ask about first.
    ///
    /// `goes_on` is told before each how many of how many are done, and ends it by saying no.
    ///
    /// # Errors
    /// If the outcome cannot be noted.
    pub async fn refresh_all(
        &self,
        now: DateTime<Utc>,
        goes_on: &(dyn Fn(usize, usize) -> bool + Send + Sync),
    ) -> Result<Vec<Refreshed>, SegmentError> {
        self.refresh_from(Sources(self.catalog().await?), now, goes_on).await
    }

    /// The same after the sources were looked at, with the tables as they were then.
    ///
    /// # Errors
    /// If the outcome cannot be noted.
    pub async fn refresh_from(
        &self,
        Sources(stored): Sources,
        now: DateTime<Utc>,
        goes_on: &(dyn Fn(usize, usize) -> bool + Send + Sync),
    ) -> Result<Vec<Refreshed>, SegmentError> {
        let mut stored = Arc::unwrap_or_clone(stored);
        let mut names = in_order(&stored.definitions);
        names
            .retain(|name| stored.segment(name).is_ok_and(|segment| segment.is_active && !segment.is_static));
        let mut refreshed = Vec::new();
        let mut done = 0;
        for mut portion in portions(&names, &stored.definitions) {
            if !goes_on(done, names.len()) {
                break;
            }
            done += portion.len();
            // People change segments while others are refreshed.
            stored.segments_mut().clone_from(&self.store.catalog().await?.segments);
            let is_wanted = |segment: &Segment| segment.is_active && !segment.is_static;
            portion.retain(|name| stored.segment(name).is_ok_and(is_wanted));
            refreshed.extend(self.refresh_in(&mut stored, &portion, now).await?);
        }
        Ok(refreshed)
    }

    /// Refreshes segments of one portion. What is in force afterwards is also in `stored`, for those that ask about them.
    async fn refresh_in(
        &self,
        stored: &mut Stored,
        names: &[&str],
        now: DateTime<Utc>,
    ) -> Result<Vec<Refreshed>, SegmentError> {
        let mut wanted = Vec::new();
        for name in names {
            let segment = stored.segment(name)?.clone();
            let file = self.next_file(stored, &segment).await?;
            wanted.push((segment, file));
        }
        let together = if wanted.len() > 1 { self.find_together(stored, &wanted, now).await } else { None };
        let mut together = together.into_iter().flatten();
        let mut refreshed = Vec::new();
        for (segment, file) in &wanted {
            let (outcome, millis) = match together.next() {
                Some(found) => found,
                None => {
                    let began = tokio::time::Instant::now();
                    (self.find_members(stored, segment, file, now).await, millis(began))
                }
            };
            let is_changed = outcome.is_ok() && self.is_changed(segment, file).await?;
            let outcome = match self.note(segment, file, &outcome, now, millis).await {
                Ok(()) => outcome,
                // The members are not in force: the name or the members have become others meanwhile.
                Err(SegmentError::Store(error @ (StoreError::Missing { .. } | StoreError::Stale { .. }))) => {
                    self.directory.remove_snapshot(file)?;
                    Err(SegmentError::Store(error))
                }
                Err(error) => return Err(error),
            };
            let is_changed = is_changed && outcome.is_ok();
            if outcome.is_ok() {
                let known = stored.segments_mut().iter_mut().filter(|known| known.name == segment.name);
                known.for_each(|known| known.snapshot = Some(file.clone()));
            }
            let (name, before) = (segment.name.clone(), segment.members);
            let millis = u64::try_from(millis).unwrap_or_default();
            refreshed.push(Refreshed { name, before, outcome, is_changed, millis });
        }
        Ok(refreshed)
    }

    /// What one pass over the profiles finds, and how long it took for each of them; nothing if they have to be refreshed
    /// one by one, to tell which of them fails or what each of them sets aside.
    async fn find_together(
        &self,
        stored: &Stored,
        wanted: &[(Segment, String)],
        now: DateTime<Utc>,
    ) -> Option<Vec<(Result<Evaluated, SegmentError>, i64)>> {
        let began = tokio::time::Instant::now();
        let mut evaluations = Vec::new();
        for (segment, _) in wanted {
            let (definition, _) = stored.checked(Some(&segment.name), &segment.definition).ok()?;
            evaluations.push(self.evaluation(stored, definition, now));
        }
        let snapshots: Vec<PathBuf> = wanted.iter().map(|(_, file)| self.directory.snapshot(file)).collect();
        let found =
            self.blocking(move |engine| engine.refresh_together(&evaluations, &snapshots)).await.ok()?;
        let each = millis(began) / i64::try_from(found.len().max(1)).unwrap_or(1);
        Some(found.into_iter().map(|outcome| (outcome.map_err(SegmentError::from), each)).collect())
    }

    /// Whether a new snapshot holds other keys than the one in force.
    async fn is_changed(&self, segment: &Segment, file: &str) -> Result<bool, SegmentError> {
        let Some(before) = &segment.snapshot else { return Ok(true) };
        let (before, after) = (self.directory.snapshot(before), self.directory.snapshot(file));
        self.blocking(move |_| {
            // One that is gone cannot be told from another: then exports had better look.
            Ok(!before.exists() || digest(&before)? != digest(&after)?)
        })
        .await
    }

    /// The name of the next snapshot. Renamed segments take theirs along, so one under an old name has to pass over them.
    async fn next_file(&self, stored: &Stored, segment: &Segment) -> Result<String, SegmentError> {
        let latest = self.store.latest_refresh(&segment.name).await?;
        let refreshes = latest.map_or(0, |(_, count)| count);
        let is_in_force = |file: &String| {
            stored.segments.iter().any(|known| known.snapshot.as_deref() == Some(file.as_str()))
        };
        let mut names = (refreshes + 1..).map(|number| format!("{}-{number}.parquet", segment.name));
        names.find(|file| !is_in_force(file)).ok_or(SegmentError::Defect)
    }

    async fn find_members(
        &self,
        stored: &Stored,
        segment: &Segment,
        file: &str,
        now: DateTime<Utc>,
    ) -> Result<Evaluated, SegmentError> {
        let (definition, _) = stored.checked(Some(&segment.name), &segment.definition)?;
        let evaluation = self.evaluation(stored, definition, now);
        let snapshot = self.directory.snapshot(file);
        match self.blocking(move |engine| engine.refresh(&evaluation, &snapshot)).await {
            Err(SegmentError::Engine(EngineError::Drift { table, words })) => {
                let drift = self.drift_of(stored, &table).await?;
                let (segments, exports) = drift.map_or_else(
                    || (vec![segment.name.clone()], Vec::new()),
                    |drift| (drift.segments, drift.exports),
                );
                Err(SegmentError::Drift { words, segments, exports })
            }
            other => other,
        }
    }

    /// Puts a snapshot in force, or notes why there is none.
    async fn note(
        &self,
        segment: &Segment,
        file: &str,
        outcome: &Result<Evaluated, SegmentError>,
        now: DateTime<Utc>,
        millis: i64,
    ) -> Result<(), SegmentError> {
        let at_ms = now.timestamp_millis();
        let (members, words, set_aside) = match outcome {
            Ok(found) => {
                (Some(found.members), String::new(), found.corrupt.iter().map(|rows| rows.rows).sum())
            }
            Err(error) => (None, error.to_string(), 0),
        };
        let snapshot = members.map(|_| file);
        let refresh = Refresh { at_ms, millis, members, words, set_aside };
        let before = segment.snapshot.as_deref();
        self.store.save_refresh(&segment.name, &refresh, before, snapshot).await?;
        if let Some(old) = segment.snapshot.as_deref().filter(|old| snapshot.is_some_and(|new| new != *old)) {
            self.directory.remove_snapshot(old)?;
        }
        Ok(())
    }

    /// Makes a segment static, with the profiles that a list of keys names as its members, if `version` is still in force or
    /// none is meant. Returns how many are, and which of the listed keys are no profiles.
    ///
    /// # Errors
    /// [`SegmentError::Engine`] if the list cannot be read; [`SegmentError::Missing`]; [`StoreError::Stale`]. Then nothing
    /// is changed.
    pub async fn load_keys(
        &self,
        name: &str,
        version: Option<i64>,
        list: Source,
        now: DateTime<Utc>,
        by: &Entry,
    ) -> Result<LoadedKeys, SegmentError> {
        let stored = self.catalog().await?;
        let table = stored.profiles(stored.segment_at(name, version)?)?.clone();
        // Refreshes count theirs, and one may be under way.
        let file = format!("{name}-{}.parquet", by.id);
        let (snapshot, resources) = (self.directory.snapshot(&file), self.resources.clone());
        let forgotten = stored.forgotten.clone();
        let turn = self.gate.enter().await?;
        let loaded = self
            .blocking(move |engine| {
                let loaded = engine.load_keys(&table, &list, &snapshot, &forgotten, &resources);
                drop(turn);
                loaded
            })
            .await?;
        let put = self.put_in_force(name, version, &file, &loaded, now, by).await;
        if put.is_err() {
            self.directory.remove_snapshot(&file)?;
        }
        put.map(|()| loaded)
    }

    async fn put_in_force(
        &self,
        name: &str,
        version: Option<i64>,
        file: &str,
        loaded: &LoadedKeys,
        now: DateTime<Utc>,
        by: &Entry,
    ) -> Result<(), SegmentError> {
        // First this: a refresh of all others would undo the rest.
        self.change(|stored| {
            let before = stored.segment_at(name, version)?;
            let after = Segment { is_static: true, ..before.clone() };
            Ok(Planned {
                entry: record::of_load(by, before, &after, loaded),
                changes: vec![CatalogChange::ChangeSegment(after)],
                told: (),
            })
        })
        .await?;
        let outcome = Ok(Evaluated { members: loaded.members, corrupt: Vec::new() });
        let mut attempts = 1;
        loop {
            let segment = self.segment(name).await?;
            match self.note(&segment, file, &outcome, now, 0).await {
                // A refresh that was under way has ended: the list is the later word.
                Err(SegmentError::Store(StoreError::Stale { .. })) if attempts < 3 => attempts += 1,
                noted => return noted,
            }
        }
    }

    /// Refreshes of a segment, oldest first.
    ///
    /// # Errors
    /// [`SegmentError::Missing`] if there is none of this name.
    pub async fn history(&self, name: &str) -> Result<Vec<Refresh>, SegmentError> {
        self.segment(name).await?;
        Ok(self.store.refreshes(name).await?)
    }
}

/// Names of segments, those that others ask about first.
fn in_order(definitions: &[(String, Definition)]) -> Vec<String> {
    fn visit(
        name: &str,
        definitions: &[(String, Definition)],
        order: &mut Vec<String>,
        open: &mut Vec<String>,
    ) {
        if order.iter().any(|known| known == name) || open.iter().any(|known| known == name) {
            return;
        }
        open.push(name.to_owned());
        let Some((_, definition)) = definitions.iter().find(|(known, _)| known == name) else { return };
        for asked in definition.segments() {
            visit(asked, definitions, order, open);
        }
        order.push(name.to_owned());
    }
    let (mut order, mut open) = (Vec::new(), Vec::new());
    for (name, _) in definitions {
        visit(name, definitions, &mut order, &mut open);
    }
    order
}

/// Segments that are refreshed in one pass: memory holds their sets of keys at the same time.
const MOST_TOGETHER: usize = 32;

/// Names in their order, in portions that one pass over a table can refresh: segments over the same table in the same time
/// zone, none of which asks about another of them.
fn portions<'n>(names: &'n [String], definitions: &[(String, Definition)]) -> Vec<Vec<&'n str>> {
    let definition = |name: &str| definitions.iter().find(|(known, _)| known == name).map(|(_, found)| found);
    let mut portions: Vec<Vec<&str>> = Vec::new();
    // Where each can stand at the earliest: behind all that it asks about.
    for name in names {
        let Some(own) = definition(name) else { continue };
        let asked = own.segments();
        let earliest = portions
            .iter()
            .rposition(|portion| portion.iter().any(|known| asked.contains(known)))
            .map_or(0, |last| last + 1);
        let fits = |portion: &&mut Vec<&str>| {
            let other = portion.first().and_then(|other| definition(other));
            portion.len() < MOST_TOGETHER
                && other.is_some_and(|other| other.table == own.table && other.time_zone == own.time_zone)
        };
        match portions.iter_mut().skip(earliest).find(fits) {
            Some(portion) => portion.push(name),
            None => portions.push(vec![name]),
        }
    }
    portions
}

fn millis(began: tokio::time::Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use segue_model::segment::read;

    use super::*;

    fn definition(table: &str, asks: &str) -> Definition {
        let condition = match asks {
            "" => r#"{"column": "country", "is": "Brazil"}"#.to_owned(),
            segment => format!(r#"{{"member_of": "{segment}"}}"#),
        };
        let text = format!(
            r#"{{"version": 1, "table": "{table}", "time_zone": "UTC", "rules": [{{"all": [{condition}]}}]}}"#
        );
        read::definition(&text).expect("a definition")
    }

    #[test]
    fn portions_are_of_one_table_and_stand_behind_what_they_ask_about() {
        let known = [
            ("a", "people", ""),
            ("b", "firms", ""),
            ("c", "people", ""),
            ("d", "people", "a"),
            ("e", "people", "d"),
        ];
        let definitions = known.map(|(name, table, asks)| (name.to_owned(), definition(table, asks)));
        let names = in_order(&definitions);
        assert_eq!(portions(&names, &definitions), [vec!["a", "c"], vec!["b"], vec!["d"], vec!["e"]]);
    }

    #[test]
    fn a_portion_has_an_end() {
        let definitions: Vec<_> =
            (0..70).map(|index| (format!("s{index}"), definition("people", ""))).collect();
        let sizes: Vec<usize> =
            portions(&in_order(&definitions), &definitions).iter().map(Vec::len).collect();
        assert_eq!(sizes, [32, 32, 6]);
    }
}
