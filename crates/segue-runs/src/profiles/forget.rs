//! Erasing a person from everything that Segue keeps. What is read again from her source leaves her out from then on.
//!
//! ```text
//! begin ──▶ look ──▶ her lists ──▶ hashes ──▶ segments, ledgers, rejections ──▶ receipt
//! ```
//!
//! While it lasts workers begin nothing, so that no file is read that is being written anew. It can be stopped anywhere:
//! until her hashes are there nothing has happened, and from then on asking again goes on with it.

use segue_model::{HashKey, PlanFiles};
use segue_store::{Entry, Erasure, Hindered, RunState};
use serde_json::json;

use super::sent::is_saved;
use super::{Found, ProfileError, Profiles, Receipt};

/// How long workers begin nothing if the process dies meanwhile. Each file that is written anew begins it again.
const LEASE_MS: i64 = 5 * 60_000;

/// A wish to forget somebody.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The table whose profile she is.
    pub table: String,
    /// Her key there.
    pub key: String,
    /// Addresses that she had besides those that the table knows.
    pub addresses: Vec<String>,
    /// Whether she is to be unsubscribed from the lists that exports put her on.
    pub unsubscribe: bool,
    /// The id of the receipt that it becomes.
    pub id: String,
    /// A key of hashes, kept unless there is one.
    pub hash_key: HashKey,
    /// The audit entry, of which time, person and place are known.
    pub by: Entry,
    /// The name of whoever asks.
    pub person_name: String,
}

/// Somebody who was forgotten, by this wish or an earlier one.
#[derive(Debug, Clone)]
pub struct Forgetting {
    /// The erasure, complete.
    pub erasure: Erasure,
    /// Whether an earlier wish had done it.
    pub was_done: bool,
}

impl Profiles {
    /// Forgets a person, unless that was done: then gives what is left of that.
    ///
    /// # Errors
    /// [`ProfileError::Nobody`]; [`ProfileError::Hindered`]; [`ProfileError::Unfinished`]; [`ProfileError::Account`]. Then
    /// nothing was erased. Of any other, asking again goes on where it ended.
    pub async fn forget(&self, wish: &Wish) -> Result<Forgetting, ProfileError> {
        let earlier = self.erasure(&wish.table, &wish.key).await?;
        if let Some(erasure) = earlier.as_ref().filter(|erasure| erasure.receipt.is_some()) {
            return Ok(Forgetting { erasure: erasure.clone(), was_done: true });
        }
        let now_ms = wish.by.at_ms;
        let begun = Erasure {
            id: earlier.map_or_else(|| wish.id.clone(), |erasure| erasure.id),
            at_ms: now_ms,
            person_name: wish.person_name.clone(),
            table: wish.table.clone(),
            receipt: None,
        };
        let hash_key = self.directory.keep_hash_key(wish.hash_key)?;
        let who = wish.by.who.as_deref();
        if let Some(by) = self.store.begin_erasure(&begun, who, &hash_key, now_ms + LEASE_MS).await? {
            return Err(ProfileError::Hindered(by));
        }
        match self.erase(wish, &begun.id, &hash_key).await {
            // Of one that is gone on with, the store knows when it was asked for.
            Ok(()) => Ok(Forgetting { erasure: self.store.erasure(&begun.id).await?, was_done: false }),
            Err(error) => {
                self.store.leave_erasure(&begun.id).await?;
                Err(error)
            }
        }
    }

    async fn erase(&self, wish: &Wish, id: &str, hash_key: &HashKey) -> Result<(), ProfileError> {
        let Wish { table, key, .. } = wish;
        let found = self.find(table, key, &wish.addresses).await?;
        if !found.is_profile && found.addresses.is_empty() && found.erasure.is_none() {
            return Err(ProfileError::Nobody { table: table.clone() });
        }
        self.end_unfinished(&found, wish.by.at_ms).await?;
        let ledgers = self.unsubscribe(&found.ledgers, wish.unsubscribe).await?;
        // A worker that was just claiming a job when this began is seen by now.
        if self.store.is_at_work(wish.by.at_ms).await? {
            return Err(ProfileError::Hindered(Hindered::UnderWay));
        }
        let mut hashes = vec![hash_key.of_profile(table, key)];
        hashes.extend(found.addresses.iter().map(|address| hash_key.of_address(address)));
        self.store.forget(id, &hashes).await?;
        let mut receipt = Receipt {
            addresses: found.addresses.len() as u64,
            ledgers,
            definitions: found.definitions.clone(),
            ..Receipt::default()
        };
        for segment in &found.segments {
            self.store.hold_erasure(id, wish.by.at_ms + 2 * LEASE_MS).await?;
            if self.segments.forget_member(segment, key, id).await? {
                receipt.segments.push(segment.clone());
            }
        }
        self.forget_in_ledgers(&found, id, wish.by.at_ms).await?;
        receipt.rejections = self.rejections(key, &found.addresses, true).await?;
        self.store.wipe_values().await?;
        let text = serde_json::to_string(&receipt).map_err(|_| ProfileError::Defect)?;
        let numbers = json!({
            "addresses": receipt.addresses,
            "segments": receipt.segments.len(),
            "ledgers": receipt.ledgers.len(),
            "rejections": receipt.rejections,
        });
        let entry = Entry {
            action: "profile.forget".to_owned(),
            object_kind: "profile".to_owned(),
            object_id: id.to_owned(),
            object_name: table.clone(),
            after: Some(numbers.to_string()),
            ..wish.by.clone()
        };
        Ok(self.store.complete_erasure(id, &text, &entry).await?)
    }

    /// Writes every ledger anew that holds her.
    async fn forget_in_ledgers(&self, found: &Found, id: &str, now_ms: i64) -> Result<(), ProfileError> {
        for export in self.store.ledgers().await? {
            if !found.ledgers.iter().any(|on_list| on_list.ledger_of == export.id) {
                continue;
            }
            self.store.hold_erasure(id, now_ms + 2 * LEASE_MS).await?;
            let before = export.ledger.clone().unwrap_or_default();
            let after = format!("{}-{id}.parquet", export.id);
            let (old, new) = (self.directory.ledger(&before), self.directory.ledger(&after));
            let addresses = found.addresses.clone();
            let removed =
                self.blocking(move |engine| engine.forget_in_ledger(&old, &addresses, &new)).await?;
            if removed > 0 {
                let is_in_force = self.store.replace_ledger(&export.id, &before, &after).await?;
                self.directory.remove_ledger(if is_in_force { &before } else { &after })?;
                if !is_in_force {
                    return Err(ProfileError::Hindered(Hindered::UnderWay));
                }
            }
        }
        Ok(())
    }

    /// Ends runs that nobody goes on with. One that somebody may go on with, and that would send her, has to end first.
    async fn end_unfinished(&self, found: &Found, now_ms: i64) -> Result<(), ProfileError> {
        let exports = self.store.ledgers().await?;
        let recipes = &self.store.catalog().await?.exports;
        for run in self.store.unfinished_runs().await? {
            if run.state == RunState::Planning {
                // Its process is gone, or it would be at work.
                self.store.discard_run(run.id, now_ms).await?;
                self.directory.remove_run(run.id)?;
                continue;
            }
            let (files, addresses) = (PlanFiles::new(&self.directory.run(run.id)), found.addresses.clone());
            if !self.blocking(move |engine| engine.is_in_outbox(&files, &addresses)).await? {
                continue;
            }
            let target = exports.iter().find(|export| export.id == run.export).map(|export| &export.target);
            let recipe = recipes.iter().find(|recipe| target.is_some_and(|target| target.name == recipe.id));
            match (recipe, target) {
                (Some(recipe), _) => return Err(ProfileError::Unfinished { export: recipe.name.clone() }),
                // Names of pushes are words; those of saved exports are ids, and this one's is gone.
                (None, Some(target)) if !is_saved(target) => {
                    return Err(ProfileError::Unfinished { export: target.name.clone() });
                }
                _ => {
                    self.store.abandon_run(run.id, now_ms).await?;
                    self.directory.remove_run(run.id)?;
                }
            }
        }
        Ok(())
    }
}
