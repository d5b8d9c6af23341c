//! `segue tables add`: a table is declared, or declared anew.

use clap::Args;
use segue_model::segment::{Kind, Meaning, Relationship};
use segue_model::{Source, StoredTable};
use segue_runs::segments::{NewTable, SegmentError, Segments, TableEdit, User};

use crate::exit::Failure;
use crate::show::say;
use crate::workspace::by_command;

#[derive(Debug, Clone, Args)]
pub(super) struct Add {
    /// Name of the table, as in profiles
    pub(super) name: String,
    /// File, folder or glob pattern of CSV, Parquet or NDJSON files, read in place; or the https address of one file, which is
    /// fetched before each refresh
    pub(super) source: String,
    /// Declare a table anew that is there already; what is not said again of its key, relationships, kinds and meanings
    /// stays
    #[arg(long)]
    pub(super) replace: bool,
    /// Column that tells rows apart; a table of profiles needs one; with --replace, "" takes it away
    #[arg(long, value_name = "COLUMN")]
    pub(super) key: Option<String>,
    /// Many rows of this table belong to one of another, as in buyer=profiles.id; may be repeated; with --replace, none
    /// takes those of before away
    #[arg(long = "relate", value_name = "COLUMN=TABLE.COLUMN", value_parser = relationship)]
    relate: Vec<Relate>,
    /// What can be asked of a column of a text file, as in total=number; text, number, date, time, moment, boolean, "list
    /// of text" or other; may be repeated
    #[arg(long = "kind", value_name = "COLUMN=KIND", value_parser = kind)]
    pub(super) kinds: Vec<(String, Kind)>,
    #[arg(
        long = "meaning",
        value_name = "COLUMN=MEANING",
        value_parser = meaning,
        help = "What a column is to people, as in mail=email; email, first_name, last_name, phone, company, city, \
                country or birthday, or none if it is nothing of that; may be repeated"
    )]
    pub(super) meanings: Vec<(String, Option<Meaning>)>,
}

/// A relationship that is told, or that those of before are none any more.
#[derive(Debug, Clone)]
enum Relate {
    None,
    To { column: String, to_table: String, to_column: String },
}

fn relationship(text: &str) -> Result<Relate, String> {
    if text == "none" {
        return Ok(Relate::None);
    }
    let parts = || {
        let (column, to) = text.split_once('=')?;
        let (table, to_column) = to.split_once('.')?;
        let [column, to_table, to_column] = [column, table, to_column].map(|part| part.trim().to_owned());
        Some(Relate::To { column, to_table, to_column })
    };
    parts()
        .ok_or_else(|| "write it as COLUMN=TABLE.COLUMN, as in customer_id=profiles.customer_id".to_owned())
}

fn named<T: Copy>(text: &str, words: &[(T, &'static str)]) -> Result<(String, T), String> {
    let known = || words.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ");
    let (column, word) =
        text.rsplit_once('=').ok_or_else(|| format!("write it as COLUMN=WORD; words are: {}", known()))?;
    let found = words.iter().find(|(_, known)| *known == word.trim());
    found
        .map(|(value, _)| (column.trim().to_owned(), *value))
        .ok_or_else(|| format!("words are: {}", known()))
}

fn kind(text: &str) -> Result<(String, Kind), String> {
    named(text, &Kind::ALL)
}

fn meaning(text: &str) -> Result<(String, Option<Meaning>), String> {
    let words = Meaning::ALL.iter().map(|(meaning, word)| (Some(*meaning), *word));
    named(text, &words.chain([(None, "none")]).collect::<Vec<_>>())
}

impl Add {
    /// Whether kinds are told, which some rows may not fit.
    pub(super) fn has_kinds(&self) -> bool {
        !self.kinds.is_empty()
    }

    /// All relationships that the table has from now on, if anything is told about them: one of before whose name is told
    /// anew is replaced, the others stay.
    pub(super) fn relationships(&self, before: &[Relationship]) -> Option<Vec<Relationship>> {
        if self.relate.is_empty() {
            return None;
        }
        let is_kept = !self.relate.iter().any(|told| matches!(told, Relate::None));
        let told = self.relate.iter().filter_map(|told| match told {
            Relate::None => None,
            Relate::To { column, to_table, to_column } => Some(Relationship {
                name: format!("{}.{column}", self.name),
                column: column.clone(),
                to_table: to_table.clone(),
                to_column: to_column.clone(),
            }),
        });
        let told: Vec<Relationship> = told.collect();
        let kept = before.iter().filter(|way| is_kept && told.iter().all(|other| other.name != way.name));
        Some(kept.cloned().chain(told.clone()).collect())
    }

    /// The key, if anything is told about it: a column, or none.
    pub(super) fn key(&self) -> Option<Option<String>> {
        self.key.clone().map(|key| Some(key).filter(|key| !key.is_empty()))
    }

    fn new_table(self) -> NewTable {
        NewTable {
            relationships: self.relationships(&[]).unwrap_or_default(),
            key: self.key().flatten(),
            name: self.name,
            source: Source::anywhere(self.source),
            kinds: self.kinds,
            meanings: self.meanings,
        }
    }

    fn edit(self, before: &StoredTable) -> TableEdit {
        TableEdit {
            relationships: self.relationships(&before.table.relationships),
            key: self.key(),
            source: Some(Source::anywhere(self.source)),
            kinds: self.kinds,
            meanings: self.meanings,
        }
    }
}

/// Adds a table, or declares it anew.
pub(super) async fn add(segments: &Segments, add: Add) -> Result<StoredTable, Failure> {
    let name = add.name.clone();
    let before = match segments.show_table(&name).await {
        Err(SegmentError::Missing(_)) => {
            return Ok(segments.add_table(add.new_table(), &by_command()).await?);
        }
        seen => seen?,
    };
    let replaces = add.replace;
    let edit = add.edit(&before.stored);
    let broken = segments.would_break(&name, edit.clone()).await?;
    if !replaces {
        return Err(is_there(&before.stored, "that would break", &broken));
    }
    let after = segments.edit_table(&name, before.version, edit, &by_command()).await?;
    tell_broken(&broken);
    Ok(after)
}

/// Why a table is not declared anew unasked. `concerned` is what it would break, or whatever uses it.
pub(super) fn is_there(stored: &StoredTable, what: &str, concerned: &[User]) -> Failure {
    let (name, path) = (&stored.table.name, &stored.source.path);
    let mut words = format!(
        "table \"{name}\" is there already, read from {path}: to declare it anew, add --replace; what is not said again of \
         its key, relationships, kinds and meanings stays"
    );
    if !concerned.is_empty() {
        words.push_str(&format!("; {what} {}", User::listed(concerned)));
    }
    Failure::Input(words)
}

/// Says what cannot be used with the table that was declared.
pub(super) fn tell_broken(broken: &[User]) {
    if !broken.is_empty() {
        say(&format!(
            "warning: this breaks {}: edit them, or declare the table as it was",
            User::listed(broken)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(relate: &[&str]) -> Add {
        Add {
            name: "orders".into(),
            source: "orders.csv".into(),
            replace: true,
            key: None,
            relate: relate.iter().map(|text| relationship(text).unwrap()).collect(),
            kinds: Vec::new(),
            meanings: Vec::new(),
        }
    }

    #[test]
    fn relationships_stay_until_they_are_told_anew_or_taken_away() {
        let of = |relate: &[&str], before: &[Relationship]| {
            let ways = add(relate).relationships(before)?;
            Some(ways.iter().map(|way| format!("{} {}", way.column, way.to_table)).collect::<Vec<_>>())
        };
        let before = add(&["buyer=people.id", "shop=shops.id"]).relationships(&[]).unwrap();
        assert_eq!(of(&[], &before), None);
        assert_eq!(
            of(&["payer=people.id"], &before).unwrap(),
            ["buyer people", "shop shops", "payer people"]
        );
        assert_eq!(of(&["buyer=firms.id"], &before).unwrap(), ["shop shops", "buyer firms"]);
        assert_eq!(of(&["none", "buyer=firms.id"], &before).unwrap(), ["buyer firms"]);
        assert!(of(&["none"], &before).unwrap().is_empty());
    }
}
