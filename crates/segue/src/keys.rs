//! `segue keys`: changing the master key that seals secrets.

use clap::{Args, Subcommand};
use segue_store::{MasterKeys, StateDirectory, Store};

use crate::exit::{Code, Failure};
use crate::master_key::MasterKeySource;
use crate::show;
use crate::workspace::StateFolder;

#[derive(Debug, Clone, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
    #[command(flatten)]
    source: MasterKeySource,
    #[command(flatten)]
    state: StateFolder,
}

#[derive(Debug, Clone, Subcommand)]
enum KeysCommand {
    /// Seal every secret with a new master key; stop the server before
    ///
    /// A key in the state folder is replaced. A key that is given stays yours: put the new one in front of it, with a comma
    /// or a line break between, and take the old one away afterwards.
    Rotate,
}

pub(crate) async fn run(keys: Keys) -> Result<Code, Failure> {
    let KeysCommand::Rotate = keys.command;
    let (directory, store) = keys.state.open().await?;
    let rotated = rotate(&keys.source, &directory, &store).await;
    store.close().await;
    let (keys, count) = rotated?;
    let id = keys.ids().next().unwrap_or_default();
    let secrets = if count == 1 { "1 secret is".to_owned() } else { format!("{count} secrets are") };
    show::say(&format!("{secrets} sealed with the new master key {id}."));
    show::say(if keys.are_own() {
        "It is in the state folder, in place of the old one."
    } else {
        "The old key opens nothing any more: take it away."
    });
    Ok(Code::Done)
}

async fn rotate(
    source: &MasterKeySource,
    directory: &StateDirectory,
    store: &Store,
) -> Result<(MasterKeys, u64), Failure> {
    let keys = source.read(directory)?;
    // Before a new key is made: with a wrong one nothing could be opened.
    store.check_keys(&keys).await?;
    let renewed = keys.renewed()?;
    let count = store.rotate_keys(&renewed).await?;
    Ok((renewed.forget_old()?, count))
}
