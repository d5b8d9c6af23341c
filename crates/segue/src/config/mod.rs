//! Options that are the same at every call: from a file, below environment and command line.
//!
//! Whatever option has an environment variable may stand in the file, under its own name. What the file says becomes the
//! default of that option in every command that has it, so the order of precedence is clap's own: command line,
//! environment, default.

mod file;
mod show;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};
use etcetera::BaseStrategy;

use crate::cli::Cli;
use crate::database;
use crate::exit::Failure;
use file::File;

pub(crate) use show::Effective;

/// The option that names the file.
const CONFIG: &str = "config";

/// The option that names a server.
const SERVER: &str = "server";

/// Where the file of a whole machine is.
const OF_MACHINE: &str = "/etc/segue/segue.toml";

/// What is asked for, and where it was said.
pub(crate) struct Asked {
    pub(crate) cli: Cli,
    pub(crate) effective: Effective,
}

/// Reads the command line and the file that goes with it. A mistake on the command line, and a wish for help, end the
/// program here.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Failure> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let command = Cli::command();
    // Once without the file, to learn which one is meant.
    let named = command.clone().try_get_matches_from(&arguments).unwrap_or_else(|error| error.exit());
    let named = innermost(&named).get_one::<PathBuf>(CONFIG).cloned();
    let file = match named.or_else(usual_place) {
        Some(path) => File::read(path, &options(&command))?,
        None => File::default(),
    };
    let command = file.defaults_of(command);
    let read =
        |command: Command| command.try_get_matches_from(&arguments).unwrap_or_else(|error| error.exit());
    let mut matches = read(command.clone());
    check_passwords(innermost(&matches))?;
    if means_this_machine(innermost(&matches))? {
        matches = read(without_server(command));
    }
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    Ok(Asked { cli, effective: Effective::new(innermost(&matches), file) })
}

/// The first of the usual places where there is a file.
fn usual_place() -> Option<PathBuf> {
    let own = etcetera::choose_base_strategy().ok().map(|strategy| strategy.config_dir());
    let own = own.map(|folder| folder.join("segue").join("segue.toml"));
    own.into_iter().chain([PathBuf::from(OF_MACHINE)]).find(|path| path.exists())
}

/// What was said to the command itself. Options that all commands have are there, wherever they were written.
fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, within)) = matches.subcommand() {
        matches = within;
    }
    matches
}

/// Options that may stand in the file, each once, by their order in the help of `segue serve` and then of the others.
fn options(command: &Command) -> Vec<Arg> {
    fn collect(command: &Command, found: &mut Vec<Arg>) {
        for arg in command.get_arguments().filter(|arg| is_option(arg)) {
            if !found.iter().any(|known| known.get_long() == arg.get_long()) {
                found.push(arg.clone());
            }
        }
        command.get_subcommands().for_each(|within| collect(within, found));
    }
    let mut found = Vec::new();
    if let Some(serve) = command.find_subcommand("serve") {
        collect(serve, &mut found);
    }
    collect(command, &mut found);
    found
}

fn is_option(arg: &Arg) -> bool {
    arg.get_env().is_some() && arg.get_long().is_some_and(|long| long != CONFIG)
}

/// Whether a server that the environment or the file names is not meant: who names a folder or a database on the command
/// line means this machine.
fn means_this_machine(said: &ArgMatches) -> Result<bool, Failure> {
    if !matches!(said.try_contains_id(SERVER), Ok(true)) {
        return Ok(false);
    }
    let is_told = |id: &str| said.value_source(id) == Some(ValueSource::CommandLine);
    let Some(here) = ["state", "database"].into_iter().find(|id| is_told(id)) else { return Ok(false) };
    if is_told(SERVER) {
        return Err(Failure::Input(format!("--server and --{here} are two places: name one of them")));
    }
    Ok(true)
}

/// A command that has a server only if it is told one.
fn without_server(command: Command) -> Command {
    command
        .mut_args(|arg| match arg.get_id() == SERVER {
            true => arg.env(None::<&'static str>).default_values(None::<&'static str>),
            false => arg,
        })
        .mut_subcommands(without_server)
}

/// Everybody on the machine can read how a program was called.
fn check_passwords(matches: &ArgMatches) -> Result<(), Failure> {
    if !matches!(matches.try_contains_id("database"), Ok(true))
        || matches.value_source("database") != Some(ValueSource::CommandLine)
    {
        return Ok(());
    }
    let address = matches.get_raw("database").into_iter().flatten().next();
    if address.is_some_and(|address| database::has_password(&address.to_string_lossy()) == Some(true)) {
        return Err(Failure::Input(
            "--database: everybody on this machine can read a password there: put it into a file, and name that with \
             --database-password-file"
                .to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use clap::Arg;

    use super::*;

    /// What belongs to no key of the file.
    const ENVIRONMENT_ONLY: [&str; 5] = [
        "| | `SEGUE_CONFIG` | `--config` | see above | the configuration file |",
        "| | `SEGUE_MASTER_KEY` | | | the [master key](#the-master-key) itself |",
        "| | `SEGUE_API_KEY` | | | the API key of a `segue push` |",
        "| | `SEGUE_TOKEN` | | | the API token for `--server` |",
        "| | `SEGUE_LOG` | | `info` for a server, else `warn` | how much is logged: `error`, `warn`, `info`, `debug` |",
    ];

    /// The row of an option: its help, parted from what the help says about the default.
    fn row(arg: &Arg) -> String {
        let (key, environment) = (arg.get_long().unwrap(), arg.get_env().unwrap().to_str().unwrap());
        let help = arg.get_help().unwrap().to_string().replace('\n', " ");
        let (meaning, told) = help.split_once(" [default: ").map_or((help.as_str(), None), |(help, told)| {
            (help, Some(told.trim_end_matches(']').to_owned()))
        });
        let given = arg.get_default_values().first().map(|value| format!("`{}`", value.to_string_lossy()));
        let mut row = String::new();
        let default = given.or(told).unwrap_or_default();
        write!(row, "| `{key}` | `{environment}` | `--{key}` | {default} | {meaning} |").unwrap();
        row.replace("|  |", "| |")
    }

    #[test]
    fn the_table_of_options_is_that_of_the_code() {
        let page = include_str!("../../../../docs/operations.md");
        let expected: Vec<String> = options(&Cli::command()).iter().map(row).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).chain(ENVIRONMENT_ONLY).collect();
        let table = page.split("| key | environment | option | default | meaning |").nth(1).unwrap();
        let shown: Vec<&str> =
            table.trim_start().lines().skip(1).take_while(|line| !line.is_empty()).collect();
        assert_eq!(shown.join("\n"), expected.join("\n"), "docs/operations.md");
    }

    /// A value that an option takes, other than its default.
    fn sample(option: &Arg) -> String {
        const TRIED: [&str; 9] = [
            "0.25",
            "17",
            "127.0.0.1:7",
            "10.0.0.1",
            "https://segue.example.com",
            "postgres://segue@db.example.com/segue",
            "/kept/\"here\"",
            "08",
            "json",
        ];
        let takes = |value: &&&str| {
            let alone = Command::new("segue").no_binary_name(true).arg(option.clone());
            let is_number = value.parse::<f64>().is_ok();
            let wants_number = file::is_number(option) || file::is_fraction(option);
            is_number == wants_number
                && alone.try_get_matches_from([format!("--{}={value}", option.get_long().unwrap())]).is_ok()
        };
        let name = option.get_long().unwrap();
        let value = match name {
            "database" => Some("postgres://segue@db.example.com/segue"),
            "state" => Some("/kept/12"),
            _ => TRIED.iter().find(takes).copied(),
        };
        value.unwrap_or_else(|| panic!("no value is known that --{name} takes")).to_owned()
    }

    #[test]
    fn whatever_is_shown_of_an_option_can_stand_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let shown = |file: &str, options: &[String]| {
            let path = folder.path().join("segue.toml");
            std::fs::write(&path, file).unwrap();
            let call = ["segue", "serve", "--config"].map(str::to_owned).into_iter();
            let call = call.chain([path.display().to_string()]).chain(options.iter().cloned());
            let asked = read(call.map(OsString::from)).unwrap_or_else(|failure| panic!("{failure}"));
            let text = asked.effective.text(std::path::Path::new("/default"));
            // Without where it was said.
            let lines = text.lines().skip(1).map(|line| line.split("  #").next().unwrap().to_owned());
            lines.collect::<Vec<String>>().join("\n")
        };
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        let given: Vec<String> = serve
            .get_arguments()
            .chain(command.get_arguments().filter(|arg| arg.is_global_set()))
            .filter(|arg| is_option(arg))
            .map(|arg| match arg.get_action() {
                clap::ArgAction::SetTrue => format!("--{}", arg.get_long().unwrap()),
                _ => format!("--{}={}", arg.get_long().unwrap(), sample(arg)),
            })
            .collect();
        assert!(given.len() > 15, "{given:?}");
        let once = shown("", &given);
        assert!(once.contains("share = 0.25") && once.contains("state = \"/kept/12\""), "{once}");
        assert_eq!(shown(&once, &[]), once);
    }

    #[test]
    fn an_option_has_the_same_variable_and_the_same_kind_wherever_it_is() {
        fn check(command: &Command, known: &[Arg]) {
            for arg in command.get_arguments().filter(|arg| is_option(arg)) {
                let same = known.iter().find(|known| known.get_long() == arg.get_long()).unwrap();
                assert_eq!(same.get_env(), arg.get_env());
                assert!(same.get_value_parser().type_id() == arg.get_value_parser().type_id());
            }
            command.get_subcommands().for_each(|within| check(within, known));
        }
        let command = Cli::command();
        check(&command, &options(&command));
    }
}
