//! Why one profile is in a segment or not: every condition with what was found.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{cast, lit};
use segue_model::segment::{
    ColumnTest, Combine, Condition, Function, Group, Join, Measure, RelatedTest, write,
};
use segue_model::{EngineError, Evaluation, Explanation};
use serde_json::Value;

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
        let mut told = teller.group(&rule.group).await?;
        holds = match rule.combine {
            _ if index == 0 => told.holds,
            Combine::Union => holds || told.holds,
            Combine::Intersect => holds && told.holds,
            Combine::Except => holds && !told.holds,
        };
        let combine = if index == 0 { String::new() } else { format!(", {}", rule.combine.word()) };
        let name = if rule.name.is_empty() { String::new() } else { format!(" \"{}\"", rule.name) };
        told.condition = format!("rule {}{name}{combine}: {}", index + 1, told.condition);
        rules.push(told);
    }
    for name in &evaluation.required {
        let told = teller.condition(&Condition::Named(name.clone())).await?;
        holds &= told.holds;
        rules.push(Explanation { condition: format!("required: {name}"), ..told });
    }
    let found = if holds { "a member" } else { "not a member" };
    Ok(Some(Explanation {
        condition: format!("profile {key}"),
        found: found.to_owned(),
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
            let (condition, holds) = match group.join {
                Join::All => ("all of", parts.iter().all(|part| part.holds)),
                Join::Any => ("any of", parts.iter().any(|part| part.holds)),
            };
            Ok(Explanation { condition: condition.to_owned(), found: String::new(), holds, parts })
        })
    }

    async fn condition(&self, condition: &Condition) -> Result<Explanation, EngineError> {
        let words = in_words(&write::write_condition(condition));
        if let Condition::Group(group) = condition {
            return self.group(group).await;
        }
        if let Condition::Named(name) = condition {
            let told = self.group(named_condition(&self.evaluator.named, name)?).await?;
            return Ok(Explanation { condition: words, ..told });
        }
        let group = Group { join: Join::All, conditions: vec![condition.clone()] };
        let holds = self.holds(&group).await?;
        let found = match condition {
            Condition::Column(test) => self.value(test).await?,
            Condition::Related(related) => {
                let value = self.related(related).await?;
                match &related.measure {
                    Measure::Aggregate { function, .. } if *function != Function::Count => {
                        format!("the {} is {}", function.word().replace('_', " "), shown(&value))
                    }
                    _ => format!("there are {value}"),
                }
            }
            _ => String::new(),
        };
        Ok(Explanation { condition: words, found, holds, parts: Vec::new() })
    }

    /// Whether one condition holds for the one profile of the ground.
    async fn holds(&self, group: &Group) -> Result<bool, EngineError> {
        let mut planter = Planter { outside: self.outside.to_vec(), ..self.evaluator.planter() };
        let tree = planter.group(group)?;
        let frame = self.ground.filter(&tree, &self.evaluator.context)?;
        Ok(!texts(frame, 1).await?.is_empty())
    }

    async fn value(&self, test: &ColumnTest) -> Result<String, EngineError> {
        let subject = self.ground.scope.column(&test.column);
        let Some(subject) = subject else { return Ok(String::new()) };
        let frame = self.ground.frame.clone().select(vec![subject.value]).failed("planning")?;
        let value = texts(frame, 1).await?.pop().and_then(|mut row| row.pop()).unwrap_or_default();
        Ok(format!("it is {}", shown(&value)))
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

fn shown(value: &str) -> String {
    if value.is_empty() { "empty".to_owned() } else { format!("\"{value}\"") }
}

/// A condition as one line: `column: Country, is: Brazil`.
fn in_words(condition: &Value) -> String {
    match condition {
        Value::Object(object) => {
            let parts: Vec<String> = object
                .iter()
                .map(|(key, value)| match value {
                    Value::Object(_) => format!("{key}: {{{}}}", in_words(value)),
                    other => format!("{key}: {}", in_words(other)),
                })
                .collect();
            parts.join(", ")
        }
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| if item.is_object() { format!("{{{}}}", in_words(item)) } else { in_words(item) })
                .collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
