//! Connections: where data may go, with the key to it.
//!
//! A key is written and read here only, and never part of a [`Connection`].

use secrecy::SecretString;
use segue_model::connection::{ConnectionKind, Consent, Sharing, Signature, Tested, folded_name};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::audit::{Entry, write};
use crate::error::{Doing, failed, is_taken, is_used, missing_or_stale};
use crate::secrets::{key_in_force, sealed_with};
use crate::{MasterKeys, Reference, ReferenceRules, Secret, Store, StoreError};

/// A connection without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: String,
    /// Where it leads.
    pub kind: ConnectionKind,
    /// What people call it.
    pub name: String,
    /// The account's host, with a scheme where that is not HTTPS.
    pub host: String,
    /// Where its key is; none if it is sealed here.
    pub reference: Option<Reference>,
    /// The id of the master key that its key is sealed with, if it is sealed here.
    pub sealed_with: Option<String>,
    /// Who may use it.
    pub sharing: Sharing,
    /// Who agreed that data leaves, and to which text.
    pub consent: Consent,
    /// In whose name it runs, and since when.
    pub export_user: Signature,
    /// How the latest test ended.
    pub tested: Tested,
    /// Counts changes.
    pub version: i64,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it was last changed, in milliseconds since 1970.
    pub changed_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct Document {
    sharing: Sharing,
    consent: Consent,
    export_user: Signature,
}

const COLUMNS: &str =
    "id, kind, name, host, CASE WHEN api_key LIKE 'sealed:%' THEN SUBSTR(api_key, 1, 16) ELSE api_key END AS reference,
    document, tested, version, created_ms, changed_ms";

const MISSING: StoreError = StoreError::Missing { what: "connection" };

impl Store {
    /// Adds a connection with its key, which is sealed with these keys.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the name is taken; [`StoreError::WrongKey`].
    pub async fn add_connection(
        &self,
        connection: &Connection,
        key: &Secret,
        keys: &MasterKeys,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        const DOING: &str = "adding a connection";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let api_key = column(&mut transaction, &connection.id, key, keys).await?;
        let text =
            "INSERT INTO connection (id, kind, name, folded_name, host, api_key, document, tested, version,
                    created_ms, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let added = sqlx::query(text)
            .bind(&connection.id)
            .bind(connection.kind.word())
            .bind(&connection.name)
            .bind(folded_name(&connection.name))
            .bind(&connection.host)
            .bind(api_key)
            .bind(document(connection)?)
            .bind(json(&connection.tested)?)
            .bind(connection.version)
            .bind(connection.created_ms)
            .bind(connection.changed_ms)
            .execute(&mut *transaction)
            .await;
        added.map_err(|error| taken_or(DOING, &connection.name, error))?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)
    }

    /// Changes everything that can be changed about a connection, and its key where one is given, if `changed.version` is
    /// still the version in force; gives the version after.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Stale`], [`StoreError::Exists`] if the name is taken, [`StoreError::WrongKey`].
    pub async fn change_connection(
        &self,
        changed: &Connection,
        key: Option<&Secret>,
        keys: &MasterKeys,
        entry: &Entry,
    ) -> Result<i64, StoreError> {
        const DOING: &str = "changing a connection";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let api_key = match key {
            Some(key) => Some(column(&mut transaction, &changed.id, key, keys).await?),
            None => None,
        };
        let text = "UPDATE connection SET name = $3, folded_name = $4, host = $5, api_key = COALESCE($6, api_key),
                    document = $7, tested = $8, changed_ms = $9, version = version + 1 WHERE id = $1 AND version = $2";
        let updated = sqlx::query(text)
            .bind(&changed.id)
            .bind(changed.version)
            .bind(&changed.name)
            .bind(folded_name(&changed.name))
            .bind(&changed.host)
            .bind(api_key)
            .bind(document(changed)?)
            .bind(json(&changed.tested)?)
            .bind(changed.changed_ms)
            .execute(&mut *transaction)
            .await;
        let updated = updated.map_err(|error| taken_or(DOING, &changed.name, error))?;
        if updated.rows_affected() == 0 {
            return Err(missing_or_stale(find(&mut transaction, &changed.id).await?.is_some(), "connection"));
        }
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)?;
        if key.is_some() {
            self.erase_deleted().await?;
        }
        Ok(changed.version + 1)
    }

    /// Notes how a test ended. It is no change of the connection.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note_test(&self, id: &str, tested: &Tested) -> Result<(), StoreError> {
        sqlx::query("UPDATE connection SET tested = $2 WHERE id = $1")
            .bind(id)
            .bind(json(tested)?)
            .execute(&self.pool)
            .await
            .doing("noting a test")
            .map(drop)
    }

    /// All connections by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn connections(&self) -> Result<Vec<Connection>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM connection");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .fetch_all(&self.pool)
            .await
            .doing("listing connections")?;
        let mut found: Vec<Connection> = rows.iter().map(read).collect::<Result<_, _>>()?;
        // Not by the database: the order of letters in Postgres depends on how it was set up.
        found.sort_by_cached_key(|connection| folded_name(&connection.name));
        Ok(found)
    }

    /// The connection with this id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none.
    pub async fn connection(&self, id: &str) -> Result<Connection, StoreError> {
        let mut connection = self.pool.acquire().await.doing("reading a connection")?;
        find(&mut connection, id).await?.ok_or(MISSING)
    }

    /// The key of a connection, opened with these keys or read from where it is.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such connection; [`StoreError::WrongKey`]; [`StoreError::Reference`].
    pub async fn connection_key(
        &self,
        id: &str,
        keys: &MasterKeys,
        rules: &ReferenceRules,
    ) -> Result<SecretString, StoreError> {
        const DOING: &str = "reading a connection's key";
        let row = sqlx::query("SELECT api_key FROM connection WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .doing(DOING)?
            .ok_or(MISSING)?;
        let api_key: String = row.try_get("api_key").doing(DOING)?;
        match Reference::parse(&api_key) {
            Some(reference) => reference.read(rules),
            None => keys.open(&place(id), &api_key),
        }
    }

    /// Removes a connection and erases its key, if this is still the version in force.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Stale`], or [`StoreError::InUse`] while an export uses it.
    pub async fn remove_connection(&self, id: &str, version: i64, entry: &Entry) -> Result<(), StoreError> {
        const DOING: &str = "removing a connection";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        let removed = sqlx::query("DELETE FROM connection WHERE id = $1 AND version = $2")
            .bind(id)
            .bind(version)
            .execute(&mut *transaction)
            .await;
        let removed = removed.map_err(|error| match is_used(&error) {
            true => StoreError::InUse { what: "connection" },
            false => failed(DOING, error),
        })?;
        if removed.rows_affected() == 0 {
            return Err(missing_or_stale(find(&mut transaction, id).await?.is_some(), "connection"));
        }
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)?;
        self.erase_deleted().await
    }
}

fn place(id: &str) -> String {
    format!("connection:{id}:api_key")
}

async fn column(
    connection: &mut AnyConnection,
    id: &str,
    key: &Secret,
    keys: &MasterKeys,
) -> Result<String, StoreError> {
    match key {
        Secret::Reference(reference) => Ok(reference.to_string()),
        Secret::Value(value) => {
            let in_force = key_in_force(connection, keys).await?;
            keys.seal(&in_force, &place(id), value)
        }
    }
}

fn document(connection: &Connection) -> Result<String, StoreError> {
    json(&Document {
        sharing: connection.sharing.clone(),
        consent: connection.consent.clone(),
        export_user: connection.export_user.clone(),
    })
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt { what: "connection" })
}

fn taken_or(doing: &'static str, name: &str, error: sqlx::Error) -> StoreError {
    if is_taken(&error) {
        return StoreError::Exists { what: "connection", name: name.to_owned() };
    }
    failed(doing, error)
}

async fn find(connection: &mut AnyConnection, id: &str) -> Result<Option<Connection>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM connection WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id)
        .fetch_optional(connection)
        .await
        .doing("reading a connection")?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Connection, StoreError> {
    const DOING: &str = "reading a connection";
    const FAULT: StoreError = StoreError::Corrupt { what: "connection" };
    let text = |column: &str| row.try_get::<String, _>(column).doing(DOING);
    let number = |column: &str| row.try_get::<i64, _>(column).doing(DOING);
    let document: Document = serde_json::from_str(&text("document")?).map_err(|_| FAULT)?;
    // Of what is sealed, the name of the key only.
    let reference = text("reference")?;
    Ok(Connection {
        id: text("id")?,
        kind: ConnectionKind::from_word(&text("kind")?).ok_or(FAULT)?,
        name: text("name")?,
        host: text("host")?,
        reference: Reference::parse(&reference),
        sealed_with: sealed_with(&reference).map(str::to_owned),
        sharing: document.sharing,
        consent: document.consent,
        export_user: document.export_user,
        tested: serde_json::from_str(&text("tested")?).map_err(|_| FAULT)?,
        version: number("version")?,
        created_ms: number("created_ms")?,
        changed_ms: number("changed_ms")?,
    })
}
