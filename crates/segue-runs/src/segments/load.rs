//! Loading: a list of keys becomes the members of a static segment.

use chrono::{DateTime, Utc};
use segue_model::{LoadedKeys, Source};
use segue_store::{CatalogChange, Entry, Refresh, Segment, StoreError};

use super::catalog::Planned;
use super::{SegmentError, Segments, record};

impl Segments {
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
        let refresh = Refresh {
            at_ms: now.timestamp_millis(),
            millis: 0,
            members: Some(loaded.members),
            words: String::new(),
            set_aside: 0,
            is_loaded: true,
        };
        let mut attempts = 1;
        loop {
            let segment = self.segment(name).await?;
            let is_changed = self.is_changed(&segment, file).await?;
            match self.put(&segment, (file, is_changed), &refresh).await {
                // A refresh that was under way has ended: the list is the later word.
                Err(SegmentError::Store(StoreError::Stale { .. })) if attempts < 3 => attempts += 1,
                noted => return noted,
            }
        }
    }
}
