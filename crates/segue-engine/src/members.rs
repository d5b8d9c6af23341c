//! Reading a source: which rows are members, and what each of them looks like as a contact.

use std::collections::HashMap;
use std::fmt::Write;

use datafusion::arrow::array::{Array, RecordBatch};
use segue_model::{DataMatching, EngineError, FieldType, PlanRequest, Reason, email};
use xxhash_rust::xxh3::xxh3_128;

use crate::contact::{Columns, Composer, Unfit};
use crate::error::internal;
use crate::filter::{Condition, Filter};
use crate::read::InputFile;
use crate::rejections::RejectionWriter;
use crate::segment::KeyHashes;
use crate::spill::{Record, Spill};
use crate::tally::Tally;
use crate::text::Values;

// The number of a row within a source: the file above these bits, the row in it below.
const ROW_BITS: u32 = 40;

/// Where rows go.
pub(crate) struct Sinks<'a> {
    pub(crate) spill: &'a mut Spill,
    pub(crate) rejected: &'a mut RejectionWriter,
    pub(crate) tally: &'a mut Tally,
}

/// What a report calls profiles: by their key, or by file and row.
pub(crate) struct Names {
    /// Each file with its name.
    files: Vec<(String, InputFile)>,
}

impl Names {
    pub(crate) fn new(files: &[InputFile]) -> Self {
        Self { files: files.iter().map(|file| (file.name(), file.clone())).collect() }
    }

    pub(crate) fn of(&self, key: &str, row: u64) -> String {
        let mut name = String::new();
        self.write(&mut name, key, row);
        name
    }

    /// Replaces what is in `name`.
    pub(crate) fn write(&self, name: &mut String, key: &str, row: u64) {
        name.clear();
        if !key.is_empty() {
            return name.push_str(key);
        }
        let file = usize::try_from(row >> ROW_BITS).ok().and_then(|index| self.files.get(index));
        if let Some((called, file)) = file {
            // Writing to a string does not fail.
            let _ = write!(name, "{called}:{}", file.row_number(row & ((1 << ROW_BITS) - 1)));
        }
    }
}

/// Which columns of one file are read, by position and ascending.
struct Layout {
    positions: Vec<usize>,
    /// Name and place in a batch of everything that is sent or names a profile.
    places: Vec<(String, usize)>,
    filter: Option<Filter>,
    filtered: Vec<usize>,
}

impl Layout {
    fn new(
        file: &InputFile,
        request: &PlanRequest,
        condition: Option<&Condition>,
    ) -> Result<Self, EngineError> {
        let names = matched(&request.matching, request.key.as_deref());
        let values: Vec<(String, usize)> = names
            .iter()
            .map(|name| Ok(((*name).to_owned(), file.column(name)?)))
            .collect::<Result<_, EngineError>>()?;
        let filtered = condition.map(|condition| condition.columns(file)).transpose()?.unwrap_or_default();
        let mut positions: Vec<usize> =
            values.iter().map(|(_, position)| *position).chain(filtered.iter().copied()).collect();
        positions.sort_unstable();
        positions.dedup();
        let schema = file.schema.project(&positions);
        let schema = schema.map_err(|error| internal("choosing columns")(error.into()))?.into();
        let filter = condition.map(|condition| condition.compile(&schema)).transpose()?;
        let place = |position| positions.binary_search(&position).unwrap_or_default();
        let places = values.into_iter().map(|(name, position)| (name, place(position))).collect();
        Ok(Self { positions, places, filter, filtered })
    }

    fn as_text(&self) -> Vec<usize> {
        let values = self.places.iter().map(|(_, place)| self.positions[*place]);
        values.filter(|position| !self.filtered.contains(position)).collect()
    }

    /// The values of a batch by column.
    fn values(
        &self,
        batch: &RecordBatch,
        request: &PlanRequest,
        file: &InputFile,
    ) -> Result<HashMap<&str, Values>, EngineError> {
        let values = self.places.iter().map(|(name, place)| {
            let described = format!("{}, column \"{name}\"", file.path.display());
            let values = Values::of(batch.column(*place), &described)?;
            let values = if takes_lists(&request.matching, name) {
                values
            } else {
                values.require_text(&described)?
            };
            Ok((name.as_str(), values))
        });
        values.collect()
    }
}

fn matched<'a>(matching: &'a DataMatching, key: Option<&'a str>) -> Vec<&'a str> {
    let mut names = matching.columns();
    names.extend(key.filter(|key| !matching.columns().contains(key)));
    names
}

fn takes_lists(matching: &DataMatching, name: &str) -> bool {
    let is_single = [
        Some(&matching.email),
        matching.first_name.as_ref(),
        matching.last_name.as_ref(),
        matching.phone.as_ref(),
    ]
    .into_iter()
    .chain([matching.account_name.as_ref()])
    .flatten()
    .any(|single| single == name);
    let mut fields = matching.fields.iter().filter(|field| field.column == name);
    !is_single && fields.all(|field| matches!(field.kind, FieldType::Many(_)))
}

/// Checks that every file has the columns that are asked for and that the condition can be used.
pub(crate) fn check(
    files: &[InputFile],
    request: &PlanRequest,
    condition: Option<&Condition>,
) -> Result<(), EngineError> {
    files.iter().try_for_each(|file| Layout::new(file, request, condition).map(drop))
}

/// Reads every file, row by row in order.
pub(crate) fn read(
    files: &[InputFile],
    request: &PlanRequest,
    condition: Option<&Condition>,
    sinks: &mut Sinks,
    progress: &(dyn Fn(u64) -> bool + Sync),
) -> Result<(), EngineError> {
    let names = Names::new(files);
    let segment = request.members.as_deref().map(KeyHashes::read).transpose()?;
    let mut composer = Composer::new(&request.matching, request.blanks, request.list);
    for (index, file) in files.iter().enumerate() {
        let layout = Layout::new(file, request, condition)?;
        std::thread::scope(|scope| -> Result<(), EngineError> {
            let mut first = 0;
            // A row that the segment set aside is none of its members.
            let sound = segment.is_some();
            for batch in file.batches_ahead(scope, layout.positions.clone(), layout.as_text(), sound) {
                let batch = batch?;
                let values = layout.values(&batch, request, file)?;
                let values = BatchValues {
                    columns: Columns::pick(&request.matching, |name| &values[name]),
                    keys: request.key.as_deref().map(|name| &values[name]),
                    first: (index as u64) << ROW_BITS | first,
                };
                let is_member =
                    layout.filter.as_ref().map(|filter| filter.evaluate(&batch, file, first)).transpose()?;
                let is_in_segment = |row: usize| {
                    let key = values.keys.and_then(|keys| keys.text(row)).unwrap_or_default();
                    segment.as_ref().is_none_or(|segment| segment.contains(key))
                };
                let is_member = |row: usize| {
                    is_member.as_ref().is_none_or(|is| is.is_valid(row) && is.value(row))
                        && is_in_segment(row)
                };
                for row in (0..batch.num_rows()).filter(|&row| is_member(row)) {
                    take(&names, &values, row, &mut composer, request, sinks)?;
                }
                first += batch.num_rows() as u64;
                sinks.tally.counts.read += batch.num_rows() as u64;
                if !progress(sinks.tally.counts.read) {
                    return Err(EngineError::Stopped);
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

struct BatchValues<'v> {
    columns: Columns<'v>,
    keys: Option<&'v Values>,
    /// The number of the batch's first row within the source.
    first: u64,
}

/// Sends one member on its way.
fn take(
    names: &Names,
    values: &BatchValues,
    row: usize,
    composer: &mut Composer,
    request: &PlanRequest,
    sinks: &mut Sinks,
) -> Result<(), EngineError> {
    let key = values.keys.and_then(|keys| keys.text(row)).unwrap_or_default();
    let number = values.first + row as u64;
    let composed = composer.compose(&values.columns, row);
    if request.forgotten.has_address(&composer.email) {
        // Nothing else about her is kept.
        sinks.tally.counts.forgotten += 1;
        return Ok(());
    }
    // A retry is of those whom the ledger knows to be refused, who are counted when they are found there.
    if request.only_refused_by.is_some() && composed.is_err() {
        return Ok(());
    }
    sinks.tally.counts.members += u64::from(request.only_refused_by.is_none());
    if let Err(Unfit { reason, detail }) = &composed {
        let (profile, given) = (names.of(key, number), values.columns.given_email(row));
        sinks.tally.reject(&profile, given, *reason, detail);
        sinks.rejected.push(&profile, given, *reason, detail)?;
        if matches!(reason, Reason::NoEmail | Reason::InvalidEmail) {
            return Ok(());
        }
    }
    let email = composer.email.as_str();
    sinks.spill.push(&Record {
        hash: email::hash(email),
        row: number,
        payload: xxh3_128(&composer.json),
        is_sendable: composed.is_ok(),
        profile: key,
        // A valid address has at most 254 bytes.
        email_bytes: u16::try_from(email.len()).unwrap_or_default(),
        json: &composer.json,
    })
}
