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
    Rotate {
        /// The old key is lost: what it sealed stays shut, and connections are given their API keys again
        #[arg(long)]
        lost: bool,
    },
}

pub(crate) async fn run(keys: Keys) -> Result<Code, Failure> {
    let KeysCommand::Rotate { lost } = keys.command;
    let (directory, store) = keys.state.open().await?;
    let rotated = rotate(&keys.source, &directory, &store, lost).await;
    store.close().await;
    let Rotated { keys, count, shut } = rotated?;
    let id = keys.ids().next().unwrap_or_default();
    let secrets = if count == 1 { "1 secret is".to_owned() } else { format!("{count} secrets are") };
    show::say(&format!("{secrets} sealed with the new master key {id}."));
    if !shut.is_empty() {
        show::say(&format!(
            "These connections stay shut until they are given their API keys again, by segue connections change or in the \
             console: {}.",
            shut.join(", ")
        ));
    }
    show::say(match (keys.are_own(), lost) {
        (true, false) => "It is in the state folder, in place of the old one.",
        (true, true) => "It is in the state folder.",
        (false, false) => "The old key opens nothing any more: take it away.",
        (false, true) => "It is the one that was given.",
    });
    Ok(Code::Done)
}

/// What became of a rotation.
struct Rotated {
    keys: MasterKeys,
    /// How many secrets were sealed anew.
    count: u64,
    /// Connections whose keys no key opens, by name.
    shut: Vec<String>,
}

async fn rotate(
    source: &MasterKeySource,
    directory: &StateDirectory,
    store: &Store,
    lost: bool,
) -> Result<Rotated, Failure> {
    let keys = source.read(directory, store).await?;
    // Before a new key is made: with a wrong one nothing could be opened.
    let missing = store.keys_missing(&keys).await?;
    if !missing.is_empty() && !lost {
        return Err(Failure::Input(format!(
            "{}: give the right key; if it is lost, add --lost, and give the connections their API keys again",
            source.told(directory, &keys, &missing)
        )));
    }
    // One that was given for a lost one is new already.
    let is_new = !missing.is_empty() && !keys.are_own();
    let renewed = if is_new { keys } else { keys.renewed()? };
    let count = store.rotate_keys(&renewed, lost).await?;
    let keys = renewed.forget_old()?;
    let is_shut = |id: &String| keys.ids().all(|known| known != id);
    let shut = store.connections().await?.into_iter();
    let shut = shut.filter(|connection| connection.sealed_with.as_ref().is_some_and(is_shut));
    let shut = shut.map(|connection| connection.name).collect();
    Ok(Rotated { keys, count, shut })
}
