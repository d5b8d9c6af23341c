//! What is in force, and who has said so.

use std::path::Path;

use clap::builder::ValueHint;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, CommandFactory};

use super::file::{self, File};
use super::options;
use crate::cli::Cli;
use crate::database;

/// The options of one call, with where each was said.
pub(crate) struct Effective {
    matches: ArgMatches,
    file: File,
}

impl Effective {
    pub(super) fn new(matches: &ArgMatches, file: File) -> Self {
        Self { matches: matches.clone(), file }
    }

    /// Every option as a configuration file would have it, and behind it where it comes from. No secret is among them:
    /// options name files and variables that hold some, and of a database's address the password is left out.
    ///
    /// `state` is the folder that is used, told or not.
    pub(crate) fn text(&self, state: &Path) -> String {
        let mut text = if self.file.path.as_os_str().is_empty() {
            "# There is no configuration file.".to_owned()
        } else {
            format!("# The configuration file is {}.", self.file.path.display())
        };
        for option in options(&Cli::command()) {
            let (id, key) = (option.get_id().as_str(), option.get_long().unwrap_or_default());
            let Ok(is_set) = self.matches.try_contains_id(id) else { continue };
            text.push_str(&match self.values(&option) {
                Some(values) if is_set => format!("\n{key} = {values}  # {}", self.origin(&option)),
                _ if id == "state" => {
                    format!("\n{key} = {}  # the default", quoted(&state.to_string_lossy()))
                }
                _ => format!("\n# {key} is not set"),
            });
        }
        text
    }

    /// What was given, as TOML.
    fn values(&self, option: &Arg) -> Option<String> {
        let id = option.get_id().as_str();
        let mut given: Vec<String> =
            self.matches.get_raw(id)?.map(|value| value.to_string_lossy().into_owned()).collect();
        if option.get_value_hint() == ValueHint::AnyPath {
            // In a file a path begins where the file is.
            let absolute = |path: &String| std::path::absolute(path).ok()?.to_str().map(str::to_owned);
            given = given.into_iter().map(|path| absolute(&path).unwrap_or(path)).collect();
        }
        if id == "database" {
            given = given.iter().map(|address| database::without_password(address)).collect();
        }
        // As the file has numbers: TOML knows neither `.5` nor `08`.
        let number = match given.first() {
            Some(value) if file::is_number(option) => value.parse::<u64>().ok().map(|it| it.to_string()),
            Some(value) if file::is_fraction(option) => value.parse::<f64>().ok().map(|it| it.to_string()),
            _ => None,
        };
        Some(match (option.get_action(), number) {
            (ArgAction::SetTrue, _) => self.matches.get_flag(id).to_string(),
            (ArgAction::Append, _) => {
                format!("[{}]", given.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "))
            }
            (_, Some(number)) => number,
            _ => quoted(&given.concat()),
        })
    }

    fn origin(&self, option: &Arg) -> String {
        let environment = option.get_env().unwrap_or_default().to_string_lossy();
        match self.matches.value_source(option.get_id().as_str()) {
            Some(ValueSource::CommandLine) => "the command line".to_owned(),
            Some(ValueSource::EnvVariable) => environment.into_owned(),
            _ => match self.file.about(option) {
                Some(said) => format!("line {} of the configuration file", said.line),
                None => "the default".to_owned(),
            },
        }
    }
}

fn quoted(text: &str) -> String {
    // What TOML and JSON call a text is the same, but for what nobody writes here.
    serde_json::Value::from(text).to_string()
}
