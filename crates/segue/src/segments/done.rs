//! What a command that changes a segment has done, in one line.

use super::Command;

/// None of what prints something by itself.
pub(super) fn words(command: &Command) -> Option<String> {
    Some(match command {
        Command::Create { name, inactive, .. } => {
            let draft = if *inactive { " as a draft" } else { "" };
            format!("segment \"{name}\" is saved{draft}; to find its members: segue segments refresh {name}")
        }
        Command::Edit { name, file: Some(_), .. } => {
            format!("segment \"{name}\" is changed; its members stay until it is refreshed")
        }
        Command::Edit { name, file: None, .. } => format!("segment \"{name}\" has another description"),
        Command::Remove { name } => format!("segment \"{name}\" is removed"),
        Command::Duplicate { name, copy } => {
            format!(
                "segment \"{name}\" is copied to \"{copy}\"; to find its members: segue segments refresh {copy}"
            )
        }
        Command::Rename { name, new } => format!("segment \"{name}\" is \"{new}\" now"),
        Command::Activate { name } => {
            format!("segment \"{name}\" is active: it is refreshed whenever all are")
        }
        Command::Deactivate { name } => {
            format!("segment \"{name}\" is inactive: it is left out when all are refreshed")
        }
        Command::MakeStatic { name, keys: None } => {
            format!("segment \"{name}\" is static: its members stay until it is refreshed by hand")
        }
        Command::MakeDynamic { name } => {
            format!("segment \"{name}\" is dynamic: its members follow its definition at the next refresh")
        }
        _ => return None,
    })
}
