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
