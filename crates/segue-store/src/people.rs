//! People who may sign in, each with one role.
//!
//! One administrator who can sign in at least remains, whatever is changed at the same time in however many processes: a
//! transaction that could take the last one waits for its turn first.

use segue_model::Role;
use segue_model::person::Language;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::audit::{Entry, write};
use crate::connections::unshare;
use crate::error::{Doing, missing_or_stale};
use crate::{Store, StoreError};

/// A person as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// A random id, never used twice.
    pub id: String,
    /// By which they sign in, folded.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What they are spoken to in.
    pub language: Language,
    /// Whether they may sign in.
    pub is_enabled: bool,
    /// The hash of the password, in PHC form; none until they have set one.
    pub password: Option<String>,
    /// Counts changes, from 1.
    pub version: i64,
    /// When they were added, in milliseconds since 1970.
    pub created_ms: i64,
    /// When they were last changed, in milliseconds since 1970.
    pub changed_ms: i64,
}

// Logins, names and hashes stay out of logs.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Which people are asked for. What is not given does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonFilter {
    /// Of this role.
    pub role: Option<Role>,
    /// Enabled, or not.
    pub is_enabled: Option<bool>,
}

/// The columns that [`read`] reads, also where people are joined to others.
pub(crate) const COLUMNS: &str =
    "person.id, person.login, person.name, person.role, person.language, person.is_enabled,
    person.password, person.version, person.created_ms, person.changed_ms";

impl Store {
    /// Whether there is an administrator who can sign in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_administrator(&self) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await.doing("looking for an administrator")?;
        Ok(administrators(&mut connection).await? > 0)
    }

    /// The person of this id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none.
    pub async fn person(&self, id: &str) -> Result<Person, StoreError> {
        let mut connection = self.pool.acquire().await.doing("reading a person")?;
        person(&mut connection, id).await?.ok_or(MISSING)
    }

    /// The person of this login, which is folded already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn person_by_login(&self, login: &str) -> Result<Option<Person>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM person WHERE login = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(login)
            .fetch_optional(&self.pool)
            .await
            .doing("reading a person")?;
        row.as_ref().map(read).transpose()
    }

    /// At most so many people by login, after the person of this id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if that person is no more.
    pub async fn people(
        &self,
        filter: PersonFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Person>, StoreError> {
        let after = match after {
            Some(id) => self.person(id).await?.login,
            None => String::new(),
        };
        let text = format!(
            "SELECT {COLUMNS} FROM person
             WHERE login > $1 AND ($2 = '' OR role = $2) AND ($3 < 0 OR is_enabled = $3)
             ORDER BY login LIMIT $4"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(after)
            .bind(filter.role.map_or("", Role::word))
            .bind(filter.is_enabled.map_or(-1, i64::from))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .doing("listing people")?;
        rows.iter().map(read).collect()
    }

    /// Adds a person.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if the login is taken.
    pub async fn add_person(&self, person: &Person, entry: &Entry) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("adding a person")?;
        add(&mut transaction, person).await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing("adding a person")
    }

    /// Changes login, name, role, language and whether the person is enabled, if `changed.version` is still the version in
    /// force; gives the version after. Somebody disabled is signed out.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Stale`], [`StoreError::Exists`] if the login is taken, or
    /// [`StoreError::LastAdministrator`].
    pub async fn change_person(&self, changed: &Person, entry: &Entry) -> Result<i64, StoreError> {
        const DOING: &str = "changing a person";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        take_turn(&mut transaction).await?;
        let taken = sqlx::query("SELECT 1 FROM person WHERE login = $1 AND id <> $2")
            .bind(&changed.login)
            .bind(&changed.id)
            .fetch_optional(&mut *transaction)
            .await
            .doing(DOING)?;
        if taken.is_some() {
            return Err(exists(&changed.login));
        }
        let text = "UPDATE person SET login = $3, name = $4, role = $5, language = $6, is_enabled = $7, changed_ms = $8,
                    version = version + 1 WHERE id = $1 AND version = $2";
        let updated = sqlx::query(text)
            .bind(&changed.id)
            .bind(changed.version)
            .bind(&changed.login)
            .bind(&changed.name)
            .bind(changed.role.word())
            .bind(changed.language.word())
            .bind(i64::from(changed.is_enabled))
            .bind(entry.at_ms)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if updated.rows_affected() == 0 {
            return Err(missing_or_stale(person(&mut transaction, &changed.id).await?.is_some(), "user"));
        }
        if administrators(&mut transaction).await? == 0 {
            return Err(StoreError::LastAdministrator);
        }
        if !changed.is_enabled {
            sign_out(&mut transaction, &changed.id, None).await?;
        }
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(changed.version + 1)
    }

    /// Removes a person with sessions, tokens and links, if this is still the version in force.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Stale`] or [`StoreError::LastAdministrator`].
    pub async fn remove_person(&self, id: &str, version: i64, entry: &Entry) -> Result<(), StoreError> {
        const DOING: &str = "removing a person";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        take_turn(&mut transaction).await?;
        for text in [
            "DELETE FROM session WHERE person_id = $1",
            "DELETE FROM token WHERE person_id = $1",
            "DELETE FROM link WHERE person_id = $1",
        ] {
            sqlx::query(text).bind(id).execute(&mut *transaction).await.doing(DOING)?;
        }
        let removed = sqlx::query("DELETE FROM person WHERE id = $1 AND version = $2")
            .bind(id)
            .bind(version)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        if removed.rows_affected() == 0 {
            return Err(missing_or_stale(person(&mut transaction, id).await?.is_some(), "user"));
        }
        if administrators(&mut transaction).await? == 0 {
            return Err(StoreError::LastAdministrator);
        }
        unshare(&mut transaction, id).await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing(DOING)
    }

    /// Sets the password's hash and ends every session of the person but one.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such person.
    pub async fn set_password(
        &self,
        id: &str,
        hash: &str,
        kept_session: Option<&str>,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.doing("setting a password")?;
        put_password(&mut transaction, id, hash, entry.at_ms).await?;
        sign_out(&mut transaction, id, kept_session).await?;
        write(&mut transaction, entry).await?;
        transaction.commit().await.doing("setting a password")
    }
}

pub(crate) const MISSING: StoreError = StoreError::Missing { what: "user" };

fn exists(login: &str) -> StoreError {
    StoreError::Exists { what: "user", name: login.to_owned() }
}

/// Waits until no other transaction that changes who administers is under way.
pub(crate) async fn take_turn(connection: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE turn SET taken = taken + 1 WHERE name = 'administrators'")
        .execute(connection)
        .await
        .doing("waiting for a turn")
        .map(drop)
}

/// How many administrators can sign in.
pub(crate) async fn administrators(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let text = "SELECT COUNT(*) AS found FROM person
                WHERE role = 'administrator' AND is_enabled = 1 AND password IS NOT NULL";
    sqlx::query(text)
        .fetch_one(connection)
        .await
        .and_then(|row| row.try_get("found"))
        .doing("looking for an administrator")
}

pub(crate) async fn add(connection: &mut AnyConnection, person: &Person) -> Result<(), StoreError> {
    let text = "INSERT INTO person
                (id, login, name, role, language, is_enabled, password, version, created_ms, changed_ms)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (login) DO NOTHING";
    let added = sqlx::query(text)
        .bind(&person.id)
        .bind(&person.login)
        .bind(&person.name)
        .bind(person.role.word())
        .bind(person.language.word())
        .bind(i64::from(person.is_enabled))
        .bind(&person.password)
        .bind(person.version)
        .bind(person.created_ms)
        .bind(person.changed_ms)
        .execute(connection)
        .await
        .doing("adding a person")?;
    if added.rows_affected() == 0 { Err(exists(&person.login)) } else { Ok(()) }
}

pub(crate) async fn put_password(
    connection: &mut AnyConnection,
    id: &str,
    hash: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let text = "UPDATE person SET password = $2, changed_ms = $3, version = version + 1 WHERE id = $1";
    let set = sqlx::query(text)
        .bind(id)
        .bind(hash)
        .bind(now_ms)
        .execute(connection)
        .await
        .doing("setting a password")?;
    if set.rows_affected() == 0 { Err(MISSING) } else { Ok(()) }
}

/// Ends the sessions of a person, but not this one.
pub(crate) async fn sign_out(
    connection: &mut AnyConnection,
    id: &str,
    kept: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM session WHERE person_id = $1 AND id <> $2")
        .bind(id)
        .bind(kept.unwrap_or_default())
        .execute(connection)
        .await
        .doing("signing out")
        .map(drop)
}

async fn person(connection: &mut AnyConnection, id: &str) -> Result<Option<Person>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM person WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id)
        .fetch_optional(connection)
        .await
        .doing("reading a person")?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn read(row: &AnyRow) -> Result<Person, StoreError> {
    const DOING: &str = "reading a person";
    let role: String = row.try_get("role").doing(DOING)?;
    let language: String = row.try_get("language").doing(DOING)?;
    Ok(Person {
        id: row.try_get("id").doing(DOING)?,
        login: row.try_get("login").doing(DOING)?,
        name: row.try_get("name").doing(DOING)?,
        role: Role::from_word(&role).ok_or(StoreError::Corrupt { what: "role" })?,
        language: Language::from_word(&language).ok_or(StoreError::Corrupt { what: "language" })?,
        is_enabled: row.try_get::<i64, _>("is_enabled").doing(DOING)? != 0,
        password: row.try_get("password").doing(DOING)?,
        version: row.try_get("version").doing(DOING)?,
        created_ms: row.try_get("created_ms").doing(DOING)?,
        changed_ms: row.try_get("changed_ms").doing(DOING)?,
    })
}
