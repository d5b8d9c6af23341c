//! Taking a person off the lists that exports put her on. Only off those: who was on a list before is not ours to remove.

use std::collections::BTreeMap;

use segue_model::Listing;
use segue_store::{StoreError, VerdictKind};

use super::{ErasedFrom, OnList, Outcome, ProfileError, Profiles};
use crate::connections::{ConnectionError, trouble};
use crate::deliver::leaves::judge;

impl Profiles {
    /// Unsubscribes her from the lists that ledgers say she is on, if it is wished, and tells what became of her on each.
    pub(super) async fn unsubscribe(
        &self,
        ledgers: &[OnList],
        is_wished: bool,
    ) -> Result<Vec<ErasedFrom>, ProfileError> {
        let mut erased = Vec::new();
        let mut clients = BTreeMap::new();
        for on_list in ledgers {
            let outcome = match &on_list.connection {
                Some(id) if is_wished && on_list.listing == Listing::Listed => {
                    if !clients.contains_key(id) {
                        clients.insert(id.clone(), self.account(id).await?);
                    }
                    match clients.get(id) {
                        // An export whose connection leads to another account now.
                        Some((_, host, _)) if *host != on_list.host => Outcome::LeftAlone,
                        Some((client, _, name)) => take_off(client, on_list).await.map_err(|error| {
                            let source = ConnectionError::Trouble(trouble(&error));
                            ProfileError::Account { connection: name.clone(), source }
                        })?,
                        None => Outcome::LeftAlone,
                    }
                }
                // Whoever was turned down, or taken off, is not on the list by our doing.
                _ if on_list.listing != Listing::Listed => Outcome::Gone,
                _ => Outcome::LeftAlone,
            };
            let OnList { export, host, list, .. } = on_list.clone();
            erased.push(ErasedFrom { export, host, list, outcome });
        }
        Ok(erased)
    }

    /// A client of a connection's account, its host, and what people call the connection.
    async fn account(&self, id: &str) -> Result<(activecampaign::Client, String, String), ProfileError> {
        let connection = self.store.connection(id).await?;
        let refused = |source| ProfileError::Account { connection: connection.name.clone(), source };
        // As for a run: somebody must answer for what is changed there.
        let (host, _) = match self.connections.for_run(id).await {
            Err(ConnectionError::Store(error @ StoreError::Unreachable { .. })) => return Err(error.into()),
            other => other.map_err(refused)?,
        };
        let client = self.connections.client(&connection).await.map_err(refused)?;
        Ok((client, host.name(), connection.name))
    }
}

async fn take_off(
    client: &activecampaign::Client,
    on_list: &OnList,
) -> Result<Outcome, activecampaign::Error> {
    let contact = client.contact_by_email(&on_list.address).await?;
    let membership = contact.as_ref().and_then(|contact| contact.on_list(on_list.list));
    match (contact.as_ref(), judge(membership, on_list.since_ms)) {
        (_, Some(VerdictKind::NotOurs)) => Ok(Outcome::NotOurs),
        (Some(contact), None) => {
            client.set_membership(contact.id, on_list.list, false).await?;
            Ok(Outcome::Unsubscribed)
        }
        _ => Ok(Outcome::Gone),
    }
}
