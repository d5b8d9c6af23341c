//! What was sent of a person, where and when, and what came of it.

use std::io::ErrorKind;

use segue_model::{EngineError, LedgerEntry, Listing, PlanFiles, RejectedProfile, email};
use segue_store::{Export, Job, SavedExport, Target};

use super::{ProfileError, Profiles};
use crate::segments::Profile;

/// The most exports that are looked at for one person.
const EXPORTS: usize = 200;

/// What was sent of a person.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Her profile.
    pub profile: Profile,
    /// One for each export over her table, by name, and then for each push that sent one of her addresses.
    pub exports: Vec<SentTo>,
    /// Whether there are more exports than were looked at.
    pub has_more: bool,
}

/// What one export has sent of her.
#[derive(Debug, Clone)]
pub struct SentTo {
    /// The id of the saved export; none of a push.
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    /// The host of the account.
    pub host: String,
    /// The provider's id of the list.
    pub list: u64,
    /// The list's name, where it is known.
    pub list_name: String,
    /// Whether one of the export's segments holds her; none of a push.
    pub is_member: Option<bool>,
    /// What its ledger holds of her; none if she was never sent.
    pub entry: Option<LedgerEntry>,
    /// Her last sending, where it is known.
    pub last: Option<LastSent>,
    /// How the latest run rejected her, if it did; none of what is not kept any more.
    pub rejected: Option<(LastRun, RejectedProfile)>,
}

/// The run that somebody was last sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSent {
    /// When it began, in milliseconds since 1970.
    pub at_ms: i64,
    /// Its id, to look at it; none of a push, and of one that is not remembered.
    pub run: Option<String>,
    /// Whether it created her there; otherwise it updated her, was turned down, or took her off.
    pub is_new: bool,
}

/// The latest run of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// Its id.
    pub id: String,
    /// When it ended, in milliseconds since 1970.
    pub at_ms: i64,
}

impl Profiles {
    /// What was sent of a person: one answer for each export that may have sent her.
    ///
    /// # Errors
    /// [`crate::segments::SegmentError::Missing`] if there is no such table of profiles.
    pub async fn sent(&self, table: &str, key: &str) -> Result<Sent, ProfileError> {
        // A run that ends meanwhile takes the ledger away that was to be read: then the next one is looked for.
        let mut attempts = 1;
        loop {
            match self.sent_now(table, key).await {
                Err(ProfileError::Engine(EngineError::File { source, .. }))
                    if source.kind() == ErrorKind::NotFound && attempts < 3 =>
                {
                    attempts += 1;
                }
                sent => return sent,
            }
        }
    }

    async fn sent_now(&self, table: &str, key: &str) -> Result<Sent, ProfileError> {
        let mut profile = self.segments.profile(table, key).await?;
        let addresses = if self.segments.forgotten().await?.has_profile(table, key) {
            // Of whoever was forgotten nothing is told but that.
            profile.row = None;
            Vec::new()
        } else if profile.row.is_none() {
            // Whoever has left her table is known by what runs have kept.
            self.addresses_in_runs(&profile, key).await?
        } else {
            profile.addresses()
        };
        let ledgers = self.store.ledgers().await?;
        let has_more = profile.exports.len() > EXPORTS;
        let recipes = &profile.exports[..profile.exports.len().min(EXPORTS)];
        let ids: Vec<&str> = recipes.iter().map(|recipe| recipe.id.as_str()).collect();
        let latest = self.store.latest_jobs("export", &ids).await?;
        let mut exports = Vec::new();
        for recipe in recipes {
            let own = [email::fold(profile.value(&recipe.recipe.matching.email)).into_owned()];
            let own = if profile.row.is_some() { &own[..] } else { &addresses[..] };
            let list = recipe.recipe.list.id;
            let ledger =
                ledgers.iter().find(|export| export.target.name == recipe.id && export.target.list == list);
            let job = latest.iter().find(|job| job.work.subject() == recipe.id);
            exports.push(self.of_recipe(recipe, ledger, job, &profile, own, key).await?);
        }
        for export in ledgers.iter().filter(|export| !is_saved(&export.target)).take(EXPORTS) {
            let Some(entry) = self.entry(Some(export), &addresses).await? else { continue };
            exports.push(SentTo {
                id: None,
                name: export.target.name.clone(),
                host: export.target.host.clone(),
                list: export.target.list,
                list_name: String::new(),
                is_member: None,
                last: self.last(&entry).await?,
                entry: Some(entry),
                rejected: None,
            });
        }
        Ok(Sent { profile, exports, has_more })
    }

    async fn of_recipe(
        &self,
        recipe: &SavedExport,
        ledger: Option<&Export>,
        job: Option<&Job>,
        profile: &Profile,
        addresses: &[String],
        key: &str,
    ) -> Result<SentTo, ProfileError> {
        let entry = self.entry(ledger, addresses).await?;
        let last = match &entry {
            Some(entry) => self.last(entry).await?,
            None => None,
        };
        let mut holding = recipe.recipe.segments.iter().filter_map(|name| {
            profile.segments.iter().find(|(segment, _)| segment.name == *name).and_then(|(_, holds)| *holds)
        });
        let host = match (&ledger, &recipe.connection) {
            (Some(export), _) => export.target.host.clone(),
            (None, Some(id)) => self.connections.host_name(&self.store.connection(id).await?.host),
            (None, None) => String::new(),
        };
        Ok(SentTo {
            id: Some(recipe.id.clone()),
            name: recipe.name.clone(),
            host,
            list: recipe.recipe.list.id,
            list_name: recipe.recipe.list.name.clone(),
            is_member: Some(holding.any(|holds| holds)),
            entry,
            last,
            rejected: match job {
                Some(job) => self.rejected(job, key).await?,
                None => None,
            },
        })
    }

    async fn entry(
        &self,
        export: Option<&Export>,
        addresses: &[String],
    ) -> Result<Option<LedgerEntry>, ProfileError> {
        let Some(ledger) = export.and_then(|export| export.ledger.as_deref()) else { return Ok(None) };
        let (path, addresses) = (self.directory.ledger(ledger), addresses.to_vec());
        let found = self.blocking(move |engine| {
            for address in addresses.iter().filter(|address| !address.is_empty()) {
                if let Some(entry) = engine.find_in_ledger(&path, address)? {
                    return Ok(Some(entry));
                }
            }
            Ok(None)
        });
        found.await
    }

    async fn last(&self, entry: &LedgerEntry) -> Result<Option<LastSent>, ProfileError> {
        let Some(run) = entry.run else { return Ok(None) };
        let run = self.store.run_of(run).await?;
        // A ledger says since when somebody is on the list: since the beginning of the run that put her there.
        let is_new = |started_ms| entry.listing == Listing::Listed && entry.since_ms == started_ms;
        Ok(run.map(|run| LastSent { at_ms: run.started_ms, is_new: is_new(run.started_ms), run: run.job }))
    }

    /// How a run has rejected her, of which something is kept.
    async fn rejected(
        &self,
        job: &Job,
        key: &str,
    ) -> Result<Option<(LastRun, RejectedProfile)>, ProfileError> {
        let (Some(run), Some(at_ms)) = (job.run, job.ended_ms) else { return Ok(None) };
        let (files, key) = (PlanFiles::new(&self.directory.run(run)), key.to_owned());
        let rejected = self.blocking(move |engine| engine.rejections_of(&files, &key)).await?;
        Ok(rejected.into_iter().next().map(|one| (LastRun { id: job.id.clone(), at_ms }, one)))
    }
}

/// Whether a ledger is a saved export's: their names are ids, those of pushes are words.
pub(super) fn is_saved(target: &Target) -> bool {
    let name = &target.name;
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
