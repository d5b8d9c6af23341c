//! The calls about contacts and their memberships of lists.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Client, PAGE, read};
use crate::decode::{self, as_number};
use crate::transport::Call;
use crate::{ContactWithLists, Error, ErrorKind, Membership, MembershipStatus};

#[derive(Deserialize)]
struct ContactPage {
    #[serde(default, deserialize_with = "decode::list")]
    contacts: Vec<ContactWithLists>,
    #[serde(default, rename = "contactLists", deserialize_with = "decode::list")]
    memberships: Vec<Membership>,
}

impl Client {
    /// The contact with this address and its memberships; none if there is none.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn contact_by_email(&self, email: &str) -> Result<Option<ContactWithLists>, Error> {
        let call =
            Call::get("contacts").with("email", email).with("include", "contactLists").with("limit", PAGE);
        let page: ContactPage = self.get(call).await?;
        // A filter that the provider does not know is ignored, and then anybody is returned.
        Ok(page.joined().into_iter().find(|contact| {
            contact.email.trim().eq_ignore_ascii_case(email.trim())
                || contact.email.trim().to_lowercase() == email.trim().to_lowercase()
        }))
    }

    /// Up to 100 contacts with this status on this list, by rising id, from the first with an id above `after`.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn contacts_on_list(
        &self,
        list: u64,
        status: MembershipStatus,
        after: u64,
    ) -> Result<Vec<ContactWithLists>, Error> {
        let call = Call::get("contacts")
            .with("listid", list)
            .with("status", status.number())
            .with("orders[id]", "ASC")
            .with("id_greater", after)
            .with("include", "contactLists")
            .with("limit", PAGE);
        let page: ContactPage = self.get(call).await?;
        let mut contacts = page.joined();
        contacts.retain(|contact| contact.id > after);
        contacts.sort_unstable_by_key(|contact| contact.id);
        Ok(contacts)
    }

    /// The memberships of a contact.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such contact.
    pub async fn memberships(&self, contact: u64) -> Result<Vec<Membership>, Error> {
        let call = Call::get("contacts/{id}/contactLists").at(format!("contacts/{contact}/contactLists"));
        self.all_pages(call, "contactLists").await
    }

    /// Creates or updates one contact by its address and returns its id. `contact` is an object in this endpoint's
    /// spelling: `email`, `firstName`, `lastName`, `phone`, `fieldValues: [{field, value}]`. Lists and tags cannot be set.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] with the code and words of what is wrong with it.
    pub async fn sync_contact(&self, contact: &Value) -> Result<u64, Error> {
        let body = Bytes::from(json!({ "contact": contact }).to_string());
        let read_id = |body: &[u8]| {
            let answer: Value = read(body)?;
            let id = answer.get("contact").and_then(|contact| contact.get("id")).map_or(0, as_number);
            if id == 0 { Err(ErrorKind::Unreadable) } else { Ok(id) }
        };
        self.transport.call(&Call::post("contact/sync", body), read_id).await
    }

    /// Puts a contact on a list or takes it off. **Subscribing brings back a person who had unsubscribed**: only with
    /// that person's consent.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] or [`ErrorKind::NotFound`] if contact or list is unknown.
    pub async fn set_membership(&self, contact: u64, list: u64, active: bool) -> Result<(), Error> {
        let status = if active { 1 } else { 2 };
        let body = json!({"contactList": {"list": list, "contact": contact, "status": status}});
        // Nothing in the answer is needed, and an empty one is known to come.
        self.transport.call(&Call::post("contactLists", Bytes::from(body.to_string())), |_| Ok(())).await
    }
}

impl ContactPage {
    fn joined(self) -> Vec<ContactWithLists> {
        let mut contacts = self.contacts;
        for membership in self.memberships {
            if let Some(contact) = contacts.iter_mut().find(|contact| contact.id == membership.contact) {
                contact.memberships.push(membership);
            }
        }
        contacts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_read_though_types_drift() {
        let page: ContactPage = read(
            br#"{"contacts":[{"id":"16","email":"a@example.com","bounced_hard":"0"}],
                "contactLists":[{"contact":16,"list":"3","status":"2","sdate":"2026-05-28T03:05:55-05:00"}]}"#,
        )
        .unwrap();
        let contact = page.joined().remove(0);
        assert_eq!(contact.on_list(3).unwrap().status, MembershipStatus::Unsubscribed);
        assert!(contact.on_list(3).unwrap().subscribed_at.is_some());
        assert!(contact.on_list(4).is_none());
    }
}
