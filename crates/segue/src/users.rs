//! `segue users`: who may sign in, and help for those who cannot.

use clap::{Args, Subcommand, ValueEnum};
use segue_server::{PublicUrl, reset_link, system_clock, system_random};
use segue_store::{Store, StoreError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::{Api, Ask, Place, is_id, read};
use crate::exit::{Code, Failure};
use crate::show::{self, lines, print, table};

#[derive(Debug, Clone, Args)]
pub(crate) struct Users {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// List all users
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a user, and print the link with which they set their password
    Add {
        /// By which the user signs in, as in ana@example.com
        login: String,
        /// What people call them
        #[arg(long, value_name = "NAME")]
        name: String,
        /// What they may do
        #[arg(long, value_enum, value_name = "ROLE")]
        role: RoleOption,
        #[command(flatten)]
        url: LinkUrl,
    },
    /// Change what is given about a user; the rest stays
    Change {
        /// Login or id of the user
        user: String,
        /// By which they sign in from now on
        #[arg(long, value_name = "LOGIN")]
        login: Option<String>,
        /// What people call them
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// What they may do
        #[arg(long, value_enum, value_name = "ROLE")]
        role: Option<RoleOption>,
    },
    /// Let a user sign in again
    Enable {
        /// Login or id of the user
        user: String,
    },
    /// Keep a user from signing in; sessions and tokens end at once
    Disable {
        /// Login or id of the user
        user: String,
    },
    /// Remove a user with sessions and tokens; what they did stays in the audit log
    Remove {
        /// Login or id of the user
        user: String,
    },
    /// Print a link with which a user sets a new password; for a state folder, stop its server before, unless it has a
    /// --database
    ResetPassword(ResetPassword),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleOption {
    Viewer,
    Contributor,
    Administrator,
}

impl RoleOption {
    fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Contributor => "contributor",
            Self::Administrator => "administrator",
        }
    }
}

#[derive(Debug, Clone, Args)]
struct ResetPassword {
    /// By which the user signs in
    login: String,
    #[command(flatten)]
    url: LinkUrl,
}

/// Where links lead.
#[derive(Debug, Clone, Args)]
struct LinkUrl {
    /// Address under which people reach the server; one that --server names knows its own
    #[arg(long, value_name = "URL", env = "SEGUE_URL", hide_env_values = true, default_value = "http://127.0.0.1:8080", value_parser = PublicUrl::parse)]
    url: PublicUrl,
}

#[derive(Deserialize)]
struct User {
    id: String,
    login: String,
    name: String,
    role: String,
    enabled: bool,
    has_password: bool,
}

pub(crate) async fn run(users: Users) -> Result<Code, Failure> {
    let Users { place, command } = users;
    let api = match command {
        // Nobody may be able to sign in who could be asked as.
        Command::ResetPassword(reset) if !place.server.is_named() => return reset_here(&reset, &place).await,
        Command::Add { ref url, .. } => place.api_under(url.url.clone()).await?,
        _ => place.api().await?,
    };
    let done = carry_out(&api, command).await;
    api.close().await;
    done.map(|()| Code::Done)
}

async fn carry_out(api: &Api, command: Command) -> Result<(), Failure> {
    match command {
        Command::List { json } => {
            let all = api.list(&Ask::get(&["users"])?, usize::MAX).await?;
            print(&if json { Value::Array(all).to_string() } else { list(all)? })
        }
        Command::Add { login, name, role, .. } => {
            let body = json!({"login": login, "name": name, "role": role.word()});
            let added = api.ask(Ask::post(&["users"])?.body(body)).await?;
            show::say(
                "This link sets the password; it works once, within 24 hours. Hand it over by a safe way:",
            );
            print(added["link"]["url"].as_str().unwrap_or_default())
        }
        Command::Change { user, login, name, role } => {
            let mut changes = Map::new();
            let mut set = |key: &str, value: Option<String>| {
                changes.extend(value.map(|value| (key.to_owned(), Value::from(value))));
            };
            set("login", login);
            set("name", name);
            set("role", role.map(|role| role.word().to_owned()));
            if changes.is_empty() {
                return Err(Failure::Input(
                    "nothing is to change: give --login, --name or --role".to_owned(),
                ));
            }
            change(api, &user, Value::Object(changes)).await
        }
        Command::Enable { user } => change(api, &user, json!({"enabled": true})).await,
        Command::Disable { user } => change(api, &user, json!({"enabled": false})).await,
        Command::Remove { user } => {
            let id = id(api, &user).await?;
            let version = api.version(&["users", &id]).await?;
            api.tell(Ask::delete(&["users", &id])?.for_version(version)).await
        }
        Command::ResetPassword(reset) => {
            let id = id(api, &reset.login).await?;
            let link = api.ask(Ask::post(&["users", &id, "link"])?).await?;
            show_link(link["url"].as_str().unwrap_or_default())
        }
    }
}

/// The id of a user that somebody calls by login or id.
pub(crate) async fn id(api: &Api, wanted: &str) -> Result<String, Failure> {
    let wanted = wanted.trim().to_lowercase();
    if is_id(&wanted) {
        // The audit log knows users who are no more.
        return Ok(wanted);
    }
    let found = all(api).await?.into_iter().find(|user| user.login == wanted);
    found
        .map(|user| user.id)
        .ok_or_else(|| Failure::Input("nobody has this login: see segue users list".to_owned()))
}

/// The ids of users that somebody calls by login or id.
pub(crate) async fn ids(api: &Api, wanted: &[String]) -> Result<Vec<String>, Failure> {
    let all = all(api).await?;
    let mut found = Vec::new();
    for (index, wanted) in wanted.iter().enumerate() {
        let folded = wanted.trim().to_lowercase();
        let known = all.iter().find(|user| user.login == folded || user.id == folded).ok_or_else(|| {
            Failure::Input(format!("nobody has login number {} of those: see segue users list", index + 1))
        })?;
        found.push(known.id.clone());
    }
    Ok(found)
}

/// The logins of users by their ids, sorted; of one who is no more, the id.
pub(crate) async fn logins(api: &Api, ids: &[&str]) -> Result<Vec<String>, Failure> {
    let all = all(api).await?;
    let login = |id: &&str| {
        all.iter().find(|user| user.id == **id).map_or_else(|| (*id).to_owned(), |user| user.login.clone())
    };
    let mut logins: Vec<String> = ids.iter().map(login).collect();
    logins.sort();
    Ok(logins)
}

async fn all(api: &Api) -> Result<Vec<User>, Failure> {
    api.list(&Ask::get(&["users"])?, usize::MAX).await?.into_iter().map(read).collect()
}

async fn change(api: &Api, user: &str, changes: Value) -> Result<(), Failure> {
    let id = id(api, user).await?;
    let version = api.version(&["users", &id]).await?;
    api.tell(Ask::patch(&["users", &id])?.for_version(version).body(changes)).await
}

fn list(all: Vec<Value>) -> Result<String, Failure> {
    let mut shown = table(&["login", "name", "role", "may sign in"]);
    for one in all {
        let user: User = read(one)?;
        let may = match (user.enabled, user.has_password) {
            (false, _) => "no: disabled",
            (true, false) => "no: has set no password yet",
            (true, true) => "yes",
        };
        shown.add_row([&user.login, &user.name, &user.role, may]);
    }
    Ok(lines(&shown))
}

/// In the state directory itself, by whoever has it.
async fn reset_here(reset: &ResetPassword, place: &Place) -> Result<Code, Failure> {
    let (_directory, store) = place.folder.open().await?;
    let made = link(reset, &store).await;
    store.close().await;
    show_link(&made?).map(|()| Code::Done)
}

fn show_link(link: &str) -> Result<(), Failure> {
    show::say(
        "This link sets a new password; it works once, within 24 hours. Until then the old password stays:",
    );
    print(link)
}

async fn link(reset: &ResetPassword, store: &Store) -> Result<String, Failure> {
    let login = segue_model::person::login(&reset.login);
    let login = login.map_err(|wrong| Failure::Input(format!("the login {wrong}")))?;
    let (now_ms, random) = (system_clock()(), system_random());
    reset_link(store, &reset.url.url, &login, now_ms, &random).await.map_err(|error| match error {
        StoreError::Missing { .. } => {
            Failure::Input("nobody has this login in this state directory: check both".to_owned())
        }
        other => other.into(),
    })
}
