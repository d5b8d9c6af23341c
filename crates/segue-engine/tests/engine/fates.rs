//! The rows behind a run's numbers.

use std::collections::BTreeSet;
use std::fs;

use segue_model::{
    BatchRows, Engine, Fate, LeaveOutcome, Mode, PlanFiles, Reason, RowSearch, RunRow, Settlement,
};
use tempfile::TempDir;

use crate::TableEngine;
use crate::plans::deliver;
use crate::{plan, request};

/// All rows of a run with this fate.
pub(crate) fn kept(plan: &PlanFiles, fate: Option<Fate>) -> Vec<RunRow> {
    let search = RowSearch { fates: fate.into_iter().collect(), limit: usize::MAX, ..RowSearch::default() };
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

fn emails(rows: &[RunRow]) -> Vec<&str> {
    let mut emails: Vec<&str> = rows.iter().map(|row| row.email.as_str()).collect();
    emails.sort_unstable();
    emails
}

/// A second run, of which the first of two sends is not known, and none of two leaves but one that was not ours.
fn half_settled(folder: &std::path::Path) -> PlanFiles {
    let before =
        "ann@example.com,Ann\nbob@example.com,Bob\ncy@example.com,Cy\nd@example.com,D\ne@example.com,E\n";
    let (_, ledger) = deliver(folder, 1, before, None);
    let source = folder.join("in.csv");
    fs::write(&source, "email,name\nann@example.com,Ann\nbob@example.com,Bo\ncy@example.com,C\nnobody,N\n")
        .unwrap();
    let out = folder.join("half");
    fs::create_dir(&out).unwrap();
    let mut request = request(&source, &out);
    (request.mode, request.ledger) = (Mode::Mirror, Some(ledger.clone()));
    let counts = plan(&request).unwrap().counts;
    assert_eq!((counts.unchanged, counts.update, counts.leave, counts.invalid), (1, 2, 2, 1));
    let settlement = Settlement {
        plan: PlanFiles::new(&out),
        ledger: Some(ledger),
        next: folder.join("next.parquet"),
        sent: std::iter::once(1..2).collect(),
        refused: Vec::new(),
        left: vec![(1..2, LeaveOutcome::NotOurs)],
        started_ms: 2,
        run: 2,
        keeps_sent: true,
    };
    TableEngine.settle(&settlement).unwrap();
    PlanFiles::new(&out)
}

#[test]
fn there_is_a_row_for_every_fate_and_for_every_row_of_a_batch() {
    let folder = TempDir::new().unwrap();
    let plan = half_settled(folder.path());
    for (fate, rows) in [
        (Fate::Unchanged, 1),
        (Fate::Updated, 1),
        (Fate::Unsent, 1),
        (Fate::Invalid, 1),
        (Fate::StillListed, 1),
        (Fate::LeftAlone, 1),
        (Fate::Left, 0),
    ] {
        assert_eq!(kept(&plan, Some(fate)).len(), rows, "{fate:?}");
    }
    assert_eq!(emails(&kept(&plan, Some(Fate::Unchanged))), ["ann@example.com"]);
    let members: Vec<Fate> = Fate::ALL.iter().copied().filter(|fate| fate.is_member()).collect();
    let search = RowSearch { fates: members, limit: 10, ..RowSearch::default() };
    let found = TableEngine.run_rows(&plan, &search).unwrap().rows;
    assert_eq!(emails(&found), ["ann@example.com", "bob@example.com", "cy@example.com", "nobody"]);
    let of_batch = |is_leaves, rows| {
        let batch = Some(BatchRows { is_leaves, rows });
        TableEngine.run_rows(&plan, &RowSearch { batch, limit: 10, ..RowSearch::default() }).unwrap().rows
    };
    assert_eq!(emails(&of_batch(false, 0..2)), ["bob@example.com", "cy@example.com"]);
    assert_eq!(of_batch(false, 0..1)[0].fate, Fate::Unsent);
    assert_eq!(of_batch(false, 1..2)[0].fate, Fate::Updated);
    assert_eq!(emails(&of_batch(true, 0..2)), ["d@example.com", "e@example.com"]);
    assert_eq!(of_batch(true, 2..9), []);
}

#[test]
fn rows_are_a_file_narrowed_as_they_are_searched_for() {
    let folder = TempDir::new().unwrap();
    let plan = half_settled(folder.path());
    let out = folder.path().join("rows.csv");
    let written = |search: &RowSearch| {
        let rows = TableEngine.rows_csv(&plan, search, &out).unwrap();
        let text = fs::read_to_string(&out).unwrap();
        assert_eq!(text.lines().count() as u64, rows + 1);
        text
    };
    let all = written(&RowSearch::default());
    assert!(all.starts_with("profile,email,fate,whose,reason,meaning,detail,what_to_do\n"), "{all}");
    assert_eq!(all.lines().count(), 7, "{all}");
    assert!(all.contains(",nobody,invalid,our data,invalid_email,"), "{all}");
    let unchanged = written(&RowSearch { fates: vec![Fate::Unchanged], ..RowSearch::default() });
    assert_eq!(unchanged.lines().nth(1), Some("in.csv:2,ann@example.com,unchanged,,,,,"), "{unchanged}");
}

#[test]
fn of_a_plan_that_is_not_carried_out_it_is_kept_what_would_have_become_of_whom() {
    let folder = TempDir::new().unwrap();
    let (_, ledger) =
        deliver(folder.path(), 1, "ann@example.com,Ann\nbob@example.com,Bob\nd@example.com,D\n", None);
    let source = folder.path().join("in.csv");
    fs::write(&source, "email,name\nann@example.com,Ann\nbob@example.com,Bo\ncy@example.com,C\n").unwrap();
    let out = folder.path().join("dry");
    fs::create_dir(&out).unwrap();
    let mut request = request(&source, &out);
    (request.mode, request.ledger) = (Mode::Mirror, Some(ledger));
    plan(&request).unwrap();
    let files = PlanFiles::new(&out);
    TableEngine.keep_planned(&files).unwrap();
    for (fate, email) in [
        (Fate::Create, "cy@example.com"),
        (Fate::Update, "bob@example.com"),
        (Fate::Unchanged, "ann@example.com"),
        (Fate::Leave, "d@example.com"),
    ] {
        assert_eq!(emails(&kept(&files, Some(fate))), [email]);
    }
    assert_eq!(kept(&files, None).len(), 4);
    // Whoever is forgotten has no row any more, and everybody else has theirs.
    let gone = ["ann@example.com".to_owned(), "bob@example.com".to_owned()];
    assert_eq!(TableEngine.forget_in_run(&files, "nobody", &gone, true).unwrap(), 2);
    assert_eq!(emails(&kept(&files, None)), ["cy@example.com", "d@example.com"]);
    let batch = Some(BatchRows { is_leaves: false, rows: 0..9 });
    let search = RowSearch { batch, limit: 10, ..RowSearch::default() };
    assert_eq!(emails(&TableEngine.run_rows(&files, &search).unwrap().rows), ["cy@example.com"]);
}
