//! Where the master key comes from that seals secrets.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;
use segue_store::{MasterKeys, StateDirectory};

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
    /// Reads it.
    pub(crate) fn read(&self, directory: &StateDirectory) -> Result<MasterKeys, Failure> {
        match (&self.master_key_file, std::env::var(VARIABLE)) {
            (Some(file), Ok(_)) => Err(Failure::Input(format!(
                "there is a master key in {} and one in {VARIABLE}: give one of them",
                file.display()
            ))),
            (Some(file), Err(_)) => Ok(MasterKeys::read(file)?),
            (None, Ok(text)) => Ok(MasterKeys::parse(&SecretString::from(text), VARIABLE)?),
            (None, Err(_)) => Ok(MasterKeys::of_directory(directory)?),
        }
    }
}
