//! What exports need is not taken away under them.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use segue_model::segment::{Kind, TableColumn};
use segue_model::{Source, StoredTable};
use segue_runs::segments::{SegmentEdit, SegmentError};
use segue_store::CatalogChange;
use serde_json::json;

use super::{Shop, put_table, save, weekly};
use crate::connections::but;

fn words<T: std::fmt::Debug>(outcome: Result<T, SegmentError>) -> String {
    match outcome {
        Err(SegmentError::InUse { words, .. }) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_segment_in_use_stays_and_names_its_exports() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let place = save(&root, &weekly(&connection)).await;
    let segments = &shop.site.segments;
    let usage = segments.usage("brazil").await.unwrap();
    assert_eq!(usage.exports[0].name, "Weekly letter");
    assert_eq!(
        words(segments.delete("brazil", None, &shop.site.by()).await),
        "segment \"brazil\" is used by exports: Weekly letter; change or remove them first"
    );

    let renamed = SegmentEdit { name: Some("br".into()), ..SegmentEdit::default() };
    segments.edit("brazil", None, &renamed, &shop.site.by()).await.unwrap();
    let renamed = root.get(&place).await.expect(StatusCode::OK);
    assert_eq!((&renamed.body["export"]["segments"], renamed.header("etag")), (&json!(["br"]), "\"2\""));

    root.delete_version(&place, "\"2\"").await.expect(StatusCode::NO_CONTENT);
    segments.delete("br", None, &shop.site.by()).await.unwrap();
}

#[tokio::test]
async fn a_segment_in_use_stays_over_its_table() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    save(&root, &weekly(&connection)).await;
    let over = |table: &str| {
        let definition = format!("version: 1\ntable: {table}\nrules: [{{all: [{{column: id, is: '2'}}]}}]\n");
        SegmentEdit { definition: Some(definition), ..SegmentEdit::default() }
    };
    let by = shop.site.by();
    let segments = &shop.site.segments;
    segments.edit("brazil", None, &over("profiles"), &by).await.unwrap();
    let refused = words(segments.edit("brazil", None, &over("companies"), &shop.site.by()).await);
    assert!(refused.contains("used by exports: Weekly letter"), "{refused}");
    segments.edit("chile", None, &over("companies"), &shop.site.by()).await.unwrap();
}

#[tokio::test]
async fn a_table_and_a_condition_in_use_stay_and_name_the_exports() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let place = save(&root, &but(weekly(&connection), "required", json!(["consented"]))).await;
    let segments = &shop.site.segments;
    assert_eq!(
        words(segments.remove_table("profiles", None, &shop.site.by()).await),
        "table \"profiles\" is used by segment brazil, segment chile, export Weekly letter: change or remove what uses \
         it first"
    );
    assert_eq!(
        words(segments.declare("profiles", None, "consented", None, &shop.site.by()).await),
        "condition \"consented\" is required by exports: Weekly letter; change or remove them first"
    );
    super::change(&root, &place, json!({"required": []})).await.expect(StatusCode::OK);
    segments.declare("profiles", None, "consented", None, &shop.site.by()).await.unwrap();
}

#[tokio::test]
async fn a_lost_column_names_every_export_that_it_breaks() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, "id,mail,city\na,a@example.com,Rio\n").unwrap();
    let names = ["id", "mail", "city", "tier", "paid", "agreed"];
    let columns: Vec<_> = names.iter().map(|&name| (name, Kind::Text, None)).collect();
    let declared = [("paying", "paid"), ("consented", "agreed"), ("local", "city")];
    let declared =
        declared.map(|(name, column)| (name.to_owned(), format!("all: [{{column: {column}, is: x}}]")));
    put_table(&shop.site, "people", &columns, BTreeMap::from(declared.clone())).await;
    let mut stored = shop.site.store.catalog().await.unwrap().tables.clone();
    stored.retain(|stored| stored.table.name == "people");
    let stored = StoredTable { source: Source::anywhere(path.display().to_string()), ..stored.remove(0) };
    shop.site.change_catalog(CatalogChange::PutTable(stored.clone())).await;
    assert!(stored.table.columns.contains(&TableColumn {
        name: "tier".into(),
        kind: Kind::Text,
        meaning: None
    }));
    super::add_segment(&shop.site, "all", "people").await;
    super::add_segment(&shop.site, "payers", "people").await;
    let payers = "version: 1\ntable: people\nrules: [{all: [{condition: paying}]}]\n".to_owned();
    let payers = SegmentEdit { definition: Some(payers), ..SegmentEdit::default() };
    shop.site.segments.edit("payers", None, &payers, &shop.site.by()).await.unwrap();

    let letter = |name: &str| but(but(weekly(&connection), "name", json!(name)), "segments", json!(["all"]));
    let plain = json!({"email": "mail", "first_name": "city"});
    save(&root, &but(but(letter("Sound"), "matching", plain.clone()), "required", json!(["local"]))).await;
    let tier = json!({"email": "mail", "fields": [{"field": "Tier", "column": "tier"}]});
    save(&root, &but(letter("Matches"), "matching", tier)).await;
    save(&root, &but(but(letter("Requires"), "matching", plain.clone()), "required", json!(["consented"])))
        .await;
    save(&root, &but(but(letter("Uses"), "matching", plain), "segments", json!(["all", "payers"]))).await;

    let drift = shop.site.segments.drift("people").await.unwrap().expect("lost columns");
    let lost: Vec<&str> = drift.columns.iter().map(|lost| lost.column.as_str()).collect();
    assert_eq!(lost, ["tier", "paid", "agreed"]);
    assert_eq!(
        (drift.segments, drift.exports),
        (vec!["payers".to_owned()], { ["Matches", "Requires", "Uses"].map(str::to_owned).to_vec() })
    );
    let refreshed = shop.site.segments.refresh("payers", chrono::Utc::now()).await.unwrap();
    let told = refreshed.outcome.expect_err("a lost column").to_string();
    assert!(told.ends_with("this breaks segments: payers; and exports: Matches, Requires, Uses"), "{told}");
}
