//! Tables: what definitions can speak of.

use std::collections::BTreeMap;

use segue_model::segment::Table;
use segue_model::{Source, StoredTable};
use segue_store::{CatalogChange, CountedRows};

use crate::place::{Place, on_both};
use crate::segments::change;

on_both! { a_table_is_put_replaced_listed_by_name_and_removed, rows_are_noted_until_their_table_is_removed }

fn table(name: &str, path: &str) -> StoredTable {
    let table = Table {
        name: name.into(),
        columns: Vec::new(),
        key: Some("Id".into()),
        relationships: Vec::new(),
        conditions: BTreeMap::new(),
    };
    StoredTable { table, source: Source::anywhere(path) }
}

async fn a_table_is_put_replaced_listed_by_name_and_removed(place: &Place) {
    let store = place.open().await.unwrap();
    for (name, path) in [("b", "b.csv"), ("B", "c.csv"), ("a-b", "d.csv"), ("b", "e.csv")] {
        change(&store, &[CatalogChange::PutTable(table(name, path))]).await.unwrap();
    }
    let stored = store.catalog().await.unwrap();
    assert_eq!(stored.tables, [table("B", "c.csv"), table("a-b", "d.csv"), table("b", "e.csv")]);
    assert_eq!(stored.table_versions, [3, 4, 5]);
    change(&store, &[CatalogChange::RemoveTable("b".into())]).await.unwrap();
    assert_eq!(store.catalog().await.unwrap().tables.len(), 2);
}

async fn rows_are_noted_until_their_table_is_removed(place: &Place) {
    let store = place.open().await.unwrap();
    change(&store, &[CatalogChange::PutTable(table("a", "a.csv"))]).await.unwrap();
    assert_eq!(store.counted_rows().await.unwrap(), []);
    for (rows, at_ms) in [(5, 1_000), (7, 2_000)] {
        store.note_rows("a", rows, at_ms).await.unwrap();
        let counted = CountedRows { table: "a".to_owned(), rows, at_ms };
        assert_eq!(store.counted_rows().await.unwrap(), [counted]);
    }
    change(&store, &[CatalogChange::RemoveTable("a".into())]).await.unwrap();
    assert_eq!(store.counted_rows().await.unwrap(), []);
}
