//! One batch: posted, followed, and taken apart where the provider does not take it whole.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use activecampaign::{ContactFault, Error, ErrorKind, MembershipStatus};
use segue_model::{Reason, email};
use segue_store::{Batch, BatchState, Part, Verdict, VerdictKind};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;

use super::confirm::Outcome;
use super::pack::{self, Packed};
use super::{Shared, count_streak};
use crate::Cause;

// Pieces this small are not halved further; their contacts are tried one by one.
const SMALLEST_PIECE: usize = 10;
// Refusals in a row, of ever smaller parts of a batch, after which not its contacts are at fault: to find a bad one takes
// eight.
const TURNED_DOWN: u32 = 32;
// How often the contacts that a refusal names are set apart before the piece is bisected: names may be wrong, too.
const NAMINGS: u8 = 4;

/// A part of a batch on its way to its fate. Rows are indices into the batch.
struct Piece {
    rows: Vec<usize>,
    /// Refusals that named contacts of it.
    namings: u8,
    /// Imports of it that broke.
    breaks: u8,
    /// The import that carries it, if the provider took one.
    import: Option<String>,
}

impl Piece {
    fn new(rows: Vec<usize>) -> Self {
        Self { rows, namings: 0, breaks: 0, import: None }
    }

    fn halves(&self, middle: usize) -> [Self; 2] {
        let (left, right) = self.rows.split_at(middle);
        [left, right].map(|rows| Self { rows: rows.to_vec(), import: None, ..*self })
    }
}

struct Task {
    shared: Arc<Shared>,
    packed: Packed,
    verdicts: BTreeMap<usize, (VerdictKind, String)>,
    /// Held from the beginning to the first import: what is begun is about to be sent, and no more is begun than that.
    place: Option<OwnedSemaphorePermit>,
    /// The last import of it that the provider took.
    provider_id: Option<String>,
    /// When it took the first one.
    sent_ms: Option<i64>,
    /// Parts of it in a row that were turned down without a contact being named.
    turned_down: u32,
}

/// Brings a batch to its end, or back into the state in which the next process finds it.
pub(super) async fn deliver(
    shared: Arc<Shared>,
    packed: Packed,
    earlier: Option<Batch>,
) -> Result<(), Cause> {
    let (provider_id, sent_ms) =
        earlier.as_ref().map_or((None, None), |batch| (batch.provider_id.clone(), batch.sent_ms));
    let verdicts = BTreeMap::new();
    let mut task = Task { shared, packed, verdicts, place: None, provider_id, sent_ms, turned_down: 0 };
    let rows = match &earlier {
        None => match task.begin().await? {
            Some(rows) => rows,
            None => return Err(Cause::Interrupted),
        },
        Some(_) => task.begun_rows()?,
    };
    task.shared.progress.begun();
    let mut pieces = Vec::new();
    if !rows.is_empty() {
        let import = earlier.and_then(|batch| batch.provider_id);
        if import.is_some() {
            task.shared.progress.posted(rows.len());
        }
        pieces.push(Piece { import, ..Piece::new(rows) });
    }
    while let Some(piece) = pieces.pop() {
        match piece.import.clone() {
            None => task.post(piece, &mut pieces).await?,
            Some(import) => task.follow(piece, import, &mut pieces).await?,
        }
    }
    task.save_done().await
}

impl Task {
    fn record(&self, state: BatchState) -> Batch {
        let Packed { part, seq, rows } = &self.packed;
        Batch {
            part: *part,
            seq: *seq,
            first_row: rows.first,
            rows: rows.len() as u64,
            state,
            provider_id: self.provider_id.clone(),
            sent_ms: self.sent_ms,
            confirmed_ms: (state == BatchState::Done).then(|| (self.shared.clock)()),
        }
    }

    /// Notes that the batch may be on its way from now on; none if a stop came first. Returns the rows to send.
    async fn begin(&mut self) -> Result<Option<Vec<usize>>, Cause> {
        let mut stop = self.shared.stop.clone();
        let place = tokio::select! {
            biased;
            () = stop.raised() => return Ok(None),
            place = Arc::clone(&self.shared.posting).acquire_owned() => place.map_err(|_| Cause::Defect)?,
        };
        self.place = Some(place);
        let rows = match self.packed.part {
            Part::Sends => (0..self.packed.rows.len()).collect(),
            Part::Leaves => {
                let vetted =
                    self.shared.vetting.vet(&self.shared.client, self.shared.list, &self.packed.rows).await?;
                self.verdicts = vetted.into_iter().map(|(row, kind)| (row, (kind, String::new()))).collect();
                self.unjudged()
            }
        };
        let record = self.record(BatchState::Sending);
        self.shared.log.save(Some(record), self.saved_verdicts()).await?;
        Ok(Some(rows))
    }

    /// The rows of a batch that an earlier process began, but for those of which it knew enough.
    fn begun_rows(&mut self) -> Result<Vec<usize>, Cause> {
        let (first, end) = (self.packed.rows.first, self.packed.rows.first + self.packed.rows.len() as u64);
        for verdict in &self.shared.earlier {
            if verdict.part == self.packed.part && (first..end).contains(&verdict.row) {
                let row = usize::try_from(verdict.row - first).map_err(|_| Cause::Defect)?;
                self.verdicts.insert(row, (verdict.kind, verdict.words.clone()));
            }
        }
        Ok(self.unjudged())
    }

    fn unjudged(&self) -> Vec<usize> {
        (0..self.packed.rows.len()).filter(|row| !self.verdicts.contains_key(row)).collect()
    }

    fn saved_verdicts(&self) -> Vec<Verdict> {
        let verdicts = self.verdicts.iter().map(|(row, (kind, words))| Verdict {
            part: self.packed.part,
            row: self.packed.rows.first + *row as u64,
            kind: *kind,
            words: words.clone(),
        });
        verdicts.collect()
    }

    async fn post(&mut self, piece: Piece, pieces: &mut Vec<Piece>) -> Result<(), Cause> {
        let body = pack::body(&self.packed.rows, &piece.rows, self.shared.automations);
        let place = match self.place.take() {
            Some(place) => place,
            None => Arc::clone(&self.shared.posting).acquire_owned().await.map_err(|_| Cause::Defect)?,
        };
        let answer = self.shared.client.bulk_import_body(body, piece.rows.len()).await;
        drop(place);
        let accepted = match answer {
            Ok(accepted) => accepted,
            Err(error) => return self.take_apart(piece, &error, pieces),
        };
        count_streak(&self.shared.turned_down_in_a_row, false);
        self.shared.has_accepted.store(true, Ordering::Relaxed);
        self.turned_down = 0;
        self.provider_id = Some(accepted.batch.clone());
        self.sent_ms.get_or_insert_with(|| (self.shared.clock)());
        let is_whole = piece.rows.len() + self.verdicts.len() == self.packed.rows.len() && piece.breaks == 0;
        if accepted.queued.is_some_and(|queued| queued < piece.rows.len() as u64) {
            self.find_excluded(&piece).await?;
        }
        if is_whole {
            // Only an import of everything that is to be sent can be followed by the next process.
            let record = self.record(BatchState::Accepted);
            self.shared.log.save(Some(record), self.saved_verdicts()).await?;
        }
        self.shared.progress.posted(if piece.breaks == 0 { piece.rows.len() } else { 0 });
        pieces.push(Piece { import: Some(accepted.batch), ..piece });
        Ok(())
    }

    /// What was not even queued is on the exclusion list.
    async fn find_excluded(&mut self, piece: &Piece) -> Result<(), Cause> {
        let exclusions = self.shared.exclusions().await?;
        for &row in &piece.rows {
            if exclusions.iter().any(|exclusion| exclusion.matches(self.packed.rows.email(row))) {
                self.verdicts.insert(row, (VerdictKind::Refused(Reason::Excluded), String::new()));
            }
        }
        Ok(())
    }

    /// A piece that was turned down: sets apart what is named, or halves.
    fn take_apart(&mut self, piece: Piece, error: &Error, pieces: &mut Vec<Piece>) -> Result<(), Cause> {
        let named: &[ContactFault] = match error.kind() {
            ErrorKind::InvalidContacts(faults) => faults,
            ErrorKind::TooLarge => &[],
            // If never anything was taken, nothing says that it is about one of the contacts.
            ErrorKind::Invalid { .. } if self.shared.has_accepted.load(Ordering::Relaxed) => &[],
            _ => return Err(error.clone().into()),
        };
        if named.is_empty() {
            self.turned_down += 1;
            if self.turned_down >= TURNED_DOWN {
                return Err(error.clone().into());
            }
        }
        let len = piece.rows.len();
        // The provider counts from 1, as far as anybody has seen.
        let named: BTreeMap<usize, &str> =
            named.iter().map(|fault| (fault.index.wrapping_sub(1), fault.reason.as_str())).collect();
        let all_exist = named.keys().all(|index| *index < len);
        if len == 1 || (all_exist && named.len() == len) {
            for (index, &row) in piece.rows.iter().enumerate() {
                let words = named.get(&index).or(named.values().next().filter(|_| len == 1));
                let words = words.map_or_else(|| error.words().to_owned(), |words| (*words).to_owned());
                self.verdicts.insert(row, (VerdictKind::Refused(Reason::NotAccepted), words));
            }
            let is_whole = self.verdicts.len() == self.packed.rows.len() && self.packed.rows.len() > 1;
            return match count_streak(&self.shared.turned_down_in_a_row, is_whole) {
                // Not the contacts are at fault: every one of several imports was turned down.
                true => Err(error.clone().into()),
                false => Ok(()),
            };
        }
        if named.is_empty() || !all_exist || piece.namings >= NAMINGS {
            pieces.extend(piece.halves(len / 2));
            return Ok(());
        }
        let (suspects, rest): (Vec<_>, Vec<_>) =
            piece.rows.iter().enumerate().partition(|(index, _)| named.contains_key(index));
        for part in [suspects, rest] {
            let rows = part.into_iter().map(|(_, row)| *row).collect();
            pieces.push(Piece { rows, namings: piece.namings + 1, ..Piece::new(Vec::new()) });
        }
        Ok(())
    }

    async fn follow(&mut self, piece: Piece, import: String, pieces: &mut Vec<Piece>) -> Result<(), Cause> {
        match self.shared.confirmer.outcome(import).await? {
            Outcome::Completed(failures) => {
                count_streak(&self.shared.broken_in_a_row, false);
                self.note_failures(&piece, &failures).await
            }
            Outcome::Broken => self.retry(piece, pieces).await,
        }
    }

    async fn note_failures(&mut self, piece: &Piece, failures: &[String]) -> Result<(), Cause> {
        let failures: HashSet<String> =
            failures.iter().map(|address| email::fold(address).into_owned()).collect();
        let mut failed = 0;
        if !failures.is_empty() {
            for &row in &piece.rows {
                if failures.contains(self.packed.rows.email(row)) {
                    self.verdicts.entry(row).or_insert((VerdictKind::Failed, String::new()));
                    failed += 1;
                }
            }
        }
        let is_whole = failed == piece.rows.len() && self.packed.part == Part::Sends;
        if count_streak(&self.shared.failed_in_a_row, is_whole) && self.is_missing(piece).await? {
            // What is known of this batch is known; it is the next ones that make no sense.
            self.save_done().await?;
            return Err(Cause::ContactLimit);
        }
        Ok(())
    }

    /// Whether a failed contact does not exist though nothing forbids it.
    async fn is_missing(&self, piece: &Piece) -> Result<bool, Cause> {
        let exclusions = self.shared.exclusions().await?;
        let allowed = piece.rows.iter().map(|&row| self.packed.rows.email(row));
        let mut allowed =
            allowed.filter(|email| !exclusions.iter().any(|exclusion| exclusion.matches(email)));
        let Some(sample) = allowed.next() else { return Ok(false) };
        Ok(self.shared.client.contact_by_email(sample).await?.is_none())
    }

    /// A broken import is sent once more, then in ever smaller pieces, then contact by contact.
    async fn retry(&mut self, piece: Piece, pieces: &mut Vec<Piece>) -> Result<(), Cause> {
        let len = piece.rows.len();
        let is_whole = piece.breaks == 1 && len > SMALLEST_PIECE && len == self.packed.rows.len();
        if is_whole && count_streak(&self.shared.broken_in_a_row, true) {
            // Not the contacts are at fault. The batch stays as it is, for the run that goes on.
            return Err(Cause::ImportsBreak);
        }
        match piece.breaks {
            0 => pieces.push(Piece { breaks: 1, import: None, ..piece }),
            _ if len > SMALLEST_PIECE => pieces.extend(piece.halves(len / 2)),
            1 => {
                for row in
                    piece.rows.into_iter().filter(|row| !self.verdicts.contains_key(row)).collect::<Vec<_>>()
                {
                    if self.packed.part == Part::Leaves || self.is_welcome(row).await? {
                        pieces.push(Piece { breaks: 2, ..Piece::new(vec![row]) });
                    }
                }
            }
            _ => {
                for &row in &piece.rows {
                    // What broke may have done its work all the same.
                    if !self.has_arrived(row).await? {
                        let words = "the import of this contact alone did not end";
                        let verdict = (VerdictKind::Refused(Reason::Unexplained), words.to_owned());
                        self.verdicts.insert(row, verdict);
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a contact stands on the list as it is meant to.
    async fn has_arrived(&self, row: usize) -> Result<bool, Cause> {
        let contact = self.shared.client.contact_by_email(self.packed.rows.email(row)).await?;
        let here = contact.as_ref().and_then(|contact| contact.on_list(self.shared.list));
        let meant = match self.packed.part {
            Part::Sends => MembershipStatus::Active,
            Part::Leaves => MembershipStatus::Unsubscribed,
        };
        Ok(here.is_some_and(|membership| membership.status == meant))
    }

    /// Writes a contact by another way, which says what is wrong with it; notes if it may not be on the list.
    async fn is_welcome(&mut self, row: usize) -> Result<bool, Cause> {
        let contact = for_sync(self.packed.rows.row(row));
        let id = match self.shared.client.sync_contact(&contact).await {
            Ok(id) => id,
            Err(error) if matches!(error.kind(), ErrorKind::Invalid { .. }) => {
                let verdict = VerdictKind::Refused(Reason::NotAccepted);
                self.verdicts.insert(row, (verdict, error.words().to_owned()));
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let memberships = self.shared.client.memberships(id).await?;
        let here = memberships.iter().find(|membership| membership.list == self.shared.list);
        let reason = match here.map(|membership| membership.status) {
            Some(MembershipStatus::Unsubscribed) if self.packed.rows.since_ms[row] > 0 => Reason::Returned,
            Some(MembershipStatus::Unsubscribed) => Reason::Unsubscribed,
            Some(MembershipStatus::Bounced) => Reason::Bounced,
            _ => return Ok(true),
        };
        self.verdicts.insert(row, (VerdictKind::Refused(reason), String::new()));
        Ok(false)
    }

    async fn save_done(&self) -> Result<(), Cause> {
        let record = self.record(BatchState::Done);
        self.shared.log.save(Some(record), self.saved_verdicts()).await?;
        self.shared.progress.confirmed(self.packed.rows.len());
        Ok(())
    }
}

/// An import's contact in the spelling of the endpoint for single ones, which takes neither lists nor tags.
fn for_sync(contact: &[u8]) -> Value {
    let contact: Value = serde_json::from_slice(contact).unwrap_or_default();
    let mut synced = serde_json::Map::new();
    for (name, there) in
        [("email", "email"), ("first_name", "firstName"), ("last_name", "lastName"), ("phone", "phone")]
    {
        if let Some(value) = contact.get(name) {
            synced.insert(there.to_owned(), value.clone());
        }
    }
    if let Some(fields) = contact.get("fields").and_then(Value::as_array) {
        let fields =
            fields.iter().map(|field| json!({"field": field["id"].to_string(), "value": field["value"]}));
        synced.insert("fieldValues".to_owned(), fields.collect());
    }
    Value::Object(synced)
}
