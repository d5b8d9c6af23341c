//! The tables and segments that are there, and the ways between them.

use std::collections::{HashMap, HashSet, VecDeque};

use super::super::fault::{quoted, suggestion};
use super::super::{Definition, MAX_HOPS, Relationship, Table};

/// What a definition can speak of.
#[derive(Debug, Clone, Copy)]
pub struct Catalog<'a> {
    /// All tables.
    pub tables: &'a [Table],
    /// All segments by name, with their definitions.
    pub segments: &'a [(String, Definition)],
}

/// A relationship and the table that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop<'a> {
    /// The table of the many.
    pub table: &'a Table,
    /// The relationship to the table before it.
    pub relationship: &'a Relationship,
}

impl<'a> Catalog<'a> {
    /// The table of this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&'a Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The definition of a segment.
    #[must_use]
    pub fn segment(&self, name: &str) -> Option<&'a Definition> {
        self.segments.iter().find(|(known, _)| known == name).map(|(_, definition)| definition)
    }

    /// The way from a table of profiles out to a related table. Without `via` there must be exactly one.
    ///
    /// # Errors
    /// Why there is no such way, or which ways there are.
    pub fn path(&self, from: &Table, to: &str, via: &[String]) -> Result<Vec<Hop<'a>>, String> {
        if via.len() > MAX_HOPS {
            return Err(format!("a path has at most {MAX_HOPS} relationships; this one has {}", via.len()));
        }
        if !via.is_empty() {
            return self.backward(from, to, via).ok_or_else(|| self.astray(from, to, via));
        }
        let ways = Ways::new(self.tables, &from.name, to);
        let mut found = ways.find();
        match found.len() {
            1 => Ok(found.remove(0)),
            0 if ways.is_reached(&from.name, &[], usize::MAX) => Err(format!(
                "table \"{to}\" is more than {MAX_HOPS} relationships away from table \"{}\"",
                from.name
            )),
            0 => Err(format!(
                "no relationship leads from table \"{}\" to \"{to}\": declare one with segue tables add --relate",
                from.name
            )),
            _ => Err(several(to, &mut found)),
        }
    }

    /// The way by these relationships. From its end it is no question which table each belongs to.
    fn backward(&self, from: &Table, to: &str, via: &[String]) -> Option<Vec<Hop<'a>>> {
        let mut hops: Vec<Hop<'a>> = Vec::with_capacity(via.len());
        let mut at = to;
        for name in via.iter().rev() {
            let table = self.table(at)?;
            let relationship = table.relationships.iter().find(|relationship| relationship.name == *name)?;
            hops.push(Hop { table, relationship });
            at = &relationship.to_table;
        }
        hops.reverse();
        (at == from.name).then_some(hops)
    }

    /// Where a way that does not exist goes astray.
    fn astray(&self, from: &Table, to: &str, via: &[String]) -> String {
        let mut at = from.name.as_str();
        for name in via {
            let all =
                self.tables.iter().flat_map(|table| table.relationships.iter().map(move |way| (table, way)));
            let steps: Vec<(&Table, &Relationship)> = all.filter(|(_, way)| way.to_table == at).collect();
            let Some((table, _)) = steps.iter().find(|(_, way)| way.name == *name) else {
                let hint = suggestion(name, steps.iter().map(|(_, way)| way.name.as_str()));
                return format!("no relationship {} leads from table \"{at}\"{hint}", quoted(name));
            };
            at = &table.name;
        }
        format!("the path ends at table \"{at}\", not at \"{to}\"")
    }

    /// The segments by which one comes to ask about another: it, those between, and the other.
    pub(super) fn way(&self, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
        let mut came_from: HashMap<&str, &str> = HashMap::new();
        let mut open = VecDeque::from([from]);
        while let Some(segment) = open.pop_front() {
            if segment == to {
                let back = std::iter::successors(Some(segment), |segment| came_from.get(segment).copied());
                let mut way: Vec<&str> = back.collect();
                way.reverse();
                return Some(way);
            }
            for next in self.segment(segment).into_iter().flat_map(Definition::segments) {
                if next != from && !came_from.contains_key(next) {
                    came_from.insert(next, segment);
                    open.push_back(next);
                }
            }
        }
        None
    }
}

fn several(to: &str, found: &mut [Vec<Hop>]) -> String {
    found.sort_by_key(Vec::len);
    let more = if found.len() > Ways::TOLD { ", or others" } else { "" };
    let ways: Vec<String> = found
        .iter()
        .take(Ways::TOLD)
        .map(|path| {
            let names: Vec<&str> = path.iter().map(|hop| hop.relationship.name.as_str()).collect();
            format!("[{}]", names.join(", "))
        })
        .collect();
    format!(
        "several ways lead to table \"{to}\" and give different answers: choose one with via: {}{more}",
        ways.join(" or via: ")
    )
}

/// The search for all ways that come to no table twice.
struct Ways<'a, 'n> {
    /// By the table of the one, the relationships of the many.
    steps: HashMap<&'a str, Vec<Hop<'a>>>,
    from: &'n str,
    to: &'n str,
}

impl<'a, 'n> Ways<'a, 'n> {
    /// How many are told; one more is looked for.
    const TOLD: usize = 5;

    fn new(tables: &'a [Table], from: &'n str, to: &'n str) -> Self {
        let mut steps: HashMap<&str, Vec<Hop>> = HashMap::new();
        for table in tables {
            for relationship in &table.relationships {
                steps.entry(&relationship.to_table).or_default().push(Hop { table, relationship });
            }
        }
        Self { steps, from, to }
    }

    fn steps(&self, table: &str) -> &[Hop<'a>] {
        self.steps.get(table).map_or(&[], Vec::as_slice)
    }

    /// Follows only what leads to the end, or tables that are all related to each other would take forever.
    fn find(&self) -> Vec<Vec<Hop<'a>>> {
        let mut found: Vec<Vec<Hop<'a>>> = Vec::new();
        let mut open: Vec<Vec<Hop<'a>>> = vec![Vec::new()];
        while let Some(path) = open.pop() {
            let at = path.last().map_or(self.from, |hop| &hop.table.name);
            if at == self.to && !path.is_empty() {
                found.push(path);
                if found.len() > Self::TOLD {
                    break;
                }
                continue;
            }
            // What was declared first is looked at first.
            for hop in self.steps(at).iter().rev() {
                let visited: Vec<&str> = std::iter::once(self.from)
                    .chain(path.iter().map(|hop| hop.table.name.as_str()))
                    .collect();
                let name = hop.table.name.as_str();
                let left = MAX_HOPS - path.len() - 1;
                if name == self.to || (!visited.contains(&name) && self.is_reached(name, &visited, left)) {
                    open.push(path.iter().copied().chain([*hop]).collect());
                }
            }
        }
        found
    }

    /// Whether so many hops lead from a table to the end, by none of those visited.
    fn is_reached(&self, table: &str, visited: &[&str], hops: usize) -> bool {
        let mut seen: HashSet<&str> = visited.iter().copied().collect();
        let mut open = VecDeque::from([(table, 0)]);
        while let Some((at, far)) = open.pop_front() {
            if far == hops {
                continue;
            }
            for hop in self.steps(at) {
                if hop.table.name == self.to {
                    return true;
                }
                if seen.insert(&hop.table.name) {
                    open.push_back((&hop.table.name, far + 1));
                }
            }
        }
        false
    }
}
