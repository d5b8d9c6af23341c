//! A retry: those who were refused in a run, and nobody else.

use std::fs;
use std::path::{Path, PathBuf};

use segue_model::{Engine, Mode, PlanFiles, PlanRequest, PlanSummary, Reason, Refusal, Settlement};

use super::{TableEngine, plan, request, rows};

fn address(row: &serde_json::Value) -> String {
    row["email"].as_str().unwrap().to_owned()
}

/// Plans from these rows into a folder of its own.
fn planned(
    folder: &Path,
    run: i64,
    lines: &str,
    change: impl Fn(&mut PlanRequest),
) -> (PlanSummary, PlanFiles) {
    let source = folder.join("in.csv");
    fs::write(&source, format!("email,name\n{lines}")).unwrap();
    let out = folder.join(format!("run-{run}"));
    fs::create_dir(&out).unwrap();
    let mut request = request(&source, &out);
    request.mode = Mode::Mirror;
    change(&mut request);
    (plan(&request).unwrap(), PlanFiles::new(&out))
}

fn addresses(file: &Path) -> Vec<String> {
    let mut found: Vec<String> = rows(file).iter().map(address).collect();
    found.sort();
    found
}

/// Settles a plan all of which was sent and of which these were refused; gives the ledger.
fn settled(folder: &Path, run: i64, plan: &PlanFiles, ledger: Option<&PathBuf>, refused: &[&str]) -> PathBuf {
    let sent: Vec<String> = rows(&plan.sends()).iter().map(address).collect();
    let refusals = (0..).zip(&sent).filter(|(_, email)| refused.contains(&email.as_str()));
    let next = folder.join(format!("ledger-{run}.parquet"));
    let settlement = Settlement {
        plan: plan.clone(),
        ledger: ledger.cloned(),
        next: next.clone(),
        sent: std::iter::once(0..sent.len() as u64).collect(),
        refused: refusals
            .map(|(row, _)| Refusal { row, reason: Reason::Excluded, words: "no".to_owned() })
            .collect(),
        left: Vec::new(),
        run,
        started_ms: 1_000 * run,
        keeps_sent: true,
    };
    TableEngine.settle(&settlement).unwrap();
    next
}

#[test]
fn a_retry_sends_who_was_refused_by_that_run_or_before_and_leaves_everybody_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let before = "a@x.ro,A\nb@x.ro,B\nc@x.ro,C\ngone@x.ro,G\nkept@x.ro,K\n";
    let (_, first) = planned(folder, 1, before, |_| ());
    let ledger = settled(folder, 1, &first, None, &["a@x.ro", "b@x.ro", "gone@x.ro"]);
    // A later run sends d and c, and both are refused.
    let more = "a@x.ro,A\nb@x.ro,B\nc@x.ro,C2\nd@x.ro,D\ngone@x.ro,G\nkept@x.ro,K\n";
    let (_, second) = planned(folder, 2, more, |request| request.ledger = Some(ledger.clone()));
    let ledger = settled(folder, 2, &second, Some(&ledger), &["c@x.ro", "d@x.ro"]);
    // Since then b has another name, gone is gone, kept has left, new is new; one row is invalid and one is there twice.
    let now = "a@x.ro,A\na@x.ro,Again\nb@x.ro,B2\nc@x.ro,C2\nd@x.ro,D\nnew@x.ro,N\nnothing,X\n";
    let retry = |run: i64, of: i64| {
        planned(folder, run, now, |request| {
            request.ledger = Some(ledger.clone());
            request.only_refused_by = Some(of);
        })
    };
    let (summary, plan) = retry(3, 1);
    assert_eq!(addresses(&plan.sends()), ["a@x.ro", "b@x.ro"]);
    assert_eq!(addresses(&plan.leaves()), Vec::<String>::new());
    let counts = summary.counts;
    assert_eq!(
        (counts.members, counts.create, counts.invalid, counts.unchanged, counts.leave),
        (2, 2, 0, 0, 0)
    );
    assert!(counts.adds_up() && summary.rejected.is_empty(), "{summary:?}");
    let (_, both) = retry(4, 2);
    assert_eq!(addresses(&both.sends()), ["a@x.ro", "b@x.ro", "c@x.ro", "d@x.ro"]);

    // One is taken, one refused again. Everybody else is as before: the next run does all that is left.
    let after = settled(folder, 3, &plan, Some(&ledger), &["b@x.ro"]);
    let (rest, plan) = planned(folder, 5, now, |request| request.ledger = Some(after.clone()));
    assert_eq!(addresses(&plan.sends()), ["new@x.ro"]);
    assert_eq!(addresses(&plan.leaves()), ["kept@x.ro"]);
    assert_eq!((rest.counts.unchanged, rest.counts.refused, rest.counts.invalid), (1, 3, 2));
    let (summary, plan) = planned(folder, 6, now, |request| {
        request.ledger = Some(after.clone());
        request.only_refused_by = Some(1);
    });
    assert_eq!(
        (addresses(&plan.sends()), summary.counts.members),
        (Vec::new(), 0),
        "nobody is left of that run"
    );
}
