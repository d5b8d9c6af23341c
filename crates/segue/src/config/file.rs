//! The configuration file: read, and every mistake told with its place.

use std::any::TypeId;
use std::error::Error;
use std::path::{Path, PathBuf};

use clap::builder::ValueHint;
use clap::{Arg, ArgAction, Command};
use toml::de::{DeTable, DeValue};

use super::is_option;
use crate::database;
use crate::exit::Failure;

/// What people may look for here, and what there is for it.
const SECRETS: [(&str, &str); 4] = [
    ("master-key", "put it into a file of its own and name that with master-key-file"),
    ("database-password", "put it into a file of its own and name that with database-password-file"),
    ("token", "put it into a file of its own and name that with token-file"),
    ("api-key", "a connection has its key, and a push takes --api-key-file"),
];

/// What a file says. By default there is none.
#[derive(Default)]
pub(super) struct File {
    pub(super) path: PathBuf,
    said: Vec<Said>,
}

/// One key and what stands behind it.
pub(super) struct Said {
    key: String,
    pub(super) line: usize,
    values: Vec<String>,
}

impl File {
    /// Reads a file that may speak of these options.
    pub(super) fn read(path: PathBuf, options: &[Arg]) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::Input(format!("the configuration file {} cannot be read: {error}", path.display()))
        })?;
        let at =
            |line: usize, words: String| Failure::Input(format!("{}, line {line}: {words}", path.display()));
        let table = DeTable::parse(&text).map_err(|error| {
            // Its own words for the place would show the line, and with it whatever stands there.
            let line = error.span().map_or(1, |span| line(&text, span.start));
            at(line, format!("this is no TOML: {}", error.message()))
        })?;
        let mut said = Vec::new();
        for (key, value) in table.get_ref() {
            let (line, key) = (line(&text, key.span().start), key.get_ref().as_ref());
            let option = options.iter().find(|option| option.get_long() == Some(key));
            let option = option.ok_or_else(|| at(line, unknown(key, options)))?;
            let values = values(key, option, value.get_ref(), &path).map_err(|words| at(line, words))?;
            said.push(Said { key: key.to_owned(), line, values });
        }
        Ok(Self { path, said })
    }

    /// What it says about an option.
    pub(super) fn about(&self, option: &Arg) -> Option<&Said> {
        self.said.iter().find(|said| is_option(option) && Some(said.key.as_str()) == option.get_long())
    }

    /// A command whose options are what the file says, unless told otherwise.
    pub(super) fn defaults_of(&self, command: Command) -> Command {
        command
            .mut_args(|arg| match self.about(&arg) {
                Some(said) => {
                    let values = said.values.clone();
                    arg.default_values(values)
                }
                None => arg,
            })
            .mut_subcommands(|within| self.defaults_of(within))
    }
}

/// The number of the line in which a byte stands.
fn line(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

fn unknown(key: &str, options: &[Arg]) -> String {
    if let Some((_, instead)) = SECRETS.iter().find(|(secret, _)| *secret == key.replace('_', "-")) {
        return format!("\"{key}\": no secret belongs into this file: {instead}");
    }
    let known: Vec<&str> = options.iter().filter_map(Arg::get_long).collect();
    format!("there is no \"{key}\"; there are: {}", known.join(", "))
}

/// Whether an option takes a whole number.
pub(super) fn is_number(option: &Arg) -> bool {
    let parser = option.get_value_parser().type_id();
    [TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<usize>()].iter().any(|kind| parser == *kind)
}

/// Whether an option takes any number.
pub(super) fn is_fraction(option: &Arg) -> bool {
    option.get_value_parser().type_id() == TypeId::of::<f64>()
}

/// What an option is given, in the words of the command line.
fn values(key: &str, option: &Arg, value: &DeValue<'_>, file: &Path) -> Result<Vec<String>, String> {
    let (is_number, is_fraction) = (is_number(option), is_fraction(option));
    let values = match (option.get_action(), value) {
        (ArgAction::SetTrue, DeValue::Boolean(is_so)) => vec![is_so.to_string()],
        (ArgAction::SetTrue, _) => return Err(format!("write it as {key} = true or {key} = false")),
        (ArgAction::Append, DeValue::Array(array)) => {
            let texts = array.iter().map(|one| one.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<_>>().ok_or_else(|| list(key))?
        }
        (ArgAction::Append, _) => return Err(list(key)),
        (_, DeValue::Integer(number)) if is_number && number.radix() == 10 => {
            vec![number.as_str().replace('_', "")]
        }
        (_, DeValue::Integer(number)) if is_fraction && number.radix() == 10 => {
            vec![number.as_str().replace('_', "")]
        }
        (_, DeValue::Float(number)) if is_fraction => vec![number.as_str().replace('_', "")],
        (_, _) if is_fraction => return Err(format!("write it as a number, as in {key} = 0.5")),
        (_, _) if is_number => return Err(format!("write it as a whole number, as in {key} = 1024")),
        (_, DeValue::String(text)) => vec![text.to_string()],
        (_, _) => return Err(format!("write it as text in quotes, as in {key} = \"…\"")),
    };
    let values: Vec<String> = if option.get_value_hint() == ValueHint::AnyPath {
        // The same file wherever the program is started.
        let folder = file.parent().unwrap_or(Path::new(""));
        values.iter().map(|path| folder.join(path).to_string_lossy().into_owned()).collect()
    } else {
        values
    };
    if key == "database" {
        check_address(&values.concat())?;
    }
    values.iter().try_for_each(|value| check(key, option, value))?;
    Ok(values)
}

fn check_address(address: &str) -> Result<(), String> {
    match database::has_password(address) {
        Some(false) => Ok(()),
        Some(true) => Err(
            "\"database\": no secret belongs into this file: put the password into one of its own and name \
                           that with database-password-file"
                .to_owned(),
        ),
        None => Err("\"database\" cannot be read: write it as in postgres://user@host:5432/segue".to_owned()),
    }
}

fn list(key: &str) -> String {
    format!("write it as a list of texts, as in {key} = [\"…\", \"…\"]")
}

/// Asks what the command line would say about a value.
fn check(key: &str, option: &Arg, value: &str) -> Result<(), String> {
    if matches!(option.get_action(), ArgAction::SetTrue) {
        return Ok(());
    }
    let alone = Command::new("segue").no_binary_name(true).arg(option.clone());
    let Err(error) = alone.try_get_matches_from([format!("--{key}={value}")]) else { return Ok(()) };
    let possible: Vec<String> =
        option.get_possible_values().iter().map(|value| format!("\"{}\"", value.get_name())).collect();
    let words = match error.source() {
        Some(source) => source.to_string(),
        None if possible.is_empty() => "it is empty".to_owned(),
        None => format!("it is one of {}", possible.join(", ")),
    };
    let name = option.get_value_names().and_then(<[_]>::first).map_or("value", |name| name.as_str());
    Err(format!("{key} = \"{value}\" cannot be used as {name}: {words}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::options;
    use super::*;
    use crate::cli::Cli;

    fn read(text: &str) -> Result<Vec<(String, usize, Vec<String>)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("segue.toml");
        std::fs::write(&path, text).unwrap();
        match File::read(path, &options(&Cli::command())) {
            Ok(file) => Ok(file.said.into_iter().map(|said| (said.key, said.line, said.values)).collect()),
            Err(failure) => Err(failure
                .to_string()
                .replace(&folder.path().display().to_string(), "")
                .replacen('/', "", 1)),
        }
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let text = "# a comment\nlisten = '0.0.0.0:80'\n\nmemory = 2_048\nallow-insecure-host = true\nrequire = ['a', 'b']\nshare = 0.5\nsandbox-speed = 60\n";
        let mut said = read(text).unwrap();
        said.sort();
        let expected: [(&str, usize, &[&str]); 6] = [
            ("allow-insecure-host", 5, &["true"]),
            ("listen", 2, &["0.0.0.0:80"]),
            ("memory", 4, &["2048"]),
            ("require", 6, &["a", "b"]),
            ("sandbox-speed", 8, &["60"]),
            ("share", 7, &["0.5"]),
        ];
        for ((key, line, values), found) in expected.into_iter().zip(&said) {
            assert_eq!(
                (key, line, values),
                (
                    found.0.as_str(),
                    found.1,
                    found.2.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
                )
            );
        }
        assert_eq!(said.len(), expected.len());
    }

    #[test]
    fn a_path_begins_where_the_file_is() {
        let options = options(&Cli::command());
        let option = options.iter().find(|option| option.get_long() == Some("state")).unwrap();
        let file = Path::new("/etc/segue/segue.toml");
        let resolved = |path: &str| values("state", option, &DeValue::String(path.into()), file).unwrap();
        assert_eq!(resolved("state"), ["/etc/segue/state"]);
        assert_eq!(resolved("/var/lib/segue"), ["/var/lib/segue"]);
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_to_do() {
        for (text, expected) in [
            ("share = 'half'", "line 1: write it as a number, as in share = 0.5"),
            ("listen = 1", "line 1: write it as text in quotes, as in listen = \"…\""),
            (
                "\nlisten = 'localhost'",
                "line 2: listen = \"localhost\" cannot be used as ADDRESS: invalid socket address syntax",
            ),
            ("memory = '1024'", "line 1: write it as a whole number, as in memory = 1024"),
            ("memory = 1.5", "line 1: write it as a whole number, as in memory = 1024"),
            ("memory = 1", "line 1: memory = \"1\" cannot be used as MB: 1 is not in 16.."),
            ("log = 'xml'", "line 1: log = \"xml\" cannot be used as FORM: it is one of \"text\", \"json\""),
            ("require = 'a'", "line 1: write it as a list of texts, as in require = [\"…\", \"…\"]"),
            ("require = [1]", "line 1: write it as a list of texts, as in require = [\"…\", \"…\"]"),
            (
                "allow-insecure-host = 1",
                "line 1: write it as allow-insecure-host = true or allow-insecure-host = false",
            ),
            ("url = 'http://segue.example.com'", "plain http is for this machine only"),
            ("# \nlisten = ", "line 2: this is no TOML: "),
            ("log = 'text'\nlog = 'json'", "line 2: this is no TOML: duplicate key"),
            ("lisen = 'a'", "line 1: there is no \"lisen\"; there are: listen, url, trusted-proxy, log"),
            ("[serving]\nlisten = 'a'", "line 1: there is no \"serving\"; there are: "),
            ("config = 'a'", "there is no \"config\""),
        ] {
            let words = read(text).unwrap_err();
            assert!(words.starts_with("segue.toml, line ") && words.contains(expected), "{text}: {words}");
        }
    }

    #[test]
    fn secrets_are_turned_down_and_not_repeated() {
        for (text, instead) in [
            ("master-key = 'hunter2'", "master-key-file"),
            ("master_key = 'hunter2'", "master-key-file"),
            ("database-password = 'hunter2'", "database-password-file"),
            ("database = 'postgres://segue:hunter2@db/segue'", "database-password-file"),
            ("database = 'postgres://segue@db/segue?password=hunter2'", "database-password-file"),
            ("api-key = 'hunter2'", "--api-key-file"),
            ("token = 'hunter2'", "token-file"),
            ("password = 'hunter2'", "there is no \"password\""),
            ("listen = hunter2", "this is no TOML"),
        ] {
            let words = read(text).unwrap_err();
            assert!(words.contains(instead) && !words.contains("hunter2"), "{text}: {words}");
        }
    }
}
