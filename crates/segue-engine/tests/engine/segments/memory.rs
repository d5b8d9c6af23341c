//! Tables larger than the memory that evaluating them may use.

use std::fmt::Write;

use segue_engine::TableEngine;
use segue_model::{EngineError, SegmentEngine};

use super::setting::Setting;

const PROFILES: usize = 100_000;

/// Profile `i` has `i % 4` invoices.
fn setting(memory_bytes: usize) -> Setting {
    let (mut profiles, mut invoices) = ("id,note\n".to_owned(), "customer,total\n".to_owned());
    for id in 0..PROFILES {
        writeln!(profiles, "profile-{id:08},a note of some length that has to be carried along").unwrap();
        for total in 0..id % 4 {
            writeln!(invoices, "profile-{id:08},{total}").unwrap();
        }
    }
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.memory_bytes = memory_bytes;
    setting.add_csv("profiles", &profiles, Some("id"), &[]);
    setting.add_csv("invoices", &invoices, None, &[("customer", "profiles", "id")]);
    setting
}

const DEFINITION: &str = "version: 1\nrules:\n  - any:\n      - {related: invoices, count: {at_least: 2}}\n      \
    - {column: note, is: none of them}\n";

#[test]
fn what_does_not_fit_is_spilled() {
    let setting = setting(12 << 20);
    let snapshot = setting.folder.path().join("members.parquet");
    let evaluation = setting.evaluation(setting.read(DEFINITION));
    let refreshed = TableEngine.refresh(&evaluation, &snapshot).unwrap();
    assert_eq!(refreshed.members as usize, PROFILES / 2);
    let spilled: Vec<_> = std::fs::read_dir(&evaluation.resources.spill).unwrap().collect();
    assert!(spilled.is_empty(), "spilled files stay: {spilled:?}");
}

#[test]
fn what_cannot_be_spilled_is_said() {
    let setting = setting(64 << 10);
    let evaluation = setting.evaluation(setting.read(DEFINITION));
    let snapshot = setting.folder.path().join("members.parquet");
    let failed = TableEngine.refresh(&evaluation, &snapshot).unwrap_err();
    assert!(matches!(failed, EngineError::OutOfMemory), "{failed}");
    assert!(!snapshot.exists());
}
