//! Segments that are refreshed in one pass.

use segue_engine::TableEngine;
use segue_model::{EngineError, SegmentEngine};

use super::setting::Setting;

fn refreshed(setting: &Setting, conditions: &[&str]) -> Result<Vec<Result<u64, EngineError>>, EngineError> {
    let definition =
        |condition: &&str| setting.read(&format!("version: 1\nrules:\n  - all:\n      - {condition}\n"));
    let evaluations: Vec<_> =
        conditions.iter().map(definition).map(|definition| setting.evaluation(definition)).collect();
    let snapshot = |index| setting.folder.path().join(format!("{index}.parquet"));
    let snapshots: Vec<_> = (0..conditions.len()).map(snapshot).collect();
    let found = TableEngine.refresh_together(&evaluations, &snapshots)?;
    Ok(found.into_iter().map(|found| found.map(|evaluated| evaluated.members)).collect())
}

#[test]
fn a_key_that_comes_twice_is_an_error_of_those_segments_that_hold_it() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", "id,country\np1,BR\np2,BR\np3,RO\np3,RO\n", Some("id"), &[]);
    let conditions = ["{column: country, is: RO}", "{column: country, is: BR}", "{column: country, is: FR}"];
    let found = refreshed(&setting, &conditions).unwrap();
    assert!(
        matches!(&found[0], Err(EngineError::DuplicateKeys { keys, .. }) if keys.shown() == "p3"),
        "{found:?}"
    );
    assert!(matches!(found[1..], [Ok(2), Ok(0)]), "{found:?}");
    assert!(!setting.folder.path().join("0.parquet").exists(), "what fails leaves nothing");
}

#[test]
fn what_one_column_sets_aside_is_no_loss_of_those_that_do_not_ask_about_it() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", "id,country,age\np1,BR,30\np2,BR,41\n", Some("id"), &[]);
    let path = setting.folder.path().join("profiles.csv");
    std::fs::write(path, "id,country,age\np1,BR,30\np2,BR,old\n").unwrap();
    let conditions = ["{column: country, is: BR}", "{column: age, more_than: 20}"];
    assert!(refreshed(&setting, &conditions).is_err(), "each has to be refreshed by itself");
    assert_eq!(setting.who(conditions[0]), "p1 p2");
    assert_eq!(setting.who(conditions[1]), "p1");
}
