//! What the script of the builder says.

use segue_model::segment::{Kind, Operator, Period, Unit};
use serde_json::{Map, Value};

use crate::console::words::Words;

/// Messages by the ends of their ids, behind `builder-`.
const WORDS: &[&str] = &[
    "all",
    "any",
    "add-condition",
    "add-group",
    "add-named",
    "add-related",
    "add-rule",
    "add-segment",
    "and",
    "by",
    "choose",
    "column",
    "combine",
    "count-failed",
    "counting",
    "day",
    "down",
    "error-one",
    "from",
    "function",
    "has-any",
    "has-none",
    "ignore-case",
    "incomplete",
    "item",
    "joined",
    "locked",
    "lost",
    "member",
    "missing",
    "month",
    "name",
    "named",
    "not-member",
    "of",
    "operator",
    "profiles",
    "redo",
    "related",
    "remove",
    "rule",
    "sample-empty",
    "sample-stale",
    "segment",
    "signed-out",
    "span",
    "time-zone",
    "to",
    "undo",
    "unit",
    "up",
    "value",
    "values-hint",
    "warning",
    "where",
    "where-add",
];

/// Functions over the rows of a related table.
const FUNCTIONS: &[&str] = &["count", "count_distinct", "sum", "average", "min", "max", "first", "latest"];

/// All of them as a document in JSON.
pub(super) fn builder_words(w: Words) -> String {
    let mut words = Map::new();
    let mut put = |of: &str, word: &str| {
        words.insert(format!("{of}-{}", word.replace('_', "-")), Value::from(w.word(of, word).to_string()));
    };
    for word in WORDS {
        put("builder", word);
    }
    for operator in Operator::ALL {
        put("segments-op", operator.word());
    }
    put("segments-op", "is_not_empty");
    for function in FUNCTIONS {
        put("builder-function", function);
    }
    for combine in ["union", "intersect", "except", "first"] {
        put("builder-combine", combine);
    }
    for (_, unit) in Unit::ALL {
        put("builder-unit", unit);
    }
    for (_, period) in Period::ALL {
        put("segments-period", period);
    }
    for month in 1..=12 {
        put("month", &month.to_string());
    }
    put("segments", "today");
    for id in ["yes", "no", "sign-in"] {
        words.insert(id.to_owned(), Value::from(w.say(id).to_string()));
    }
    // What can be asked of a count or a sum.
    words.insert("numbers".to_owned(), Kind::Number.operators().iter().map(|it| it.word()).collect());
    Value::Object(words).to_string()
}
