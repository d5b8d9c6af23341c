//! Conditions: which of them it is, and those that ask about related tables.

use serde_json::Value;

use super::super::fault::{Pointer, quoted};
use super::super::{ColumnTest, Condition, Function, MAX_HOPS, Measure, RelatedTest};
use super::{Object, Read, Reader, kind};

/// The keys that tell conditions apart.
const KEYS: [&str; 7] = ["column", "related", "member_of", "not_member_of", "condition", "all", "any"];

impl Reader {
    pub(super) fn condition(&mut self, value: &Value, at: &Pointer) -> Read<Condition> {
        let object = self.object(value, at)?;
        let Some(key) = KEYS.into_iter().find(|key| object.contains_key(*key)) else {
            return self.no_condition(object, at);
        };
        if !matches!(key, "column" | "related" | "all" | "any") {
            self.known(object, &[key], at);
        }
        let inner = at.at(key);
        match key {
            "column" => self.column(object, at).map(Condition::Column),
            "related" => self.related(object, at).map(Condition::Related),
            "member_of" | "not_member_of" => {
                let segment = self.text(&object[key], &inner)?;
                Ok(Condition::Member { segment, is_member: key == "member_of" })
            }
            "condition" => self.text(&object[key], &inner).map(Condition::Named),
            _ => self.lone_group(value, at).map(Condition::Group),
        }
    }

    fn no_condition(&mut self, object: &Object, at: &Pointer) -> Read<Condition> {
        let near = object.keys().find_map(|key| {
            super::nearest(key, KEYS).map(|meant| (key, meant)).filter(|(key, _)| key.len() > 2)
        });
        match near {
            Some((key, meant)) => self
                .fail(&at.at(key), format!("{} has no meaning here; did you mean \"{meant}\"?", quoted(key))),
            None => self.fail(at, format!("this is no condition: it needs one of {}", KEYS.join(", "))),
        }
    }

    fn column(&mut self, object: &Object, at: &Pointer) -> Read<ColumnTest> {
        let column = self.text(&object["column"], &at.at("column"));
        let table = object.get("table").map(|table| self.text(table, &at.at("table"))).transpose();
        let test = self.test(object, &["column", "table"], at);
        Ok(ColumnTest { table: table?, column: column?, test: test? })
    }

    fn related(&mut self, object: &Object, at: &Pointer) -> Read<RelatedTest> {
        let table = self.text(&object["related"], &at.at("related"));
        let via = object.get("via").map_or(Ok(Vec::new()), |via| self.path(via, &at.at("via")));
        let filter = object.get("where").map(|filter| self.lone_group(filter, &at.at("where"))).transpose();
        let measure = self.measure(object, at);
        Ok(RelatedTest { table: table?, via: via?, filter: filter?, measure: measure? })
    }

    fn path(&mut self, value: &Value, at: &Pointer) -> Read<Vec<String>> {
        let names = self.list(value, at)?;
        if names.len() > MAX_HOPS {
            return self.fail(
                at,
                format!("a path has at most {MAX_HOPS} relationships; this one has {}", names.len()),
            );
        }
        self.each(names, at, Self::text)
    }

    fn measure(&mut self, object: &Object, at: &Pointer) -> Read<Measure> {
        let words: Vec<&str> =
            std::iter::once("has").chain(Function::ALL.iter().map(|(_, word)| *word)).collect();
        let known: Vec<&str> = ["related", "via", "where"].into_iter().chain(words.iter().copied()).collect();
        self.known(object, &known, at);
        let present: Vec<&str> = words.into_iter().filter(|word| object.contains_key(*word)).collect();
        let word = match present.as_slice() {
            [word] => *word,
            [] => {
                return self.fail(
                    at,
                    "what is asked of the rows is missing, as in has: any, or count: {at_least: 3}",
                );
            }
            [first, second, ..] => {
                return self.fail(
                    at,
                    format!("\"{first}\" and \"{second}\" stand in one condition: make two of it"),
                );
            }
        };
        let inner = at.at(word);
        match Function::ALL.iter().find(|(_, known)| *known == word) {
            None => self.has(&object[word], &inner),
            Some((function, _)) => {
                let object = self.computed(*function, &object[word], &inner)?;
                self.aggregate(*function, object, &inner)
            }
        }
    }

    fn has(&mut self, value: &Value, at: &Pointer) -> Read<Measure> {
        match value.as_str() {
            Some("any") => Ok(Measure::HasAny),
            Some("none") => Ok(Measure::HasNone),
            _ => {
                let given = value.as_str().map_or_else(|| value.to_string(), quoted);
                self.fail(at, format!("{given} has no meaning here: write any, or none"))
            }
        }
    }

    /// What is asked of a computed value. A number alone is often meant as a test.
    fn computed<'v>(&mut self, function: Function, value: &'v Value, at: &Pointer) -> Read<&'v Object> {
        let word = function.word();
        match (value, function) {
            (Value::Object(object), _) => Ok(object),
            (Value::Number(number), Function::Count) => {
                self.fail(at, format!("a number alone is no test: write {word}: {{is: {number}}}, or {word}: {{at_least: {number}}}"))
            }
            (_, Function::Count) => {
                self.fail(at, format!("{} is no test, as count: {{at_least: 3}} is one", kind(value)))
            }
            (_, Function::First | Function::Latest) => self.fail(
                at,
                format!("{} is no test, as {word}: {{of: status, by: date, is: paid}} is one", kind(value)),
            ),
            _ => self.fail(at, format!("{} is no test, as {word}: {{of: total, at_least: 100}} is one", kind(value))),
        }
    }

    fn aggregate(&mut self, function: Function, object: &Object, at: &Pointer) -> Read<Measure> {
        let takes: &[&str] = match function {
            Function::Count => &[],
            Function::First | Function::Latest => &["of", "by"],
            _ => &["of"],
        };
        let named = |reader: &mut Self, key: &str| {
            if !takes.contains(&key) {
                return Ok(None);
            }
            let value = reader.needed(object, key, at)?;
            reader.text(value, &at.at(key)).map(Some)
        };
        let of = named(self, "of");
        let by = named(self, "by");
        for key in ["of", "by"].into_iter().filter(|key| !takes.contains(key) && object.contains_key(*key)) {
            let words = match (function, key) {
                (Function::Count, "of") => {
                    "count counts rows and takes no \"of\": leave it out, or write count_distinct".to_owned()
                }
                _ => format!("{} takes no \"{key}\": leave it out", function.word()),
            };
            self.tell(&at.at(key), words);
        }
        let test = self.test(object, &["of", "by"], at);
        Ok(Measure::Aggregate { function, of: of?, by: by?, test: test? })
    }
}
