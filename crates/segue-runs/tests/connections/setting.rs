//! A store with people in it, a simulated account, and the connections between them.

use std::sync::Arc;

use activecampaign::{HostPolicy, Limits};
use activecampaign_sim::{Config, Fault, KEY, Simulator};
use segue_model::connection::{CONSENT_TEXT, Sharing, Signature};
use segue_model::person::Language;
use segue_model::recipe::{Recipe, TargetList};
use segue_model::schedule::ExportSchedule;
use segue_model::{Blanks, Brakes, DataMatching, Mode, Role};
use segue_runs::Turns;
use segue_runs::connections::{
    Attempt, ConnectionChange, ConnectionError, ConnectionRules, Connections, NewConnection, ProvenPerson,
};
use segue_store::{
    Connection, Entry, EntryFilter, MasterKeys, Person, ReferenceRules, SavedExport, Secret, StateDirectory,
    Store,
};

pub(crate) const NOW: i64 = 1_790_000_000_000;

pub(crate) struct Setting {
    pub(crate) connections: Connections,
    pub(crate) store: Store,
    pub(crate) keys: MasterKeys,
    pub(crate) directory: StateDirectory,
    pub(crate) simulator: Simulator,
    pub(crate) folder: tempfile::TempDir,
}

impl Setting {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|fault| fault.parse::<Fault>().expect("a fault")).collect();
        let simulator =
            activecampaign_sim::start(Config { faults, ..Config::default() }).await.expect("a simulator");
        let folder = tempfile::tempdir().expect("a folder");
        let directory = StateDirectory::open(&folder.path().join("state")).expect("a state directory");
        let store = Store::open(&directory).await.expect("a store");
        for (id, role) in
            [("eva", Role::Administrator), ("dan", Role::Administrator), ("ion", Role::Contributor)]
        {
            store.add_person(&person(id, role), &by("eva")).await.expect("a person");
        }
        let keys = MasterKeys::of_directory(&directory).expect("a master key");
        let rules = ConnectionRules {
            hosts: HostPolicy::AllowInsecure,
            references: ReferenceRules { folder: Some(folder.path().to_owned()) },
            policy: Some("https://acme.example/privacy".into()),
            sandbox: None,
        };
        let connections = Connections::new(store.clone(), keys.clone(), rules, unlimited(&store));
        Self { connections, store, keys, directory, simulator, folder }
    }

    pub(crate) fn host(&self) -> String {
        format!("http://{}", self.simulator.address())
    }

    pub(crate) fn attempt(&self, key: &str) -> Attempt {
        Attempt { host: self.host(), key: Secret::Value(key.to_owned().into()), agreed: Some(CONSENT_TEXT) }
    }

    pub(crate) fn new_connection(&self, name: &str) -> NewConnection {
        NewConnection {
            id: format!("c-{}", name.to_lowercase()),
            name: name.into(),
            sharing: Sharing::default(),
            account: self.attempt(KEY),
        }
    }

    /// Makes a connection of this name by the administrator Eva.
    pub(crate) async fn create(&self, name: &str) -> Result<Connection, ConnectionError> {
        let created = self.connections.create(&self.new_connection(name), &proven("eva"), &by("eva")).await;
        created.map(|(connection, _)| connection)
    }

    pub(crate) async fn change(
        &self,
        connection: &Connection,
        change: ConnectionChange,
    ) -> Result<Connection, ConnectionError> {
        self.connections.change(&connection.id, connection.version, &change, &by("eva")).await
    }

    /// The audit entries of this action, newest first.
    pub(crate) async fn logged(&self, action: &str) -> Vec<Entry> {
        let filter = EntryFilter { action: Some(action.into()), ..EntryFilter::default() };
        self.store.entries(&filter, None, 100).await.expect("entries")
    }

    /// How often the account was called.
    pub(crate) async fn requests(&self) -> u64 {
        let state = reqwest::get(format!("{}/sim/state", self.host())).await.expect("an answer");
        let state: serde_json::Value = state.json().await.expect("JSON");
        state["requests"].as_u64().expect("a number")
    }

    /// What goes wrong with the account from now on.
    pub(crate) async fn set_faults(&self, faults: &[&str]) {
        let answer =
            reqwest::Client::new().post(format!("{}/sim/faults", self.host())).json(faults).send().await;
        assert!(answer.expect("an answer").status().is_success());
    }

    /// Saves an export on a connection.
    pub(crate) async fn add_export(&self, id: &str, connection: &str) -> SavedExport {
        let by_eva = Signature { id: "eva".into(), name: "EVA".into(), at_ms: NOW };
        let export = SavedExport {
            id: id.into(),
            name: format!("Export {id}"),
            connection: Some(connection.into()),
            recipe: Recipe {
                list: TargetList { id: 1, name: "Newsletter".into() },
                segments: Vec::new(),
                matching: DataMatching { email: "Email".into(), ..DataMatching::default() },
                mode: Mode::default(),
                blanks: Blanks::default(),
                automations: false,
                brakes: Brakes::default(),
                required: Vec::new(),
                schedule: ExportSchedule::default(),
            },
            is_enabled: true,
            scheduled_ms: NOW,
            version: 1,
            created: by_eva.clone(),
            updated: by_eva,
        };
        self.store.add_recipe(&export, &by("eva")).await.expect("an export");
        export
    }

    pub(crate) async fn database(&self) -> sqlx::AnyConnection {
        let address = format!("sqlite://{}", self.directory.database().display());
        <sqlx::AnyConnection as sqlx::Connection>::connect(&address).await.expect("the database")
    }
}

/// Turns that nobody waits for.
pub(crate) fn unlimited(store: &Store) -> Turns {
    Turns::new(store.clone(), Limits::none(), Arc::new(|| NOW), "test".to_owned())
}

pub(crate) fn person(id: &str, role: Role) -> Person {
    Person {
        id: id.into(),
        login: format!("{id}@example.com"),
        name: id.to_uppercase(),
        role,
        language: Language::En,
        is_enabled: true,
        password: Some("a hash".into()),
        version: 1,
        created_ms: NOW,
        changed_ms: NOW,
    }
}

pub(crate) fn proven(id: &str) -> ProvenPerson {
    ProvenPerson { id: id.into(), name: id.to_uppercase(), role: Role::Administrator }
}

/// An audit entry of which person, time and place are known.
pub(crate) fn by(id: &str) -> Entry {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    Entry {
        id: format!("e-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
        at_ms: NOW,
        who: Some(id.into()),
        login: format!("{id}@example.com"),
        peer: "192.0.2.1".into(),
        request: String::new(),
        action: String::new(),
        object_kind: String::new(),
        object_id: String::new(),
        object_name: String::new(),
        before: None,
        after: None,
    }
}

/// The field that is at fault.
pub(crate) fn field<T: std::fmt::Debug>(outcome: Result<T, ConnectionError>) -> (&'static str, String) {
    match outcome {
        Err(ConnectionError::Field { field, problem }) => (field, problem),
        other => panic!("{other:?}"),
    }
}
