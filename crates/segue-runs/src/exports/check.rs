//! What can be told of a wanted export without asking the account: every mistake, with its place.

use std::collections::BTreeSet;
use std::sync::Arc;

use segue_model::schedule::ExportSchedule;
use segue_model::segment::{Fault, Kind, Pointer, Table, read};
use segue_model::{Brakes, FieldMatch, FieldType};
use segue_store::Catalog;

use super::wanted::{SegmentSize, WantedExport, WantedMatching};

/// A place below the body.
pub(super) fn at(key: &str) -> Pointer {
    Pointer::default().at(key)
}

/// What segments and columns there are.
pub(super) struct Ground(pub(super) Arc<Catalog>);

impl Ground {
    /// The one profile table of these segments, if they are as they must be.
    pub(super) fn profile_table(&self, names: &[String], faults: &mut Vec<Fault>) -> Option<&Table> {
        let place = at("segments");
        if names.is_empty() {
            let words = match self.0.segments.is_empty() {
                true => "must name at least one segment, and there is none yet: create one first",
                false => "must name at least one segment",
            };
            faults.push(Fault::error(&place, words));
            return None;
        }
        let before = faults.len();
        let mut over: Option<(&String, String)> = None;
        for (index, name) in names.iter().enumerate() {
            let place = place.at(index);
            if names[..index].contains(name) {
                faults.push(Fault::error(
                    &place,
                    format!("names segment \"{name}\" a second time: leave it out"),
                ));
                continue;
            }
            match (self.table_of(name), &over) {
                (Err(words), _) => faults.push(Fault::error(&place, words)),
                (Ok(table), None) => over = Some((name, table)),
                (Ok(table), Some((_, first))) if table == *first => {}
                (Ok(table), Some((other, first))) => {
                    let words = format!(
                        "is over table \"{table}\", and \"{other}\" is over \"{first}\": an export takes segments over one table"
                    );
                    faults.push(Fault::error(&place, words));
                }
            }
        }
        let (_, table) = over.filter(|_| faults.len() == before)?;
        self.0.tables.iter().map(|stored| &stored.table).find(|known| known.name == table)
    }

    /// The profile table of a segment.
    fn table_of(&self, name: &str) -> Result<String, String> {
        let Some(segment) = self.0.segments.iter().find(|segment| segment.name == name) else {
            if self.0.tables.iter().any(|stored| stored.table.name == name) {
                return Err(format!("names table \"{name}\": only segments can be exported"));
            }
            let known: Vec<&str> =
                self.0.segments.iter().take(30).map(|segment| segment.name.as_str()).collect();
            return Err(match known.is_empty() {
                true => format!("names segment \"{name}\", and there is none yet: create it first"),
                false => {
                    format!("names segment \"{name}\", which is not there; there are: {}", known.join(", "))
                }
            });
        };
        let definition = read::definition(&segment.definition)
            .map_err(|_| format!("names segment \"{name}\", whose definition has mistakes: mend it first"))?;
        match self.0.tables.iter().any(|stored| stored.table.name == definition.table) {
            true => Ok(definition.table),
            false => Err(format!(
                "names segment \"{name}\", whose table \"{}\" is not there: add the table first",
                definition.table
            )),
        }
    }

    /// How many members these segments have.
    pub(super) fn sizes(&self, names: &[String]) -> Vec<SegmentSize> {
        let one = |name: &String| {
            let segment = self.0.segments.iter().find(|segment| segment.name == *name);
            SegmentSize {
                name: name.clone(),
                members: segment.and_then(|segment| segment.members),
                refreshed_ms: segment.and_then(|segment| segment.refreshed_ms),
            }
        };
        names.iter().map(one).collect()
    }
}

/// What is odd about the members of segments: none yet, or more than one run may have.
pub(super) fn odd_sizes(sizes: &[SegmentSize], brakes: &Brakes) -> Vec<Fault> {
    let limit = brakes.max_profiles;
    let mut warnings = Vec::new();
    for (index, size) in sizes.iter().enumerate() {
        let words = match size.members {
            None => format!("segment \"{}\" has no members yet: refresh it before the first run", size.name),
            Some(members) if members > limit => format!(
                "segment \"{}\" has {members} members, more than the {limit} of brakes.max_profiles: runs will stop before \
                 anything is sent",
                size.name
            ),
            Some(_) => continue,
        };
        warnings.push(Fault::warning(&at("segments").at(index), words));
    }
    let most: u64 = sizes.iter().filter_map(|size| size.members).fold(0, u64::saturating_add);
    let is_each_within = sizes.iter().all(|size| size.members.is_none_or(|members| members <= limit));
    if most > limit && is_each_within {
        let words = format!(
            "together these segments have up to {most} members, more than the {limit} of brakes.max_profiles: if few of them \
             are in several, runs will stop before anything is sent"
        );
        warnings.push(Fault::warning(&at("segments"), words));
    }
    warnings
}

/// Whether the columns of a matching are there and can fill what they shall fill.
pub(super) fn check_matching(matching: &WantedMatching, table: &Table, faults: &mut Vec<Fault>) {
    let place = at("matching");
    let email = place.at("email");
    if matching.email.trim().is_empty() {
        let words = match table.columns.iter().any(|column| column.kind == Kind::Text) {
            true => "must be the column of the e-mail address: nobody is exported without one".to_owned(),
            false => format!("must be a column of text, and table \"{}\" has none", table.name),
        };
        faults.push(Fault::error(&email, words));
    } else if let Some(kind) = column(table, &matching.email, &email, faults)
        && kind != Kind::Text
    {
        let words =
            format!("is column \"{}\", which holds {}: an address is text", matching.email, plural(kind));
        faults.push(Fault::error(&email, words));
    }
    let attributes = [
        ("first_name", &matching.first_name),
        ("last_name", &matching.last_name),
        ("phone", &matching.phone),
        ("account_name", &matching.account_name),
    ];
    for (key, name) in attributes {
        let Some(name) = name else { continue };
        fits(table, name, &FieldType::Text, &place.at(key), faults);
    }
    let mut seen = BTreeSet::new();
    for (index, name) in matching.tag_columns.iter().enumerate() {
        let place = place.at("tag_columns").at(index);
        if !seen.insert(name) {
            faults.push(Fault::error(&place, format!("names column \"{name}\" a second time: leave it out")));
        } else if column(table, name, &place, faults) == Some(Kind::Other) {
            let words = format!("is column \"{name}\", whose values are of a kind that cannot become tags");
            faults.push(Fault::error(&place, words));
        }
    }
}

/// Whether the column of a custom field can fill it.
pub(super) fn check_field(field: &FieldMatch, table: &Table, place: &Pointer, faults: &mut Vec<Fault>) {
    fits(table, &field.column, &field.kind, &place.at("column"), faults);
}

/// Tags need no table.
pub(super) fn check_tags(tags: &[String], faults: &mut Vec<Fault>) {
    const LONGEST: usize = 255;
    for (index, tag) in tags.iter().enumerate() {
        let words = match tag.trim() {
            "" => "must not be empty",
            text if text.chars().any(char::is_control) => "must not hold control characters",
            text if text.chars().count() > LONGEST => "must not be longer than 255 characters",
            text if tags[..index].iter().any(|earlier| earlier.trim() == text) => {
                "stands here a second time: leave it out"
            }
            _ => continue,
        };
        faults.push(Fault::error(&at("matching").at("tags").at(index), words));
    }
}

fn column(table: &Table, name: &str, place: &Pointer, faults: &mut Vec<Fault>) -> Option<Kind> {
    let found = table.column(name);
    if found.is_none() {
        let known: Vec<&str> = table.columns.iter().take(50).map(|column| column.name.as_str()).collect();
        let (name, table, known) = (name, &table.name, known.join(", "));
        let words =
            format!("is column \"{name}\", which table \"{table}\" does not have; its columns are: {known}");
        faults.push(Fault::error(place, words));
    }
    found.map(|column| column.kind)
}

/// Whether a column holds what can be written as this. Values of text are looked at one by one when a run plans.
fn fits(table: &Table, name: &str, takes: &FieldType, place: &Pointer, faults: &mut Vec<Fault>) {
    let Some(kind) = column(table, name, place, faults) else { return };
    let (does, needs) = match takes {
        FieldType::Text => (!matches!(kind, Kind::TextList | Kind::Other), "one value a profile"),
        FieldType::Number => (matches!(kind, Kind::Number | Kind::Text), "numbers"),
        FieldType::Date => {
            (matches!(kind, Kind::Date | Kind::LocalTime | Kind::Instant | Kind::Text), "dates")
        }
        FieldType::DateTime => (matches!(kind, Kind::Instant | Kind::Text), "moments, times with an offset"),
        FieldType::One(_) => (!matches!(kind, Kind::TextList | Kind::Other), "one of its options a profile"),
        FieldType::Many(_) => (kind != Kind::Other, "options"),
    };
    if !does {
        let words =
            format!("is column \"{name}\", which holds {}, and {needs} are needed here", plural(kind));
        faults.push(Fault::error(place, words));
    }
}

fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "numbers",
        Kind::Date => "dates",
        Kind::LocalTime => "times without an offset",
        Kind::Instant => "moments",
        Kind::Boolean => "true and false",
        Kind::TextList => "lists",
        Kind::Other => "values of a kind that cannot be sent",
    }
}

/// Whether the table declares what is required of every member.
pub(super) fn check_required(required: &[String], table: &Table, faults: &mut Vec<Fault>) {
    for (index, name) in required.iter().enumerate() {
        let place = at("required").at(index);
        if required[..index].contains(name) {
            faults.push(Fault::error(&place, format!("names \"{name}\" a second time: leave it out")));
        } else if !table.conditions.contains_key(name) {
            let known: Vec<&str> = table.conditions.keys().map(String::as_str).collect();
            let known = match known.is_empty() {
                true => "it declares none".to_owned(),
                false => format!("it declares: {}", known.join(", ")),
            };
            let words = format!(
                "names condition \"{name}\", which table \"{}\" does not declare; {known}",
                table.name
            );
            faults.push(Fault::error(&place, words));
        }
    }
}

/// Whether the brakes can be kept.
pub(super) fn check_brakes(brakes: &Brakes, faults: &mut Vec<Fault>) {
    if brakes.max_profiles == 0 {
        let words = "must be at least 1: to stop an export, disable it";
        faults.push(Fault::error(&at("brakes").at("max_profiles"), words));
    }
    if !(0.0..=100.0).contains(&brakes.max_leaving_percent) {
        let words = "must be a percentage from 0 to 100";
        faults.push(Fault::error(&at("brakes").at("max_leaving_percent"), words));
    }
}

/// When the export runs by itself.
pub(super) fn schedule(wanted: &WantedExport, faults: &mut Vec<Fault>) -> ExportSchedule {
    if wanted.schedule.is_null() {
        return ExportSchedule::default();
    }
    match ExportSchedule::read(&wanted.schedule) {
        Ok(schedule) => schedule,
        Err(found) => {
            let root = at("schedule");
            faults.extend(found.into_iter().map(|fault| Fault { at: fault.at.below(&root), ..fault }));
            ExportSchedule::default()
        }
    }
}
