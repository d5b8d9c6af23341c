//! What a definition means, said slowly: row by row over plain values, straight from `docs/segments.md`.
//!
//! Nothing here is the engine's. Where both disagree, the page decides which of them is wrong.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use segue_model::segment::{
    ColumnTest, Combine, Condition, Definition, Function, Group, Join, Kind, Measure, Operand, Operator,
    RelatedTest, Scalar, Table, Test, read,
};

use super::slow_time;

/// What stands in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Empty,
    Text(String),
    /// In units of 10⁻¹⁰.
    Number(i128),
    Float(f64),
    /// A mean, in the same units: the sum, and of how many.
    Mean(i128, i128),
    Day(NaiveDate),
    Local(NaiveDateTime),
    Moment(DateTime<Utc>),
    Flag(bool),
    List(Vec<String>),
}

impl Value {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// Its order among values of its kind: numbers by size, texts by code point, `false` before `true`.
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(right).unwrap(),
            (Self::Day(left), Self::Day(right)) => left.cmp(right),
            (Self::Local(left), Self::Local(right)) => left.cmp(right),
            (Self::Moment(left), Self::Moment(right)) => left.cmp(right),
            (Self::Flag(left), Self::Flag(right)) => left.cmp(right),
            _ => panic!("{self:?} and {other:?} have no order"),
        }
    }

    /// As a key is compared; none if it is empty.
    fn key(&self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text.clone()),
            Self::Number(units) => {
                assert_eq!(units % UNIT, 0, "keys are whole numbers here");
                Some((units / UNIT).to_string())
            }
            Self::Text(_) | Self::Empty => None,
            other => panic!("{other:?} is no key"),
        }
    }

    fn units(&self) -> i128 {
        match self {
            Self::Number(units) => *units,
            #[expect(clippy::cast_possible_truncation, reason = "rounded")]
            Self::Float(float) => (float * 1e10).round() as i128,
            other => panic!("{other:?} is no number"),
        }
    }
}

/// One, as numbers are held.
pub(crate) const UNIT: i128 = 10_000_000_000;

type Row = [Value];

/// A table and its rows, each with a value for every column.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) table: Table,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Rows {
    fn place(&self, column: &str) -> usize {
        self.table.columns.iter().position(|known| known.name == column).unwrap()
    }

    fn kind(&self, column: &str) -> Kind {
        self.table.columns[self.place(column)].kind
    }

    fn value<'r>(&self, row: &'r Row, column: &str) -> &'r Value {
        &row[self.place(column)]
    }
}

/// Everything that a definition can speak of, on one day.
pub(crate) struct Slow<'a> {
    pub(crate) tables: &'a [Rows],
    pub(crate) segments: &'a BTreeMap<String, BTreeSet<String>>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Tz,
}

/// The rows of a path, one of each of its tables, from the profiles outward.
type Chain<'a> = Vec<(&'a Rows, &'a Row)>;

impl<'a> Slow<'a> {
    /// The keys of all members.
    pub(crate) fn members(&self, definition: &Definition) -> BTreeSet<String> {
        let profiles = self.table(&definition.table);
        let key = profiles.table.key.as_deref().unwrap();
        let is_member = |row: &&Vec<Value>| {
            definition.rules.iter().fold(false, |before, rule| {
                let holds = self.profile_group(&rule.group, profiles, row);
                match rule.combine {
                    Combine::Union => before || holds,
                    Combine::Intersect => before && holds,
                    Combine::Except => before && !holds,
                }
            })
        };
        profiles.rows.iter().filter(is_member).filter_map(|row| profiles.value(row, key).key()).collect()
    }

    fn table(&self, name: &str) -> &'a Rows {
        self.tables.iter().find(|rows| rows.table.name == name).unwrap()
    }

    fn profile_group(&self, group: &Group, profiles: &'a Rows, row: &'a Row) -> bool {
        joined(group, |condition| match condition {
            Condition::Column(test) => self.column(test, &vec![(profiles, row)]),
            Condition::Group(group) => self.profile_group(group, profiles, row),
            Condition::Named(name) => {
                let declared = read::group(&profiles.table.conditions[name]).unwrap();
                self.profile_group(&declared, profiles, row)
            }
            Condition::Member { segment, is_member } => {
                let key = profiles.value(row, profiles.table.key.as_deref().unwrap()).key();
                key.is_some_and(|key| self.segments[segment].contains(&key)) == *is_member
            }
            Condition::Related(related) => self.related(related, profiles, row),
        })
    }

    fn row_group(&self, group: &Group, chain: &Chain) -> bool {
        joined(group, |condition| match condition {
            Condition::Column(test) => self.column(test, chain),
            Condition::Group(group) => self.row_group(group, chain),
            other => panic!("{other:?} is no condition about a row"),
        })
    }

    fn column(&self, test: &ColumnTest, chain: &Chain) -> bool {
        let is_meant = |rows: &Rows| test.table.as_ref().is_none_or(|table| *table == rows.table.name);
        let (rows, row) = chain.iter().rev().find(|(rows, _)| is_meant(rows)).unwrap();
        self.holds(&test.test, rows.value(row, &test.column), rows.kind(&test.column))
    }

    fn related(&self, related: &RelatedTest, profiles: &'a Rows, row: &'a Row) -> bool {
        let mut chains = self.chains(related, profiles, row);
        if let Some(filter) = &related.filter {
            chains.retain(|chain| self.row_group(filter, chain));
        }
        match &related.measure {
            Measure::HasAny => !chains.is_empty(),
            Measure::HasNone => chains.is_empty(),
            Measure::Aggregate { function, of, by, test } => {
                let table = self.table(&related.table);
                let kind = function.result(of.as_deref().map(|of| table.kind(of))).unwrap();
                let rows: Vec<&Row> = chains.iter().map(|chain| chain.last().unwrap().1).collect();
                let value = computed(*function, table, &rows, of.as_deref(), by.as_deref());
                self.holds(test, &value, kind)
            }
        }
    }

    /// The rows that belong to a profile, each with those by which it does.
    fn chains(&self, related: &RelatedTest, profiles: &'a Rows, row: &'a Row) -> Vec<Chain<'a>> {
        let mut chains: Vec<Chain> = vec![vec![(profiles, row)]];
        for name in self.path(related, profiles) {
            let rows =
                self.tables.iter().find(|rows| rows.table.relationships.iter().any(|r| r.name == name));
            let rows = rows.unwrap();
            let relationship = rows.table.relationships.iter().find(|r| r.name == name).unwrap();
            let mut longer = Vec::new();
            for chain in &chains {
                let (before, referred) = chain.last().unwrap();
                let key = before.value(referred, &relationship.to_column).key();
                for row in &rows.rows {
                    let own = rows.value(row, &relationship.column).key();
                    if own.is_some() && own == key {
                        longer.push(chain.iter().copied().chain([(rows, row.as_slice())]).collect());
                    }
                }
            }
            chains = longer;
        }
        // A `where` speaks of the tables of the path, and the profiles are where it begins.
        chains.into_iter().map(|mut chain| chain.split_off(1)).collect()
    }

    /// The names of the relationships from the profiles on. Without `via` there is but one way.
    fn path(&self, related: &RelatedTest, profiles: &Rows) -> Vec<String> {
        if !related.via.is_empty() {
            return related.via.clone();
        }
        let mut names = Vec::new();
        let mut at = related.table.clone();
        while at != profiles.table.name {
            let [only] = self.table(&at).table.relationships.as_slice() else { panic!("several ways") };
            names.insert(0, only.name.clone());
            at.clone_from(&only.to_table);
        }
        names
    }

    /// Whether a value passes a test. Negative operators say that the positive one does not hold, also of nothing.
    fn holds(&self, test: &Test, value: &Value, kind: Kind) -> bool {
        let positive = match test.operator {
            Operator::IsNot => Operator::Is,
            Operator::NoneOf => Operator::OneOf,
            Operator::DoesNotContain => Operator::Contains,
            Operator::NotInLast => Operator::InLast,
            Operator::ContainsNone => Operator::ContainsAny,
            Operator::IsEmpty => return Operand::Flag(value.is_empty()) == test.operand,
            _ => return !value.is_empty() && self.is_so(test, value, kind),
        };
        let positive = Test { operator: positive, ..test.clone() };
        value.is_empty() || !self.is_so(&positive, value, kind)
    }

    fn is_so(&self, test: &Test, value: &Value, kind: Kind) -> bool {
        match (kind, value) {
            (Kind::Text, Value::Text(text)) => is_so_of_text(test, text),
            (Kind::Number, number) => is_so_of_number(test, number),
            (Kind::Boolean, Value::Flag(flag)) => test.operand == Operand::One(Scalar::Flag(*flag)),
            (Kind::TextList, Value::List(items)) => {
                let mut wanted = texts(&test.operand).into_iter();
                let mut is_there = |text: String| items.contains(&text);
                if test.operator == Operator::ContainsAll {
                    wanted.all(is_there)
                } else {
                    wanted.any(&mut is_there)
                }
            }
            (_, value) => slow_time::holds(test, value, self.now, self.zone),
        }
    }
}

fn joined(group: &Group, mut holds: impl FnMut(&Condition) -> bool) -> bool {
    match group.join {
        Join::All => group.conditions.iter().all(&mut holds),
        Join::Any => group.conditions.iter().any(&mut holds),
    }
}

fn computed(function: Function, table: &Rows, rows: &[&Row], of: Option<&str>, by: Option<&str>) -> Value {
    let number = |count: usize| Value::Number(i128::try_from(count).unwrap() * UNIT);
    let Some(of) = of else { return number(rows.len()) };
    let values = |rows: &[&Row]| -> Vec<Value> {
        rows.iter().map(|row| table.value(row, of)).filter(|value| !value.is_empty()).cloned().collect()
    };
    let all = values(rows);
    let smallest =
        |values: &[Value]| values.iter().min_by(|a, b| a.order(b)).cloned().unwrap_or(Value::Empty);
    let sum = || all.iter().map(Value::units).sum::<i128>();
    match function {
        Function::Count => number(rows.len()),
        Function::CountDistinct => {
            let mut different: Vec<&Value> = Vec::new();
            for value in &all {
                if different.iter().all(|known| known.order(value) != Ordering::Equal) {
                    different.push(value);
                }
            }
            number(different.len())
        }
        Function::Sum if all.is_empty() => Value::Empty,
        Function::Sum => Value::Number(sum()),
        Function::Average if all.is_empty() => Value::Empty,
        Function::Average => Value::Mean(sum(), i128::try_from(all.len()).unwrap()),
        Function::Min => smallest(&all),
        Function::Max => all.iter().max_by(|a, b| a.order(b)).cloned().unwrap_or(Value::Empty),
        Function::First | Function::Latest => {
            let by = |row: &Row| table.value(row, by.unwrap()).clone();
            let placed: Vec<&Row> = rows.iter().copied().filter(|row| !by(row).is_empty()).collect();
            let wanted = if function == Function::First { Ordering::Less } else { Ordering::Greater };
            let comes = |row: &&Row| placed.iter().all(|other| by(other).order(&by(row)) != wanted);
            let together: Vec<&Row> = placed.iter().copied().filter(comes).collect();
            smallest(&values(&together))
        }
    }
}

fn scalars(operand: &Operand) -> &[Scalar] {
    match operand {
        Operand::One(value) => std::slice::from_ref(value),
        Operand::Many(values) => values,
        other => panic!("{other:?} are no values"),
    }
}

fn texts(operand: &Operand) -> Vec<String> {
    scalars(operand).iter().map(|value| value.text().unwrap().to_owned()).collect()
}

fn is_so_of_text(test: &Test, text: &str) -> bool {
    let fold = |text: &str| if test.ignore_case { text.to_lowercase() } else { text.to_owned() };
    let wanted = texts(&test.operand);
    if test.operator == Operator::Matches {
        let pattern = regex::RegexBuilder::new(&wanted[0]).case_insensitive(test.ignore_case).build();
        return pattern.unwrap().is_match(text);
    }
    let (text, wanted) = (fold(text), wanted.iter().map(|text| fold(text)).collect::<Vec<_>>());
    match test.operator {
        Operator::Is => text == wanted[0],
        Operator::OneOf => wanted.contains(&text),
        Operator::Contains => text.contains(&wanted[0]),
        Operator::StartsWith => text.starts_with(&wanted[0]),
        Operator::EndsWith => text.ends_with(&wanted[0]),
        other => panic!("{other:?} is not asked of texts"),
    }
}

/// A number as it is written, without an exponent, in units.
fn units(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{fraction:0<10}").parse::<i128>().unwrap()
}

fn is_so_of_number(test: &Test, value: &Value) -> bool {
    let against = |wanted: &Scalar| {
        let Scalar::Number(wanted) = wanted else { panic!("{wanted} is no number") };
        let wanted = wanted.to_string();
        match value {
            Value::Float(float) => float.partial_cmp(&wanted.parse::<f64>().unwrap()).unwrap(),
            Value::Mean(sum, count) => sum.cmp(&(units(&wanted) * count)),
            other => other.units().cmp(&units(&wanted)),
        }
    };
    let orders: Vec<Ordering> = scalars(&test.operand).iter().map(against).collect();
    match test.operator {
        Operator::Is => orders[0].is_eq(),
        Operator::LessThan => orders[0].is_lt(),
        Operator::AtMost => orders[0].is_le(),
        Operator::MoreThan => orders[0].is_gt(),
        Operator::AtLeast => orders[0].is_ge(),
        Operator::Between => orders[0].is_ge() && orders[1].is_le(),
        Operator::OneOf => orders.iter().any(|order| order.is_eq()),
        other => panic!("{other:?} is not asked of numbers"),
    }
}
