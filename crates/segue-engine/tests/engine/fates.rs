//! The rows behind a run's numbers.

use std::collections::BTreeSet;
use std::fs;

use segue_model::{Engine, Fate, PlanFiles, Reason, RowSearch, RunRow, Settlement};
use tempfile::TempDir;

use crate::TableEngine;
use crate::plans::deliver;

/// All rows of a run with this fate.
pub(crate) fn kept(plan: &PlanFiles, fate: Option<Fate>) -> Vec<RunRow> {
    let search = RowSearch { fate, limit: usize::MAX, ..RowSearch::default() };
    TableEngine.run_rows(plan, &search).unwrap().rows
}

#[test]
fn rows_of_a_run_are_found_page_by_page_by_fate_reason_and_words() {
    let folder = TempDir::new().unwrap();
    let lines = "ann@example.com,Ann\nBOB@example.com,Bob\nno address,Cy\n,Dan\nann@example.com,Eve\nfay@example.com,Fay\n";
    let (out, _) = deliver(folder.path(), 1, lines, None);
    let plan = PlanFiles::new(&out);
    assert_eq!(kept(&plan, None).len(), 6);
    assert_eq!(kept(&plan, Some(Fate::Invalid)).len(), 3);
    assert_eq!(kept(&plan, Some(Fate::Left)), []);
    let created = kept(&plan, Some(Fate::Created));
    let emails: BTreeSet<&str> = created.iter().map(|row| row.email.as_str()).collect();
    assert_eq!(emails, BTreeSet::from(["ann@example.com", "bob@example.com", "fay@example.com"]));
    assert!(created.iter().all(|row| row.profile.starts_with("in.csv:") && row.reason.is_none()));

    let found = |search: RowSearch| TableEngine.run_rows(&plan, &search).unwrap();
    let usual = RowSearch { limit: 10, ..RowSearch::default() };
    let duplicate = found(RowSearch { reason: Some(Reason::DuplicateEmail), ..usual.clone() });
    assert_eq!(duplicate.rows.len(), 1);
    let bob = found(RowSearch { words: "bOb@".to_owned(), ..usual.clone() });
    assert_eq!((bob.rows.len(), bob.rows[0].fate, bob.next), (1, Fate::Created, None));
    assert_eq!(found(RowSearch { words: "nobody".to_owned(), ..usual.clone() }).rows, []);

    let (mut from, mut all) = (Some(0), Vec::new());
    while let Some(begin) = from {
        let page = found(RowSearch { from: begin, limit: 2, ..usual.clone() });
        assert!(!page.rows.is_empty() && page.rows.len() <= 2);
        all.extend(page.rows);
        from = page.next;
    }
    assert_eq!(all, kept(&plan, None));
}

#[test]
fn who_was_sent_is_kept_only_if_it_is_to_be() {
    let folder = TempDir::new().unwrap();
    let (out, next) = deliver(folder.path(), 1, "ann@example.com,Ann\n", None);
    let plan = PlanFiles::new(&out);
    fs::remove_file(plan.sent()).unwrap();
    let settlement = Settlement {
        plan: plan.clone(),
        ledger: None,
        next,
        sent: std::iter::once(0..1).collect(),
        refused: Vec::new(),
        left: Vec::new(),
        started_ms: 1,
        run: 1,
        keeps_sent: false,
    };
    assert_eq!(TableEngine.settle(&settlement).unwrap().created, 1);
    assert!(!plan.sent().exists());
    assert_eq!(kept(&plan, None), []);
}
