//! Any definition over any tables finds the members that the slow evaluator finds.
//!
//! A few cases by default, and always the same; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono_tz::Tz;
use datafusion::arrow::array::AsArray;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use segue_engine::TableEngine;
use segue_model::segment::{Combine, Condition, Definition, Group, Join, Rule, write};
use segue_model::{SegmentEngine, Source, StoredTable};

use super::definitions::{OTHER, any_definition};
use super::setting::Setting;
use super::slow::{Rows, Slow, UNIT, Value};
use super::tables::{self, FORMS};

const CASES: u32 = 24;
const SHRINKS: u32 = 150;

/// Where clocks change at night, at midnight, by half an hour, and never.
const ZONES: &[Tz] = &[
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__Sao_Paulo,
    Tz::America__Havana,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
];

/// A birthday in a common year, days on which clocks are changed, the ends of months and years.
const NOW: &[&str] = &[
    "2026-03-15T12:00:00Z",
    "2026-03-29T00:59:59Z",
    "2026-03-28T23:30:00Z",
    "2025-10-25T22:30:00Z",
    "2026-02-28T12:00:00Z",
    "2024-02-29T12:00:00Z",
    "2018-11-04T03:00:00Z",
    "2025-12-31T23:59:59Z",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    AsText,
    InParquet,
    /// With dictionaries, and dates in milliseconds.
    OddlyInParquet,
}

#[derive(Clone)]
struct Case {
    tables: Vec<Rows>,
    stored: Stored,
    /// Into how many files each table is parted at the most.
    files: usize,
    /// Whether only profiles with consent may be members.
    is_required: bool,
    now: &'static str,
    /// What the first finds, the second can ask about.
    definitions: [Definition; 2],
}

/// As a person can try it.
impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let required = if self.is_required { ", consent required" } else { "" };
        writeln!(f, "at {}, {:?}, in {} files{required}", self.now, self.stored, self.files)?;
        for (form, rows) in FORMS.iter().zip(&self.tables) {
            writeln!(f, "{}:\n{}", form.name, tables::json_lines(form, rows))?;
        }
        self.definitions.iter().try_for_each(|definition| writeln!(f, "{}", write::yaml(definition).unwrap()))
    }
}

fn any_case() -> impl Strategy<Value = Case> {
    (select(ZONES), select(NOW)).prop_flat_map(|(zone, now)| {
        let stored = select(&[Stored::AsText, Stored::InParquet, Stored::OddlyInParquet][..]);
        let set = (stored, 1..=3_usize, prop::bool::weighted(0.25));
        (tables::any_tables(), set, any_definition(zone, false), any_definition(zone, true)).prop_map(
            move |(tables, (stored, files, is_required), first, second)| Case {
                tables,
                stored,
                files,
                is_required,
                now,
                definitions: [first, second],
            },
        )
    })
}

impl Case {
    /// Writes the tables; what the slow evaluator sees is changed with what the files cannot hold.
    fn setting(&mut self) -> Setting {
        let mut setting = Setting::new(self.now);
        if self.is_required {
            setting.required.push(tables::NAMED.0.to_owned());
        }
        for (form, rows) in FORMS.iter().zip(&mut self.tables) {
            let folder = setting.folder.path().join(form.name);
            std::fs::create_dir(&folder).unwrap();
            let rows_in_a_file = rows.rows.len().div_ceil(self.files);
            for (number, part) in rows.rows.chunks(rows_in_a_file).enumerate() {
                let part = Rows { table: rows.table.clone(), rows: part.to_vec() };
                if self.stored == Stored::AsText {
                    let path = folder.join(format!("{number}.ndjson"));
                    std::fs::write(path, tables::json_lines(form, &part)).unwrap();
                } else {
                    let path = folder.join(format!("{number}.parquet"));
                    tables::write_parquet(form, &part, self.stored == Stored::OddlyInParquet, &path);
                }
            }
            rows.rows.iter_mut().flatten().for_each(no_number_is_empty);
            if self.stored == Stored::AsText {
                rows.rows.iter_mut().flatten().for_each(as_decimal);
            }
            let source = Source::anywhere(folder.display().to_string());
            setting.tables.push(StoredTable { table: rows.table.clone(), source });
        }
        setting
    }

    /// The definition that says what is required, too.
    fn whole(&self, definition: &Definition) -> Definition {
        let mut whole = definition.clone();
        if self.is_required {
            let required = Condition::Named(tables::NAMED.0.to_owned());
            let group = Group { join: Join::All, conditions: vec![required] };
            whole.rules.push(Rule { name: String::new(), combine: Combine::Intersect, group });
        }
        whole
    }
}

fn no_number_is_empty(value: &mut Value) {
    if matches!(value, Value::Float(float) if !float.is_finite()) {
        *value = Value::Empty;
    }
}

fn as_decimal(value: &mut Value) {
    if let Value::Float(float) = value {
        #[expect(clippy::cast_possible_truncation, reason = "thousandths")]
        let thousandths = (*float * 1000.0).round() as i128;
        *value = Value::Number(thousandths * UNIT / 1000);
    }
}

/// The keys of a snapshot.
fn keys(snapshot: &Path) -> BTreeSet<String> {
    let file = std::fs::File::open(snapshot).unwrap();
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batches: Vec<_> = batches.map(Result::unwrap).collect();
    let keys = batches.iter().flat_map(|batch| batch.column(0).as_string::<i32>().iter());
    keys.map(|key| key.unwrap().to_owned()).collect()
}

fn compare(mut case: Case) -> Result<(), TestCaseError> {
    let mut setting = case.setting();
    let mut segments: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (number, definition) in case.definitions.iter().enumerate() {
        let yaml = write::yaml(definition).unwrap();
        let faults = setting.check(definition);
        prop_assert!(faults.iter().all(|fault| fault.is_warning), "{:?}\n{}", faults, yaml);
        let slow =
            Slow { tables: &case.tables, segments: &segments, now: setting.now, zone: definition.time_zone };
        let expected = slow.members(&case.whole(definition));
        let snapshot = setting.folder.path().join(format!("{number}.parquet"));
        for threads in [3, 1] {
            setting.threads = threads;
            let refreshed = TableEngine.refresh(&setting.evaluation(definition.clone()), &snapshot);
            let refreshed = refreshed.map_err(|error| TestCaseError::fail(format!("{error:?}\n{yaml}")))?;
            prop_assert!(refreshed.corrupt.is_empty(), "{:?}", refreshed.corrupt);
            prop_assert_eq!(&keys(&snapshot), &expected, "{} threads\n{}", threads, yaml);
        }
        if number == 1 {
            together(&setting, [definition, &case.definitions[0]])?;
        }
        segments.insert(OTHER.to_owned(), expected);
        setting.segments = vec![(OTHER.to_owned(), definition.clone(), snapshot)];
    }
    Ok(())
}

/// Refreshed in one pass, segments have the very snapshots that each has by itself.
fn together(setting: &Setting, definitions: [&Definition; 2]) -> Result<(), TestCaseError> {
    let file = |name: &str| setting.folder.path().join(name);
    let evaluations = definitions.map(|definition| setting.evaluation(definition.clone()));
    let snapshots = ["together0.parquet", "together1.parquet"].map(file);
    let found = TableEngine.refresh_together(&evaluations, &snapshots);
    let found = found.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    for ((evaluation, snapshot), found) in evaluations.iter().zip(&snapshots).zip(found) {
        let alone = file("alone.parquet");
        let members = TableEngine.refresh(evaluation, &alone).unwrap().members;
        prop_assert_eq!(found.unwrap().members, members);
        prop_assert_eq!(std::fs::read(snapshot).unwrap(), std::fs::read(alone).unwrap());
    }
    Ok(())
}

/// Always the same cases, unless the environment asks for more or for others.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    if std::env::var_os("PROPTEST_MAX_SHRINK_ITERS").is_none() {
        // Each is several evaluations.
        config.max_shrink_iters = SHRINKS;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_315);
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_engine_finds_whom_the_slow_evaluator_finds(case in any_case()) {
        compare(case)?;
    }
}
