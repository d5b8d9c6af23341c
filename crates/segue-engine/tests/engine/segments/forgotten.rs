//! Who was forgotten is in no segment, whatever it says and however it is asked.

use std::fmt::Write;

use segue_engine::TableEngine;
use segue_model::{Evaluation, Forgotten, HashKey, SegmentEngine, Source};

use super::setting::Setting;

const KEY: HashKey = HashKey::new([3; 16]);

fn setting() -> Setting {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    setting.add_csv("profiles", "id,country\n01,BR\n1,BR\np2,BR\np3,RO\n", Some("id"), &[]);
    setting
}

fn without(setting: &Setting, condition: &str, keys: &[&str]) -> Evaluation {
    let definition = setting.read(&format!("version: 1\nrules:\n  - all:\n      - {condition}\n"));
    let hashes = keys.iter().map(|key| KEY.of_profile("profiles", key));
    Evaluation { forgotten: Forgotten::new(KEY, hashes), ..setting.evaluation(definition) }
}

#[test]
fn counts_samples_rules_and_explanations_agree_that_she_is_not_there() {
    let setting = setting();
    let snapshot = setting.folder.path().join("members.parquet");
    // Keys are texts: 1 is not 01.
    let evaluation = without(&setting, "{column: country, is: BR}", &["1", "p3"]);
    assert_eq!(TableEngine.count(&evaluation).unwrap().members, 2);
    assert_eq!(TableEngine.refresh(&evaluation, &snapshot).unwrap().members, 2);
    assert_eq!(TableEngine.inspect(&evaluation).unwrap(), [2]);
    assert_eq!(TableEngine.holds(std::slice::from_ref(&snapshot), "01").unwrap(), [true]);
    assert_eq!(TableEngine.holds(&[snapshot], "1").unwrap(), [false]);
    assert!(TableEngine.explain(&evaluation, "1").unwrap().is_none());
    assert!(TableEngine.explain(&evaluation, "p2").unwrap().unwrap().holds);
    let nobody_else = without(&setting, "{column: country, is: BR}", &["p9"]);
    assert_eq!(TableEngine.count(&nobody_else).unwrap().members, 3);
}

#[test]
fn a_snapshot_without_her_is_the_one_that_a_refresh_without_her_makes() {
    let setting = setting();
    let [before, after, made] =
        ["before", "after", "made"].map(|name| setting.folder.path().join(format!("{name}.parquet")));
    let condition = "{column: country, is_not: FR}";
    TableEngine.refresh(&without(&setting, condition, &[]), &before).unwrap();
    assert_eq!(TableEngine.forget_member(&before, "p2", &after).unwrap(), Some(3));
    let evaluations =
        [without(&setting, condition, &["p2"]), without(&setting, "{column: country, is: RO}", &["p2"])];
    let other = setting.folder.path().join("other.parquet");
    TableEngine.refresh_together(&evaluations, &[made.clone(), other]).unwrap();
    assert_eq!(std::fs::read(&after).unwrap(), std::fs::read(made).unwrap());
    assert_eq!(TableEngine.forget_member(&after, "p2", &before).unwrap(), None);
}

#[test]
fn a_list_of_keys_does_not_bring_her_back() {
    let setting = setting();
    let list = setting.folder.path().join("list.csv");
    std::fs::write(&list, "id\n1\np2\np3\n").unwrap();
    let snapshot = setting.folder.path().join("listed.parquet");
    let forgotten = Forgotten::new(KEY, [KEY.of_profile("profiles", "p2")]);
    let list = Source::anywhere(list.display().to_string());
    let loaded = TableEngine
        .load_keys(&setting.tables[0], &list, &snapshot, &forgotten, &setting.resources())
        .unwrap();
    assert_eq!((loaded.members, loaded.unknown), (2, 1));
    assert_eq!(TableEngine.holds(&[snapshot], "p2").unwrap(), [false]);
}

#[test]
fn a_profile_is_found_by_its_key_and_in_snapshots_of_every_size() {
    let mut setting = Setting::new("2026-03-15T12:00:00Z");
    // More than one group of rows.
    let mut text = "id,country\n".to_owned();
    (0..70_000).for_each(|number| writeln!(text, "k{number:06},BR").unwrap());
    setting.add_csv("profiles", &text, Some("id"), &[]);
    let row = TableEngine.profile(&setting.tables[0], "k000007", &setting.resources()).unwrap();
    assert_eq!(row, Some(vec!["k000007".to_owned(), "BR".to_owned()]));
    assert_eq!(TableEngine.profile(&setting.tables[0], "k7", &setting.resources()).unwrap(), None);
    let [before, after] =
        ["before", "after"].map(|name| setting.folder.path().join(format!("{name}.parquet")));
    TableEngine.refresh(&without(&setting, "{column: country, is: BR}", &[]), &before).unwrap();
    for key in ["k000000", "k065535", "k065536", "k069999"] {
        assert_eq!(TableEngine.holds(std::slice::from_ref(&before), key).unwrap(), [true], "{key}");
        assert_eq!(TableEngine.forget_member(&before, key, &after).unwrap(), Some(69_999), "{key}");
        let held = TableEngine.holds(std::slice::from_ref(&after), key).unwrap();
        assert_eq!(held, [false], "{key}");
    }
    for key in ["", "a", "k000000x", "k070000", "z"] {
        assert_eq!(TableEngine.holds(std::slice::from_ref(&before), key).unwrap(), [false], "{key}");
    }
}
