//! One contact of a ledger or of an outbox: found, and taken out.

use std::path::Path;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::UInt64Type;
use segue_model::{EngineError, LedgerEntry, Listing, PlanFiles, email};

use crate::ledger::{Entry, LedgerCursor, LedgerWriter, State};
use crate::outbox::OutboxCursor;
use crate::table;

/// What a ledger holds of an address.
pub(crate) fn find(ledger: &Path, address: &str) -> Result<Option<LedgerEntry>, EngineError> {
    let hash = email::hash(address);
    let mut cursor = LedgerCursor::open_near(ledger, hash)?;
    while let Some(entry) = cursor.peek().filter(|entry| entry.hash == hash) {
        if entry.email == address {
            return Ok(Some(told(&entry)));
        }
        cursor.advance()?;
    }
    Ok(None)
}

fn told(entry: &Entry) -> LedgerEntry {
    LedgerEntry {
        listing: match entry.state {
            State::Listed => Listing::Listed,
            State::Refused => Listing::Refused,
            State::Left => Listing::Left,
        },
        reason: entry.reason,
        words: entry.words.to_owned(),
        since_ms: entry.since_ms,
        run: Some(entry.run).filter(|run| *run > 0),
    }
}

/// Whether a plan sends one of some addresses, or takes it off the list.
pub(crate) fn is_in_outbox(plan: &PlanFiles, emails: &[String]) -> Result<bool, EngineError> {
    for path in [plan.sends(), plan.leaves()].iter().filter(|path| path.exists()) {
        for address in emails {
            let hash = email::hash(address);
            let first = table::first_not_before(path, "hash", |hashes| {
                Ok(hashes.as_primitive::<UInt64Type>().value(0) < hash)
            })?;
            let mut cursor = OutboxCursor::open_at(path, first)?;
            while let Some(row) = cursor.peek().filter(|row| row.hash == hash) {
                if row.email == address {
                    return Ok(true);
                }
                cursor.advance()?;
            }
        }
    }
    Ok(false)
}

/// Writes a ledger again without some addresses; nothing if it holds none of them.
pub(crate) fn in_ledger(ledger: &Path, emails: &[String], next: &Path) -> Result<u64, EngineError> {
    let mut hashes = Vec::new();
    for address in emails {
        if find(ledger, address)?.is_some() {
            hashes.push(email::hash(address));
        }
    }
    if hashes.is_empty() {
        return Ok(0);
    }
    hashes.sort_unstable();
    hashes.dedup();
    let mut removed = 0;
    let (mut cursor, mut writer) = (LedgerCursor::open(Some(ledger))?, LedgerWriter::create(next)?);
    for hash in hashes {
        cursor.copy_until(Some(hash), &mut writer)?;
        while let Some(entry) = cursor.peek().filter(|entry| entry.hash == hash) {
            if emails.iter().any(|address| address == entry.email) {
                removed += 1;
            } else {
                writer.push(&entry)?;
            }
            cursor.advance()?;
        }
    }
    cursor.copy_until(None, &mut writer)?;
    writer.finish()?;
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt8Array, UInt64Array};
    use datafusion::arrow::datatypes::{DataType, Field, Schema};
    use segue_model::Reason;

    use super::*;
    use crate::table::TableWriter;

    /// More than one group of rows.
    const CONTACTS: usize = 140_000;

    fn addresses() -> Vec<(u64, String)> {
        let address = |number| format!("person{number}@example.com");
        let mut all: Vec<_> = (0..CONTACTS).map(address).map(|one| (email::hash(&one), one)).collect();
        all.sort_unstable();
        all
    }

    fn entry<'a>(hash: u64, email: &'a str, run: i64) -> Entry<'a> {
        let (payload, state) = (7, State::Listed);
        Entry { hash, email, payload, state, reason: Some(Reason::NotAccepted), words: "w", since_ms: 5, run }
    }

    fn write(path: &Path, entries: &[(u64, String)]) {
        let mut writer = LedgerWriter::create(path).unwrap();
        entries.iter().for_each(|(hash, email)| writer.push(&entry(*hash, email, 12)).unwrap());
        writer.finish().unwrap();
    }

    #[test]
    fn contacts_are_found_and_taken_out_and_the_rest_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let [ledger, next, expected] =
            ["a", "b", "c"].map(|name| folder.path().join(format!("{name}.parquet")));
        let mut all = addresses();
        write(&ledger, &all);
        for (_, address) in [&all[0], &all[65_535], &all[65_536], &all[CONTACTS - 1]] {
            let found = find(&ledger, address).unwrap().unwrap();
            let told = (found.listing, found.since_ms, found.run, found.reason, found.words.as_str());
            assert_eq!(told, (Listing::Listed, 5, Some(12), Some(Reason::NotAccepted), "w"));
        }
        assert_eq!(find(&ledger, "nobody@example.com").unwrap(), None);
        assert_eq!(in_ledger(&ledger, &["nobody@example.com".to_owned()], &next).unwrap(), 0);
        assert!(!next.exists());

        let gone = [all.remove(65_536).1, "nobody@example.com".to_owned(), all.remove(3).1];
        assert_eq!(in_ledger(&ledger, &gone, &next).unwrap(), 2);
        write(&expected, &all);
        let mut both = [next, expected].map(|path| LedgerCursor::open(Some(&path)).unwrap());
        while both[1].peek().is_some() {
            assert_eq!(both[0].peek(), both[1].peek());
            both.iter_mut().for_each(|cursor| cursor.advance().unwrap());
        }
        assert!(both[0].peek().is_none());
    }

    #[test]
    fn a_ledger_of_an_older_version_does_not_say_in_which_run() {
        let folder = tempfile::tempdir().unwrap();
        let [ledger, next] = ["old", "new"].map(|name| folder.path().join(format!("{name}.parquet")));
        let number = |name: &str| Field::new(name, DataType::UInt64, false);
        let schema = Arc::new(Schema::new(vec![
            number("hash"),
            Field::new("email", DataType::Utf8, false),
            number("payload_low"),
            number("payload_high"),
            Field::new("state", DataType::UInt8, false),
            Field::new("reason", DataType::Utf8, true),
            Field::new("words", DataType::Utf8, false),
            Field::new("since_ms", DataType::Int64, false),
        ]));
        let emails = ["a@example.com", "b@example.com"];
        let mut hashes = emails.map(|email| (email::hash(email), email));
        hashes.sort_unstable();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(hashes.map(|(hash, _)| hash).to_vec())),
            Arc::new(StringArray::from(hashes.map(|(_, email)| email).to_vec())),
            Arc::new(UInt64Array::from(vec![1, 1])),
            Arc::new(UInt64Array::from(vec![0, 0])),
            Arc::new(UInt8Array::from(vec![1, 3])),
            Arc::new(StringArray::from(vec![None::<&str>, None])),
            Arc::new(StringArray::from(vec!["", ""])),
            Arc::new(Int64Array::from(vec![5, 6])),
        ];
        let mut writer = TableWriter::create(&ledger, &schema, &[]).unwrap();
        writer.write(&RecordBatch::try_new(schema, columns).unwrap()).unwrap();
        writer.finish().unwrap();
        let first = find(&ledger, hashes[0].1).unwrap().unwrap();
        assert_eq!((first.run, first.since_ms, first.listing), (None, 5, Listing::Listed));
        assert_eq!(in_ledger(&ledger, &[hashes[0].1.to_owned()], &next).unwrap(), 1);
        let second = find(&next, hashes[1].1).unwrap().unwrap();
        assert_eq!((second.run, second.since_ms, second.listing), (None, 6, Listing::Left));
    }
}
