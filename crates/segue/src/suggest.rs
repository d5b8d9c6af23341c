//! Columns that could be matched, by what they are to people: said as options, never sent unasked.

use segue_model::segment::{Meaning, Table};

use crate::cli::Matching;

/// Options that match every column of a table that is known to be an attribute of contacts; none if no column is.
pub(crate) fn all(table: &Table) -> Option<String> {
    options(table, &[("--email", Meaning::Email), NAMES[0], NAMES[1], NAMES[2]])
}

/// The same without the address, which is matched in any case, and without what is matched already.
pub(crate) fn missing(table: &Table, matching: &Matching) -> Option<String> {
    let matched = [&matching.first_name, &matching.last_name, &matching.phone];
    let missing = NAMES.into_iter().zip(matched).filter(|(_, column)| column.is_none());
    options(table, &missing.map(|(option, _)| option).collect::<Vec<_>>())
}

const NAMES: [(&str, Meaning); 3] =
    [("--first-name", Meaning::FirstName), ("--last-name", Meaning::LastName), ("--phone", Meaning::Phone)];

fn options(table: &Table, wanted: &[(&str, Meaning)]) -> Option<String> {
    let known = wanted.iter().filter_map(|(option, meaning)| {
        table.meaning(*meaning).map(|column| format!("{option} {}", quoted(&column.name)))
    });
    let options: Vec<String> = known.collect();
    (!options.is_empty()).then(|| options.join(" "))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_every_column_as_one_word() {
        assert_eq!(quoted("Ort_2"), "Ort_2");
        assert_eq!(quoted("E-Mail (privé)"), "'E-Mail (privé)'");
        assert_eq!(quoted("customer's phone"), r"'customer'\''s phone'");
        assert_eq!(quoted("$HOME"), "'$HOME'");
    }
}
