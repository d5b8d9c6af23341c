//! The typed calls.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decode::{self, any_case, as_number};
use crate::import::{RawBacklog, RawStatus, accepted};
use crate::transport::{Call, Class, Shared, Transport};
use crate::{
    Accepted, Backlog, Error, ErrorKind, Exclusion, Field, Host, Import, ImportStatus, List, Options, Sent,
    Tag, Turns, Usage, User, Witness,
};

/// A client of one account. Cheap to clone; clones share connections and budgets.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) transport: Shared,
}

pub(crate) const PAGE: usize = 100;

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ErrorKind> {
    serde_json::from_slice(body).map_err(|_| ErrorKind::Unreadable)
}

#[derive(Deserialize)]
struct ListAnswer {
    list: List,
}

#[derive(Deserialize)]
struct FieldPage {
    #[serde(default, deserialize_with = "decode::list")]
    fields: Vec<Field>,
    #[serde(default, rename = "fieldOptions", deserialize_with = "decode::list")]
    options: Vec<FieldOption>,
}

#[derive(Deserialize)]
struct FieldOption {
    #[serde(deserialize_with = "decode::number")]
    field: u64,
    #[serde(default, deserialize_with = "decode::number")]
    orderid: u64,
    #[serde(default, deserialize_with = "decode::text")]
    value: String,
}

impl Client {
    /// A client of the account at `host`. No request is made.
    ///
    /// # Errors
    /// If the TLS set-up of this machine does not work.
    pub fn new(host: &Host, key: SecretString, options: Options) -> Result<Self, Error> {
        Ok(Self { transport: Arc::new(Transport::new(host, key, options)?) })
    }

    /// A client of the same account for somebody else, with this key. It shares connections and budgets, takes turns with
    /// the other clients whatever each of them wants, and counts its own requests.
    #[must_use]
    pub fn beside(&self, key: SecretString) -> Self {
        Self { transport: Arc::new(self.transport.beside(key)) }
    }

    /// The same client with places of its own in the queues: however much it asks for, a call of the others waits for one
    /// of its calls only.
    #[must_use]
    pub fn aside(&self) -> Self {
        Self { transport: Arc::new(self.transport.aside()) }
    }

    /// The same client, telling this witness of every import before it is sent. Without limits nobody is told.
    #[must_use]
    pub fn witnessed(&self, witness: Witness) -> Self {
        Self { transport: Arc::new(self.transport.witnessed(witness)) }
    }

    /// The same client, each of whose requests waits for its turn.
    #[must_use]
    pub fn in_turns(&self, turns: Turns) -> Self {
        Self { transport: Arc::new(self.transport.in_turns(turns)) }
    }

    /// Counts what another process has asked of the account: the imports that it has sent, and other requests as if it had
    /// made as many as it may until `unused_for` ago. Returns how long the next import will wait.
    pub fn remember(&self, unused_for: Duration, sent: &[Sent]) -> Duration {
        self.transport.remember(unused_for, sent)
    }

    /// What this client has done so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.transport.usage()
    }

    /// The time by the provider's clock at its latest answer, in whole seconds; none before the first.
    #[must_use]
    pub fn provider_time(&self) -> Option<DateTime<Utc>> {
        self.transport.provider_time()
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        self.transport.call(&call, read).await
    }

    /// All pages of a collection, by offset. Pages overlap or tear when the collection changes meanwhile, so this is for
    /// what changes rarely.
    pub(crate) async fn all_pages<T: DeserializeOwned>(
        &self,
        call: Call,
        key: &str,
    ) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        loop {
            let page = call.clone().with("limit", PAGE).with("offset", items.len());
            let found: Vec<T> = self
                .transport
                .call(&page, |body| {
                    let answer: Value = read(body)?;
                    let listed = answer.get(key).cloned().ok_or(ErrorKind::Unreadable)?;
                    decode::list(listed).map_err(|_| ErrorKind::Unreadable)
                })
                .await?;
            let is_last = found.len() < PAGE;
            items.extend(found);
            if is_last {
                return Ok(items);
            }
        }
    }

    /// Checks host and key by asking who the key belongs to.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`], [`ErrorKind::WrongHost`], [`ErrorKind::NameNotResolved`] or one of the transport.
    pub async fn me(&self) -> Result<User, Error> {
        let read_user = |body: &[u8]| {
            let answer: Value = read(body)?;
            answer.get("user").map(User::of).ok_or(ErrorKind::Unreadable)
        };
        match self.transport.call(&Call::get("users/me"), read_user).await {
            // The first thing ever heard from this host is a page for people.
            Err(Error { kind: ErrorKind::Unreadable, host, status, request_id, cf_ray, .. }) => {
                let wrong = Error::new(ErrorKind::WrongHost, "users/me");
                Err(Error { host, status, request_id, cf_ray, ..wrong })
            }
            other => other,
        }
    }

    /// All lists of the account.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn lists(&self) -> Result<Vec<List>, Error> {
        self.all_pages(Call::get("lists"), "lists").await
    }

    /// One list.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such list.
    pub async fn list(&self, list: u64) -> Result<List, Error> {
        let call = Call::get("lists/{id}").at(format!("lists/{list}"));
        self.get::<ListAnswer>(call).await.map(|answer| answer.list)
    }

    /// All custom fields of contacts, with their options in order.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn fields(&self) -> Result<Vec<Field>, Error> {
        let (mut fields, mut options): (Vec<Field>, Vec<FieldOption>) = (Vec::new(), Vec::new());
        loop {
            let page = Call::get("fields").with("limit", PAGE).with("offset", fields.len());
            let mut page: FieldPage = self.get(page).await?;
            let is_last = page.fields.len() < PAGE;
            fields.append(&mut page.fields);
            options.append(&mut page.options);
            if is_last {
                break;
            }
        }
        options.sort_by_key(|option| option.orderid);
        for option in options {
            if let Some(field) = fields.iter_mut().find(|field| field.id == option.field) {
                field.options.push(option.value);
            }
        }
        Ok(fields)
    }

    /// All tags of the account.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn tags(&self) -> Result<Vec<Tag>, Error> {
        self.all_pages(Call::get("tags"), "tags").await
    }

    /// Everything that the account never mails to.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn exclusions(&self) -> Result<Vec<Exclusion>, Error> {
        self.all_pages(Call::get("lists/exclusions"), "exclusions").await
    }

    /// Hands in an import.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidContacts`] if the provider turned all of it down because of some; [`ErrorKind::TooLarge`].
    pub async fn bulk_import(&self, import: &Import) -> Result<Accepted, Error> {
        let body =
            serde_json::to_vec(import).map_err(|_| Error::new(ErrorKind::Other, "import/bulk_import"))?;
        self.bulk_import_body(Bytes::from(body), import.len()).await
    }

    /// Hands in an import whose body is made already, holding that many contacts.
    ///
    /// A single contact counts against a limit of its own that is five times as tight.
    ///
    /// # Errors
    /// As [`Client::bulk_import`].
    pub async fn bulk_import_body(&self, body: Bytes, contacts: usize) -> Result<Accepted, Error> {
        let class = if contacts == 1 { Class::BulkSingle } else { Class::Bulk };
        let call = Call { class, ..Call::post("import/bulk_import", body) };
        self.transport.call(&call, read_accepted).await
    }

    /// The result of an import.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] or [`ErrorKind::Invalid`] if the provider does not know the import.
    pub async fn import_status(&self, batch: &str) -> Result<ImportStatus, Error> {
        let call = Call::get("import/info").with("batchId", batch);
        self.get::<RawStatus>(call).await.map(ImportStatus::from)
    }

    /// How much the whole account waits for.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn imports(&self) -> Result<Backlog, Error> {
        self.get::<RawBacklog>(Call::get("import/bulk_import")).await.map(Backlog::from)
    }
}

fn read_accepted(body: &[u8]) -> Result<Accepted, ErrorKind> {
    let answer: Value = read(body)?;
    let object = answer.as_object().ok_or(ErrorKind::Unreadable)?;
    if let Some(accepted) = accepted(&answer) {
        return Ok(accepted);
    }
    match any_case(object, "success") {
        // A failure that calls itself OK.
        Some(success) if as_number(success) == 0 => Err(ErrorKind::InvalidContacts(Vec::new())),
        // Accepted or not, nobody can tell: an upsert may be sent again.
        _ => Err(ErrorKind::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_to_imports_are_read_in_every_spelling() {
        let batch = || "37fbcf9a".to_owned();
        let read = |text: &str| read_accepted(text.as_bytes());
        let full =
            r#"{"success":1,"queued_contacts":250,"batchId":"37fbcf9a","message":"Contact import queued"}"#;
        assert_eq!(read(full), Ok(Accepted { batch: batch(), queued: Some(250) }));
        let capital = r#"{"Success":"1","queued_contacts":"2","batchId":"37fbcf9a"}"#;
        assert_eq!(read(capital), Ok(Accepted { batch: batch(), queued: Some(2) }));
        assert_eq!(read(r#"{"batchId":"37fbcf9a"}"#), Ok(Accepted { batch: batch(), queued: None }));
        assert_eq!(read(r#"{"success":0,"message":"no"}"#), Err(ErrorKind::InvalidContacts(Vec::new())));
        for lost in ["", "<html>", r#"{"success":1}"#, r#"{"success":1,"batchId":"37fb"#] {
            assert_eq!(read(lost), Err(ErrorKind::Unreadable), "{lost}");
        }
    }

    #[test]
    fn statuses_are_read_in_every_spelling() {
        let state = |text: &str| ImportStatus::from(read::<RawStatus>(text.as_bytes()).unwrap()).state;
        use crate::ImportState::{Active, Completed, Failed, Waiting};
        assert_eq!(state(r#"{"status":false}"#), Waiting);
        assert_eq!(state(r#"{"status":"claimed"}"#), Active);
        assert_eq!(
            state(r#"{"status":"completed","success":["1",2],"failure":["a@example.com"]}"#),
            Completed
        );
        assert_eq!(state(r#"{"status":"failed","success":{},"failure":null}"#), Failed);
    }

    #[test]
    fn lists_are_read_though_types_drift() {
        let list: ListAnswer = read(br#"{"list":{"id":3,"name":7,"channel":"email","links":[]}}"#).unwrap();
        assert_eq!((list.list.id, list.list.name.as_str()), (3, "7"));
    }
}
