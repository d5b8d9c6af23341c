//! Runs with their batches and verdicts.

use segue_model::{Outcome, PlanCounts, PlanSummary, Reason, Report};
use segue_store::{Batch, BatchState, Part, RunState, StoreError, Target, Verdict, VerdictKind};

use crate::place::{Place, on_both};

on_both! {
    a_run_lives_from_planning_to_its_report,
    a_discarded_run_is_over_and_a_delivering_one_cannot_be_discarded,
    batches_and_verdicts_are_saved_together_and_overwritten,
    a_batch_keeps_its_id_and_its_times_and_tells_how_many_were_refused,
    a_newer_database_is_refused,
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
        sent_ms: None,
        confirmed_ms: None,
    }
}

async fn a_run_lives_from_planning_to_its_report(place: &Place) {
    let store = place.open().await.unwrap();
    let export = store.export("exp-1", &target()).await.unwrap();
    assert_eq!(export.ledger, None);
    let run = store.begin_run(&export.id, "fingerprint", 17).await.unwrap();
    assert_eq!((run.id, run.state), (1, RunState::Planning));

    let counts = PlanCounts { members: 2, create: 1, unchanged: 1, ..PlanCounts::default() };
    let plan = PlanSummary { counts, ..PlanSummary::default() };
    store.start_delivery(run.id, &plan).await.unwrap();
    store.close().await;

    let store = place.open().await.unwrap();
    let found = store.unfinished_run(&export.id).await.unwrap().unwrap();
    assert_eq!((found.state, found.plan, found.started_ms), (RunState::Delivering, Some(plan), 17));

    store.settle_run(&run, RunState::Done, Some("ledger-1"), &report(), 18).await.unwrap();
    assert_eq!(store.unfinished_run(&export.id).await.unwrap(), None);
    assert_eq!(store.export("exp-1", &target()).await.unwrap().ledger.as_deref(), Some("ledger-1"));
    assert_eq!(store.ended_runs(&export.id).await.unwrap()[0].report, Some(report()));
}

async fn a_discarded_run_is_over_and_a_delivering_one_cannot_be_discarded(place: &Place) {
    let store = place.open().await.unwrap();
    store.export("exp-1", &target()).await.unwrap();
    let first = store.begin_run("exp-1", "a", 0).await.unwrap();
    store.discard_run(first.id, 1).await.unwrap();
    assert_eq!(store.unfinished_run("exp-1").await.unwrap(), None);
    let second = store.begin_run("exp-1", "a", 2).await.unwrap();
    store.start_delivery(second.id, &PlanSummary::default()).await.unwrap();
    store.discard_run(second.id, 3).await.unwrap();
    assert_eq!(store.unfinished_run("exp-1").await.unwrap().unwrap().id, 2);
}

async fn batches_and_verdicts_are_saved_together_and_overwritten(place: &Place) {
    let store = place.open().await.unwrap();
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

async fn a_batch_keeps_its_id_and_its_times_and_tells_how_many_were_refused(place: &Place) {
    let store = place.open().await.unwrap();
    store.export("exp-1", &target()).await.unwrap();
    let run = store.begin_run("exp-1", "a", 0).await.unwrap().id;
    let save = async |batch: Batch| store.save_batches(run, &[batch], &[]).await.unwrap();
    for seq in 0..2 {
        save(batch(seq, BatchState::Sending, None)).await;
    }
    save(Batch { sent_ms: Some(5), ..batch(0, BatchState::Accepted, Some("uuid")) }).await;
    save(Batch { confirmed_ms: Some(9), ..batch(0, BatchState::Done, None) }).await;
    let kept = Batch { sent_ms: Some(5), confirmed_ms: Some(9), ..batch(0, BatchState::Done, Some("uuid")) };
    assert_eq!(store.batches(run).await.unwrap(), [kept, batch(1, BatchState::Sending, None)]);
    let verdict = |row, kind| Verdict { part: Part::Sends, row, kind, words: String::new() };
    let bounced = VerdictKind::Refused(Reason::Bounced);
    let verdicts = [verdict(0, bounced), verdict(249, bounced), verdict(250, VerdictKind::Failed)];
    store.save_batches(run, &[], &verdicts).await.unwrap();
    let expected = [((Part::Sends, 0), 2), ((Part::Sends, 1), 0)].into_iter().collect();
    assert_eq!(store.refused_by_batch(run).await.unwrap(), expected);
    // Settling takes the verdicts away.
    let settled = store.unfinished_run("exp-1").await.unwrap().unwrap();
    store.settle_run(&settled, RunState::Done, None, &report(), 18).await.unwrap();
    assert_eq!(store.verdicts(run).await.unwrap(), []);
    assert_eq!(store.refused_by_batch(run).await.unwrap(), expected);
}

async fn a_newer_database_is_refused(place: &Place) {
    place.open().await.unwrap().close().await;
    let (success, checksum) = if place.database.is_some() { ("true", "'\\x00'") } else { ("1", "x'00'") };
    let newer = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', {success}, {checksum}, 0)"
    );
    place.execute(&newer).await;
    assert!(matches!(place.open().await, Err(StoreError::Newer { .. })));
}
