//! Why one profile is in a segment or not: every condition with what was found.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{cast, lit};
use segue_model::segment::{ColumnTest, Combine, Condition, Function, Group, Join, Measure, RelatedTest};
use segue_model::{Asked, EngineError, Evaluation, Explanation, Found};

use super::evaluator::{Evaluator, Ground, PROFILE, texts};
use super::failure::Failed;
use super::related::named;
use super::tree::{Outside, Planter, Tree, named_condition};
use crate::error::input;

pub(super) async fn explain(
    evaluation: &Evaluation,
    key: &str,
    sort_merge: bool,
) -> Result<Option<Explanation>, EngineError> {
    let evaluator = Evaluator::new(evaluation, sort_merge)?;
    let mut planter = evaluator.planter();
    let trees = planter.rules(&evaluation.definition)?;
    let required = planter.require(Tree::All(Vec::new()), &evaluation.required)?;
    let outside = planter.outside;
    let all: Vec<&Tree> = trees.iter().chain([&required]).collect();
    let mut ground = evaluator.ground(&outside, &all).await?;
    let is_key = cast(named(PROFILE), DataType::Utf8).eq(lit(key));
    ground.frame = ground.frame.filter(is_key).failed("planning")?;
    for tree in &all {
        ground.mark_all(tree)?;
    }
    // From here on everything is asked of one row.
    ground.frame = evaluator.materialized(ground.frame).await?;
    if texts(ground.frame.clone(), 1).await?.is_empty() {
        let table = &evaluation.definition.table;
        let aside = evaluator.aside.report()?;
        let rows: u64 =
            aside.iter().filter(|corrupt| corrupt.table == *table).map(|corrupt| corrupt.rows).sum();
        if rows > 0 {
            return input(format!(
                "table \"{table}\" has no profile with this key among the rows that can be used, and {rows} that cannot: \
                 check the table for them"
            ));
        }
        return Ok(None);
    }
    let teller = Teller { evaluator: &evaluator, ground: &ground, outside: &outside };
    let mut rules = Vec::new();
    let mut holds = false;
    for (index, rule) in evaluation.definition.rules.iter().enumerate() {
        let told = teller.group(&rule.group).await?;
        holds = match rule.combine {
            _ if index == 0 => told.holds,
            Combine::Union => holds || told.holds,
            Combine::Intersect => holds && told.holds,
            Combine::Except => holds && !told.holds,
        };
        let asked = Asked::Rule {
            number: index + 1,
            name: rule.name.clone(),
            combine: rule.combine,
            join: rule.group.join,
        };
        rules.push(Explanation { asked, ..told });
    }
    for name in &evaluation.required {
        let told = teller.named(name, true).await?;
        holds &= told.holds;
        rules.push(told);
    }
    Ok(Some(Explanation {
        asked: Asked::Profile(key.to_owned()),
        found: Found::Member { is_member: holds, is_static: false },
        holds,
        parts: rules,
    }))
}

struct Teller<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    ground: &'e Ground<'a>,
    /// The tests that the marks of the ground answer, in their order.
    outside: &'e [Outside<'e>],
}

impl Teller<'_, '_> {
    fn group<'f>(
        &'f self,
        group: &'f Group,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Explanation, EngineError>> + 'f>> {
        Box::pin(async move {
            let mut parts = Vec::new();
            for condition in &group.conditions {
                parts.push(self.condition(condition).await?);
            }
            let holds = match group.join {
                Join::All => parts.iter().all(|part| part.holds),
                Join::Any => parts.iter().any(|part| part.holds),
            };
            Ok(Explanation { asked: Asked::Group(group.join), found: Found::Nothing, holds, parts })
        })
    }

    async fn named(&self, name: &str, is_required: bool) -> Result<Explanation, EngineError> {
        let group = named_condition(&self.evaluator.named, name)?;
        let asked = Asked::Named { name: name.to_owned(), join: group.join, is_required };
        Ok(Explanation { asked, ..self.group(group).await? })
    }

    async fn condition(&self, condition: &Condition) -> Result<Explanation, EngineError> {
        if let Condition::Group(group) = condition {
            return self.group(group).await;
        }
        if let Condition::Named(name) = condition {
            return self.named(name, false).await;
        }
        let group = Group { join: Join::All, conditions: vec![condition.clone()] };
        let holds = self.holds(&group).await?;
        let found = match condition {
            Condition::Column(test) => self.value(test).await?,
            Condition::Related(related) => {
                let value = self.related(related).await?;
                match &related.measure {
                    Measure::Aggregate { function, .. } if *function != Function::Count => {
                        Found::Computed(*function, value)
                    }
                    // A count is always there, and a number.
                    _ => Found::Rows(value.parse().unwrap_or_default()),
                }
            }
            _ => Found::Nothing,
        };
        Ok(Explanation { asked: Asked::Condition(condition.clone()), found, holds, parts: Vec::new() })
    }

    /// Whether one condition holds for the one profile of the ground.
    async fn holds(&self, group: &Group) -> Result<bool, EngineError> {
        let mut planter = Planter { outside: self.outside.to_vec(), ..self.evaluator.planter() };
        let tree = planter.group(group)?;
        let frame = self.ground.filter(&tree, &self.evaluator.context)?;
        Ok(!texts(frame, 1).await?.is_empty())
    }

    async fn value(&self, test: &ColumnTest) -> Result<Found, EngineError> {
        let subject = self.ground.scope.column(&test.column);
        let Some(subject) = subject else { return Ok(Found::Nothing) };
        let frame = self.ground.frame.clone().select(vec![subject.value]).failed("planning")?;
        let value = texts(frame, 1).await?.pop().and_then(|mut row| row.pop()).unwrap_or_default();
        Ok(Found::Value(value))
    }

    /// What a related test computes for the profile.
    async fn related(&self, related: &RelatedTest) -> Result<String, EngineError> {
        let profiles = &self.evaluator.profiles()?.table;
        let path = self.evaluator.catalog().path(profiles, &related.table, &related.via);
        let path = path.map_err(EngineError::Input)?;
        let key = self.ground.key(&path[0].relationship.to_column)?;
        let value = texts(self.ground.frame.clone().select(vec![key]).failed("planning")?, 1).await?;
        let value = value.into_iter().next().and_then(|mut row| row.pop()).unwrap_or_default();
        self.evaluator.related_value(profiles, related, &value).await
    }
}
