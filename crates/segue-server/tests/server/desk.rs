//! A site with data in a folder, for tests of tables and segments.

use std::path::PathBuf;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::setting::{Answer, As, Odd, Site};

pub(crate) const CUSTOMERS: &str = "id,mail,city,spent,consent\n\
    1,ana@example.com,Cluj,10.50,yes\n\
    2,ion@example.com,Cluj,99,no\n\
    3,eva@example.com,Iasi,5,yes\n\
    4,dan@example.com,Iasi,120,yes\n";

const INVOICES: &str = "number,customer,total\n1,1,10\n2,1,20\n3,4,500\n";

pub(crate) struct Desk {
    pub(crate) site: Site,
    /// What is around the data folder.
    around: tempfile::TempDir,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::open_odd(Odd::default()).await
    }

    /// At an odd server.
    pub(crate) async fn open_odd(odd: Odd) -> Self {
        let around = tempfile::tempdir().expect("a folder");
        let data = around.path().join("data");
        std::fs::create_dir(&data).expect("a folder");
        let site = Site::start_odd(Odd { data_folders: vec![data], ..odd }).await;
        let desk = Self { site, around };
        desk.write("customers.csv", CUSTOMERS);
        desk.write("invoices.csv", INVOICES);
        desk
    }

    /// A place in the data folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.around.path().join("data").join(name)
    }

    /// A place beside the data folder.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.around.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).expect("a file");
    }

    /// Refreshes a segment, without a worker.
    pub(crate) async fn refresh(&self, segment: &str) -> u64 {
        let refreshed = self.site.segments.refresh(segment, chrono::Utc::now()).await.expect("a refresh");
        refreshed.outcome.expect("members").members
    }
}

pub(crate) fn customers() -> Value {
    json!({"name": "customers", "path": "customers.csv", "key": "id", "meanings": {"mail": "email"}})
}

pub(crate) fn invoices() -> Value {
    let belongs = json!([{"column": "customer", "to_table": "customers", "to_column": "id"}]);
    json!({"name": "invoices", "path": "invoices.csv", "key": "number", "kinds": {"customer": "text"},
        "relationships": belongs})
}

/// Adds both tables.
pub(crate) async fn add_tables(who: &As<'_>) {
    for table in [customers(), invoices()] {
        who.post("/tables", &table).await.expect(StatusCode::CREATED);
    }
}

/// Who lives in a city.
pub(crate) fn living_in(city: &str) -> Value {
    json!({"version": 1, "table": "customers", "rules": [{"all": [{"column": "city", "is": city}]}]})
}

/// Adds a segment of who lives in a city.
pub(crate) async fn add_segment(who: &As<'_>, name: &str, city: &str) {
    let added = json!({"name": name, "definition": living_in(city)});
    who.post("/segments", &added).await.expect(StatusCode::CREATED);
}

/// The version in force of what stands at a place.
pub(crate) async fn etag(who: &As<'_>, place: &str) -> String {
    who.get(place).await.expect(StatusCode::OK).header("etag").to_owned()
}

/// Changes the version in force.
pub(crate) async fn change(who: &As<'_>, place: &str, changes: Value) -> Answer {
    who.patch(place, &etag(who, place).await, &changes).await
}

/// Sends a file.
pub(crate) async fn send(who: &As<'_>, path: &str, etag: &str, body: impl Into<reqwest::Body>) -> Answer {
    Answer::of(who.request(Method::POST, path).header("if-match", etag).body(body)).await
}
