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
use segue_model::segment::{Definition, write};
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

#[derive(Clone)]
struct Case {
    tables: Vec<Rows>,
    is_parquet: bool,
    now: &'static str,
    /// What the first finds, the second can ask about.
    definitions: [Definition; 2],
}

/// As a person can try it.
impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "at {}, {}",
            self.now,
            if self.is_parquet { "in Parquet files" } else { "in text files" }
        )?;
        for (form, rows) in FORMS.iter().zip(&self.tables) {
            writeln!(f, "{}:\n{}", form.name, tables::json_lines(form, rows))?;
        }
        self.definitions.iter().try_for_each(|definition| writeln!(f, "{}", write::yaml(definition).unwrap()))
    }
}

fn any_case() -> impl Strategy<Value = Case> {
    (select(ZONES), select(NOW)).prop_flat_map(|(zone, now)| {
        (tables::any_tables(), any::<bool>(), any_definition(zone, false), any_definition(zone, true))
            .prop_map(move |(tables, is_parquet, first, second)| Case {
                tables,
                is_parquet,
                now,
                definitions: [first, second],
            })
    })
}

impl Case {
    /// Writes the tables; text files hold no binary fractions, so what the slow evaluator sees is changed with them.
    fn setting(&mut self) -> Setting {
        let mut setting = Setting::new(self.now);
        for (form, rows) in FORMS.iter().zip(&mut self.tables) {
            let lines = tables::json_lines(form, rows);
            let path = if self.is_parquet {
                let path = setting.folder.path().join(format!("{}.parquet", form.name));
                tables::write_parquet(form, &lines, &path);
                path
            } else {
                let path = setting.folder.path().join(format!("{}.ndjson", form.name));
                std::fs::write(&path, lines).unwrap();
                rows.rows.iter_mut().flatten().for_each(as_decimal);
                path
            };
            let source = Source { path: path.display().to_string() };
            setting.tables.push(StoredTable { table: rows.table.clone(), source });
        }
        setting
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
        let expected = slow.members(definition);
        let snapshot = setting.folder.path().join(format!("{number}.parquet"));
        for threads in [3, 1] {
            setting.threads = threads;
            let refreshed = TableEngine.refresh(&setting.evaluation(definition.clone()), &snapshot);
            let refreshed = refreshed.map_err(|error| TestCaseError::fail(format!("{error:?}\n{yaml}")))?;
            prop_assert!(refreshed.corrupt.is_empty(), "{:?}", refreshed.corrupt);
            prop_assert_eq!(&keys(&snapshot), &expected, "{} threads\n{}", threads, yaml);
        }
        segments.insert(OTHER.to_owned(), expected);
        setting.segments = vec![(OTHER.to_owned(), definition.clone(), snapshot)];
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
