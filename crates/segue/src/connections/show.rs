//! What people see of connections.

use serde::Deserialize;
use serde_json::Value;

use crate::api::read;
use crate::exit::Failure;
use crate::show::{facts, lines, moment, table};

/// A connection as the caller may see it: whole, or id, name and type.
#[derive(Deserialize)]
struct Connection {
    name: String,
    host: Option<String>,
    api_key_from: Option<String>,
    #[serde(default)]
    shut: bool,
    sharing: Option<Value>,
    consent: Option<Agreed>,
    export_user: Option<ExportUser>,
    test: Option<Test>,
}

#[derive(Deserialize)]
struct Agreed {
    text: u32,
    policy: Option<String>,
    by: Signed,
}

#[derive(Deserialize)]
struct Signed {
    name: String,
    at: String,
}

#[derive(Deserialize)]
struct ExportUser {
    name: String,
    gone: Option<String>,
}

#[derive(Deserialize)]
struct Test {
    at: String,
    fault: Option<String>,
    words: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AccountList {
    id: u64,
    name: String,
    takes_email: bool,
}

#[derive(Deserialize)]
pub(super) struct AccountField {
    id: u64,
    title: String,
    tag: String,
    takes: Takes,
}

#[derive(Deserialize)]
struct Takes {
    #[serde(rename = "type")]
    kind: String,
    options: Vec<String>,
}

pub(super) fn list(all: Vec<Value>) -> Result<String, Failure> {
    if all.is_empty() {
        return Ok(
            "There are no connections that you may use: an administrator adds one with segue connections add"
                .to_owned(),
        );
    }
    let mut shown = table(&["connection", "host", "may use it", "runs in the name of", "latest test"]);
    for one in all {
        let one: Connection = read(one)?;
        let test = one.test.as_ref().map(|test| match one.shut {
            true => "key cannot be opened: nothing runs".to_owned(),
            false => test.fault.clone().unwrap_or_else(|| "well".to_owned()),
        });
        shown.add_row([
            one.name,
            one.host.unwrap_or_default(),
            one.sharing.as_ref().map(who).unwrap_or_default(),
            one.export_user.map(answering).unwrap_or_default(),
            test.unwrap_or_default(),
        ]);
    }
    Ok(lines(&shown))
}

fn who(sharing: &Value) -> String {
    match (sharing.as_str(), sharing["people"].as_array()) {
        (Some(word), _) => word.to_owned(),
        (None, people) => format!("{} named", people.map_or(0, Vec::len)),
    }
}

fn answering(user: ExportUser) -> String {
    match user.gone {
        Some(gone) => format!("{} ({gone}: nothing runs)", user.name),
        None => user.name,
    }
}

/// A connection, which the people with these names may use, where it names people.
pub(super) fn shown(found: Value, people: &[String]) -> Result<String, Failure> {
    let one: Connection = read(found)?;
    let mut rows = vec![("connection", one.name)];
    let mut add = |name, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    add("host", one.host);
    let shut = "cannot be opened, because the master key that seals it is not here: nothing runs until the connection is given \
                its key again with segue connections change";
    let key = one.api_key_from.map(|from| format!("read from {from}"));
    add("key", if one.shut { Some(shut.to_owned()) } else { key });
    let names = || format!("administrators, and {}", people.join(", "));
    let who = |sharing: &Value| if people.is_empty() { who(sharing) } else { names() };
    add("may use it", one.sharing.as_ref().map(who));
    add("runs for", one.export_user.map(answering));
    add(
        "agreed",
        one.consent.map(|Agreed { text, policy, by }| {
            let policy = policy.map(|policy| format!(", with {policy}")).unwrap_or_default();
            format!("{}, {}, to text {text}{policy}", by.name, moment(&by.at))
        }),
    );
    add(
        "latest test",
        one.test.map(|Test { at, words, .. }| {
            format!("{}: {}", moment(&at), words.unwrap_or_else(|| "all is well".to_owned()))
        }),
    );
    Ok(facts(&rows))
}

pub(super) fn account(account: Value) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Account {
        host: String,
        /// Servers of an earlier version do not tell it.
        #[serde(default)]
        user: User,
        lists: Vec<AccountList>,
    }
    #[derive(Default, Deserialize)]
    struct User {
        username: String,
        name: String,
    }
    let Account { host, user: User { username, name }, lists: found } = read(account)?;
    let of = match (name.as_str(), username.as_str()) {
        ("", "") => String::new(),
        ("", username) => format!(" of {username}"),
        (name, "") => format!(" of {name}"),
        (name, username) => format!(" of {name} ({username})"),
    };
    let shown = format!("{host}: key{of} accepted").replace(char::is_control, " ");
    Ok(format!("{shown}\n{}", lists(found)))
}

pub(super) fn lists(found: Vec<AccountList>) -> String {
    let mut shown = table(&["list", "name", ""]);
    for AccountList { id, name, takes_email } in found {
        let note = if takes_email { "" } else { "takes no e-mail: cannot be exported to" };
        shown.add_row([&id.to_string(), &name, note]);
    }
    lines(&shown)
}

pub(super) fn fields(found: Vec<AccountField>) -> String {
    let mut shown = table(&["field", "title", "tag", "takes"]);
    for AccountField { id, title, tag, takes } in found {
        let takes = match takes.options.is_empty() {
            true => takes.kind.replace('_', " "),
            false => format!("{} of {}", takes.kind, takes.options.join(", ")),
        };
        shown.add_row([id.to_string(), title, tag, takes]);
    }
    lines(&shown)
}
