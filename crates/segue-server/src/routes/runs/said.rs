//! Rejections as a file tells them in another language. Headers, codes and whatever the provider said stay as they are.

use std::borrow::Cow;

use chrono_tz::Tz;
use csv::StringRecord;
use segue_model::person::Language;
use segue_model::{Owner, Reason};

use crate::console::words::Words;

/// The columns at the end of such a file: whose, reason, meaning, detail, `what_to_do`.
const COLUMNS: usize = 5;

/// A record of a file of rejections in this language; any other as it is.
pub(super) fn said(record: &StringRecord, language: Language) -> StringRecord {
    let w = Words::new(language, Tz::UTC);
    let begin = record.len().saturating_sub(COLUMNS);
    let Some(reason) = record.get(begin + 1).and_then(Reason::from_code) else { return record.clone() };
    let whose = match reason.owner() {
        Owner::Invalid => "our-data",
        Owner::Refused => "activecampaign",
    };
    let cells = record.iter().enumerate().map(|(index, cell)| match index.checked_sub(begin) {
        Some(0) => w.word("runs-whose", whose).to_string(),
        Some(2) => w.word("runs-reason", reason.code()).to_string(),
        Some(3) => w.of_api(cell).map_or_else(|| cell.to_owned(), Cow::into_owned),
        Some(4) => w.word("runs-mend", reason.code()).to_string(),
        _ => cell.to_owned(),
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_is_said_in_romanian_and_its_codes_stay() {
        let row = ["3", "a", "our data", "invalid_email", "not an address", "there is no @", "mend it"];
        let said_so = said(&StringRecord::from(row.to_vec()), Language::Ro);
        let expected = [
            "3",
            "a",
            "datele noastre",
            "invalid_email",
            "O adresă pe care ActiveCampaign nu o primește",
            "lipsește @",
            "corectează adresa la sursă.",
        ];
        assert_eq!(said_so, StringRecord::from(expected.to_vec()));
        let with_fate = ["3", "a", "refused", "ActiveCampaign", "bounced", "m", "What they said", "w"];
        let said_so = said(&StringRecord::from(with_fate.to_vec()), Language::Ro);
        assert_eq!((&said_so[2], &said_so[4], &said_so[6]), ("refused", "bounced", "What they said"));
        assert_eq!(&said_so[5], "Mesajele către această adresă s-au întors");
        let header = ["profile", "email", "whose", "reason", "meaning", "detail", "what_to_do"];
        for row in [header, ["1", "a@example.com", "", "", "", "", ""]] {
            let row = StringRecord::from(row.to_vec());
            assert_eq!(said(&row, Language::Ro), row);
        }
    }
}
