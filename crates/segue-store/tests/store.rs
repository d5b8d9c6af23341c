//! The store as its users see it: what is saved is read back, and what must be one step is one step.

use segue_model::{Outcome, PlanCounts, PlanSummary, Reason, Report};
use segue_store::{
    Batch, BatchState, Part, RunState, Segment, StateDirectory, Store, StoreError, Target, Verdict,
    VerdictKind,
};

struct Opened {
    directory: StateDirectory,
    store: Store,
    _folder: tempfile::TempDir,
}

async fn open() -> Opened {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = StateDirectory::open(folder.path()).expect("a state directory");
    let store = Store::open(&directory).await.expect("a store");
    Opened { directory, store, _folder: folder }
}

fn target() -> Target {
    Target { host: "acme.api-us1.com".into(), list: 3, name: "default".into() }
}

fn report() -> Report {
    Report {
        outcome: Outcome::Done,
        members: 2,
        created: 1,
        updated: 0,
        unchanged: 1,
        left: 0,
        invalid: 0,
        refused: 0,
        unsent: 0,
        rejections: Vec::new(),
        requests: 3,
        seconds: 0.5,
    }
}

fn batch(seq: u64, state: BatchState, provider_id: Option<&str>) -> Batch {
    Batch {
        part: Part::Sends,
        seq,
        first_row: seq * 250,
        rows: 250,
        state,
        provider_id: provider_id.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_run_lives_from_planning_to_its_report() {
    let Opened { store, directory, _folder } = open().await;
    let export = store.export("exp-1", &target()).await.unwrap();
    assert_eq!(export.ledger, None);
    let run = store.begin_run(&export.id, "fingerprint", 17).await.unwrap();
    assert_eq!((run.id, run.state), (1, RunState::Planning));

    let counts = PlanCounts { members: 2, create: 1, unchanged: 1, ..PlanCounts::default() };
    let plan = PlanSummary { counts, ..PlanSummary::default() };
    store.start_delivery(run.id, &plan).await.unwrap();
    store.close().await;

    let store = Store::open(&directory).await.unwrap();
    let found = store.unfinished_run(&export.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.plan, found.started_ms), (RunState::Delivering, Some(plan), 17));

    store.settle_run(&run, RunState::Done, Some("ledger-1"), &report(), 18).await.unwrap();
    assert_eq!(store.unfinished_run(&export.id).await.unwrap(), None);
    assert_eq!(store.export("exp-1", &target()).await.unwrap().ledger.as_deref(), Some("ledger-1"));
    assert_eq!(store.ended_runs(&export.id).await.unwrap()[0].report, Some(report()));
}

#[tokio::test]
async fn a_discarded_run_is_over_and_a_delivering_one_cannot_be_discarded() {
    let Opened { store, _folder, .. } = open().await;
    store.export("exp-1", &target()).await.unwrap();
    let first = store.begin_run("exp-1", "a", 0).await.unwrap();
    store.discard_run(first.id, 1).await.unwrap();
    assert_eq!(store.unfinished_run("exp-1").await.unwrap(), None);
    let second = store.begin_run("exp-1", "a", 2).await.unwrap();
    store.start_delivery(second.id, &PlanSummary::default()).await.unwrap();
    store.discard_run(second.id, 3).await.unwrap();
    assert_eq!(store.unfinished_run("exp-1").await.unwrap().unwrap().id, 2);
}

#[tokio::test]
async fn batches_and_verdicts_are_saved_together_and_overwritten() {
    let Opened { store, _folder, .. } = open().await;
    store.export("exp-1", &target()).await.unwrap();
    let run = store.begin_run("exp-1", "a", 0).await.unwrap().id;
    let sending: Vec<Batch> = (0..200).map(|seq| batch(seq, BatchState::Sending, None)).collect();
    store.save_batches(run, &sending, &[]).await.unwrap();
    let verdict = |kind| Verdict { part: Part::Sends, row: 7, kind, words: "said so".into() };
    let accepted = batch(0, BatchState::Accepted, Some("uuid"));
    store.save_batches(run, std::slice::from_ref(&accepted), &[verdict(VerdictKind::Failed)]).await.unwrap();
    store.save_batches(run, &[], &[verdict(VerdictKind::Refused(Reason::Bounced))]).await.unwrap();

    let batches = store.batches(run).await.unwrap();
    assert_eq!(batches.len(), 200);
    assert_eq!(batches[0], accepted);
    assert_eq!(batches[199], batch(199, BatchState::Sending, None));
    assert_eq!(store.verdicts(run).await.unwrap(), vec![verdict(VerdictKind::Refused(Reason::Bounced))]);
}

#[tokio::test]
async fn what_people_say_of_a_segment_is_kept_and_changed() {
    let Opened { store, _folder, .. } = open().await;
    let mut segment = Segment {
        name: "vip".into(),
        description: "For the spring letter".into(),
        definition: "version: 1".into(),
        is_static: true,
        is_active: false,
        snapshot: None,
        refreshed_ms: None,
        members: None,
    };
    store.add_segment(&segment).await.unwrap();
    assert_eq!(store.segments().await.unwrap(), [segment.clone()]);
    assert!(matches!(store.add_segment(&segment).await, Err(StoreError::Exists { .. })));
    segment.description.clear();
    segment.definition.push('\n');
    (segment.is_static, segment.is_active) = (false, true);
    store.change_segment(&segment).await.unwrap();
    assert_eq!(store.segments().await.unwrap(), [segment]);
}
