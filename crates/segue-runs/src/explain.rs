//! Explaining: the provider says which contacts failed, and not why. Their state says it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use activecampaign::{Client, ContactWithLists, Exclusion, MembershipStatus};
use futures::{StreamExt, TryStreamExt};
use segue_model::{Engine, EngineError, Reason, email};
use segue_store::{Part, Store, Verdict, VerdictKind};

use crate::Cause;

// At five requests a second this is a minute, and the pages of everybody who left or bounced are cheaper from here on.
const LOOKED_UP_BEFORE_PAGES: usize = 300;
const LOOKED_UP: usize = 500;
const LOOKUPS_AT_A_TIME: usize = 4;

pub(crate) struct Explanation<'a> {
    pub(crate) client: &'a Client,
    pub(crate) engine: &'a Arc<dyn Engine>,
    pub(crate) store: &'a Store,
    pub(crate) run: i64,
    pub(crate) list: u64,
    /// Whether the delivery stopped because the account takes no more contacts.
    pub(crate) is_full: bool,
}

/// A contact that failed.
struct Failed {
    row: u64,
    email: String,
    since_ms: i64,
}

impl Explanation<'_> {
    /// Finds a reason for every contact of this outbox that failed, and saves it.
    pub(crate) async fn run(&self, sends: &Path) -> Result<(), Cause> {
        let verdicts = self.store.verdicts(self.run).await?;
        let rows = verdicts
            .iter()
            .filter(|verdict| verdict.part == Part::Sends && verdict.kind == VerdictKind::Failed);
        let rows: Vec<u64> = rows.map(|verdict| verdict.row).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let (engine, sends) = (Arc::clone(self.engine), sends.to_owned());
        let failed = tokio::task::spawn_blocking(move || addresses(&*engine, &sends, &rows)).await;
        let failed = failed.map_err(|_| Cause::Defect)??;
        let reasons = self.reasons(&failed).await?;
        let verdicts: Vec<Verdict> =
            failed.iter().zip(reasons).map(|(failed, reason)| verdict(failed.row, reason)).collect();
        Ok(self.store.save_batches(self.run, &[], &verdicts).await?)
    }

    async fn reasons(&self, failed: &[Failed]) -> Result<Vec<Reason>, Cause> {
        let exclusions = self.client.exclusions().await?;
        let off_list =
            if failed.len() > LOOKED_UP_BEFORE_PAGES { self.off_list().await? } else { HashMap::new() };
        let known = |failed: &Failed| known_reason(failed, &exclusions, &off_list);
        let mut reasons: Vec<Option<Reason>> = failed.iter().map(known).collect();
        let unknown = (0..failed.len()).filter(|index| reasons[*index].is_none());
        // An account that is full has turned away all the others for that.
        let unknown: Vec<usize> = unknown.take(if self.is_full { 0 } else { LOOKED_UP }).collect();
        let lookups = futures::stream::iter(unknown).map(|index| async move {
            let contact = self.client.contact_by_email(&failed[index].email).await?;
            Ok::<_, Cause>((index, contact))
        });
        let mut missing = Vec::new();
        for (index, contact) in lookups.buffer_unordered(LOOKUPS_AT_A_TIME).try_collect::<Vec<_>>().await? {
            match contact {
                Some(contact) => reasons[index] = Some(judge(&contact, self.list, failed[index].since_ms)),
                None => missing.push(index),
            }
        }
        // Nothing forbids them and still they do not exist: they found no room, or ActiveCampaign knows why not.
        let is_full = self.is_full || (!missing.is_empty() && self.has_no_room().await?);
        for index in missing {
            reasons[index] = Some(if is_full { Reason::ContactLimit } else { Reason::Unexplained });
        }
        let otherwise = if is_full { Reason::ContactLimit } else { Reason::Unexplained };
        Ok(reasons.into_iter().map(|reason| reason.unwrap_or(otherwise)).collect())
    }

    async fn has_no_room(&self) -> Result<bool, Cause> {
        Ok(self.client.room().await?.is_some_and(|room| room.left() == 0))
    }

    /// Everybody who unsubscribed from the list or bounced, by the hash of the address.
    async fn off_list(&self) -> Result<HashMap<u64, MembershipStatus>, Cause> {
        let mut found = HashMap::new();
        for status in [MembershipStatus::Unsubscribed, MembershipStatus::Bounced] {
            let mut after = 0;
            loop {
                let page = self.client.contacts_on_list(self.list, status, after).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                found.extend(page.iter().map(|contact| (email::hash(&email::fold(&contact.email)), status)));
            }
        }
        Ok(found)
    }
}

fn verdict(row: u64, reason: Reason) -> Verdict {
    Verdict { part: Part::Sends, row, kind: VerdictKind::Refused(reason), words: String::new() }
}

fn addresses(engine: &dyn Engine, sends: &Path, rows: &[u64]) -> Result<Vec<Failed>, EngineError> {
    let mut found = Vec::with_capacity(rows.len());
    let mut wanted = rows.iter().copied().peekable();
    let Some(&first) = wanted.peek() else { return Ok(found) };
    for chunk in engine.rows(sends, first)? {
        let chunk = chunk?;
        let end = chunk.first + chunk.len() as u64;
        while let Some(row) = wanted.next_if(|row| *row < end) {
            let index = usize::try_from(row - chunk.first).unwrap_or(usize::MAX);
            found.push(Failed { row, email: chunk.email(index).to_owned(), since_ms: chunk.since_ms[index] });
        }
        if wanted.peek().is_none() {
            break;
        }
    }
    Ok(found)
}

fn known_reason(
    failed: &Failed,
    exclusions: &[Exclusion],
    off_list: &HashMap<u64, MembershipStatus>,
) -> Option<Reason> {
    if exclusions.iter().any(|exclusion| exclusion.matches(&failed.email)) {
        return Some(Reason::Excluded);
    }
    off_list.get(&email::hash(&failed.email)).and_then(|status| by_status(*status, failed.since_ms))
}

fn by_status(status: MembershipStatus, since_ms: i64) -> Option<Reason> {
    match status {
        // Taken off by us or by the person: the provider keeps no difference.
        MembershipStatus::Unsubscribed if since_ms > 0 => Some(Reason::Returned),
        MembershipStatus::Unsubscribed => Some(Reason::Unsubscribed),
        MembershipStatus::Bounced => Some(Reason::Bounced),
        MembershipStatus::Unconfirmed | MembershipStatus::Active | MembershipStatus::Other => None,
    }
}

fn judge(contact: &ContactWithLists, list: u64, since_ms: i64) -> Reason {
    let by_membership = contact.on_list(list).and_then(|membership| by_status(membership.status, since_ms));
    by_membership.unwrap_or(if contact.bounced_hard > 0 { Reason::Bounced } else { Reason::Unexplained })
}
