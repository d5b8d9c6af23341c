//! `segue profiles`: one person at a time, and forgetting them.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{Api, Ask, Place, read};
use crate::exit::{Code, Failure};
use crate::show::{counted, facts, lines, moment, print, table};

#[derive(Debug, Clone, Args)]
pub(crate) struct Profiles {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Tell what was sent of a person, where and when, and what ActiveCampaign said
    Sent {
        #[command(flatten)]
        one: One,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the newest rows of related tables that belong to a person
    Rows {
        #[command(flatten)]
        one: One,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Erase a person from everything that Segue keeps, for good; without --confirm, tell what that would do
    Forget {
        #[command(flatten)]
        one: One,
        /// An address that the person had besides those that the table knows; may be repeated
        #[arg(long = "address", value_name = "EMAIL")]
        addresses: Vec<String>,
        /// Leave the person on the lists that exports put them on
        #[arg(long)]
        leave_on_lists: bool,
        /// The key once more, since this cannot be undone
        #[arg(long, value_name = "KEY")]
        confirm: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List what was erased when somebody was forgotten; it names nobody
    Receipts {
        /// How many
        #[arg(long, value_name = "COUNT", default_value_t = 20)]
        limit: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a receipt
    Receipt {
        /// Its number
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Args)]
struct One {
    /// Table of profiles
    table: String,
    /// The profile's key
    key: String,
}

impl One {
    fn body(&self) -> Value {
        json!({"table": self.table, "key": self.key})
    }
}

pub(crate) async fn run(asked: Profiles) -> Result<Code, Failure> {
    asked.place.with(async |api| carry_out(api, asked.command).await).await.map(|()| Code::Done)
}

/// How an answer is shown to people.
type Shown = fn(Value) -> Result<String, Failure>;

async fn carry_out(api: &Api, command: Command) -> Result<(), Failure> {
    let (answer, is_json, shown): (Value, bool, Shown) = match command {
        Command::Sent { one, json } => {
            (api.ask(Ask::post(&["profiles", "sent"])?.body(one.body())).await?, json, sent)
        }
        Command::Rows { one, json } => {
            (api.ask(Ask::post(&["profiles", "rows"])?.body(one.body())).await?, json, rows)
        }
        Command::Forget { one, addresses, leave_on_lists, confirm, json } => {
            let mut body = one.body();
            body["addresses"] = json!(addresses);
            match confirm {
                None => (api.ask(Ask::post(&["profiles", "forget", "look"])?.body(body)).await?, json, found),
                Some(confirm) => {
                    body["unsubscribe"] = json!(!leave_on_lists);
                    body["confirm"] = json!(confirm);
                    (api.ask(Ask::post(&["profiles", "forget"])?.body(body)).await?, json, receipt)
                }
            }
        }
        Command::Receipts { limit, json } => {
            let all = api.list(&Ask::get(&["receipts"])?, limit).await?;
            (Value::Array(all), json, receipts)
        }
        Command::Receipt { id, json } => (api.ask(Ask::get(&["receipts", &id])?).await?, json, receipt),
    };
    print(&if is_json { answer.to_string() } else { shown(answer)? })
}

#[derive(Deserialize)]
struct Sent {
    is_profile: bool,
    receipt: Option<String>,
    exports: Vec<SentTo>,
    segments: Vec<Holding>,
}

#[derive(Deserialize)]
struct SentTo {
    name: String,
    list: u64,
    standing: String,
    since: Option<String>,
    reason: Option<String>,
    words: String,
    last_sent: Option<Last>,
    rejected: Option<Rejected>,
}

#[derive(Deserialize)]
struct Last {
    at: String,
    outcome: String,
}

#[derive(Deserialize)]
struct Rejected {
    reason: String,
    detail: String,
}

#[derive(Deserialize)]
struct Holding {
    segment: String,
    is_member: Option<bool>,
}

fn sent(answer: Value) -> Result<String, Failure> {
    let Sent { is_profile, receipt, exports, segments } = read(answer)?;
    if let Some(receipt) = receipt {
        return Ok(format!("This person was forgotten: segue profiles receipt {receipt}"));
    }
    let mut parts = Vec::new();
    if !is_profile {
        parts.push("The table has no profile with this key.".to_owned());
    }
    let mut shown = table(&["export", "list", "standing", "since", "last sent", "", "said"]);
    for one in exports {
        let rejected = one.rejected.map(|it| format!("not sent: {} {}", it.reason, it.detail));
        let said = match one.reason {
            Some(reason) => format!("{reason} {}", one.words),
            None => rejected.unwrap_or_default(),
        };
        let (at, outcome) =
            one.last_sent.map_or_else(Default::default, |last| (moment(&last.at), last.outcome));
        let since = one.since.as_deref().map(moment).unwrap_or_default();
        let standing = one.standing.replace('_', " ");
        shown.add_row([one.name, one.list.to_string(), standing, since, at, outcome, said.trim().to_owned()]);
    }
    parts.push(if shown.is_empty() { "No export sends this person.".to_owned() } else { lines(&shown) });
    let mut held = table(&["segment", "member"]);
    for one in segments {
        let is_member = match one.is_member {
            Some(true) => "yes",
            Some(false) => "no",
            None => "never refreshed",
        };
        held.add_row([one.segment.as_str(), is_member]);
    }
    if !held.is_empty() {
        parts.push(lines(&held));
    }
    Ok(parts.join("\n\n"))
}

#[derive(Deserialize)]
struct Rows {
    rows: Vec<Row>,
    has_more: bool,
    unread: Vec<String>,
}

#[derive(Deserialize)]
struct Row {
    table: String,
    at: String,
    values: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    column: String,
    value: String,
}

fn rows(answer: Value) -> Result<String, Failure> {
    let Rows { rows, has_more, unread } = read(answer)?;
    let mut shown = table(&["when", "table", "what"]);
    for row in rows {
        let values = row.values.iter().filter(|one| !one.value.is_empty());
        let values: Vec<String> = values.map(|one| format!("{}: {}", one.column, one.value)).collect();
        shown.add_row([row.at, row.table, values.join(", ")]);
    }
    let mut parts = vec![if shown.is_empty() { "There is nothing.".to_owned() } else { lines(&shown) }];
    if has_more {
        parts.push("There are more.".to_owned());
    }
    if !unread.is_empty() {
        parts.push(format!("These tables could not be read: {}", unread.join(", ")));
    }
    Ok(parts.join("\n\n"))
}

/// What there is of a person, or was.
#[derive(Deserialize)]
struct Kept {
    addresses: u64,
    segments: Vec<String>,
    rejections: u64,
    definitions: Vec<String>,
}

impl Kept {
    fn rows(self, ledgers: &[String]) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("addresses", self.addresses.to_string()),
            ("segments", self.segments.join(", ")),
            ("ledgers", ledgers.join("; ")),
            ("rejections", self.rejections.to_string()),
        ];
        if !self.definitions.is_empty() {
            rows.push(("to be changed by hand", self.definitions.join(", ")));
        }
        rows
    }
}

#[derive(Deserialize)]
struct Found {
    is_profile: bool,
    #[serde(flatten)]
    kept: Kept,
    ledgers: Vec<OnList>,
    receipt: Option<String>,
}

#[derive(Deserialize)]
struct OnList {
    export: String,
    list: u64,
    can_unsubscribe: bool,
}

fn found(answer: Value) -> Result<String, Failure> {
    let Found { is_profile, kept, ledgers, receipt } = read(answer)?;
    if let Some(receipt) = receipt {
        return Ok(format!("This person was forgotten: segue profiles receipt {receipt}"));
    }
    let lists = ledgers.iter().map(|one| {
        let what = if one.can_unsubscribe { "" } else { " (cannot be unsubscribed from here)" };
        format!("{}, list {}{what}", one.export, one.list)
    });
    let mut rows = vec![("in the table", if is_profile { "yes".to_owned() } else { "no".to_owned() })];
    rows.extend(kept.rows(&lists.collect::<Vec<_>>()));
    Ok(format!(
        "{}\n\nNothing was changed. To forget this person for good, add --confirm with the key once more.",
        facts(&rows)
    ))
}

#[derive(Deserialize)]
struct Receipt {
    id: String,
    at: String,
    by: String,
    table: String,
    #[serde(flatten)]
    kept: Kept,
    ledgers: Vec<Erased>,
}

#[derive(Deserialize)]
struct Erased {
    export: String,
    list: u64,
    outcome: String,
}

fn receipt(answer: Value) -> Result<String, Failure> {
    let Receipt { id, at, by, table, kept, ledgers } = read(answer)?;
    let lists = ledgers
        .iter()
        .map(|one| format!("{}, list {}: {}", one.export, one.list, one.outcome.replace('_', " ")));
    let mut rows = vec![("receipt", id), ("when", moment(&at)), ("by", by), ("table", table)];
    rows.extend(kept.rows(&lists.collect::<Vec<_>>()));
    Ok(facts(&rows))
}

fn receipts(answer: Value) -> Result<String, Failure> {
    let all: Vec<Receipt> = read(answer)?;
    if all.is_empty() {
        return Ok("Nobody was forgotten.".to_owned());
    }
    let mut shown = table(&["receipt", "when", "by", "table", "lists"]);
    for one in all {
        let lists = counted(one.ledgers.len() as u64, "list");
        shown.add_row([one.id, moment(&one.at), one.by, one.table, lists]);
    }
    Ok(lines(&shown))
}
