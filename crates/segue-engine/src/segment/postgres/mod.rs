//! The plan of every kind of definition, run by Postgres on the same tables: it must find the engine's members.

mod cases;
mod sql;
mod tables;

use std::collections::BTreeSet;
use std::path::Path;

use segue_model::segment::{
    Catalog, Condition, Definition, Function, Group, Kind, Measure, RelatedTest, Table, check, read,
};
use segue_model::{Evaluation, Resources, StoredTable};
use tempfile::TempDir;

use super::evaluator::{self, Evaluator, texts};
use super::members;
use cases::NOT_IN_POSTGRES;

/// A case with what was found.
struct Found {
    definition: String,
    members: String,
    query: String,
}

#[test]
fn postgres_finds_the_same_members() {
    let folder = TempDir::new().unwrap();
    let tables = tables::stored(folder.path());
    refresh_segment(folder.path(), &tables);
    let found: Vec<Found> = std::thread::scope(|scope| {
        // The unparser goes down a plan by recursion, and unoptimized it needs much of the stack for each step.
        let roomy = std::thread::Builder::new().stack_size(64 << 20);
        let work = || cases::all().into_iter().map(|case| find(folder.path(), &tables, case)).collect();
        roomy.spawn_scoped(scope, work).unwrap().join().unwrap()
    });
    let queries: Vec<String> = found.iter().map(|found| found.query.clone()).collect();
    let (answers, complaints) = tables::ask(folder.path(), &queries);
    let mut strange = String::new();
    for (found, answer) in found.iter().zip(answers) {
        let is_same = answer.as_deref() == Some(&found.members);
        // Nobody and everybody tell nothing apart.
        let is_telling = (1..tables::PROFILES).contains(&found.members.split_whitespace().count());
        if is_same == is_excepted(&found.definition) || !is_telling {
            let Found { definition, members, query } = found;
            strange += &format!("{definition}engine:   {members:?}\nPostgres: {answer:?}\n{query}\n\n");
        }
    }
    assert!(
        strange.is_empty(),
        "Postgres finds others, or is expected to and does not, or a case finds nobody or everybody:\n\n{strange}{complaints}"
    );
}

#[test]
fn every_operator_and_function_is_a_case() {
    let folder = TempDir::new().unwrap();
    let tables = tables::stored(folder.path());
    let mut asked = Asked { tables: &tables, operators: BTreeSet::new(), functions: BTreeSet::new() };
    for definition in cases::all().iter().filter(|definition| !is_excepted(definition)) {
        for rule in &read(definition, &tables).rules {
            asked.group(&rule.group, "profiles");
        }
    }
    for kind in Kind::ALL.map(|(kind, _)| kind) {
        for operator in kind.operators() {
            assert!(asked.operators.contains(&pair(kind, operator)), "{kind:?} {operator:?}");
        }
        for (function, word) in Function::ALL {
            let is_possible = function.result(Some(kind)).is_some();
            assert!(!is_possible || asked.functions.contains(&pair(kind, &function)), "{word} of {kind:?}");
        }
    }
    assert!(asked.functions.contains(&pair(Kind::Number, &Function::Count)));
}

fn is_excepted(definition: &str) -> bool {
    NOT_IN_POSTGRES.iter().any(|(condition, _)| cases::of_condition(condition) == definition)
}

fn read(definition: &str, tables: &[StoredTable]) -> Definition {
    let tables: Vec<Table> = tables.iter().map(|stored| stored.table.clone()).collect();
    let (name, condition, _) = tables::SEGMENT;
    let segment = (name.to_owned(), read::definition(&cases::of_condition(condition)).unwrap());
    let definition = read::definition(definition).unwrap_or_else(|faults| panic!("{faults:?}\n{definition}"));
    let faults = check(&definition, None, &Catalog { tables: &tables, segments: &[segment] });
    assert!(faults.is_empty(), "{faults:?}\n{definition:?}");
    definition
}

fn evaluation(folder: &Path, tables: &[StoredTable], definition: &str) -> Evaluation {
    let spill = folder.join("spill");
    std::fs::create_dir_all(&spill).unwrap();
    let segment = tables::SEGMENT.0;
    Evaluation {
        definition: read(definition, tables),
        tables: tables.to_vec(),
        segments: vec![(segment.to_owned(), folder.join(format!("{segment}.parquet")))],
        required: Vec::new(),
        forgotten: segue_model::Forgotten::default(),
        now: "2026-03-29T12:00:00Z".parse().unwrap(),
        resources: Resources { threads: 2, memory_bytes: 256 << 20, spill },
    }
}

fn refresh_segment(folder: &Path, tables: &[StoredTable]) {
    let (name, condition, _) = tables::SEGMENT;
    let evaluation = evaluation(folder, tables, &cases::of_condition(condition));
    let snapshot = folder.join(format!("{name}.parquet"));
    evaluator::run(&evaluation.resources, |sort_merge| members::refresh(&evaluation, &snapshot, sort_merge))
        .unwrap();
}

/// The engine's members, sets computed first and not; and the query that is to find them.
fn find(folder: &Path, tables: &[StoredTable], definition: String) -> Found {
    let evaluation = evaluation(folder, tables, &definition);
    let work = async |sort_merge| {
        let mut evaluator = Evaluator::new(&evaluation, sort_merge)?;
        let members = texts(evaluator.members().await?, usize::MAX).await?;
        evaluator.sets_stay_plans = true;
        let plan = evaluator.members().await?;
        let query = sql::query(plan.logical_plan()).unwrap_or_else(|error| panic!("{error}\n{definition}"));
        Ok((sorted(members), sorted(texts(plan, usize::MAX).await?), query))
    };
    let found = evaluator::run(&evaluation.resources, work);
    let (members, at_once, query) = found.unwrap();
    assert_eq!(members, at_once, "{definition}");
    Found { definition, members, query }
}

fn sorted(keys: Vec<Vec<String>>) -> String {
    let mut keys = keys.concat();
    keys.sort_unstable();
    keys.join(" ")
}

/// What the cases ask of what.
struct Asked<'t> {
    tables: &'t [StoredTable],
    operators: BTreeSet<String>,
    functions: BTreeSet<String>,
}

impl Asked<'_> {
    fn group(&mut self, group: &Group, table: &str) {
        group.each(&mut |condition| match condition {
            Condition::Column(test) => {
                let kind = self.kind(test.table.as_deref().unwrap_or(table), &test.column);
                self.operators.insert(pair(kind, &test.test.operator));
            }
            Condition::Related(related) => self.related(related),
            _ => {}
        });
    }

    fn related(&mut self, related: &RelatedTest) {
        if let Some(filter) = &related.filter {
            self.group(filter, &related.table);
        }
        if let Measure::Aggregate { function, of, .. } = &related.measure {
            let kind = of.as_ref().map_or(Kind::Number, |of| self.kind(&related.table, of));
            self.functions.insert(pair(kind, function));
        }
    }

    fn kind(&self, table: &str, column: &str) -> Kind {
        let stored = self.tables.iter().find(|stored| stored.table.name == table).unwrap();
        stored.table.column(column).unwrap().kind
    }
}

fn pair(kind: Kind, asked: &dyn std::fmt::Debug) -> String {
    format!("{kind:?} {asked:?}")
}
