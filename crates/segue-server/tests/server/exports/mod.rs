//! Exports over HTTP, with a simulated account at the other end. Tests are named after the lines of the product that they hold
//! us to.

mod changing;
mod form;
mod roles;
mod saving;
mod usage;

use std::collections::BTreeMap;

use activecampaign_sim::{Config, Simulator};
use reqwest::{Method, StatusCode};
use segue_model::segment::{Kind, Meaning, Table, TableColumn};
use segue_model::{Source, StoredTable};
use segue_store::{CatalogChange, Refresh, Segment};
use serde_json::{Value, json};

use crate::connections::{but, new};
use crate::setting::{Answer, As, Site};

/// A server with tables and segments, and an account to export to.
pub(crate) struct Shop {
    pub(crate) site: Site,
    account: Simulator,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let site = Site::start().await;
        let account = activecampaign_sim::start(Config { limits: None, ..Config::default() }).await;
        let columns = [
            ("id", Kind::Text, None),
            ("note", Kind::Text, None),
            ("mail", Kind::Text, Some(Meaning::Email)),
            ("first", Kind::Text, Some(Meaning::FirstName)),
            ("last", Kind::Text, Some(Meaning::LastName)),
            ("mobile", Kind::Number, Some(Meaning::Phone)),
            ("city", Kind::Text, Some(Meaning::City)),
            ("born", Kind::Date, None),
            ("value", Kind::Number, None),
            ("seen", Kind::LocalTime, None),
            ("likes", Kind::TextList, None),
            ("blob", Kind::Other, None),
        ];
        let consent = BTreeMap::from([("consented".to_owned(), "all: [{column: note, is: yes}]".to_owned())]);
        put_table(&site, "profiles", &columns, consent).await;
        put_table(&site, "companies", &[("id", Kind::Text, None)], BTreeMap::new()).await;
        for (name, table) in [("brazil", "profiles"), ("chile", "profiles"), ("suppliers", "companies")] {
            add_segment(&site, name, table).await;
        }
        refreshed(&site, "brazil", 700_000).await;
        Self { site, account: account.expect("a simulator") }
    }

    /// Adds a connection; gives its id.
    pub(crate) async fn connection(&self, root: &As<'_>, name: &str, sharing: Value) -> String {
        let body = but(new(&self.account, name), "sharing", sharing);
        let added = root.post("/connections", &body).await.expect(StatusCode::CREATED);
        added.text_at("/connection/id").to_owned()
    }

    async fn at_the_account(&self, what: &str) -> Value {
        let answer = reqwest::get(format!("http://{}/sim/{what}", self.account.address())).await;
        answer.expect("an answer").json().await.expect("JSON")
    }
}

async fn put_table(
    site: &Site,
    name: &str,
    columns: &[(&str, Kind, Option<Meaning>)],
    conditions: BTreeMap<String, String>,
) {
    let columns = columns.iter();
    let columns = columns.map(|&(name, kind, meaning)| TableColumn { name: name.to_owned(), kind, meaning });
    let table = Table {
        name: name.to_owned(),
        columns: columns.collect(),
        key: Some("id".to_owned()),
        relationships: Vec::new(),
        conditions,
    };
    let stored = StoredTable { table, source: Source::anywhere(format!("/nowhere/{name}.csv")) };
    site.change_catalog(CatalogChange::PutTable(stored)).await;
}

async fn add_segment(site: &Site, name: &str, table: &str) {
    let definition = format!("version: 1\ntable: {table}\nrules: [{{all: [{{column: id, is: '1'}}]}}]\n");
    let segment = Segment {
        name: name.to_owned(),
        description: String::new(),
        definition,
        is_static: false,
        is_active: true,
        snapshot: None,
        refreshed_ms: None,
        members: None,
        members_before: None,
        version: 0,
    };
    site.change_catalog(CatalogChange::AddSegment(segment)).await;
}

async fn refreshed(site: &Site, segment: &str, members: u64) {
    let refresh = Refresh {
        at_ms: 7,
        millis: 1,
        members: Some(members),
        words: String::new(),
        set_aside: 0,
        is_loaded: false,
    };
    let before = site.segments.segment(segment).await.expect("a segment").snapshot;
    let saved = site.store.save_refresh(segment, &refresh, before.as_deref(), Some("a.parquet"), true).await;
    saved.expect("a refresh");
}

/// An export with everything right about it.
pub(crate) fn weekly(connection: &str) -> Value {
    json!({
        "name": "Weekly letter",
        "connection": connection,
        "list": 2,
        "segments": ["brazil"],
        "matching": {"email": "mail", "first_name": "first"},
    })
}

/// Saves an export; gives its place.
pub(crate) async fn save(who: &As<'_>, body: &Value) -> String {
    let saved = who.post("/exports", body).await.expect(StatusCode::CREATED);
    saved.header("location").strip_prefix("/api/v1").expect("a place").to_owned()
}

/// Changes the version in force.
async fn change(who: &As<'_>, place: &str, changes: Value) -> Answer {
    let etag = who.get(place).await.header("etag").to_owned();
    who.patch(place, &etag, &changes).await
}

/// Does something to the version in force.
async fn act(who: &As<'_>, place: &str, verb: &str) -> Answer {
    let etag = who.get(place).await.header("etag").to_owned();
    Answer::of(who.request(Method::POST, &format!("{place}/{verb}")).header("if-match", etag)).await
}
