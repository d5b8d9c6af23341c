//! Exports: saved, checked, changed, removed. The server's routes and the command line call this.
//!
//! ```text
//! account.rs   what is asked of the account at save: the list, the custom fields
//! check.rs     what is told without asking it
//! checked.rs   both together: a recipe, or everything that is wrong
//! error.rs     why something was not done
//! form.rs      what a form needs before there is an export
//! record.rs    what the audit log keeps of an export
//! wanted.rs    what is handed in, and what comes out
//! ```
//!
//! Saving sends nothing and starts nothing. It reads at the account whether the list is there and what custom fields take,
//! and tells every mistake at once; what has not changed is not asked for again, so that an export can be renamed or put on
//! another schedule while the account is down.
//!
//! Who may change an export follows from its connection: whoever may use that, whoever made the export. One that is detached
//! is for administrators.

mod account;
mod check;
mod checked;
mod error;
mod form;
mod record;
mod wanted;

use std::sync::Arc;

use segue_model::Right;
use segue_model::connection::{Signature, folded_name};
use segue_model::person::display_name;
use segue_model::segment::Fault;
use segue_store::{Connection, Entry, SavedExport, Store, StoreError};

use self::check::{Ground, at};
use self::checked::Checked;
use self::record::log_entry;
use crate::connections::Connections;

pub use self::account::AccountField;
pub use self::error::ExportError;
pub use self::form::Suggestion;
pub use self::wanted::{
    Asker, BrakesChange, ExportChange, ExportFilter, SeenExport, SegmentSize, ShownExport, UsedConnection,
    WantedExport, WantedMatching,
};

/// The saved exports of an installation.
#[derive(Debug, Clone)]
pub struct Exports {
    store: Store,
    connections: Connections,
}

impl Exports {
    /// The exports in this store, over these connections.
    #[must_use]
    pub fn new(store: Store, connections: Connections) -> Self {
        Self { store, connections }
    }

    /// Saves a new export under this id. Nothing is sent. `by` is the audit entry, of which time, person and place are known.
    ///
    /// # Errors
    /// [`ExportError::Faults`] for everything that is wrong with it; [`ExportError::NotShared`]; [`ExportError::Trouble`] if
    /// the account cannot be asked; [`StoreError::Exists`] if the name is taken.
    pub async fn create(
        &self,
        id: &str,
        wanted: &WantedExport,
        is_enabled: bool,
        asker: &Asker,
        by: &Entry,
    ) -> Result<ShownExport, ExportError> {
        if !asker.role.may(Right::ChangeSharedExports) {
            return Err(ExportError::NotShared);
        }
        let Checked { name, recipe } = self.checked(wanted, None, asker).await?;
        let signature = signed(asker, by);
        let export = SavedExport {
            id: id.to_owned(),
            name,
            connection: wanted.connection.clone(),
            recipe,
            is_enabled,
            scheduled_ms: by.at_ms,
            version: 1,
            created: signature.clone(),
            updated: signature,
        };
        self.store.add_recipe(&export, &log_entry(by, "export.create", None, Some(&export))).await?;
        self.shown(export, asker).await
    }

    /// Changes an export, if `version` is still in force. What is new about it is checked as for a new one.
    ///
    /// # Errors
    /// As [`Exports::create`], and [`StoreError::Missing`] or [`StoreError::Stale`].
    pub async fn change(
        &self,
        id: &str,
        version: i64,
        change: &ExportChange,
        asker: &Asker,
        by: &Entry,
    ) -> Result<ShownExport, ExportError> {
        let before = self.editable(id, Some(version), asker).await?;
        let wanted = change.applied(&before).ok_or(ExportError::Defect)?;
        let Checked { name, recipe } = self.checked(&wanted, Some(&before), asker).await?;
        let after = SavedExport { name, connection: wanted.connection, recipe, ..before.clone() };
        self.save(&before, after, "export.change", asker, by).await
    }

    /// Saves a copy of an export under another id and name. It is disabled: two that keep one list are seldom meant.
    ///
    /// # Errors
    /// [`ExportError::Faults`] for the name; [`ExportError::NotShared`]; [`StoreError::Missing`]; [`StoreError::Exists`].
    pub async fn duplicate(
        &self,
        id: &str,
        copy: &str,
        name: &str,
        asker: &Asker,
        by: &Entry,
    ) -> Result<ShownExport, ExportError> {
        let original = self.editable(id, None, asker).await?;
        let name = display_name(name)
            .map_err(|words| ExportError::Faults(vec![Fault::error(&at("name"), words)]))?;
        let signature = signed(asker, by);
        let export = SavedExport {
            id: copy.to_owned(),
            name,
            is_enabled: false,
            scheduled_ms: by.at_ms,
            version: 1,
            created: signature.clone(),
            updated: signature,
            ..original
        };
        self.store.add_recipe(&export, &log_entry(by, "export.duplicate", None, Some(&export))).await?;
        self.shown(export, asker).await
    }

    /// Takes the connection from an export, if `version` is still in force: it stays as it is and does not run until it gets
    /// another one. For administrators.
    ///
    /// # Errors
    /// [`ExportError::NotAdministrator`]; [`StoreError::Missing`] or [`StoreError::Stale`].
    pub async fn detach(
        &self,
        id: &str,
        version: i64,
        asker: &Asker,
        by: &Entry,
    ) -> Result<ShownExport, ExportError> {
        if !asker.role.may(Right::DetachConnections) {
            return Err(ExportError::NotAdministrator);
        }
        let before = self.editable(id, Some(version), asker).await?;
        let after = SavedExport { connection: None, ..before.clone() };
        self.save(&before, after, "export.detach", asker, by).await
    }

    /// Lets an export run, or not, if `version` is still in force.
    ///
    /// # Errors
    /// [`ExportError::NotShared`]; [`StoreError::Missing`] or [`StoreError::Stale`].
    pub async fn set_enabled(
        &self,
        id: &str,
        version: i64,
        is_enabled: bool,
        asker: &Asker,
        by: &Entry,
    ) -> Result<ShownExport, ExportError> {
        let before = self.editable(id, Some(version), asker).await?;
        let after = SavedExport { is_enabled, ..before.clone() };
        let action = if is_enabled { "export.enable" } else { "export.disable" };
        self.save(&before, after, action, asker, by).await
    }

    /// Removes an export, if `version` is still in force.
    ///
    /// # Errors
    /// [`ExportError::NotShared`]; [`StoreError::Missing`] or [`StoreError::Stale`].
    pub async fn remove(&self, id: &str, version: i64, asker: &Asker, by: &Entry) -> Result<(), ExportError> {
        let before = self.editable(id, Some(version), asker).await?;
        let entry = log_entry(by, "export.remove", Some(&before), None);
        Ok(self.store.remove_recipe(id, version, &entry).await?)
    }

    /// The exports that are asked for, by name. Everybody sees all of them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn list(&self, filter: &ExportFilter, asker: &Asker) -> Result<Vec<SeenExport>, ExportError> {
        let (stored, connections) = (self.store.catalog().await?, self.store.connections().await?);
        let seen = stored.exports.iter().map(|export| self.seen(Arc::clone(export), &connections, asker));
        Ok(seen.filter(|seen| is_asked_for(seen, filter)).collect())
    }

    /// One export, with the members of its segments and what is probably not meant.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none.
    pub async fn show(&self, id: &str, asker: &Asker) -> Result<ShownExport, ExportError> {
        self.shown(self.store.recipe(id).await?, asker).await
    }

    /// The export, if this person may change it and this is its version.
    pub(crate) async fn editable(
        &self,
        id: &str,
        version: Option<i64>,
        asker: &Asker,
    ) -> Result<SavedExport, ExportError> {
        let export = self.store.recipe(id).await?;
        let connection = match &export.connection {
            Some(connection) => Some(self.store.connection(connection).await?),
            None => None,
        };
        if !may_edit(connection.as_ref(), asker) {
            return Err(ExportError::NotShared);
        }
        match version {
            Some(version) if version != export.version => Err(StoreError::Stale { what: "export" }.into()),
            _ => Ok(export),
        }
    }

    async fn save(
        &self,
        before: &SavedExport,
        after: SavedExport,
        action: &str,
        asker: &Asker,
        by: &Entry,
    ) -> Result<ShownExport, ExportError> {
        let scheduled_ms = if is_scheduled_alike(before, &after) { before.scheduled_ms } else { by.at_ms };
        let after = SavedExport { updated: signed(asker, by), scheduled_ms, ..after };
        let entry = log_entry(by, action, Some(before), Some(&after));
        let version = self.store.change_recipe(&after, &entry).await?;
        self.shown(SavedExport { version, ..after }, asker).await
    }

    async fn shown(&self, export: SavedExport, asker: &Asker) -> Result<ShownExport, ExportError> {
        let connections = self.store.connections().await?;
        let ground = self.ground().await?;
        let segments = ground.sizes(&export.recipe.segments);
        let mut warnings = check::odd_sizes(&segments, &export.recipe.brakes);
        warnings.extend(rivals(&export, &connections, &ground.0.exports));
        Ok(ShownExport { seen: self.seen(Arc::new(export), &connections, asker), segments, warnings })
    }

    async fn ground(&self) -> Result<Ground, ExportError> {
        Ok(Ground(self.store.catalog().await?))
    }

    fn seen(&self, export: Arc<SavedExport>, connections: &[Connection], asker: &Asker) -> SeenExport {
        let connection = export.connection.as_deref();
        let connection = connections.iter().find(|known| Some(known.id.as_str()) == connection);
        SeenExport {
            connection: connection.map(|connection| UsedConnection {
                id: connection.id.clone(),
                name: connection.name.clone(),
                kind: connection.kind,
                is_sandbox: self.connections.rules().is_sandbox(&connection.host),
            }),
            may_edit: may_edit(connection, asker),
            export,
        }
    }
}

/// A warning about exports that keep the same list.
fn rivals(export: &SavedExport, connections: &[Connection], all: &[Arc<SavedExport>]) -> Option<Fault> {
    let host = |export: &SavedExport| {
        let id = export.connection.as_deref()?;
        connections.iter().find(|connection| connection.id == id).map(|connection| &connection.host)
    };
    let own = host(export)?;
    let others = all.iter().filter(|other| {
        other.id != export.id
            && other.recipe.list.id == export.recipe.list.id
            && host(other).is_some_and(|host| host == own)
    });
    let names: Vec<&str> = others.map(|other| other.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let words = format!(
        "the list is kept by other exports as well: {}; in mirror mode one of them may take off who belongs there by \
         another",
        names.join(", ")
    );
    Some(Fault::warning(&at("list"), words))
}

fn may_edit(connection: Option<&Connection>, asker: &Asker) -> bool {
    let is_shared = connection.is_some_and(|connection| connection.sharing.covers(&asker.id, asker.role));
    asker.role.may(Right::change_exports(is_shared))
}

/// Whether an export still runs by itself when it did before.
fn is_scheduled_alike(before: &SavedExport, after: &SavedExport) -> bool {
    let when = |export: &SavedExport| (export.is_enabled, export.connection.is_some());
    when(before) == when(after) && before.recipe.schedule == after.recipe.schedule
}

fn signed(asker: &Asker, by: &Entry) -> Signature {
    Signature { id: asker.id.clone(), name: asker.name.clone(), at_ms: by.at_ms }
}

fn is_asked_for(seen: &SeenExport, filter: &ExportFilter) -> bool {
    let SeenExport { export, connection, .. } = seen;
    let is_found = filter.search.as_deref().map(folded_name).is_none_or(|part| {
        let names =
            connection.iter().flat_map(|connection| [connection.name.as_str(), connection.kind.title()]);
        std::iter::once(export.name.as_str()).chain(names).any(|name| folded_name(name).contains(&part))
    });
    is_found
        && filter.connection.as_ref().is_none_or(|id| export.connection.as_ref() == Some(id))
        && filter.segment.as_ref().is_none_or(|segment| export.recipe.segments.contains(segment))
}
