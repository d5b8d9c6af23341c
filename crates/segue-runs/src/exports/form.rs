//! What a form needs before there is an export: lists and fields of an account, columns of a table, and which of them probably
//! belong together. Suggested, never saved unasked.

use segue_model::FieldMatch;
use segue_model::segment::{Kind, Meaning, Table};
use segue_store::{Connection, StoreError};

use super::account::{self, AccountField};
use super::{Asker, ExportError, Exports};
use crate::connections::{ListName, by_name, trouble};

/// A table and what its columns could fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The table.
    pub table: Table,
    /// Columns that can hold an address, the likeliest first.
    pub emails: Vec<String>,
    /// The column of the first name.
    pub first_name: Option<String>,
    /// The column of the last name.
    pub last_name: Option<String>,
    /// The column of the phone number.
    pub phone: Option<String>,
    /// Custom fields that are called like a column; none unless an account was asked.
    pub fields: Vec<FieldMatch>,
}

impl Exports {
    /// The lists of a connection's account, by name.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such connection for this person; [`ExportError::Trouble`].
    pub async fn lists(&self, connection: &str, asker: &Asker) -> Result<Vec<ListName>, ExportError> {
        let client = self.connections.client(&self.usable(connection, asker).await?).await?;
        let lists = client.lists().await.map_err(|error| ExportError::Trouble(trouble(&error)))?;
        Ok(by_name(lists))
    }

    /// The custom fields of a connection's account, by title.
    ///
    /// # Errors
    /// As [`Exports::lists`].
    pub async fn fields(&self, connection: &str, asker: &Asker) -> Result<Vec<AccountField>, ExportError> {
        let client = self.connections.client(&self.usable(connection, asker).await?).await?;
        account::fields(&client).await.map_err(ExportError::Trouble)
    }

    /// What the columns of a table could fill, also among the custom fields of a connection's account if one is given.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such table, or no such connection for this person; [`ExportError::Trouble`].
    pub async fn suggest(
        &self,
        table: &str,
        connection: Option<&str>,
        asker: &Asker,
    ) -> Result<Suggestion, ExportError> {
        let stored = self.store.catalog().await?;
        let table = stored.tables.iter().map(|stored| &stored.table).find(|known| known.name == table);
        let table = table.cloned().ok_or(StoreError::Missing { what: "table" })?;
        let fields = match connection {
            Some(connection) => self.fields(connection, asker).await?,
            None => Vec::new(),
        };
        Ok(suggestion(table, fields))
    }

    /// The connection, if this person may use it: others know nothing of it.
    async fn usable(&self, id: &str, asker: &Asker) -> Result<Connection, StoreError> {
        let connection = self.store.connection(id).await?;
        match connection.sharing.covers(&asker.id, asker.role) {
            true => Ok(connection),
            false => Err(StoreError::Missing { what: "connection" }),
        }
    }
}

fn suggestion(table: Table, fields: Vec<AccountField>) -> Suggestion {
    let named = |meaning| table.meaning(meaning).map(|column| column.name.clone());
    let (likely, others): (Vec<_>, Vec<_>) = table
        .columns
        .iter()
        .filter(|column| column.kind == Kind::Text)
        .partition(|column| column.meaning == Some(Meaning::Email));
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let matched = |field: AccountField| {
        let (title, tag) = (plain(&field.title), plain(&field.tag));
        let is_it = |name: &str| !name.is_empty() && (name == title || name == tag);
        let column = table.columns.iter().find(|column| is_it(&plain(&column.name)))?;
        Some(FieldMatch {
            field: field.id,
            title: field.title,
            column: column.name.clone(),
            kind: field.takes,
        })
    };
    Suggestion {
        emails: likely.into_iter().chain(others).map(|column| column.name.clone()).collect(),
        first_name: named(Meaning::FirstName),
        last_name: named(Meaning::LastName),
        phone: named(Meaning::Phone),
        fields: fields.into_iter().filter_map(matched).collect(),
        table,
    }
}
