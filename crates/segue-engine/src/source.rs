//! Finding the files of a source, in a fixed order.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use segue_model::{EngineError, Format, Source};
use xxhash_rust::xxh3::Xxh3;

use crate::error::input;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The files of a source, all of one format.
pub(crate) struct Files {
    pub(crate) format: Format,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) bytes: u64,
    pub(crate) fingerprint: u64,
}

/// Finds the files of a source: the file itself, those of a folder, or those that a pattern matches, sorted by name.
pub(crate) fn find(source: &Source) -> Result<Files, EngineError> {
    if let Some(folder) = source.within.as_deref().filter(|_| Path::new(&source.path).is_dir()) {
        // What a folder elsewhere holds is not told either.
        place_within(Path::new(&source.path), folder)?;
    }
    let paths = paths(&source.path)?;
    if let Some(folder) = &source.within {
        paths.iter().try_for_each(|path| check_place(path, folder))?;
    }
    let mut files = Files { format: Format::Csv, paths, bytes: 0, fingerprint: 0 };
    let mut hash = Xxh3::new();
    let mut first: Option<(Format, &PathBuf)> = None;
    for path in &files.paths {
        let metadata = path.metadata().map_err(|error| unreadable(path, &error))?;
        let format = format_of(path)?;
        match first {
            Some((other, earlier)) if other != format => {
                return input(format!(
                    "{} and {} have different formats: export them one by one, or name only files of one format",
                    earlier.display(),
                    path.display()
                ));
            }
            _ => first = Some((format, path)),
        }
        files.bytes += metadata.len();
        let written = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(&metadata.len().to_le_bytes());
        hash.update(&written.unwrap_or_default().as_nanos().to_le_bytes());
    }
    if let Some((format, _)) = first {
        files.format = format;
    }
    files.fingerprint = hash.digest();
    Ok(files)
}

/// Whether a file is in a folder, wherever links lead. Looked at whenever it is read: links change.
fn check_place(path: &Path, folder: &str) -> Result<(), EngineError> {
    // Reading what is no file may never end.
    if place_within(path, folder)?.is_file() {
        Ok(())
    } else {
        input(format!("{} is not a file", path.display()))
    }
}

/// Where a file or folder really is, if that is in the folder.
fn place_within(path: &Path, folder: &str) -> Result<PathBuf, EngineError> {
    let name = path.display();
    let folder = Path::new(folder).canonicalize().map_err(|error| unreadable(Path::new(folder), &error))?;
    let place = path.canonicalize().map_err(|error| unreadable(path, &error))?;
    if !place.starts_with(&folder) {
        return input(format!(
            "{name} leads out of the data folder {}: put the file itself there",
            folder.display()
        ));
    }
    Ok(place)
}

fn paths(given: &str) -> Result<Vec<PathBuf>, EngineError> {
    let path = Path::new(given);
    if path.is_dir() {
        return in_folder(path);
    }
    if path.exists() || !given.contains(['*', '?', '[']) {
        // A missing file is reported when its metadata is read.
        return Ok(vec![path.to_owned()]);
    }
    let pattern = glob::glob(given)
        .map_err(|error| EngineError::Input(format!("the pattern {given} cannot be read: {}", error.msg)))?;
    let mut found: Vec<PathBuf> = pattern.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    found.sort_unstable();
    if found.is_empty() { input(format!("no file matches {given}")) } else { Ok(found) }
}

/// The files of a folder. What would not be read, or is hardly meant to be, is refused and not passed over in silence.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let (name, mut found) = (folder.display(), Vec::new());
    for entry in folder.read_dir().map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        // Writers of data sets leave `_SUCCESS`, `.crc` and the like beside them.
        let is_hidden = matches!(entry.file_name().as_encoded_bytes().first(), Some(b'.' | b'_'));
        if is_hidden {
            continue;
        }
        if entry.path().is_dir() {
            return input(format!(
                "{} is a folder in the folder {name}, and its files would not be read: move it, or name all files by a \
                 pattern like {name}/**/*.csv",
                entry.path().display()
            ));
        }
        if entry.path().is_file() {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    let (tables, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
        found.iter().partition(|file| is_named_table(file));
    match (tables.first(), others.first()) {
        (None, None) => input(format!("the folder {name} holds no file")),
        (Some(table), Some(other)) => input(format!(
            "the folder {name} holds {} beside {}: move it if it is no data, or name those that are by a pattern",
            other.display(),
            table.display()
        )),
        _ => Ok(found),
    }
}

/// Whether a file is a table by its name: `readme.txt` can be one, but is none where others are.
fn is_named_table(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    matches!(ending.as_deref(), Some("csv" | "tsv" | "parquet" | "pq" | "ndjson" | "jsonl" | "json"))
}

/// By its extension, or by its first bytes where that says nothing.
fn format_of(path: &Path) -> Result<Format, EngineError> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(4096).read_to_end(&mut start).map_err(|error| unreadable(path, &error))?;
    let name = path.display();
    if start.is_empty() {
        return input(format!("{name} is empty: export it again"));
    }
    if start.starts_with(&[0x1f, 0x8b]) || start.starts_with(b"PK\x03\x04") {
        return input(format!(
            "{name} is compressed or a spreadsheet: unpack it, or save it as CSV, Parquet or NDJSON"
        ));
    }
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return input(format!("{name} is written in UTF-16: save it as UTF-8"));
    }
    let is_parquet = start.starts_with(b"PAR1");
    if !is_parquet && start.contains(&0) {
        return input(format!("{name} is not text: save it as CSV or NDJSON in UTF-8, or as Parquet"));
    }
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("parquet" | "pq") if !is_parquet => {
            input(format!("{name} is not a Parquet file, whatever its name says"))
        }
        Some("csv" | "tsv" | "txt") if !is_parquet => Ok(Format::Csv),
        Some("ndjson" | "jsonl" | "json") if !is_parquet => Ok(Format::Ndjson),
        _ if is_parquet => Ok(Format::Parquet),
        _ if start.trim_ascii_start().starts_with(b"{") => Ok(Format::Ndjson),
        _ => Ok(Format::Csv),
    }
}

/// Opens a text file behind its byte order mark.
pub(crate) fn open_text(path: &Path) -> Result<BufReader<File>, EngineError> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let start = reader.fill_buf().map_err(|error| unreadable(path, &error))?;
    let mark = if start.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    reader.consume(mark);
    Ok(reader)
}

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> EngineError {
    let name = path.display();
    EngineError::Input(match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file {name}"),
        std::io::ErrorKind::PermissionDenied => format!("{name} may not be read: check its permissions"),
        _ => format!("{name} cannot be read: {error}"),
    })
}
