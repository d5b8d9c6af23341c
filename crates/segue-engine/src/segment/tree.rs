//! A definition as one truth about a row: rules folded, named conditions put in, tests of other tables numbered.

use segue_model::EngineError;
use segue_model::segment::{
    ColumnTest, Combine, Condition, Definition, Group, Join, RelatedTest, Table, read,
};

use super::scope::unchecked;
use crate::error::input;

/// Something that is true or false of a profile.
#[derive(Debug, Clone)]
pub(super) enum Tree<'d> {
    Column(&'d ColumnTest),
    /// The number of a test in the list of [`Outside`] tests.
    Outside(usize),
    Not(Box<Tree<'d>>),
    All(Vec<Tree<'d>>),
    Any(Vec<Tree<'d>>),
}

/// A test of something else than the profile's own row, answered by a set of keys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Outside<'d> {
    Related(&'d RelatedTest),
    Member(&'d str),
}

/// Conditions that a table declares, read once.
pub(super) fn named_conditions(table: &Table) -> Result<Vec<(String, Group)>, EngineError> {
    let conditions = table.conditions.iter().map(|(name, text)| {
        let group = read::group(text).map_err(|_| unchecked(name))?;
        Ok((name.clone(), group))
    });
    conditions.collect()
}

pub(super) fn named_condition<'n>(
    named: &'n [(String, Group)],
    name: &str,
) -> Result<&'n Group, EngineError> {
    let found = named.iter().find(|(known, _)| known == name);
    found.map(|(_, group)| group).ok_or_else(|| unchecked(name))
}

/// Turns definitions into trees.
pub(super) struct Planter<'d> {
    pub(super) named: &'d [(String, Group)],
    pub(super) outside: Vec<Outside<'d>>,
}

impl<'d> Planter<'d> {
    /// The tree after each rule; the last one is the whole definition.
    pub(super) fn rules(&mut self, definition: &'d Definition) -> Result<Vec<Tree<'d>>, EngineError> {
        let mut folded: Vec<Tree<'d>> = Vec::new();
        for rule in &definition.rules {
            let tree = self.group(&rule.group)?;
            folded.push(match (folded.last().cloned(), rule.combine) {
                (None, _) => tree,
                (Some(before), Combine::Union) => Tree::Any(vec![before, tree]),
                (Some(before), Combine::Intersect) => all(before, tree),
                (Some(before), Combine::Except) => all(before, Tree::Not(Box::new(tree))),
            });
        }
        Ok(folded)
    }

    /// A tree that also wants the required conditions.
    pub(super) fn require(
        &mut self,
        tree: Tree<'d>,
        required: &'d [String],
    ) -> Result<Tree<'d>, EngineError> {
        required.iter().try_fold(tree, |tree, name| {
            if self.named.iter().all(|(known, _)| known != name) {
                return input(format!(
                    "the table of profiles declares no condition \"{name}\", which is required of everybody: declare it with \
                     segue tables condition TABLE {name} FILE"
                ));
            }
            Ok(all(tree, self.named(name)?))
        })
    }

    pub(super) fn group(&mut self, group: &'d Group) -> Result<Tree<'d>, EngineError> {
        let parts = group.conditions.iter().map(|condition| self.condition(condition));
        let parts: Vec<Tree<'d>> = parts.collect::<Result<_, _>>()?;
        Ok(match group.join {
            Join::All => Tree::All(parts),
            Join::Any => Tree::Any(parts),
        })
    }

    fn condition(&mut self, condition: &'d Condition) -> Result<Tree<'d>, EngineError> {
        Ok(match condition {
            Condition::Column(test) => Tree::Column(test),
            Condition::Related(related) => self.outside(Outside::Related(related)),
            Condition::Member { segment, is_member: true } => self.outside(Outside::Member(segment)),
            Condition::Member { segment, is_member: false } => {
                Tree::Not(Box::new(self.outside(Outside::Member(segment))))
            }
            Condition::Named(name) => self.named(name)?,
            Condition::Group(group) => self.group(group)?,
        })
    }

    fn named(&mut self, name: &str) -> Result<Tree<'d>, EngineError> {
        self.group(named_condition(self.named, name)?)
    }

    /// The same question is asked once.
    fn outside(&mut self, test: Outside<'d>) -> Tree<'d> {
        let place = self.outside.iter().position(|known| *known == test).unwrap_or_else(|| {
            self.outside.push(test);
            self.outside.len() - 1
        });
        Tree::Outside(place)
    }
}

/// Both, without nesting what need not be nested.
fn all<'d>(left: Tree<'d>, right: Tree<'d>) -> Tree<'d> {
    let mut parts = match left {
        Tree::All(parts) => parts,
        other => vec![other],
    };
    match right {
        Tree::All(more) => parts.extend(more),
        other => parts.push(other),
    }
    Tree::All(parts)
}

impl<'d> Tree<'d> {
    /// What must all hold.
    pub(super) fn conjuncts(&self) -> Vec<&Tree<'d>> {
        match self {
            Self::All(parts) => parts.iter().flat_map(Tree::conjuncts).collect(),
            other => vec![other],
        }
    }

    /// Visits every leaf from left to right.
    pub(super) fn each(&self, visit: &mut dyn FnMut(&Tree<'d>)) {
        match self {
            Self::Column(_) | Self::Outside(_) => visit(self),
            Self::Not(inner) => inner.each(visit),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each(visit)),
        }
    }
}
