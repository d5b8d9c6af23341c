//! Plans and settlements against a model that holds everything in memory and decides one contact at a time.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use segue_model::{
    Engine, EngineError, Fate, LeaveOutcome, Mode, PlanCounts, PlanFiles, Reason, ReasonCount, Refusal,
    Settlement, email,
};
use tempfile::TempDir;

use crate::fates::kept;
use crate::{TableEngine, plan, request, rows, sends};

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Listed,
    Refused,
    Left,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    name: String,
    state: State,
    reason: Option<Reason>,
    since_ms: i64,
}

/// One run: what the input holds and what becomes of what is sent.
#[derive(Debug, Clone)]
struct Round {
    rows: Vec<(String, String)>,
    mode: Mode,
    retry_refused: bool,
    /// By row modulo the length: unknown, accepted, or refused.
    fates: Vec<Option<Option<Reason>>>,
    leave_fates: Vec<Option<LeaveOutcome>>,
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0..25_u32).prop_map(|n| format!("p{n}@example.com")),
        2 => (0..25_u32).prop_map(|n| format!(" P{n}@Example.COM ")),
        1 => Just(String::new()),
        1 => Just("nobody".to_owned()),
    ]
}

fn round() -> impl Strategy<Value = Round> {
    let reasons = [
        Reason::Unsubscribed,
        Reason::Returned,
        Reason::NotAccepted,
        Reason::ContactLimit,
        Reason::Unexplained,
    ];
    let fate = prop_oneof![
        1 => Just(None),
        5 => Just(Some(None)),
        2 => prop::sample::select(reasons.to_vec()).prop_map(|reason| Some(Some(reason))),
    ];
    let leave_fate = prop::sample::select(vec![
        None,
        Some(LeaveOutcome::Left),
        Some(LeaveOutcome::Left),
        Some(LeaveOutcome::Gone),
        Some(LeaveOutcome::NotOurs),
    ]);
    let rows = prop::collection::vec((address(), "[abc]"), 0..40);
    let mode = prop_oneof![Just(Mode::AddUpdate), Just(Mode::Mirror)];
    let fates = prop::collection::vec(fate, 1..12);
    let leave_fates = prop::collection::vec(leave_fate, 1..7);
    (rows, mode, any::<bool>(), fates, leave_fates).prop_map(
        |(rows, mode, retry_refused, fates, leave_fates)| Round {
            rows,
            mode,
            retry_refused,
            fates,
            leave_fates,
        },
    )
}

fn ranges(rows: impl Iterator<Item = u64>) -> Vec<Range<u64>> {
    rows.map(|row| row..row + 1).collect()
}

/// What the plan must hold: members to send by address, and how everything counts.
fn expected(
    round: &Round,
    ledger: &BTreeMap<String, Known>,
) -> (BTreeMap<String, String>, Vec<String>, PlanCounts) {
    let members = round.rows.len() as u64;
    let mut counts = PlanCounts { read: members, members, ..PlanCounts::default() };
    let mut winners: BTreeMap<String, String> = BTreeMap::new();
    let mut sends = BTreeMap::new();
    for (given, name) in &round.rows {
        let folded = email::fold(given).into_owned();
        if email::check(&folded).is_err() || winners.contains_key(&folded) {
            counts.invalid += 1;
            continue;
        }
        winners.insert(folded.clone(), name.clone());
        let known = ledger.get(&folded);
        let same = known.filter(|known| known.name == *name && known.state != State::Left);
        match same.map(|known| known.reason) {
            Some(None) => counts.unchanged += 1,
            Some(Some(reason)) if reason != Reason::ContactLimit && !round.retry_refused => {
                counts.refused += 1
            }
            _ => {
                let listed = known.is_some_and(|known| known.state == State::Listed);
                *(if listed { &mut counts.update } else { &mut counts.create }) += 1;
                sends.insert(folded, name.clone());
            }
        }
    }
    counts.listed = ledger.values().filter(|known| known.state == State::Listed).count() as u64;
    let gone = ledger
        .iter()
        .filter(|(address, known)| known.state == State::Listed && !winners.contains_key(*address));
    let gone = gone.filter(|_| round.mode == Mode::Mirror);
    let leaves: Vec<String> = gone.map(|(address, _)| address.clone()).collect();
    counts.leave = leaves.len() as u64;
    (sends, leaves, counts)
}

struct Export {
    folder: TempDir,
    ledger: Option<PathBuf>,
    model: BTreeMap<String, Known>,
    rounds: usize,
}

impl Export {
    fn run(&mut self, round: &Round) {
        self.rounds += 1;
        let started_ms = 1000 * i64::try_from(self.rounds).unwrap();
        let source = self.folder.path().join("in.csv");
        let lines: String = round.rows.iter().map(|(address, name)| format!("{address},{name}\n")).collect();
        fs::write(&source, format!("email,name\n{lines}")).unwrap();
        let out = self.folder.path().join(format!("run-{}", self.rounds));
        fs::create_dir(&out).unwrap();
        let mut request = request(&source, &out);
        request.mode = round.mode;
        request.retry_refused = round.retry_refused;
        request.ledger.clone_from(&self.ledger);
        let summary = plan(&request).unwrap();

        let (expected_sends, expected_leaves, counts) = expected(round, &self.model);
        assert_eq!(summary.counts, counts);
        assert!(counts.adds_up());
        let files = PlanFiles::new(&out);
        assert_eq!(kept(&files, Some(Fate::Unchanged)).len() as u64, counts.unchanged);
        let sent: Vec<(String, String)> =
            sends(&out).iter().map(|row| (text(&row["email"]), text(&row["first_name"]))).collect();
        assert_eq!(sent.iter().cloned().collect::<BTreeMap<_, _>>(), expected_sends);
        assert_eq!(sent.len(), expected_sends.len());
        let leaves: Vec<String> = rows(&files.leaves()).iter().map(|row| text(&row["email"])).collect();
        assert_eq!(
            {
                let mut sorted = leaves.clone();
                sorted.sort();
                sorted
            },
            expected_leaves
        );

        self.settle(round, files, &sent, &leaves, started_ms);
    }

    fn settle(
        &mut self,
        round: &Round,
        plan: PlanFiles,
        sent: &[(String, String)],
        leaves: &[String],
        started_ms: i64,
    ) {
        let fate = |row: usize| round.fates[row % round.fates.len()];
        let leave_fate = |row: usize| round.leave_fates[row % round.leave_fates.len()];
        let refused = (0..sent.len()).filter_map(|row| {
            Some(Refusal { row: row as u64, reason: fate(row)??, words: "words".to_owned() })
        });
        let left = (0..leaves.len()).filter_map(|row| Some((row as u64..row as u64 + 1, leave_fate(row)?)));
        let next = self.folder.path().join(format!("ledger-{}.parquet", self.rounds));
        let settlement = Settlement {
            plan: plan.clone(),
            ledger: self.ledger.clone(),
            next: next.clone(),
            sent: ranges((0..sent.len()).filter(|&row| fate(row).is_some()).map(|row| row as u64)),
            refused: refused.collect(),
            left: left.collect(),
            run: started_ms,
            started_ms,
            keeps_sent: true,
        };
        let settled = TableEngine.settle(&settlement).unwrap();
        let kept = |fate| kept(&plan, Some(fate)).len() as u64;
        let counted = (settled.created, settled.updated, settled.left);
        assert_eq!((kept(Fate::Created), kept(Fate::Updated), kept(Fate::Left)), counted);
        let unsent = (0..sent.len()).filter(|&row| fate(row).is_none()).count() as u64;
        assert_eq!(kept(Fate::Unsent), unsent);
        let of_leaves = kept(Fate::Left) + kept(Fate::LeftAlone) + kept(Fate::StillListed);
        assert_eq!(of_leaves, leaves.len() as u64);

        let (accepted, by_reason) = self.learn_sends(sent, fate, started_ms);
        let left = self.learn_leaves(leaves, leave_fate, started_ms);
        let by_reason: Vec<ReasonCount> =
            by_reason.into_iter().map(|(reason, count)| ReasonCount { reason, count }).collect();
        assert_eq!((settled.created + settled.updated, settled.left), (accepted, left));
        assert_eq!(settled.refused, by_reason);
        assert_eq!(settled.ledger_rows, self.model.len() as u64);
        self.ledger = Some(next);
    }

    fn learn_sends(
        &mut self,
        sent: &[(String, String)],
        fate: impl Fn(usize) -> Option<Option<Reason>>,
        started_ms: i64,
    ) -> (u64, BTreeMap<Reason, u64>) {
        let (mut accepted, mut by_reason) = (0, BTreeMap::<Reason, u64>::new());
        for (row, (address, name)) in sent.iter().enumerate() {
            let Some(fate) = fate(row) else { continue };
            let old = self.model.get(address);
            let listed = old.filter(|old| old.state == State::Listed).map(|old| old.since_ms);
            let known = match fate {
                None => {
                    accepted += 1;
                    Known {
                        name: name.clone(),
                        state: State::Listed,
                        reason: None,
                        since_ms: listed.unwrap_or(started_ms),
                    }
                }
                Some(reason) => {
                    *by_reason.entry(reason).or_default() += 1;
                    let stays = listed.filter(|_| !matches!(reason, Reason::Unsubscribed | Reason::Returned));
                    let since = stays.or(old.filter(|_| reason == Reason::Returned).map(|old| old.since_ms));
                    let state = if stays.is_some() { State::Listed } else { State::Refused };
                    Known {
                        name: name.clone(),
                        state,
                        reason: Some(reason),
                        since_ms: since.unwrap_or(started_ms),
                    }
                }
            };
            self.model.insert(address.clone(), known);
        }
        (accepted, by_reason)
    }

    fn learn_leaves(
        &mut self,
        leaves: &[String],
        fate: impl Fn(usize) -> Option<LeaveOutcome>,
        started_ms: i64,
    ) -> u64 {
        let mut left = 0;
        for (row, address) in leaves.iter().enumerate() {
            match fate(row) {
                Some(LeaveOutcome::Left) => {
                    left += 1;
                    let known = self.model.get_mut(address).unwrap();
                    *known = Known {
                        state: State::Left,
                        reason: None,
                        since_ms: started_ms,
                        name: known.name.clone(),
                    };
                }
                Some(_) => drop(self.model.remove(address)),
                None => {}
            }
        }
        left
    }
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_run_decides_as_the_model_does(rounds in prop::collection::vec(round(), 1..6)) {
        let mut export = Export { folder: TempDir::new().unwrap(), ledger: None, model: BTreeMap::new(), rounds: 0 };
        for round in &rounds {
            export.run(round);
        }
    }
}

#[test]
fn a_member_that_cannot_be_sent_any_more_has_not_left() {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("in.csv");
    fs::write(&source, "email,name\nann@example.com,Ann\n").unwrap();
    let first = folder.path().join("1");
    fs::create_dir(&first).unwrap();
    let mut request = request(&source, &first);
    request.mode = Mode::Mirror;
    plan(&request).unwrap();
    let ledger = folder.path().join("ledger.parquet");
    let settlement = Settlement {
        plan: PlanFiles::new(&first),
        ledger: None,
        next: ledger.clone(),
        sent: std::iter::once(0..1).collect(),
        refused: Vec::new(),
        left: Vec::new(),
        run: 1,
        started_ms: 1,
        keeps_sent: true,
    };
    TableEngine.settle(&settlement).unwrap();
    fs::write(&source, format!("email,name\nann@example.com,{}\n", "x".repeat(400_000))).unwrap();
    request.folder = folder.path().join("2");
    fs::create_dir(&request.folder).unwrap();
    request.ledger = Some(ledger);
    let counts = plan(&request).unwrap().counts;
    assert_eq!((counts.invalid, counts.leave, counts.listed), (1, 0, 1));
}

#[test]
fn rows_are_read_from_where_delivery_stopped() {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("in.csv");
    let lines: String = (0..20_000).map(|n| format!("p{n}@example.com,N\n")).collect();
    fs::write(&source, format!("email,name\n{lines}")).unwrap();
    let request = request(&source, folder.path());
    plan(&request).unwrap();
    let sends = PlanFiles::new(folder.path()).sends();
    let all = rows(&sends);
    for from in [0_u64, 1, 8191, 8192, 12_345, 19_999, 20_000] {
        let chunks: Vec<_> =
            TableEngine.rows(&sends, from).unwrap().collect::<Result<Vec<_>, EngineError>>().unwrap();
        assert_eq!(chunks.first().map_or(from, |chunk| chunk.first), from);
        let rest: usize = chunks.iter().map(segue_model::RowChunk::len).sum();
        assert_eq!(rest as u64, 20_000 - from);
        let first =
            chunks.first().map(|chunk| serde_json::from_slice::<serde_json::Value>(chunk.row(0)).unwrap());
        assert_eq!(first.as_ref(), all.get(usize::try_from(from).unwrap()));
    }
}

/// Plans this input and settles everything as accepted; the folder of the plan and the ledger after it.
pub(crate) fn deliver(
    folder: &Path,
    number: usize,
    lines: &str,
    ledger: Option<PathBuf>,
) -> (PathBuf, PathBuf) {
    let source = folder.join("in.csv");
    fs::write(&source, format!("email,name\n{lines}")).unwrap();
    let out = folder.join(format!("plan-{number}"));
    fs::create_dir(&out).unwrap();
    let mut request = request(&source, &out);
    request.ledger.clone_from(&ledger);
    let counts = plan(&request).unwrap().counts;
    let next = folder.join(format!("ledger-{number}.parquet"));
    let settlement = Settlement {
        plan: PlanFiles::new(&out),
        ledger,
        next: next.clone(),
        sent: std::iter::once(0..counts.create + counts.update).collect(),
        refused: Vec::new(),
        left: Vec::new(),
        run: 1,
        started_ms: 1,
        keeps_sent: true,
    };
    let settled = TableEngine.settle(&settlement).unwrap();
    assert_eq!(settled.ledger_rows, counts.members - counts.invalid);
    (out, next)
}

#[test]
fn of_a_plan_that_changes_little_only_what_is_sent_is_kept() {
    const ROWS: usize = 20_000;
    let folder = TempDir::new().unwrap();
    // Every `changed`th row differs from what it is otherwise. Long enough for several partitions, and files of copies.
    let lines = |changed: usize| -> String {
        let line = |n: usize| {
            let end = if n.is_multiple_of(changed) { "changed" } else { "" };
            format!("p{n}@example.com,{}{end}\n", "x".repeat(600))
        };
        (0..ROWS).map(line).collect()
    };
    let kept = |out: &Path| -> Vec<u64> {
        let files = PlanFiles::new(out).contacts().read_dir().unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).collect()
    };
    let (first, ledger) = deliver(folder.path(), 1, &lines(usize::MAX), None);
    assert!(kept(&first).len() > 1);
    assert_eq!(sends(&first).len(), ROWS);
    let mut ledger = Some(ledger);
    for (number, changed) in [(2, 5_000), (3, 3), (4, 1)] {
        let (out, next) = deliver(folder.path(), number, &lines(changed), ledger);
        let (sent, bytes) = (sends(&out), kept(&out).iter().sum::<u64>());
        // Row 0 and those that are changed now and were not, or the other way round.
        let before = [usize::MAX, 5_000, 3][number - 2];
        let differs = |n: &usize| n.is_multiple_of(changed) != n.is_multiple_of(before);
        assert_eq!(sent.len(), (0..ROWS).filter(differs).count());
        let longest = sent.len() as u64 * 700;
        assert!(number == 4 || bytes < longest, "{bytes} bytes for {} contacts", sent.len());
        assert_eq!(kept(&out).len() > 1, number > 2, "more than a partition is cut");
        let (again, _) = deliver(folder.path(), number * 10, &lines(changed), Some(next.clone()));
        assert_eq!((sends(&again).len(), kept(&again)), (0, Vec::new()));
        ledger = Some(next);
    }
}
