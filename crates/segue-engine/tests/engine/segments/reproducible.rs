//! The same data gives the same members, at any number of threads and in any order of rows.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::setting::Setting;

const PROFILES: u32 = 400;
const DEFINITIONS: &[&str] = &[
    // Sums of exactly 500.00 fall on either side of it where they are added up as doubles.
    "{related: invoices, sum: {of: total, more_than: 500}}",
    "{related: invoices, sum: {of: total, is: 500.00}}",
    "{related: invoices, average: {of: total, at_least: 33.30}}",
    // Several invoices of one profile have the same date.
    "{related: invoices, latest: {of: status, by: date, is: open}}",
    "{related: invoices, first: {of: status, by: date, is: open}}",
    "{related: invoices, count_distinct: {of: total, is: 15}}",
    "{any: [{column: score, at_least: 0.3}, {related: invoices, has: none}]}",
];

#[test]
fn members_depend_on_neither_threads_nor_the_order_of_rows() {
    let mut dice = StdRng::seed_from_u64(7);
    let mut profiles: Vec<String> = (0..PROFILES).map(|id| format!("p{id},0.{}", id % 7)).collect();
    let mut invoices: Vec<String> = Vec::new();
    for id in 0..PROFILES {
        for number in 0..15 {
            // Tenths and hundredths that doubles cannot hold; every fourth profile has exactly 500.00.
            let cents = if id % 4 == 0 {
                if number < 14 { 3_333 } else { 3_338 }
            } else {
                dice.random_range(1..6_700)
            };
            let status = ["open", "paid"][dice.random_range(0..2)];
            invoices.push(format!(
                "p{id},{}.{:02},2026-01-{:02},{status}",
                cents / 100,
                cents % 100,
                1 + number / 4
            ));
        }
    }
    let mut expected: Option<Vec<Vec<String>>> = None;
    for (threads, files) in [(1, 1), (2, 3), (8, 8)] {
        profiles.shuffle(&mut dice);
        invoices.shuffle(&mut dice);
        let mut setting = Setting::new("2026-03-15T12:00:00Z");
        setting.threads = threads;
        add(&mut setting, "profiles", "id,score", &profiles, files, Some("id"));
        add(&mut setting, "invoices", "customer,total,date,status", &invoices, files, None);
        let members: Vec<Vec<String>> = DEFINITIONS
            .iter()
            .map(|condition| setting.members(&format!("version: 1\nrules:\n  - all:\n      - {condition}\n")))
            .collect();
        assert!(members.iter().all(|members| !members.is_empty() && members.len() < PROFILES as usize));
        match &expected {
            None => expected = Some(members),
            Some(expected) => assert_eq!(&members, expected, "{threads} threads, {files} files"),
        }
    }
}

/// Adds a table whose rows are spread over several files.
fn add(setting: &mut Setting, name: &str, header: &str, rows: &[String], files: usize, key: Option<&str>) {
    let folder = setting.folder.path().join(name);
    std::fs::create_dir(&folder).unwrap();
    for (number, part) in rows.chunks(rows.len().div_ceil(files)).enumerate() {
        std::fs::write(folder.join(format!("{number}.csv")), format!("{header}\n{}\n", part.join("\n")))
            .unwrap();
    }
    let relate: &[(&str, &str, &str)] = if key.is_some() { &[] } else { &[("customer", "profiles", "id")] };
    setting.add(name, &folder, key, relate);
}
