//! Reading a definition, with every mistake told where it is.

mod condition;
mod test;

use chrono_tz::{TZ_VARIANTS, Tz};
use serde_json::{Map, Value};

use super::fault::{Faults, Pointer, nearest, quoted, suggestion};
use super::{Combine, Definition, Fault, Group, Join, MAX_DEPTH, Rule, VERSION, document};

pub(crate) type Read<T> = Result<T, ()>;
pub(crate) type Object = Map<String, Value>;

/// Levels of a document that are not groups: the definition, its rules, a related table, a list of values, and a few
/// more, so that one group too many is told with its place.
pub(super) const SPARE_DEPTH: usize = 16;

/// Reads a definition from YAML or JSON.
///
/// # Errors
/// All mistakes of form that it has. Whether tables and columns exist is [`check()`](super::check())'s question.
pub fn definition(text: &str) -> Result<Definition, Vec<Fault>> {
    from_value(&document::parse(text).map_err(|fault| vec![fault])?)
}

/// Reads a definition from a document. Of a key that stood twice in its text nothing is known here any more: prefer
/// [`definition`] where the text is at hand.
///
/// # Errors
/// As [`definition`].
pub fn from_value(value: &Value) -> Result<Definition, Vec<Fault>> {
    let mut reader = Reader::default();
    let read = reader.definition(value, &Pointer::default());
    reader.finish(read)
}

/// Reads a group alone, as a named condition is declared.
///
/// # Errors
/// As [`definition`].
pub fn group(text: &str) -> Result<Group, Vec<Fault>> {
    group_from_value(&document::parse(text).map_err(|fault| vec![fault])?)
}

/// Reads a group alone from a document.
///
/// # Errors
/// As [`definition`].
pub fn group_from_value(value: &Value) -> Result<Group, Vec<Fault>> {
    let mut reader = Reader::default();
    let read = reader.lone_group(value, &Pointer::default());
    reader.finish(read)
}

/// Reads documents key by key and gathers what is wrong. Schedules are read with it too.
#[derive(Default)]
pub(crate) struct Reader {
    faults: Faults,
    /// How many groups stand around what is being read.
    depth: usize,
}

impl Reader {
    pub(crate) fn finish<T>(self, read: Read<T>) -> Result<T, Vec<Fault>> {
        match read {
            Ok(read) if self.faults.errors() == 0 => Ok(read),
            _ => Err(self.faults.finish()),
        }
    }

    pub(crate) fn tell(&mut self, at: &Pointer, words: impl Into<String>) {
        self.faults.push(Fault::error(at, words));
    }

    pub(crate) fn fail<T>(&mut self, at: &Pointer, words: impl Into<String>) -> Read<T> {
        self.tell(at, words);
        Err(())
    }

    pub(crate) fn object<'v>(&mut self, value: &'v Value, at: &Pointer) -> Read<&'v Object> {
        match value.as_object() {
            Some(object) => Ok(object),
            None => self.fail(at, format!("{} stands where names and values are needed", kind(value))),
        }
    }

    pub(crate) fn list<'v>(&mut self, value: &'v Value, at: &Pointer) -> Read<&'v [Value]> {
        match value.as_array() {
            Some(items) if !items.is_empty() => Ok(items),
            Some(_) => self.fail(at, "the list is empty"),
            None => self.fail(at, format!("{} stands where a list is needed", kind(value))),
        }
    }

    /// Reads every item, so that the mistakes of all are told.
    pub(crate) fn each<T>(
        &mut self,
        items: &[Value],
        at: &Pointer,
        mut read: impl FnMut(&mut Self, &Value, &Pointer) -> Read<T>,
    ) -> Read<Vec<T>> {
        let items: Vec<Read<T>> =
            items.iter().enumerate().map(|(index, item)| read(self, item, &at.at(index))).collect();
        items.into_iter().collect()
    }

    pub(crate) fn text(&mut self, value: &Value, at: &Pointer) -> Read<String> {
        match value {
            Value::String(text) if !text.trim().is_empty() => Ok(text.clone()),
            Value::String(_) => self.fail(at, "the text is empty"),
            Value::Number(_) | Value::Bool(_) => {
                self.fail(at, format!("{value} stands where a text is needed: put it in quotes"))
            }
            other => self.fail(at, format!("{} stands where a text is needed", kind(other))),
        }
    }

    fn flag(&mut self, value: &Value, at: &Pointer) -> Read<bool> {
        match value {
            Value::Bool(flag) => Ok(*flag),
            Value::String(text) => {
                self.fail(at, format!("{} stands where true or false is needed", quoted(text)))
            }
            other => self.fail(at, format!("{} stands where true or false is needed", kind(other))),
        }
    }

    pub(crate) fn word<T: Copy>(
        &mut self,
        value: &Value,
        words: &[(T, &'static str)],
        at: &Pointer,
    ) -> Read<T> {
        let given = self.text(value, at)?;
        match words.iter().find(|(_, word)| *word == given) {
            Some((meaning, _)) => Ok(*meaning),
            None => {
                let hint = suggestion(&given, words.iter().map(|(_, word)| *word));
                self.fail(at, format!("{} has no meaning here{hint}", quoted(&given)))
            }
        }
    }

    /// Says which keys are not among those known.
    pub(crate) fn known(&mut self, object: &Object, known: &[&str], at: &Pointer) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            let hint = suggestion(key, known.iter().copied());
            self.tell(&at.at(key), format!("{} has no meaning here{hint}", quoted(key)));
        }
    }

    pub(crate) fn needed<'v>(&mut self, object: &'v Object, key: &str, at: &Pointer) -> Read<&'v Value> {
        match object.get(key) {
            Some(value) => Ok(value),
            None => self.fail(at, format!("\"{key}\" is missing")),
        }
    }

    fn definition(&mut self, value: &Value, at: &Pointer) -> Read<Definition> {
        let object = self.object(value, at)?;
        // Nothing is known of what another version means.
        if let Some(version) = object.get("version") {
            self.version(version, &at.at("version"))?;
        } else {
            self.tell(at, format!("\"version\" is missing: write version: {VERSION}"));
        }
        self.known(object, &["version", "table", "time_zone", "rules"], at);
        let table = match object.get("table") {
            Some(table) => self.text(table, &at.at("table")),
            None => Ok("profiles".to_owned()),
        };
        let time_zone =
            object.get("time_zone").map_or(Ok(Tz::UTC), |zone| self.time_zone(zone, &at.at("time_zone")));
        let rules = self.needed(object, "rules", at).and_then(|rules| self.rules(rules, &at.at("rules")));
        Ok(Definition { table: table?, time_zone: time_zone?, rules: rules? })
    }

    fn version(&mut self, value: &Value, at: &Pointer) -> Read<()> {
        match whole(value) {
            Some(VERSION) => Ok(()),
            Some(newer) if newer > VERSION => {
                let words =
                    format!("version {newer} is newer than this program, which reads version {VERSION}");
                self.fail(at, words)
            }
            _ => self.fail(at, format!("the version must be {VERSION}")),
        }
    }

    pub(crate) fn time_zone(&mut self, value: &Value, at: &Pointer) -> Read<Tz> {
        let name = self.text(value, at)?;
        if let Ok(zone) = name.parse() {
            return Ok(zone);
        }
        let hint = match nearest(&name, TZ_VARIANTS.iter().map(|zone| zone.name())) {
            Some(zone) => format!("did you mean \"{zone}\"?"),
            None => "write one like Europe/Berlin".to_owned(),
        };
        self.fail(at, format!("{} is no time zone; {hint}", quoted(&name)))
    }

    fn rules(&mut self, value: &Value, at: &Pointer) -> Read<Vec<Rule>> {
        let rules = self.list(value, at)?;
        let mut is_first = true;
        self.each(rules, at, |reader, rule, at| reader.rule(rule, std::mem::take(&mut is_first), at))
    }

    fn rule(&mut self, value: &Value, is_first: bool, at: &Pointer) -> Read<Rule> {
        let object = self.object(value, at)?;
        self.known(object, &["combine", "name", "all", "any"], at);
        let combine = match object.get("combine") {
            None => Ok(Combine::default()),
            Some(_) if is_first => self.fail(
                &at.at("combine"),
                "the first rule has nothing before it to be combined with: leave this out",
            ),
            Some(word) => self.word(word, &Combine::ALL, &at.at("combine")),
        };
        let name = match object.get("name") {
            None => Ok(String::new()),
            Some(Value::String(name)) => Ok(name.clone()),
            Some(other) => self.text(other, &at.at("name")),
        };
        let group = self.group(object, at);
        Ok(Rule { combine: combine?, name: name?, group: group? })
    }

    /// A group that is all that the object holds.
    fn lone_group(&mut self, value: &Value, at: &Pointer) -> Read<Group> {
        let object = self.object(value, at)?;
        self.known(object, &["all", "any"], at);
        self.group(object, at)
    }

    fn group(&mut self, object: &Object, at: &Pointer) -> Read<Group> {
        let (join, key) = match (object.contains_key("all"), object.contains_key("any")) {
            (true, false) => (Join::All, "all"),
            (false, true) => (Join::Any, "any"),
            (true, true) => {
                return self
                    .fail(at, "\"all\" and \"any\" exclude each other: put one of them into the other");
            }
            (false, false) => {
                return self.fail(at, "the conditions are missing: write them below \"all\" or \"any\"");
            }
        };
        let at = at.at(key);
        if self.depth == MAX_DEPTH {
            return self.fail(&at, format!("groups stand in each other at most {MAX_DEPTH} deep"));
        }
        self.depth += 1;
        let conditions =
            self.list(&object[key], &at).and_then(|conditions| self.each(conditions, &at, Self::condition));
        self.depth -= 1;
        Ok(Group { join, conditions: conditions? })
    }
}

/// The whole number that stands here. In JSON, 1.0 is one.
fn whole(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole, and within")]
    let of_float =
        |float: f64| (float.fract() == 0.0 && (0.0..1e15).contains(&float)).then_some(float as u64);
    value.as_u64().or_else(|| value.as_f64().and_then(of_float))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a set of names and values",
    }
}
