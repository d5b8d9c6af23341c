//! Where the master key comes from that seals secrets.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;
use segue_store::{MasterKeys, StateDirectory, Store};

use crate::exit::Failure;

const VARIABLE: &str = "SEGUE_MASTER_KEY";

/// Where the master key is.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Secrets")]
pub(crate) struct MasterKeySource {
    /// File with the key that seals secrets; otherwise `SEGUE_MASTER_KEY`, otherwise one is made in the state folder
    #[arg(long, value_name = "FILE", env = "SEGUE_MASTER_KEY_FILE", hide_env_values = true, global = true)]
    master_key_file: Option<PathBuf>,
}

impl MasterKeySource {
    /// Reads it. Where it is to be in the state folder and is not, one is made, unless something is sealed with one that was
    /// there: then it is lost.
    pub(crate) async fn read(
        &self,
        directory: &StateDirectory,
        store: &Store,
    ) -> Result<MasterKeys, Failure> {
        match (&self.master_key_file, std::env::var(VARIABLE)) {
            (Some(file), Ok(_)) => Err(Failure::Input(format!(
                "there is a master key in {} and one in {VARIABLE}: give one of them",
                file.display()
            ))),
            (Some(file), Err(_)) => Ok(MasterKeys::read(file)?),
            (None, Ok(text)) => Ok(MasterKeys::parse(&SecretString::from(text), VARIABLE)?),
            (None, Err(_)) if !directory.master_key().exists() && store.has_sealed().await? => {
                Ok(MasterKeys::lost(directory))
            }
            (None, Err(_)) => Ok(MasterKeys::of_directory(directory)?),
        }
    }

    /// What is wrong with these keys, as a sentence, if those of these ids are missing.
    pub(crate) fn told(&self, directory: &StateDirectory, keys: &MasterKeys, missing: &[String]) -> String {
        let place = match &self.master_key_file {
            Some(file) => file.display().to_string(),
            None if keys.are_own() => directory.master_key().display().to_string(),
            None => VARIABLE.to_owned(),
        };
        let holds = match keys.ids().collect::<Vec<_>>() {
            ids if ids.is_empty() => format!("{place} is not there"),
            ids => format!("{place} holds {}", ids.join(", ")),
        };
        format!("secrets are sealed with master key {}, and {holds}", missing.join(", "))
    }
}
