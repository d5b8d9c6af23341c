//! Where something of a person is kept.

use std::path::PathBuf;

use segue_model::{Example, Listing, PlanFiles, email};
use segue_store::Erasure;

use super::{ProfileError, Profiles};
use crate::segments::Profile;
use crate::worker::EXAMPLES;

/// What is kept of a person, and where.
#[derive(Debug, Clone)]
pub struct Found {
    /// Whether her table has her.
    pub is_profile: bool,
    /// Her addresses, folded.
    pub addresses: Vec<String>,
    /// Segments whose members hold her.
    pub segments: Vec<String>,
    /// Ledgers that hold one of her addresses.
    pub ledgers: Vec<OnList>,
    /// Rows and examples of runs that are hers: of those who were delivered, and of those who were rejected.
    pub rejections: u64,
    /// Segments whose definitions name one of her addresses.
    pub definitions: Vec<String>,
    /// The erasure that has forgotten her already, complete or not.
    pub erasure: Option<Erasure>,
}

/// One of her addresses in the ledger of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnList {
    /// The id under which the export keeps its ledger.
    pub(super) ledger_of: String,
    /// What people call the export.
    pub export: String,
    /// The host of its account.
    pub host: String,
    /// The provider's id of its list.
    pub list: u64,
    /// The id of the connection that leads there; none of a push, and of an export that is gone or detached.
    pub connection: Option<String>,
    pub(super) address: String,
    /// How she stands on the list by its word.
    pub listing: Listing,
    pub(super) since_ms: i64,
}

impl Profiles {
    /// Looks where something of a person is kept. `others` are addresses that she had besides those that her table knows.
    ///
    /// # Errors
    /// [`crate::segments::SegmentError::Missing`] if there is no such table of profiles.
    pub async fn find(&self, table: &str, key: &str, others: &[String]) -> Result<Found, ProfileError> {
        let profile = self.segments.profile(table, key).await?;
        let mut addresses = profile.addresses();
        addresses.extend(others.iter().map(|other| email::fold(other).into_owned()));
        addresses.extend(self.addresses_in_runs(&profile, key).await?);
        addresses.retain(|address| email::check(address).is_ok());
        addresses.sort_unstable();
        addresses.dedup();
        let rejections = self.rejections(key, &addresses, false).await?;
        let Profile { row, segments, .. } = profile;
        let holding = segments.into_iter().filter(|(_, holds)| *holds == Some(true));
        Ok(Found {
            is_profile: row.is_some(),
            segments: holding.map(|(segment, _)| segment.name).collect(),
            ledgers: self.on_lists(&addresses).await?,
            rejections,
            definitions: self.segments.naming(&addresses).await?,
            erasure: self.erasure(table, key).await?,
            addresses,
        })
    }

    /// The erasure that has forgotten a profile, complete or not.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn erasure(&self, table: &str, key: &str) -> Result<Option<Erasure>, ProfileError> {
        match self.directory.hash_key()? {
            Some(hash_key) => Ok(self.store.erasure_of(hash_key.of_profile(table, key)).await?),
            None => Ok(None),
        }
    }

    /// The ledgers that hold one of these addresses.
    pub(super) async fn on_lists(&self, addresses: &[String]) -> Result<Vec<OnList>, ProfileError> {
        let recipes = &self.store.catalog().await?.exports;
        let mut found = Vec::new();
        for export in self.store.ledgers().await? {
            let path = self.directory.ledger(export.ledger.as_deref().unwrap_or_default());
            let asked = addresses.to_vec();
            let entries = self.blocking(move |engine| {
                let entry = |address: String| {
                    let entry = engine.find_in_ledger(&path, &address)?;
                    Ok(entry.map(|entry| (address, entry)))
                };
                asked
                    .into_iter()
                    .filter_map(|address| entry(address).transpose())
                    .collect::<Result<Vec<_>, _>>()
            });
            let recipe = recipes.iter().find(|recipe| recipe.id == export.target.name);
            found.extend(entries.await?.into_iter().map(|(address, entry)| OnList {
                ledger_of: export.id.clone(),
                export: recipe.map_or_else(|| export.target.name.clone(), |recipe| recipe.name.clone()),
                host: export.target.host.clone(),
                list: export.target.list,
                connection: recipe.and_then(|recipe| recipe.connection.clone()),
                address,
                listing: entry.listing,
                since_ms: entry.since_ms,
            }));
        }
        Ok(found)
    }

    /// The folders of all runs that have one.
    fn run_folders(&self) -> Result<Vec<PathBuf>, ProfileError> {
        let mut runs = self.directory.runs()?;
        runs.sort_unstable();
        Ok(runs.into_iter().map(|run| self.directory.run(run)).collect())
    }

    /// The addresses that a profile had when runs delivered or rejected her: those of exports over her table. In other runs
    /// her key may be somebody else's.
    pub(super) async fn addresses_in_runs(
        &self,
        profile: &Profile,
        key: &str,
    ) -> Result<Vec<String>, ProfileError> {
        let kept = self.directory.runs()?;
        let mut folders = Vec::new();
        for export in self.store.ledgers().await? {
            if profile.exports.iter().any(|recipe| recipe.id == export.target.name) {
                let runs = self.store.ended_runs(&export.id).await?.into_iter().map(|run| run.id);
                folders.extend(runs.filter(|run| kept.contains(run)).map(|run| self.directory.run(run)));
            }
        }
        let key = key.to_owned();
        self.blocking(move |engine| {
            let mut addresses = Vec::new();
            for folder in folders {
                addresses.extend(engine.addresses_in_run(&PlanFiles::new(&folder), &key)?);
            }
            addresses.sort_unstable();
            addresses.dedup();
            Ok(addresses)
        })
        .await
    }

    /// Counts the rows and examples of runs that are hers, or takes them out.
    pub(super) async fn rejections(
        &self,
        key: &str,
        addresses: &[String],
        erase: bool,
    ) -> Result<u64, ProfileError> {
        let (folders, key, addresses) = (self.run_folders()?, key.to_owned(), addresses.to_vec());
        self.blocking(move |engine| {
            let mut rows = 0;
            for folder in folders {
                rows += engine.forget_in_run(&PlanFiles::new(&folder), &key, &addresses, erase)?;
                rows += examples(&folder.join(EXAMPLES), &key, &addresses, erase).map_err(|source| {
                    segue_model::EngineError::File { doing: "mend", path: folder, source }
                })?;
            }
            Ok(rows)
        })
        .await
    }
}

/// Counts the examples of a dry run that are hers, or takes them out.
fn examples(path: &std::path::Path, key: &str, addresses: &[String], erase: bool) -> std::io::Result<u64> {
    if !path.exists() {
        return Ok(0);
    }
    let mut examples: Vec<Example> = serde_json::from_slice(&std::fs::read(path)?)?;
    let before = examples.len();
    examples.retain(|example| {
        let is_hers =
            example.profile == key || addresses.iter().any(|own| *own == email::fold(&example.email));
        // What is told of whoever has her address ends with her key.
        !is_hers && !example.detail.strip_suffix(key).is_some_and(|words| words.ends_with(' '))
    });
    let rows = before - examples.len();
    if erase && rows > 0 {
        std::fs::write(path, serde_json::to_vec(&examples)?)?;
    }
    Ok(rows as u64)
}
