//! Where the API key comes from. Never from an argument: those show in process lists and shell histories.

use std::io::IsTerminal;
use std::path::Path;

use secrecy::SecretString;

use crate::exit::Failure;

const VARIABLE: &str = "SEGUE_API_KEY";

/// From the file, the environment, or the person at the terminal, in this order.
pub(crate) fn read(file: Option<&Path>) -> Result<SecretString, Failure> {
    let (key, place) = if let Some(file) = file {
        let text = std::fs::read_to_string(file);
        (
            text.map_err(|error| {
                Failure::Input(format!("the API key file {} cannot be read: {error}", file.display()))
            })?,
            "the API key file",
        )
    } else if let Ok(key) = std::env::var(VARIABLE) {
        (key, VARIABLE)
    } else {
        let otherwise = format!("set {VARIABLE}, or name a file with --api-key-file");
        (typed("API key", "from Settings → Developer", &otherwise)?, "the API key")
    };
    let key = key.trim();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Input(format!(
            "{place} holds no API key: copy it again from Settings → Developer"
        )));
    }
    Ok(SecretString::from(key.to_owned()))
}

/// What the person at the terminal types, unseen; where nobody is, what to do otherwise.
pub(crate) fn typed(what: &str, which: &str, otherwise: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::Input(format!("there is no {what}: {otherwise}")));
    }
    rpassword::prompt_password(format!("{what} ({which}, not shown): "))
        .map_err(|error| Failure::Input(format!("no {what} could be read: {error}")))
}
