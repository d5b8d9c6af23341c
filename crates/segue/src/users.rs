//! `segue users`: help for people who cannot sign in, by whoever has the state directory.

use clap::{Args, Subcommand};
use segue_server::{PublicUrl, reset_link, system_clock, system_random};
use segue_store::{Store, StoreError};

use crate::exit::{Code, Failure};
use crate::show;
use crate::workspace::StateFolder;

#[derive(Debug, Clone, Args)]
pub(crate) struct Users {
    #[command(subcommand)]
    command: UsersCommand,
    #[command(flatten)]
    state: StateFolder,
}

#[derive(Debug, Clone, Subcommand)]
enum UsersCommand {
    /// Print a link with which a user sets a new password; stop the server before, unless it has a --database
    ResetPassword(ResetPassword),
}

#[derive(Debug, Clone, Args)]
struct ResetPassword {
    /// By which the user signs in
    login: String,
    /// Address under which people reach the server
    #[arg(long, value_name = "URL", env = "SEGUE_URL", hide_env_values = true, default_value = "http://127.0.0.1:8080", value_parser = PublicUrl::parse)]
    url: PublicUrl,
}

pub(crate) async fn run(users: Users) -> Result<Code, Failure> {
    let UsersCommand::ResetPassword(reset) = users.command;
    let (_directory, store) = users.state.open().await?;
    let made = link(&reset, &store).await;
    store.close().await;
    let link = made?;
    show::say(
        "This link sets a new password; it works once, within 24 hours. Until then the old password stays:",
    );
    show::print(&link)?;
    Ok(Code::Done)
}

async fn link(reset: &ResetPassword, store: &Store) -> Result<String, Failure> {
    let login = segue_model::person::login(&reset.login);
    let login = login.map_err(|wrong| Failure::Input(format!("the login {wrong}")))?;
    reset_link(store, &reset.url, &login, system_clock()(), &system_random()).await.map_err(|error| {
        match error {
            StoreError::Missing { .. } => {
                Failure::Input("nobody has this login in this state directory: check both".to_owned())
            }
            other => other.into(),
        }
    })
}
