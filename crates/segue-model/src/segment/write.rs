//! Writing a definition, so that reading it again gives the same.

use serde_json::{Map, Value, json};

use super::{
    ColumnTest, Condition, Definition, Group, Join, Measure, Operand, RelatedTest, Rule, Scalar, Test,
    VERSION,
};

/// A definition as a document, with its keys in the order in which people read them.
#[must_use]
pub fn definition(definition: &Definition) -> Value {
    let rules: Vec<Value> =
        definition.rules.iter().enumerate().map(|(index, rule)| write_rule(rule, index)).collect();
    json!({
        "version": VERSION,
        "table": definition.table,
        "time_zone": definition.time_zone.name(),
        "rules": rules,
    })
}

/// A definition as YAML.
///
/// # Errors
/// None that has been seen: every definition can be written.
pub fn yaml(definition: &Definition) -> Result<String, serde_saphyr::ser::Error> {
    text(&self::definition(definition))
}

/// Any document as YAML, as it is read by [`parse`](super::parse).
///
/// # Errors
/// As [`yaml`].
pub fn text(document: &Value) -> Result<String, serde_saphyr::ser::Error> {
    let options = serde_saphyr::ser_options! {
        // Texts stay on one line and keep every space.
        prefer_block_scalars: false,
        compact_list_indent: false,
    };
    serde_saphyr::to_string_with_options(document, options)
}

fn write_rule(rule: &Rule, index: usize) -> Value {
    let mut object = Map::new();
    if index > 0 {
        object.insert("combine".to_owned(), json!(rule.combine.word()));
    }
    if !rule.name.is_empty() {
        object.insert("name".to_owned(), json!(rule.name));
    }
    object.extend(write_group(&rule.group));
    Value::Object(object)
}

/// A group as a document.
#[must_use]
pub fn write_group(group: &Group) -> Map<String, Value> {
    let key = match group.join {
        Join::All => "all",
        Join::Any => "any",
    };
    let conditions: Vec<Value> = group.conditions.iter().map(write_condition).collect();
    Map::from_iter([(key.to_owned(), Value::Array(conditions))])
}

/// A condition as a document.
#[must_use]
pub fn write_condition(condition: &Condition) -> Value {
    match condition {
        Condition::Column(ColumnTest { table, column, test }) => {
            let mut object = Map::new();
            if let Some(table) = table {
                object.insert("table".to_owned(), json!(table));
            }
            object.insert("column".to_owned(), json!(column));
            write_test(&mut object, test);
            Value::Object(object)
        }
        Condition::Related(related) => write_related(related),
        Condition::Member { segment, is_member: true } => json!({"member_of": segment}),
        Condition::Member { segment, is_member: false } => json!({"not_member_of": segment}),
        Condition::Named(name) => json!({"condition": name}),
        Condition::Group(group) => Value::Object(write_group(group)),
    }
}

fn write_related(related: &RelatedTest) -> Value {
    let mut object = Map::new();
    object.insert("related".to_owned(), json!(related.table));
    if !related.via.is_empty() {
        object.insert("via".to_owned(), json!(related.via));
    }
    if let Some(filter) = &related.filter {
        object.insert("where".to_owned(), Value::Object(write_group(filter)));
    }
    match &related.measure {
        Measure::HasAny => object.insert("has".to_owned(), json!("any")),
        Measure::HasNone => object.insert("has".to_owned(), json!("none")),
        Measure::Aggregate { function, of, by, test } => {
            let mut inner = Map::new();
            for (key, column) in [("of", of), ("by", by)] {
                if let Some(column) = column {
                    inner.insert(key.to_owned(), json!(column));
                }
            }
            write_test(&mut inner, test);
            object.insert(function.word().to_owned(), Value::Object(inner))
        }
    };
    Value::Object(object)
}

fn write_test(object: &mut Map<String, Value>, test: &Test) {
    object.insert(test.operator.word().to_owned(), write_operand(&test.operand));
    if test.ignore_case {
        object.insert("ignore_case".to_owned(), json!(true));
    }
}

fn write_operand(operand: &Operand) -> Value {
    match operand {
        Operand::One(scalar) => write_scalar(scalar),
        Operand::Many(scalars) => scalars.iter().map(write_scalar).collect(),
        Operand::Span(span) => json!(span.to_string()),
        Operand::Period(period) => json!(period.word()),
        Operand::Months(months) => json!(months),
        Operand::Day(day) => json!(day.to_string()),
        Operand::Flag(flag) => json!(flag),
    }
}

fn write_scalar(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Text(text) => json!(text),
        Scalar::Number(number) => Value::Number(number.clone()),
        Scalar::Flag(flag) => json!(flag),
    }
}
