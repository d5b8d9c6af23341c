//! Vetting: whom this export may take off the list. Only contacts that it put there itself, and that are still on it.

use std::collections::HashMap;

use activecampaign::{Client, ContactWithLists, List, Membership, MembershipStatus};
use segue_model::{RowChunk, email};
use segue_store::VerdictKind;
use tokio::sync::OnceCell;

use crate::Cause;

const PAGE: u64 = 100;

/// Looks contacts up one by one, or the whole list when that takes fewer requests.
pub(super) struct Vetting {
    pages: Option<OnceCell<HashMap<u64, Membership>>>,
}

impl Vetting {
    pub(super) fn new(list: &List, leaving: u64) -> Self {
        // The provider does not always say how many are on a list.
        let by_page = list.active_subscribers > 0 && list.active_subscribers / PAGE < leaving;
        Self { pages: by_page.then(OnceCell::new) }
    }

    /// The rows that must not be sent, and why.
    pub(super) async fn vet(
        &self,
        client: &Client,
        list: u64,
        rows: &RowChunk,
    ) -> Result<Vec<(usize, VerdictKind)>, Cause> {
        let mut kept = Vec::new();
        for (row, &since_ms) in rows.since_ms.iter().enumerate() {
            let membership = match &self.pages {
                Some(pages) => {
                    let active = pages.get_or_try_init(|| all_active(client, list)).await?;
                    active.get(&email::hash(rows.email(row))).cloned()
                }
                None => client
                    .contact_by_email(rows.email(row))
                    .await?
                    .and_then(|contact| contact.on_list(list).cloned()),
            };
            kept.extend(judge(membership.as_ref(), since_ms).map(|kind| (row, kind)));
        }
        Ok(kept)
    }
}

/// Why a contact must not be taken off; none if it may be.
pub(crate) fn judge(membership: Option<&Membership>, since_ms: i64) -> Option<VerdictKind> {
    match membership {
        Some(here) if here.status == MembershipStatus::Active => {
            let was_there_before = here.subscribed_at.is_some_and(|at| at.timestamp_millis() < since_ms);
            was_there_before.then_some(VerdictKind::NotOurs)
        }
        _ => Some(VerdictKind::Gone),
    }
}

async fn all_active(client: &Client, list: u64) -> Result<HashMap<u64, Membership>, activecampaign::Error> {
    let mut active = HashMap::new();
    let mut after = 0;
    loop {
        let page = client.contacts_on_list(list, MembershipStatus::Active, after).await?;
        let Some(last) = page.last().map(|contact| contact.id) else { return Ok(active) };
        after = last;
        let here = |contact: ContactWithLists| {
            let membership = contact.on_list(list).cloned()?;
            Some((email::hash(&email::fold(&contact.email)), membership))
        };
        active.extend(page.into_iter().filter_map(here));
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn only_who_is_there_by_our_doing_may_be_taken_off() {
        let membership = |status, at_ms| Membership {
            contact: 1,
            list: 3,
            status,
            subscribed_at: DateTime::from_timestamp_millis(at_ms),
        };
        let active = MembershipStatus::Active;
        assert_eq!(judge(Some(&membership(active, 5_000)), 5_000), None);
        assert_eq!(judge(Some(&membership(active, 4_000)), 5_000), Some(VerdictKind::NotOurs));
        assert_eq!(
            judge(Some(&membership(MembershipStatus::Unsubscribed, 6_000)), 5_000),
            Some(VerdictKind::Gone)
        );
        assert_eq!(judge(None, 5_000), Some(VerdictKind::Gone));
    }
}
