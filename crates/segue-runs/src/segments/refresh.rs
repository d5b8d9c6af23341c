//! Refreshing: definitions become members.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use segue_model::segment::Definition;
use segue_model::{EngineError, Evaluated, Evaluation};
use segue_store::{Refresh, Segment, StoreError};

use super::catalog::Stored;
use super::fetch::Fetched;
use super::order::{in_order, portions};
use super::{SegmentError, Segments, Sources};
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
        let refreshed = self.refresh_in(&mut stored, &[name], &mut Fetched::default(), now).await?;
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
        self.refresh_from(Sources(self.catalog().await?, Fetched::default()), now, goes_on).await
    }

    /// The same after the sources were looked at, with the tables as they were then.
    ///
    /// # Errors
    /// If the outcome cannot be noted.
    pub async fn refresh_from(
        &self,
        Sources(stored, mut fetched): Sources,
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
            refreshed.extend(self.refresh_in(&mut stored, &portion, &mut fetched, now).await?);
        }
        Ok(refreshed)
    }

    /// Refreshes segments of one portion. What is in force afterwards is also in `stored`, for those that ask about them.
    async fn refresh_in(
        &self,
        stored: &mut Stored,
        names: &[&str],
        fetched: &mut Fetched,
        now: DateTime<Utc>,
    ) -> Result<Vec<Refreshed>, SegmentError> {
        let mut wanted = Vec::new();
        let mut lacking = BTreeMap::new();
        for name in names {
            let segment = stored.segment(name)?.clone();
            let file = self.next_file(stored, &segment).await?;
            if let Some(error) = self.lacks(stored, name, fetched).await {
                lacking.insert(file.clone(), error);
            }
            wanted.push((segment, file));
        }
        let sound: Vec<_> = wanted.iter().filter(|(_, file)| !lacking.contains_key(file)).cloned().collect();
        let together = if sound.len() > 1 { self.find_together(stored, &sound, now).await } else { None };
        let mut together = together.into_iter().flatten();
        let mut refreshed = Vec::new();
        for (segment, file) in &wanted {
            let lacks = lacking.remove(file).map(|error| (Err(error), 0));
            let (outcome, millis) = match lacks.or_else(|| together.next()) {
                Some(found) => found,
                None => {
                    let began = tokio::time::Instant::now();
                    (self.find_members(stored, segment, file, now).await, millis(began))
                }
            };
            let is_changed = outcome.is_ok() && self.is_changed(segment, file).await?;
            let outcome = match self.note(segment, (file, is_changed), &outcome, now, millis).await {
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

    /// Brings the files of the tables that a segment reads; tells of the first that could not be brought.
    async fn lacks(&self, stored: &Stored, segment: &str, fetched: &mut Fetched) -> Option<SegmentError> {
        for table in stored.tables_read_by(segment) {
            if let Some(words) = fetched.bring(self, table).await {
                return Some(SegmentError::Fetch {
                    table: table.table.name.clone(),
                    words: words.to_owned(),
                });
            }
        }
        None
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
    pub(super) async fn is_changed(&self, segment: &Segment, file: &str) -> Result<bool, SegmentError> {
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

    /// Puts a snapshot in force, which holds other keys or not, or notes why there is none.
    async fn note(
        &self,
        segment: &Segment,
        (file, is_changed): (&str, bool),
        outcome: &Result<Evaluated, SegmentError>,
        now: DateTime<Utc>,
        millis: i64,
    ) -> Result<(), SegmentError> {
        let (members, words, set_aside) = match outcome {
            Ok(found) => {
                (Some(found.members), String::new(), found.corrupt.iter().map(|rows| rows.rows).sum())
            }
            Err(error) => (None, error.to_string(), 0),
        };
        let at_ms = now.timestamp_millis();
        let refresh = Refresh { at_ms, millis, members, words, set_aside, is_loaded: false };
        self.put(segment, (file, is_changed), &refresh).await
    }

    /// Notes a refresh, and puts its snapshot in force if it has made one.
    pub(super) async fn put(
        &self,
        segment: &Segment,
        (file, is_changed): (&str, bool),
        refresh: &Refresh,
    ) -> Result<(), SegmentError> {
        let snapshot = refresh.members.map(|_| file);
        let before = segment.snapshot.as_deref();
        self.store.save_refresh(&segment.name, refresh, before, snapshot, is_changed).await?;
        if let Some(old) = segment.snapshot.as_deref().filter(|old| snapshot.is_some_and(|new| new != *old)) {
            self.directory.remove_snapshot(old)?;
        }
        Ok(())
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

fn millis(began: tokio::time::Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}
