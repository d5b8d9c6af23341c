//! Jobs: nobody's work is done twice at a time, and nobody's is lost.

use std::sync::atomic::{AtomicU64, Ordering};

use segue_model::job::{Headway, Product, REFRESH_LANE, Status, Step, Trigger, Work};
use segue_model::{Outcome, Report};
use segue_store::{
    Delivery, Ending, Entry, EntryFilter, Held, Job, JobFilter, NewJob, Note, Queued, SentImport, Store,
    StoreError,
};

use crate::place::{Place, on_both};

on_both! {
    a_job_is_queued_claimed_noted_and_ended,
    the_same_work_waits_once_and_is_done_once_at_a_time,
    a_request_key_begins_one_job_whatever_became_of_it,
    a_request_key_that_was_answered_with_what_waits_stays_with_it,
    a_request_key_is_of_one_wish,
    runs_of_one_export_that_do_something_else_wait_side_by_side,
    a_lane_has_one_worker_until_it_dies,
    a_worker_that_leaves_is_not_waited_for,
    what_is_not_due_waits,
    a_job_is_cancelled_at_once_or_by_its_worker,
    jobs_are_listed_in_pages_and_forgotten_when_they_are_old,
    a_lane_tells_until_when_somebody_else_may_have_used_it,
    what_cannot_be_done_yet_waits_with_its_words,
    a_run_and_a_dry_run_of_one_export_take_turns,
    of_two_processes_one_starts_what_is_due,
    the_latest_job_of_each_subject_is_told,
    a_lane_is_held_without_a_job,
    an_account_has_so_many_places_and_a_refresh_one_of_its_own,
    what_waits_says_for_what,
    a_lane_that_a_worker_has_no_use_for_falls_free,
    what_was_sent_to_an_account_is_told_for_a_while,
    what_runs_have_delivered_is_told,
    values_are_taken_out_of_the_words_that_older_versions_wrote,
}

pub(crate) fn export(id: &str, subject: &str, lane: &str) -> NewJob {
    NewJob {
        id: id.to_owned(),
        work: Work::Export(subject.to_owned()),
        name: format!("Name of {subject}"),
        lane: lane.to_owned(),
        trigger: Trigger::Demand,
        note: String::new(),
        person: Some(("person-1".to_owned(), "Ana".to_owned())),
        parent: None,
        plan: None,
        retries: None,
        request_key: None,
        due_ms: 0,
    }
}

pub(crate) fn at(at_ms: i64) -> Entry {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    Entry {
        id: format!("entry-{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
        at_ms,
        who: None,
        login: "schedule".to_owned(),
        peer: String::new(),
        request: String::new(),
        action: "export.run".to_owned(),
        object_kind: "export".to_owned(),
        object_id: String::new(),
        object_name: String::new(),
        before: None,
        after: None,
    }
}

async fn queue(store: &Store, job: NewJob) -> Job {
    match store.queue_job(&job, &at(10)).await.unwrap() {
        Queued::New(job) => job,
        Queued::Before(job) => panic!("queued before: {job:?}"),
    }
}

async fn claim(store: &Store, worker: &str, now: i64) -> Option<String> {
    store.claim_job(worker, now, now + 60, 9).await.unwrap().map(|claimed| claimed.job.id)
}

async fn end(store: &Store, worker: &str, id: &str, status: Status) -> bool {
    let ending =
        Ending { status, words: String::new(), product: Product::default(), run: None, steps: Vec::new() };
    store.end_job(id, worker, &ending, 99).await.unwrap()
}

fn note(status: Status, run: Option<i64>) -> Note {
    let headway =
        Headway { step: "delivering".to_owned(), done: 3, total: 9, per_second: 0.5, ..Headway::default() };
    Note { status, headway, run, steps: vec![Step { name: "planning".to_owned(), millis: 7 }] }
}

async fn a_job_is_queued_claimed_noted_and_ended(place: &Place) {
    let store = place.open().await.unwrap();
    let job = queue(&store, export("a", "newsletter", "acme")).await;
    assert_eq!((job.status, job.queued_ms, job.started_ms), (Status::Queued, 10, None));
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    store.note_job("a", "w1", &note(Status::Waiting, Some(7))).await.unwrap();
    store.note_job("a", "w1", &note(Status::Waiting, None)).await.unwrap();
    let noted = store.job("a").await.unwrap();
    assert_eq!((noted.status, noted.started_ms, noted.run), (Status::Waiting, Some(20), Some(7)));
    let Note { headway, steps, .. } = note(Status::Waiting, None);
    assert_eq!((noted.headway, noted.steps), (Some(headway), steps));
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    let ended = store.job("a").await.unwrap();
    assert_eq!((ended.status, ended.ended_ms), (Status::Succeeded, Some(99)));
    assert!(!end(&store, "w1", "a", Status::Failed).await, "what has ended stays so");
    assert_eq!(claim(&store, "w1", 30).await, None);
}

async fn the_same_work_waits_once_and_is_done_once_at_a_time(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    let again = store.queue_job(&export("b", "newsletter", "acme"), &at(11)).await.unwrap();
    assert!(matches!(again, Queued::Before(job) if job.id == "a"));
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    queue(&store, export("c", "newsletter", "acme")).await;
    assert_eq!(claim(&store, "w1", 21).await, None, "the same export is under way");
    queue(&store, export("d", "customers", "acme")).await;
    assert_eq!(claim(&store, "w1", 22).await.as_deref(), Some("d"), "another export of the account is not");
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    assert_eq!(claim(&store, "w1", 23).await.as_deref(), Some("c"));
}

async fn a_request_key_begins_one_job_whatever_became_of_it(place: &Place) {
    let store = place.open().await.unwrap();
    let keyed =
        |id: &str| NewJob { request_key: Some("key-1".to_owned()), ..export(id, "newsletter", "acme") };
    queue(&store, keyed("a")).await;
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    assert!(end(&store, "w1", "a", Status::Failed).await);
    queue(&store, export("b", "newsletter", "acme")).await;
    let again = store.queue_job(&keyed("c"), &at(30)).await.unwrap();
    assert!(matches!(again, Queued::Before(job) if job.id == "a" && job.status == Status::Failed));
}

/// A worker that only slept learns that this job is not its own any more.
async fn learns_that_it_lost(store: &Store, worker: &str, job: &str) {
    assert_eq!(store.keep_lanes(worker, 300).await.unwrap(), Vec::new());
    assert!(!end(store, worker, job, Status::Succeeded).await);
    store.note_job(job, worker, &note(Status::Waiting, None)).await.unwrap();
    assert_eq!(store.job(job).await.unwrap().status, Status::Running);
}

async fn a_lane_has_one_worker_until_it_dies(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    queue(&store, export("b", "customers", "acme")).await;
    queue(&store, export("c", "partners", "other")).await;
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    assert_eq!(claim(&store, "w2", 21).await.as_deref(), Some("c"), "the account of a and b is the other's");
    assert_eq!(claim(&store, "w2", 22).await, None);
    // Both hold their lanes until 80; w2 says so again, w1 has died.
    assert_eq!(store.keep_lanes("w2", 200).await.unwrap().len(), 1);
    assert_eq!(claim(&store, "w2", 80).await, None);
    assert_eq!(claim(&store, "w2", 81).await.as_deref(), Some("a"), "what was begun comes first");
    assert_eq!(claim(&store, "w2", 82).await.as_deref(), Some("b"));
    learns_that_it_lost(&store, "w1", "a").await;
    assert!(end(&store, "w2", "a", Status::Succeeded).await);
}

async fn a_worker_that_leaves_is_not_waited_for(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    store.leave_lanes("w1", 21).await.unwrap();
    assert_eq!(claim(&store, "w2", 21).await.as_deref(), Some("a"));
    store.free_all_lanes(22).await.unwrap();
    assert_eq!(claim(&store, "w3", 22).await.as_deref(), Some("a"));
    assert_eq!(store.job("a").await.unwrap().started_ms, Some(20), "it began when it was first begun");
}

async fn what_is_not_due_waits(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, NewJob { due_ms: 50, ..export("a", "newsletter", "acme") }).await;
    queue(&store, NewJob { due_ms: 40, ..export("b", "customers", "acme") }).await;
    assert_eq!(claim(&store, "w1", 39).await, None);
    assert_eq!(claim(&store, "w1", 50).await.as_deref(), Some("b"), "the one that is due for longer");
    assert_eq!(claim(&store, "w1", 50).await.as_deref(), Some("a"));
}

async fn a_job_is_cancelled_at_once_or_by_its_worker(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    queue(&store, export("b", "customers", "acme")).await;
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    let waiting = store.cancel_job("b", "no longer wanted", &at(25)).await.unwrap();
    assert_eq!(
        (waiting.status, waiting.ended_ms, waiting.words.as_str()),
        (Status::Cancelled, Some(25), "no longer wanted")
    );
    let under_way = store.cancel_job("a", "no longer wanted", &at(26)).await.unwrap();
    assert_eq!((under_way.status, under_way.is_unwanted), (Status::Running, true));
    assert!(store.keep_lanes("w1", 90).await.unwrap()[0].is_unwanted, "the worker learns of it");
    assert!(end(&store, "w1", "a", Status::Cancelled).await);
    let ended = store.cancel_job("a", "too late", &at(27)).await.unwrap();
    assert_eq!((ended.status, ended.words.as_str(), ended.ended_ms), (Status::Cancelled, "", Some(99)));
    let missing = store.cancel_job("z", "", &at(28)).await;
    assert!(matches!(missing, Err(StoreError::Missing { what: "run" })), "{missing:?}");
}

async fn jobs_are_listed_in_pages_and_forgotten_when_they_are_old(place: &Place) {
    let store = place.open().await.unwrap();
    for (number, id) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        let job = export(id, &format!("export-{number}"), "acme");
        store.queue_job(&job, &at(i64::try_from(number / 2).unwrap())).await.unwrap();
    }
    let ids = |jobs: Vec<Job>| jobs.into_iter().map(|job| job.id).collect::<String>();
    let mut filter = JobFilter::default();
    let first = store.jobs(filter, 2).await.unwrap();
    assert_eq!(ids(first), "ed");
    filter.before = Some("d");
    assert_eq!(ids(store.jobs(filter, 9).await.unwrap()), "cba");
    let of = JobFilter { kinds: &["export", "refresh"], subject: Some("export-3"), ..JobFilter::default() };
    assert_eq!(ids(store.jobs(of, 9).await.unwrap()), "d");
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    let succeeded = JobFilter { status: Some(Status::Succeeded), ..JobFilter::default() };
    assert_eq!(ids(store.jobs(succeeded, 9).await.unwrap()), "a");
    assert_eq!(store.forget_jobs(99).await.unwrap(), 0);
    assert_eq!(store.forget_jobs(100).await.unwrap(), 1);
    assert_eq!(ids(store.jobs(JobFilter::default(), 9).await.unwrap()), "edcb");
}

async fn a_lane_tells_until_when_somebody_else_may_have_used_it(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    let used = async |worker: &str, now| {
        store.claim_job(worker, now, now + 60, 9).await.unwrap().map(|claimed| claimed.used_until_ms)
    };
    assert_eq!(used("w1", 20).await, Some(None), "nobody has");
    assert_eq!(used("w2", 81).await, Some(Some(80)), "the first one, until its lease was over");
    queue(&store, export("b", "customers", "acme")).await;
    assert_eq!(used("w2", 82).await, Some(None), "nobody but itself");
    store.free_all_lanes(90).await.unwrap();
    assert_eq!(used("w3", 91).await, Some(Some(89)), "whoever was killed, until then at the latest");
}

async fn what_cannot_be_done_yet_waits_with_its_words(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    store.put_back_job("a", "w1", "other", "waits for a refresh", 40).await.unwrap();
    let waiting = store.job("a").await.unwrap();
    assert_eq!((waiting.status, waiting.words.as_str()), (Status::Queued, "waits for a refresh"));
    assert_eq!(claim(&store, "w1", 39).await, None);
    assert_eq!(claim(&store, "w1", 40).await.as_deref(), Some("a"));
    assert_eq!(store.job("a").await.unwrap().words, "", "it is not waiting any more");
    queue(&store, export("b", "newsletter", "acme")).await;
    store.put_back_job("a", "w1", "other", "waits again", 60).await.unwrap();
    let doubled = store.job("a").await.unwrap();
    assert_eq!(doubled.status, Status::Skipped, "{}", doubled.words);
    assert_eq!(claim(&store, "w1", 41).await.as_deref(), Some("b"));
}

async fn a_run_and_a_dry_run_of_one_export_take_turns(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    queue(&store, NewJob { work: Work::Rehearsal("newsletter".to_owned()), ..export("b", "", "acme") }).await;
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    assert_eq!(claim(&store, "w1", 21).await, None);
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    assert_eq!(claim(&store, "w1", 22).await.as_deref(), Some("b"));
}

async fn of_two_processes_one_starts_what_is_due(place: &Place) {
    let store = place.open().await.unwrap();
    assert!(store.starts().await.unwrap().is_empty());
    let start = async |last, id: &str, now| {
        let new = export(id, "newsletter", "acme");
        store.start_scheduled("newsletter", last, &new, &at(now)).await.unwrap().is_some()
    };
    assert!(start(None, "a", 10).await);
    assert!(!start(None, "b", 11).await, "the other one has seen that nothing was started, too");
    let entries = store.entries(&EntryFilter::default(), None, 9).await.unwrap();
    assert_eq!(entries.len(), 1, "what is queued is in the log, and what is not is not");
    assert_eq!(store.starts().await.unwrap().get("newsletter"), Some(&10));
    assert!(start(Some(10), "c", 20).await, "that it waits already is no reason not to decide");
    let waiting = store.open_jobs().await.unwrap();
    assert_eq!(waiting.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["a"]);
}

async fn the_latest_job_of_each_subject_is_told(place: &Place) {
    let store = place.open().await.unwrap();
    for (id, subject) in [("a", "newsletter"), ("b", "customers")] {
        queue(&store, export(id, subject, subject)).await;
        assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some(id));
        assert!(end(&store, "w1", id, Status::Succeeded).await);
    }
    queue(&store, export("c", "newsletter", "acme")).await;
    let latest = store.latest_jobs("export", &["customers", "newsletter", "unknown"]).await.unwrap();
    assert_eq!(latest.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    assert!(store.latest_jobs("dry_run", &["newsletter"]).await.unwrap().is_empty());
}

async fn a_lane_is_held_without_a_job(place: &Place) {
    let store = place.open().await.unwrap();
    let hold = async |worker: &str, now_ms: i64| {
        store.hold_lane("acme", worker, now_ms, now_ms + 100).await.unwrap()
    };
    let ours = |used_until_ms| Held::Ours { used_until_ms };
    assert_eq!(hold("command", 1_000).await, ours(0), "nobody has used it");
    assert_eq!(hold("command", 1_050).await, ours(0), "nobody else has");
    assert_eq!(hold("other", 1_150).await, Held::Theirs { until_ms: 1_150 });
    queue(&store, export("a", "newsletter", "acme")).await;
    assert_eq!(store.claim_job("w1", 1_150, 1_250, 9).await.unwrap(), None, "the worker waits for it");
    assert_eq!(hold("other", 1_151).await, ours(1_150), "whoever says nothing loses it");
    assert_eq!(hold("command", 1_152).await, Held::Theirs { until_ms: 1_251 });
    store.leave_lanes("other", 1_160).await.unwrap();
    assert_eq!(hold("command", 1_160).await, ours(1_159), "what was left can be taken at once");
}

async fn a_lane_that_a_worker_has_no_use_for_falls_free(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    assert_eq!(store.keep_lanes("w1", 200).await.unwrap().len(), 1);
    let hold = async |now_ms: i64| store.hold_lane("acme", "command", now_ms, now_ms + 60).await.unwrap();
    assert_eq!(hold(100).await, Held::Theirs { until_ms: 200 });
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    assert_eq!(store.keep_lanes("w1", 300).await.unwrap(), []);
    assert_eq!(hold(200).await, Held::Theirs { until_ms: 200 });
    assert_eq!(hold(201).await, Held::Ours { used_until_ms: 200 }, "it may have been used until then");
}

async fn what_was_sent_to_an_account_is_told_for_a_while(place: &Place) {
    let store = place.open().await.unwrap();
    let sent = |at_ms, is_single| SentImport { at_ms, is_single };
    for (lane, one) in
        [("acme", sent(1_000, false)), ("other", sent(1_100, false)), ("acme", sent(2_000, true))]
    {
        store.note_import(lane, one).await.unwrap();
    }
    assert_eq!(store.imports_since("acme", 1_000).await.unwrap(), [sent(2_000, true), sent(1_000, false)]);
    assert_eq!(store.imports_since("acme", 1_001).await.unwrap(), [sent(2_000, true)]);
    store.forget_imports("acme", 2_000).await.unwrap();
    assert_eq!(
        store.imports_since("acme", 0).await.unwrap(),
        [sent(2_000, true)],
        "what is old is forgotten"
    );
    assert_eq!(store.imports_since("other", 0).await.unwrap(), [sent(1_100, false)]);
}

async fn what_runs_have_delivered_is_told(place: &Place) {
    let store = place.open().await.unwrap();
    let report = |created, refused| Report {
        outcome: Outcome::Done,
        members: created + 1 + refused,
        created,
        updated: 1,
        unchanged: 0,
        left: 0,
        invalid: 0,
        refused,
        unsent: 0,
        rejections: Vec::new(),
        requests: 1,
        seconds: 1.0,
    };
    for (id, created) in [("a", 4), ("b", 9)] {
        queue(&store, export(id, id, "acme")).await;
        assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some(id));
        let product = Product { report: Some(report(created, 2)), ..Product::default() };
        let status = Status::SucceededWithRejections;
        let ending = Ending { status, words: String::new(), product, run: None, steps: Vec::new() };
        assert!(store.end_job(id, "w1", &ending, 99).await.unwrap());
    }
    queue(&store, export("c", "c", "acme")).await;
    let told = |sent| Delivery { ended_ms: 99, sent, rejected: 2 };
    assert_eq!(store.deliveries(0, 9).await.unwrap(), [told(10), told(5)]);
    assert_eq!(store.deliveries(0, 1).await.unwrap(), [told(10)]);
    assert_eq!(store.deliveries(11, 9).await.unwrap(), []);
}

fn refresh_of(id: &str, segment: &str) -> NewJob {
    NewJob { work: Work::Segment(segment.to_owned()), ..export(id, segment, REFRESH_LANE) }
}

async fn an_account_has_so_many_places_and_a_refresh_one_of_its_own(place: &Place) {
    let store = place.open().await.unwrap();
    for (id, lane) in [("a", "acme"), ("b", "acme"), ("c", "acme"), ("d", "other")] {
        queue(&store, export(id, id, lane)).await;
    }
    queue(&store, refresh_of("e", "brazil")).await;
    let claim = async |most| {
        let claimed = store.claim_job("w1", 20, 80, most).await.unwrap();
        claimed.map(|claimed| claimed.job.id)
    };
    assert_eq!(claim(2).await.as_deref(), Some("a"));
    assert_eq!(claim(2).await.as_deref(), Some("b"));
    assert_eq!(claim(1).await.as_deref(), Some("d"), "the account of c has two");
    assert_eq!(claim(0).await.as_deref(), Some("e"), "no run can be begun, but a refresh can");
    assert_eq!(claim(2).await, None);
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    assert_eq!(claim(2).await.as_deref(), Some("c"));
}

async fn what_waits_says_for_what(place: &Place) {
    let store = place.open().await.unwrap();
    for (id, subject, lane) in [("a", "a", "acme"), ("b", "b", "acme"), ("d", "d", "other")] {
        queue(&store, export(id, subject, lane)).await;
    }
    queue(&store, refresh_of("e", "brazil")).await;
    for most in [1, 0] {
        assert!(store.claim_job("w1", 20, 80, most).await.unwrap().is_some());
    }
    queue(&store, export("f", "a", "acme")).await;
    queue(&store, refresh_of("g", "chile")).await;
    queue(&store, NewJob { due_ms: 50, ..export("h", "h", "acme") }).await;
    assert!(store.hold_lane("held", "command", 20, 80).await.is_ok());
    queue(&store, export("i", "i", "held")).await;
    store.tell_what_jobs_wait_for("w1", 20).await.unwrap();
    let mut told = Vec::new();
    for id in ["a", "b", "d", "f", "g", "h", "i"] {
        told.push(store.job(id).await.unwrap().words);
    }
    let (account, other) =
        ("waits for the runs to its account that are under way", "waits for other runs that are under way");
    let (same, refresh) =
        ("waits for the run of this export that is under way", "waits for the refresh that is under way");
    assert_eq!(told, ["", account, other, same, refresh, "", ""]);
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    assert_eq!(claim(&store, "w1", 21).await.as_deref(), Some("b"));
    assert_eq!(store.job("b").await.unwrap().words, "", "it waits no more");
}

fn keyed(id: &str, job: NewJob) -> NewJob {
    NewJob { id: id.to_owned(), request_key: Some("key-1".to_owned()), ..job }
}

async fn a_request_key_that_was_answered_with_what_waits_stays_with_it(place: &Place) {
    let store = place.open().await.unwrap();
    queue(&store, export("a", "newsletter", "acme")).await;
    let is_first = async |id: &str| {
        let asked = keyed(id, export(id, "newsletter", "acme"));
        let told = store.queue_job(&asked, &at(11)).await.unwrap();
        matches!(told, Queued::Before(job) if job.id == "a")
    };
    assert!(is_first("b").await);
    assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some("a"));
    assert!(end(&store, "w1", "a", Status::Succeeded).await);
    assert!(is_first("c").await, "also when it has ended");
    assert!(store.open_jobs().await.unwrap().is_empty());
    assert_eq!(store.forget_jobs(100).await.unwrap(), 1);
    let new = store.queue_job(&keyed("d", export("d", "newsletter", "acme")), &at(101)).await.unwrap();
    assert!(matches!(new, Queued::New(_)), "a key is remembered as long as its job");
}

async fn a_request_key_is_of_one_wish(place: &Place) {
    let store = place.open().await.unwrap();
    let dry = NewJob { work: Work::Rehearsal("newsletter".to_owned()), ..export("a", "newsletter", "acme") };
    queue(&store, keyed("a", dry.clone())).await;
    let plan = Some("a".to_owned());
    for other in [
        export("b", "newsletter", "acme"),
        NewJob { work: Work::Rehearsal("customers".to_owned()), ..dry.clone() },
        NewJob { work: Work::Refresh, ..dry.clone() },
        NewJob { plan: plan.clone(), ..dry.clone() },
        NewJob { retries: plan, ..dry.clone() },
    ] {
        let refused = store.queue_job(&keyed("b", other), &at(11)).await;
        assert!(matches!(refused, Err(StoreError::KeyReused)), "{refused:?}");
    }
    assert_eq!(store.open_jobs().await.unwrap().len(), 1);
    assert!(matches!(store.queue_job(&keyed("c", dry), &at(12)).await, Ok(Queued::Before(_))));
}

async fn runs_of_one_export_that_do_something_else_wait_side_by_side(place: &Place) {
    let store = place.open().await.unwrap();
    let whole = export("a", "newsletter", "acme");
    let approved = NewJob { id: "b".to_owned(), plan: Some("dry".to_owned()), ..whole.clone() };
    let retry = NewJob { id: "c".to_owned(), retries: Some("run".to_owned()), ..whole.clone() };
    for job in [&whole, &approved, &retry] {
        queue(&store, job.clone()).await;
        let again = store.queue_job(&NewJob { id: "z".to_owned(), ..job.clone() }, &at(11)).await.unwrap();
        assert!(matches!(again, Queued::Before(first) if first.id == job.id && first.retries == job.retries));
    }
    for id in ["a", "b", "c"] {
        assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some(id));
        assert_eq!(claim(&store, "w1", 20).await, None, "one at a time");
        assert!(end(&store, "w1", id, Status::Succeeded).await);
    }
}

async fn values_are_taken_out_of_the_words_that_older_versions_wrote(place: &Place) {
    let store = place.open().await.unwrap();
    let cases = [
        (
            r#"table "pd": profile keys must be unique, and these are not: anna@example.com"#,
            r#"table "pd": profile keys must be unique"#,
        ),
        (
            r#"it refers to its column "no", in which these stand more than once, so that: anna"#,
            r#"it refers to its column "no""#,
        ),
        (r#"a.csv has no column "email"; its header names: Anna, Pop"#, r#"a.csv has no column "email""#),
        ("the export was removed", "the export was removed"),
    ];
    for (number, (words, _)) in cases.iter().enumerate() {
        let id = number.to_string();
        queue(&store, export(&id, &id, "acme")).await;
        assert_eq!(claim(&store, "w1", 20).await.as_deref(), Some(id.as_str()));
        let ending = Ending {
            status: Status::Failed,
            words: (*words).to_owned(),
            product: Product::default(),
            run: None,
            steps: Vec::new(),
        };
        assert!(store.end_job(&id, "w1", &ending, 99).await.unwrap());
    }
    assert_eq!(store.wipe_values().await.unwrap(), 3);
    for (number, (_, kept)) in cases.iter().enumerate() {
        assert_eq!(store.job(&number.to_string()).await.unwrap().words, *kept);
    }
    assert_eq!(store.wipe_values().await.unwrap(), 0, "once is enough");
}
