//! What can be written on the command line.

use std::path::PathBuf;

use activecampaign_sim::{Fault, FaultKind, Knobs};
use clap::{Args, Parser, Subcommand, ValueEnum};
use segue_model::{Blanks, Mode};
use segue_runs::FieldChoice;

use crate::audit::Audit;
use crate::connections::Connections;
use crate::exit;
use crate::exports::Exports;
use crate::keys::Keys;
use crate::profiles::Profiles;
use crate::refresh::RefreshVerbs;
use crate::runs::Runs;
use crate::segments::Segments;
use crate::serve::Serve;
use crate::tables::Tables;
use crate::tokens::Tokens;
use crate::users::Users;
use crate::worker::Work;
use crate::workspace::Workspace;

/// Keeps ActiveCampaign lists exactly equal to your segments of customer profiles.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110)]
pub(crate) struct Cli {
    /// File with options [default: segue/segue.toml in your configuration folder, else /etc/segue/segue.toml]
    #[arg(long, value_name = "FILE", env = "SEGUE_CONFIG", hide_env_values = true, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the profiles of a file or the members of a segment to a list, and account for every one
    Push(Box<Push>),
    /// Declare tables, so that segments can speak of them
    Tables(Tables),
    /// Define who is in, refresh, look, explain
    Segments(Segments),
    /// Tell what was sent of one person, and forget them
    Profiles(Profiles),
    /// Say where data may go: ActiveCampaign accounts and who may use them
    Connections(Connections),
    /// Say which segments keep which list, and run it
    Exports(Exports),
    /// Look at runs, follow, cancel, approve or repeat them
    Runs(Runs),
    /// Refresh tables, segments and the exports that follow, now or on a schedule
    Refresh(RefreshVerbs),
    /// Serve the API, and carry out runs and refreshes
    Serve(Serve),
    /// Carry out runs and refreshes beside servers whose metadata is in Postgres
    Worker(Work),
    /// Say who may sign in to the server and do what, and help those who cannot
    Users(Users),
    /// Make and revoke tokens, with which programs ask a server
    Tokens(Tokens),
    /// See who did what
    Audit(Audit),
    /// Change the master key that seals API keys
    Keys(Keys),
    /// Simulate an ActiveCampaign account, to try everything without one
    Sandbox(Sandbox),
    /// Show it all on 20,000 made-up customers, with nothing to set up
    Demo(Demo),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeOption {
    /// Add and update members; remove nobody
    #[default]
    AddUpdate,
    /// Also unsubscribe those who left, if this export had put them on the list
    Mirror,
}

impl From<ModeOption> for Mode {
    fn from(option: ModeOption) -> Self {
        match option {
            ModeOption::AddUpdate => Self::AddUpdate,
            ModeOption::Mirror => Self::Mirror,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum BlanksOption {
    /// An empty value keeps what ActiveCampaign has
    #[default]
    Keep,
    /// An empty value clears what ActiveCampaign has
    Clear,
}

impl From<BlanksOption> for Blanks {
    fn from(option: BlanksOption) -> Self {
        match option {
            BlanksOption::Keep => Self::Keep,
            BlanksOption::Clear => Self::Clear,
        }
    }
}

#[derive(Debug, Clone, Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Push {
    /// File, folder or glob pattern of CSV, Parquet or NDJSON files
    #[arg(required_unless_present = "segment")]
    pub(crate) source: Option<String>,
    /// Push the members of this segment, as of its last refresh, in place of a file
    #[arg(long, value_name = "NAME", conflicts_with_all = ["source", "condition", "key"])]
    pub(crate) segment: Option<String>,

    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) matching: Matching,
    #[command(flatten)]
    pub(crate) members: Members,
    #[command(flatten)]
    pub(crate) brakes: BrakeOptions,
    #[command(flatten)]
    pub(crate) output: Output,

    #[command(flatten)]
    pub(crate) workspace: Workspace,
    /// Tells apart several exports to one list, each with its own ledger
    #[arg(long, value_name = "NAME", default_value = "default", help_heading = "State")]
    pub(crate) export: String,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Account")]
pub(crate) struct Account {
    /// API host, from Settings → Developer, as in acme.api-us1.com
    #[arg(long, value_name = "HOST")]
    pub(crate) host: String,
    /// Id of the list
    #[arg(long, value_name = "ID", value_parser = list)]
    pub(crate) list: u64,
    /// File that holds the API key; otherwise `SEGUE_API_KEY`, otherwise asked for
    #[arg(long, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// Let automations fire for imported contacts; they may mail people
    #[arg(long)]
    pub(crate) automations: bool,
    /// Allow plain http and private addresses, for the sandbox
    #[arg(long)]
    pub(crate) allow_insecure_host: bool,
    /// The sandbox's clock runs this many times as fast
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, requires = "allow_insecure_host", value_parser = speed)]
    pub(crate) speed: f64,
    /// The sandbox has no limits on requests
    #[arg(long, requires = "allow_insecure_host")]
    pub(crate) no_limits: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data matching")]
pub(crate) struct Matching {
    /// Column of the e-mail address; of a segment's table the column that is one, unless told
    #[arg(long, value_name = "COLUMN", required_unless_present = "segment")]
    pub(crate) email: Option<String>,
    /// Column of the first name
    #[arg(long, value_name = "COLUMN")]
    pub(crate) first_name: Option<String>,
    /// Column of the last name
    #[arg(long, value_name = "COLUMN")]
    pub(crate) last_name: Option<String>,
    /// Column of the phone number
    #[arg(long, value_name = "COLUMN")]
    pub(crate) phone: Option<String>,
    /// Column of the company ("account" in ActiveCampaign)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) account_name: Option<String>,
    /// Custom field by title, personalisation tag or id, and its column; may be repeated
    #[arg(long = "field", value_name = "FIELD=COLUMN", value_parser = field)]
    pub(crate) fields: Vec<FieldChoice>,
    /// Tag for every contact; may be repeated
    #[arg(long = "tag", value_name = "NAME")]
    pub(crate) tags: Vec<String>,
    /// Column whose values become tags; may be repeated
    #[arg(long = "tag-column", value_name = "COLUMN")]
    pub(crate) tag_columns: Vec<String>,
    /// What empty values do
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) blanks: BlanksOption,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Members")]
pub(crate) struct Members {
    /// Condition over the columns that makes a row a member, as in "Country = 'Brazil' AND Total > 20"
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// Column by which reports name a profile [default: file and row]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) key: Option<String>,
    /// What happens to contacts whose profile left
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub(crate) mode: ModeOption,
    /// Send contacts again that were refused before though nothing about them changed
    #[arg(long)]
    pub(crate) retry_refused: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Brakes")]
pub(crate) struct BrakeOptions {
    /// The most contacts that may leave, in percent of those listed by this export
    #[arg(long, value_name = "PERCENT", default_value_t = 10.0, value_parser = percent)]
    pub(crate) max_leaving: f64,
    /// The most profiles that may be members
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    pub(crate) max_profiles: u64,
    /// Let a run without any member through
    #[arg(long)]
    pub(crate) allow_empty: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Plan and show, but send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Write every rejected profile and its reason to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejections: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = sandbox_help())]
pub(crate) struct Sandbox {
    /// Port on the loopback address; 0 takes a free one
    #[arg(long, default_value_t = 8081)]
    pub(crate) port: u16,
    /// How many times as fast its clock runs: at 60, its minutes pass in seconds
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    pub(crate) speed: f64,
    /// Let every request through
    #[arg(long)]
    pub(crate) no_limits: bool,
    /// Contacts imported a second, by its own clock
    #[arg(long, value_name = "CONTACTS", default_value_t = 1000.0)]
    pub(crate) import_rate: f64,
    /// Seconds before an import starts, by its own clock
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    pub(crate) queue_delay: f64,
    /// The most contacts that the account's plan allows
    #[arg(long, value_name = "COUNT")]
    pub(crate) contact_limit: Option<usize>,
    /// Something that goes wrong, as in 429:p=0.05 or reset-after-commit@import:count=1; may be repeated
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<Fault>,
    /// A behaviour that differs between accounts, as in number-ids=on; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(crate) knobs: Vec<String>,
    /// Makes faults repeatable
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Demo {
    /// How many customers to make up
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub(crate) customers: u32,
    /// Another seed makes other customers
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
}

/// The words that a sandbox is told what to do with.
fn sandbox_help() -> String {
    let mut kinds = String::new();
    for (_, kind) in FaultKind::ALL {
        let line = kinds.rsplit('\n').next().unwrap_or_default().trim_start();
        let gap = match line.len() + kind.len() {
            _ if kinds.is_empty() => "",
            ..72 => ", ",
            _ => ",\n            ",
        };
        kinds.push_str(gap);
        kinds.push_str(kind);
    }
    let knobs = Knobs::ALL.iter().map(|(name, values, what)| format!("  {name}={values}\n      {what}\n"));
    format!(
        "\
Faults (--fault), written KIND[@ENDPOINT][:SETTING,…]:
  KIND      {kinds}
  ENDPOINT  the beginning of a path below /api/3/, as in contacts or import/bulk_import
  SETTING   p=0.1 (how probable), count=3 (at most so often), every=5 (each fifth request),
            after=10 (not the first ten)

Behaviours (--set), the first value is the usual one, N is a number:
{}",
        knobs.collect::<String>()
    )
}

/// Titles may hold equals signs, columns seldom do.
fn field(text: &str) -> Result<FieldChoice, String> {
    match text.rsplit_once('=') {
        Some((field, column)) if !field.trim().is_empty() && !column.trim().is_empty() => {
            Ok(FieldChoice { field: field.trim().to_owned(), column: column.trim().to_owned() })
        }
        _ => Err("write it as FIELD=COLUMN, as in \"Lifetime value=ltv\"".to_owned()),
    }
}

fn list(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| "write its id, the number at the end of the list's address in the browser".to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    text.trim_end_matches('%')
        .parse()
        .ok()
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| "write a number from 0 to 100".to_owned())
}

pub(crate) fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed: &f64| speed.is_finite() && *speed >= 1.0);
    speed.ok_or_else(|| "write a number from 1 up".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn fields_are_split_at_the_last_equals_sign() {
        let expected = FieldChoice { field: "a = b".to_owned(), column: "c".to_owned() };
        assert_eq!(field("a = b=c"), Ok(expected));
        assert!(field("=c").is_err() && field("a=").is_err() && field("a").is_err());
    }
}
