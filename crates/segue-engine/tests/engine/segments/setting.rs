//! A few tables, and the members that a definition finds in them.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use segue_engine::TableEngine;
use segue_model::segment::{Catalog, Definition, Fault, Relationship, Table, TableColumn, check, read};
use segue_model::{EngineError, Evaluation, Forgotten, Resources, SegmentEngine, Source, StoredTable};
use tempfile::TempDir;

pub(crate) struct Setting {
    pub(crate) folder: TempDir,
    pub(crate) tables: Vec<StoredTable>,
    pub(crate) segments: Vec<(String, Definition, PathBuf)>,
    /// Conditions that every member must meet.
    pub(crate) required: Vec<String>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) threads: usize,
    pub(crate) memory_bytes: usize,
}

impl Setting {
    pub(crate) fn new(now: &str) -> Self {
        let (tables, segments, required) = (Vec::new(), Vec::new(), Vec::new());
        let (threads, memory_bytes) = (2, 256 << 20);
        let (folder, now) = (TempDir::new().unwrap(), now.parse().unwrap());
        Self { folder, tables, segments, required, now, threads, memory_bytes }
    }

    /// Adds a table from a file that is there. `relate`: `(column, table, its column)`.
    pub(crate) fn add(&mut self, name: &str, path: &Path, key: Option<&str>, relate: &[(&str, &str, &str)]) {
        let source = Source::anywhere(path.display().to_string());
        let columns = TableEngine.infer(&source, key).unwrap().into_iter();
        let columns = columns.map(|(name, kind, meaning)| TableColumn { name, kind, meaning }).collect();
        let relationships = relate.iter().map(|(column, to_table, to_column)| Relationship {
            name: format!("{name}.{column}"),
            column: (*column).to_owned(),
            to_table: (*to_table).to_owned(),
            to_column: (*to_column).to_owned(),
        });
        let table = Table {
            name: name.to_owned(),
            columns,
            key: key.map(str::to_owned),
            relationships: relationships.collect(),
            conditions: std::collections::BTreeMap::new(),
        };
        self.tables.push(StoredTable { table, source });
    }

    /// Adds a table of this text.
    pub(crate) fn add_csv(
        &mut self,
        name: &str,
        text: &str,
        key: Option<&str>,
        relate: &[(&str, &str, &str)],
    ) {
        let path = self.folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, text).unwrap();
        self.add(name, &path, key, relate);
    }

    pub(crate) fn check(&self, definition: &Definition) -> Vec<Fault> {
        let tables: Vec<Table> = self.tables.iter().map(|stored| stored.table.clone()).collect();
        let segments: Vec<(String, Definition)> =
            self.segments.iter().map(|(name, definition, _)| (name.clone(), definition.clone())).collect();
        check(definition, None, &Catalog { tables: &tables, segments: &segments })
    }

    pub(crate) fn evaluation(&self, definition: Definition) -> Evaluation {
        Evaluation {
            definition,
            tables: self.tables.clone(),
            segments: self.segments.iter().map(|(name, _, path)| (name.clone(), path.clone())).collect(),
            required: self.required.clone(),
            forgotten: Forgotten::default(),
            now: self.now,
            resources: self.resources(),
        }
    }

    pub(crate) fn resources(&self) -> Resources {
        let spill = self.folder.path().join("spill");
        std::fs::create_dir_all(&spill).unwrap();
        Resources { threads: self.threads, memory_bytes: self.memory_bytes, spill }
    }

    pub(crate) fn read(&self, yaml: &str) -> Definition {
        let definition = read::definition(yaml).unwrap_or_else(|faults| panic!("{faults:?}\n{yaml}"));
        let faults = self.check(&definition);
        assert!(faults.iter().all(|fault| fault.is_warning), "{faults:?}\n{yaml}");
        definition
    }

    /// The members' keys, as a snapshot holds them.
    pub(crate) fn members_of(&self, definition: Definition) -> Result<Vec<String>, EngineError> {
        let evaluation = self.evaluation(definition);
        let snapshot = self.folder.path().join("members.parquet");
        let refreshed = TableEngine.refresh(&evaluation, &snapshot)?;
        let counted = TableEngine.count(&evaluation)?;
        assert_eq!(refreshed.members, counted.members);
        let table =
            self.tables.iter().find(|stored| stored.table.name == evaluation.definition.table).unwrap();
        let preview = TableEngine.preview(table, &snapshot, 1_000_000, &evaluation.resources)?;
        let key = table.table.key.as_deref().unwrap();
        let place = preview.columns.iter().position(|column| column == key).unwrap();
        let keys: Vec<String> = preview.rows.into_iter().map(|row| row[place].clone()).collect();
        assert_eq!(keys.len() as u64, refreshed.members);
        Ok(keys)
    }

    pub(crate) fn members(&self, yaml: &str) -> Vec<String> {
        self.members_of(self.read(yaml)).unwrap()
    }

    /// Members by one condition in all of one rule.
    pub(crate) fn who(&self, condition: &str) -> String {
        let condition = condition.replace('\n', "\n        ");
        self.members(&format!("version: 1\nrules:\n  - all:\n      - {condition}\n")).join(" ")
    }
}
